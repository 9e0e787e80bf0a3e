"""Feeds in RSS and Atom become listings."""

from __future__ import annotations

import html
import io
import re
from typing import Any

from mercato.model import Moment
from mercato.sources.dates import parse_moment
from mercato.sources.entries import Entry, Listing, entry_address, once
from mercato.sources.skips import Reason, skipped

_TAG = re.compile(r"<[^<>]{0,2000}>")
_MAX_SUMMARY, _MAX_TITLE = 2_000, 400
_MINUTE = 60.0
_LONGEST_PAUSE = 24 * 3600.0


def read_feed(data: bytes, address: str) -> Listing:
    """The entries of an RSS or Atom feed; `address` is where it was found. DocumentSkipped where it is no feed."""
    import feedparser

    # A stream, as a string or bytes would be tried as an address or a file name first.
    parsed = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": address},
        sanitize_html=False,
        resolve_relative_uris=True,
    )
    if not parsed.get("version") and not parsed.entries:
        raise skipped(address, Reason.BROKEN_FEED)
    head = parsed.feed
    language = _text(head.get("language"))
    entries = (_entry(one, address, language) for one in parsed.entries)
    return Listing(
        entries=once(entry for entry in entries if entry),
        title=plain(head.get("title")),
        pause=_pause(head.get("ttl")),
    )


def _entry(one: Any, base: str, language: str | None) -> Entry | None:
    address = entry_address(_link(one), base)
    if address is None:
        return None
    contents = [part.get("value") or "" for part in one.get("content", ())]
    return Entry(
        address=address,
        title=plain(one.get("title"), _MAX_TITLE),
        published=_moment(one, "published"),
        updated=_moment(one, "updated"),
        author=plain(one.get("author"), _MAX_TITLE),
        language=language,
        summary=plain(one.get("summary"), _MAX_SUMMARY),
        body=max(contents, key=len, default="") or None,
    )


def _link(one: Any) -> str | None:
    """Where the article is: its link, else the link called alternate, else an id that is an address."""
    if one.get("link"):
        return str(one["link"])
    for link in one.get("links", ()):
        if link.get("rel") in ("alternate", None) and link.get("href"):
            return str(link["href"])
    named = str(one.get("id") or "")
    return named if named.startswith(("http://", "https://")) else None


def _moment(one: Any, field: str) -> Moment | None:
    """The date with the precision it was written in; the library's reading only where ours fails."""
    if field not in one:  # asked for "updated", the library would answer with "published"
        return None
    written = one.get(field)
    found = parse_moment(written) if isinstance(written, str) else None
    parsed = one.get(f"{field}_parsed")
    if found or not parsed:
        return found
    return parse_moment(f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}T{parsed[3]:02}:{parsed[4]:02}:{parsed[5]:02}Z")


def _pause(ttl: Any) -> float:
    """Seconds, from a feed's `ttl` in minutes."""
    try:
        return min(max(float(ttl) * _MINUTE, 0.0), _LONGEST_PAUSE)
    except (TypeError, ValueError):
        return 0.0


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def plain(value: Any, limit: int = _MAX_TITLE) -> str | None:
    """The words of a value that may hold tags and entities, on one line, at most `limit` characters."""
    if not isinstance(value, str):
        return None
    # Cut before searching, so that a value of megabytes costs nothing; tags take some of the room.
    words = html.unescape(_TAG.sub(" ", value[: limit * 8]))
    return " ".join(words.split())[:limit] or None
