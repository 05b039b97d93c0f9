"""A new user's clock: hand-built cases in two zones, another implementation person by person, and what is true of the mall."""

from datetime import date, datetime, time, timedelta
from math import isnan, sqrt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_mall import Mall

import ltv
from ltv.behaviour.averages import Share, difference, difference_is_real
from ltv.behaviour.newcomers_result import Newcomers
from ltv.errors import UsageError
from ltv.workspace.store import check_result

AS_OF = date(2026, 6, 30)
HOUR, DAY = pd.Timedelta(hours=1), pd.Timedelta(days=1)
Row = tuple[int, str]


def joined(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["user_id", "registered_at"]).astype({"registered_at": "datetime64[us]"})


def bought(*rows: tuple[int, str] | tuple[int, str, float] | tuple[int, str, float, str]) -> pd.DataFrame:
    filled = [(*row, *(10.0, "paid")[len(row) - 2 :]) for row in rows]
    frame = pd.DataFrame(filled, columns=["user_id", "ts", "amount", "status"])
    return frame.astype({"user_id": "int64", "ts": "datetime64[us]", "amount": "float64", "status": "str"})


def seen(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["user_id", "ts"]).astype({"user_id": "int64", "ts": "datetime64[us]"})


def every_day(first: str, last: str, *, without: tuple[str, ...] = ()) -> pd.DataFrame:
    """Somebody else is there every day at noon, so that every day has data."""
    days = pd.date_range(first, last, freq="D").difference(pd.DatetimeIndex(without)) + 12 * HOUR
    return pd.DataFrame({"user_id": 999_999, "ts": days}).astype({"ts": "datetime64[us]"})


def run(members: pd.DataFrame, orders: pd.DataFrame, **options: object) -> Newcomers:
    return ltv.newcomers(members, orders, **{"as_of": AS_OF} | options)


def counts(found: Newcomers, measure: str, branch: str = "all") -> tuple[int, int]:
    s = found.share(measure, branch)
    return s.successes, s.people


def cell(found: Newcomers, measure: str, branch: str = "all", grain: str = "all", segment: str = "all") -> pd.Series:
    t = found.table
    chosen = (t["measure"] == measure) & (t["branch"] == branch) & (t["grain"] == grain) & (t["segment"] == segment)
    assert chosen.sum() == 1
    return t[chosen].iloc[0]


# ---- branches


def test_the_hours_are_elapsed_and_their_very_end_is_outside():
    members = joined(*[(n, "2026-06-01 10:30:00") for n in range(1, 6)])
    orders = bought(
        (1, "2026-06-01 10:30:00"), (2, "2026-06-03 10:29:59.999999"), (3, "2026-06-03 10:30:00"), (4, "2026-06-01 10:29:59.999999")
    )  # fmt: skip
    found = run(members, orders)
    assert [counts(found, "share", b) for b in ("within", "later", "none", "without")] == [
        (2, 4),
        (1, 4),
        (1, 4),
        (2, 4),
    ]
    assert counts(found, "share", "before") == (1, 5)
    assert counts(run(members, orders, hours=49), "share", "within") == (3, 4)


@pytest.mark.parametrize(
    ("zone", "registered", "last_in"),
    [
        ("Asia/Shanghai", "2026-03-27 20:00:00", "2026-03-29 19:59:59"),
        # the clocks of London go forward on the 29th: 48 hours are two days and an hour of the wall clock
        ("Europe/London", "2026-03-27 20:00:00", "2026-03-29 19:59:59"),
    ],
)
def test_a_change_of_clocks_makes_the_hours_neither_longer_nor_shorter(zone, registered, last_in):
    members = joined((1, registered), (2, registered))
    after = str(pd.Timestamp(last_in) + pd.Timedelta(seconds=1))
    found = run(members, bought((1, last_in), (2, after)), timezone=zone)
    assert [counts(found, "share", b) for b in ("within", "later")] == [(1, 2), (1, 2)]


