"""The pages that lead to others: Today, search, the list of sources; and a text as it was read."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.responses import RedirectResponse, Response

from mercato.errors import Misused
from mercato.interfaces.api.answers import checked_window, claims_of_document, document_of, rumour_filter
from mercato.interfaces.api.envelope import paged
from mercato.interfaces.desk import as_moment
from mercato.interfaces.finding import search, source_counts
from mercato.interfaces.web import show
from mercato.interfaces.web.visit import Asked, Part, members
from mercato.model import Stage
from mercato.model.rumours import RumourStatus

_CARDS = 24
_SOURCES = 60
_SEARCH_HITS = 50
_LONGEST_DAYS = 3_650
_SINCE = {"1": "the last day", "7": "the last week", "30": "the last month"}

router = APIRouter()


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
        since: Annotated[str, Query(max_length=40)] = "",
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
        return rumour_filter(
            club=said.get("club"), person=said.get("person"), window=checked_window(said.get("window")),
            kinds=[], stages=members(Stage, said.get("stage")), statuses=members(RumourStatus, said.get("status")),
            min_origins=_number(said.get("min_origins", "0")), limit=limit, changed_since=self.since(now),
        )  # fmt: skip

    def since(self, now: datetime) -> datetime | None:
        """From when on news count: so many days before now, or a moment (that of the reader's last visit)."""
        said = self.set.get("since")
        if not said:
            return None
        if said.isascii() and said.isdigit() and len(said) <= 4:
            return now - timedelta(days=min(int(said), _LONGEST_DAYS))
        return as_moment(said, start=True)


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
        empty = not found and not book.view.counts().documents
        chosen = {name: value for name, value in filters.set.items() if name != "since" or value not in _SINCE}
        return visit.remembered(visit.page(
            "today.html", cards=visit.cards(book, found), filters=filters.values, narrowed=bool(filters.set),
            empty=empty, stages=list(Stage), statuses=list(RumourStatus), periods=_SINCE, chosen=chosen,
            without={name: f"/?{urlencode(_but(filters.set, name) | visit.carried)}" for name in filters.set},
            more=f"/?{urlencode(filters.set | visit.carried | {'cursor': following})}" if following else None,
            place_is_empty=empty and visit.moment is None, before=visit.before,
        ))  # fmt: skip


def _but(values: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if key != name}


@router.get("/sources")
def sources(visit: Asked, cursor: str | None = None) -> Response:
    """All publishers, those with the most texts first."""
    with visit.desk.book() as book:
        counts = source_counts(visit.desk.publishers.of(book.ledger.database, visit.moment))
    page, following = paged(lambda count: counts[:count], lambda source: source.outlet, _SOURCES, cursor)
    return visit.page(
        "sources.html", sources=page, total=len(counts),
        more=f"/sources?{urlencode(visit.carried | {'cursor': following})}" if following else None,
    )  # fmt: skip


@router.get("/document/{document_id}")
def document(visit: Asked, document_id: Part) -> Response:
    """A text as it was read, with the words of its claims marked."""
    with visit.desk.book(visit.moment) as book:
        stored = document_of(book.view, document_id)
        claims = [row.claim for row in claims_of_document(book, stored)]
        return visit.page(
            "document.html", document=stored.document, version=stored.version, seen_at=stored.seen_at,
            passages=show.passages(stored.document, claims, whole=True), claims=claims,
        )  # fmt: skip


@router.get("/search")
def find(visit: Asked, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """People, clubs and outlets whose names fit; one that fits alone is shown at once."""
    with visit.desk.book() as book:
        hits = search(book.ledger.database, visit.desk.publishers, q, visit.moment, _SEARCH_HITS)
    pages = {"person": "person", "club": "club", "outlet": "source"}
    if len(hits) == 1:
        return RedirectResponse(show.address(pages[hits[0].kind], hits[0].key, visit.carried), 303)
    kinds = [(kind, list(found)) for kind, found in groupby(hits, key=lambda hit: hit.kind)]
    return visit.page("search.html", q=q, hits=hits, kinds=kinds, pages=pages)
