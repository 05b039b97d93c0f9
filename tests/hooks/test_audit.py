"""The audit of rules: nothing on a clean mall, exactly what was done wrong on a spoilt one, each rule by hand."""

from datetime import date, datetime
from functools import cache

import pandas as pd
import pyarrow as pa
import pytest
from support_hooks import END, ZONE, as_people, tables_of

import ltv
from ltv.errors import LtvError, UsageError
from ltv.hooks.audit_others import outbox_messages
from ltv.hooks.audit_result import UNITS
from ltv.settings.service import Routed
from ltv.sources.mall.misdeeds import RULES, misdeeds
from ltv.workspace.store import check_result

clean = cache(tables_of)
WHOLE = (Routed("v1", 0, 99, "stable", 1.0),)


def audit(tables, routes=WHOLE, **options):
    frames = as_people(dict(tables))
    given = {name: frames.get(name) for name in ("orders", "order_items", "members", "trials", "messages")}
    asked = {"as_of": END, "timezone": ZONE, "routes": routes} | given | options
    return ltv.audit_hooks(frames["offers"], frames["offer_events"], **asked)


NO_MESSAGES = pd.DataFrame({"message_id": ["m"], "state": ["ACKED"], "deadline": [pd.Timestamp("2026-06-01")]})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_mall_has_no_case_of_any_rule_and_all_are_judged(seed):
    found = audit(clean(seed), messages=NO_MESSAGES)
    assert found.table.empty
    assert found.summary["rule"].tolist() == list(UNITS) == list(RULES)
    assert (found.summary["judged"] > 0).all() and (found.summary["cases"] == 0).all()
    assert "All 11 rules were kept" in found.takeaways("en")[0]
    check_result("hook_audit", found.table)
    check_result("hook_audit_summary", found.summary)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_a_spoilt_mall_exactly_what_was_done_wrong_is_found(seed):
    done = misdeeds(clean(seed), end=END, each=4, seed=seed)
    found = audit(done.tables, routes=[Routed(**r) for r in done.routes])
    truth = done.truth.to_pandas()
    told = found.table[["rule", "case_id"]].value_counts()
    assert told.max() == 1
    assert set(told.index) == set(truth[["rule", "case_id"]].itertuples(index=False, name=None))
    money = found.table.set_index("case_id")["money"]
    known = truth.dropna(subset=["money"]).set_index("case_id")["money"]
    assert (money[known.index] == known).all()
    assert found.summary.set_index("rule")["cases"].to_dict() == dict.fromkeys(RULES, 4)
    check_result("hook_audit", found.table)
    check_result("hook_audit_summary", found.summary)


@pytest.mark.parametrize("rule", RULES)
def test_each_misdeed_breaks_its_own_rule_and_no_other(rule):
    done = misdeeds(clean(1), end=END, each=3, rules=[rule])
    found = audit(done.tables, routes=[Routed(**r) for r in done.routes] or WHOLE)
    assert found.table["rule"].tolist() == [rule] * 3
    assert set(found.table["case_id"]) == set(done.truth["case_id"].to_pylist())
    assert found.findings[0].action is not None and found.findings[0].state == "bad"


def test_misdeeds_are_the_same_for_a_seed_and_leave_what_they_were_given():
    before = {name: table.num_rows for name, table in clean(1).items()}
    one, other, third = (misdeeds(clean(1), end=END, seed=s) for s in (7, 7, 8))
    assert one.truth.equals(other.truth) and all(one.tables[n].equals(other.tables[n]) for n in one.tables)
    assert not third.tables["offer_events"].equals(one.tables["offer_events"])
    assert before == {name: table.num_rows for name, table in clean(1).items()}


