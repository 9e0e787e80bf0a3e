"""`mercato rumour ID`: one rumour with its timeline, the path of its reports, conflicts and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.book_options import as_of_option, open_book
from mercato.interfaces.cli.options import json_option, ledger_option
from mercato.interfaces.cli.output import one_line, print_json, print_lines

if TYPE_CHECKING:
    from mercato.model.rumours import Rumour
    from mercato.rumours.book import RumourBook
    from mercato.rumours.status import Standing


@click.command()
@click.argument("rumour_id", metavar="ID")
@ledger_option
@json_option
@as_of_option
def rumour(rumour_id: str, ledger_file: Path | str | None, as_json: bool, as_of: datetime | None) -> None:
    """Tell one rumour: where it stands, its timeline, who rests on whom, conflicts, conditions, evidence.

    ID is the beginning of an id that `mercato rumours` shows.
    """
    from mercato.interfaces.cli.rumour_text import record

    with open_book(ledger_file, as_of) as book:
        found = book.rumour(rumour_id)
        standing = book.standing(found)
        if as_json:
            print_json(record(found, standing))
            return
        print_lines(one_line(line) if line.strip() else "" for line in _head(found, standing))
        print_lines(_path(found))
        print_lines(_facts(found, standing))
        print_lines(_evidence(book, found))


def _head(found: Rumour, standing: Standing) -> Iterator[str]:
    from mercato.interfaces.cli.rumour_text import SHORT_ID, lead_words, what

    yield f"{found.id[:SHORT_ID]} · {found.person_name} · {what(found)} · {found.window}"
    closes = f"{found.closes}" if found.closes_certain else f"about {found.closes}"
    left = f"{standing.days_left} days left" if standing.days_left >= 0 else "closed"
    stage = found.stage.value if found.stage else "no stage"
    yield f"{standing.status.value} · {stage} · window closes {closes} ({left}) · {standing.momentum.value}"
    names = ", ".join(node.name for node in found.independent_origins) or "none"
    yield f"independent origins: {len(found.independent_origins)} ({names}), from {len(found.reports)} reports"
    yield f"first: {lead_words(found.lead)}"
    yield f"last news: {standing.last_news_at:%Y-%m-%d}, {found.last_news.outlet}"
    if found.continues:
        yield f"the same story in an earlier window: {found.continues[:SHORT_ID]}"


def _path(found: Rumour) -> Iterator[str]:
    from mercato.interfaces.cli.rumour_text import path_tree

    yield ""
    yield "timeline"
    yield from (f"  {point.at}  {point.stage.value}  {point.outlet}" for point in found.timeline)
    yield ""
    yield "path (in brackets: never read here itself)"
    yield from (f"  {line}" for line in path_tree(found))


def _facts(found: Rumour, standing: Standing) -> Iterator[str]:
    from mercato.interfaces.cli.rumour_text import fee_words, said_fee

    if found.contract:
        yield from ("", f"contract until {found.contract}")
    if standing.fee:
        yield from ("", f"fee: {fee_words(standing.fee)}", *(f"  {said_fee(fee)}" for fee in found.fees))
    for conflict in found.conflicts:
        yield from ("", f"conflict: {conflict.what}; taken: {conflict.chosen}")
        yield f"  why: {conflict.rule}"
        yield from (f"  {value.value}: {', '.join(value.origins)}" for value in conflict.values)
    if found.conditions:
        yield from ("", "conditions", *dict.fromkeys(f"  {said.text} ({said.origin})" for said in found.conditions))
    if found.rivals:
        yield from ("", "rivals")
        yield from (f"  {r.kind.value} {r.club_name}: {r.stage.value if r.stage else 'no stage'}" for r in found.rivals)
    for report in found.denials:
        who = ", ".join(report.voices) or report.outlet
        yield from ("", f"denied by {who} ({report.outlet})")


def _evidence(book: RumourBook, found: Rumour) -> Iterator[str]:
    """The words of each report that its claim rests on."""
    from mercato.interfaces.cli.claim_text import SHORT_ID

    yield from ("", "evidence (`mercato explain CLAIM` shows it in its text)")
    for report in found.reports:
        for claim_id in report.claims:
            stored, _ = book.ledger.claim(claim_id)
            words = " … ".join(dict.fromkeys(item.span.text for item in stored.claim.evidence))
            yield f"  {claim_id[:SHORT_ID]}  {report.outlet}: {one_line(words, 160) or 'no words stored'}"
