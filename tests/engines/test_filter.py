from __future__ import annotations

import pytest

from mercato.engines.archive import filter as filters
from mercato.engines.archive.filter import AutomatonFilter, PassAll, ScanFilter, Words, load_words, make_filter
from mercato.engines.archive.reading import club_names
from mercato.errors import DataFileError
from mercato.extraction import languages
from mercato.register import load_register

WORDS = Words(
    {"en": frozenset({"striker", "footbal*"}), "it": frozenset({"calcio"})},
    {"en": frozenset({"move", "free agent"}), "it": frozenset({"firma*", "move"})},
    frozenset({"west ham", "alavés", "milan"}),
)


@pytest.fixture(params=[ScanFilter, AutomatonFilter])
def small(request: pytest.FixtureRequest) -> filters.Filter:
    found: filters.Filter = request.param(WORDS)
    return found


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (b"The striker may move.", True),
        (b"THE STRIKER MAY MOVE.", True),
        (b"footballers and a free agent", True),
        (b"footballers and a <b>striker</b>", True),
        (b"striker striker striker", False),
        (b"a move for a free agent", False),
        (b"strikers moved", False),
        (b"calcio, striker", False),
        (b"calcio, firmano", True),
        (b"West Ham and Milan", True),
        (b"West\nHam: move", True),
        (b"Westham: move", False),
        ("Alavés move".encode(), True),
        ("Alavés move".encode("latin-1"), False),
        (b"Alaves move", False),
        (b"", False),
        ("The striker may move.".encode("utf-16"), True),
        (b"\xff\xfe\x00" * 50, False),
    ],
)
def test_two_different_words_of_one_language_one_of_them_strong(
    small: filters.Filter, text: bytes, passes: bool
) -> None:
    assert small.passes(text) is passes
    assert small.passes(text) is passes  # nothing is left of the page before


def test_the_shipped_table_covers_the_languages_that_are_read_and_the_filters_agree_on_it() -> None:
    words = load_words().with_names(club_names(load_register(user=False)))
    assert set(words.strong) == set(words.weak) == set(languages())
    texts = [f"{name} {word}".encode() for name in sorted(words.names)[::97] for word in ("move", "rain", "firma")]
    one, other = ScanFilter(words), AutomatonFilter(words)
    # The faster one takes a letter beyond ASCII for a word's end ("Grê-mio"): it may keep a page more, never one less.
    assert [text for text in texts if one.passes(text) != other.passes(text) and text.isascii()] == []
    assert [text for text in texts if other.passes(text) and not one.passes(text)] == []


def test_a_language_without_words_lets_everything_through() -> None:
    assert isinstance(make_filter(["sv"]), PassAll)
    assert isinstance(make_filter(["en"]), ScanFilter)


def test_the_slower_filter_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert isinstance(make_filter(["en"]), AutomatonFilter)


@pytest.mark.parametrize("entry", ["Move", "prêt", "a*", "move move", "mo-ve"])
def test_a_slip_in_the_table_is_named(entry: str) -> None:
    with pytest.raises(DataFileError, match=r"filter\.yaml, en"):
        filters._checked("en", entry)


def test_the_digest_follows_the_words() -> None:
    assert WORDS.digest != WORDS.with_names(["Inter Miami"]).digest
    assert WORDS.with_names(["move", "FC"]).names == WORDS.names | {"move"}
