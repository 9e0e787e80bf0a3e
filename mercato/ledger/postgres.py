"""A ledger in a PostgreSQL database, one for each schema. Needs the extra `postgres` (psycopg 3).

Writers take their turns by an advisory lock of the database: each transaction that writes takes it, so that version
numbers are right with any number of writers, and a writer that dies, or whose line is cut, gives it back.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from mercato.errors import LedgerBusy, LedgerError
from mercato.ledger.address import shown
from mercato.ledger.dialect import KEPT, POSTGRES, Database, Row
from mercato.ledger.lock import DEFAULT_WAIT

if TYPE_CHECKING:
    from psycopg import Connection

_CONNECT_SECONDS = 10
# "merc" in ASCII: the first half of the lock's key, the second half is the schema's.
_LOCK = f"{0x6D657263}, hashtext(current_schema())"
_HOLDER = f"""SELECT a.pid, a.client_addr FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {0x6D657263} AND l.pid <> pg_backend_pid()
    AND l.objid::bigint = (hashtext(current_schema())::bigint & 4294967295) LIMIT 1"""
# What the server's settings have to be, and what is at stake.
_SAFE_SETTINGS = (
    ("fsync", "on", "a power cut can take acknowledged documents and damage the database"),
    ("full_page_writes", "on", "a power cut can damage the database"),
)
# SQLSTATEs of a statement that failed because of the server's disk.
_DISK_FULL = "53100"
_LOCK_NOT_AVAILABLE = "55P03"


class Postgres(Database):
    """A connection to a PostgreSQL database. A lost one is made anew at the next transaction or question."""

    dialect = POSTGRES

    def __init__(self, address: str, wait: float = DEFAULT_WAIT) -> None:
        """Connect; `wait` is how many seconds a transaction waits for another writer."""
        self._address = address
        self._wait = wait
        self._psycopg = _psycopg()
        self.place: str = shown(address)
        self._in_transaction = False
        self._connection = self._connected()

    def _connected(self) -> Connection[tuple[object, ...]]:
        try:
            connection: Connection[tuple[object, ...]] = self._psycopg.connect(
                self._address, autocommit=True, **self._defaults()
            )
        except self._psycopg.Error as error:
            raise LedgerError(
                f"{self.place}: no connection to the database ({_first_line(error)}). Check the address "
                "(postgresql://user@host:5432/database), that the server runs and that the database is there."
            ) from None
        try:
            self._prepare(connection)
        except self._psycopg.Error as error:
            connection.close()
            raise self._explained(error) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def _defaults(self) -> dict[str, object]:
        """Connection settings that the address does not give itself."""
        given = self._psycopg.conninfo.conninfo_to_dict(self._address)
        wanted = {"connect_timeout": _CONNECT_SECONDS, "application_name": "mercato", "client_encoding": "UTF8"}
        return {name: value for name, value in wanted.items() if name not in given or name == "client_encoding"}

    def _prepare(self, connection: Connection[tuple[object, ...]]) -> None:
        row = connection.execute("SHOW server_encoding").fetchone()
        if row is None or row[0] != "UTF8":
            raise LedgerError(
                f"{self.place}: the database's encoding is {row and row[0]}, a ledger needs UTF8. "
                "Make one with `createdb --encoding=UTF8 --template=template0 NAME`."
            )
        if connection.execute("SELECT current_schema()").fetchone() == (None,):
            raise LedgerError(f"{self.place}: the search path names no schema that exists. Make it: CREATE SCHEMA.")
        # A server or user set to acknowledge before the disk has it would break the ledger's promise.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
        connection.execute(f"SET lock_timeout = {self._patience}".encode())

    @property
    def _patience(self) -> int:
        """Milliseconds to wait for a lock; 0 would mean for ever."""
        return max(int(self._wait * 1000), 1)

    def _usable(self) -> Connection[tuple[object, ...]]:
        """The connection, made anew where it was lost outside of a transaction."""
        if self._connection.closed and not self._in_transaction:
            self._connection = self._connected()
        return self._connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        try:
            # Without parameters psycopg leaves `%` alone, which the text of a function may hold.
            cursor = self._usable().execute(self.dialect.sql(sql).encode(), tuple(parameters) or None)
            return cursor.fetchall() if cursor.description else []
        except self._psycopg.Error as error:
            raise self._explained(error) from error

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of parameters."""
        if not rows:
            return
        try:
            with self._usable().cursor() as cursor:
                cursor.executemany(self.dialect.sql(sql).encode(), [tuple(row) for row in rows])
        except self._psycopg.Error as error:
            raise self._explained(error) from error

    def load(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Put many rows into a table, in the open transaction; COPY takes a fraction of the time of INSERT."""
        command = f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()
        try:
            with self._usable().cursor() as cursor, cursor.copy(command) as copy:
                for row in rows:
                    copy.write_row(row)
        except self._psycopg.Error as error:
            raise self._explained(error) from error

    def begin(self) -> None:
        """Start a transaction that may write, when no other writer is at it."""
        self._usable()
        self._in_transaction = True
        try:
            # Read committed: what is read after the lock is taken holds all that earlier writers committed.
            self.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            self._take(f"SELECT pg_advisory_xact_lock({_LOCK})")
        except BaseException:
            self.rollback()
            raise

    def begin_reading(self) -> None:
        """Start a transaction in which all reads see the same state."""
        self._usable()
        self._in_transaction = True
        self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def commit(self) -> None:
        """Make the transaction durable: when this returns, a power cut can't take it back."""
        try:
            self._connection.execute("COMMIT")
        except self._psycopg.Error as error:
            if not self._connection.closed:
                raise self._explained(error) from error
            raise LedgerError(
                f"{self.place}: the connection was lost while the document at hand was being stored; whether it is "
                f"stored is not known ({_first_line(error)}). Run the same command again: nothing is stored twice."
            ) from error
        self._in_transaction = False

    def rollback(self) -> None:
        """Undo the open transaction; a lost connection has done so by itself."""
        self._in_transaction = False
        if not self._connection.closed:
            try:
                self._connection.execute("ROLLBACK")
            except self._psycopg.Error:
                self._connection.close()

    def has_table(self, name: str) -> bool:
        """Whether the table is there, in the schema that the address leads to."""
        sql = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
        return bool(self.value(sql, (name,)))

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in order."""
        rows = self.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position",
            (table,),
        )
        return [str(row[0]) for row in rows]

    def start(self) -> None:
        """Make sure that a new ledger's schema has no tables of somebody else's."""
        theirs = [
            str(row[0]) for row in self.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        ]
        if theirs and not self.has_table("migration"):
            raise LedgerError(
                f"{self.place} holds tables that are not mercato's ({', '.join(sorted(theirs)[:5])}). Give the ledger "
                "a database or a schema of its own (createdb NAME; or ...?options=-csearch_path%3DNAME)."
            )

    def settle(self) -> None:
        """Nothing: the server keeps its files."""

    def after_copy(self, table: str) -> None:
        """Go on counting behind the highest number that was written, and tell the planner how much there is."""
        if "number" in self.columns(table):
            self.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), "
                f"COALESCE((SELECT max(number) FROM {table}), 0) + 1, false)"
            )
        self.execute(f"ANALYZE {table}")

    def integrity_problems(self) -> list[str]:
        """None of our own: the server checks its pages and references."""
        return []

    def durability_problems(self) -> list[str]:
        """Settings of the server under which acknowledged documents are not safe."""
        found = []
        for name, wanted, risk in _SAFE_SETTINGS:
            value = str(self.value(f"SHOW {name}"))
            if value != wanted:
                found.append(f"the server runs with {name} = {value}: {risk}")
        return found

    def size(self) -> int:
        """The bytes of the database with all that is in it."""
        return int(str(self.value("SELECT pg_database_size(current_database())")))

    def writer_lock(self, wait: float) -> SessionLock:
        """The lock for several transactions, and how long each of them waits for it."""
        self._wait = wait
        self.execute(f"SET lock_timeout = {self._patience}")
        return SessionLock(self)

    def take_turn(self) -> None:
        """Take the writer's turn for more than one transaction."""
        self._take(f"SELECT pg_advisory_lock({_LOCK})")

    def give_turn(self) -> None:
        """Give it back; a lost connection has done so by itself."""
        if not self._connection.closed:
            try:
                self._connection.execute(f"SELECT pg_advisory_unlock({_LOCK})".encode())
            except self._psycopg.Error:
                self._connection.close()

    def _take(self, sql: str) -> None:
        try:
            self._usable().execute(sql.encode())
        except self._psycopg.Error as error:
            if error.sqlstate != _LOCK_NOT_AVAILABLE:
                raise self._explained(error) from error
            if self._in_transaction:
                self._connection.execute("ROLLBACK")
            raise LedgerBusy(self._busy_message()) from None

    def _busy_message(self) -> str:
        holder = self.execute(_HOLDER)
        who = f"process {holder[0][0]} of {holder[0][1] or 'this machine'}" if holder else "another process"
        return (
            f"{self.place}: {who} is writing to this ledger, waited {self._wait:g} s. "
            "Try again when it is done; reading needs no waiting."
        )

    def _explained(self, error: Exception) -> LedgerError:
        """The server's error as one of ours: names the place, says what stands and what to do."""
        state, said = getattr(error, "sqlstate", None) or "", _first_line(error)
        if self._connection_lost():
            return LedgerError(
                f"{self.place}: the connection to the server was lost. {KEPT} Run the same command again when the "
                f"server is there ({said})"
            )
        for prefix, text in _EXPLANATIONS:
            if state.startswith(prefix):
                return LedgerError(f"{self.place}: {text} ({said})")
        return LedgerError(f"{self.place}: the database refused: {said}")

    def _connection_lost(self) -> bool:
        connection = getattr(self, "_connection", None)
        return connection is not None and bool(connection.closed)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SessionLock:
    """The right to write for several transactions. May be taken again by its holder; the last release gives it back.

    It is for keeping others out meanwhile. Each transaction takes the lock for itself too, so that nothing goes wrong
    where the connection, and with it this lock, was lost in between.
    """

    def __init__(self, database: Postgres) -> None:
        self._database = database
        self._depth = 0

    def __enter__(self) -> SessionLock:
        """Take the lock, or raise LedgerBusy when another writer keeps it for the whole wait."""
        if self._depth == 0:
            self._database.take_turn()
        self._depth += 1
        return self

    def __exit__(self, *exc: object) -> None:
        """Give the lock back."""
        self._depth -= 1
        if self._depth == 0:
            self._database.give_turn()


_EXPLANATIONS = (
    (_DISK_FULL, f"the server's disk is full. {KEPT} Free some space there and run the same command again"),
    ("53", f"the server is out of memory or connections. {KEPT} Run the same command again later"),
    ("42501", "the database user has no right to do this. GRANT it, or give another user in the address"),
    ("25006", "the server takes no writes, it may be a standby. Give the address of the one that does"),
    ("58", f"the server's disk failed. {KEPT} Look at the server's log"),
    ("XX", "the database is damaged. Keep a copy, look at the server's log, and restore it from a backup"),
    ("23", "the ledger refused a row"),
)


def _psycopg() -> ModuleType:
    try:
        import psycopg

        # What it would say beside its errors (a line that was cut) is in our message already.
        logging.getLogger("psycopg").addHandler(logging.NullHandler())
    except ImportError:
        raise LedgerError(
            "A ledger in PostgreSQL needs psycopg, which is not installed: pip install 'mercato[postgres]'."
        ) from None
    return psycopg


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
