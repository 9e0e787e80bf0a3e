"""Pages and texts made to break readers: each is read or counted with its reason, in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from mercato.engines.archive.guard import Died, Guard, TooMuchMemory, TooSlow
from mercato.engines.archive.reading import Answer, PageReader
from mercato.engines.archive.records import Bad, Fault, Limits, Page
from mercato.engines.archive.shard import read_shard
from mercato.engines.archive.tables import read_jsonl
from mercato.sources import Declared
from tests.engines.archives import CLAIM, jsonl, member, page, put, word_tools

SECONDS = 6.0
MEMORY = 1 << 29
LIMITS = Limits(page_bytes=3_000_000, seconds=SECONDS, memory=MEMORY)
ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def laughs() -> bytes:
    head = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "Mattia Perin ">{ENTITIES}]>'
    return f"{head}<html><body><p>{CLAIM} &l9;</p></body></html>".encode()


def external() -> bytes:
    head = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return f"{head}<html><body><p>{CLAIM} &x;</p></body></html>".encode()


def inside(fill: str) -> bytes:
    return page(CLAIM).replace(b"</article>", fill.encode("utf-8", "surrogatepass") + b"</article>")


CORPUS: dict[str, Callable[[], bytes]] = {
    "billion laughs": laughs,
    "external entity": external,
    "a hundred thousand levels": lambda: inside("<div>" * 100_000),
    "a hundred thousand levels of formatting": lambda: inside("<b><i>" * 50_000 + "x"),
    "a quarter of a million tags": lambda: inside("<p>a</p>" * 250_000),
    "unclosed tables": lambda: inside("<table><tr><td>" * 20_000),
    "a line of two million letters": lambda: inside("a" * 2_000_000),
    "a line of spaces": lambda: inside(" " * 2_000_000),
    "zeros": lambda: inside("\0" * 100_000),
    "bidirectional characters": lambda: inside("<p>\u202e\u2066nireP aittaM\u2069\u200f</p>" * 2_000),
    "combining characters": lambda: inside("<p>e" + "\u0301" * 200_000 + "</p>"),
    "attributes": lambda: inside("<p " + " ".join(f"a{n}=b" for n in range(100_000)) + ">x</p>"),
    "an open comment": lambda: inside("<!--" * 100_000),
    "an open quote": lambda: inside('<a href="' * 50_000),
    "entities": lambda: inside("&#x110000;&#0;&nosuch;&amp" * 50_000),
    "half surrogates": lambda: inside("\ud800\udfff" * 1000),
    "random bytes": lambda: bytes((n * n * 7919 >> 3) & 255 for n in range(100_000)),
    "captions": lambda: inside("<figure><figcaption>" * 5_000 + "x"),
}


@pytest.fixture(scope="module")
def reader() -> PageReader:
    from mercato.engines.archive.reading import shared_tools

    return PageReader(shared_tools(("en",)))


FAULTS: dict[str, str] = {}
"""Known and not yet mended; a test says when they are."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason=FAULTS[name], raises=RuntimeError, strict=True))
        if name in FAULTS
        else name
        for name in CORPUS
    ],
)
def test_a_hostile_page_costs_itself_alone(name: str, reader: PageReader) -> None:
    data = CORPUS[name]()
    hostile = Page("x@1", "https://news.example/x", data, Declared(address="https://news.example/x"))
    plain = Page("x@2", "https://news.example/y", page(CLAIM), Declared(address="https://news.example/y"))
    with Guard[Page, Answer](reader, SECONDS, MEMORY) as guard:
        started = time.monotonic()
        try:
            answer = guard.run(hostile)
        except (TooSlow, TooMuchMemory, Died):
            answer = None
        assert time.monotonic() - started < SECONDS + 5
        if answer is not None and answer.document is not None:
            assert "root:" not in answer.document.text
            assert len(answer.document.text) < 3 * len(data) + 10_000
        assert guard.run(plain).bad is None


