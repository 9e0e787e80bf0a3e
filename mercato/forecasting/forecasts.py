"""Forecasts: what is said of a person, a window and a moment, with interval and reasons, and how it turned out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from mercato.forecasting.cases import ELSEWHERE, Case, CaseMaker
from mercato.forecasting.chances import Chance, Reason
from mercato.forecasting.features import pair_signals, person_signals
from mercato.forecasting.hazard import Rows, probabilities, reference_window
from mercato.forecasting.model import Model, interval
from mercato.forecasting.signals import Signal

STALE_DAYS = 90
"""After so many days without a report nothing is said: the forecast would rest on the season alone."""

_REASONS = 4
_LEAST_REASON = 0.05  # weights are in logarithms of a hazard: less than 5 % of a change is no reason


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was said of a person and a window at a moment. `chances` add up to one; where there is too little, none."""

    person: str
    person_key: str
    window: str
    moment: datetime
    model: str
    data: str
    chances: tuple[Chance, ...] = ()
    why_not: str = ""

    @property
    def id(self) -> str:
        """The same words on the same data by the same model are one forecast."""
        return hashlib.sha256(msgspec.json.encode(as_json(self), order="deterministic")).hexdigest()[:24]

    def of(self, outcome: str) -> float:
        """The chance of an outcome; one that was not named shares in "elsewhere", and has none of its own."""
        return next((chance.probability for chance in self.chances if chance.outcome == outcome), 0.0)


def forecast(model: Model, case: Case) -> Forecast:
    """What the model says of a case, or why it says nothing."""
    base = Forecast(
        person=case.person.name,
        person_key=case.key,
        window=case.window,
        moment=case.moment,
        model=model.version,
        data=data_digest(case),
        why_not=too_little(case),
    )
    if base.why_not:
        return base
    rows = model.rows([case])
    said = probabilities(rows, model.weights.values, model.weights.sharpness, model.weights.shift)[0]
    ranges = interval(model, rows, 0)
    names = {destination.key: destination.club.name for destination in case.destinations}
    reasons = _reasons(model, case, rows)
    chances = []
    for outcome, probability in said.items():
        low, high = ranges.get(outcome, (None, None))
        name = names.get(outcome, outcome)
        chances.append(Chance(outcome, name, probability, low, high, reasons.get(outcome, ())))
    ordered = sorted(chances, key=lambda chance: (-chance.probability, chance.outcome))
    return Forecast(base.person, base.person_key, base.window, base.moment, base.model, base.data, tuple(ordered))


def too_little(case: Case) -> str:
    """Why nothing can be said of a case; empty where something can."""
    if not case.destinations:
        return "no destination has been named since the last window"
    newest = max(report.day for report in case.reports)
    if (case.day - newest).days > STALE_DAYS:
        return f"nothing was reported for {(case.day - newest).days} days"
    if all(destination.window.days_left(case.day) < 0 for destination in case.destinations):
        return "the window is over"
    return ""


def data_digest(case: Case) -> str:
    """Of the reports that the case rests on."""
    return hashlib.sha256("|".join(report.claim_id for report in case.reports).encode()).hexdigest()[:16]


def _reasons(model: Model, case: Case, rows: Rows) -> dict[str, tuple[Reason, ...]]:
    """For each outcome the signals that move its hazard most, against the mean of the cases the model was fitted on."""
    found: dict[str, tuple[Reason, ...]] = {}
    usual = _usual(model)
    for number, key in enumerate(rows.keys[0]):
        if key == ELSEWHERE:
            signals, prefix = person_signals(case, model.learned), "else: "
        else:
            signals, prefix = pair_signals(case, case.destinations[number], model.learned), "to: "
        found[key] = _strongest(model, signals, prefix, usual, _season(case, float(rows.offsets[number])))
    return found


def _season(case: Case, offset: float) -> tuple[Reason, ...]:
    """What the season does to a hazard: talk for a winter window is worth less than for a summer's."""
    if not math.isfinite(offset) or abs(offset) < _LEAST_REASON:
        return ()
    ahead = (reference_window(case).opens - case.day).days
    sentence = f"a winter window, {ahead} days before it opens" if ahead > 0 else "a winter window"
    return (Reason("season", round(math.exp(offset), 3), sentence),)


def _usual(model: Model) -> Mapping[str, float]:
    """The mean value of each signal where its part of the row is used at all."""
    means = dict(zip(model.columns, model.weights.means, strict=True))
    pairs, others = means["to: any destination"], means["else: elsewhere"]
    return {name: mean / (pairs if name.startswith("to: ") else others) for name, mean in means.items()}


def _strongest(
    model: Model, signals: Mapping[str, Signal], prefix: str, usual: Mapping[str, float], season: tuple[Reason, ...]
) -> tuple[Reason, ...]:
    weights = dict(zip(model.columns, model.weights.values, strict=True))
    moves = [(abs(math.log(reason.factor)), reason) for reason in season]
    for name, signal in signals.items():
        column = prefix + name
        effect = weights[column] * model.weights.sharpness * (signal.value - usual[column])
        if signal.sentence and signal.value and abs(effect) >= _LEAST_REASON:
            moves.append((abs(effect), Reason(name, round(math.exp(effect), 3), signal.sentence)))
    moves.sort(key=lambda each: -each[0])
    return tuple(reason for _, reason in moves[:_REASONS])


@dataclass(frozen=True, slots=True)
class Judgement:
    """A forecast and what came of it; `happened` is None where that can't be known, and then it counts nowhere."""

    forecast: Forecast
    said_at: datetime
    happened: str | None
    probability: float | None


def judge(kept: Sequence[tuple[datetime, Forecast]], maker: CaseMaker, as_of: date) -> list[Judgement]:
    """What came of the forecasts whose window was over by a day. Outcomes are sought as they are known that day."""
    found = []
    for said_at, said in kept:
        if not said.chances or maker.world.outcomes.window_known_at(said.window) > as_of:
            continue
        case = maker.case(said.person_key, said.window, said.moment.date())
        label = maker.label(case, as_of) if case else None
        named = {chance.outcome for chance in said.chances}
        happened = label if label is None or label in named else ELSEWHERE
        found.append(Judgement(said, said_at, happened, None if happened is None else said.of(happened)))
    return found


def as_json(forecast_: Forecast) -> dict[str, Any]:
    """A forecast as plain values."""
    return {**asdict(forecast_), "moment": forecast_.moment.isoformat()}


def from_json(value: Mapping[str, Any]) -> Forecast:
    """The forecast that `as_json` wrote down."""
    chances = tuple(
        Chance(**{**chance, "reasons": tuple(Reason(**reason) for reason in chance["reasons"])})
        for chance in value["chances"]
    )
    return Forecast(**{**value, "moment": datetime.fromisoformat(value["moment"]), "chances": chances})
