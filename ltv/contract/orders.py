"""What a paid order is and what it is worth at an instant: said once, for every room.

Value = amount − refunds known by then where paid or refunded, else 0. A refund without `refunded_at` counts at the order's
own time. A negative amount is a refund of its person at its own time, and no purchase. An order marked refunded without the
amount of its refund was given back in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlglot import exp

from ltv import sql

Columns = Mapping[str, exp.Expr]
# what is read of orders, by the kind of its values; each but the money may be missing
OPTIONAL: dict[str, str] = {
    "amount": "number",
    "value": "number",
    "discount": "number",
    "refund": "number",
    "refunded_at": "moment",
    "status": "text",
}


def is_paid(columns: Columns) -> exp.Expr:
    r"""Whether an order was paid, also where it was given back later; without a status every one was.

    >>> is_paid({"status": sql.column("s")}).sql(dialect="duckdb")
    '"s" IN (\'paid\', \'refunded\')'
    """
    return sql.expression("status IN ('paid', 'refunded')", **_of(columns, "status")) if "status" in columns else _TRUE


def is_placed(columns: Columns) -> exp.Expr:
    """Whether a row is an order at all: a negative amount is a refund."""
    return sql.expression("m >= 0", m=money(columns)) if {"amount", "value"} & set(columns) else _TRUE


def is_purchase(columns: Columns) -> exp.Expr:
    r"""Whether a row is a paid order. NULL, not false, where a column of it is NULL.

    >>> is_purchase({"amount": sql.column("a"), "status": sql.column("s")}).sql(dialect="duckdb")
    '"a" >= 0 AND "s" IN (\'paid\', \'refunded\')'
    """
    known = [e for e in (is_placed(columns), is_paid(columns)) if e is not _TRUE]
    return exp.and_(*known) if known else _TRUE


def refund(columns: Columns, as_of: datetime | exp.Expr | None = None) -> exp.Expr:
    """What was given back of an order.

    Args:
        columns: the columns that there are, by name.
        as_of: exclusive end of what is known, naive UTC, or an expression that tells it of each row; None where the table
            holds nothing later.
    """
    parts = [columns["refund"].copy()] if "refund" in columns else []
    if "status" in columns:
        # a row that is a refund itself is not given back by being marked so
        text = "CASE WHEN status = 'refunded' AND m >= 0 THEN m END"
        parts.append(sql.expression(text, m=money(columns), **_of(columns, "status")))
    if not parts:
        return _ZERO
    back = exp.Coalesce(this=parts[0], expressions=[*parts[1:], _ZERO.copy()])
    if "refunded_at" not in columns or as_of is None:
        return back
    end = as_of if isinstance(as_of, exp.Expr) else sql.literal(as_of)
    later = sql.expression("refunded_at >= t", t=end, **_of(columns, "refunded_at"))
    return sql.expression("CASE WHEN l THEN 0 ELSE b END", l=later, b=back)


def value(columns: Columns, as_of: datetime | exp.Expr | None = None) -> exp.Expr:
    """What an order is worth; a `value` that is there was worked out before.

    Args:
        columns: the columns that there are, by name.
        as_of: exclusive end of what is known, naive UTC, or an expression that tells it of each row; None where the table
            holds nothing later.

    >>> value({"amount": sql.column("a"), "refund": sql.column("r")}).sql(dialect="duckdb")
    '"a" - COALESCE("r", 0)'
    """
    if "value" in columns:
        return columns["value"]
    net, paid, back = money(columns), is_paid(columns), refund(columns, as_of)
    if back is not _ZERO:
        net = sql.expression("m - b", m=net, b=back)
    return net if paid is _TRUE else sql.expression("CASE WHEN p THEN n ELSE 0 END", p=paid, n=net)


def money(columns: Columns) -> exp.Expr:
    """What was charged, or where only that is there what is left of it."""
    return columns["amount"] if "amount" in columns else columns["value"]


_TRUE, _ZERO = exp.true(), exp.Literal.number(0)


def _of(columns: Columns, name: str) -> dict[str, exp.Expr]:
    return {name: columns[name]}
