"""`mercato records` and `mercato source NAME`: how often what outlets and journalists said came true."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.errors import NotFound
from mercato.forecasting.kept import RECORDS
from mercato.interfaces.cli.forecast import by_date_option
from mercato.interfaces.cli.options import day, json_option, ledger_option, ledger_place, open_ledger
from mercato.interfaces.cli.output import print_json, print_table, say
from mercato.interfaces.forecasting import RECORD_COLUMNS, as_plain, open_store, open_world, record_row, records_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mercato.forecasting.records import Count, Record

_SHOWN = 12


@click.command()
@ledger_option
@json_option
@by_date_option
@click.option("--since", metavar="DAY", type=day, help="Rumours told on this day or later.")
@click.option("--until", metavar="DAY", type=day, help="Rumours told on this day or earlier.")
@click.option(
    "--limit", type=click.IntRange(1), default=40, show_default=True, help="So many sources, most rumours first."
)
def records(
    ledger_file: Path | str | None, as_json: bool, by_date: bool, since: date | None, until: date | None, limit: int
) -> None:
    """The record of every source, with its counts. Sources are listed by how much they told, never ranked.

    Without --since and --until the records are kept, and the pages show them as they were last kept.
    """
    found = _all(ledger_file, by_date, since, until)
    if as_json:
        for record in found[:limit]:
            print_json(as_plain(record))
    elif found:
        print_table(RECORD_COLUMNS, map(record_row, found[:limit]))
    if not found:
        say("No rumour of a known outcome yet. `mercato outcomes import FILE` takes completed moves.")


@click.command()
@ledger_option
@json_option
@by_date_option
@click.argument("name")
@click.option("--since", metavar="DAY", type=day, help="Rumours told on this day or later.")
@click.option("--until", metavar="DAY", type=day, help="Rumours told on this day or earlier.")
def source(
    ledger_file: Path | str | None, as_json: bool, by_date: bool, name: str, since: date | None, until: date | None
) -> None:
    """The record of one outlet or journalist: counts, rate, interval, firsts and copies, by club, stage and month."""
    import difflib

    from mercato.model.folding import fold

    found = _all(ledger_file, by_date, since, until)
    by_name = {fold(key): record for record in found for key in (record.source, record.name)}
    record = by_name.get(fold(name))
    if record is None:
        near = difflib.get_close_matches(fold(name), by_name, n=3)
        raise NotFound(f"No source {name!r} has told a rumour here.", tuple(by_name[key].name for key in near))
    if as_json:
        print_json(as_plain(record))
        return
    print(f"{record.name} ({record.group}): {record.says}")
    print_table(RECORD_COLUMNS, [record_row(record)])
    for title, parts in (("club", record.by_club), ("stage", record.by_stage), ("month", record.by_month)):
        print_table((f"by {title}", "rumours", "true"), _parts(parts))


def _parts(parts: Mapping[str, Count]) -> list[tuple[object, ...]]:
    return [(name, count.n, count.true) for name, count in list(parts.items())[:_SHOWN]]


def _all(ledger_file: Path | str | None, by_date: bool, since: date | None, until: date | None) -> Sequence[Record]:
    with open_ledger(ledger_file) as ledger, open_store(ledger_place(ledger_file)) as store:
        found = records_of(open_world(ledger, store, by_date=by_date), since, until)
        if found and since is None and until is None:
            store.keep(RECORDS, [as_plain(record) for record in found])
    return found
