"""What is shipped is compared with the big lists wherever those know the club or the person."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from mercato.register import Club, Person, Register
from mercato.register.matching import club_conflicts, club_names, name_key, person_conflicts, person_names
from mercato.register.sheets import ClubRows, Fault, PeopleRows, Rows
from tests.shared_data import SHARED, needs_shared

pytestmark = needs_shared
CHECKED = {"born", "country", "gender", "nationality", "tm_id"}


def _unexpected(wrong: dict[tuple[str, str, str], object], table: str) -> dict[tuple[str, str, str], object]:
    """What is wrong beyond the exceptions; an exception that is none any more is a fault too."""
    allowed = {key for key in _exceptions() if key[0] == table}
    assert allowed <= wrong.keys(), f"no longer needed in exceptions.csv: {allowed - wrong.keys()}"
    return {key: what for key, what in wrong.items() if key not in allowed}


def _exceptions() -> set[tuple[str, str, str]]:
    with Path(__file__).with_name("exceptions.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(row["reason"] for row in rows)
    return {(row["table"], row["id"], row["field"]) for row in rows}


def _records(name: str, rows: Rows) -> Iterator[Club | Person]:
    with (SHARED / "data" / name).open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            record = rows.record(number, row)
            assert not isinstance(record, Fault), record
            yield record


@pytest.fixture(scope="module")
def clubs(shipped: Register) -> dict[str, Club]:
    return {club.id: club for club in _records("clubs.csv", ClubRows(shipped))}


@pytest.fixture(scope="module")
def people(shipped: Register) -> dict[str, Person]:
    return {person.id: person for person in _records("people.csv", PeopleRows(shipped, lambda name: None))}


def test_clubs_have_the_country_and_numbers_of_the_list(shipped: Register, clubs: dict[str, Club]) -> None:
    known = [club for club in shipped.clubs.values() if club.id in clubs]
    wrong = {
        ("clubs", club.id, field): (club.name, ours, theirs)
        for club in known
        for field, ours, theirs in club_conflicts(club, clubs[club.id])
        if field in CHECKED
    }
    assert len(known) > 1_000
    assert _unexpected(wrong, "clubs") == {}


def test_people_have_the_birth_and_nation_of_the_list(shipped: Register, people: dict[str, Person]) -> None:
    known = [person for person in shipped.people.values() if person.id in people]
    wrong = {
        ("people", person.id, field): (person.name, ours, theirs)
        for person in known
        for field, ours, theirs in person_conflicts(person, people[person.id])
        if field in CHECKED
    }
    assert len(known) > 1_000
    assert _unexpected(wrong, "people") == {}


def test_ids_belong_to_whom_they_are_given_to(
    shipped: Register, clubs: dict[str, Club], people: dict[str, Person]
) -> None:
    """A slip of one digit in an id would point at somebody else: the names must have a word in common, or nearly."""
    pairs = [(c.id, [*club_names(c)], [*club_names(clubs[c.id])]) for c in shipped.clubs.values() if c.id in clubs]
    pairs += [
        (p.id, [*person_names(p)], [*person_names(people[p.id])]) for p in shipped.people.values() if p.id in people
    ]
    assert len(pairs) > 2_000
    assert [(id_, ours[0], theirs[0]) for id_, ours, theirs in pairs if not _akin(ours, theirs)] == []


def _akin(ours: list[str], theirs: list[str]) -> bool:
    one, other = (
        [word for name in names for word in name_key(name).split() if len(word) > 2] for names in (ours, theirs)
    )
    return bool(set(one) & set(other)) or any(SequenceMatcher(None, a, b).ratio() > 0.8 for a in one for b in other)


def test_wikidata_ids_are_used_where_the_list_has_them(shipped: Register, people: dict[str, Person]) -> None:
    """A person shipped under a makeshift id, whom the list has with name, day of birth and Wikidata id."""
    with_id = {
        (name_key(name), person.born): person.id
        for person in people.values()
        for name in person_names(person)
        if person.id.startswith("Q") and len(person.born) == 10
    }
    missed = [
        (person.id, person.name, with_id[name_key(person.name), person.born])
        for person in shipped.people.values()
        if not person.id.startswith("Q") and (name_key(person.name), person.born) in with_id
    ]
    assert missed == []
