"""The register: every record by id, and the index of their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mercato.register import tables
from mercato.register.index import NameEntry, NameIndex, NameKind, collecting_paused, fold_name
from mercato.register.records import Club, Competition, Country, Journalist, Name, Outlet, Person, Window


@dataclass(frozen=True, slots=True)
class SharedName:
    """A name that several clubs share; the first id is meant where nothing in the text speaks for another."""

    name: str
    ids: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Register:
    """Who is who. Records by id; `index` finds their names in text."""

    clubs: dict[str, Club]
    people: dict[str, Person]
    outlets: dict[str, Outlet]
    journalists: dict[str, Journalist]
    competitions: dict[str, Competition]
    countries: dict[str, Country]
    windows: tuple[Window, ...] = ()
    shared_names: tuple[SharedName, ...] = ()

    @cached_property
    def index(self) -> NameIndex:
        """The names of all records; built when first asked for (about 2 s for 500,000 people)."""
        with collecting_paused():
            return NameIndex(self._entries())

    @cached_property
    def outlet_by_domain(self) -> dict[str, Outlet]:
        """Outlets by each of their domains."""
        return {domain: outlet for outlet in self.outlets.values() for domain in outlet.domains}

    @cached_property
    def by_handle(self) -> dict[str, Club | Outlet | Journalist]:
        """Clubs, outlets and journalists by handle or hashtag, lower case, without @ and #."""
        found: dict[str, Club | Outlet | Journalist] = {}
        for club in self.clubs.values():
            found.update({code.lstrip("@#").casefold(): club for code in club.codes})
        sources: tuple[Outlet | Journalist, ...] = (*self.outlets.values(), *self.journalists.values())
        for source in sources:
            found.update({handle.lstrip("@").casefold(): source for handle in source.handles})
        return found

    @cached_property
    def journalist_names(self) -> dict[str, Journalist]:
        """Journalists by each name, lower case."""
        found: dict[str, Journalist] = {}
        for journalist in self.journalists.values():
            for name in (journalist.name, *(n.text for n in journalist.names)):
                found.setdefault(name.casefold(), journalist)
        return found

    @cached_property
    def surnames(self) -> frozenset[bytes]:
        """The last word of every person's name, folded."""
        return frozenset(fold_name(person.name.rsplit(" ", 1)[-1]) for person in self.people.values())

    @cached_property
    def by_surname(self) -> dict[bytes, tuple[Person, ...]]:
        """Shipped people by the last word of their name, where only one of them has it."""
        found: dict[bytes, list[Person]] = {}
        for person in self.people.values():
            if person.shipped and " " in person.name:
                found.setdefault(fold_name(person.name.rsplit(" ", 1)[-1]), []).append(person)
        return {surname: tuple(people) for surname, people in found.items() if len(people) == 1}

    def _entries(self) -> Iterator[NameEntry]:
        yield from self._club_entries()
        yield from self._person_entries()
        yield from self._source_entries()
        for competition in self.competitions.values():
            yield NameEntry(NameKind.COMPETITION, competition.id, competition.name)
            yield from _named(NameKind.COMPETITION, competition.id, competition.names)
        for country in self.countries.values():
            yield NameEntry(NameKind.COUNTRY, country.code, country.name)
            yield from _named(NameKind.COUNTRY, country.code, country.names)
            yield from _named(NameKind.DEMONYM, country.code, country.demonyms)

    def names_of_others(self) -> frozenset[bytes]:
        """Folded names of shipped people, sources and nations: no imported club ("Express", "Kuwait") may hide them."""
        people = [person for person in self.people.values() if person.shipped]
        others: list[Outlet | Journalist | Country | Person] = [
            *self.outlets.values(), *self.journalists.values(), *self.countries.values(), *people,
        ]  # fmt: skip
        return frozenset(fold_name(text) for other in others for text in (other.name, *(n.text for n in other.names)))

    def _club_entries(self) -> Iterator[NameEntry]:
        taken = self.names_of_others()
        for club in self.clubs.values():
            if club.national:
                yield from _named(NameKind.CLUB_NICKNAME, club.id, club.nicknames)
                continue
            for name in (Name(club.name), Name(club.official), *club.names):
                if name.text and (club.shipped or (len(name.text) > 2 and fold_name(name.text) not in taken)):
                    yield NameEntry(NameKind.CLUB, club.id, name.text, name.language)
            yield from (NameEntry(NameKind.CLUB, club.id, code) for code in club.codes if not code.startswith("@"))
            yield from _named(NameKind.CLUB_NICKNAME, club.id, club.nicknames)
            yield from _named(NameKind.GROUND, club.id, club.grounds)
            yield from _named(NameKind.CITY, club.id, club.city)

    def _person_entries(self) -> Iterator[NameEntry]:
        for person in self.people.values():
            # Names of one or two letters in other people's lists ("Xu", "J.") would be found everywhere.
            least = 1 if person.shipped else 3
            if len(person.name) >= least:
                yield NameEntry(NameKind.PERSON, person.id, person.name)
            if len(person.full_name) >= least and person.full_name != person.name:
                yield NameEntry(NameKind.PERSON, person.id, person.full_name)
            for name in person.names:
                if len(name.text) >= least:
                    yield NameEntry(NameKind.PERSON, person.id, name.text, name.language)
            if person.nicknames:
                yield from _named(NameKind.PERSON_NICKNAME, person.id, person.nicknames)

    def _source_entries(self) -> Iterator[NameEntry]:
        for outlet in self.outlets.values():
            yield NameEntry(NameKind.OUTLET, outlet.id, outlet.name)
            yield from _named(NameKind.OUTLET, outlet.id, outlet.names)
            yield from (NameEntry(NameKind.OUTLET, outlet.id, domain) for domain in outlet.domains)
        for journalist in self.journalists.values():
            yield NameEntry(NameKind.JOURNALIST, journalist.id, journalist.name)
            yield from _named(NameKind.JOURNALIST, journalist.id, journalist.names)


