"""The ledger: documents and claims are appended, never changed, one transaction for each document."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from mercato.errors import DocumentSkipped, LedgerError, NotFound
from mercato.ledger.checks import check_reading, problems_with_rows
from mercato.ledger.dialect import Sqlite, explained, sync_folder
from mercato.ledger.lock import DEFAULT_WAIT, WriterLock
from mercato.ledger.migrations import MIGRATIONS, applied, migrate
from mercato.ledger.moments import stamp
from mercato.ledger.records import Appended
from mercato.ledger.rows import (
    CLAIM_COLUMNS,
    DOCUMENT_COLUMNS,
    claim_row,
    document_row,
    evidence_rows,
    link_rows,
)
from mercato.ledger.view import LedgerView
from mercato.model import Claim, Document, ReaderVersion


class Ledger(LedgerView):
    """A ledger that can be read, and appended to. Close it when done, or use it in a `with`."""

    def __init__(self, database: Sqlite, lock: WriterLock) -> None:
        """For `open`; use that."""
        super().__init__(database)
        self._lock = lock

    @classmethod
    def open(cls, path: Path, create: bool = True, wait: float = DEFAULT_WAIT) -> Ledger:
        """Open the ledger in a file, making or upgrading it where needed.

        `wait` is how many seconds to wait for another writer. Raises NotFound where there is none and `create` is
        false, LedgerBusy where another writer keeps it, LedgerError where it can't be used.
        """
        path = path.absolute()
        there = os.access(path, os.F_OK)  # unlike Path.exists, no error where the folder may not be looked into
        if not there and not create:
            raise NotFound(f"There is no ledger at {path}. `mercato read ARTICLE` starts one; --ledger names another.")
        lock = WriterLock(path, wait)
        if not there:
            _make_folder(path)
        database = Sqlite(path)
        try:
            if applied(database) < len(MIGRATIONS):
                with lock:
                    database.start_file()
                    migrate(database)
            database.settle()
        except BaseException:
            database.close()
            raise
        return cls(database, lock)

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def as_of(self, moment: datetime) -> LedgerView:
        """The ledger as it stood: rows seen later, and documents published later, are not there."""
        return LedgerView(self._database, moment)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep the right to write for several appends; without it each append takes and gives it back."""
        with self._lock:
            yield

    def append(
        self,
        document: Document,
        claims: Sequence[Claim],
        seen_at: datetime | None = None,
        reader: ReaderVersion | None = None,
    ) -> Appended:
        """Store a document with what one reading (or several) found in it; when this returns it is safe on disk.

        What is there already is not added again: the same text, or the same reader version on it. `seen_at` is when
        it became known to us (now, unless an archive is being read in). `reader` says who read it where that found
        nothing at all. Raises DocumentSkipped where document and claims don't fit together, LedgerBusy, LedgerError.
        """
        check_reading(document, claims)
        now = datetime.now(UTC)
        with self._transaction():
            version = self._version_of(document)
            new = version is None
            if version is None:
                version = self._next_version(document)
                self._insert("document", DOCUMENT_COLUMNS, document_row(document, version, seen_at or now, now))
            added = sum(
                self._append_reading(document, by, list(found), seen_at or now, now)
                for by, found in _by_reader(claims, reader)
            )
        return Appended(new, added, version)

    def record_skip(self, skipped: DocumentSkipped) -> None:
        """Note an input that could not be read, and why."""
        with self._transaction():
            self._insert(
                "skip",
                ("input_name", "reason", "advice", "recorded_at"),
                (
                    _storable(skipped.input_name),
                    _storable(skipped.reason),
                    _storable(skipped.advice),
                    stamp(datetime.now(UTC)),
                ),
            )

    def integrity_check(self) -> list[str]:
        """What is wrong with the file or its rows; empty when all is well."""
        return self._database.integrity_problems() or problems_with_rows(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._database.begin()
            try:
                yield
                self._database.commit()
            except BaseException:
                self._database.rollback()
                raise

    def _version_of(self, document: Document) -> int | None:
        found = self._database.value("SELECT version FROM document WHERE id = ?", (document.id,))
        return None if found is None else int(str(found))

    def _next_version(self, document: Document) -> int:
        sql = "SELECT COALESCE(max(version), 0) + 1 FROM document WHERE key = ?"
        return int(str(self._database.value(sql, (document.key,))))

    def _append_reading(
        self, document: Document, reader: ReaderVersion, claims: list[Claim], seen_at: datetime, now: datetime
    ) -> int:
        """Add one reader's claims; how many, 0 where this reader version has read the document before."""
        known = "SELECT 1 FROM reading WHERE document_id = ? AND reader_name = ? AND reader_version = ?"
        if self._database.value(known, (document.id, reader.name, reader.version)):
            return 0
        columns = ("document_id", "reader_name", "reader_version", "claims", "seen_at", "recorded_at")
        row = (document.id, reader.name, reader.version, len(claims), stamp(seen_at), stamp(now))
        reading = self._insert("reading", columns, row)
        for place, claim in enumerate(claims):
            number = self._insert("claim", CLAIM_COLUMNS, claim_row(claim, reading, place, seen_at, now))
            self._database.execute_many("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?)", evidence_rows(claim, number))
            self._database.execute_many(
                "INSERT INTO attribution_link VALUES (?, ?, ?, ?, ?, ?)", link_rows(claim, number)
            )
        return len(claims)

    def _insert(self, table: str, columns: Sequence[str], row: Sequence[object]) -> int:
        """Add a row and return its number."""
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING number"
        return int(str(self._database.value(sql, row)))


def _by_reader(
    claims: Sequence[Claim], reader: ReaderVersion | None
) -> Iterator[tuple[ReaderVersion, Iterator[Claim]]]:
    """The claims in groups of one reader version; a claim given twice counts once."""
    ordered = sorted(dict.fromkeys(claims), key=lambda claim: (claim.reader.name, claim.reader.version))
    if not ordered and reader is not None:
        yield reader, iter(())
    yield from groupby(ordered, key=lambda claim: claim.reader)


def _storable(text: str) -> str:
    """A text that surely can be written as UTF-8 (a file name on disk may not be)."""
    return text.encode("utf-8", "backslashreplace").decode()


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent.parent)
    except (FileExistsError, NotADirectoryError):
        raise LedgerError(
            f"{path}: {path.parent} is not a folder. Give another path (--ledger, MERCATO_LEDGER)."
        ) from None
    except OSError as error:
        raise explained(error, path) from error
