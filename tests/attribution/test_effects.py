"""Models of what channels do: the columns, and that the one is chosen that the world is made by."""

import numpy as np
import pytest

from ltv.attribution.conditional import Cells, rate_of
from ltv.attribution.design import Design, pairs_met
from ltv.attribution.effects import MODELS, Settings, estimate
from ltv.attribution.shapley import bits


def _world(rate: np.ndarray, *, strata: int = 3000, seed: int = 1, groups: int = 1) -> tuple[Cells, Settings]:
    """People of each group who spend equal times under three settings each."""
    rng = np.random.default_rng(seed)
    sets = len(rate)
    group = np.repeat(np.arange(strata) % groups, 3)
    stratum = np.repeat(np.arange(strata), 3)
    mask = np.concatenate([rng.choice(sets, 3, replace=False) for _ in range(strata)])
    masks = np.tile(np.arange(sets), groups)
    settings = Settings(masks, np.repeat(np.arange(groups), sets), int(np.log2(sets)), groups=groups)
    events = rng.poisson(3 * rng.gamma(1, 1, strata)[stratum] * rate[mask]).astype(float)
    setting = group * sets + mask
    return Cells(stratum, setting, np.zeros(len(mask), int), np.ones(len(mask)), events, strata, 1), settings


def _additive(lifts: tuple[float, ...]) -> np.ndarray:
    out: np.ndarray = 1 + bits(np.arange(1 << len(lifts)), len(lifts)) @ np.array(lifts)
    return out


def test_added_effects_are_found() -> None:
    told = estimate(*_world(_additive((0.8, 0.4, 0.0))))
    np.testing.assert_allclose(told.rate(np.arange(8)), _additive((0.8, 0.4, 0.0)), atol=0.17)
    assert told.gain is not None
    assert set(told.gain) == set(MODELS)
    assert told.model == max(MODELS, key=lambda m: told.gain[m])  # type: ignore[index]


def test_multiplied_effects_make_a_logit() -> None:
    rate = np.exp(np.log(_additive((1.0, 1.5))).clip(0))
    told = estimate(*_world(np.array([1, 2.0, 2.5, 5.0]), strata=8000))
    assert told.model == "logit"
    assert told.rate(np.array([3]))[0] == pytest.approx(5.0, rel=0.1)
    assert rate[0] == 1


def test_a_threshold_of_two_channels_is_left_to_trees_or_pairs() -> None:
    rate = np.where(bits(np.arange(16), 4).sum(axis=1) >= 3, 2.5, 1.0)  # nothing before three work at once
    told = estimate(*_world(rate, strata=8000))
    assert told.model == "xgboost"
    assert told.rate(np.array([7, 15])) == pytest.approx([2.5, 2.5], rel=0.2)
    assert told.rate(np.array([0, 1, 3])) == pytest.approx([1, 1, 1], abs=0.2)
    assert told.rate(np.array([0]))[0] == 1


def test_groups_have_effects_of_their_own() -> None:
    one, settings = _world(_additive((0.5, 0.2)), groups=2, strata=6000)
    told = estimate(one, settings)
    assert told.design.groups == 2
    assert told.rate(np.array([0]), 1)[0] == pytest.approx(1)
    assert told.rate(np.array([1]), 0)[0] == pytest.approx(told.rate(np.array([1]), 1)[0], abs=0.15)


def test_draws_come_first() -> None:
    told = estimate(*_world(_additive((0.5, 0.2)), strata=500))
    beta = np.tile(told.fitted.beta, (3, 1))
    drawn = told.rate(np.arange(4), beta=beta)
    assert drawn.shape == (3, 4)
    np.testing.assert_allclose(drawn[0], told.rate(np.arange(4)))


def test_one_event_is_too_few_to_judge_by_but_no_error() -> None:
    cells, settings = _world(_additive((0.5, 0.2)), strata=20)
    events = np.zeros(len(cells.events))
    events[4] = 1
    told = estimate(Cells(cells.stratum, cells.setting, cells.stage, cells.time, events, 20, 1), settings)
    assert np.isfinite(told.rate(np.arange(4))).all()


def test_columns_of_pairs_and_groups() -> None:
    design = Design(3, pairs=((0, 2),), groups=2, by_group=True)
    found = design.matrix(np.array([5, 5]), np.array([0, 1]))
    assert found.tolist() == [[1, 0, 1, 1, 1, 0, 1, 0, 0, 0], [1, 0, 1, 1, 0, 0, 0, 1, 0, 1]]
    assert design.columns == found.shape[1] == len(design.prior().mean)


def test_pairs_need_events() -> None:
    assert pairs_met(np.array([3, 5, 6]), np.array([40.0, 29.0, 30.0]), 3) == ((0, 1), (1, 2))


def test_channels_may_not_take_away_everything() -> None:
    assert rate_of("additive", np.array([[1.0]]), np.array([-3.0]))[0] == 0.05