@pytest.mark.parametrize(
    ("zone", "judged", "open_"),
    [("UTC", 1, 1), ("Asia/Shanghai", 0, 2), ("America/New_York", 2, 0)],
)
def test_only_people_whose_hours_are_over_are_judged(zone, judged, open_):
    members = joined((1, "2026-06-29 00:00:00"), (2, "2026-06-29 00:00:00.000001"))
    found = run(members, bought((1, "2026-06-29 01:00:00")), timezone=zone)
    row = cell(found, "share")
    assert (row["people"], row["pending"]) == (judged, open_)


def test_of_several_identities_of_a_person_the_first_registration_counts():
    members = joined((1, "2026-06-10"), (1, "2026-06-01"), (1, "2026-06-20"))
    found = run(members, bought((1, "2026-06-11")))
    assert counts(found, "share", "later") == (1, 1)


def test_only_paid_orders_are_first_orders():
    members = joined(*[(n, "2026-06-01") for n in range(1, 5)])
    orders = bought(
        (1, "2026-06-01 05:00", 10.0, "failed"),
        (2, "2026-06-01 05:00", 10.0, "refunded"),
        (3, "2026-06-01 05:00", -4.0, "paid"),
    )
    found = run(members, orders)
    assert counts(found, "share", "within") == (1, 4)


def test_people_who_never_registered_are_not_in_it():
    found = run(joined((1, "2026-06-01")), bought((1, "2026-06-01 01:00"), (7, "2026-06-01 01:00")))
    assert counts(found, "silent")[1] + cell(found, "silent")["no_data"] == 1


@pytest.mark.parametrize(
    ("zone", "start", "weeks"),
    [
        ("UTC", "monday", ["2026-06-01", "2026-06-01"]),
        ("Asia/Shanghai", "monday", ["2026-06-01", "2026-06-08"]),
        ("Asia/Shanghai", "sunday", ["2026-06-07", "2026-06-07"]),
    ],
)
def test_a_week_is_one_of_the_zone(zone, start, weeks):
    members = joined((1, "2026-06-07 15:59:59"), (2, "2026-06-07 16:00:00"))
    found = run(members, bought(), timezone=zone, week_start=start)
    rows = found.table[
        (found.table["grain"] == "week") & (found.table["measure"] == "share") & (found.table["branch"] == "all")
    ]
    assert [str(w) for w, n in zip(rows["cohort"], rows["people"], strict=True) for _ in range(n)] == weeks


# ---- what followed


def test_day_two_is_hours_24_to_48_or_48_to_72_where_days_count_from_zero():
    members = joined(*[(n, "2026-06-01 06:00:00") for n in range(1, 6)])
    moments = [
        "2026-06-02 05:59:59",
        "2026-06-02 06:00:00",
        "2026-06-03 05:59:59",
        "2026-06-03 06:00:00",
        "2026-06-04 06:00:00",
    ]
    events = pd.concat([every_day("2026-05-25", "2026-06-30"), seen(*enumerate(moments, start=1))])
    one = run(members, bought(), events=events)
    assert [counts(one, m) for m in ("active_day_2", "active_day_3")] == [(2, 5), (1, 5)]
    zero = run(members, bought(), events=events, first_day=0, silent_days=(5, 7))
    assert [counts(zero, m) for m in ("active_day_2", "active_day_3")] == [(1, 5), (1, 5)]


def test_days_8_to_30_and_orders_by_day_7_and_30_have_their_ends_outside():
    members = joined(*[(n, "2026-05-01") for n in range(1, 6)])
    orders = bought((1, "2026-05-07 23:59:59"), (2, "2026-05-08"), (3, "2026-05-30 23:59:59"), (4, "2026-05-31"))
    found = run(members, orders, events=every_day("2026-04-25", "2026-06-30"))
    assert counts(found, "ordered_by_day_7", "without") == (1, 5)
    assert counts(found, "ordered_by_day_30", "without") == (3, 5)
    assert counts(found, "active_days_8_30", "without") == (2, 5)


def test_an_order_counts_as_being_there_a_failed_one_and_a_refund_do_not():
    members = joined(*[(n, "2026-06-01") for n in range(1, 4)])
    orders = bought((1, "2026-06-03 10:00"), (2, "2026-06-03 10:00", 9.0, "failed"), (3, "2026-06-03 10:00", -3.0))
    found = run(members, orders, events=every_day("2026-05-25", "2026-06-30"))
    assert counts(found, "active_day_3") == (1, 3)


