"""JSON Lines and Parquet: rows with a text or a page, one at a time, none beyond its limit."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, cast

import msgspec

from mercato.engines.archive.records import Bad, Fault, Limits, Page, Record
from mercato.sources import Declared

_DRAIN = 1 << 20
_DRAINED = 64
"""A line is passed over as far as so many times the limit; one that is still not over ends the shard."""
_ROWS = 64
_GROUP_BYTES = 2 << 30
_TEXT = ("text", "plain_text", "content", "body")
_PAGE = ("html", "raw_html")
_ALIASES = {
    "id": ("id",),
    "url": ("url", "address", "link"),
    "title": ("title",),
    "date": ("date", "published", "date_publish"),
    "outlet": ("outlet", "domain", "source"),
    "language": ("language", "lang"),
    "author": ("author",),
    "fetched": ("fetched", "date_download", "crawled"),
}


def read_jsonl(file: IO[bytes], name: str, limits: Limits) -> Iterator[Record]:
    """The rows of JSON Lines, compressed by gzip or zstandard or not at all."""
    number = 0
    try:
        stream = _opened(file)
        while line := stream.readline(limits.page_bytes + 1):
            number += 1
            where = f"{name}:{number}"
            if len(line) > limits.page_bytes and not line.endswith(b"\n"):
                yield Bad(where, Fault.TOO_LARGE, f"more than {limits.page_bytes:,} bytes")
                if not _drained(stream, limits):
                    yield Bad(where, Fault.REST_UNREADABLE, "the line does not end")
                    return
            elif not line.isspace():
                yield _row(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, where)
    except (OSError, EOFError, zlib.error, ValueError) as fault:
        yield Bad(f"{name}:{number + 1}", Fault.REST_UNREADABLE, f"{type(fault).__name__}: {fault}"[:200])


def _opened(file: IO[bytes]) -> IO[bytes]:
    head = file.read(4)
    file.seek(0)
    if head[:2] == b"\x1f\x8b":
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if head == b"\x28\xb5\x2f\xfd":
        import pyarrow as pa

        return cast(IO[bytes], io.BufferedReader(pa.CompressedInputStream(file, "zstd"), 1 << 16))
    return cast(IO[bytes], io.BufferedReader(file, 1 << 16))


def _drained(stream: IO[bytes], limits: Limits) -> bool:
    """Pass over the rest of a line; whether it came to its end."""
    left = max(limits.page_bytes * _DRAINED, _DRAIN)
    while left > 0:
        rest = stream.readline(_DRAIN)
        left -= len(rest)
        if not rest or rest.endswith(b"\n"):
            return True
    return False


def _row(line: bytes, where: str) -> Record:
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        return Bad(where, Fault.BROKEN_LINE, str(fault)[:200])
    if not isinstance(fields, dict):
        return Bad(where, Fault.BROKEN_LINE, f"it is a {type(fields).__name__}")
    return page_of(fields, where)


def read_parquet(file: IO[bytes], name: str, limits: Limits) -> Iterator[Record]:
    """The rows of a Parquet file, by small batches of the columns that are known."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        # What the file says of its sizes is not believed: strings and lists in its metadata are bounded.
        table = pq.ParquetFile(file, thrift_string_size_limit=1 << 26, thrift_container_size_limit=1 << 20)
        for group in range(table.metadata.num_row_groups):
            size = table.metadata.row_group(group).total_byte_size
            if size > _GROUP_BYTES:
                yield Bad(f"{name}:{number + 1}", Fault.TOO_LARGE, f"a row group of {size:,} bytes")
                continue
            columns = [c for c in table.schema_arrow.names if c in _KNOWN]
            for batch in table.iter_batches(_ROWS, row_groups=[group], columns=columns, use_threads=False):
                for fields in batch.to_pylist():
                    number += 1
                    yield page_of(fields, f"{name}:{number}", limits)
    except (OSError, ValueError, MemoryError, OverflowError, pa.ArrowException) as fault:
        yield Bad(f"{name}:{number + 1}", Fault.REST_UNREADABLE, f"{type(fault).__name__}: {fault}"[:200])


_KNOWN = frozenset((*_TEXT, *_PAGE, *(one for names in _ALIASES.values() for one in names)))


def page_of(fields: dict[str, Any], where: str, limits: Limits | None = None) -> Record:
    """The page or text that a row holds. What is not of the type that it should be is taken as not given."""
    page = next((fields[n] for n in _PAGE if isinstance(fields.get(n), str | bytes) and fields[n]), None)
    text = next((fields[n] for n in _TEXT if isinstance(fields.get(n), str | bytes) and fields[n]), None)
    body = page if page is not None else text
    if body is None:
        return Bad(where, Fault.BROKEN_LINE, "no `text` and no `html`")
    try:
        data = body.encode() if isinstance(body, str) else bytes(body)
    except UnicodeEncodeError as fault:
        return Bad(where, Fault.NOT_TEXT, str(fault)[:200])
    if limits is not None and len(data) > limits.page_bytes:
        return Bad(where, Fault.TOO_LARGE, f"{len(data):,} bytes")
    given = {name: _words(fields, names) for name, names in _ALIASES.items()}
    key = given["url"] or given["id"]
    if not key:
        return Bad(where, Fault.NO_ADDRESS, "no `url` and no `id`")
    declared = Declared(
        given["title"], given["date"], given["url"], given["outlet"], given["language"], given["author"],
        _moment(fields),
    )  # fmt: skip
    charset = "utf-8" if isinstance(body, str) else None
    return Page(where, key, data, declared, page is not None, charset)


def _words(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, str) and value and len(value) < 10_000:
            return value.encode("utf-8", "replace").decode()
    return None


def _moment(fields: dict[str, Any]) -> datetime | None:
    said = _words(fields, _ALIASES["fetched"])
    try:
        moment = datetime.fromisoformat(said) if said else None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None
