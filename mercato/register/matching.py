"""Which records are one and the same, and what becomes of two that are: the first one's facts win, gaps are filled."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol, TypeVar

from mercato.register.index import fold_name
from mercato.register.records import Club, Name, Person

R_contra = TypeVar("R_contra", Person, Club, contravariant=True)

# Sides of the four British nations often stand under the state in other people's lists.
UNITED_KINGDOM = "GBR"
_BRITISH = frozenset({"ENG", "SCO", "WAL", "NIR", UNITED_KINGDOM})


def name_key(text: str) -> bytes:
    """What makes two spellings one name: folded, and for letters that do not fold (阪口) the letters themselves."""
    folded = fold_name(text)
    if text.isascii() or sum(map(str.isalnum, text)) <= len(folded.replace(b" ", b"")):
        return folded
    return unicodedata.normalize("NFKC", text).casefold().encode()


def person_names(person: Person) -> Iterator[str]:
    """Every name of a person but the nicknames."""
    yield person.name
    if person.full_name:
        yield person.full_name
    yield from (name.text for name in person.names)


def club_names(club: Club) -> Iterator[str]:
    """Every name of a club but the nicknames and codes."""
    yield club.name
    if club.official:
        yield club.official
    yield from (name.text for name in club.names)


def same_nation(one: str, other: str) -> bool:
    """Whether two FIFA codes may be the same nation; GBR stands for any of the British ones."""
    return one == other or (UNITED_KINGDOM in (one, other) and {one, other} <= _BRITISH)


def births_differ(one: str, other: str) -> bool:
    """Whether two dates of birth, each known to the day or to the year alone, exclude each other."""
    if not one or not other:
        return False
    if len(one) == len(other):
        return one != other
    # A year alone is often worked out from an age, so the neighbouring year may be meant.
    return abs(int(one[:4]) - int(other[:4])) > 1


class Matcher(Protocol[R_contra]):
    """Knows records, and finds the one that another record is about."""

    def add(self, record: R_contra, /) -> None:
        """Make a record known."""

    def find(self, record: R_contra, /) -> str | None:
        """The id of the known record that this one is, None where there is none or where it can't be told."""


class PeopleMatcher:
    """Finds the known person that another record is about: by id, by Transfermarkt number, by name and birth."""

    def __init__(self, people: Iterable[Person], apart: frozenset[frozenset[str]] = frozenset()) -> None:
        self._ids: set[str] = set()
        self._numbers: dict[str, str] = {}
        self._named: dict[bytes, list[Person]] = {}
        self._apart = apart
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        """Make a person known."""
        self._ids.add(person.id)
        if person.tm_id:
            self._numbers.setdefault(person.tm_id, person.id)
        for key in {name_key(name) for name in person_names(person)}:
            self._named.setdefault(key, []).append(person)

    def find(self, person: Person) -> str | None:
        """The id of the known person that this one is, None where nobody is or where it can't be told."""
        found = self._by_id(person) or self._by_name(person)
        return None if found and frozenset((found, person.id)) in self._apart else found

    def _by_id(self, person: Person) -> str | None:
        return person.id if person.id in self._ids else self._numbers.get(person.tm_id)

    def _by_name(self, person: Person) -> str | None:
        candidates = {c.id: c for n in (person.name, person.full_name) if n for c in self._named.get(name_key(n), ())}
        found = [c.id for c in candidates.values() if _same_person(c, person)]
        return found[0] if len(found) == 1 else None


def _same_person(known: Person, other: Person) -> bool:
    """Whether two people of one name are the same, as far as birth, nationality, clubs and gender tell."""
    if known.gender != other.gender:
        return False
    if len(known.born) == 10 == len(other.born):
        return known.born == other.born
    if not known.shipped or _numbered_apart(known, other):
        return False
    if other.born and known.born:
        return not births_differ(known.born, other.born) and bool({*known.nationality} & {*other.nationality})
    return " " in other.name and known.role == other.role and _same_life(known, other)


def _numbered_apart(known: Person, other: Person) -> bool:
    """Whether two people have different numbers in one numbering."""
    wikidata = known.id.startswith("Q") and other.id.startswith("Q")
    return wikidata or bool(known.tm_id and other.tm_id and known.tm_id != other.tm_id)


def _same_life(known: Person, other: Person) -> bool:
    """Without a birth to compare: the same club, or for coaches, who are few, the same nation."""
    clubs = {known.club_id, *(spell.club_id for spell in known.spells)} - {""}
    nations = {*known.nationality} & {*other.nationality}
    return other.club_id in clubs or (known.role == "coach" and bool(nations))