def test_the_value_of_the_first_seven_days_is_net_and_of_everybody():
    members = joined(*[(n, "2026-06-01") for n in range(1, 5)])
    orders = bought(
        (1, "2026-06-01", 30.0),
        (1, "2026-06-07 23:59:59", -10.0),
        (2, "2026-06-08", 99.0),
        (3, "2026-06-03", 5.0, "cancelled"),
    )
    row = cell(run(members, orders), "value_7_days")
    values = [20.0, 0.0, 0.0, 0.0]
    error = 1.959963984540054 * np.std(values, ddof=1) / sqrt(4)
    assert (row["people"], row["value"]) == (4, 5.0)
    assert (row["low"], row["high"]) == pytest.approx((5 - error, 5 + error))
    given_value = orders.assign(value=orders["amount"].where(orders["status"] == "paid", 0) / 2)
    assert cell(run(members, given_value), "value_7_days")["value"] == 2.5


def test_touches_are_told_by_day_branch_channel_and_kind():
    members = joined((1, "2026-06-01"), (2, "2026-06-01"), (3, "2026-06-01"), (4, "2026-06-30"))
    orders = bought((1, "2026-06-01 10:00"))
    rows = [(1, "2026-06-03 01:00", "sms", "send"), (2, "2026-06-02 01:00", "push", "send"), (2, "2026-06-02 02:00", "push", "send"),
            (2, "2026-06-02 03:00", "push", "open"), (3, "2026-06-01 01:00", "push", "send"), (3, "2026-06-04 00:00", "push", "send"),
            (4, "2026-07-01 01:00", "push", "send"), (9, "2026-05-01", "push", "send")]  # fmt: skip
    touches = pd.DataFrame(rows, columns=["user_id", "ts", "channel", "kind"]).astype({"ts": "datetime64[us]"})
    found = run(members, orders, touches=touches, least=1)
    assert found.touches[["day", "branch", "channel", "kind", "people", "reached"]].to_numpy().tolist() == [
        [2, "without", "push", "open", 2, 1],
        [2, "without", "push", "send", 2, 1],
        [3, "within", "sms", "send", 1, 1],
    ]
    assert counts(found, "touched_day_2", "without") == (1, 2)
    assert counts(found, "touched_day_3", "within") == (1, 1)
    assert found.views["touches"].data["without_rate"].tolist()[:2] == [0.5, 0.5]


def test_before_the_first_touch_in_the_data_nothing_is_known_of_touches():
    members = joined((1, "2026-06-01"), (2, "2026-06-09"))
    touches = pd.DataFrame(
        {"user_id": [5], "ts": pd.to_datetime(["2026-06-10 13:00"]), "channel": "sms", "kind": "send"}
    )
    row = cell(run(members, bought(), touches=touches), "touched_day_2")
    assert (row["people"], row["hits"], row["no_data"]) == (1, 0, 1)
    none = cell(run(members, bought(), touches=touches.iloc[:0]), "touched_day_2")
    assert (none["people"], none["no_data"], isnan(none["value"])) == (0, 2, True)


# ---- silence


def test_silence_is_no_event_and_no_order_in_days_5_to_7_after_the_first_order():
    people = range(1, 7)
    members, orders = joined(*[(n, "2026-05-01") for n in people]), bought(*[(n, "2026-05-01 12:00") for n in people])
    moments = [
        (1, "2026-05-05 11:59:59"),
        (2, "2026-05-05 12:00:00"),
        (3, "2026-05-08 11:59:59"),
        (4, "2026-05-08 12:00:00"),
    ]
    events = pd.concat([every_day("2026-04-25", "2026-06-30"), seen(*moments)])
    orders = pd.concat([orders, bought((5, "2026-05-06"))])
    assert counts(run(members, orders, events=events), "silent") == (3, 6)
    assert counts(run(members, orders, events=events, silent_days=(4, 7)), "silent") == (2, 6)


