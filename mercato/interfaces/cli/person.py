"""`mercato person NAME`: all rumours on somebody."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book
from mercato.interfaces.cli.options import json_option, ledger_option
from mercato.interfaces.cli.output import print_lines, say

if TYPE_CHECKING:
    from mercato.rumours.book import RumourBook


@click.command()
@click.argument("name")
@ledger_option
@json_option
@as_of_option
def person(name: str, ledger_file: Path | str | None, as_json: bool, as_of: datetime | None) -> None:
    """List everything that is said of a person: each destination and window, stays and exits.

    NAME is whole words of the name, or an id.
    """
    with open_book(ledger_file, as_of) as book:
        show(book, name, as_json)


def show(book: RumourBook, name: str, as_json: bool) -> None:
    """Print who is meant, and all rumours as a table; or the rumours as JSON lines."""
    from mercato.interfaces.cli.rumours import show as show_rumours
    from mercato.rumours.book import RumourFilter

    found = book.rumours(RumourFilter(person=name))
    if not as_json:
        for key in dict.fromkeys(rumour.person for rumour in found):
            theirs = [rumour for rumour in found if rumour.person == key]
            names = sorted({name for rumour in theirs for name in rumour.names})
            contract = next((f" · contract until {r.contract}" for r in theirs if r.contract), "")
            print_lines([f"{theirs[0].person_name} ({key}) · named as: {', '.join(names)}{contract}"])
    show_rumours(book, found, as_json)
    if not found:
        say(f"Nothing is said of {name!r} in {book.ledger.place}. `mercato register show` knows other spellings.")