def test_misdeeds_say_what_they_cannot_do():
    with pytest.raises(UsageError, match="rules: found 'theft', allowed: outside_hours"):
        misdeeds(clean(1), end=END, rules=["theft"])
    with pytest.raises(UsageError, match="allowed: also offers"):
        misdeeds({n: t for n, t in clean(1).items() if n != "offers"}, end=END)
    with pytest.raises(UsageError, match="a mall with more members"):
        misdeeds(clean(1), end=END, each=100_000, rules=["outside_hours"])


# ---- by hand

DAY = pd.Timestamp("2026-06-10")
POOL = pd.DataFrame(
    {
        "offer_id": ["NEW", "F"],
        "hook": ["first_order_coupon", "limited_time_offer"],
        "starts_at": DAY - pd.Timedelta(days=30),
        "expires_at": [DAY + pd.Timedelta(days=90), DAY + pd.Timedelta(hours=48)],
        "stock": pd.array([None, 2], "Int64"),
        "skus": [["a", "b"], None],
        "stackable": False,
    }
)


def hand(*rows, pool=POOL, **more):
    """Events at (hours after the day, offer, order, person, event[, instance])."""
    full = [(*r, "i1")[:6] for r in rows]
    events = pd.DataFrame(full, columns=["h", "offer_id", "order_id", "user_id", "event", "instance"])
    events["ts"] = (DAY + pd.to_timedelta(events.pop("h"), unit="h")).astype("datetime64[us]")
    found = ltv.audit_hooks(pool, events, **{"as_of": date(2026, 6, 30)} | more)
    return list(found.table[["rule", "case_id"]].itertuples(index=False, name=None)), found


def held(hour, offer, order, person, minutes=1.0):
    return [(hour, offer, order, person, "reserved"), (hour + minutes / 60, offer, order, person, "redeemed")]


def test_seventy_two_hours_are_counted_from_the_registration_and_whoever_is_unknown_is_not_judged():
    members = pd.DataFrame({"user_id": [1, 2], "registered_at": [DAY, DAY]})
    rows = [*held(72 - 1e-6, "NEW", "o1", 1), *held(72, "NEW", "o2", 2), *held(900, "NEW", "o3", 3)]
    cases, found = hand(*rows, members=members)
    assert cases == [("outside_hours", "NEW/o2")] and found.table["amount"].tolist() == [72.0]
    assert found.summary.set_index("rule").loc["outside_hours", "judged"] == 2
    assert hand(*held(-1, "NEW", "o1", 1), members=members)[0] == [("outside_hours", "NEW/o1")]
    assert hand(*rows[:4], members=members, registered_within_hours={"first_order_coupon": 24})[0] != []
    assert hand(*rows, members=members, registered_within_hours={})[0] == []


def test_one_line_on_the_list_is_enough_and_an_order_without_lines_is_not_judged_broken():
    items = pd.DataFrame({"order_id": ["o1", "o1", "o2"], "sku": ["x", "b", "x"]})
    rows = [*held(0, "NEW", "o1", 1), *held(0, "NEW", "o2", 2), *held(0, "NEW", "o3", 3), *held(0, "F", "o2", 9)]
    assert ("off_list", "NEW/o2") in hand(*rows, order_items=items)[0]
    cases, found = hand(*rows, order_items=items)
    assert [c for c in cases if c[0] == "off_list"] == [("off_list", "NEW/o2")]
    assert found.summary.set_index("rule").loc["off_list", "judged"] == 2  # o3 has no lines


def test_stacking_is_told_once_an_order_and_what_was_given_back_is_no_stacking():
    two = [*held(0, "NEW", "o1", 1), *held(0, "F", "o1", 1)]
    assert [c for c in hand(*two)[0] if c[0] == "stacked"] == [("stacked", "F/o1")]
    back = [*held(0, "NEW", "o1", 1), (0, "F", "o1", 1, "reserved"), (0.2, "F", "o1", 1, "released")]
    assert hand(*back)[0] == []
    orders = pd.DataFrame({"order_id": ["o1"], "member_benefit": [True], "discount": [3.5]})
    cases, found = hand(*held(0, "NEW", "o1", 1), orders=orders)
    assert cases == [("stacked", "NEW/o1")] and found.money == 3.5
    assert hand(*two, pool=POOL.assign(stackable=True))[0] == []
    assert hand(*two, pool=POOL.drop(columns="stackable"))[0] == []  # nobody said that it must not


