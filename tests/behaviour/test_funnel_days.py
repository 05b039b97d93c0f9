"""The funnel on small lives in two zones over both changes of the clocks, its days and rolling weeks, and its invariants."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_funnel import both, counts, random_log

SHANGHAI, LONDON = "Asia/Shanghai", "Europe/London"
AB = ["visit", "register"]


def acts(zone, *rows):
    """Events (user, moment of the clock on the wall, name)."""
    frame = pd.DataFrame(rows, columns=["user_id", "wall", "event"])
    local = pd.to_datetime(frame["wall"], format="ISO8601").dt.tz_localize(zone)
    ts = local.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return frame.assign(ts=ts, source="app", event_id=[f"e{i:04d}" for i in range(len(frame))]).drop(columns="wall")


@pytest.mark.parametrize(
    ("zone", "entry", "moment", "reached"),
    [
        # noon to noon over the night in which the clocks go forward is 23 hours, back 25
        (SHANGHAI, "2026-03-28 12:00", "2026-03-29 12:00", 1),
        (LONDON, "2026-03-28 12:00", "2026-03-29 12:00", 1),
        (SHANGHAI, "2026-03-28 12:00", "2026-03-29 13:00", 0),
        (LONDON, "2026-03-28 12:00", "2026-03-29 13:00", 1),
        (SHANGHAI, "2026-10-24 12:00", "2026-10-25 12:00", 1),
        (LONDON, "2026-10-24 12:00", "2026-10-25 12:00", 0),
        (LONDON, "2026-10-24 12:00", "2026-10-25 11:00", 1),
    ],
)
def test_a_window_of_a_day_has_24_hours_of_a_stopwatch(zone, entry, moment, reached):
    rows = acts(zone, (1, entry, "visit"), (1, moment, "register"))
    found = both(rows, as_of=date(2026, 12, 1), steps=AB, window_days=1, timezone=zone)
    assert counts(found) == [1, reached]


@pytest.mark.parametrize("zone", [SHANGHAI, LONDON])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_an_entry_counts_on_its_day_of_the_clock_on_the_wall(zone, day):
    before, after = (str((pd.Timestamp(day) + pd.Timedelta(days=k)).date()) for k in (-1, 1))
    rows = acts(
        zone,
        (1, f"{before} 23:59:59.999999", "visit"),
        (2, f"{day} 00:00", "visit"),
        (2, f"{day} 04:00", "register"),
        (3, f"{day} 23:59:59.999999", "visit"),
        (3, f"{after} 00:00:01", "register"),
        (4, f"{after} 00:00", "visit"),
    )
    daily = both(rows, as_of=date(2026, 12, 1), steps=AB, window_days=1, timezone=zone).rolling.set_index("date")
    told = daily.loc[daily["has_data"], ["entrants", "converted"]]
    assert [str(d) for d in told.index] == [before, str(day), after]
    assert told.to_numpy().tolist() == [[1, 0], [2, 2], [1, 0]]
    since = both(rows, as_of=date(2026, 12, 1), steps=AB, window_days=1, timezone=zone, since=day)
    assert counts(since) == [3, 2]


@pytest.mark.parametrize("zone", [SHANGHAI, LONDON])
@pytest.mark.parametrize("start", ["2026-03-24", "2026-10-20"])
def test_a_rolling_week_has_seven_days_of_the_calendar_and_leaves_out_those_without_data(zone, start):
    """Day k has k + 1 entrants, the first half of them convert; on the fourth day nobody is seen at all."""
    rows, entrants, converted = [], [], []
    days = [str(d.date()) for d in pd.date_range(start, periods=11)]
    for k, day in enumerate(days):
        n = 0 if k == 3 else k + 1
        rows += [(100 * k + u, f"{day} 00:30", "visit") for u in range(n)]
        rows += [(100 * k + u, f"{day} 23:30", "register") for u in range(n // 2)]
        entrants.append(n)
        converted.append(n // 2)
    # somebody before the first day, so that a whole week can be told; one who is only looking keeps a day from being without data
    rows.append((9_999, f"{days[0]} 00:10", "search"))
    found = both(acts(zone, *rows), as_of=date(2026, 12, 1), steps=AB, window_days=2, timezone=zone).rolling
    told = found[[str(d) in days for d in found["date"]]].reset_index(drop=True)
    assert len(told) == 11
    assert told["has_data"].tolist() == [k != 3 for k in range(11)]
    assert told["entrants"].replace({np.nan: None}).tolist() == [None if k == 3 else n for k, n in enumerate(entrants)]
    for k in range(11):
        rate = told["rate_7d"].iloc[k]
        if k < 6 or k == 3:
            assert np.isnan(rate)
        else:
            assert rate == sum(converted[k - 6 : k + 1]) / sum(entrants[k - 6 : k + 1])
            assert told["days_with_data"].iloc[k] == (6 if k <= 9 else 7)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_group_falls_from_step_to_step_and_the_parts_of_a_partition_add_up(seed):
    rows = random_log(seed, people=40, rows=400)
    halves = pd.DataFrame({"user_id": range(40), "segment_kind": "half", "segment": ["a", "b"] * 20})
    draw = np.random.default_rng(seed)
    members = pd.DataFrame(
        {
            "user_id": range(25),
            "registered_at": pd.Timestamp("2026-01-12") + pd.to_timedelta(draw.integers(0, 20, 25), "D"),
        }
    )
    asked = {"as_of": date(2026, 1, 30), "steps": ["visit", "register", "login"], "timezone": LONDON}
    found = both(rows, segments=halves, members=members, **asked)
    table = found.table.sort_values(["segment_kind", "segment", "step_index"])
    for column in ("users", "pending", "users_closed"):
        steps = table.groupby(["segment_kind", "segment"])[column]
        assert (steps.diff().dropna() <= 0).all()
        for kind in ("source", "status", "half"):
            parts = table[table["segment_kind"] == kind].groupby("step_index")[column].sum()
            assert parts.tolist() == counts(found, column)
    assert table["rate_from_first"].dropna().between(0, 1).all()
    assert table["rate_from_previous"].dropna().between(0, 1).all()
    mixed = both(
        rows.sample(frac=1, random_state=seed),
        segments=halves.sample(frac=1, random_state=seed),
        members=members,
        **asked,
    )
    pd.testing.assert_frame_equal(found.table, mixed.table)
    pd.testing.assert_frame_equal(found.rolling, mixed.rolling)
