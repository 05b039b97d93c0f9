"""What is usual for a weekday: the weeks before, and nothing of the day itself or of special days."""

import numpy as np
import pytest

from ltv.health.season import expected

WEEKLY = np.tile([1.0, 2, 3, 4, 5, 6, 7], 9)


def none(values):
    return np.zeros(len(values), bool)


def test_a_shop_that_is_the_same_every_week_is_expected_to_go_on():
    low, high = expected(WEEKLY, none(WEEKLY))
    assert np.isnan(low[:28]).all()
    assert low[28:].tolist() == high[28:].tolist() == WEEKLY[28:].tolist()


def test_a_day_does_not_widen_its_own_band():
    high_day = WEEKLY.copy()
    high_day[-1] = 1_000.0
    assert expected(high_day, none(WEEKLY))[1][-1] == 7


def test_one_odd_week_moves_nothing():
    odd = WEEKLY.copy()
    odd[35] = 1_000.0
    low, high = expected(odd, none(WEEKLY))
    assert (low[-7], high[-7]) == (1, 1)


def test_special_days_are_no_baseline_and_have_none():
    special = none(WEEKLY)
    special[28:35] = True
    found = expected(np.where(special, 1_000.0, WEEKLY), special)[1]
    assert np.isnan(found[28:35]).all()
    assert found[35:].max() <= 7 or np.isnan(found[35:]).any()


@pytest.mark.parametrize(("known", "has_band"), [(3, False), (4, True)])
def test_fewer_than_four_known_weeks_tell_nothing(known, has_band):
    values = WEEKLY.copy()
    values[: 7 * (8 - known)] = np.nan
    assert bool(np.isfinite(expected(values, none(values))[0][56])) == has_band


def test_the_width_is_three_robust_standard_deviations():
    values = np.full(63, 10.0)
    values[:56:7] = [8, 9, 9.5, 10, 10, 10.5, 11, 12]
    low, high = expected(values, none(values))
    spread = np.median(np.abs(values[:56:7] - 10))
    assert (low[56], high[56]) == pytest.approx((10 - 3 * 1.4826 * spread, 10 + 3 * 1.4826 * spread))
