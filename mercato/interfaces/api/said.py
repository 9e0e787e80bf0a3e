"""Lists of what was kept, page by page: cards of Today with chances, forecasts, records, closed forecasts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response

from mercato.errors import NotFound
from mercato.forecasting.kept import RECORDS, SCORES, KeptForecast
from mercato.interfaces.api.answers import checked_window, closed_page, rumour_filter, rumour_record
from mercato.interfaces.api.envelope import Answer, answer, paged
from mercato.interfaces.api.reading import AsOf, AtDesk, Cursor, Day, Limit, Name
from mercato.interfaces.api.shapes import ForecastRecord, TodayRecord
from mercato.interfaces.desk import Desk, as_moment
from mercato.model.folding import fold
from mercato.model.rumours import Rumour

router = APIRouter()

_HOW = {RECORDS: "mercato records", SCORES: "mercato score"}


def _whole(desk: Desk, name: str, moment: datetime | None) -> tuple[datetime, Any]:
    """What was last kept whole. Raises NotFound, saying how it is made."""
    kept = desk.kept.whole(name, moment)
    if kept is None:
        raise NotFound(f"No {name} had been kept by then. `{_HOW[name]}` makes and keeps them.")
    return kept


def _chance(said: KeptForecast, rumour: Rumour) -> dict[str, Any] | None:
    chance = said.of(rumour)
    if chance is None:
        return None
    return {"moment": said.moment.isoformat(), "model": said.model, "chance": msgspec.to_builtins(chance)}


@router.get("/today", response_model=Answer[list[TodayRecord]], tags=["rumours"])
def today(desk: AtDesk, as_of: AsOf, since: Day = None, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The cards of Today: rumours with news since a moment, the latest first, each with the chance last said of it."""
    start = as_moment(since, start=True) if since else None

    def found(count: int) -> list[Rumour]:
        return book.rumours(rumour_filter(kinds=[], stages=[], statuses=[], limit=count, changed_since=start))

    with desk.book(as_of) as book:
        page, following = paged(found, lambda rumour: rumour.id, limit, cursor)
        cards = []
        for rumour in page:
            said = desk.kept.latest(rumour.person, rumour.window, as_of)
            cards.append({"rumour": rumour_record(book, rumour), "chance": _chance(said, rumour) if said else None})
    return answer(cards, following)


@router.get("/forecasts", response_model=Answer[list[ForecastRecord]], tags=["forecasts"])
def forecasts(
    desk: AtDesk,
    as_of: AsOf,
    person: Name | None = None,
    window: Name | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Forecasts as they were kept, the latest moment first. `person` is an id or a whole name."""
    with desk.book() as book:
        people = [person, *book.names.people_called(person), fold(person)] if person else []
    asked = checked_window(window)
    page, following = paged(
        lambda count: desk.kept.forecasts(people, asked, as_of, count), lambda row: row[0], limit, cursor
    )
    return answer([{"id": id_, **msgspec.to_builtins(said)} for id_, said in page], following)


@router.get("/records", response_model=Answer[list[dict[str, Any]]], tags=["sources"])
def records(
    desk: AtDesk,
    as_of: AsOf,
    source: Annotated[str | None, Query(min_length=1, max_length=200, description="A name or key.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """How often what sources told came true, as last worked out; those that told most first, and no ranking."""
    _, every = _whole(desk, RECORDS, as_of)
    wanted = fold(source) if source else None
    found = [r for r in every if wanted is None or wanted in (fold(r["source"]), fold(r["name"]))]
    page, following = paged(lambda count: found[:count], lambda row: str(row["source"]), limit, cursor)
    return answer(page, following)


@router.get("/scores/closed", response_model=Answer[list[dict[str, Any]]], tags=["forecasts"])
def closed(desk: AtDesk, as_of: AsOf, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The closed forecasts by themselves, the latest first: what was said, and what happened."""
    found = _whole(desk, SCORES, as_of)[1]["closed"]
    return answer(*closed_page(found, limit, cursor))
