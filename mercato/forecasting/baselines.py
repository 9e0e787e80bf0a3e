"""What any model must beat: the base rate, the outlet's rate, the stage alone, and a bag of words."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from mercato.forecasting.periods import Item
from mercato.model.folding import fold

Floats = NDArray[np.float64]
Predictor = Callable[[Sequence[Item]], Floats]

_DILUTION = 20.0
_FEWEST_TEXTS = 5
_PULL = 3.0
_WORD = re.compile(r"[^\W\d_]{3,}")


def base_rate(items: Sequence[Item]) -> Predictor:
    """Everything at the rate of the past."""
    rate = _rate(items)
    return lambda asked: np.full(len(asked), rate)


def outlet_rate(items: Sequence[Item]) -> Predictor:
    """The rate of whoever said it, diluted with the base rate."""
    return _by(items, lambda item: item.report.source)


def stage_only(items: Sequence[Item]) -> Predictor:
    """The rate of the step that the report has it at, diluted with the base rate."""
    return _by(items, lambda item: str(item.report.stage))


def _rate(items: Sequence[Item]) -> float:
    return (sum(bool(item.happened) for item in items) + 0.5) / (len(items) + 1)


def _by(items: Sequence[Item], key: Callable[[Item], str]) -> Predictor:
    base, hits, counts = _rate(items), Counter[str](), Counter[str]()
    for item in items:
        counts[key(item)] += 1
        hits[key(item)] += bool(item.happened)
    rates = {name: (hits[name] + _DILUTION * base) / (counts[name] + _DILUTION) for name in counts}
    return lambda asked: np.array([rates.get(key(item), base) for item in asked])


class BagOfWords:
    """Logistic regression on the words of the text, its outlet and the days left, with an L2 pull."""

    def __init__(self, items: Sequence[Item], texts: Mapping[str, str]) -> None:
        self._texts = texts
        counts: dict[str, int] = defaultdict(int)
        for item in items:
            for token in self._tokens(item):
                counts[token] += 1
        self._places = {
            token: place for place, token in enumerate(sorted(t for t, n in counts.items() if n >= _FEWEST_TEXTS))
        }
        happened = np.array([bool(item.happened) for item in items], dtype=float)
        values = self._values(items)
        pull = np.full(values.shape[1], _PULL)
        pull[-1] = 1e-3
        found = minimize(_loss, np.zeros(values.shape[1]), args=(values, happened, pull), jac=True, method="L-BFGS-B")
        self._weights: Floats = found.x

    def __call__(self, asked: Sequence[Item]) -> Floats:
        """The chances of items."""
        chances: Floats = 1 / (1 + np.exp(-self._values(asked) @ self._weights))
        return chances

    def _tokens(self, item: Item) -> set[str]:
        words = _WORD.findall(fold(self._texts.get(item.report.document_id, "")))
        return {*words, f"outlet:{item.report.source}"}

    def _values(self, items: Sequence[Item]) -> Floats:
        values = np.zeros((len(items), len(self._places) + 2))
        for row, item in enumerate(items):
            values[row, [self._places[token] for token in self._tokens(item) if token in self._places]] = 1.0
            values[row, -2] = math.log1p(max(item.days_left, 0)) - 4.0
        values[:, -1] = 1.0
        return values


def _loss(theta: Floats, values: Floats, happened: Floats, pull: Floats) -> tuple[float, Floats]:
    margin = values @ theta
    chance = 1 / (1 + np.exp(-margin))
    loss = float(np.logaddexp(0, margin).sum() - happened @ margin) + 0.5 * float((pull * theta**2).sum())
    gradient: Floats = values.T @ (chance - happened) + pull * theta
    return loss, gradient


def fitted(items: Sequence[Item], texts: Mapping[str, str]) -> dict[str, Predictor]:
    """All baselines, fitted on the same items."""
    return {
        "base rate": base_rate(items),
        "outlet rate": outlet_rate(items),
        "stage alone": stage_only(items),
        "bag of words": BagOfWords(items, texts),
    }
