"""Normalised text: one form for everything that looks alike, nothing unseen."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercato.sources.normalise import normalise

CASES = [
    ("windows and old Mac line ends", "a\r\nb\rc\n", "a\nb\nc\n"),
    ("line and paragraph separators", "a\u2028b\u2029c\x0bd\x0ce\x85f", "a\nb\nc\nd\ne\nf"),
    ("spaces that only look like one", "a\u00a0b\u202fc\u2009d\te", "a b c d e"),
    ("accent beside its letter", "Vlahovic\u0301", "Vlahović"),
    ("accent parted from its letter by an unseen character", "c\u200b\u0301", "ć"),
    ("zero-width characters and byte order mark", "\ufeffPe\u200brin\u200d", "Perin"),
    ("marks that turn the direction of writing", "\u202aPerin\u202c\u2066x\u2069\u200f", "Perinx"),
    ("soft hyphen", "Don\u00adna\u00adrum\u00adma", "Donnarumma"),
    ("zero byte and other controls", "Pe\x00rin\x07\x1b", "Perin"),
    ("line end with a zero byte inside", "a\r\x00\nb", "a\nb"),
    ("half of a surrogate pair", "a\ud83db", "a\ufffdb"),
    ("what is fine stays", "Čeferin’s “£45m” – 100 % ⚽\n\n", "Čeferin’s “£45m” – 100 % ⚽\n\n"),
]


@pytest.mark.parametrize(("given_text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_case(given_text: str, expected: str) -> None:
    assert normalise(given_text) == expected


@given(st.text(alphabet=st.characters(), max_size=200))
def test_twice_is_once_and_nothing_unseen_is_left(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(c in once for c in "\r\x00\u00a0\u200b\ufeff\u202e")
    once.encode("utf-8")
