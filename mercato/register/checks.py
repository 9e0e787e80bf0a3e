"""Do the tables agree with each other? Every problem names the record and says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from mercato.register import tables
from mercato.register.index import fold_name
from mercato.register.matching import club_names
from mercato.register.records import Club, Journalist, Name, Outlet, Person
from mercato.register.register import Register, SharedName, national_nicknames

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_CONTRACT = re.compile(r"(?P<club>[^@\s]+)@(?P<end>[\d-]+)(?:\s*\[as of [\d-]+\])?")
S = TypeVar("S", bound=Outlet | Journalist)

GENDERS = frozenset({"m", "w"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the tables that can't be right: which table, which record, what."""

    table: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}: {self.name}: {self.what}"


def problems(register: Register) -> Iterator[Problem]:
    """Everything that is wrong with the shipped tables, table by table. Ids given twice: see `repeated_ids`."""
    for check in _CHECKS:
        yield from check(register)


def imported_problems(register: Register) -> Iterator[Problem]:
    """What is wrong with the records that the user has imported."""
    for club in register.clubs.values():
        if not club.shipped:
            yield from (Problem("imported clubs", club.name, what) for what in _club_faults(club, register))
    for person in register.people.values():
        if not person.shipped:
            yield from (Problem("imported people", person.name, what) for what in _person_faults(person, register))


def repeated_ids() -> Iterator[Problem]:
    """Ids that two rows of a shipped table share; a loaded register can't show them, the later row took the place."""
    for table in ("clubs", "people", "outlets.csv", "journalists.csv", "competitions.csv", "countries.csv"):
        seen: dict[str, str] = {}
        for id_, name in tables.read(tables.shipped(table), lambda row: (row["id"] or row["code"], row["name"])):
            if id_ in seen:
                yield Problem(table, name, f"id {id_} is {seen[id_]}'s too")
            seen[id_] = name


def valid_day(value: str) -> bool:
    """Whether a value is YYYY, YYYY-MM or YYYY-MM-DD and such a day exists."""
    found = _DAY.fullmatch(value)
    if not found:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def _clubs(register: Register) -> Iterator[Problem]:
    numbers: dict[str, str] = {}
    for club in register.clubs.values():
        for what in _club_faults(club, register):
            yield Problem("clubs", club.name, what)
        if club.tm_id and numbers.setdefault(club.tm_id, club.name) != club.name and club.shipped:
            yield Problem("clubs", club.name, f"tm_id {club.tm_id} is {numbers[club.tm_id]}'s too")


def _club_faults(club: Club, register: Register) -> Iterator[str]:
    if not club.id or not club.name:
        yield "no id or no name"
    if club.shipped and club.country not in register.countries:
        yield f"country {club.country!r} is not in countries.csv"
    if club.league and club.league not in register.competitions:
        yield f"league {club.league!r} is not in competitions.csv"
    if club.gender not in GENDERS:
        yield f"gender {club.gender!r} is unknown; known: m, w"
    league = register.competitions.get(club.league)
    if league and league.gender != club.gender:
        yield f"a side of gender {club.gender} in {league.name}"


def _people(register: Register) -> Iterator[Problem]:
    numbers: dict[str, str] = {}
    for person in register.people.values():
        for what in _person_faults(person, register):
            yield Problem("people", person.name, what)
        if person.tm_id and numbers.setdefault(person.tm_id, person.id) != person.id and person.shipped:
            yield Problem("people", person.name, f"tm_id {person.tm_id} is {numbers[person.tm_id]}'s too")


def _person_faults(person: Person, register: Register) -> Iterator[str]:
    if person.gender not in GENDERS:
        yield f"gender {person.gender!r} is unknown; known: m, w"
    if person.born and not valid_day(person.born):
        yield f"born {person.born!r} is no date"
    for code in (*person.nationality, *filter(None, (person.born_country,))):
        if code not in register.countries:
            yield f"nation {code!r} is not in countries.csv"
    if not person.shipped:
        return
    for spell in person.spells:
        if spell.club_id not in register.clubs:
            yield f"spell at {spell.club_id!r}, which is not in the clubs tables"
        if any(day and not valid_day(day) for day in (spell.start, spell.end)):
            yield f"spell {spell.start}..{spell.end} is no time"
        elif spell.start and spell.end and spell.end < spell.start[: len(spell.end)]:
            yield f"spell {spell.start}..{spell.end} ends before it begins"
    yield from _contract_faults(person, register)


def _contract_faults(person: Person, register: Register) -> Iterator[str]:
    if not person.contract:
        return
    found = _CONTRACT.fullmatch(person.contract)
    if not found or not valid_day(found["end"]):
        yield f"contract {person.contract!r} is not of the form clubid@YYYY-MM"
    elif found["club"] not in register.clubs:
        yield f"contract with {found['club']!r}, which is not in the clubs tables"


