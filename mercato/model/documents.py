"""Document, Block, Span and Moment: a text as it came in, with its parts told apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a moment is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time (UTC) and how exactly it is known; `at` is the earliest instant it can stand for."""

    at: datetime
    precision: Precision = Precision.SECOND

    @property
    def day(self) -> date:
        """The calendar day (UTC) of the earliest instant."""
        return self.at.date()

    @property
    def latest(self) -> datetime:
        """The last instant that this moment can stand for."""
        match self.precision:
            case Precision.MINUTE:
                return self.at + timedelta(seconds=59)
            case Precision.DAY:
                return self.at + timedelta(days=1, seconds=-1)
            case Precision.MONTH:
                following = (self.at.replace(day=28) + timedelta(days=4)).replace(day=1)
                return following - timedelta(seconds=1)
            case Precision.YEAR:
                return self.at.replace(year=self.at.year + 1) - timedelta(seconds=1)
            case _:
                return self.at

    def __str__(self) -> str:
        match self.precision:
            case Precision.YEAR:
                return f"{self.at:%Y}"
            case Precision.MONTH:
                return f"{self.at:%Y-%m}"
            case Precision.DAY:
                return f"{self.at:%Y-%m-%d}"
            case Precision.MINUTE:
                return f"{self.at:%Y-%m-%dT%H:%MZ}"
            case _:
                return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a document: `text` equals `document.text[start:end]`, offsets in characters."""

    start: int
    end: int
    text: str


class BlockKind(StrEnum):
    """What part of an article a run of text is."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    CAPTION = "caption"
    CREDIT = "credit"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    QUOTED_POST = "quoted_post"
    DATELINE = "dateline"
    BOILERPLATE = "boilerplate"

    @property
    def is_read(self) -> bool:
        """Whether claims may come from such a block: a caption, a credit or "read more" states none."""
        return self not in (BlockKind.CAPTION, BlockKind.CREDIT, BlockKind.BOILERPLATE, BlockKind.DATELINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: its kind and the characters `start` to `end` of the document's text."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One text as it was published. `text` is normalised (see `sources.normalise`) and stored with its offsets.

    `id` is a hash of the canonical address (or of the given id) and the text: the same article read twice is the same
    document, a changed one is another with the same `key`.
    """

    id: str
    key: str
    text: str
    blocks: tuple[Block, ...]
    address: str | None = None
    outlet: str | None = None
    title: str | None = None
    author: str | None = None
    published: Moment | None = None
    fetched: datetime | None = None
    language: str | None = None

    def span(self, start: int, end: int) -> Span:
        """The words from `start` to `end`."""
        return Span(start, end, self.text[start:end])


def document_id(key: str, text: str) -> str:
    """A stable id: 128 bits of SHA-256 over the document's key (address, file or given id) and its text."""
    digest = hashlib.sha256()
    digest.update(key.encode("utf-8", "surrogatepass"))
    digest.update(b"\0")
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]
