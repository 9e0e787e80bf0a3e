"""The record of outlets and journalists: how many of their rumours came true, with counts, shrinkage and interval.

A rumour is a person, a club and a window, and counts once for a source, at its first report of it. Stayers count as
misses; rumours whose outcome can't be known are left out and counted. Rates are a hierarchical beta-binomial: a source
is drawn to its group (kind and language), a group to all, a journalist to the outlet; how strongly is worked out on a
grid from the counts themselves (Efron & Morris 1975 for the idea).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median

import numpy as np
from scipy.special import betaln
from scipy.stats import beta

from mercato.forecasting.cases import CaseMaker, World
from mercato.forecasting.outcomes import club_key, end_of
from mercato.forecasting.reports import Report
from mercato.model import ClaimKind, ClubRef, Stage
from mercato.register import Register

FEWEST = 10
"""With fewer rumours of known outcome the line says "too few to say" instead of a rate."""

_AGAINST = (Stage.DENIED, Stage.WITHDRAWN, Stage.REJECTED)
_MEANS = np.linspace(0.01, 0.9, 90)
_STRENGTHS = np.geomspace(2.0, 400.0, 40)
_GROUP_STRENGTH = 60.0  # rumours with which a group's mean is diluted by that of all


@dataclass(frozen=True, slots=True)
class Told:
    """One rumour as one source first told it: when, as the first of all or after others, and what came of it."""

    source: str
    person: str
    club: ClubRef
    window: str
    day: date
    stage: Stage | None
    first: bool
    lead_days: int
    came_true: bool | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rumours with a known outcome, and how many of them came true."""

    n: int = 0
    true: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """A source's record. `rate` with its nine-in-ten interval is shrunk; None where there is too little to say."""

    source: str
    name: str
    group: str
    all: Count
    firsts: Count
    copies: Count
    unknown: int
    rate: float | None
    low: float | None
    high: float | None
    denied: Count
    lead_days: float | None
    by_club: Mapping[str, Count] = field(default_factory=dict)
    by_stage: Mapping[str, Count] = field(default_factory=dict)
    by_month: Mapping[str, Count] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """The record in words."""
        if self.rate is None or self.low is None or self.high is None:
            return f"{self.all.true} of {self.all.n} came true: too few to say"
        return f"{self.all.true} of {self.all.n} came true; rate {self.rate:.0%} ({self.low:.0%} to {self.high:.0%})"


def told_by(world: World, since: date, until: date, as_of: date) -> list[Told]:
    """Every rumour of a period, once for each source that told it, with what was known of it on `as_of`."""
    maker = CaseMaker(world)
    seen: dict[tuple[str, str, str], dict[str, Report]] = defaultdict(dict)
    for report in world.reports.reports:
        if report.known > end_of(as_of):
            break
        if report.kind is ClaimKind.MOVE and report.to is not None:
            window = maker.window_for(report.to, report.day).name
            for source in {canonical(world.register, name) for name in (*report.cited, report.outlet) if name}:
                seen[report.person_key, club_key(report.to), window].setdefault(source, report)
    found = []
    for (person, _, window), sources in seen.items():
        case = maker.case(person, window, min(as_of, max(report.day for report in sources.values())))
        club = next(iter(sources.values())).to
        if case is None or club is None:
            continue
        happened = maker.joined(case, club, as_of)
        move = maker.outcome(case, as_of).joined(club) if happened else None
        known = world.outcomes.known_at(move) if move else world.outcomes.window_known_at(window)
        earliest = min(report.known for report in sources.values())
        for source, report in sources.items():
            if since <= report.day <= until:
                lead = (known - report.day).days
                told = (source, person, club, window, report.day, report.stage, report.known == earliest, lead)
                found.append(Told(*told, happened))
    return found


def records(told: Iterable[Told], register: Register, fewest: int = FEWEST) -> list[Record]:
    """The record of every source, those with the most rumours first."""
    by_source: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_source[one.source].append(one)
    counts = {source: count(_for(rumours)) for source, rumours in by_source.items()}
    groups = {source: _group(register, source) for source in by_source}
    priors = _priors(counts, groups)
    made = [
        _record(source, rumours, register, groups[source], priors[source], fewest)
        for source, rumours in by_source.items()
    ]
    return sorted(made, key=lambda record: (-record.all.n, record.name))