def _named(kind: NameKind, id_: str, names: Iterable[Name]) -> Iterator[NameEntry]:
    return (NameEntry(kind, id_, name.text, name.language) for name in names)


def _shared_name(row: tables.Row) -> SharedName:
    return SharedName(row["name"], tables.split(row["ids"]), row.get("note", ""))


def national_nicknames() -> dict[str, tuple[Name, ...]]:
    """The nicknames of national teams by FIFA code."""
    table = tables.shipped("national_nicknames.csv")
    return dict(tables.read(table, lambda row: (row["code"], tables.names(row["nicknames"]))))


def national_teams(countries: Iterable[Country], nicknames: dict[str, tuple[Name, ...]]) -> Iterator[Club]:
    """Each football nation as a club: a coach or player may join "Germany"."""
    for country in countries:
        yield Club(
            id=f"national:{country.code}",
            name=country.name,
            country=country.code,
            names=country.names,
            nicknames=nicknames.get(country.code, ()),
            national=True,
        )


def load_shipped() -> Register:
    """The register that comes with the package."""
    countries = {c.code: c for c in tables.read(tables.shipped("countries.csv"), tables.country_from)}
    clubs = {c.id: c for c in tables.read(tables.shipped("clubs"), tables.club_from)}
    clubs.update({c.id: c for c in national_teams(countries.values(), national_nicknames())})
    return Register(
        clubs=clubs,
        people={p.id: p for p in tables.read(tables.shipped("people"), tables.person_from)},
        outlets={o.id: o for o in tables.read(tables.shipped("outlets.csv"), tables.outlet_from)},
        journalists={j.id: j for j in tables.read(tables.shipped("journalists.csv"), tables.journalist_from)},
        competitions={c.id: c for c in tables.read(tables.shipped("competitions.csv"), tables.competition_from)},
        countries=countries,
        windows=tuple(tables.read(tables.shipped("windows.csv"), tables.window_from)),
        shared_names=tuple(tables.read(tables.shipped("shared_names"), _shared_name)),
    )
