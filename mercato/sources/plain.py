"""A plain text becomes a Document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mercato.model import Document, document_id
from mercato.sources.blocks import blocks_of
from mercato.sources.dates import moment_in, parse_moment
from mercato.sources.language import language_code, language_of
from mercato.sources.normalise import normalise
from mercato.sources.skips import Reason, skipped


@dataclass(frozen=True, slots=True)
class Declared:
    """What the caller knows of a document beforehand; it goes before what the document says of itself."""

    title: str | None = None
    date: str | None = None
    address: str | None = None
    outlet: str | None = None
    language: str | None = None
    author: str | None = None
    fetched: datetime | None = None


def document_from_text(
    text: str,
    *,
    key: str,
    title: str | None = None,
    date: str | None = None,
    address: str | None = None,
    outlet: str | None = None,
    language: str | None = None,
    author: str | None = None,
    fetched: datetime | None = None,
    name: str | None = None,
) -> Document:
    """The document that a plain text is, with its blocks, its publication date and its language.

    A `title` becomes the headline at the start of the text, unless the text begins with it. A `date` that can't be read
    leaves `published` empty, as does one that is nowhere given. The language is looked for only where none is given.
    DocumentSkipped, under `name` or else `key`, where there is no text.
    """
    text = normalise(text)
    heading = " ".join(normalise(title).split()) if title else ""
    text, headline_end = _under_heading(text, heading) if heading else (text, 0)
    if not text or text.isspace():
        raise skipped(name or key, Reason.EMPTY)
    blocks = blocks_of(text, headline_end)
    return Document(
        id=document_id(key, text),
        key=key,
        text=text,
        blocks=blocks,
        address=address,
        outlet=outlet,
        title=heading or None,
        author=author,
        published=parse_moment(date) if date else moment_in(text, blocks),
        fetched=fetched,
        language=language_code(language) or language_of(text, blocks),
    )


def _under_heading(text: str, heading: str) -> tuple[str, int]:
    """The text with its heading on top, once, and where the heading's block ends (0: it is part of a longer line)."""
    body = text.lstrip()
    if not body.startswith(heading):
        return f"{heading}\n\n{body}", len(heading)
    return body, len(heading) if body[len(heading) : len(heading) + 1] in ("", "\n") else 0
