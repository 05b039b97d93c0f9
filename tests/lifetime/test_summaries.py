"""From orders to customers at a cutoff: purchase days, refunds, leaks, and the same on arrays."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.lifetime.summaries import Ledger, day_number, histories, movements, summaries

CUTOFF = date(2026, 3, 1)


def orders(*rows):
    names = ["user_id", "ts", "amount", "status", "refund", "refunded_at"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        ts=pd.to_datetime(frame["ts"]),
        refunded_at=pd.to_datetime(frame["refunded_at"]),
        refund=frame["refund"].astype(float),
    )


def at(frame, cutoff=CUTOFF, **options):
    return summaries(movements(frame, **options), cutoff=cutoff).set_index("user_id")


def test_purchases_of_a_day_are_one_and_the_unpaid_none():
    table = at(
        orders(
            (1, "2026-01-01 01:00", 10, "paid", None, None),
            (1, "2026-01-01 23:00", 5, "paid", None, None),
            (1, "2026-01-11 00:00", 7, "paid", None, None),
            (1, "2026-01-21 00:00", 9, "failed", None, None),
            (2, "2026-01-21 00:00", 9, "cancelled", None, None),
            (None, "2026-01-21 00:00", 9, "paid", None, None),
        )
    )
    assert table.index.tolist() == [1]
    columns = ["frequency", "recency_days", "age_days", "spent", "repeat_value"]
    assert table.loc[1, columns].tolist() == [1, 10, 58, 22, 7]


def test_a_refund_counts_from_the_day_on_which_it_is_known():
    frame = orders(
        (1, "2026-01-01", 10, "paid", None, None),
        (1, "2026-01-11", 10, "refunded", None, "2026-02-01"),
        (1, "2026-01-21", 10, "paid", 4, "2026-03-05"),
        (1, "2026-01-31", 10, "paid", 1, None),
    )
    before = at(frame, date(2026, 2, 1)).loc[1]
    assert (before["frequency"], before["spent"]) == (3, 39)
    after = at(frame).loc[1]
    assert (after["frequency"], after["spent"], after["repeat_value"]) == (2, 29, 19)
    assert at(frame, date(2026, 3, 6)).loc[1, "spent"] == 25


def test_a_negative_amount_is_a_refund_and_no_purchase_and_what_is_free_is_one():
    table = at(
        orders(
            (1, "2026-01-01", 10, "paid", None, None),
            (1, "2026-01-02", -4, "paid", None, None),
            (1, "2026-01-03", 0, "paid", None, None),
            (2, "2026-01-01", 8, "paid", None, None),
            (2, "2026-01-01", -8, "paid", None, None),
            (3, "2026-01-01", -8, "paid", None, None),
        )
    )
    assert table.index.tolist() == [1]
    assert table.loc[1, ["frequency", "recency_days", "spent", "repeat_value"]].tolist() == [1, 2, 6, -4]
    assert histories(table.reset_index()).value.tolist() == [0.0]


def test_days_are_those_of_the_zone():
    frame = orders((1, "2026-01-01 15:00", 10, "paid", None, None), (1, "2026-01-01 17:00", 10, "paid", None, None))
    assert at(frame).loc[1, "frequency"] == 0
    assert at(frame, timezone="Asia/Shanghai").loc[1, "frequency"] == 1


def random_orders(n, seed):
    draw = np.random.default_rng(seed)
    ts = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 120 * 86_400, n), unit="s")
    amount = np.round(draw.gamma(2, 20, n), 2) * np.where(draw.random(n) < 0.06, -1, 1) * (draw.random(n) > 0.03)
    back = draw.random(n) < 0.2
    refund = np.where(back, np.round(np.maximum(amount, 0) * draw.choice([0.5, 1.0], n), 2), np.nan)
    refunded_at = pd.Series(ts + pd.to_timedelta(draw.integers(0, 40 * 86_400, n), unit="s")).where(back)
    status = draw.choice(["paid", "refunded", "failed"], n, p=[0.85, 0.05, 0.1])
    return pd.DataFrame(
        {
            "user_id": draw.integers(0, 80, n),
            "ts": ts,
            "amount": amount,
            "status": status,
            "refund": refund,
            "refunded_at": refunded_at,
        }
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_after_the_cutoff_moves_anything(seed):
    frame = random_orders(900, seed)
    known = frame[frame["ts"] < pd.Timestamp(CUTOFF)].copy()
    later = known["refunded_at"] >= pd.Timestamp(CUTOFF)
    known.loc[later & (known["status"] == "refunded"), "status"] = "paid"
    known.loc[later, ["refund", "refunded_at"]] = None
    pd.testing.assert_frame_equal(at(frame), at(known))


@pytest.mark.parametrize("seed", [4, 5])
def test_arrays_give_what_the_engine_gives_at_any_cutoff(seed):
    table = movements(random_orders(900, seed))
    ledger = Ledger.of(table)
    for days in (1, 20, 59, 90, 130):
        cutoff = date(2026, 1, 1) + timedelta(days=days)
        rows, number = summaries(table, cutoff=cutoff), day_number(cutoff)
        of = ledger.days(0, number, number)
        frame = pd.DataFrame(
            {"user_id": ledger.user_id[of.person], "day": of.day, "value": of.value, "bought": of.is_purchase}
        )
        bought = frame[frame["bought"]].groupby("user_id")["day"]
        spent = frame.groupby("user_id")["value"].sum()
        assert rows["user_id"].tolist() == list(bought.groups)
        assert rows["frequency"].tolist() == (bought.size() - 1).tolist()
        assert rows["recency_days"].tolist() == (bought.max() - bought.min()).tolist()
        assert rows["age_days"].tolist() == (number - 1 - bought.min()).tolist()
        assert rows["spent"].to_numpy() == pytest.approx(spent[rows["user_id"]].to_numpy())


def test_value_of_a_window_is_known_at_its_end_and_parts_add_up():
    frame = orders(
        (1, "2026-01-01", 10, "paid", 3, "2026-01-20"),
        (1, "2026-01-11", 10, "paid", None, None),
        (2, "2026-01-05", 8, "paid", 8, "2026-01-06"),
    )
    ledger = Ledger.of(movements(frame))
    start = day_number(date(2026, 1, 1))
    assert ledger.value(start, start + 10).tolist() == [10, 0]
    assert ledger.value(start, start + 19).tolist() == [20, 0]
    assert ledger.value(start, start + 20).tolist() == [17, 0]


def test_a_margin_is_taken_instead_of_revenue():
    frame = orders((1, "2026-01-01", 10, "paid", None, None)).assign(margin=3.0)
    assert at(frame, value="margin").loc[1, "spent"] == 3
    with pytest.raises(UsageError, match="allowed: profit"):
        movements(frame, value="profit")


def test_no_orders_give_no_customers():
    frame = orders((1, "2026-04-01", 10, "paid", None, None))
    assert len(at(frame)) == 0
    assert len(Ledger.of(movements(frame)).days(0, 10, 10).person) == 0
