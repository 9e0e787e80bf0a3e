"""The pages: Today, rumour, club, person, source, document, search. Each shows what the book says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from mercato.errors import Misused
from mercato.interfaces.api.answers import (
    checked_window,
    claims_of_document,
    document_of,
    newest_claims,
    person_rumours,
    rumour_filter,
    something_said,
    source_record,
    view_of,
)
from mercato.interfaces.api.envelope import paged
from mercato.interfaces.api.reading import AtDesk
from mercato.interfaces.cli.rumour_text import fee_words, lead_words, said_fee, what, when
from mercato.interfaces.desk import as_moment
from mercato.interfaces.finding import search
from mercato.interfaces.web import show
from mercato.model import Stage
from mercato.model.rumours import Rumour, RumourStatus
from mercato.rumours.book import RumourBook, RumourFilter

_HERE = Path(__file__).parent
_CARDS = 24
_SEARCH_HITS = 50
_MOST_ROWS = 100
_SINCE = {"1": "the last day", "7": "the last week", "30": "the last month"}

router = APIRouter()


@cache
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, finalize=show.finalize,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    environment.filters |= {"original": show.original, "when": when, "said_fee": said_fee}
    environment.globals |= {"at": show.address, "ladder": show.LADDER, "what": what, "Stage": Stage}
    return environment


def static_files() -> StaticFiles:
    """Style and icon."""
    return StaticFiles(directory=_HERE / "static")


class Visit:
    """What every page is asked with: the desk, the address, the day."""

    def __init__(self, request: Request, desk: AtDesk, as_of: Annotated[str, Query(max_length=40)] = "") -> None:
        self.request, self.desk = request, desk
        self.day = as_of.strip()
        self.moment: datetime | None = as_moment(self.day) if self.day else None

    @property
    def carried(self) -> dict[str, str]:
        """What goes along to other pages."""
        return {"as_of": self.day} if self.day else {}

    def page(self, template: str, **values: Any) -> Response:
        """A page made of a template."""
        return _page(self.request, 200, template, day=self.day, carried=self.carried, **values)


Asked = Annotated[Visit, Depends(Visit)]
Part = Annotated[str, InPath(min_length=1, max_length=300)]


def _page(request: Request, code: int, template: str, **values: Any) -> Response:
    # Fields of the address that the date control keeps as they are.
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("as_of", "cursor") and v]
    html = (
        _templates()
        .get_template(template)
        .render(here=quote(request.url.path.encode("utf-8", "replace")), kept=kept, **values)
    )
    # What is no Unicode text (a lone surrogate from a broken page) is shown as a question mark.
    return HTMLResponse(html.encode("utf-8", "replace"), code)


def error_page(request: Request, status: int, errors: Sequence[str]) -> Response:
    """An error as a page."""
    return _page(request, status, "error.html", day="", carried={}, status=status, errors=errors)


class Filters:
    """The filters of Today, as they stand in the address; an empty one does not narrow."""

    def __init__(
        self,
        club: Annotated[str, Query(max_length=200)] = "",
        person: Annotated[str, Query(max_length=200)] = "",
        window: Annotated[str, Query(max_length=20)] = "",
        stage: Annotated[str, Query(max_length=20)] = "",
        status: Annotated[str, Query(max_length=20)] = "",
        min_origins: Annotated[str, Query(max_length=3)] = "",
        since: Annotated[str, Query(max_length=3)] = "",
    ) -> None:
        self.values = {
            "club": club, "person": person, "window": window, "stage": stage, "status": status,
            "min_origins": min_origins, "since": since,
        }  # fmt: skip

    @property
    def set(self) -> dict[str, str]:
        """Those that narrow."""
        return {name: value.strip() for name, value in self.values.items() if value.strip()}

    def asked(self, now: datetime, limit: int) -> Any:
        """As a filter of the book. Raises Misused for a value that is none."""
        said = self.set
        since = said.get("since")
        return rumour_filter(
            club=said.get("club"), person=said.get("person"), window=checked_window(said.get("window")),
            kinds=[], stages=_one(Stage, said.get("stage")), statuses=_one(RumourStatus, said.get("status")),
            min_origins=_number(said.get("min_origins", "0")), limit=limit,
            changed_since=now - timedelta(days=_number(since)) if since else None,
        )  # fmt: skip


def _one(kind: Any, value: str | None) -> list[Any]:
    try:
        return [kind(value)] if value else []
    except ValueError:
        raise Misused(f"{value!r} is none of: {', '.join(kind)}.") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Misused(f"{text!r} is no number.")
    return int(text)


@router.get("/")
def today(visit: Asked, filters: Annotated[Filters, Depends(Filters)], cursor: str | None = None) -> Response:
    """What is new, a card for each rumour."""
    with visit.desk.book(visit.moment) as book:
        found, following = paged(
            lambda count: book.rumours(filters.asked(book.now, count)), lambda r: r.id, _CARDS, cursor
        )
        empty = not found and not view_of(book).counts().documents
        return visit.page(
            "today.html", cards=_cards(book, found), filters=filters.values, narrowed=bool(filters.set), empty=empty,
            stages=list(Stage), statuses=list(RumourStatus), periods=_SINCE,
            more=f"/?{urlencode(filters.set | visit.carried | {'cursor': following})}" if following else None,
            place_is_empty=empty and visit.moment is None,
        )  # fmt: skip


def _cards(book: RumourBook, rumours: Sequence[Rumour]) -> list[dict[str, Any]]:
    return [{"rumour": r, "standing": book.standing(r), "lead": lead_words(r.lead)} for r in rumours]


@router.get("/rumour/{rumour_id}")
def rumour(visit: Asked, rumour_id: Part) -> Response:
    """One rumour: where it stands, timeline, path, conflicts, and the words it all rests on."""
    with visit.desk.book(visit.moment) as book:
        found = book.rumour(rumour_id)
        standing = book.standing(found)
        return visit.page(
            "rumour.html", rumour=found, standing=standing, lead=lead_words(found.lead),
            fee=fee_words(standing.fee) if standing.fee else "", nodes=show.path_nodes(found),
            picture=show.picture(found, book.now), evidence=_evidence(book, found),
        )  # fmt: skip


def _evidence(book: RumourBook, rumour: Rumour) -> list[dict[str, Any]]:
    """Each report with the paragraphs that its claims rest on."""
    view, found = view_of(book), []
    for report in rumour.reports[:_MOST_ROWS]:
        document = document_of(view, report.document_id).document
        claims = [view.claim(claim_id)[0].claim for claim_id in report.claims]
        found.append({"report": report, "passages": show.passages(document, claims), "claims": claims})
    return found


@router.get("/club/{name:path}")
def club(visit: Asked, name: Part, over: bool = False) -> Response:
    """A club's ins, outs, stays and contracts."""
    from mercato.rumours.club_view import club_view

    with visit.desk.book(visit.moment) as book:
        view = club_view(book, name, open_only=not over)
        key = book.club_key(name)
        claims = newest_claims(book, club=name)
        something_said(name, claims, view.ins, view.outs, view.stays, book.rumours(RumourFilter(club=name, limit=1)))
        parts = [
            {"title": title, "cards": _cards(book, found[:_MOST_ROWS]), "count": len(found)}
            for title, found in (("In", view.ins), ("Out", view.outs), ("Staying", view.stays))
        ]
        return visit.page(
            "club.html",
            club=book.names.club_name(key, name),
            key=name,
            parts_list=parts,
            view=view,
            over=over,
            claims=claims,
        )


