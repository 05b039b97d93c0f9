"""Conditional logit beside statsmodels, beside the likelihood written down, and against a known truth."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from ltv.attribution.conditional import Cells, Fit, Link, Prior, fit, log_likelihood, rate_of


def _cells(
    seed: int = 1, strata: int = 400, beta: tuple[float, ...] = (0.5, -0.2), link: Link = "log"
) -> tuple[Cells, np.ndarray]:
    """Strata that differ greatly in level, with level and settings correlated."""
    rng = np.random.default_rng(seed)
    design = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
    level = rng.gamma(1.0, 2.0, strata)
    there = rng.random((strata, 4)) < np.where(np.arange(4) == 0, 0.9, np.minimum(0.3 + 0.1 * level, 0.9)[:, None])
    stratum, setting = np.nonzero(there)
    stage, time = rng.integers(0, 2, len(stratum)), rng.uniform(0.2, 3.0, len(stratum))
    rate = rate_of(link, design, np.array(beta))[setting] * np.exp(np.array([0.0, 0.3]))[stage]
    events = rng.poisson(level[stratum] * time * rate).astype(float)
    return Cells(stratum, setting, stage, time, events, strata, 2), design


def _flat(columns: int) -> Prior:
    return Prior(np.zeros(columns), np.full(columns, 1e-9))


def test_the_same_as_statsmodels(monkeypatch: pytest.MonkeyPatch) -> None:
    from statsmodels.discrete.conditional_models import ConditionalPoisson

    monkeypatch.setattr("ltv.attribution.conditional._STAGE_PRECISION", 1e-9)
    cells, design = _cells(strata=150)
    most, least = np.zeros(150), np.full(150, np.inf)
    np.maximum.at(most, cells.stratum, cells.events)
    np.minimum.at(least, cells.stratum, cells.events)
    cells = cells.of(most > least)  # statsmodels leaves the others out, though their times differ
    told = fit(cells, design, link="log", prior=_flat(2))
    x = np.column_stack([design[cells.setting], cells.stage])
    other = ConditionalPoisson(cells.events, x, groups=cells.stratum, offset=np.log(cells.time)).fit(disp=False)
    np.testing.assert_allclose(told.beta, other.params[:2], atol=2e-4)
    assert told.stage[1] - told.stage[0] == pytest.approx(other.params[2], abs=2e-4)
    np.testing.assert_allclose(np.sqrt(told.covariance.diagonal()), other.bse[:2], rtol=0.3)  # sandwich and model


@pytest.mark.parametrize("link", ["log", "additive"])
def test_the_mode_of_the_likelihood_and_prior_written_down(link: Link) -> None:
    cells, design = _cells(seed=3, strata=120)
    prior = Prior(np.array([0.1, 0.2]), np.array([4.0, 30.0]))
    told = fit(cells, design, link=link, prior=prior)

    def less(state: np.ndarray) -> float:
        weight = cells.time * rate_of(link, design, state[:2])[cells.setting] * np.exp(state[2:])[cells.stage]
        whole = np.zeros(cells.strata)
        np.add.at(whole, cells.stratum, weight)
        value = (cells.events * np.log(weight / whole[cells.stratum])).sum()
        return float(
            -value + 0.5 * (prior.precision * (state[:2] - prior.mean) ** 2).sum() + 0.5 * 0.25 * (state[2:] ** 2).sum()
        )

    best = minimize(less, np.zeros(4), method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(np.r_[told.beta, told.stage], best.x, atol=1e-4)


@pytest.mark.parametrize(("link", "beta"), [("log", (0.5, -0.2)), ("additive", (0.6, 0.2))])
def test_truth_is_found_though_levels_and_channels_go_together(link: Link, beta: tuple[float, ...]) -> None:
    apart = []
    for seed in range(12):
        cells, design = _cells(seed=10 + seed, beta=beta, link=link)
        told = fit(cells, design, link=link, prior=_flat(2))
        apart.append((told.beta - beta) / np.sqrt(told.covariance.diagonal()))
    assert np.abs(np.mean(apart, axis=0)).max() < 3 / np.sqrt(12)
    assert np.std(apart, axis=0).max() < 1.7


def _start(told: Fit) -> Fit:
    return replace(told, beta=told.beta + 0.3, stage=told.stage - 0.2)


@pytest.mark.parametrize("link", ["log", "additive"])
def test_where_it_begins_does_not_matter(link: Link) -> None:
    cells, design = _cells()
    told = fit(cells, design, link=link, prior=_flat(2))
    again = fit(cells, design, link=link, prior=_flat(2), start=_start(told))
    np.testing.assert_allclose(again.beta, told.beta, atol=1e-5)
    near = fit(cells, design, link=link, prior=_flat(2), start=_start(told), on_the_way=True)
    np.testing.assert_allclose(near.beta, told.beta, atol=1e-3)
    assert not near.covariance.any()


def test_a_stratum_with_one_cell_and_one_without_events_say_nothing() -> None:
    cells, design = _cells()
    told = fit(cells, design, link="log", prior=_flat(2))
    more = {
        "stratum": [400, 401, 401],
        "setting": [3, 0, 3],
        "stage": [0, 0, 1],
        "time": [1.0, 5.0, 5.0],
        "events": [99.0, 0.0, 0.0],
    }
    wider: dict[str, Any] = {name: np.r_[getattr(cells, name), value] for name, value in more.items()}
    again = fit(replace(cells, strata=402, **wider), design, link="log", prior=_flat(2))
    np.testing.assert_allclose(again.beta, told.beta, atol=1e-6)
    np.testing.assert_allclose(again.covariance, told.covariance, rtol=1e-5)


def test_a_column_nothing_is_known_of_keeps_its_prior() -> None:
    cells, design = _cells()
    prior = Prior(np.array([0.0, 0.0, 0.25]), np.array([1.0, 1.0, 4.0]))
    told = fit(cells, np.column_stack([design, np.zeros(4)]), link="additive", prior=prior)
    assert told.beta[2] == pytest.approx(0.25)
    assert told.covariance[2, 2] == pytest.approx(0.25)


def test_some_strata_are_counted_anew() -> None:
    cells = Cells(np.array([0, 1, 1, 2, 3, 4, 5]), np.zeros(7, int), np.zeros(7, int), np.ones(7), np.arange(7.0), 6, 1)
    some = cells.of(np.array([False, True, False, True, True, False]))
    assert some.strata == 3
    assert some.stratum.tolist() == [0, 0, 1, 2]
    assert some.events.sum() == cells.events[np.isin(cells.stratum, [1, 3, 4])].sum()


def test_the_right_rates_foretell_better_than_none() -> None:
    cells, design = _cells()
    stage = np.array([0.0, 0.3])
    right = log_likelihood(cells, rate_of("log", design, np.array([0.5, -0.2])), stage)
    assert right > log_likelihood(cells, np.ones(4), stage)
