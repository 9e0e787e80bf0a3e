"""The one place that knows how databases differ: parameters, column types, triggers, version checks, SQLite's errors.

Everything else of the ledger writes SQL that SQLite and PostgreSQL both take, with `?` for a parameter.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from mercato.errors import LedgerBusy, LedgerError

# Before this version a checkpoint that races a writer can corrupt a database in write-ahead mode.
OLDEST_SQLITE = (3, 51, 3)
# "merc" in ASCII, in the header of the file: tells a ledger from any other SQLite file.
APPLICATION_ID = 0x6D657263
# Readers can meet a short exclusive lock while the write-ahead log is folded back or recovered.
_READER_PATIENCE_MS = 10_000

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of database is spoken to."""

    name: str
    parameter: str
    number_key: str

    def sql(self, text: str) -> str:
        """The statement with this database's parameter mark; `?` must not stand in a literal."""
        return text if self.parameter == "?" else text.replace("?", self.parameter)

    def forbid_changes(self, table: str) -> tuple[str, ...]:
        """Statements that make every UPDATE and DELETE on the table fail."""
        return tuple(
            f"CREATE TRIGGER {table}_forbid_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no {verb} on {table}'); END"
            for verb in ("UPDATE", "DELETE")
        )


SQLITE = Dialect("sqlite", "?", "INTEGER PRIMARY KEY AUTOINCREMENT")


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    version: str = apsw.sqlite_lib_version()
    return version


def check_sqlite_version(version: str) -> None:
    """Raise LedgerError where the SQLite library has the write-ahead-log fault."""
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise LedgerError(
            f"SQLite {version} can corrupt a ledger (its write-ahead log has a known fault); {oldest} or newer is "
            f"needed. Install the apsw package that mercato asks for (pip install 'apsw>={oldest}')."
        )


class Sqlite:
    """A connection to one SQLite file, with errors that name the file and say what to do."""

    dialect = SQLITE

    def __init__(self, path: Path) -> None:
        """Open the file, and create it where it isn't there."""
        check_sqlite_version(sqlite_version())
        self.path = path
        try:
            self._connection = apsw.Connection(str(path))
        except apsw.Error as error:
            raise explained(error, path) from None
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.set_busy_timeout(_READER_PATIENCE_MS)
        # In this order: a new ledger gets its mark before its tables, so one that is being made is never refused.
        if self.value("SELECT count(*) FROM sqlite_master") and self.value("PRAGMA application_id") != APPLICATION_ID:
            raise LedgerError(
                f"{self.path} is an SQLite file, but not a ledger of mercato. "
                "Give another path (--ledger, MERCATO_LEDGER)."
            )
        # Created under FULL, a power cut can take the new tables with it; EXTRA also syncs the folder.
        self.execute("PRAGMA synchronous=EXTRA")
        self.execute("PRAGMA foreign_keys=ON")
        # INSERT OR REPLACE deletes past the triggers unless this is on.
        self.execute("PRAGMA recursive_triggers=ON")

    def start_file(self) -> None:
        """Mark a new file as a ledger and put it in write-ahead mode; changes nothing on one that is so already."""
        if self.value("PRAGMA application_id") != APPLICATION_ID:
            self.execute(f"PRAGMA application_id={APPLICATION_ID}")
        if self.value("PRAGMA journal_mode") != "wal" and self.value("PRAGMA journal_mode=WAL") != "wal":
            raise LedgerError(
                f"{self.path}: this file system allows no write-ahead log. Put the ledger on a local disk "
                "(--ledger, MERCATO_LEDGER)."
            )

    def settle(self) -> None:
        """After creation and migrations: name the file durably in its folder, then run under synchronous=FULL."""
        try:
            sync_folder(self.path.parent)
        except OSError as error:
            raise explained(error, self.path) from error
        self.execute("PRAGMA synchronous=FULL")

    def has_table(self, name: str) -> bool:
        """Whether the table is there."""
        return bool(self.value("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        try:
            return list(self._connection.execute(self.dialect.sql(sql), tuple(parameters)))
        except (apsw.Error, OSError) as error:
            raise explained(error, self.path) from error

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of parameters."""
        try:
            self._connection.executemany(self.dialect.sql(sql), [tuple(row) for row in rows])
        except (apsw.Error, OSError) as error:
            raise explained(error, self.path) from error

    def value(self, sql: str, parameters: Sequence[object] = ()) -> object:
        """The first column of the first row, None where there is no row."""
        rows = self.execute(sql, parameters)
        return rows[0][0] if rows else None

    def begin(self) -> None:
        """Start a transaction that may write."""
        self.execute("BEGIN IMMEDIATE")

    def begin_reading(self) -> None:
        """Start a transaction in which all reads see the same state."""
        self.execute("BEGIN DEFERRED")

    def commit(self) -> None:
        """Make the transaction durable: when this returns, a power cut can't take it back."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the open transaction, if SQLite has not done so by itself (it does when the disk is full)."""
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def integrity_problems(self) -> list[str]:
        """What SQLite's own checks find wrong with the file; empty when all is well."""
        found = [str(row[0]) for row in self.execute("PRAGMA integrity_check")]
        broken = [f"{row[0]} row {row[1]} points at a missing row of {row[2]}" for row in self.foreign_key_check()]
        return [line for line in found if line != "ok"] + broken

    def foreign_key_check(self) -> list[Row]:
        """Rows that point at rows which are not there."""
        return self.execute("PRAGMA foreign_key_check")

    def close(self) -> None:
        """Close the connection."""
        try:
            self._connection.close()
        except apsw.Error as error:
            raise explained(error, self.path) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def explained(error: Exception, path: Path) -> LedgerError:
    """The database's error as one of ours: names the file, says what stands and what to do."""
    for kinds, maker, text in _EXPLANATIONS:
        if isinstance(error, kinds):
            return maker(f"{path}: {text} ({error})")
    return LedgerError(f"{path}: the database refused: {error}")


_KEPT = "Nothing of the document at hand was stored; all documents acknowledged before it are kept."

_EXPLANATIONS: tuple[tuple[tuple[type[Exception], ...], type[LedgerError], str], ...] = (
    ((apsw.FullError,), LedgerError, f"the disk is full. {_KEPT} Free some space and run the same command again"),
    ((apsw.BusyError, apsw.LockedError), LedgerBusy, "another program holds the ledger. Try again when it is done"),
    ((apsw.NotADBError,), LedgerError, "is not a ledger: no SQLite file. Give another path (--ledger, MERCATO_LEDGER)"),
    (
        (apsw.CorruptError,),
        LedgerError,
        "the file is damaged. Keep a copy, run `mercato doctor`, and restore it from a backup",
    ),
    (
        (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError),
        LedgerError,
        "no right to write to the ledger or its folder, which SQLite needs even for reading. Change the rights, or "
        "copy the ledger to a place of your own (--ledger, MERCATO_LEDGER)",
    ),
    (
        (apsw.CantOpenError,),
        LedgerError,
        "the ledger can't be opened. Check that the folder exists and may be written, and that the disk has space",
    ),
    ((PermissionError,), LedgerError, "no right to make it there. Give another path (--ledger, MERCATO_LEDGER)"),
    (
        (apsw.IOError, OSError),
        LedgerError,
        f"the disk failed. {_KEPT} Check the disk and its space, then run `mercato doctor`",
    ),
    ((apsw.ConstraintError,), LedgerError, "the ledger refused a row"),
)
