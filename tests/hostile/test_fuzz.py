"""Readers against random input: no exception but our own. Seconds here; MERCATO_FUZZ=60 gives each a minute."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mercato.engines.archive.payload import BadPayload, decoded
from mercato.engines.archive.records import Bad, Limits, Other, Page
from mercato.engines.archive.tables import page_of, read_jsonl, read_parquet
from mercato.engines.archive.warc import read_warc
from mercato.errors import MercatoError
from mercato.sources import document_from_text
from mercato.sources.files import read_stream
from mercato.sources.html import document_from_html
from tests.engines.archives import CLAIM, member, page, record

EXAMPLES = int(float(os.environ.get("MERCATO_FUZZ", "1")) * 60)
LIMITS = Limits(page_bytes=100_000)
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=EXAMPLES <= 60,
)


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"url": ["https://news.example/1"] * 4, "html": [page(CLAIM).decode()] * 4}), out)
    return out.getvalue()


SEEDS = (
    member("https://news.example/1", page(CLAIM)) * 2,
    record("https://news.example/1", page(CLAIM)) * 2,
    b'{"id": 1, "text": "Milan want Perin", "date": "2025-06-09"}\n' * 2,
    page(CLAIM),
    _parquet(),
    CLAIM.encode(),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good input with some of its bytes changed, taken out, doubled or cut off; or any bytes at all."""
    data = bytearray(draw(st.sampled_from((*SEEDS, b""))) or draw(st.binary(max_size=2000)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(("set", "put", "cut", "end", "twice"))):
            case "set":
                data[at : at + 4] = draw(st.binary(min_size=1, max_size=4))
            case "put":
                data[at:at] = draw(st.binary(max_size=40))
            case "cut":
                del data[at : at + draw(st.integers(1, 200))]
            case "end":
                del data[at:]
            case _:
                data[at:at] = data[at : at + 300]
    return bytes(data)


READERS: dict[str, Callable[[bytes], object]] = {
    "warc": lambda data: list(read_warc(io.BytesIO(data), "x.warc.gz", LIMITS)),
    "json lines": lambda data: list(read_jsonl(io.BytesIO(data), "x.jsonl", LIMITS)),
    "parquet": lambda data: list(read_parquet(io.BytesIO(data), "x.parquet", LIMITS)),
    "any file": lambda data: list(read_stream(io.BytesIO(data))),
    "page": lambda data: document_from_html(data, key="x"),
    "text": lambda data: document_from_text(
        data.decode("utf-8", "surrogatepass" if data[:1] > b"\x80" else "replace"), key="x"
    ),
}


@pytest.mark.parametrize("name", READERS)
def test_no_exception_but_our_own(name: str) -> None:
    read = READERS[name]

    @fuzzed
    @given(damaged())
    def run(data: bytes) -> None:
        with contextlib.suppress(MercatoError, UnicodeDecodeError if name == "text" else MercatoError):
            found = read(data)
            if isinstance(found, list) and name in ("warc", "json lines", "parquet"):
                assert all(isinstance(one, Page | Bad | Other) for one in found)
                assert all(len(one.data) <= LIMITS.page_bytes for one in found if isinstance(one, Page))

    run()


def test_a_first_line_that_is_half_json_and_no_utf_8() -> None:
    list(read_stream(io.BytesIO(b'{"\x80 1, "text": "Milan want Perin"}\n')))


@fuzzed
@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate", "br", "x, gzip", "zstd", ""]), st.booleans())
def test_bodies_of_any_kind(data: bytes, coding: str, chunked: bool) -> None:
    with contextlib.suppress(BadPayload):
        assert len(decoded(data, "chunked" if chunked else None, coding, 10_000)) <= 10_000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@fuzzed
@given(st.dictionaries(st.sampled_from(["id", "url", "text", "html", "date", "title", "fetched", "language"]), VALUES))
def test_rows_of_any_kind(fields: dict[str, object]) -> None:
    assert isinstance(page_of(fields, "x:1"), Page | Bad)
