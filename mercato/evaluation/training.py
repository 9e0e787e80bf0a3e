"""Fit the confidence of claims on annotated texts, and say by texts kept aside how far it can be trusted.

Logistic regression with an L2 penalty, by Newton's method. Needs NumPy (`pip install mercato[forecast]`); what is
fitted is applied without it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from mercato.errors import Misused
from mercato.evaluation.matching import ClaimRow, same_claim
from mercato.evaluation.reliability import Reliability, judged_reliability
from mercato.evaluation.runner import GoldSet
from mercato.extraction.confidence import chance
from mercato.model import Claim, Document, claims_to_row

FOLDS = 5
PENALTY = 3.0
"""Strength of the L2 penalty; of 1, 3, 10 and 30 the one with the least log loss on texts kept aside."""
_FEWEST = 5
"""A trait seen in fewer claims gets no weight."""
_STEPS = 12
_AS_WELL = 0.001  # of F1
_THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(18))


class TracingReader(Protocol):
    """A reader that tells how it found each claim."""

    def traced(self, document: Document) -> list[tuple[Claim, dict[str, float]]]:
        """All claims of a document, however sure, each with its traits."""


@dataclass(frozen=True, slots=True)
class Example:
    """A claim that was found: how, in which text of what day, and whether the annotation has it."""

    traits: Mapping[str, float]
    right: bool
    text_id: str
    day: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The claims found in annotated texts, and how many the annotations hold."""

    examples: tuple[Example, ...]
    wanted: int
    sets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted, and its figures on texts kept aside: by text in folds, and the latest by the earlier."""

    weights: Mapping[str, float]
    intercept: float
    threshold: float
    folds: Reliability
    later: Reliability
    f1: Mapping[float, float]
    gathered: Gathered

    def plain(self) -> dict[str, Any]:
        """As JSON: the file that a reader applies, with what it was fitted on."""
        return {
            "fitted": datetime.now(tz=UTC).date().isoformat(),
            "on": dict(sorted(self.gathered.sets.items())),
            "claims": len(self.gathered.examples),
            "right": sum(e.right for e in self.gathered.examples),
            "penalty": PENALTY,
            "kept aside": {"folds by text": self.folds.plain(), "latest third by date": self.later.plain()},
            "f1 by threshold": {str(threshold): value for threshold, value in self.f1.items()},
            "threshold": self.threshold,
            "intercept": self.intercept,
            "weights": dict(sorted(self.weights.items())),
        }


def gather(sets: Iterable[GoldSet], reader: TracingReader) -> Gathered:
    """Read annotated texts; each annotated claim is taken by the first that is about the same."""
    examples: list[Example] = []
    wanted, by_set = 0, Counter[str]()
    for annotated in sets:
        for text_id, gold in annotated.gold.items():
            document = annotated.document(text_id)
            if document is None:
                continue
            wanted += len(gold)
            day = str(document.published.day) if document.published else ""
            left = list(gold)
            for claim, traits in reader.traced(document):
                twin = _twin(left, claims_to_row(text_id, [claim])["claims"])
                if twin is not None:
                    left.remove(twin)
                examples.append(Example(traits, twin is not None, text_id, day))
                by_set[annotated.name] += 1
    return Gathered(tuple(examples), wanted, by_set)


def _twin(left: Sequence[ClaimRow], found: Sequence[ClaimRow]) -> ClaimRow | None:
    return next((gold for gold in left if found and same_claim(gold, found[0])), None)


def fit(gathered: Gathered) -> Fit:
    """Fit on all claims; the figures are those of texts kept aside. Raises Misused without NumPy or claims."""
    examples = gathered.examples
    if len({e.right for e in examples}) < 2:
        raise Misused("Confidence is fitted on right and wrong claims, and there are not both. Give more annotations.")
    aside: list[tuple[float, Example]] = []
    for fold in range(FOLDS):
        kept = [e for e in examples if _fold(e.text_id) == fold]
        model = _newton([e for e in examples if _fold(e.text_id) != fold])
        aside.extend((chance(*model, e.traits), e) for e in kept)
    f1 = {t: _f1(aside, gathered.wanted, t) for t in _THRESHOLDS}
    # Of thresholds that do as well the one that tells fewer wrong claims.
    best = max(t for t, value in f1.items() if value >= max(f1.values()) - _AS_WELL)
    weights, intercept = _newton(examples)
    return Fit(
        weights={name: round(value, 4) for name, value in weights.items()},
        intercept=round(intercept, 4),
        threshold=best,
        folds=judged_reliability([(sure, e.right) for sure, e in aside]),
        later=_later(examples),
        f1=f1,
        gathered=gathered,
    )


def _later(examples: Sequence[Example]) -> Reliability:
    """The latest third of the dated claims, judged by what the others teach."""
    dated = sorted((e for e in examples if e.day), key=lambda e: (e.day, e.text_id))
    cut = dated[len(dated) * 2 // 3].day
    earlier, later = [e for e in dated if e.day < cut], [e for e in dated if e.day >= cut]
    model = _newton(earlier)
    return judged_reliability([(chance(*model, e.traits), e.right) for e in later])


def _fold(text_id: str) -> int:
    return hashlib.sha256(text_id.encode()).digest()[0] % FOLDS


def _f1(aside: Sequence[tuple[float, Example]], wanted: int, threshold: float) -> float:
    told = [e for sure, e in aside if sure >= threshold]
    return round(2 * sum(e.right for e in told) / (len(told) + wanted), 4) if told or wanted else 0.0


def _newton(examples: Sequence[Example]) -> tuple[dict[str, float], float]:
    """Weights and intercept with the least penalised log loss; the intercept is not penalised."""
    try:
        import numpy as np
    except ImportError as fault:
        raise Misused("Fitting needs NumPy. Install it with `pip install mercato[forecast]`.") from fault
    seen = Counter(name for e in examples for name, value in e.traits.items() if value)
    names = sorted(name for name, count in seen.items() if count >= _FEWEST)
    index = {name: at for at, name in enumerate(names)}
    rows = np.zeros((len(examples), len(names) + 1))
    rows[:, -1] = 1.0
    for at, example in enumerate(examples):
        for name, value in example.traits.items():
            if name in index:
                rows[at, index[name]] = value
    right = np.array([float(e.right) for e in examples])
    penalty = np.diag([PENALTY] * len(names) + [1e-6])
    weights = np.zeros(len(names) + 1)
    for _ in range(_STEPS):
        sure = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (sure - right) + penalty @ weights
        curve = (rows * (sure * (1 - sure))[:, None]).T @ rows + penalty
        weights = weights - np.linalg.solve(curve, slope)
    return {name: float(weights[index[name]]) for name in names}, float(weights[-1])