def test_a_coupon_may_come_again_after_one_that_was_given_back_and_not_after_one_redeemed():
    back = [(0, "NEW", "o1", 1, "reserved"), (0.2, "NEW", "o1", 1, "expired")]
    assert hand(*back, *held(0.3, "NEW", "o2", 1))[0] == []
    assert hand(*back, *held(0.1, "NEW", "o2", 1))[0] == [("given_twice", "NEW/o2")]
    assert hand(*held(0, "NEW", "o1", 1), *held(50, "NEW", "o2", 1))[0] == [("given_twice", "NEW/o2")]
    assert hand(*held(0, "NEW", "o1", 1), *held(50, "NEW", "o2", 2))[0] == []
    assert hand(*held(0, "F", "o1", 1), *held(1, "F", "o2", 1))[0] == []  # no coupon for first orders


def test_a_piece_given_back_at_a_moment_is_free_at_it():
    rows = [*held(0, "F", "o1", 1), (0, "F", "o2", 2, "reserved"), (0.25, "F", "o2", 2, "released")]
    assert hand(*rows, *held(0.25, "F", "o3", 3))[0] == []
    assert hand(*rows, *held(0.24, "F", "o3", 3))[0] == [("over_stock", "F/o3")]
    assert hand(*rows, *held(0.25, "F", "o3", 3), *held(1, "F", "o4", 4))[0] == [("over_stock", "F/o4")]
    refused = [(0.1, "F", None, 8, "refused")] * 5
    assert hand(*rows, *refused)[0] == []


def test_half_an_hour_and_its_grace_decide_whether_something_was_held_too_long():
    assert hand((0, "F", "o1", 1, "reserved"), (35 / 60, "F", "o1", 1, "expired"))[0] == []
    cases, found = hand((0, "F", "o1", 1, "reserved"), (36 / 60, "F", "o1", 1, "expired"))
    assert cases == [("not_released", "F/o1")] and found.table["amount"].tolist() == pytest.approx([36])
    assert hand((0, "F", "o1", 1, "reserved"), as_of=date(2026, 6, 9))[0] == []  # not begun by then
    late = [(47.9, "F", "o1", 1, "reserved")]
    assert hand(*late, as_of=date(2026, 6, 11))[0] == []  # held for six minutes so far
    assert hand(*late, as_of=date(2026, 6, 12))[0] == [("not_released", "F/o1")]
    assert hand(*late, as_of=date(2026, 6, 12), reservation_minutes=3_000)[0] == []


def test_an_offer_is_over_from_its_end_on_and_what_was_held_before_may_be_redeemed_after_it():
    assert hand(*held(48, "F", "o1", 1))[0] == [("used_after_expiry", "F/o1")]
    assert hand((47.9, "F", "o1", 1, "reserved"), (48.2, "F", "o1", 1, "redeemed"))[0] == []
    assert hand((48.2, "F", "o1", 1, "redeemed"))[0] == [("used_after_expiry", "F/o1")]
    assert hand(*held(-721, "F", "o1", 1))[0] == [("used_after_expiry", "F/o1")]


def test_two_instances_that_say_the_same_are_one_case_and_one_that_says_it_again_is_none():
    twice = [
        (0, "F", "o1", 1, "reserved", "i1"),
        (1e-5, "F", "o1", 1, "reserved", "i2"),
        (0.1, "F", "o1", 1, "redeemed", "i1"),
    ]
    assert hand(*twice)[0] == [("fired_twice", "F/o1/reserved")]
    again = [(*r[:5], "i1") for r in twice]
    assert hand(*again)[0] == []
    nameless = [(0, "F", None, 1, "refused", "i1"), (0.01, "F", None, 1, "refused", "i2")]
    assert [r for r, _ in hand(*nameless)[0]] == ["fired_twice"]
    assert hand(nameless[0], (0.5, "F", None, 1, "refused", "i2"))[0] == []  # half an hour later: another try


