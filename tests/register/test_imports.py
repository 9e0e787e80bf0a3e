"""Lists of one's own: what is read, merged, added, refused, and that a second time changes nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mercato.errors import DataFileError, SourceUnusable
from mercato.register import Register, load_register
from mercato.register.imports import ImportReport, import_clubs, import_file, import_people
from mercato.register.store import RegisterStore
from tests.shared_data import SHARED, needs_shared

PEOPLE = (
    "id,name,full_name,date_of_birth,birth_year,nationality,position,role,gender,club,club_id,club_as_of,"
    "other_names,other_ids,sources"
)
CLUBS = "id,name,country,aliases,gender,league,tm_id"
UNKNOWN = (
    "n:new,Zzyzx Qwertz,,2001-02-03,2001,Italy|Ghana,centre-forward,player,m,Juventus,Q1422,2025-09-25,"
    "Zyx,tm:99999991,fc26"
)


def perin(shipped: Register):
    return next(person for person in shipped.people.values() if person.name == "Mattia Perin")


def read(store: RegisterStore, path: Path, place: Path) -> tuple[ImportReport, Register]:
    report = import_file(path, store)
    return report, load_register(path=place)


def test_a_new_person_is_added_in_our_words(store, place, write) -> None:
    report, register = read(store, write("people.csv", PEOPLE, UNKNOWN), place)
    person = register.people["n:new"]
    assert (report.kind, report.rows, report.added, report.merged) == ("people", 1, 1, 0)
    assert (person.born, person.nationality, person.position) == ("2001-02-03", ("ITA", "GHA"), "striker")
    assert (person.club_id, person.club_as_of, person.tm_id) == ("Q1422", "2025-09-25", "99999991")
    assert not person.shipped
    assert [entry.id for entry in register.index.lookup("Zyx")] == ["n:new"]


def test_the_same_id_is_merged_and_shipped_facts_win(store, place, write, shipped) -> None:
    known = perin(shipped)
    row = f"{known.id},Matthias Perin,,1990-01-01,1990,France,striker,player,m,Milan,Q1543,2026-01-01,Perinho,,x"
    report, register = read(store, write("people.csv", PEOPLE, row), place)
    person = register.people[known.id]
    assert (report.merged, report.added) == (1, 0)
    assert (person.name, person.born, person.nationality, person.position) == (
        known.name, known.born, known.nationality, known.position,
    )  # fmt: skip
    assert (person.club_id, person.club_as_of) == ("Q1543", "2026-01-01")
    assert {"Matthias Perin", "Perinho"} <= {name.text for name in person.names}
    assert person.shipped
    assert {(conflict.field, conflict.known) for conflict in report.conflicts} == {
        ("born", known.born), ("nationality", "|".join(known.nationality)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "merged"),
    [
        ("n:x,MATTIA PERIN,,1992-11-10,1992,,,player,m,,,,,,", 1),  # the day
        ("n:x,Mattia Perin,,,1992,Italy,,player,m,,,,,,", 1),  # the year and the nation
        ("n:x,Mattia Perin,,,1991,Italy,,player,m,,,,,,", 1),  # a year worked out from an age
        ("n:x,Mattia Perin,,,1989,Italy,,player,m,,,,,,", 0),
        ("n:x,Mattia Perin,,1992-11-11,1992,Italy,,player,m,,,,,,", 0),
        ("n:x,Mattia Perin,,1992-11-10,1992,Italy,,player,f,,,,,,", 0),
        ("n:x,Mattia Perin,,,,Italy,,player,m,Juventus,Q1422,2025-01-01,,,", 1),  # no birth, but his club
        ("n:x,Mattia Perin,,,,Italy,,player,m,Everton,Q5794,2025-01-01,,,", 0),
        ("n:x,Somebody Else,,,,,,player,m,,,,,tm:{tm}|ea:1,", 1),  # his number
    ],
)
def test_who_is_who(store, place, write, shipped, row: str, merged: int) -> None:
    known = perin(shipped)
    report, register = read(store, write("people.csv", PEOPLE, row.format(tm=known.tm_id)), place)
    assert (report.merged, report.added) == (merged, 1 - merged)
    assert ("n:x" in register.people) is not bool(merged)


def test_another_number_keeps_people_of_one_name_and_year_apart(store, place, write, shipped) -> None:
    row = "tm:1,Mattia Perin,,,1992,Italy,goalkeeper,player,m,,,,,,"
    report, register = read(store, write("people.csv", PEOPLE, row), place)
    assert report.added == 1
    assert "tm:1" in register.people


def test_one_person_twice_in_a_list_is_one(store, place, write) -> None:
    """A player who coaches now has two rows; the same name and day of birth make them one."""
    second = "n:two,Zzyzx Qwertz,,2001-02-03,2001,Italy,,coach,m,Roma,Q2739,2026-01-01,,,"
    _, register = read(store, write("people.csv", PEOPLE, UNKNOWN, second), place)
    assert "n:two" not in register.people
    assert register.people["n:new"].club_id == "Q2739"


def test_the_same_file_again_changes_nothing(store, place, write) -> None:
    path = write("people.csv", PEOPLE, UNKNOWN)
    import_file(path, store)
    before = place.read_bytes()
    report = import_file(path, store)
    assert (report.merged, report.added, report.unchanged, report.removed) == (0, 0, 1, 0)
    assert place.read_bytes() == before


def test_a_file_that_moved_is_the_same_file(store, place, write) -> None:
    path = write("people.csv", PEOPLE, UNKNOWN)
    import_file(path, store)
    moved = path.rename(path.with_name("elsewhere.csv"))
    assert import_file(moved, store).unchanged == 1
    assert len(store.sources()) == 1


def test_a_file_takes_the_place_of_its_earlier_rows(store, place, write) -> None:
    import_file(
        write("people.csv", PEOPLE, UNKNOWN, UNKNOWN.replace("n:new", "n:old").replace("2001-", "1999-")), store
    )
    report, register = read(store, write("people.csv", PEOPLE, UNKNOWN.replace("Zyx", "Zyxy")), place)
    assert (report.added, report.unchanged, report.removed) == (1, 0, 1)
    assert "n:old" not in register.people
    assert [name.text for name in register.people["n:new"].names] == ["Zyxy"]


BROKEN = (
    "n:1,,,,,,,,,,,,,,",
    "n:2,Too Few",
    "n:3,Too Many,,,,,,,,,,,,,,,",
    "n:4,Bad Day,,2001-02-30,,,,,,,,,,,",
    "n:5,Bad Year,,,19999,,,,,,,,,,",
    'n:6,"Open Quote,,,,,,,,,,,,,',
    "n:new,Given Twice,,,,,,,,,,,,,",
    "n:7,Future Child,,2999-01-01,,,,,,,,,,,",
    "n:8,Robot,,,,,,machine,,,,,,,",
)


def test_rows_that_cannot_be_read_are_told_and_spoil_no_other(store, place, write) -> None:
    last = UNKNOWN.replace("n:new", "n:last").replace("Zzyzx", "Other").replace("tm:99999991", "")
    report, register = read(store, write("people.csv", PEOPLE, UNKNOWN, *BROKEN, "", last), place)
    reasons = {fault.line: fault.reason for fault in report.unreadable}
    assert (report.rows, report.added) == (11, 3)
    assert {"n:new", "n:last", "n:8"} <= register.people.keys()
    assert reasons == {
        3: "no name",
        4: "2 cells, but the first line has 15",
        5: "17 cells, but the first line has 15",
        6: "date of birth '2001-02-30' is no date of the form YYYY-MM-DD or YYYY",
        7: "date of birth '19999' is no date of the form YYYY-MM-DD or YYYY",
        8: "no CSV: unexpected end of data",
        9: "id 'n:new' stands in line 2 already",
        10: "date of birth '2999-01-01' can't be",
    }


def test_bytes_that_are_no_utf8_spoil_their_row_only(store, place, write) -> None:
    path = write("people.csv", PEOPLE, UNKNOWN)
    path.write_bytes(path.read_bytes() + b"n:lat,Ib\xe1\xf1ez,,,,,,,,,,,,,\n")
    report, _ = read(store, path, place)
    assert [fault.reason for fault in report.unreadable] == ["not UTF-8 at byte 9 of the line"]
    assert report.added == 1


def test_unknown_words_and_columns_are_told(store, place, write) -> None:
    report, register = read(
        store, write("p.csv", "name,nationality,position,shoe", "Anna Berg,Atlantis|Norway,libero,42"), place
    )
    assert report.unknown_columns == ("shoe",)
    assert report.unknown_values == {"nationality 'Atlantis'": 1, "position 'libero'": 1}
    assert register.people["n:anna-berg"].nationality == ("NOR",)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_and_a_byte_order_mark(store, place, write, delimiter: str) -> None:
    lines = (PEOPLE.replace(",", delimiter), UNKNOWN.replace(",", delimiter))
    report, _ = read(store, write("people.csv", *lines, encoding="utf-8-sig"), place)
    assert report.added == 1


def test_a_list_may_have_few_columns_in_any_order(store, place, write) -> None:
    report, register = read(store, write("p.csv", "Birth Year,Name", "1998.0,Anna Berg"), place)
    assert report.added == 1
    assert register.people["n:anna-berg-1998"].born == "1998"


def test_names_in_other_letters_are_kept(store, place, write) -> None:
    _, register = read(store, write("p.csv", "id,name,date_of_birth", "ea:1,阪口 夢穂,1987-10-15"), place)
    assert register.people["ea:1"].name == "阪口 夢穂"


def test_imported_names_of_two_letters_are_not_searched_for(store, place, write) -> None:
    _, register = read(store, write("p.csv", "id,name,date_of_birth", "n:jo,Jô,1987-03-20"), place)
    assert "n:jo" in register.people
    assert all(entry.id != "n:jo" for entry in register.index.lookup("Jo"))


def test_clubs_are_merged_by_id_number_and_name(store, place, write) -> None:
    rows = (
        "Q1543,A.C. Milan,Italy,Meneghini,m,IT1,5",
        "tm:506,Juve of Turin,Italy,,m,IT1,506",
        "of:roma,AS Roma,Italy,Roma Zzz,m,,",
        "of:new,Zzyzx United,England,Zzyzx,m,GB2,",
    )
    report, register = read(store, write("clubs.csv", CLUBS, *rows), place)
    assert (report.kind, report.merged, report.added) == ("clubs", 3, 1)
    assert "Meneghini" in {name.text for name in register.clubs["Q1543"].names}
    assert "Juve of Turin" in {name.text for name in register.clubs["Q1422"].names}
    assert register.clubs["of:new"].league == "eng.2"
    assert not {"tm:506", "of:roma"} & register.clubs.keys()


def test_a_club_of_another_nation_or_gender_is_another(store, place, write) -> None:
    rows = ("of:a,Juventus,Brazil,,m,,", "of:b,Juventus,Italy,,w,,", "of:c,Juventus,,,m,,")
    report, register = read(store, write("clubs.csv", CLUBS, *rows), place)
    assert report.added == 3
    assert next(entry.id for entry in register.index.lookup("Juventus")) == "Q1422"


def test_a_shipped_clubs_name_stays_its_own(store, place, write) -> None:
    """An alias that is another club's name comes after it; one that is a nation's or a paper's is not searched for."""
    rows = ("of:a,Zzyzx Town,England,Arsenal|Austria|ABC|Zz,m,,", "Q1422,Juventus,Italy,Milan|Austria,m,,")
    _, register = read(store, write("clubs.csv", CLUBS, *rows), place)
    arsenal = [(e.id == "of:a", e.kind.name) for e in register.index.lookup("Arsenal")]
    assert (True, "CLUB_NICKNAME") in arsenal
    assert (True, "CLUB") not in arsenal
    for name in ("Austria", "ABC", "Zz"):
        assert all(entry.id not in ("of:a", "Q1422") for entry in register.index.lookup(name)), name
    assert "CLUB" not in {e.kind.name for e in register.index.lookup("Milan") if e.id == "Q1422"}


