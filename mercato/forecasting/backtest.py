"""The backtest: walk through a past period, fit on what was known, forecast, and score what was said.

Two ways. A *replay* walks day by day and fits on outcomes known on the day. A *split* is for a past with one window
only: reports before a day teach, reports after it are judged, by people held out in turn, so that nobody is on both
sides; its labels come from one and the same window, so it is no replay, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from mercato.errors import MercatoError
from mercato.forecasting.baselines import Predictor, fitted
from mercato.forecasting.cases import Case, CaseMaker, World
from mercato.forecasting.learning import fold_of
from mercato.forecasting.metrics import Interval, measured
from mercato.forecasting.model import FOLDS, DataRecord, Model, TooLittle, train
from mercato.forecasting.outcomes import end_of
from mercato.forecasting.periods import Item, cases_between, items_of
from mercato.forecasting.seasons import days

Floats = NDArray[np.float64]

OURS = "mercato"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to judge and what to fit on; all days are inclusive.

    A replay fits again whenever outcomes become known, unless it is `frozen`: then once, on what was known at the end
    of `fit_until`.
    """

    fit_since: date
    fit_until: date
    judge_since: date
    judge_until: date
    replay: bool = False
    frozen: bool = False


@dataclass
class Backtest:
    """What was said and what happened, item by item, by us and by the baselines."""

    plan: Plan
    items: list[Item] = field(default_factory=list)
    said: dict[str, list[float]] = field(default_factory=dict)
    fits: list[DataRecord] = field(default_factory=list)
    unknown: int = 0
    unsaid: int = 0
    largest_gap: float = 0.0

    def take(self, items: Sequence[Item], said: Mapping[str, Floats]) -> None:
        """Add judged items."""
        self.items.extend(items)
        for name, values in said.items():
            self.said.setdefault(name, []).extend(float(value) for value in values)

    @property
    def happened(self) -> Floats:
        """1 where it came true, 0 where it did not."""
        return np.array([float(bool(item.happened)) for item in self.items])

    def scores(self, chosen: Sequence[int] | None = None, draws: int = 200) -> dict[str, dict[str, Interval]]:
        """Every measure for us and each baseline, over all items or the chosen ones."""
        places = np.arange(len(self.items)) if chosen is None else np.array(chosen, dtype=int)
        sagas = [self.items[place].person for place in places]
        happened = self.happened[places]
        return {name: measured(np.array(said)[places], happened, sagas, draws) for name, said in self.said.items()}


def backtest(world: World, texts: Mapping[str, str], plan: Plan) -> Backtest:
    """Run a plan. `texts` are the documents' texts by id, for the bag of words. Raises MercatoError without items."""
    result = Backtest(plan)
    for judged, knowing in _replay(world, texts, plan) if plan.replay else _split(world, texts, plan):
        _judge(result, CaseMaker(world), judged, knowing)
    if not result.items:
        raise MercatoError(
            f"Nothing could be judged between {plan.judge_since} and {plan.judge_until}: no report whose outcome is "
            f"known, or no model by then ({result.unsaid} reports: too few outcomes were known on the days). Read "
            "more, import outcomes, take other days, or hold people out of one window with --split."
        )
    return result


@dataclass(frozen=True)
class Knowing:
    """What had been learned by a day: the model and the baselines. None where too little was known."""

    model: Model | None
    baselines: Mapping[str, Predictor]


def _split(world: World, texts: Mapping[str, str], plan: Plan) -> Iterator[tuple[list[Case], Knowing]]:
    maker = CaseMaker(world)
    teaching = cases_between(maker, plan.fit_since, plan.fit_until)
    labels = [maker.label(case) for case in teaching]
    items = [item for item in items_of(maker, teaching) if item.happened is not None]
    judged = cases_between(maker, plan.judge_since, plan.judge_until)
    for part in range(FOLDS):
        others = [(c, label) for c, label in zip(teaching, labels, strict=True) if fold_of(c.key, FOLDS) != part]
        theirs = [item for item in items if fold_of(item.person, FOLDS) != part]
        model = train([c for c, _ in others], [label for _, label in others], plan.fit_until)
        yield [c for c in judged if fold_of(c.key, FOLDS) == part], Knowing(model, fitted(theirs, texts))


def _replay(world: World, texts: Mapping[str, str], plan: Plan) -> Iterator[tuple[list[Case], Knowing]]:
    knowing = Knowing(None, {})
    learned_on = None
    maker = CaseMaker(world)
    by_day: dict[date, list[Case]] = {}
    for case in cases_between(maker, plan.judge_since, plan.judge_until):
        by_day.setdefault(case.day, []).append(case)
    for day in days(plan.judge_since, plan.judge_until):
        learned_until = plan.fit_until if plan.frozen else day - timedelta(days=1)
        known = world.outcomes.state(learned_until)
        if known != learned_on:
            knowing, learned_on = learned_by(world, texts, plan.fit_since, learned_until + timedelta(days=1)), known
        yield by_day.get(day, []), knowing


def learned_by(world: World, texts: Mapping[str, str], since: date, day: date) -> Knowing:
    """What could be learned by the morning of a day: from earlier reports, and from outcomes known the day before."""
    before = day - timedelta(days=1)
    maker = CaseMaker(World(world.register, world.calendar, world.reports.until(end_of(before)), world.outcomes))
    cases = cases_between(maker, since, before)
    items = [item for item in items_of(maker, cases, before) if item.happened is not None]
    try:
        return Knowing(train(cases, [maker.label(case, before) for case in cases], before), fitted(items, texts))
    except TooLittle:
        return Knowing(None, {})


def _judge(result: Backtest, maker: CaseMaker, cases: Sequence[Case], knowing: Knowing) -> None:
    items = list(items_of(maker, cases))
    known = [item for item in items if item.happened is not None]
    if knowing.model is None:
        result.unsaid += len(items)
        return
    result.unknown += len(items) - len(known)
    if not result.fits or result.fits[-1] != knowing.model.data:
        result.fits.append(knowing.model.data)
    if not known:
        return
    said = knowing.model.probabilities(cases)
    result.largest_gap = max(result.largest_gap, *(abs(sum(chances.values()) - 1) for chances in said))
    ours = np.array([said[item.number][item.club] for item in known])
    result.take(known, {OURS: ours, **{name: predict(known) for name, predict in knowing.baselines.items()}})
