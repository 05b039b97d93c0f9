import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate

cents = st.integers(-(10**6), 10**6).map(lambda cent: cent / 100)
people = st.lists(st.tuples(cents, cents), min_size=1, max_size=30)


@given(people, people)
def test_merged_aggregates_are_those_of_the_union(one, two):
    both = Arm.of_values(*zip(*one, strict=True)).merge(Arm.of_values(*zip(*two, strict=True)))
    union = Arm.of_values(*zip(*one, *two, strict=True))
    assert both.n == union.n
    for name in ("total", "squares", "paired_total", "paired_squares", "products"):
        assert getattr(both, name) == pytest.approx(getattr(union, name), rel=1e-9, abs=1e-3)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_merged_counts_are_those_of_the_union_in_either_order(a, b, c, d):
    one, two = Arm.of_counts(a, a + b), Arm.of_counts(c, c + d)
    assert one.merge(two) == two.merge(one) == Arm.of_counts(a + c, a + b + c + d)


def test_moments_are_those_of_numpy():
    draw = np.random.default_rng(1)
    y, x = draw.normal(100, 3, 50), draw.normal(5, 2, 50)
    arm, of = Arm.of_values(y, x), np.cov(y, x)
    assert (arm.mean, arm.variance) == pytest.approx((y.mean(), of[0, 0]))
    both = arm.aggregates()
    assert (both.count(), both.mean("y"), both.mean("x")) == pytest.approx((50, y.mean(), x.mean()))
    assert (both.var("y"), both.var("x"), both.cov("y", "x")) == pytest.approx((of[0, 0], of[1, 1], of[0, 1]))


def test_people_who_all_spend_the_same_have_no_variance():
    assert Arm.of_values([0.1] * 1_000).variance == 0


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Arm(-1, 0, 0), "people: found -1, allowed: 0 or more"),
        (lambda: Arm(1.5, 0, 0), "people: found 1.5, allowed: a whole number"),
        (lambda: Arm(math.nan, 0, 0), "people: found nan, allowed: a whole number"),
        (lambda: Arm(3, math.nan, 1), "total: found nan, allowed: a finite number"),
        (lambda: Arm(3, 1, math.inf), "squares: found inf, allowed: a finite number"),
        (lambda: Arm(3, 1, -1), "squares -1 is less than 3 people with total 1 can have"),
        (lambda: Arm(2, 10, 20), "squares 20 is less than 2 people with total 10 can have"),
        (lambda: Arm(0, 1, 1), "squares 1 is less than 0 people"),
        (lambda: Arm(3, 1, 1, 1, 1, math.nan), "products: found nan, allowed: a finite number"),
        (lambda: Arm(2, 2, 2, 2, 4, 100), "products 100 is more"),
        (lambda: Arm.of_counts(-1, 5), "successes: found -1, allowed: 0 or more"),
        (lambda: Arm.of_counts(6, 5), "successes: found 6, allowed: 0 to 5 people"),
        (lambda: Arm.of_values([1, math.nan]), "total: found nan"),
        (lambda: Arm(0, 0, 0).mean, "an arm with nobody (n = 0)"),
        (lambda: Arm.of_counts(0, 0).estimate(), "an arm with nobody"),
        (lambda: Arm.of_values([1]).estimate(), "an arm with 1 person has no variance"),
        (lambda: Estimate(1, 1, 0), "with nobody (n = 0)"),
        (lambda: Estimate(math.nan, 1, 5), "an estimate of nan"),
        (lambda: Estimate(1, -1, 5), "variance -1"),
    ],
)
def test_what_cannot_be_judged_says_why_in_one_line(make, why):
    with pytest.raises(CannotJudgeError) as caught:
        make()
    message = str(caught.value)
    assert message.startswith("cannot be judged: ") and why in message and "\n" not in message


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Arm(3, 1, 1, paired_total=1), id="one sum of three"),
        pytest.param(lambda: Arm(3, 1, 1).second(), id="none"),
        pytest.param(lambda: Arm.of_values([1, 2], [1]), id="another length"),
        pytest.param(lambda: Arm.of_values([1, 2]).merge(Arm.of_counts(1, 2)), id="another kind"),
        pytest.param(lambda: Arm.of_values([1, 2]).merge(Arm.of_values([1, 2], [1, 2])), id="only in one arm"),
    ],
)
def test_columns_that_do_not_belong_together_are_refused(make):
    with pytest.raises(UsageError):
        make()
