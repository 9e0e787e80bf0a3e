"""What rules look up before they look at the text: words, first words of phrases, and what occurs in a sentence."""

from __future__ import annotations

from mercato.extraction.items import ItemKind
from mercato.extraction.lexicon import Lexicon
from mercato.extraction.nodes import Node, NodeKind, PersonMention, Row, phrase_node
from mercato.extraction.tokens import WordKeys


def test_only_words_that_no_table_holds_are_left_out() -> None:
    """A lower-case word must be known; one with a capital may be a name; apostrophes are one."""
    keys = WordKeys(frozenset({"sign", "don't"}))
    assert keys["sign"] == "sign"
    assert keys["don’t"] == "don't"
    assert keys["Rovers"] == "rovers"
    assert keys["meadow"] == ""
    assert dict(keys) == {"sign": "sign", "don’t": "don't", "Rovers": "rovers", "meadow": ""}


def test_a_row_knows_what_occurs_in_it() -> None:
    """Its categories and names, its keys, and the nodes that speak of people; a category that is absent is none."""
    lexicon = Lexicon({})
    lexicon.add("if", "conditions", "if")
    found = lexicon.match(["if"], 0)
    assert found is not None
    entries = found[1]
    opener = Node(NodeKind.PHRASE, ItemKind.PHRASE, None, 0, 2, "if", entries, entries.categories, entries.senses)
    person = phrase_node(NodeKind.PERSON, 3, 7, [PersonMention()])
    row = Row([opener, person])
    assert row.has("conditions")
    assert row.has("conditions:if")
    assert row.has("event", "conditions")
    assert not row.has("event")
    assert row.people == [person]
    assert row.clubs == []
    assert "if" in row.keys


def test_the_longest_phrase_wins_through_gaps_and_without() -> None:
    """Down the only way as with gaps; a longer phrase that breaks off gives way to a shorter one."""
    lexicon = Lexicon({})
    for pattern in ("make", "make an offer for", "make .. bid"):
        lexicon.add(pattern, "event", pattern)

    def name(words: str) -> tuple[int, str] | None:
        found = lexicon.match(words.split(), 0)
        return None if found is None else (found[0], next(iter(found[1])).name)

    assert name("make way") == (1, "make")
    assert name("make an offer for") == (4, "make an offer for")
    assert name("make an offer and") == (1, "make")
    assert name("make an improved bid") == (4, "make .. bid")
    assert name("take an offer") is None


def test_kinds_are_one_object_each_and_told_apart() -> None:
    """Rules compare kinds by identity, and keep them in sets beside kinds of their own sort."""
    assert ItemKind.PERSON is ItemKind.PERSON
    assert ItemKind.PERSON is not ItemKind.CLUB
    assert ItemKind.CLUB in frozenset({ItemKind.PERSON, ItemKind.CLUB})
    assert repr(NodeKind.EVENT) == "NodeKind.EVENT"
    assert ItemKind.WORD.name == "WORD"
