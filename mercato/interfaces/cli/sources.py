"""`mercato sources`: the list of what is watched, and how each source does."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import DataFileError, NotFound
from mercato.interfaces.cli.options import json_option, ledger_option, ledger_place, open_ledger
from mercato.interfaces.cli.output import print_json, print_lines, print_table, say
from mercato.interfaces.cli.watch import list_option, state_option
from mercato.settings import sources_path, watch_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mercato.engines.watch import Health
    from mercato.forecasting.records import Record
    from mercato.sources.watchlist import Source, WatchList


@click.group(invoke_without_command=True)
@list_option
@state_option
@ledger_option
@json_option
@click.pass_context
def sources(
    context: click.Context,
    list_file: Path | None,
    state_file: Path | None,
    ledger_file: Path | str | None,
    as_json: bool,
) -> None:
    """The list of what `mercato watch` watches: add and remove sources, see how they do, exchange lists as OPML.

    Without a command it shows how each source does, and how much of what it told came true, as far as outcomes are
    known; `mercato source NAME` tells more of one, `mercato records` of all that the ledger has heard of.
    """
    if context.invoked_subcommand is None:
        _show(list_file, state_file, as_json, records=_records(ledger_file))
    elif list_file or state_file or ledger_file or as_json:
        raise click.UsageError(
            f"Write the options behind the command: mercato sources {context.invoked_subcommand} ..."
        )


@sources.command()
@click.argument("address", metavar="URL")
@list_option
@json_option
@click.option("--name", help="What to call it; otherwise it is asked for its title.")
@click.option("--outlet", default="", help="Who publishes it: an id or name of the register.")
@click.option("--language", default="", metavar="CODE", help="The language of its articles, such as it.")
@click.option("--under", default="", metavar="PATH", help="For a page: only articles whose path begins so.")
def add(
    address: str, list_file: Path | None, as_json: bool, name: str | None, outlet: str, language: str, under: str
) -> None:
    """Add a source: URL is a feed, a sitemap, or a page of a site whose feed is then looked for."""
    from mercato.interfaces.watching import asker
    from mercato.sources.discovery import find_source
    from mercato.sources.files import max_bytes

    limit = max_bytes()
    ask, close = asker(limit)
    try:
        found = find_source(address, ask, limit)
    finally:
        close()
    source = dataclasses.replace(
        found.source, name=name or found.source.name, outlet=outlet, language=language, under=under
    )
    watch_list, place = _own_list(list_file)
    if not watch_list.add(source):
        say(f"mercato: {source.address} is on the list already.")
        return
    _write(watch_list, place)
    if as_json:
        print_json(_row(source) | {"listed": len(found.listing.entries)})
    else:
        print_lines([f"{source.kind}: {source.name}, {source.address} ({len(found.listing.entries)} articles listed)"])
    say(f"mercato: added to {place}, which now holds {len(watch_list.sources):,} sources.")


@sources.command()
@click.argument("address", metavar="URL")
@list_option
@state_option
def remove(address: str, list_file: Path | None, state_file: Path | None) -> None:
    """Remove a source from the list. What was read from it stays in the ledger."""
    import difflib

    from mercato.engines.watch import WatchState

    watch_list, place = _own_list(list_file)
    if address not in watch_list.sources:
        near = tuple(difflib.get_close_matches(address, watch_list.sources, n=3))
        raise NotFound(f"{place} has no source {address}. `mercato sources health` lists them.", near)
    del watch_list.sources[address]
    _write(watch_list, place)
    memory = state_file or watch_path()
    if memory.exists():
        with WatchState(memory) as state:
            state.forget_source(address)
    say(f"mercato: removed from {place}, which now holds {len(watch_list.sources):,} sources.")


@sources.command()
@list_option
@state_option
@json_option
@click.option("--failing", is_flag=True, help="Only sources whose last look failed, or that have ended.")
def health(list_file: Path | None, state_file: Path | None, as_json: bool, failing: bool) -> None:
    """How each source does: last success, failures with their reasons, articles listed, and the share of them read."""
    _show(list_file, state_file, as_json, failing)


@sources.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@list_option
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the list there; - is the screen.")
def opml(file: Path | None, list_file: Path | None, out: Path | None) -> None:
    """Take in the feeds of an OPML FILE, or write the list as OPML with --out."""
    from mercato.interfaces.watching import watched
    from mercato.sources.opml import opml_of
    from mercato.sources.watchlist import read_list

    if (file is None) == (out is None):
        raise click.UsageError("Give an OPML file to take in, or --out FILE to write the list.")
    if file is not None:
        watch_list, place = _own_list(list_file)
        added = sum(watch_list.add(source) for source in read_list(file).sources.values())
        _write(watch_list, place)
        say(f"mercato: {added:,} sources added to {place}, which now holds {len(watch_list.sources):,}.")
        return
    data = opml_of(watched(list_file)[0].sources.values())
    if str(out) == "-":
        sys.stdout.write(data.decode())
        return
    assert out is not None
    try:
        out.write_bytes(data)
    except OSError as error:
        raise DataFileError(f"{out}: can't be written ({error.strerror}). Give another path.") from None
    say(f"mercato: {out} written.")


def _show(
    list_file: Path | None,
    state_file: Path | None,
    as_json: bool,
    failing: bool = False,
    records: Mapping[str, Record] | None = None,
) -> None:
    """Print how each source of the list does; with `records` (by outlet) also what came of what it told."""
    from mercato.engines.watch import WatchState
    from mercato.interfaces.watching import watched

    watch_list, _ = watched(list_file)
    known: dict[str, Health] = {}
    memory = state_file or watch_path()
    if memory.exists():
        with WatchState(memory) as state:
            known = {one.address: one for one in state.health()}
    rows = [health_row(source, known.get(source.address)) for source in watch_list.sources.values()]
    if failing:
        rows = [row for row in rows if row["failures"] or row["ended"]]
    if records is not None:
        rows = [row | {"record": _record_of(row, records)} for row in rows]
    if as_json:
        for row in rows:
            print_json(row)
        return
    columns = ["name", "kind", "last success", "every", "items", "read", "claims", "failures"]
    print_table(columns + ["came true"] * (records is not None), [_cells(row) for row in rows])
    say(f"mercato: {len(rows):,} sources, {sum(1 for row in rows if row['last_success'] is None):,} never reached yet")


def _records(ledger_file: Path | str | None) -> dict[str, Record]:
    """The record of each outlet by its id and domains, going by dates of publication; none without a ledger."""
    from mercato.errors import MercatoError
    from mercato.interfaces.forecasting import needs_numbers, open_store, open_world, records_of

    place = ledger_place(ledger_file)
    try:
        needs_numbers()
    except MercatoError as error:
        say(f"mercato: no records: {error}")
        return {}
    if isinstance(place, Path) and not place.exists():
        return {}
    with open_ledger(ledger_file) as ledger, open_store(place) as store:
        world = open_world(ledger, store, by_date=True)
    found = {record.source: record for record in records_of(world, None, None)}
    domains = world.register.outlet_by_domain
    return {**found, **{host: found[outlet.id] for host, outlet in domains.items() if outlet.id in found}}


def _record_of(row: dict[str, Any], records: Mapping[str, Record]) -> dict[str, Any] | None:
    """What the outlet of a row told: rumours with a known outcome, those that came true, and the words for it."""
    from urllib.parse import urlsplit

    host = (urlsplit(row["address"]).hostname or "").removeprefix("www.")
    record = records.get(row["outlet"]) or records.get(host)
    if record is None:
        return None
    return {"source": record.source, "rumours": record.all.n, "true": record.all.true, "says": record.says}


def _own_list(path: Path | None) -> tuple[WatchList, Path]:
    """The user's list; where there is none yet, it starts as the shipped one."""
    from mercato.interfaces.watching import watched
    from mercato.sources.watchlist import WatchList

    if path is not None and not path.exists():
        return WatchList(), path
    watch_list, place = watched(path)
    return watch_list, place or sources_path()


