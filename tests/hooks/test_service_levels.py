"""Levels by hand, objectives and burn rates by the workbook's own figures, and what is true of the mall."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support_hooks import END, ZONE, mall_of, quiet_log

import ltv
from ltv.errors import UsageError
from ltv.hooks.service_levels_burn import RULES
from ltv.settings.service import Objective
from ltv.workspace.store import check_result

AS_OF = date(2026, 6, 30)


def log(*rows, hook="pay", instance="a"):
    """Attempts at (time, outcome, attempt, who)."""
    names = ["ts", "outcome", "attempt", "id_value"]
    frame = pd.DataFrame(rows, columns=names).assign(hook=hook, instance=instance, latency_ms=100.0, id_type="m")
    return frame.assign(
        ts=pd.to_datetime(frame["ts"]), id_value=frame["id_value"].astype("str").where(frame["id_value"].notna())
    )


def run(frame, **options):
    return ltv.service_levels(frame, **{"as_of": AS_OF} | options)


def counts(frame, **options):
    table = run(frame, **options).table
    return table.loc[table["instance"] == "all", ["attempts", "calls", "failed_calls"]].sum().tolist()


# ---- which attempts are one call


def test_attempts_with_rising_numbers_of_one_person_are_one_call():
    rows = [("2026-06-30 10:00:00", "timeout", 1, "x"), ("2026-06-30 10:00:03", "error", 2, "x")]
    assert counts(log(*rows, ("2026-06-30 10:00:06", "ok", 3, "x"))) == [3, 1, 0]
    assert counts(log(*rows)) == [2, 1, 1]


def test_a_number_that_does_not_rise_or_a_long_silence_begins_another_call():
    assert counts(log(("2026-06-30 10:00", "error", 1, "x"), ("2026-06-30 10:01", "ok", 1, "x"))) == [2, 2, 1]
    assert counts(log(("2026-06-30 10:00", "error", 1, "x"), ("2026-06-30 10:20", "ok", 2, "x"))) == [2, 2, 1]
    two = pd.concat(
        [log(("2026-06-30 10:00", "error", 1, "x")), log(("2026-06-30 10:00:01", "ok", 2, "x"), instance="b")]
    )
    assert counts(two) == [2, 2, 1]  # another instance made another call


def test_calls_of_people_nobody_knows_are_counted_by_their_first_attempts():
    rows = [("2026-06-30 10:00:00", "error", 1, None), ("2026-06-30 10:00:01", "timeout", 1, None)]
    rows += [("2026-06-30 10:00:02", "ok", 2, None), ("2026-06-30 10:00:03", "ok", 2, None)]
    assert counts(log(*rows))[:2] == [4, 2]


def test_numbers_may_begin_at_nought_and_a_log_without_numbers_has_one_attempt_a_call():
    rows = log(("2026-06-30 10:00:00", "error", 0, "x"), ("2026-06-30 10:00:03", "ok", 1, "x"))
    assert counts(rows) == [2, 1, 0]
    assert counts(rows.drop(columns=["attempt", "id_type", "id_value", "instance"])) == [2, 2, 1]


def test_calls_of_the_mall_are_told_apart_as_they_were_made():
    calls, _ = mall_of(1)
    first = np.asarray(calls["attempt"]) == 1
    found = run(calls, timezone=ZONE).by_day
    assert abs(found["calls"].sum() - first.sum()) <= 3  # attempts whose first one was before the log


# ---- levels


def test_levels_are_those_of_pandas():
    frame = quiet_log(3, days=5)
    frame["latency_ms"] = np.random.default_rng(0).lognormal(4, 1, len(frame))
    frame["instance"] = np.where(frame.index % 3 == 0, "a", "b")
    table = run(frame).table.set_index(["hook", "instance", "date"])
    frame["date"] = frame["ts"].dt.date
    for (hook, day), part in frame.groupby(["hook", "date"]):
        row = table.loc[(hook, "all", day)]
        for name, q in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)):
            assert row[name] == pytest.approx(part["latency_ms"].quantile(q))
        assert row["timeout_rate"] == pytest.approx((part["outcome"] == "timeout").mean())
    of_b = frame[(frame["instance"] == "b") & (frame["hook"] == "pay")].groupby("date").size()
    assert table.loc[("pay", "b")]["attempts"].tolist() == of_b.tolist()


def test_a_day_is_one_of_the_zone_and_what_is_later_changes_nothing():
    rows = log(("2026-06-30 15:59:59", "ok", 1, "x"), ("2026-06-30 16:00:00", "error", 1, "y"))
    table = run(rows, timezone=ZONE).table
    assert table["date"].unique().tolist() == [AS_OF] and table["attempts"].tolist() == [1, 1]
    frame = quiet_log(4)
    early = frame[frame["ts"] < pd.Timestamp("2026-06-21")]
    one, other = (run(f, as_of=date(2026, 6, 20)) for f in (frame, early))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.objectives, other.objectives)


def test_result_tables_are_those_of_the_contract_also_of_nothing():
    for frame in (quiet_log(5), quiet_log(5).iloc[:0]):
        found = run(frame, orders=pd.DataFrame({"ts": pd.to_datetime(["2026-06-30"]), "amount": [1.0]}))
        tables = {"hook_levels": found.table, "hook_objectives": found.objectives}
        for name, table in (tables | {"hook_breakers": found.breakers, "hook_incidents": found.incidents}).items():
            check_result(name, table)
    assert "截至当日没有任何钩子调用" in found.takeaways("zh")[0] and found.key_figures == () and not found.views


# ---- objectives and their budgets


def test_burn_rates_are_those_of_the_workbook():
    assert [r.rate(30) for r in RULES] == [14.4, 6.0, 1.0]


def test_a_budget_is_the_share_of_bad_calls_that_the_objective_allows():
    frame = quiet_log(6, hooks=("pay",), days=30)
    frame["outcome"] = np.where(np.arange(len(frame)) % 200 == 0, "error", "ok")
    goal = (
        run(frame, objectives=[Objective("*", availability=0.99)]).objectives.set_index("objective").loc["availability"]
    )
    assert goal["budget_used"] == pytest.approx(0.5, abs=0.01) and goal["state"] == "met"
    strict = run(frame, objectives=[Objective("pay", availability=0.999), Objective("*", availability=0.5)])
    goal = strict.objectives.set_index("objective").loc["availability"]
    assert goal["budget_used"] == pytest.approx(5, abs=0.1) and goal["state"] == "missed"
    assert "error budget" in " ".join(strict.takeaways("en"))


def test_an_objective_tells_of_the_days_that_were_read():
    frame = quiet_log(12, hooks=("pay",))
    for days, told in ((7, 7), (30, 30), (90, 30)):
        found = run(frame, days=days)
        assert found.objectives["window_days"].tolist() == [told, told]
        assert f"calls in {told} days" in found.key_figures[0].rule.en
    since = frame["ts"] >= pd.Timestamp("2026-06-24")
    assert run(frame, days=7).objectives["calls"].tolist() == [since.sum()] * 2


def test_a_fast_burn_pages_while_it_goes_on_and_a_slow_one_makes_a_ticket():
    frame = quiet_log(7, hooks=("pay",), failing=0.0, an_hour=200)
    broken = frame["ts"].between("2026-06-20 10:00", "2026-06-20 11:00")
    frame.loc[broken & (frame.index % 2 == 0), "outcome"] = "error"
    pages = run(frame, objectives=[Objective("*", availability=0.99)]).alerts.query("severity == 'page'")
    started, ended = (pd.to_datetime(pages[c], unit="us") for c in ("started_us", "ended_us"))
    assert started.min() > pd.Timestamp("2026-06-20 10:00") and started.min() < pd.Timestamp("2026-06-20 10:40")
    assert ended.max() < pd.Timestamp("2026-06-20 11:45")
    slow = quiet_log(8, hooks=("pay",), failing=0.013, an_hour=200)
    alerts = run(slow, objectives=[Objective("*", availability=0.99)]).alerts
    assert set(alerts["severity"]) == {"ticket"}
    assert not len(run(quiet_log(9, failing=0.001), objectives=[Objective("*", availability=0.99)]).alerts)


def test_retries_that_go_well_cost_latency_and_no_availability():
    rows = [(f"2026-06-30 10:{k:02d}:00", "timeout", 1, str(k)) for k in range(50)]
    rows += [(f"2026-06-30 10:{k:02d}:03", "ok", 2, str(k)) for k in range(50)]
    goals = run(log(*rows)).objectives.set_index("objective")
    assert goals["bad_calls"].to_dict() == {"availability": 0, "latency": 50}


# ---- the breaker, and running degraded


def test_a_breaker_for_each_instance_spares_the_good_one():
    frame = quiet_log(10, hooks=("pay",), days=2, an_hour=300, failing=0.0)
    frame["instance"] = np.where(frame.index % 2 == 0, "bad", "good")
    broken = (frame["instance"] == "bad") & frame["ts"].between("2026-06-30 10:00", "2026-06-30 12:00")
    frame.loc[broken, ["outcome", "latency_ms"]] = ["timeout", 3000.0]
    table = run(frame).breakers.set_index("instance")
    assert table.loc["good", "refused_calls"] == 0
    assert table.loc["bad", "refused_well"] < 0.05 * broken.sum()  # until five probes have gone well
    probes = table.loc["bad", "probes"]  # one every thirty seconds, whatever comes of it
    assert table.loc["bad", "spared_slow_ms"] >= 3000 * (broken.sum() - probes - 3)
    assert table.loc["all", "refused_well"] > 0  # one for all refuses those of the good one too


def test_what_ran_degraded_is_compared_within_its_hours():
    draw = np.random.default_rng(2)
    frame = quiet_log(11, hooks=("pay",), failing=0.0)
    bad = frame["ts"].dt.hour == 14  # most of what runs degraded does so in a bad hour
    frame["degraded"] = draw.random(len(frame)) < np.where(bad, 0.8, 0.01)
    fails = np.where(bad, 0.3, 0.01) - np.where(bad & frame["degraded"], 0.2, 0.0)
    frame["outcome"] = np.where(draw.random(len(frame)) < fails, "error", "ok")
    row = run(frame).breakers.iloc[0]
    naive = (
        frame.loc[frame["degraded"], "outcome"].ne("ok").mean()
        - frame.loc[~frame["degraded"], "outcome"].ne("ok").mean()
    )
    assert naive > 0 > row["difference_high"]
    assert -0.2 < row["degraded_difference"] < -0.05


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_degraded_calls_of_the_mall_fail_like_the_others(seed):
    calls, _ = mall_of(seed)
    table = run(calls, timezone=ZONE).breakers.set_index(["hook", "instance"])
    row = table.loc[("payment", "all")]
    assert row["difference_low"] < 0 < row["difference_high"]


# ---- bad input, figures


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": "maybe"}, "hook_calls.outcome: found 'maybe', allowed: ok, error, timeout"),
        ({"latency_ms": -1.0}, "hook_calls.latency_ms: found -1.0, allowed: milliseconds"),
        ({"latency_ms": "fast"}, "hook_calls.latency_ms: found 'varchar', allowed: numbers"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused_in_one_line(change, message):
    with pytest.raises(UsageError, match=message):
        run(log(("2026-06-30 10:00", "ok", 1, "x")).assign(**change))


@pytest.mark.parametrize(
    "options", [{"days": 0}, {"days": 401}, {"days": True}, {"level": 0}, {"confidence": 1}, {"special_days": ["x"]}]
)
def test_a_wrong_argument_is_named(options):
    with pytest.raises(UsageError, match=f"{next(iter(options))}: found"):
        run(log(("2026-06-30 10:00", "ok", 1, "x")), **options)


def test_a_missing_column_is_named():
    with pytest.raises(UsageError, match="also outcome, latency_ms"):
        run(pd.DataFrame({"ts": pd.to_datetime(["2026-06-30"]), "hook": "a"}))


def test_every_block_has_its_columns_and_every_chart_can_be_drawn():
    calls, orders = mall_of(2)
    found = run(calls, orders=orders, timezone=ZONE)
    assert set(found.views) >= {"budget", "objectives", "failures", "latency", "instances", "incidents", "breakers"}
    for name, view in found.views.items():
        assert {c.name for c in view.columns} <= set(view.data.columns), name
        if view.kind == "chart":
            assert found.figure(name, lang="zh").data
    assert len(found.key_figures) == 9 and END == AS_OF
    assert len(found.takeaways("zh")) == len(found.takeaways("en"))
