"""`mercato register`: show, import, stats and check as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mercato.interfaces.cli.main import main

PEOPLE = "id,name,date_of_birth,nationality,position,club_id,club_as_of"
ROW = "n:new,Zzyzx Qwertz,2001-02-03,Italy,centre-forward,Q1422,2025-09-25"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MERCATO_REGISTER", raising=False)
    return tmp_path / "home"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["register", *map(str, arguments)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_show_tells_what_is_known_and_why(run) -> None:
    code, out, err = run("show", "MATTIA PERIN")
    assert (code, err) == (0, "")
    assert out.startswith("Mattia Perin (person)\n")
    for part in (
        "folded, written 'Mattia Perin'",
        "born",
        "1992-11-10",
        "goalkeeper",
        "Juventus",
        "Genoa",
        "transfermarkt.com/-/profil/spieler/",
    ):
        assert part in out, part


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Rossoneri", ("AC Milan (club)", "nickname of a club", "Mailand (German)", "is shared by", "Milanello")),
        ("La Rosea", ("Gazzetta dello Sport (outlet)", "newspaper", "gazzetta.it", "Milan")),
        ("gazzetta.it", ("Gazzetta dello Sport (outlet)", "domain gazzetta.it")),
        ("Q1422", ("Juventus (club)", "id Q1422", "https://www.wikidata.org/wiki/Q1422", "Serie A (ita.1)")),
        ("@FabrizioRomano", ("Fabrizio Romano (journalist)", "handle")),
        ("Serie A", ("Serie A (competition)", "Juventus")),
        ("Ivorian", ("Ivory Coast (country)", "in texts in English", "CIV")),
        ("Germany", ("Germany (country)", "GER")),
        ("Milano", ("city of a club", "in texts in Italian")),
        ("Maignan", ("Mike Maignan (person)", "surname of Mike Maignan")),
    ],
)
def test_show_knows_all_kinds_of_names(run, name: str, parts: tuple[str, ...]) -> None:
    code, out, _ = run("show", name)
    assert code == 0
    for part in parts:
        assert part in out, part


@pytest.mark.parametrize(
    ("name", "near"), [("Manchestr Unted", "Manchester United"), ("Juventos", "Juventus"), ("Vlahovici", "Vlahović")]
)
def test_an_unknown_name_gets_the_nearest(run, name: str, near: str) -> None:
    code, out, err = run("show", name)
    assert (code, out) == (1, "")
    assert f"knows no {name!r}" in err
    assert near in err


@pytest.mark.parametrize("name", ["", "   ", "!", "qqqqqqqqqqqqqqqqqqqqqqqqqqqq", "\x1b[31m"])
def test_a_name_like_nothing_gets_a_plain_no(run, name: str) -> None:
    code, out, err = run("show", name)
    assert (code, out) == (1, "")
    assert "\x1b" not in err


def test_show_as_json(run) -> None:
    code, out, _ = run("show", "Mattia Perin", "--json")
    record = json.loads(out)
    assert code == 0
    assert (record["kind"], record["name"], record["born"]) == ("person", "Mattia Perin", "1992-11-10")
    assert record["why"]
    assert record["spells"][0].keys() == {"club_id", "start", "end", "flags"}


def test_import_tells_what_became_of_each_row(run, write, home: Path) -> None:
    path = write("people.csv", PEOPLE, ROW, "n:bad,Bad Day,2001-02-30,,,,", *(f"n:{n},,,,,," for n in range(7)))
    code, out, _ = run("import", path)
    assert code == 0
    for part in (
        "9 rows of people",
        "added                       1",
        "could not be read           8",
        "line 3: date of",
    ):
        assert part in out, part
    assert "and 3 more; --verbose lists them" in out
    assert (home / "register.sqlite").exists()
    code, out, _ = run("show", "Zzyzx Qwertz")
    assert "your own register" in out
    assert "Juventus (as of 2025-09-25)" in out


def test_import_verbose_and_json(run, write) -> None:
    path = write("people.csv", PEOPLE, ROW, *(f"n:{n},,,,,," for n in range(7)))
    code, out, _ = run("import", path, "--verbose")
    assert out.count("no name") == 7
    code, out, _ = run("import", path, "--json", "--licence", "ours")
    report = json.loads(out)
    assert code == 0
    assert (report["unchanged"], report["unreadable"]["count"], len(report["unreadable"]["first"])) == (1, 7, 5)


def test_import_goes_on_after_a_file_that_cannot_be_read(run, write, tmp_path: Path) -> None:
    code, out, err = run("import", tmp_path / "nowhere.csv", write("people.csv", PEOPLE, ROW))
    assert code == 1
    assert "1 rows of people" in out
    assert "nowhere.csv" in err
    assert "1 of 2 files could not be imported" in err


def test_clubs_go_before_people_whatever_the_order(run, write) -> None:
    """The club that a person's row names without an id comes from the other file."""
    people = write("people.csv", "id,name,date_of_birth,club", "n:a,Anna Berg,1998-01-02,Zzyzx Town")
    clubs = write("clubs.csv", "id,name,country,aliases", "of:z,Zzyzx Town,Norway,")
    assert run("import", people, clubs)[0] == 0
    record = json.loads(run("show", "Anna Berg", "--json")[1])
    assert record["club_id"] == "of:z"


def test_stats_count_shipped_and_imported(run, write) -> None:
    code, out, err = run("stats")
    assert code == 0
    assert "England" in out
    assert "Nothing imported yet" in err
    run("import", write("people.csv", PEOPLE, ROW), "--licence", "CC0")
    _, out, _ = run("stats", "--json")
    record = json.loads(out)
    assert record["tables"]["people"][1] == 1
    assert record["countries"]["ITA"][3] == 1
    assert [imported["licence"] for imported in record["imports"]] == ["CC0"]
    assert sum(row[2] for row in record["countries"].values()) == record["tables"]["people"][0]


def test_check_finds_nothing_wrong(run, write) -> None:
    run("import", write("people.csv", PEOPLE, ROW))
    code, out, err = run("check")
    assert (code, out) == (0, "")
    assert "no problems" in err


def test_check_fails_where_a_table_is_wrong(run, monkeypatch: pytest.MonkeyPatch) -> None:
    from mercato.register.checks import Problem

    monkeypatch.setattr("mercato.register.checks.repeated_ids", lambda: iter([Problem("clubs", "Roma", "is twice")]))
    code, out, err = run("check")
    assert code == 1
    assert out == "clubs: Roma: is twice\n"
    assert "1 problems" in err


@pytest.mark.parametrize("command", ["show", "import", "stats", "check"])
def test_every_part_has_help(run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--json" in out
    assert "--register" in out


def test_a_file_that_is_no_register_is_told(run, write) -> None:
    path = write("register.sqlite", *["no database at all"] * 300)
    code, _, err = run("show", "Milan", "--register", path)
    assert code == 1
    assert "no SQLite file" in err
