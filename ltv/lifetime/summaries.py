"""From orders to what is known of each customer at a cutoff: net of the refunds known by then, one row a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ltv import sql
from ltv.behaviour.buckets import bucket_sql
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.contract.orders import is_paid
from ltv.errors import UsageError, found
from ltv.lifetime.histories import Histories
from ltv.lifetime.maximum import Floats, Ints
from ltv.warehouse.given import order_columns, typed
from ltv.warehouse.local_time import local_day
from ltv.warehouse.table import Table, TableLike, together

if TYPE_CHECKING:
    import pandas as pd
    from sqlglot import exp

CHARGED = "charged before margins"  # column: a purchase at a loss is one, and no return
_ROOM = "ltv.lifetime"
_MOVEMENTS = "lifetime movements"
_EPOCH = date(1970, 1, 1)
_ALL_TIME = datetime(9999, 12, 31)  # noqa: DTZ001  engine times are naive UTC; cutoffs come later


def movements(orders: TableLike, *, timezone: str = "UTC", value: str | None = None) -> Table:
    """What was bought, and given back, by person and day, with the day on which it was known.

    Everything about value at any cutoff follows from these rows: those with `known_day` before it.

    Args:
        orders: user_id, ts (or day), amount, and where there are such: status, refund, refunded_at.
        timezone: zone of the calendar.
        value: another column to take as what an order is worth, e.g. a margin.

    Returns:
        user_id, day, known_day (days since 1970-01-01), sold, amount (net), purchases; a table of the engine of `orders`.

    Raises:
        UsageError: a column is not there, or persons are no whole numbers.
    """
    engine, names = together({"orders": orders})
    tables = PeopleTables(engine, names, timezone, _ALL_TIME)
    columns = tables.columns("orders")
    money = value or ("amount" if "amount" in columns else "value")
    if money not in columns:
        raise UsageError(found("orders columns", ", ".join(columns), money if value else "also amount"))
    refund = "refund" in columns and money == "amount"
    typed(engine, "orders", names["orders"], {"user_id": "person"})
    day = bucket_sql(tables.day("orders"), "day")
    named = {
        "sold_day": day,
        "refund_day": _refund_day(tables, day) if refund else day.copy(),
        "money": sql.column(money),
        "charged": sql.column(CHARGED if CHARGED in columns else money),
        "refunded": _refunded(columns) if refund else sql.expression("0"),
        "is_paid": is_paid(order_columns(engine, names["orders"])),
    }
    engine.materialise(_MOVEMENTS, sql.load(_ROOM, "movements", tables=names, columns=named))
    return Table(engine, _MOVEMENTS)


def summaries(of: Table, *, cutoff: date) -> pd.DataFrame:
    """Customers as they were known when the cutoff day began.

    Args:
        of: by `movements`.
        cutoff: first day that is not looked at.

    Returns:
        One row for everybody with a purchase before it, by user_id: first_day, frequency (days with a purchase after the
        first), recency_days (first to last), age_days (first to the day before the cutoff), spent and repeat_value (net).

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-03", "2026-01-03"])
    >>> bought = pd.DataFrame({"user_id": 1, "ts": days, "amount": [5.0, 2.0, 3.0], "status": "paid"})
    >>> row = summaries(movements(bought), cutoff=date(2026, 1, 11)).iloc[0]
    >>> [float(row[name]) for name in ("frequency", "recency_days", "age_days", "spent", "repeat_value")]
    [1.0, 2.0, 9.0, 10.0, 5.0]
    """
    given = {"cutoff_day": day_number(cutoff)}
    rows = of.engine.frame(sql.load(_ROOM, "summaries", tables={"movements": of.name}), given)
    return rows.sort_values("user_id", ignore_index=True)


def histories(rows: pd.DataFrame) -> Histories:
    """Rows of `summaries` as buy-till-you-die models see them."""
    frequency = rows["frequency"].to_numpy(np.float64)
    value = np.maximum(rows["repeat_value"].to_numpy(np.float64), 0.0) / np.maximum(frequency, 1)
    return Histories(frequency, rows["recency_days"].to_numpy(np.float64), rows["age_days"].to_numpy(np.float64), value)


@dataclass(frozen=True, eq=False)
class Days:
    """Net value by person and day, ascending.

    Attributes:
        person: place of the person in the ledger's `user_id`.
        day: days since 1970-01-01.
        value: net, money.
        is_purchase: something was bought that was not all given back; what is free counts.
    """

    person: Ints
    day: Ints
    value: Floats
    is_purchase: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ledger:
    """The rows of `movements` as arrays, by person and day: many cutoffs are looked at without asking the engine again.

    Attributes:
        user_id: of each person, ascending.
        person: place in `user_id`.
        day: of the order, days since 1970-01-01.
        known_day: on which the row was known.
        sold: money of what was bought.
        amount: the same less what was given back.
        purchases: orders.
    """

    user_id: Ints
    person: Ints
    day: Ints
    known_day: Ints
    sold: Floats
    amount: Floats
    purchases: Ints

    @classmethod
    def of(cls, table: Table) -> Ledger:
        """Read a table of movements."""
        rows = table.frame().sort_values(["user_id", "day", "known_day"])
        user_id, person = np.unique(rows["user_id"].to_numpy(np.int64), return_inverse=True)
        return cls(
            user_id=user_id,
            person=person.astype(np.int64),
            day=rows["day"].to_numpy(np.int64),
            known_day=rows["known_day"].to_numpy(np.int64),
            sold=rows["sold"].to_numpy(np.float64),
            amount=rows["amount"].to_numpy(np.float64),
            purchases=rows["purchases"].to_numpy(np.int64),
        )

    def days(self, since: int, until: int, known_by: int) -> Days:
        """Days from `since` to before `until`, as known when day `known_by` began."""
        use = (self.day >= since) & (self.day < until) & (self.known_day < known_by)
        person, day = self.person[use], self.day[use]
        starts = np.flatnonzero((np.diff(person, prepend=-1) != 0) | (np.diff(day, prepend=-1) != 0))
        if not len(starts):
            return Days(person, day, self.amount[use], np.zeros(0, np.bool_))
        sold, value, purchases = (np.add.reduceat(c[use], starts) for c in (self.sold, self.amount, self.purchases))
        value = np.round(value, 6)
        return Days(person[starts], day[starts], value, (purchases > 0) & ((value > 0) | (sold == 0)))

    def value(self, since: int, until: int) -> Floats:
        """Net value of each person's orders from `since` to before `until`, as known at its end; shape (people,)."""
        of = self.days(since, until, until)
        return np.bincount(of.person, of.value, len(self.user_id)).astype(np.float64)


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - _EPOCH) // timedelta(days=1)


def _refunded(columns: dict[str, str]) -> exp.Expr:
    """A refunded order without an amount was given back in full."""
    if "status" not in columns:
        return sql.expression("COALESCE(refund, 0)")
    return sql.expression("CASE WHEN status = 'refunded' THEN COALESCE(refund, amount) ELSE COALESCE(refund, 0) END")


def _refund_day(tables: PeopleTables, day: exp.Expr) -> exp.Expr:
    """The local day of a refund; that of the order where it is not known."""
    if "refunded_at" not in tables.columns("orders"):
        return day.copy()
    moment = {"moment": sql.column("refunded_at")}
    tree = sql.load("ltv.behaviour", "span", tables={"rows": tables.names["orders"]}, columns=moment)
    low, high = tables.engine.frame(tree).iloc[0]
    if low is None or low != low:  # noqa: PLR0124  NaT: nothing was refunded
        return day.copy()
    back = local_day(sql.column("refunded_at"), tables.timezone, low.to_pydatetime(), high.to_pydatetime())
    return sql.expression("COALESCE(r, d)", r=bucket_sql(back, "day"), d=day.copy())
