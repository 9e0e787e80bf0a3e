"""A backtest cut into parts: by stage, kind of outlet, lead time and month; as plain values for JSON and the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from mercato.forecasting.backtest import OURS, Backtest
from mercato.forecasting.metrics import Interval, auc, bins, brier, calibration_error, murphy, skill
from mercato.forecasting.periods import Item
from mercato.register import Register

_LEADS = ((7, "up to a week left"), (30, "8 to 30 days left"), (90, "31 to 90 days left"))
FEWEST = 30
"""Parts with fewer items are left out: their scores would be noise."""


def lead(item: Item) -> str:
    """How much time was left when it was said."""
    return next((name for most, name in _LEADS if item.days_left <= most), "more than 90 days left")


def parts(result: Backtest, register: Register) -> dict[str, dict[str, list[int]]]:
    """The places of the items by part, for each way of cutting."""

    def outlet(item: Item) -> str:
        known = register.outlet_by_domain.get(item.report.source) or register.outlets.get(item.report.source)
        return known.kind.value if known else "unlisted"

    cuts: dict[str, Callable[[Item], str]] = {
        "stage": lambda item: item.report.stage.value if item.report.stage else "no step",
        "kind of outlet": outlet,
        "lead time": lead,
        "month": lambda item: f"{item.day:%Y-%m}",
        "window": lambda item: item.window,
    }
    found: dict[str, dict[str, list[int]]] = {}
    for name, key in cuts.items():
        groups: dict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(result.items):
            groups[key(item)].append(place)
        found[name] = {part: places for part, places in sorted(groups.items()) if len(places) >= FEWEST}
    return found


def as_json(result: Backtest, register: Register, draws: int = 200) -> dict[str, Any]:
    """The whole backtest as plain values."""
    said, happened = np.array(result.said[OURS]), result.happened
    scores = {
        name: {key: _plain(value) for key, value in measures.items()}
        for name, measures in result.scores(None, draws).items()
    }
    cuts = {
        cut: {name: _part(result, places) for name, places in found.items()}
        for cut, found in parts(result, register).items()
    }
    return {
        "plan": {key: str(value) for key, value in asdict(result.plan).items()},
        "replay": result.plan.replay,
        "items": len(result.items),
        "people": len({item.person for item in result.items}),
        "base_rate": float(happened.mean()),
        "mean_said": float(said.mean()),
        "outcome_unknown_left_out": result.unknown,
        "no_model_yet": result.unsaid,
        "largest_gap_of_a_sum_from_one": result.largest_gap,
        "fits": [asdict(fit) for fit in result.fits],
        "scores": scores,
        "murphy": asdict(murphy(said, happened)),
        "reliability": [asdict(one) for one in bins(said, happened)],
        "parts": cuts,
    }


def _plain(value: Interval) -> dict[str, float | None]:
    return {key: None if number != number else round(number, 5) for key, number in asdict(value).items()}


def _part(result: Backtest, places: list[int]) -> dict[str, float | int | None]:
    said, happened = np.array(result.said[OURS])[places], result.happened[places]
    figures = {
        "brier": brier(said, happened),
        "skill": skill(said, happened),
        "auc": auc(said, happened),
        "calibration_error": calibration_error(said, happened),
    }
    plain = {key: None if number != number else round(number, 5) for key, number in figures.items()}
    return {"items": len(places), "base_rate": float(happened.mean()), "mean_said": float(said.mean()), **plain}
