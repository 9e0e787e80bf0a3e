"""Blocks become sentences, sentences become rows of items: words, marks, names and figures, with their offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from mercato.extraction.items import KEYS, Figure, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.model import BlockKind, Document
from mercato.register import Hit

_END = re.compile(r"(?<![.!?…])[.!?…]+[\"”’')\]]*(?=\s)|\n+")
_POSSESSIVE_MARKS = "'’"


class Sentence(msgspec.Struct, eq=False):
    """A sentence: where it stands, in which kind of block, and its items."""

    start: int
    end: int
    block: int
    kind: BlockKind
    items: list[Item] = []
    is_question: bool = False


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
    following = text[match.end() : min(match.end() + 4, end)].lstrip()
    if word.lower() in language.abbreviations and match.end() - match.start() == 1:
        numbered = word.lower() in language.words.get("abbreviations_before_numbers", frozenset())
        return numbered and bool(following) and not following[0].isdigit()
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


def _add_words(items: list[Item], text: str, start: int, end: int, language: Language) -> None:
    """The words, numbers and marks of a stretch of text, without the lower-case words that no table knows."""
    add = items.append
    keys = language.word_keys
    word, mark = ItemKind.WORD, ItemKind.MARK
    for match in language.tokens.finditer(text, start, end):
        group = match.lastindex
        if group == 3:
            key = keys[match[0]]
            if key:
                begin, stop = match.span()
                add(Item(word, begin, stop, key))
        elif group == 4:
            begin, stop = match.span(3)
            add(Item(word, begin, stop, match.group(3).lower()))
            add(Item(mark, stop, match.end(), "'s"))
        elif group == 6:
            add(Item(mark, match.start(), match.end(), match.group()))
        elif group == 5:
            add(Item(ItemKind.NUMBER, match.start(), match.end(), match.group()))
        elif group == 1:
            add(Item(ItemKind.NAME, match.start(), match.end(), match.group().lower()))


def _add_after_name(items: list[Item], text: str, start: int, end: int, language: Language) -> None:
    """The words after a name; a possessive ending right behind it is a mark of its own."""
    if start < end and text[start] in _POSSESSIVE_MARKS:
        stop = start + 1
        while stop < end and text[stop].isalpha():
            stop += 1
        bare = stop == start + 1 and text[start - 1 : start].lower() in language.possessive
        if bare or text[start + 1 : stop].lower() in language.possessive:
            items.append(Item(ItemKind.MARK, start, stop, "'s"))
            start = stop
    _add_words(items, text, start, end, language)


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
            _add_after_name(items, text, cursor, found.start, language)
            if isinstance(found, Figure):
                items.append(Item(found.kind, found.start, found.end, KEYS[found.kind], value=found))
            else:
                items.append(Item(ItemKind.NAME, found.start, found.end, "<name>", found.entries))
            cursor = found.end
        _add_after_name(items, text, cursor, row.end, language)
