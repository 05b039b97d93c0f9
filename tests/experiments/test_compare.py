"""One test in a table of people: decisions, an e-mail test with known conclusions, and bad input."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.experiments.compare import compare
from ltv.experiments.methods import Question, beside, decisive, is_confirmed
from ltv.experiments.moments import Arm

HILLSTROM = (
    Path(os.environ.get("LTV_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
    / "hillstrom"
    / "hillstrom.csv"
)


def people(n=4_000, *, gain=0.0, seed=1):
    draw = np.random.default_rng(seed)
    variant = draw.choice(["control", "blue"], n)
    past = draw.gamma(2.0, 10.0, n)
    spend = past * draw.gamma(2.0, 0.5, n) + gain * (variant == "blue")
    bought = (draw.random(n) < 0.2 + 0.01 * gain * (variant == "blue")).astype(int)
    return pd.DataFrame(
        {"variant": variant, "past": past, "spend": spend, "bought": bought, "orders": draw.poisson(1.5, n)}
    )


def why(judged):
    (decision,) = judged.decisions
    assert decision.verdict == "cannot_judge"
    assert judged.table["verdict"].str.startswith("cannot be judged: ").all()
    return decision.why.en


@pytest.mark.skipif(not HILLSTROM.is_file(), reason=f"the shared real data is absent: {HILLSTROM} does not exist")
def test_the_e_mail_test_of_hillstrom_comes_to_its_known_conclusions():
    """Both e-mails bring visits, orders and money; the men's brings more of all three."""
    seen = pd.read_csv(HILLSTROM).rename(columns={"segment": "variant"})
    metrics = {"visit": "rate", "conversion": "rate", "spend": "money"}
    judged = compare(seen, metrics=metrics, control="No E-Mail", covariates={"spend": "history"}, name="hillstrom")
    assert {(d.variant, d.verdict) for d in judged.decisions} == {("Mens E-Mail", "ship"), ("Womens E-Mail", "ship")}
    assert all(c.state == "good" for c in judged.tests[0].checks if c.name in ("srm", "arms", "before"))
    plain = judged.table.query("method == 'welch'").set_index(["metric", "variant"])
    assert plain.loc[("spend", "Mens E-Mail"), ["mean", "mean_control"]].tolist() == pytest.approx(
        [1.423, 0.653], abs=5e-4
    )
    assert plain.loc[("spend", "Womens E-Mail"), "mean"] == pytest.approx(1.077, abs=5e-4)
    for metric in metrics:
        mens, womens = (plain.loc[(metric, f"{w} E-Mail")] for w in ("Mens", "Womens"))
        assert mens["mean"] > womens["mean"] > womens["mean_control"]
        assert max(mens["p_value"], womens["p_value"]) < 0.01
    tail = judged.table.query("method == 'heavy_tail'").set_index("variant")
    assert (tail["p_better"] > 0.99).all()


def test_cuped_narrows_the_interval_and_keeps_the_gain():
    judged = compare(people(gain=1.0), metrics={"spend": "money"}, covariates={"spend": "past"})
    line = judged.table.set_index("method")
    width = line["difference_high"] - line["difference_low"]
    assert width["welch_cuped"] < 0.8 * width["welch"]
    assert line.loc["welch_cuped", "difference_low"] < 1.0 < line.loc["welch_cuped", "difference_high"]
    assert line.loc["welch_cuped", "decides"]


def test_a_quick_comparison_has_the_same_decision_and_deciding_lines():
    seen = people(gain=1.0)
    options = {"metrics": {"spend": "money", "bought": "rate"}, "covariates": {"spend": "past"}}
    one, other = (compare(seen, **options, thorough=t) for t in (True, False))
    decides = [j.table.query("decides").reset_index(drop=True) for j in (one, other)]
    pd.testing.assert_frame_equal(*decides)
    assert [d.verdict for d in one.decisions] == [d.verdict for d in other.decisions]
    assert len(other.table) == 2


