"""Contributions: they add up exactly, whatever the figures; formulas against numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ltv.health.changes_split import Sums, factors, split

parts = st.integers(1, 8)
amounts = st.floats(-1e6, 1e6, allow_nan=False)
heads = st.integers(0, 10_000).map(float)


@st.composite
def weeks(draw, kind):
    n = draw(parts)
    above = [draw(arrays(float, n, elements=amounts)) for _ in range(2)]
    below = [draw(arrays(float, n, elements=heads)) for _ in range(2)]
    if kind == "mean":
        below = [b + (b.sum() == 0) for b in below]
    return Sums(above[0], below[0]), Sums(above[1], below[1])


@given(weeks("sum"))
def test_contributions_to_a_sum_add_up(both):
    before, after = both
    assert split("sum", before, after).contribution.sum() == pytest.approx(
        after.above.sum() - before.above.sum(), abs=1e-5
    )


@given(weeks("mean"))
def test_contributions_to_a_mean_add_up(both):
    before, after = both
    change = after.above.sum() / after.below.sum() - before.above.sum() / before.below.sum()
    size = 1 + np.abs(np.concatenate([before.above, after.above])).sum()
    assert split("mean", before, after).contribution.sum() == pytest.approx(change, abs=1e-9 * size)


@given(weeks("mean"))
def test_a_mean_taken_apart_backwards_is_the_same_with_the_other_sign(both):
    before, after = both
    there, back = split("mean", before, after), split("mean", after, before)
    np.testing.assert_allclose(there.within, -back.within, atol=1e-6)
    np.testing.assert_allclose(there.mix, -back.mix, atol=1e-6)


@given(
    arrays(float, 3, elements=st.floats(0.01, 1e4)),
    arrays(float, 3, elements=st.floats(0.01, 1e4)),
)
def test_factors_add_up_to_the_change_of_the_product(before, after):
    found = factors(list(before), list(after))
    change = after.prod() - before.prod()
    assert found.sum() == pytest.approx(change, rel=1e-6, abs=1e-9 * (before.prod() + after.prod()))


def test_a_factor_that_did_not_change_contributed_nothing_and_zero_is_no_factor():
    found = factors([np.array(10.0), np.array(2.0)], [np.array(5.0), np.array(2.0)])
    assert found.tolist() == pytest.approx([-10.0, 0.0])
    assert factors([np.array(0.0)], [np.array(1.0)]) is None


def test_nothing_changed_is_nothing_contributed():
    same = [np.array(3.0), np.array(7.0)]
    assert factors(same, same).tolist() == [0.0, 0.0]


def test_simpsons_paradox_both_parts_fell_and_yet_the_whole_rose():
    """Admissions that became rarer in both halves, while more applied where they are common."""
    before = Sums(np.array([80.0, 20.0]), np.array([100.0, 400.0]))
    after = Sums(np.array([300.0, 4.0]), np.array([400.0, 100.0]))
    told = split("mean", before, after)
    assert told.contribution.sum() == pytest.approx(304 / 500 - 100 / 500)
    assert (told.within < 0).all()
    assert told.within.tolist() == pytest.approx([0.5 * (0.75 - 0.8), 0.5 * (0.04 - 0.05)])
    assert (told.mix > 0).all()


def test_a_newcomer_and_a_leaver_have_no_change_of_their_own():
    before, after = (
        Sums(np.array([10.0, 30.0, 0.0]), np.array([100.0, 50.0, 0.0])),
        Sums(np.array([10.0, 0.0, 5.0]), np.array([100.0, 0.0, 50.0])),
    )
    told = split("mean", before, after)
    assert told.within.tolist() == [0.0, 0.0, 0.0]
    assert told.contribution.sum() == pytest.approx(15 / 150 - 40 / 150)
    assert told.mix[1] < 0 and told.mix[2] < 0  # the better one left, a worse one than the average came


def test_where_all_changed_by_the_same_factor_nobody_is_beyond_their_share():
    before = Sums(np.array([10.0, 60.0, 5.0]), np.array([40.0, 60.0, 100.0]))
    after = Sums(before.above * 0.8, before.below)
    for kind in ("sum", "mean"):
        assert split(kind, before, after).excess == pytest.approx([0, 0, 0], abs=1e-12)


def test_two_parts_by_hand():
    """Kitagawa: 0.5 of the people from 10 % to 20 %, weights 0.5 to 0.6."""
    before, after = (
        Sums(np.array([5.0, 10.0]), np.array([50.0, 50.0])),
        Sums(np.array([12.0, 8.0]), np.array([60.0, 40.0])),
    )
    told = split("mean", before, after)
    assert told.within.tolist() == pytest.approx([0.55 * 0.1, 0.0])
    middle = (0.15 + 0.20) / 2
    assert told.mix.tolist() == pytest.approx([0.1 * (0.15 - middle), -0.1 * (0.2 - middle)])
