"""Where a rumour stands at a moment: what depends on today, and therefore is not stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mercato.model import ENDS, Stage
from mercato.model.rumours import FusedFee, Momentum, Rumour, RumourStatus
from mercato.rumours.rates import Rates, fuse

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """A rumour at a moment. `days_left` until its window closes, negative when it has."""

    status: RumourStatus
    momentum: Momentum
    news_this_week: int
    news_last_week: int
    last_news_at: datetime
    days_left: int
    fee: FusedFee | None

    @property
    def is_open(self) -> bool:
        """Whether it can still happen."""
        return self.status is RumourStatus.OPEN


def standing(rumour: Rumour, moment: datetime, rates: Rates | None = None) -> Standing:
    """Where a rumour stands at a moment, for which it was built."""
    this, before = _news_between(rumour, moment - WEEK, moment), _news_between(rumour, moment - 2 * WEEK, moment - WEEK)
    return Standing(
        status=_status(rumour, moment.date()),
        momentum=_momentum(this, before),
        news_this_week=this,
        news_last_week=before,
        last_news_at=rumour.last_news.when.latest,
        days_left=(rumour.closes - moment.date()).days,
        fee=fuse(rumour.fees, rates) if rates else None,
    )


def _status(rumour: Rumour, day: date) -> RumourStatus:
    if rumour.stage is Stage.DONE:
        return RumourStatus.DONE
    if rumour.elsewhere is not None:
        return RumourStatus.ELSEWHERE
    if day > rumour.closes:
        return RumourStatus.WINDOW_CLOSED
    return RumourStatus.OFF if rumour.stage in ENDS else RumourStatus.OPEN


def _news_between(rumour: Rumour, start: datetime, end: datetime) -> int:
    """Reports with news in a span, the start not included."""
    return sum(
        start < report.when.latest <= end and any(item.is_news for item in report.new) for report in rumour.reports
    )


def _momentum(this: int, before: int) -> Momentum:
    if not this and not before:
        return Momentum.QUIET
    if this == before:
        return Momentum.STEADY
    return Momentum.RISING if this > before else Momentum.FALLING
