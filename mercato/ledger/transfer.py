"""Copies of ledgers: from any kind of database to any other, a backup of one in use, and the way back.

A copy has every row of the ledger with its number and its moments, so that `as_of` answers the same. The index of
names and derived tables are made again from the rows. A file is made beside its place and takes its name when it is
whole and checked; on a server all of it is one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mercato.errors import LedgerBusy, LedgerError, Misused
from mercato.ledger.address import is_address
from mercato.ledger.dialect import Database, Row
from mercato.ledger.ledger import Ledger
from mercato.ledger.lock import WriterLock
from mercato.ledger.names import note_all_names
from mercato.ledger.records import Counts
from mercato.ledger.sqlite import Sqlite, explained, sync_folder

TABLES: dict[str, str] = {
    "document": "number",
    "reading": "number",
    "claim": "number",
    "evidence": "claim",
    "attribution_link": "claim",
    "skip": "number",
    "verdict": "number",
    "sighting": "number",
}
"""What a copy holds, and the column by whose ranges it is read; parents before those that name them."""
_RANGE = 2_000

Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy, a backup or a restored ledger holds, where it is, and its size in bytes."""

    place: Path | str
    counts: Counts
    size: int
    kept: Path | None = None


def copy(source: Path | str, target: Path | str, step: Step | None = None) -> Copied:
    """Copy a ledger to where there is none yet; raises LedgerError where there is one, or where rows got lost.

    The source may be in use: the copy is of the moment at which it began.
    """
    with Ledger.open(source, create=False) as opened:
        if is_address(target):
            return _copied_to_server(opened, str(target), step or _no_step)
        with _new_file(Path(target)) as part, Ledger.open(part) as made:
            _copy_rows(opened, made, step or _no_step)
    return _held(target)


def backup(source: Path | str, target: Path, step: Step | None = None) -> Copied:
    """Copy a ledger that may be in use to a file; in a folder, the file is named after the moment.

    A file is copied page by page, with derived tables; what is on a server becomes a file by its rows.
    """
    if target.is_dir():
        target = target / f"ledger-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite"
    if is_address(source):
        return copy(source, target, step)
    with Ledger.open(source, create=False) as opened, _new_file(target) as part:
        _copy_pages(opened, part)
    return _held(target)


def restore(source: Path, target: Path | str, replace: bool = False, step: Step | None = None) -> Copied:
    """Make the ledger at `target` what the backup holds; with `replace`, one that is there is kept beside it first.

    The backup is checked before anything is touched. Whoever has the ledger open sees the restored one next.
    """
    with Ledger.open(source, create=False) as opened:
        _check(opened)
        if is_address(target):
            return _copied_to_server(opened, str(target), step or _no_step)
        if Path(target).absolute() == opened.path:
            raise Misused(f"{target} is the ledger itself. Give the backup's file, and the ledger with --ledger.")
        try:
            kept = _restored(opened, Path(target), replace)
        except LedgerBusy:
            raise
        except LedgerError:
            if not replace:
                raise
            # It can't be opened or copied, so that it can only be put aside as it is.
            kept = _put_aside(Path(target).absolute())
            _restored(opened, Path(target), replace)
    return _held(target, kept)


def _restored(source: Ledger, target: Path, replace: bool) -> Path | None:
    with Ledger.open(target) as present:
        kept = _kept(present, replace)
        with present.writing():
            _file(present).copy_pages(_file(source))
        _check(present)
    return kept


def _put_aside(target: Path) -> Path:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside = target.with_name(f"{target.name}.before-restore-{stamp}")
    with WriterLock(target):
        for suffix in ("-shm", "-wal", ""):
            part = target.with_name(target.name + suffix)
            if os.access(part, os.F_OK):
                part.rename(aside.with_name(aside.name + suffix))
        sync_folder(target.parent)
    return aside


def _kept(present: Ledger, replace: bool) -> Path | None:
    """A copy of what is about to be replaced; Misused where there is something and that was not asked for."""
    if not present.counts().documents and not present.counts().skips:
        return None
    if not replace:
        raise Misused(f"{present.place} is a ledger with content. --replace puts the backup in its place and keeps it.")
    kept = present.path.with_name(f"{present.path.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    with _new_file(kept) as part:
        _copy_pages(present, part)
    return kept


def _copy_pages(source: Ledger, part: Path) -> None:
    made = Sqlite(part)
    try:
        made.copy_pages(_file(source))
        made.start()
        made.fold_log()
        made.settle()
    finally:
        made.close()
    with Ledger.open(part) as whole:
        _check(whole)


def _file(ledger: Ledger) -> Sqlite:
    if not isinstance(ledger.database, Sqlite):
        raise LedgerError(f"{ledger.place} is not a file.")
    return ledger.database


def _copied_to_server(source: Ledger, address: str, step: Step) -> Copied:
    with Ledger.open(address) as made:
        _copy_rows(source, made, step)
        return Copied(made.place, made.counts(), made.database.size())


def _copy_rows(source: Ledger, target: Ledger, step: Step) -> None:
    with source.reading(), target.deriving() as to:
        held = target.counts()
        if held.documents or held.skips:
            raise LedgerError(
                f"{target.place} is a ledger with content; a copy needs an empty database or schema (createdb NAME)."
            )
        for table, column in TABLES.items():
            columns = to.columns(table)
            for rows in _rows(source.database, table, columns, column):
                to.load(table, columns, rows)
                step(len(rows))
            _same_count(source.database, to, table)
            to.after_copy(table)
        note_all_names(to)
        for table in ("name", "name_word", "name_document"):
            to.after_copy(table)
        _check(target)


def _rows(source: Database, table: str, columns: Sequence[str], by: str) -> Iterator[list[Row]]:
    last = int(str(source.value(f"SELECT COALESCE(max({by}), 0) FROM {table}")))
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {by} > ? AND {by} <= ? ORDER BY {by}"
    for after in range(0, last, _RANGE):
        if rows := source.execute(sql, (after, after + _RANGE)):
            yield rows


def _same_count(source: Database, target: Database, table: str) -> None:
    there, here = (int(str(each.value(f"SELECT count(*) FROM {table}"))) for each in (source, target))
    if there != here:
        raise LedgerError(
            f"{target.place}: of {there:,} rows of {table} in {source.place} only {here:,} arrived; nothing is kept "
            "of the copy. Check the source with `mercato doctor`."
        )


def _check(ledger: Ledger) -> None:
    if problems := ledger.integrity_check():
        raise LedgerError(f"{ledger.place} is not sound: {problems[0]}. Nothing of it is kept; take another backup.")


def _held(place: Path | str, kept: Path | None = None) -> Copied:
    with Ledger.open(place, create=False) as made:
        return Copied(made.place, made.counts(), made.database.size(), kept)


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A path beside the target at which the file is made; when all went well it takes the target's name, durably."""
    target = target.absolute()
    if os.access(target, os.F_OK):
        raise LedgerError(f"{target} is there already and stays as it is. Give another name, or move it away.")
    if not target.parent.is_dir():
        raise LedgerError(f"{target}: there is no folder {target.parent}. Make it, or give another.")
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    try:
        yield part
        _name(part, target)
        sync_folder(target.parent)
    except OSError as error:
        raise explained(error, target) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _name(part: Path, target: Path) -> None:
    """Give the finished file its name, never over one that came up meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.access(target, os.F_OK):
            raise
        part.rename(target)


def _no_step(count: int) -> None:
    """Nobody is watching."""
