"""One way from the bytes that a source sent to what it lists, and from a page to its document."""

from __future__ import annotations

import dataclasses

from mercato.model import Document, document_id
from mercato.sources.canonical import canonical_address
from mercato.sources.entries import Entry, Listing, SourceKind
from mercato.sources.files import read_bytes
from mercato.sources.plain import Declared
from mercato.sources.watchlist import Source


def read_listing(source: Source, address: str, data: bytes, limit: int) -> Listing:
    """What a source lists; `address` is where it was found in the end, `limit` the most bytes it may unfold to."""
    match source.kind:
        case SourceKind.SITEMAP:
            from mercato.sources.sitemaps import read_sitemap

            return read_sitemap(data, address, limit)
        case SourceKind.PAGE:
            from mercato.sources.pages import read_section

            return read_section(data, address, source.under)
        case SourceKind.JSON:
            from mercato.sources.newsjson import read_json

            return read_json(data, address, source.fields)
    if data.lstrip()[:1] == b"{":
        from mercato.sources.newsjson import read_json

        return read_json(data, address)
    from mercato.sources.feeds import read_feed

    return read_feed(data, address)


def read_article(address: str, data: bytes, charset: str | None, is_page: bool, declared: Declared) -> Document:
    """The document of what was fetched at an address, known by its canonical address; `is_page` says it is HTML."""
    document = read_bytes(data, address, declared, key=address, charset=charset, page=is_page)
    return with_canonical_key(document)


def read_entry(entry: Entry, declared: Declared) -> Document:
    """The document of an article that its source gives whole."""
    body = (entry.body or "").encode("utf-8", "replace")
    known = dataclasses.replace(declared, title=declared.title or entry.title)
    is_page = b"<p" in body[:2_000].lower() or b"<div" in body[:2_000].lower()
    page = b"<html><body><article>" + body + b"</article></body></html>" if is_page else body
    return with_canonical_key(read_bytes(page, entry.address, known, key=entry.address, charset="utf-8", page=is_page))


def with_canonical_key(document: Document) -> Document:
    """The same document under the canonical form of its address: however it was found, it is one."""
    key = canonical_address(document.key) or document.key
    if key == document.key:
        return document
    return dataclasses.replace(document, key=key, address=key, id=document_id(key, document.text))
