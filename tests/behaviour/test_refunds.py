"""A refunded order is worth what is left of it, in every function on tables, whichever columns say so."""

from datetime import date

import pandas as pd
import pytest
from support_experiments import PLAN, lines

import ltv
from ltv.experiments.planning import plan_experiment

AS_OF = date(2026, 3, 31)
# what is left is 6 of 10: each table says it in its own words
LEFT_6 = {
    "value": {"amount": 10.0, "value": 6.0, "status": "refunded"},
    "refund": {"amount": 10.0, "refund": 4.0},
    "status": {"amount": 10.0, "refund": 4.0, "status": "refunded"},
    "paid": {"amount": 10.0, "refund": 4.0, "status": "paid"},
    "known": {"amount": 10.0, "refund": 4.0, "status": "refunded", "refunded_at": pd.Timestamp("2026-03-31 23:59")},
    "undated": {"amount": 10.0, "refund": 4.0, "status": "refunded", "refunded_at": None},
}
LEFT_0 = {"amount": 10.0, "status": "refunded"}
LEFT_10 = {"amount": 10.0, "refund": 4.0, "status": "refunded", "refunded_at": pd.Timestamp("2026-04-01")}
WORTH = [*((row, 6.0) for row in LEFT_6.values()), (LEFT_0, 0.0), (LEFT_10, 10.0)]
NAMES = [*LEFT_6, "in_full", "not_known_yet"]


def orders(row, user_ids=(1,), ts="2026-01-05 12:00"):
    return pd.DataFrame([{"user_id": n, "ts": pd.Timestamp(ts)} | row for n in user_ids])


@pytest.mark.parametrize(("row", "worth"), WORTH, ids=NAMES)
@pytest.mark.parametrize("clock", ["calendar", "24h"])
def test_revenue_of_a_cohort_is_what_is_left(row, worth, clock):
    first = ltv.retention(orders(row), as_of=AS_OF, grain="week", periods=1, clock=clock).table.iloc[0]
    assert (first["cohort_size"], first["retained"], first["revenue"]) == (1, 1, worth)
    assert first["cumulative_revenue_per_user"] == worth


@pytest.mark.parametrize(("row", "worth"), WORTH, ids=NAMES)
def test_revenue_of_invitees_is_what_is_left(row, worth):
    sent = pd.DataFrame(
        {"inviter_user_id": [9], "invitee_user_id": [1], "ts": pd.Timestamp("2026-01-01"), "channel": "link"}
    )
    line = ltv.referral(sent, orders(row), as_of=AS_OF).table.iloc[0]
    assert (line["converted"], line["revenue"]) == (1, worth)


def with_a_large_one(row, user_ids, ts):
    """Orders of a hundred people, and one of 100 that is not given back."""
    more = {"amount": 100.0, "value": 100.0, "status": "paid", "refund": 0.0, "refunded_at": pd.NaT}
    return pd.concat([orders(row, user_ids, ts), orders({name: more[name] for name in row}, [1], ts)])


SOME = pytest.mark.parametrize(("row", "worth"), WORTH[1:2] + WORTH[-2:], ids=[NAMES[1], *NAMES[-2:]])


@SOME
def test_value_in_an_experiment_is_what_is_left(row, worth):
    people = range(400)
    met = pd.DataFrame({"user_id": people, "ts": pd.Timestamp("2026-01-01"), "experiment": "blue"})
    met["variant"] = ["control", "treatment"] * 200
    bought = with_a_large_one(row, range(0, 400, 4), "2026-01-05")
    line = lines(ltv.judge(met, bought, experiments=[PLAN], as_of=AS_OF), "value_30d", "welch")
    assert (line["mean_control"], line["mean"]) == pytest.approx((worth / 2, 0.5))


@SOME
def test_value_in_a_plan_is_what_is_left(row, worth):
    people = range(400)
    members = pd.DataFrame({"user_id": people, "registered_at": pd.Timestamp("2026-01-05")})
    bought = with_a_large_one(row, range(0, 400, 4), "2026-01-06")
    plan = plan_experiment(bought, as_of=AS_OF, members=members, metric="value_30d", lift=0.5)
    assert plan.mean == pytest.approx((100 * worth + 100) / 400)


@pytest.mark.parametrize("row", [row for row, _ in WORTH], ids=NAMES)
def test_an_order_that_is_given_back_stays_an_order(row):
    both = pd.concat([orders(row), orders(row, ts="2026-01-06 13:00")])
    again = ltv.returns(both, as_of=AS_OF, days=5).table
    assert again["returned"].tolist() == [0.0, 1.0]
    visits = pd.DataFrame({"user_id": [1], "ts": pd.Timestamp("2026-01-01"), "event": "visit"})
    reached = ltv.funnel(visits, both, as_of=AS_OF, steps=["visit", "pay_success"]).whole["users"]
    assert reached.tolist() == [1, 1]
    states = ltv.lifecycle(both, as_of=date(2026, 1, 6), window_days=1).table
    assert states.set_index("state")["users"].to_dict() == {"new": 0, "retained": 1, "resurrected": 0, "dormant": 0}


@pytest.mark.parametrize("row", [{"amount": -4.0}, {"value": -4.0}, {"amount": -4.0, "status": "refunded"}])
def test_a_negative_amount_is_a_refund_and_no_purchase(row):
    bought = {"amount": 10.0, "value": 10.0, "status": "paid"}
    kept = {name: bought[name] for name in row}
    both = pd.concat([orders(kept), orders(row, ts="2026-01-20")])
    week = ltv.retention(both, as_of=AS_OF, grain="week", periods=2).table.set_index("period")
    assert (week["retained"].tolist(), week["revenue"].tolist()) == ([1, 0, 0], [10.0, 0.0, -4.0])
    assert ltv.returns(both, as_of=AS_OF, days=30).table["returned"].max() == 0
    visits = pd.DataFrame({"user_id": [1], "ts": pd.Timestamp("2026-01-19"), "event": "visit"})
    reached = ltv.funnel(visits, both, as_of=AS_OF, steps=["visit", "submit_order", "pay_success"]).whole["users"]
    assert reached.tolist() == [1, 0, 0]
    other = pd.DataFrame({"user_id": [2, 2], "day": [date(2026, 1, 4), date(2026, 1, 20)]})
    states = ltv.lifecycle(both, events=other, as_of=date(2026, 1, 20), window_days=2).table
    assert states[states["date"] == date(2026, 1, 20)]["users"].sum() == 1
