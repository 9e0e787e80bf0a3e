"""`mercato extract`: the claims of a text, without a ledger."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from mercato.errors import DocumentSkipped, Misused, SourceUnusable
from mercato.interfaces.cli.options import json_option, reader_option
from mercato.interfaces.cli.output import one_line, progress, say

if TYPE_CHECKING:
    from mercato.engines.lines import LineOptions, Reader, Reading
    from mercato.model import Claim, Document

LINES_SUFFIXES = frozenset((".jsonl", ".ndjson", ".jsonlines"))
SHOWN = 5
"""Lines in trouble that are named one by one; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    lines: LineOptions
    as_json: bool
    jsonl: bool
    workers: int


@click.command()
@click.argument("inputs", metavar="FILE|URL|-...", nargs=-1, required=True)
@json_option
@click.option(
    "--jsonl", is_flag=True, help="Take standard input as JSON Lines (files: by their name, .jsonl or .ndjson)."
)
@click.option("--language", metavar="CODE", help="Language of texts that state none, such as en; else it is found out.")
@click.option("--date", metavar="DATE", help="Publication date of texts that state none, such as 2025-06-09.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="Leave out claims less sure than this.  [default: MERCATO_THRESHOLD, else as fitted]",
)
@click.option("--no-user-register", is_flag=True, help="Use the shipped register alone, not what you imported.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes for JSON Lines.")
@reader_option
@click.pass_context
def extract(
    ctx: click.Context,
    inputs: tuple[str, ...],
    as_json: bool,
    jsonl: bool,
    language: str | None,
    date: str | None,
    threshold: float | None,
    no_user_register: bool,
    workers: int,
    reader_name: str,
) -> None:
    """Print the claims of a text: who is said to move where, how far it has come, on whose word.

    FILE is a text, an HTML page or JSON Lines ("id" and "text" on each line; "date", "url", "outlet", "language" and
    "title" where known); URL the address of a page; "-" is standard input. JSON Lines give one line
    {"id": ..., "claims": [...]} for each line.
    """
    _check_date(date)
    from mercato.engines.lines import LineOptions
    from mercato.interfaces.readers import make_reader, tally_lines

    options = Options(LineOptions(language, date, threshold or 0.0), as_json, jsonl, workers)
    reader = make_reader(reader_name, user=not no_user_register, threshold=threshold)
    failed = False
    for name in inputs:
        try:
            failed |= _extract_one(name, reader, options)
        except SourceUnusable as fault:
            if len(inputs) == 1:
                raise
            say(f"mercato extract: {fault}")
            failed = True
    for line in tally_lines(reader):
        say(line)
    if failed:
        ctx.exit(1)


def _check_date(date: str | None) -> None:
    if date is None:
        return
    from mercato.sources.dates import parse_moment

    if parse_moment(date) is None:
        raise Misused(f"--date {date!r} is no date that is certain. Write it as 2025-06-09.")


def _extract_one(name: str, reader: Reader, options: Options) -> bool:
    """Print the claims of one input; whether anything in it failed."""
    is_file = name != "-" and "://" not in name
    if (is_file and Path(name).suffix.lower() in LINES_SUFFIXES) or (name == "-" and options.jsonl):
        return _extract_lines(name, reader, options)
    return _extract_documents(name, reader, options)


# -- JSON Lines ---------------------------------------------------------------------------------------------------


def _extract_lines(name: str, reader: Reader, options: Options) -> bool:
    from mercato.engines.lines import bounded_lines, read_lines
    from mercato.sources.files import max_bytes

    talk = Talk(name)
    output = sys.stdout.buffer
    sys.stdout.flush()  # what went there as text comes first
    with _open(name) as stream, progress(name, prints_meanwhile=True) as step:
        lines = bounded_lines(stream, max_bytes())
        for reading in read_lines(lines, reader, options.lines, options.workers):
            if reading.row is not None:
                output.write(reading.row + b"\n")
                if name == "-":
                    output.flush()  # whoever feeds us line by line waits for the answer
            talk.about(reading)
            step()
    output.flush()
    talk.sum_up()
    return talk.failed


def _open(name: str) -> IO[bytes]:
    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise SourceUnusable(f"{name}: can't be opened ({reason}). Check the path and the right to read.") from None


@dataclass(slots=True)
class Talk:
    """What is said on standard error about the lines of one input."""

    name: str
    lines: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    failed: bool = False

    def about(self, reading: Reading) -> None:
        """Count a line; the first few in trouble are named."""
        self.lines += 1
        if reading.trouble is None:
            return
        self.troubles[reading.trouble.value] += 1
        self.failed |= reading.trouble.is_failure
        if self.troubles.total() <= SHOWN:
            detail = f": {reading.detail}" if reading.detail else ""
            say(f"{self.name}:{reading.number}: {reading.trouble}{detail}")

    def sum_up(self) -> None:
        """Say how many lines were in trouble, and of what kind."""
        if self.troubles:
            counts = ", ".join(f"{count:,} {trouble}" for trouble, count in self.troubles.most_common())
            say(f"{self.name}: {self.lines:,} lines, of which {counts}")


# -- One text -----------------------------------------------------------------------------------------------------


def _extract_documents(name: str, reader: Reader, options: Options) -> bool:
    from mercato.engines.lines import confident
    from mercato.sources import Declared, open_source
    from mercato.sources.skips import RecordSkipped

    failed = False
    declared = Declared(date=options.lines.date, language=options.lines.language)
    for document in open_source(name, declared):
        if isinstance(document, DocumentSkipped):
            say(f"mercato extract: {document}")
            failed = True
            if options.as_json and isinstance(document, RecordSkipped):
                _print_row(document.key, [])
            continue
        try:
            claims = confident(reader.read(document), options.lines.threshold)
        except DocumentSkipped as skip:
            say(f"mercato extract: {skip}")
            failed = True
            continue
        if options.as_json:
            _print_row(_id_for(name, document), claims)
        else:
            _show(document, claims)
    return failed


def _id_for(name: str, document: Document) -> str:
    """A file's row is called what the user called the file, not by the path that it is known by in a ledger."""
    return name if document.key == str(Path(name).absolute()) else document.key


def _print_row(id_: str, claims: list[Claim]) -> None:
    from mercato.engines.lines import encode
    from mercato.model import claims_to_row

    click.echo(encode(claims_to_row(id_, claims)))


def _show(document: Document, claims: list[Claim]) -> None:
    from mercato.interfaces.cli.claim_text import document_head, headline

    print(one_line(document_head(document)))
    for claim in claims:
        print("  " + one_line(headline(claim)))
        words = dict.fromkeys(e.span.text for e in claim.evidence if e.role.value == "trigger")
        if words:
            print("    words: " + one_line(" … ".join(words)))
    if not claims:
        print("  no claim about a transfer")