def test_repurchase_is_of_the_30_days_after_and_told_by_silence_with_the_interval_of_the_difference():
    people = range(1, 9)
    members, first = joined(*[(n, "2026-05-01") for n in people]), [(n, "2026-05-01 12:00") for n in people]
    again = [
        (1, "2026-05-08 11:59:59"),
        (2, "2026-05-08 12:00:00"),
        (3, "2026-06-07 11:59:59"),
        (4, "2026-06-07 12:00:00"),
    ]
    events = pd.concat([every_day("2026-04-25", "2026-06-30"), seen((2, "2026-05-06"), (5, "2026-05-06"))])
    found = run(members, bought(*first, *again), events=events)
    assert counts(found, "repurchase") == (2, 8)
    assert counts(found, "repurchase_silent") == (1, 5)
    assert counts(found, "repurchase_not_silent") == (1, 3)
    row = cell(found, "repurchase_gap")
    assert (row["value"], row["low"], row["high"]) == pytest.approx(difference(Share.of(1, 3), Share.of(1, 5)))
    assert row["people"] == 8


def test_the_interval_of_a_difference_is_the_published_one():
    # Newcombe 1998, table II, method 10: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/10
    assert difference(Share.of(56, 70), Share.of(48, 80)) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert difference(Share.of(9, 10), Share.of(3, 10)) == pytest.approx((0.6, 0.1705, 0.8090), abs=5e-5)
    assert difference(Share.of(10, 10), Share.of(0, 10)) == pytest.approx((1.0, 0.6075, 1.0), abs=5e-5)
    assert difference(Share.of(0, 0), Share.of(1, 10)) == (None, None, None)


def test_the_best_of_many_must_differ_more():
    a, b = Share.of(60, 100), Share.of(45, 100)
    assert difference_is_real(a, b) and not difference_is_real(a, b, pairs=10)


# ---- no data


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_a_day_without_any_event_is_no_data_and_not_silence(zone):
    members, orders = (
        joined((1, "2026-05-01 00:00"), (2, "2026-05-10 00:00")),
        bought((1, "2026-05-01 10:00"), (2, "2026-05-10 10:00")),
    )
    whole, gap = every_day("2026-04-25", "2026-06-30"), every_day("2026-04-25", "2026-06-30", without=("2026-05-06",))
    assert cell(run(members, orders, events=whole, timezone=zone), "silent")[
        ["people", "hits", "no_data"]
    ].tolist() == [2, 2, 0]
    assert cell(run(members, orders, events=gap, timezone=zone), "silent")[["people", "hits", "no_data"]].tolist() == [
        1,
        1,
        1,
    ]


def test_only_the_days_that_a_window_touches_must_have_data():
    members = joined((1, "2026-05-01 00:00"))  # day 2 is the 2nd of May exactly
    for missing, known in (("2026-05-01", 1), ("2026-05-02", 0), ("2026-05-03", 1)):
        events = every_day("2026-04-25", "2026-06-30", without=(missing,))
        assert cell(run(members, bought(), events=events), "active_day_2")["people"] == known


def test_without_events_nothing_is_known_of_activity():
    found = run(joined((1, "2026-05-01")), bought((1, "2026-05-01 01:00")))
    row = cell(found, "silent")
    assert (row["people"], row["no_data"], isnan(row["value"])) == (0, 1, True)
    assert counts(found, "repurchase") == (0, 1)


# ---- complete weeks


def test_a_week_is_blank_until_its_window_is_over_for_everybody_in_it():
    members = joined((1, "2026-06-15"), (2, "2026-06-22"))
    orders = bought((1, "2026-06-15 01:00"), (2, "2026-06-22 01:00"))

    def told(measure: str, as_of: date) -> list[tuple[bool, bool]]:
        t = run(members, orders, as_of=as_of).table
        rows = t[(t["grain"] == "week") & (t["measure"] == measure) & (t["branch"] == "within")]
        return [(bool(c), isnan(v)) for c, v in zip(rows["is_complete"], rows["value"], strict=True)]

    assert told("share", date(2026, 6, 29)) == [(True, False), (False, True)]
    assert told("share", date(2026, 6, 30)) == [(True, False), (True, False)]
    assert told("value_7_days", date(2026, 6, 27)) == [(False, True), (False, True)]
    assert told("value_7_days", date(2026, 6, 28)) == [(True, False), (False, True)]


