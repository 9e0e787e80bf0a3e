"""One round: hold the rules against what is new, then send what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mercato.forecasting.kept import filed
from mercato.interfaces.alerts.finding import Alert, from_forecasts, from_rumours
from mercato.interfaces.alerts.outbox import Delivery, Outbox, State
from mercato.interfaces.alerts.rules import Rule
from mercato.interfaces.alerts.sending import Send, send
from mercato.rumours.book import RumourBook
from mercato.sources.post import MaybeDelivered, NotDelivered

if TYPE_CHECKING:
    from mercato.forecasting.forecasts import Forecast


@dataclass(slots=True)
class Round:
    """What a round did."""

    found: int = 0
    unsure_before: int = 0
    ended: Counter[State] = field(default_factory=Counter)
    told: list[tuple[Delivery, State, str]] = field(default_factory=list)


def find(
    book: RumourBook, rule: Rule, since: datetime, forecasts: Sequence[tuple[datetime, Forecast]] = ()
) -> list[Alert]:
    """What a rule finds since a moment."""
    club = filed(book.club_key(rule.club)) if rule.club else None
    return [*from_rumours(book, rule, since), *from_forecasts(forecasts, rule, since, club)]


def take_in(
    book: RumourBook,
    rules: Iterable[Rule],
    outbox: Outbox,
    *,
    since: datetime | None = None,
    forecasts: Sequence[tuple[datetime, Forecast]] = (),
) -> int:
    """Hold every rule against what is new to it; how many alerts were new.

    A rule that is new begins now, or at `since`: nobody wants years of old news.
    """
    now, new = book.now, 0
    for rule in rules:
        begin = outbox.begin_at(rule.name) or since or now
        new += outbox.add(rule.name, begin, now, find(book, rule, begin, forecasts), rule.to)
    return new


def send_due(
    outbox: Outbox, now: datetime, way: Send = send, watch: Callable[[Delivery, State, str], None] | None = None
) -> Round:
    """Send what is due. Each is written down before it is tried and after; none is sent twice."""
    done = Round(unsure_before=outbox.recover())
    for delivery in outbox.due(now):
        if not outbox.begin(delivery):
            continue
        try:
            way(delivery)
        except NotDelivered as fault:
            state, told = outbox.later(delivery, str(fault), now, fault.wait), str(fault)
        except MaybeDelivered as fault:
            state, told = State.UNSURE, str(fault)
            outbox.end(delivery, state, told)
        else:
            state, told = State.SENT, ""
            outbox.end(delivery, state)
        done.ended[state] += 1
        done.told.append((delivery, state, told))
        if watch is not None:
            watch(delivery, state, told)
    return done
