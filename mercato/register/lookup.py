"""What a name may stand for, and why: the same keys as in the index, then surnames, then what comes near."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from mercato.errors import NotFound
from mercato.register.index import NameEntry, NameKind, fold_name
from mercato.register.matching import club_names, name_key, person_names
from mercato.register.records import Club, Competition, Country, Journalist, Outlet, Person
from mercato.register.register import Register

Record = Club | Person | Outlet | Journalist | Competition | Country

_KINDS = {
    NameKind.CLUB: "name of a club",
    NameKind.CLUB_NICKNAME: "nickname of a club",
    NameKind.GROUND: "ground of a club",
    NameKind.PERSON: "name of a person",
    NameKind.PERSON_NICKNAME: "nickname of a person",
    NameKind.OUTLET: "an outlet as it is cited",
    NameKind.JOURNALIST: "a journalist as cited",
    NameKind.COMPETITION: "name of a competition",
    NameKind.COUNTRY: "name of a nation",
    NameKind.DEMONYM: "who or what is of a nation",
    NameKind.CITY: "city of a club",
}
_NEAR = 5  # names offered where nothing matches
_COMPARED = 300  # candidates that difflib gets: it is slow, shared pairs of letters are not
_SURNAMES = 25  # people listed for a bare surname


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a name may stand for, with the reasons in the order of their strength."""

    kind: str
    record: Record
    reasons: tuple[str, ...]


def meanings(register: Register, name: str) -> list[Meaning]:
    """Everything that `name` (or an id, a handle, a domain) may stand for; raises NotFound with the nearest names."""
    found: dict[tuple[str, str], tuple[Record, list[str]]] = {}
    for record, reason in _all_reasons(register, name):
        reasons = found.setdefault((kind_of(record), _id(record)), (record, []))[1]
        if reason not in reasons:
            reasons.append(reason)
    if not found:
        raise NotFound(f"The register knows no {name!r}.", nearest(register, name))
    return [Meaning(kind, record, tuple(reasons)) for (kind, _), (record, reasons) in found.items()]


def kind_of(record: Record) -> str:
    """What sort of thing a record is, in one word."""
    if isinstance(record, Club):
        return "national team" if record.national else "club"
    return type(record).__name__.lower()


def _id(record: Record) -> str:
    return record.code if isinstance(record, Country) else record.id


def _all_reasons(register: Register, name: str) -> Iterator[tuple[Record, str]]:
    exact = False
    for record, reason in (*_by_id(register, name), *_by_handle(register, name), *_by_index(register, name)):
        exact = True
        yield record, reason
    if not exact:
        yield from _by_part(register, name)


def _by_id(register: Register, name: str) -> Iterator[tuple[Record, str]]:
    tables: tuple[dict[str, Record], ...] = (
        register.clubs, register.people, register.outlets, register.journalists, register.competitions,
        register.countries,
    )  # type: ignore[assignment]  # fmt: skip
    for table in tables:
        if name in table:
            yield table[name], f"id {name}"


def _by_handle(register: Register, name: str) -> Iterator[tuple[Record, str]]:
    if name[:1] in "@#":
        source = register.by_handle.get(name.lstrip("@#").casefold())
        if source is not None:
            yield source, f"handle or hashtag {name}"
    outlet = register.outlet_by_domain.get(name.casefold().removeprefix("www."))
    if outlet is not None:
        yield outlet, f"domain {name}"


def _by_index(register: Register, name: str) -> Iterator[tuple[Record, str]]:
    for entry in register.index.lookup(name):
        record = record_of(register, entry)
        yield record, _reason(entry, name, record)


def record_of(register: Register, entry: NameEntry) -> Record:
    """The record that an entry of the index stands for."""
    table: dict[str, Record] = {
        NameKind.PERSON: register.people,
        NameKind.PERSON_NICKNAME: register.people,
        NameKind.OUTLET: register.outlets,
        NameKind.JOURNALIST: register.journalists,
        NameKind.COMPETITION: register.competitions,
        NameKind.COUNTRY: register.countries,
        NameKind.DEMONYM: register.countries,
    }.get(entry.kind, register.clubs)  # type: ignore[assignment]
    return table[entry.id]


def _reason(entry: NameEntry, name: str, record: Record) -> str:
    what = _KINDS[entry.kind]
    if entry.text != record.name and entry.kind in (NameKind.CLUB, NameKind.PERSON, NameKind.COMPETITION):
        what = what.replace("name", "another name", 1)
    language = f", in texts in {LANGUAGE_NAMES.get(entry.language, entry.language)}" if entry.language else ""
    how = "as written" if entry.text == name else f"folded, written {entry.text!r}"
    return f"{what}: {how}{language}"


LANGUAGE_NAMES = {
    "en": "English", "it": "Italian", "es": "Spanish", "de": "German", "fr": "French", "pt": "Portuguese",
    "nl": "Dutch",
}  # fmt: skip


def _by_part(register: Register, name: str) -> Iterator[tuple[Record, str]]:
    """Names in letters that the index does not fold, then people by surname, the shipped ones first."""
    key = name_key(name)
    if not key:
        return
    if key != fold_name(name):
        for person in register.people.values():
            if any(name_key(known) == key for known in person_names(person)):
                yield person, "name of a person: as written"
        for club in register.clubs.values():
            if any(name_key(known) == key for known in club_names(club)):
                yield club, "name of a club: as written"
        return
    ending = b" " + key
    people = (person for person in register.people.values() if fold_name(person.name).endswith(ending))
    for person in heapq.nsmallest(_SURNAMES, people, key=lambda person: not person.shipped):
        yield person, f"surname of {person.name}"


def nearest(register: Register, name: str) -> tuple[str, ...]:
    """The known names that come nearest to one that is not known, as they are written."""
    folded = fold_name(name).decode()
    pairs = _pairs(folded)
    if not pairs:
        return ()
    known = {fold_name(person.name.rsplit(" ", 1)[-1]).decode(): person.name for person in _known_last(register)}
    known.update((fold_name(text).decode(), text) for text in _all_names(register))
    likely = heapq.nlargest(
        _COMPARED, known, key=lambda other: len(pairs & _pairs(other)) / (len(pairs) + max(len(other), 1))
    )
    return tuple(known[close] for close in difflib.get_close_matches(folded, likely, n=_NEAR, cutoff=0.7))


def _known_last(register: Register) -> list[Person]:
    """All people, the shipped ones last: a surname then stands for them."""
    return sorted(register.people.values(), key=lambda person: person.shipped)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _all_names(register: Register) -> Iterator[str]:
    """Names of everything; later ones hide earlier ones of the same letters, so what is asked for most comes last."""
    for person in register.people.values():
        yield from person_names(person)
    others: list[Competition | Country | Journalist | Outlet] = [
        *register.competitions.values(), *register.countries.values(), *register.journalists.values(),
        *register.outlets.values(),
    ]  # fmt: skip
    for record in others:
        yield from (record.name, *(name.text for name in record.names))
    for club in register.clubs.values():
        yield from (*club_names(club), *(name.text for name in club.nicknames))
