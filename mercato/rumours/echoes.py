"""Copies without credit: whether one text is made from another, in its language or in another one.

Inside a language, by how many runs of words the shorter text shares with the longer one. Between languages, by the
side names and figures that both have, the order in which all names come, and what is claimed. Two reports on one story
share the main names; a copy also shares the side ones, and tells things in the same order.
Thresholds come from `benchmarks/bench_echoes.py`, on pairs other than those it is scored on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from mercato.model import Claim, ClubRef
from mercato.rumours.prints import SHINGLE, Print

SAME_LANGUAGE = 0.5
"""Share of the shorter text's word runs that a copy has in common with its model, at the least, in a whole article."""
ARTICLE_RUNS = 60
"""Word runs of a whole article. A shorter text must share more: items of one sentence are made of stock phrases."""
SHORT_TEXT = 0.8
"""The share that the shortest texts must have in common."""
FEWEST_RUNS = 12
"""Below so many runs a text is a headline, and headlines on one story look alike."""
OTHER_LANGUAGE = 0.77
"""The mean of side names, order, figures and claims that a translation reaches at the least."""
FEWEST_WORDS = 40
"""Words that the shorter text must have for a translation to be told: news in three lines is alike everywhere."""
FEWEST_MARKS = 5.0
"""Weight of side names and figures that the shorter text must have for a translation to be told at all."""

_FIGURE = "f"
_WEIGHTS = {"p": 2.0, "w": 1.0, "c": 1.0, "o": 2.0, "k": 1.5, "f": 2.0}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are, 0 to 1, and whether that makes one a copy of the other."""

    score: float
    copied: bool


def compare(one: Print, other: Print, claims: tuple[frozenset[str], frozenset[str]] | None = None) -> Likeness:
    """Whether one of two texts is made from the other; `claims` are what each says, as `claim_marks` gives it."""
    if one.language == other.language:
        score, runs = _shared_runs(one, other), min(_runs(one), _runs(other))
        return Likeness(score, runs >= FEWEST_RUNS and score >= _needed(runs))
    score, weight = _shared_marks(one, other, claims)
    enough = weight >= FEWEST_MARKS and min(one.words, other.words) >= FEWEST_WORDS
    return Likeness(score, score >= OTHER_LANGUAGE and enough)


def _runs(print_: Print) -> int:
    """How many word runs the text has, those left out for length included."""
    return max(0, print_.words - SHINGLE + 1)


def _needed(runs: int) -> float:
    """The share of word runs that makes a text of this length a copy."""
    short = max(0.0, (ARTICLE_RUNS - runs) / (ARTICLE_RUNS - FEWEST_RUNS))
    return SAME_LANGUAGE + (SHORT_TEXT - SAME_LANGUAGE) * min(1.0, short)


def _shared_runs(one: Print, other: Print) -> float:
    bound = min(one.bound, other.bound)
    a = {value for value in one.shingles if value < bound}
    b = {value for value in other.shingles if value < bound}
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _shared_marks(
    one: Print, other: Print, claims: tuple[frozenset[str], frozenset[str]] | None
) -> tuple[float, float]:
    """The likeness, and how much the shorter text gave to judge by."""
    a, b = set(one.marks), set(other.marks)
    side_a, side_b = a - (core := _core(one, other)), b - core
    weight = min(_weight(side_a), _weight(side_b))
    if not weight:
        return 0.0, 0.0
    side = _weight(side_a & side_b) / weight
    parts = [side, side, _order(one.marks, other.marks)]
    figures = [{mark for mark in marks if mark[0] == _FIGURE} for marks in (a, b)]
    if all(figures):
        parts.append(_shared_part(*figures))
    if claims is not None and all(claims):
        parts.append(_shared_part(*claims))
    return sum(parts) / len(parts), weight


def _core(one: Print, other: Print) -> set[str]:
    """The names that both texts repeat: those whom the story is about, which every report on it has."""
    a, b = Counter(one.marks), Counter(other.marks)
    return {mark for mark in a.keys() & b.keys() if a[mark] > 1 and b[mark] > 1}


def _shared_part(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    return len(one & other) / min(len(one), len(other))


def _weight(marks: Iterable[str]) -> float:
    return sum(_WEIGHTS.get(mark[0], 1.0) for mark in marks)


def _order(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How much of the shorter text's sequence of shared names stands in the same order in the longer one."""
    shared = set(one) & set(other)
    a, b = _run([m for m in one if m in shared]), _run([m for m in other if m in shared])
    if not a or not b:
        return 0.0
    return _common_length(a, b) / max(min(len(a), len(b)), 1)


def _run(marks: list[str]) -> list[str]:
    """Without immediate repetitions: a language that says "he" where another repeats the name is no difference."""
    return marks[:1] + [after for before, after in pairwise(marks) if before != after]


def _common_length(a: list[str], b: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for place, y in enumerate(b, 1):
            above = row[place]
            row[place] = diagonal + 1 if x == y else max(above, row[place - 1])
            diagonal = above
    return row[-1]


def claim_marks(claims: Iterable[Claim]) -> frozenset[str]:
    """What a text claims, without its words: kind, person, clubs, stage, terms."""
    return frozenset(mark for claim in claims for mark in _marks(claim))


def _marks(claim: Claim) -> Iterable[str]:
    who = claim.person.id or claim.person.name.casefold()
    clubs = ">".join(_club(club) for club in (claim.from_, claim.to, claim.club))
    yield f"{claim.kind.value} {who} {clubs} {claim.stage.value if claim.stage else ''}"
    if claim.until:
        yield f"until {who} {claim.until}"
    if claim.fee:
        yield f"fee {who} {claim.fee.low:.0f}-{claim.fee.high:.0f} {claim.fee.currency}"


def _club(club: ClubRef | None) -> str:
    return (club.id or club.name.casefold()) if club else ""