def test_a_batch_goes_on_and_counts_each_with_its_reason(tmp_path: Path) -> None:
    good = member("https://news.example/good", page(CLAIM))
    bomb = member(
        "https://news.example/bomb",
        gzip.compress(b"\0" * (64 << 20)),
        headers=("Content-Encoding: gzip",),
    )
    other = member(
        "https://news.example/br", brotli.compress(b"a" * (64 << 20), quality=4), headers=("Content-Encoding: br",)
    )
    huge = member("https://news.example/huge", b"\0" * (64 << 20))
    address = put(tmp_path, "a.warc.gz", good + bomb + other + huge + member("file:///etc/passwd", page(CLAIM)) + good)
    rows = [r for b in read_shard([address], word_tools(), LIMITS) for r in b.to_pylist()]
    assert [r["reason"] for r in rows if r["kind"] == "bad"] == [
        str(Fault.TOO_LARGE),
        str(Fault.TOO_LARGE),
        str(Fault.TOO_LARGE),
        str(Fault.NO_ADDRESS),
    ]
    assert sum(r["kind"] == "document" for r in rows) == 2
    assert json.loads(rows[-1]["detail"])["bad: is too large"] == 3


class _Endless(io.RawIOBase):
    """A line that never ends."""

    taken = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, position: int, whence: int = 0) -> int:
        return 0

    def readinto(self, buffer: object) -> int:
        self.taken += len(memoryview(buffer))  # type: ignore[arg-type]
        memoryview(buffer)[:] = b"a" * len(memoryview(buffer))  # type: ignore[arg-type,index]
        return len(memoryview(buffer))  # type: ignore[arg-type]

    def read(self, size: int = -1) -> bytes:
        self.taken += max(size, 0)
        return b"a" * max(size, 0)


def test_a_line_without_end_ends_the_shard_after_a_bounded_length() -> None:
    stream = _Endless()
    found = list(read_jsonl(stream, "x.jsonl", Limits(page_bytes=100_000)))  # type: ignore[arg-type]
    assert [r.reason for r in found if isinstance(r, Bad)] == [Fault.TOO_LARGE, Fault.REST_UNREADABLE]
    assert stream.taken < 20_000_000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": 1, "text": "' + b"a" * 4_000_000 + b'"}\n', Fault.TOO_LARGE),
        (b"[" * 100_000 + b"\n", Fault.BROKEN_LINE),
        (b'{"a":' * 100_000 + b"\n", Fault.BROKEN_LINE),
        (b'{"id": 1}\n', Fault.BROKEN_LINE),
        (b'{"text": "no id"}\n', Fault.NO_ADDRESS),
        (b'{"id": 1, "text": "\\ud800 alone"}\n', None),
        (b'{"id": 1, "text": "\\u0000\\u202e"}\n', None),
        (b"\xff\xfe\x00\n", Fault.BROKEN_LINE),
        (b"null\n", Fault.BROKEN_LINE),
        (b'{"id": ' + b"9" * 5000 + b', "text": "x"}\n', None),
    ],
)
def test_a_hostile_line_costs_itself_alone(line: bytes, reason: Fault | None, tmp_path: Path) -> None:
    good: list[dict[str, object]] = [{"id": "good", "text": CLAIM, "language": "en"}]
    address = put(tmp_path, "a.jsonl", jsonl(good) + line + jsonl(good))
    rows = [r for b in read_shard([address], word_tools(), LIMITS) for r in b.to_pylist()]
    assert sum(r["kind"] == "document" for r in rows) == 2
    bad = [r["reason"] for r in rows if r["kind"] == "bad"]
    assert len(bad) <= 1
    if reason is not None:
        assert bad == [str(reason)]


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _hold(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def _exit(code: int) -> int:
    os._exit(code)


def _fail(what: int) -> int:
    raise ValueError(what)


def test_the_guard_ends_what_takes_too_long_and_starts_anew() -> None:
    with Guard[float, float](_sleep, 0.5, MEMORY) as guard:
        assert guard.run(0.0) == 0.0
        with pytest.raises(TooSlow):
            guard.run(60.0)
        assert guard.run(0.01) == 0.01


def test_the_guard_caps_memory_and_names_what_happened() -> None:
    with Guard[int, int](_hold, 10, 64 << 20) as guard:
        assert guard.run(1) == 1 << 20
        with pytest.raises(TooMuchMemory):
            guard.run(512)
        assert guard.run(2) == 2 << 20
    with Guard[int, int](_exit, 10, MEMORY) as guard, pytest.raises(Died, match="7"):
        guard.run(7)
    with Guard[int, int](_fail, 10, MEMORY) as guard, pytest.raises(RuntimeError, match="ValueError"):
        guard.run(1)
