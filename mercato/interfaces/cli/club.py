"""`mercato club NAME`: who may come, go and stay, how contracts stand, what is looked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book
from mercato.interfaces.cli.options import json_option, ledger_option
from mercato.interfaces.cli.output import print_json, print_lines, print_table, say

if TYPE_CHECKING:
    from mercato.rumours.book import RumourBook


@click.command()
@click.argument("name")
@ledger_option
@json_option
@as_of_option
@click.option("--window", metavar="WINDOW", help="One transfer window, such as 2025-summer.")
@click.option("--all", "everything", is_flag=True, help="Also what is over.")
def club(
    name: str,
    ledger_file: Path | str | None,
    as_json: bool,
    as_of: datetime | None,
    window: str | None,
    everything: bool,
) -> None:
    """Show a club's business: ins, outs, stays, contracts said to run, positions it is said to look for."""
    with open_book(ledger_file, as_of) as book:
        show(book, name, window, everything, as_json)


def show(book: RumourBook, name: str, window: str | None, everything: bool, as_json: bool) -> None:
    """Print a club's business as tables, or as one JSON line."""
    from mercato.interfaces.cli.rumour_text import COLUMNS, record, row
    from mercato.rumours.club_view import club_view

    view = club_view(book, name, window, open_only=not everything)
    parts = (("in", view.ins), ("out", view.outs), ("stay", view.stays))
    if as_json:
        print_json(
            _as_json(view.contracts, view.sought)
            | {part: [record(r, book.standing(r)) for r in found] for part, found in parts}
        )
        return
    for part, found in parts:
        if found:
            print_lines([part])
            print_table(COLUMNS, (row(r, book.standing(r)) for r in found))
    if view.contracts:
        print_lines(["contracts"])
        print_table(("person", "until", "said by", "conflict"), [c.row for c in view.contracts])
    if view.sought:
        print_lines(["looked for"])
        print_table(("position", "names"), [(s.position, ", ".join(s.people)) for s in view.sought])
    if view.is_empty:
        say(f"Nothing is said of {name!r} that is still open; --all also shows what is over.")


def _as_json(contracts: Any, sought: Any) -> dict[str, Any]:
    import msgspec

    return {"contracts": msgspec.to_builtins(contracts), "sought": msgspec.to_builtins(sought)}
