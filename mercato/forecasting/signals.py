"""What a signal is, and the two tables of them: of a person and a destination, and of a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mercato.forecasting.cases import Case, Destination
from mercato.model import Stage


class Signal(NamedTuple):
    """A value, and the line of English that says what it is."""

    value: float
    sentence: str


NOTHING = Signal(0.0, "")


@dataclass(frozen=True)
class Learned:
    """What earlier outcomes taught of words and sources: log-odds above the average of all, by word and by source."""

    words: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, float] = field(default_factory=dict)


PairSignal = Callable[[Case, Destination, Learned], Signal]
PersonSignal = Callable[[Case, Learned], Signal]
PAIR_SIGNALS: dict[str, PairSignal] = {}
PERSON_SIGNALS: dict[str, PersonSignal] = {}

AHEAD = {Stage.INTEREST: 0, Stage.TALKS: 1, Stage.BID: 2, Stage.ADVANCED: 3, Stage.AGREED: 4, Stage.DONE: 5}
"""The steps towards a transfer, in order; setbacks are not among them."""


def pair(function: PairSignal) -> PairSignal:
    """Register a signal of a person and a destination under the function's name."""
    PAIR_SIGNALS[function.__name__] = function
    return function


def personal(function: PersonSignal) -> PersonSignal:
    """Register a signal of a person, whatever the destination."""
    PERSON_SIGNALS[function.__name__] = function
    return function
