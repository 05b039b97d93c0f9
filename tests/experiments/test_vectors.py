"""The numeric vectors of the field: every one that this room computes must come out, the others are named with the reason."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from ltv.experiments.bayesian import Beta, beta_binomial, normal_posterior, prob_greater
from ltv.experiments.contrast import contrast
from ltv.experiments.cuped import cuped
from ltv.experiments.frequentist import ratio, two_proportion_z, welch
from ltv.experiments.moments import Arm, Estimate
from ltv.experiments.multiple import benjamini_hochberg, holm
from ltv.experiments.power import minimum_detectable_lift, power_of, power_of_lift, sample_size_proportions
from ltv.experiments.ranks import mann_whitney
from ltv.experiments.sequential import confidence_sequence, critical_value
from ltv.experiments.srm import srm

SHARED = Path(os.environ.get("LTV_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data").parent
FILE = SHARED / "vectors" / "ab_vectors.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
pytestmark = pytest.mark.skipif(not VECTORS, reason=f"the shared real data is absent: {FILE} does not exist")

BUILT = {
    "two_proportion_z",
    "gbstats_frequentist_peer",
    "posthog_frequentist_peer",
    "beta_binomial",
    "srm",
    "multiple_testing",
    "sequential",
    "cuped_ratio_raw",
    "power",
    "sample_size",
}
NOT_HERE = {
    "fnv": "hashing has tests of its own",
    "growthbook_hash": "assignment has tests of its own",
    "beta_binomial/peer_gbstats_0_5_0_lognormal_approx": "an approximation; its numbers bound the exact ones below",
    "beta_binomial/normal_approx_prob": "an approximation; its numbers bound the exact ones below",
}


def rows(key, name="rows"):
    return VECTORS.get(key, {}).get(name, [])


def arm(row):
    return (
        Arm(row["n"], row["sum"], row["sum_squares"]) if "sum_squares" in row else Arm.of_counts(row["sum"], row["n"])
    )


def ratio_arm(row):
    names = ("n", "m_sum", "m_sum_squares", "d_sum", "d_sum_squares", "md_sum")
    return ratio(Arm(*(row[name] for name in names)))


def test_every_vector_is_tested_or_named_with_a_reason():
    assert {*VECTORS} == BUILT | {key for key in NOT_HERE if "/" not in key}


@pytest.mark.parametrize("row", rows("two_proportion_z"))
@pytest.mark.parametrize("variance", ["pooled", "unpooled"])
def test_two_proportions_are_those_of_statsmodels(row, variance):
    one, two = Arm.of_counts(row["x1"], row["n1"]), Arm.of_counts(row["x2"], row["n2"])
    newcombe = two_proportion_z(one, two, variance=variance)
    wald = two_proportion_z(one, two, variance=variance, interval="wald")
    assert -newcombe.statistic == pytest.approx(row[f"z_{variance}"], rel=1e-10)
    assert newcombe.p_value == pytest.approx(row[f"p_{variance}"], rel=1e-10)
    assert [newcombe.low, newcombe.high] == pytest.approx(row["ci_diff_newcomb_2_minus_1"], abs=1e-12)
    assert [wald.low, wald.high] == pytest.approx(row["ci_diff_wald_2_minus_1"], abs=1e-12)
    if variance == "pooled":
        assert newcombe.statistic**2 == pytest.approx(row["chi2"], rel=1e-10)


@pytest.mark.parametrize("row", rows("gbstats_frequentist_peer"))
def test_means_and_lifts_are_those_of_gbstats(row):
    side = "greater" if row["kind"] == "one_sided_greater" else "two-sided"
    result = welch(
        arm(row["a"]).estimate(), arm(row["b"]).estimate(), scale=row["difference"], reference="welch", alternative=side
    )
    assert result.effect == pytest.approx(row["expected"], abs=5.1e-6)
    assert result.p_value == pytest.approx(row["p"], abs=5.1e-6)
    if side == "greater":
        assert result.low == pytest.approx(row["ci_low"], rel=1e-10)
        assert result.p_value == pytest.approx(row["p"], rel=1e-10)
        assert result.high == math.inf
    else:
        assert [result.low, result.high] == pytest.approx(row["ci"], abs=5.1e-6)
        assert result.standard_error == pytest.approx(row["stderr"], abs=5.1e-6)


@pytest.mark.parametrize("row", rows("posthog_frequentist_peer"))
def test_lifts_of_means_rates_and_ratios_are_those_of_posthog(row):
    sides = (row["control"], row["treatment"])
    pair = [ratio_arm(side) if row["kind"] == "ratio" else arm(side).estimate() for side in sides]
    result = welch(*pair, scale="relative")
    assert result.effect == pytest.approx(row["expected"], abs=5.1e-5)
    assert [result.low, result.high] == pytest.approx(row["ci"], abs=5.1e-5)
    assert result.p_value == pytest.approx(row["p"], abs=5.1e-5)
    if full := row.get("ref_full_precision"):
        assert result.effect == pytest.approx(full["expected"], rel=1e-10)
        assert [result.low, result.high] == pytest.approx(full["ci"], rel=1e-10)
        assert result.p_value == pytest.approx(full["p"], rel=1e-9)


@pytest.mark.parametrize("row", rows("beta_binomial"))
def test_two_rates_have_the_exact_posterior(row):
    control, treatment = (Arm.of_counts(*row[side]) for side in ("control", "treatment"))
    result = beta_binomial(control, treatment, prior=tuple(row["prior"]))
    assert result.prob_better == pytest.approx(row["prob_B_gt_A"], abs=1e-9)
    assert result.loss_treatment == pytest.approx(row["expected_loss_choose_B"], abs=1e-9)
    assert result.loss_control == pytest.approx(row["expected_loss_choose_A"], abs=1e-9)
    assert result.effect == pytest.approx(row["posterior_mean_diff"], abs=1e-12)
    assert result.prob_better == pytest.approx(row["normal_approx_prob"], abs=0.03)


def test_the_exact_posterior_lies_near_the_log_normal_one_of_gbstats():
    row = VECTORS["beta_binomial"]["peer_gbstats_0_5_0_lognormal_approx"]
    result = beta_binomial(Arm.of_counts(*row["control"]), Arm.of_counts(*row["treatment"]), prior=tuple(row["prior"]))
    assert result.prob_better == pytest.approx(row["chance_to_win"], abs=5e-4)
    assert [result.loss_control, result.loss_treatment] == pytest.approx(row["risk"], abs=1e-4)


def test_the_normal_posterior_is_that_of_gbstats():
    row = VECTORS["beta_binomial"]["peer_gbstats_0_8_gaussian"]
    pair = [Arm.of_counts(*row[side]).estimate() for side in ("control", "treatment")]
    result = normal_posterior(*pair, scale="relative")
    assert result.prob_better == pytest.approx(row["chanceToWin"], abs=5.1e-6)
    assert result.effect == pytest.approx(row["expected"], abs=5.1e-6)
    assert [result.low, result.high] == pytest.approx(row["ci"], abs=5.1e-6)
    assert [result.loss_control, result.loss_treatment] == pytest.approx(row["risk_relative"], abs=5.1e-6)


def test_the_posterior_of_uneven_arms_is_that_of_spotify_confidence():
    row = VECTORS["beta_binomial"]["peer_spotify_confidence"]
    pair = [Arm.of_counts(*row[side]) for side in ("control", "treatment")]
    flat, half = beta_binomial(*pair), beta_binomial(*pair, prior=(0.5, 0.5))
    exact = row["ref_exact_prior_1_1"]
    assert flat.prob_better == pytest.approx(exact["prob"], abs=1e-9)
    assert flat.loss_treatment == pytest.approx(exact["loss_treatment"], abs=1e-9)
    assert half.prob_better == pytest.approx(
        row["ref_mc_prior_half"]["prob"], abs=2e-4
    )  # 3 standard errors of its 8 million draws
    assert half.loss_treatment == pytest.approx(row["ref_mc_prior_half"]["loss_treatment"], abs=6e-6)
    assert half.prob_better == pytest.approx(row["prob"], abs=1e-3)  # drawn, seeded
    assert half.loss_treatment == pytest.approx(-row["loss_treatment"], abs=1e-5)


@pytest.mark.parametrize("row", rows("srm"))
def test_the_split_is_judged_as_growthbook_does(row):
    result = srm(row["observed"], row["weights"])
    assert result.p_value == pytest.approx(row["p_full"], rel=1e-9)
    assert result.p_value == pytest.approx(row["p"], abs=1e-9)


def test_holm_is_that_of_statsmodels():
    row = VECTORS["multiple_testing"]["holm"]
    adjusted = holm(row["p"])
    assert [adjusted[place] for place in row["order"]] == pytest.approx(row["adjusted_sorted"], abs=1e-12)


def test_benjamini_hochberg_is_that_of_statsmodels():
    row = VECTORS["multiple_testing"]["bh"]
    adjusted = benjamini_hochberg(row["p"])
    assert [adjusted[place] for place in row["order"]] == pytest.approx(row["adjusted_sorted_desc"], abs=1e-12)


@pytest.mark.parametrize("row", rows("sequential"))
def test_the_confidence_sequence_is_that_of_gbstats(row):
    pair = [arm(row[side]).estimate() for side in "ab"]
    result = confidence_sequence(*pair, tuning=row["tuning"], scale=row["difference"], alpha=row["alpha"])
    ref, peer = row["ref"], row["peer"]
    assert result.effect == pytest.approx(ref["expected"], rel=1e-12)
    assert [result.low, result.high] == pytest.approx(ref["ci"], rel=1e-12)
    assert result.standard_error == pytest.approx(ref["stderr"], rel=1e-12)
    assert result.p_value == pytest.approx(ref["p"], rel=1e-10)
    assert [result.effect, result.low, result.high] == pytest.approx([peer["expected"], *peer["ci"]], abs=5.1e-6)


def columns(*names):
    data = VECTORS["cuped_ratio_raw"]["data"]
    for variant in (0, 1):
        yield [[v for v, of in zip(data[name], data["variant"], strict=True) if of == variant] for name in names]


RAW = VECTORS.get("cuped_ratio_raw", {}).get("expected", {})


@pytest.mark.skipif("mwu" not in RAW, reason="no such vector")
def test_ranks_are_those_of_tea_tasting():
    one, two = (np.array(side[0], float) for side in columns("y"))
    result, expected = mann_whitney(one, two), RAW["mwu"]
    assert result.effect == pytest.approx(expected["effect_size"], abs=1e-12)
    assert (result.effect + 1) / 2 == pytest.approx(expected["treatment"], abs=1e-12)
    assert result.statistic == expected["statistic"]
    assert result.p_value == pytest.approx(expected["pvalue"], rel=1e-9)


@pytest.mark.parametrize("name", [name for name in RAW if "manual" not in name and name != "mwu"])
def test_raw_data_is_compared_as_tea_tasting_does(name):
    expected = RAW[name]
    reference = {"student": "student", "z": "normal"}.get(name, "welch")
    if name == "cuped":
        pair = cuped([Arm.of_values(*side) for side in columns("y", "pre")]).estimates
    elif name == "ratio":
        pair = [ratio(Arm.of_values(*side)) for side in columns("num", "den")]
    else:
        pair = [Arm.of_values(*side).estimate() for side in columns("y")]
    absolute, lift = (welch(*pair, scale=scale, reference=reference) for scale in ("absolute", "log"))
    assert [e.value for e in pair] == pytest.approx([expected["control"], expected["treatment"]], rel=1e-12)
    assert absolute.effect == pytest.approx(expected["effect_size"], rel=1e-10)
    ends = [expected["effect_size_ci_lower"], expected["effect_size_ci_upper"]]
    assert [absolute.low, absolute.high] == pytest.approx(ends, rel=1e-9)
    assert absolute.statistic == pytest.approx(expected["statistic"], rel=1e-10)
    assert absolute.p_value == pytest.approx(expected["pvalue"], rel=1e-9)
    assert lift.effect == pytest.approx(expected["rel_effect_size"], rel=1e-10)
    ends = [expected["rel_effect_size_ci_lower"], expected["rel_effect_size_ci_upper"]]
    assert [lift.low, lift.high] == pytest.approx(ends, rel=1e-9)


@pytest.mark.parametrize("slope", ["total", "within"])
def test_both_slopes_of_cuped_are_those_worked_out_by_hand(slope):
    name = {"total": "cuped_manual_total_theta", "within": "cuped_manual_pooled_within_theta"}[slope]
    adjusted = cuped([Arm.of_values(*side) for side in columns("y", "pre")], slope=slope)
    result = welch(*adjusted.estimates)
    assert adjusted.theta == pytest.approx(RAW[name]["theta"], rel=1e-10)
    assert result.effect == pytest.approx(RAW[name]["effect"], rel=1e-10)
    assert result.p_value == pytest.approx(RAW[name]["p"], rel=1e-9)


@pytest.mark.parametrize("row", rows("power", "delta_var"))
def test_the_variance_of_a_lift_is_that_of_growthbook(row):
    var_a, mean_a, n_a, var_b, mean_b, n_b = row["args"]
    scale = "relative" if row["relative"] else "absolute"
    seen = contrast(Estimate(mean_a, var_a, n_a), Estimate(mean_b, var_b, n_b), scale=scale)
    assert seen.standard_error**2 == pytest.approx(row["v"], abs=5.1e-6)


def planned():
    row = VECTORS["power"]["mean_metric"]
    n = round(row["n_total"] / row["variations"])
    return row, n, Estimate(row["mean"], row["sd"] ** 2, n)


def test_power_and_smallest_lift_at_a_fixed_horizon_are_those_of_growthbook():
    row, n, plan = planned()
    assert power_of_lift(plan, row["rel_effect"], n_treatment=n) == pytest.approx(row["power_fixed"], abs=1e-5)
    assert minimum_detectable_lift(plan, n_treatment=n) == pytest.approx(row["mde80_fixed"], abs=1e-5)


@pytest.mark.parametrize(("lift", "power"), [("rel_effect", "power_sequential_5000"), ("mde80_sequential", None)])
def test_growthbook_plans_sequences_as_a_larger_standard_error(lift, power):
    """Its shortcut: the error grows by critical value / 1.96, though only the threshold does; ours moves the threshold."""
    row, n, plan = planned()
    seen = contrast(plan, Estimate(plan.value * (1 + row[lift]), plan.variance, n), scale="relative")
    z = float(ndtri(0.975))
    wider = seen.standard_error * critical_value(seen.people, tuning=5000) / z
    assert power_of(row[lift], wider, critical=z) == pytest.approx(row[power] if power else 0.8, abs=1e-4)


@pytest.mark.parametrize("row", rows("sample_size"))
@pytest.mark.parametrize("method", ["cohen_h", "fleiss", "unpooled"])
def test_sample_sizes_are_those_of_statsmodels_and_the_formulas(row, method):
    n = sample_size_proportions(row["p1"], row["p2"], method=method, alpha=row["alpha"], power=row["power"])
    assert n == pytest.approx(row[f"n_per_arm_{method}"], rel=1e-8)


def test_sum_and_quadrature_are_the_same_number():
    first, second = Beta(121.0, 881.0), Beta(151.0, 851.0)
    moved = Beta(121.0 + 1e-9, 881.0 - 1e-9), Beta(151.0 + 1e-9, 851.0 - 1e-9)
    assert prob_greater(*moved) == pytest.approx(prob_greater(first, second), abs=1e-9)
