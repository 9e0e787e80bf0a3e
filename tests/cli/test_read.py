"""`mercato read`: into the ledger, shown with its words, and whatever can't be read is passed over and counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mercato.errors import LedgerError
from mercato.interfaces.cli import main as main_module
from mercato.ledger import Ledger
from tests.cli.support import ARTICLE, WordReader
from tests.ledger.made import RULES_2

main = main_module.main


@pytest.fixture(autouse=True)
def _reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("mercato.interfaces.readers.make_reader", lambda *_, **__: WordReader())
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MERCATO_LEDGER", raising=False)


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE)
    return str(path)


def opened(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "home" / "ledger.sqlite", create=False)


def test_an_article_is_shown_with_the_words_of_its_claims(
    article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", article, "--date", "2025-06-09", "--outlet", "juvefc.com", "--language", "en"]) == 0
    out, err = capsys.readouterr()
    first, second, *_ = out.splitlines()
    assert first == "Milan weigh up Perin · juvefc.com · 2025-06-09 · en"
    assert "move · Mattia Perin · → AC Milan · interest" in second
    assert "Milan [would take] [Mattia Perin] from Juventus" in out
    assert "Rain" not in out  # nothing rests on it
    assert "1 document (1 new), 1 claim (1 new), 0 skipped" in err
    with opened(tmp_path) as ledger:
        (stored,) = ledger.claims()
        assert stored.source.outlet == "juvefc.com"
        assert str(stored.source.published) == "2025-06-09"


def test_reading_again_adds_nothing_and_says_so(
    article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["read", article])
    capsys.readouterr()
    assert main(["read", article]) == 0
    out, err = capsys.readouterr()
    assert "(read before)" in out
    assert "1 document (0 new), 1 claim (0 new)" in err
    with opened(tmp_path) as ledger:
        assert (ledger.counts().documents, ledger.counts().claims) == (1, 1)


def test_a_changed_article_is_its_second_version(article: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["read", article])
    Path(article).write_text(ARTICLE.replace("Rain", "Snow"))
    capsys.readouterr()
    assert main(["read", article]) == 0
    assert "(version 2 of this article)" in capsys.readouterr().out


def test_a_newer_reader_adds_its_claims(
    article: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["read", article])
    monkeypatch.setattr("mercato.interfaces.readers.make_reader", lambda *_, **__: WordReader(RULES_2))
    capsys.readouterr()
    assert main(["read", article]) == 0
    out, err = capsys.readouterr()
    assert "(read again by a newer reader)" in out
    assert "1 document (0 new), 1 claim (1 new)" in err


def test_json_gives_one_line_a_document_and_talk_goes_elsewhere(
    article: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", article, article, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["document"]["new"] for row in rows] == [True, False]
    assert rows[0]["claims"][0]["person"] == "Mattia Perin"


def test_one_bad_input_does_not_stop_the_rest(article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty, missing, broken = tmp_path / "empty.txt", tmp_path / "missing.txt", tmp_path / "broken.txt"
    empty.touch()
    broken.write_text("Some words here. They break the reader.")
    assert main(["read", str(empty), str(missing), str(broken), article]) == 1
    out, err = capsys.readouterr()
    assert "Mattia Perin" in out
    assert f"mercato: {missing}" in err
    assert "the reader failed. RecursionError: too deep" in err
    assert "1 document (1 new), 1 claim (1 new), 2 skipped" in err
    assert "1 input could not be used" in err
    with opened(tmp_path) as ledger:
        assert {skip.input_name for skip in ledger.skips()} == {str(empty), str(broken)}


def test_a_skip_beside_a_success_is_no_failure(
    article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.txt").touch()
    assert main(["read", str(tmp_path / "empty.txt"), article]) == 0
    assert "1 skipped" in capsys.readouterr().err


def test_nothing_readable_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.txt").touch()
    assert main(["read", str(tmp_path / "empty.txt")]) == 1
    assert "0 documents" in capsys.readouterr().err


def test_broken_lines_cost_themselves_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "many.jsonl"
    good = [json.dumps({"id": str(n), "text": f"{ARTICLE} {n}", "date": "2025-06-09"}) for n in range(3)]
    lines.write_text("\n".join([good[0], "{not json", good[1], good[2]]) + "\n")
    assert main(["read", str(lines), "--json"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert "3 documents (3 new), 3 claims (3 new), 1 skipped" in err


def test_a_failing_ledger_stops_the_run_and_keeps_what_it_acknowledged(
    article: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(ARTICLE + "More.")
    append = Ledger.append

    def failing(self: Ledger, document, *args, **kwargs):
        if document.key.endswith("other.txt"):
            raise LedgerError(f"{self.path}: the disk is full")
        return append(self, document, *args, **kwargs)

    monkeypatch.setattr(Ledger, "append", failing)
    assert main(["read", article, str(other), article]) == 1
    out, err = capsys.readouterr()
    assert out.count("Milan weigh up Perin ·") + out.count("Milan weigh up Perin\n") <= 1
    assert "mercato: " in err.splitlines()[-1]
    assert "disk is full" in err.splitlines()[-1]
    with opened(tmp_path) as ledger:
        assert ledger.counts().documents == 1


def test_escape_sequences_of_a_page_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("Title \x1b]0;owned\x07 here\n\nMilan would take Mattia Perin \x1b[2Jnow.\n")
    main(["read", str(bad)])
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err


def test_options_that_make_no_sense_are_a_misuse(
    article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read"]) == 2
    assert main(["read", article, "--date", "soon"]) == 2
    assert "2025-06-09" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_the_ledger_can_be_named(article: str, tmp_path: Path) -> None:
    assert main(["read", article, "--ledger", str(tmp_path / "mine.sqlite")]) == 0
    with Ledger.open(tmp_path / "mine.sqlite", create=False) as ledger:
        assert ledger.counts().claims == 1
    assert not (tmp_path / "home").exists()
