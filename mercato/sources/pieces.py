"""A plain text is cut into pieces: paragraphs, single lines, and what stands on one line but is two things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mercato.model import BlockKind
from mercato.sources.cues import Cues

# Longer blocks are prose, whatever they begin with; captions of agencies stay well below.
MAX_CAPTION = 700
_CHUNK = re.compile(r"\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_LIST_MARK = re.compile(r"(?:[-•*·▪►‣◦●]|\d{1,2}[.)]) ")
_STOPS = frozenset(".!?…:;\"”»'’)")
# Lines of a hard-wrapped text: how wide the widest may be, and how much shorter the others.
_WRAP_MIN, _WRAP_MAX, _WRAP_SLACK = 50, 100, 25


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a text, without spaces at the ends; `kind` where cutting has settled it."""

    start: int
    end: int
    kind: BlockKind | None = None


def cut(text: str, start: int, words: Cues) -> Iterator[Piece]:
    """The pieces of `text` from `start` on, in order, without overlap; spaces between them belong to none."""
    first = True
    for chunk in _CHUNK.finditer(text, start):
        for begin, end in _lines(text, chunk.start(), chunk.end()):
            if first:
                first = False
                dated = words.dated.match(text, begin, end)
                if dated:
                    yield Piece(begin, dated.end(), BlockKind.DATELINE)
                    begin = _skip_spaces(text, dated.end(), end)
            yield from _captions(text, begin, end, words)


def trimmed(text: str, start: int, end: int, kind: BlockKind | None = None) -> Iterator[Piece]:
    """The piece from `start` to `end` without outer spaces, or none where nothing is left."""
    start = _skip_spaces(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield Piece(start, end, kind)


def _skip_spaces(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of a run of lines, with hard-wrapped ones joined."""
    if text.find("\n", start, end) < 0:
        yield start, end
        return
    lines: list[tuple[int, int]] = []
    position = start
    while position <= end:
        stop = text.find("\n", position, end)
        stop = end if stop < 0 else stop
        lines.append((position, stop))
        position = stop + 1
    wrapped = _is_wrapped(text, lines)
    begin, until = lines[0]
    for line in lines[1:]:
        if _goes_on(text, until, line, wrapped):
            until = line[1]
        else:
            yield begin, until
            begin, until = line
    yield begin, until


def _is_wrapped(text: str, lines: list[tuple[int, int]]) -> bool:
    """Whether the lines are one paragraph that somebody's editor broke at a fixed width."""
    widths = [end - start for start, end in lines[:-1]]
    if len(widths) < 2 or not _WRAP_MIN <= max(widths) <= _WRAP_MAX or min(widths) < max(widths) - _WRAP_SLACK:
        return False
    open_ends = sum(text[end - 1] not in _STOPS for _, end in lines[:-1])
    return 2 * open_ends >= len(widths)


def _goes_on(text: str, previous_end: int, line: tuple[int, int], wrapped: bool) -> bool:
    if _LIST_MARK.match(text, *line):
        return False
    return wrapped or (text[_skip_spaces(text, *line)].islower() and text[previous_end - 1] not in _STOPS)


def _captions(text: str, start: int, end: int, words: Cues) -> Iterator[Piece]:
    """One line, and where a photo credit in brackets ends inside it, what stands before and after apart."""
    head = min(end, start + MAX_CAPTION)
    # Both patterns are slow beside a search for the one character that each of them needs.
    placed = words.place_date.match(text, start, head) if text.find(":", start, start + 130) >= 0 else None
    caption = BlockKind.CAPTION if placed and placed.group(1).isupper() else None
    bracket = max(text.find("(", start, head), text.find("[", start, head))
    credit = words.credit.search(text, start, head) if bracket >= 0 else None
    if credit is None:
        yield from trimmed(text, start, end, caption)
        return
    rest = _skip_spaces(text, credit.end(), end)
    # An agency in brackets amid prose may be a source of news; only opening words or the end of the line make it a
    # photo credit.
    if rest < end and caption is None and not words.photo.match(text, credit.start() + 1):
        yield from trimmed(text, start, end)
        return
    kind = BlockKind.CREDIT if credit.start() == start else BlockKind.CAPTION
    yield from trimmed(text, start, credit.end(), kind)
    yield from trimmed(text, rest, end)
