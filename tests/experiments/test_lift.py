"""Fieller's interval of the lift: it says what the difference says, is the set it claims to be, and covers the truth."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq

from ltv.errors import UsageError
from ltv.experiments.contrast import contrast
from ltv.experiments.frequentist import welch
from ltv.experiments.lift import fieller
from ltv.experiments.moments import CannotJudgeError, Estimate
from ltv.experiments.sequential import confidence_sequence, critical_value

any_mean = st.one_of(st.floats(-10, 10), st.floats(100, 1e4), st.just(0.0))
estimates = st.builds(Estimate, any_mean, st.floats(1e-3, 1e4), st.integers(2, 10**6))
criticals = st.floats(0.5, 6)


def distance(a, b, lift):
    """Give how many standard errors the data are away from a lift."""
    ratio = 1 + lift
    return abs(b.value - ratio * a.value) / math.sqrt(b.variance / b.n + ratio**2 * a.variance / a.n)


@given(estimates, estimates, criticals)
def test_zero_is_inside_exactly_when_the_difference_is_not_significant(a, b, critical):
    seen = contrast(a, b)
    statistic = abs(seen.effect) / seen.standard_error
    assume(abs(statistic / critical - 1) > 1e-6)
    low, high = fieller(a, b, critical=critical)
    assert low <= high
    assert (low < 0 < high) == (statistic < critical)


@given(estimates, estimates, criticals, st.floats(-5, 5))
def test_a_bounded_interval_holds_the_lifts_that_the_data_do_not_refute_and_no_other(a, b, critical, lift):
    low, high = fieller(a, b, critical=critical)
    assume(math.isfinite(low) and math.isfinite(high))
    at = distance(a, b, lift)
    assume(abs(at / critical - 1) > 1e-6)
    assert (low <= lift <= high) == (at < critical)


@given(estimates, estimates, criticals)
def test_what_control_above_zero_cannot_be_is_left_out_and_no_more(a, b, critical):
    assume(a.value > 0)
    low, high = fieller(a, b, critical=critical)
    if math.isinf(high) and math.isfinite(low):  # a half-line: its end is an end of the set
        assert distance(a, b, low) == pytest.approx(critical, rel=1e-5)
        assert distance(a, b, low + 1) < critical
    unbounded = a.value <= critical * math.sqrt(a.variance / a.n)
    assert unbounded == (math.isinf(low) or math.isinf(high))


def test_the_ends_are_those_found_by_search():
    a, b = Estimate(10, 400, 500), Estimate(11, 500, 600)
    inside = b.value / a.value - 1
    ends = [brentq(lambda t: distance(a, b, t) - 1.96, *sorted((inside, far))) for far in (-0.9, 2)]
    assert fieller(a, b, critical=1.96) == pytest.approx(ends, abs=1e-9)


def test_with_many_people_it_is_the_interval_of_the_delta_method():
    a, b = Estimate(10, 400, 10**6), Estimate(10.1, 400, 10**6)
    result = welch(a, b, scale="relative", reference="normal")
    assert fieller(a, b, critical=1.959964) == pytest.approx((result.low, result.high), abs=2e-5)


def test_it_holds_with_the_critical_value_of_a_sequence():
    a, b = Estimate(10, 25, 5_000), Estimate(10.5, 25, 5_000)
    low, high = fieller(a, b, critical=critical_value(10_000, tuning=10_000))
    difference = confidence_sequence(a, b, tuning=10_000)
    assert low > 0
    assert difference.low > 0
    assert (low, high) == pytest.approx((difference.low / 10, difference.high / 10), rel=0.05)


def test_nineteen_intervals_of_twenty_cover_the_true_lift_even_where_control_is_near_zero():
    draw = np.random.default_rng(1)
    for mean in (0.3, 1.0, 5.0):  # 1.5, 5 and 25 standard errors above zero
        means = draw.normal([mean, mean * 1.2], 0.2, (3_000, 2))
        ends = [fieller(Estimate(a, 4, 100), Estimate(b, 4, 100), critical=1.96) for a, b in means]
        covered = np.mean([low <= 0.2 <= high for low, high in ends])
        assert covered == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize(
    ("control", "treatment", "low", "high"),
    [
        (0.0, 0.1, -math.inf, math.inf),  # nothing is known
        (0.1, 5.0, 14.6, math.inf),  # treatment is far more than control can be
        (0.1, -5.0, -math.inf, -16.4),  # treatment loses
        (-5.0, 5.0, 0.0, math.inf),  # no share of a loss: only that it is more
        (-5.0, -6.0, -math.inf, 0.0),
        (-5.0, -5.0, -math.inf, math.inf),
    ],
)
def test_where_control_is_not_above_zero_the_interval_says_how_little_is_known(control, treatment, low, high):
    ends = fieller(Estimate(control, 1, 100), Estimate(treatment, 1, 100), critical=1.96)
    assert ends == pytest.approx((low, high), abs=2)


def test_arms_with_one_or_no_variance():
    assert fieller(Estimate(10, 0, 10), Estimate(12, 4, 100), critical=2) == pytest.approx((0.16, 0.24))
    assert fieller(Estimate(10, 4, 100), Estimate(0, 0, 10), critical=2) == pytest.approx((-1, -1))
    assert fieller(Estimate(0, 0, 10), Estimate(12, 4, 100), critical=2) == (0, math.inf)
    with pytest.raises(CannotJudgeError, match="zero variance"):
        fieller(Estimate(10, 0, 10), Estimate(12, 0, 10), critical=1.96)


@pytest.mark.parametrize("critical", [0, -1, math.inf, math.nan])
def test_a_critical_value_is_above_zero(critical):
    with pytest.raises(UsageError, match="critical value"):
        fieller(Estimate(1, 1, 10), Estimate(1, 1, 10), critical=critical)
