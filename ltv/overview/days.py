"""What no result table tells: net revenue and known people of each day, from the orders and events themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ltv import sql
from ltv.behaviour.given import day_number, day_of, orders_form, require
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from sqlglot import exp

    from ltv.warehouse.engine import Engine

Days = Mapping[date, float]
_ROOM, _ORDERS = "ltv.overview", "overview orders"
_EPOCH = date(1970, 1, 1).toordinal()
_LONG_AGO = datetime(1999, 12, 31)  # noqa: DTZ001  engine times are naive UTC
SPAN_DAYS = 70  # eight weeks of seven-day sums, and a week before the first


def revenue_of_days(orders: TableLike, *, as_of: date, timezone: str) -> Days:
    """Net value of each of the last days by the time of the order; a day without orders is 0, days before the first are left out.

    Args:
        orders: user_id, ts, amount or value, status.
        as_of: the last day included.
        timezone: zone of the days.

    Raises:
        UsageError: a column is missing.
    """
    engine, names = together({"orders": orders})
    until = day_end(as_of, timezone)
    try:
        engine.define(_ORDERS, orders_form(engine, names["orders"], until))
        columns = {"worth": sql.column("value")} | _moment(engine, _ORDERS, timezone, until)
        tree = sql.load(_ROOM, "revenue_of_days", tables={"orders": _ORDERS}, columns=columns)
        return _filled(_read(engine, tree, as_of, until), as_of)
    finally:
        engine.drop([_ORDERS])


def people_of_days(events: TableLike, *, as_of: date, timezone: str) -> Days:
    """Known people with an event on each of the last days.

    Args:
        events: user_id, ts.
        as_of: the last day included.
        timezone: zone of the days.

    Raises:
        UsageError: a column is missing.
    """
    engine, names = together({"events": events})
    require(engine, "events", names["events"], "user_id", "ts")
    until = day_end(as_of, timezone)
    columns = _moment(engine, names["events"], timezone, until)
    tree = sql.load(_ROOM, "people_of_days", tables={"rows": names["events"]}, columns=columns)
    return _read(engine, tree, as_of, until)


def sums_of_seven(days: Days) -> Days:
    """For each day the sum of the seven days that end with it, where all seven are there.

    >>> week = {date(2026, 6, n): 1.0 for n in range(1, 9)}
    >>> sums_of_seven(week)
    {datetime.date(2026, 6, 7): 7.0, datetime.date(2026, 6, 8): 7.0}
    """
    out = {}
    for day in sorted(days):
        week = [days.get(day - timedelta(days=back)) for back in range(7)]
        known = [value for value in week if value is not None]
        if len(known) == len(week):
            out[day] = sum(known)
    return out


def _moment(engine: Engine, table: str, timezone: str, until: datetime) -> dict[str, exp.Expr]:
    return {"moment": sql.column("ts"), "day_number": day_number(engine, table, "ts", timezone, (_LONG_AGO, until))}


def _read(engine: Engine, tree: exp.Query, as_of: date, until: datetime) -> dict[date, float]:
    since = as_of.toordinal() - _EPOCH - SPAN_DAYS + 1
    rows = engine.frame(tree, {"as_of": until, "since": since}).dropna()
    return {day_of(int(n)): float(value) for n, value in zip(rows["n"], rows["value"], strict=True)}


def _filled(days: dict[date, float], as_of: date) -> Days:
    if not days:
        return {}
    first = min(days)
    every = [first + timedelta(days=n) for n in range((as_of - first).days + 1)]
    return {day: days.get(day, 0.0) for day in every}
