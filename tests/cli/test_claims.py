"""`mercato claims` and `mercato explain`: what the ledger holds, and the words behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mercato.interfaces.cli.main import main
from mercato.ledger import Ledger
from mercato.model import Certainty, ClaimKind, ClubRef
from tests.ledger.made import at, claim, day, document, evidence, full_claim


@pytest.fixture(autouse=True)
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setenv("MERCATO_LEDGER", str(path))
    perin = document(published=day("2025-06-09"))
    other = document("Cambiaso stays at Juventus.", key="b", published=day("2025-07-01"), outlet="Marca", address=None)
    with Ledger.open(path) as ledger:
        ledger.append(perin, [full_claim(perin, id="aaaa11112222")], seen_at=at("2025-06-10T00:00"))
        stay = claim(
            other,
            "Andrea Cambiaso",
            None,
            kind=ClaimKind.STAY,
            club=ClubRef("Juventus"),
            id="bbbb33334444",
            certainty=Certainty.FACT,
            evidence=evidence(other, person="Cambiaso", club="Juventus", trigger="stays"),
        )
        ledger.append(other, [stay], seen_at=at("2025-07-02T00:00"))
    return path


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_the_table_has_the_newest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims"]) == 0
    head, first, second = lines(capsys)
    assert head.split()[:4] == ["id", "published", "kind", "person"]
    assert first.split()[:5] == ["bbbb3333", "2025-07-01", "stay", "Andrea", "Cambiaso"]
    assert "Juventus → AC Milan" in second
    assert "EUR 4,000,000 to 5,500,000" in second
    assert "Corriere dello Sport, via JuventusNews24" in second


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--person", "perin"], ["aaaa11112222"]),
        (["--club", "juventus"], ["bbbb33334444", "aaaa11112222"]),
        (["--outlet", "marca"], ["bbbb33334444"]),
        (["--outlet", "juventusnews24"], ["aaaa11112222"]),
        (["--stage", "interest"], ["aaaa11112222"]),
        (["--kind", "stay", "--kind", "move"], ["bbbb33334444", "aaaa11112222"]),
        (["--since", "2025-06-10"], ["bbbb33334444"]),
        (["--until", "2025-06-09"], ["aaaa11112222"]),
        (["--as-of", "2025-06-30"], ["aaaa11112222"]),
        (["--as-of", "2025-07-02T00:00"], ["bbbb33334444", "aaaa11112222"]),
        (["--as-of", "2025-07-02T01:59+02:00"], ["aaaa11112222"]),
        (["--limit", "1"], ["bbbb33334444"]),
        (["--person", "nobody"], []),
    ],
)
def test_filters_and_json(arguments: list[str], ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--json", *arguments]) == 0
    rows = [json.loads(line) for line in lines(capsys)]
    assert [row["id"] for row in rows] == ids


def test_a_json_row_has_the_schemas_fields_and_where_it_is_from(capsys: pytest.CaptureFixture[str]) -> None:
    main(["claims", "--json", "--person", "perin"])
    (row,) = [json.loads(line) for line in lines(capsys)]
    assert row["sources"] == ["Corriere dello Sport", "JuventusNews24"]
    assert row["fee"] == {"low": 4000000, "high": 5500000, "currency": "EUR"}
    assert row["document"]["published"] == "2025-06-09"
    assert row["seen_at"] == "2025-06-10T00:00:00+00:00"


def test_an_empty_answer_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--person", "nobody"]) == 0
    assert "None of the 2 claims" in capsys.readouterr().err
    assert main(["claims", "--as-of", "2020-01-01"]) == 0
    assert "2 match today" in capsys.readouterr().err


def test_no_ledger_is_a_failure_with_a_next_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--ledger", str(tmp_path / "none")]) == 1
    assert "mercato read" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--since", "june"],
        ["--as-of", "yesterday"],
        ["--stage", "rumoured"],
        ["--limit", "0"],
        ["--since", "2025-07-01", "--until", "2025-06-01"],
    ],
)
def test_misuse(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert arguments[1] in err


def test_explain_puts_each_field_beside_its_words_and_marks_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "aaaa"]) == 0
    shown = capsys.readouterr().out
    rows = {line.split("  ")[0]: line for line in shown.splitlines() if "  " in line}
    assert rows["person"].split("  ")[-1] == '"Mattia Perin"'
    assert '"would take"' in rows["kind"]
    assert "Juventus (Q1422)" in rows["from"]
    assert '"' not in rows["fee"]  # made without words: shown without
    assert "[Milan] weigh up Perin" in shown
    assert "[would take] [Mattia Perin] from [Juventus]" in shown
    assert "claim aaaa11112222, read by rules 1, seen 2025-06-10 00:00 UTC" in shown


def test_explain_as_json_brings_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "bbbb", "--json"]) == 0
    (row,) = [json.loads(line) for line in lines(capsys)]
    for item in row["more"]["evidence"]:
        span = item["span"]
        assert row["text"][span["start"] : span["end"]] == span["text"]


def test_explain_of_an_unknown_or_ambiguous_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "ffff"]) == 1
    assert "mercato claims" in capsys.readouterr().err
    assert main(["explain", ""]) == 2
