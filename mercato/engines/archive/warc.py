"""WARC: the pages of an archive in order. What is broken costs itself alone: reading goes on at the next member.

The library that reads records ends silently where a file is cut, and gives up at the first broken member. So the bytes
of each record are counted against what it says, the end of the last one against the end of the file, and after a break
the file is searched for the next member.
"""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from mercato.engines.archive.payload import BadPayload, decoded
from mercato.engines.archive.records import OTHER, Bad, Fault, Limits, Page, Record
from mercato.sources import Declared

_GZIP = b"\x1f\x8b\x08"
_PLAIN = b"WARC/"
_STEP = 1 << 16
_SLACK = 1 << 20
_SECONDS_A_RECORD = 20.0
_HTML = ("text/html", "application/xhtml+xml")
_MAX_ADDRESS = 2048


class _Raw(NamedTuple):
    """A record as the library read it; what its headers say is not believed yet."""

    where: str
    kind: str
    data: bytes
    address: str
    date: str
    content_type: str
    is_http: bool
    status: int | None
    charset: str | None
    transfer: str | None
    coding: str | None


class _Stalled(Exception):
    """One record took more input or time than any that would be read."""


class _Watched(io.RawIOBase):
    """The file as the record reader sees it: it may not run on for ever between two records."""

    def __init__(self, file: IO[bytes], budget: int) -> None:
        super().__init__()
        self._file = file
        self._budget = budget
        self.record_done()

    def record_done(self) -> None:
        """A record was read: the next one gets its whole share again."""
        self._used = 0
        self._since = time.monotonic()

    def read(self, size: int = -1) -> bytes:
        """As a file does."""
        if self._used > self._budget or time.monotonic() - self._since > _SECONDS_A_RECORD:
            raise _Stalled
        data = self._file.read(_STEP if size < 0 else size)
        self._used += len(data)
        return data

    def tell(self) -> int:
        """As a file does."""
        return self._file.tell()

    def readable(self) -> bool:
        """Yes."""
        return True


def read_warc(file: IO[bytes], name: str, limits: Limits) -> Iterator[Record]:
    """The records of an archive: pages, others, and what was broken. Never raises for what stands in it."""
    position: int | None = 0
    while position is not None:
        position = yield from _Run(file, name, limits).read(position)


