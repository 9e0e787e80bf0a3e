"""What joining reads from the ledger: the claims in force, the heads and texts of their documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple, TypeVar, cast

import msgspec

from mercato.ledger import DocumentHead
from mercato.ledger.dialect import Database
from mercato.ledger.moments import stamp
from mercato.ledger.queries import Where, latest_version, visible_documents
from mercato.ledger.rows import HEAD_COLUMNS, document_head
from mercato.model import Block, Claim

T = TypeVar("T")

_AT_ONCE = 500
_HEAD = ", ".join(f"d.{column}" for column in HEAD_COLUMNS)
_CLAIM = msgspec.json.Decoder(Claim)
_BLOCKS = msgspec.json.Decoder(tuple[Block, ...])


class ClaimRow(NamedTuple):
    """A claim in force with its number in the ledger and its document."""

    number: int
    claim: Claim
    source: DocumentHead


class Text(NamedTuple):
    """A document's text."""

    id: str
    language: str | None
    text: str
    blocks: tuple[Block, ...]


def claims_in_force(
    database: Database, moment: datetime | None = None, articles: Sequence[str] | None = None
) -> Iterator[ClaimRow]:
    """The claims of each article's last text in its last reading, at a moment; of all articles or of some."""
    if articles is None:
        yield from _claims(database, moment, None)
        return
    for part in parts(articles):
        yield from _claims(database, moment, part)


def _claims(database: Database, moment: datetime | None, articles: Sequence[str] | None) -> Iterator[ClaimRow]:
    where = Where()
    if articles is not None:
        where.add(f"d.key IN ({marks(articles)})", *articles)
    visible_documents(where, moment)
    latest_version(where, moment)
    inner = Where(["r.document_id = d.id"])
    if moment is not None:
        inner.add("r.seen_at <= ?", stamp(moment))
        where.add("c.seen_at <= ?", stamp(moment))
    where.add(f"c.reading = (SELECT max(r.number) FROM reading r{inner.sql})", *inner.parameters)
    sql = f"SELECT c.number, c.body, {_HEAD} FROM document d JOIN claim c ON c.document_id = d.id{where.sql}"
    yield from map(_row, database.execute(sql, where.parameters))


def claims_numbered(database: Database, numbers: Sequence[int]) -> Iterator[ClaimRow]:
    """Claims by their numbers in the ledger."""
    for part in parts(numbers):
        sql = (
            f"SELECT c.number, c.body, {_HEAD} FROM claim c JOIN document d ON d.id = c.document_id "
            f"WHERE c.number IN ({marks(part)})"
        )
        yield from map(_row, database.execute(sql, part))


def texts(database: Database, ids: Sequence[str]) -> Iterator[Text]:
    """The texts of documents."""
    for part in parts(ids):
        sql = f"SELECT id, language, text, blocks FROM document WHERE id IN ({marks(part)})"
        for id_, language, text, blocks in database.execute(sql, part):
            yield Text(str(id_), cast("str | None", language), str(text), _BLOCKS.decode(str(blocks)))


def articles_since(database: Database, reading: int, sighting: int) -> list[str]:
    """Keys of the articles with a reading or a sighting later than these numbers, in the order of the ledger."""
    sql = (
        "SELECT d.key, min(d.number) FROM document d WHERE d.id IN (SELECT document_id FROM reading WHERE number > ?) "
        "OR d.key IN (SELECT key FROM sighting WHERE number > ?) GROUP BY d.key ORDER BY min(d.number)"
    )
    return [str(row[0]) for row in database.execute(sql, (reading, sighting))]


def last_numbers(database: Database) -> tuple[int, int]:
    """The numbers of the last reading and of the last sighting."""
    values = (database.value(f"SELECT COALESCE(max(number), 0) FROM {table}") for table in ("reading", "sighting"))
    reading, sighting = (int(str(value)) for value in values)
    return reading, sighting


def parts(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists short enough for one statement's parameters."""
    rest = iter(items)
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def marks(items: Sequence[object]) -> str:
    """A `?` for each item."""
    return ", ".join("?" * len(items))


def _row(row: tuple[object, ...]) -> ClaimRow:
    number, body, *head = row
    return ClaimRow(int(str(number)), _CLAIM.decode(str(body)), document_head(tuple(head)))
