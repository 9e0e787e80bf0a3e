"""Outcomes and forecasts are only added, the same ones once; forecasts are judged when their window is over."""

from datetime import date

import apsw
import pytest

from mercato.errors import LedgerError
from mercato.forecasting.cases import CaseMaker
from mercato.forecasting.forecasts import forecast, judge
from mercato.forecasting.model import load
from mercato.forecasting.scoring import brier_of, totals
from mercato.forecasting.store import ForecastStore
from tests.forecasting.made import moved, said, world


def kept(tmp_path, moves):
    claims = [said("Ann Other", "Bexley", date(2021, 7, 1))]
    maker = CaseMaker(world(claims, moves))
    said_then = forecast(load(), maker.case("p:Ann Other", "2021-summer", date(2021, 7, 1)))
    with ForecastStore(tmp_path / "l.forecasts.sqlite") as store:
        store.add_forecasts([said_then])
        return maker, store.forecasts()


def test_the_same_list_twice_adds_nothing(tmp_path):
    moves = [moved("Ann Other", "Bexley"), moved("Ben Other", "Corby")]
    with ForecastStore(tmp_path / "s.sqlite") as store:
        assert store.add_moves(moves) == (2, 2)
        assert store.add_moves(moves) == (2, 0)
        assert store.moves() == moves
        assert store.move_counts() == [("list.csv", "2021-summer", 2)]


def test_rows_can_neither_be_changed_nor_deleted(tmp_path):
    with ForecastStore(tmp_path / "s.sqlite") as store:
        store.add_moves([moved("Ann Other", "Bexley")])
    connection = apsw.Connection(str(tmp_path / "s.sqlite"))
    for statement in ("UPDATE move SET person = 'x'", "DELETE FROM move"):
        with pytest.raises(apsw.ConstraintError, match="only added"):
            connection.execute(statement)


def test_another_programs_file_is_left_alone(tmp_path):
    connection = apsw.Connection(str(tmp_path / "s.sqlite"))
    connection.execute("CREATE TABLE theirs(x)")
    connection.close()
    with pytest.raises(LedgerError, match="other program"):
        ForecastStore(tmp_path / "s.sqlite")


def test_a_kept_forecast_is_the_one_that_was_made_and_is_judged_after_the_close(tmp_path):
    maker, forecasts = kept(tmp_path, [moved("Ann Other", "Bexley")])
    assert judge(forecasts, maker, date(2021, 8, 31)) == []
    (judged,) = judge(forecasts, maker, date(2021, 9, 1))
    assert judged.happened == "c:bexley"
    assert judged.probability == pytest.approx(judged.forecast.of("c:bexley"))
    rest = sum(c.probability**2 for c in judged.forecast.chances if c.outcome != "c:bexley")
    assert brier_of(judged) == pytest.approx((1 - judged.probability) ** 2 + rest)


def test_what_cannot_be_known_counts_in_no_score(tmp_path):
    maker, forecasts = kept(tmp_path, [])
    (judged,) = judge(forecasts, maker, date(2021, 9, 1))
    assert judged.probability is None
    assert totals([judged])[0][1:3] == (0, 1)


def test_a_move_to_a_club_that_nobody_named_falls_under_elsewhere(tmp_path):
    maker, forecasts = kept(tmp_path, [moved("Ann Other", "Corby")])
    assert judge(forecasts, maker, date(2021, 9, 1))[0].happened == "elsewhere"
