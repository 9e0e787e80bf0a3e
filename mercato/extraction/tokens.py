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


class WordKeys(dict[str, str]):
    """What patterns see of a word as written: its lower case, or nothing where it can matter to no reading.

    That is a lower-case word which no table of the language holds. Words are looked up once and then kept.
    """

    def __init__(self, vocabulary: frozenset[str]) -> None:
        self.vocabulary = vocabulary

    def __missing__(self, written: str) -> str:
        straight = written.replace("’", "'")
        key = straight.lower()
        if written.islower() and straight not in self.vocabulary:
            key = ""
        if len(self) < 65_536:  # bounds memory on hostile input
            self[written] = key
        return key


@lru_cache(maxsize=1)
def name_words() -> dict[str, frozenset[str]]:
    """The words inside names that tell what they name, from `name_words.yaml`."""
    path = files("mercato.extraction").joinpath("name_words.yaml")
    data: dict[str, list[Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {kind: frozenset(str(word) for word in words) for kind, words in data.items()}
