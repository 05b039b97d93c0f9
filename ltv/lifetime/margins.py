"""Margin instead of revenue, where the lines of orders tell it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlglot import exp

from ltv import sql
from ltv.contract.orders import is_purchase
from ltv.lifetime.summaries import CHARGED
from ltv.warehouse.given import order_columns, typed
from ltv.warehouse.local_time import micros
from ltv.warehouse.table import Table, TableLike, together

_ROOM = "ltv.lifetime"
_FEWEST = 0.5  # share of orders with a margin, below which revenue is taken
_NAME, _LINES = "lifetime orders by margin", "lifetime margins"


def with_margins(
    orders: TableLike, items: TableLike | None, *, before: datetime | None = None
) -> tuple[str, TableLike]:
    """Say what an order is worth, and return orders whose money is that.

    Where a margin is known, amount and refund are multiplied by margin ÷ amount; orders without one take the share of all the others.

    Args:
        orders: order_id, amount; refund.
        items: order_id, margin (money of the whole line); without it, or without margins of half of the orders, revenue counts.
        before: exclusive end of what is known, naive UTC: later orders say nothing of the share. Default: all are known.

    Returns:
        `margin` or `revenue`, and the orders.

    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order_id": ["a", "b"], "user_id": 1, "ts": pd.Timestamp("2026-01-01"), "amount": [10.0, 20.0]})
    >>> items = pd.DataFrame({"order_id": ["a", "a"], "margin": [1.0, 2.0]})
    >>> worth, rows = with_margins(orders, items)
    >>> worth, rows.frame().sort_values("order_id")["amount"].tolist()
    ('margin', [3.0, 6.0])
    """
    if items is None:
        return "revenue", orders
    engine, names = together({"orders": orders, "items": items})
    if "margin" not in engine.columns(names["items"]) or "order_id" not in engine.columns(names["orders"]):
        return "revenue", orders
    paid = is_purchase(order_columns(engine, names["orders"]))
    if before is not None and "ts" in engine.columns(names["orders"]):
        ts = typed(engine, "orders", names["orders"], {"ts": "moment"})["ts"]
        known = sql.expression("EPOCH_US(t) < CAST(e AS BIGINT)", t=ts, e=sql.literal(micros(before)))
        paid = exp.and_(paid, known)
    filled = {"is_paid": paid, "money": sql.column("amount")}
    engine.materialise(_LINES, sql.load(_ROOM, "margin_lines", tables=names))
    tables = {"orders": names["orders"], "lines": _LINES}
    told, share = engine.frame(sql.load(_ROOM, "margin_share", tables=tables, columns=filled)).iloc[0]
    if not told >= _FEWEST or not share > 0:
        return "revenue", Table(engine, names["orders"])
    engine.define(_NAME, _by_margin(engine.columns(names["orders"]), names["orders"], float(share)))
    return "margin", Table(engine, _NAME)


def _by_margin(columns: Iterable[str], orders: str, share: float) -> exp.Query:
    """All columns of the orders, with the money of an order in the place of what was charged."""
    text = "COALESCE(m / NULLIF(CAST(a AS DOUBLE), 0), s)"
    parts = {"m": exp.column("margin", table="l"), "a": exp.column("amount", table="o"), "s": sql.literal(share)}
    factor = sql.expression(text, **parts)
    chosen = []
    for name in columns:
        column = exp.column(name, table="o", quoted=True)
        money = sql.expression("CAST(c AS DOUBLE) * f", c=column, f=factor.copy())
        chosen.append(exp.alias_(money, name) if name in ("amount", "refund") else column)
    chosen.append(exp.alias_(exp.column("amount", table="o"), CHARGED, quoted=True))
    tree = exp.select(*chosen).from_(exp.alias_(sql.table(orders), "o", table=True))
    same = exp.EQ(this=exp.column("order_id", table="l"), expression=exp.column("order_id", table="o"))
    return tree.join(exp.alias_(sql.table(_LINES), "l", table=True), on=same, join_type="left")
