"""The body of an HTTP answer as it was before it was chunked and compressed, never more of it than allowed."""

from __future__ import annotations

import zlib

from mercato.engines.archive.records import Fault

_STEP = 1 << 16


class BadPayload(Exception):
    """A body that is not what its header says, or is too large."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


def decoded(data: bytes, transfer: str | None, content: str | None, limit: int) -> bytes:
    """The body decoded. What the headers name wrongly is left as it is: crawlers store bodies decoded. BadPayload."""
    if transfer and "chunked" in transfer.lower():
        data = _joined(data)
    for coding in reversed([part.strip().lower() for part in (content or "").split(",") if part.strip()][:3]):
        data = _one(data, coding, limit)
    return data


def _one(data: bytes, coding: str, limit: int) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _inflated(data, 31, limit) if data[:2] == b"\x1f\x8b" else data
    if coding == "deflate":
        wrapped = data[:1] == b"\x78"
        return data if _is_text(data) else _inflated(data, 15 if wrapped else -15, limit)
    if coding == "br":
        return data if _is_text(data) else _unbrotlied(data, limit)
    if coding == "identity":
        return data
    if _is_text(data):
        return data
    raise BadPayload(Fault.BROKEN_ENCODING, f"{coding[:40]!a} is not known")


def _is_text(data: bytes) -> bool:
    """Whether a body begins as a page does: then it is decoded already."""
    return data[:512].lstrip()[:1] == b"<"


def _inflated(data: bytes, window: int, limit: int) -> bytes:
    engine = zlib.decompressobj(window)
    try:
        out = engine.decompress(data, limit + 1)
    except zlib.error as fault:
        raise BadPayload(Fault.BROKEN_ENCODING, str(fault)[:120]) from None
    if len(out) > limit:
        raise BadPayload(Fault.TOO_LARGE, f"more than {limit:,} bytes once decompressed")
    if not engine.eof:
        raise BadPayload(Fault.CUT, "the compressed body ends early")
    return out


def _unbrotlied(data: bytes, limit: int) -> bytes:
    import brotli

    engine = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        part: bytes = engine.process(data, output_buffer_limit=_STEP)
        while part and size <= limit:
            parts.append(part)
            size += len(part)
            part = b"" if engine.is_finished() else engine.process(b"", output_buffer_limit=_STEP)
    except brotli.error as fault:
        raise BadPayload(Fault.BROKEN_ENCODING, str(fault)[:120]) from None
    if size > limit:
        raise BadPayload(Fault.TOO_LARGE, f"more than {limit:,} bytes once decompressed")
    if not engine.is_finished():
        raise BadPayload(Fault.CUT, "the compressed body ends early")
    return b"".join(parts)


def _joined(data: bytes) -> bytes:
    """The chunks joined; the bytes as they are where they are not chunked after all."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = data.find(b"\r\n", at, at + 64)
        try:
            size = int(data[at:end].partition(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0:
            return b"".join(parts) if parts else data
        if size == 0:
            return b"".join(parts)
        parts.append(data[end + 2 : end + 2 + size])
        at = end + 4 + size
