"""Columns of events, orders and registrations as every question about behaviour needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.orders import is_purchase, value
from ltv.errors import UsageError, found
from ltv.warehouse.given import order_columns, require
from ltv.warehouse.local_time import local_day

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine


@dataclass(frozen=True)
class PeopleTables:
    """Tables in an engine, and the zone of their calendar.

    Attributes:
        engine: where they are.
        names: argument → table.
        timezone: zone of the calendar where tables have `ts` and no `day`.
        after: exclusive end of what is known, naive UTC: later refunds are not.
    """

    engine: Engine
    names: Mapping[str, str]
    timezone: str
    after: datetime

    @cached_property
    def _orders(self) -> Mapping[str, exp.Expr]:
        return order_columns(self.engine, self.names["orders"])

    def columns(self, table: str) -> dict[str, str]:
        """Names and engine types of the columns of a table."""
        return self.engine.columns(self.names[table])

    def condition(self, table: str, event: str | None = None) -> exp.Expr:
        """What counts in a table: any event or the one asked for, any registration, an order that was paid.

        Raises:
            UsageError: the table lacks a column for it.
        """
        columns = self.columns(table)
        if table == "events" and event is not None:
            require("events", columns, "event")
            return sql.expression("event = e", e=exp.Literal.string(event))
        if table != "orders":
            return sql.expression("TRUE")
        return is_purchase(self._orders)

    def value(self) -> exp.Expr:
        """Value of an order, less the refunds known by then."""
        return value(self._orders, self.after)

    def moment(self, table: str) -> exp.Expr:
        """The very moment of a row.

        Raises:
            UsageError: the table has days only.
        """
        columns = self.columns(table)
        time = next((c for c in ("ts", "registered_at") if c in columns), None)
        if time is None:
            raise UsageError(found(f"{table} columns", ", ".join(columns), "ts"))
        return sql.column(time)

    def day(self, table: str) -> exp.Expr:
        """The calendar day of a row in the zone.

        Raises:
            UsageError: a column is not there.
        """
        columns = self.columns(table)
        require(table, columns, "user_id")
        if "day" in columns:
            return sql.column("day")
        time = next((c for c in ("ts", "registered_at") if c in columns), None)
        if time is None:
            raise UsageError(found(f"{table} columns", ", ".join(columns), "day, or ts"))
        return local_day(sql.column(time), self.timezone, *self._span(table, time))

    def _span(self, table: str, time: str) -> tuple[datetime, datetime]:
        columns = {"moment": sql.column(time)}
        tree = sql.load("ltv.behaviour", "span", tables={"rows": self.names[table]}, columns=columns)
        low, high = self.engine.frame(tree).iloc[0]
        if low != low or low is None:  # noqa: PLR0124  NaT: no rows, so any span will do
            return datetime(1970, 1, 1), datetime(1970, 1, 2)  # noqa: DTZ001  engine times are naive UTC
        return low.to_pydatetime(), high.to_pydatetime()
