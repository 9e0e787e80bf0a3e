"""Files and standard input: told apart by what they hold (JSON Lines, page, plain text), then read."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, cast

from mercato.errors import DocumentSkipped, Misused, SourceUnusable
from mercato.model import Document
from mercato.settings import MAX_BYTES
from mercato.sources.decoding import decode
from mercato.sources.plain import Declared, document_from_text
from mercato.sources.skips import Reason, skipped

_LINES = frozenset((".jsonl", ".ndjson", ".jsonlines"))
_PAGES = frozenset((".html", ".htm", ".xhtml"))


def max_bytes() -> int:
    """The greatest size of one document, from the setting MERCATO_MAX_BYTES."""
    try:
        limit = int(MAX_BYTES.value)
    except ValueError:
        limit = 0
    if limit <= 0:
        raise Misused(f"MERCATO_MAX_BYTES is {MAX_BYTES.value!r}: give a whole number of bytes above zero.")
    return limit


def read_path(path: str | os.PathLike[str], declared: Declared | None = None) -> Iterator[Document | DocumentSkipped]:
    """The documents of a file; what can't be read of it comes as a value, and the rest goes on.

    Raises SourceUnusable where the file as a whole can't be opened or read.
    """
    name = os.fspath(path)
    with _opened(name) as stream:
        try:
            yield from _read(
                stream, name, Path(name).suffix.lower(), _with_moment(declared), str(Path(name).absolute())
            )
        except OSError as error:
            raise _unusable(name, error) from error


def _opened(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as error:
        raise _unusable(name, error) from error


def read_stream(stream: IO[bytes] | IO[str], declared: Declared | None = None) -> Iterator[Document | DocumentSkipped]:
    """The documents of standard input, which is read as bytes."""
    binary = getattr(stream, "buffer", stream)
    if isinstance(binary, io.TextIOBase):
        binary = io.BytesIO(binary.read().encode("utf-8", "surrogatepass"))
    try:
        yield from _read(cast(BinaryIO, binary), "standard input", "", _with_moment(declared), None)
    except OSError as error:
        raise _unusable("standard input", error) from error


def read_bytes(
    data: bytes, name: str, declared: Declared, *, key: str, charset: str | None = None, page: bool = False
) -> Document:
    """The one document that `data` is: a page or a plain text. DocumentSkipped where it is none."""
    from mercato.sources.html import document_from_html, looks_like_page

    if not data.strip():
        raise skipped(name, Reason.EMPTY)
    if page or looks_like_page(data):
        return document_from_html(data, key=key, declared=declared, charset=charset, name=name)
    return document_from_text(
        decode(data, name, charset),
        key=declared.address or key,
        title=declared.title,
        date=declared.date,
        address=declared.address,
        outlet=declared.outlet,
        language=declared.language,
        author=declared.author,
        fetched=declared.fetched,
        name=name,
    )


def _with_moment(declared: Declared | None) -> Declared:
    declared = declared or Declared()
    return declared if declared.fetched else dataclasses.replace(declared, fetched=datetime.now(UTC))


def _read(
    stream: BinaryIO, name: str, suffix: str, declared: Declared, key: str | None
) -> Iterator[Document | DocumentSkipped]:
    from mercato.sources.jsonl import looks_like_records, read_lines

    limit = max_bytes()
    first = stream.readline(limit + 1)
    if suffix in _LINES or (suffix not in _PAGES and looks_like_records(first)):
        yield from read_lines(stream, name, declared, limit, first)
        return
    rest = stream.read(limit + 1 - len(first)) if len(first) <= limit else b""
    data = first + rest
    try:
        if len(data) > limit:
            raise skipped(name, Reason.TOO_LARGE, f"It is longer than {limit:,} bytes")
        # What comes without a name is known by what it says.
        key = key or f"stdin:{hashlib.sha256(data).hexdigest()[:16]}"
        yield read_bytes(data, name, declared, key=key, page=suffix in _PAGES)
    except DocumentSkipped as skip:
        yield skip


def _unusable(name: str, error: OSError | ValueError) -> SourceUnusable:
    match error:
        case FileNotFoundError():
            return SourceUnusable(f"{name}: there is no such file. Check the path.")
        case PermissionError():
            return SourceUnusable(f"{name}: no right to read it. Change its rights or run as somebody who may read it.")
        case IsADirectoryError():
            return SourceUnusable(f"{name}: is a folder. Give the files in it, as in {name.rstrip('/')}/*.")
        case _:
            return SourceUnusable(f"{name}: can't be read ({error}). Check the path and the disk.")
