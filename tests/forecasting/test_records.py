"""The record of sources: stayers count, copies stand apart, few cases give no rate, many give nearly their own."""

from datetime import date

import pytest

from mercato.forecasting.records import Count, fit_beta, records, told_by
from mercato.model import Stage
from tests.forecasting.made import moved, said, world

DAY = date(2021, 7, 1)
LATER = date(2021, 9, 5)


def record_of(claims, moves, source="good"):
    here = world(claims, moves)
    found = records(told_by(here, date(2021, 1, 1), LATER, LATER), here.register)
    return next(record for record in found if record.source == source)


def many(count, hits):
    claims = [said(f"P{n} Q", "Bexley", DAY) for n in range(count)]
    return claims, [moved("Cover All", "Bexley"), *(moved(f"P{n} Q", "Bexley") for n in range(hits))]


def test_stayers_stay_in_the_denominator():
    record = record_of(*many(20, 5))
    assert record.all == Count(20, 5)
    assert record.low < record.rate < record.high
    assert "5 of 20" in record.says


def test_with_few_cases_there_is_no_rate_and_it_is_said():
    record = record_of(*many(4, 4))
    assert record.rate is None
    assert record.says == "4 of 4 came true: too few to say"


def test_a_rumour_counts_once_for_a_source_however_often_it_is_told():
    claims, moves = many(12, 3)
    again = [said(f"P{n} Q", "Bexley", date(2021, 7, 9)) for n in range(12)]
    assert record_of([*claims, *again], moves).all == Count(12, 3)


def test_first_reports_and_copies_stand_apart():
    claims, moves = many(12, 3)
    copies = [said(f"P{n} Q", "Bexley", date(2021, 7, 9), outlet="fair.example") for n in range(12)]
    assert record_of([*claims, *copies], moves).firsts == Count(12, 3)
    copier = record_of([*claims, *copies], moves, "fair.example")
    assert (copier.firsts, copier.copies) == (Count(0, 0), Count(12, 3))


def test_what_was_denied_and_then_happened_is_counted_apart():
    claims = [said("P0 Q", "Bexley", DAY, Stage.DENIED), said("P1 Q", "Bexley", DAY, Stage.DENIED)]
    record = record_of(claims, [moved("P0 Q", "Bexley")])
    assert record.denied == Count(2, 1)
    assert record.all == Count(0, 0)


def test_unknown_outcomes_are_left_out_and_counted():
    claims, moves = many(12, 3)
    record = record_of([*claims, said("P99 Q", "Dover", DAY, from_=None)], moves)
    assert (record.all.n, record.unknown) == (12, 1)


def test_lead_time_is_from_the_first_report_to_when_it_was_known():
    claims = [said("P0 Q", "Bexley", DAY)]
    assert record_of(claims, [moved("P0 Q", "Bexley", day=date(2021, 7, 21))]).lead_days == 20


def test_rates_of_many_alike_are_drawn_together_and_of_unlike_ones_are_not():
    alike = fit_beta([Count(20, 4)] * 30)
    unlike = fit_beta([Count(20, 0)] * 15 + [Count(20, 14)] * 15)
    assert alike[0] == pytest.approx(0.2, abs=0.03)
    assert alike[1] > 60 > 10 > unlike[1]
