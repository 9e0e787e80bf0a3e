"""How good probabilities were: Brier, log score, skill, AUC, calibration error, Murphy's decomposition, intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

BINS = 10
_SEED = 7
_LEAST = 1e-6  # a chance of zero that comes true would cost infinitely much


def brier(said: Floats, happened: Floats) -> float:
    """Mean squared distance of what was said from what happened; 0 is best."""
    return float(((said - happened) ** 2).mean())


def log_score(said: Floats, happened: Floats) -> float:
    """Mean negative logarithm (natural) of the chance given to what happened; 0 is best."""
    safe = np.clip(said, _LEAST, 1 - _LEAST)
    return float(-(happened * np.log(safe) + (1 - happened) * np.log(1 - safe)).mean())


def skill(said: Floats, happened: Floats) -> float:
    """Share of the Brier score of the period's own base rate that was taken off; 0 is no better, 1 is perfect."""
    base = float(happened.mean())
    worst = base * (1 - base)
    return 1 - brier(said, happened) / worst if worst else float("nan")


def auc(said: Floats, happened: Floats) -> float:
    """How often what happened was given the higher chance, of all pairs with something that did not happen."""
    hits = int(happened.sum())
    misses = len(happened) - hits
    if not hits or not misses:
        return float("nan")
    ranks = rankdata(said)
    return float((ranks[happened == 1].sum() - hits * (hits + 1) / 2) / (hits * misses))


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about one height: how many, the mean of what was said, the share that happened."""

    count: int
    said: float
    happened: float


def bins(said: Floats, happened: Floats, count: int = BINS) -> list[Bin]:
    """Bins of equal mass, from the lowest to the highest chance said."""
    order = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(order, count) if len(part)]
    return [Bin(len(part), float(said[part].mean()), float(happened[part].mean())) for part in parts]


def calibration_error(said: Floats, happened: Floats, count: int = BINS) -> float:
    """Mean distance, over bins of equal mass, of the share that happened from the mean said."""
    return sum(b.count * abs(b.said - b.happened) for b in bins(said, happened, count)) / len(said)


@dataclass(frozen=True, slots=True)
class Murphy:
    """Brier score = reliability - resolution + uncertainty (+ what lies within bins).

    Reliability (less is better) and resolution (more is better) are corrected for the size of the bins as in Ferro
    and Fricker 2012.
    """

    reliability: float
    resolution: float
    uncertainty: float


def murphy(said: Floats, happened: Floats, count: int = BINS) -> Murphy:
    """Murphy's decomposition over bins of equal mass."""
    total, base = len(said), float(happened.mean())
    found = bins(said, happened, count)
    reliability = sum(b.count * (b.said - b.happened) ** 2 for b in found) / total
    resolution = sum(b.count * (b.happened - base) ** 2 for b in found) / total
    noise = sum(b.count * b.happened * (1 - b.happened) / (b.count - 1) for b in found if b.count > 1) / total
    variance = base * (1 - base)
    own = variance / (total - 1) if total > 1 else 0.0
    return Murphy(reliability - noise, resolution - noise + own, variance + own)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the interval that holds it in nine of ten resamples."""

    value: float
    low: float
    high: float


Measure = Callable[[Floats, Floats], float]
MEASURES: dict[str, Measure] = {
    "brier": brier, "log": log_score, "skill": skill, "auc": auc, "calibration_error": calibration_error,
}  # fmt: skip


def measured(said: Floats, happened: Floats, sagas: Sequence[str], draws: int = 200) -> dict[str, Interval]:
    """Every measure with its interval, from resamples of whole sagas: reports of one person stand or fall together."""
    names, place = np.unique(np.array(sagas), return_inverse=True)
    rows = [np.flatnonzero(place == number) for number in range(len(names))]
    random = np.random.default_rng(_SEED)
    resamples = [np.concatenate([rows[k] for k in random.integers(len(rows), size=len(rows))]) for _ in range(draws)]
    found = {}
    for name, measure in MEASURES.items():
        drawn = np.array([measure(said[rows_], happened[rows_]) for rows_ in resamples])
        low, high = np.nanquantile(drawn, [0.05, 0.95]) if np.isfinite(drawn).any() else (np.nan, np.nan)
        found[name] = Interval(measure(said, happened), float(low), float(high))
    return found
