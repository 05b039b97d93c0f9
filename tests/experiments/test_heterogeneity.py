"""Effects of segments: shrinkage brings them nearer to the truth, and their intervals cover it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ltv.errors import UsageError
from ltv.experiments.heterogeneity import shrink
from ltv.experiments.moments import CannotJudgeError

# Rubin 1981, coaching in eight schools: the usual example.
SCHOOLS = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]

numbers = st.floats(-100, 100)
segments = st.lists(st.tuples(numbers, st.floats(0.1, 50)), min_size=2, max_size=12)


def tried(tau, *, segments, times, seed):
    """Give the coverage of the intervals, and the RMSE of shrunken by raw effects."""
    draw, error = np.random.default_rng(seed), np.resize([0.5, 1.0, 2.0, 1.0], segments)
    truth = draw.normal(2, tau, (times, segments))
    raw = draw.normal(truth, error)
    shrunk = np.array([shrink(row, error).segments for row in raw])
    covered = (shrunk[..., 1] <= truth) & (truth <= shrunk[..., 2])
    return covered.mean(), np.sqrt(((shrunk[..., 0] - truth) ** 2).mean() / ((raw - truth) ** 2).mean())


def test_where_all_segments_are_equal_the_error_shrinks_to_less_than_half():
    covered, ratio = tried(0.0, segments=8, times=200, seed=1)
    assert ratio < 0.5
    assert covered > 0.95


@pytest.mark.parametrize("tau", [0.5, 1.0, 3.0])
def test_where_segments_differ_intervals_cover_them_and_no_precision_is_lost(tau):
    covered, ratio = tried(tau, segments=8, times=200, seed=2)
    assert covered >= 0.93
    assert ratio < 1.01


@pytest.mark.drill
@pytest.mark.parametrize("tau", [0.0, 0.3, 0.5, 1.0, 2.0, 3.0, 20.0])
@pytest.mark.parametrize("segments", [2, 3, 8, 20])
def test_intervals_cover_in_a_long_campaign(tau, segments):
    assert tried(tau, segments=segments, times=max(500, 4_000 // segments), seed=3)[0] >= 0.925


@pytest.mark.parametrize(
    ("effects", "errors", "tau", "p_value"),
    [  # statsmodels 0.15.0, combine_effects(method_re="iterated", atol=1e-12)
        (*SCHOOLS, 0.0, 0.6956591666351959),
        ([0.02, 0.10, -0.05, 0.20, 0.12], [0.03, 0.02, 0.04, 0.03, 0.05], 0.08921256474265814, 2.159480253535034e-06),
    ],
)
def test_tau_and_q_are_those_of_statsmodels(effects, errors, tau, p_value):
    result = shrink(effects, errors)
    assert result.tau == pytest.approx(tau, rel=1e-9)
    assert result.heterogeneity_p == pytest.approx(p_value)


def test_the_posterior_is_the_one_that_drawing_from_the_model_finds():
    effects, errors = map(np.array, SCHOOLS)
    draw, n = np.random.default_rng(4), 200_000
    part = draw.beta(1, 2, n)
    tau = 1 / np.sqrt(np.mean(errors**-2.0)) * (1 - part) / part
    centre = draw.normal(8, 20, n)  # corrected for below: the prior of the centre is flat
    spread = np.sqrt(errors**2 + tau[:, None] ** 2)
    weight = norm.logpdf(effects, centre[:, None], spread).sum(1) - norm.logpdf(centre, 8, 20)
    weight = np.exp(weight - weight.max())
    pull = errors**2 / spread**2
    truth = draw.normal(effects - pull * (effects - centre[:, None]), errors * np.sqrt(1 - pull))
    result = shrink(*SCHOOLS)
    assert result.overall == pytest.approx(np.average(centre, weights=weight), abs=0.15)
    for number, (effect, low, high) in enumerate(result.segments):
        order = truth[:, number].argsort()
        below = np.cumsum(weight[order]) / weight.sum()
        assert effect == pytest.approx(np.average(truth[:, number], weights=weight), abs=0.25)
        assert low == pytest.approx(truth[order, number][np.searchsorted(below, 0.025)], abs=0.9)
        assert high == pytest.approx(truth[order, number][np.searchsorted(below, 0.975)], abs=0.9)


@given(segments)
def test_every_effect_moves_towards_the_others_and_lies_in_its_interval(rows):
    effects, errors = zip(*rows, strict=True)
    result = shrink(effects, errors)
    assert 0 <= result.heterogeneity_p <= 1
    assert result.tau >= 0
    slack = 1e-6 * (1 + max(map(abs, effects)))
    assert min(effects) - slack <= result.overall <= max(effects) + slack
    for effect, low, high in result.segments:
        assert low < effect < high
        assert min(effects) - slack <= effect <= max(effects) + slack


@given(segments, st.floats(0.01, 100), st.floats(-100, 100))
def test_the_unit_and_the_zero_of_the_scale_do_not_matter(rows, unit, zero):
    effects, errors = map(np.array, zip(*rows, strict=True))
    one, other = shrink(effects, errors), shrink(effects * unit + zero, errors * unit)
    assert np.array(other.segments) == pytest.approx(np.array(one.segments) * unit + zero, abs=1e-5 * unit * 100)


def test_segments_with_the_same_numbers_have_the_same_answer():
    first, second, other = shrink([0.1, 0.1, 0.5], [0.1, 0.1, 0.1]).segments
    assert first == pytest.approx(second)
    assert other[0] > first[0]
    assert shrink([0.1, 0.1], [0.2, 0.2]).segments[0][0] == pytest.approx(0.1)


def test_a_segment_that_is_known_well_is_left_where_it_is():
    segments = shrink([1.0, 0.0, 0.0, 0.0], [0.001, 1.0, 1.0, 1.0]).segments
    assert segments[0] == pytest.approx((1.0, 0.998, 1.002), abs=1e-4)


def test_one_segment_is_given_back_as_it_is():
    result = shrink([0.2], [0.1])
    assert (result.overall, result.tau, result.heterogeneity_p) == (0.2, 0.0, 1.0)
    assert result.segments[0] == pytest.approx((0.2, 0.2 - 0.195996, 0.2 + 0.195996), abs=1e-5)


def test_what_cannot_be_judged_is_refused():
    for effects, errors in (([1, 2], [0.1, 0]), ([1, 2], [0.1, -1]), ([1, np.nan], [1, 1]), ([1, 2], [np.inf, 1])):
        with pytest.raises(CannotJudgeError, match="of a segment"):
            shrink(effects, errors)
    with pytest.raises(CannotJudgeError, match="no segment"):
        shrink([], [])
    with pytest.raises(UsageError, match="errors: found 1"):
        shrink([1, 2], [1])
    with pytest.raises(UsageError, match="alpha"):
        shrink([1, 2], [1, 1], alpha=0)
