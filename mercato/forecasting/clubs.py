"""The signals of a destination's own business, and of what is still open between the clubs."""

from __future__ import annotations

import math
from datetime import timedelta

from mercato.forecasting.cases import Case, Destination
from mercato.forecasting.moves import MoveKind
from mercato.forecasting.outcomes import club_key
from mercato.forecasting.reports import Report
from mercato.forecasting.signals import NOTHING, Learned, Signal, pair
from mercato.model import ClaimKind, Stage

_SETTLED = (Stage.AGREED, Stage.DONE)
_BUSINESS = timedelta(days=60)
_A_YEAR_AND_MORE = timedelta(days=425)


def _place(case: Case, report: Report) -> str:
    """The position of a report's person, by the register; empty where it is not known."""
    known = case.world.register.people.get(report.person.id or "")
    return known.position if known else ""


@pair
def place_is_taken(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How many others in the same position were reported as agreed or done for the club in sixty days (logarithm)."""
    if case.record is None or not case.record.position:
        return NOTHING
    found = {
        report.person.name
        for report in _arriving(case, destination)
        if report.stage in _SETTLED and _place(case, report) == case.record.position
    }
    return Signal(math.log1p(len(found)), f"{', '.join(sorted(found)[:2])} reported as signed for the same position")


def _arriving(case: Case, destination: Destination) -> list[Report]:
    near = case.world.reports.at_club(destination.key, case.moment, case.moment - _BUSINESS)
    return [r for r in near if r.to is not None and club_key(r.to) == destination.key and r.person_key != case.key]


@pair
def lent_there(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the person was lent to that very club in the last 14 months, by what was known on the day."""
    book, oldest = case.world.outcomes, case.day - _A_YEAR_AND_MORE
    found = any(
        move.kind is MoveKind.LOAN and move.to and club_key(move.to) == destination.key and book.known_at(move) > oldest
        for move in case.moves
    )
    return Signal(float(found), f"on loan at {destination.club.name} lately")


@pair
def named_window(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a report of the last 30 days says that it is for this very window."""
    lately = [r for r in destination.reports if (case.day - r.day).days <= 30]
    return Signal(float(any(r.window == case.window for r in lately)), f"said to be for {case.window}")


@pair
def price_is_open(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a price for the person is asked while no offer is reported: the sides are apart."""
    asked = any(r.kind is ClaimKind.PRICE and r.fee for r in case.reports)
    offered = any(r.fee for r in destination.reports)
    return Signal(float(asked and not offered), "a price is asked and no offer named")
