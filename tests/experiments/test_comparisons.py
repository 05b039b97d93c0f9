"""What must hold for every comparison of two arms, whatever their numbers; and what cannot be compared."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.experiments.bayesian import Beta, beta_binomial, normal_posterior, prob_greater
from ltv.experiments.contrast import contrast
from ltv.experiments.cuped import cuped
from ltv.experiments.frequentist import ratio, two_proportion_z, welch
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate
from ltv.experiments.sequential import confidence_sequence, critical_value

estimates = st.builds(Estimate, st.floats(0.01, 1e4), st.floats(1e-3, 1e6), st.integers(2, 10**7))


@st.composite
def counted(draw, most=10**6):
    n = draw(st.integers(2, most))
    return Arm.of_counts(draw(st.integers(0, n)), n)


@given(estimates, estimates)
def test_a_difference_changes_its_sign_when_the_arms_are_swapped(a, b):
    one, other = welch(a, b), welch(b, a)
    assert (one.effect, one.low, one.high) == pytest.approx((-other.effect, -other.high, -other.low))
    assert one.p_value == pytest.approx(other.p_value)
    one, other = (confidence_sequence(*pair, tuning=1_000) for pair in ((a, b), (b, a)))
    assert (one.effect, one.low, one.high) == pytest.approx((-other.effect, -other.high, -other.low))
    assert one.p_value == pytest.approx(other.p_value)


@given(estimates, estimates)
def test_a_lift_on_the_log_scale_is_inverted_when_the_arms_are_swapped(a, b):
    one, other = contrast(a, b, scale="log"), contrast(b, a, scale="log")
    assert one.effect == pytest.approx(-other.effect, abs=1e-12)
    assert one.standard_error == pytest.approx(other.standard_error)


@given(estimates, estimates, st.sampled_from(["absolute", "relative"]), st.sampled_from(["welch", "student", "normal"]))
def test_p_is_a_probability_and_says_the_same_as_the_interval(a, b, scale, reference):
    result = welch(a, b, scale=scale, reference=reference)
    assert 0 <= result.p_value <= 1
    assume(abs(result.p_value - 0.05) > 1e-9)
    assert (result.p_value < 0.05) == (not result.low <= 0 <= result.high)


@given(estimates, estimates, st.floats(10, 1e7), st.floats(0.001, 0.5))
def test_the_p_of_a_sequence_says_the_same_as_its_interval_and_is_never_smaller_than_the_fixed_one(a, b, tuning, alpha):
    result = confidence_sequence(a, b, tuning=tuning, alpha=alpha)
    assert 0 <= result.p_value <= 1
    assert result.p_value >= welch(a, b, reference="normal").p_value * (1 - 1e-9)
    assume(abs(result.p_value / alpha - 1) > 1e-6)
    assert (result.p_value < alpha) == (not result.low <= 0 <= result.high)


@given(estimates, estimates)
def test_both_one_sided_tests_together_are_certain(a, b):
    more, less = (welch(a, b, alternative=side) for side in ("greater", "less"))
    assert more.p_value + less.p_value == pytest.approx(1)
    assert (more.high, less.low) == (math.inf, -math.inf)


@given(counted(), counted(), st.sampled_from(["pooled", "unpooled"]))
def test_rates_are_compared_the_same_from_either_side(a, b, variance):
    assume(a.merge(b).variance > 0 and a.variance + b.variance > 0)
    one, other = two_proportion_z(a, b, variance=variance), two_proportion_z(b, a, variance=variance)
    assert 0 <= one.p_value <= 1
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.statistic, one.low, one.high) == pytest.approx((-other.statistic, -other.high, -other.low), abs=1e-12)
    assert -1 <= one.low <= one.effect <= one.high <= 1


@given(counted(), counted())
def test_beliefs_about_two_rates_add_up(a, b):
    one, other = beta_binomial(a, b), beta_binomial(b, a)
    assert 0 <= one.prob_better <= 1
    assert one.prob_better + other.prob_better == pytest.approx(1, abs=1e-8)
    assert one.loss_control - one.loss_treatment == pytest.approx(one.effect, abs=1e-8)
    assert one.loss_treatment == pytest.approx(other.loss_control, abs=1e-8)
    assert (1 + one.low) * (1 + other.high) == pytest.approx(1, rel=1e-6)
    assert one.low < one.high


@given(st.integers(1, 3_000), st.integers(1, 3_000), st.integers(1, 3_000), st.integers(1, 3_000))
def test_sum_and_quadrature_give_the_same_probability(a, b, c, d):
    by_quadrature = prob_greater(Beta(a + 1e-10, b + 1e-10), Beta(c + 1e-10, d + 1e-10))
    assert prob_greater(Beta(a, b), Beta(c, d)) == pytest.approx(by_quadrature, abs=1e-8)


@pytest.mark.parametrize("successes", [10, 500, 990])
def test_sum_and_quadrature_agree_on_rare_successes_of_a_billion_people(successes):
    first, second = Beta(successes, 1e9), Beta(successes * 1.01 // 1 + 5, 1e9)
    by_quadrature = prob_greater(Beta(first.a + 1e-10, 1e9 + 0.5), Beta(second.a + 1e-10, 1e9 + 0.5))
    assert prob_greater(first, second) == pytest.approx(by_quadrature, abs=1e-6)


def test_a_hundred_million_people_are_judged_as_the_normal_distribution_says():
    n = 100_000_000
    control, treatment = Arm.of_counts(n // 10, n), Arm.of_counts(n // 10 + 5_000, n)
    exact, normal = beta_binomial(control, treatment), normal_posterior(control.estimate(), treatment.estimate())
    assert exact.prob_better == pytest.approx(normal.prob_better, abs=1e-4)
    assert exact.loss_treatment == pytest.approx(normal.loss_treatment, rel=1e-2)


def test_an_arm_with_nobody_leaves_the_prior():
    nobody = Arm.of_counts(0, 0)
    assert beta_binomial(nobody, nobody).prob_better == pytest.approx(0.5)


def test_a_sequence_is_narrowest_against_a_fixed_interval_at_its_tuning():
    widths = {n: critical_value(n, tuning=10_000) for n in (100, 1_000, 5_000, 10_000, 20_000, 100_000)}
    assert min(widths, key=widths.__getitem__) == 10_000


def test_a_covariate_that_says_nothing_changes_nothing():
    arms = [Arm.of_values([1, 2, 1, 2], [1, 1, 2, 2]), Arm.of_values([3, 4, 3, 4], [1, 1, 2, 2])]
    adjusted = cuped(arms, slope="within")
    assert (adjusted.theta, adjusted.variance_left) == (0, 1)
    assert list(adjusted.estimates) == [arm.estimate() for arm in arms]


FINE = Estimate(1, 1, 10)


@pytest.mark.parametrize(
    ("judge", "why"),
    [
        (lambda: welch(Estimate(1, 0, 9), Estimate(2, 0, 9)), "zero variance in both arms"),
        (lambda: welch(Estimate(1, 1, 1), FINE), "an arm with 1 person has no degrees of freedom"),
        (lambda: welch(Estimate(0, 1, 9), FINE, scale="relative"), "a lift over 0"),
        (lambda: welch(Estimate(-1, 1, 9), FINE, scale="relative"), "a lift over -1"),
        (lambda: welch(FINE, Estimate(0, 1, 9), scale="log"), "treatment 0"),
        (lambda: welch(FINE, Estimate(0, 0, 9), scale="relative"), "zero variance of the lift"),
        (lambda: confidence_sequence(Estimate(1, 0, 9), Estimate(2, 0, 9), tuning=10), "zero variance"),
        (lambda: two_proportion_z(Arm.of_counts(0, 9), Arm.of_counts(0, 8)), "zero variance: rates 0.0 and 0.0"),
        (lambda: two_proportion_z(Arm.of_counts(9, 9), Arm.of_counts(8, 8)), "zero variance: rates 1.0 and 1.0"),
        (lambda: two_proportion_z(Arm.of_counts(0, 0), Arm.of_counts(1, 8)), "an arm with nobody"),
        (lambda: ratio(Arm.of_values([1, 2], [0, 0])), "a ratio whose denominator is 0.0"),
        (lambda: cuped([Arm.of_values([1, 2], [3, 3]), Arm.of_values([1, 2], [3, 3])]), "zero variance of the cov"),
    ],
)
def test_what_cannot_be_compared_says_why(judge, why):
    with pytest.raises(CannotJudgeError) as caught:
        judge()
    assert str(caught.value).startswith("cannot be judged: ") and why in str(caught.value)


@pytest.mark.parametrize(
    "judge",
    [
        pytest.param(lambda: welch(FINE, FINE, scale="percent"), id="welch scale=percent"),
        pytest.param(lambda: welch(FINE, FINE, reference="guess"), id="welch reference=guess"),
        pytest.param(lambda: welch(FINE, FINE, alternative="larger"), id="welch alternative=larger"),
        pytest.param(lambda: welch(FINE, FINE, alpha=0), id="welch alpha=0"),
        pytest.param(lambda: confidence_sequence(FINE, FINE, tuning=0), id="confidence_sequence tuning=0"),
        pytest.param(
            lambda: confidence_sequence(FINE, FINE, tuning=math.nan), id="confidence_sequence tuning=math.nan"
        ),
        pytest.param(lambda: critical_value(0, tuning=10), id="critical_value tuning=10"),
        pytest.param(
            lambda: two_proportion_z(Arm.of_counts(1, 9), Arm.of_counts(2, 9), variance="own"),
            id="two_proportion_z variance=own",
        ),
        pytest.param(
            lambda: two_proportion_z(Arm.of_counts(1, 9), Arm.of_counts(2, 9), interval="exact"),
            id="two_proportion_z interval=exact",
        ),
        pytest.param(lambda: two_proportion_z(Arm.of_values([0, 1]), Arm.of_values([0, 1])), id="two_proportion_z 10"),
        pytest.param(lambda: beta_binomial(Arm.of_values([0, 1]), Arm.of_values([0, 1])), id="beta_binomial 11"),
        pytest.param(
            lambda: beta_binomial(Arm.of_counts(1, 9), Arm.of_counts(2, 9), prior=(0, 1)), id="beta_binomial 12"
        ),
        pytest.param(lambda: normal_posterior(FINE, FINE, scale="log"), id="normal_posterior scale=log"),
        pytest.param(lambda: cuped([]), id="cuped 14"),
        pytest.param(lambda: cuped([Arm.of_values([1, 2], [1, 2])], slope="steep"), id="cuped slope=steep"),
        pytest.param(lambda: ratio(Arm.of_values([1, 2])), id="ratio 16"),
    ],
)
def test_an_option_that_is_not_there_is_refused(judge):
    with pytest.raises(UsageError) as caught:
        judge()
    assert "allowed: " in str(caught.value) and not isinstance(caught.value, CannotJudgeError)
