"""What is visible at the end of a day is what was known then: no later row, version or refund shows through."""

from datetime import datetime
from decimal import Decimal

import pandas as pd
import pytest
from support_workspace import at, csv, orders, put, workspace

from ltv import sql
from ltv.contract import INPUTS

DAY = "2026-06-15"


def shop(root, rows, zone="UTC"):
    workspace(root, f'timezone = "{zone}"\nmax_quarantine_share = 1')
    put(root, "orders/a.csv", csv(orders(*rows)))
    return root


def visible(ws, *columns):
    frame = ws.orders.frame().sort_values("order_id")
    return [tuple(row) for row in frame[list(columns)].itertuples(index=False)]


def values(root, date=DAY):
    return {k: Decimal(v) for k, v in visible(at(root, date), "order_id", "value")}


VALUES = [
    ({}, 10),
    ({"amount": -4}, -4),
    ({"amount": -4, "status": "refunded"}, -4),
    ({"status": "cancelled"}, 0),
    ({"status": "failed", "refund": 3}, 0),
    ({"status": "timeout"}, 0),
    ({"refund": 3}, 7),
    ({"refund": 3, "refunded_at": "2026-06-10"}, 7),
    ({"refund": 3, "refunded_at": "2026-06-15 23:59:59"}, 7),
    ({"refund": 3, "refunded_at": "2026-06-16 00:00:00"}, 10),
    ({"refund": 3, "refunded_at": "2026-06-20"}, 10),
    ({"status": "refunded"}, 0),
    ({"status": "refunded", "refunded_at": "2026-06-10"}, 0),
    ({"status": "refunded", "refunded_at": "2026-06-20"}, 10),
    ({"status": "refunded", "refund": 4}, 6),
    ({"status": "refunded", "refund": 4, "refunded_at": "2026-06-20"}, 10),
    ({"status": "refunded", "refund": 12}, -2),
    ({"status": "cancelled", "refund": 4, "refunded_at": "2026-06-20"}, 0),
]


def test_the_value_of_an_order_is_its_amount_less_the_refunds_known_by_then(tmp_path):
    root = shop(tmp_path, [change | {"order_id": f"{i:02}"} for i, (change, _) in enumerate(VALUES)])
    assert values(root) == {f"{i:02}": Decimal(value) for i, (_, value) in enumerate(VALUES)}


def test_a_refund_counts_from_its_own_day_on(tmp_path):
    root = shop(tmp_path, [{"status": "refunded", "refund": 4, "refunded_at": "2026-06-16 08:00"}])
    seen = {d: visible(at(root, d), "status", "value") for d in ("2026-06-15", "2026-06-16")}
    assert seen == {"2026-06-15": [("paid", 10)], "2026-06-16": [("refunded", 6)]}
    (known,) = visible(at(root, "2026-06-15"), "refund", "refunded_at")
    assert all(pd.isna(part) for part in known)


@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("UTC", "2026-06-15T23:59:59.999999Z", "2026-06-16T00:00:00Z"),
        ("Asia/Shanghai", "2026-06-15T15:59:59.999999Z", "2026-06-15T16:00:00Z"),
        ("America/New_York", "2026-06-16T03:59:59.999999Z", "2026-06-16T04:00:00Z"),
    ],
)
def test_the_end_of_a_day_is_exclusive_and_of_the_workspaces_zone(tmp_path, zone, last, first):
    ws = at(shop(tmp_path, [{"ts": last}, {"ts": first}], zone), DAY)
    assert visible(ws, "order_id") == [("A1",)]
    assert ws.as_of == datetime.fromisoformat(first).replace(tzinfo=None)
    assert ws.prepared["orders"].facts.quarantined == 0


def test_days_on_which_the_clocks_change_have_their_own_length(tmp_path):
    root = shop(tmp_path, [{"ts": "2026-03-29T22:59:59Z"}, {"ts": "2026-03-29T23:00Z"}], "Europe/London")
    assert visible(at(root, "2026-03-29"), "order_id") == [("A1",)]
    assert visible(at(root, "2026-03-30"), "order_id") == [("A1",), ("A2",)]


