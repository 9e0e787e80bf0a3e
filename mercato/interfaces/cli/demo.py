"""`mercato demo`: the sample articles read into a ledger of the moment, and a board of what they say."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import DocumentSkipped, LedgerError
from mercato.interfaces.cli.options import json_option
from mercato.interfaces.cli.output import Mark, one_line, print_json, print_marked, say, styled

if TYPE_CHECKING:
    from mercato.interfaces.board import ClubBoard, Entry
    from mercato.interfaces.ingest import Report
    from mercato.ledger import Ledger, StoredClaim
    from mercato.model import Document
    from mercato.sources import Declared

NEXT = (
    "Next: `mercato read FILE` (or an address) keeps an article of your own in your ledger;",
    "then `mercato claims` lists what was found, and `mercato explain ID` shows the words behind it.",
)
SHOWN_TEXTS = 3
"""Texts whose words stand under an entry; further ones are counted."""
LONGEST_WORDS = 300
"""Characters of a sentence that are shown; some sample sentences list half a squad."""
_SENTENCE_END = re.compile(r"[.!?…][\"”’»)]*\s+(?=[^\W\d_a-z]|[\"“„«])|\n")


@click.command()
@json_option
@click.option("--limit", type=click.IntRange(1), help="Only the newest so many entries.")
def demo(as_json: bool, limit: int | None) -> None:
    """Read the sample articles and print a board of what they say, by club and person.

    Nothing is fetched and nothing is kept: the ledger lies in a temporary folder, and your own is not touched. The
    samples tell real events in words made for this purpose; what a board says of them is no news.
    """
    from mercato.interfaces.board import by_club, entries

    with temporary_ledger() as ledger:
        report, later = read_samples(ledger)
        found = entries(ledger.claims())
        if as_json:
            for entry in islice(found, limit):
                print_json(as_record(entry, ledger))
        else:
            for club in by_club(islice(found, limit)):
                _show(club, ledger)
    sys.stdout.flush()  # the board before the talk about it
    shown = len(found) if limit is None else min(limit, len(found))
    for line in _summary(report, later, shown, len(found)):
        say(line)
    if not as_json:
        for line in NEXT:
            say(line)


@contextmanager
def temporary_ledger() -> Iterator[Ledger]:
    """A ledger that is gone afterwards."""
    from mercato.ledger import Ledger

    try:
        folder = tempfile.TemporaryDirectory(prefix="mercato-demo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise LedgerError(f"No temporary folder can be made ({error}). Set TMPDIR to one you may write to.") from error
    with folder as name, Ledger.open(Path(name) / "ledger.sqlite") as ledger:
        yield ledger


def read_samples(ledger: Ledger) -> tuple[Report, Counter[str]]:
    """Read the samples into a ledger: the report, and how many of which language were left for later."""
    from mercato.extraction import RuleReader
    from mercato.interfaces.ingest import ingest
    from mercato.interfaces.samples import manifest, open_sample
    from mercato.register import load_register

    reader = RuleReader(load_register(user=False))
    # What is kept aside to judge the reader by is not looked at here either.
    rows = {row["id"]: row for row in manifest() if not row.get("held_out")}
    later: Counter[str] = Counter()

    def readable(id_: str, _: Declared | None) -> Iterable[Document | DocumentSkipped]:
        for document in open_sample(rows[id_]):
            if isinstance(document, DocumentSkipped) or reader.reads(document.language):
                yield document
            else:
                later[str(document.language)] += 1

    with ledger.writing():
        report = ingest(rows, reader, ledger, watch=_say_skip, open_with=readable)
    return report, later


def _say_skip(event: object) -> None:
    if isinstance(event, Exception):
        say(f"mercato demo: {event}")


def as_record(entry: Entry, ledger: Ledger) -> dict[str, Any]:
    """An entry as one JSON row, with the words of every claim behind it."""
    fee = entry.fee
    return {
        "kind": entry.kind.value,
        "person": entry.person.name,
        "club": entry.club.name,
        "from": entry.from_.name if entry.from_ else None,
        "to": entry.to.name if entry.to else None,
        "stage": entry.stage.value if entry.stage else None,
        "deal": entry.deal.value if entry.deal else None,
        "fee": {"low": fee.low, "high": fee.high, "currency": fee.currency} if fee else None,
        "sources": list(entry.sources),
        "condition": entry.condition,
        "texts": entry.texts,
        "ids": {"person": entry.person.id, "club": entry.club.id},
        "evidence": [_evidence(stored, ledger) for stored in entry.claims],
    }


def _evidence(stored: StoredClaim, ledger: Ledger) -> dict[str, Any]:
    text, _ = words(stored, ledger.document(stored.source.id).document)
    source = stored.source
    return {
        "claim": stored.claim.id,
        "stage": stored.claim.stage.value if stored.claim.stage else None,
        "words": text,
        "title": source.title,
        "outlet": source.outlet,
        "published": str(source.published) if source.published else None,
        "address": source.address,
    }


def words(stored: StoredClaim, document: Document) -> tuple[str, list[Mark]]:
    """The sentence that a claim's trigger stands in (else its first evidence), and what in it is evidence."""
    evidence = stored.claim.evidence
    if not evidence:
        return "", []
    spans = [item.span for item in evidence if item.role.value == "trigger"] or [item.span for item in evidence]
    start, end = _sentence(document, spans[0].start, spans[0].end)
    marks = [
        Mark(item.span.start - start, item.span.end - start, item.role.value)
        for item in evidence
        if start <= item.span.start and item.span.end <= end
    ]
    return document.text[start:end], marks


