"""Measures on cases worked out by hand."""

import numpy as np
import pytest

from mercato.forecasting.metrics import auc, bins, brier, calibration_error, measured, murphy, skill

SAID = np.array([0.1, 0.4, 0.35, 0.8])
HAPPENED = np.array([0.0, 0.0, 1.0, 1.0])


def test_brier_skill_and_auc_by_hand():
    assert brier(SAID, HAPPENED) == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert skill(SAID, HAPPENED) == pytest.approx(1 - brier(SAID, HAPPENED) / 0.25)
    assert auc(SAID, HAPPENED) == pytest.approx(0.75)
    assert auc(np.full(4, 0.5), HAPPENED) == pytest.approx(0.5)


def test_bins_have_equal_mass_and_calibration_error_is_their_mean_distance():
    found = bins(SAID, HAPPENED, 2)
    assert [one.count for one in found] == [2, 2]
    assert calibration_error(SAID, HAPPENED, 2) == pytest.approx((abs(0.225 - 0.5) + abs(0.6 - 0.5)) / 2)


def test_murphys_parts_add_up_to_the_brier_score_where_bins_hold_one_value():
    random = np.random.default_rng(1)
    said = np.repeat([0.1, 0.3, 0.6], 200)
    happened = (random.random(600) < said).astype(float)
    found = murphy(said, happened, 3)
    assert found.reliability - found.resolution + found.uncertainty == pytest.approx(brier(said, happened))


def test_resampling_whole_sagas_widens_the_interval():
    random = np.random.default_rng(2)
    said = np.repeat(random.random(40), 10)
    happened = np.repeat((random.random(40) < said[::10]).astype(float), 10)
    together = measured(said, happened, [str(n // 10) for n in range(400)])["brier"]
    apart = measured(said, happened, [str(n) for n in range(400)])["brier"]
    assert together.high - together.low > 2 * (apart.high - apart.low)
