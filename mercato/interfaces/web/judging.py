"""The pages that judge: the record of a source, the record of forecasts, the dominoes of a window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from mercato.forecasting.kept import BACKTEST, RECORDS, SCORES
from mercato.interfaces.api.answers import (
    checked_window,
    claim_record,
    closed_page,
    person_rumours,
    something_said,
    source_claims,
)
from mercato.interfaces.api.envelope import paged
from mercato.interfaces.desk import as_moment
from mercato.interfaces.web import drawing, show
from mercato.interfaces.web.visit import Asked, Part, Visit, members
from mercato.ledger import ClaimFilter, StoredClaim
from mercato.model import ENDS, LADDER, Stage
from mercato.model.folding import fold
from mercato.rumours.book import RumourBook, RumourFilter, latest_first
from mercato.rumours.names import PLAIN

_CLOSED = 50
_CLAIMS = 50
_SOURCES = 40
_CHAINS = 12
_PARTS = 12

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What narrows the claims on a source's page, as it stands in the address: a club, a stage, a month."""

    club: Annotated[str, Query(max_length=200)] = ""
    stage: Annotated[str, Query(max_length=20)] = ""
    month: Annotated[str, Query(max_length=7)] = ""

    @property
    def set(self) -> dict[str, str]:
        """Those that narrow."""
        return {name: value.strip() for name, value in asdict(self).items() if value.strip()}

    def asked(self, book: RumourBook) -> ClaimFilter:
        """As a filter of claims. Raises Misused for a value that is none."""
        said, since, until = self.set, None, None
        if "month" in said:
            since = as_moment(f"{said['month']}-01", start=True).date()
            until = (since + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        # A club of the register is found by whatever texts call it, another by its name.
        key = book.club_key(said["club"]) if "club" in said else PLAIN
        club = said.get("club") if key.startswith(PLAIN) else key
        return ClaimFilter(club=club, stages=tuple(members(Stage, said.get("stage"))), since=since, until=until)


@router.get("/source/{name:path}")
def source(
    visit: Asked, name: Part, narrowed: Annotated[Narrowed, Depends(Narrowed)], cursor: str | None = None
) -> Response:
    """What a source published or is credited with, and how much of what it told came true.

    The counts lead to the claims of a club, a stage or a month, and those to their words.
    """
    with visit.desk.book(visit.moment) as book:
        asked = narrowed.asked(book)
        own = None

        def found(count: int) -> list[StoredClaim]:
            nonlocal own
            own, claims = source_claims(book, visit.desk.publishers, name, asked, count)
            return claims

        claims, following = paged(found, lambda stored: stored.claim.id, _CLAIMS, cursor)
        called = own.name if own else book.names.source_name(visit.desk.publishers.key(name), name)
    keys = {visit.desk.publishers.key(name), fold(name), fold(called)}
    kept = visit.desk.kept.whole(RECORDS, visit.moment)
    record = next((r for r in kept[1] if r["source"] in keys or fold(r["name"]) in keys), None) if kept else None
    carried = narrowed.set | visit.carried
    return visit.page(
        "source.html", name=called, own=own, claims=[claim_record(stored) for stored in claims], record=record,
        parts_list=_parts(record) if record else [], said_at=kept[0] if kept else None, narrowed=narrowed.set,
        more=show.address("source", name, carried | {"cursor": following}) if following else None,
    )  # fmt: skip


def _parts(record: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """A record by club, those told of most first; by stage, as on the ladder; by month, the latest first."""
    stages = [stage.value for stage in (*LADDER, *ENDS)]
    found = (
        ("club", list(record["by_club"].items())[:_PARTS]),
        ("stage", sorted(record["by_stage"].items(), key=lambda row: stages.index(row[0]) if row[0] in stages else 99)),
        ("month", sorted(record["by_month"].items(), reverse=True)[:_PARTS]),
    )
    return [(title, rows) for title, rows in found if rows]


@router.get("/record")
def record(visit: Asked, cursor: str | None = None) -> Response:
    """Calibration and scores of all closed forecasts, the backtest, and the records of the sources."""
    scores, backtest, records = (visit.desk.kept.whole(name, visit.moment) for name in (SCORES, BACKTEST, RECORDS))
    closed = scores[1]["closed"] if scores else []
    page, following = closed_page(closed, _CLOSED, cursor)
    return visit.page(
        "record.html", scores=scores, backtest=backtest, closed=page, total=len(closed),
        plots=[(title, found) for title, found in (
            ("Forecasts made here", _curve(scores)), ("Backtest", _curve(backtest))) if found],
        records=records[1][:_SOURCES] if records else [], records_at=records[0] if records else None,
        sources=len(records[1]) if records else 0,
        more=f"/record?{urlencode(visit.carried | {'cursor': following})}" if following else None,
    )  # fmt: skip


def _curve(kept: tuple[Any, Mapping[str, Any]] | None) -> drawing.Calibration | None:
    return drawing.calibration(kept[1]["reliability"]) if kept else None


@router.get("/chain")
def chain(visit: Asked, window: Annotated[str, Query(max_length=20)] = "", cursor: str | None = None) -> Response:
    """The dominoes: what hangs on what, window by window."""
    return _dominoes(visit, None, window, cursor)


@router.get("/chain/{name:path}")
def chain_of(
    visit: Asked, name: Part, window: Annotated[str, Query(max_length=20)] = "", cursor: str | None = None
) -> Response:
    """The chains in which a person or a club takes part."""
    return _dominoes(visit, name, window, cursor)


def _dominoes(visit: Visit, name: str | None, window: str, cursor: str | None) -> Response:
    """Chains of one window, the latest where none is asked for; with a name, those in which it takes part."""
    asked = checked_window(window.strip() or None)
    with visit.desk.book(visit.moment) as book:
        every = book.all_chains() if name is None else latest_first(book.chains(name))
        if name is not None:
            something_said(name, every, book.rumours(RumourFilter(club=name, limit=1)), person_rumours(book, name)[1])
    windows = list(dict.fromkeys(each.window for each in every))
    shown = asked or (windows[0] if windows else "")
    found = [each for each in every if each.window == shown]
    page, following = paged(lambda count: found[:count], lambda each: each.events[0].key, _CHAINS, cursor)
    path = show.address("chain", name) if name else "/chain"
    return visit.page(
        "chain.html", name=name, window=shown, windows=windows, path=path,
        chains=[(each, drawing.dominoes(each, visit.carried)) for each in page],
        more=f"{path}?{urlencode({'window': shown} | visit.carried | {'cursor': following})}" if following else None,
    )  # fmt: skip
