"""Lists of people and clubs from elsewhere into the user's own register, with an account of what became of each row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from mercato.errors import SourceUnusable
from mercato.register.index import collecting_paused
from mercato.register.matching import (
    ClubMatcher,
    Matcher,
    PeopleMatcher,
    club_conflicts,
    person_conflicts,
)
from mercato.register.records import Club, Person
from mercato.register.register import load_shipped
from mercato.register.sheets import ClubRows, Fault, PeopleRows, Rows, Sheet, kind_of
from mercato.register.store import RegisterStore, Row, Source
from mercato.register.tables import shipped_digest

R = TypeVar("R", Person, Club)
Step = Callable[[int], None]
_STRIDE = 500  # rows between two signs of progress: drawing each row would take longer than reading it


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact of the file that is not what the register has for the same person or club; the register's stays."""

    line: int
    id: str
    name: str
    field: str
    known: str
    theirs: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `rows` = merged + added + unchanged + unreadable.

    `merged`: rows found to be a known person or club; `added`: new ones; `unchanged`: rows that stood there already,
    just so; `removed`: rows of an earlier import of this file that it no longer has. `unknown_values` counts cells
    whose position, nation or league we have no word for ("nationality 'Atlantis'"); the rest of such a row is used.
    """

    file: str
    kind: str
    rows: int
    merged: int
    added: int
    unchanged: int
    removed: int
    unreadable: tuple[Fault, ...]
    conflicts: tuple[Conflict, ...]
    unknown_columns: tuple[str, ...]
    unknown_values: dict[str, int] = field(default_factory=dict)


def import_file(path: Path, store: RegisterStore, licence: str = "", step: Step | None = None) -> ImportReport:
    """Import a list of people or of clubs, whichever its columns say it is.

    `licence` is a note that is kept with the rows; `step` is called now and then with the rows done since. Raises
    SourceUnusable where the file can't be read at all; then, and after any other error, the store is as it was.
    """
    content = _content(path)
    return _PARTS[kind_of(path, content)](path, content, store, licence, step)


def import_people(path: Path, store: RegisterStore, licence: str = "", step: Step | None = None) -> ImportReport:
    """Import a list of people; see `import_file`."""
    return _import_people(path, _content(path), store, licence, step)


def import_clubs(path: Path, store: RegisterStore, licence: str = "", step: Step | None = None) -> ImportReport:
    """Import a list of clubs; see `import_file`."""
    return _import_clubs(path, _content(path), store, licence, step)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceUnusable(f"{path}: {error.strerror or error}. Give the path of a CSV file.") from None


def _import_people(path: Path, content: bytes, store: RegisterStore, licence: str, step: Step | None) -> ImportReport:
    shipped = load_shipped()
    source = _source(path, content, "people", store, licence)
    known = _known(shipped.people, store.people(but=source.number))
    clubs = _known(shipped.clubs, store.clubs())
    rows = PeopleRows(shipped, ClubMatcher(clubs.values()).named)
    work: _Import[Person] = _Import(source, rows, PeopleMatcher(known.values(), store.apart()), known, person_conflicts)
    return work.run(Sheet(path, content, rows.columns), store, step)


def _import_clubs(path: Path, content: bytes, store: RegisterStore, licence: str, step: Step | None) -> ImportReport:
    shipped = load_shipped()
    source = _source(path, content, "clubs", store, licence)
    known = _known(shipped.clubs, store.clubs(but=source.number))
    work: _Import[Club] = _Import(
        source, ClubRows(shipped), ClubMatcher(known.values(), store.apart()), known, club_conflicts
    )
    return work.run(Sheet(path, content, ClubRows.columns), store, step)


_PARTS: dict[str, Callable[..., ImportReport]] = {"people": _import_people, "clubs": _import_clubs}


def _source(path: Path, content: bytes, kind: Any, store: RegisterStore, licence: str) -> Source:
    digest = hashlib.sha256(content).hexdigest()
    place = path.resolve()
    number = store.source_for(place, digest, kind) or store.next_number()
    earlier = next((source.licence for source in store.sources() if source.number == number), "")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Source(number, str(place), kind, digest, 0, now, licence or earlier, shipped_digest())


def _known(shipped: dict[str, R], rows: Iterable[Row[R]]) -> dict[str, R]:
    """What a file is compared with: the shipped records, then those that other files added."""
    known = dict(shipped)
    for record, target in rows:
        if not target:
            known.setdefault(record.id, record)
    return known


class _Import(Generic[R]):
    """One file on its way into the store."""

    def __init__(
        self,
        source: Source,
        rows: Rows[R],
        matcher: Matcher[R],
        known: dict[str, R],
        conflicts: Callable[[R, R], Iterator[tuple[str, str, str]]],
    ) -> None:
        self.source = source
        self.rows: Rows[R] = rows
        self.matcher: Matcher[R] = matcher
        self.known: dict[str, R] = known
        self.conflicts_of: Callable[[R, R], Iterator[tuple[str, str, str]]] = conflicts
        self.faults: list[Fault] = []
        self.conflicts: list[Conflict] = []
        self.lines: dict[str, int] = {}

    def run(self, sheet: Sheet, store: RegisterStore, step: Step | None) -> ImportReport:
        """Read, compare and write; the account of it."""
        with collecting_paused():
            found = [self._placed(record, line) for line, record in self._read(sheet, step)]
        count = len(found) + len(self.faults)
        changes = store.replace(replace(self.source, rows=count), found)
        merged = sum(1 for row in found if row.target and row.record.id in changes.written)
        return ImportReport(
            file=str(sheet.path),
            kind=self.source.kind,
            rows=count,
            merged=merged,
            added=len(changes.written) - merged,
            unchanged=changes.unchanged,
            removed=changes.removed,
            unreadable=tuple(self.faults),
            conflicts=tuple(self.conflicts),
            unknown_columns=sheet.unknown_columns,
            unknown_values=dict(Counter(self.rows.unknown_values).most_common()),
        )

    def _read(self, sheet: Sheet, step: Step | None) -> Iterator[tuple[int, R]]:
        """The readable rows as records; the others are noted as faults."""
        for count, (line, row) in enumerate(sheet, 1):
            if step and count % _STRIDE == 0:
                step(_STRIDE)
            record = row if isinstance(row, Fault) else self.rows.record(line, row)
            if not isinstance(record, Fault) and record.id in self.lines:
                record = Fault(line, f"id {record.id!r} stands in line {self.lines[record.id]} already")
            if isinstance(record, Fault):
                self.faults.append(record)
                continue
            self.lines[record.id] = line
            yield line, record

    def _placed(self, record: R, line: int) -> Row[R]:
        """The record beside the one that it was found to be; a new one is known from here on."""
        target = self.matcher.find(record)
        if target is None:
            self.matcher.add(record)
            self.known[record.id] = record
            return Row(record, "")
        for what, known, theirs in self.conflicts_of(self.known[target], record):
            self.conflicts.append(Conflict(line, record.id, record.name, what, known, theirs))
        return Row(record, target)