def test_without_order_numbers_each_hold_of_a_person_is_one():
    rows = [
        (0, "F", None, 1, "reserved"),
        (0.1, "F", None, 1, "released"),
        (1, "F", None, 1, "reserved"),
        (1.1, "F", None, 1, "redeemed"),
    ]
    assert hand(*rows)[0] == []
    assert hand(*rows, (2, "F", None, 1, "reserved"))[0] == [("not_released", "F/1#3")]


def test_at_one_moment_an_offer_is_held_before_it_is_given_back_or_used():
    assert hand((0, "F", None, 1, "redeemed"), (0, "F", None, 1, "reserved"))[0] == []
    assert hand((0, "F", None, 1, "expired"), (0, "F", None, 1, "reserved"))[0] == []


def test_two_holds_of_a_person_without_order_numbers_end_with_the_next_ending():
    rows = [(0, "F", None, 1, "reserved"), (0.1, "F", None, 1, "reserved"), (0.2, "F", None, 1, "redeemed")]
    found = hand(*rows)[1]
    assert found.table.empty and found.summary.set_index("rule").loc["over_stock", "judged"] == 2


def test_an_offer_held_again_for_an_order_after_it_was_given_back_is_another_reservation():
    rows = [(0, "F", "o1", 1, "reserved"), (1 / 3, "F", "o1", 1, "released"), (0.5, "F", "o1", 1, "reserved")]
    assert hand(*rows)[0] == [("not_released", "F/o1#2")]
    assert hand(*rows[:2], (*rows[2], "i2"))[0] == [("not_released", "F/o1#2")]  # and nothing was fired twice
    assert hand(*rows, (0.6, "F", "o1", None, "redeemed"))[0] == []
    orders = pd.DataFrame({"order_id": ["o1"], "discount": [3.5]})
    found = hand(
        *rows[:2], *held(49, "F", "o1", 1), (50, "F", "o1", 1, "released"), *held(51, "F", "o1", 1), orders=orders
    )[1]
    assert found.table["case_id"].tolist() == ["F/o1#2", "F/o1#3"]
    assert found.money == found.summary["money"].max() == 3.5  # taken off the order once


def test_with_an_order_it_does_not_matter_whom_an_instance_names():
    rows = [*held(0, "F", "o1", 7), (0.5, "F", "o1", None, "redeemed", "i2")]
    assert hand(*rows)[0] == [("fired_twice", "F/o1/redeemed")]


def test_what_is_said_again_after_the_contrary_is_not_fired_twice():
    back = [*held(0, "F", "o1", 1), (0.1, "F", "o1", 1, "released")]
    again = [
        (0.2, "F", "o1", 1, "reserved", "i2"),
        (0.3, "F", "o1", 1, "redeemed", "i2"),
        (0.4, "F", "o1", 1, "expired", "i2"),
    ]
    assert hand(*back, *again)[0] == []
    assert hand(*back, (0.2, "F", "o1", 1, "released", "i2"))[0] == [("fired_twice", "F/o1/released")]
    refused = [(0, "F", "o1", 1, "refused"), (0.5, "F", "o1", 1, "refused", "i2")]
    assert hand(*refused)[0] == []  # asked for once more


def test_times_fired_count_every_one_also_of_the_same_instance():
    rows = [(k * 1e-3, "F", "o1", 1, "reserved", name) for k, name in enumerate(["i1", "i1", "i2"])]
    found = hand(*rows, (0.1, "F", "o1", 1, "redeemed"))[1]
    assert found.table[["rule", "amount"]].to_numpy().tolist() == [["fired_twice", 3.0]]


