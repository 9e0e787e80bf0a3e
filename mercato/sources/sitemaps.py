"""Sitemaps and news sitemaps become listings; an index names further sitemaps."""

from __future__ import annotations

import zlib
from typing import Any

from mercato.sources.dates import parse_moment
from mercato.sources.entries import Entry, Listing, entry_address, once
from mercato.sources.skips import Reason, skipped

_MAX_MORE = 500


def read_sitemap(data: bytes, address: str, limit: int) -> Listing:
    """The entries of a sitemap of at most `limit` bytes when unpacked. DocumentSkipped where it is none."""
    from lxml import etree

    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(data, address, limit)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise skipped(address, Reason.BROKEN_FEED, str(error)) from error
    name = _name(root)
    if name == "sitemapindex":
        return Listing((), _further(root, address))
    if name != "urlset":
        raise skipped(address, Reason.BROKEN_FEED, "It is no sitemap")
    entries = (_entry(url, address) for url in root if _name(url) == "url")
    return Listing(once(entry for entry in entries if entry))


def _entry(url: Any, base: str) -> Entry | None:
    fields: dict[str, str] = {}
    for element in url.iter():
        if isinstance(element.tag, str) and element.text and element.text.strip():
            fields.setdefault(_name(element), element.text.strip())
    address = entry_address(fields.get("loc"), base)
    if address is None:
        return None
    published, updated = fields.get("publication_date"), fields.get("lastmod")
    return Entry(
        address=address,
        title=" ".join(fields["title"].split())[:400] if "title" in fields else None,
        published=parse_moment(published) if published else None,
        updated=parse_moment(updated) if updated else None,
        language=fields.get("language"),
    )


def _further(root: Any, base: str) -> tuple[str, ...]:
    """The sitemaps of an index, those changed last first."""
    found: list[tuple[str, str]] = []
    for one in root:
        fields = {_name(child): (child.text or "").strip() for child in one if isinstance(child.tag, str)}
        address = entry_address(fields.get("loc"), base)
        if address:
            moment = parse_moment(fields["lastmod"]) if fields.get("lastmod") else None
            found.append((str(moment or ""), address))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(dict.fromkeys(address for _, address in found))[:_MAX_MORE]


def _name(element: Any) -> str:
    """The element's name without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _unpacked(data: bytes, address: str, limit: int) -> bytes:
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)
    try:
        unpacked = inflate.decompress(data, limit + 1)
    except zlib.error as error:
        raise skipped(address, Reason.BROKEN_FEED, f"It can't be unpacked ({error})") from error
    if len(unpacked) > limit:
        raise skipped(address, Reason.TOO_LARGE, f"It is longer than {limit:,} bytes")
    return unpacked
