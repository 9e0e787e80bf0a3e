"""The rows of a shard, as Arrow batches: documents with their claims, bad records, and one row of counts at the end."""

from __future__ import annotations

from typing import Any

import msgspec
import pyarrow as pa

from mercato.engines.archive.records import Bad
from mercato.model import Block, Claim, Document, Moment, Precision

DOCUMENT, BAD, COUNTS = "document", "bad", "counts"
_STAMP = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("shard", pa.string()),
        ("record", pa.string()),
        ("id", pa.string()),
        ("key", pa.string()),
        ("address", pa.string()),
        ("outlet", pa.string()),
        ("title", pa.string()),
        ("author", pa.string()),
        ("published", _STAMP),
        ("published_precision", pa.string()),
        ("fetched", _STAMP),
        ("language", pa.string()),
        ("text", pa.string()),
        ("blocks", pa.string()),
        ("claims", pa.string()),
        ("claim_count", pa.int32()),
        ("reader", pa.string()),
        ("reader_version", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
"""`blocks`, `claims` and the `detail` of the row of counts are JSON; the claims are whole, as the ledger keeps them."""
Row = dict[str, Any]


def document_row(shard: str, record: str, document: Document, claims: list[Claim]) -> Row:
    """The row of a document and what was found in it."""
    published = document.published
    return {
        "kind": DOCUMENT,
        "shard": shard,
        "record": record,
        "id": document.id,
        "key": document.key,
        "address": document.address,
        "outlet": document.outlet,
        "title": document.title,
        "author": document.author,
        "published": published.at if published else None,
        "published_precision": published.precision.value if published else None,
        "fetched": document.fetched,
        "language": document.language,
        "text": document.text,
        "blocks": msgspec.json.encode(document.blocks).decode(),
        "claims": msgspec.json.encode(claims).decode(),
        "claim_count": len(claims),
        "reader": claims[0].reader.name if claims else None,
        "reader_version": claims[0].reader.version if claims else None,
    }


def bad_row(shard: str, bad: Bad) -> Row:
    """The row of a record that could not be read."""
    words = {"record": bad.name, "reason": bad.reason, "detail": bad.detail}
    return {"kind": BAD, "shard": shard} | {k: v.encode("utf-8", "replace").decode() for k, v in words.items()}


def counts_row(shard: str, counts: dict[str, int]) -> Row:
    """The last row of a shard: how many records were what."""
    return {"kind": COUNTS, "shard": shard, "detail": msgspec.json.encode(dict(sorted(counts.items()))).decode()}


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    """Rows as a batch."""
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def reading_of(row: Row) -> tuple[Document, list[Claim]]:
    """The document and the claims of a row. Raises msgspec.DecodeError, ValueError or TypeError where it holds none."""
    moment = Moment(row["published"], Precision(row["published_precision"])) if row["published"] else None
    document = Document(
        id=row["id"],
        key=row["key"],
        text=row["text"],
        blocks=msgspec.json.decode(row["blocks"], type=tuple[Block, ...]),
        address=row["address"],
        outlet=row["outlet"],
        title=row["title"],
        author=row["author"],
        published=moment,
        fetched=row["fetched"],
        language=row["language"],
    )
    return document, msgspec.json.decode(row["claims"], type=list[Claim])
