"""Results of an archive into the ledger: what is there already is not added again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pyarrow.parquet as pq

from mercato.engines.archive.rows import BAD, DOCUMENT, SCHEMA, Row, reading_of
from mercato.engines.archive.storage import FAULTS, list_shards, open_shard, unusable
from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.model import ReaderVersion, document_id

if TYPE_CHECKING:
    from mercato.ledger import Ledger

_ROWS = 128


@dataclass(slots=True)
class Imported:
    """What an import did."""

    documents: int = 0
    documents_new: int = 0
    claims: int = 0
    claims_new: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def import_results(address: str, ledger: Ledger, watch: Callable[[int], None] | None = None) -> Imported:
    """Read a Parquet file of results, or a folder of them, into the ledger; a document counts as seen when crawled.

    Raises SourceUnusable for a file that holds no results, LedgerError where the ledger fails.
    """
    report = Imported()
    with ledger.writing():
        for name in list_shards(address):
            if not name.endswith(".parquet"):
                continue
            for row in _rows(name):
                _take(row, ledger, report, name)
                if watch is not None:
                    watch(1)
    return report


def _rows(address: str) -> Iterator[Row]:
    try:
        with open_shard(address) as file:
            table = pq.ParquetFile(file)
            missing = set(SCHEMA.names) - set(table.schema_arrow.names)
            if missing:
                raise SourceUnusable(
                    f"{address}: holds no results of `mercato archive` (no column {', '.join(sorted(missing)[:3])})."
                )
            for batch in table.iter_batches(_ROWS, columns=SCHEMA.names):
                yield from batch.to_pylist()
    except FAULTS as fault:
        raise unusable(address, fault) from fault


def _take(row: Row, ledger: Ledger, report: Imported, name: str) -> None:
    if row["kind"] == BAD:
        report.skipped[str(row["reason"])] += 1
    if row["kind"] != DOCUMENT:
        return
    try:
        document, claims = reading_of(row)
        if document.id != document_id(document.key, document.text):
            raise ValueError("its id does not belong to its text")
        reader = ReaderVersion(row["reader"], row["reader_version"])
        appended = ledger.append(document, claims, seen_at=document.fetched, reader=reader)
    except DocumentSkipped as skip:
        report.skipped[skip.reason] += 1
    except (msgspec.DecodeError, ValueError, TypeError) as fault:
        raise SourceUnusable(f"{name}, {row['record']}: is no result of `mercato archive` ({fault}).") from fault
    else:
        report.documents += 1
        report.documents_new += appended.document_new
        report.claims += len(claims)
        report.claims_new += appended.claims_new
