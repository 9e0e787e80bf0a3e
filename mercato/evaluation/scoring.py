"""Score claims against annotations: who is linked where, how far it has come, on what terms, by whose word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mercato.evaluation.matching import ClaimRow, place, same_claim, same_club, same_fee, same_outlet, same_year

Claims = Mapping[str, Sequence[ClaimRow]]
"""Claims by the id of the text they are from."""

ACCURACY_FIELDS = ("stage", "from", "deal", "fee", "until", "condition", "origin")
SPURIOUS_FIELDS = ("from", "deal", "fee", "until")

_EQUAL: dict[str, Callable[[Any, Any], bool]] = {
    "from": same_club,
    "deal": lambda gold, system: gold == system,
    "fee": same_fee,
    "until": same_year,
}


def ratio(part: int, whole: int) -> float | None:
    """`part / whole` to four digits, None where there is nothing to divide by."""
    return round(part / whole, 4) if whole else None


@dataclass(frozen=True, slots=True)
class Match:
    """How many of `gold` and of `system` found their twin."""

    hit: int
    system: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Share of the system's that are right."""
        return ratio(self.hit, self.system)

    @property
    def recall(self) -> float | None:
        """Share of the annotated ones that were found."""
        return ratio(self.hit, self.gold)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return ratio(2 * self.hit, self.system + self.gold)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "gold": self.gold,
            "system": self.system,
        }


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `asked`."""

    right: int
    asked: int

    @property
    def value(self) -> float | None:
        """The share, None where nothing was asked."""
        return ratio(self.right, self.asked)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing the system got wrong: `what` is missed, invented, source or the name of a field."""

    text_id: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.text_id}: {self.what:<8} {self.detail}"


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one scoring, and every fault behind them. What each figure means: `docs/evaluation.md`."""

    texts: int
    move_pairs: Match
    all_claims: Match
    by_kind: Mapping[str, Match]
    silent: Share
    accuracy: Mapping[str, Share]
    spurious: Mapping[str, Share]
    sources: Match
    stages: Mapping[str, Mapping[str | None, int]]
    faults: tuple[Fault, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON, without the faults."""
        return {
            "texts": self.texts,
            "move pairs": self.move_pairs.plain(),
            "all claims": self.all_claims.plain(),
            "by kind": {kind: match.plain() for kind, match in self.by_kind.items()},
            "silent": self.silent.value,
            "accuracy": {name: share.value for name, share in self.accuracy.items()},
            "asked": {name: share.asked for name, share in self.accuracy.items()},
            "spurious": {name: share.value for name, share in self.spurious.items()},
            "sources": self.sources.plain(),
            "stage confusion": {gold: dict(found) for gold, found in self.stages.items()},
        }

    def figures(self) -> dict[str, float]:
        """The figures that a floor can be put under; one that nothing was asked for is left out."""
        named: dict[str, float | None] = {
            "move pairs": self.move_pairs.f1,
            "all claims": self.all_claims.f1,
            "silent": self.silent.value,
            "sources": self.sources.f1,
        }
        named.update({name: share.value for name, share in self.accuracy.items()})
        return {name: value for name, value in named.items() if value is not None}


