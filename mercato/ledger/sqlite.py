"""A ledger in an SQLite file: opened so that what was acknowledged survives, with errors that say what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import apsw

from mercato.errors import LedgerBusy, LedgerError
from mercato.ledger.dialect import KEPT, SQLITE, Database, Row
from mercato.ledger.lock import WriterLock

# Before this version a checkpoint that races a writer can corrupt a database in write-ahead mode.
OLDEST_SQLITE = (3, 51, 3)
# "merc" in ASCII, in the header of the file: tells a ledger from any other SQLite file.
APPLICATION_ID = 0x6D657263
# Readers can meet a short exclusive lock while the write-ahead log is folded back or recovered.
_READER_PATIENCE_MS = 10_000


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


class Sqlite(Database):
    """A connection to one SQLite file, with errors that name the file and say what to do."""

    dialect = SQLITE

    def __init__(self, path: Path, writable: bool = True) -> None:
        """Open the file, and create it where it isn't there; with `writable` off, read it without touching its folder.

        A file in a folder that may not be written is read with the log beside it where there is one; where there is
        none, it is taken for one that nobody writes to, and each answer is refused if it changed meanwhile.
        """
        check_sqlite_version(sqlite_version())
        self.place: Path = path
        self.writable = writable
        self._frozen: tuple[int, int] | None = None
        if writable:
            self._connection = self._opened(str(path), apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            return
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        log = path.with_name(path.name + "-wal")
        if os.access(log, os.F_OK) and log.stat().st_size:
            self._connection = self._opened(f"file:{quote(str(path))}?mode=ro", flags)
        else:
            self._frozen = _state(path)
            self._connection = self._opened(f"file:{quote(str(path))}?immutable=1", flags)

    def _opened(self, name: str, flags: int) -> apsw.Connection:
        try:
            self._connection = apsw.Connection(name, flags=flags)
        except apsw.Error as error:
            raise explained(error, self.place) from None
        try:
            self._prepare()
        except BaseException:
            with suppress(apsw.Error):  # what went wrong first is what is told
                self._connection.close()
            raise
        return self._connection

    def _prepare(self) -> None:
        self._connection.set_busy_timeout(_READER_PATIENCE_MS)
        # In this order: a new ledger gets its mark before its tables, so one that is being made is never refused.
        if self.value("SELECT count(*) FROM sqlite_master") and self.value("PRAGMA application_id") != APPLICATION_ID:
            raise LedgerError(
                f"{self.place} is an SQLite file, but not a ledger of mercato. "
                "Give another path (--ledger, MERCATO_LEDGER)."
            )
        # Created under FULL, a power cut can take the new tables with it; EXTRA also syncs the folder.
        self.execute("PRAGMA synchronous=EXTRA")
        self.execute("PRAGMA foreign_keys=ON")
        # INSERT OR REPLACE deletes past the triggers unless this is on.
        self.execute("PRAGMA recursive_triggers=ON")

    def start(self) -> None:
        """Mark a new file as a ledger and put it in write-ahead mode; changes nothing on one that is so already."""
        if self.value("PRAGMA application_id") != APPLICATION_ID:
            self.execute(f"PRAGMA application_id={APPLICATION_ID}")
        if self.value("PRAGMA journal_mode") != "wal" and self.value("PRAGMA journal_mode=WAL") != "wal":
            raise LedgerError(
                f"{self.place}: this file system allows no write-ahead log. Put the ledger on a local disk "
                "(--ledger, MERCATO_LEDGER)."
            )

    def settle(self) -> None:
        """After creation and migrations: name the file durably in its folder, then run under synchronous=FULL."""
        if not self.writable:
            return
        try:
            sync_folder(self.place.parent)
        except OSError as error:
            raise explained(error, self.place) from error
        self.execute("PRAGMA synchronous=FULL")

    def has_table(self, name: str) -> bool:
        """Whether the table is there."""
        return bool(self.value("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        return [str(row[1]) for row in self.execute(f"PRAGMA table_info({table})")]

    def after_copy(self, table: str) -> None:
        """Nothing: SQLite counts on behind the highest number by itself."""

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        try:
            rows: list[Row] = list(self._connection.execute(sql, tuple(parameters)))
        except (apsw.Error, OSError) as error:
            raise explained(error, self.place) from error
        if self._frozen is not None and _state(self.place) != self._frozen:
            raise LedgerError(f"{self.place} changed while it was being read. Run the same command again.")
        return rows

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of parameters."""
        try:
            self._connection.executemany(sql, [tuple(row) for row in rows])
        except (apsw.Error, OSError) as error:
            raise explained(error, self.place) from error

    def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Put many rows into a table, in the open transaction."""
        marks = ", ".join("?" * len(columns))
        self.execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

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
        orphans = self.execute("PRAGMA foreign_key_check")
        broken = [f"{row[0]} row {row[1]} points at a missing row of {row[2]}" for row in orphans]
        return [line for line in found if line != "ok"] + broken

    def durability_problems(self) -> list[str]:
        """None: the settings that matter are made at every opening."""
        return []

    def size(self) -> int:
        """The bytes of the file and of the log beside it."""
        files = (self.place, self.place.with_name(self.place.name + "-wal"))
        return sum(file.stat().st_size for file in files if os.access(file, os.F_OK))

    def writer_lock(self, wait: float) -> WriterLock:
        """The lock beside the file."""
        return WriterLock(self.place, wait)

    def copy_pages(self, source: Sqlite, pages_at_once: int = 4096) -> None:
        """Make this database the same as another, page by page, while the other is in use (SQLite's online backup).

        It is one transaction here: a stop on the way leaves what there was.
        """
        try:
            with self._connection.backup("main", source._connection, "main") as backup:
                while not backup.done:
                    backup.step(pages_at_once)
        except (apsw.Error, OSError) as error:
            raise explained(error, self.place) from error

    def fold_log(self) -> None:
        """Fold the write-ahead log into the file, so that the file alone is the whole ledger."""
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connection."""
        try:
            self._connection.close()
        except apsw.Error as error:
            raise explained(error, self.place) from error


def may_write(path: Path) -> bool:
    """Whether we may write the file and the folder that its log and its lock go to."""
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective) and os.access(
        path.parent, os.W_OK | os.X_OK, effective_ids=effective
    )


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _state(path: Path) -> tuple[int, int]:
    """What changes when a file is written to, or gets a log beside it."""
    log = path.with_name(path.name + "-wal")
    try:
        return path.stat().st_mtime_ns, log.stat().st_size if os.access(log, os.F_OK) else 0
    except OSError as error:
        raise explained(error, path) from error


def explained(error: Exception, path: Path) -> LedgerError:
    """The database's error as one of ours: names the file, says what stands and what to do."""
    for kinds, maker, text in _EXPLANATIONS:
        if isinstance(error, kinds):
            return maker(f"{path}: {text} ({error})")
    return LedgerError(f"{path}: the database refused: {error}")


_EXPLANATIONS: tuple[tuple[tuple[type[Exception], ...], type[LedgerError], str], ...] = (
    ((apsw.FullError,), LedgerError, f"the disk is full. {KEPT} Free some space and run the same command again"),
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
        "no right to write to the ledger or its folder. Change the rights, or copy the ledger to a place of your own "
        "(--ledger, MERCATO_LEDGER)",
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
        f"the disk failed. {KEPT} Check the disk and its space, then run `mercato doctor`",
    ),
    ((apsw.ConstraintError,), LedgerError, "the ledger refused a row"),
)
