"""One way in for all sources: a path, `-` for standard input, or an address."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from mercato.errors import DocumentSkipped
from mercato.model import Document
from mercato.settings import allowed_hosts
from mercato.sources.plain import Declared

if TYPE_CHECKING:
    import httpx2

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LINE_TYPES = ("application/jsonl", "application/x-ndjson")


def open_source(
    what: str,
    declared: Declared | None = None,
    *,
    stdin: IO[bytes] | IO[str] | None = None,
    client: httpx2.Client | None = None,
) -> Iterator[Document | DocumentSkipped]:
    """The documents of one source, in order: `what` is a path, `-` for standard input, or an http(s) address.

    What can't be read as a document comes as a DocumentSkipped among them, so that it is counted and the rest goes on.
    Raises SourceUnusable, when iterated, where the source as a whole is out of reach: a missing file, no right to read,
    a refused address. The caller then goes on with the next source.
    """
    if what == "-":
        from mercato.sources.files import read_stream

        return read_stream(stdin or sys.stdin, declared)
    if _ADDRESS.match(what):
        return _read_address(what, declared or Declared(), client)
    from mercato.sources.files import read_path

    return read_path(what, declared)


def _read_address(
    address: str, declared: Declared, client: httpx2.Client | None
) -> Iterator[Document | DocumentSkipped]:
    import io

    from mercato.sources.fetch import fetch
    from mercato.sources.files import max_bytes, read_bytes
    from mercato.sources.jsonl import read_lines

    limit = max_bytes()
    try:
        page = fetch(address, limit, client=client, allowed=allowed_hosts())
        known = dataclasses.replace(
            declared, address=declared.address or page.address, fetched=declared.fetched or page.fetched
        )
        if page.content_type in _LINE_TYPES:
            yield from read_lines(io.BytesIO(page.data), address, declared, limit)
        else:
            is_page = "html" in page.content_type
            yield read_bytes(page.data, address, known, key=page.address, charset=page.charset, page=is_page)
    except DocumentSkipped as skip:
        yield skip
