"""Lists of sources in OPML, the form in which feed readers exchange them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mercato.errors import DataFileError
from mercato.sources.watchlist import Source, source_from

# What OPML has no attribute for goes into its `category`, as paths.
_IN_CATEGORY = ("kind", "outlet", "under")


def sources_in_opml(data: bytes, where: str) -> list[Source]:
    """The feeds of an OPML file, each once. DataFileError where it is none."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DataFileError(f"{where}: is no OPML ({error}). Export it again, or give YAML.") from None
    if root.tag != "opml":
        raise DataFileError(f"{where}: is no OPML: its outermost element is {root.tag!r}.")
    found: dict[str, Source] = {}
    for number, outline in enumerate(root.iter("outline"), 1):
        if outline.get("xmlUrl"):
            source = source_from(_row(outline), f"{where}, outline {number}")
            found.setdefault(source.address, source)
    return list(found.values())


def _row(outline: Any) -> dict[str, str]:
    row = {
        "address": outline.get("xmlUrl"),
        "name": outline.get("text") or outline.get("title") or "",
        "language": outline.get("language") or "",
    }
    for path in (outline.get("category") or "").split(","):
        name, _, value = path.strip().lstrip("/").partition("/")
        if name in _IN_CATEGORY and value:
            row[name] = f"/{value}" if name == "under" else value
    return row


def opml_of(sources: Iterable[Source], title: str = "mercato") -> bytes:
    """The sources as an OPML file. `fields`, `every` and `full_text` have no place in it and are left out."""
    from lxml import etree

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for source in sources:
        outline = etree.SubElement(body, "outline", type="rss", text=source.name, xmlUrl=source.address)
        if source.language:
            outline.set("language", source.language)
        values = {name: str(getattr(source, name)).lstrip("/") for name in _IN_CATEGORY}
        outline.set("category", ",".join(f"/{name}/{value}" for name, value in values.items() if value))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
