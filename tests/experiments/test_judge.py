"""Tests judged from the tables of a workspace: the numbers by hand, the checks, the decisions, and bad input."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from support_experiments import AS_OF, END, PLAN, lines, measured, world

from ltv.contract import RESULTS
from ltv.errors import UsageError
from ltv.experiments.judge import judge
from ltv.workspace.store import check_result

METRICS = (
    "value_30d",
    "orders_14d",
    "order_rate_7d",
    "first_order_rate_3d",
    "active_days_7d",
    "retention_d7",
    "invites_30d",
    "event.share_7d",
)
BY_HAND = {"incentive_30d": "discount_30d", "refunds_30d": "refund_30d"}


@pytest.fixture(scope="module")
def small():
    return world(400, seed=3)


@pytest.fixture(scope="module")
def small_judged(small):
    return small.judged(replace(PLAN, metrics=(*METRICS, *BY_HAND)))


@pytest.mark.parametrize("metric", [*METRICS, *BY_HAND])
def test_a_metric_is_what_it_is_person_by_person(small, small_judged, metric):
    people = measured(small, BY_HAND.get(metric, metric))
    control, treatment = (people.loc[people["variant"] == v, "value"] for v in ("control", "treatment"))
    line = lines(small_judged, metric, "welch")
    assert (line["n_control"], line["n"]) == (len(control), len(treatment))
    assert [line["mean_control"], line["mean"]] == pytest.approx([control.mean(), treatment.mean()], rel=1e-9)
    known = ttest_ind(treatment, control, equal_var=False)
    assert line["p_value"] == pytest.approx(known.pvalue, rel=1e-6)


def test_a_ratio_divides_sums_of_people(small):
    line = lines(small.judged(replace(PLAN, metrics=("average_order_value_30d",))), "average_order_value_30d", "welch")
    worth, orders = (measured(small, m).groupby("variant")["value"].sum() for m in ("value_30d", "orders_30d"))
    assert line["mean"] == pytest.approx(worth["treatment"] / orders["treatment"], rel=1e-9)


def test_cuped_takes_out_what_people_did_in_the_28_days_before(small, small_judged):
    people = measured(small, "value_30d").set_index("user_id")
    first = small.exposures.sort_values(["ts", "variant"]).drop_duplicates("user_id").set_index("user_id")["ts"]
    paid = small.orders[small.orders["status"] != "cancelled"]
    since = paid["ts"] - paid["user_id"].map(first)
    before = paid[(since < pd.Timedelta(0)) & (since >= -pd.Timedelta(days=28))].groupby("user_id")["amount"].sum()
    past = before.reindex(people.index).fillna(0.0)
    theta = np.cov(people["value"], past)[0, 1] / past.var()
    adjusted = people["value"] - theta * (past - past.mean())
    line = lines(small_judged, "value_30d", "welch_cuped")
    by = adjusted.groupby(people["variant"]).mean()
    assert [line["mean_control"], line["mean"]] == pytest.approx([by["control"], by["treatment"]], rel=1e-9)


def test_who_shows_up_later_changes_nothing_of_the_past(small):
    plan = replace(PLAN, metrics=METRICS)
    later = pd.DataFrame({"user_id": [1, 2], "ts": [END, END + pd.Timedelta(days=1)], "status": "paid", "value": 1e6})
    orders = pd.concat([small.orders, later.assign(amount=1e6, order_id=[-1, -2], discount=0.0, refund=0.0)])
    met = pd.DataFrame({"user_id": [9_999], "ts": [END], "experiment": "blue", "variant": "treatment"})
    changed = replace(small, orders=orders, exposures=pd.concat([small.exposures, met]))
    one, other = (w.judged(plan).table for w in (small, changed))
    same = [c for c in one.columns if c not in ("expected_loss", "p_better")]
    keys = ["metric", "method", "variant", "segment_kind", "segment"]
    pd.testing.assert_frame_equal(one[same].set_index(keys), other[same].set_index(keys), rtol=1e-9)


def test_the_table_is_the_one_of_the_contract(small_judged):
    checked = check_result("experiment_results", small_judged.table)
    assert list(checked.columns[: len(RESULTS["experiment_results"].names)]) == list(
        RESULTS["experiment_results"].names
    )
    assert (checked["as_of"] == END).all()


def test_a_running_test_is_decided_by_bounds_that_hold_at_any_look_and_a_finished_one_by_welch(small):
    running = small.judged().table.query("decides and metric == 'order_rate_7d'")
    done = small.judged(replace(PLAN, end=dt.date(2026, 4, 20))).table.query("decides and metric == 'order_rate_7d'")
    assert [running["method"].item(), done["method"].item()] == ["sequential_cuped", "welch_cuped"]
    assert running["difference_high"].item() > done["difference_high"].item()


def test_a_test_is_not_finished_before_the_last_person_has_shown_the_metric(small):
    almost = small.judged(replace(PLAN, end=dt.date(2026, 4, 24)))
    assert almost.decisions[0].row.method == "sequential_cuped"
    assert small.judged(replace(PLAN, end=dt.date(2026, 4, 23))).decisions[0].row.method == "welch_cuped"


def test_people_outside_the_dates_of_the_test_are_left_out(small):
    plan = replace(PLAN, start=dt.date(2026, 3, 1), end=dt.date(2026, 3, 31))
    first = small.exposures.sort_values("ts").drop_duplicates("user_id")["ts"]
    inside = ((first >= "2026-03-01") & (first < "2026-04-01")).sum()
    judged = small.judged(plan)
    assert judged.table.query("decides")[["n", "n_control"]].iloc[0].sum() == inside
    dates = next(c for c in judged.tests[0].checks if c.name == "dates")
    assert f"{(first < '2026-03-01').sum()} people exposed before the start" in dates.told.en
    assert dates.state == "watch"


def test_a_gain_is_shipped_and_says_what_it_is_worth():
    judged = world(6_000, lift=0.6).judged(replace(PLAN, metrics=("order_rate_7d", "value_30d")))
    (decision,) = judged.decisions
    assert decision.verdict == "ship"
    assert decision.stake.low < decision.stake.value < decision.stake.high
    assert decision.stake.people == pytest.approx(6_000 * 30 / 100, rel=0.1)
    assert judged.table.query("decides and metric == 'order_rate_7d'")["verdict"].item() == "ship"
    assert "上线" in judged.takeaways("zh")[0] and "Ship" in judged.takeaways("en")[0]


def test_a_gain_that_loses_value_is_not_shipped():
    w = world(8_000, lift=0.6)
    variant = w.exposures.drop_duplicates("user_id").set_index("user_id")["variant"]
    dear = w.orders["user_id"].map(variant) == "control"
    orders = w.orders.assign(value=np.where(dear, w.orders["value"] * 6, w.orders["value"]))
    judged = replace(w, orders=orders).judged(replace(PLAN, metrics=("order_rate_7d", "value_30d")))
    assert judged.decisions[0].verdict == "do_not_ship"
    assert "lost for certain" in judged.decisions[0].why.en


def test_fewer_refunds_are_better():
    w = world(6_000)
    variant = w.exposures.drop_duplicates("user_id").set_index("user_id")["variant"]
    treated = w.orders["user_id"].map(variant) == "treatment"
    orders = w.orders.assign(refund=np.where(treated, 0.0, w.orders["refund"] * 5))
    judged = replace(w, orders=orders).judged(replace(PLAN, metrics=("refunds_30d",)))
    assert judged.decisions[0].row.difference < 0
    assert judged.decisions[0].verdict == "ship"


def test_a_finished_test_without_a_difference_is_not_shipped():
    judged = world(3_000).judged(replace(PLAN, end=dt.date(2026, 4, 1)))
    assert judged.decisions[0].verdict == "do_not_ship"
    assert "no difference" in judged.decisions[0].why.en


def test_lost_exposures_break_a_test_and_the_page_says_so():
    judged = world(20_000, loss=0.1, lift=0.6).judged()
    assert judged.decisions[0].verdict == "broken"
    assert set(judged.table["verdict"]) == {"broken"}
    assert (judged.table["srm_p_value"] < 0.001).all()
    assert "Sample ratio mismatch" in judged.takeaways("en")[0] and "样本比例失衡" in judged.takeaways("zh")[0]
    assert not judged.key_figures
    assert not len(judged.views["effects"].data)


def test_an_unequal_split_is_judged_by_its_own_plan():
    w = world(9_000)
    third = w.exposures["user_id"] % 3 == 0
    uneven = w.with_exposures(w.exposures.assign(variant=np.where(third, "treatment", "control")))
    planned = replace(PLAN, variants={"control": 2 / 3, "treatment": 1 / 3})
    assert uneven.judged(planned).decisions[0].verdict == "keep_running"
    assert uneven.judged().decisions[0].verdict == "broken"


def test_the_first_of_two_variants_counts_and_many_of_them_block():
    w = world(2_000)
    other = w.exposures[w.exposures["user_id"] < 30]
    swapped = other.assign(
        ts=other["ts"] + pd.Timedelta(hours=1),
        variant=other["variant"].map({"control": "treatment", "treatment": "control"}),
    )
    judged = w.with_exposures(pd.concat([w.exposures, swapped])).judged()
    several = next(c for c in judged.tests[0].checks if c.name == "several")
    assert several.state == "watch"
    assert several.told.en.startswith("30 people")
    assert judged.table.query("decides")["n"].iloc[0] == w.judged().table.query("decides")["n"].iloc[0]
    everybody = w.exposures.assign(
        ts=w.exposures["ts"] + pd.Timedelta(hours=1),
        variant=w.exposures["variant"].map({"control": "treatment", "treatment": "control"}),
    )
    blocked = w.with_exposures(pd.concat([w.exposures, everybody])).judged()
    assert blocked.decisions[0].verdict == "broken"


def test_a_young_test_is_left_running_whatever_it_shows():
    w = world(3_000, days=6, lift=3.0)
    judged = w.judged(replace(PLAN, metrics=("order_rate_1d",)))
    assert judged.decisions[0].row.difference_low > 0
    assert judged.decisions[0].verdict == "keep_running"
    assert "whole week" in judged.decisions[0].why.en


def test_nobody_whose_window_is_over_is_too_early_and_no_error():
    judged = world(1_000, days=20).judged(replace(PLAN, metrics=("value_90d",)))
    assert judged.decisions[0].verdict == "keep_running"
    assert "window" in judged.decisions[0].why.en
    assert judged.table["n"].iloc[0] > 0


def test_arms_that_differed_before_are_pointed_out():
    w = world(4_000)
    first = w.exposures.sort_values("ts").drop_duplicates("user_id").set_index("user_id")
    treated = first.index[first["variant"] == "treatment"]
    earlier = pd.DataFrame({"user_id": treated, "ts": first.loc[treated, "ts"] - pd.Timedelta(days=9)})
    more = earlier.assign(amount=500.0, value=500.0, status="paid", discount=0.0, refund=0.0, order_id=-1)
    judged = replace(w, orders=pd.concat([w.orders, more])).judged()
    before = next(c for c in judged.tests[0].checks if c.name == "before")
    assert before.state == "watch" and "Not alike before" in before.told.en


def test_exposures_logged_after_the_outcome_cannot_be_judged():
    w = world(2_000)
    buyers = w.orders[w.orders["status"] == "paid"].drop_duplicates("user_id")
    draw = np.random.default_rng(1)
    logged = pd.DataFrame(
        {"user_id": buyers["user_id"], "ts": buyers["ts"] + pd.Timedelta(minutes=5), "experiment": "blue"}
    ).assign(variant=draw.choice(["control", "treatment"], len(buyers)))
    judged = w.with_exposures(logged[logged["ts"] < END]).judged()
    assert judged.decisions[0].verdict == "cannot_judge"
    assert "after the outcome" in judged.decisions[0].why.en
    assert judged.table["verdict"].str.startswith("cannot be judged: Exposures come after").all()


def test_tests_whose_arms_go_together_cannot_be_judged_and_independent_ones_can(small):
    w = world(2_000)
    twin = w.exposures.assign(experiment="green")
    draw = np.random.default_rng(2)
    free = w.exposures.drop_duplicates("user_id").assign(experiment="red")
    free = free.assign(variant=draw.choice(["control", "treatment"], len(free)))
    plans = [PLAN, replace(PLAN, name="green", salt="g"), replace(PLAN, name="red", salt="r")]
    judged = w.with_exposures(pd.concat([w.exposures, twin, free])).judged(*plans)
    by = {d.experiment: d for d in judged.decisions}
    assert by["blue"].verdict == by["green"].verdict == "cannot_judge"
    assert "green" in by["blue"].why.en
    assert by["red"].verdict == "keep_running"


@pytest.mark.parametrize(
    ("variants", "says"),
    [
        ({"control": 0.5, "treatment": 0.25, "third": 0.25}, "Nobody was exposed to third"),
        (
            {"control": 0.5, "coupon": 0.5},
            "Nobody was exposed to coupon, but people are in arms that the plan does not know",
        ),
        ({"placebo": 0.5, "treatment": 0.5}, "Nobody was exposed to placebo"),
    ],
)
def test_an_arm_with_nobody_cannot_be_judged(small, variants, says):
    judged = small.judged(replace(PLAN, variants=variants, control=next(iter(variants))))
    assert {d.verdict for d in judged.decisions} == {"cannot_judge"}
    assert all(v.startswith("cannot be judged: ") and says in v for v in judged.table["verdict"])


def test_a_test_that_nobody_met_says_so(small):
    judged = small.judged(replace(PLAN, name="never"))
    assert (
        judged.table.query("experiment == 'never'")["verdict"].item()
        == "cannot be judged: Nobody has been exposed yet."
    )


def test_a_test_without_a_plan_has_no_control_and_says_so(small):
    judged = judge(small.exposures, small.orders, experiments=[], as_of=AS_OF)
    assert set(judged.table["verdict"].str[:16]) == {"cannot be judged"}
    assert "not declared" in judged.table["verdict"].iloc[0]
    assert "ltv.toml" in judged.takeaways("zh")[0]


def test_a_metric_that_is_the_same_for_everybody_cannot_be_judged(small):
    judged = replace(small, invites=small.invites.iloc[:0]).judged(replace(PLAN, metrics=("invites_7d",)))
    assert judged.decisions[0].verdict == "cannot_judge"
    assert "same value" in judged.decisions[0].why.en and "一样" in judged.decisions[0].why.zh


def test_forty_arms_share_the_alarms_between_them():
    draw = np.random.default_rng(7)
    n = 40_000
    names = ["control", *(f"v{i:02d}" for i in range(1, 40))]
    met = pd.DataFrame({"user_id": range(n), "ts": pd.Timestamp("2026-03-01"), "experiment": "blue"})
    met["variant"] = draw.choice(names, n)
    bought = pd.DataFrame({"user_id": np.flatnonzero(draw.random(n) < 0.3), "ts": pd.Timestamp("2026-03-02")})
    bought = bought.assign(amount=10.0, status="paid")
    plan = replace(PLAN, variants=dict.fromkeys(names, 1 / 40), end=dt.date(2026, 3, 1))
    judged = judge(met, bought, experiments=[plan], as_of=AS_OF)
    assert len(judged.decisions) == 39
    assert {d.verdict for d in judged.decisions} == {"do_not_ship"}
    first = judged.table.query("decides and metric == 'order_rate_7d'")
    assert (first["p_value"] < 0.05).any() and (first["adjusted_p_value"] > 0.05).all()


def test_people_without_an_identity_are_counted_and_left_out(small):
    nobody = pd.DataFrame(
        {"user_id": [None] * 500, "ts": pd.Timestamp("2026-03-01"), "experiment": "blue", "variant": "control"}
    )
    exposures = pd.concat([small.exposures.astype({"user_id": "Int64"}), nobody.astype({"user_id": "Int64"})])
    judged = small.with_exposures(exposures).judged()
    dates = next(c for c in judged.tests[0].checks if c.name == "dates")
    assert dates.state == "watch" and "500 exposures of nobody known" in dates.told.en
    assert judged.table["n"].iloc[0] == small.judged().table["n"].iloc[0]


def test_without_events_a_metric_of_activity_counts_orders_alone(small):
    judged = small.judged(replace(PLAN, metrics=("retention_d7",)), events=None)
    without = measured(replace(small, events=small.events.iloc[:0]), "retention_d7")
    line = lines(judged, "retention_d7", "welch")
    assert line["n"] + line["n_control"] == len(without)


def test_a_metric_whose_table_is_not_there_names_the_table(small):
    judged = small.judged(replace(PLAN, metrics=("order_rate_7d", "invites_30d")), invites=None)
    assert not len(judged.table.query("metric == 'invites_30d'"))
    alone = small.judged(replace(PLAN, metrics=("event.share_7d",)), events=None)
    assert alone.decisions[0].verdict == "cannot_judge" and "events" in alone.decisions[0].why.en


def test_a_table_that_lacks_a_column_is_named(small):
    with pytest.raises(UsageError, match="exposures columns"):
        judge(small.exposures.drop(columns="variant"), small.orders, experiments=[PLAN], as_of=AS_OF)
    with pytest.raises(UsageError, match="orders columns"):
        judge(small.exposures, small.orders.drop(columns=["amount", "value"]), experiments=[PLAN], as_of=AS_OF)


def test_names_that_are_no_words_of_sql_stay_names():
    w = world(1_000)
    name = "x'; DROP TABLE orders; --"
    strange = w.with_exposures(w.exposures.assign(experiment=name))
    judged = strange.judged(replace(PLAN, name=name, metrics=("event.sha'); --_7d", "order_rate_7d")))
    assert judged.tests[0].experiment == name
    assert judged.decisions[0].verdict == "cannot_judge"  # nobody did an event of that name


def test_lifetime_value_is_observed_where_the_time_is_over_and_completed_by_scores_elsewhere():
    w = world(1_500, days=100)
    scores = pd.DataFrame({"user_id": np.repeat(np.arange(1_500), 2), "horizon_days": [30, 90] * 1_500})
    scores["expected"] = np.where(scores["horizon_days"] == 30, 6.0, 12.0)
    plan = replace(PLAN, metrics=("ltv_90d",))
    observed = w.judged(plan)
    line = lines(observed, "ltv_90d", "welch")
    mature = measured(w, "value_90d")
    assert line["n"] + line["n_control"] == len(mature)
    assert line["basis"] == "observed"
    completed = lines(w.judged(plan, scores=scores), "ltv_90d", "welch")
    first = w.exposures.sort_values(["ts", "variant"]).drop_duplicates("user_id").set_index("user_id")
    paid = w.orders[w.orders["status"] != "cancelled"]
    since = paid["ts"] - paid["user_id"].map(first["ts"])
    so_far = paid[(since >= pd.Timedelta(0)) & (since < pd.Timedelta(days=90))].groupby("user_id")["value"].sum()
    left = (90 - (END - first["ts"]) / pd.Timedelta(days=1)).clip(lower=0)
    rest = np.where(left <= 30, 6.0 * left / 30, 6.0 + 6.0 * (left - 30) / 60)
    whole = so_far.reindex(first.index).fillna(0.0) + rest
    by = whole.groupby(first["variant"]).mean()
    assert [completed["mean_control"], completed["mean"]] == pytest.approx([by["control"], by["treatment"]], rel=1e-9)
    assert completed["basis"] == "score"
    assert completed["n"] + completed["n_control"] == len(first)


def test_scores_of_another_day_complete_nothing():
    w = world(800)
    scores = pd.DataFrame({"user_id": range(800), "horizon_days": 90, "expected": 5.0})
    for day in (END - pd.Timedelta(days=30), END + pd.Timedelta(days=1)):
        old = w.judged(replace(PLAN, metrics=("ltv_90d",)), scores=scores.assign(as_of=day))
        assert set(old.table["basis"]) == {"observed"}
    fresh = w.judged(replace(PLAN, metrics=("ltv_90d",)), scores=scores.assign(as_of=END - pd.Timedelta(days=1)))
    assert "score" in set(fresh.table["basis"])


def test_segments_are_exploratory_and_drawn_together():
    w = world(6_000, lift=0.3)
    draw = np.random.default_rng(6)
    segments = pd.DataFrame({"user_id": range(6_000), "segment_kind": "luck"})
    segments["segment"] = draw.choice(list("abcdefgh"), 6_000)
    judged = w.judged(segments=segments)
    rows = judged.table.query("segment_kind == 'luck' and metric == 'order_rate_7d'")
    assert len(rows) == 8 and set(rows["verdict"]) == {"exploratory"}
    means = w.judged(segments=segments).table.query("segment_kind == 'luck' and metric == 'order_rate_7d'")
    raw = means["mean"] / means["mean_control"] - 1
    assert rows["lift"].std() < raw.std()


@pytest.fixture(scope="module")
def judged():
    return world(3_000).judged()


def test_looks_end_where_the_test_stands_now(judged):
    seen = judged.tests[0].looks
    last, line = seen.iloc[-1], lines(judged, "order_rate_7d", "sequential_cuped")
    assert last[["lift", "low", "high"]].tolist() == pytest.approx([line["lift"], line["low"], line["high"]])
    assert seen["n"].is_monotonic_increasing and last["date"] == END


def test_every_figure_and_table_can_be_shown(judged):
    from ltv.report.blocks import show

    for lang in ("zh", "en"):
        assert judged.figure("effects", lang=lang).data
        assert judged.figure("looks", lang=lang).data
    blocks = show(judged).blocks
    assert {b.get("view") for b in blocks} >= {
        "decisions",
        "checks",
        "methods",
        "looks",
        "effects",
        "hooks",
        "segments",
    }


def test_the_details_of_one_test_can_be_asked_for(small):
    w = small
    other = w.exposures.assign(experiment="green", variant=np.where(w.exposures["user_id"] % 2, "control", "treatment"))
    both = w.with_exposures(pd.concat([w.exposures, other]))
    judged = both.judged(PLAN, replace(PLAN, name="green", salt="g"))
    assert judged.of("green").shown.experiment == "green"
    with pytest.raises(UsageError, match="blue, green"):
        judged.of("yellow")


def test_hooks_say_effect_cost_and_net():
    w = world(5_000, lift=0.4)
    hook = replace(PLAN, metrics=(), hook=True, cost_per_person=2.5)
    judged = w.judged(hook)
    row = judged.views["hooks"].data.iloc[0]
    value, incentive = (
        judged.table.query(f"decides and metric == '{m}'").iloc[0] for m in ("value_90d", "incentive_90d")
    )
    assert row["net"] == pytest.approx(value["difference"] - 2.5)
    assert row["gross"] == pytest.approx(value["difference"] + incentive["difference"])
    assert row["net_low"] < row["net"] < row["net_high"]
    assert row[["first_order", "retention"]].notna().all()


# ---- what must not move a decision


def test_exposures_of_later_days_neither_break_a_test_nor_couple_it_with_another():
    w = world(1_500)
    later = w.exposures.assign(ts=END + pd.Timedelta(hours=1), variant="treatment")
    twin = w.exposures.assign(ts=END + pd.Timedelta(hours=1), experiment="green")
    one, other = w.judged(), w.with_exposures(pd.concat([w.exposures, later, twin])).judged()
    pd.testing.assert_frame_equal(one.table, other.table)
    assert [c.told for c in one.tests[0].checks] == [c.told for c in other.tests[0].checks]
    assert len(other.tests) == 1


def test_orders_of_later_days_do_not_complete_a_lifetime_value():
    w = world(1_000)
    scores = pd.DataFrame({"user_id": range(1_000), "horizon_days": 90, "expected": 5.0})
    later = w.orders.assign(ts=END + pd.Timedelta(hours=1), value=1e6, amount=1e6)
    plan = replace(PLAN, metrics=("ltv_90d",))
    one = w.judged(plan, scores=scores).table
    other = replace(w, orders=pd.concat([w.orders, later])).judged(plan, scores=scores).table
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("known", [True, False])
def test_orders_without_a_value_are_worth_what_is_not_given_back(small, known):
    plan = replace(PLAN, metrics=("value_30d", "refunds_30d"))
    plain = small.orders.drop(columns="value")
    if not known:  # given back after the day one looks from
        plain = plain.assign(refunded_at=END + pd.Timedelta(days=1))
    line = lines(replace(small, orders=plain).judged(plan), "value_30d", "welch")
    paid = small.orders.assign(value=np.where(small.orders["status"] == "cancelled", 0.0, small.orders["amount"]))
    wanted = lines((small if known else replace(small, orders=paid)).judged(plan), "value_30d", "welch")
    assert [line["mean"], line["mean_control"]] == pytest.approx([wanted["mean"], wanted["mean_control"]])


def test_a_metric_that_still_matures_keeps_bounds_that_hold_at_any_look():
    w = world(3_000)
    judged = w.judged(replace(PLAN, metrics=("order_rate_7d", "value_90d"), end=dt.date(2026, 4, 10)))
    methods = judged.table.query("decides").set_index("metric")["method"]
    assert methods.to_dict() == {"order_rate_7d": "welch_cuped", "value_90d": "sequential_cuped"}


def test_a_test_that_ends_short_of_its_planned_people_is_not_finished():
    w = world(3_000)
    ends = replace(PLAN, end=dt.date(2026, 4, 20))
    for people, method in ((2_600, "welch_cuped"), (20_000, "sequential_cuped")):
        assert w.judged(replace(ends, planned_people=people)).decisions[0].row.method == method


def test_what_is_at_stake_does_not_hang_on_how_long_ago_a_test_ended():
    w = world(6_000, lift=0.3)
    plans = [
        replace(PLAN, metrics=("order_rate_7d", "value_14d"), end=d)
        for d in (None, dt.date(2026, 4, 12), dt.date(2026, 4, 3), dt.date(2026, 3, 25))
    ]
    people = [w.judged(p).decisions[0].stake.people for p in plans]
    assert people == pytest.approx([1_800] * 4, rel=0.12)


def test_what_treating_costs_is_taken_off_value_before_it_decides():
    w = world(6_000, lift=0.6)
    free = replace(PLAN, metrics=("order_rate_7d", "value_30d"), hook=True)
    dear = replace(free, cost_per_person=1_000.0)
    one, other = w.judged(free), w.judged(dear)
    assert (one.decisions[0].verdict, other.decisions[0].verdict) == ("ship", "do_not_ship")
    assert one.decisions[0].stake.value - other.decisions[0].stake.value == pytest.approx(
        1_000 * one.decisions[0].stake.people
    )
    assert "is lost for certain" in other.decisions[0].why.en and "受损" in other.decisions[0].why.zh


def test_a_paid_hook_that_more_likely_loses_value_waits():
    w = world(6_000, lift=0.6)
    gain = (
        w.judged(replace(PLAN, metrics=("order_rate_7d", "value_30d")))
        .table.query("decides and metric == 'value_30d'")
        .iloc[0]
    )
    slightly_too_dear = gain["difference"] + 1.0
    assert slightly_too_dear < gain["difference_high"]
    hook = replace(PLAN, metrics=("order_rate_7d", "value_30d"), hook=True, cost_per_person=slightly_too_dear)
    assert w.judged(hook).decisions[0].verdict == "keep_running"
    assert "more likely loses" in w.judged(hook).decisions[0].why.en


def test_a_gain_whose_value_nobody_has_seen_yet_says_so():
    judged = world(6_000, lift=0.8, days=40).judged(replace(PLAN, metrics=("order_rate_7d", "value_90d")))
    assert judged.decisions[0].verdict == "ship" and judged.decisions[0].stake is None
    assert "cannot be measured yet" in judged.decisions[0].why.en


def test_too_few_people_decide_nothing_even_when_the_test_is_over():
    w = world(4_000, lift=0.8, seed=3)
    day = dt.date(2026, 2, 10)
    judged = w.judged(replace(PLAN, start=day, end=day))
    assert judged.decisions[0].verdict == "cannot_judge"
    assert "fewer than 200" in judged.decisions[0].why.en


def test_the_bounds_of_many_arms_are_narrowest_at_the_people_of_two(small):
    from ltv.experiments.methods import Question
    from ltv.experiments.moments import Arm

    arms = {f"v{i}": Arm(1_000, 100.0, 100.0) for i in range(10)}
    asked = Question("m", "rate", arms, "v0", dict.fromkeys(arms, 0.1), True, 50_000, False)
    assert asked.people_of("v3") == pytest.approx(10_000)


def test_an_arm_that_nobody_has_shown_yet_stops_no_other():
    w = world(6_000)
    third = w.exposures[w.exposures["user_id"] % 3 == 0].assign(variant="late", ts=END - pd.Timedelta(days=1))
    met = pd.concat([w.exposures[w.exposures["user_id"] % 3 != 0], third])
    thirds = {"control": 1 / 3, "treatment": 1 / 3, "late": 1 / 3}
    judged = w.with_exposures(met).judged(replace(PLAN, variants=thirds))
    by = {d.variant: d for d in judged.decisions}
    assert by["treatment"].row is not None and by["late"].verdict == "keep_running"
    assert "window" in by["late"].why.en


def test_where_everybody_had_ordered_there_is_no_first_order():
    w = world(2_000)
    first = w.exposures.sort_values("ts").drop_duplicates("user_id")
    before = pd.DataFrame({"user_id": first["user_id"], "ts": first["ts"] - pd.Timedelta(days=40), "status": "paid"})
    before = before.assign(amount=1.0, value=1.0, refund=0.0, discount=0.0, order_id=-1)
    judged = replace(w, orders=pd.concat([w.orders, before])).judged(replace(PLAN, metrics=("first_order_rate_3d",)))
    assert judged.decisions[0].verdict == "cannot_judge" and "had ordered before" in judged.decisions[0].why.en


def test_a_test_of_those_who_have_just_ordered_may_measure_something_else():
    w = world(3_000)
    buyers = w.orders[w.orders["status"] == "paid"].drop_duplicates("user_id")
    draw = np.random.default_rng(1)
    met = pd.DataFrame(
        {"user_id": buyers["user_id"], "ts": buyers["ts"] + pd.Timedelta(seconds=10), "experiment": "blue"}
    )
    met = met.assign(variant=draw.choice(["control", "treatment"], len(buyers)))
    judged = w.with_exposures(met).judged(replace(PLAN, metrics=("invites_30d",)))
    assert next(c for c in judged.tests[0].checks if c.name == "order").state == "watch"
    assert judged.decisions[0].verdict == "keep_running"


def test_lifetime_value_is_not_completed_where_many_have_no_score():
    w = world(1_500)
    some = pd.DataFrame({"user_id": w.orders["user_id"].unique(), "horizon_days": 90, "expected": 5.0})
    judged = w.judged(replace(PLAN, metrics=("ltv_90d",)), scores=some.head(400))
    assert judged.decisions[0].verdict == "cannot_judge" and "no score" in judged.decisions[0].why.en


def test_of_two_days_of_scores_the_newer_counts():
    w = world(800)
    scores = pd.DataFrame({"user_id": range(800), "horizon_days": 90, "expected": 5.0, "as_of": END})
    older = scores.assign(expected=500.0, as_of=END - pd.Timedelta(days=2))
    plan = replace(PLAN, metrics=("ltv_90d",))
    one, other = (w.judged(plan, scores=s).table for s in (scores, pd.concat([older, scores])))
    pd.testing.assert_frame_equal(one, other)


def test_with_scores_lifetime_value_is_what_is_at_stake():
    w = world(1_500)
    scores = pd.DataFrame({"user_id": range(1_500), "horizon_days": 90, "expected": 5.0})
    stake = w.judged(replace(PLAN, metrics=("order_rate_7d", "value_30d")), scores=scores).decisions[0].stake
    assert (stake.metric.name, stake.basis) == ("ltv_90d", "score")


def test_hooks_split_value_and_discounts_of_equal_days_only():
    w = world(2_000)
    uneven = w.judged(replace(PLAN, metrics=("order_rate_7d", "value_30d", "incentive_14d"), hook=True))
    assert uneven.views["hooks"].data["gross"].isna().all() and uneven.views["hooks"].data["net"].notna().all()


def test_a_higher_cost_is_neither_better_nor_worse():
    w = world(3_000, lift=1.0)
    table = w.judged(replace(PLAN, metrics=("order_rate_7d", "incentive_30d"))).table.query("metric == 'incentive_30d'")
    assert set(table["verdict"]) == {"unclear"} and table["p_better"].isna().all()
    with pytest.raises(UsageError, match="a cost is neither"):
        replace(PLAN, metrics=("incentive_30d",))


def test_segments_given_twice_count_once(small):
    segments = pd.DataFrame({"user_id": range(400), "segment_kind": "k", "segment": ["a", "b"] * 200})
    one, other = (small.judged(segments=s).table for s in (segments, pd.concat([segments, segments])))
    pd.testing.assert_frame_equal(one, other)


def test_what_was_made_in_the_engine_is_gone_afterwards():
    from ltv.warehouse.duck import DuckEngine
    from ltv.warehouse.table import Table

    w = world(300)
    scores = pd.DataFrame({"user_id": range(300), "horizon_days": 90, "expected": 5.0, "as_of": END})
    with DuckEngine() as engine:
        for name in ("exposures", "orders"):
            engine.register(name, getattr(w, name))
        judge(Table(engine, "exposures"), Table(engine, "orders"), experiments=[PLAN], as_of=AS_OF, scores=None)
        engine.register("scores", scores)
        judge(
            *(Table(engine, n) for n in ("exposures", "orders")),
            experiments=[PLAN],
            as_of=AS_OF,
            scores=Table(engine, "scores"),
        )
        left = engine.connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        left += engine.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert not [name for (name,) in left if name.startswith("exp ")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda w: {"exposures": w.exposures.assign(user_id=w.exposures["user_id"].map(str))}, "exposures.user_id"),
        (lambda w: {"exposures": w.exposures.assign(ts="2026-01-01")}, "exposures.ts"),
        (lambda w: {"orders": w.orders.assign(amount="much").drop(columns="value")}, "orders.amount"),
        (lambda w: {"orders": w.orders.assign(ts=[[1]] * len(w.orders))}, "orders.ts"),
        (lambda w: {"events": w.events.drop(columns="event")}, "events columns"),
        (lambda w: {"invites": w.invites.drop(columns="ts")}, "invites columns"),
        (lambda w: {"segments": pd.DataFrame({"user_id": [1]})}, "segments columns"),
        (lambda w: {"scores": pd.DataFrame({"user_id": [1], "horizon_days": [30]})}, "scores columns"),
        (lambda w: {"scores": pd.DataFrame({"user_id": [1], "horizon_days": [30], "expected": [1.0], "as_of": ["x"]})}, "scores.as_of"),
        (lambda w: {"orders": None}, "orders: found None"),
        (lambda w: {"as_of": "2026-04-30"}, "as_of"),
        (lambda w: {"as_of": dt.date(9999, 12, 31)}, "day"),
        (lambda w: {"experiments": {"blue": PLAN}}, "experiments"),
        (lambda w: {"experiments": [PLAN, PLAN]}, "each name once"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_in_one_line(small, change, says):
    given = {"exposures": small.exposures, "orders": small.orders, "experiments": [PLAN], "as_of": AS_OF} | change(
        small
    )
    with pytest.raises(UsageError, match=says):
        judge(given.pop("exposures"), given.pop("orders"), **given)


@pytest.mark.parametrize(
    "change",
    [
        lambda w: {"exposures": w.exposures.assign(variant=None)},
        lambda w: {"exposures": w.exposures.iloc[:0]},
        lambda w: {"exposures": pd.DataFrame({c: [] for c in w.exposures})},
        lambda w: {"orders": w.orders.iloc[:0], "exposures": w.exposures.assign(ts=w.exposures["ts"].astype("datetime64[ns]"))},
        lambda w: {"exposures": w.exposures.assign(ts=w.exposures["ts"].dt.tz_localize("UTC"))},
        lambda w: {"orders": w.orders.assign(amount=w.orders["amount"] * 1e80, value=w.orders["value"] * 1e80)},
        lambda w: {"orders": w.orders.assign(amount=w.orders["amount"] * 1e-80, value=w.orders["value"] * 1e-80)},
        lambda w: {"orders": w.orders.assign(amount=np.inf, value=np.inf)},
        lambda w: {"scores": pd.DataFrame({"user_id": [1.0], "horizon_days": [np.nan], "expected": [np.nan]}).astype({"user_id": int})},
        lambda w: {"exposures": w.exposures.assign(user_id=-1 - w.exposures["user_id"])},
    ],
    ids=["no_variant", "nobody", "untyped", "nanoseconds", "zoned", "huge", "tiny", "infinite", "unscored", "below_zero"],
)  # fmt: skip
def test_what_can_be_read_gives_a_verdict(small, change):
    segments = pd.DataFrame({"user_id": range(400), "segment_kind": "k", "segment": ["a", "b"] * 200})
    given = {"exposures": small.exposures, "orders": small.orders, "segments": segments} | change(small)
    plan = replace(PLAN, metrics=("order_rate_7d", "value_30d", "ltv_90d"), start=dt.date(2026, 1, 1))
    judged = judge(given.pop("exposures"), given.pop("orders"), experiments=[plan], as_of=AS_OF, **given)
    assert judged.decisions[0].verdict and judged.takeaways("zh") and judged.takeaways("en")


def test_a_bad_test_takes_no_other_along(small):
    broken = small.exposures.assign(experiment="green")
    orders = pd.concat(
        [
            small.orders,
            small.orders.head(1).assign(user_id=0, ts=pd.Timestamp("2025-12-20"), value=np.inf, amount=np.inf),
        ]
    )
    both = replace(
        small, orders=orders, exposures=pd.concat([small.exposures[small.exposures["user_id"] != 0], broken])
    )
    judged = both.judged(PLAN, replace(PLAN, name="green", salt="g"))
    by = {d.experiment: d.verdict for d in judged.decisions}
    assert set(by) == {"blue", "green"}


def test_names_with_markup_are_shown_as_they_are():
    w = world(3_000)
    name = '<a href="https://e.x">hi</a> {x}'
    strange = w.with_exposures(w.exposures.assign(variant=w.exposures["variant"].replace("treatment", name)))
    judged = strange.judged(replace(PLAN, variants={"control": 0.5, name: 0.5}))
    for view in ("effects", "looks"):
        assert "<a" not in str(judged.figure(view, lang="en").to_dict())
    assert name in judged.takeaways("en")[0]


def test_ids_that_were_shown_another_variant_than_their_salt_gives_are_counted():
    from ltv.experiments.assign import assign

    w = world(2_000)
    ids = [f"M{user}" for user in w.exposures["user_id"]]
    by_salt = w.exposures.assign(id_value=ids, variant=assign(PLAN, ids)["variant"].to_pylist())
    wrong = by_salt["user_id"] < 7
    swapped = by_salt["variant"].map({"control": "treatment", "treatment": "control"})
    checks = {}
    for name, exposures in {
        "right": by_salt,
        "wrong": by_salt.assign(variant=swapped.where(wrong, by_salt["variant"])),
        "elsewhere": w.exposures.assign(id_value=ids),
        "unknown": w.exposures,
    }.items():
        checks[name] = next(c for c in w.with_exposures(exposures).judged().tests[0].checks if c.name == "assigned")
    assert {n: c.state for n, c in checks.items()} == {
        "right": "good",
        "wrong": "watch",
        "elsewhere": "none",
        "unknown": "none",
    }
    assert checks["wrong"].told.en.startswith("7 of ")
