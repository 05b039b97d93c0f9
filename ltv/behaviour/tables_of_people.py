"""Columns of events, orders and registrations as every question about behaviour needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.orders import is_purchase, value
from ltv.errors import UsageError, found
from ltv.warehouse.given import order_columns, require, typed
from ltv.warehouse.local_time import day_of, local_day

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
        if table not in self._asked:
            self._asked[table] = self.engine.columns(self.names[table])
        return self._asked[table]

    @cached_property
    def _asked(self) -> dict[str, dict[str, str]]:
        return {}

    def condition(self, table: str, event: str | None = None) -> exp.Expr:
        """What counts in a table: any event or the one asked for, any registration, an order that was paid; nothing later.

        Raises:
            UsageError: the table lacks a column for it.
        """
        counts, known = self._counts(table, event), self._is_known(table)
        return counts if known is None else sql.expression("c AND k", c=counts, k=known)

    def _counts(self, table: str, event: str | None) -> exp.Expr:
        if table == "events" and event is not None:
            require("events", self.columns(table), "event")
            return sql.expression("event = e", e=exp.Literal.string(event))
        return is_purchase(self._orders) if table == "orders" else sql.expression("TRUE")

    def value(self) -> exp.Expr:
        """Value of an order, less the refunds known by then; of later ones nothing."""
        worth, known = value(self._orders, self.after), self._is_known("orders")
        return worth if known is None else sql.expression("CASE WHEN k THEN w ELSE 0 END", k=known, w=worth)

    def moment(self, table: str) -> exp.Expr:
        """The very moment of a row.

        Raises:
            UsageError: the table has days only.
        """
        name = self._time(table)
        if name is None:
            raise UsageError(found(f"{table} columns", ", ".join(self.columns(table)), "ts"))
        return self._typed(table, name)

    def day(self, table: str) -> exp.Expr:
        """The calendar day of a row in the zone.

        Raises:
            UsageError: a column is not there.
        """
        name = self._when(table)
        column = self._typed(table, name)
        return column if name == "day" else local_day(column, self.timezone, *(self._ends(table) or _NO_SPAN))

    def first_day(self, table: str) -> date | None:
        """The calendar day of the first row, or None where there is no row."""
        ends = self._ends(table)
        if ends is None or self._when(table) == "day":
            return ends and ends[0].date()
        return day_of(ends[0], self.timezone)

    def _when(self, table: str) -> str:
        """The column that tells the time: the day where it was worked out before."""
        columns = self.columns(table)
        require(table, columns, "user_id")
        name = "day" if "day" in columns else self._time(table)
        if name is None:
            raise UsageError(found(f"{table} columns", ", ".join(columns), "day, or ts"))
        return name

    def _time(self, table: str) -> str | None:
        return next((c for c in ("ts", "registered_at", "started_at") if c in self.columns(table)), None)

    def _typed(self, table: str, name: str) -> exp.Expr:
        return typed(self.engine, table, self.names[table], {name: "moment"})[name]

    def _is_known(self, table: str) -> exp.Expr | None:
        """Whether a row lies before the end; None where all do."""
        name, ends = self._when(table), self._ends(table)
        # the day that begins at the end or later, whatever the zone, or the moment
        end = datetime.combine(day_of(self.after, self.timezone), time()) if name == "day" else self.after
        if ends is None or ends[1] < end:
            return None
        return sql.expression("t < e", t=self._typed(table, name), e=sql.literal(end))

    def _ends(self, table: str) -> tuple[datetime, datetime] | None:
        """First and last day (or time) in a table, or None where it has no row."""
        if table not in self._known_ends:
            moment = exp.cast(self._typed(table, self._when(table)), "TIMESTAMP", dialect=sql.DIALECT)
            tree = sql.load("ltv.behaviour", "span", tables={"rows": self.names[table]}, columns={"moment": moment})
            low, high = self.engine.frame(tree).iloc[0]
            nothing = low != low or low is None  # noqa: PLR0124  NaT: no rows
            self._known_ends[table] = None if nothing else (low.to_pydatetime(), high.to_pydatetime())
        return self._known_ends[table]

    @cached_property
    def _known_ends(self) -> dict[str, tuple[datetime, datetime] | None]:
        return {}


# where there is no row any span will do
_NO_SPAN = datetime(1970, 1, 1), datetime(1970, 1, 2)  # noqa: DTZ001  engine times are naive UTC
