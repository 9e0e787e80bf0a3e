"""The commands on rumours, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mercato.errors import LedgerError
from mercato.interfaces.cli.main import cli
from mercato.interfaces.cli.rumour_text import lead_words
from mercato.interfaces.cli.serve import make_app
from mercato.ledger import Ledger
from mercato.model.rumours import Lead
from mercato.register import Register
from mercato.rumours.store import RumourStore
from tests.cli.support import mercato
from tests.rumours.made import move, say
from tests.rumours.saga import fill

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    monkeypatch.setenv("MERCATO_LEDGER", "")
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        fill(ledger, register)

    def runner(*arguments: str) -> Result:
        return CliRunner().invoke(cli, list(arguments), catch_exceptions=True)

    return runner


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_rumours_filters(run: Run) -> None:
    assert len(rows(run("rumours", "--json"))) == 11
    assert len(rows(run("rumours", "--json", "--to", "Milan", "--person", "perin"))) == 3
    assert len(rows(run("rumours", "--json", "--club", "rossoneri", "--min-origins", "3"))) in (0, 1)
    assert len(rows(run("rumours", "--json", "--to", "AC Milan", "--min-origins", "3"))) == 1
    assert {r["window"] for r in rows(run("rumours", "--json", "--window", "2019-summer"))} == {"2019-summer"}
    assert len(rows(run("rumours", "--json", "--country", "eng"))) == 1
    assert len(rows(run("rumours", "--json", "--stage", "rejected"))) == 1
    assert len(rows(run("rumours", "--json", "--kind", "exit"))) == 1
    assert len(rows(run("rumours", "--json", "--changed-since", "2025-10-01"))) == 1
    assert len(rows(run("rumours", "--json", "--from", "Liverpool"))) == 1
    assert len(rows(run("rumours", "--json", "--limit", "2"))) == 2
    news = [str(r["standing"]["last_news_at"]) for r in rows(run("rumours", "--json"))]  # type: ignore[index]
    assert news == sorted(news, reverse=True)


def test_a_window_that_is_none_is_misuse(run: Run) -> None:
    result = run("rumours", "--window", "summer")
    assert result.exception is not None
    assert "2025-summer" in str(result.exception)


def test_one_rumour_is_told(run: Run) -> None:
    (found,) = rows(run("rumours", "--json", "--to", "AC Milan", "--min-origins", "3"))
    told = run("rumour", str(found["id"])[:8], "--as-of", "2025-07-02").stdout
    for part in (
        "independent origins: 3 (Corriere dello Sport, Tuttosport, Gazzetta dello Sport), from 6 reports",
        "[Corriere dello Sport, 2025-06-08 or 2025-06-09, seen through 2]",
        "SoccerForAll24 (echo)",
        "the dates don't tell",
        "conflict: contract until; taken: 2027-06",
        "move Como: interest",
    ):
        assert part in told
    as_json = rows(run("rumour", str(found["id"]), "--json"))[0]
    assert as_json["independent_origins"] == ["Corriere dello Sport", "Tuttosport", "Gazzetta dello Sport"]


def test_an_unknown_rumour_is_named(run: Run) -> None:
    result = run("rumour", "zzz")
    assert "zzz" in str(result.exception)


def test_person_and_club(run: Run) -> None:
    told = run("person", "Perin").stdout
    assert "contract until 2027-06" in told
    assert "→ Como" in told
    club = run("club", "Juventus", "--as-of", "2025-07-02").stdout
    assert "out" in club.splitlines()
    assert "2025, 2026" in club, "the values not taken stand beside the one taken"
    sought = rows(run("club", "AC Milan", "--as-of", "2025-06-10", "--json"))[0]["sought"]
    assert {"position": "goalkeeper", "people": ["Mattia Perin"]} in sought  # type: ignore[operator]
    assert "Nothing is said" in run("person", "Nobody Atall").stderr


def test_changes_leave_out_what_is_not_new(run: Run) -> None:
    found = rows(run("changes", "--since", "2025-06-09", "--as-of", "2025-06-10", "--json"))
    outlets = [r["report"]["outlet"] for r in found if r["person"] == "Mattia Perin"]  # type: ignore[index]
    assert outlets == ["Zazoom", "Juve FC"]


def test_chain_is_drawn(run: Run) -> None:
    drawn = run("chain", "Maignan", "--as-of", "2025-06-10").stdout.splitlines()
    assert drawn[1].startswith("Mike Maignan leaves AC Milan")
    assert drawn[4].strip().startswith("→ Juventus need a goalkeeper (inferred)")


def test_merge_split_and_undo(run: Run, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        say(ledger, "2024-07-01", "Marca", move("Zizou Novak", "Arsenal"))
        say(ledger, "2024-07-02", "Bild", move("Jan Novak", "Arsenal"))
    merged = run("merge", "Zizou Novak", "Jan Novak", "--author", "me")
    assert merged.exit_code == 0
    assert len(rows(run("rumours", "--json", "--person", "Novak"))) == 1
    (verdict,) = rows(run("merge", "--list", "--json"))
    assert verdict["author"] == "me"
    assert run("merge", "--undo", str(verdict["number"])).exit_code == 0
    assert len(rows(run("rumours", "--json", "--person", "Novak"))) == 2
    assert run("split", "Zizou Novak", "Jan Novak").exit_code == 0
    assert "two people" in str(run("merge", "one").exception)


def test_rates_from_a_copy_of_the_banks_file(run: Run, tmp_path: Path) -> None:
    assert "about" in run("rates", "convert", "1000000", "GBP", "--on", "2025-06-06").stdout
    copy = tmp_path / "eurofxref-hist.csv"
    copy.write_text("Date,USD,GBP,\n2025-06-06,1.1411,0.84288,\n")
    assert run("rates", "update", str(copy)).exit_code == 0
    assert run("rates", "convert", "842880", "GBP", "--on", "2025-06-06").stdout.strip() == "EUR 1,000,000.00"
    copy.write_text("nonsense")
    assert run("rates", "update", str(copy)).exception is not None
    assert run("rates", "convert", "842880", "GBP", "--on", "2025-06-06").stdout.strip() == "EUR 1,000,000.00"


def test_exit_codes_in_a_process_of_its_own(tmp_path: Path) -> None:
    assert mercato("rumours", home=tmp_path).returncode == 1
    assert mercato("rumours", "--window", "x", home=tmp_path).returncode == 2
    missing = mercato("rates", "update", tmp_path / "none.csv", home=tmp_path)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "none.csv" in missing.stderr


def test_an_archive_read_as_published_can_be_asked_of_any_day(run: Run, tmp_path: Path) -> None:
    archive = tmp_path / "archive.jsonl"
    texts = {"2025-06-09": "Milan want Perin from Juventus.", "2025-07-01": "Milan are in talks for Perin."}
    lines = [{"id": day, "date": day, "url": f"https://a.example/{day}", "text": text} for day, text in texts.items()]
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    late, dated = str(tmp_path / "late.sqlite"), str(tmp_path / "dated.sqlite")
    for ledger, options in ((late, ()), (dated, ("--as-published",))):
        assert run("read", str(archive), "--language", "en", "--ledger", ledger, *options).exit_code == 0
    asked = ("rumours", "--person", "Perin", "--as-of", "2025-06-10", "--json", "--ledger")
    none = run(*asked, late)
    assert rows(none) == []
    assert "--as-published" in none.stderr
    assert len(rows(run(*asked, dated))) == 1


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [
        (13 * 86_400, 14 * 86_400, "13 to 14 days"),
        (0, 2 * 86_400 - 1, "up to 2 days"),
        (86_400, 3 * 86_400, "1 to 3 days"),
        (3_660, 2 * 86_400, "1 h 1 min to 2 days"),
        (600, 600, "10 min"),
        (600, None, "at least 10 min"),
    ],
)
def test_a_lead_is_told_as_the_span_it_lies_in(least: int, most: int | None, told: str) -> None:
    assert lead_words(Lead(("Marca",), "AS", least, most)) == f"Marca, {told} before AS"


@pytest.fixture
def older(tmp_path: Path, register: Register, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger whose rumours were joined by another version; joining its eight articles counts as long."""
    assert run("rumours").exit_code == 0
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger, ledger.deriving() as database:
        database.execute("UPDATE rumour_state SET value = 'older' WHERE name = 'form'")
    monkeypatch.setattr("mercato.rumours.store.LONG", 8)
    return path


