"""The language is found where it is not given."""

from __future__ import annotations

import pytest

from mercato.sources import document_from_text
from mercato.sources.language import find_language, language_code

SENTENCES = {
    "en": "The keeper would leave Turin if another club were ready to give him more matches.",
    "it": "Il portiere lascerebbe Torino se un'altra squadra gli garantisse più partite.",
    "es": "El portero dejaría Turín si otro club estuviera dispuesto a darle más partidos.",
    "de": "Der Torwart würde Turin verlassen, wenn ihm ein anderer Verein mehr Spiele gäbe.",
    "fr": "Le gardien quitterait Turin si un autre club voulait lui donner plus de matches.",
    "pt": "O guarda-redes deixaria Turim se outro clube lhe desse mais jogos por época.",
    "nl": "De doelman zou Turijn verlaten als een andere club hem meer wedstrijden gaf.",
}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_each_language_is_told(code: str) -> None:
    assert find_language(SENTENCES[code]) == code
    assert document_from_text(SENTENCES[code], key="a").language == code


@pytest.mark.parametrize("text", ["", "Perin", "Perin to Milan", "1234567890 " * 50, "⚽" * 100])
def test_too_little_text_has_no_language(text: str) -> None:
    assert find_language(text) is None


def test_a_given_language_is_not_looked_for() -> None:
    assert document_from_text(SENTENCES["it"], key="a", language="pt-BR").language == "pt"


@pytest.mark.parametrize(
    ("declared", "code"),
    [("en", "en"), ("en-GB", "en"), ("IT_it", "it"), ("", None), (None, None), ("x", None), ("english", None)],
)
def test_declared_codes(declared: str | None, code: str | None) -> None:
    assert language_code(declared) == code


def test_an_english_caption_above_a_german_article() -> None:
    caption = (
        "MILAN, ITALY - MAY 18: Mattia Perin of Juventus warms up in front of the supporters before the last match of "
        "the season, which his team won by two goals on May 18, 2024 in Milan, Italy. (Photo by A. Nother/Getty Images)"
    )
    document = document_from_text(f"{caption}\n\n{SENTENCES['de']}", key="a")
    assert document.language == "de"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("it", "Fatta per Lukaku al Napoli, domani le visite."),
        ("it", "Osimhen, il Galatasaray offre 75 milioni"),
        ("es", "El City pregunta por Rodrygo, delantero del Madrid"),
        ("es", "Oficial: Mbappé ficha por el Real Madrid"),
        ("en", 'Inter coach Chivu said: "Vogliamo tenere Lautaro, non è in vendita", and the club agree.'),
        ("it", "«We want to keep him» ha detto il presidente, che non pensa di cedere il portiere."),
    ],
)
def test_short_texts_and_quotations_in_another_language(code: str, text: str) -> None:
    """A headline is told; what is quoted does not count where there is enough beside it."""
    assert find_language(text) == code


def test_a_quotation_with_nothing_but_names_around_it_tells_the_language_itself() -> None:
    text = "Šeško's agent Elvis Basanović: “We know of several clubs, and he will decide at the end of the season”."
    assert find_language(text) == "en"
