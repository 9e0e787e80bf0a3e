"""JSON Lines: one document a line, with `id` and `text` and what else is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from mercato.errors import DocumentSkipped
from mercato.model import Document
from mercato.sources.plain import Declared, document_from_text
from mercato.sources.skips import Reason, RecordSkipped, skipped

_DRAIN = 1 << 20


class Record(msgspec.Struct):
    """One line's fields; further ones are left alone."""

    id: str | int
    text: str
    date: str | int | None = None
    url: str | None = None
    outlet: str | None = None
    language: str | None = None
    title: str | None = None
    author: str | None = None


_DECODER = msgspec.json.Decoder(Record)


def looks_like_records(line: bytes) -> bool:
    """Whether the first line of an input is a JSON Lines record, whole or not."""
    line = line.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not line.startswith(b"{"):
        return False
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # `{"id": ...` cut short is a broken record rather than prose.
        return line.startswith((b'{"', b"{ "))
    return isinstance(fields, dict)


def read_lines(
    stream: BinaryIO, name: str, declared: Declared, limit: int, first: bytes | None = None
) -> Iterator[Document | DocumentSkipped]:
    """The documents of a stream of JSON lines; a line that can't be read is a skip named `name:line`.

    `limit` is the greatest length of one line in bytes; `first` is a line that was taken from the stream already. Only
    one line is held at a time.
    """
    number = 0
    while line := first if number == 0 and first else stream.readline(limit + 1):
        number += 1
        where = f"{name}:{number}"
        if len(line) > limit and not line.endswith(b"\n"):
            while (rest := stream.readline(_DRAIN)) and not rest.endswith(b"\n"):
                pass
            yield skipped(where, Reason.TOO_LARGE, f"The line is longer than {limit:,} bytes")
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.isspace():
            yield _read_record(line, where, declared)


def _read_record(line: bytes, where: str, declared: Declared) -> Document | DocumentSkipped:
    try:
        record = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return skipped(where, Reason.BROKEN_LINE, _what_is_wrong(line, error))
    key = str(record.id)
    try:
        return document_from_text(
            record.text,
            key=key,
            title=record.title or declared.title,
            date=str(record.date) if record.date is not None else declared.date,
            address=record.url or declared.address,
            outlet=record.outlet or declared.outlet,
            language=record.language or declared.language,
            author=record.author or declared.author,
            fetched=declared.fetched,
            name=where,
        )
    except DocumentSkipped as skip:
        return RecordSkipped(where, skip.reason, f"Its id is {key!r}. {skip.advice}", key)


def _what_is_wrong(line: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It is nested too deeply"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"Byte {wrong.start + 1} is not UTF-8"
    message = str(error).rstrip(".")
    shown = line[:60].decode("utf-8", "replace").strip()
    return f"{message}; it begins {shown!r}"
