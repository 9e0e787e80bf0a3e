"""The parts of an article: a text is cut into blocks, and each is told what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mercato.model import Block, BlockKind
from mercato.sources.cues import Cues, cues
from mercato.sources.dates import date_line
from mercato.sources.pieces import MAX_CAPTION, Piece, cut

# Widths in characters. Headlines of news sites stay under 150, headings inside a text under 100.
_MAX_HEADLINE, _MAX_HEADING, _MAX_STANDFIRST = 160, 100, 260
_MAX_STARTS, _MAX_INSIDE, _MAX_CREDIT, _MAX_POST = 300, 400, 100, 1000
# Date lines stand among the first few lines.
_TOP, _MAX_DATE_LINE = 6, 60
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(r"(\d{1,2})[.)] ")
_BULLET = re.compile(r"[-•*·▪►‣◦●] ")
_POST_SIGNATURE = re.compile(r"[-–—] [^\n]{1,60}\(@\w{1,15}\)|pic\.(?:twitter|x)\.com/\w")
# A stop may be followed by closing quotes and brackets, and in posts by pictograms.
_FULL_STOP = re.compile(r"[.!…;:,](?:[\"”»'’)\]]*| ?[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff ]+)$|[.!?…][\"”»'’]$")
# A sentence that ends inside the line, other than after an abbreviation ("St. Pauli"); or one before a bracket.
_PROSE = re.compile(r"\w{4}\.(?: +\W?[A-ZÀ-Þ]| ?\([^()]{1,80}\)$)")
_QUOTED = "\"“«„'‘"


@dataclass(frozen=True, slots=True)
class _Found:
    """What the text as a whole holds, so that blocks need not be searched for what is nowhere."""

    inside: tuple[str, ...]
    credits: bool
    posts: bool


def blocks_of(text: str, headline_end: int = 0) -> tuple[Block, ...]:
    """The blocks of a normalised text; `headline_end` > 0 says that the text begins with its headline."""
    words = cues()
    pieces = [Piece(0, headline_end, BlockKind.HEADLINE)] if headline_end else []
    pieces.extend(cut(text, headline_end, words))
    return classify(text, pieces)


def classify(text: str, pieces: Sequence[Piece]) -> tuple[Block, ...]:
    """Each piece with its kind: what cutting or the page's marks have settled stays, the rest is told by its form."""
    words = cues()
    lowered = text.lower()
    inside = tuple(cue for cue in words.inside if cue in lowered)
    found = _Found(inside, any(cue in lowered for cue in words.credit_words), "@" in text or "pic." in text)
    kinds = [piece.kind or _by_words(text, piece, words, found) for piece in pieces]
    _mark_date_lines(text, pieces, kinds)
    _mark_items(text, pieces, kinds)
    _mark_top(text, pieces, kinds)
    _mark_headings(text, pieces, kinds)
    return tuple(
        Block(kind or BlockKind.PARAGRAPH, piece.start, piece.end) for piece, kind in zip(pieces, kinds, strict=True)
    )


def _by_words(text: str, piece: Piece, words: Cues, found: _Found) -> BlockKind | None:
    """The kind that the block's own words give away."""
    width = piece.end - piece.start
    if width <= _MAX_STARTS and words.starts.match(text, piece.start, piece.end):
        return BlockKind.BOILERPLATE
    if width <= _MAX_INSIDE:
        lowered = text[piece.start : piece.end].lower()
        if lowered.strip(" .:·|…") in words.whole or any(cue in lowered for cue in found.inside):
            return BlockKind.BOILERPLATE
    if found.credits and width <= MAX_CAPTION and (kind := _by_credit(text, piece, words)):
        return kind
    if found.posts and width <= _MAX_POST and _POST_SIGNATURE.search(text, piece.start, piece.end):
        return BlockKind.QUOTED_POST
    return None


def _by_credit(text: str, piece: Piece, words: Cues) -> BlockKind | None:
    width = piece.end - piece.start
    if width <= _MAX_CREDIT and words.photo.match(text, piece.start, piece.end):
        return BlockKind.CREDIT
    tail = text[max(piece.start, piece.end - 60) : piece.end].lower().rstrip(" .)]")
    if not tail.endswith(words.agencies):
        return None
    agency = max((name for name in words.agencies if tail.endswith(name)), key=len)
    before = tail[: -len(agency)].rstrip(" ")
    if len(agency) == width or before.endswith(("/", "©", "|", "via", ":", "by")):
        return BlockKind.CREDIT if width <= len(agency) + 40 else BlockKind.CAPTION
    return None


