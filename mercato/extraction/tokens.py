"""What a token is: one pattern for all languages, with the possessive endings of one."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


def token_pattern(possessive: frozenset[str], elisions: frozenset[str] = frozenset()) -> re.Pattern[str]:
    """Handles and addresses, words with their possessive ending apart, numbers, marks: one group for each.

    `elisions` are words that lose their end before a vowel ("dell'", "l'"): each is a word of its own.
    """
    endings = "|".join(sorted(map(re.escape, possessive), key=len, reverse=True)) or "(?!)"
    elided = "|".join(sorted((re.escape(e.rstrip("'")) for e in elisions), key=len, reverse=True))
    elided = rf"(?:{elided})['’](?=\w|$)|" if elided else ""
    word = rf"{elided}[^\W\d_]+(?:[-/][^\W_]+|['’](?!(?:{endings})\b)[^\W\d_]+)*"
    return re.compile(rf"(@\w+|#\w+)|(https?://\S+)|({word})(['’](?:{endings})\b)?|(\d+(?:[.,]\d+)*)|(\S)", re.I)


@lru_cache(maxsize=1)
def name_words() -> dict[str, frozenset[str]]:
    """The words inside names that tell what they name, from `name_words.yaml`."""
    path = files("mercato.extraction").joinpath("name_words.yaml")
    data: dict[str, list[Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {kind: frozenset(str(word) for word in words) for kind, words in data.items()}