def versions(*stamps_and_amounts, **common):
    return [{"order_id": "V", "updated_at": u, "amount": a, **common, **more} for u, a, more in stamps_and_amounts]


def test_the_last_version_known_by_then_wins(tmp_path):
    rows = versions(("2026-06-10", 1, {}), ("2026-06-20", 3, {}), ("2026-06-16 00:00:00", 2, {}))
    root = shop(tmp_path, rows)
    seen = {
        d: visible(at(root, d), "amount")
        for d in ("2026-06-08", "2026-06-14", DAY, "2026-06-16", "2026-06-20", "2026-06-30")
    }
    assert seen == {
        "2026-06-08": [],
        "2026-06-14": [(1,)],
        DAY: [(2,)],  # updated at the as-of instant itself
        "2026-06-16": [(2,)],
        "2026-06-20": [(3,)],
        "2026-06-30": [(3,)],
    }


def test_a_row_without_a_version_is_older_than_all_that_have_one(tmp_path):
    root = shop(tmp_path, versions(("", 1, {}), ("2026-06-20", 2, {})))
    assert visible(at(root, DAY), "amount") == [(1,)]
    assert visible(at(root, "2026-06-20"), "amount") == [(2,)]


def test_a_version_that_moves_an_order_behind_the_end_of_the_day_takes_it_away(tmp_path):
    root = shop(tmp_path, versions(("2026-06-10", 1, {}), ("2026-06-12", 2, {"ts": "2026-06-20"})))
    assert visible(at(root, "2026-06-10"), "amount") == [(1,)]
    assert visible(at(root, DAY), "amount") == []
    assert visible(at(root, "2026-06-20"), "amount") == [(2,)]


def test_a_line_of_an_order_is_known_with_its_order(tmp_path):
    root = shop(tmp_path, [{}, {"ts": "2026-06-20"}, {"amount": "bad"}])
    items = "".join(f"A{i},1,s,1,1\n" for i in range(1, 5))
    put(root, "order_items/a.csv", "order_id,line_id,sku,quantity,price\n" + items)
    assert at(root, DAY).order_items.frame()["order_id"].tolist() == ["A1"]
    assert sorted(at(root, "2026-06-20").order_items.frame()["order_id"]) == ["A1", "A2"]


def test_a_trial_that_ended_later_is_still_running(tmp_path):
    root = shop(tmp_path, [{}])
    put(
        root,
        "trials/a.csv",
        "trial_id,id_type,id_value,started_at,ended_at,outcome\n"
        "T1,member,M1,2026-06-01,2026-06-10,converted\n"
        "T2,member,M1,2026-06-01,2026-06-20,cancelled\n"
        "T3,member,M1,2026-06-01,2026-06-20,\n"
        "T4,member,M1,2026-06-20,,\n",
    )
    rows = at(root, DAY).trials.frame().sort_values("trial_id").astype(object)
    rows = rows.where(rows.notna(), None)
    assert rows[["trial_id", "ended_at", "outcome"]].to_numpy().tolist() == [
        ["T1", pd.Timestamp("2026-06-10"), "converted"],
        ["T2", None, None],
        ["T3", pd.Timestamp("2026-06-20"), None],
    ]


def test_a_day_of_spend_is_known_at_its_end(tmp_path):
    root = shop(tmp_path, [{}], "America/New_York")
    put(root, "spend/a.csv", "date,channel,cost\n2026-06-15,sms,1\n2026-06-16,sms,2\n")
    assert list(map(float, at(root, DAY).spend.frame()["cost"])) == [1.0]


# ---- the leak test: change the future, nothing at as-of moves

