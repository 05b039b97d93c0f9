"""Quantiles of two arms: intervals cover the true difference whatever the law, and atoms are told."""

import numpy as np
import pytest
from scipy.stats import norm

from ltv.errors import UsageError
from ltv.experiments.moments import CannotJudgeError
from ltv.experiments.quantiles import quantile_difference


@pytest.mark.parametrize("people", [(300, 200), (3_000, 2_000)])
@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
def test_intervals_cover_the_true_difference_of_lognormal_amounts(people, q):
    draw = np.random.default_rng(1)
    truth = np.exp(3.2 + norm.ppf(q)) - np.exp(3 + norm.ppf(q))
    covered = []
    for _ in range(800):
        arms = [np.exp(draw.normal(mean, 1, n)) for mean, n in zip((3, 3.2), people, strict=True)]
        result = quantile_difference(*arms, q=q)
        covered.append(result.low <= truth <= result.high)
    assert 0.93 <= np.mean(covered) <= 0.98


def test_the_median_of_a_metric_with_nearly_half_zeros_is_covered():
    draw, covered = np.random.default_rng(2), []
    for _ in range(800):
        paid = draw.random((2, 600)) < 0.53
        result = quantile_difference(*np.where(paid, draw.exponential(10, paid.shape), 0), q=0.5)
        covered.append(result.low <= 0 <= result.high)
    assert np.mean(covered) >= 0.93


@pytest.mark.parametrize("q", [0.5, 0.9])
def test_the_error_is_that_of_a_bootstrap(q):
    draw = np.random.default_rng(3)
    arms = [np.exp(draw.normal(mean, 1, 4_000)) for mean in (3, 3.1)]
    result = quantile_difference(*arms, q=q)
    again = [np.quantile(arm[draw.integers(0, 4_000, (1_000, 4_000))], q, axis=1) for arm in arms]
    difference = again[1] - again[0]
    assert result.standard_error == pytest.approx(difference.std(), rel=0.2)
    ends = np.quantile(difference, (0.025, 0.975))
    assert (result.low, result.high) == pytest.approx(ends, abs=0.6 * result.standard_error)


def test_the_error_is_that_of_the_density_when_people_are_many():
    draw = np.random.default_rng(4)
    arms = draw.normal(0, 1, (2, 200_000))
    for q in (0.5, 0.95):
        theory = np.sqrt(2 * q * (1 - q) / 200_000) / norm.pdf(norm.ppf(q))
        assert quantile_difference(*arms, q=q).standard_error == pytest.approx(theory, rel=0.05)


def test_p_interval_and_swapped_arms_say_the_same():
    draw = np.random.default_rng(5)
    for number in range(50):
        a, b = draw.gamma(1, 10, 300), draw.gamma(1, 10 + number / 10, 400)
        one, other = quantile_difference(a, b, q=0.7), quantile_difference(b, a, q=0.7)
        assert (one.effect, one.low, one.high) == pytest.approx((-other.effect, -other.high, -other.low))
        assert (one.p_value < 0.05) == (not one.low <= 0 <= one.high)


def test_values_are_not_changed_and_their_order_does_not_matter():
    values = np.array([*range(100)], dtype=float)[::-1]
    before = values.copy()
    assert quantile_difference(values, values + 1, q=0.5).effect == pytest.approx(1)
    assert (values == before).all()
    assert quantile_difference(values, values[::-1] + 1, q=0.5) == quantile_difference(values, values + 1, q=0.5)


def test_a_quantile_among_zeros_cannot_be_judged():
    few_pay = np.where(np.arange(1_000) < 100, 20.0, 0.0)
    with pytest.raises(CannotJudgeError, match=r"0\.5-quantile lies among many people of one value, 0"):
        quantile_difference(few_pay, few_pay, q=0.5)
    with pytest.raises(CannotJudgeError, match="one value, 0 or 5"):
        quantile_difference(few_pay, few_pay + 5, q=0.5)


def test_one_arm_among_zeros_is_compared_by_the_error_of_the_other():
    draw = np.random.default_rng(6)
    zeros, paid = np.zeros(1_000), draw.exponential(10, 1_000)
    result = quantile_difference(zeros, paid, q=0.5)
    assert result.effect == pytest.approx(np.median(paid))
    assert result.standard_error == pytest.approx(10 / np.sqrt(1_000), rel=0.35)
    beside = np.where(np.arange(1_000) < 510, 0.0, paid)  # the next payers are near: its own error is not 0
    assert quantile_difference(beside, zeros, q=0.5).standard_error > 0.1


def test_what_cannot_be_judged_is_refused():
    values = np.arange(100.0)
    with pytest.raises(CannotJudgeError, match="100 people in treatment are too few"):
        quantile_difference(np.arange(1_000.0), values, q=0.99)
    with pytest.raises(CannotJudgeError, match="0 people in control"):
        quantile_difference([], values, q=0.5)
    with pytest.raises(CannotJudgeError, match="values of control"):
        quantile_difference([*values, np.nan], values, q=0.5)
    for bad in ({"q": 1.0}, {"q": 0.5, "alpha": 2}):
        with pytest.raises(UsageError):
            quantile_difference(values, values, **bad)
