"""The model: chances add up, fall as the close nears, are the same on every run, and its slope is its loss's."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from mercato.errors import DataFileError
from mercato.forecasting.cases import ELSEWHERE, STAY, CaseMaker
from mercato.forecasting.features import pair_signals
from mercato.forecasting.forecasts import forecast
from mercato.forecasting.hazard import _loss, rows_of
from mercato.forecasting.model import TooLittle, as_json, load, save, train
from mercato.forecasting.periods import cases_between
from mercato.forecasting.signals import PAIR_SIGNALS, PERSON_SIGNALS, Learned
from mercato.model import Deal, Money, MoneyKind, Stage, Timing
from tests.forecasting.made import moved, said, season, world

UNTIL = date(2021, 9, 5)


@pytest.fixture(scope="module")
def made():
    claims, moves = season()
    here = world(claims, moves)
    maker = CaseMaker(here)
    cases = cases_between(maker, date(2021, 2, 1), date(2021, 8, 31))
    labels = [maker.label(case, UNTIL) for case in cases]
    return maker, cases, labels, train(cases, labels, UNTIL, draws=5)


def test_chances_over_all_outcomes_add_up_to_one(made):
    _, cases, _, model = made
    for case, chances in zip(cases, model.probabilities(cases), strict=True):
        assert abs(sum(chances.values()) - 1) < 1e-9
        assert set(chances) == {STAY, ELSEWHERE, *(destination.key for destination in case.destinations)}
        assert min(chances.values()) >= 0


def test_a_reported_agreement_is_worth_more_than_a_link(made):
    _, _, _, model = made
    near, far = (
        CaseMaker(world([said("Ann Other", "Bexley", date(2021, 7, 1), stage)], [])).case(
            "p:Ann Other", "2021-summer", date(2021, 7, 1)
        )
        for stage in (Stage.ADVANCED, Stage.INTEREST)
    )
    assert model.probabilities([near])[0]["c:bexley"] > model.probabilities([far])[0]["c:bexley"] + 0.2


def test_with_nothing_new_the_chance_falls_to_nothing_at_the_close(made):
    _, _, _, model = made
    maker = CaseMaker(world([said("Ann Other", "Bexley", date(2021, 7, 1))], []))
    days = [
        date(2021, 7, 1),
        date(2021, 7, 15),
        date(2021, 8, 1),
        date(2021, 8, 20),
        date(2021, 8, 31),
        date(2021, 9, 1),
    ]
    said_then = [model.probabilities([maker.case("p:Ann Other", "2021-summer", day)])[0]["c:bexley"] for day in days]
    assert said_then == sorted(said_then, reverse=True)
    assert said_then[0] > said_then[-2] > 0
    assert said_then[-1] == 0


def test_a_winter_window_is_scaled_by_the_traffic_known_then(made):
    _, _, _, model = made
    report = said("Ann Other", "Bexley", date(2022, 1, 5))
    summers = [moved(f"S{n}", "Corby", "2021-summer") for n in range(50)]
    quiet = [moved(f"W{n}", "Corby", "2021-winter") for n in range(2)]
    busy = [moved(f"W{n}", "Corby", "2021-winter") for n in range(40)]
    chances = []
    for winter in (quiet, busy):
        case = CaseMaker(world([report], summers + winter)).case("p:Ann Other", "2022-winter", date(2022, 1, 5))
        chances.append(model.probabilities([case])[0]["c:bexley"])
    assert chances[0] < chances[1] / 3


def winter_chance(model, day, window=None, fee=None, deal=None):
    claim = said("Ann Other", "Bexley", day)
    claim = replace(
        claim,
        claim=replace(claim.claim, when=Timing("", window) if window else None, fee=fee, deal=deal),
    )
    case = CaseMaker(world([claim], [])).case("p:Ann Other", "2022-winter", day)
    return model.probabilities([case])[0]["c:bexley"]


def test_winter_talk_of_autumn_is_worth_a_fraction_of_januarys(made):
    _, _, _, model = made
    october, december, january = (
        winter_chance(model, day) for day in (date(2021, 10, 15), date(2021, 12, 24), date(2022, 1, 10))
    )
    assert october < january / 2
    assert october < december < january


def test_talk_that_names_the_winter_window_a_loan_or_a_small_price_is_worth_more_there(made):
    _, _, _, model = made
    day = date(2021, 10, 15)
    plain = winter_chance(model, day)
    assert winter_chance(model, day, window="2022-winter") > plain
    assert winter_chance(model, day, deal=Deal.LOAN) > plain
    cheap, dear = (winter_chance(model, day, fee=Money(amount, amount, "GBP", MoneyKind.FEE)) for amount in (5e6, 9e7))
    assert dear < cheap


def test_the_slope_is_that_of_the_loss(made):
    _, cases, labels, model = made
    rows = rows_of(cases[:60], labels[:60], [model.learned] * 60)
    random = np.random.default_rng(3)
    theta, width = random.normal(0, 0.3, rows.values.shape[1]), rows.values.shape[1]
    prior = (np.full(width, 0.7), random.normal(0, 1, width))
    weights = random.uniform(0.5, 2, 60)
    _, slope = _loss(theta, rows.values, rows, weights, prior)
    rough = approx_fprime(theta, lambda t: _loss(t, rows.values, rows, weights, prior)[0], 1e-6)
    assert np.allclose(slope, rough, atol=1e-3, rtol=1e-3)


def test_the_same_data_give_the_same_model_in_any_order(made):
    _, cases, labels, model = made
    again = train(cases, labels, UNTIL, draws=5)
    assert as_json(again) == as_json(model)
    assert again.version == model.version


def test_a_model_survives_its_file_and_another_form_is_refused(made, tmp_path):
    _, cases, _, model = made
    save(model, tmp_path / "m.json")
    back = load(tmp_path / "m.json")
    assert back.version == model.version
    first, second = model.probabilities(cases[:1])[0], back.probabilities(cases[:1])[0]
    assert all(abs(first[name] - second[name]) < 1e-4 for name in first)
    text = (tmp_path / "m.json").read_text().replace('"to: fresh"', '"to: stale"')
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(DataFileError, match="other signals"):
        load(tmp_path / "m.json")


def test_the_shipped_model_fits_this_code_and_tells_its_data():
    model = load()
    assert model.data.known_until == "2021-09-30"
    assert model.data.cases > 1000
    assert len(model.weights.draws) >= 20


def test_too_few_cases_are_refused(made):
    _, cases, labels, _ = made
    with pytest.raises(TooLittle, match="are needed"):
        train(cases[:20], labels[:20], UNTIL)


def test_a_forecast_has_an_interval_and_reasons_from_the_signals_own_words(made):
    _, _, _, model = made
    case = CaseMaker(world([said("Ann Other", "Bexley", date(2021, 7, 1), Stage.ADVANCED)], [])).case(
        "p:Ann Other", "2021-summer", date(2021, 7, 1)
    )
    chance = next(chance for chance in forecast(model, case).chances if chance.outcome == "c:bexley")
    assert chance.low <= chance.high
    sentences = {signal.sentence for signal in pair_signals(case, case.destinations[0], model.learned).values()}
    assert chance.reasons
    assert {reason.sentence for reason in chance.reasons} <= sentences
    assert chance.reasons[0].factor > 1


def test_too_little_is_said_and_no_figure_given(made):
    _, _, _, model = made
    maker = CaseMaker(world([said("Ann Other", "Bexley", date(2021, 3, 1))], []))
    stale = forecast(model, maker.case("p:Ann Other", "2021-summer", date(2021, 8, 1)))
    over = forecast(model, maker.case("p:Ann Other", "2021-summer", date(2021, 9, 1)))
    assert (stale.chances, over.chances) == ((), ())
    assert "153 days" in stale.why_not


def test_a_step_told_of_three_clubs_counts_in_parts():
    claims = [said("Ann Other", name, date(2021, 7, 1), Stage.DONE) for name in ("Ashford", "Bexley", "Corby")]
    one_text = [replace(c, source=claims[0].source, claim=replace(c.claim, document_id="d")) for c in claims]
    case = CaseMaker(world(one_text, [])).case("p:Ann Other", "2021-summer", date(2021, 7, 1))
    signals = pair_signals(case, case.destinations[0], Learned())
    assert signals["said_done"].value == pytest.approx(1 / 3)


def test_every_signal_says_what_it_is():
    for function in (*PAIR_SIGNALS.values(), *PERSON_SIGNALS.values()):
        assert function.__doc__
        assert function.__doc__.endswith(".")


def test_the_season_is_among_the_reasons_of_a_winter_forecast_alone(made):
    _, _, _, model = made
    found = {}
    for day, window in ((date(2021, 7, 1), "2021-summer"), (date(2021, 10, 1), "2022-winter")):
        here = world([said("Ann Other", "Bexley", day)], [])
        told = forecast(model, CaseMaker(here).case("p:Ann Other", window, day))
        found[window] = {
            reason.signal: reason for chance in told.chances if chance.name == "Bexley" for reason in chance.reasons
        }
    assert "season" not in found["2021-summer"]
    assert found["2022-winter"]["season"].factor < 0.3
    assert "92 days before it opens" in found["2022-winter"]["season"].sentence
