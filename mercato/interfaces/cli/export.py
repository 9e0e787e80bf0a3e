"""`mercato export`: claims or rumours as CSV for tables, or as JSON lines for programs."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book
from mercato.interfaces.cli.options import ledger_option
from mercato.interfaces.cli.output import print_json

if TYPE_CHECKING:
    from mercato.ledger import StoredClaim
    from mercato.model.rumours import Rumour
    from mercato.rumours.book import RumourBook

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the start of a formula, in full width too."""


@click.command()
@click.argument("what", type=click.Choice(["rumours", "claims"]), default="rumours")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@ledger_option
@as_of_option
def export(what: str, form: str, ledger_file: Path | str | None, as_of: datetime | None) -> None:
    """Write all rumours, or all claims, to the screen or into a pipe; people and clubs have their Wikidata ids.

    In CSV a text that a spreadsheet would run as a formula gets an apostrophe before it; JSON lines hold it as it is.
    """
    from mercato.interfaces.cli.claims import as_record
    from mercato.interfaces.cli.rumour_text import record

    rows: Iterable[Mapping[str, Any]]
    with open_book(ledger_file, as_of) as book:
        if what == "claims":
            claims = (book.ledger.as_of(as_of) if as_of else book.ledger).claims()
            rows = map(as_record, claims) if form == "jsonl" else map(_claim_row, claims)
        else:
            rumours = book.rumours()
            made = ((r, book.standing(r)) for r in rumours)
            rows = (record(*one) for one in made) if form == "jsonl" else (_rumour_row(book, r) for r in rumours)
        _write(rows, form)


def _write(rows: Iterable[Mapping[str, Any]], form: str) -> None:
    header = False
    for row in rows:
        if form == "jsonl":
            print_json(row)
            continue
        if not header:
            sys.stdout.write(csv_line(row))
            header = True
        sys.stdout.write(csv_line(row.values()))


def csv_line(cells: Iterable[object]) -> str:
    """A line of CSV in which nothing is a formula; None is an empty cell."""
    line = io.StringIO()
    csv.writer(line).writerow(harmless(cell) for cell in cells)
    return line.getvalue()


def harmless(cell: object) -> object:
    """The cell; a text that a spreadsheet could run, also after blanks, with an apostrophe before it."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _rumour_row(book: RumourBook, rumour: Rumour) -> dict[str, object]:
    standing, last = book.standing(rumour), rumour.last_news
    return {
        "id": rumour.id,
        "kind": rumour.kind.value,
        "person": rumour.person_name,
        "person_id": _id(rumour.person),
        "club": rumour.club_name,
        "club_id": _id(rumour.club),
        "from": rumour.from_names[0] if rumour.from_names else None,
        "window": rumour.window,
        "stage": rumour.stage.value if rumour.stage else None,
        "status": standing.status.value,
        "independent_origins": len(rumour.independent_origins),
        "reports": len(rumour.reports),
        "first": ", ".join(rumour.lead.first),
        "last_news": str(last.published or f"{last.known_at:%Y-%m-%d}"),
        "last_outlet": last.outlet,
        "contract": rumour.contract,
        "fee_eur": standing.fee.middle if standing.fee else None,
    }


def _id(key: str) -> str | None:
    """A register's id; None for somebody known by name alone."""
    from mercato.rumours.names import PLAIN

    return None if key.startswith(PLAIN) else key


def _claim_row(stored: StoredClaim) -> dict[str, object]:
    claim, source = stored.claim, stored.source
    row: dict[str, object] = {"id": claim.id, "kind": claim.kind.value}
    parts = (("person", claim.person), ("to", claim.to), ("from", claim.from_), ("club", claim.club))
    for name, said in parts:
        row |= {name: said.name if said else None, f"{name}_id": said.id if said else None}
    return row | {
        "stage": claim.stage.value if claim.stage else None,
        "certainty": claim.certainty.value,
        "deal": claim.deal.value if claim.deal else None,
        "fee_low": claim.fee.low if claim.fee else None,
        "fee_high": claim.fee.high if claim.fee else None,
        "fee_currency": claim.fee.currency if claim.fee else None,
        "until": claim.until,
        "sources": ", ".join(claim.attribution.sources),
        "outlet": source.outlet,
        "published": str(source.published) if source.published else None,
        "title": source.title,
        "address": source.address,
        "document_id": source.id,
    }