class ClubMatcher:
    """Finds the known club that another record is about: by id, by Transfermarkt number, by name and nation."""

    def __init__(self, clubs: Iterable[Club], apart: frozenset[frozenset[str]] = frozenset()) -> None:
        self._ids: set[str] = set()
        self._numbers: dict[str, Club] = {}
        self._named: dict[bytes, list[Club]] = {}
        self._apart = apart
        for club in clubs:
            self.add(club)

    def add(self, club: Club) -> None:
        """Make a club known; national teams are no clubs."""
        if club.national:
            return
        self._ids.add(club.id)
        if club.tm_id:
            self._numbers.setdefault(club.tm_id, club)
        for key in {name_key(name) for name in club_names(club)}:
            self._named.setdefault(key, []).append(club)

    def find(self, club: Club) -> str | None:
        """The id of the known club that this one is, None where none is or where it can't be told."""
        found = club.id if club.id in self._ids else self._by_number(club) or self._by_name(club)
        return None if found and frozenset((found, club.id)) in self._apart else found

    def _by_number(self, club: Club) -> str | None:
        """One number for clubs of two nations is a slip of the list: they stay two."""
        known = self._numbers.get(club.tm_id)
        if known is None or (known.country and club.country and not same_nation(known.country, club.country)):
            return None
        return known.id

    def _by_name(self, club: Club) -> str | None:
        known = self._named.get(name_key(club.name), ())
        # Two Wikidata ids, or two Transfermarkt numbers, are two clubs whatever they are called.
        found = {
            c.id
            for c in known
            if club.country
            and same_nation(c.country, club.country)
            and c.gender == club.gender
            and not (c.tm_id and club.tm_id)
            and not (c.id.startswith("Q") and club.id.startswith("Q"))
        }
        return found.pop() if len(found) == 1 else None

    def named(self, name: str) -> str | None:
        """The id of the only club of that name."""
        found = {club.id for club in self._named.get(name_key(name), ())}
        return found.pop() if len(found) == 1 else None


def _further(known: Iterable[str], names: Iterable[Name]) -> tuple[Name, ...]:
    """The names that do not fold to one of those known, each once."""
    seen = {name_key(name) for name in known}
    found = []
    for name in names:
        key = name_key(name.text)
        if key not in seen:
            seen.add(key)
            found.append(name)
    return tuple(found)


def merge_people(known: Person, other: Person) -> Person:
    """The known person with what the other record adds; the later club wins."""
    full_name = known.full_name or other.full_name
    texts = [*person_names(known), full_name, *(n.text for n in known.nicknames)]
    offered = (Name(other.name), *((Name(other.full_name),) if other.full_name else ()), *other.names)
    later = bool(other.club_id) and other.club_as_of > known.club_as_of
    precise = len(other.born) > len(known.born) and not births_differ(known.born, other.born)
    return replace(
        known,
        full_name=full_name,
        names=known.names + _further(texts, offered),
        nicknames=known.nicknames + _further(texts, other.nicknames),
        born=other.born if precise else known.born,
        born_place=known.born_place or other.born_place,
        born_country=known.born_country or other.born_country,
        nationality=known.nationality or other.nationality,
        position=known.position or other.position,
        club_id=other.club_id if later else known.club_id,
        club_as_of=other.club_as_of if later else known.club_as_of,
        spells=known.spells or other.spells,
        contract=known.contract or other.contract,
        tm_id=known.tm_id or other.tm_id,
    )


def merge_clubs(known: Club, other: Club) -> Club:
    """The known club with what the other record adds."""
    official = known.official or other.official
    texts = [*club_names(known), official, *(n.text for n in known.nicknames), *known.codes]
    return replace(
        known,
        official=official,
        country=known.country if known.country and known.country != UNITED_KINGDOM else other.country or known.country,
        league=known.league or other.league,
        city=known.city or other.city,
        grounds=known.grounds or other.grounds,
        names=known.names + _further(texts, (Name(other.name), *other.names)),
        nicknames=known.nicknames + _further(texts, other.nicknames),
        codes=known.codes or other.codes,
        tm_id=known.tm_id or other.tm_id,
    )


def person_conflicts(known: Person, other: Person) -> Iterator[tuple[str, str, str]]:
    """What the two records say of one person that can't both be right: field, known value, the other's value."""
    if births_differ(known.born, other.born):
        yield "born", known.born, other.born
    if known.nationality and other.nationality and not {*known.nationality} & {*other.nationality}:
        yield "nationality", "|".join(known.nationality), "|".join(other.nationality)
    if known.gender != other.gender:
        yield "gender", known.gender, other.gender
    if known.tm_id and other.tm_id and known.tm_id != other.tm_id:
        yield "tm_id", known.tm_id, other.tm_id


def club_conflicts(known: Club, other: Club) -> Iterator[tuple[str, str, str]]:
    """What the two records say of one club that can't both be right: field, known value, the other's value."""
    if known.country and other.country and not same_nation(known.country, other.country):
        yield "country", known.country, other.country
    if known.gender != other.gender:
        yield "gender", known.gender, other.gender
    if known.league and other.league and known.league != other.league:
        yield "league", known.league, other.league
    if known.tm_id and other.tm_id and known.tm_id != other.tm_id:
        yield "tm_id", known.tm_id, other.tm_id
