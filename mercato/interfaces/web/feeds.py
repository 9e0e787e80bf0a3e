"""Atom feeds of what is new: of everything, a club, a person, a source; the same as JSON with `?format=json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from mercato.interfaces.api.answers import change_record, claim_record, source_claims
from mercato.interfaces.api.envelope import answer
from mercato.interfaces.api.reading import AtDesk, Part
from mercato.interfaces.cli.claim_text import clubs
from mercato.interfaces.cli.output import one_line
from mercato.interfaces.cli.rumour_text import what
from mercato.interfaces.desk import Desk
from mercato.interfaces.exports.rows import trigger_words
from mercato.interfaces.web.show import address
from mercato.ledger import ClaimFilter, StoredClaim
from mercato.rumours.book import Change, RumourFilter

_ENTRIES = 50
_RUMOURS = 100
"""Rumours looked at, those with the latest news first: enough for the newest entries, however large the ledger."""
_LONGEST = 300
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

router = APIRouter()
Form = Annotated[Literal["atom", "json"], Query(alias="format")]


@router.get("/feed")
def everything(request: Request, desk: AtDesk, form: Form = "atom") -> Response:
    """The newest reports with news."""
    return _feed(request, desk, form, "mercato", RumourFilter(limit=_RUMOURS))


@router.get("/feed/club/{name:path}")
def club(request: Request, desk: AtDesk, name: Part, form: Form = "atom") -> Response:
    """Those on a club; a club of which nothing is said has an empty feed, as something may be said tomorrow."""
    return _feed(request, desk, form, f"mercato: {name}", RumourFilter(club=name, limit=_RUMOURS))


@router.get("/feed/person/{name:path}")
def person(request: Request, desk: AtDesk, name: Part, form: Form = "atom") -> Response:
    """Those on a person."""
    return _feed(request, desk, form, f"mercato: {name}", RumourFilter(person=name, limit=_RUMOURS))


@router.get("/feed/source/{name:path}")
def source(request: Request, desk: AtDesk, name: Part, form: Form = "atom") -> Response:
    """The newest claims that a source published or is credited with. Raises NotFound for one that nobody knows."""
    with desk.book() as book:
        _, claims = source_claims(book, desk.publishers, name, ClaimFilter(), _ENTRIES)
    if form == "json":
        return answer([claim_record(stored) for stored in claims])
    return _atom(request, f"mercato: {name}", [_of_claim(stored) for stored in claims])


def _feed(request: Request, desk: Desk, form: str, title: str, asked: RumourFilter) -> Response:
    with desk.book() as book:
        changes = [
            Change(rumour, report)
            for rumour in book.rumours(asked)
            for report in rumour.reports
            if any(item.is_news for item in report.new)
        ]
    newest = sorted(changes, key=lambda c: c.report.known_at, reverse=True)[:_ENTRIES]
    if form == "json":
        return answer([change_record(change) for change in newest])
    return _atom(request, title, [_of_change(change) for change in newest])


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed. `id` holds no address, so that it stays when the server moves; `path` is its page."""

    id: str
    title: str
    at: datetime
    path: str
    summary: str


def _of_change(change: Change) -> Entry:
    rumour, report = change.rumour, change.report
    stage = f" ({report.stage.value})" if report.stage else ""
    title = f"{rumour.person_name}: {what(rumour)}{stage}"
    said = f"{report.outlet}: {', '.join(item.value for item in report.new)}"
    return Entry(f"{rumour.id}/{report.document_id}", title, report.known_at, address("rumour", rumour.id), said)


def _of_claim(stored: StoredClaim) -> Entry:
    claim = stored.claim
    stage = f" ({claim.stage.value})" if claim.stage else ""
    title = f"{claim.person.name}: {claim.kind.value} {clubs(claim)}{stage}"
    page = address("document", stored.source.id)
    return Entry(f"claim/{claim.id}", title, stored.source.seen_at, page, trigger_words(claim) or "")


def _atom(request: Request, title: str, entries: Sequence[Entry]) -> Response:
    """An Atom feed."""
    base = str(request.base_url).rstrip("/")
    updated = max((entry.at for entry in entries), default=_NEVER)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_text(title)}</title>\n<id>tag:mercato,2026:{_text(request.url.path)}</id>\n"
        f"<updated>{_moment(updated)}</updated>\n<author><name>mercato</name></author>\n"
        f"<link href={quoteattr(base + '/')}/>\n{''.join(_entry(base, entry) for entry in entries)}</feed>\n"
    )
    return Response(body.encode("utf-8", "replace"), media_type="application/atom+xml")


def _entry(base: str, entry: Entry) -> str:
    return (
        f"<entry><title>{_text(entry.title)}</title><id>tag:mercato,2026:{entry.id}</id>"
        f"<updated>{_moment(entry.at)}</updated><link href={quoteattr(base + entry.path)}/>"
        f"<summary>{_text(entry.summary)}</summary></entry>\n"
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """A text as XML may hold it, with control and direction characters as escapes."""
    return escape(one_line(text, _LONGEST)).replace("\ufffe", "").replace("\uffff", "")
