"""What a forecast says of one outcome: its chance with interval and reasons. Needs no library for numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal that moves a figure: by how much the hazard is multiplied against the usual, and the line for it."""

    signal: str
    factor: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance of one outcome (a club, elsewhere, staying), with its nine-in-ten interval."""

    outcome: str
    name: str
    probability: float
    low: float | None = None
    high: float | None = None
    reasons: tuple[Reason, ...] = ()
