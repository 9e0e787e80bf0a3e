"""What a source lists: one entry for each article, with what the source says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin

from mercato.model import Moment
from mercato.sources.canonical import canonical_address

# Feeds hold 20 to 100 entries, a news sitemap a thousand at most by its rules, a sitemap 50,000.
MAX_ENTRIES = 5_000


class SourceKind(StrEnum):
    """In what form a source lists its articles."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as a source lists it. `address` is canonical; `published` and `updated` are the source's word.

    `body` is the article's text or HTML where the source gives it whole.
    """

    address: str
    title: str | None = None
    published: Moment | None = None
    updated: Moment | None = None
    author: str | None = None
    language: str | None = None
    summary: str | None = None
    body: str | None = None

    @property
    def stamp(self) -> str:
        """A digest of what the source says of the article: another stamp later means that the article was changed."""
        # Not the summary: many sources put counters there that change by the minute.
        said = (self.title, str(self.updated or ""), str(self.published or ""), self.body)
        return hashlib.sha256("\0".join(part or "" for part in said).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Listing:
    """What one look at a source gave: its entries in its order, and further lists that it names.

    `pause` is the time in seconds that the source asks to be left alone for, 0 where it asks for nothing.
    """

    entries: tuple[Entry, ...]
    more: tuple[str, ...] = ()
    title: str | None = None
    pause: float = 0.0


def entry_address(link: str | None, base: str) -> str | None:
    """The canonical address of a link found in a document at `base`; None where it leads to no page."""
    if not link or not link.strip():
        return None
    try:
        return canonical_address(urljoin(base, link.strip()))
    except ValueError:
        return None


def once(entries: Iterable[Entry], limit: int = MAX_ENTRIES) -> tuple[Entry, ...]:
    """The entries, each address once and the first of them kept, at most `limit`."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(entry.address, entry)
        if len(kept) >= limit:
            break
    return tuple(kept.values())
