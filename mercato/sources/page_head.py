"""What a page's head declares: title, author, canonical address, outlet and publication date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from mercato.model import Moment
from mercato.sources.dates import parse_moment

# Meta names and properties that hold the moment of first publication, surest first.
_DATE_METAS = (
    "article:published_time", "og:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "dc.date",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "date",
)  # fmt: skip
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class PageHead:
    """The declarations of one page; each is None where the page makes none."""

    title: str | None = None
    author: str | None = None
    address: str | None = None
    outlet: str | None = None
    description: str | None = None
    published: Moment | None = None


def read_head(tree: Any, address: str | None) -> PageHead:
    """What the parsed page declares; the date comes from its markup alone, never from its running text."""
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(tree, address, {"original_date": True, "extensive_search": False})
    return PageHead(
        title=_clean(found.title),
        author=_clean(found.author),
        address=_clean(found.url),
        outlet=_site_name(_clean(found.sitename), found.hostname),
        description=_clean(found.description),
        published=_published(tree) or (parse_moment(found.date) if found.date else None),
    )


def _site_name(name: str | None, host: str | None) -> str | None:
    """The name a site gives itself; a mere host name is worked out from the address that is kept."""
    bare = (name or "").casefold().removeprefix("www.")
    return None if bare == (host or "").casefold().removeprefix("www.") else name


def _clean(value: str | None) -> str | None:
    return " ".join(value.split()) or None if value else None


def _published(tree: Any) -> Moment | None:
    """The finest moment of publication in structured data, meta elements or a marked time element."""
    for value in _declared_dates(tree):
        moment = parse_moment(value)
        if moment:
            return moment
    return None


def _declared_dates(tree: Any) -> list[str]:
    dates = [value for script in _linked_data(tree) for value in _published_values(script, _MAX_DEPTH)]
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name and meta.get("content"):
            metas.setdefault(name, meta.get("content"))
    dates += [metas[name] for name in _DATE_METAS if name in metas]
    dates += [
        time.get("datetime")
        for time in tree.iter("time")
        if time.get("datetime") and (time.get("pubdate") is not None or time.get("itemprop") == "datePublished")
    ]
    return dates


def _linked_data(tree: Any) -> list[Any]:
    found = []
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json" and script.text:
            try:
                found.append(msgspec.json.decode(script.text))
            except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
                continue
    return found


def _published_values(value: Any, depth: int) -> list[str]:
    """Values of `datePublished` in structured data, outermost first."""
    if depth == 0:
        return []
    if isinstance(value, list):
        return [date for item in value for date in _published_values(item, depth - 1)]
    if not isinstance(value, dict):
        return []
    own = value.get("datePublished")
    inner = [date for item in value.values() for date in _published_values(item, depth - 1)]
    return ([own] if isinstance(own, str) else []) + inner
