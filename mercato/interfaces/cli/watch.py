"""`mercato watch`: reads what the sources of a list publish, for as long as it is let."""

from __future__ import annotations

import re
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import DataFileError
from mercato.interfaces.cli.options import json_option, ledger_option, open_ledger
from mercato.interfaces.cli.output import one_line, print_json, print_lines, say
from mercato.settings import SOURCES, WATCH, watch_path

if TYPE_CHECKING:
    from mercato.engines.watch import Event, Totals, Watch

_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s?([smhd]?)")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def list_option(function: Any) -> Any:
    """`--list FILE`."""
    return click.option(
        "--list",
        "list_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"The list of sources, YAML or OPML; else {SOURCES.variable}, else yours, else the one that is shipped.",
    )(function)


def state_option(function: Any) -> Any:
    """`--state FILE`."""
    return click.option(
        "--state",
        "state_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"What the watch remembers between runs; else {WATCH.variable}, else a file in your data folder.",
    )(function)


def duration(value: str) -> float:
    """Seconds, from a duration such as 90s, 20m, 2h or 1d."""
    match = _DURATION.fullmatch(value.strip().lower())
    if match is None or float(match[1]) <= 0:
        raise click.BadParameter(f"{value!r} is no duration. Write it as 90s, 20m, 2h or 1d.")
    return float(match[1]) * _UNITS[match[2]]


def _duration_option(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:  # noqa: ARG001
    return None if value is None else duration(value)


@click.command()
@list_option
@state_option
@ledger_option
@json_option
@click.option("--once", is_flag=True, help="Look at each source once, read what is new, and end.")
@click.option(
    "--for", "seconds", metavar="DURATION", callback=_duration_option, help="End after so long: 90s, 20m, 2h, 1d."
)
def watch(
    list_file: Path | None,
    state_file: Path | None,
    ledger_file: Path | None,
    as_json: bool,
    once: bool,
    seconds: float | None,
) -> None:
    """Watch feeds, sitemaps, section pages and news interfaces, and read what is new into the ledger.

    Runs until it is stopped (Ctrl-C), and goes on where it was when it is started again. Keeps to each site's
    robots.txt, asks a host one thing at a time, and asks the less often the less changes. `mercato sources health`
    tells how each source does. Give sites a way to reach you: MERCATO_USER_AGENT="name (you@example.org)".
    """
    from mercato.engines.watch import WatchState
    from mercato.interfaces.readers import make_reader
    from mercato.interfaces.watching import names_no_contact, open_watch, watched

    watch_list, place = watched(list_file)
    sources = list(watch_list.sources.values())
    if not sources:
        raise DataFileError(f"{place}: the list is empty. `mercato sources add ADDRESS` adds a source.")
    if names_no_contact():
        say("mercato: sites can't reach you. Set MERCATO_USER_AGENT to a name with your contact address.")
    say(f"mercato: watching {len(sources):,} sources of {place or 'the shipped list'}; Ctrl-C ends it.")
    tell = _print_event if as_json else _show_event
    with (
        open_ledger(ledger_file, create=True) as ledger,
        WatchState(state_file or watch_path()) as state,
        open_watch(sources, state, make_reader(), ledger, tell) as running,
    ):
        _stop_at_signals(running)
        until = datetime.now(UTC).timestamp() + seconds if seconds is not None else None
        totals = running.run(until, once)
    say(summary(totals))


def summary(totals: Totals) -> str:
    """What a run did, in one line."""
    from mercato.engines.watch import EventKind

    kinds = totals.kinds
    looks = kinds[EventKind.POLLED] + kinds[EventKind.UNCHANGED]
    failed = kinds[EventKind.FAILED] + kinds[EventKind.ENDED]
    return (
        f"mercato: {looks:,} looks at sources ({failed:,} failed), {kinds[EventKind.READ]:,} articles read "
        f"({totals.documents_new:,} new), {totals.claims:,} claims, {kinds[EventKind.SKIPPED]:,} skipped, "
        f"{kinds[EventKind.AGAIN]:,} put off"
    )


def as_record(event: Event) -> dict[str, Any]:
    """An event as a JSON row."""
    return {
        "at": datetime.fromtimestamp(event.at, UTC).isoformat(timespec="seconds"),
        "event": event.kind.value,
        "address": event.address,
        "source": event.source,
        "count": event.count,
        "new": event.new,
        "detail": event.detail,
    }


def _print_event(event: Event) -> None:
    print_json(as_record(event))
    sys.stdout.flush()  # whoever reads the pipe wants it now, not when a buffer is full


def _show_event(event: Event) -> None:
    from mercato.engines.watch import EventKind

    if event.kind is EventKind.UNCHANGED:
        return
    moment = datetime.fromtimestamp(event.at, UTC)
    counted = {EventKind.POLLED: f"{event.count} new", EventKind.READ: f"{event.count} claims"}.get(event.kind, "")
    detail = ", ".join(part for part in (counted, event.detail) if part)
    print_lines([f"{moment:%H:%M:%S}  {event.kind.value:<11}  {one_line(event.address)}  {one_line(detail)}".rstrip()])
    sys.stdout.flush()


def _stop_at_signals(running: Watch) -> None:
    """The first Ctrl-C or TERM ends the run in order, the second at once."""

    def stop(number: int, frame: object) -> None:  # noqa: ARG001
        say("mercato: stopping when the requests under way are done; Ctrl-C again stops at once.")
        running.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
