"""Section pages become listings: the links on a page that lead to articles of the same site."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from mercato.sources.decoding import decode, page_charset
from mercato.sources.entries import Entry, Listing, entry_address, once
from mercato.sources.skips import Reason, skipped

# A headline has more words than an entry of a menu, and an article's address says more than a section's.
_LEAST_WORDS, _LEAST_LETTERS = 4, 20
_ARTICLE_NUMBER = re.compile(r"\d{4}")
_NO_ARTICLES = ("nav", "footer", "aside", "form")
_MAX_LINKS = 300


def read_section(data: bytes, address: str, under: str = "") -> Listing:
    """The articles that a page links to, in its order; with `under`, only those whose path begins so.

    DocumentSkipped where the page can't be parsed.
    """
    from lxml import etree
    from lxml import html as lxml_html

    text = decode(data, address, page_charset(data))
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise skipped(address, Reason.BROKEN_PAGE, str(error)) from error
    base = _base(tree, address)
    site = _site(address)
    entries: list[Entry] = []
    for link in tree.iter("a"):
        entry = _entry(link, base, site, under)
        if entry:
            entries.append(entry)
    return Listing(once(entries, _MAX_LINKS), title=tree.findtext(".//title"))


def _entry(link: Any, base: str, site: str, under: str) -> Entry | None:
    words = " ".join("".join(link.itertext()).split()) or " ".join((link.get("title") or "").split())
    if len(words) < _LEAST_LETTERS or words.count(" ") < _LEAST_WORDS - 1:
        return None
    address = entry_address(link.get("href"), base)
    if address is None or _site(address) != site:
        return None
    path = urlsplit(address).path
    if not path.startswith(under) or not _is_article(path):
        return None
    if any(parent.tag in _NO_ARTICLES for parent in link.iterancestors()):
        return None
    return Entry(address, title=words[:400])


def _is_article(path: str) -> bool:
    """Whether a path looks like that of one article: a headline in its last part, or a number."""
    last = path.rstrip("/").rpartition("/")[2]
    return last.count("-") >= 3 or last.count("_") >= 3 or bool(_ARTICLE_NUMBER.search(path)) or last.endswith(".html")


def _base(tree: Any, address: str) -> str:
    element = tree.find(".//base[@href]")
    return entry_address(element.get("href"), address) or address if element is not None else address


def _site(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.").removeprefix("m.")