@pytest.mark.usefixtures("older")
def test_rumours_of_another_form_are_joined_by_the_upgrade_and_it_says_so(run: Run) -> None:
    found = run("doctor")
    assert "8 articles are to be joined anew, as they are of another version's form" in found.stdout
    assert "mercato ledger upgrade" in found.stderr
    upgraded = run("ledger", "upgrade", "--json")
    assert (rows(upgraded)[0]["joined"], rows(upgraded)[0]["why"]) == (8, "they are of another version's form")
    assert "Joining 8 articles into rumours (all anew" in upgraded.stderr
    assert "to be joined" not in run("doctor").stdout
    again = run("ledger", "upgrade")
    assert "rumours: 0 articles joined" in again.stderr
    assert "Joining" not in run("rumours").stderr


@pytest.mark.usefixtures("older")
def test_a_question_that_joins_anew_says_so_and_prints_what_it_would_have(run: Run) -> None:
    told = run("person", "perin")
    assert "Joining 8 articles into rumours (all anew, as they are of another version's form)" in told.stderr
    quiet = run("person", "perin")
    assert quiet.stderr == ""
    assert quiet.stdout == told.stdout != ""


def test_serving_joins_before_the_first_page_and_says_so(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_app(older)
    assert "Joining 8 articles into rumours" in capsys.readouterr().err
    make_app(older)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("older")
def test_a_command_on_tables_that_can_not_be_written_says_what_it_does(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: RumourStore, step: object = None) -> int:
        raise LedgerError("no right to write")

    monkeypatch.setattr(RumourStore, "update", refused)
    found = run("rumours", "--json")
    assert len(rows(found)) == 11
    assert "joins all articles in memory. no right to write" in found.stderr
    assert run("ledger", "upgrade").exit_code == 1
