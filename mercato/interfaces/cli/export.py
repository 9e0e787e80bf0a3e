"""`mercato export`: claims, rumours, reports and windows for tables, programs, linked data and calendars."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import Misused
from mercato.interfaces.cli.book_options import as_of_option, open_book
from mercato.interfaces.cli.options import day, ledger_option
from mercato.interfaces.cli.output import print_json, say
from mercato.interfaces.files import written_whole

if TYPE_CHECKING:
    from mercato.rumours.book import RumourBook

FORMS = {
    "rumours": ("csv", "jsonl", "parquet"),
    "reports": ("csv", "jsonl", "parquet"),
    "claims": ("csv", "jsonl", "parquet", "jsonld"),
    "windows": ("csv", "jsonl", "parquet", "ics"),
}
"""What can be exported, and in which forms."""
_EVERY_FORM = list(dict.fromkeys(form for forms in FORMS.values() for form in forms))


@click.command()
@click.argument("what", type=click.Choice(list(FORMS)), default="rumours")
@click.option(
    "--format", "form", type=click.Choice(_EVERY_FORM), default="csv",
    show_default=True, help="jsonld: claims with schema.org and PROV-O. ics: windows for a calendar.",
)  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; else the screen or a pipe.")
@click.option("--country", "countries", multiple=True, help="Windows: of this country only (FIFA's code, ENG).")
@click.option("--since", type=day, metavar="DAY", help="Windows: that close on this day or later.")
@ledger_option
@as_of_option
def export(
    what: str,
    form: str,
    out: Path | None,
    countries: tuple[str, ...],
    since: date | None,
    ledger_file: Path | str | None,
    as_of: datetime | None,
) -> None:
    """Write all rumours, their reports, all claims, or the transfer windows; with Wikidata and Transfermarkt ids.

    In CSV a text that a spreadsheet would run as a formula gets an apostrophe before it; the other forms hold it as it
    is. Parquet goes into a file: --out.
    """
    if form not in FORMS[what]:
        raise Misused(f"{what} can't be written as {form}; there are {', '.join(FORMS[what])}.")
    if form == "parquet" and out is None:
        raise Misused("Parquet goes into a file: add --out FILE.")
    if what == "windows":
        _windows(form, out, countries, since)
        return
    with open_book(ledger_file, as_of, joined=what != "claims" and form != "jsonld") as book:
        if form == "jsonld":
            from mercato.interfaces.exports.linked import json_ld

            _write_text(json_ld(book.register, book.view.claims()), out)
        elif form == "jsonl" and out is None:
            for record in _records(what, book):
                print_json(record)
        elif form == "jsonl":
            _write_text(_json_lines(_records(what, book)), out)
        else:
            from mercato.interfaces.exports.rows import table_rows

            _write_table(table_rows(what, book), form, out)


def _records(what: str, book: RumourBook) -> Iterator[Mapping[str, Any]]:
    """Whole records, as the API has them."""
    from mercato.interfaces.cli.claims import as_record
    from mercato.interfaces.cli.rumour_text import record
    from mercato.interfaces.exports.rows import table_rows

    if what == "claims":
        return map(as_record, book.view.claims())
    if what == "reports":
        return table_rows(what, book)
    return (record(rumour, book.standing(rumour)) for rumour in book.rumours())


def _windows(form: str, out: Path | None, countries: tuple[str, ...], since: date | None) -> None:
    from mercato.interfaces.exports.calendar import calendar, windows_of
    from mercato.interfaces.exports.rows import window_row
    from mercato.register import load_register

    register = load_register()
    found = windows_of(register, countries, since)
    if form == "ics":
        _write_text([calendar(register, found).decode()], out)
    elif form == "jsonl":
        _write_text(_json_lines(map(window_row, found)), out)
    else:
        _write_table(map(window_row, found), form, out)


def _write_table(rows: Iterable[Mapping[str, Any]], form: str, out: Path | None) -> None:
    from mercato.interfaces.exports.tables import csv_lines, write_parquet

    if form == "parquet" and out is not None:
        say(f"{write_parquet(rows, out):,} rows in {out}")
    else:
        _write_text(csv_lines(rows), out)


def _json_lines(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    from mercato.engines.lines import encode

    return (encode(dict(record)).decode() + "\n" for record in records)


def _write_text(pieces: Iterable[str], out: Path | None) -> None:
    """To the screen, or into a file that is there whole or not at all."""
    if out is None:
        sys.stdout.writelines(pieces)
        return
    with written_whole(out) as beside, beside.open("w", encoding="utf-8", errors="replace", newline="") as file:
        file.writelines(pieces)
    say(f"written to {out}")
