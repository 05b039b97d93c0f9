"""Planning, several questions, and the split: what must hold, and what cannot be judged."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from ltv.errors import UsageError
from ltv.experiments.moments import CannotJudgeError, Estimate
from ltv.experiments.multiple import benjamini_hochberg, holm
from ltv.experiments.power import (
    minimum_detectable_difference,
    minimum_detectable_lift,
    power_of,
    power_of_lift,
    sample_size_means,
    sample_size_proportions,
)
from ltv.experiments.srm import srm

p_lists = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@given(p_lists)
def test_adjusted_p_values_are_no_smaller_and_keep_their_order_and_holm_is_the_stricter(p_values):
    strict, mild = holm(p_values), benjamini_hochberg(p_values)
    assert all(p >= q - 1e-12 for p, q in zip(strict, mild, strict=True))
    for adjusted in (strict, mild):
        assert all(p <= q * (1 + 1e-12) and q <= 1 for p, q in zip(p_values, adjusted, strict=True))
        pairs = sorted(zip(p_values, adjusted, strict=True))
        assert [q for _, q in pairs] == pytest.approx(sorted(adjusted))


@pytest.mark.parametrize(
    "p_values", [[0.5], [0.01, 0.04, 0.03], [0.2, 0.2, 0.9, 0.0, 1.0, 0.2], [1e-9, 0.6, 0.011, 0.05]]
)
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), abs=1e-15)


def test_no_question_needs_no_adjustment():
    assert holm([]) == benjamini_hochberg([]) == []


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0.01, 1)), min_size=2, max_size=8), st.randoms())
def test_the_order_of_the_arms_and_the_sum_of_the_weights_do_not_matter(arms, random):
    one = srm([n for n, _ in arms], [w for _, w in arms])
    random.shuffle(arms)
    other = srm([n for n, _ in arms], [7 * w for _, w in arms])
    assert 0 <= one.p_value <= 1
    assert other.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-6)


def test_an_unequal_planned_split_is_judged_by_the_plan():
    assert srm([9_000, 1_000], [0.9, 0.1]).p_value == 1
    assert srm([9_000, 1_000], [0.5, 0.5]).p_value < 1e-9


def test_people_in_an_arm_that_gets_nobody_are_told():
    result = srm([1_000, 1_000, 5], [0.5, 0.5, 0])
    assert (result.p_value, result.unplanned, result.expected) == (1, 5, (1_000, 1_000, 0))


@pytest.mark.parametrize("method", ["cohen_h", "fleiss", "unpooled"])
@pytest.mark.parametrize("ratio", [0.25, 1, 3])
def test_planned_people_are_the_same_when_the_arms_are_swapped(method, ratio):
    one = sample_size_proportions(0.1, 0.12, method=method, ratio=ratio)
    other = sample_size_proportions(0.12, 0.1, method=method, ratio=1 / ratio)
    assert other == pytest.approx(one * ratio, rel=1e-6)


@pytest.mark.parametrize("ratio", [0.5, 1, 2])
def test_the_difference_that_people_were_planned_for_is_the_smallest_they_find(ratio):
    n = sample_size_means(20, 3, ratio=ratio)
    error = 20 * math.sqrt(1 / n + 1 / (n * ratio))
    assert minimum_detectable_difference(error) == pytest.approx(3)
    assert power_of(3, error, critical=1.959964) == pytest.approx(0.8, abs=1e-4)


@given(st.floats(0.1, 3), st.integers(2_000, 10**6), st.sampled_from([None, 5_000.0]))
def test_the_smallest_lift_is_found_with_the_power_asked_for(deviation, n, tuning):
    plan = Estimate(1.0, deviation**2, n)
    lift = minimum_detectable_lift(plan, n_treatment=2 * n, tuning=tuning)
    assert power_of_lift(plan, lift, n_treatment=2 * n, tuning=tuning) == pytest.approx(0.8, abs=1e-6)


def test_no_effect_is_found_as_often_as_alpha_says():
    assert power_of_lift(Estimate(5, 2, 100), 0, n_treatment=100) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("judge", "why"),
    [
        (lambda: sample_size_proportions(0.1, 0.1), "no difference to plan for"),
        (lambda: minimum_detectable_lift(Estimate(1, 100, 20), n_treatment=20), "no lift is found with power 0.8"),
        (lambda: power_of_lift(Estimate(0, 1, 20), 0.1, n_treatment=20), "a lift over 0"),
        (lambda: power_of_lift(Estimate(1, 1, 20), 0.1, n_treatment=0), "an arm with nobody"),
        (lambda: srm([-1, 5], [1, 1]), "people of an arm: found -1"),
        (lambda: srm([math.nan, 5], [1, 1]), "people of an arm: found nan"),
        (lambda: srm([2.5, 5], [1, 1]), "people of an arm: found 2.5"),
        (lambda: srm([5, 5], [1, -1]), "planned weight: found -1"),
        (lambda: srm([5, 5], [1, math.nan]), "planned weight: found nan"),
        (lambda: srm([5, 5, 5], [1, 1]), "arms: found 3, allowed: at most 2"),
        (lambda: holm([0.1, math.nan]), "p value: found nan"),
        (lambda: benjamini_hochberg([0.1, 1.1]), "p value: found 1.1"),
    ],
)
def test_what_cannot_be_planned_or_judged_says_why(judge, why):
    with pytest.raises(CannotJudgeError) as caught:
        judge()
    assert str(caught.value).startswith("cannot be judged: ") and why in str(caught.value)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(lambda: sample_size_proportions(0, 0.1), id="sample_size_proportions 1"),
        pytest.param(lambda: sample_size_proportions(0.1, 1.2), id="sample_size_proportions 2"),
        pytest.param(
            lambda: sample_size_proportions(0.1, 0.2, method="exact"), id="sample_size_proportions method=exact"
        ),
        pytest.param(lambda: sample_size_proportions(0.1, 0.2, power=0.04), id="sample_size_proportions power=0.04"),
        pytest.param(lambda: sample_size_proportions(0.1, 0.2, ratio=0), id="sample_size_proportions ratio=0"),
        pytest.param(lambda: sample_size_means(0, 1), id="sample_size_means 6"),
        pytest.param(lambda: sample_size_means(1, 0), id="sample_size_means 7"),
        pytest.param(lambda: sample_size_means(1, math.nan), id="sample_size_means 8"),
        pytest.param(lambda: minimum_detectable_difference(0), id="minimum_detectable_difference 9"),
        pytest.param(
            lambda: minimum_detectable_lift(Estimate(1, 1, 20), n_treatment=20, power=0.05),
            id="minimum_detectable_lift power=0.05",
        ),
        pytest.param(lambda: power_of(1, 0, critical=2), id="power_of critical=2"),
    ],
)
def test_a_plan_with_a_number_out_of_range_is_refused(plan):
    with pytest.raises(UsageError):
        plan()