@router.get("/person/{name:path}")
def person(visit: Asked, name: Part) -> Response:
    """All that is said of a person, window by window."""
    with visit.desk.book(visit.moment) as book:
        named, found = person_rumours(book, name)
        claims = newest_claims(book, person=name)
        something_said(name, found, claims)
        people = [
            {
                "key": key,
                "name": next(r.person_name for r in found if r.person == key),
                "names": names,
                "windows": _by_window(book, [r for r in found if r.person == key]),
                "contract": next((r.contract for r in found if r.person == key and r.contract), None),
            }
            for key, names in named.items()
        ]
        return visit.page("person.html", asked=name, people=people[:_MOST_ROWS], claims=claims)


def _by_window(book: RumourBook, found: Sequence[Rumour]) -> Mapping[str, list[dict[str, Any]]]:
    windows: dict[str, list[dict[str, Any]]] = {}
    for card in _cards(book, sorted(found, key=lambda r: r.closes, reverse=True)[:_MOST_ROWS]):
        windows.setdefault(card["rumour"].window, []).append(card)
    return windows


@router.get("/source/{name:path}")
def source(visit: Asked, name: Part) -> Response:
    """What a source published, and what it is credited with."""
    with visit.desk.book(visit.moment) as book:
        return visit.page("source.html", source=source_record(book, name))


@router.get("/document/{document_id}")
def document(visit: Asked, document_id: Part) -> Response:
    """A text as it was read, with the words of its claims marked."""
    with visit.desk.book(visit.moment) as book:
        stored = document_of(view_of(book), document_id)
        claims = [row.claim for row in claims_of_document(book, stored)]
        return visit.page(
            "document.html", document=stored.document, version=stored.version, seen_at=stored.seen_at,
            passages=show.passages(stored.document, claims, whole=True), claims=claims,
        )  # fmt: skip


@router.get("/search")
def find(visit: Asked, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """People, clubs and outlets whose names fit; one that fits alone is shown at once."""
    with visit.desk.book() as book:
        hits = search(book.ledger.database, visit.desk.register, q, visit.moment, _SEARCH_HITS) if q.strip() else []
    pages = {"person": "person", "club": "club", "outlet": "source"}
    if len(hits) == 1:
        return RedirectResponse(show.address(pages[hits[0].kind], hits[0].key, visit.carried), 303)
    return visit.page("search.html", q=q, hits=hits, pages=pages)
