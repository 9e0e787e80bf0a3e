"""The model: competing risks over the rest of a window, in grouped time, with proportional hazards.

Each destination and "elsewhere" has a hazard, the exponential of a weighted sum of signals. What is left of the
window's traffic scales it. The chance of staying is the chance that none of the risks strikes before the close, and
the rest is shared out in proportion to the hazards, so that everything adds up to one and falls as the close nears
(Prentice & Gloeckler 1978 for grouped time; the lists of moves have no dates, so the rest of a window is one group).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from mercato.forecasting.cases import ELSEWHERE, STAY, Case, Destination
from mercato.forecasting.features import pair_signals, person_signals
from mercato.forecasting.seasons import SeasonWindow
from mercato.forecasting.signals import PAIR_SIGNALS, PERSON_SIGNALS, Learned, Signal
from mercato.register import WindowKind

Floats = NDArray[np.float64]

USUAL_WINTER = 0.33
"""Moves of a winter window for one of the summer's, until a list says more: 853 to 2,557 in nine leagues in 2020/21."""


@dataclass(frozen=True, slots=True)
class WinterTalk:
    """How a link talked of for a winter window fares against one for a summer's, in logarithms of the hazard.

    Numbers of a fit on 1,501 dated threads of 2024/25 (`benchmarks/bench_seasons.py`): one summer's reports can't teach
    them. `talk` is a thread opened while the window is open; `closed` is added long before it opens, in full from
    `ramp_days` before on; `dear` is for each logarithm of the price above `usual_price`. `loan` comes from the lists:
    of nine leagues' loans a larger share than of their other moves is made in winter. `named` is the share of `closed`
    that is left where the text says that it is for that winter: set by hand.
    """

    talk: float = -0.16
    closed: float = -1.78
    ramp_days: int = 21
    dear: float = -0.23
    usual_price: float = 2e7
    loan: float = 0.35
    named: float = 0.6


WINTER = WinterTalk()

_TIME = "time left"
_LEAST_TIME = 0.15
"""The least power of the time left in a hazard, so that no forecast ignores the deadline."""


def pair_names() -> list[str]:
    """The weights of a destination's hazard, in order."""
    return ["any destination", *PAIR_SIGNALS, *PERSON_SIGNALS]


def else_names() -> list[str]:
    """The weights of the hazard of joining a club that nobody has named, in order."""
    return ["elsewhere", "suitors", *PERSON_SIGNALS]


@dataclass(frozen=True)
class Rows:
    """Cases as numbers: a row for each destination and one for elsewhere, case by case.

    `starts` is where each case's rows begin; `hit` is the row that came true, -1 for staying, -2 where unknown.
    """

    values: Floats
    offsets: Floats
    starts: NDArray[np.intp]
    hit: NDArray[np.intp]
    keys: list[tuple[str, ...]]


def rows_of(cases: Sequence[Case], labels: Sequence[str | None], learned: Sequence[Learned]) -> Rows:
    """The numbers of cases; `learned` gives for each case what it may use."""
    values: list[list[float]] = []
    offsets: list[float] = []
    starts, hits, keys = [], [], []
    for case, label, taught in zip(cases, labels, learned, strict=True):
        starts.append(len(values))
        names = (*(destination.key for destination in case.destinations), ELSEWHERE)
        keys.append(names)
        hits.append(-2 if label is None else len(values) + names.index(label) if label in names else -1)
        for destination in case.destinations:
            signals = pair_signals(case, destination, taught)
            values.append(pair_values(case, destination, signals))
            offsets.append(season_offset(case, destination.window, signals))
        values.append(else_values(case, person_signals(case, taught)))
        offsets.append(season_offset(case, reference_window(case)))
    width = len(pair_names()) + len(else_names()) + 1
    return Rows(
        np.array(values).reshape(-1, width), np.array(offsets), np.array(starts, dtype=np.intp),
        np.array(hits, dtype=np.intp), keys,
    )  # fmt: skip


def reference_window(case: Case) -> SeasonWindow:
    """The window by which "elsewhere" goes: England's, whose close the others keep near to."""
    return case.world.calendar.window(case.window)


