"""JSON Lines in, one reading a line out: streamed, in order, on one process or on several.

Memory stays bounded whatever the length of the input. A line that can't be read costs that line alone.
"""

from __future__ import annotations

import gc
import itertools
import json
import multiprocessing
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, Protocol

import msgspec

from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.model import Claim, Document, claims_to_row
from mercato.sources import document_from_text
from mercato.sources.skips import Reason

BATCH_LINES = 64
BATCH_BYTES = 1 << 18
"""A batch for a worker ends at either: enough work to pay for the way there, small enough to share out evenly."""
BOM = b"\xef\xbb\xbf"
FIRST_LINES = 16
"""Lines that are read before other processes are started; an input no longer than this needs none."""
DRAIN = 1 << 20
"""Bytes at a time in which the rest of an over-long line is passed over."""
BATCHES_AHEAD = 4
"""Batches waiting for each worker."""


class Reader(Protocol):
    """Whatever turns a document into claims."""

    def read(self, document: Document) -> list[Claim]:
        """The claims of one document."""


class CutLine(bytes):
    """The beginning of a line that is longer than allowed."""


_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\["\\/bfnrt])*"|-?[0-9]+)')


class Trouble(StrEnum):
    """Why a line gave no claims although it might have held some."""

    NOT_JSON = "not a JSON object"
    TOO_LONG = "too long"
    NO_ID = "no id"
    NO_TEXT = "no text"
    SKIPPED = "not readable as a text"
    READER_FAILED = "the reader failed"

    @property
    def is_failure(self) -> bool:
        """Whether something is wrong with the line or with us; an empty text is only empty."""
        return self is not Trouble.NO_TEXT


@dataclass(frozen=True, slots=True)
class LineOptions:
    """What holds for lines that don't say otherwise, and the least confidence that a claim must have."""

    language: str | None = None
    date: str | None = None
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one line: the JSON row to print (None for a line without an id), and what was wrong with it."""

    number: int
    row: bytes | None
    trouble: Trouble | None = None
    detail: str = ""


def confident(claims: Sequence[Claim], threshold: float) -> list[Claim]:
    """The claims that are at least so sure; one that states no confidence stays."""
    return [c for c in claims if c.confidence is None or c.confidence >= threshold]


def encode(row: dict[str, Any]) -> bytes:
    """A row as one line of JSON without the line's end; escaped where the text holds what UTF-8 can't write."""
    try:
        return msgspec.json.encode(row)
    except UnicodeEncodeError:
        return json.dumps(row).encode("ascii")


def read_line(number: int, line: bytes, reader: Reader, options: LineOptions) -> Reading:
    """Read one line; never raises for what stands in it."""
    if isinstance(line, CutLine):
        return _refused(number, line)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as fault:
        return Reading(number, None, Trouble.NOT_JSON, str(fault))
    if not isinstance(row, dict):
        return Reading(number, None, Trouble.NOT_JSON, f"it is a {type(row).__name__}")
    if not isinstance(row.get("id"), str | int):
        return Reading(number, None, Trouble.NO_ID, 'give each line an "id"')
    if not isinstance(row.get("text"), str) or not row["text"].strip():
        return _answered(number, row, [], Trouble.NO_TEXT, "")
    try:
        claims = reader.read(row_document(row, options))
    except DocumentSkipped as skipped:
        is_empty = skipped.reason == Reason.EMPTY.value
        return _answered(number, row, [], Trouble.NO_TEXT if is_empty else Trouble.SKIPPED, skipped.reason)
    except SourceUnusable:
        raise  # nobody answers there: the next line would fare no better
    except Exception as fault:  # one text must not end a night's run; it is counted, named and fails the command
        return _answered(number, row, [], Trouble.READER_FAILED, f"{type(fault).__name__}: {fault}")
    return _answered(number, row, confident(claims, options.threshold))


def _refused(number: int, line: CutLine) -> Reading:
    """An over-long line is answered all the same where its id stands near its beginning."""
    found = _ID.match(line)
    detail = f"more than {len(line):,} bytes; set MERCATO_MAX_BYTES to read it"
    if found is None:
        return Reading(number, None, Trouble.TOO_LONG, detail)
    return _answered(number, {"id": json.loads(found.group(1))}, [], Trouble.TOO_LONG, detail)


def _answered(
    number: int, row: dict[str, Any], claims: list[Claim], trouble: Trouble | None = None, detail: str = ""
) -> Reading:
    answer = claims_to_row(str(row["id"]), claims)
    answer["id"] = row["id"]  # as it was given: a number stays one
    return Reading(number, encode(answer), trouble, detail and f"id {row['id']}: {detail}")


def row_document(row: Mapping[str, Any], options: LineOptions | None = None) -> Document:
    """The document that a row with `id` and `text` is; what is not text is taken as not given.

    Raises DocumentSkipped where the text can't be one.
    """
    options = options or LineOptions()

    def words(name: str) -> str | None:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # a year, or a day as 20250609
        return value if isinstance(value, str) and value else None

    return document_from_text(
        row["text"],
        key=str(row["id"]),
        title=words("title"),
        date=words("date") or options.date,
        address=words("url"),
        outlet=words("outlet"),
        language=words("language") or options.language,
        author=words("author"),
    )


def bounded_lines(stream: IO[bytes], limit: int) -> Iterator[bytes]:
    """The lines of a stream, none held beyond `limit` bytes: a longer one comes as a CutLine, its rest is dropped."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(DRAIN)) and not rest.endswith(b"\n"):
            pass
        yield CutLine(line[:limit])


