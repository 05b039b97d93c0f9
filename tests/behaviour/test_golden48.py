"""The golden 48 hours of launches: time by hand, statistics against another implementation, shops with a known truth."""

from datetime import date, datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import confint_proportions_2indep
from support_golden48 import AS_OF, Shop, launches, random_starts, shop

import ltv
from ltv.behaviour.golden48_baseline import ALPHA, expected, mean_against_control, share_against_control
from ltv.behaviour.golden48_catalogue import METRIC
from ltv.behaviour.golden48_judge import _by_control
from ltv.behaviour.golden48_slots import HOUR_US, Known, apart, checkpoints, slots, special
from ltv.errors import UsageError
from ltv.settings.experiment import Experiment
from ltv.workspace.store import check_result

START = "2026-06-02 09:30"


@cache
def plain() -> Shop:
    """A launch that does nothing."""
    return shop(launches(START))


def moment(us: int) -> str:
    return str(pd.Timestamp(int(us), unit="us"))[:16]


def test_two_weeks_that_let_expect_anything_give_no_bounds_at_all():
    window, level = np.array([3.0, 1.0, 9.0]), np.array([5.0, 1.0, 50.0])
    found = expected(window, level, np.full(3, 0.5), usable=np.ones(3, bool), alpha=1e-6, is_log=True)
    assert np.isnan([found.low, found.high]).all()
    assert (found.observed, found.weeks) == (3.0, 2)


# ---- time


@pytest.mark.parametrize(
    ("zone", "expected_begins"),
    [
        ("Asia/Shanghai", ["2026-04-01 09:00", "2026-03-25 09:00", "2026-03-18 09:00"]),
        ("Europe/London", ["2026-04-01 09:00", "2026-03-25 10:00", "2026-03-18 10:00"]),
    ],
)
def test_earlier_weeks_begin_at_the_same_local_time_also_over_a_change_of_clocks(zone, expected_begins):
    found = slots([datetime(2026, 4, 1, 9)], weeks=2, hours=48, timezone=zone)
    assert [moment(us) for us in found[0, :3, 0]] == expected_begins
    assert moment(found[0, 0, 1]) == "2026-04-03 09:00"
    assert found[0, 1:, 1].tolist() == found[0, :-1, 0].tolist()


def test_a_launch_at_the_change_of_clocks_has_48_hours_all_the_same():
    found = slots([datetime(2026, 3, 28, 12)], weeks=1, hours=48, timezone="Europe/London")
    assert (found[0, 0, 1] - found[0, 0, 0]) == 48 * HOUR_US


def test_a_week_in_which_another_launch_had_its_first_hours_is_set_aside():
    found = slots([datetime(2026, 5, 1), datetime(2026, 4, 18)], weeks=3, hours=48, timezone="UTC")
    first, whole = apart(found, 48)
    assert first[0].tolist()[:4] == [True, True, False, True]  # April 17 to 19 holds April 18
    assert whole[0].tolist()[:4] == [True, True, False, True]


