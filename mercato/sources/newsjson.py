"""JSON of news interfaces, and JSON Feed, become listings by a small declared mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from mercato.errors import DataFileError
from mercato.model import Moment
from mercato.sources.dates import parse_moment
from mercato.sources.entries import Entry, Listing, entry_address, once
from mercato.sources.feeds import plain
from mercato.sources.skips import Reason, skipped

_MAX_BODY = 200_000


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where in the JSON things stand, as keys with dots between them; `items` is the list of articles.

    All but `items` are looked up in one article. Empty means that it isn't given.
    """

    items: str
    address: str
    title: str = ""
    published: str = ""
    updated: str = ""
    author: str = ""
    language: str = ""
    summary: str = ""
    body: str = ""


JSON_FEED = FieldMap(
    items="items",
    address="url",
    title="title",
    published="date_published",
    updated="date_modified",
    author="author.name",
    language="language",
    summary="summary",
    body="content_html",
)
"""The mapping of JSON Feed, versions 1 and 1.1."""


def mapping_from(given: Mapping[str, object], where: str) -> FieldMap:
    """A mapping as a list of sources declares it; DataFileError names `where`, the field and what is allowed."""
    allowed = [one.name for one in fields(FieldMap)]
    for name, value in given.items():
        if name not in allowed:
            raise DataFileError(f"{where}: field {name!r} is unknown; known: {', '.join(allowed)}.")
        if not isinstance(value, str) or not value.strip():
            raise DataFileError(
                f"{where}, field {name!r}: must be keys with dots between them, such as response.results."
            )
    for needed in ("items", "address"):
        if needed not in given:
            raise DataFileError(f"{where}: the field {needed!r} is missing. Say where it stands in the JSON.")
    return FieldMap(**{name: str(value).strip() for name, value in given.items()})


def read_json(data: bytes, address: str, mapping: FieldMap | None = None) -> Listing:
    """The entries of a JSON answer. DocumentSkipped where it is no JSON or has no list where the mapping says."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise skipped(address, Reason.BROKEN_FEED, f"It is no JSON ({error})") from error
    mapping = mapping or JSON_FEED
    items = _at(value, mapping.items)
    if not isinstance(items, list):
        raise skipped(address, Reason.BROKEN_FEED, f"It has no list at {mapping.items!r}")
    entries = (_entry(item, address, mapping) for item in items)
    title = plain(value.get("title")) if isinstance(value, dict) else None
    return Listing(once(entry for entry in entries if entry), title=title)


def _entry(item: Any, base: str, mapping: FieldMap) -> Entry | None:
    address = entry_address(_words(item, mapping.address), base)
    if address is None:
        return None
    return Entry(
        address=address,
        title=plain(_words(item, mapping.title)),
        published=_moment(item, mapping.published),
        updated=_moment(item, mapping.updated),
        author=plain(_words(item, mapping.author)),
        language=_words(item, mapping.language),
        summary=plain(_words(item, mapping.summary), 2_000),
        body=(_words(item, mapping.body) or "")[:_MAX_BODY] or None,
    )


def _moment(item: Any, path: str) -> Moment | None:
    words = _words(item, path)
    return parse_moment(words) if words else None


def _words(value: Any, path: str) -> str | None:
    found = _at(value, path) if path else None
    return found if isinstance(found, str) and found.strip() else None


def _at(value: Any, path: str) -> Any:
    """What stands at a path of keys; a number is a place in a list."""
    for key in path.split("."):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
