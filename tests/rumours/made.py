"""Small documents with the claims that a test gives them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from mercato.ledger import Ledger
from mercato.model import (
    Attribution,
    Claim,
    ClaimKind,
    ClubRef,
    Document,
    Link,
    LinkKind,
    PersonRef,
    ReaderVersion,
    Stage,
)
from mercato.register import Register
from mercato.rumours.book import RumourBook
from mercato.rumours.rates import load_rates
from mercato.sources import document_from_text

READER = ReaderVersion("made", "1")
_counter = iter(range(10_000))


def at(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def say(
    ledger: Ledger,
    day: str,
    outlet: str,
    *claims: dict[str, Any],
    text: str = "",
    key: str | None = None,
    language: str = "en",
) -> Document:
    """Append a document with its claims, seen when it was surely out."""
    body = text or f"{outlet} on {day}, number {next(_counter)}"
    name = key or f"{outlet} {day} {hashlib.sha256(body.encode()).hexdigest()[:6]}"
    document = document_from_text(body, key=name, date=day, outlet=outlet, language=language)
    assert document.published is not None
    made = [_claim(document, place, fields) for place, fields in enumerate(claims)]
    seen = document.published.latest + timedelta(seconds=1)
    ledger.append(document, made, seen_at=seen, reader=READER)
    return document


def move(
    person: str, to: str | None, from_: str | None = None, stage: str | None = "interest", **more: Any
) -> dict[str, Any]:
    """The fields of a claim; `cites` are outlets, origin first."""
    cites = more.pop("cites", ())
    journalists = more.pop("journalists", ())
    links = [Link(LinkKind.JOURNALIST, name) for name in journalists] + [Link(LinkKind.OUTLET, name) for name in cites]
    kind = more.pop("kind", ClaimKind.MOVE)
    club = more.pop("club", None)
    return {
        "kind": kind,
        "person": PersonRef(person, more.pop("id", None)),
        "to": ClubRef(to) if to else None,
        "from_": ClubRef(from_) if from_ else None,
        "club": ClubRef(club) if club else None,
        "stage": Stage(stage) if stage else None,
        "attribution": Attribution(tuple(links)),
        **more,
    }


def _claim(document: Document, place: int, fields: dict[str, Any]) -> Claim:
    id_ = hashlib.sha256(f"{document.id} {place}".encode()).hexdigest()[:16]
    return Claim(id=id_, document_id=document.id, reader=READER, **fields)


def book(ledger: Ledger, register: Register, moment: str | None = None) -> RumourBook:
    return RumourBook(ledger, register, load_rates(), at(moment) if moment else None)


def tables(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """All derived rows that must not depend on how they came about; prints are a cache of single documents."""
    names = ("rumour", "rumour_entry", "rumour_person", "rumour_file")
    return {name: sorted(ledger.database.execute(f"SELECT * FROM {name}"), key=str) for name in names}
