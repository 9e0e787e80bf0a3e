"""Which language a text is in, by a small model that comes with py3langid; nothing is downloaded."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from mercato.model import Block
from mercato.model.languages import language_codes

# A text is in one of the languages that are read; a text in another is taken for the nearest of them.
KNOWN = language_codes()
# Enough for a sure answer; more characters only cost time.
_LOOKED_AT = 600
# Under this many letters the answer is a guess: "Perin to Milan" is every language.
_LEAST_LETTERS = 20
# Words in lower case outside quotations: a post that is a quotation leaves nothing but names there.
_LEAST_OWN = 3
_LOWER = re.compile(r"(?<![\w@#/.:])[a-zß-öø-ÿ]{2,}(?![\w/.:])")
_QUOTED = re.compile(r"“[^”]{4,}”|«[^»]{4,}»|„[^“”]{4,}[“”]|\"[^\"]{4,}\"")


def find_language(text: str) -> str | None:
    """The ISO 639-1 code of the language of the first 600 characters, one of KNOWN; None for too little text."""
    head = text[:_LOOKED_AT]
    if sum(map(str.isalpha, head)) < _LEAST_LETTERS:
        return None
    own = _QUOTED.sub(" ", head)
    if len(_LOWER.findall(own)) >= _LEAST_OWN:
        head = own  # what somebody is quoted with may be in his language
    code, _ = _identifier().classify(head)
    return str(code)


def language_of(text: str, blocks: tuple[Block, ...]) -> str | None:
    """The language of what is to be read: agencies' English captions stand above articles in every language."""
    start = next((block.start for block in blocks if block.kind.is_read), 0)
    return find_language(text[start : start + _LOOKED_AT])


def language_code(declared: str | None) -> str | None:
    """The two or three letters of a declared language ("en-GB", "IT_it"), or None where it is no language code."""
    code = (declared or "").strip().replace("_", "-").split("-")[0].lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in KNOWN if code in identifier.nb_classes])
    return identifier
