"""A record of the register in lines of text: what is known of it, one fact a line, and nothing that isn't known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from mercato.register import Club, Competition, Country, Journalist, Name, Outlet, Person, Register
from mercato.register.index import fold_name
from mercato.register.lookup import LANGUAGE_NAMES, Meaning, Record

_WIDTH = 14
_TRANSFERMARKT = "https://www.transfermarkt.com/-"


def as_record(meaning: Meaning) -> dict[str, Any]:
    """A meaning for other programs."""
    record = {field: value for field, value in asdict(meaning.record).items() if value not in ("", (), None)}
    if isinstance(meaning.record, Person):
        record["spells"] = [{**asdict(s), "flags": sorted(s.flags)} for s in meaning.record.spells]
    return {
        "kind": meaning.kind,
        "why": list(meaning.reasons),
        **record,
        "links": list(_links(meaning.record)),
    }


def record_lines(meaning: Meaning, register: Register) -> Iterator[str]:
    """The heading, the reasons, then what is known."""
    record = meaning.record
    yield f"{record.name} ({meaning.kind})"
    for reason in meaning.reasons:
        yield _fact("why", reason)
    for label, value in _facts(record, register):
        if value:
            yield _fact(label, value)
    for link in _links(record):
        yield _fact("link", link)
    if isinstance(record, Person | Club) and not record.shipped:
        yield _fact("from", "your own register")


def shared_note(register: Register, name: str) -> Iterator[str]:
    """Which of several clubs a shared name stands for by default, and why."""
    for shared in register.shared_names:
        if fold_name(shared.name) == fold_name(name):
            clubs = [register.clubs[id_].name for id_ in shared.ids if id_ in register.clubs]
            yield f"{shared.name!r} is shared by {', '.join(clubs)}; without further signs {clubs[0]} is meant"
            if shared.note:
                yield f"  {shared.note}"
            yield ""


def _fact(label: str, value: str) -> str:
    return f"  {label.ljust(_WIDTH)}{value}"


def _facts(record: Record, register: Register) -> Iterator[tuple[str, str]]:
    if isinstance(record, Person):
        yield from _person(record, register)
    elif isinstance(record, Club):
        yield from _club(record, register)
    elif isinstance(record, Outlet | Journalist):
        yield from _source(record, register)
    elif isinstance(record, Competition):
        yield from _competition(record, register)
    else:
        yield from _country(record)


def _person(person: Person, register: Register) -> Iterator[tuple[str, str]]:
    yield "full name", person.full_name
    yield "born", _birth(person, register)
    yield "nationality", ", ".join(_nation(code, register) for code in person.nationality)
    yield "role", f"{person.role}, {person.position}" if person.position else person.role
    if person.club_id:
        yield "club", f"{_club_name(person.club_id, register)} (as of {person.club_as_of or 'an unknown day'})"
    for spell in person.spells:
        flags = f" ({', '.join(sorted(spell.flags))})" if spell.flags else ""
        yield "spell", f"{spell.start or '?'} to {spell.end or '?'}  {_club_name(spell.club_id, register)}{flags}"
    if person.contract:
        club, _, until = person.contract.partition("@")
        yield "contract", f"{_club_name(club, register)} until {until}"
    yield from _named("also", person.names)
    yield from _named("nicknames", person.nicknames)


def _birth(person: Person, register: Register) -> str:
    if not person.born and not person.born_place:
        return ""
    place = ", ".join(filter(None, (person.born_place, _nation(person.born_country, register))))
    ages = person.age_on(date.today())
    years = "" if ages is None else f"aged {ages[0]}" if ages[0] == ages[1] else f"aged {ages[0]} or {ages[1]}"
    return "; ".join(filter(None, (person.born, place, years)))


def _club(club: Club, register: Register) -> Iterator[tuple[str, str]]:
    yield "official name", club.official
    yield "country", _nation(club.country, register)
    league = register.competitions.get(club.league)
    yield "league", f"{league.name} ({league.id})" if league else club.league
    yield "team", "women" if club.gender == "w" else "men"
    yield from _named("city", club.city)
    yield from _named("grounds", club.grounds)
    yield from _named("also", club.names)
    yield from _named("nicknames", club.nicknames)
    yield "codes", ", ".join(club.codes)
    people = [p.name for p in register.people.values() if p.shipped and _there_now(p, club.id)]
    yield "people", ", ".join(sorted(people)[:30])


def _there_now(person: Person, club_id: str) -> bool:
    return bool(person.spells) and person.spells[-1].club_id == club_id and not person.spells[-1].end


def _source(source: Outlet | Journalist, register: Register) -> Iterator[tuple[str, str]]:
    if isinstance(source, Outlet):
        yield "kind", source.kind.value
        yield "language", LANGUAGE_NAMES.get(source.language, source.language)
        yield "city", source.city
        yield "domains", ", ".join(source.domains)
    else:
        known = (register.outlets.get(id_) for id_ in source.outlets)
        yield "writes for", ", ".join(outlet.name for outlet in known if outlet)
        yield "languages", ", ".join(LANGUAGE_NAMES.get(code, code) for code in source.languages)
    yield "country", _nation(source.country, register)
    yield "handles", ", ".join(source.handles)
    yield from _named("cited as", source.names)


def _competition(competition: Competition, register: Register) -> Iterator[tuple[str, str]]:
    yield "country", _nation(competition.country, register)
    yield "level", str(competition.tier) if competition.tier else "cup"
    yield "teams", "women" if competition.gender == "w" else "men"
    yield from _named("also", competition.names)
    yield (
        "clubs",
        ", ".join(sorted(c.name for c in register.clubs.values() if c.league == competition.id and c.shipped)),
    )


def _country(country: Country) -> Iterator[tuple[str, str]]:
    yield "code", country.code
    yield from _named("also", country.names)
    yield from _named("demonyms", country.demonyms)


def _named(label: str, names: Iterable[Name]) -> Iterator[tuple[str, str]]:
    """Names in one line for each language, those of every language first."""
    by_language: dict[str | None, list[str]] = {}
    for name in names:
        by_language.setdefault(name.language, []).append(name.text)
    for language in sorted(by_language, key=lambda code: code or ""):
        ending = f" ({LANGUAGE_NAMES.get(language, language)})" if language else ""
        yield label, f"{', '.join(by_language[language])}{ending}"


def _nation(code: str, register: Register) -> str:
    country = register.countries.get(code)
    return country.name if country else code


def _club_name(id_: str, register: Register) -> str:
    club = register.clubs.get(id_)
    return club.name if club else id_


def _links(record: Record) -> Iterator[str]:
    """Where the record's ids lead."""
    if record.id[:1] == "Q" and record.id[1:].isdigit():
        yield f"https://www.wikidata.org/wiki/{record.id}"
    if isinstance(record, Club) and record.tm_id:
        yield f"{_TRANSFERMARKT}/startseite/verein/{record.tm_id}"
    if isinstance(record, Person) and record.tm_id:
        yield f"{_TRANSFERMARKT}/profil/{'trainer' if record.role == 'coach' else 'spieler'}/{record.tm_id}"
    if isinstance(record, Outlet):
        yield from (f"https://{domain}" for domain in record.domains[:1])
