"""The pages that judge: the record of a source, the record of forecasts, the dominoes of a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from mercato.forecasting.kept import BACKTEST, RECORDS, SCORES
from mercato.interfaces.api.answers import checked_window, closed_page, source_record
from mercato.interfaces.api.envelope import paged
from mercato.interfaces.web import drawing
from mercato.interfaces.web.visit import Asked, Part, Visit
from mercato.model.folding import fold

_CLOSED = 50
_SOURCES = 40
_CHAINS = 12
_PARTS = 12

router = APIRouter()


@router.get("/source/{name:path}")
def source(visit: Asked, name: Part) -> Response:
    """What a source published or is credited with, and how much of what it told came true."""
    with visit.desk.book(visit.moment) as book:
        found = source_record(book, visit.desk.publishers, name)
    keys = {visit.desk.publishers.key(name), fold(name), fold(found["outlet"])}
    kept = visit.desk.kept.whole(RECORDS, visit.moment)
    record = next((r for r in kept[1] if r["source"] in keys or fold(r["name"]) in keys), None) if kept else None
    parts = [
        (title, list(record[key].items())[:_PARTS])
        for title, key in (("By club", "by_club"), ("By stage", "by_stage"), ("By month", "by_month"))
        if record and record[key]
    ] if record else []  # fmt: skip
    return visit.page("source.html", source=found, record=record, parts_list=parts, said_at=kept[0] if kept else None)


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
        more=f"/record?{urlencode(visit.carried | {'cursor': following})}" if following else None,
    )  # fmt: skip


def _curve(kept: tuple[Any, Mapping[str, Any]] | None) -> drawing.Calibration | None:
    return drawing.calibration(kept[1]["reliability"]) if kept else None


@router.get("/chain")
def chain(visit: Asked, window: Annotated[str, Query(max_length=20)] = "", cursor: str | None = None) -> Response:
    """The dominoes: what hangs on what, window by window."""
    asked = checked_window(window.strip() or None)
    with visit.desk.book(visit.moment) as book:
        every = book.all_chains()
    windows = list(dict.fromkeys(each.window for each in every))
    shown = asked or (windows[0] if windows else None)
    found = [each for each in every if each.window == shown]
    page, following = paged(lambda count: found[:count], lambda each: each.events[0].key, _CHAINS, cursor)
    return visit.page(
        "chain.html", window=shown or "", windows=windows, total=len(found),
        chains=[(each, drawing.dominoes(each, visit.carried)) for each in page],
        more=_more(visit, shown, following),
    )  # fmt: skip


def _more(visit: Visit, window: str | None, following: str | None) -> str | None:
    if not following:
        return None
    return f"/chain?{urlencode({'window': window or ''} | visit.carried | {'cursor': following})}"
