"""Reading the register's tables: CSV rows become records; a wrong cell is named with file, line and what is allowed."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

from mercato.errors import DataFileError
from mercato.model.languages import language_codes
from mercato.register.records import (
    CareerSpell,
    Club,
    Competition,
    Country,
    Journalist,
    Name,
    Outlet,
    OutletKind,
    Person,
    Window,
    WindowKind,
)

# A name may hold in one language only: "de:Mailand".
LANGUAGES = frozenset(language_codes())
POSITIONS = frozenset(
    {
        "goalkeeper", "right-back", "left-back", "centre-back", "defender", "defensive midfielder",
        "central midfielder", "attacking midfielder", "midfielder", "right winger", "left winger", "winger",
        "forward", "striker",
    }
)  # fmt: skip
PERSON_ROLES = frozenset({"player", "coach", "director", "agent", "official", "owner"})
SPELL_FLAGS = frozenset({"loan", "youth", "coach", "director"})

Row = dict[str, str]
R = TypeVar("R")


class RowError(ValueError):
    """A cell of a row is wrong; the caller adds file and line."""


def split(cell: str | None) -> tuple[str, ...]:
    """The values of a cell, `|` between them."""
    return tuple(part.strip() for part in cell.split("|") if part.strip()) if cell else ()


def names(cell: str | None) -> tuple[Name, ...]:
    """The values of a cell as names, a two-letter prefix with a colon giving the language."""
    found = []
    for part in split(cell):
        prefix, colon, rest = part.partition(":")
        if colon and len(prefix) == 2 and prefix.islower():
            if prefix not in LANGUAGES:
                raise RowError(f"language {prefix!r} in {part!r} is unknown; known: {', '.join(sorted(LANGUAGES))}")
            found.append(Name(rest.strip(), prefix))
        else:
            found.append(Name(part))
    return tuple(found)


def chosen(value: str, allowed: frozenset[str], what: str) -> str:
    """`value` if it is allowed, empty included."""
    if value and value not in allowed:
        raise RowError(f"{what} {value!r} is unknown; known: {', '.join(sorted(allowed))}")
    return value


def spells(cell: str | None) -> tuple[CareerSpell, ...]:
    """The spells of a career: `club@from..to flags`, `|` between them."""
    found = []
    for part in split(cell):
        club_id, at, rest = part.rpartition("@")
        times, *flags = rest.split()
        start, dots, end = times.partition("..")
        if not at or not dots:
            raise RowError(f"spell {part!r} is not of the form clubid@from..to")
        for flag in flags:
            chosen(flag, SPELL_FLAGS, "spell flag")
        found.append(CareerSpell(club_id, start, end, frozenset(flags)))
    return tuple(found)


def club_from(row: Row, shipped: bool = True) -> Club:
    """A row of a clubs table."""
    return Club(
        id=row["id"],
        name=row["name"],
        official=row.get("official", ""),
        country=row.get("country", ""),
        league=row.get("league", ""),
        gender=row.get("gender") or "m",
        city=names(row.get("city")),
        grounds=names(row.get("ground")) + names(row.get("training_ground")),
        names=names(row.get("names")),
        nicknames=names(row.get("nicknames")),
        codes=split(row.get("codes")),
        tm_id=row.get("tm_id", ""),
        shipped=shipped,
    )


def person_from(row: Row, shipped: bool = True) -> Person:
    """A row of a people table."""
    return Person(
        id=row["id"],
        name=row["name"],
        full_name=row.get("full_name", ""),
        names=names(row.get("other_names")),
        nicknames=names(row.get("nicknames")),
        born=row.get("born", ""),
        born_place=row.get("born_place", ""),
        born_country=row.get("born_country", ""),
        nationality=split(row.get("nationality")),
        position=chosen(row.get("position", ""), POSITIONS, "position"),
        role=chosen(row.get("role") or "player", PERSON_ROLES, "role"),
        gender=row.get("gender") or "m",
        club_id=row.get("club_id", ""),
        club_as_of=row.get("club_as_of", ""),
        spells=spells(row.get("spells")),
        contract=row.get("contract", ""),
        tm_id=row.get("tm_id", ""),
        shipped=shipped,
    )


def outlet_from(row: Row) -> Outlet:
    """A row of the outlets table."""
    kinds = frozenset(kind.value for kind in OutletKind)
    return Outlet(
        id=row["id"],
        name=row["name"],
        kind=OutletKind(chosen(row["kind"], kinds, "kind")),
        names=names(row.get("cited_as")),
        handles=split(row.get("handles")),
        domains=split(row.get("domains")),
        language=row.get("language", ""),
        country=row.get("country", ""),
        city=row.get("city", ""),
    )


def journalist_from(row: Row) -> Journalist:
    """A row of the journalists table."""
    return Journalist(
        id=row["id"],
        name=row["name"],
        names=names(row.get("cited_as")),
        handles=split(row.get("handles")),
        outlets=split(row.get("outlets")),
        languages=split(row.get("languages")),
        country=row.get("country", ""),
    )


def competition_from(row: Row) -> Competition:
    """A row of the competitions table."""
    return Competition(
        id=row["id"],
        name=row["name"],
        names=names(row.get("names")),
        country=row.get("country", ""),
        tier=int(row.get("tier") or 0),
        gender=row.get("gender") or "m",
        tm_code=row.get("tm_code", ""),
    )


def window_from(row: Row) -> Window:
    """A row of the windows table."""
    kinds = frozenset(kind.value for kind in WindowKind)
    return Window(
        country=row["country"],
        season=row["season"],
        kind=WindowKind(chosen(row["kind"], kinds, "kind")),
        opens=date.fromisoformat(row["opens"]) if row["opens"] else None,
        closes=date.fromisoformat(row["closes"]),
    )


def country_from(row: Row) -> Country:
    """A row of the countries table."""
    return Country(
        id=row["id"],
        code=row["code"],
        name=row["name"],
        names=names(row.get("names")),
        demonyms=names(row.get("demonyms")),
        iso=row.get("iso", ""),
    )


def shipped(name: str) -> Traversable:
    """A table or a folder of tables inside the package."""
    return files("mercato.register").joinpath("data", *name.split("/"))


@lru_cache(maxsize=1)
def shipped_digest() -> str:
    """A digest of everything shipped, to tell whether it has changed."""
    digest = hashlib.blake2b(digest_size=16)
    waiting = [files("mercato.register").joinpath("data")]
    while waiting:
        entry = waiting.pop()
        if entry.is_dir():
            waiting.extend(sorted(entry.iterdir(), key=lambda inner: inner.name))
        elif entry.name.endswith(".csv"):
            digest.update(entry.read_bytes())
    return digest.hexdigest()


def read(table: Traversable, make: Callable[[Row], R]) -> Iterator[R]:
    """The records of one table, or of every CSV file of a folder in the order of their names."""
    if table.is_dir():
        for part in sorted(table.iterdir(), key=lambda entry: entry.name):
            if part.name.endswith(".csv"):
                yield from read(part, make)
        return
    lines = csv.reader(io.StringIO(table.read_text(encoding="utf-8"), newline=""))
    header = next(lines, [])
    for cells in lines:
        if not cells:
            continue
        row = dict(zip(header, cells, strict=False))
        try:
            if len(cells) != len(header):
                raise RowError(f"{len(cells)} cells, but the first line has {len(header)}")
            yield make(row)
        except (RowError, ValueError, KeyError, TypeError) as fault:
            name = row.get("name") or row.get("id")
            raise DataFileError(f"{table.name}, line {lines.line_num} ({name}): {fault}") from fault
