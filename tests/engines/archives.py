"""Archives made for tests: WARC records, pages around texts, readers that need no register."""

from __future__ import annotations

import gzip
import html
import json
from pathlib import Path

from mercato.engines.archive.filter import PassAll
from mercato.engines.archive.reading import Tools
from tests.cli.support import WordReader

CLAIM = (
    "Milan weigh up a move for Mattia Perin. Milan would take Mattia Perin from Juventus, writes the paper, "
    "and the goalkeeper is said to like the idea of a transfer before the summer is over."
)
PLAIN = "Rain is forecast for the weekend in most of the country, and the trains will run on a holiday timetable. " * 3
DATE = "2025-06-09T10:00:00Z"


def page(text: str, title: str = "News") -> bytes:
    """A page around a text, with nothing about football in what is around it."""
    body = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body>'
        f'<nav><a href="/">Home</a> <a href="/about">About us</a></nav><article><h1>{html.escape(title)}</h1>{body}'
        "</article><footer>All rights reserved.</footer></body></html>"
    ).encode()


def record(
    address: str,
    body: bytes,
    *,
    headers: tuple[str, ...] = (),
    kind: str = "response",
    content_type: str = "text/html; charset=utf-8",
    length: int | str | None = None,
    status: str = "200 OK",
) -> bytes:
    """One WARC record, uncompressed."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *headers))
    answer = head.encode() + b"\r\n\r\n" + body
    lines = (
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {address}",
        f"WARC-Date: {DATE}",
        "WARC-Record-ID: <urn:uuid:6d9b3b5e-0000-4000-8000-000000000001>",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(answer) if length is None else length}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + answer + b"\r\n\r\n"


def member(address: str, body: bytes, **how: object) -> bytes:
    """One WARC record as a gzip member."""
    return gzip.compress(record(address, body, **how), 6, mtime=0)  # type: ignore[arg-type]


def mixed_warc(number: int = 12, every: int = 3) -> bytes:
    """Members of which each `every`th page holds a claim."""
    pages = (CLAIM if n % every == 0 else PLAIN for n in range(number))
    return b"".join(member(f"https://news.example/{n}", page(f"{text} Item {n}.")) for n, text in enumerate(pages))


def jsonl(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def word_tools(job: str = "test") -> Tools:
    """A reader that finds one claim where a text names Mattia Perin, and no filter."""
    return Tools(WordReader(), PassAll(), None, {"test": job})


def put(folder: Path, name: str, data: bytes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return str(folder / name)
