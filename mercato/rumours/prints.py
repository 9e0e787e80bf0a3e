"""A document's prints: what is left of a text for telling copies and translations from reports on the same story.

Inside a language a copy shares runs of words; between languages it shares names, figures, and the order of both.
Everything here is a function of one document, so prints are made once and compared whenever needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from mercato.model import Block, BlockKind
from mercato.register import NameEntry, NameKind, Register

SHINGLE = 3
"""Words in a run. Two are shared by any two reports on one player ("midfielder Luka"), four break at each edit."""
MOST_SHINGLES = 400
"""Of a long text the runs with the smallest hashes are kept, below a bound that halves until so many are left."""
MOST_MARKS = 400

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_SENTENCE_END = re.compile(r"[.!?:\n\"“”»«]\s*\Z")
# A translation keeps who is named; cities and nations come and go with the turns of phrase.
_KEPT_KINDS = {
    NameKind.CLUB: "c",
    NameKind.CLUB_NICKNAME: "c",
    NameKind.PERSON: "p",
    NameKind.PERSON_NICKNAME: "p",
    NameKind.OUTLET: "o",
    NameKind.JOURNALIST: "p",
    NameKind.COMPETITION: "k",
    NameKind.GROUND: "k",
}


@dataclass(frozen=True, slots=True)
class Print:
    """What a text is compared by.

    `shingles`: hashes of word runs below `bound`. `marks`: names and figures in the order of the text, each as its
    kind and key ("cQ1543", "f2027", "wmaignan"). `words`: how long the text is.
    """

    language: str | None
    words: int
    bound: int
    shingles: tuple[int, ...]
    marks: tuple[str, ...]


def print_of(text: str, blocks: tuple[Block, ...], language: str | None, register: Register) -> Print:
    """The prints of a text; captions, credits and other boilerplate are left out."""
    read = "\n".join(text[block.start : block.end] for block in blocks if _counts(block)) or text
    words = [word.casefold() for word in _WORD.findall(read)]
    hashes = sorted({crc32(" ".join(words[i : i + SHINGLE]).encode()) for i in range(max(1, len(words) - SHINGLE + 1))})
    bound = 1 << 32
    while len(hashes) > MOST_SHINGLES:
        bound >>= 1
        hashes = [value for value in hashes if value < bound]
    return Print(language, len(words), bound, tuple(hashes), tuple(_marks(read, register)[:MOST_MARKS]))


def _counts(block: Block) -> bool:
    return block.kind.is_read or block.kind is BlockKind.QUOTED_POST


def _marks(text: str, register: Register) -> list[str]:
    """Names and figures in order. A name that the register doesn't know counts where no sentence begins with it."""
    found: list[tuple[int, str]] = []
    taken = bytearray(len(text))
    for hit in register.index.find(text):
        mark = _register_mark(hit.entries)
        taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
        if mark:
            found.append((hit.start, mark))
    for match in _FIGURE.finditer(text):
        if not taken[match.start()]:
            found.append((match.start(), "f" + _figure(match[0])))
    for match in _WORD.finditer(text):
        word = match[0]
        inside = word[0].isupper() and len(word) > 2 and not taken[match.start()]
        if inside and not _SENTENCE_END.search(text[max(0, match.start() - 3) : match.start()] or "\n"):
            found.append((match.start(), "w" + word.casefold()))
    return [mark for _, mark in sorted(found)]


def _register_mark(entries: tuple[NameEntry, ...]) -> str | None:
    for entry in entries:
        letter = _KEPT_KINDS.get(entry.kind)
        if letter:
            return letter + entry.id
    return None


def _figure(text: str) -> str:
    """A figure as a number without its language's marks: "12,5" and "12.5" agree, and "40.000" and "40,000"."""
    if _YEAR.match(text):
        return text
    parts = re.split(r"[.,]", text)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]):
        return "".join(parts)
    return ".".join(parts[:2])
