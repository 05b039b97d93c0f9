"""The funnel: hand-built cases, every chain tried in plain Python, both ways of computing it, and invariants."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_funnel import both, counts, log, portable, random_log, tried

import ltv
from ltv.contract import RESULTS
from ltv.errors import UsageError
from ltv.workspace.store import check_result

AS_OF = date(2026, 1, 31)
AB, ABC = ["visit", "register"], ["visit", "register", "login"]


def test_a_later_entry_converts_where_the_first_one_does_not():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-12", "visit"), (1, "2026-01-13", "register"))
    assert counts(both(rows, as_of=AS_OF, steps=AB)) == [1, 1]
    assert counts(both(rows, as_of=AS_OF, steps=AB, start="first")) == [1, 0]


def test_of_several_entries_that_come_as_deep_the_latest_tells_the_source():
    rows = log(
        (1, "2026-01-01", "visit", "app"), (1, "2026-01-02", "visit", "web"), (1, "2026-01-03", "register", "web"), (1, "2026-01-20", "visit", "desk")
    )  # fmt: skip
    found = both(rows, as_of=AS_OF, steps=AB)
    assert counts(found, kind="source", segment="web") == [1, 1]
    assert set(found.table["segment"]) == {"all", "web"}


def test_the_deepest_attempt_wins_over_a_later_one():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-02", "register"), (1, "2026-01-20", "visit"))
    found = both(rows, as_of=AS_OF, steps=ABC)
    assert counts(found) == [1, 1, 0]
    assert found.table["median_seconds_from_previous"].iloc[1] == 86_400


def test_steps_in_another_order_are_no_conversion():
    assert counts(both(log((1, "2026-01-02", "visit"), (1, "2026-01-01", "register")), as_of=AS_OF, steps=AB)) == [1, 0]


def test_anything_may_happen_between_two_steps():
    rows = log(
        (1, "2026-01-01", "visit"),
        (1, "2026-01-02", "login"),
        (1, "2026-01-03", "register"),
        (1, "2026-01-04", "login"),
    )
    assert counts(both(rows, as_of=AS_OF, steps=ABC)) == [1, 1, 1]


@pytest.mark.parametrize(("moment", "reached"), [("2026-01-08 00:00:00", 1), ("2026-01-08 00:00:00.000001", 0)])
def test_the_window_runs_from_the_entry_and_its_last_microsecond_counts(moment, reached):
    rows = log((1, "2026-01-01", "visit"), (1, moment, "register"))
    assert counts(both(rows, as_of=AS_OF, steps=AB)) == [1, reached]


def test_the_window_does_not_begin_anew_at_each_step():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-05", "register"), (1, "2026-01-09", "login"))
    assert counts(both(rows, as_of=AS_OF, steps=ABC)) == [1, 1, 0]


def test_a_window_can_be_told_in_hours_and_parts_of_days():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-01 12:00", "register"))
    assert counts(both(rows, as_of=AS_OF, steps=AB, window_hours=12)) == [1, 1]
    assert counts(both(rows, as_of=AS_OF, steps=AB, window_days=0.5)) == [1, 1]
    assert counts(both(rows, as_of=AS_OF, steps=AB, window_hours=11.9)) == [1, 0]


@pytest.mark.parametrize(("ties", "reached"), [("steps", [1, 1, 1]), ("later", [1, 0, 0]), ("event_id", [1, 1, 0])])
def test_rows_of_the_same_moment_are_ordered_as_is_asked(ties, reached):
    rows = log((1, "2026-01-01", "login"), (1, "2026-01-01", "visit"), (1, "2026-01-01", "register"))
    assert counts(both(rows, as_of=AS_OF, steps=ABC, ties=ties)) == reached


def test_a_step_that_comes_twice_takes_two_rows():
    steps = ["visit", "submit_order", "submit_order"]
    one = log((1, "2026-01-01", "visit"), (1, "2026-01-01", "submit_order"))
    two = log((1, "2026-01-01", "visit"), (1, "2026-01-02", "submit_order"), (1, "2026-01-03", "submit_order"))
    for ties in ("steps", "later", "event_id"):
        assert counts(both(one, as_of=AS_OF, steps=steps, ties=ties))[2] == 0
        assert counts(both(two, as_of=AS_OF, steps=steps, ties=ties)) == [1, 1, 1]


def test_who_is_not_done_and_whose_window_is_open_is_pending_and_in_no_rate():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-02", "register"), (2, "2026-01-03", "visit"), (3, "2026-01-28", "visit"), (4, "2026-01-30", "visit"), (4, "2026-01-31", "register"))  # fmt: skip
    found = both(rows, as_of=AS_OF, steps=AB)
    assert counts(found) == [4, 2]
    assert counts(found, "pending") == [1, 0]
    assert counts(found, "users_closed") == [2, 1]
    assert found.whole["rate_from_first"].tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("zone", "entry", "pending"),
    [
        (
            "UTC",
            "2026-01-25 00:00:00",
            1,
        ),  # the window ends with the day: a row at its last microsecond is not known yet
        ("UTC", "2026-01-24 23:59:59.999999", 0),
        ("Asia/Shanghai", "2026-01-24 16:00:00", 1),
        ("Asia/Shanghai", "2026-01-24 15:59:59.999999", 0),
    ],
)
def test_a_window_is_closed_when_all_of_it_lies_before_the_end_of_the_day_in_the_zone(zone, entry, pending):
    found = both(log((1, entry, "visit")), as_of=AS_OF, steps=AB, timezone=zone)
    assert counts(found, "pending") == [pending, 0]
    assert counts(found, "users_closed") == [1 - pending, 0]


def test_an_entry_that_was_lost_counts_as_lost_also_while_a_new_one_is_open():
    found = both(log((1, "2026-01-02", "visit"), (1, "2026-01-30", "visit")), as_of=AS_OF, steps=AB)
    assert (counts(found), counts(found, "pending"), counts(found, "users_closed")) == ([1, 0], [1, 0], [1, 0])


@pytest.mark.parametrize(
    ("as_of", "moment", "reached"),
    [
        (
            date(2026, 3, 30),
            "2026-03-30 22:59:59.999999",
            1,
        ),  # summer time began on the 29th: the day ends an hour earlier
        (date(2026, 3, 30), "2026-03-30 23:00:00", 0),
        (date(2026, 10, 25), "2026-10-25 23:59:59.999999", 1),
        (date(2026, 10, 25), "2026-10-26 00:00:00", 0),
    ],
)
def test_only_rows_before_the_end_of_the_day_exist_also_over_a_change_of_clocks(as_of, moment, reached):
    entry = pd.Timestamp(moment) - pd.Timedelta(days=2)
    rows = log((1, str(entry), "visit"), (1, moment, "register"))
    assert counts(both(rows, as_of=as_of, steps=AB, timezone="Europe/London")) == [1, reached]


def test_a_day_of_the_window_has_24_hours_also_when_the_clocks_change():
    rows = log((1, "2026-03-28 12:00", "visit"), (1, "2026-03-29 12:00", "register"), (2, "2026-03-28 12:00", "visit"), (2, "2026-03-29 12:00:01", "register"))  # fmt: skip
    assert counts(both(rows, as_of=date(2026, 4, 30), steps=AB, window_days=1, timezone="Europe/London")) == [2, 1]


def test_what_happens_later_changes_nothing():
    rows = log((1, "2026-01-01", "visit"), (2, "2026-01-02", "visit"), (2, "2026-01-02", "register"))
    later = pd.concat([rows, log((1, "2026-02-01", "register"), (3, "2026-02-01", "visit"))])
    now, then = (both(r, as_of=AS_OF, steps=AB) for r in (rows, later))
    pd.testing.assert_frame_equal(now.table, then.table)
    pd.testing.assert_frame_equal(now.rolling, then.rolling)


def test_rows_of_nobody_are_left_out():
    rows = log((1.0, "2026-01-01", "visit"), (None, "2026-01-01", "visit"), (None, "2026-01-02", "register"))
    assert counts(both(rows, as_of=AS_OF, steps=AB)) == [1, 0]
    nobody = both(rows[1:], as_of=AS_OF, steps=AB)
    assert counts(nobody) == [0, 0]
    assert "Nobody entered" in nobody.takeaways("en")[0]
    assert all(v.kind == "table" for v in nobody.views.values())


def test_a_source_that_is_missing_is_unknown_and_sources_add_up():
    rows = log(
        (1, "2026-01-01", "visit", None), (2, "2026-01-01", "visit", "web"), (2, "2026-01-02", "register", "app")
    )
    found = both(rows, as_of=AS_OF, steps=AB)
    assert counts(found, kind="source", segment="unknown") == [1, 0]
    assert counts(found, kind="source", segment="web") == [1, 1]


ORDERS = pd.DataFrame(
    {
        "order_id": ["o1", "o2", "o3", "o4"],
        "user_id": [1, 2, 3, 4],
        "ts": pd.to_datetime(["2026-01-03"] * 4).astype("datetime64[us]"),
        "status": ["paid", "failed", "refunded", "paid"],
        "amount": [10.0, 10.0, 10.0, -10.0],
        "source": "till",
    }
)
VISITS = log(*[(user, "2026-01-01", "visit") for user in (1, 2, 3, 4)])


def test_a_payment_is_a_paid_order_also_one_refunded_later_and_an_order_may_be_the_submission():
    steps = ["visit", "submit_order", "pay_success"]
    assert counts(both(VISITS, ORDERS, as_of=AS_OF, steps=steps)) == [4, 3, 2]
    assert counts(both(VISITS, ORDERS, as_of=AS_OF, steps=steps, ties="event_id")) == [4, 3, 2]
    submitted = pd.concat([VISITS, log((1, "2026-01-02", "submit_order"))])
    assert counts(both(submitted, ORDERS, as_of=AS_OF, steps=steps)) == [4, 1, 1]
    assert counts(both(submitted, ORDERS, as_of=AS_OF, steps=steps, submit_from="orders")) == [4, 3, 2]
    assert counts(both(VISITS, ORDERS, as_of=AS_OF, steps=steps, submit_from="events")) == [4, 0, 0]


def test_orders_alone_are_enough_for_their_steps_and_events_alone_for_all():
    steps = ["submit_order", "pay_success"]
    assert counts(both(None, ORDERS, as_of=AS_OF, steps=steps)) == [3, 2]
    rows = log((1, "2026-01-01", "submit_order"), (1, "2026-01-02", "pay_success"))
    assert counts(both(rows, as_of=AS_OF, steps=steps)) == [1, 1]


def test_the_status_is_that_at_the_entry():
    members = pd.DataFrame(
        {"user_id": [2, 3, 5], "registered_at": pd.to_datetime(["2025-12-01", "2026-01-02", "2026-01-01"])}
    )
    paid = ORDERS.assign(ts=pd.Timestamp("2025-12-24"), user_id=[4, 2, 3, 1])
    visits = log(*[(user, "2026-01-01", "visit") for user in (1, 2, 3, 4, 5)])
    found = both(visits, paid, members=members, as_of=AS_OF, steps=AB)
    sizes = found.table.query("segment_kind == 'status' and step_index == 0").set_index("segment")["users"].to_dict()
    assert sizes == {"customer": 2, "registered": 1, "new": 2}


def test_segments_may_overlap_and_are_told_beside_the_whole():
    segments = pd.DataFrame(
        {"user_id": [1, 2, 1], "segment_kind": ["city", "city", "age"], "segment": ["上海", "it's", "18-24"]}
    )
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-02", "register"), (2, "2026-01-01", "visit"))
    found = both(rows, segments=segments, as_of=AS_OF, steps=AB)
    assert counts(found, kind="city", segment="上海") == [1, 1]
    assert counts(found, kind="city", segment="it's") == [1, 0]


def test_entries_before_the_first_day_asked_for_do_not_count():
    rows = log((1, "2026-01-04 15:59:59", "visit"), (2, "2026-01-04 16:00", "visit"), (2, "2026-01-05", "register"))
    assert counts(both(rows, as_of=AS_OF, steps=AB, since=date(2026, 1, 5), timezone="Asia/Shanghai")) == [1, 1]


def test_median_times_are_those_of_the_attempt_that_counts():
    rows = log((1, "2026-01-01 00:00", "visit"), (1, "2026-01-01 01:00", "visit"), (1, "2026-01-01 01:10", "register"), (1, "2026-01-01 02:00", "register"), (1, "2026-01-01 03:00", "login"), (2, "2026-01-02", "visit"), (2, "2026-01-02 00:30", "register"))  # fmt: skip
    waited = both(rows, as_of=AS_OF, steps=ABC).whole["median_seconds_from_previous"].tolist()
    assert waited[1:] == [20 * 60, 110 * 60]


def test_what_the_lost_did_next_is_their_first_event_after_the_last_step_within_the_window():
    rows = log(
        (1, "2026-01-01", "visit"), (1, "2026-01-02", "search"), (1, "2026-01-03", "view"),
        (2, "2026-01-01", "visit"), (2, "2026-01-09", "search"),
        (3, "2026-01-01", "visit"), (3, "2026-01-02", "register"), (3, "2026-01-03", "share"),
        (4, "2026-01-30", "visit"), (4, "2026-01-31", "search"),
        (5, "2026-01-01", "visit"), (5, "2026-01-02", "register"), (5, "2026-01-03", "login"), (5, "2026-01-04", "view"),
    )  # fmt: skip
    told = both(rows, as_of=AS_OF, steps=ABC).next_events
    assert told[["step", "lost", "event", "people"]].replace({np.nan: None}).values.tolist() == [
        ["visit", 2, None, 1], ["visit", 2, "search", 1], ["register", 1, "share", 1],
    ]  # fmt: skip


def test_conversion_by_day_counts_a_person_once_a_day_and_any_entry_of_the_day():
    rows = log(
        (1, "2026-01-05 08:00", "visit"), (1, "2026-01-05 09:00", "register"), (1, "2026-01-05 20:00", "visit"), (1, "2026-01-06", "visit"),
        (2, "2026-01-05 08:00", "visit"), (3, "2026-01-08", "search"),
    )  # fmt: skip
    daily = both(rows, as_of=AS_OF, steps=AB).rolling.set_index("date")
    assert daily.loc[date(2026, 1, 5), ["entrants", "converted"]].tolist() == [2, 1]
    assert daily.loc[date(2026, 1, 6), ["entrants", "converted"]].tolist() == [1, 0]
    assert daily.loc[date(2026, 1, 8), ["entrants", "converted"]].tolist() == [0, 0]


def test_a_day_without_events_is_no_data_and_only_days_whose_windows_are_over_are_told():
    rows = log(*[(1, f"2026-01-{day:02d}", "visit") for day in range(1, 32) if day != 15])
    daily = both(rows, as_of=AS_OF, steps=AB).rolling.set_index("date")
    assert daily.index.max() == date(2026, 1, 24)
    gap = daily.loc[date(2026, 1, 15)]
    assert not gap["has_data"] and gap[["entrants", "converted", "rate_7d"]].isna().all()
    assert daily.loc[date(2026, 1, 16), "days_with_data"] == 6
    assert daily.loc[date(2026, 1, 16), "rate_7d"] == 0


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", date(2026, 3, 29)), ("Europe/London", date(2026, 3, 30)), ("America/New_York", date(2026, 3, 29))],
)
def test_the_day_of_entry_is_the_calendar_day_of_the_zone(zone, day):
    daily = both(log((1, "2026-03-29 23:30", "visit")), as_of=date(2026, 4, 30), steps=AB, timezone=zone).rolling
    assert daily.loc[daily["entrants"] == 1, "date"].tolist() == [day]


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    ties=st.sampled_from(["steps", "later", "event_id"]),
    start=st.sampled_from(["latest", "first"]),
    steps=st.sampled_from(
        [AB, ABC, ["visit", "visit"], ["visit", "login", "visit"], ["login", "register", "register"]]
    ),
    hours=st.sampled_from([12, 36, 60, 168]),
)
def test_it_is_what_trying_every_chain_of_rows_finds(seed, ties, start, steps, hours):
    rows = random_log(seed)
    found = both(rows, as_of=date(2026, 1, 30), steps=steps, ties=ties, start=start, window_hours=hours)
    expected = tried(rows, steps=steps, window=timedelta(hours=hours), as_of=date(2026, 1, 30), ties=ties, start=start)
    for column in ("users", "pending", "users_closed"):
        assert counts(found, column) == expected[column]
    of_sources = found.table[found.table["segment_kind"] == "source"]
    assert {(r.segment, r.step_index): r.users for r in of_sources.itertuples() if r.users} == expected["by_source"]


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), hours=st.sampled_from([24, 72]))
def test_conversion_by_day_is_what_every_entry_of_the_day_tried_alone_finds(seed, hours):
    rows = random_log(seed)
    window, end = timedelta(hours=hours), date(2026, 2, 20)
    daily = both(rows, as_of=end, steps=ABC, window_hours=hours).rolling
    entries = rows[rows["event"] == "visit"]
    done: dict[tuple[date, int], bool] = {}
    for entry in entries.itertuples():
        others = rows[(rows["user_id"] == entry.user_id) & (rows["event"] != "visit")]
        alone = pd.concat([others, rows.loc[[entry.Index]]])
        key = (entry.ts.date(), entry.user_id)
        done[key] = done.get(key, False) or tried(alone, steps=ABC, window=window, as_of=end)["users"][2] == 1
    expected = pd.Series(done).groupby(level=0).agg(["size", "sum"])
    told = daily[daily["entrants"] > 0].set_index("date")
    assert told["entrants"].astype(int).tolist() == expected["size"].tolist()
    assert told["converted"].astype(int).tolist() == expected["sum"].tolist()


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_order_of_rows_gives_the_same_table_no_step_has_more_people_than_the_one_before_and_parts_add_up(seed):
    rows = random_log(seed, people=40, rows=400)
    found = both(rows, as_of=date(2026, 1, 30), steps=ABC)
    shuffled = both(rows.sample(frac=1, random_state=seed), as_of=date(2026, 1, 30), steps=ABC)
    pd.testing.assert_frame_equal(found.table, shuffled.table)
    for column in ("users", "pending", "users_closed"):
        whole = counts(found, column)
        assert whole == sorted(whole, reverse=True)
        parts = found.table[found.table["segment_kind"] == "source"].groupby("step_index")[column].sum()
        assert parts.tolist() == whole
    assert (found.table["pending"] <= found.table["users"]).all()


def test_people_with_very_many_rows_and_numbers_far_apart_are_taken_too():
    draw = np.random.default_rng(1)
    n = 3_000
    rows = pd.DataFrame(
        {
            "user_id": draw.choice([3, 2_000_003], n),
            "ts": pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.permutation(n), "min"),
        }
    )
    rows = rows.assign(event=draw.choice(AB, n), source="app")
    assert counts(both(rows, as_of=AS_OF, steps=AB)) == [2, 2]
    rows["user_id"] = rows["user_id"] * 10**12
    assert counts(ltv.funnel(rows, as_of=AS_OF, steps=AB)) == [2, 2]
    assert counts(ltv.funnel(rows.assign(user_id=rows["user_id"].astype(str)), as_of=AS_OF, steps=AB)) == [2, 2]


def test_times_with_a_zone_are_the_same_moments():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-08", "register"))
    aware = rows.assign(ts=rows["ts"].dt.tz_localize("UTC").dt.tz_convert("Asia/Shanghai"))
    pd.testing.assert_frame_equal(both(rows, as_of=AS_OF, steps=AB).table, both(aware, as_of=AS_OF, steps=AB).table)


def test_the_table_is_the_one_of_the_contract_and_nothing_given_is_changed():
    rows = log((1, "2026-01-01", "visit"), (1, "2026-01-02", "register"))
    before = rows.copy()
    table = check_result("funnel", ltv.funnel(rows, as_of=AS_OF, steps="visit, register").table)
    assert tuple(table.columns[: len(RESULTS["funnel"].names)]) == RESULTS["funnel"].names
    pd.testing.assert_frame_equal(rows, before)


EVENTS = log((1, "2026-01-01", "visit"), (1, "2026-01-02", "register"))


@pytest.mark.parametrize(
    ("tables", "options", "said"),
    [
        ((None,), {}, "events: found None"),
        ((None, ORDERS), {}, "events: found None, allowed: a table of events, for the steps visit, register"),
        ((EVENTS,), {"steps": ["visit", "regsiter"]}, "steps: found 'regsiter', allowed: names of events that there are: register, visit"),
        ((EVENTS,), {"steps": ["visit"]}, "steps: found 'visit', allowed: 2 to 16 names"),
        ((EVENTS,), {"steps": ["visit", ""]}, "steps: found 'visit, '"),
        ((EVENTS,), {"steps": ["a"] * 17}, "2 to 16 names"),
        ((EVENTS,), {"window_days": 0}, "window_days: found 0, allowed: more than 0"),
        ((EVENTS,), {"window_days": -1}, "window_days: found -1"),
        ((EVENTS,), {"window_days": float("nan")}, "window_days: found nan"),
        ((EVENTS,), {"window_days": True}, "window_days: found True"),
        ((EVENTS,), {"window_hours": 0}, "window_hours: found 0"),
        ((EVENTS,), {"start": "any"}, "start: found 'any', allowed: latest, first"),
        ((EVENTS,), {"ties": "random"}, "ties: found 'random', allowed: steps, event_id, later"),
        ((EVENTS,), {"submit_from": "mail"}, "submit_from: found 'mail'"),
        ((EVENTS,), {"submit_from": "orders"}, "submit_from: found 'orders'"),
        ((EVENTS,), {"as_of": "2026-01-31"}, "as_of: found '2026-01-31', allowed: a date"),
        ((EVENTS,), {"since": pd.Timestamp("2026-01-01")}, "since: found"),
        ((EVENTS,), {"with_details": ["all"]}, "with_details: found"),
        ((EVENTS,), {"timezone": "Mars"}, "timezone: found 'Mars'"),
        ((EVENTS.drop(columns="user_id"),), {}, "events columns: found"),
        ((EVENTS.drop(columns="event"),), {}, "events columns: found"),
        ((EVENTS.drop(columns="event_id"),), {"ties": "event_id"}, "also event_id, which orders equal times"),
        ((EVENTS.assign(ts=EVENTS["ts"].astype(str)),), {}, "events columns: found 'ts VARCHAR', allowed: ts as a timestamp"),
        ((EVENTS,), {"segments": pd.DataFrame({"user_id": [1]})}, "segments columns: found 'user_id'"),
        ((EVENTS,), {"segments": pd.DataFrame({"user_id": [1], "segment_kind": ["source"], "segment": ["x"]})}, "segment_kind: found 'source'"),
        ((EVENTS,), {"members": pd.DataFrame({"user_id": [1]})}, "members columns: found 'user_id'"),
        (([1, 2],), {}, "events: found 'list'"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_one_line(tables, options, said):
    with pytest.raises(UsageError) as error:
        ltv.funnel(*tables, **({"as_of": AS_OF, "steps": AB} | options))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_of_the_contract_that_a_shop_has_not_seen_yet_is_no_mistake():
    assert counts(both(EVENTS, as_of=AS_OF)) == [1, 1, 0, 0, 0]


def test_what_is_said_names_the_step_where_most_are_lost_and_is_the_same_in_both_languages():
    rows = pd.concat(
        [
            random_log(seed, people=200, rows=900).assign(user_id=lambda t, s=seed: t["user_id"] + 200 * s)
            for seed in range(3)
        ]
    )
    found = both(rows, as_of=date(2026, 3, 1), steps=ABC)
    worst = found.worst
    assert f"“{ABC[worst]}”".replace("login", "log in") in found.takeaways("en")[0]
    assert len(found.takeaways("en")) == len(found.takeaways("zh"))
    lost = found.whole["users_closed"].iloc[worst] - found.whole["users_closed"].iloc[worst + 1]
    assert f"{lost} of" in found.takeaways("en")[0]
    for lang in ("zh", "en"):
        bars, words = (t for t in found.figure("funnel", lang=lang).data if t.visible is not False)
        assert len(bars.x) == len(words.text) == len(ABC)
        assert found.figure("rolling", lang=lang).data


def test_the_sql_way_is_taken_where_the_loop_does_not_fit():
    with portable():
        assert counts(ltv.funnel(EVENTS, as_of=AS_OF, steps=AB)) == [1, 1]
