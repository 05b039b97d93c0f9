"""Margin instead of revenue: where it is known, where it is not, what is given back."""

import pandas as pd
import pytest

from ltv.lifetime.ground import Ground
from ltv.lifetime.margins import with_margins

AT = pd.Timestamp("2026-01-10 12:00")


def orders(**columns):
    return pd.DataFrame(
        {"order_id": ["a", "b", "c", "d"], "user_id": [1, 1, 2, 3], "ts": AT, "amount": [10.0, 20, 40, 80]} | columns
    )


def lines(*margins):
    return pd.DataFrame(margins, columns=["order_id", "margin"])


def money(rows, column="amount"):
    frame = rows if isinstance(rows, pd.DataFrame) else rows.frame()
    return frame.sort_values("order_id")[column].tolist()


def test_the_margin_of_an_order_is_that_of_all_its_lines():
    worth, rows = with_margins(orders(), lines(("a", 1.0), ("a", 2.0), ("b", 5.0), ("c", 4.0), ("d", 8.0)))
    assert worth == "margin" and money(rows) == [3, 5, 4, 8]


def test_an_order_without_lines_or_with_one_that_is_silent_takes_the_share_of_the_others():
    worth, rows = with_margins(orders(), lines(("a", 1.0), ("a", None), ("b", 6.0), ("c", 6.0)))
    assert worth == "margin" and money(rows) == pytest.approx([10 * 12 / 60, 6, 6, 80 * 12 / 60])


def test_what_is_given_back_is_given_back_in_proportion():
    given = orders(refund=[0.0, 10, 40, 0], status=["paid", "refunded", "refunded", "paid"])
    worth, rows = with_margins(given, lines(("a", 1.0), ("b", 5.0), ("c", 4.0), ("d", 8.0)))
    assert worth == "margin" and money(rows, "refund") == [0, 2.5, 4, 0]
    ground = Ground.of(given, as_of=AT.date(), items=lines(("a", 1.0), ("b", 5.0), ("c", 4.0), ("d", 8.0)))
    assert ground.value_of(ground.ledger.user_id, ground.as_of_day).tolist() == [1 + 2.5, 0, 8]


def test_a_loss_is_a_loss():
    items = lines(("a", -3.0), ("b", 5.0), ("c", -4.0), ("d", 30.0))
    ground = Ground.of(orders(), as_of=AT.date(), items=items)
    assert ground.worth == "margin"
    assert ground.value_of(ground.ledger.user_id, ground.as_of_day).tolist() == [2, -4, 30]
    customers = ground.customers(ground.fit(ground.as_of_day), ground.as_of_day, 30)
    assert customers.user_id.tolist() == [1, 2, 3]  # who buys at a loss has bought
    back = pd.concat([orders(), orders(amount=-5.0, user_id=4).assign(order_id=["e", "f", "g", "h"])])
    ground = Ground.of(back, as_of=AT.date(), items=items)
    customers = ground.customers(ground.fit(ground.as_of_day), ground.as_of_day, 30)
    assert customers.user_id.tolist() == [1, 2, 3]  # and who only gave back has not


@pytest.mark.parametrize(
    "items",
    [
        None,
        lines(("a", 1.0)),
        lines(("a", -9.0), ("b", -9.0), ("c", -9.0), ("d", -9.0)),
        lines(("a", None), ("b", None), ("c", None), ("d", None)),
        pd.DataFrame({"order_id": ["a", "b", "c", "d"], "price": 1.0}),
        lines(),
    ],
    ids=["no_items", "of_few_orders", "all_losses", "all_silent", "no_column", "no_rows"],
)
def test_revenue_counts_where_margins_tell_too_little(items):
    worth, rows = with_margins(orders(), items)
    assert worth == "revenue"
    assert money(rows) == [10, 20, 40, 80]


def test_only_paid_orders_and_earlier_ones_say_what_the_share_is():
    given = orders(status=["paid", "paid", "cancelled", "paid"], ts=[AT, AT, AT, AT + pd.Timedelta(days=5)])
    items = lines(("b", 10.0), ("c", 40.0), ("d", 80.0))
    before = (AT + pd.Timedelta(days=1)).to_pydatetime()
    assert money(with_margins(given, items, before=before)[1]) == [5, 10, 40, 80]
    assert money(with_margins(given, items)[1])[0] == pytest.approx(10 * 90 / 100)
