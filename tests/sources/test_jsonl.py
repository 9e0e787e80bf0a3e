"""JSON Lines: each line a document or a skip that names its line, in order."""

from __future__ import annotations

import io
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mercato.errors import DocumentSkipped
from mercato.model import BlockKind, Document
from mercato.sources import Declared, open_source
from mercato.sources.skips import RecordSkipped


def read(data: bytes, declared: Declared | None = None) -> list[Document | DocumentSkipped]:
    return list(open_source("-", declared, stdin=io.BytesIO(data)))


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def test_all_fields_of_a_record() -> None:
    record = {
        "id": "a1", "text": "Milan want Mattia Perin.", "date": "2025-06-09", "url": "https://desk.example/1",
        "outlet": "The Desk", "language": "en", "title": "Milan want Perin", "likes": [1, 2],
    }  # fmt: skip
    (document,) = read(lines(record))
    assert isinstance(document, Document)
    assert document.key == "a1"
    assert document.text == "Milan want Perin\n\nMilan want Mattia Perin."
    assert document.blocks[0].kind is BlockKind.HEADLINE
    assert (document.address, document.outlet, document.language) == ("https://desk.example/1", "The Desk", "en")
    assert str(document.published) == "2025-06-09"
    assert document.fetched is not None


def test_order_duplicates_numbers_as_ids_and_blank_lines() -> None:
    data = lines({"id": 7, "text": "one"}) + b"\n  \n" + lines({"id": "x", "text": "two"}, {"id": 7, "text": "three"})
    found = read(data)
    assert [document.key for document in found if isinstance(document, Document)] == ["7", "x", "7"]
    assert len({document.id for document in found if isinstance(document, Document)}) == 3


def test_what_a_record_leaves_out_the_caller_may_declare() -> None:
    data = lines({"id": 1, "text": "one"}, {"id": 2, "text": "two", "outlet": "Own"})
    found = read(data, Declared(outlet="Given", language="en"))
    assert [document.outlet for document in found if isinstance(document, Document)] == ["Given", "Own"]


def test_broken_lines_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id": 1, "text": "one"}\n'
        b'{"id": 2, "text": "cut of\n'
        b'{"id": 3}\n'
        b'{"id": 4, "text": 5}\n'
        b"[]\n"
        b"not json\n"
        b'{"id": 7, "text": "caf\xe9"}\n'
        b'{"id": 8, "text": "  "}\n' + b'{"id": 9, "text": "x", "z": ' + b"[" * 20_000 + b"\n"
        b'{"id": 10, "text": "ten"}'
    )
    found = list(open_source(str(path)))
    assert len(found) == 10
    assert [document.key for document in found if isinstance(document, Document)] == ["1", "10"]
    skips = [skip for skip in found if isinstance(skip, DocumentSkipped)]
    assert [skip.input_name for skip in skips] == [f"{path}:{n}" for n in range(2, 10)]
    told = [str(skip) for skip in skips]
    for message, what in zip(
        told,
        [
            "invalid character",
            "`text`",
            "$.text",
            "object",
            "malformed",
            "Byte 23 is not UTF-8",
            "'8'",
            "nested too deeply",
        ],
        strict=True,
    ):
        assert what in message
    empty = skips[6]
    assert isinstance(empty, RecordSkipped)
    assert empty.key == "8"


def test_a_first_line_that_is_broken_does_not_make_the_file_prose() -> None:
    first, second = read(b'{"id": 1, "text": "cut\n{"id": 2, "text": "two"}\n')
    assert isinstance(first, DocumentSkipped)
    assert isinstance(second, Document)


def test_a_line_over_the_limit_is_passed_over_whole(monkeypatch: object, tmp_path: Path) -> None:
    import pytest

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setenv("MERCATO_MAX_BYTES", "1000")
    found = read(lines({"id": 1, "text": "a"}, {"id": 2, "text": "b" * 5000}, {"id": 3, "text": "c"}))
    assert [getattr(document, "key", None) for document in found] == ["1", None, "3"]
    assert "standard input:2" in str(found[1])
    assert "1,000 bytes" in str(found[1])


@given(st.lists(st.binary(max_size=60), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_bytes_after_a_record_leave_it_alone(rest: list[bytes]) -> None:
    data = lines({"id": 1, "text": "one"}) + b"\n".join(rest) + b"\n" + lines({"id": 2, "text": "two"})
    found = read(data)
    assert isinstance(found[0], Document)
    assert isinstance(found[-1], Document)
    assert all(isinstance(item, Document | DocumentSkipped) for item in found)