def test_special_days_are_days_of_the_zone():
    begin = np.array([[pd.Timestamp("2026-11-10 15:00").value // 1000]])
    touched = {z: special(begin, begin + HOUR_US, ["11-11"], z)[0, 0] for z in ("UTC", "Asia/Shanghai")}
    assert touched == {"UTC": False, "Asia/Shanghai": False}
    begin += HOUR_US  # 16:00 in Greenwich is midnight in Shanghai
    touched = {z: special(begin, begin + HOUR_US, ["11-11"], z)[0, 0] for z in ("UTC", "Asia/Shanghai")}
    assert touched == {"UTC": False, "Asia/Shanghai": True}


@pytest.mark.parametrize("hours", [1, 2, 3, 7, 24, 48, 72, 168])
def test_looks_spend_alpha_once_and_end_with_the_hours(hours):
    looks = checkpoints(hours)
    assert sum(share for _, share in looks) == pytest.approx(1)
    assert [h for h, _ in looks] == sorted({h for h, _ in looks})
    assert looks[-1][0] == hours


def test_a_day_without_any_row_is_no_data():
    hours = np.array([0, 5, 23, 48, 50])
    known = Known(hours, np.ones(5, np.int64), 100 * HOUR_US)
    covered = {begin: bool(known.covers(np.array([begin * HOUR_US]), 12)[0]) for begin in (-6, 0, 12, 24, 36, 48, 51)}
    assert covered == {-6: False, 0: True, 12: True, 24: False, 36: False, 48: False, 51: False}


# ---- statistics


@pytest.mark.parametrize("spread", [0.05, 0.3])
def test_the_range_is_that_of_a_random_effects_meta_analysis(spread):
    draw = np.random.default_rng(3)
    noise = draw.uniform(0.0005, 0.004, 16)
    r = draw.normal(-1, spread, 16) + draw.normal(0, np.sqrt(noise))
    level = draw.uniform(500, 900, 16)
    found = expected(np.exp(r) * level, level, noise, usable=np.ones(16, bool), alpha=0.05, is_log=True)
    peer = combine_effects(r[1:], noise[1:], method_re="iterated", atol=1e-12)
    assert found.baseline == pytest.approx(level[0] * np.exp(peer.mean_effect_re), rel=1e-4)
    half = stats.t.ppf(0.975, 14) * np.sqrt(peer.tau2 + noise[0] + 1 / (1 / (peer.tau2 + noise[1:])).sum())
    assert found.high == pytest.approx(found.baseline * np.exp(half), rel=1e-4)
    assert found.low == pytest.approx(found.baseline / np.exp(half), rel=1e-4)


def test_the_range_holds_the_next_week_as_often_as_it_says():
    draw = np.random.default_rng(8)
    held = 0
    for _ in range(2_000):
        noise = draw.uniform(0.001, 0.003, 12)
        r = draw.normal(-1, 0.06, 12) + draw.normal(0, np.sqrt(noise))
        found = expected(np.exp(r), np.ones(12), noise, usable=np.ones(12, bool), alpha=0.1, is_log=True)
        held += found.side == "flat"
    assert held / 2_000 == pytest.approx(0.9, abs=0.02)


def test_the_comparison_with_a_control_is_welch():
    draw = np.random.default_rng(1)
    control, treated = draw.exponential(1, 400), draw.exponential(1.4, 300)
    arms = [[len(x), x.sum(), (x**2).sum()] for x in (control, treated)]
    p = stats.ttest_ind(control, treated, equal_var=False).pvalue
    assert mean_against_control(arms, alpha=p * 1.01).side == "up"
    assert mean_against_control(arms, alpha=p * 0.99).side == "flat"


# ---- shops


def test_a_launch_that_brings_visits_is_found_and_called_observational():
    found = shop(launches(START), visits=1.5, per_day=600).judged()
    row = found.table.set_index("metric").loc["visits"]
    assert (row["verdict"], row["controlled"], row["hours"]) == ("up", False, 48)
    assert row["observed"] / row["baseline"] == pytest.approx(1.5, rel=0.15)
    assert "Observational" in found.takeaways("en")[0]
    assert "观察性" in found.takeaways("zh")[0]


def test_a_launch_that_breaks_the_checkout_is_found():
    verdicts = shop(launches(START), buys=0.2, per_day=1_500, people=15_000).verdicts()
    assert verdicts["buyer_rate"] == "down"
    assert verdicts["visits"] == "flat"


def test_launches_that_do_nothing_are_seldom_called():
    called = judged = 0
    for seed in range(6):
        table = shop(launches(*random_starts(seed, 12)), seed=seed).judged().table
        called += table[table["verdict"].isin(["up", "down"])]["launch_id"].nunique()
        judged += table[table["verdict"] != "immature"]["launch_id"].nunique()
    assert judged >= 60
    assert called <= stats.binom.ppf(0.999, judged, 0.05)


@pytest.mark.drill
def test_of_2_000_launches_that_do_nothing_at_most_6_percent_are_called():
    called = judged = 0
    for seed in range(300, 500):
        table = shop(launches(*random_starts(seed, 10)), seed=seed).judged().table
        called += table[table["verdict"].isin(["up", "down"])]["launch_id"].nunique()
        judged += table["launch_id"].nunique()
    assert judged == 2_000
    assert called / judged <= 0.06


@pytest.mark.drill
def test_looking_every_day_calls_launches_that_do_nothing_no_more_often():
    called = 0
    for seed in range(60):
        made = launches(*random_starts(seed + 500, 5))
        told: set[str] = set()
        for day in pd.date_range("2026-04-01", "2026-06-14", freq="D"):
            begun = made[(made["started_at"] < day) & (made["started_at"] > day - pd.Timedelta(days=4))]
            if len(begun):
                table = shop(made, seed=seed + 500).judged(as_of=(day - pd.Timedelta(days=1)).date()).table
                table = table[table["launch_id"].isin(begun["launch_id"])]
                told |= set(table[table["verdict"].isin(["up", "down"])]["launch_id"])
        called += len(told)
    assert called / 300 <= 0.06 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_a_running_launch_can_be_called_early_and_is_never_flat():
    loud = shop(launches(START), visits=3.0, per_day=600)
    first = loud.judged(as_of=date(2026, 6, 2)).table.set_index("metric")  # 14.5 hours, of which 12 are judged
    assert first.loc["visits", ["verdict", "reason", "hours"]].tolist() == ["up", "early", 12]
    quiet = shop(launches(START), per_day=600).judged(as_of=date(2026, 6, 3)).table
    assert set(quiet["verdict"]) == {"immature"}
    assert set(quiet["hours"]) == {24}


def test_a_launch_is_immature_until_no_row_can_be_late_any_more():
    world = shop(launches("2026-06-02 00:00"))
    day = {"as_of": date(2026, 6, 3)}  # ends with the 48th hour
    assert set(world.judged(**day).table["hours"]) == {24}
    assert set(world.judged(late_hours=0.5, **day | {"as_of": date(2026, 6, 4)}).table["hours"]) == {48}
    assert set(world.judged(late_hours=48, as_of=date(2026, 6, 4)).table["hours"]) == {12}


def test_a_table_that_ends_early_holds_back_its_own_metrics_only():
    world = shop(launches("2026-06-02 00:00"))
    tickets = world.tables["tickets"]
    late = world.with_tables(tickets=tickets[tickets["ts"] < "2026-06-01 12:00"])
    table = late.judged(as_of=date(2026, 6, 5)).table.set_index("metric")
    assert table.loc["tickets_per_visitor", ["verdict", "reason", "hours"]].tolist() == ["immature", "running", 0]
    assert table.loc["visits", "verdict"] == "flat"


def test_later_rows_change_nothing_that_was_known():
    world = plain()
    early = {k: v[v["ts"] < "2026-06-06"] for k, v in world.tables.items()}
    day = date(2026, 6, 5)
    whole, cut = world.judged(as_of=day).table, world.with_tables(**early).judged(as_of=day).table
    pd.testing.assert_frame_equal(whole, cut)


def test_a_refund_that_comes_later_does_not_change_what_was_charged():
    world = plain()
    orders = world.tables["orders"]
    later = orders.assign(refund=orders["amount"] / 2, status=orders["status"].replace("paid", "refunded"))
    pd.testing.assert_frame_equal(world.judged().table, world.with_tables(orders=later).judged().table)


def test_the_order_of_rows_does_not_matter():
    world = shop(launches(START, "2026-05-20"), per_day=100)
    mixed = {k: v.sample(frac=1, random_state=5) for k, v in world.tables.items()}
    pd.testing.assert_frame_equal(world.judged().table, world.with_tables(**mixed).judged().table)


def test_a_day_without_data_is_told_and_not_taken_for_zero():
    world = plain()
    hole = {k: v[(v["ts"] < "2026-06-03 09:30") | (v["ts"] >= "2026-06-04 09:30")] for k, v in world.tables.items()}
    table = world.with_tables(**hole).judged().table
    assert set(table["verdict"]) == {"immature"}
    assert set(table["reason"]) == {"gap"}
    before = {k: v[(v["ts"] < "2026-05-05") | (v["ts"] >= "2026-05-07")] for k, v in world.tables.items()}
    table = world.with_tables(**before).judged().table
    assert set(table["reason"]) == {"", "few"}
    assert table["weeks"].max() < world.judged().table["weeks"].max()


def test_too_few_weeks_and_too_few_people_are_told():
    world = shop(launches("2025-09-08 09:00"))
    assert set(world.judged().table["reason"]) == {"history"}
    assert set(shop(launches(START), per_day=10).judged().table["reason"]) == {"few", "gap"}


def test_special_days_stand_in_no_baseline_and_a_launch_on_one_is_not_judged():
    world = plain()
    events = world.tables["events"]
    sale = events["ts"].between("2026-04-10", "2026-04-12")
    loud = world.with_tables(events=pd.concat([events, *[events[sale]] * 4], ignore_index=True))
    width = {}
    for name, days in {"as they are": (), "told": ("04-10..04-11",)}.items():
        row = loud.judged(special_days=days).table.set_index("metric").loc["visits"]
        width[name] = row["expected_high"] / row["expected_low"]
    assert width["told"] < width["as they are"]
    table = world.judged(special_days=["2026-06-03"]).table
    assert set(table["reason"]) == {"special"}
    assert table["observed"].notna().all()


def test_after_a_special_day_the_level_is_that_of_the_last_ordinary_week():
    world = plain()
    events = world.tables["events"]
    sale = events["ts"].between("2026-05-28", "2026-05-30")
    loud = world.with_tables(events=pd.concat([events, *[events[sale]] * 4], ignore_index=True))
    assert loud.verdicts()["visits"] == "down"  # against a week that was like no other
    assert loud.verdicts(special_days=["05-28..05-29"])["visits"] == "flat"


def in_two_systems(world: Shop) -> Shop:
    return world.with_tables(
        **{k: v.assign(source=np.where(v["user_id"] % 2, "app", "web")) for k, v in world.tables.items()}
    )


def test_an_audience_is_a_source_or_everybody():
    world = in_two_systems(shop(launches(START, audience="app"), per_day=400))
    found = world.judged()
    assert set(found.table["metric"]) == {"visits", "visitors", "cart_rate", "share_rate", "buyer_rate", "charged_value", "payment_failure_rate"}  # fmt: skip
    app = found.table.set_index("metric").loc["visits", "observed"]
    seen = world.tables["events"]
    inside = seen["ts"].between(START, pd.Timestamp(START) + pd.Timedelta(hours=48), inclusive="left")
    assert app == (inside & (seen["event"] == "visit") & (seen["source"] == "app")).sum()
    everybody = shop(launches(START, audience="recent buyers"), per_day=400).judged()
    assert everybody.table.set_index("metric").loc["visits", "observed"] > app * 1.5
    view = everybody.views["launches"]
    told = {c.name: c for c in view.columns}["audience"].words[view.data["audience"][0]]
    assert told.en == "recent buyers (no source: judged on everybody)"


def test_an_outage_of_the_one_system_of_a_launch_is_no_fall():
    world = in_two_systems(shop(launches(START, audience="app"), per_day=400))
    out = {k: v[(v["source"] == "web") | ~v["ts"].between("2026-06-01", "2026-06-08")] for k, v in world.tables.items()}
    table = world.with_tables(**out).judged().table
    assert set(table["verdict"]) == {"immature"}
    assert set(table["reason"]) <= {"gap", "nothing"}
    late = {k: v[(v["source"] == "web") | (v["ts"] < "2026-06-02 12:00")] for k, v in world.tables.items()}
    assert set(world.with_tables(**late).judged(as_of=date(2026, 6, 5)).table["reason"]) == {"running"}


def test_a_campaign_in_the_week_before_moves_no_level():
    """A loud campaign five days before a launch that does nothing; the level comes from the week before the campaign."""
    made = launches("2026-05-28 09:30", START)
    called = 0
    for seed in range(4):
        loud = shop(made.iloc[:1], seed=seed, visits=1.6, per_day=600)
        found = Shop(loud.tables, made).judged()
        own = found.table[found.table["launch_id"] == "launch 1"].set_index("metric")
        called += own.loc["visits", "verdict"] != "flat"
    assert called == 0
    assert found.views["launches"].data["beside"].tolist()[0] == "launch 0"


def test_a_shop_with_a_launch_every_week_is_judged_against_weeks_with_launches():
    weekly = [str(d) for d in pd.date_range("2025-10-07 09:30", "2026-06-02 09:30", freq="7D")]
    table = shop(launches(*weekly)).judged().table
    newest = table[table["launch_id"] == f"launch {len(weekly) - 1}"].set_index("metric")
    assert newest.loc["visits", ["verdict", "reason"]].tolist() == ["flat", ""]
    assert newest.loc["visits", "weeks"] >= 20


def test_nothing_to_divide_by_is_told_and_not_judged():
    world = plain()
    touches = world.tables["touches"]
    silent = world.with_tables(touches=touches[(touches["kind"] == "click") | (touches["ts"] < START)])
    row = silent.judged().table.set_index("metric").loc["response_rate"]
    assert row[["verdict", "reason"]].tolist() == ["immature", "nothing"]
    assert pd.isna(row["observed"])


def test_rare_failures_of_payment_are_too_few_and_not_news():
    called = 0
    for seed in range(8):
        world = shop(launches(*random_starts(seed, 6)), seed=seed, per_day=400)
        draw = np.random.default_rng(seed)
        orders = world.tables["orders"].assign(status=lambda f: np.where(draw.random(len(f)) < 0.005, "failed", "paid"))  # noqa: B023
        found = ltv.golden48(world.launches, orders=orders, as_of=AS_OF).table
        called += (found[found["metric"] == "payment_failure_rate"]["verdict"] != "immature").sum()
    assert called == 0


def test_a_call_that_is_taken_back_is_remembered():
    world = shop(launches(START), per_day=1_500, people=15_000)
    events = world.tables["events"]
    first = events[events["ts"].between(START, "2026-06-02 15:29") & (events["event"] == "visit")]
    away = events["ts"].between("2026-06-03 09:30", "2026-06-04 09:29") & (events["event"] == "visit")
    kept = events[~away | (np.arange(len(events)) % 8 > 0)]
    loud = world.with_tables(events=pd.concat([kept, first], ignore_index=True))
    row = loud.judged().table.set_index("metric").loc["visits"]
    assert row[["verdict", "reason"]].tolist() == ["flat", "was_out"]


def test_launches_at_the_same_time_are_told():
    found = shop(launches(START, "2026-06-03 09:00", name=["blue", "red"]), visits=1.8, per_day=600).judged()
    assert found.views["launches"].data["beside"].tolist() == ["blue", "red"]
    assert "in the same hours or the week before: blue" in found.takeaways("en")[0]


# ---- with a control

ARMS = {"control": 0.5, "treatment": 0.5}
BLUE = Experiment("launch 0", "salt", ARMS, "control")


def exposed(world: Shop, share: float = 0.5, start: str = START) -> pd.DataFrame:
    """The first visit of each person since the launch."""
    events = world.tables["events"].sort_values("ts")
    since = events[(events["ts"] >= start) & (events["ts"] < pd.Timestamp(start) + pd.Timedelta(hours=48))]
    met = since.drop_duplicates("user_id")[["user_id", "ts"]]
    treated = np.random.default_rng(4).random(len(met)) >= share
    return met.assign(experiment="launch 0", variant=np.where(treated, "treatment", "control"))


def test_a_launch_with_an_experiment_is_compared_with_its_control():
    world = shop(launches(START), per_day=800, people=3_000)
    met = exposed(world)
    treated = met[met["variant"] == "treatment"].sample(frac=0.3, random_state=1)
    more = treated.assign(ts=treated["ts"] + pd.Timedelta(minutes=1), status="paid", amount=60.0)
    orders = pd.concat([world.tables["orders"], more[["user_id", "ts", "status", "amount"]]], ignore_index=True)
    found = world.with_tables(orders=orders, exposures=met).judged(experiments=[BLUE])
    table = found.table.set_index("metric")
    assert table.loc["buyer_rate_of_exposed", ["verdict", "controlled"]].tolist() == ["up", True]
    assert table.loc["cart_rate_of_exposed", "verdict"] == "flat"
    assert "Compared with a control" in found.takeaways("en")[0]
    check_result("golden48", found.table)
    assert table.loc["buyer_rate_of_exposed", "baseline"] == pytest.approx(buyers(met, orders, "control"))
    assert table.loc["buyer_rate_of_exposed", "observed"] == pytest.approx(buyers(met, orders, "treatment"))


def buyers(met: pd.DataFrame, orders: pd.DataFrame, variant: str) -> float:
    """Share of an arm with a paid order between their exposure and the 48th hour, person by person."""
    arm = met[met["variant"] == variant]
    paid = orders[orders["status"] == "paid"].merge(arm, on="user_id", suffixes=("", "_met"))
    until = pd.Timestamp(START) + pd.Timedelta(hours=48)
    return float(paid[(paid["ts"] >= paid["ts_met"]) & (paid["ts"] < until)]["user_id"].nunique() / len(arm))


def test_the_first_exposure_counts_whenever_it_was_and_a_missing_variant_is_no_arm():
    world = shop(launches(START), per_day=800, people=3_000)
    met = exposed(world)
    early = met.assign(ts=met["ts"] - pd.Timedelta(days=4), variant=met["variant"].map({"control": "treatment", "treatment": "control"}))  # fmt: skip
    both = world.judged(exposures=pd.concat([early, met], ignore_index=True)).table
    assert set(both[both["controlled"]]["reason"]) == {"few"}  # nobody met it first in these hours
    unknown = met.assign(variant=met["variant"].where(met["variant"] == "control"))
    alone = world.judged(exposures=unknown).table
    assert set(alone[alone["controlled"]]["reason"]) == {"few"}
    other = met.assign(variant=met["variant"].replace("treatment", "not declared"))
    assert set(world.judged(exposures=other, experiments=[BLUE]).table.query("controlled")["reason"]) == {"few"}


@pytest.mark.parametrize(("share", "rate", "sigma"), [(0.05, 0.02, 0.8), (0.1, 0.03, 0.8), (0.05, 0.05, 2.0)])
def test_a_small_control_calls_no_gain_by_chance(share, rate, sigma):
    draw = np.random.default_rng(5)
    called = 0
    for _ in range(300):
        arms = np.zeros((2, 4))
        for arm, people in enumerate((int(3_000 * share), int(3_000 * (1 - share)))):
            paid = draw.lognormal(4, sigma, draw.binomial(people, rate))
            arms[arm] = people, paid.sum(), (paid**2).sum(), len(paid)
        for name in ("buyer_rate_of_exposed", "charged_value_per_exposed"):
            told = _by_control(METRIC[name], arms, ALPHA / 16, None)
            called += not told.reason and told.value.side != "flat"
    assert called <= 6  # of 600 at .3 % each


def test_the_comparison_of_shares_is_newcombes():
    low, high = confint_proportions_2indep(66, 1100, 30, 900, method="newcomb", compare="diff", alpha=0.003)
    found = share_against_control([[900, 30], [1100, 66]], alpha=0.003)
    assert found.observed - found.high == pytest.approx(low)
    assert found.observed - found.low == pytest.approx(high)


def test_an_experiment_that_is_not_split_as_declared_is_not_judged():
    world = shop(launches(START), per_day=800, people=3_000)
    table = world.judged(exposures=exposed(world, 0.8), experiments=[BLUE]).table
    assert "split" in set(table[table["controlled"]]["reason"])
    undeclared = world.judged(exposures=exposed(world, 0.8)).table
    assert "split" not in set(undeclared["reason"])


def test_an_experiment_of_another_name_can_be_the_control_of_a_launch():
    world = shop(launches(START), per_day=600)
    met = exposed(world).assign(experiment="other")
    assert not world.judged(exposures=met).table["controlled"].any()
    assert world.judged(exposures=met, controls={"launch 0": "other"}).table["controlled"].any()


# ---- little or bad input


def test_no_launch_at_all_says_so():
    none = shop(launches()).judged()
    assert len(none.table) == 0
    assert none.takeaways("en") == ["No launch to judge: the table is empty, or all are later than this day."]
    assert len(shop(launches("2026-07-01")).judged().table) == 0
    check_result("golden48", none.table)


def test_orders_alone_are_enough_for_payment():
    world = plain()
    found = ltv.golden48(world.launches, orders=world.tables["orders"], as_of=AS_OF)
    assert set(found.table["metric"]) == {"charged_value", "payment_failure_rate"}
    assert set(ltv.golden48(world.launches, as_of=AS_OF).table["metric"]) == set()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"hours": 0}, "hours: found 0, allowed: a whole number from 1 to 168"),
        ({"weeks": 200}, "weeks: found 200, allowed: a whole number from 1 to 104"),
        ({"late_hours": -1.0}, "late_hours: found -1.0, allowed: 0 to 744"),
        ({"late_hours": float("nan")}, "late_hours: found nan, allowed: 0 to 744"),
        ({"late_hours": None}, "late_hours: found None, allowed: 0 to 744"),
        ({"special_days": "11-11"}, "special_days: found '11-11', allowed: a list of days"),
        (
            {"orders": pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp(0)]})},
            "orders columns: found 'user_id, ts', allowed: also amount or value",
        ),
        ({"launch": "red"}, "launch: found 'red', allowed: launch 0"),
        ({"controls": {"red": "x"}}, "controls: found 'red', allowed: launch 0"),
        ({"special_days": ["13-01"]}, "special_days: found '13-01', allowed: MM-DD of every year"),
        ({"events": pd.DataFrame({"user_id": [1]})}, "events columns: found 'user_id', allowed: also ts"),
    ],
)
def test_a_wrong_argument_is_named(options, says):
    with pytest.raises(UsageError) as caught:
        plain().judged(**options)
    assert says in str(caught.value)