ROW = {
    "orders": "A1,2026-06-01,shop,member,M1,10,paid,,,",
    "members": "member,M1,2026-05-01,gold,",
    "events": "E1,2026-06-01,app,device,d1,visit",
    "order_items": "A1,1,s,1,1",
    "links": "2026-06-01,app,device,d1,member,M1",
    "touches": "T1,2026-06-01,app,member,M1,sms,send",
    "spend": "2026-06-01,sms,1",
    "trials": "T1,member,M1,2026-06-01,,,",
    "consents": "2026-06-01,member,M1,sms,true",
}
HEADS = {
    "orders": "order_id,ts,source,id_type,id_value,amount,status,refund,refunded_at,updated_at",
    "members": "id_type,id_value,registered_at,level,updated_at",
    "events": "event_id,ts,source,id_type,id_value,event",
    "order_items": "order_id,line_id,sku,quantity,price",
    "links": "ts,source,id_type,id_value,linked_type,linked_value",
    "touches": "touch_id,ts,source,id_type,id_value,channel,kind",
    "spend": "date,channel,cost",
    "trials": "trial_id,id_type,id_value,started_at,ended_at,outcome,updated_at",
    "consents": "ts,id_type,id_value,channel,granted",
}
LATER = {
    "orders": "A2,2026-06-20,shop,member,M2,99,paid,,,\nA1,2026-06-01,shop,member,M1,0,cancelled,,,2026-06-20\n"
    "A0,2026-06-16,shop,member,M0,5,paid,,,",
    "members": "member,M2,2026-06-20,silver,\nmember,M1,2026-05-01,black,2026-06-20",
    "events": "E2,2026-06-20,app,device,d2,visit\nE0,2026-06-20,app,device,d0,visit",
    "order_items": "A2,1,s,9,9\nA0,1,s,9,9",
    "links": "2026-06-20,app,device,d1,member,M2",
    "touches": "T2,2026-06-20,app,member,M1,sms,click",
    "spend": "2026-06-16,sms,99",
    "trials": "T2,member,M2,2026-06-20,,,\nT1,member,M1,2026-06-01,2026-06-20,converted,2026-06-20",
    "consents": "2026-06-20,member,M1,sms,false",
}


def everything(ws):
    names = [*ROW, "people", "user_segments"]
    return {
        n: ws._table(n).frame().sort_values(by="user_id" if n in ("people", "user_segments") else "_line")
        for n in names
    }


def test_whatever_happens_later_nothing_that_was_known_moves(tmp_path):
    segments = '\n[[segments]]\nkind = "level"\nname = "gold"\nwhere = "level = \'gold\'"'
    segments += '\n[[segments]]\nkind = "level"\nname = "other"\nwhere = "orders > 0 or level is not null"'
    root = workspace(tmp_path, 'timezone = "UTC"' + segments)
    assert set(HEADS) == set(LATER) == set(ROW) <= set(INPUTS)
    for name, row in ROW.items():
        put(root, f"{name}/a.csv", f"{HEADS[name]}\n{row}\n")
    before = everything(at(root, DAY))
    assert all(len(frame) == 1 for frame in before.values())
    refunded = ROW["orders"].replace("paid,,", "refunded,10,2026-06-18")
    put(root, "orders/a.csv", f"{HEADS['orders']}\n{refunded}\n")
    for name, rows in LATER.items():
        put(root, f"{name}/b.csv", f"{HEADS[name]}\n{rows}\n")
    after = everything(at(root, DAY))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name].reset_index(drop=True), frame.reset_index(drop=True), obj=name)
    end = everything(at(root, "2026-06-30"))
    assert {name for name in before if end[name].astype(str).equals(before[name].astype(str))} == set()


def test_a_table_that_is_not_there_has_the_columns_of_one_that_is(tmp_path):
    root = shop(tmp_path, [{}])
    put(root, "links/a.csv", f"{HEADS['links']}\n{ROW['links']}\n")
    there = at(root, DAY)
    (root / "data" / "links" / "a.csv").unlink()
    missing = at(root, DAY)
    wanted = {n: t for n, t in there.links.columns.items() if n not in ("_file", "_line")}
    assert wanted == missing.engine.columns("links")
    assert len(missing.engine.frame(sql.query("SELECT * FROM links"))) == 0
