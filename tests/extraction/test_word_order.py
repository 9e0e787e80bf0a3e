"""Clauses of German and Dutch are read as subject, verb, rest; every item keeps its place in the text."""

from __future__ import annotations

import pytest

from mercato.extraction.sentences import fill_items, sentences
from mercato.extraction.word_order import WordOrder
from mercato.sources import document_from_text
from tests.extraction.reading import reader

READ = [
    (
        "de",
        "Der BVB will Harry Kane vom FC Bayern verpflichten.",
        "Der BVB will verpflichten Harry Kane vom FC Bayern .",
    ),
    ("de", "Der VfB lehnte ein Angebot ab.", "Der VfB lehnte ab ein Angebot ."),
    ("de", "Im Sommer will der BVB Harry Kane holen.", "Im Sommer der BVB will holen Harry Kane ."),
    ("de", "Es ist klar, dass der BVB Harry Kane holen will.", ", dass der BVB will holen Harry Kane ."),
    ("de", "Harry Kane hat dem BVB einen Korb gegeben.", "Harry Kane hat gegeben einen Korb dem BVB ."),
    ("de", "Harry Kane, den der BVB holen will, bleibt.", "Harry Kane , den der BVB will holen , bleibt ."),
    ("de", "Der BVB wird Harry Kane nicht verpflichten.", "Der BVB wird nicht verpflichten Harry Kane ."),
    ("nl", "Ajax neemt Harry Kane over van PSV.", "Ajax neemt over Harry Kane van PSV ."),
    ("nl", "Ajax heeft een bod uitgebracht.", "Ajax heeft uitgebracht een bod ."),
]


@pytest.mark.parametrize(("code", "text", "order"), READ, ids=[text for _, text, _ in READ])
def test_verbs_stand_behind_their_subject(code: str, text: str, order: str) -> None:
    document = document_from_text(text, key="a", date="2025-07-15", language=code)
    rules = reader()
    language, namer, _ = rules._for(code)
    rows = sentences(document, language)
    fill_items(text, rows, rules.register.index.find(text), language.figures.read(text), language)
    namer.name(text, rows)
    (row,) = rows
    read = WordOrder(language).restored(row.items, text)
    assert " ".join(text[item.start : item.end] for item in read).endswith(order)
    assert sorted(item.start for item in read) == [item.start for item in row.items]
