"""Columns of events, orders and registrations as every question about behaviour needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import local_day

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

# a negative amount is a refund of its person, not a visit to the shop
_IS_PURCHASE, _IS_PAID = "amount >= 0", "status IN ('paid', 'refunded')"


@dataclass(frozen=True)
class PeopleTables:
    """Tables in an engine, and the zone of their calendar.

    Attributes:
        engine: where they are.
        names: argument → table.
        timezone: zone of the calendar where tables have `ts` and no `day`.
    """

    engine: Engine
    names: Mapping[str, str]
    timezone: str

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
            if "event" not in columns:
                raise UsageError(found("events columns", ", ".join(columns), "also event"))
            return sql.expression("event = e", e=exp.Literal.string(event))
        if table != "orders":
            return sql.expression("TRUE")
        money = "amount" if "amount" in columns else "value"
        if money not in columns:
            raise UsageError(found("orders columns", ", ".join(columns), "value, or amount"))
        counts = _IS_PURCHASE if "status" not in columns else f"{_IS_PURCHASE} AND {_IS_PAID}"
        return sql.expression(counts, amount=sql.column(money))

    def value(self) -> exp.Expr:
        """Value of an order."""
        columns = self.columns("orders")
        if "value" in columns:
            return sql.column("value")
        if "status" not in columns:
            return sql.column("amount")
        return sql.expression("CASE WHEN status IN ('paid', 'refunded') THEN amount ELSE 0 END")

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
        if "user_id" not in columns:
            raise UsageError(found(f"{table} columns", ", ".join(columns), "also user_id"))
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
