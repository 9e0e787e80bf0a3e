"""Everything shipped is loaded and compared with itself; a slip in a table fails here in the table's own words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from mercato.errors import DataFileError
from mercato.register import Name, Register, tables
from mercato.register.checks import problems, repeated_ids

# Divisions whose members are known in full for 2025/26 (or the calendar year 2025), with their number.
FULL_LEAGUES = {
    "eng.1": 20, "eng.2": 24, "eng.w1": 12, "ita.1": 20, "ita.2": 20, "ita.w1": 12, "esp.1": 20, "esp.2": 22,
    "esp.w1": 16, "ger.1": 18, "ger.2": 18, "ger.w1": 14, "fra.1": 18, "fra.2": 18, "fra.w1": 12, "por.1": 18,
    "por.2": 18, "ned.1": 18, "ned.2": 20, "bel.1": 16, "bel.2": 17, "tur.1": 18, "tur.2": 20, "sco.1": 12,
    "sco.2": 10, "aut.1": 12, "sui.1": 12, "sui.2": 10, "gre.1": 14, "den.1": 12, "den.2": 12, "swe.1": 16,
    "nor.1": 16, "pol.1": 18, "cze.1": 16, "ukr.1": 16, "cro.1": 10, "ksa.1": 18, "usa.1": 30, "usa.w1": 14,
    "bra.1": 20, "arg.1": 30, "mex.1": 18, "jpn.1": 20,
}  # fmt: skip
PARTLY_KNOWN = {"aut.2": 12, "swe.2": 11, "cze.2": 11, "gre.2": 3}


def test_the_tables_agree_with_each_other(shipped: Register) -> None:
    assert [str(problem) for problem in problems(shipped)] == []


def test_no_id_is_given_twice() -> None:
    assert [str(problem) for problem in repeated_ids()] == []


@pytest.mark.parametrize(("league", "clubs"), FULL_LEAGUES.items())
def test_a_league_is_there_in_full(shipped: Register, league: str, clubs: int) -> None:
    members = sorted(club.name for club in shipped.clubs.values() if club.league == league)
    assert len(members) == clubs, members


@pytest.mark.parametrize(("league", "least"), PARTLY_KNOWN.items())
def test_a_second_division_is_there_in_part(shipped: Register, league: str, least: int) -> None:
    assert sum(club.league == league for club in shipped.clubs.values()) >= least


def test_there_is_as_much_as_was_asked_for(shipped: Register) -> None:
    sides = [club for club in shipped.clubs.values() if not club.national]
    countries = Counter(window.country for window in shipped.windows)
    assert len(sides) >= 700
    assert len(shipped.outlets) >= 250
    assert len(shipped.journalists) >= 120
    assert len(shipped.people) >= 600
    assert len(countries) >= 15


def test_people_in_the_news_are_known_with_birth_and_nation(shipped: Register) -> None:
    full = [p for p in shipped.people.values() if len(p.born) == 10 and p.nationality and p.spells]
    assert len(full) >= 600


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"country": "XXX"}, "country 'XXX'"),
        ({"league": "eng.9"}, "league 'eng.9'"),
        ({"gender": "f"}, "gender 'f'"),
        ({"names": (Name("AC Milan"),)}, "stands for"),
        ({"tm_id": "5"}, "tm_id 5"),
    ],
)
def test_a_slip_in_a_club_is_named(shipped: Register, change: dict[str, object], what: str) -> None:
    juventus = replace(shipped.clubs["Q1422"], **change)
    found = [str(p) for p in problems(replace(shipped, clubs={**shipped.clubs, "Q1422": juventus}))]
    assert any(what in line and "Juventus" in line for line in found), found


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"born": "1997-02-30"}, "no date"),
        ({"nationality": ("XXX",)}, "nation 'XXX'"),
        ({"spells": tables.spells("Q0@2020..")}, "spell at 'Q0'"),
        ({"spells": tables.spells("Q1422@2022..2020-01")}, "ends before it begins"),
        ({"contract": "until 2027"}, "contract"),
    ],
)
def test_a_slip_in_a_person_is_named(shipped: Register, change: dict[str, object], what: str) -> None:
    person = next(p for p in shipped.people.values() if p.name == "Mattia Perin")
    found = [
        str(p) for p in problems(replace(shipped, people={**shipped.people, person.id: replace(person, **change)}))
    ]
    assert any(what in line and "Mattia Perin" in line for line in found), found


def test_two_outlets_of_one_name_are_told(shipped: Register) -> None:
    marca = next(o for o in shipped.outlets.values() if o.name == "Marca")
    other = replace(marca, id="other", name="The other one")
    found = [str(p) for p in problems(replace(shipped, outlets={**shipped.outlets, "other": other}))]
    assert any("domain marca.com" in line for line in found)
    assert any("name diario marca (es) is Marca's too" in line for line in found)


def test_a_wrong_cell_is_told_with_file_and_line(tmp_path: Path) -> None:
    """A spell that is none stops the loading, and the message says where it stands."""
    table = tmp_path / "forwards.csv"
    table.write_text("id,name,spells\nQ1,Anna,\nQ2,Berta,Q1422@2020\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"forwards\.csv, line 3 \(Berta\): spell 'Q1422@2020'"):
        list(tables.read(table, tables.person_from))


def test_a_row_with_a_cell_too_many_is_told(tmp_path: Path) -> None:
    table = tmp_path / "clubs.csv"
    table.write_text("id,name\nQ1,Roma,ITA\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="3 cells, but the first line has 2"):
        list(tables.read(table, tables.club_from))
