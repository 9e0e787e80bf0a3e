"""`mercato register update`: the full public register into the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import Misused, SourceUnusable
from mercato.interfaces.cli.options import json_option
from mercato.interfaces.cli.output import print_json, print_lines, progress, say
from mercato.interfaces.cli.register import register_option
from mercato.settings import REGISTER_SOURCE, home, register_path

if TYPE_CHECKING:
    import httpx2

    from mercato.register.files import Brought, Fetch
    from mercato.register.imports import ImportReport

_HOUR = 3600.0
_MEGABYTE = 1_000_000


@click.command()
@register_option
@json_option
@click.option(
    "--from",
    "source",
    metavar="ADDRESS|FOLDER",
    help=f"Where people.csv, teams.csv and names.csv lie; else {REGISTER_SOURCE.variable}.",
)
@click.option("--wikidata", "ids", metavar="ID", multiple=True, help="A person's id in Wikidata, to be taken in whole.")
@click.option("--entities", metavar="ADDRESS", help="Where Wikidata's JSON is asked for, with {id} for the id.")
@click.option("--sha256", "sums", metavar="FILE=SUM", multiple=True, help="The digest that a file must have.")
def update(
    register_file: Path | None,
    as_json: bool,
    source: str | None,
    ids: tuple[str, ...],
    entities: str | None,
    sums: tuple[str, ...],
) -> None:
    """Load the full public football register, some 445,000 people and 45,000 clubs (CC0), into your own.

    The files are fetched in whole, from where the last try broke off, and checked; only when all is read, the new
    register takes the place of the old. Verdicts and other imports stay. With --wikidata, what Wikidata knows of single
    people is added: names in each language, date of birth, clubs with their times.
    """
    from mercato.register.update import update_register
    from mercato.register.wikidata import ENTITY_ADDRESS, checked_id

    place = source or REGISTER_SOURCE.value
    digests = dict(_sum(one) for one in sums)
    wanted = [checked_id(one) for one in ids]
    with _network() as client:
        files = _files(place, digests, client)
        chosen = [_entity((entities or ENTITY_ADDRESS).replace("{id}", one), client) for one in wanted]
    with progress("reading") as step:
        done = update_register(
            files,
            register_file.expanduser() if register_file else register_path(),
            chosen,
            lambda _, count: step(count),
        )
    for report in (done.clubs, done.people, done.chosen):
        if report is not None:
            print_json(_record(report)) if as_json else print_lines([_line(report)])
    say(
        f"mercato: the register now holds them. {sum(one.size for one in files) / _MEGABYTE:,.1f} MB read from {place}."
    )


def _files(place: str, digests: dict[str, str], client: httpx2.Client) -> list[Brought]:
    """The register's files: from a folder as they are, from an address into the user's folder."""
    from mercato.register.files import bring, local_files

    if "://" not in place:
        return local_files(Path(place).expanduser(), digests)
    with progress("fetching") as step:
        seen: dict[str, int] = {}

        def told(name: str, done: int, size: int | None) -> None:  # noqa: ARG001
            step(done - seen.get(name, 0))
            seen[name] = done

        return bring(place, home() / "register-files", _fetch_with(client), digests, told)


def _fetch_with(client: httpx2.Client) -> Fetch:
    from mercato.settings import allowed_hosts
    from mercato.sources.download import Stream, open_stream

    @contextmanager
    def fetch(address: str, start: int, validator: str | None) -> Iterator[Stream]:
        with open_stream(address, start, validator, client, allowed_hosts()) as stream:
            yield stream

    return fetch


@contextmanager
def _network() -> Iterator[httpx2.Client]:
    """The guarded client, with an hour for each file."""
    from mercato.settings import allowed_hosts
    from mercato.sources.fetch import make_client

    with make_client(allowed_hosts(), seconds=_HOUR) as client:
        yield client


def _entity(address: str, client: httpx2.Client) -> bytes:
    from mercato.settings import allowed_hosts
    from mercato.sources.fetch import ask
    from mercato.sources.files import max_bytes

    answer = ask(address, max_bytes(), client=client, allowed=allowed_hosts())
    if not 200 <= answer.status < 300:
        raise SourceUnusable(f"{address}: answered with status {answer.status}. Check the id; nothing was changed.")
    return answer.data


def _sum(given: str) -> tuple[str, str]:
    name, sign, digest = given.partition("=")
    if not sign or len(digest) != 64 or set(digest.lower()) - set("0123456789abcdef"):
        raise Misused(f"--sha256 {given!r}: write it as people.csv=SUM, the sum in 64 hexadecimal digits.")
    return name, digest.lower()


def _record(report: ImportReport) -> dict[str, Any]:
    return asdict(report) | {"unreadable": len(report.unreadable), "conflicts": len(report.conflicts)}


def _line(report: ImportReport) -> str:
    counts = (("added", report.added), ("merged with known ones", report.merged), ("unchanged", report.unchanged))
    parts = [f"{count:,} {what}" for what, count in (*counts, ("removed", report.removed)) if count]
    if report.unreadable:
        parts.append(f"{len(report.unreadable):,} not readable (first: {report.unreadable[0].reason})")
    return f"{report.rows:,} {report.kind}: {', '.join(parts) or 'nothing new'}"