def test_a_piece_that_comes_back_after_it_was_redeemed_is_free_again():
    rows = [*held(0, "F", "o1", 1), *held(0, "F", "o2", 2), (1, "F", "o1", 1, "released")]
    assert hand(*rows, *held(2, "F", "o3", 3))[0] == []
    assert hand(*rows, *held(0.9, "F", "o3", 3))[0] == [("over_stock", "F/o3")]


def test_what_happens_after_the_day_changes_nothing():
    done = misdeeds(clean(2), end=END, each=3)
    events = done.tables["offer_events"]
    early = events.filter(pa.compute.less(events["ts"], pa.scalar(datetime(2026, 6, 20, 16), pa.timestamp("us"))))
    asked = {"as_of": date(2026, 6, 20), "messages": NO_MESSAGES}
    one, other = (audit(dict(done.tables) | {"offer_events": e}, **asked).table for e in (events, early))
    numbered = ["user_id"]  # people are numbered as they come in this test
    pd.testing.assert_frame_equal(one.drop(columns=numbered), other.drop(columns=numbered))
    assert len(one)


# ---- messages and routes


def test_a_message_is_stuck_once_its_lease_is_over_and_only_while_it_is_under_way():
    end = pd.Timestamp("2026-07-01")
    states = ["PROCESSING", "PROCESSING", "ACKED", "RETRYABLE"]
    rows = pd.DataFrame(
        {"message_id": list("abcd"), "state": states, "deadline": [end, end + pd.Timedelta(1, "us"), end, end]}
    )
    found = ltv.audit_hooks(as_of=date(2026, 6, 30), messages=rows)
    assert found.table["case_id"].tolist() == ["a"]
    since = rows.drop(columns="deadline").assign(ts=[end - pd.Timedelta(minutes=m) for m in (5, 4, 9, 9)])
    assert ltv.audit_hooks(as_of=date(2026, 6, 30), messages=since).table["case_id"].tolist() == ["a"]
    with pytest.raises(UsageError, match=r"messages columns: .* also deadline"):
        ltv.audit_hooks(as_of=date(2026, 6, 30), messages=since.drop(columns="ts"))


@pytest.mark.parametrize("column", ["deadline", "ts"])
def test_times_of_messages_may_have_a_zone(column):
    at = pd.Timestamp("2026-07-01 07:54", tz=ZONE)
    rows = pd.DataFrame({"message_id": ["a", "b"], "state": "PROCESSING", column: [at, at + pd.Timedelta(hours=1)]})
    found = ltv.audit_hooks(as_of=date(2026, 6, 30), messages=rows)
    ends = pd.Timestamp("2026-06-30 23:54") + pd.Timedelta(minutes=5 * (column == "ts"))
    assert found.table[["case_id", "at"]].to_numpy().tolist() == [["a", ends]]


