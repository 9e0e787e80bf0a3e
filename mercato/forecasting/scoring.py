"""Totals over judged forecasts, by model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from mercato.forecasting.forecasts import Judgement
from mercato.forecasting.metrics import bins

_LEAST = 1e-6
_TOTALS = ("model", "known", "unknown", "log_score", "brier", "given_to_what_happened")


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


def summary(judged: Sequence[Judgement]) -> dict[str, Any]:
    """All judged forecasts as plain values: totals by model, calibration of all chances, and each by itself."""
    known = [one for one in judged if one.happened is not None]
    pairs = [(chance.probability, chance.outcome == one.happened) for one in known for chance in one.forecast.chances]
    said, came = np.array([p for p, _ in pairs], float), np.array([h for _, h in pairs], float)
    return {
        "totals": [dict(zip(_TOTALS, row, strict=True)) for row in totals(judged)],
        "reliability": [asdict(one) for one in bins(said, came)] if pairs else [],
        "closed": [_closed(one) for one in sorted(judged, key=lambda one: one.forecast.moment, reverse=True)],
    }


def _closed(judged: Judgement) -> dict[str, Any]:
    said = judged.forecast
    names = {chance.outcome: chance.name for chance in said.chances}
    first = max(said.chances, key=lambda chance: chance.probability)
    return {
        "person": said.person, "person_key": said.person_key, "window": said.window,
        "moment": said.moment.isoformat(), "likeliest": first.name, "said": first.probability,
        "happened": names.get(judged.happened or "", judged.happened), "probability": judged.probability,
    }  # fmt: skip


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else ""
