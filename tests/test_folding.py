"""Folding: spellings of one name become one text, and different names stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercato.model.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nico O'Reilly", "nico o reilly"),
        ("Nico O’Reilly", "nico o reilly"),
        ("Martin Ødegaard", "martin odegaard"),
        ("Łukasz Piątek", "lukasz piatek"),
        ("Luka Đoković", "luka dokovic"),
        ("Großkreutz", "grosskreutz"),
        ("GROẞKREUTZ", "grosskreutz"),
        ("Ærø, œuvre, Þór, Guðjohnsen", "aero, oeuvre, thor, gudjohnsen"),
        ("İlkay Gündoğan, Işık", "ilkay gundogan, isik"),
        ("Paris Saint-Germain", "paris saint germain"),
        ("Paris Saint–Germain", "paris saint germain"),
        ("D´Ambrosio", "d ambrosio"),
        ("  Kylian \u00a0 Mbappé\n", "kylian mbappe"),
        ("e\u0301", "e"),
        ("St. Johnstone", "st. johnstone"),
        ("ﬁrst ＭＩＬＡＮ", "first milan"),
        ("Mit\u00adte", "mitte"),
        ("Динамо Київ", "динамо киів"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(codec="iso8859-2")))
def test_capitals_do_not_matter(text: str) -> None:
    assert fold(text.upper()) == fold(text)
