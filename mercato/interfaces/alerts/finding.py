"""What rules find: alerts, each with a key that is the same whenever it is found again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mercato.interfaces.alerts.rules import Event, Rule
from mercato.model import ENDS, LADDER
from mercato.model.folding import fold
from mercato.model.rumours import Newness, Report, ReportRole, Rumour
from mercato.rumours.book import RumourBook, RumourFilter

if TYPE_CHECKING:
    from mercato.forecasting.forecasts import Forecast


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell. `title` is a line for people, `body` the same for programs."""

    key: str
    rule: str
    event: Event
    title: str
    body: dict[str, Any]


def from_rumours(book: RumourBook, rule: Rule, since: datetime) -> Iterator[Alert]:
    """The alerts of a rule on reports that became known since a moment, the oldest first."""
    if not set(rule.events) - {Event.PROBABILITY}:
        return
    asked = RumourFilter(club=rule.club, person=rule.person, kinds=rule.kinds, changed_since=since)
    found = [
        (report.known_at, alert)
        for rumour in book.rumours(asked)
        for report in rumour.reports
        if report.known_at >= since and (alert := _of_report(rule, rumour, report)) is not None
    ]
    yield from (alert for _, alert in sorted(found, key=lambda pair: pair[0]))


def _of_report(rule: Rule, rumour: Rumour, report: Report) -> Alert | None:
    event = next((event for event in rule.events if _happened(event, report)), None)
    if event is None or (rule.outlet and fold(rule.outlet) not in map(fold, (report.outlet, *report.path))):
        return None
    if rule.stage is not None and event is not Event.DENIAL and not _reaches(rumour, report, rule):
        return None
    from mercato.interfaces.cli.rumour_text import what

    stage = f" ({report.stage.value})" if report.stage else ""
    title = f"{rumour.person_name}: {what(rumour)}{stage}, {report.outlet}"
    body = {
        "event": str(event),
        "rumour": rumour.id,
        "person": rumour.person_name,
        "what": what(rumour),
        "window": rumour.window,
        "stage": report.stage.value if report.stage else None,
        "outlet": report.outlet,
        "path": list(report.path),
        "new": [item.value for item in report.new],
        "independent_origins": len(rumour.independent_origins),
        "document": report.document_id,
        "address": report.address,
        "published": str(report.published) if report.published else None,
    }
    return Alert(_key(rule.name, rumour.id, report.document_id), rule.name, event, title, body)


def _happened(event: Event, report: Report) -> bool:
    match event:
        case Event.NEWS:
            return any(item.is_news for item in report.new)
        case Event.ORIGIN:
            return Newness.NEW_ORIGIN in report.new
        case Event.DENIAL:
            return report.role is ReportRole.DENIAL or (report.stage in ENDS and Newness.NEW_STAGE in report.new)
        case _:
            return False


def _reaches(rumour: Rumour, report: Report, rule: Rule) -> bool:
    stage = report.stage or rumour.stage
    if rule.stage in ENDS:
        return stage is rule.stage
    return stage in LADDER and rule.stage in LADDER and LADDER.index(stage) >= LADDER.index(rule.stage)


def from_forecasts(
    forecasts: Sequence[tuple[datetime, Forecast]], rule: Rule, since: datetime, club: str | None
) -> Iterator[Alert]:
    """The alerts on figures that crossed a rule's: each kept forecast since a moment against the one before it.

    `club` is the rule's, as forecasts file it; None means every outcome.
    """
    if Event.PROBABILITY not in rule.events or rule.probability is None:
        return
    before: dict[tuple[str, str], Forecast] = {}
    for said_at, said in forecasts:
        pair = (said.person_key, said.window)
        last = before.get(pair)
        before[pair] = said
        if last is None or said_at < since or not _is_on(rule, said):
            continue
        for chance in said.chances:
            old, new = last.of(chance.outcome), chance.probability
            if (old < rule.probability) == (new < rule.probability) or club not in (None, chance.outcome):
                continue
            crossed = "rose above" if new >= rule.probability else "fell below"
            title = f"{said.person}, {chance.name} ({said.window}): {crossed} {rule.probability:.0%} ({new:.0%})"
            body = {
                "event": str(Event.PROBABILITY),
                "person": said.person,
                "outcome": chance.outcome,
                "name": chance.name,
                "window": said.window,
                "before": old,
                "now": new,
                "low": chance.low,
                "high": chance.high,
                "reasons": [reason.sentence for reason in chance.reasons],
                "moment": said.moment.isoformat(),
            }
            yield Alert(_key(rule.name, said.id, chance.outcome), rule.name, Event.PROBABILITY, title, body)


def _is_on(rule: Rule, said: Forecast) -> bool:
    return rule.person is None or rule.person == said.person_key or f" {fold(rule.person)} " in f" {fold(said.person)} "


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
