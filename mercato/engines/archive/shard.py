"""One function reads shards, whoever calls it: this process, a pool of processes, or a cluster's executors."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from mercato.engines.archive.guard import Ended, Guard, TooMuchMemory, TooSlow
from mercato.engines.archive.reading import Answer, PageReader, Tools, shared_tools
from mercato.engines.archive.records import Bad, Fault, Limits, Page, Record
from mercato.engines.archive.rows import Row, bad_row, batch_of, counts_row, document_row
from mercato.engines.archive.storage import FAULTS, open_shard, unusable
from mercato.engines.archive.tables import read_jsonl, read_parquet
from mercato.engines.archive.warc import read_warc
from mercato.errors import SourceUnusable

_BATCH_ROWS = 256
_BATCH_CHARACTERS = 4_000_000


@dataclass(slots=True)
class Course:
    """How the reading of a shard goes: counts, which are the same on every run, and seconds, which are not."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def spent(self, step: str, seconds: float) -> None:
        """Add time to a step."""
        self.seconds[step] = self.seconds.get(step, 0.0) + seconds


def read_shard(
    addresses: Iterable[str],
    tools: Tools | None = None,
    limits: Limits | None = None,
    *,
    course: Course | None = None,
    guarded: bool = True,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[pa.RecordBatch]:
    """The rows of shards, as Arrow batches of `rows.SCHEMA`; the same shard always gives the same rows in one order.

    Pages are parsed and read in a child process with a deadline and a memory cap, in this one where `guarded` is
    false. Raises SourceUnusable where a shard can't be opened.
    """
    tools = tools or shared_tools()
    limits = limits or Limits()
    work = PageReader(tools)
    with Guard[Page, Answer](work, limits.seconds, limits.memory) as guard:
        for address in addresses:
            reading = _Reading(address, tools, course or Course(), guard.run if guarded else work)
            yield from _batches(reading.rows(limits, stopped))


def _batches(rows: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row.get("text") or "")
        if len(batch) >= _BATCH_ROWS or size >= _BATCH_CHARACTERS:
            yield batch_of(batch)
            batch, size = [], 0
    if batch:
        yield batch_of(batch)


class _Reading:
    """The reading of one shard."""

    def __init__(self, address: str, tools: Tools, course: Course, run: Callable[[Page], Answer]) -> None:
        self._address = address
        self._tools = tools
        self._course = course
        self._run = run

    def rows(self, limits: Limits, stopped: Callable[[], bool]) -> Iterator[Row]:
        """Documents and bad records in the order of the shard, and the row of counts."""
        counts = self._course.counts
        for record in self._timed(_records(self._address, limits)):
            counts["records"] += 1
            found = self._page(record) if isinstance(record, Page) else record
            if isinstance(found, Bad):
                counts["bad"] += 1
                self._course.reasons[str(found.reason)] += 1
                yield bad_row(self._address, found)
            elif isinstance(found, dict):
                yield found
            if stopped():
                raise SourceUnusable(f"{self._address}: stopped before its end. Run the same command again to go on.")
        known = counts | Counter({f"bad: {reason}": number for reason, number in self._course.reasons.items()})
        yield counts_row(self._address, dict(known))

    def _timed(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records, with the time that getting them takes."""
        while True:
            start = time.perf_counter()
            record = next(records, None)
            self._course.spent("unpacking", time.perf_counter() - start)
            if record is None:
                return
            yield record

    def _page(self, page: Page) -> Row | Bad | None:
        counts = self._course.counts
        counts["pages"] += 1
        counts["bytes"] += len(page.data)
        start = time.perf_counter()
        passes = self._tools.filter.passes(page.data)
        self._course.spent("filter", time.perf_counter() - start)
        if not passes:
            counts["dropped by the filter"] += 1
            return None
        try:
            answer = self._run(page)
        except TooSlow as ended:
            return Bad(page.name, Fault.TOO_SLOW, str(ended))
        except (TooMuchMemory, MemoryError) as ended:
            return Bad(page.name, Fault.TOO_MUCH_MEMORY, str(ended))
        except Ended as ended:
            return Bad(page.name, Fault.READER_DIED, str(ended))
        except Exception as fault:  # one page must not end a night's run
            return Bad(page.name, Fault.READER_FAILED, str(fault)[:300])
        for step, spent in answer.seconds.items():
            self._course.spent(step, spent)
        if answer.bad is not None:
            return answer.bad
        counts[answer.outcome] += 1
        if answer.document is None:
            return None
        counts["claims"] += len(answer.claims)
        return document_row(self._address, page.name, answer.document, answer.claims)


def _records(address: str, limits: Limits) -> Iterator[Record]:
    name = address.rsplit("/", 1)[-1]
    lower = name.lower()
    with open_shard(address) as file:
        try:
            if lower.endswith(".parquet"):
                yield from read_parquet(file, name, limits)
            elif ".jsonl" in lower or ".ndjson" in lower:
                yield from read_jsonl(file, name, limits)
            else:
                yield from read_warc(file, name, limits)
        except FAULTS as fault:  # the store failed, not the archive: nothing is known of the rest
            raise unusable(address, fault) from fault
