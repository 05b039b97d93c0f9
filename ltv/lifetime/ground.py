"""What the model stands on: everything known of a shop's people, to be looked at from the end of any day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import TypedDict

import numpy as np
from sqlglot import exp

from ltv import sql
from ltv.lifetime.btyd import Btyd, fit_btyd
from ltv.lifetime.feature_catalogue import CATALOGUE
from ltv.lifetime.margins import with_margins
from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.order_features import OrderFeatures, histories_at, order_features
from ltv.lifetime.sequences import Sequences, sequences
from ltv.lifetime.snapshots import Rows, Snapshot, taken_from
from ltv.lifetime.summaries import Ledger, day_number, movements
from ltv.warehouse.local_time import day_start
from ltv.warehouse.table import Table, TableLike, together

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  local days
_GRID = 24  # about as many days, evenly apart, are looked at for behaviour: each look reads the events of a window
_SHORTEST_STEP = 7  # days
# Order features tell the same in horizons and own gaps.
_TOLD_BY_ORDERS = frozenset(
    {"recency_days", "frequency", "monetary", "purchase_gap_days", "purchase_gap_cv", "purchase_overdue"}
)
BEHAVIOUR = tuple(f.name for f in CATALOGUE if f.name not in _TOLD_BY_ORDERS)


class Tables(TypedDict):
    """What there may be beside orders; None where it is not there."""

    events: TableLike | None
    members: TableLike | None
    touches: TableLike | None
    tickets: TableLike | None
    invites: TableLike | None
    items: TableLike | None


@dataclass(frozen=True, eq=False)
class Behaviour:
    """Sequence features of everybody who has registered or ordered before a cutoff, by `user_id`.

    Attributes:
        user_id: ascending.
        values: shape (people, features of `BEHAVIOUR`); NaN where there is nothing to tell.
    """

    user_id: Ints
    values: Floats


@dataclass(frozen=True, eq=False)
class Ground:
    """A shop as its orders and, where there are such, its other tables show it.

    Attributes:
        ledger: of all orders.
        sequences: of all tables; None where there are orders only.
        as_of_day: first day that is not known, days since 1970-01-01.
        timezone: zone of the days.
        worth: what an order is worth: revenue or margin.
    """

    ledger: Ledger
    sequences: Sequences | None
    as_of_day: int
    timezone: str
    worth: str = "revenue"
    _seen: dict[int, Behaviour] = field(default_factory=dict)
    _fitted: dict[int, Btyd] = field(default_factory=dict)
    _one_at_a_time: Lock = field(default_factory=Lock)

    @classmethod
    def of(
        cls,
        orders: TableLike,
        *,
        as_of: date,
        events: TableLike | None = None,
        members: TableLike | None = None,
        touches: TableLike | None = None,
        tickets: TableLike | None = None,
        invites: TableLike | None = None,
        items: TableLike | None = None,
        window_days: int = 180,
        timezone: str = "UTC",
        only: int | None = None,
    ) -> Ground:
        """Read the orders, and note where the rest is.

        Args:
            orders: user_id, ts, amount; status, refund, refunded_at; order_id where `items` are given.
            as_of: the last day included.
            events: as `ltv.sequence_features` takes them, and so the next ones.
            members: registrations.
            touches: contacts.
            tickets: of customer service.
            invites: who invited.
            items: order_id, margin: what orders are worth is their margin, where it is known of most of them.
            window_days: how far back behaviour is looked at.
            timezone: zone of the days.
            only: one person, of whom alone something is to be known.

        Raises:
            UsageError: a table lacks a column.
        """
        known = day_number(as_of) + 1
        others = {"events": events, "members": members, "touches": touches, "tickets": tickets, "invites": invites}
        if only is not None:  # views of one engine
            engine, names = together({"orders": orders, "items": items} | others)
            given = {name: Table(engine, at) for name, at in names.items()}
            orders, items, others = given["orders"], given.get("items"), {name: given.get(name) for name in others}
        worth, rows = with_margins(orders, items, before=_start(known, timezone))
        if only is not None:
            rows, orders = (rows_of_person(t, "orders", only) for t in (rows, orders))
            others = {name: None if t is None else rows_of_person(t, name, only) for name, t in others.items()}
        told = any(table is not None for table in others.values())
        made = sequences(orders, **others, window_days=window_days, timezone=timezone) if told else None
        ledger = Ledger.of(movements(rows, timezone=timezone))
        return cls(ledger, made, known, timezone, worth)

    @property
    def first_day(self) -> int:
        """Of the first order."""
        return int(self.ledger.day.min()) if len(self.ledger.day) else self.as_of_day

    @property
    def window_days(self) -> int:
        """How far back behaviour is looked at; 0 where there are orders only."""
        return self.sequences.window_days if self.sequences is not None else 0

    @property
    def names(self) -> frozenset[str]:
        """Features that can be told of a customer."""
        whole, money = np.zeros(0, np.int64), np.zeros(0, np.float64)
        nobody = Ledger(whole, whole, whole, whole, money, money, whole)
        told = order_features(nobody, Btyd(None, None, "", "", 0.0), cutoff_day=0, horizon_days=1)
        return frozenset(told.columns) | (frozenset(BEHAVIOUR) if self.sequences is not None else frozenset())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is known of the orders."""
        whole = hashlib.sha256()
        for column in (
            self.ledger.user_id,
            self.ledger.person,
            self.ledger.day,
            self.ledger.known_day,
            self.ledger.amount,
        ):
            whole.update(column.tobytes())
        return whole.hexdigest()

    def fit(self, cutoff_day: int) -> Btyd:
        """Buy-till-you-die models of what was known when a day began."""
        if cutoff_day not in self._fitted:
            self._fitted[cutoff_day] = fit_btyd(histories_at(self.ledger, cutoff_day))
        return self._fitted[cutoff_day]

    def near(self, days: Sequence[int], before: int) -> list[int]:
        """The days at which behaviour is looked at instead of others; with orders only, the days themselves.

        Args:
            days: that are wanted.
            before: none is this one or later.
        """
        if self.sequences is None:
            return [day for day in days if day < before]
        step = max(_SHORTEST_STEP, -(-(self.as_of_day - self.first_day) // _GRID))
        snapped = [self.as_of_day - round((self.as_of_day - day) / step) * step for day in days]
        return [day for day in snapped if day < before]

    def look(self, fitted: Btyd, cutoff_day: int, horizon_days: int) -> Snapshot:
        """Everybody at a cutoff, and what they spent in the horizon as far as it is known.

        Args:
            fitted: buy-till-you-die models; the same for all cutoffs that are compared.
            cutoff_day: first day that is not looked at.
            horizon_days: window of the label.
        """
        customers = self.customers(fitted, cutoff_day, horizon_days)
        known = self.behaviour(cutoff_day)
        everybody = np.union1d(known.user_id, customers.user_id)
        others = np.setdiff1d(everybody, customers.user_id)
        until = cutoff_day + horizon_days
        value = self.ledger.value(cutoff_day, until) if until <= self.as_of_day else None
        prospects = Rows(others, BEHAVIOUR, taken_from(known.user_id, known.values, others, missing=np.nan))
        label = None if value is None else value[customers.person]
        later = None if value is None else taken_from(self.ledger.user_id, value, others, missing=0.0)
        return Snapshot(cutoff_day, horizon_days, self._joined(customers, known), label, prospects, later)

    def customers(self, fitted: Btyd, cutoff_day: int, horizon_days: int) -> OrderFeatures:
        """Everybody with a purchase before a cutoff, as orders show them."""
        return order_features(self.ledger, fitted, cutoff_day=cutoff_day, horizon_days=horizon_days)

    def value_of(self, people: Ints, cutoff_day: int) -> Floats:
        """Net value of people's orders before a day, as known when it began."""
        return self.value_between(people, np.iinfo(np.int64).min, cutoff_day)

    def value_between(self, people: Ints, since: int, until: int) -> Floats:
        """Net value of people's orders from a day to before another, as known when that began."""
        return taken_from(self.ledger.user_id, self.ledger.value(since, until), people, missing=0.0)

    def behaviour(self, cutoff_day: int) -> Behaviour:
        """Sequence features at a cutoff; with orders only, who had ordered and nothing about them."""
        with self._one_at_a_time:  # an engine answers one question at a time
            if cutoff_day not in self._seen:
                self._seen[cutoff_day] = self._behaviour(cutoff_day)
            return self._seen[cutoff_day]

    def _behaviour(self, cutoff_day: int) -> Behaviour:
        if self.sequences is None:
            known = np.unique(self.ledger.person[self.ledger.day < cutoff_day])
            return Behaviour(self.ledger.user_id[known], np.empty((len(known), 0)))
        with self.sequences.at(_start(cutoff_day, self.timezone)) as made:
            rows = made.frame()
        rows = rows.sort_values("user_id")
        values = rows[list(BEHAVIOUR)].to_numpy(np.float64, na_value=np.nan)
        return Behaviour(rows["user_id"].to_numpy(np.int64), values)

    def _joined(self, customers: OrderFeatures, known: Behaviour) -> OrderFeatures:
        if self.sequences is None:
            return customers
        values = taken_from(known.user_id, known.values, customers.user_id, missing=np.nan)
        return customers.with_columns({name: values[:, k] for k, name in enumerate(BEHAVIOUR)})


def _start(day: int, timezone: str) -> datetime:
    """The instant at which a day begins, naive UTC."""
    return day_start(_EPOCH + timedelta(days=day), timezone)


def rows_of_person(table: TableLike, name: str, user_id: int) -> Table:
    """The rows of one person, as a view; of invites those they sent."""
    engine, names = together({name: table})
    person = sql.column("inviter_user_id" if name == "invites" else "user_id")
    if person.name not in engine.columns(names[name]):
        return Table(engine, names[name])
    view = f"{names[name]} of one person"
    tree = exp.select("*").from_(sql.table(names[name])).where(exp.EQ(this=person, expression=sql.literal(user_id)))
    engine.define(view, tree)
    return Table(engine, view)
