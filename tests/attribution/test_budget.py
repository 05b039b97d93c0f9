"""The plan: total and bounds kept, nothing moved that evidence does not carry."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from ltv.attribution.budget import SURE, Bounds, marginal, plan
from ltv.attribution.response import PRESSURES, Curves
from ltv.errors import UsageError

NAMES = ("ads", "email", "sms", "tv")


def _curves(value: list[float], *, bend: float = 1.0, draws: int = 200, spread: float = 0.0, seed: int = 0) -> Curves:
    rng = np.random.default_rng(seed)
    shape = (1 - np.exp(-bend * PRESSURES)) / (1 - np.exp(-bend))
    level = np.array(value) * (1 + spread * rng.standard_normal((draws, len(value))))
    return Curves(PRESSURES, level[:, :, None] * shape, np.full((draws, len(value)), 0.5))


@given(
    st.lists(st.floats(0, 1000), min_size=4, max_size=4), st.lists(st.floats(0.01, 1e6), min_size=4, max_size=4),
    st.floats(0, 1), st.floats(0, 2), st.integers(0, 50),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_total_and_bounds_are_kept(
    value: list[float], cost: list[float], step: float, spread: float, seed: int
) -> None:
    paid = np.array(cost)
    bounds = Bounds(step, {"ads": cost[0] * 0.9}, {"tv": cost[3] * 1.1})
    told = plan(_curves(value, spread=spread, seed=seed, draws=40), paid, NAMES, bounds)
    assert told.pressure @ paid == pytest.approx(paid.sum(), rel=1e-9)
    low, high = bounds.pressures(NAMES, paid)
    assert (told.pressure >= low - 1e-9).all()
    assert (told.pressure <= high + 1e-9).all()
    if told.moves:
        assert (told.gain > 0).mean() >= SURE
    else:
        assert not told.gain.any()


def test_nothing_else_within_the_bounds_is_better() -> None:
    """The split of straight pieces beside a linear program."""
    rng = np.random.default_rng(3)
    for _ in range(10):
        value, cost = rng.uniform(10, 500, 4), rng.uniform(10, 300, 4)
        curves = _curves(value.tolist(), bend=float(rng.uniform(0.2, 2)), draws=1)
        told = plan(curves, cost, NAMES, Bounds(0.5))
        knots = np.r_[0.5, PRESSURES[(PRESSURES > 0.5) & (PRESSURES < 1.5)], 1.5]
        at = np.array([np.interp(knots, PRESSURES, curves.value[0, k]) for k in range(4)])
        gain, length = np.diff(at, axis=1), np.diff(knots)
        weights = (length * cost[:, None]).ravel()
        left = cost.sum() - 0.5 * cost.sum()
        best = milp(-gain.ravel(), constraints=LinearConstraint(weights, 0, left), bounds=(0, 1))
        assert told.gain[0] == pytest.approx(-best.fun + at[:, 0].sum() - value.sum(), rel=1e-6)


def test_money_goes_where_it_brings_more() -> None:
    told = plan(_curves([100, 400, 100, 100], spread=0.02), np.full(4, 50.0), NAMES, Bounds(0.35))
    assert told.pressure[1] == pytest.approx(1.35)
    assert (told.pressure[[0, 2, 3]] <= 1).all()
    assert told.gain.mean() > 0
    assert told.by_channel.sum(axis=1) == pytest.approx(told.gain)


def test_a_step_of_zero_and_equal_returns_move_nothing() -> None:
    curves = _curves([100, 400, 100, 100])
    assert not plan(curves, np.full(4, 50.0), NAMES, Bounds(0.0)).moves
    assert not plan(_curves([100] * 4), np.full(4, 50.0), NAMES, Bounds()).gain.round(6).any()


def test_nothing_moves_when_draws_disagree() -> None:
    told = plan(_curves([100, 110, 100, 105], spread=1.5), np.full(4, 50.0), NAMES, Bounds())
    assert not told.moves
    assert not told.gain.any()
    assert told.held.any()
    assert np.abs(told.wished - 1).max() > 0.1


def test_a_sure_move_is_made_though_another_channel_is_unsure() -> None:
    sure = _curves([40, 400, 40, 40], spread=0.02)
    sure.value[:, 3] *= np.random.default_rng(1).normal(1, 60, 200)[:, None]
    told = plan(sure, np.full(4, 50.0), NAMES, Bounds())
    assert told.pressure[1] > 1.05
    assert told.pressure[3] == 1
    assert (told.gain > 0).mean() >= SURE


def test_channels_without_a_cost_stay() -> None:
    told = plan(_curves([100, 400, 100, 100]), np.array([50.0, np.nan, 0.0, 10.0]), NAMES, Bounds())
    assert told.pressure[1] == told.pressure[2] == 1
    assert told.movable.tolist() == [True, False, False, True]
    assert np.isnan(told.marginal[:, [1, 2]]).all()
    assert np.isfinite(told.marginal[:, [0, 3]]).all()


@pytest.mark.parametrize("cost", [[np.nan] * 4, [5.0, 0, 0, 0]])
def test_one_cost_or_none_leaves_nothing_to_move(cost: list[float]) -> None:
    assert not plan(_curves([100, 400, 100, 100]), np.array(cost), NAMES, Bounds()).moves


def test_a_channel_beyond_a_bound_goes_no_further() -> None:
    told = plan(_curves([400, 100, 100, 10]), np.full(4, 50.0), NAMES, Bounds(0.35, {"tv": 80.0}, {"ads": 20.0}))
    assert told.pressure[0] <= 1
    assert told.pressure[3] >= 1


def test_marginal_return_is_the_slope_at_today() -> None:
    found = marginal(_curves([100.0], bend=0.001, draws=1), np.array([50.0]))
    assert found[0, 0] == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize(
    "told", [{"step": 1.5}, {"step": -0.1}, {"floor": {"radio": 1.0}}, {"ceiling": {"tv": -1.0}},
             {"floor": {"tv": float("nan")}}, {"floor": {"tv": 60.0}, "ceiling": {"tv": 50.0}}],
)  # fmt: skip
def test_bounds_that_say_nothing_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        plan(_curves([100] * 4), np.full(4, 50.0), NAMES, Bounds(**told))