def _sentence(document: Document, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence round a run of words, cut at words where it is overlong."""
    block = next(((b.start, b.end) for b in document.blocks if b.start <= start and end <= b.end), None)
    first, last = block or (0, len(document.text))
    ends = [match.end() for match in _SENTENCE_END.finditer(document.text, first, last)]
    low = max((at for at in ends if at <= start), default=first)
    high = min((at for at in ends if at >= end), default=last)
    if high - low > LONGEST_WORDS:
        spare = max(LONGEST_WORDS - (end - start), 0) // 2
        low = low if start - low <= spare else document.text.find(" ", start - spare, start) + 1 or start
        high = high if high - end <= spare else max(document.text.rfind(" ", end, end + spare), end)
    while high > low and document.text[high - 1].isspace():
        high -= 1
    return low, high


def _show(club: ClubBoard, ledger: Ledger) -> None:
    _print(club.club.name, 0, "bold reverse")
    for entry in club.entries:
        _print(_headline(entry), 2, "bold")
        _print(_support(entry), 4, "")
        if entry.condition:
            _print(f"hangs on: {entry.condition}", 4, "italic red")
        for stored in entry.claims[:SHOWN_TEXTS]:
            text, marks = words(stored, ledger.document(stored.source.id).document)
            print_marked(" ".join(text.split("\n")), marks, indent="      ")
            _print(_origin(stored), 8, "dim")
        if len(entry.claims) > SHOWN_TEXTS:
            _print(f"and {len(entry.claims) - SHOWN_TEXTS} more", 8, "dim")
    print()


def _headline(entry: Entry) -> str:
    """ "Mattia Perin: Juventus → AC Milan, interest, free"."""
    from mercato.interfaces.cli.claim_text import money

    way = {
        "move": f"{entry.from_.name if entry.from_ else '?'} → {entry.club.name}",
        "exit": f"leaving {entry.club.name}",
        "stay": f"staying at {entry.club.name}",
    }[entry.kind.value]
    terms = [entry.stage, entry.deal, money(entry.fee) if entry.fee else None]
    return ", ".join([f"{entry.person.name}: {way}", *(str(term) for term in terms if term)])


def _support(entry: Entry) -> str:
    """ "source: Corriere dello Sport, via JuventusNews24 · 1 text · 2025-06-09"."""
    named = "sources: " + ", ".join(entry.sources) if entry.sources else "no source named"
    return f"{named} · {entry.texts} text{'' if entry.texts == 1 else 's'} · {_day(entry.claims[0])}"


def _origin(stored: StoredClaim) -> str:
    source = stored.source
    return " · ".join([part for part in (source.title, source.outlet, _day(stored)) if part])


def _day(stored: StoredClaim) -> str:
    return str(stored.source.published or f"seen {stored.seen_at:%Y-%m-%d}")


def _print(text: str, indent: int, style: str) -> None:
    """One line; on a terminal in a style, and wrapped under its indent."""
    if not styled():
        print(" " * indent + one_line(text))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    Console(highlight=False).print(Padding(Text(one_line(text), style=style), (0, 0, 0, indent)))


def _summary(report: Report, later: Counter[str], shown: int, found: int) -> Iterator[str]:
    entries = f"{found} entries" if shown == found else f"the newest {shown} of {found} entries"
    yield f"{report.documents} sample texts read, {report.claims} claims, {entries} on the board."
    if later:
        languages = ", ".join(f"{code} {count}" for code, count in later.most_common())
        yield f"{later.total()} texts left for later, as their language can't be read yet: {languages}."
