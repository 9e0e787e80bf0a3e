"""Opening a ledger where it is: a file that is there or not, that may be written or only read, or a server."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mercato.errors import LedgerError, NotFound
from mercato.ledger.address import is_address
from mercato.ledger.dialect import Database
from mercato.ledger.lock import DEFAULT_WAIT
from mercato.ledger.migrations import MIGRATIONS, applied, migrate
from mercato.ledger.postgres import Postgres
from mercato.ledger.sqlite import Sqlite, explained, may_write, sync_folder


def open_database(place: Path | str, create: bool, wait: float) -> Database:
    """The database at a path or an address, with all tables of this version's form.

    Raises NotFound where there is no ledger and `create` is false, LedgerBusy, LedgerError.
    """
    database = _connected(place, create, wait)
    try:
        if applied(database) < len(MIGRATIONS):
            _bring_up_to_date(database, wait)
        database.settle()
    except BaseException:
        with suppress(LedgerError):  # what went wrong first is what is told
            database.close()
        raise
    return database


def upgrade(place: Path | str, wait: float = DEFAULT_WAIT) -> tuple[Path | str, int, int]:
    """Bring a ledger to this version's form: where it is, and the steps it had behind it before and has now."""
    database = _connected(place, False, wait)
    try:
        before = applied(database)
    finally:
        database.close()
    database = open_database(place, False, wait)
    try:
        return database.place, before, applied(database)
    finally:
        database.close()


def _connected(place: Path | str, create: bool, wait: float) -> Database:
    return _server(str(place), create, wait) if is_address(place) else _file(Path(place).absolute(), create)


def _bring_up_to_date(database: Database, wait: float) -> None:
    if isinstance(database, Sqlite) and not database.writable:
        raise LedgerError(
            f"{database.place} is of an older form (step {applied(database)} of {len(MIGRATIONS)}) and there is no "
            "right to write to it or its folder. Let `mercato ledger upgrade` be run by whoever may, or copy the file "
            "to a place of your own."
        )
    with database.writer_lock(wait):
        database.start()
        migrate(database)


def _server(address: str, create: bool, wait: float) -> Database:
    database = Postgres(address, wait)
    if not create and not database.has_table("migration"):
        database.close()
        raise _none_there(database.place)
    return database


def _file(path: Path, create: bool) -> Database:
    there = os.access(path, os.F_OK)  # unlike Path.exists, no error where the folder may not be looked into
    if there:
        return Sqlite(path, writable=path.is_dir() or path.stat().st_size == 0 or may_write(path))
    if not create:
        raise _none_there(path)
    _make_folder(path)
    return Sqlite(path)


def _none_there(place: Path | str) -> NotFound:
    return NotFound(f"There is no ledger at {place}. `mercato read ARTICLE` starts one; --ledger names another.")


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
