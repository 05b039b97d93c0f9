"""Shares and their intervals."""

import numpy as np
import pytest

from ltv.behaviour.averages import Share, difference_is_real


@pytest.mark.parametrize(
    ("successes", "people", "low", "high"),
    [(0, 10, 0.0, 0.2775), (15, 148, 0.0624, 0.1605), (81, 263, 0.2553, 0.3662), (1, 29, 0.0061, 0.1718)],
)
def test_the_wilson_interval_is_that_of_newcombe_1998(successes, people, low, high):
    share = Share.of(successes, people)
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_nobody_gives_no_share():
    assert Share.of(0, 0).rate is None


@pytest.mark.parametrize("p", [0.03, 0.2, 0.5])
def test_the_interval_covers_about_95_in_100(p):
    rng = np.random.default_rng(3)
    shares = [Share.of(int(k), 200) for k in rng.binomial(200, p, 2000)]
    covered = np.mean([s.low <= p <= s.high for s in shares])
    assert 0.93 <= covered <= 0.97


def test_equal_rates_are_called_different_in_about_one_case_of_twenty():
    rng = np.random.default_rng(4)
    a, b = rng.binomial(500, 0.3, 3000), rng.binomial(500, 0.3, 3000)
    called = np.mean(
        [difference_is_real(Share.of(int(x), 500), Share.of(int(y), 500)) for x, y in zip(a, b, strict=True)]
    )
    assert 0.035 <= called <= 0.065