def _mark_date_lines(text: str, pieces: Sequence[Piece], kinds: list[BlockKind | None]) -> None:
    """Lines at the top that are nothing but a date."""
    for at, piece in enumerate(pieces[:_TOP]):
        line = text[piece.start : piece.end] if piece.end - piece.start <= _MAX_DATE_LINE else ""
        if kinds[at] is None and _DIGIT.search(line) and date_line(line):
            kinds[at] = BlockKind.DATELINE


def _mark_items(text: str, pieces: Sequence[Piece], kinds: list[BlockKind | None]) -> None:
    """Bullets, and numbers where the neighbour counts on: "1. FC Köln" alone is a club."""
    numbers: list[int | None] = []
    for piece in pieces:
        numbered = _NUMBERED.match(text, piece.start, piece.end)
        numbers.append(int(numbered.group(1)) if numbered else None)
    for at, piece in enumerate(pieces):
        if kinds[at] is not None:
            continue
        number = numbers[at]
        before = numbers[at - 1] if at else None
        after = numbers[at + 1] if at + 1 < len(numbers) else None
        counts_on = number is not None and (before == number - 1 or after == number + 1)
        if counts_on or _BULLET.match(text, piece.start, piece.end):
            kinds[at] = BlockKind.LIST_ITEM


def _mark_top(text: str, pieces: Sequence[Piece], kinds: list[BlockKind | None]) -> None:
    """Headline and standfirst: the lines without a full stop that stand above the first paragraph."""
    titled = BlockKind.HEADLINE in kinds
    opening: list[int] = []
    for at, piece in enumerate(pieces):
        if kinds[at] is not None:
            continue
        if not _is_open_line(text, piece, _MAX_STANDFIRST if titled or opening else _MAX_HEADLINE):
            break
        opening.append(at)
    else:
        # Nothing but open lines: a list or a single sentence, and no line of it heads the others.
        return
    # More than a kicker, a headline and a standfirst is not the top of an article.
    if not opening or len(opening) > 3:
        return
    if not titled:
        headline = next((at for at in opening if text.count(" ", pieces[at].start, pieces[at].end) >= 4), opening[0])
        kinds[headline] = BlockKind.HEADLINE
        for at in opening:
            if at < headline:
                kinds[at] = BlockKind.HEADING
    for at in opening:
        kinds[at] = kinds[at] or (BlockKind.HEADING if _is_question(text, pieces[at]) else BlockKind.STANDFIRST)


def _mark_headings(text: str, pieces: Sequence[Piece], kinds: list[BlockKind | None]) -> None:
    """A short line without a full stop, with a paragraph after it."""
    following_is_prose = False
    for at in range(len(pieces) - 1, -1, -1):
        if kinds[at] is not None:
            # A picture or a "read more" between a heading and its paragraph does not part them.
            if kinds[at] not in (BlockKind.CAPTION, BlockKind.CREDIT, BlockKind.BOILERPLATE):
                following_is_prose = kinds[at] in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTED_POST)
            continue
        if following_is_prose and _is_open_line(text, pieces[at], _MAX_HEADING):
            kinds[at] = BlockKind.HEADING
            following_is_prose = False
        else:
            following_is_prose = not _is_open_line(text, pieces[at], _MAX_HEADING)


def _is_question(text: str, piece: Piece) -> bool:
    return text[piece.end - 1] == "?"


def _is_open_line(text: str, piece: Piece, width: int) -> bool:
    """Whether the piece is one line of at most `width` characters that begins large and has no full stop."""
    if piece.end - piece.start > width or "\n" in text[piece.start : piece.end]:
        return False
    if _FULL_STOP.search(text, max(piece.start, piece.end - 12), piece.end):
        return False
    # "... for the keeper (Daily Mirror)": short news with its source, which no headline gives at such length.
    if text[piece.end - 1] == ")" and piece.end - piece.start > _MAX_HEADING:
        return False
    if text.find(".", piece.start, piece.end) >= 0 and _PROSE.search(text, piece.start, piece.end):
        return False
    first = text[piece.start]
    return not first.islower() and (first.isalnum() or first in _QUOTED or first in "¿¡£€$#")