@dataclass(slots=True)
class Tally:
    """Counts while texts go by; `report()` at the end."""

    texts: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    found: Counter[str | None] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    spurious: Counter[str] = field(default_factory=Counter)
    empty: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    stages: dict[str, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    silent: Counter[bool] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def add(self, text_id: str, gold: Sequence[ClaimRow], system: Sequence[ClaimRow]) -> None:
        """Count one text: each annotated claim takes the first of the system's that is about the same."""
        self.texts += 1
        rest = list(system)
        self.found.update(claim.get("kind") for claim in rest)
        if not gold:
            self.silent[not rest] += 1
        for wanted in gold:
            self.wanted[wanted["kind"]] += 1
            twin = next((claim for claim in rest if same_claim(wanted, claim)), None)
            if twin is None:
                self.faults.append(Fault(text_id, "missed", _described(wanted)))
                continue
            rest.remove(twin)
            self.hits[wanted["kind"]] += 1
            self._compare(text_id, wanted, twin)
        self.faults.extend(Fault(text_id, "invented", _described(claim)) for claim in rest)

    def _compare(self, text_id: str, gold: ClaimRow, system: ClaimRow) -> None:
        self._compare_stage(text_id, gold, system)
        for name, equal in _EQUAL.items():
            if name == "from" and gold["kind"] == "exit":
                continue  # an exit is matched by its `from`: it can only be right
            if gold.get(name):
                wrong = f"{gold.get('person')}: {system.get(name)} for {gold[name]}"
                self._asked(text_id, name, equal(gold[name], system.get(name)), wrong)
            else:
                self.empty[name] += 1
                self.spurious[name] += bool(system.get(name))
        self._asked(text_id, "condition", bool(gold.get("condition")) == bool(system.get("condition")), None)
        self._compare_sources(text_id, gold, system)

    def _compare_stage(self, text_id: str, gold: ClaimRow, system: ClaimRow) -> None:
        if gold.get("stage"):
            self.stages[gold["stage"]][system.get("stage")] += 1
            wrong = f"{gold.get('person')} -> {place(gold)}: {system.get('stage')} for {gold['stage']}"
            self._asked(text_id, "stage", system.get("stage") == gold["stage"], wrong)

    def _compare_sources(self, text_id: str, gold: ClaimRow, system: ClaimRow) -> None:
        named, found = list(gold.get("sources") or []), list(system.get("sources") or [])
        self.sources.update(gold=len(named), system=len(found))
        left = list(found)
        for name in named:
            twin = next((other for other in left if same_outlet(name, other)), None)
            if twin is None:
                self.faults.append(Fault(text_id, "source", f"{gold.get('person')}: {found} for {named}"))
            else:
                left.remove(twin)
                self.sources["hit"] += 1
        if named:
            self._asked(text_id, "origin", bool(found) and same_outlet(named[0], found[0]), None)

    def _asked(self, text_id: str, name: str, is_right: bool, wrong: str | None) -> None:
        """Count a field that was asked for; without `wrong` a miss is counted but not listed."""
        self.asked[name] += 1
        self.right[name] += is_right
        if wrong and not is_right:
            self.faults.append(Fault(text_id, name, wrong))

    def report(self) -> Report:
        """What was counted so far."""
        kinds = sorted(set(self.wanted) | {kind for kind in self.found if kind})
        return Report(
            texts=self.texts,
            move_pairs=self._match("move"),
            all_claims=Match(self.hits.total(), self.found.total(), self.wanted.total()),
            by_kind={kind: self._match(kind) for kind in kinds},
            silent=Share(self.silent[True], self.silent.total()),
            accuracy={name: Share(self.right[name], self.asked[name]) for name in ACCURACY_FIELDS},
            spurious={name: Share(self.spurious[name], self.empty[name]) for name in SPURIOUS_FIELDS},
            sources=Match(self.sources["hit"], self.sources["system"], self.sources["gold"]),
            stages={gold: dict(found.most_common()) for gold, found in sorted(self.stages.items())},
            faults=tuple(self.faults),
        )

    def _match(self, kind: str) -> Match:
        return Match(self.hits[kind], self.found[kind], self.wanted[kind])


def _described(claim: ClaimRow) -> str:
    return f"{claim.get('kind')} {claim.get('person')} -> {place(claim)} [{claim.get('stage')}]"


def score(gold: Claims, system: Claims) -> Report:
    """Score a system's claims; a text that it leaves out counts as one with no claim, one not annotated is ignored."""
    tally = Tally()
    for text_id, claims in gold.items():
        tally.add(text_id, claims, system.get(text_id, ()))
    return tally.report()
