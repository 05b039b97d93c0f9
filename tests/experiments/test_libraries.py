"""The numbers kept by hand beside living libraries that compute the same another way; and when the libraries are loaded."""

import itertools
import math
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.power import NormalIndPower, normal_power
from statsmodels.stats.proportion import proportion_effectsize
from tea_tasting import Mean, RatioOfMeans
from tea_tasting.aggr import Aggregates

from ltv.experiments.cuped import cuped
from ltv.experiments.frequentist import ratio, two_proportion_z, welch
from ltv.experiments.moments import Arm
from ltv.experiments.power import (
    minimum_detectable_difference,
    power_of,
    sample_size_means,
    sample_size_proportions,
)

PROJECT = Path(__file__).parents[2]

FREE = {"welch": (True, False), "student": (True, True), "normal": (False, False)}  # t or normal, one variance or two


def people(arm):
    """Give the columns of 300 people and more, the second arm larger and better than the first."""
    draw, n = np.random.default_rng(20 + arm), 300 + 150 * arm
    before = draw.gamma(2, 5, n)
    return before * 0.8 + draw.gamma(2, 6 + arm, n), before


SIDES = [people(0), people(1)]
ARMS = [Arm.of_values(*side) for side in SIDES]


def assert_same(result, effect, ends):
    assert result.effect == pytest.approx(effect, rel=1e-9)
    assert [result.low, result.high] == pytest.approx(ends, rel=1e-9)


@pytest.mark.parametrize("reference", [*FREE])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_means_are_compared_as_by_tea_tasting(reference, alternative):
    use_t, equal_var = FREE[reference]
    metric = Mean("y", alternative=alternative, confidence_level=0.9, equal_var=equal_var, use_t=use_t)
    sides = [Aggregates(len(y), {"y": y.mean()}, {"y": y.var(ddof=1)}, {}) for y, _ in SIDES]
    theirs, options = metric.analyze_aggregates(*sides), {"reference": reference, "alternative": alternative}
    pair = [arm.estimate() for arm in ARMS]
    ours = welch(*pair, alpha=0.1, **options)
    assert_same(ours, theirs.effect_size, [theirs.effect_size_ci_lower, theirs.effect_size_ci_upper])
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)
    lift, low = welch(*pair, scale="log", alpha=0.1, **options), max(theirs.rel_effect_size_ci_lower, -1)
    assert_same(lift, theirs.rel_effect_size, [low, theirs.rel_effect_size_ci_upper])


def test_arms_are_adjusted_as_by_tea_tasting():
    theirs = Mean("y", "x").analyze_aggregates(*(arm.aggregates() for arm in ARMS))
    adjusted = cuped(ARMS)
    assert [e.value for e in adjusted.estimates] == pytest.approx([theirs.control, theirs.treatment], rel=1e-12)
    ours = welch(*adjusted.estimates)
    assert_same(ours, theirs.effect_size, [theirs.effect_size_ci_lower, theirs.effect_size_ci_upper])
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.parametrize("slope", ["total", "within"])
def test_the_slope_is_that_of_a_regression_and_the_variance_that_of_what_it_leaves(slope):
    y, x = (np.concatenate(column) for column in zip(*SIDES, strict=True))
    arm = np.repeat([0.0, 1.0], [len(side[0]) for side in SIDES])
    beside = [np.ones_like(x), arm] if slope == "within" else [np.ones_like(x)]
    adjusted = cuped(ARMS, slope=slope)
    assert adjusted.theta == pytest.approx(sm.OLS(y, np.column_stack([x, *beside])).fit().params[0], rel=1e-9)
    for estimate, (metric, covariate) in zip(adjusted.estimates, SIDES, strict=True):
        assert estimate.variance == pytest.approx(np.var(metric - adjusted.theta * covariate, ddof=1), rel=1e-9)


def test_ratios_are_compared_as_by_tea_tasting_and_vary_as_their_linear_parts():
    theirs = RatioOfMeans("y", "x").analyze_aggregates(*(arm.aggregates() for arm in ARMS))
    pair = [ratio(arm) for arm in ARMS]
    ours = welch(*pair)
    assert_same(ours, theirs.effect_size, [theirs.effect_size_ci_lower, theirs.effect_size_ci_upper])
    for estimate, (above, below) in zip(pair, SIDES, strict=True):
        linear = (above - estimate.value * below) / below.mean()
        assert estimate.variance == pytest.approx(linear.var(ddof=1), rel=1e-9)


@pytest.mark.parametrize(
    "counts", [(0, 9, 1, 8), (1, 8, 0, 9), (9, 9, 7, 8), (0, 10**9, 3, 10**9), (250, 1_000, 300, 900)]
)
def test_unpooled_rates_are_compared_as_means_without_a_word_of_warning(counts):
    pair = [Arm.of_counts(*counts[:2]), Arm.of_counts(*counts[2:])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rates = two_proportion_z(*pair, variance="unpooled", interval="wald")
        pooled = two_proportion_z(*pair)
    means = welch(*(arm.estimate() for arm in pair), reference="normal")
    for name in ("effect", "low", "high", "standard_error", "statistic", "p_value"):
        assert getattr(rates, name) == pytest.approx(getattr(means, name), rel=1e-9)
    assert pooled.statistic == pytest.approx(pooled.effect / pooled.standard_error)


@pytest.mark.parametrize("rates", [(0.01, 0.011), (0.1, 0.12), (0.6, 0.5)])
@pytest.mark.parametrize("share", [0.5, 1, 3])
def test_people_for_an_effect_size_are_those_that_statsmodels_solves_for(rates, share):
    for alpha, power in itertools.product([0.01, 0.05], [0.5, 0.8, 0.95]):
        options = {"alpha": alpha, "power": power, "ratio": share}
        theirs = NormalIndPower().solve_power(proportion_effectsize(*rates), **options)
        assert sample_size_proportions(*rates, method="cohen_h", **options) == pytest.approx(theirs, rel=1e-7)


@pytest.mark.parametrize("effect", [0.0, 0.5, -2.0])
def test_power_is_that_of_statsmodels(effect):
    theirs = normal_power(effect, 1, 0.05, sigma=0.7)
    assert power_of(effect, 0.7, critical=1.959963984540054) == pytest.approx(theirs, rel=1e-12)


def test_the_smallest_difference_needs_the_people_there_are():
    smallest = minimum_detectable_difference(20 * math.sqrt(2 / 500), alpha=0.01, power=0.9)
    assert sample_size_means(20, smallest, alpha=0.01, power=0.9) == pytest.approx(500)


def run(code):
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_libraries_are_loaded_by_the_functions_that_need_them():
    names = [f"ltv.experiments.{file.stem}" for file in (PROJECT / "ltv" / "experiments").glob("[a-z]*.py")]
    assert len(names) > 10
    heavy = ("statsmodels", "tea_tasting", "ibis", "narwhals")
    assert run(f"import sys, {', '.join(names)}; print(*[name for name in {heavy} if name in sys.modules])") == []


def test_loading_tea_tasting_leaves_the_dialects_of_sqlglot_alone():
    """Its ibis changes them for engines that are never asked for here."""
    code = "import sys, tea_tasting; print(*[name for name in sys.modules if name.startswith('ibis.backends.sql')])"
    assert "ibis.backends.sql.dialects" not in run(code)
