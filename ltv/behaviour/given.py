"""Tables that were given, in one form: which columns they must have, their local days, orders with value and purchase."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.behaviour.buckets import bucket_sql
from ltv.contract.orders import is_purchase, value
from ltv.errors import UsageError, found
from ltv.warehouse import given
from ltv.warehouse.local_time import local_day

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine


def require(engine: Engine, argument: str, table: str, *columns: str) -> dict[str, str]:
    """Columns of a table.

    Raises:
        UsageError: some are missing, or a `…_id` of people is no number.
    """
    there = engine.columns(table)
    given.require(argument, there, *columns)
    for name in (c for c in columns if c.endswith("user_id")):
        given.check_kind(argument, name, "person", there[name])
    return there


def positive(name: str, value: float, most: int) -> None:
    """Check a whole number of an argument.

    Raises:
        UsageError: it is not from 1 to `most`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise UsageError(found(name, value, f"a whole number from 1 to {most:,}"))


def orders_form(engine: Engine, table: str, after: datetime) -> exp.Query:
    """Orders as user_id, ts, value and is_purchase, as they are known before an instant (naive UTC)."""
    require(engine, "orders", table, "user_id", "ts")
    columns = given.order_columns(engine, table)
    named = {
        "value": value(columns, after),
        "is_purchase": sql.expression("COALESCE(p, FALSE)", p=is_purchase(columns)),
    }
    tree = exp.select("user_id", "ts", *(exp.alias_(e, n) for n, e in named.items()))
    return tree.from_(sql.table(table))


def day_number(engine: Engine, table: str, time: str, timezone: str, span: tuple[datetime, datetime]) -> exp.Expr:
    """The local day of each row, as days since 1970-01-01."""
    has_day = "day" in engine.columns(table)
    day = sql.column("day") if has_day else local_day(sql.column(time), timezone, *span)
    return bucket_sql(day, "day")


def day_of(number: int) -> date:
    """The day of a number of days since 1970-01-01.

    >>> day_of(1).isoformat()
    '1970-01-02'
    """
    return date.fromordinal(date(1970, 1, 1).toordinal() + number)
