"""How a feature becomes 0 to 1: ranks against scipy, shares as they are, what is not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from ltv.serving.scaling import Scale

NUMBERS = st.lists(st.floats(-1e6, 1e6, width=32) | st.just(float("nan")), min_size=1, max_size=60)


@given(NUMBERS)
def test_a_rank_is_the_share_below_with_the_equal_half(given_):
    values = np.array(given_)
    scale = Scale.learn(values, "rank")
    told, known = scale.apply(values), np.isfinite(values)
    assert ((told >= 0) & (told <= 1)).all()
    if known.any():
        expected = (rankdata(values[known]) - 0.5) / known.sum()
        np.testing.assert_allclose(told[known], expected, atol=1e-12)
    assert (told[~known] == scale.missing_value).all()
    assert scale.missing_share == pytest.approx(1 - known.mean())


def test_many_values_are_told_by_few_knots_and_in_order():
    values = np.random.default_rng(0).lognormal(0, 2, 50_000)
    scale = Scale.learn(values, "rank")
    assert len(scale.values) <= 257
    told = scale.apply(np.sort(values))
    assert (np.diff(told) >= 0).all()
    assert np.abs(told - (np.arange(50_000) + 0.5) / 50_000).max() < 0.004


def test_a_share_stays_as_it_is_and_is_cut():
    scale = Scale.learn(np.array([0.2, 0.4, np.nan]), "share")
    assert scale.apply(np.array([-1.0, 0.25, 1.5, np.nan])).tolist() == [0.0, 0.25, 1.0, pytest.approx(0.3)]
    assert scale.values == ()


@pytest.mark.parametrize("values", [[], [np.nan], [np.inf, np.nan]])
@pytest.mark.parametrize("how", ["share", "rank"])
def test_of_nothing_known_everything_is_zero_and_missing(values, how):
    scale = Scale.learn(np.array(values), how)
    assert (scale.missing_value, scale.missing_share) == (0.0, 1.0)
    assert scale.apply(np.array([np.nan])).tolist() == [0.0]


def test_people_who_are_all_alike_stand_in_the_middle():
    assert Scale.learn(np.full(9, 3.0), "rank").apply(np.array([3.0, 1.0, 7.0])).tolist() == [0.5, 0.5, 0.5]
