"""Putting the register together: what the package ships first, and what the user has imported merged into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from mercato import settings
from mercato.register.index import collecting_paused
from mercato.register.matching import (
    ClubMatcher,
    Matcher,
    PeopleMatcher,
    club_names,
    merge_clubs,
    merge_people,
    name_key,
)
from mercato.register.records import Club, Person
from mercato.register.register import Register, load_shipped
from mercato.register.tables import shipped_digest

if TYPE_CHECKING:
    from mercato.register.store import RegisterStore, Row

R = TypeVar("R", Person, Club)


def load_register(user: bool = True, path: Path | None = None) -> Register:
    """The shipped register, and with `user` what stands in the user's own (at `path`, else where the settings say).

    A store that isn't there adds nothing. Raises DataFileError where there is one that can't be read.
    """
    place = path or settings.register_path()
    with collecting_paused():
        shipped = load_shipped()
        if not user or not place.exists():
            return shipped
        # Imported here: SQLite and msgspec cost more than loading the shipped tables.
        from mercato.register.store import RegisterStore

        with RegisterStore(place, write=False) as store:
            return with_store(shipped, store)


def with_store(shipped: Register, store: RegisterStore) -> Register:
    """A register of the shipped records and those of the store; shipped facts win, verdicts count."""
    apart, joined = store.apart(), store.joined()
    club_rows, people_rows = store.clubs(), store.people()
    if any(source.basis != shipped_digest() for source in store.sources()):
        # The package has changed since the import: some of what was new then may be shipped now.
        club_rows = _linked(club_rows, ClubMatcher(shipped.clubs.values(), apart))
        people_rows = _linked(people_rows, PeopleMatcher(shipped.people.values(), apart))
    clubs = _Merger(dict(shipped.clubs), merge_clubs, apart)
    clubs.take(club_rows)
    clubs.join(joined)
    people = _Merger(dict(shipped.people), merge_people, apart)
    people.take(_at_known_clubs(people_rows, clubs.moved))
    people.join(joined)
    _rank_names(clubs.records, shipped)
    return replace(shipped, clubs=clubs.records, people=people.records)


class _Merger(Generic[R]):
    """Records by id, into which those of the store are merged; `moved` tells where their ids have gone."""

    def __init__(self, records: dict[str, R], merge: Callable[[R, R], R], apart: frozenset[frozenset[str]]) -> None:
        self.records: dict[str, R] = records
        self.moved: dict[str, str] = {}
        self._merge: Callable[[R, R], R] = merge
        self._apart = apart

    def take(self, rows: Iterable[Row[R]]) -> None:
        """Merge each row into the record that it was found to be, else add it."""
        records = self.records
        for record, target in rows:
            if target:
                self._put(record, self._place(record.id, target))
            elif record.id in records:
                records[record.id] = self._merge(records[record.id], record)
            else:
                records[record.id] = record

    def join(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Make one of each pair that a verdict calls the same; a shipped record, else the first, stays."""
        for one, other in pairs:
            kept, gone = self.moved.get(one, one), self.moved.get(other, other)
            if kept == gone or kept not in self.records or gone not in self.records:
                continue
            if self.records[gone].shipped and not self.records[kept].shipped:
                kept, gone = gone, kept
            self.records[kept] = self._merge(self.records[kept], self.records.pop(gone))
            self.moved[gone] = kept

    def _place(self, id_: str, target: str) -> str:
        target = self.moved.get(target, target)
        known = target in self.records and frozenset((id_, target)) not in self._apart
        return target if known else id_

    def _put(self, record: R, place: str) -> None:
        known = self.records.get(place)
        self.records[place] = record if known is None else self._merge(known, record)
        if place != record.id:
            self.moved[record.id] = place


def _linked(rows: Iterable[Row[R]], matcher: Matcher[R]) -> Iterator[Row[R]]:
    """The rows, each new one compared with the shipped records once more."""
    for row in rows:
        yield row if row.target else row._replace(target=matcher.find(row.record) or "")


def _at_known_clubs(rows: Iterable[Row[Person]], moved: dict[str, str]) -> Iterator[Row[Person]]:
    """The rows with the club's id as the register has it, where the club was merged into another record."""
    for row in rows:
        club_id = moved.get(row.record.club_id)
        yield row if club_id is None else row._replace(record=replace(row.record, club_id=club_id))


def _rank_names(clubs: dict[str, Club], shipped: Register) -> None:
    """Imported names that are another shipped club's own come after it, as nicknames do: "Newcastle" of Jets.

    A shipped club gets no name that is a nation's, a person's or a paper's ("Austria" of Austria Vienna), and none of
    two letters.
    """
    others = shipped.names_of_others()
    owners: dict[bytes, set[str]] = {}
    for club in shipped.clubs.values():
        for name in () if club.national else (*club_names(club), *club.codes):
            owners.setdefault(name_key(name), set()).add(club.id)
    for id_, club in clubs.items():
        before = shipped.clubs.get(id_)
        if club is before:
            continue
        own = len(before.names) if before else 0
        weak = tuple(n for n in club.names[own:] if id_ not in owners.get(name_key(n.text), {id_}))
        hiding = tuple(n for n in club.names[own:] if before and (name_key(n.text) in others or len(n.text) < 3))
        if weak or hiding:
            names = tuple(name for name in club.names if name not in weak and name not in hiding)
            clubs[id_] = replace(club, names=names, nicknames=club.nicknames + weak)
