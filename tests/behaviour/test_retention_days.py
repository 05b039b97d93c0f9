"""Definitions of retention on one small life in two zones over both changes of the clocks, days without data, cohorts of any
behaviour, net revenue retention."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ltv
from ltv.behaviour.buckets import bucket
from ltv.contract import RESULTS
from ltv.workspace.store import check_result

SHANGHAI, LONDON = "Asia/Shanghai", "Europe/London"


def seen(zone, *moments, user_id=1):
    """Events at moments of the clock on the wall."""
    local = pd.to_datetime(list(moments), format="ISO8601").tz_localize(zone)
    return pd.DataFrame({"user_id": user_id, "ts": local.tz_convert("UTC").tz_localize(None), "event": "visit"})


def every_day(start, end, user_id=99):
    """Somebody else who is there every day at noon UTC, so that no day is without data."""
    return pd.DataFrame(
        {"user_id": user_id, "ts": pd.date_range(start, end) + pd.Timedelta(hours=12), "event": "visit"}
    )


def back(zone, moments, **options):
    """Periods in which the one person came back; the others are of another day."""
    kept = ltv.retention(events=seen(zone, *moments), as_of=date(2026, 12, 31), timezone=zone, **options).table
    assert set(kept["cohort_size"]) == {1}
    return kept.loc[kept["retained"] == 1, "period"].tolist()


# In London the 29th of March has 23 hours and the 25th of October 25.
SPRING = ["2026-03-27 23:30", "2026-03-29 00:30", "2026-03-30 23:30"]
AUTUMN = ["2026-10-23 23:30", "2026-10-24 00:10", "2026-10-26 23:00"]


@pytest.mark.parametrize("zone", [SHANGHAI, LONDON])
@pytest.mark.parametrize(
    ("moments", "options", "periods"),
    [
        (SPRING, {"grain": "day", "periods": 5}, [0, 2, 3]),
        (SPRING, {"grain": "day", "periods": 5, "method": "unbounded"}, [0, 1, 2, 3]),
        (SPRING, {"grain": "day", "method": "bracket", "brackets": [(0, 1), (2, 2), (3, 9), (10, 11)]}, [0, 2, 3]),
        (SPRING, {"grain": "week", "periods": 3}, [0, 1]),
        (SPRING, {"grain": "week", "periods": 3, "week_start": "sunday"}, [0, 1]),
        (SPRING[:2], {"grain": "week", "periods": 3}, [0]),
        (SPRING[:2], {"grain": "week", "periods": 3, "week_start": "sunday"}, [0, 1]),
        (SPRING, {"grain": "month", "periods": 3}, [0]),
        (["2026-03-31 23:59:59", "2026-04-01 00:00:00"], {"grain": "month", "periods": 3}, [0, 1]),
        (AUTUMN, {"grain": "day", "periods": 5}, [0, 1, 3]),
        (AUTUMN, {"grain": "day", "periods": 5, "method": "unbounded"}, [0, 1, 2, 3]),
        (AUTUMN, {"grain": "week", "periods": 3}, [0, 1]),
        (["2026-10-31 23:59:59", "2026-11-01 00:00:00"], {"grain": "month", "periods": 3}, [0, 1]),
    ],
)
def test_calendar_periods_are_those_of_the_clock_on_the_wall(zone, moments, options, periods):
    assert back(zone, moments, **options) == periods


@pytest.mark.parametrize(
    ("zone", "moments", "grain", "periods"),
    [
        (SHANGHAI, SPRING, "day", [0, 1, 3]),  # 25 and 72 hours
        (LONDON, SPRING, "day", [0, 1, 2]),  # 25 and 71 hours: one hour was left out
        (SHANGHAI, AUTUMN, "day", [0, 2]),  # 40 minutes, and 71.5 hours
        (LONDON, AUTUMN, "day", [0, 3]),  # the same by the clock are 72.5 hours
        (SHANGHAI, ["2026-03-25 12:00", "2026-04-01 12:00"], "week", [0, 1]),
        (LONDON, ["2026-03-25 12:00", "2026-04-01 12:00"], "week", [0]),  # 167 hours
        (LONDON, ["2026-03-25 12:00", "2026-04-01 13:00"], "week", [0, 1]),
    ],
)
def test_spans_of_24_hours_are_those_of_a_stopwatch(zone, moments, grain, periods):
    assert back(zone, moments, grain=grain, periods=4, clock="24h") == periods
    later = list(range(max(periods) + 1))
    assert back(zone, moments, grain=grain, periods=4, clock="24h", method="unbounded") == later


@pytest.mark.parametrize("zone", [SHANGHAI, LONDON])
def test_a_day_of_23_or_25_hours_is_over_at_its_midnight(zone):
    for last in (date(2026, 3, 29), date(2026, 10, 25)):
        moments = [f"{pd.Timestamp(last) - pd.Timedelta(days=1):%Y-%m-%d} 12:00", f"{last} 23:59:59.999999"]
        for as_of, done in ((last, True), (last - pd.Timedelta(days=1), False)):
            day = pd.Timestamp(as_of).date()
            kept = ltv.retention(events=seen(zone, *moments), as_of=day, grain="day", periods=1, timezone=zone).table
            cell = kept.set_index("period")
            assert cell["is_complete"].to_dict() == ({0: True, 1: True} if done else {0: True})
            assert cell["retained"].to_dict() == ({0: 1, 1: 1} if done else {0: 1})


# ---- a day without any row is no data


def test_a_day_without_any_row_is_no_data_and_in_no_average():
    people = [seen("UTC", f"2026-01-0{d} 10:00", user_id=d) for d in (1, 2, 3)]
    rows = pd.concat([*people, seen("UTC", "2026-01-02 11:00"), seen("UTC", "2026-01-05 11:00", user_id=2)])
    kept = ltv.retention(events=rows, as_of=date(2026, 1, 5), grain="day", periods=2)
    cells = kept.table.set_index(["cohort", "period"])
    first, second, third = date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)
    assert cells.loc[(first, 2), "rate"] == 0  # the 3rd: others were there
    for cohort, period in ((second, 2), (third, 1)):  # the 4th: nobody at all
        cell = cells.loc[(cohort, period)]
        assert not cell["has_data"] and np.isnan(cell["rate"]) and cell["is_complete"]
    assert (cells.loc[(first, 1), "rate"], cells.loc[(third, 2), "rate"]) == (1, 0)
    assert (kept.average(1).people, kept.average(1).successes) == (2, 1)
    assert np.isnan(kept.views["heatmap"].data.set_index("cohort").loc[third, "rate 1"])


@pytest.mark.parametrize(
    ("rows", "has_data"),
    [
        ([], False),
        ([{"user_id": 1.0, "status": "failed"}], True),  # not paid, and yet a sign that the shop was open
        ([{"user_id": None, "status": "paid"}], True),
        ([{"user_id": 2.0, "status": "paid"}], True),
    ],
)
def test_any_row_is_data_also_one_that_does_not_count(rows, has_data):
    bought = [
        {"user_id": 1.0, "ts": "2026-01-01", "status": "paid"},
        {"user_id": 1.0, "ts": "2026-01-03", "status": "paid"},
    ]
    table = pd.DataFrame(bought + [{"ts": "2026-01-02"} | row for row in rows]).assign(amount=1.0)
    table = table.assign(ts=pd.to_datetime(table["ts"]))
    for zone in ("UTC", SHANGHAI):
        kept = ltv.retention(table, as_of=date(2026, 1, 3), grain="day", periods=2, timezone=zone).table
        cell = kept[(kept["cohort"] == date(2026, 1, 1)) & (kept["period"] == 1)].iloc[0]
        assert cell["has_data"] == has_data
        assert np.isnan(cell["rate"]) != has_data


def test_a_longer_span_is_without_data_only_where_all_of_it_is():
    rows = pd.concat([seen("UTC", "2026-01-01 10:00"), seen("UTC", "2026-01-06 10:00", user_id=2)])
    options = {"events": rows, "as_of": date(2026, 1, 9), "grain": "day"}

    def told(**more):
        table = ltv.retention(**options, **more).table
        return table[table["cohort"] == date(2026, 1, 1)].set_index("period")["has_data"].to_dict()

    brackets = [(0, 0), (1, 4), (5, 6), (7, 8)]
    assert told(method="bracket", brackets=brackets) == {0: True, 1: False, 5: True, 7: False}
    assert told(method="unbounded", periods=7) == {p: p <= 5 for p in range(8)}
    # 24 hours from ten in the morning touch two days
    assert told(clock="24h", periods=6) == {0: True, 1: False, 2: False, 3: False, 4: True, 5: True, 6: False}
    week = ltv.retention(**options | {"grain": "week"}, periods=1).table
    assert week["has_data"].all()


def test_many_buckets_are_read_off_several_words():
    far = seen("UTC", "2025-01-01 10:00", "2025-06-30 10:00")
    table = ltv.retention(events=far, as_of=date(2025, 6, 30), grain="day", periods=3).table
    assert table.loc[table["cohort"] == date(2025, 1, 1), "has_data"].tolist() == [True, False, False, False]


# ---- what comes later


@pytest.mark.parametrize("method", ["n_day", "unbounded", "bracket"])
@pytest.mark.parametrize("clock", ["calendar", "24h"])
@pytest.mark.parametrize("cohort", ["first_order", "first_event", "registered", "any"])
def test_rows_after_the_day_change_nothing(method, clock, cohort):
    draw = np.random.default_rng(4)

    def rows(n):
        ts = pd.Timestamp("2026-03-20") + pd.to_timedelta(draw.integers(0, 40 * 86_400, n), unit="s")
        return pd.DataFrame({"user_id": draw.integers(0, 60, n), "ts": ts, "amount": 1.0, "status": "paid"})

    bought, came = rows(150), rows(400)[["user_id", "ts"]]
    members = rows(100)[["user_id", "ts"]].drop_duplicates("user_id").rename(columns={"ts": "registered_at"})
    end = pd.Timestamp("2026-04-10 23:00")  # in London summer time the end of the day
    known = [table[table.iloc[:, 1] < end] for table in (bought, came, members)]
    asked = {"as_of": date(2026, 4, 10), "grain": "day", "method": method, "clock": clock, "cohort": cohort}
    told = [
        ltv.retention(o, events=e, members=m, timezone=LONDON, **asked).table
        for o, e, m in ((bought, came, members), known)
    ]
    pd.testing.assert_frame_equal(*told)
    with_days = [
        t.assign(day=t.iloc[:, 1].dt.tz_localize("UTC").dt.tz_convert(LONDON).dt.date) for t in (bought, came, members)
    ]
    again = ltv.retention(with_days[0], events=with_days[1], members=with_days[2], timezone=LONDON, **asked).table
    pd.testing.assert_frame_equal(again, told[1])


def test_tables_that_begin_after_the_day_are_empty():
    late = ltv.retention(events=seen("UTC", "2026-05-01 10:00"), as_of=date(2026, 4, 10), grain="day")
    assert len(late.table) == 0 and late.takeaways("en")


# ---- cohorts of any behaviour


def test_whatever_somebody_does_first_starts_a_cohort_of_any_behaviour():
    bought = pd.DataFrame(
        {
            "user_id": [1, 2, 4, 5],
            "ts": pd.to_datetime(["2026-01-01", "2026-01-03", "2026-01-01", "2026-01-05"]),
            "amount": [1.0, 1.0, 1.0, -1.0],
            "status": ["paid", "paid", "failed", "paid"],
        }
    )
    came = pd.DataFrame(
        {
            "user_id": [1, 2, 3, 4, 5],
            "ts": pd.to_datetime(["2026-01-02", *["2026-01-01"] * 2, "2026-01-02", "2026-01-06"]),
        }
    ).assign(event=["visit", "visit", "visit", "share", "visit"])
    options = {"events": came, "as_of": date(2026, 1, 6), "grain": "day", "periods": 2, "cohort": "any"}
    kept = ltv.retention(bought, **options).table
    sizes = kept[kept["period"] == 0].set_index("cohort")["cohort_size"].to_dict()
    assert sizes == {
        date(2026, 1, 1): 3,
        date(2026, 1, 2): 1,
        date(2026, 1, 6): 1,
    }  # unpaid orders and refunds start none
    assert set(kept["cohort_kind"]) == set(kept["activity"]) == {"any"}
    first = kept[kept["cohort"] == date(2026, 1, 1)].set_index("period")["retained"].to_dict()
    assert first == {0: 3, 1: 1, 2: 1}
    visits = ltv.retention(bought, **options, cohort_event="visit").table
    assert visits[visits["period"] == 0]["cohort_size"].sum() == 4  # the fourth only shared
    check_result("retention", kept)


def test_with_one_table_any_behaviour_is_that_of_the_table():
    came = every_day("2026-01-01", "2026-01-09")
    asked = {"as_of": date(2026, 1, 9), "grain": "day", "periods": 3}
    one = ltv.retention(events=came, cohort="any", **asked).table
    other = ltv.retention(events=came, cohort="first_event", activity="any", **asked).table
    pd.testing.assert_frame_equal(one.drop(columns="cohort_kind"), other.drop(columns="cohort_kind"))
    assert "any" not in set(ltv.retention(events=came, **asked).table["cohort_kind"])  # only where it is asked for


@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    activity=st.sampled_from(["any", "order", "event"]),
    clock=st.sampled_from(["calendar", "24h"]),
    grain=st.sampled_from(["day", "week"]),
)
def test_cohorts_of_any_behaviour_are_what_pandas_finds(seed, activity, clock, grain):
    draw = np.random.default_rng(seed)

    def rows(n):
        ts = pd.Timestamp("2026-10-10") + pd.to_timedelta(draw.integers(0, 30 * 86_400, n), unit="s")
        return pd.DataFrame({"user_id": draw.integers(0, 30, n), "ts": ts})

    bought, came = rows(60).assign(amount=1.0, status="paid"), rows(80)
    kept = ltv.retention(
        bought, events=came, as_of=date(2026, 11, 30), grain=grain, periods=6, cohort="any", activity=activity, clock=clock, timezone=LONDON
    ).table  # fmt: skip
    everything = pd.concat([bought, came])
    start = everything.groupby("user_id")["ts"].min()
    chosen = {"any": everything, "order": bought, "event": came}[activity]

    def places(ts):
        local = ts.dt.tz_localize("UTC").dt.tz_convert(LONDON)
        return pd.Series([bucket(t.date(), grain) for t in local], index=ts.index)

    first = chosen["user_id"].map(start)
    length = pd.Timedelta(days=1 if grain == "day" else 7)
    place = places(chosen["ts"]) - places(first) if clock == "calendar" else (chosen["ts"] - first) // length
    cohort = places(start.to_frame("ts")["ts"])
    expected = {
        (c, p): chosen["user_id"][(chosen["user_id"].map(cohort) == c) & (place == p)].nunique()
        for c in cohort.unique()
        for p in range(7)
    }
    found = {(bucket(r.cohort, grain), r.period): r.retained for r in kept.itertuples()}
    assert {k: expected[k] for k in found} == found
    assert kept[kept["period"] == 0].set_index("cohort")["cohort_size"].sum() == len(start)


# ---- invariants of every definition


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    method=st.sampled_from(["n_day", "unbounded", "bracket"]),
    clock=st.sampled_from(["calendar", "24h"]),
    cohort=st.sampled_from(["first_order", "first_event", "registered", "any"]),
)
def test_rates_stay_below_one_parts_add_up_and_any_order_of_rows_gives_the_same(seed, method, clock, cohort):
    draw = np.random.default_rng(seed)

    def rows(n):
        ts = pd.Timestamp("2026-03-10") + pd.to_timedelta(draw.integers(0, 40 * 86_400, n), unit="s")
        return pd.DataFrame({"user_id": draw.integers(0, 50, n), "ts": ts})

    bought = rows(120).assign(amount=draw.integers(-5, 40, 120).astype(float), status="paid")
    tables = {"orders": bought, "events": rows(200), "members": rows(40).rename(columns={"ts": "registered_at"})}
    halves = pd.DataFrame({"user_id": range(50), "segment_kind": "half", "segment": ["a", "b"] * 25})
    asked = {"as_of": date(2026, 4, 18), "grain": ["day", "week"], "method": method, "clock": clock, "cohort": cohort}
    one = ltv.retention(**tables, segments=halves, timezone=LONDON, **asked).table
    mixed = {name: table.sample(frac=1, random_state=seed) for name, table in tables.items()}
    other = ltv.retention(**mixed, segments=halves.sample(frac=1, random_state=seed), timezone=LONDON, **asked).table
    pd.testing.assert_frame_equal(one, other)
    assert (one["retained"] <= one["cohort_size"]).all() and one["rate"].dropna().between(0, 1).all()
    keys, sums = ["grain", "cohort", "period"], ["cohort_size", "retained", "revenue"]
    whole = one[one["segment_kind"] == "all"].set_index(keys)[sums].sort_index()
    parts = one[one["segment_kind"] == "half"].groupby(keys)[sums].sum()
    pd.testing.assert_frame_equal(whole, parts, check_dtype=False)


# ---- net revenue retention


def test_net_revenue_retention_is_revenue_by_that_of_the_first_period():
    bought = pd.DataFrame(
        {
            "user_id": [1, 1, 1, 2, 2, 3],
            "ts": pd.to_datetime(["2026-01-05", "2026-02-05", "2026-03-05", "2026-01-06", "2026-02-07", "2026-02-08"]),
            "amount": [10.0, 5.0, -3.0, 30.0, 20.0, 8.0],
            "refund": [0.0, 0.0, 0.0, 10.0, 0.0, 8.0],
            "status": "paid",
        }
    )
    kept = ltv.retention(bought, as_of=date(2026, 4, 15), periods=3)
    cells = kept.table.set_index(["cohort", "period"])["net_revenue_retention"]
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert cells.loc[january].tolist()[:3] == [1.0, 25 / 30, -3 / 30]
    assert np.isnan(cells.loc[(january, 3)])  # April is not over
    assert cells.loc[february].isna().all()  # all of February was given back: nothing to compare with
    page = kept.views["revenue"].data
    assert page.loc[page["cohort"] == january, "net_revenue_retention"].tolist() == [1.0, 25 / 30, -3 / 30]
    assert "net_revenue_retention" in [c.name for c in kept.views["revenue"].columns]
    assert "net_revenue_retention" not in RESULTS["retention"].names  # beside the columns of the contract
    check_result("retention", kept.table)


def test_net_revenue_retention_of_a_bracket_is_that_of_its_periods_and_without_orders_there_is_none():
    bought = pd.DataFrame(
        {
            "user_id": 1,
            "ts": pd.date_range("2026-01-01 12:00", periods=5),
            "amount": [8.0, 1.0, 2.0, 4.0, 1.0],
            "status": "paid",
        }
    )
    asked = {"as_of": date(2026, 1, 9), "grain": "day", "method": "bracket", "brackets": [(0, 0), (1, 3), (4, 5)]}
    for clock in ("calendar", "24h"):
        table = ltv.retention(bought, clock=clock, **asked).table
        assert table["net_revenue_retention"].tolist() == [1.0, 7 / 8, 1 / 8]
    assert ltv.retention(events=bought, **asked).table["net_revenue_retention"].isna().all()
