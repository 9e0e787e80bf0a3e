"""Reading the CSV files that are imported: lines, columns and words of others become our rows and records."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from mercato.errors import DataFileError
from mercato.register import tables
from mercato.register.index import fold_name
from mercato.register.matching import name_key
from mercato.register.records import Club, Person
from mercato.register.register import Register

R_co = TypeVar("R_co", Person, Club, covariant=True)

# Columns that we know but have no use for: they say where a row comes from.
_IDLE = frozenset({"sources"})
_ALIASES = {"date_of_birth": "born", "aliases": "names", "nation": "nationality"}
_PEOPLE_COLUMNS = frozenset(
    {
        "id", "name", "full_name", "born", "birth_year", "nationality", "position", "role", "gender", "club",
        "club_id", "club_as_of", "other_names", "other_ids", "nicknames", "born_place", "born_country", "spells",
        "contract", "tm_id",
    }
)  # fmt: skip
_CLUB_COLUMNS = frozenset(
    {
        "id", "name", "country", "names", "gender", "league", "tm_id", "official", "city", "ground", "training_ground",
        "nicknames", "codes",
    }
)  # fmt: skip
_DELIMITERS = ",;\t"
_FIRST_YEAR = 1850  # nobody born earlier is in football's news


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that can't be read, and why."""

    line: int
    reason: str


class Rows(Protocol[R_co]):
    """Makes records of the rows of one kind of list, and counts the words that it does not know."""

    unknown_values: Counter[str]

    def record(self, line: int, row: tables.Row) -> R_co | Fault:
        """The record of a row, or what is wrong with the row."""


def kind_of(path: Path, content: bytes) -> str:
    """Whether a file lists people or clubs, told by the columns that only one of the two has.

    Raises DataFileError where that can't be told.
    """
    header = {_column(name) for name in _header(content)[1]}
    people, clubs = header & (_PEOPLE_COLUMNS - _CLUB_COLUMNS), header & (_CLUB_COLUMNS - _PEOPLE_COLUMNS)
    if "name" not in header or len(people) == len(clubs):
        raise DataFileError(
            f"{path}: the first line does not tell whether these are people or clubs. It has "
            f"{', '.join(sorted(header)[:12])}; it must have `name`, and for people such as date_of_birth, "
            "nationality, position, for clubs such as country, league, aliases."
        )
    return "people" if len(people) > len(clubs) else "clubs"


