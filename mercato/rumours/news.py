"""What is new: the facts of each report against all that was said before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mercato.model import LADDER, Certainty, Claim, Stage
from mercato.model.rumours import Newness
from mercato.rumours.names import Names
from mercato.rumours.paths import Sourced, origin_of

STALE_AFTER = timedelta(days=14)
"""A transfer story that brought nothing for two weeks has stopped moving, in the middle of a window or out of it."""

_SURENESS = (Certainty.DENIED, Certainty.ASKED, Certainty.SPECULATED, Certainty.REPORTED, Certainty.FACT)


@dataclass(slots=True)
class Heard:
    """What has been said so far in a rumour."""

    facts: set[str] = field(default_factory=set)
    stages: set[Stage] = field(default_factory=set)
    stage: Stage | None = None
    origins: set[str] = field(default_factory=set)
    of_origin: dict[str, tuple[int, int]] = field(default_factory=dict)
    last_news: datetime | None = None


def facts_of(report: Sourced, also: Iterable[Claim], names: Names) -> frozenset[str]:
    """What a report states besides the stage, each as one comparable line; `also` are its facts about the person."""
    found: set[str] = set()
    for claim in (*(entry.claim for entry in report.entries), *also):
        found.update(_facts(claim, names))
    return frozenset(found)


def _facts(claim: Claim, names: Names) -> Iterable[str]:
    if claim.deal:
        yield f"deal {claim.deal.value}"
    if claim.from_:
        yield f"from {names.club_key(claim.from_)}"
    if claim.until:
        yield f"until {claim.until}"
    if claim.condition:
        person = claim.condition.person
        yield f"if {(person.name.split()[-1] if person else claim.condition.text).casefold()}"
    amounts = {amount for amount in (claim.fee, *claim.terms.amounts) if amount}
    for amount in sorted(amounts, key=lambda m: (m.kind, m.low, m.high, m.currency)):
        yield f"{amount.kind.value} {amount.low:.0f}-{amount.high:.0f} {amount.currency}"
    terms = claim.terms
    if terms.wage:
        yield f"wage {terms.wage.low:.0f}-{terms.wage.high:.0f} {terms.wage.currency} a {terms.wage.period}"
    if terms.length_years is not None:
        yield f"length {terms.length_years:g} years"
    if terms.sell_on_percent is not None:
        yield f"sell-on {terms.sell_on_percent:g} %"
    if terms.cost:
        yield f"cost {terms.cost.casefold()}"


def stage_of(report: Sourced) -> Stage | None:
    """The last stage that a report gives."""
    stages = [entry.claim.stage for entry in report.entries if entry.claim.stage]
    return stages[-1] if stages else None


def certainty_of(report: Sourced) -> Certainty:
    """The strongest way in which a report holds its claims."""
    return max((entry.claim.certainty for entry in report.entries), key=_SURENESS.index)


def news_of(
    reports: Sequence[Sourced],
    facts: Mapping[str, frozenset[str]],
    earlier_window: frozenset[str] | None,
) -> dict[str, tuple[Newness, ...]]:
    """For each document what it brought. `earlier_window` are the facts of the same story then, if any."""
    heard = Heard()
    by_document = {report.document_id: report for report in reports}
    found: dict[str, tuple[Newness, ...]] = {}
    for place, report in enumerate(reports):
        origin = origin_of(report, by_document)
        new = _new(report, origin, facts[report.document_id], heard)
        if place == 0 and earlier_window is not None and facts[report.document_id] <= earlier_window:
            new = [Newness.RECYCLED, *(item for item in new if item is Newness.NEW_ORIGIN)]
        found[report.document_id] = tuple(new)
        _hear(heard, report, origin, facts[report.document_id], new)
    return found


def _new(report: Sourced, origin: str, facts: frozenset[str], heard: Heard) -> list[Newness]:
    found: list[Newness] = []
    stage = stage_of(report)
    leans = report.cites or report.copy is not None
    grew = leans and origin in heard.of_origin and _strength(report) > heard.of_origin[origin]
    if (facts - heard.facts and report.copy is None) or not heard.origins:
        found.append(Newness.NEW_FACT)
    if stage and _has_moved(stage, heard):
        # Who only passes on a source that said less has no step to report.
        found.append(Newness.DRIFT if grew else Newness.NEW_STAGE)
    elif grew and _strength(report)[0] > heard.of_origin[origin][0]:
        found.append(Newness.DRIFT)
    if origin not in heard.origins:
        found.append(Newness.NEW_ORIGIN)
    if not any(item.is_news or item is Newness.DRIFT for item in found):
        late = heard.last_news is not None and report.when.latest - heard.last_news >= STALE_AFTER
        found.append(Newness.STALE if late else Newness.REPETITION)
    return found


def _has_moved(stage: Stage, heard: Heard) -> bool:
    """A step further than anything said, or a change to or from a refusal or an end that is not the stage already."""
    if stage == heard.stage:
        return False
    if stage in LADDER and heard.stage in LADDER:
        return all(LADDER.index(stage) > LADDER.index(said) for said in heard.stages if said in LADDER)
    return stage not in heard.stages or stage in LADDER[1:]


def _strength(report: Sourced) -> tuple[int, int]:
    stage = stage_of(report)
    return (LADDER.index(stage) if stage in LADDER else -1), _SURENESS.index(certainty_of(report))


def _hear(heard: Heard, report: Sourced, origin: str, facts: frozenset[str], new: Sequence[Newness]) -> None:
    heard.facts |= facts
    heard.origins.add(origin)
    stage = stage_of(report)
    if stage:
        heard.stages.add(stage)
        heard.stage = stage
    heard.of_origin[origin] = max(heard.of_origin.get(origin, (-1, 0)), _strength(report))
    if any(item.is_news for item in new):
        heard.last_news = report.when.latest
