"""What earlier outcomes teach of words and sources: shrunk log-odds, by counts of person and club."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mercato.forecasting.cases import Case
from mercato.forecasting.reports import Report
from mercato.forecasting.signals import Learned

_FEWEST = 5
"""A word or source seen with fewer pairs of person and club teaches nothing of its own."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A pair of person and destination whose outcome is known, with all reports on it."""

    person: str
    club: str
    reports: tuple[Report, ...]
    came_true: bool


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """With how many average pairs each is diluted; chosen on February to June of 2021 by held-out people."""

    words: float = 15.0
    sources: float = 25.0


def taught_by(cases: Iterable[tuple[Case, str | None]]) -> list[Taught]:
    """The pairs in labelled cases, each once with the most reports that a case has of it."""
    best: dict[tuple[str, str, str], Taught] = {}
    for case, label in cases:
        if label is None:
            continue
        for destination in case.destinations:
            key = (case.key, destination.key, case.window)
            if key not in best or len(best[key].reports) < len(destination.reports):
                best[key] = Taught(case.key, destination.key, destination.reports, label == destination.key)
    return list(best.values())


def learn(pairs: Iterable[Taught], shrinkage: Shrinkage | None = None) -> Learned:
    """Log-odds above the average of all pairs, diluted with the average; each pair counts once for each word."""
    pairs, dilution = list(pairs), shrinkage or Shrinkage()
    if not pairs:
        return Learned()
    base = (sum(pair.came_true for pair in pairs) + 0.5) / (len(pairs) + 1)
    words: dict[str, list[bool]] = defaultdict(list)
    sources: dict[str, list[bool]] = defaultdict(list)
    for pair in pairs:
        for word in {word for report in pair.reports for word in report.words}:
            words[word].append(pair.came_true)
        for source in {report.source for report in pair.reports}:
            sources[source].append(pair.came_true)
    return Learned(_scores(words, base, dilution.words), _scores(sources, base, dilution.sources))


def _scores(found: Mapping[str, list[bool]], base: float, dilution: float) -> dict[str, float]:
    average = math.log(base / (1 - base))
    scores = {}
    for name, results in sorted(found.items()):
        if len(results) >= _FEWEST:
            rate = (sum(results) + dilution * base) / (len(results) + dilution)
            scores[name] = round(math.log(rate / (1 - rate)) - average, 6)
    return scores


def fold_of(person: str, folds: int) -> int:
    """Which part a person belongs to when people are held out in turn; the same on every machine."""
    return sum((place + 1) * ord(letter) for place, letter in enumerate(person)) % folds