def _column(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    return _ALIASES.get(plain, plain)


def _header(content: bytes) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns."""
    first = content.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        return delimiter, next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return delimiter, []


class Sheet:
    """The lines of a CSV file as rows by column. A row is a line: a quotation mark left open spoils no other line."""

    def __init__(self, path: Path, content: bytes, columns: frozenset[str]) -> None:
        self.path = path
        self._lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
        self._delimiter, header = _header(content)
        self._header = [_column(name) for name in header]
        self.unknown_columns = tuple(sorted({name for name in self._header if name not in columns | _IDLE}))
        if "name" not in self._header:
            raise DataFileError(f"{path}: the first line has no column `name`; it has {', '.join(self._header[:12])}.")

    def __iter__(self) -> Iterator[tuple[int, tables.Row | Fault]]:
        for number, raw in enumerate(self._lines[1:], 2):
            if raw.strip():
                yield number, self._row(number, raw)

    def _row(self, number: int, raw: bytes) -> tables.Row | Fault:
        try:
            cells = next(csv.reader([raw.decode("utf-8")], delimiter=self._delimiter, strict=True))
        except UnicodeDecodeError as error:
            return Fault(number, f"not UTF-8 at byte {error.start + 1} of the line")
        except csv.Error as error:
            return Fault(number, f"no CSV: {error}")
        if len(cells) != len(self._header):
            return Fault(number, f"{len(cells)} cells, but the first line has {len(self._header)}")
        return {column: cell.strip() for column, cell in zip(self._header, cells, strict=True)}


class _Words:
    """Other people's words for positions, nations, leagues, roles and genders, as ours."""

    def __init__(self, shipped: Register) -> None:
        self.unknown: Counter[str] = Counter()
        self._table: dict[str, dict[str, str]] = {"position": {}, "country": {}, "league": {}, "role": {}, "gender": {}}
        for country in shipped.countries.values():
            self._add("country", country.code, country.code)
            for name in (country.name, *(other.text for other in country.names)):
                self._add("country", name, country.code)
        for competition in shipped.competitions.values():
            for code in (competition.id, *competition.tm_code.split("|")):
                self._add("league", code, competition.id)
        for column, theirs, ours in tables.read(
            tables.shipped("import_words.csv"), lambda row: (row["column"], row["theirs"], row["ours"])
        ):
            self._add(column, theirs, ours)

    def _add(self, table: str, theirs: str, ours: str) -> None:
        if theirs:
            self._table[table].setdefault(theirs if table == "league" else fold_name(theirs).decode(), ours)

    def ours(self, table: str, cell: str, column: str = "") -> str:
        """Our word, empty where there is none; an unknown one is counted."""
        if not cell:
            return ""
        known = self._table[table]
        # Leagues are codes, told apart by case and sign; the rest is words.
        word = known.get(cell)
        if word is None and table != "league":
            word = known[cell] = known.get(fold_name(cell).decode())  # type: ignore[assignment]
        if word is None:
            self.unknown[f"{column or table} {cell!r}"] += 1
        return word or ""


class PeopleRows:
    """Rows of a list of people."""

    columns = _PEOPLE_COLUMNS

    def __init__(self, shipped: Register, club_named: Callable[[str], str | None]) -> None:
        self._words = _Words(shipped)
        self._club_named = club_named
        self.unknown_values = self._words.unknown

    def record(self, line: int, row: tables.Row) -> Person | Fault:
        """The person of a row, or what is wrong with the row."""
        try:
            return tables.person_from(self._ours(row), shipped=False)
        except (tables.RowError, ValueError) as fault:
            return Fault(line, str(fault))

    def _ours(self, row: tables.Row) -> tables.Row:
        get = row.get
        name = get("name") or get("full_name") or ""
        if not name:
            raise tables.RowError("no name")
        words = self._words.ours
        born = _day(get("born") or _year(get("birth_year", "")), "date of birth")
        number = get("tm_id") or _transfermarkt(get("id", "")) or _transfermarkt(get("other_ids", ""))
        nations = (words("country", nation, "nationality") for nation in tables.split(get("nationality")))
        return {
            **row,
            "id": get("id") or _made_id(name, born[:4]),
            "name": name,
            "born": born,
            "born_country": words("country", get("born_country", "")),
            "nationality": "|".join(nation for nation in nations if nation),
            "position": words("position", get("position", "")),
            "role": words("role", get("role", "")),
            "gender": words("gender", get("gender", "")),
            "club_id": get("club_id") or (self._club_named(get("club", "")) if get("club") else "") or "",
            "club_as_of": _day(get("club_as_of", ""), "club_as_of", to_come=True),
            "tm_id": number,
        }


class ClubRows:
    """Rows of a list of clubs."""

    columns = _CLUB_COLUMNS

    def __init__(self, shipped: Register) -> None:
        self._words = _Words(shipped)
        self.unknown_values = self._words.unknown

    def record(self, line: int, row: tables.Row) -> Club | Fault:
        """The club of a row, or what is wrong with the row."""
        try:
            return tables.club_from(self._ours(row), shipped=False)
        except (tables.RowError, ValueError) as fault:
            return Fault(line, str(fault))

    def _ours(self, row: tables.Row) -> tables.Row:
        get = row.get
        name = get("name", "")
        if not name:
            raise tables.RowError("no name")
        number = get("tm_id") or _transfermarkt(get("id", ""))
        country = self._words.ours("country", get("country", ""))
        made = f"tm:{number}" if number else _made_id(name, country.lower())
        return {
            **row,
            "id": get("id") or made,
            "country": country,
            "league": self._words.ours("league", get("league", "")),
            "gender": self._words.ours("gender", get("gender", "")),
            "tm_id": number,
        }


_TRANSFERMARKT = re.compile(r"(?:^|\|)tm:(\d+)(?:\||$)")


def _transfermarkt(ids: str) -> str:
    found = _TRANSFERMARKT.search(ids)
    return found[1] if found else ""


def _year(cell: str) -> str:
    """A year; spreadsheets make 1998.0 of it."""
    return cell.removesuffix(".0")


def _day(cell: str, what: str, to_come: bool = False) -> str:
    """A date as YYYY-MM-DD, YYYY-MM or YYYY, checked. Raises RowError."""
    if not cell:
        return ""
    try:
        day = date.fromisoformat((cell + "-01-01")[:10] if len(cell) in (4, 7) else cell)
    except ValueError:
        raise tables.RowError(f"{what} {cell!r} is no date of the form YYYY-MM-DD or YYYY") from None
    if not _FIRST_YEAR <= day.year <= (2100 if to_come else date.today().year):
        raise tables.RowError(f"{what} {cell!r} can't be")
    return cell


def _made_id(name: str, further: str) -> str:
    """An id for a row without one: made of name and year or nation, so that it is the same the next time."""
    words = fold_name(name).decode().split() or [name_key(name).hex()]
    return "n:" + "-".join([*words, *([further] if further else [])])