def _shared_club_names(register: Register) -> Iterator[Problem]:
    """No name leads to two shipped clubs without a row in shared_names."""
    owners: dict[bytes, dict[str, str]] = {}
    for club in register.clubs.values():
        if club.national or not club.shipped:
            continue
        for name in (*club_names(club), *(n.text for n in club.nicknames)):
            owners.setdefault(fold_name(name), {})[club.id] = club.name
    told = {fold_name(shared.name): set(shared.ids) for shared in register.shared_names}
    for key, clubs in owners.items():
        if key and len(clubs) > 1 and not clubs.keys() <= told.get(key, set()):
            yield Problem("clubs", key.decode(), f"stands for {', '.join(clubs.values())}, with no row in shared_names")


def _shared_names(register: Register) -> Iterator[Problem]:
    seen: dict[bytes, SharedName] = {}
    for shared in register.shared_names:
        key = fold_name(shared.name)
        if seen.setdefault(key, shared) is not shared:
            yield Problem("shared_names", shared.name, "stands there twice")
        for id_ in shared.ids:
            if id_ not in register.clubs:
                yield Problem("shared_names", shared.name, f"{id_!r} is not in the clubs tables")
        if len(set(shared.ids)) < 2:
            yield Problem("shared_names", shared.name, "names fewer than two clubs")


def _sources(register: Register) -> Iterator[Problem]:
    outlets, journalists = register.outlets.values(), register.journalists.values()
    yield from _twice("outlets", outlets, _keys_by_language, "name")
    yield from _twice("outlets", outlets, lambda outlet: outlet.domains, "domain")
    yield from _twice("journalists", journalists, _keys_by_language, "name")
    both: list[Outlet | Journalist] = [*outlets, *journalists]
    yield from _twice("handles", both, lambda source: [h.lstrip("@").casefold() for h in source.handles], "handle")
    for outlet in outlets:
        if outlet.country and outlet.country not in register.countries:
            yield Problem("outlets", outlet.name, f"country {outlet.country!r} is not in countries.csv")
        for domain in outlet.domains:
            if domain != domain.casefold() or "/" in domain or domain.startswith("www.") or "." not in domain:
                yield Problem("outlets", outlet.name, f"domain {domain!r} is no bare host name")
    for journalist in journalists:
        for id_ in journalist.outlets:
            if id_ not in register.outlets:
                yield Problem("journalists", journalist.name, f"outlet {id_!r} is not in outlets.csv")


def _keys_by_language(source: Outlet | Journalist) -> Iterator[str]:
    """The folded names in each language they hold in: "Sky" is one house in Italian and another in German."""
    for name in (Name(source.name), *source.names):
        for language in (name.language,) if name.language else sorted(tables.LANGUAGES):
            yield f"{fold_name(name.text).decode()} ({language})"


def _twice(table: str, sources: Iterable[S], keys: Callable[[S], Iterable[str]], what: str) -> Iterator[Problem]:
    """Keys that two sources share."""
    owners: dict[str, S] = {}
    for source in sources:
        for key in keys(source):
            owner = owners.setdefault(key, source)
            if owner is not source:
                yield Problem(table, source.name, f"{what} {key} is {owner.name}'s too")


def _nations(register: Register) -> Iterator[Problem]:
    for competition in register.competitions.values():
        nation = competition.country
        if nation and nation not in register.countries and nation not in CONFEDERATIONS:
            yield Problem("competitions", competition.name, f"country {nation!r} is not in countries.csv")
    for country in register.countries.values():
        if not re.fullmatch(r"[A-Z]{3}", country.code):
            yield Problem("countries", country.name, f"code {country.code!r} is not of three capitals")
    for code in national_nicknames():
        if code not in register.countries:
            yield Problem("national_nicknames", code, "is not in countries.csv")


CONFEDERATIONS = frozenset({"UEFA", "CONMEBOL", "CONCACAF", "CAF", "AFC", "OFC", "FIFA"})


def _windows(register: Register) -> Iterator[Problem]:
    seen = set()
    for window in register.windows:
        name = f"{window.country} {window.season} {window.kind}"
        if window.country not in register.countries:
            yield Problem("windows", name, "country is not in countries.csv")
        if window.season[:4] not in (str(window.closes.year - 1), str(window.closes.year)):
            yield Problem("windows", name, f"closes {window.closes}, outside its season")
        if window.opens is not None and window.closes <= window.opens:
            yield Problem("windows", name, f"closes {window.closes}, before it opens")
        if window.opens is not None and (window.closes - window.opens).days > 200:
            yield Problem("windows", name, f"is open for {(window.closes - window.opens).days} days")
        if name in seen:
            yield Problem("windows", name, "stands there twice")
        seen.add(name)


_CHECKS: tuple[Callable[[Register], Iterator[Problem]], ...] = (
    _clubs, _people, _shared_club_names, _shared_names, _sources, _nations, _windows,
)  # fmt: skip
