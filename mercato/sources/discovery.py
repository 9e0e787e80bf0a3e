"""Finding what of a site can be watched: its feed, else its sitemap, else the page itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.sources.canonical import canonical_address
from mercato.sources.decoding import decode, page_charset
from mercato.sources.entries import Listing, SourceKind
from mercato.sources.fetch import Answer
from mercato.sources.listing import read_listing
from mercato.sources.pages import read_section
from mercato.sources.robots import robots_for
from mercato.sources.watchlist import Source

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
# Where the common systems for sites put their feed.
COMMON_PATHS = ("feed/", "feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "?feed=rss2")
COMMON_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml")
_LEAST_LINKS = 5

Ask = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class Found:
    """A source that answered, what it lists, and the addresses that were tried before."""

    source: Source
    listing: Listing
    tried: tuple[str, ...]


def find_source(address: str, ask: Ask, limit: int) -> Found:
    """What can be watched at an address or on its site; `ask` fetches, `limit` is the most bytes of one list.

    Looked for in this order: the address itself, the feeds that its page names, feeds in common places, sitemaps that
    robots.txt names or in common places, and last the page itself. SourceUnusable where none of these lists anything.
    """
    first = ask(address)
    if not 200 <= first.status < 300:
        raise SourceUnusable(f"{address}: answered with status {first.status}. Check the address.")
    tried = [first.address]
    for kind in (SourceKind.FEED, SourceKind.SITEMAP):
        if found := _try_listing(first, kind, limit):
            return Found(*found, tuple(tried))
    for candidate, kind in _candidates(first, ask):
        if candidate in tried:
            continue
        tried.append(candidate)
        answer = _quietly(candidate, ask)
        if answer and (found := _try_listing(answer, kind, limit)):
            return Found(*found, tuple(tried))
    section = _section(first)
    if section is None:
        raise SourceUnusable(
            f"{address}: no feed, no sitemap and no list of articles was found ({len(tried)} addresses tried). "
            "Give the address of the feed itself, or of a page that lists the articles."
        )
    return Found(*section, tuple(tried))


def feeds_named_in(data: bytes, address: str) -> list[str]:
    """The feeds that a page names in its head, in its order; those of comments last."""
    from lxml import etree
    from lxml import html as lxml_html

    try:
        text = decode(data, address, page_charset(data))
        tree = lxml_html.document_fromstring(text.encode("utf-8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError, DocumentSkipped):
        return []
    found: dict[str, bool] = {}
    for link in tree.iter("link"):
        rel, type_ = (link.get("rel") or "").lower().split(), (link.get("type") or "").lower()
        if "alternate" in rel and type_ in _FEED_TYPES and link.get("href"):
            href = canonical_address(urljoin(address, link.get("href")))
            if href:
                found.setdefault(href, "comment" in f"{href} {link.get('title') or ''}".lower())
    return sorted(found, key=lambda href: found[href])


def _candidates(first: Answer, ask: Ask) -> Iterator[tuple[str, SourceKind]]:
    base = first.address if first.address.endswith("/") else f"{first.address}/"
    parts = urlsplit(first.address)
    root = f"{parts.scheme}://{parts.netloc}/"
    named = feeds_named_in(first.data, first.address)
    yield from ((address, SourceKind.FEED) for address in named)
    for place in dict.fromkeys((base, root)):
        yield from ((urljoin(place, path), SourceKind.FEED) for path in COMMON_PATHS)
    robots = _quietly(urljoin(root, "/robots.txt"), ask)
    sitemaps = robots_for(robots.status, robots.data).sitemaps if robots else ()
    newest_first = sorted(sitemaps, key=lambda address: "news" not in address.lower())
    for address in (*newest_first, *(urljoin(root, path) for path in COMMON_SITEMAPS)):
        if checked := canonical_address(address):
            yield checked, SourceKind.SITEMAP


def _quietly(address: str, ask: Ask) -> Answer | None:
    """The answer, or None where there is none: a guess may lead nowhere."""
    try:
        answer = ask(address)
    except (SourceUnusable, DocumentSkipped):
        return None
    return answer if 200 <= answer.status < 300 else None


def _try_listing(answer: Answer, kind: SourceKind, limit: int) -> tuple[Source, Listing] | None:
    address = canonical_address(answer.address) or answer.address
    source = Source(address, kind=kind)
    try:
        listing = read_listing(source, answer.address, answer.data, limit)
    except DocumentSkipped:
        return None
    if not listing.entries and not listing.more:
        return None
    return Source(address, name=listing.title or urlsplit(address).netloc, kind=kind), listing


def _section(first: Answer) -> tuple[Source, Listing] | None:
    try:
        listing = read_section(first.data, first.address)
    except DocumentSkipped:
        return None
    if len(listing.entries) < _LEAST_LINKS:
        return None
    address = canonical_address(first.address) or first.address
    name = " ".join((listing.title or urlsplit(address).netloc).split())
    return Source(address, name=name, kind=SourceKind.PAGE), listing