def test_messages_of_the_own_outbox_are_read_and_not_written(tmp_path):
    from types import SimpleNamespace

    from ltv.dispatch.database import SqliteDatabase
    from ltv.settings import Settings

    folder = tmp_path / "data" / "state"
    ws = SimpleNamespace(root=tmp_path, settings=Settings(), as_of=datetime(2026, 7, 1))
    assert outbox_messages(ws) is None and not folder.exists()
    database = SqliteDatabase(folder / "outbox.sqlite")
    end = 1_782_864_000_000  # 2026-07-01
    insert = (
        "INSERT INTO messages VALUES ($m, 'crm', 1, 0, '', '', 'PROCESSING', 1, $lease, 0, 0, 0, 0, 0, $queued, 0, '')"
    )
    with database.writing() as tx:
        tx.change(insert, m="late", lease=end - 60_000, queued=end - 90_000)
        tx.change(insert, m="busy", lease=end + 60_000, queued=end - 90_000)
        tx.change(insert, m="tomorrow", lease=end + 90_000, queued=end + 1)
    database.close()
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    rows = outbox_messages(ws)
    assert sorted(rows["message_id"]) == ["busy", "late"]
    assert before["outbox.sqlite"] == (folder / "outbox.sqlite").read_bytes()
    found = ltv.audit_hooks(as_of=date(2026, 6, 30), messages=rows)
    assert found.table["case_id"].tolist() == ["late"] and found.table["amount"].tolist() == [1.0]
    (folder / "outbox.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 50)
    with pytest.raises(LtvError, match=r"outbox\.sqlite: .*; the outbox was only read"):
        outbox_messages(ws)


def test_buckets_without_a_route_are_told_by_range():
    rows = [Routed("v2", 0, 9, "stable", 0.9), Routed("v2", 20, 29, "canary", 0.1), Routed("v1", 0, 99, "stable", 1.0)]
    found = ltv.audit_hooks(as_of=END, routes=rows)
    assert found.table[["case_id", "amount"]].to_numpy().tolist() == [["v2/10-19", 10.0], ["v2/30-99", 70.0]]
    assert found.summary.set_index("rule").loc["unrouted", "judged"] == 2
    with pytest.raises(UsageError, match="routes v2: found '5-100', allowed: buckets 0-99"):
        ltv.audit_hooks(as_of=END, routes=[Routed("v2", 5, 100, "a", 1.0)])


# ---- what is missing or wrong


def test_a_rule_whose_tables_are_missing_is_not_judged_and_not_called_kept():
    nothing = ltv.audit_hooks(as_of=END)
    assert nothing.takeaways("en") == ["No table to audit."] and nothing.key_figures == () and not nothing.views
    assert nothing.summary["judged"].isna().all()
    found = hand(*held(0, "F", "o1", 1))[1]
    summary = found.summary.set_index("rule")
    assert summary.loc["outside_hours", "missing"] == "members" and pd.isna(summary.loc["outside_hours", "cases"])
    assert summary.loc["over_stock", "cases"] == 0
    assert "Not judged" in found.takeaways("en")[-1]
    for table, name in ((nothing.summary, "hook_audit_summary"), (nothing.table, "hook_audit")):
        check_result(name, table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event": "lost"}, "offer_events.event: found 'lost', allowed: reserved, released"),
        ({"user_id": "x"}, "offer_events.user_id: found 'varchar', allowed: whole numbers"),
        ({"ts": "x"}, "offer_events.ts: found 'varchar', allowed: times"),
    ],
)
def test_events_that_cannot_be_read_are_refused_in_one_line(change, message):
    events = pd.DataFrame({"ts": [DAY], "offer_id": "F", "order_id": "o", "user_id": 1, "event": "reserved"})
    with pytest.raises(UsageError, match=message):
        ltv.audit_hooks(POOL, events.assign(**change), as_of=END)
    with pytest.raises(UsageError, match=r"offers columns: .* also starts_at, expires_at"):
        ltv.audit_hooks(POOL[["offer_id", "hook"]], events, as_of=END)


@pytest.mark.parametrize("name", ["reservation_minutes", "trial_hours", "processing_minutes"])
def test_a_length_of_time_must_be_one(name):
    with pytest.raises(UsageError, match=f"{name}: found 0, allowed: a length of time above 0"):
        ltv.audit_hooks(as_of=END, **{name: 0})


def test_the_page_tells_number_share_money_and_what_to_do():
    done = misdeeds(clean(3), end=END, each=3)
    found = audit(done.tables, routes=[Routed(**r) for r in done.routes])
    assert len(found.findings) == 11 and all(f.action for f in found.findings)
    assert "at stake" in found.takeaways("en")[0] and "涉及" in found.takeaways("zh")[0]
    for name, view in found.views.items():
        assert {c.name for c in view.columns} <= set(view.data.columns), name
    assert found.figure("chart", lang="zh").data and found.key_figures[0].value == 33
    assert found.views["cases"].data["at"].str.startswith("2026-0").sum() == 30  # routes have no time
