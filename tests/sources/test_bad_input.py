"""Whatever comes in, the answer is a document, or a clear word on what is wrong; and the rest goes on."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mercato.errors import DocumentSkipped, MercatoError, Misused, SourceUnusable
from mercato.model import Document
from mercato.sources import open_source
from mercato.sources.html import document_from_html
from mercato.sources.skips import Reason
from tests.sources.test_blocks import check_cover

PAGES = Path(__file__).parent / "pages"
TEXT = "Il Milan pensa a Mattia Perin, però la società bianconera non ha deciso: così scrive il giornale."


def one(path: Path) -> Document | DocumentSkipped:
    (found,) = open_source(str(path))
    return found


def skip_of(path: Path) -> DocumentSkipped:
    found = one(path)
    assert isinstance(found, DocumentSkipped)
    assert found.input_name == str(path)
    assert str(found).startswith(f"{path}: ")
    return found


@pytest.mark.parametrize("data", [b"", b"   \n\n\t ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(data)
    assert skip_of(path).reason == Reason.EMPTY


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF" + bytes(range(256)) * 40,
        b"%PDF-1.7\nplain words about Perin follow, but it is no text",
        b"PK\x03\x04 a document of an office program",
        b"\x1f\x8b\x08\x00 compressed",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_binary(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "binary.txt"
    path.write_bytes(data)
    assert skip_of(path).reason == Reason.BINARY


def test_fifty_megabytes_of_text(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    path.write_bytes((TEXT + "\n\n").encode() * (50_000_000 // (len(TEXT.encode()) + 2)))
    begun = time.process_time()
    skip = skip_of(path)
    assert skip.reason == Reason.TOO_LARGE
    assert "10,000,000 bytes" in str(skip)
    assert "MERCATO_MAX_BYTES" in str(skip)
    assert time.process_time() - begun < 5


def test_fifty_megabytes_are_read_where_the_setting_allows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_MAX_BYTES", "60000000")
    path = tmp_path / "huge.txt"
    count = 50_000_000 // (len(TEXT.encode()) + 2)
    path.write_bytes((TEXT + "\n\n").encode() * count)
    begun = time.process_time()
    document = one(path)
    assert isinstance(document, Document)
    assert len(document.blocks) == count
    # Work in proportion to the size takes some ten seconds here; a quadratic step would take hours.
    assert time.process_time() - begun < 120


def test_one_line_of_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    line = (TEXT.encode() + b" ") * (10_000_000 // (len(TEXT.encode()) + 1))
    path.write_bytes(line)
    begun = time.process_time()
    document = one(path)
    assert isinstance(document, Document)
    assert len(document.blocks) == 1
    assert document.language == "it"
    assert time.process_time() - begun < 30


@pytest.mark.parametrize("filler", [b"(", b"(Photo by ", b"a\n", b"- \n", b"1. \n", b"A: ", b"@ - "])
def test_ten_megabytes_of_one_mark_end_soon(filler: bytes, tmp_path: Path) -> None:
    path = tmp_path / "marks.txt"
    path.write_bytes(b"Milan want Perin.\n\n" + filler * (2_000_000 // len(filler)))
    begun = time.process_time()
    assert isinstance(one(path), Document)
    assert time.process_time() - begun < 30


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_other_encodings_are_found_out(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(TEXT.encode(encoding))
    document = one(path)
    assert isinstance(document, Document)
    assert document.text == TEXT


def test_text_in_utf_8_with_a_broken_byte_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes((TEXT * 8).encode()[:-5] + b"\xff" + TEXT.encode())
    document = one(path)
    assert isinstance(document, Document)
    assert "società" in document.text
    assert document.text.count("\ufffd") == 1


def test_truncated_page(tmp_path: Path) -> None:
    path = tmp_path / "cut.html"
    whole = (PAGES / "article_en.html").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    document = one(path)
    assert isinstance(document, Document)
    check_cover(document)


def test_page_with_scripts_and_no_text() -> None:
    assert skip_of(PAGES / "app_shell.html").reason == Reason.SCRIPTS_ONLY


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="no such file"):
        list(open_source(str(tmp_path / "nothing.txt")))


def test_a_folder_and_an_impossible_name(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="is a folder"):
        list(open_source(str(tmp_path)))
    with pytest.raises(SourceUnusable, match="can't be read"):
        list(open_source("a\0b"))


def test_no_right_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.txt"
    path.write_text(TEXT, "utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        # Root reads everything: the refusal is put in the file system's place.
        def refuse(self: Path, *_: object) -> None:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceUnusable, match=r"locked\.txt: no right to read it"):
        list(open_source(str(path)))


def test_a_disk_that_fails_while_reading() -> None:
    class Failing(io.BytesIO):
        def readline(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceUnusable, match="standard input: can't be read"):
        list(open_source("-", stdin=Failing(b"x")))


def test_standard_input_as_text_and_as_bytes() -> None:
    (as_bytes,) = open_source("-", stdin=io.BytesIO(TEXT.encode()))
    (as_text,) = open_source("-", stdin=io.StringIO(TEXT))
    (wrapped,) = open_source("-", stdin=io.TextIOWrapper(io.BytesIO(TEXT.encode()), "ascii"))
    for document in (as_bytes, as_text, wrapped):
        assert isinstance(document, Document)
        assert document.text == TEXT
        assert isinstance(as_bytes, Document)
        assert document.id == as_bytes.id


@pytest.mark.parametrize("value", ["many", "0", "-5"])
def test_a_limit_that_is_none(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_MAX_BYTES", value)
    with pytest.raises(Misused, match="MERCATO_MAX_BYTES"):
        list(open_source("-", stdin=io.BytesIO(b"x")))


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_documents_or_skips(data: bytes) -> None:
    for found in open_source("-", stdin=io.BytesIO(data)):
        if isinstance(found, Document):
            check_cover(found)
            assert "\x00" not in found.text
        else:
            assert isinstance(found, DocumentSkipped)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_as_a_page_raise_only_errors_of_ours(data: bytes) -> None:
    for page in (data, b"<html><body><p>Milan want Perin, we hear.</p>" + data):
        try:
            check_cover(document_from_html(page, key="page"))
        except MercatoError as error:
            assert isinstance(error, DocumentSkipped)  # noqa: PT017 -- the property is on whatever is raised


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Według gazety Wisła chce pozyskać obrońcę, który żąda długiego kontraktu i wyższej pensji."),
        ("cp1251", "Спартак хочет купить вратаря, который играл в Турине и готов к переезду этим летом."),
        ("latin-1", "Según el diario, el portero no está dispuesto a marcharse: ¿qué hará después el Milán?"),
        ("cp1252", "Der Torwart kostet 4,5 Mio. € – für einen Ersatz ist das „viel Geld“, heißt es."),
    ],
)
def test_single_byte_encodings_of_east_and_west(encoding: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes((text + "\n").encode(encoding) * 3)
    document = one(path)
    assert isinstance(document, Document)
    assert document.text == (text + "\n") * 3
