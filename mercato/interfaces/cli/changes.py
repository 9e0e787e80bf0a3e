"""`mercato changes --since`: what is new."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book, since_moment
from mercato.interfaces.cli.options import json_option, ledger_option
from mercato.interfaces.cli.output import print_json, print_table, say

_COLUMNS = ("known since", "rumour", "person", "what", "stage", "outlet", "rests on", "new")


@click.command()
@ledger_option
@json_option
@as_of_option
@click.option("--since", metavar="MOMENT", type=since_moment, required=True, help="A day (2025-06-09) or a moment.")
@click.option("--limit", type=click.IntRange(1), help="The latest so many.")
def changes(
    ledger_file: Path | str | None, as_json: bool, as_of: datetime | None, since: datetime, limit: int | None
) -> None:
    """List the reports that brought something new since a moment, latest first; repetitions and echoes are left out."""
    import msgspec

    from mercato.interfaces.cli.rumour_text import SHORT_ID, what

    with open_book(ledger_file, as_of) as book:
        found = book.changes(since)[:limit]
    if as_json:
        for change in found:
            rumour = change.rumour
            print_json(
                {"rumour": rumour.id, "person": rumour.person_name, "what": what(rumour), "window": rumour.window}
                | {"report": msgspec.to_builtins(change.report)}
            )
    elif found:
        print_table(
            _COLUMNS,
            (
                (
                    f"{c.report.known_at:%Y-%m-%d %H:%M}",
                    c.rumour.id[:SHORT_ID],
                    c.rumour.person_name,
                    what(c.rumour),
                    c.report.stage.value if c.report.stage else "",
                    c.report.outlet,
                    c.report.path[0] if len(c.report.path) > 1 else "",
                    ", ".join(item.value for item in c.report.new),
                )
                for c in found
            ),
        )
    else:
        say(f"Nothing new since {since:%Y-%m-%d %H:%M} UTC.")
