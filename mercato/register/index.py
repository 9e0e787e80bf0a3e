"""The name index: finds known names in text, folded, as whole words, in time that hardly grows with their number.

The text is folded to one byte a character, so offsets stay; names are padded with a space on both sides, which makes
them whole words; an Aho-Corasick automaton reports overlapping hits, and the longest-leftmost ones are settled after
(a leftmost-longest search with a filter after it would lose "Barcelona" in "Barcelona boss").
"""

from __future__ import annotations

import codecs
import gc
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

# Letters that NFKD leaves whole, each as the one ASCII letter it is folded to.
_LONE_LETTERS = {
    "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ß": "s", "æ": "a", "Æ": "a", "œ": "o", "Œ": "o",
    "ı": "i", "ð": "d", "Ð": "d", "þ": "t", "Þ": "t", "ə": "e", "Ə": "e", "ħ": "h", "Ħ": "h", "ŋ": "n",
}  # fmt: skip


def _fold_character(character: str) -> str:
    """One ASCII letter or digit in lower case, or a space."""
    plain = _LONE_LETTERS.get(character) or unicodedata.normalize("NFKD", character)[:1].lower()
    return plain if plain.isascii() and plain.isalnum() else " "


class _WideLetters(dict[int, str]):
    """Folds of characters beyond latin-1, filled as they are met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < 65_536:  # bounds memory on hostile input; football text needs a few hundred
            self[code] = folded
        return folded


_WIDE = _WideLetters()
_LATIN = bytes(ord(_fold_character(chr(code))) for code in range(256))


def _fold_wide(fault: UnicodeError) -> tuple[str, int]:
    assert isinstance(fault, UnicodeEncodeError)
    bad = fault.object[fault.start : fault.end]
    return "".join(_WIDE[ord(character)] for character in bad), fault.end


codecs.register_error("mercato.fold", _fold_wide)


def fold_bytes(text: str) -> bytes:
    """The text folded to one byte a character: case, accents and punctuation gone, offsets kept."""
    return text.encode("latin-1", "mercato.fold").translate(_LATIN)


@lru_cache(maxsize=65_536)
def fold_name(name: str) -> bytes:
    """A name folded as text is, with runs of spaces made one."""
    return b" ".join(fold_bytes(unicodedata.normalize("NFC", name)).split())


@contextmanager
def collecting_paused() -> Iterator[None]:
    """Tens of thousands of objects that all stay: to look through them for garbage again and again costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class NameKind(IntEnum):
    """What a name in the index stands for."""

    CLUB = 1
    CLUB_NICKNAME = 2
    GROUND = 3
    PERSON = 4
    PERSON_NICKNAME = 5
    OUTLET = 6
    JOURNALIST = 7
    COMPETITION = 8
    COUNTRY = 9
    DEMONYM = 10
    CITY = 11


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One meaning of a name: what kind of thing, its id, the name as written and the language it holds in."""

    kind: NameKind
    id: str
    text: str
    language: str | None = None

    @property
    def any_case(self) -> bool:
        """Whether the name may stand in lower case ("rossoneri")."""
        return self.text[:1].islower()


class Hit(NamedTuple):
    """A name found in a text: characters `start` to `end`, and everything that it may stand for."""

    start: int
    end: int
    entries: tuple[NameEntry, ...]


class NameIndex:
    """Names and what they stand for, searched all at once."""

    def __init__(self, entries: Iterable[NameEntry]) -> None:
        by_key: dict[bytes, list[NameEntry]] = {}
        for entry in entries:
            # The folded name as written ("st  johnstone" for "St. Johnstone") and with its spaces made one.
            text = entry.text if entry.text.isascii() else unicodedata.normalize("NFC", entry.text)
            raw = fold_bytes(text).strip()
            if len(raw) > 1:
                by_key.setdefault(raw, []).append(entry)
                if b"  " in raw:
                    by_key.setdefault(b" ".join(raw.split()), []).append(entry)
        self._entries = [tuple(found) if len(found) == 1 else tuple(dict.fromkeys(found)) for found in by_key.values()]
        # Those of a name's meanings that may stand in lower case, filled as such words are met.
        self._lower: dict[int, tuple[NameEntry, ...]] = {}
        self._by_key = {key: number for number, key in enumerate(by_key)}
        self._automaton = BytesAhoCorasick([b" " + key + b" " for key in by_key])

    def __len__(self) -> int:
        return len(self._entries)

    def lookup(self, name: str) -> tuple[NameEntry, ...]:
        """Everything that exactly this name may stand for."""
        number = self._by_key.get(fold_name(name))
        return self._entries[number] if number is not None else ()

    def find(self, text: str, folded: bytes | None = None) -> list[Hit]:
        """The longest-leftmost names in `text`, in order, without overlap.

        A name written with a capital is found only where the text has one too.
        """
        padded = b" " + (fold_bytes(text) if folded is None else folded) + b" "
        spans = [
            (start, -end, number)
            for number, start, end in self._automaton.find_matches_as_indexes(padded, overlapping=True)
        ]
        spans.sort()
        hits: list[Hit] = []
        reached = 0
        for start, negative_end, number in spans:
            if start < reached:
                continue
            end = -negative_end - 2  # the padding before the text and after the name
            entries = self._entries[number]
            if not text[start].isupper() and not text[start].isdigit():
                lower = self._lower.get(number)
                if lower is None:
                    lower = self._lower[number] = tuple(e for e in entries if e.any_case)
                if not lower:
                    continue
                entries = lower
            hits.append(Hit(start, end, entries))
            reached = end
        return hits
