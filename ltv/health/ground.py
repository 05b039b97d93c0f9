"""What the board is made of, read once: who was there on which day, who is who, of which days there are rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlglot import exp

from ltv import sql
from ltv.behaviour.given import day_number, day_of, orders_form, require
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.contract.orders import is_placed
from ltv.health.calendar import Calendar, Flags, Ints
from ltv.warehouse.given import order_columns, typed
from ltv.warehouse.local_time import day_end

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_ROOM = "ltv.health"
_ACTS, _ORDERS = "health acts", "health orders"
NEVER = np.iinfo(np.int64).max
LATEST_DAYS = 3  # rows of a day come in so late; when there are none for longer, nothing happened
_NEEDED = {
    "orders": ("user_id", "ts"),
    "events": ("user_id", "ts"),
    "members": ("user_id", "registered_at"),
    "invites": ("inviter_user_id", "invitee_user_id", "ts"),
    "segments": ("user_id", "segment_kind", "segment"),
}
_PEOPLE = {"orders": ("user_id",), "events": ("user_id",), "invites": ("inviter_user_id", "invitee_user_id")}


@dataclass(frozen=True, eq=False)
class Presence:
    """One row a person and day on which they were there, by person and day.

    Attributes:
        who: position of the person.
        day: days since 1970-01-01.
        acts: events, orders, invitations.
        carts: things put into the cart.
        dwell_s: seconds spent on pages.
        purchases: paid orders.
        benefits: paid orders with a member's discount.
    """

    who: Ints
    day: Ints
    acts: Ints
    carts: Ints
    dwell_s: NDArray[np.float64]
    purchases: Ints
    benefits: Ints


@dataclass(frozen=True, eq=False)
class Covered:
    """Of which days a table has rows.

    Attributes:
        days: those days.
        last_us: the latest row of each.
    """

    days: Ints
    last_us: Ints

    def begins(self, numbers: Ints) -> Flags:
        """Whether each day is not before the first row."""
        found: Flags = numbers >= (int(self.days[0]) if len(self.days) else NEVER)
        return found

    def is_in(self, numbers: Ints, today: int) -> Flags:
        """Whether the rows of each day have come in: there are some of it or of a later day, or of nobody for days."""
        last = int(self.days[-1]) if len(self.days) else -1
        found: Flags = (numbers <= last) | (today - last > LATEST_DAYS)
        return found

    def has(self, numbers: Ints) -> Flags:
        """Whether there are rows of each day itself."""
        found: Flags = np.isin(numbers, self.days)
        return found


@dataclass(frozen=True, eq=False)
class Ground:
    """Tables of a shop as arrays.

    Attributes:
        calendar: the days.
        user_id: everybody, ascending; others speak of positions in it.
        presence: who was there when.
        registered_us: first registration of each, microseconds; `NEVER`: none.
        bought_us: first paid order of each.
        traits: city, channel, level of each member, by user_id; None without members.
        covered: table → its days.
        has_benefits: whether orders tell of members' discounts.
    """

    calendar: Calendar
    user_id: Ints
    presence: Presence
    registered_us: Ints
    bought_us: Ints
    traits: pd.DataFrame | None
    covered: Mapping[str, Covered]
    has_benefits: bool

    @cached_property
    def known_day(self) -> Ints:
        """The day on which each registered or first ordered; without members, the first of being there."""
        us = np.minimum(self.registered_us, self.bought_us)
        known = np.where(us == NEVER, NEVER, self.calendar.day_of_us(us))
        if self.traits is None:
            first = np.full(len(self.user_id), NEVER)
            np.minimum.at(first, self.presence.who, self.presence.day)
            known = np.minimum(known, first)
        return known

    @cached_property
    def is_member(self) -> Flags:
        """Whether each is in the members table; where it tells levels, whether it tells theirs."""
        found = np.zeros(len(self.user_id), np.bool_)
        if self.traits is not None:
            level = self.traits["level"].notna()
            member, known = self.at(self.traits["user_id"][level if level.any() else ~level].to_numpy(np.int64))
            found[member[known]] = True
        return found

    @cached_property
    def is_there(self) -> Flags:
        """Of each day that is worked out, whether anything is known of who was there."""
        of = self.covered.get("events") or self.covered["orders"]
        numbers, last = self.calendar.numbers, self.calendar.last
        return of.has(numbers) if "events" in self.covered else of.is_in(numbers, last)

    def at(self, user_id: Ints) -> tuple[Ints, Flags]:
        """Positions of people, and whether they are known at all."""
        if not len(self.user_id):
            return np.zeros(len(user_id), np.int64), np.zeros(len(user_id), np.bool_)
        place = np.minimum(np.searchsorted(self.user_id, user_id), len(self.user_id) - 1)
        return place, self.user_id[place] == user_id


@dataclass(frozen=True)
class Reader:
    """Reads the tables of a shop in an engine.

    Attributes:
        engine: where they are.
        names: argument → table.
        calendar: the days.
    """

    engine: Engine
    names: Mapping[str, str]
    calendar: Calendar

    def ground(self) -> Ground:
        """Read all that is needed.

        Raises:
            UsageError: a table lacks a column.
        """
        for name, real in self.names.items():
            if name in _NEEDED:
                require(self.engine, name, real, *_NEEDED[name])
        days = self._days()
        registered = self._first("members", "registered_at") if "members" in self.names else _NOBODY
        bought = self._first("orders", "ts")
        ids = np.unique(np.concatenate([days["user_id"], registered["user_id"], bought["user_id"]]).astype(np.int64))
        return Ground(
            self.calendar,
            ids,
            _presence(days, ids),
            _spread(ids, registered),
            _spread(ids, bought),
            self._traits() if "members" in self.names else None,
            {name: self._covered(name) for name in ("orders", "events", "members", "invites") if name in self.names},
            "member_benefit" in self.engine.columns(self.names["orders"]),
        )

    @property
    def _after(self) -> dict[str, object]:
        return {"as_of": day_end(day_of(self.calendar.last), self.calendar.timezone)}

    @property
    def _tables(self) -> PeopleTables:
        after = day_end(day_of(self.calendar.last), self.calendar.timezone)
        return PeopleTables(self.engine, self.names, self.calendar.timezone, after)

    def _day(self, name: str) -> exp.Expr:
        after = day_end(day_of(self.calendar.last), self.calendar.timezone)
        time = "registered_at" if name == "members" else "ts"
        return day_number(self.engine, self.names[name], time, self.calendar.timezone, (_LONG_AGO, after))

    def _days(self) -> pd.DataFrame:
        parts = [self._acts(t, person) for t, people in _PEOPLE.items() if t in self.names for person in people]
        span = {"since": self.calendar.since, "until": self.calendar.last}
        try:
            self.engine.materialise(_ACTS, sql.union_all(parts), span)
            return self.engine.frame(sql.load(_ROOM, "person_days", tables={"acts": _ACTS}))
        finally:
            self.engine.drop([_ACTS])

    def _acts(self, table: str, person: str) -> exp.Query:
        columns = self.engine.columns(self.names[table])
        filled = {name: sql.expression("0") for name in ("carted", "bought", "benefit")}
        filled |= {"dwell": sql.expression("0"), "counts": exp.true()}
        if table == "events":
            kinds = typed(self.engine, table, self.names[table], {"dwell_ms": "number", "event": "text"})
            filled["dwell"] = kinds.get("dwell_ms", filled["dwell"])
            if "event" in kinds:
                filled["carted"] = sql.expression("CASE WHEN e = 'add_to_cart' THEN 1 ELSE 0 END", e=kinds["event"])
        if table == "orders":
            paid = self._tables.condition("orders")
            filled["bought"] = sql.expression("CASE WHEN p THEN 1 ELSE 0 END", p=paid)
            filled["counts"] = is_placed(order_columns(self.engine, self.names[table]))
            if "member_benefit" in columns:
                used = sql.expression("CASE WHEN p AND b THEN 1 ELSE 0 END", p=paid, b=sql.column("member_benefit"))
                filled["benefit"] = used
        filled |= {"person": sql.column(person), "day_number": self._day(table)}
        return sql.load(_ROOM, "acts_of_days", tables={"rows": self.names[table]}, columns=filled)

    def _first(self, table: str, time: str) -> pd.DataFrame:
        counts = self._tables.condition(table) if table == "orders" else exp.true()
        columns = {"moment": sql.column(time), "counts": counts}
        tree = sql.load(_ROOM, "first_times", tables={"rows": self.names[table]}, columns=columns)
        return self.engine.frame(tree, self._after)

    def _covered(self, table: str) -> Covered:
        time = "registered_at" if table == "members" else "ts"
        columns = {"moment": sql.column(time), "day_number": self._day(table)}
        tree = sql.load(_ROOM, "days_there", tables={"rows": self.names[table]}, columns=columns)
        rows = self.engine.frame(tree, self._after).dropna()
        return Covered(rows["n"].to_numpy(np.int64), rows["last_us"].to_numpy(np.int64))

    def _traits(self) -> pd.DataFrame:
        there = typed(
            self.engine,
            "members",
            self.names["members"],
            {"city": "text", "acquisition_channel": "text", "level": "text"},
        )
        nothing = sql.expression("CAST(NULL AS VARCHAR)")
        columns = {
            "city": there.get("city", nothing),
            "channel": there.get("acquisition_channel", nothing),
            "level": there.get("level", nothing),
        }
        tree = sql.load(_ROOM, "traits", tables={"members": self.names["members"]}, columns=columns)
        return self.engine.frame(tree).astype({"user_id": np.int64})

    def groups(self) -> pd.DataFrame:
        """Who belongs to which segment; nobody where no segments were given."""
        if "segments" not in self.names:
            return pd.DataFrame({"user_id": np.zeros(0, np.int64), "segment_kind": [], "segment": []})
        tree = sql.load(_ROOM, "groups", tables={"segments": self.names["segments"]})
        return self.engine.frame(tree).astype({"user_id": np.int64})

    def spent(self, since: date, until: date) -> pd.Series[float]:
        """Net value of each person's orders from a day on and before another, by user_id."""
        start, end = (day_end(day_of(d.toordinal() - _BEFORE), self.calendar.timezone) for d in (since, until))
        try:
            self.engine.define(_ORDERS, orders_form(self.engine, self.names["orders"], end))
            columns = {"worth": sql.column("value")}
            tree = sql.load(_ROOM, "spent", tables={"orders": _ORDERS}, columns=columns)
            rows = self.engine.frame(tree, {"since": start, "until": end})
        finally:
            self.engine.drop([_ORDERS])
        return pd.Series(rows["value"].to_numpy(np.float64), rows["user_id"].to_numpy(np.int64))


_BEFORE = date(1970, 1, 1).toordinal() + 1  # the end of the day before is the beginning of a day
_LONG_AGO = day_end(date(1999, 12, 31), "UTC")
_NOBODY = pd.DataFrame({"user_id": np.zeros(0, np.int64), "us": np.zeros(0, np.int64)})


def _presence(days: pd.DataFrame, ids: Ints) -> Presence:
    whole = {name: days[name].to_numpy(np.int64) for name in ("n", "acts", "carts", "purchases", "benefits")}
    who = np.searchsorted(ids, days["user_id"].to_numpy(np.int64))
    seconds = days["dwell_ms"].to_numpy(np.float64) / 1_000
    return Presence(who, whole["n"], whole["acts"], whole["carts"], seconds, whole["purchases"], whole["benefits"])


def _spread(ids: Ints, first: pd.DataFrame) -> Ints:
    out = np.full(len(ids), NEVER, np.int64)
    out[np.searchsorted(ids, first["user_id"].to_numpy(np.int64))] = first["us"].to_numpy(np.int64)
    return out
