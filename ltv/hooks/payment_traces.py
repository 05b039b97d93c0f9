"""Payments as their traces tell them: how far they come, how long they take, and where they disagree with the orders."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ltv.hooks.payment_funnel import cut_payments, funnel_of
from ltv.hooks.payment_result import PaymentTraces
from ltv.hooks.reconcile import Expected, Reconciled, charges_of, orders_of, reconcile
from ltv.hooks.spans import Forest, traces
from ltv.warehouse.local_time import day_end, micros
from ltv.warehouse.table import TableLike, together

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  engine times are naive UTC


def payment_traces(
    spans: TableLike | Forest,
    orders: TableLike | None = None,
    *,
    as_of: date,
    timezone: str = "UTC",
    days: int = 30,
    expected: Expected | None = None,
    currency: str = "CNY",
) -> PaymentTraces:
    """Read payments from their traces and compare them with the orders.

    A payment is a span with the attribute `payment.amount` (fen); `payment.channel` and `order.id` are read beside it. One whose status is
    ERROR charged nothing.

    Args:
        spans: trace_id, span_id, service, name, started_at, duration_us; parent_span_id, status, attributes (JSON); or what `traces` read of them.
        orders: order_id, ts, amount (major units), status; source, payment_channel, updated_at. None: nothing is compared.
        as_of: the last day included.
        timezone: zone of the as-of day.
        days: so many days up to it, where the spans are a table.
        expected: where a paid order should have a span.
        currency: in which money is written.

    Returns:
        `.table` is `payment_funnel`, `.mismatches` is `payment_mismatches`.

    Raises:
        UsageError: a column is not there, or `days` is out of range.

    >>> import pandas as pd
    >>> pay = '{"payment.amount": 1250, "payment.channel": "alipay", "order.id": "A1"}'
    >>> ran = pd.DataFrame({"trace_id": "t", "span_id": ["a", "b"], "parent_span_id": [None, "a"], "service": ["gate", "pay"], "name": ["POST", "charge"],
    ...     "started_at": pd.to_datetime(["2026-01-01 10:00"] * 2), "duration_us": [90_000, 60_000], "status": "OK", "attributes": ["{}", pay]})
    >>> bought = pd.DataFrame({"order_id": ["A1"], "ts": pd.to_datetime(["2026-01-01 10:00"]), "amount": [13.5], "status": ["paid"]})
    >>> told = payment_traces(ran, bought, as_of=date(2026, 1, 2))
    >>> told.mismatches[["kind", "order_id", "order_amount", "charged", "at_stake"]].values.tolist()
    [['amount_differs', 'A1', 13.5, 12.5, 1.0]]
    """
    read = spans if isinstance(spans, Forest) else traces(spans, as_of=as_of, timezone=timezone, days=days)
    told = _compared(orders, read, day_end(as_of, timezone), expected or Expected())
    return PaymentTraces(
        funnel_of(read),
        currency=currency,
        as_of=as_of,
        timezone=timezone,
        compared=told,
        counts=read.counts | {"cut": cut_payments(read)},
        traces=read.traces,
    )


def _compared(orders: TableLike | None, read: Forest, after: datetime, expected: Expected) -> Reconciled | None:
    if orders is None or not len(read.trace):
        return None
    engine, names = together({"orders": orders})
    span = int(read.started.min()), int(read.started.max())
    charges = charges_of(read)
    named = (
        charges[["order_id"]].dropna().drop_duplicates().rename(columns={"order_id": "named"}).astype({"named": "str"})
    )
    told = orders_of(engine, names["orders"], named, since=EPOCH + timedelta(microseconds=span[0]), after=after)
    return reconcile(charges, told, span=span, end=micros(after), expected=expected)
