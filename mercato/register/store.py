"""The user's own register: a SQLite file with what each imported file said, and verdicts on who is the same.

A row keeps the record as its file had it, in our vocabulary; what becomes of it beside the shipped register is worked
out when it is loaded. A file that is imported again takes the place of its earlier rows, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import apsw
import msgspec

from mercato.errors import DataFileError, MercatoError, NotFound
from mercato.register.records import Club, Person

Kind = Literal["people", "clubs"]
R = TypeVar("R", Person, Club)

APPLICATION_ID = 0x6D637267  # "mcrg"
SCHEMA_VERSION = 1
_BUSY_MS = 10_000  # an import of 500,000 people holds the file for a few seconds
_CHUNK = 20_000  # records decoded at once: bounds the memory that the joined text takes

_TABLE = """CREATE TABLE {kind}(
    source INTEGER NOT NULL REFERENCES sources(number) ON DELETE CASCADE,
    id TEXT NOT NULL,
    target TEXT NOT NULL, -- the known record that it was found to be, empty where it is new
    data BLOB NOT NULL,   -- the record as JSON, empty fields left out
    PRIMARY KEY(source, id)) WITHOUT ROWID;
"""
_SCHEMA = (
    """CREATE TABLE sources(
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL, rows INTEGER NOT NULL,
    imported TEXT NOT NULL, licence TEXT NOT NULL, basis TEXT NOT NULL);
"""
    + _TABLE.format(kind="people")
    + _TABLE.format(kind="clubs")
    + """CREATE TABLE verdicts(
    number INTEGER PRIMARY KEY, one TEXT NOT NULL, other TEXT NOT NULL, same INTEGER NOT NULL,
    author TEXT NOT NULL, made TEXT NOT NULL, withdrawn TEXT NOT NULL DEFAULT '');
"""
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was imported. `basis` is the digest of the shipped register that its rows were compared with."""

    number: int
    path: str
    kind: str
    digest: str
    rows: int
    imported: str
    licence: str
    basis: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Somebody's judgement that two ids are one person or club, or that they are not; `withdrawn`: empty, or when."""

    number: int
    one: str
    other: str
    same: bool
    author: str
    made: str
    withdrawn: str


