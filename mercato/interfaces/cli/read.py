"""`mercato read`: articles into the ledger, and what was found in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import Misused
from mercato.interfaces.cli.options import json_option, ledger_option, open_ledger, reader_option
from mercato.interfaces.cli.output import one_line, print_json, print_lines, print_marked, progress, say

if TYPE_CHECKING:
    from mercato.interfaces.cli.output import Mark
    from mercato.interfaces.ingest import Event, Ingested, Report
    from mercato.sources import Declared


@click.command()
@click.argument("inputs", metavar="FILE|URL|-...", nargs=-1, required=True)
@ledger_option
@json_option
@click.option("--language", metavar="CODE", help="The texts' language, such as en; otherwise it is found out.")
@click.option("--date", metavar="DATE", help="The texts' date of publication, such as 2025-06-09.")
@click.option("--outlet", metavar="NAME", help="Who published the texts, such as juvefc.com.")
@click.option(
    "--as-published",
    is_flag=True,
    help="For archives: a text counts as seen on its date, and --as-of tells what could be known then. Else from now.",
)
@reader_option
@click.pass_context
def read(
    ctx: click.Context,
    inputs: tuple[str, ...],
    ledger_file: Path | str | None,
    as_json: bool,
    language: str | None,
    date: str | None,
    outlet: str | None,
    as_published: bool,
    reader_name: str,
) -> None:
    """Read articles into the ledger and show what was found in them.

    FILE is a text, an HTML page or JSON Lines; URL an address of a page; "-" standard input. Reading the same article
    again adds nothing; a changed one becomes a new version beside the old. What can't be read is passed over, named
    and counted.
    """
    from mercato.interfaces.ingest import Ingested, ingest
    from mercato.interfaces.readers import make_reader, tally_lines

    reader = make_reader(reader_name)
    declared = _declared(language, date, outlet)
    with open_ledger(ledger_file, create=True) as ledger, progress("reading", prints_meanwhile=True) as step:

        def watch(event: Event) -> None:
            if isinstance(event, Ingested):
                print_json(as_record(event)) if as_json else _show(event)
            else:
                say(f"mercato: {event}")
            step()

        report = ingest(inputs, reader, ledger, declared, watch=watch, as_published=as_published)
        for line in (*summary(report, ledger.place), *tally_lines(reader)):
            say(line)
    if report.failed:
        ctx.exit(1)


def as_record(event: Ingested) -> dict[str, Any]:
    """A document's claims as one JSON row, and what of it was new to the ledger."""
    from mercato.model import claims_to_row

    row = claims_to_row(event.document.key, event.claims)
    return row | {
        "document": {
            "id": event.document.id,
            "title": event.document.title,
            "outlet": event.document.outlet,
            "published": str(event.document.published) if event.document.published else None,
            "language": event.document.language,
            "version": event.appended.version,
            "new": event.appended.document_new,
            "claims_new": event.appended.claims_new,
        }
    }


def summary(report: Report, place: Path | str) -> Iterator[str]:
    """What a run did, in one line and one more for each kind of trouble."""
    yield (
        f"{_count(report.documents, 'document')} ({report.documents_new:,} new), "
        f"{_count(report.claims, 'claim')} ({report.claims_new:,} new), "
        f"{report.skipped.total():,} skipped; ledger {place}"
    )
    for reason, count in report.skipped.most_common():
        yield f"  skipped {count:,}: {reason}"
    if report.unusable:
        yield f"  {_count(len(report.unusable), 'input')} could not be used"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _declared(language: str | None, date: str | None, outlet: str | None) -> Declared:
    from mercato.sources import Declared
    from mercato.sources.dates import parse_moment

    if date is not None and parse_moment(date) is None:
        raise Misused(f"--date {date!r} is no date that is certain. Write it as 2025-06-09.")
    return Declared(language=language, date=date, outlet=outlet)


def _show(event: Ingested) -> None:
    """The document's head, its claims, and the parts of its text that they rest on."""
    from mercato.interfaces.cli.claim_text import document_head, headline, marks

    document = event.document
    print_lines([one_line(document_head(document)) + _news(event)])
    print_lines(f"  {one_line(headline(claim))}" for claim in event.claims)
    if not event.claims:
        print_lines(["  no claim found"])
    found = marks(event.claims, document)
    for block in document.blocks:
        inside = [_shifted(mark, block.start) for mark in found if block.start <= mark.start and mark.end <= block.end]
        if inside:
            print()
            print_marked(document.text[block.start : block.end], inside, indent="    ")
    print()


def _shifted(mark: Mark, by: int) -> Mark:
    return mark._replace(start=mark.start - by, end=mark.end - by)


def _news(event: Ingested) -> str:
    if event.appended.went_back:
        return f" (back to version {event.appended.version} of this article)"
    if event.appended.document_new:
        return f" (version {event.appended.version} of this article)" if event.appended.version > 1 else ""
    return " (read before)" if not event.appended.claims_new else " (read again by a newer reader)"