def test_times_with_a_zone_or_as_text_are_refused():
    for times in (pd.to_datetime(["2026-01-01"], utc=True), ["2026-01-01"]):
        with pytest.raises(UsageError, match=r"launches\.started_at: found .* allowed: times without a zone"):
            ltv.golden48(pd.DataFrame({"launch_id": ["a"], "started_at": times}), as_of=AS_OF)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({"launch_id": ["a", "a"], "started_at": ["2026-01-01"] * 2}, "launches.launch_id: found 'a'"),
        ({"launch_id": ["a", None], "started_at": ["2026-01-01"] * 2}, "launches.launch_id: found 'a row without one'"),
        ({"launch_id": ["a"], "started_at": [None]}, "launches.started_at"),
    ],
)
def test_a_launch_needs_a_number_and_a_time_and_is_there_once(rows, says):
    made = pd.DataFrame(rows).assign(started_at=lambda f: pd.to_datetime(f["started_at"]))
    with pytest.raises(UsageError) as caught:
        ltv.golden48(made, as_of=AS_OF)
    assert says in str(caught.value)


# ---- the page


def test_every_view_can_be_shown_in_both_languages():
    found = shop(launches(START, name=["<b>blue</b>"]), visits=1.5, per_day=600).judged()
    assert set(found.views) == {"launches", "changes", "metrics", "pulse"}
    for view in ("changes", "pulse"):
        for lang in ("zh", "en"):
            assert found.figure(view, lang=lang).data
    assert [t.label.en for t in found.key_figures] == ["Visitors", "Share of visitors who add to cart", "Buyers per visitor", "Amount charged, before refunds"]  # fmt: skip
    ltv.show(found)


def test_the_newest_launch_is_shown_or_the_one_asked_for():
    world = shop(launches(START, "2026-05-20"))
    assert world.judged().pulse.launch_id == "launch 0"
    assert world.judged(launch="launch 1").pulse.launch_id == "launch 1"