def season_offset(case: Case, window: SeasonWindow, signals: Mapping[str, Signal] | None = None) -> float:
    """Logarithm of what talk for the window is worth against a summer's. Minus infinity when the window is over.

    It is no fitted weight, as one season of reports can't teach it. Long before a winter window it is what dated
    threads tell; while one is open it lies half way between that and what the last lists known tell of the window's
    traffic. `signals` are the destination's; none for "elsewhere".
    """
    if window.days_left(case.day) < 0:
        return -math.inf
    if window.kind is WindowKind.SUMMER:
        return 0.0
    value = {name: signal.value for name, signal in (signals or {}).items()}
    ahead = min(max((window.opens - case.day).days, 0) / WINTER.ramp_days, 1.0)
    ahead *= WINTER.named if value.get("named_window") else 1.0
    prices = [report.fee.high for report in case.reports if report.fee and report.fee.high > 0]
    above = math.log(max(prices) / WINTER.usual_price) if prices else 0.0
    traffic = math.log(case.world.outcomes.traffic(case.day) or USUAL_WINTER)
    while_open, before = (traffic + WINTER.talk) / 2, WINTER.talk + WINTER.closed
    known = (1 - ahead) * while_open + ahead * before
    known += WINTER.dear * max(-1.5, min(1.5, above)) + WINTER.loan * value.get("for_a_loan", 0.0)
    return known * (1 - value.get("settled_while_open", 0.0))


def time_left(case: Case, window: SeasonWindow) -> float:
    """Logarithm of the share of the window's open days that is left: 0 before it opens, falling to the close."""
    length = (window.closes - window.opens).days + 1
    left = min(window.days_left(case.day) + 1, length)
    return math.log(max(left, 1) / length)


def pair_values(case: Case, destination: Destination, signals: Mapping[str, Signal]) -> list[float]:
    """One row for a destination. What is as good as settled no longer waits for time."""
    settled = max(signals["said_agreed"].value, signals["said_done"].value)
    own = [1.0, *(signal.value for signal in signals.values())]
    return [*own, *[0.0] * len(else_names()), time_left(case, destination.window) * (1 - settled)]


def else_values(case: Case, signals: Mapping[str, Signal]) -> list[float]:
    """One row for joining a club that nobody has named."""
    own = [1.0, math.log1p(len(case.destinations)), *(signal.value for signal in signals.values())]
    return [*[0.0] * len(pair_names()), *own, time_left(case, reference_window(case))]


@dataclass(frozen=True)
class Weights:
    """Fitted numbers: one weight a column of `Rows.values`; `draws` are fits on resampled people, for intervals."""

    values: Floats
    draws: Floats
    means: Floats
    sharpness: float = 1.0
    shift: float = 0.0


BELIEFS: Mapping[str, float] = {
    "to: settled_while_open": 1.5,
    "to: for_a_later_window": -1.2,
    "to: waits_for_summer": -1.5,
    "to: already_there": -2.0,
}
"""Where the pull draws a weight, if not to zero.

Set by hand and not fitted: what one summer's reports can't teach, as they hold hardly a real signing before the window
opens, no winter, and no window before. Beliefs for all steps were tried too; they made held-out people worse.
"""


_STEPS = ("talks", "bid", "agreed", "done", "rejected", "withdrawn", "denied")
_BACKGROUND = (
    "age", "age_far_from_prime", "asked_above_offered", "contract_runs_out", "dear", "fee_is_named", "for_a_loan",
    "hangs_on_something", "hedged", "keeper", "lent_lately", "long_story", "much_talked_of", "once_dear",
    "other_business", "rival_is_ahead", "same_country", "share_of_talk", "sources_record", "unknown_to_register",
    "wants_out", "wording",
)  # fmt: skip
PULL_OF: Mapping[str, float] = {**{f"said_{step}": 120.0 for step in _STEPS}, **dict.fromkeys(_BACKGROUND, 500.0)}
"""Signals that are pulled to zero more strongly than the rest: a few hundred people teach little of what is the same in
all of a person's cases, and the steps say much the same as `newest_is_ahead`. Chosen on February to June of 2021 with
people held out (120 to 2000 tried), as was which signals are here at all."""


NEVER_AGAINST = ("to: fresh", "to: lately_much_told", "to: much_talked_of")
"""Weights that may not fall below zero: while nothing new is said, a chance must fall."""


@dataclass(frozen=True)
class Fit:
    """How to fit: the strength of the pull to zero (in cases) of the other signals, and how many resampled fits."""

    pull: float = 12.0
    draws: int = 0
    seed: int = 20210930
    fixed: Mapping[str, float] = field(default_factory=dict)


