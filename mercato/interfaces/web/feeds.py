"""Atom feeds of what is new: of everything, of a club, of a person; the same as JSON with `?format=json`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Literal
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from mercato.interfaces.api.answers import change_record
from mercato.interfaces.api.envelope import answer
from mercato.interfaces.api.reading import AtDesk, Part
from mercato.interfaces.cli.output import one_line
from mercato.interfaces.cli.rumour_text import what
from mercato.interfaces.desk import Desk
from mercato.interfaces.web.show import address
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


def _feed(request: Request, desk: Desk, form: str, title: str, asked: RumourFilter) -> Response:
    with desk.book() as book:
        changes = [
            Change(rumour, report)
            for rumour in book.rumours(asked)
            for report in rumour.reports
            if any(item.is_news for item in report.new)
        ]
    newest = list(islice(sorted(changes, key=lambda c: c.report.known_at, reverse=True), _ENTRIES))
    if form == "json":
        return answer([change_record(change) for change in newest])
    body = atom(title, str(request.base_url).rstrip("/"), request.url.path, newest)
    return Response(body.encode("utf-8", "replace"), media_type="application/atom+xml")


def atom(title: str, base: str, path: str, changes: Sequence[Change]) -> str:
    """An Atom feed; identifiers hold no address, so that they stay when the server moves."""
    updated = max((change.report.known_at for change in changes), default=_NEVER)
    entries = "".join(_entry(base, change) for change in changes)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_text(title)}</title>\n<id>tag:mercato,2026:{_text(path)}</id>\n<updated>{_moment(updated)}</updated>\n"
        f"<author><name>mercato</name></author>\n<link href={quoteattr(base + '/')}/>\n{entries}</feed>\n"
    )


def _entry(base: str, change: Change) -> str:
    rumour, report = change.rumour, change.report
    stage = f" ({report.stage.value})" if report.stage else ""
    said = f"{report.outlet}: {', '.join(item.value for item in report.new)}"
    return (
        f"<entry><title>{_text(f'{rumour.person_name}: {what(rumour)}{stage}')}</title>"
        f"<id>tag:mercato,2026:{rumour.id}/{report.document_id}</id><updated>{_moment(report.known_at)}</updated>"
        f"<link href={quoteattr(base + address('rumour', rumour.id))}/><summary>{_text(said)}</summary></entry>\n"
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    """A text as XML may hold it, with control and direction characters as escapes."""
    return escape(one_line(text, _LONGEST)).replace("\ufffe", "").replace("\uffff", "")
