"""The signals of a person, whatever the destination; see `features`."""

from __future__ import annotations

import math
from datetime import timedelta

from mercato.forecasting.cases import Case
from mercato.forecasting.moves import Move, MoveKind
from mercato.forecasting.signals import AHEAD, NOTHING, Learned, Signal, personal
from mercato.model import ClaimKind, Stage
from mercato.register import WindowKind


@personal
def wants_out(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Reports in the last 60 days that the person may leave, without a destination, as a logarithm."""
    count = sum(1 for r in case.reports if r.kind is ClaimKind.EXIT and (case.day - r.day).days <= 60)
    return Signal(math.log1p(count), f"{count} reports that the person may leave")


@personal
def said_to_stay(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Reports in the last 60 days of staying or a new contract, as a logarithm."""
    count = sum(1 for r in case.reports if r.kind is ClaimKind.STAY and (case.day - r.day).days <= 60)
    return Signal(math.log1p(count), f"{count} reports of staying or a new contract")


@personal
def stay_settled(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a new contract was reported as close, agreed or signed."""
    near = (Stage.ADVANCED, Stage.AGREED, Stage.DONE)
    found = any(r.kind is ClaimKind.STAY and r.stage in near for r in case.reports)
    return Signal(float(found), "a new contract reported as close or signed")


@personal
def contract_runs_out(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the contract was reported to end in the year of a summer window, or before."""
    if case.window.endswith(WindowKind.WINTER):
        return NOTHING
    ends = [r.until for r in case.reports if r.kind is ClaimKind.CONTRACT and r.until and r.until[:4].isdigit()]
    if not ends:
        return NOTHING
    years = int(ends[-1][:4]) - int(case.window[:4])
    return Signal(max(-1.0, min(1.0, 0.75 - 0.5 * years)), f"contract reported until {ends[-1]}")


@personal
def age(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Age in tens of years above 25; 0 where it is not known."""
    years = _age(case)
    return NOTHING if years is None else Signal((years - 25) / 10, f"age {years:.0f}")


@personal
def age_far_from_prime(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """The square of the age above 25 in tens of years; 0 where it is not known."""
    years = _age(case)
    return NOTHING if years is None else Signal(((years - 25) / 10) ** 2, f"age {years:.0f}")


def _age(case: Case) -> float | None:
    known = case.record.age_on(case.day) if case.record else None
    if known is not None:
        return sum(known) / 2
    told = [r.age for r in case.reports if r.age is not None] or [m.age for m in case.moves if m.age is not None]
    return float(told[-1]) if told else None


@personal
def keeper(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the person keeps goal."""
    return Signal(float(bool(case.record and case.record.position == "goalkeeper")), "a goalkeeper")


@personal
def moved_lately(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a permanent move in the last 14 months is known."""
    found = _recent(case, (MoveKind.PERMANENT, MoveKind.FREE, MoveKind.UNKNOWN))
    return Signal(float(found is not None), f"moved to {found.to.name} lately" if found and found.to else "")


@personal
def lent_lately(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a loan in the last 14 months is known."""
    found = _recent(case, (MoveKind.LOAN,))
    return Signal(float(found is not None), f"lent to {found.to.name} lately" if found and found.to else "")


def _recent(case: Case, kinds: tuple[MoveKind, ...]) -> Move | None:
    oldest = case.day - timedelta(days=425)
    book = case.world.outcomes
    return next((m for m in reversed(case.moves) if m.kind in kinds and book.known_at(m) >= oldest), None)


@personal
def once_dear(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """The highest fee once paid for the person, as a logarithm above 5 million euros; 0 where none is known."""
    fees = [m.fee_eur for m in case.moves if m.fee_eur]
    return Signal(math.log(max(fees) / 5e6) / 2, f"once cost {max(fees) / 1e6:.0f} million") if fees else NOTHING


@personal
def unknown_to_register(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the register doesn't know the person: mostly the young and the lesser known."""
    return Signal(float(case.record is None), "not in the register")


@personal
def much_talked_of(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """On how many days of the last month the person was reported on, as a logarithm."""
    count = len({r.day for r in case.reports if (case.day - r.day).days <= 30})
    return Signal(math.log1p(count), f"in the news on {count} days of the last month")


@personal
def someone_is_close(case: Case, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether some destination is reported as close or further: then an unnamed club is less likely."""
    near = any(AHEAD.get(r.stage, 0) >= 3 for d in case.destinations for r in d.reports if r.stage)
    return Signal(float(near), "a named club is close")