def column_names() -> list[str]:
    """What each column of `Rows.values` is: pair and else weights have a prefix of their own."""
    return [*(f"to: {name}" for name in pair_names()), *(f"else: {name}" for name in else_names()), _TIME]


def fit_rows(rows: Rows, weights: Floats, how: Fit) -> Floats:
    """The weights that make the known outcomes most likely, with an L2 pull towards zero. Deterministic."""
    scale = _scale(rows.values)
    scaled = rows.values / scale
    free = np.array([name in ("to: any destination", "else: elsewhere", _TIME) for name in column_names()])
    pulls = np.array([PULL_OF.get(name.split(": ")[-1], how.pull) for name in column_names()])
    pull = np.where(free, 1e-3, pulls)
    beliefs = np.array([BELIEFS.get(name, 0.0) for name in column_names()]) * scale
    start = np.zeros(scaled.shape[1])
    start[0], start[len(pair_names())], start[-1] = -2.0, -2.0, 0.5 * scale[-1]
    bounds: list[tuple[float | None, float | None]] = [
        (0.0 if name in NEVER_AGAINST else None, None) for name in column_names()[:-1]
    ]
    bounds.append((_LEAST_TIME * scale[-1], 3 * scale[-1]))
    found = minimize(
        _loss, start, args=(scaled, rows, weights, (pull, beliefs)), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 400, "ftol": 1e-10},
    )  # fmt: skip
    result: Floats = found.x / scale
    return result


def _scale(values: Floats) -> Floats:
    """The root mean square of each column where it isn't zero: makes the pull the same for all signals."""
    used = np.maximum((values != 0).sum(axis=0), 1)
    scale: Floats = np.sqrt((values**2).sum(axis=0) / used)
    return np.where(scale > 1e-9, scale, 1.0)


def _loss(
    theta: Floats, values: Floats, rows: Rows, weights: Floats, prior: tuple[Floats, Floats]
) -> tuple[float, Floats]:
    """Minus the log-likelihood with its pull towards the beliefs, and its gradient."""
    pull, beliefs = prior
    log_hazard = np.clip(values @ theta + rows.offsets, -30.0, 12.0)
    hazard = np.exp(log_hazard)
    total = np.add.reduceat(hazard, rows.starts)
    moved, known = rows.hit >= 0, rows.hit >= -1
    size = np.diff(np.append(rows.starts, len(hazard)))
    hits = rows.hit[moved]
    none = -np.expm1(-total)
    likelihood = np.where(moved, np.log(none) - np.log(total), -total)
    likelihood[moved] += log_hazard[hits]
    each = np.where(moved, np.exp(-total) / none - 1 / total, -1.0) * known * weights
    slope = np.repeat(each, size) * hazard
    slope[hits] += weights[moved]
    loss = -float((likelihood * known * weights).sum()) + 0.5 * float((pull * (theta - beliefs) ** 2).sum())
    gradient: Floats = -(values.T @ slope) + pull * (theta - beliefs)
    return loss, gradient


def fit(rows: Rows, people: Sequence[str], weights: Floats, how: Fit) -> Weights:
    """Fit on all, and on `how.draws` resamples of people (not of reports: those of one saga go together)."""
    values = fit_rows(rows, weights, how)
    unique = sorted(set(people))
    place = np.array([unique.index(person) for person in people])
    random = np.random.default_rng(how.seed)
    draws = [
        fit_rows(rows, weights * random.multinomial(len(unique), [1 / len(unique)] * len(unique))[place], how)
        for _ in range(how.draws)
    ]
    return Weights(values, np.array(draws).reshape(how.draws, len(values)), rows.values.mean(axis=0))


def probabilities(rows: Rows, theta: Floats, sharpness: float = 1.0, shift: float = 0.0) -> list[dict[str, float]]:
    """For each case every destination, elsewhere and staying; they add up to one."""
    log_hazard = np.clip(sharpness * (rows.values @ theta) + shift + rows.offsets, -60.0, 12.0)
    ends = np.append(rows.starts[1:], len(log_hazard))
    found = []
    for start, end, names in zip(rows.starts, ends, rows.keys, strict=True):
        hazard = np.exp(log_hazard[start:end])
        hazard[~np.isfinite(rows.offsets[start:end])] = 0.0
        total = float(hazard.sum())
        share = -math.expm1(-total) / total if total > 0 else 0.0
        chances = {name: float(each) * share for name, each in zip(names, hazard, strict=True)}
        found.append({**chances, STAY: math.exp(-total)})
    return found