def read_lines(lines: Iterable[bytes], reader: Reader, options: LineOptions, workers: int = 1) -> Iterator[Reading]:
    """Read lines in their order; blank ones are passed over. Raises SourceUnusable if a worker process dies."""
    numbered = ((n, line) for n, line in enumerate(_without_mark(lines), 1) if line.strip())
    # The first ones in this process in any case: what a reader loads when first used is then loaded once, not in each.
    here = numbered if workers <= 1 else itertools.islice(numbered, FIRST_LINES)
    for number, line in here:
        yield read_line(number, line, reader, options)
    if workers > 1:
        yield from _read_in_processes(_batches(numbered), reader, options, workers)


def _without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without the byte order mark that some editors put first."""
    for number, line in enumerate(lines):
        yield line.removeprefix(BOM) if number == 0 and line.startswith(BOM) else line


Batch = list[tuple[int, bytes]]


def _batches(numbered: Iterable[tuple[int, bytes]]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for number, line in numbered:
        batch.append((number, line))
        size += len(line)
        if len(batch) >= BATCH_LINES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# A worker gets its reader by being forked from a process that has it: the name index can't be sent.
_inherited: tuple[Reader, LineOptions] | None = None


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, and end with it even where it was killed: a waiting worker would never notice."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _read_batch(batch: Batch) -> list[Reading]:
    assert _inherited is not None
    reader, options = _inherited
    return [read_line(number, line, reader, options) for number, line in batch]


def _read_in_processes(
    batches: Iterator[Batch], reader: Reader, options: LineOptions, workers: int
) -> Iterator[Reading]:
    global _inherited
    _inherited = (reader, options)
    gc.collect()
    gc.freeze()  # else the collector writes to the register's pages and each worker copies them
    waiting: deque[Future[list[Reading]]] = deque()
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("fork"), initializer=_start_worker, initargs=(os.getpid(),)
    )
    try:
        for batch in batches:
            waiting.append(pool.submit(_read_batch, batch))
            if len(waiting) >= workers * BATCHES_AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool as fault:
        raise SourceUnusable(
            "A worker process was ended from outside; short of memory? Try fewer --workers."
        ) from fault
    finally:
        pool.shutdown(cancel_futures=True)
        gc.unfreeze()
        _inherited = None
