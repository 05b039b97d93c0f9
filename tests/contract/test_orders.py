"""What an order is worth: CONTRACT's sentence, case by case, on the columns that a table happens to have."""

from datetime import datetime

import pandas as pd
import pytest
from sqlglot import exp

from ltv import sql
from ltv.contract.orders import is_purchase, refund, value
from ltv.errors import UsageError
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.given import order_columns

AS_OF = datetime(2026, 6, 16)

CASES = [
    ({"amount": 10.0}, 10, True),
    ({"amount": 0.0}, 0, True),
    ({"amount": -4.0}, -4, False),
    ({"value": 7.0}, 7, True),
    ({"value": -7.0}, -7, False),
    ({"amount": 10.0, "status": "paid"}, 10, True),
    ({"amount": 10.0, "status": "cancelled"}, 0, False),
    ({"amount": 10.0, "status": "failed", "refund": 3.0}, 0, False),
    ({"amount": 10.0, "status": "timeout"}, 0, False),
    ({"amount": 10.0, "status": "paid", "value": 6.0}, 6, True),
    ({"amount": 10.0, "refund": 3.0}, 7, True),
    ({"amount": 10.0, "refund": None}, 10, True),
    ({"amount": 10.0, "status": "paid", "refund": 3.0}, 7, True),
    ({"amount": 10.0, "status": "refunded", "refund": 4.0}, 6, True),
    ({"amount": 10.0, "status": "refunded", "refund": 12.0}, -2, True),
    ({"amount": 10.0, "status": "refunded"}, 0, True),
    ({"amount": 10.0, "status": "refunded", "refund": None}, 0, True),
    ({"amount": -4.0, "status": "refunded"}, -4, False),
    ({"amount": 10.0, "status": "refunded", "refunded_at": "2026-06-15 23:59:59.999999"}, 0, True),
    ({"amount": 10.0, "status": "refunded", "refunded_at": "2026-06-16"}, 10, True),
    ({"amount": 10.0, "refund": 3.0, "refunded_at": "2026-06-10"}, 7, True),
    ({"amount": 10.0, "refund": 3.0, "refunded_at": "2026-06-20"}, 10, True),
    ({"amount": 10.0, "refund": 3.0, "refunded_at": None}, 7, True),
]


def told(row, what):
    frame = pd.DataFrame([row])
    if "refunded_at" in row:
        frame["refunded_at"] = pd.to_datetime(frame["refunded_at"])
    with DuckEngine() as engine:
        engine.register("orders", frame)
        return engine.scalar(exp.select(what(order_columns(engine, "orders"))).from_(sql.table("orders")))


@pytest.mark.parametrize(("row", "worth", "bought"), CASES)
def test_an_order_is_worth_its_amount_less_the_refunds_known_by_then(row, worth, bought):
    assert told(row, lambda c: value(c, AS_OF)) == worth
    assert told(row, is_purchase) is bought


def test_a_refund_is_told_by_itself_and_a_refund_of_a_refund_is_none():
    assert told({"amount": 10.0, "status": "refunded"}, refund) == 10
    assert told({"amount": 10.0, "status": "paid", "refund": 2.5}, refund) == 2.5
    assert told({"amount": -4.0, "status": "refunded"}, refund) == 0
    assert told({"amount": 10.0, "status": "paid"}, refund) == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"status": "paid"}, "orders columns: found 'status', allowed: also amount or value"),
        ({"amount": "ten"}, "orders.amount: found 'varchar', allowed: numbers"),
        ({"amount": 1.0, "refund": "one"}, "orders.refund: found 'varchar', allowed: numbers"),
        ({"amount": 1.0, "refunded_at": 5}, "orders.refunded_at: found 'bigint', allowed: times"),
    ],
)
def test_what_cannot_be_read_is_named(row, said):
    frame = pd.DataFrame([row])
    with DuckEngine() as engine, pytest.raises(UsageError, match="^" + said + "$"):
        engine.register("orders", frame)
        order_columns(engine, "orders")


def test_a_column_without_any_value_is_of_the_kind_that_is_wanted():
    frame = pd.DataFrame({"amount": [1.0], "refund": [None], "refunded_at": [None], "status": [None]})
    with DuckEngine() as engine:
        engine.register("orders", frame)
        columns = order_columns(engine, "orders")
        assert engine.scalar(exp.select(refund(columns, AS_OF)).from_(sql.table("orders"))) == 0
