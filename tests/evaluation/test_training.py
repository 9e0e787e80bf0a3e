"""Fitting confidence: what speaks for a claim gets a weight, and the figures are those of texts kept aside."""

from __future__ import annotations

import pytest

from mercato.errors import Misused
from mercato.evaluation.training import Example, Gathered, fit

pytest.importorskip("numpy")


def _examples(count: int = 300) -> list[Example]:
    """Claims of which nine in ten with the good trait are right, and three in ten without."""
    found = []
    for number in range(count):
        good = number % 2 == 0
        right = number % 20 != 0 if good else number % 20 in (1, 3, 5)
        day = f"2021-0{1 + number % 9}-01"
        found.append(Example({"good": 1.0} if good else {}, right, f"text-{number}", day))
    return found


def test_what_speaks_for_a_claim_gets_a_weight() -> None:
    examples = _examples()
    fitted = fit(Gathered(tuple(examples), 200, {"made up": len(examples)}))
    assert fitted.weights["good"] > 1
    assert fitted.folds.brier < fitted.folds.base_brier
    assert fitted.later.brier < fitted.later.base_brier
    assert fitted.f1[fitted.threshold] >= max(fitted.f1.values()) - 0.001
    assert fitted.threshold > 0


def test_only_right_claims_teach_nothing() -> None:
    examples = [Example({"good": 1.0}, True, str(n), "2021-01-01") for n in range(20)]
    with pytest.raises(Misused, match="right and wrong"):
        fit(Gathered(tuple(examples), 20, {"made up": 20}))
