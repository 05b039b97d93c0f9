"""Intervals of totals."""

import numpy as np
import pytest
from scipy.stats import norm, t

from ltv.lifetime.totals import Sureness


def test_an_interval_by_hand():
    sure = Sureness(0.1, 0.0, 2.0, 0.0)
    far = float(t.ppf(0.9, 2)) * 0.1
    assert sure.interval(np.array([40.0, 60.0])) == pytest.approx((100 * np.exp(-far), 100 * np.exp(far)))
    assert sure.interval(np.zeros(3)) == sure.interval(np.zeros(0)) == (0.0, 0.0)


def test_errors_of_the_past_count_as_many_as_fit_into_the_history():
    told = Sureness.of([0.3, -0.3, 0.3, -0.3], history_days=400, horizon_days=200, spread=1.0)
    assert told.degrees == 4 and told.log_sd == pytest.approx(np.sqrt((2 * 0.1**2 + 2 * 0.3**2) / 4))
    all_of_them = Sureness.of([0.3, -0.3, 0.3, -0.3], history_days=4_000, horizon_days=200, spread=1.0)
    assert all_of_them.degrees == 6 and all_of_them.log_sd > told.log_sd


def test_less_than_a_year_leaves_room_for_a_season():
    short, long = (Sureness.of([], history_days=days, horizon_days=30, spread=1.0).log_sd for days in (364, 365))
    assert short == pytest.approx(np.hypot(long, 1 / 3))
    low, high = Sureness(0.0, 1 / 3, 2.0, 0.0).interval(np.array([1.0]))
    assert (np.log(low), np.log(high)) == pytest.approx((-norm.ppf(0.9) / 3, norm.ppf(0.9) / 3))


def test_few_people_are_less_sure_than_many_and_nothing_explodes():
    for spread in (1.0, 1e3, 1e9, 1e300):
        sure = Sureness(0.1, 0.0, 2.0, spread)
        widths = []
        for people in (1, 10, 100_000):
            low, high = sure.interval(np.full(people, 5.0))
            assert 0 < low <= 5 * people <= high < np.inf
            widths.append(high / low)
        assert widths[0] > widths[1] > widths[2]
    low, high = Sureness(0.1, 0.0, 2.0, 1e6).interval(np.array([5.0]))
    assert high < 5 * 10_000


def test_totals_of_people_drawn_around_their_expectations_are_covered():
    draw = np.random.default_rng(0)
    expected = draw.lognormal(0, 1, 300)
    spread = np.exp(1) - 1  # of a lognormal with sigma 1
    low, high = Sureness(0.1, 0.0, 200.0, spread).interval(expected)
    level = np.exp(draw.normal(0, 0.1, 4_000))
    people = draw.lognormal(-0.5, 1, (4_000, 300)) @ expected
    assert ((people * level >= low) & (people * level <= high)).mean() == pytest.approx(0.8, abs=0.03)