def canonical(register: Register, source: str) -> str:
    """The register's id of an outlet that is given by its domain; others as they are."""
    outlet = register.outlet_by_domain.get(source.removeprefix("www."))
    return outlet.id if outlet else source


def count(told: Iterable[Told]) -> Count:
    """Rumours with a known outcome, and those that came true."""
    known = [one.came_true for one in told if one.came_true is not None]
    return Count(len(known), sum(known))


def _for(told: Iterable[Told]) -> list[Told]:
    """The rumours told as coming; what a source denied is counted apart."""
    return [one for one in told if one.stage not in _AGAINST]


def _record(
    source: str, told: Sequence[Told], register: Register, group: str, prior: tuple[float, float], fewest: int
) -> Record:
    rumours = _for(told)
    whole = count(rumours)
    mean, strength = prior
    enough = whole.n >= fewest
    posterior = beta(whole.true + mean * strength, whole.n - whole.true + (1 - mean) * strength)
    leads = [one.lead_days for one in rumours if one.came_true and one.first]
    return Record(
        source=source,
        name=_name(register, source),
        group=group,
        all=whole,
        firsts=count(one for one in rumours if one.first),
        copies=count(one for one in rumours if not one.first),
        unknown=sum(one.came_true is None for one in told),
        rate=float(posterior.mean()) if enough else None,
        low=float(posterior.ppf(0.05)) if enough else None,
        high=float(posterior.ppf(0.95)) if enough else None,
        denied=count(one for one in told if one.stage in _AGAINST),
        lead_days=float(median(leads)) if leads else None,
        by_club=_split(rumours, lambda one: one.club.name),
        by_stage=_split(rumours, lambda one: one.stage.value if one.stage else "no step"),
        by_month=_split(rumours, lambda one: f"{one.day:%Y-%m}"),
    )


def _split(told: Iterable[Told], key: Callable[[Told], str]) -> dict[str, Count]:
    parts: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        parts[key(one)].append(one)
    return {name: count(part) for name, part in sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))}


def _group(register: Register, source: str) -> str:
    """The kind and language of a source; journalists under the outlet they write for, where the register knows it."""
    journalist = register.journalists.get(source)
    if journalist is not None:
        return f"journalist of {journalist.outlets[0]}" if journalist.outlets else "journalist"
    outlet = register.outlets.get(source) or register.outlet_by_domain.get(source)
    return f"{outlet.kind.value} in {outlet.language or 'any language'}" if outlet else "unlisted"


def _name(register: Register, source: str) -> str:
    found = register.outlets.get(source) or register.outlet_by_domain.get(source) or register.journalists.get(source)
    return found.name if found else source


def _priors(counts: Mapping[str, Count], groups: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """For each source the mean and the strength (in rumours) that its own counts are mixed with."""
    mean, strength = fit_beta(list(counts.values()))
    totals: dict[str, Count] = defaultdict(Count)
    for source, own in counts.items():
        before = totals[groups[source]]
        totals[groups[source]] = Count(before.n + own.n, before.true + own.true)
    priors = {}
    for source in counts:
        total = totals[groups[source]]
        group = (total.true + _GROUP_STRENGTH * mean) / (total.n + _GROUP_STRENGTH)
        outlet = groups[source].removeprefix("journalist of ")
        paper = counts.get(outlet)
        if paper is not None and outlet != groups[source]:
            group = (paper.true + strength * mean) / (paper.n + strength)
        priors[source] = (group, strength)
    return priors


def fit_beta(counts: Sequence[Count]) -> tuple[float, float]:
    """Mean and strength (in rumours) of the beta distribution that sources come from: posterior means on a grid."""
    used = [one for one in counts if one.n]
    if not used:
        return 0.15, 20.0
    n, true = (np.array(values)[:, None, None] for values in ([o.n for o in used], [o.true for o in used]))
    mean, strength = np.meshgrid(_MEANS, _STRENGTHS, indexing="ij")
    a, b = mean * strength, (1 - mean) * strength
    log = (betaln(true + a, n - true + b) - betaln(a, b)).sum(axis=0)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    return float((weight * mean).sum()), float(np.exp((weight * np.log(strength)).sum()))
