"""Blocks become sentences, sentences become rows of items: words, marks, names and figures, with their offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mercato.extraction.items import KEYS, Figure, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.model import BlockKind, Document
from mercato.register import Hit

_END = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s)|\n+")
_TOKEN = re.compile(r"[@#]\w+|https?://\S+|[^\W\d_]+(?:[-’'/][^\W\d_]+)*|\d+(?:[.,]\d+)*|\S")
_POSSESSIVE_MARKS = "'’"


@dataclass(slots=True, eq=False)
class Sentence:
    """A sentence: where it stands, in which kind of block, and its items."""

    start: int
    end: int
    block: int
    kind: BlockKind
    items: list[Item] = field(default_factory=list)
    is_question: bool = False
    paragraph_end: bool = False


def split_block(text: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    """The sentences of a block, as offsets. A full stop after an abbreviation or an initial ends none."""
    begin = start
    for match in _END.finditer(text, start, end):
        if text[match.start()] == "." and not _ends_sentence(text, begin, match, language, end):
            continue
        if text[begin : match.end()].strip():
            yield begin, match.end()
        begin = match.end()
    if text[begin:end].strip():
        yield begin, end


def _ends_sentence(text: str, begin: int, match: re.Match[str], language: Language, end: int) -> bool:
    word_start = max(text.rfind(" ", begin, match.start()) + 1, begin)
    word = text[word_start : match.start()].strip("(\"'“‘")
    if len(word) == 1 and word.isupper():
        return False
    if word.lower() in language.abbreviations and match.end() - match.start() == 1:
        return False
    following = text[match.end() : min(match.end() + 4, end)].lstrip()
    return not following or not following[0].islower()


def sentences(document: Document, language: Language) -> list[Sentence]:
    """All sentences that may hold claims, without their items."""
    found: list[Sentence] = []
    for number, block in enumerate(document.blocks):
        if not block.kind.is_read:
            continue
        for start, end in split_block(document.text, block.start, block.end, language):
            while end > start and document.text[end - 1].isspace():
                end -= 1
            while start < end and document.text[start].isspace():
                start += 1
            question = "?" in document.text[max(start, end - 3) : end]
            found.append(Sentence(start, end, number, block.kind, is_question=question))
    return found


def _words(text: str, start: int, end: int, language: Language) -> Iterator[Item]:
    for match in _TOKEN.finditer(text, start, end):
        token = match.group()
        begin, stop = match.span()
        first = token[0]
        if first.isalpha():
            cut = _possessive_cut(token, language)
            if cut:
                yield Item(ItemKind.WORD, begin, begin + cut, token[:cut].lower())
                yield Item(ItemKind.MARK, begin + cut, stop, "'s")
                continue
            yield Item(ItemKind.WORD, begin, stop, token.lower().replace("’", "'"))
        elif first in "@#" and len(token) > 1:
            yield Item(ItemKind.NAME, begin, stop, token.lower())
        elif first.isdigit():
            yield Item(ItemKind.NUMBER, begin, stop, token)
        else:
            yield Item(ItemKind.MARK, begin, stop, token)


def _possessive_cut(token: str, language: Language) -> int:
    """Where a word ends and its possessive ending begins, 0 where it has none."""
    for mark in _POSSESSIVE_MARKS:
        at = token.rfind(mark)
        if at > 0 and token[at + 1 :].lower() in language.possessive:
            return at
    return 0


def _tail_items(text: str, start: int, end: int, language: Language) -> Iterator[Item]:
    """The words between two names; a possessive ending right after a name is a mark of its own."""
    if start < end and text[start] in _POSSESSIVE_MARKS:
        stop = start + 1
        while stop < end and text[stop].isalpha():
            stop += 1
        if text[start + 1 : stop].lower() in language.possessive or (
            stop == start + 1 and text[start - 1 : start].lower() in language.possessive
        ):
            yield Item(ItemKind.MARK, start, stop, "'s")
            start = stop
    yield from _words(text, start, end, language)


def fill_items(
    text: str, rows: Sequence[Sentence], hits: Sequence[Hit], figures: Sequence[Figure], language: Language
) -> None:
    """Gives every sentence its items. Names win over figures, both over words."""
    merged: list[Hit | Figure] = sorted((*hits, *figures), key=lambda found: (found.start, isinstance(found, Figure)))
    at, count = 0, len(merged)
    for row in rows:
        while at < count and merged[at].start < row.start:
            at += 1
        cursor = row.start
        items = row.items
        while at < count and merged[at].start < row.end:
            found = merged[at]
            at += 1
            if found.start < cursor or found.end > row.end:
                continue
            items.extend(_tail_items(text, cursor, found.start, language))
            if isinstance(found, Figure):
                items.append(Item(found.kind, found.start, found.end, KEYS[found.kind], value=found))
            else:
                items.append(Item(ItemKind.NAME, found.start, found.end, "<name>", found.entries))
            cursor = found.end
        items.extend(_tail_items(text, cursor, row.end, language))