# ---- another implementation, person by person


def world(seed: int, people: int = 150, zone: str = "UTC") -> dict[str, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    start = pd.Timestamp("2026-02-20")
    who = np.arange(1, people + 1)
    registered = start + pd.to_timedelta(draw.integers(0, 100 * 86_400, people), unit="s")
    members = pd.DataFrame({"user_id": who, "registered_at": registered})
    members = pd.concat(
        [members, members.sample(20, random_state=seed).assign(registered_at=lambda m: m["registered_at"] + 3 * DAY)]
    )
    buyer = draw.choice(who, 2 * people)
    after = draw.choice([-2, 0.3, 1.5, 2.5, 5, 10, 25, 40], 2 * people) * draw.uniform(0.5, 1.1, 2 * people)
    ts = registered[buyer - 1] + pd.to_timedelta((after * 86_400).astype(int), unit="s")
    status = draw.choice(["paid", "refunded", "failed"], 2 * people, p=[0.8, 0.1, 0.1])
    orders = pd.DataFrame(
        {"user_id": buyer, "ts": ts, "amount": draw.integers(-300, 9_000, 2 * people) / 100, "status": status}
    )
    n = 4 * people
    events = pd.DataFrame(
        {"user_id": draw.choice(who, n), "ts": start + pd.to_timedelta(draw.integers(0, 130 * 86_400, n), unit="s")}
    )
    local = events["ts"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.date
    events = events[~local.isin([date(2026, 3, 20), date(2026, 5, 2)])]
    touches = pd.DataFrame(
        {
            "user_id": draw.choice(who, people),
            "ts": start + pd.to_timedelta(draw.integers(20 * 86_400, 120 * 86_400, people), unit="s"),
        }
    )
    touches = touches.assign(channel=draw.choice(["sms", "it's"], people), kind=draw.choice(["send", "click"], people))
    segments = pd.DataFrame({"user_id": who, "segment_kind": "third", "segment": draw.choice(["a", "b", "c"], people)})
    micro = {"registered_at": "datetime64[us]", "ts": "datetime64[us]"}
    frames = {"members": members, "orders": orders, "events": events, "touches": touches, "segments": segments}
    return {k: f.astype({c: d for c, d in micro.items() if c in f}).reset_index(drop=True) for k, f in frames.items()}


def person_by_person(  # noqa: PLR0912  a definition after the other
    shop: dict[str, pd.DataFrame], as_of: date, zone: str, hours: int = 48
) -> dict[tuple[str, str], list[float]]:
    """The definitions of docs/golden48.md, one person after the other: values of those who are known, by measure and branch."""
    place = ZoneInfo(zone)
    end = pd.Timestamp(datetime.combine(as_of + timedelta(days=1), time(), place)).tz_convert("UTC").tz_localize(None)
    days = set(shop["events"].loc[shop["events"]["ts"] < end, "ts"].dt.tz_localize("UTC").dt.tz_convert(zone).dt.date)
    paid = shop["orders"][shop["orders"]["status"].isin(["paid", "refunded"])]
    # marked as refunded without an amount: given back in full, unless it is a refund itself
    paid = paid.assign(worth=paid["amount"].where((paid["status"] == "paid") | (paid["amount"] < 0), 0.0))
    purchases = paid[paid["amount"] >= 0]
    first_sent = shop["touches"]["ts"].min()
    sent = (
        pd.Timestamp(datetime.combine(first_sent.tz_localize("UTC").tz_convert(zone).date(), time(), place))
        .tz_convert("UTC")
        .tz_localize(None)
    )
    out: dict[tuple[str, str], list[float]] = {}

    def note(measure: str, branches: list[str], value: float) -> None:
        for branch in branches:
            out.setdefault((measure, branch), []).append(value)

    def has_data(a: pd.Timestamp, b: pd.Timestamp) -> bool:
        first, last = (t.tz_localize("UTC").tz_convert(zone).date() for t in (a, b - pd.Timedelta(microseconds=1)))
        return all(d.date() in days for d in pd.date_range(first, last))

    for who, registered in shop["members"].groupby("user_id")["registered_at"].min().items():
        if registered >= end:
            continue
        mine, money = purchases[purchases["user_id"] == who]["ts"], paid[paid["user_id"] == who]
        acts = pd.concat([mine, shop["events"].loc[shop["events"]["user_id"] == who, "ts"]])
        touched = shop["touches"].loc[shop["touches"]["user_id"] == who, "ts"]
        first = mine[mine < end].min()
        if pd.isna(first):
            path = "none"
        else:
            path = "before" if first < registered else "within" if first < registered + hours * HOUR else "later"
        told = {
            "within": ["all", "within"],
            "later": ["all", "without"],
            "none": ["all", "without"],
            "before": ["before"],
        }[path]
        if registered + hours * HOUR <= end:
            note("share", [path], 1)
            for measure, a, b in (("active_day_2", 1, 2), ("active_day_3", 2, 3), ("active_days_8_30", 7, 30)):
                since, until = registered + a * DAY, registered + b * DAY
                if until <= end and has_data(since, until):
                    note(measure, told, bool(((acts >= since) & (acts < until)).any()))
            for measure, a, b in (("touched_day_2", 1, 2), ("touched_day_3", 2, 3)):
                since, until = registered + a * DAY, registered + b * DAY
                if until <= end and since >= sent:
                    note(measure, told, bool(((touched >= since) & (touched < until)).any()))
            for measure, n in (("ordered_by_day_7", 7), ("ordered_by_day_30", 30)):
                if registered + n * DAY <= end:
                    note(
                        measure,
                        [b for b in told if b in ("all", "without")],
                        not pd.isna(first) and first < registered + n * DAY,
                    )
            if registered + 7 * DAY <= end:
                within = (money["ts"] >= registered) & (money["ts"] < registered + 7 * DAY)
                note("value_7_days", told, float(money.loc[within, "worth"].sum()))
        if pd.isna(first):
            continue
        told = {"before": ["before"]}.get(path, ["all", path])
        since, until, month = first + 4 * DAY, first + 7 * DAY, first + 37 * DAY
        silent = not ((acts >= since) & (acts < until)).any() if until <= end and has_data(since, until) else None
        again = bool(((mine >= until) & (mine < month)).any())
        if silent is not None:
            note("silent", told, silent)
        if month <= end:
            note("repurchase", told, again)
            if silent is not None:
                note("repurchase_silent" if silent else "repurchase_not_silent", told, again)
    return out


@pytest.mark.parametrize(
    ("seed", "zone", "as_of"),
    [
        (1, "Asia/Shanghai", date(2026, 5, 20)),
        (2, "Europe/London", date(2026, 5, 20)),
        (3, "Europe/London", date(2026, 3, 30)),
    ],
)
def test_every_figure_is_that_of_an_implementation_person_by_person(seed, zone, as_of):
    shop = world(seed, zone=zone)
    found = ltv.newcomers(
        shop["members"], shop["orders"], events=shop["events"], touches=shop["touches"], as_of=as_of, timezone=zone
    )
    check_result("newcomers", found.table)
    known = person_by_person(shop, as_of, zone)
    assert len(known) > 20
    rows = found.table[found.table["grain"] == "all"]
    for (measure, branch), values in known.items():
        if measure == "share":
            assert counts(found, "share", branch)[0] == len(values)
            continue
        row = rows[(rows["measure"] == measure) & (rows["branch"] == branch)].iloc[0]
        assert (row["people"], row["value"]) == (len(values), pytest.approx(np.mean(values))), (measure, branch)
    told = rows[(rows["people"] > 0) & ~rows["measure"].isin(["share", "repurchase_gap"])]
    assert {(m, b) for m, b in zip(told["measure"], told["branch"], strict=True)} == {
        k for k in known if k[0] != "share"
    }


# ---- invariants


def of(shop: dict[str, pd.DataFrame], **options: object) -> Newcomers:
    more = {k: shop[k] for k in ("events", "touches", "segments")}
    return ltv.newcomers(
        shop["members"], shop["orders"], **more, **{"as_of": date(2026, 5, 25), "timezone": "Europe/London"} | options
    )


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_order_of_rows_does_not_matter(seed):
    shop = world(seed, people=60)
    shuffled = {k: f.sample(frac=1, random_state=seed) for k, f in shop.items()}
    one, other = of(shop), of(shuffled)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-12)
    pd.testing.assert_frame_equal(one.touches, other.touches)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_segments_of_a_partition_weeks_and_branches_add_up(seed):
    t = of(world(seed, people=60)).table
    counted = ["people", "hits", "no_data", "pending"]
    keys = ["clock", "grain", "cohort", "branch", "measure"]
    parts, whole = (
        t[t["segment_kind"] == kind].groupby(keys)[counted].sum().astype("int64") for kind in ("third", "all")
    )
    pd.testing.assert_frame_equal(parts, whole)
    keys = ["clock", "segment_kind", "segment", "branch", "measure"]
    weeks, total = (t[t["grain"] == grain].groupby(keys)[counted].sum() for grain in ("week", "all"))
    pd.testing.assert_frame_equal(weeks, total)
    share = t[t["measure"] == "share"].set_index(["grain", "cohort", "segment", "branch"])["hits"].unstack().fillna(0)
    assert (share["within"] + share["later"] + share["none"] == share["all"]).all()
    assert (share["later"] + share["none"] == share["without"]).all()
    inside = t.dropna(subset=["value", "low", "high"])
    assert ((inside["low"] <= inside["value"] + 1e-12) & (inside["value"] <= inside["high"] + 1e-12)).all()


def test_what_comes_later_changes_nothing():
    shop, as_of = world(4), date(2026, 4, 20)
    end = pd.Timestamp("2026-04-20 23:00")  # the end of the day in London
    early = {k: f[f[c] < end] for k, f in shop.items() for c in ("registered_at", "ts") if c in f}
    now, later = of(early | {"segments": shop["segments"]}, as_of=as_of), of(shop, as_of=as_of)
    pd.testing.assert_frame_equal(now.table, later.table)
    pd.testing.assert_frame_equal(now.touches, later.touches)
    assert len(early["events"]) < len(shop["events"])


def test_inputs_are_not_changed_and_nothing_is_left_in_the_engine():
    shop = world(5, people=40)
    before = {k: f.copy() for k, f in shop.items()}
    of(shop)
    for k, f in shop.items():
        pd.testing.assert_frame_equal(f, before[k])


# ---- the mall

_NEW = """
CREATE OR REPLACE TEMP VIEW new_people AS
SELECT o.person AS user_id, min(m.registered_at) AS registered_at FROM members m JOIN owners o USING (id_type, id_value) GROUP BY 1
"""
_BRANCHES = """
WITH firsts AS (SELECT o.person AS user_id, min(p.ts) AS first_at FROM purchases p JOIN owners o USING (id_type, id_value) GROUP BY 1)
SELECT CASE WHEN first_at IS NULL THEN 'none' WHEN first_at < registered_at THEN 'before'
            WHEN first_at < registered_at + INTERVAL 48 HOUR THEN 'within' ELSE 'later' END AS branch, count(*)
FROM new_people LEFT JOIN firsts USING (user_id)
WHERE registered_at + INTERVAL 48 HOUR <= TIMESTAMP '2026-06-30 16:00:00' GROUP BY 1
"""


def of_mall(mall: Mall) -> dict[str, pd.DataFrame]:
    mall.db.execute(_NEW)
    texts = {
        "members": "FROM new_people",
        "orders": "SELECT o.person AS user_id, ts, amount, value, status FROM last_orders JOIN owners o USING (id_type, id_value)",
        "events": "SELECT o.person AS user_id, ts FROM events LEFT JOIN owners o USING (id_type, id_value)",
    }
    frames = {name: mall.db.execute(text).df() for name, text in texts.items()}
    frames["events"]["user_id"] = frames["events"]["user_id"].astype("Int64")
    return frames


def test_branches_of_the_mall_are_those_of_its_raw_tables_and_of_its_truth(mall: Mall):
    found = ltv.newcomers(**of_mall(mall), as_of=AS_OF, timezone="Asia/Shanghai")
    raw = dict(mall.rows(_BRANCHES))
    told = {b: found.share("share", b).successes for b in ("within", "later", "none", "before")}
    assert told == {b: raw.get(b, 0) for b in told}
    # the readme of the mall allows .25 to .45 of all members
    assert 0.25 < found.share("share", "within").rate < 0.45
    # and of everybody whom the truth has registered, but for those of whom no table tells
    registered = mall.one("SELECT count(*) FROM people WHERE registered_at < TIMESTAMP '2026-06-28 16:00:00'")
    assert abs(sum(told.values()) - registered) <= 0.01 * registered


def test_silence_in_the_mall_goes_with_fewer_repurchases_and_is_called_observational(mall: Mall):
    found = ltv.newcomers(**of_mall(mall), as_of=AS_OF, timezone="Asia/Shanghai")
    silent, other = found.share("repurchase_silent"), found.share("repurchase_not_silent")
    assert silent.rate < other.rate  # people who come often order often: no effect of silence, and none is claimed
    assert any("observational" in t for t in found.takeaways("en")) and any(
        "观察性" in t for t in found.takeaways("zh")
    )


# ---- bad input, and the page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hours": 0}, "hours: found 0, allowed: a whole number from 1 to 168"),
        ({"hours": 48.0}, "hours: found 48.0"),
        ({"hours": 169}, "hours: found 169"),
        ({"first_day": 2}, "first_day: found 2, allowed: 0 or 1"),
        ({"silent_days": (7, 5)}, "silent_days: found (7, 5), allowed: first and last day"),
        ({"silent_days": (1, 5)}, "silent_days: found (1, 5)"),
        ({"silent_days": 5}, "silent_days: found 5"),
        ({"repurchase_days": 0}, "repurchase_days: found 0"),
        ({"least": 0}, "least: found 0"),
        ({"timezone": "Mars"}, "timezone: found 'Mars'"),
        ({"week_start": "friday"}, "week_start: found 'friday', allowed: monday, sunday"),
        ({"events": 3}, "events: found 'int'"),
    ],
)
def test_a_bad_argument_is_one_line(options, said):
    with pytest.raises(UsageError) as error:
        run(joined((1, "2026-06-01")), bought(), **options)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(("table", "column"), [("members", "registered_at"), ("orders", "ts"), ("orders", "amount"), ("events", "ts"), ("touches", "kind")])  # fmt: skip
