"""Pages become documents: main text alone, its parts told apart, and what the head declares."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mercato.errors import DocumentSkipped
from mercato.model import Document, Precision
from mercato.sources import Declared, open_source
from mercato.sources.html import document_from_html
from tests.sources.test_blocks import check_cover

PAGES = Path(__file__).parent / "pages"


def read(name: str, declared: Declared | None = None) -> Document:
    (document,) = open_source(str(PAGES / name), declared)
    assert isinstance(document, Document)
    check_cover(document)
    return document


def parts(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def test_an_article_with_everything_a_page_has() -> None:
    document = read("article_en.html")
    assert document.title == "Milan line up Perin in case Maignan goes"
    assert document.author == "Ada Bright"
    assert document.outlet == "The Rossoneri Desk"
    assert document.address == document.key == "https://desk.example/2025/06/perin-milan"
    assert document.language == "en"
    assert str(document.published) == "2025-06-10T16:42:00Z"
    assert [kind for kind, _ in parts(document)] == [
        "headline", "standfirst", "caption", "paragraph", "paragraph", "heading", "paragraph", "list_item", "list_item",
        "list_item", "quoted_post", "heading", "paragraph", "boilerplate", "boilerplate",
    ]  # fmt: skip
    for unwanted in ("tracking", "never text", "ultra77", "Transfers", "cookies", "\ue0ca"):
        assert unwanted not in document.text


def test_a_latin_1_page_whose_template_calls_it_english() -> None:
    document = read("wordpress_it.html")
    assert document.language == "it"
    assert "società" in document.text
    assert "scrive un lettore" not in document.text
    assert str(document.published) == "2025-06-11T07:05:00Z"
    found = parts(document)
    assert found[1][0] == "standfirst"
    assert found[2] == (
        "caption",
        "Mattia Perin durante il riscaldamento del 3 maggio 2024 (Foto di N. Nessuno/LaPresse)",
    )
    assert found[-1][0] == "boilerplate"


def test_breaks_part_short_news_from_each_other() -> None:
    found = parts(read("columns_en.html"))
    assert [kind for kind, _ in found] == ["headline", "paragraph", "paragraph", "paragraph", "paragraph"]
    assert found[2][1].startswith("Chelsea have asked")


def test_dates_in_captions_and_text_are_not_the_pages_date() -> None:
    document = read("undated_de.html")
    assert document.published is None
    assert parts(document)[1] == ("caption", "Mattia Perin am 15. Mai 2024 in Rom. Foto: Imago Images")


def test_what_the_caller_knows_goes_first() -> None:
    moment = datetime(2025, 6, 12, tzinfo=UTC)
    document = read(
        "article_en.html", Declared("Another title", "2025-05", None, "The Desk", "de", "A. Nother", moment)
    )
    assert document.published is not None
    assert document.published.precision is Precision.MONTH
    assert (document.title, document.outlet, document.language) == ("Another title", "The Desk", "de")
    assert (document.author, document.fetched) == ("A. Nother", moment)


def test_the_same_page_read_twice_is_the_same_document() -> None:
    assert read("article_en.html").id == read("article_en.html").id


def test_a_nested_list_says_each_thing_once() -> None:
    page = b"<html><body><article><p>Two clubs are in the running for the keeper of Juventus, as of today.</p><ul>"
    page += b"<li>Milan, who need him<ul><li>only if Maignan goes</li></ul></li><li>Genoa, his first club</li></ul>"
    page += (
        b"<p>Neither of them has made an offer so far, and neither is in a hurry to do so.</p></article></body></html>"
    )
    text = document_from_html(page, key="a").text
    assert text.count("only if Maignan goes") == 1
    assert text.count("Milan, who need him") == 1


@pytest.mark.parametrize("share", [0.45, 0.6, 0.75, 0.9])
def test_a_page_cut_short_gives_what_is_there(share: float) -> None:
    whole = (PAGES / "article_en.html").read_bytes()
    document = document_from_html(whole[: int(len(whole) * share)], key="a")
    check_cover(document)
    assert "Milan line up Perin" in document.text
    assert str(document.published) == "2025-06-10T16:42:00Z"


def test_deep_nesting_ends_soon() -> None:
    page = b"<html><body>" + b"<div>" * 100_000 + b"<p>Milan want Perin.</p>"
    with pytest.raises(DocumentSkipped):
        document_from_html(page, key="deep")


PIECES = st.sampled_from([
    "<p>", "</p>", "<div>", "<ul><li>", "</ul>", "<h2>", "<figure>", "<figcaption>", "</figure>", "<br>",
    "<blockquote>", "<table><tr><td>", "<script>", "</script>", "<meta charset=utf-16>", "<html lang=xx>", "<title>",
    "&#0;", "&#xD800;", "<p class=wp-caption>", "<!--", "]]>", "Milan would like to sign Mattia Perin of Juventus. ",
    '<time datetime="2025-06-09" pubdate>', '<script type="application/ld+json">{"datePublished":[', "<?xml ", "<pre>",
    "\x00", "é", "\ue0ca",
])  # fmt: skip


@given(st.lists(PIECES, max_size=25))
@settings(max_examples=80, deadline=None)
def test_any_heap_of_marks_is_a_document_or_a_skip(pieces: list[str]) -> None:
    try:
        document = document_from_html("".join(pieces).encode(), key="a")
    except DocumentSkipped:
        return
    check_cover(document)