def test_a_ratio_of_sums_is_a_ratio():
    seen = people()
    judged = compare(seen, metrics={"spend": "money"}, denominators={"spend": "orders"}, thorough=False)
    sums = seen.groupby("variant")[["spend", "orders"]].sum()
    expected = sums["spend"] / sums["orders"]
    assert judged.table[["mean_control", "mean"]].iloc[0].tolist() == pytest.approx(
        [expected["control"], expected["blue"]]
    )


def test_lower_can_be_better():
    seen = people(gain=-3.0)
    judged = compare(seen, metrics={"spend": "money"}, lower_is_better=["spend"])
    assert judged.decisions[0].verdict == "ship"
    assert judged.table.query("method == 'heavy_tail'")["p_better"].item() > 0.99


def test_a_plan_that_is_not_kept_breaks_the_test():
    judged = compare(people(), metrics={"bought": "rate"}, planned={"control": 0.6, "blue": 0.4})
    assert judged.decisions[0].verdict == "broken"


@pytest.mark.parametrize(
    ("change", "metrics", "says"),
    [
        (lambda t: t.assign(spend=t["spend"].where(t.index > 2)), {"spend": "money"}, "3 people have no value"),
        (lambda t: t.assign(spend=5.0), {"spend": "money"}, "same value"),
        (lambda t: t.assign(bought=0), {"bought": "rate"}, "same value"),
        (lambda t: t.assign(orders=t["orders"] - 1), {"orders": "count"}, "negative"),
        (lambda t: t.assign(bought=t["bought"] * 2), {"bought": "rate"}, "not 0 or 1"),
        (lambda t: t.assign(variant="blue"), {"bought": "rate"}, "no control"),
        (lambda t: t.assign(variant=t["variant"].replace("control", "old")), {"bought": "rate"}, "no control"),
        (lambda t: t.iloc[:0], {"bought": "rate"}, "no control"),
        (lambda t: pd.concat([t[t["variant"] == "blue"], t[t["variant"] == "control"].head(1)]), {"spend": "mean"}, "mismatch"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_says_why(change, metrics, says):
    judged = compare(change(people()), metrics=metrics)
    assert says in judged.decisions[0].why.en
    assert judged.decisions[0].verdict in ("cannot_judge", "broken")
    assert judged.table["verdict"].isin([judged.decisions[0].code]).all()


def test_nan_that_reaches_the_sums_is_named():
    import pyarrow as pa

    seen = people()
    values = seen["spend"].to_numpy().copy()
    values[5] = np.nan
    table = pa.table(
        {"variant": seen["variant"], "spend": pa.array(values, from_pandas=False), "user_id": range(len(seen))}
    )
    assert "NaN" in why(compare(table, metrics={"spend": "money"}))


def test_one_metric_that_cannot_be_judged_leaves_the_others_standing():
    seen = people(gain=2.0).assign(orders=-1)
    judged = compare(seen, metrics={"spend": "money", "orders": "count"})
    assert judged.decisions[0].verdict == "ship"
    assert set(judged.table["metric"]) == {"spend"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"metrics": {}}, "metrics"),
        ({"metrics": {"spend": "gold"}}, "metrics spend: found 'gold'"),
        ({"metrics": {"nothing": "mean"}}, "people columns"),
        ({"metrics": {"spend": "mean"}, "covariates": {"bought": "past"}}, "covariates: found 'bought'"),
        ({"metrics": {"spend": "mean"}, "covariates": {"spend": "before"}}, "people columns"),
    ],
)
def test_a_wrong_argument_is_named(options, says):
    with pytest.raises(UsageError, match=says):
        compare(people(), **options)


