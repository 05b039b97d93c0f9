"""What is usual: as often beyond it as promised, one odd week moves little, and the band is what the verdict says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.health.changes_band import FALSE_SHARE, quiet, unusual, usual

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("days", [7, 30])
@pytest.mark.parametrize("weeks", [4, 8, 12])
def test_quiet_weeks_are_beyond_the_band_as_often_as_it_says(weeks, days):
    noise = RNG.standard_normal((1_500, 7 * weeks + days))
    ends = np.arange(weeks + 1) * 7 + days
    told = np.stack([noise[:, end - days : end].sum(axis=1) for end in ends], axis=1) + 1_000
    p = np.array([usual(row[-2::-1], noise=0.0, days=days).p_value(row[-1]) for row in told])
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)


def test_one_odd_week_moves_the_band_little():
    calm = np.array([100.0, 98, 102, 101, 99, 100, 103, 97])
    odd = calm.copy()
    odd[3] = 500.0
    plain, robust = usual(calm, noise=0, days=7).band(0.05), usual(odd, noise=0, days=7).band(0.05)
    assert robust[1] < 130
    assert robust[0] < plain[1]


def test_fewer_than_four_weeks_tell_nothing():
    assert usual(np.array([1.0, 2, 3]), noise=0, days=7) is None


def test_the_spread_is_not_below_what_chance_gives():
    same = np.full(8, 10.0)
    assert usual(same, noise=2.0, days=7).spread == 2.0
    assert usual(same, noise=0.0, days=7).p_value(10.0) == 1.0
    assert usual(same, noise=0.0, days=7).p_value(10.1) == 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_figure_is_beyond_exactly_where_its_p_value_is_at_the_level_of_the_band(found):
    p = {str(n): value for n, value in enumerate(found)}
    named, alpha = unusual(p)
    assert named == {name for name, value in p.items() if value <= alpha}
    assert alpha >= FALSE_SHARE / len(found) - 1e-12


@given(st.floats(0.001, 0.5), st.floats(-50, 50), st.sampled_from([4, 8]))
def test_the_band_holds_what_is_not_rarer_than_its_level(alpha, value, weeks):
    known = usual(np.arange(weeks, dtype=float), noise=0.0, days=7)
    low, high = known.band(alpha)
    assert (low <= value <= high) == (known.p_value(value) > alpha)


def test_thirty_days_that_share_most_of_theirs_may_lie_further_off():
    weeks = tuple(range(1, 9))
    far = [quiet(weeks, days)[int(0.95 * len(quiet(weeks, days)))] for days in (7, 30)]
    assert far[1] > far[0]


def test_a_shop_that_grows_as_it_did_is_usual_and_one_that_stops_is_not():
    weeks = np.arange(1, 13)
    grown = 1_000 - 30.0 * weeks + RNG.normal(0, 8, 12)
    known = usual(grown, noise=0.0, days=7)
    assert known.middle == pytest.approx(1_000, abs=30)
    assert known.p_value(1_000) > 0.2
    assert known.p_value(850) < 0.01


def test_weeks_after_a_gap_are_held_against_where_the_shop_was_going():
    back = list(range(5, 13))
    known = usual(1_000 - 30.0 * np.array(back) + RNG.normal(0, 8, 8), noise=0.0, days=7, back=back)
    assert known.p_value(1_000) > 0.05
    assert known.middle == pytest.approx(1_000, abs=60)
