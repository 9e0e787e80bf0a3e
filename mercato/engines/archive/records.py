"""What a shard is made of: pages, records that are none, and bad records, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mercato.sources import Declared


class Fault(StrEnum):
    """Why a record of an archive could not be read; the rows of a shard count them by it."""

    BROKEN_MEMBER = "is a broken record"
    CUT = "is cut off"
    FALSE_LENGTH = "is shorter than it says"
    TOO_LARGE = "is too large"
    BROKEN_ENCODING = "can't be decoded as its header says"
    BROKEN_HTTP = "has no HTTP answer that can be read"
    NO_ADDRESS = "has no web address"
    BROKEN_LINE = "is not a JSON object with a text or a page"
    NOT_TEXT = "is not text"
    TOO_SLOW = "took too long"
    TOO_MUCH_MEMORY = "took too much memory"
    READER_DIED = "ended the process that read it"
    READER_FAILED = "the reader failed"
    REST_UNREADABLE = "can't be read any further"


@dataclass(frozen=True, slots=True)
class Page:
    """One page or text of an archive, not yet parsed. `name` is the shard's name and where in it the record stands."""

    name: str
    key: str
    data: bytes
    declared: Declared
    is_html: bool = True
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that could not be read: where it stands, why, and what exactly was found."""

    name: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """A record that is no page: a request, a picture, an error message, a page that moved."""


OTHER = Other()
Record = Page | Bad | Other


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost: bytes after decoding, seconds and bytes of memory for parsing and reading it."""

    page_bytes: int = 10_000_000
    seconds: float = 15.0
    memory: int = 1 << 30
