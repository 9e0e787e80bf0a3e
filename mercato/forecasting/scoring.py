"""Totals over judged forecasts, by model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mercato.forecasting.forecasts import Judgement

_LEAST = 1e-6


def totals(judged: Sequence[Judgement]) -> list[tuple[str, int, int, str, str, str]]:
    """For each model: forecasts with known outcome, those without, log score, Brier score, mean chance of what came.

    The Brier score here sums over a forecast's outcomes (0 is best, 2 worst); both scores are means over forecasts.
    """
    rows = []
    for model in sorted({one.forecast.model for one in judged}):
        mine = [one for one in judged if one.forecast.model == model]
        known = [one for one in mine if one.probability is not None]
        rows.append(
            (
                model,
                len(known),
                len(mine) - len(known),
                _mean([-math.log(max(one.probability or 0.0, _LEAST)) for one in known]),
                _mean([brier_of(one) for one in known]),
                _mean([one.probability or 0.0 for one in known]),
            )
        )
    return rows


def brier_of(judged: Judgement) -> float:
    """Squared distances of all of a forecast's chances from what happened, added up."""
    return sum((chance.probability - (chance.outcome == judged.happened)) ** 2 for chance in judged.forecast.chances)


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else ""