def _write(watch_list: WatchList, place: Path) -> None:
    """Write the list in the form that its file has."""
    from mercato.sources.opml import opml_of
    from mercato.sources.watchlist import write_list

    if place.suffix.lower() == ".opml":
        place.write_bytes(opml_of(watch_list.sources.values()))
    else:
        write_list(watch_list, place)


def _row(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "address": source.address,
        "kind": source.kind.value,
        "outlet": source.outlet,
        "language": source.language,
    }


def health_row(source: Source, known: Health | None) -> dict[str, Any]:
    """A source of the list with how it does, as a JSON row; moments in UTC."""
    if known is None:
        unknown = ("asked_at", "last_success", "last_try", "next", "every", "ended", "share_read")
        none: dict[str, Any] = dict.fromkeys(unknown)
        return _row(source) | none | {"failures": 0, "reasons": {}, "items": 0, "read": 0, "waiting": 0, "claims": 0}
    return _row(source) | {
        "asked_at": known.asked,
        "last_success": _moment(known.succeeded_at),
        "last_try": _moment(known.tried_at),
        "next": None if known.ended else _moment(known.next_at),
        "every": known.interval,
        "ended": known.ended,
        "share_read": None if known.share_read is None else round(known.share_read, 3),
        "failures": known.failures,
        "reasons": known.reasons,
        "items": known.items,
        "read": known.read,
        "waiting": known.waiting,
        "claims": known.claims,
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    every = "" if row["every"] is None else f"{row['every'] / 60:.0f} min"
    share = "" if row["share_read"] is None else f"{row['share_read']:.0%}"
    reasons = ", ".join(f"{count}x {reason}" for reason, count in row["reasons"].items())
    trouble = f"{row['failures']} in a row: {reasons}" if row["failures"] else reasons
    last = (row["last_success"] or "never").replace("+00:00", "Z")
    cells = (row["name"], row["kind"], last, every, row["items"], share, row["claims"], row["ended"] or trouble)
    if "record" not in row:
        return cells
    return (*cells, row["record"]["says"] if row["record"] else "nothing known yet")