def test_the_same_people_give_the_same_result_to_the_digit():
    seen = people(gain=0.5)
    tables = [compare(seen, metrics={"spend": "money"}, covariates={"spend": "past"}).table for _ in range(2)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def gains(arms, share, *, kind="rate", amounts=None):
    """Whether the deciding line calls a finished test without a difference a gain, and whether a second method agrees."""
    asked = Question(
        "m", kind, arms, "control", {"control": share, "blue": 1 - share}, False, 10_000, False,
        values=None if amounts is None else lambda: amounts, heavy=amounts is not None,
    )  # fmt: skip
    row = decisive(asked, "blue")
    return row.verdict == "better", row.verdict == "better" and is_confirmed(
        asked, row, beside(asked, "blue") if amounts else []
    )


@pytest.mark.parametrize(("rate", "n", "share"), [(0.02, 4_000, 0.1), (0.05, 4_000, 0.1), (0.05, 2_000, 0.5)])
def test_a_small_control_group_calls_nothing_a_gain_too_often(rate, n, share):
    """Of tests without a difference at most one in forty is shipped, also where control is a tenth of the people."""
    draw, told, worlds = np.random.default_rng(3), [], 1_500
    for _ in range(worlds):
        control = int(draw.binomial(n, share))
        counts = [(int(draw.binomial(k, rate)), k) for k in (control, n - control)]
        told.append(gains(dict(zip(("control", "blue"), (Arm(k, x, x) for x, k in counts), strict=True)), share))
    welch_alone, confirmed = np.mean(told, axis=0)
    assert confirmed <= 0.025 + 3 * (0.025 / worlds) ** 0.5
    if rate == 0.02:
        assert welch_alone > 0.04  # what the second method is there for


def test_money_that_hangs_on_a_few_people_is_not_shipped_against_the_heavy_tail():
    """Five in a hundred are control and pay little by chance: Welch calls a tenth of such tests a gain."""
    draw, told = np.random.default_rng(4), []
    for _ in range(60):
        spend = [np.where(draw.random(k) < 0.3, np.exp(draw.normal(0, 2, k)), 0.0) for k in (300, 5_700)]
        arms = {
            v: Arm(len(x), float(x.sum()), float((x**2).sum())) for v, x in zip(("control", "blue"), spend, strict=True)
        }
        told.append(gains(arms, 0.05, kind="mean", amounts={v: x[x > 0] for v, x in zip(arms, spend, strict=True)}))
    welch_alone, confirmed = np.sum(told, axis=0)
    assert welch_alone >= 4 and confirmed <= 3


@pytest.mark.parametrize("kind", [int, bool, "category", "string"])
def test_variants_of_any_kind_are_names(kind):
    seen = people(gain=2.0)
    codes = (seen["variant"] == "blue").astype(int)
    seen = seen.assign(variant=codes.astype(kind))
    control = {int: "0", bool: "false", "category": "0", "string": "0"}[kind]
    assert compare(seen, metrics={"spend": "money"}, control=control, thorough=False).decisions[0].verdict == "ship"


def test_a_past_that_some_lack_is_left_out_of_the_comparison():
    seen = people(gain=1.0)
    seen.loc[seen.index[:5], "past"] = np.nan
    judged = compare(seen, metrics={"spend": "money"}, covariates={"spend": "past"}, thorough=False)
    assert judged.decisions[0].row.method == "welch"


def test_a_side_method_that_fails_leaves_the_decision_standing():
    seen = people().assign(spend=10.0)
    seen.loc[seen.index[:4], "spend"] = 20.0
    options = {"metrics": {"spend": "money"}}
    assert (
        compare(seen, **options).decisions[0].verdict == compare(seen, **options, thorough=False).decisions[0].verdict
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"metrics": ["spend"]}, "metrics"),
        ({"metrics": {"variant": "mean"}}, "people.variant"),
        ({"metrics": {"spend": "mean"}, "planned": ["control"]}, "planned"),
        ({"metrics": {"spend": "mean"}, "planned": {"control": 1, "blue": 0}}, "planned"),
        ({"metrics": {"spend": "mean"}, "planned_people": "x"}, "planned_people"),
        ({"metrics": {"spend": "mean"}, "lower_is_better": ["sped"]}, "lower_is_better"),
    ],
)
def test_an_argument_of_another_kind_is_named(options, says):
    with pytest.raises(UsageError, match=says):
        compare(people(), **options)


def test_people_who_are_there_twice_are_refused():
    seen = people().assign(user_id=1)
    with pytest.raises(UsageError, match="one row a person"):
        compare(seen, metrics={"spend": "money"})