def test_a_column_that_is_missing_is_named(table, column):
    shop = world(1, people=30)
    shop[table] = shop[table].drop(columns=column)
    with pytest.raises(UsageError, match=rf"{table} columns: .* allowed: .*{column}"):
        of(shop)


def test_nobody_at_all_is_said_plainly():
    found = run(joined(), bought())
    assert found.table.empty and found.takeaways("zh") == ["截至当日没有任何注册。"] and not found.key_figures
    check_result("newcomers", found.table)
    assert ltv.show(found).blocks
    without = ltv.newcomers(None, bought(), as_of=AS_OF)
    assert without.takeaways("en") == found.takeaways("en")


def test_fewer_than_thirty_people_are_not_enough_for_a_sentence():
    members = joined(*[(n, "2026-05-01") for n in range(29)])
    found = run(members, bought((1, "2026-05-01 01:00")))
    assert "Not enough data" in found.takeaways("en")[0] and not found.key_figures
    assert found.views["segments"].data["within_value"].isna().all() and found.views["branches"].data.empty
    assert ltv.show(found).blocks
    enough = run(joined(*[(n, "2026-05-01") for n in range(30)]), bought((1, "2026-05-01 01:00")))
    assert "Of 30 new users, 3.3%" in enough.takeaways("en")[0]


def test_every_chart_can_be_drawn():
    found = of(world(7, people=400), least=5)
    assert [n for n, v in found.views.items() if v.kind == "chart"] == ["branches", "after", "weeks"]
    blocks = ltv.show(found).blocks  # draws each chart in both languages
    assert [b["kind"] for b in blocks] == ["key_figures", "takeaways", *["chart"] * 3, *["table"] * 3]
    assert len(found.key_figures) == 4 and all(found.takeaways("zh"))
    told = " ".join(found.takeaways("en"))
    assert "missing data, not silence" in told and "in none of these shares" in told
