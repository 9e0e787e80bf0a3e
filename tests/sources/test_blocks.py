"""Plain text is cut into blocks, and each block is told what it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mercato.model import Block, BlockKind, Document
from mercato.sources import document_from_text
from mercato.sources.blocks import blocks_of
from mercato.sources.normalise import normalise

PROSE = "Milan would like to sign Mattia Perin of Juventus before the season begins."
MORE = "The keeper has been told that he may leave if another club meets the price."


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, text[block.start : block.end]) for block in blocks_of(text)]


ALONE = [
    # what, the line, its kind between two paragraphs
    ("place and date", "ROME, ITALY - MAY 15: Massimiliano Allegri reacts at the Olimpico", "caption"),
    ("place and date, credited", "TURIN, ITALY - 3 MAY: Perin warms up. (Photo by A. Nother/Getty Images)", "caption"),
    ("credit in brackets, English", "Mattia Perin warms up before a match. (Photo by A. Nother)", "caption"),
    ("credit in brackets, Italian", "Mattia Perin durante il riscaldamento (Foto di N. Nessuno)", "caption"),
    ("agency in brackets at the end", "Mattia Perin warms up before a match (IMAGO / Sportimage)", "caption"),
    ("credit with a colon", "Foto: Imago", "credit"),
    ("photo credit alone", "Photo by A. Nother/Getty Images", "credit"),
    ("agency alone", "Getty Images", "credit"),
    ("agency after a bar", "Perin in training | PA Images", "credit"),
    (
        "agency after a slash, long",
        "Mattia Perin takes a cross in training at the Continassa, A. Nother/Alamy",
        "caption",
    ),
    ("read more", "Read more: Five keepers whom Milan looked at", "boilerplate"),
    ("read also in capitals", "READ ALSO: Chelsea close in on Maignan", "boilerplate"),
    ("Italian", "LEGGI ANCHE: Cinque portieri seguiti", "boilerplate"),
    ("Spanish", "Lee también: Cinco porteros", "boilerplate"),
    ("German", "Lesen Sie auch: Fünf Torhüter", "boilerplate"),
    ("French", "À lire aussi : Cinq gardiens", "boilerplate"),
    ("Portuguese", "Leia também: Cinco guarda-redes", "boilerplate"),
    ("newsletter", "Sign up to our newsletter for all the news.", "boilerplate"),
    ("follow us", "Follow us on every platform!", "boilerplate"),
    ("cookies", "We use cookies so that the page works. Accept all cookies?", "boilerplate"),
    ("rights", "© 2025 The Desk. All rights reserved.", "boilerplate"),
    ("advertisement", "ADVERTISEMENT", "boilerplate"),
    ("bold arrows before", ">> Read more: Five keepers", "boilerplate"),
    ("heading", "Several keepers on the list", "heading"),
    ("question", "Does Allegri want Perin at Milan?", "heading"),
    ("Spanish question", "¿Qué ha pasado con Perin?", "heading"),
    ("heading with abbreviation", "St. Pauli ask for him too", "heading"),
    ("bullet", "- Perin has two years left", "list_item"),
    ("round bullet", "• Perin has two years left", "list_item"),
    ("quoted post", "Perin to Milan? Only if Maignan goes. — Ugo Penna (@ugopenna) June 10, 2025", "quoted_post"),
    ("a club with a number", "1. FC Köln have asked for Perin, too.", "paragraph"),
    ("agency as a source amid prose", "He is wanted (Imago has the picture) by Milan, they say.", "paragraph"),
    ("short but whole sentence", "Juventus said no.", "paragraph"),
    ("prose with a bracket after the stop", "Juventus said no to them again. (Tuttosport)", "paragraph"),
    ("sentence before pictograms", "Deal in place between the clubs tonight. 🇮🇹⚪️", "paragraph"),
    ("dash of direct speech", "— Não vou sair, disse Perin.", "paragraph"),
    ("lower case", "and so it went on", "paragraph"),
]


@pytest.mark.parametrize(("line", "kind"), [row[1:] for row in ALONE], ids=[row[0] for row in ALONE])
def test_a_line_between_two_paragraphs(line: str, kind: str) -> None:
    found = kinds(f"{PROSE}\n\n{line}\n\n{MORE}")
    assert found == [("paragraph", PROSE), (kind, line), ("paragraph", MORE)]


def test_a_long_paragraph_that_begins_like_boilerplate_is_prose() -> None:
    line = "Read more closely, the words of the director leave the door open. " * 6
    assert kinds(f"{PROSE}\n\n{line.strip()}\n\n{MORE}")[1][0] == "paragraph"


def test_a_caption_that_shares_its_line_with_the_first_paragraph_is_parted_from_it() -> None:
    caption = "ROME, ITALY - MAY 15: Allegri reacts. (Photo by A. Nother/Getty Images)"
    assert kinds(f"{caption} {PROSE}\n\n{MORE}") == [("caption", caption), ("paragraph", PROSE), ("paragraph", MORE)]


def test_date_line_and_caption_on_one_line() -> None:
    caption = "ROME, ITALY - MAY 15: Allegri reacts. (Photo by A. Nother/Getty Images)"
    assert kinds(f" date 2025-06-09 {caption}\n\n{PROSE}") == [
        ("dateline", "date 2025-06-09"),
        ("caption", caption),
        ("paragraph", PROSE),
    ]


def test_top_of_an_article() -> None:
    found = kinds(f"Keepers\nMilan think of Perin as second man\nAllegri knows him from Turin\n\n{PROSE}\n\n{MORE}")
    assert [kind for kind, _ in found] == ["heading", "headline", "standfirst", "paragraph", "paragraph"]


def test_short_news_with_its_source_is_no_headline() -> None:
    news = (
        "Milan think of Mattia Perin, 32, for the day on which Mike Maignan leaves them for another club (Tuttosport)"
    )
    assert kinds(f"Paper talk\n\n{news}\n\n{news}") == [("headline", "Paper talk")] + [("paragraph", news)] * 2


def test_a_single_sentence_without_a_stop_is_a_paragraph() -> None:
    assert kinds("Leeds United are keen on Perin") == [("paragraph", "Leeds United are keen on Perin")]


def test_numbers_that_count_on_are_items() -> None:
    found = kinds(f"{PROSE}\n1. Perin, thirty-two\n2. Sommer, thirty-six\n\n1. FC Köln want both of them.\n\n{MORE}")
    assert [kind for kind, _ in found] == ["paragraph", "list_item", "list_item", "paragraph", "paragraph"]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = (
        "Milan would like to sign Mattia Perin, the second goalkeeper\n"
        "of Juventus, before the season begins, and the papers of the\n"
        "city have it that he would come for little or for nothing.\n"
        "That much is known."
    )
    assert kinds(f"{wrapped}\n\n{MORE}") == [("paragraph", wrapped), ("paragraph", MORE)]


def test_lines_that_are_paragraphs_stay_apart() -> None:
    assert [kind for kind, _ in kinds(f"{PROSE}\n{MORE}\n{PROSE}")] == ["paragraph"] * 3


def test_a_title_becomes_the_headline_once() -> None:
    document = document_from_text(PROSE, key="a", title=" Milan think\u00a0of Perin ", language="en")
    assert document.text == f"Milan think of Perin\n\n{PROSE}"
    assert document.title == "Milan think of Perin"
    assert document.blocks[0] == Block(BlockKind.HEADLINE, 0, 20)
    again = document_from_text(document.text, key="a", title="Milan think of Perin", language="en")
    assert again == document


def test_a_title_that_the_first_sentence_goes_on_from_is_not_put_there_again() -> None:
    document = document_from_text(PROSE, key="a", title="Milan would like to sign Mattia Perin", language="en")
    assert document.text == PROSE
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH]


def test_captions_and_boilerplate_are_not_read() -> None:
    unread = {kind for kind in BlockKind if not kind.is_read}
    assert {BlockKind.CAPTION, BlockKind.CREDIT, BlockKind.BOILERPLATE} <= unread


def check_cover(document: Document) -> None:
    """Blocks lie in order without overlap, without outer spaces, and leave nothing but spaces out."""
    at, text = 0, document.text
    for block in document.blocks:
        assert at <= block.start < block.end <= len(text)
        assert not text[at : block.start].strip()
        assert text[block.start : block.end].strip() == text[block.start : block.end]
        at = block.end
    assert not text[at:].strip()


LINES = st.sampled_from(
    [row[1] for row in ALONE] + [PROSE, MORE, "", "", " ", "1. a", "2. b", "date 2025-06-09 x", "("]
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\n\n", "\r\n", " ", " \n \n"]), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_blocks_cover_any_text_in_order(lines: list[str], joint: str, extra: str) -> None:
    text = joint.join([*lines, extra, PROSE])
    document = document_from_text(text, key="a", language="en")
    assert document.text == normalise(text)
    check_cover(document)


@given(st.text(max_size=300), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_blocks_cover_any_characters_and_any_title(text: str, title: str) -> None:
    document = document_from_text(f"{text} end", key="a", title=title, language="en")
    check_cover(document)
