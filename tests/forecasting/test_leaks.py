"""Nothing that became known after the moment moves a forecast, a fit or a record, whatever it is."""

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from mercato.forecasting.backtest import Plan, backtest, learned_by
from mercato.forecasting.cases import CaseMaker
from mercato.forecasting.forecasts import as_json, forecast
from mercato.forecasting.model import as_json as model_as_json
from mercato.forecasting.model import load, train
from mercato.forecasting.records import records, told_by
from mercato.model import Stage
from tests.forecasting.made import CLUBS, moved, said, season, world

MOMENT = date(2021, 7, 10)


@pytest.fixture(scope="module")
def model():
    """The shipped model: it gives weight to nearly every signal, so that a leak in any of them would show."""
    return load()


def all_forecasts(model, claims, moves, day=MOMENT):
    here = world(claims, moves)
    maker = CaseMaker(here)
    keys = sorted({c.claim.person.id for c in claims if c.source.published.day <= day})
    cases = (maker.case(key, "2021-summer", day) for key in keys)
    return [as_json(forecast(model, case)) for case in cases if case is not None]


def split(claims, day=MOMENT):
    return [c for c in claims if c.source.published.day <= day], [c for c in claims if c.source.published.day > day]


def test_hiding_all_that_came_later_changes_no_forecast(model):
    claims, moves = season()
    past, future = split(claims)
    assert future
    whole = all_forecasts(model, claims, moves)
    assert any(one["chances"] for one in whole)
    assert all_forecasts(model, past, moves) == whole


def test_shuffling_all_that_came_later_changes_no_forecast(model):
    claims, moves = season()
    past, future = split(claims)
    chance = random.Random(2)
    people = [c.claim.person for c in future]
    stages = [c.claim.stage for c in future]
    chance.shuffle(people)
    chance.shuffle(stages)
    mixed = [
        replace(c, claim=replace(c.claim, person=person, stage=stage))
        for c, person, stage in zip(future, people, stages, strict=True)
    ]
    assert all_forecasts(model, past + mixed, moves) == all_forecasts(model, claims, moves)


def test_a_planted_report_of_tomorrow_has_no_effect_and_one_of_today_has(model):
    claims, moves = season()
    person = split(claims)[0][0].claim.person.name
    before = all_forecasts(model, claims, moves)
    tomorrow = said(person, "Dover", MOMENT + timedelta(days=1), Stage.DONE)
    today = said(person, "Dover", MOMENT, Stage.DONE)
    assert all_forecasts(model, [*claims, tomorrow], moves) == before
    assert all_forecasts(model, [*claims, today], moves) != before


def test_planted_outcomes_that_are_not_known_yet_have_no_effect_and_known_ones_have(model):
    claims, moves = season()
    people = sorted({c.claim.person.name for c in split(claims)[0]})
    before = all_forecasts(model, claims, moves)
    assert all_forecasts(model, claims, []) == before
    later = [moved(person, random.Random(person).choice(CLUBS[:5])) for person in people]
    assert all_forecasts(model, claims, later) == before
    earlier = [moved(person, "Fleet", "2021-winter", from_="Dover") for person in people]
    assert all_forecasts(model, claims, [*moves, *earlier]) != before


def test_the_walk_learns_nothing_from_what_was_not_known_on_the_day():
    claims, moves = season()
    past, _ = split(claims, date(2021, 9, 1))
    day = date(2021, 9, 2)
    late = [said("Player N1", "Dover", day + timedelta(days=3), Stage.DONE)]
    winter = [moved("Player N2", "Corby", "2022-winter")]
    plain = learned_by(world(past, moves), {}, date(2021, 2, 1), day).model
    planted = learned_by(world([*past, *late], [*moves, *winter]), {}, date(2021, 2, 1), day).model
    assert plain is not None
    assert planted is not None
    assert model_as_json(planted) == model_as_json(plain)
    early = learned_by(world(claims, moves), {}, date(2021, 2, 1), date(2021, 8, 31)).model
    assert early is None  # the window was open: no list could be known


def test_a_split_has_nobody_on_both_sides(monkeypatch):
    claims, moves = season()
    seen = []
    from mercato.forecasting import backtest as module

    def spy(cases, labels, until, draws=0):
        model = train(cases, labels, until, draws)
        seen.append({case.key for case in cases})
        return model

    monkeypatch.setattr(module, "train", spy)
    monkeypatch.setattr("mercato.forecasting.model.FEWEST_CASES", 60)
    plan = Plan(date(2021, 2, 1), date(2021, 6, 15), date(2021, 6, 16), date(2021, 8, 31))
    judged = [
        ({case.key for case in cases}, knowing) for cases, knowing in module._split(world(claims, moves), {}, plan)
    ]
    assert len(judged) == len(seen) == 5
    for (people, _), taught in zip(judged, seen, strict=True):
        assert people
        assert not people & taught


def test_a_frozen_replay_learns_once(monkeypatch):
    claims, moves = season()
    late = [said("Player N2", "Corby", date(2021, 9, day), outlet="fair.example") for day in (10, 20)]
    cover = [moved(f"Cover winter {name}", name, "2022-winter") for name in CLUBS[:5]]
    days = []
    from mercato.forecasting import backtest as module

    def spy(world_, texts, since, day):
        days.append(day)
        return learned_by(world_, texts, since, day)

    monkeypatch.setattr(module, "learned_by", spy)
    plan = Plan(date(2021, 2, 1), date(2021, 9, 5), date(2021, 9, 8), date(2021, 9, 30), replay=True, frozen=True)
    found = backtest(world([*claims, *late], [*moves, *cover]), {}, plan)
    assert days == [date(2021, 9, 6)]
    assert len(found.items) == 2


def test_a_replay_says_nothing_before_it_could_learn_and_judges_after(monkeypatch):
    claims, moves = season()
    autumn = [said(f"Player N{n}", "Corby", date(2021, 9, 10), outlet="fair.example") for n in range(0, 40, 2)]
    moves = [*moves, *(moved(f"Coverage winter {name}", name, "2022-winter") for name in CLUBS[:5])]
    moves.append(moved("Player N4", "Corby", "2022-winter"))
    plan = Plan(date(2021, 2, 1), date(2021, 6, 30), date(2021, 7, 1), date(2021, 9, 30), replay=True)
    found = backtest(world([*claims, *autumn], moves), {}, plan)
    assert found.unsaid > 0
    assert {item.day for item in found.items} == {date(2021, 9, 10)}
    assert found.happened.sum() == 1
    assert found.largest_gap < 1e-9
    assert np.mean(found.said["mercato"]) < 0.25


def test_records_use_no_outcome_before_it_was_known():
    claims, moves = season()
    here = world(claims, moves)
    early = records(told_by(here, date(2021, 1, 1), date(2021, 8, 31), date(2021, 8, 31)), here.register)
    late = records(told_by(here, date(2021, 1, 1), date(2021, 8, 31), date(2021, 9, 1)), here.register)
    assert sum(record.all.n for record in early) == 0
    assert sum(record.all.n for record in late) > 100