class Row(NamedTuple, Generic[R]):
    """A record of an imported file, and the id of the known record that it was found to be (empty: a new one)."""

    record: R
    target: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import did: the ids whose rows are new or other than before, how many stayed, how many went."""

    written: frozenset[str]
    unchanged: int
    removed: int


class RegisterStore:
    """A register file. With `write` it is made where it isn't there; without, a missing file reads as an empty one."""

    def __init__(self, path: Path, write: bool = True) -> None:
        self.path = path
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE if write else apsw.SQLITE_OPEN_READONLY
        with self._explained():
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = apsw.Connection(str(path) if write or path.exists() else ":memory:", flags=flags)
        try:
            with self._explained():
                self._prepare(write)
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> RegisterStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def empty(self) -> bool:
        """Whether nothing was ever imported or judged."""
        return not self.sources() and not self.verdicts(standing=False)

    def sources(self) -> list[Source]:
        """The files that were imported, in the order of their first import."""
        return [Source(*row) for row in self._rows("SELECT * FROM sources ORDER BY number")]

    def people(self, but: int | None = None) -> Iterator[Row[Person]]:
        """The people of all imported files, or of all but one of them."""
        return self._records("people", but, _PEOPLE)

    def clubs(self, but: int | None = None) -> Iterator[Row[Club]]:
        """The clubs of all imported files, or of all but one of them."""
        return self._records("clubs", but, _CLUBS)

    def source_for(self, path: Path, digest: str, kind: Kind) -> int | None:
        """The number of the source that this file is: the same content, else the same place."""
        rows = self._rows(
            "SELECT number FROM sources WHERE kind = ? AND (digest = ? OR path = ?) ORDER BY digest = ? DESC LIMIT 1",
            (kind, digest, str(path), digest),
        )
        return rows[0][0] if rows else None

    def replace(self, source: Source, rows: Iterable[Row[Person]] | Iterable[Row[Club]]) -> Changes:
        """Put the rows of a source in the place of its earlier ones; all of it or, if anything fails, nothing."""
        kind = source.kind
        new = {row.record.id: (row.target, _packed(row.record)) for row in rows}
        with self._explained(), self._db:
            stored = self._rows(f"SELECT id, target, data FROM {kind} WHERE source = ?", (source.number,))
            old = {id_: (target, data) for id_, target, data in stored}
            written = {id_ for id_, row in new.items() if old.get(id_) != row}
            removed = old.keys() - new.keys()
            if written or removed or source.number not in {known.number for known in self.sources()}:
                self._db.execute("INSERT OR IGNORE INTO sources VALUES (?,?,?,?,?,?,?,?)", _values(source))
                self._db.execute(
                    "UPDATE sources SET path=?, digest=?, rows=?, imported=?, licence=?, basis=? WHERE number=?",
                    (*_values(source)[1:2], *_values(source)[3:], source.number),
                )
            self._db.executemany(
                f"DELETE FROM {kind} WHERE source = ? AND id = ?", ((source.number, id_) for id_ in removed)
            )
            self._db.executemany(
                f"INSERT OR REPLACE INTO {kind} VALUES (?,?,?,?)",
                ((source.number, id_, *new[id_]) for id_ in new if id_ in written),
            )
        return Changes(frozenset(written), len(new) - len(written), len(removed))

    def next_number(self) -> int:
        """A number that no source has had."""
        return int(self._value("SELECT coalesce(max(number), 0) + 1 FROM sources"))

    def judge(self, one: str, other: str, same: bool, author: str) -> Verdict:
        """Note that two ids are one person or club, or that they are not. Counts from the next loading on."""
        row = (one, other, int(same), author, _now())
        with self._explained(), self._db:
            self._db.execute("INSERT INTO verdicts(one, other, same, author, made) VALUES (?,?,?,?,?)", row)
            number = int(self._value("SELECT max(number) FROM verdicts"))
        return next(verdict for verdict in self.verdicts() if verdict.number == number)

    def withdraw(self, number: int) -> None:
        """Take a verdict back; its row stays, with the moment. Raises NotFound where there is no such verdict."""
        with self._explained(), self._db:
            self._db.execute("UPDATE verdicts SET withdrawn = ? WHERE number = ? AND withdrawn = ''", (_now(), number))
            if not self._db.changes():
                raise NotFound(f"{self.path} has no standing verdict {number}.")

    def verdicts(self, standing: bool = True) -> list[Verdict]:
        """The verdicts in the order they were made; withdrawn ones only where asked for."""
        where = " WHERE withdrawn = ''" if standing else ""
        rows = self._rows(f"SELECT * FROM verdicts{where} ORDER BY number")
        return [Verdict(row[0], row[1], row[2], bool(row[3]), *row[4:]) for row in rows]

    def apart(self) -> frozenset[frozenset[str]]:
        """The pairs of ids that the latest standing verdict on them holds apart."""
        latest = {frozenset((verdict.one, verdict.other)): verdict.same for verdict in self.verdicts()}
        return frozenset(pair for pair, same in latest.items() if not same)

    def joined(self) -> list[tuple[str, str]]:
        """The pairs of ids that the latest standing verdict on them makes one, as they were given."""
        latest = {frozenset((verdict.one, verdict.other)): verdict for verdict in self.verdicts()}
        return [(verdict.one, verdict.other) for verdict in latest.values() if verdict.same]

    def _prepare(self, write: bool) -> None:
        self._db.set_busy_timeout(_BUSY_MS)
        version = self._value("PRAGMA user_version")
        if version > SCHEMA_VERSION:
            raise DataFileError(f"{self.path} was made by a newer mercato (form {version}); update mercato to use it.")
        tables = self._value("SELECT count(*) FROM sqlite_master")
        if tables and self._value("PRAGMA application_id") != APPLICATION_ID:
            raise DataFileError(
                f"{self.path} is an SQLite file, but not a register of mercato. "
                "Give another path (--register, MERCATO_REGISTER)."
            )
        if not write:
            if not tables:  # a file that was opened and never filled reads as an empty register
                self._db.close()
                self._db = apsw.Connection(":memory:")
                self._db.execute(_SCHEMA)
            return
        self._db.execute("PRAGMA synchronous=EXTRA")
        self._db.execute("PRAGMA foreign_keys=ON")
        if not tables:
            with self._db:
                self._db.execute(f"PRAGMA application_id={APPLICATION_ID}")
                self._db.execute(_SCHEMA)
                self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _records(self, kind: Kind, but: int | None, decoder: msgspec.json.Decoder[list[R]]) -> Iterator[Row[R]]:
        with self._explained():
            cursor = self._db.execute(
                f"SELECT target, data FROM {kind} WHERE source IS NOT ? ORDER BY source, id", (but,)
            )
            while chunk := list(islice(cursor, _CHUNK)):
                try:
                    records = decoder.decode(b"[" + b",".join([data for _, data in chunk]) + b"]")
                except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
                    raise DataFileError(f"{self.path}: a stored record can't be read ({fault}). {_AGAIN}") from None
                yield from map(Row, records, [target for target, _ in chunk])

    def _rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._explained():
            return self._db.execute(sql, parameters).fetchall()

    def _value(self, sql: str, parameters: tuple[object, ...] = ()) -> Any:
        rows = self._rows(sql, parameters)
        return rows[0][0] if rows else None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as ours: they name the file and say what to do."""
        try:
            yield
        except (apsw.Error, OSError) as error:
            raise _as_ours(error, self.path) from None


_PEOPLE = msgspec.json.Decoder(list[Person])
_CLUBS = msgspec.json.Decoder(list[Club])
_AGAIN = "Delete the file and import your lists again."
_NOTHING = "Nothing of this import was kept."

_EXPLANATIONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((apsw.FullError,), f"the disk is full. {_NOTHING} Free some space and import again"),
    ((apsw.BusyError, apsw.LockedError), "another program holds the register. Try again when it is done"),
    ((apsw.NotADBError,), "is not a register: no SQLite file. Give another path (--register, MERCATO_REGISTER)"),
    ((apsw.CorruptError,), f"the file is damaged. {_AGAIN}"),
    (
        (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError, PermissionError),
        "no right to write there. Change the rights, or give another path (--register, MERCATO_REGISTER)",
    ),
    (
        (apsw.CantOpenError, OSError),
        "can't be opened. Check that its folder exists and that you may read it (--register, MERCATO_REGISTER)",
    ),
)


def _as_ours(error: Exception, path: Path) -> MercatoError:
    for kinds, text in _EXPLANATIONS:
        if isinstance(error, kinds):
            return DataFileError(f"{path}: {text} ({error}).")
    return DataFileError(f"{path}: the database refused ({error}). Check the disk; if it is sound: {_AGAIN}")


def _packed(record: Person | Club) -> bytes:
    """The record as JSON without its empty fields; what is imported is never a shipped one."""
    filled = {field: value for field, value in msgspec.to_builtins(record).items() if value}
    return msgspec.json.encode({**filled, "shipped": False})


def _values(source: Source) -> tuple[object, ...]:
    return tuple(asdict(source).values())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