def test_people_are_at_the_club_that_theirs_was_merged_into(store, place, write) -> None:
    import_file(write("people.csv", PEOPLE, UNKNOWN.replace("Q1422", "of:juve")), store)
    _, register = read(store, write("clubs.csv", CLUBS, "of:juve,Juventus,Italy,,m,,"), place)
    assert register.people["n:new"].club_id == "Q1422"


def test_a_club_given_by_name_alone_is_found(store, place, write) -> None:
    _, register = read(store, write("people.csv", PEOPLE, UNKNOWN.replace("Q1422", "")), place)
    assert register.people["n:new"].club_id == "Q1422"


@pytest.mark.parametrize("header", ["name", "a,b,c", "", "id,name,gender", "country,league"])
def test_a_list_of_neither_is_refused(store, write, header: str) -> None:
    with pytest.raises(DataFileError, match="does not tell whether these are people or clubs"):
        import_file(write("list.csv", header, "x,y,z"), store)
    assert store.empty


def test_a_missing_file_is_refused(store, tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match=r"nowhere\.csv.*Give the path of a CSV file"):
        import_people(tmp_path / "nowhere.csv", store)
    with pytest.raises(SourceUnusable):
        import_clubs(tmp_path, store)


@needs_shared
def test_the_big_lists_go_in_within_seconds(store, place) -> None:
    """52,494 people and 6,260 clubs; the limits are three times what was measured, for busy machines."""
    started = time.perf_counter()
    clubs = import_file(SHARED / "data" / "clubs.csv", store)
    people = import_file(SHARED / "data" / "people.csv", store)
    took = time.perf_counter() - started
    assert (clubs.rows, people.rows) == (6_260, 52_494)
    assert not clubs.unreadable
    assert not people.unreadable
    assert clubs.merged > 1_000
    assert people.merged > 1_000
    assert took < 15
    started = time.perf_counter()
    register = load_register(path=place)
    assert time.perf_counter() - started < 3
    assert len(register.people) > 50_000
