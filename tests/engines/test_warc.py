from __future__ import annotations

import gzip
import io

import brotli
import pytest

from mercato.engines.archive.records import Bad, Fault, Limits, Other, Page, Record
from mercato.engines.archive.warc import read_warc
from tests.engines.archives import CLAIM, member, page, record

A = member("https://news.example/a", page(CLAIM))
B = member("https://news.example/b", page("Another text. " * 400))
C = member("https://news.example/c", page("A third text."))


def read(data: bytes, limit: int = 1_000_000) -> list[Record]:
    return list(read_warc(io.BytesIO(data), "x.warc.gz", Limits(page_bytes=limit)))


def told(data: bytes, limit: int = 1_000_000) -> list[str]:
    """Pages by the end of their address, bad records by their reason."""
    return [
        r.key.rsplit("/", 1)[1] if isinstance(r, Page) else str(r.reason) if isinstance(r, Bad) else "other"
        for r in read(data, limit)
    ]


def test_pages_come_in_order_with_address_date_and_place() -> None:
    first, second, third = read(A + B + C)
    assert isinstance(first, Page)
    assert first.key == first.declared.address == "https://news.example/a"
    assert first.declared.fetched is not None
    assert first.declared.fetched.isoformat() == "2025-06-09T10:00:00+00:00"
    assert first.charset == "utf-8"
    assert CLAIM.encode() in first.data
    assert isinstance(second, Page)
    assert second.name == f"x.warc.gz@{len(A)}"
    assert isinstance(third, Page)


def test_uncompressed_archives_are_read_too() -> None:
    parts = [record(f"https://news.example/{n}", page(CLAIM)) for n in "abc"]
    assert told(b"".join(parts)) == ["a", "b", "c"]
    assert told(gzip.compress(b"".join(parts))) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (A + B + C[:-20], ["a", "b", Fault.FALSE_LENGTH]),
        (A + B + C[:-3], ["a", "b", "c", Fault.CUT]),
        (A + B + C[:60], ["a", "b", Fault.CUT]),
        (A + B[:30] + b"\xff" * 20 + B[50:] + C, ["a", Fault.BROKEN_MEMBER, "c"]),
        (A + b"garbage" * 10 + C, ["a", Fault.BROKEN_MEMBER, "c"]),
        (A + gzip.compress(b"no record at all") + C, ["a", Fault.BROKEN_MEMBER, "c"]),
        (b"hello, this is no archive", [Fault.BROKEN_MEMBER]),
        (b"", []),
        (b"\x1f\x8b", [Fault.BROKEN_MEMBER]),
        (C + C[: len(C) // 2] + C, ["c", Fault.BROKEN_MEMBER, "c"]),
    ],
)
def test_what_is_broken_or_cut_is_named_once_and_the_rest_is_read(data: bytes, expected: list[str]) -> None:
    assert told(data) == [str(one) for one in expected]


@pytest.mark.parametrize(
    ("length", "expected"),
    [(10**18, Fault.TOO_LARGE), (900_000, Fault.FALSE_LENGTH), (-5, None), ("many", None), (200, None)],
)
def test_a_false_length_costs_its_record_alone(length: int | str, expected: Fault | None) -> None:
    bad = member("https://news.example/bad", page(CLAIM), length=length)
    found = told(A + bad + C)
    assert found[0] == "a"
    assert found[-1] == "c"
    if expected is not None:
        assert found == ["a", str(expected), "c"]


def test_compressed_bodies_are_decoded() -> None:
    body = page(CLAIM)
    for coding, data in (("gzip", gzip.compress(body)), ("br", brotli.compress(body)), ("gzip", body), ("br", body)):
        found = read(member("https://news.example/x", data, headers=(f"Content-Encoding: {coding}",)))
        assert isinstance(found[0], Page)
        assert found[0].data == body
    chunks = b"%x\r\n%s\r\n5;a=b\r\n<!---\r\n0\r\n\r\n" % (len(body), body)
    found = read(member("https://news.example/x", chunks, headers=("Transfer-Encoding: chunked",)))
    assert isinstance(found[0], Page)
    assert found[0].data == body + b"<!---"


def test_what_is_no_page_is_counted_as_other() -> None:
    data = (
        member("https://news.example/r", b"", kind="request")
        + member("https://news.example/p", b"\x89PNG", content_type="image/png")
        + member("https://news.example/g", b"gone", status="410 Gone")
    )
    assert [type(one) for one in read(data)] == [Other, Other, Other]


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "../../etc/passwd", "", "https://", "https://x\u202e.example/", "http://[::1"]
)
def test_only_web_addresses_are_addresses(address: str) -> None:
    assert told(A + member(address, page(CLAIM)) + C) == ["a", str(Fault.NO_ADDRESS), "c"]
