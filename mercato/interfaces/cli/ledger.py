"""`mercato ledger`: copies, backups and upgrades of ledgers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.options import LedgerPlace, json_option, ledger_option, ledger_place
from mercato.interfaces.cli.output import print_json, print_lines, progress, say

if TYPE_CHECKING:
    from mercato.ledger.transfer import Copied

FILE = click.Path(path_type=Path)


@click.group()
def ledger() -> None:
    """Copy, back up, restore and upgrade ledgers: files, or PostgreSQL databases by address."""


@ledger.command()
@click.argument("source", metavar="FROM", type=LedgerPlace())
@click.argument("target", metavar="TO", type=LedgerPlace())
@json_option
def copy(source: Path | str, target: Path | str, as_json: bool) -> None:
    """Copy a ledger to a new place of either kind.

    FROM and TO are files or addresses (postgresql://user@host/database). FROM may be in use. TO must not hold a ledger
    yet. Every row keeps its number and its moments, so that questions as of a day get the same answers.
    """
    from mercato.ledger import transfer

    with progress("copying rows") as step:
        copied = transfer.copy(source, target, step)
    _tell("copied", copied, as_json)


@ledger.command()
@click.argument("target", metavar="TO", type=FILE)
@ledger_option
@json_option
def backup(target: Path, ledger_file: Path | str | None, as_json: bool) -> None:
    """Make a backup of the ledger, which may be in use, and check it.

    TO is a new file, or a folder in which the file is named after the moment.
    """
    from mercato.ledger import transfer

    with progress("copying rows") as step:
        made = transfer.backup(ledger_place(ledger_file), target.expanduser(), step)
    _tell("backed up to", made, as_json)


@ledger.command()
@click.argument("source", metavar="FROM", type=FILE)
@ledger_option
@click.option("--replace", is_flag=True, help="Put it in the place of a ledger with content, which is kept beside it.")
@json_option
def restore(source: Path, ledger_file: Path | str | None, replace: bool, as_json: bool) -> None:
    """Make the ledger what the backup FROM holds. FROM is checked before anything is touched."""
    from mercato.ledger import transfer

    with progress("copying rows") as step:
        made = transfer.restore(source.expanduser(), ledger_place(ledger_file), replace, step)
    _tell("restored to", made, as_json)
    if made.kept is not None:
        say(f"What was there before is kept in {made.kept}.")


@ledger.command()
@ledger_option
@json_option
def upgrade(ledger_file: Path | str | None, as_json: bool) -> None:
    """Bring a ledger of an older mercato to this one's form, and join its rumours where they are not up to date.

    Every command that opens a ledger brings it to this form, and every question on rumours joins them; this one does
    nothing else, and tells.
    """
    from mercato.interfaces.cli.book_options import join, open_book
    from mercato.ledger.opening import upgrade as run

    place, before, after = run(ledger_place(ledger_file))
    with open_book(ledger_file, joined=False) as book:
        due = join(book)
    if as_json:
        print_json({"ledger": str(place), "before": before, "after": after, "joined": due.articles, "why": due.why})
        return
    done = f"from step {before} to {after}" if before < after else f"needs none, it is at step {after}"
    print_lines([f"upgrade of {place}: {done}"])
    say(f"rumours: {due.articles:,} articles joined{f' anew, as {due.why}' if due.why else ''}")


def _tell(done: str, copied: Copied, as_json: bool) -> None:
    if as_json:
        kept = str(copied.kept) if copied.kept else None
        print_json({"ledger": str(copied.place), "bytes": copied.size, "kept": kept, **asdict(copied.counts)})
        return
    held = copied.counts
    print_lines(
        [
            f"{done} {copied.place}: {held.articles:,} articles in {held.documents:,} versions, "
            f"{held.claims:,} claims, {held.skips:,} skips; {copied.size:,} bytes"
        ]
    )
