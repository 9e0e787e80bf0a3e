"""What was said of the future and what came of it: kept forecasts, records, chains, windows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from mercato.forecasting.kept import BACKTEST, RECORDS, SCORES
from mercato.interfaces.api.answers import checked_window
from mercato.interfaces.api.envelope import Answer, answer, paged
from mercato.interfaces.api.reading import AsOf, AtDesk, Cursor, Limit, Name, Part
from mercato.interfaces.desk import as_moment

router = APIRouter()

Countries = Annotated[list[str], Query(description="FIFA's code, ENG. May be repeated; else all.", max_length=50)]


@router.get("/rumours/{rumour_id}/forecasts", response_model=Answer[list[dict[str, Any]]], tags=["forecasts"])
def forecasts(rumour_id: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """The kept forecasts of a rumour's person and window, oldest first: the chances of all outcomes, with reasons."""
    with desk.book(as_of) as book:
        rumour = book.rumour(rumour_id)
    return answer(msgspec.to_builtins(desk.kept.history(rumour.person, rumour.window, as_of)))


@router.get("/record", response_model=Answer[dict[str, Any]], tags=["forecasts"])
def record(desk: AtDesk, as_of: AsOf) -> Response:
    """The scores of closed forecasts, the backtest, and the records of the sources, as they were last kept.

    Each is null where it was never made: `mercato score`, `mercato backtest` and `mercato records` make them.
    """
    found = {name: desk.kept.whole(name, as_of) for name in (SCORES, BACKTEST, RECORDS)}
    return answer({name: {"said_at": kept[0], "content": kept[1]} if kept else None for name, kept in found.items()})


@router.get("/chains", response_model=Answer[list[dict[str, Any]]], tags=["rumours"])
def all_chains(
    desk: AtDesk, as_of: AsOf, window: Name | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """All chains of conditions, the latest window first, in it the longest first."""
    asked = checked_window(window)
    with desk.book(as_of) as book:
        found = book.all_chains(asked)
    page, following = paged(
        lambda count: found[:count], lambda chain: f"{chain.window}/{chain.events[0].key}", limit, cursor
    )
    return answer(msgspec.to_builtins(page), following)


@router.get("/chains/{name:path}", response_model=Answer[list[dict[str, Any]]], tags=["rumours"])
def chains(name: Part, desk: AtDesk, as_of: AsOf) -> Response:
    """The chains of conditions in which a person or a club takes part: events, their state, and what hangs on what."""
    with desk.book(as_of) as book:
        return answer(msgspec.to_builtins(book.chains(name)))


@router.get("/windows", response_model=Answer[list[dict[str, Any]]], tags=["windows"])
def windows(
    desk: AtDesk,
    country: Countries = [],  # noqa: B006
    since: Annotated[str | None, Query(max_length=40, description="Those that close on this day or later.")] = None,
) -> Response:
    """The transfer windows that the register knows."""
    from mercato.interfaces.exports.calendar import windows_of
    from mercato.interfaces.exports.rows import window_row

    return answer([window_row(window) for window in windows_of(desk.register, country, _day(since))])


@router.get("/windows.ics", response_class=Response, tags=["windows"])
def calendar(
    desk: AtDesk,
    country: Countries = [],  # noqa: B006
    since: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """The same as a calendar to subscribe to (iCalendar)."""
    from mercato.interfaces.exports.calendar import calendar, windows_of

    made = calendar(desk.register, windows_of(desk.register, country, _day(since)))
    return Response(made, media_type="text/calendar")


def _day(since: str | None) -> date | None:
    return as_moment(since, start=True).date() if since else None
