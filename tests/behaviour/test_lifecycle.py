"""Lifecycle: every state by hand, person by person and day by day."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ltv
from ltv.errors import UsageError

START = date(2026, 1, 1)


def seen(rows):
    frame = pd.DataFrame(rows, columns=["user_id", "day"])
    return frame.assign(day=pd.to_datetime(frame["day"]).dt.date)


def by_hand(rows, window, as_of):
    """The definition once more, day by day."""
    rows = rows[[d <= as_of for d in rows["day"]]]
    days = {user: sorted(set(part["day"])) for user, part in rows.groupby("user_id")}
    first, known = min(rows["day"]), set(rows["day"])
    told = {}
    for day in sorted(known):
        if (day - first).days < 2 * window - 1:
            continue
        counts = dict.fromkeys(("dormant", "new", "resurrected", "retained"), 0)
        for active in days.values():
            now = any(day - timedelta(days=window) < a <= day for a in active)
            before = any(day - timedelta(days=2 * window) < a <= day - timedelta(days=window) for a in active)
            if now:
                fresh = active[0] > day - timedelta(days=window)
                counts["new" if fresh else "retained" if before else "resurrected"] += 1
            elif before:
                counts["dormant"] += 1
        told[day] = counts
    return told


def told(result):
    rows = result.table[result.table["segment_kind"] == "all"]
    return {day: dict(zip(part["state"], part["users"], strict=True)) for day, part in rows.groupby("date")}


@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 40)), min_size=1, max_size=60),
    window=st.integers(1, 9),
    end=st.integers(10, 45),
)
def test_every_day_is_what_it_is_person_by_person(rows, window, end):
    frame = seen([(user, START + timedelta(days=day)) for user, day in rows])
    as_of = START + timedelta(days=end)
    if not any(d <= as_of for d in frame["day"]):
        return
    result = ltv.lifecycle(events=frame, as_of=as_of, window_days=window)  # later rows are there and change nothing
    assert told(result) == by_hand(frame, window, as_of)
    mixed = ltv.lifecycle(events=frame.sample(frac=1, random_state=end), as_of=as_of, window_days=window)
    pd.testing.assert_frame_equal(result.table, mixed.table)


def test_orders_and_events_both_keep_somebody_active_and_unpaid_orders_do_not():
    events = seen([(1, "2026-01-01"), (2, "2026-01-01"), (9, "2026-01-10")])
    orders = pd.DataFrame(
        {"user_id": [1, 2], "day": [date(2026, 1, 6)] * 2, "amount": 5.0, "status": ["paid", "failed"]}
    )
    last = told(ltv.lifecycle(orders, events=events, as_of=date(2026, 1, 10), window_days=5))[date(2026, 1, 10)]
    assert last == {"new": 1, "retained": 1, "resurrected": 0, "dormant": 1}


def test_a_day_without_any_data_is_left_out_and_not_zero():
    events = seen([(user, START + timedelta(days=d)) for user in (1, 2) for d in range(10) if d != 7])
    days = set(told(ltv.lifecycle(events=events, as_of=START + timedelta(days=9), window_days=2)))
    assert START + timedelta(days=7) not in days and START + timedelta(days=8) in days


def test_a_partition_adds_up_to_the_whole_and_the_order_of_rows_does_not_matter():
    draw = np.random.default_rng(3)
    rows = seen(
        [
            (int(u), START + timedelta(days=int(d)))
            for u, d in zip(draw.integers(0, 80, 600), draw.integers(0, 60, 600), strict=True)
        ]
    )
    segments = pd.DataFrame({"user_id": range(80), "segment_kind": "half", "segment": ["a", "b"] * 40})
    one = ltv.lifecycle(events=rows, segments=segments, as_of=START + timedelta(days=59), window_days=7)
    other = ltv.lifecycle(
        events=rows.sample(frac=1, random_state=1), segments=segments, as_of=START + timedelta(days=59), window_days=7
    )
    pd.testing.assert_frame_equal(one.table, other.table)
    keys = ["date", "state"]
    parts = one.table[one.table["segment_kind"] == "half"].groupby(keys)["users"].sum()
    whole = one.table[one.table["segment_kind"] == "all"].set_index(keys)["users"].sort_index()
    pd.testing.assert_series_equal(parts, whole, check_names=False)


@pytest.mark.parametrize("as_day", [True, False])
def test_rows_after_the_day_change_nothing(as_day):
    draw = np.random.default_rng(5)
    ts = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 60 * 86_400, 500), unit="s")
    rows = pd.DataFrame({"user_id": draw.integers(0, 60, 500), "ts": ts}).sort_values("ts")
    known = rows[rows["ts"] < pd.Timestamp("2026-02-09 16:00")]  # in Shanghai the end of the day
    if as_day:
        known, rows = (
            t.assign(day=(t["ts"] + pd.Timedelta(hours=8)).dt.date).drop(columns="ts") for t in (known, rows)
        )
    asked = {"as_of": date(2026, 2, 9), "window_days": 5, "timezone": "Asia/Shanghai"}
    one, other = (ltv.lifecycle(events=table, **asked).table for table in (rows, known))
    pd.testing.assert_frame_equal(one, other)
    assert one["date"].max() == date(2026, 2, 9)


@pytest.mark.parametrize(("zone", "expected"), [("Asia/Shanghai", 1), ("America/New_York", 0)])
def test_days_are_those_of_the_zone(zone, expected):
    events = pd.DataFrame(
        {"user_id": [1, 1, 1], "ts": pd.to_datetime(["2026-03-07 12:00", "2026-03-08 12:00", "2026-03-08 20:00"])}
    )
    more = pd.DataFrame({"user_id": 2, "ts": pd.date_range("2026-03-05 12:00", periods=6)})
    rows = told(ltv.lifecycle(events=pd.concat([events, more]), as_of=date(2026, 3, 9), window_days=1, timezone=zone))
    assert rows[date(2026, 3, 9)]["retained"] - 1 == expected  # eight in the evening is the next day in Shanghai


# In London the 29th of March has 23 hours and the 25th of October 25; each moment is one of the clock on the wall.
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/London"])
@pytest.mark.parametrize("third", [date(2026, 3, 29), date(2026, 10, 25)])
def test_each_state_by_hand_in_two_zones_over_a_change_of_the_clocks(zone, third):
    days = [third + timedelta(days=k) for k in range(-2, 3)]
    lives = {
        1: [0, 1, 2, 3, 4],  # always there
        2: [1, 2],  # new, retained, then gone
        3: [0, 2],  # back after a day
        4: [2],
    }
    first, last = "00:00:00", "23:59:59.999999"
    rows = [(user, f"{days[k]} {at}") for user, there in lives.items() for k in there for at in (first, last)]
    frame = pd.DataFrame(rows, columns=["user_id", "wall"])
    local = pd.to_datetime(frame["wall"], format="ISO8601").dt.tz_localize(zone)
    events = frame.assign(ts=local.dt.tz_convert("UTC").dt.tz_localize(None))[["user_id", "ts"]]
    rows_of = told(ltv.lifecycle(events=events, as_of=days[4], window_days=1, timezone=zone))
    assert rows_of == {
        days[1]: {"new": 1, "retained": 1, "resurrected": 0, "dormant": 1},
        days[2]: {"new": 1, "retained": 2, "resurrected": 1, "dormant": 0},
        days[3]: {"new": 0, "retained": 1, "resurrected": 0, "dormant": 3},
        days[4]: {"new": 0, "retained": 1, "resurrected": 0, "dormant": 0},
    }


def test_the_page_says_what_there_is():
    events = seen([(user, START + timedelta(days=d)) for user in range(50) for d in range(user % 7, 80, 1 + user % 9)])
    result = ltv.lifecycle(events=events, as_of=START + timedelta(days=79), window_days=14)
    assert result.figure(lang="en").data and len(result.key_figures) == 4
    assert "active in the last 14 days" in result.takeaways("en")[0] and "活跃" in result.takeaways("zh")[0]
    assert ltv.lifecycle(events=events, as_of=START + timedelta(days=3)).takeaways("en") == [
        "Not enough data: it takes 56 days."
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"window_days": 0}, "window_days"),
        ({"window_days": 93}, "window_days"),
        ({"window_days": True}, "window_days"),
        ({"events": None}, "lifecycle"),
    ],
)
def test_a_wrong_argument_is_named(options, says):
    given = {"events": seen([(1, "2026-01-01")]), "as_of": START} | options
    with pytest.raises(UsageError, match=says):
        ltv.lifecycle(**given)
