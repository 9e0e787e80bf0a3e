"""Does a confidence of 0.8 come true eight times in ten? Bins of stated confidence beside the share that was right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mercato.evaluation.matching import ClaimRow, same_claim
from mercato.evaluation.scoring import Claims

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims whose confidence is in [low, high): how many, what they promised on average, how many were right."""

    low: float
    high: float
    claims: int
    promised: float
    right: int

    @property
    def precision(self) -> float:
        """Share of the bin's claims that the annotations have."""
        return round(self.right / self.claims, 4)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "low": self.low,
            "high": self.high,
            "claims": self.claims,
            "confidence": self.promised,
            "precision": self.precision,
        }


@dataclass(frozen=True, slots=True)
class Reliability:
    """The bins, the Brier score, and that of always stating the overall share of right claims."""

    bins: tuple[Bin, ...]
    brier: float
    base_brier: float

    @property
    def calibration_error(self) -> float:
        """Mean distance of promise and precision over the bins, weighted by claims."""
        total = sum(b.claims for b in self.bins)
        return round(sum(b.claims * abs(b.promised - b.precision) for b in self.bins) / total, 4)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "bins": [b.plain() for b in self.bins],
            "brier": self.brier,
            "base brier": self.base_brier,
            "calibration error": self.calibration_error,
        }


def confidence_of(claim: ClaimRow) -> float | None:
    """A claim's stated confidence, from the row itself or from its `more`; None where it states none."""
    value = claim.get("confidence", (claim.get("more") or {}).get("confidence"))
    return float(value) if isinstance(value, int | float) else None


def reliability(gold: Claims, system: Claims) -> Reliability | None:
    """How far confidence can be trusted; None where no claim states any."""
    judged = list(_judged(gold, system))
    return judged_reliability(judged) if judged else None


def judged_reliability(judged: Sequence[tuple[float, bool]]) -> Reliability:
    """How far confidence can be trusted, of claims known to be right or wrong; there must be some."""
    share = sum(right for _, right in judged) / len(judged)
    return Reliability(
        bins=tuple(_bins(judged)),
        brier=_brier(judged),
        base_brier=_brier((share, right) for _, right in judged),
    )


def _judged(gold: Claims, system: Claims) -> Iterator[tuple[float, bool]]:
    """Confidence of each claim, and whether it takes one of the text's annotated claims, each taken once."""
    for text_id, wanted in gold.items():
        left = list(wanted)
        for claim in system.get(text_id, ()):
            twin = next((w for w in left if same_claim(w, claim)), None)
            if twin is not None:
                left.remove(twin)
            stated = confidence_of(claim)
            if stated is not None:
                yield stated, twin is not None


def _bins(judged: Sequence[tuple[float, bool]]) -> Iterator[Bin]:
    for number in range(BINS):
        inside = [(c, right) for c, right in judged if min(int(c * BINS), BINS - 1) == number]
        if inside:
            yield Bin(
                low=number / BINS,
                high=(number + 1) / BINS,
                claims=len(inside),
                promised=round(sum(c for c, _ in inside) / len(inside), 4),
                right=sum(right for _, right in inside),
            )


def _brier(judged: Iterable[tuple[float, bool]]) -> float:
    squares = [(c - right) ** 2 for c, right in judged]
    return round(sum(squares) / len(squares), 4)
