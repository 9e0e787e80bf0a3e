"""`mercato chain PERSON|CLUB`: what hangs on what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book
from mercato.interfaces.cli.options import json_option, ledger_option
from mercato.interfaces.cli.output import print_json, print_lines, say

if TYPE_CHECKING:
    from mercato.rumours.chains import Chain


@click.command()
@click.argument("name", metavar="PERSON|CLUB")
@ledger_option
@json_option
@as_of_option
def chain(name: str, ledger_file: Path | str | None, as_json: bool, as_of: datetime | None) -> None:
    """Draw the conditions that a person or club takes part in: who must leave before whom, and what has come of it."""
    import msgspec

    with open_book(ledger_file, as_of) as book:
        found = book.chains(name)
    for each in found:
        if as_json:
            print_json(msgspec.to_builtins(each))
        else:
            print_lines([each.window, *_lines(each), ""])
    if not found:
        say(f"No report makes anything depend on {name!r}, or the other way round.")


def _lines(each: Chain) -> Iterator[str]:
    drawn: set[str] = set()
    for root in each.roots() or [each.events[0].key]:
        yield from _branch(each, root, "", drawn, None)


def _branch(each: Chain, key: str, indent: str, drawn: set[str], cause: str | None) -> Iterator[str]:
    event = next(event for event in each.events if event.key == key)
    link = next((link for link in each.links if (link.cause, link.effect) == (cause, key)), None)
    said = "" if link is None else f" ({', '.join(link.origins) or 'inferred'})"
    why = f": {event.why}" if event.why else ""
    yield f"{indent}{'→ ' if cause else ''}{event.words}{said} [{event.state.value}{why}]"
    if key in drawn:
        return
    drawn.add(key)
    for effect in each.effects(key):
        yield from _branch(each, effect, indent + "  ", drawn, key)