class _Run:
    """One pass of the record reader, from a member's start to the first trouble or to the end."""

    def __init__(self, file: IO[bytes], name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self._last: int | None = None  # where the last record began
        self._last_bad = False

    def read(self, start: int) -> Generator[Record, None, int | None]:
        """Yield records; the generator's value is where to go on, or None at the end."""
        from fastwarc.warc import ArchiveIterator

        self._file.seek(start)
        watched = _Watched(self._file, self._limits.page_bytes + _SLACK)
        records: Iterator[Any] | None = None
        while True:
            try:
                records = records or iter(ArchiveIterator(watched, parse_http=True))
                record = next(records, None)
                raw = None if record is None else self._taken(record)
            except KeyboardInterrupt:
                raise
            except BaseException as fault:  # the library's own panics are no Exceptions
                return (yield from self._recover(start, fault))
            if raw is None:
                return (yield from self._check_end(start))
            item = raw if isinstance(raw, Bad) else _page(raw, self._limits)
            self._last_bad = isinstance(item, Bad)
            yield item
            if isinstance(raw, Bad) and raw.reason == Fault.TOO_LARGE:
                # Reading on would decompress what may be a bomb: go straight to the next member.
                return self._next((self._last or 0) + 1)
            watched.record_done()

    def _taken(self, record: Any) -> _Raw | Bad:
        """All that is needed of a record, out of the library's hands."""
        self._last, self._last_bad = record.stream_pos, False
        where = f"{self._name}@{record.stream_pos}"
        length = record.content_length
        if length > self._limits.page_bytes:
            return Bad(where, Fault.TOO_LARGE, f"{length:,} bytes")
        data = record.reader.read(length + 1) if length else b""
        if len(data) < length:
            return Bad(where, Fault.FALSE_LENGTH, f"{len(data):,} bytes instead of {length:,}")
        http = record.http_headers if record.is_http else None
        return _Raw(
            where,
            str(record.record_type).rpartition(".")[2],
            data,
            record.headers.get("WARC-Target-URI") or "",
            record.headers.get("WARC-Date") or "",
            (record.http_content_type if http else record.headers.get("Content-Type")) or "",
            record.is_http,
            http.status_code if http else None,
            record.http_charset if http else None,
            http.get("Transfer-Encoding") if http else None,
            http.get("Content-Encoding") if http else None,
        )

    def _recover(self, start: int, fault: BaseException) -> Generator[Record, None, int | None]:
        """After a break: name what is broken, once, and find the next member."""
        broken, search = start, start + 1
        if self._last is not None:
            end = _member_end(self._file, self._last, self._limits)
            broken, search = (end, end) if end is not None else (self._last, self._last + 1)
        following = self._next(search if search > start else start + 1)
        if following == broken and following > start:
            return following  # a member of its own: whether it is broken shows when reading starts there
        if not (self._last_bad and broken == self._last):
            reason = Fault.TOO_LARGE if isinstance(fault, _Stalled) else Fault.BROKEN_MEMBER
            if following is None and reason is Fault.BROKEN_MEMBER and self._is_cut(broken):
                reason = Fault.CUT
            yield Bad(f"{self._name}@{broken}", reason, str(fault)[:200])
        return following

    def _check_end(self, start: int) -> Generator[Record, None, int | None]:
        """The reader came to an end: is that the end of the file?"""
        size = self._file.seek(0, io.SEEK_END)
        last = start if self._last is None else self._last
        if size == 0 or _head(self._file, last)[:3] != _GZIP:
            if size and self._last is None:
                yield Bad(f"{self._name}@{last}", Fault.BROKEN_MEMBER, "holds no record")
            return None
        end = _member_end(self._file, last, self._limits)
        if end is None:
            if not self._last_bad:
                yield Bad(f"{self._name}@{last}", Fault.CUT, "its end is missing")
        elif end < size:
            following = self._next(end)
            if following is None or following > start:
                if following != end:
                    yield Bad(f"{self._name}@{end}", Fault.CUT, f"{size - end:,} bytes follow that are no record")
                return following
        return None

    def _is_cut(self, position: int) -> bool:
        """Whether what begins here decompresses without error as far as it goes."""
        data = _head(self._file, position, _SLACK)
        if data[:3] != _GZIP:
            return data[:5] == _PLAIN
        try:
            return not _ended(data)
        except zlib.error:
            return False

    def _next(self, position: int) -> int | None:
        return _next_member(self._file, position)


def _ended(data: bytes) -> bool:
    engine = zlib.decompressobj(31)
    engine.decompress(data, _SLACK)
    return engine.eof


def _head(file: IO[bytes], position: int, size: int = 16) -> bytes:
    file.seek(position)
    return file.read(size)


def _member_end(file: IO[bytes], start: int, limits: Limits) -> int | None:
    """Where the gzip member that begins at `start` ends; None if it is broken, cut, or larger than would be read."""
    file.seek(start)
    engine = zlib.decompressobj(31)
    taken = produced = 0
    while not engine.eof:
        data = engine.unconsumed_tail or file.read(_STEP)
        fresh = not engine.unconsumed_tail
        if not data:
            return None
        taken += len(data) if fresh else 0
        try:
            produced += len(engine.decompress(data, _SLACK))
        except zlib.error:
            return None
        if produced > limits.page_bytes + 2 * _SLACK:
            return None
    return start + taken - len(engine.unused_data)


def _next_member(file: IO[bytes], position: int) -> int | None:
    """The next place at or after `position` where a record begins, compressed or not."""
    tail = b""
    file.seek(position)
    while data := file.read(_STEP * 16):
        window = tail + data
        base = position - len(tail)
        for place in _candidates(window):
            if _begins_record(file, base + place):
                return base + place
        file.seek(position + len(data))
        position += len(data)
        tail = window[-8:]
    return None


def _candidates(window: bytes) -> list[int]:
    found = []
    for mark in (_GZIP, b"\nWARC/1."):
        place = window.find(mark)
        while place >= 0:
            found.append(place + (mark[0] == 0x0A))
            place = window.find(mark, place + 1)
    if window.startswith(b"WARC/1."):
        found.append(0)
    return sorted(found)


def _begins_record(file: IO[bytes], position: int) -> bool:
    data = _head(file, position, 4096)
    if data.startswith(_PLAIN):
        return True
    try:
        return zlib.decompressobj(31).decompress(data, 16).startswith(_PLAIN)
    except zlib.error:
        return False


def _page(raw: _Raw, limits: Limits) -> Record:
    if raw.kind not in ("response", "resource", "conversion"):
        return OTHER
    if raw.is_http and raw.status is None:
        return Bad(raw.where, Fault.BROKEN_HTTP)
    content_type = raw.content_type.partition(";")[0].strip().lower()
    if raw.status not in (None, 200) or (content_type and content_type not in (*_HTML, "text/plain")):
        return OTHER
    address = raw.address.strip().strip("<>")
    if not _is_web(address):
        return Bad(raw.where, Fault.NO_ADDRESS, ascii(address[:120]))
    try:
        data = decoded(raw.data, raw.transfer, raw.coding, limits.page_bytes)
    except BadPayload as bad:
        return Bad(raw.where, bad.fault, bad.detail)
    declared = Declared(address=address, fetched=_moment(raw.date))
    return Page(raw.where, address, data, declared, content_type != "text/plain", raw.charset)


def _is_web(address: str) -> bool:
    if not address or len(address) > _MAX_ADDRESS or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
