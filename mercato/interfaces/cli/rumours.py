"""`mercato rumours`: the stories of the ledger, those with the latest news first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book, since_moment
from mercato.interfaces.cli.options import json_option, ledger_option
from mercato.interfaces.cli.output import print_json, print_table, progress, say
from mercato.model import ClaimKind, Stage
from mercato.model.rumours import RumourStatus

if TYPE_CHECKING:
    from mercato.model.rumours import Rumour
    from mercato.rumours.book import RumourBook, RumourFilter

_KINDS = ("move", "exit", "stay")


@click.command()
@ledger_option
@json_option
@as_of_option
@click.option("--person", metavar="NAME", help="Whole words of the name (perin), or an id.")
@click.option("--to", metavar="CLUB", help="The club that somebody may join.")
@click.option("--from", "from_", metavar="CLUB", help="The club that somebody may leave.")
@click.option("--club", metavar="CLUB", help="A club in either role.")
@click.option("--country", metavar="CODE", help="The destination's country, as FIFA writes it (ENG, ITA).")
@click.option("--window", metavar="WINDOW", help="The transfer window, such as 2025-summer.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="May be repeated.")
@click.option("--stage", "stages", multiple=True, type=click.Choice([s.value for s in Stage]), help="May be repeated.")
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice([s.value for s in RumourStatus]), help="May be repeated."
)
@click.option("--min-origins", type=click.IntRange(0), default=0, help="At least so many independent origins.")
@click.option("--changed-since", metavar="MOMENT", type=since_moment, help="With news that became known since.")
@click.option("--limit", type=click.IntRange(1), help="The first so many.")
@click.option("--rebuild", is_flag=True, help="Make the tables of rumours again from the ledger first.")
def rumours(
    ledger_file: Path | str | None,
    as_json: bool,
    as_of: datetime | None,
    person: str | None,
    to: str | None,
    from_: str | None,
    club: str | None,
    country: str | None,
    window: str | None,
    kinds: tuple[str, ...],
    stages: tuple[str, ...],
    statuses: tuple[str, ...],
    min_origins: int,
    changed_since: datetime | None,
    limit: int | None,
    rebuild: bool,
) -> None:
    """List rumours, those with the latest news first. `mercato rumour ID` tells one from its beginning."""
    from mercato.errors import Misused
    from mercato.rumours.book import RumourFilter
    from mercato.rumours.windows import is_label

    if window is not None and not is_label(window):
        raise Misused(f"--window {window!r} is no window. Write it as 2025-summer or 2026-winter.")
    asked = RumourFilter(
        person, to, from_, club, country, window, tuple(map(ClaimKind, kinds)), tuple(map(Stage, stages)),
        tuple(map(RumourStatus, statuses)), min_origins, changed_since, limit,
    )  # fmt: skip
    with open_book(ledger_file, as_of, joined=not rebuild) as book:
        if rebuild:
            with progress("joining articles") as step:
                book.rebuild(step)
        found = book.rumours(asked)
        show(book, found, as_json)
        if not found:
            say(_nothing(ledger_file, asked, as_of))


def _nothing(ledger_file: Path | str | None, asked: RumourFilter, as_of: datetime | None) -> str:
    """Why the list is empty, as far as it can be told."""
    if as_of is not None:
        with open_book(ledger_file) as today:
            later = len(today.rumours(asked))
        if later:
            return (
                f"No such rumour had been seen by {as_of:%Y-%m-%d %H:%M} UTC; {later:,} match today. The ledger goes "
                "by the moment it saw a text: read archives with `mercato read --as-published`."
            )
    return "No rumour matches. Fewer filters find more; `mercato claims` lists what they are made of."


def show(book: RumourBook, found: list[Rumour], as_json: bool) -> None:
    """Print rumours as a table, or as JSON lines."""
    from mercato.interfaces.cli.rumour_text import COLUMNS, record, row

    if as_json:
        for rumour in found:
            print_json(record(rumour, book.standing(rumour)))
    elif found:
        print_table(COLUMNS, (row(rumour, book.standing(rumour)) for rumour in found))
