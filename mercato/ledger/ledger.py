"""The ledger: documents and claims are appended, never changed, one transaction for each document."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from mercato.errors import DocumentSkipped, LedgerError
from mercato.ledger.checks import check_reading, problems_with_rows
from mercato.ledger.dialect import Database
from mercato.ledger.lock import DEFAULT_WAIT
from mercato.ledger.moments import stamp
from mercato.ledger.names import names_of, note_names
from mercato.ledger.opening import open_database
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

    def __init__(self, database: Database, lock: AbstractContextManager[object]) -> None:
        """For `open`; use that."""
        super().__init__(database)
        self._lock = lock
        # Threads of one program that share the ledger write in turns, as programs do.
        self._turn = threading.RLock()

    @classmethod
    def open(cls, place: Path | str, create: bool = True, wait: float = DEFAULT_WAIT) -> Ledger:
        """Open the ledger in a file, or at a PostgreSQL address (`postgresql://...`), making or upgrading it if needed.

        `wait` is how many seconds to wait for another writer. Raises NotFound where there is none and `create` is
        false, LedgerBusy where another writer keeps it, LedgerError where it can't be used. A file that may only be
        read opens too, and refuses to be written to.
        """
        database = open_database(place, create, wait)
        return cls(database, database.writer_lock(wait))

    @property
    def path(self) -> Path:
        """The file; LedgerError where the ledger is on a server. To name a ledger to people, use `place`."""
        if not isinstance(self.place, Path):
            raise LedgerError(f"{self.place} is on a server, not in a file.")
        return self.place

    @property
    def place(self) -> Path | str:
        """Where the ledger is, as it may be printed: the file, or the server's address without its password."""
        return self._database.place

    @property
    def database(self) -> Database:
        """The connection, for a derived store that keeps its own tables beside the ledger's.

        Ask with `execute` and `value` (`?` marks a parameter, on PostgreSQL too), make tables with
        `database.dialect.table("CREATE TABLE ...")`, see `has_table` and `columns`. Write only inside `deriving()`,
        and only to tables of your own: the ledger's refuse every change. Derived tables are not part of a copy to
        another database, as they can be made again.
        """
        return self._database

    @contextmanager
    def deriving(self) -> Iterator[Database]:
        """One transaction in which a derived store changes its own tables; all of it is kept, or nothing."""
        with self._transaction():
            yield self._database

    @contextmanager
    def reading(self) -> Iterator[LedgerView]:
        """A view in which all answers are of one state, whatever is written meanwhile. Don't append inside."""
        self._database.begin_reading()
        try:
            yield LedgerView(self._database)
        finally:
            self._database.rollback()

    def as_of(self, moment: datetime) -> LedgerView:
        """The ledger as it stood: rows seen later, and documents published later, are not there."""
        return LedgerView(self._database, moment)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep the right to write for several appends; without it each append takes and gives it back."""
        with self._turn, self._lock:
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
        return self.append_batch([(document, claims)], seen_at, reader)[0]

    def append_batch(
        self,
        batch: Sequence[tuple[Document, Sequence[Claim]]],
        seen_at: datetime | None = None,
        reader: ReaderVersion | None = None,
    ) -> list[Appended]:
        """Store many documents as `append` does, in one transaction: all of them or, where an error is raised, none.

        For reading in much at once (an archive): a hundred together take a tenth of the time of a hundred alone.
        """
        for document, claims in batch:
            check_reading(document, claims)
        now = datetime.now(UTC)
        with self._transaction():
            return [self._append_one(document, claims, seen_at or now, now, reader) for document, claims in batch]

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

    def durability_check(self) -> list[str]:
        """Settings of the database server under which acknowledged documents are not safe; empty when all is well."""
        return self._database.durability_problems()

    def close(self) -> None:
        """Close the file, or the connection."""
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._turn, self._lock:
            self._database.begin()
            try:
                yield
                self._database.commit()
            except BaseException:
                self._database.rollback()
                raise

    def _append_one(
        self, document: Document, claims: Sequence[Claim], seen: datetime, now: datetime, reader: ReaderVersion | None
    ) -> Appended:
        """Store a document with its claims in the open transaction."""
        known = self._known(document)
        number, version = known or self._append_document(document, seen, now)
        moved = known is None or self._went_back(document, stamp(seen))
        if moved:
            row = (document.key, document.id, stamp(seen), stamp(now))
            self._insert("sighting", ("key", "document_id", "seen_at", "recorded_at"), row)
        added = sum(
            self._append_reading(document, by, list(found), seen, now) for by, found in _by_reader(claims, reader)
        )
        if known is None or added:
            note_names(self._database, number, names_of(document, claims))
        return Appended(known is None, added, version, went_back=moved and known is not None)

    def _known(self, document: Document) -> tuple[int, int] | None:
        """Number and version of a document that is there."""
        found = self._database.execute("SELECT number, version FROM document WHERE id = ?", (document.id,))
        return (int(str(found[0][0])), int(str(found[0][1]))) if found else None

    def _append_document(self, document: Document, seen: datetime, now: datetime) -> tuple[int, int]:
        """Add a text under its key, with the next version; its number and version."""
        sql = "SELECT COALESCE(max(version), 0) + 1 FROM document WHERE key = ?"
        version = int(str(self._database.value(sql, (document.key,))))
        return self._insert("document", DOCUMENT_COLUMNS, document_row(document, version, seen, now)), version

    def _went_back(self, document: Document, seen: str) -> bool:
        """Whether the article, as it stood at the moment of seeing, had another text than this one that is known."""
        sql = (
            "SELECT document_id FROM sighting WHERE key = ? AND seen_at <= ? ORDER BY seen_at DESC, number DESC LIMIT 1"
        )
        last = self._database.value(sql, (document.key, seen))
        return last is not None and last != document.id

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
