"""What attribution stands on: touches and conversions of a window, brought into one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.attribution.tables import SCORES, SEGMENTS, SPENT, TOUCHES, table_form
from ltv.attribution.terms import (
    EXPOSURES,
    MINUTE_US,
    MOST_CHANNELS,
    MOST_LEVELS,
    WEIGHTS,
    Span,
    check_names,
    check_numbers,
)
from ltv.behaviour.given import orders_form
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import micros
from ltv.warehouse.table import Table, TableLike, together

if TYPE_CHECKING:
    import pandas as pd

    from ltv.warehouse.engine import Engine

_ROOM = "ltv.attribution"
_numbers = count(1)  # several grounds in one engine keep their tables apart


@dataclass(frozen=True, eq=False)
class Ground:
    """Touches and conversions of a window.

    Attributes:
        engine: where the tables are.
        span: the window and the lookback.
        channels: names; the place is the code of a channel.
        campaigns: (channel, campaign) names; the place is the code of a campaign, "" where a touch has none.
        rows: touches of each campaign before repeated ones are left out, by code.
        outcomes: conversions and value, and ltv where there are scores.
        contacts: view of all touches that count, also those told or made again: the columns of `touches`, touch_id and
            sort_code, which is campaign and kind as one number.
        contacts_of_buyers: view of those of people who ordered.
        purchases: table of paid orders, also in the lookback: purchase_id, user_id, us, value, previous_us (of the person's
            order before it).
        conversions: table of those in the window: conversion_id, user_id, us, value, ltv.
        segments: view with user_id, segment_kind, segment, or None.
        repeat_us: a touch that follows another so soon is the same one.
        has_costs: whether touches have costs of their own.
        is_frame: whether touches were given as a data frame, in which a touch_id may stand twice.
        told: rows read and rows left out, but repeated ones (see `counts`).
    """

    engine: Engine
    span: Span
    channels: tuple[str, ...]
    campaigns: tuple[tuple[str, str], ...]
    rows: tuple[int, ...]
    outcomes: tuple[str, ...]
    contacts: str
    contacts_of_buyers: str
    purchases: str
    conversions: str
    segments: str | None
    repeat_us: int
    has_costs: bool
    is_frame: bool
    told: Mapping[str, int]
    _prefix: str = field(repr=False)
    _made: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def of(
        cls,
        orders: TableLike,
        touches: TableLike,
        *,
        as_of: date,
        window_days: int,
        lookback_days: int,
        weights: Mapping[str, float] = WEIGHTS,
        scores: TableLike | None = None,
        score_horizon_days: int = 365,
        spend: TableLike | None = None,
        segments: TableLike | None = None,
        repeat_minutes: float = 30,
        timezone: str = "UTC",
    ) -> Ground:
        """Read touches and orders, and give channels and campaigns their numbers.

        Args:
            orders: user_id, ts, amount or value, status, refund, refunded_at. A paid order in the window is a conversion.
            touches: user_id, ts, channel, kind; touch_id, campaign, cost. A table has each touch_id once, as the contract says;
                of a data frame one that stands twice counts once.
            as_of: the last day of the window.
            window_days: calendar days in which conversions count.
            lookback_days: days of 24 hours before a conversion in which touches count.
            weights: what a kind of touch weighs beside others; one of 0 is left out.
            scores: user_id, horizon_days, expected, as_of: the result table ltv_scores; None: no outcome ltv.
            score_horizon_days: which of its horizons.
            spend: date, channel, campaign: what money was spent on has a number too.
            segments: user_id, segment_kind, segment.
            repeat_minutes: a touch of the same person, campaign and kind so soon after the one before it is the same touch.
            timezone: zone of the days.

        Raises:
            UsageError: a table lacks a column, a name cannot be told from those of the result, or an argument is out of range.

        >>> import pandas as pd
        >>> days = pd.to_datetime(["2026-01-01", "2026-01-02"])
        >>> seen = pd.DataFrame({"user_id": 1, "ts": days, "channel": ["sms", "ads"], "kind": "click"})
        >>> bought = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-01-03")], "amount": 30.0})
        >>> ground = Ground.of(bought, seen, as_of=date(2026, 1, 31), window_days=31, lookback_days=7)
        >>> ground.channels, ground.counts["repeated"], len(ground.frame(ground.touches))
        (('ads', 'sms'), 0, 2)
        """
        check_numbers(window_days, lookback_days, score_horizon_days, repeat_minutes, weights)
        span = Span.of(as_of, window_days, lookback_days, timezone)
        given = {"orders": orders, "touches": touches, "scores": scores, "spend": spend, "segments": segments}
        engine, names = together(given)
        maker = _Maker(engine, names, span, f"attr {next(_numbers)}")
        repeat_us = round(repeat_minutes * MINUTE_US)
        return maker.ground(weights, score_horizon_days, repeat_us, is_frame=not isinstance(touches, Table))

    def frame(self, table: str) -> pd.DataFrame:
        """The rows of one of the tables."""
        return self.engine.frame(exp.select("*").from_(sql.table(table)))

    @cached_property
    def touches(self) -> str:
        """Table of touches, each once: user_id, us, channel, campaign, kind, weight, cost (with that of its repeats).

        Times are microseconds since 1970 in UTC. It is made when it is first asked for.
        """
        file = "touches" if self.has_costs else "first_touches"
        return self.once("touches", lambda: self._once(file, self._told_once))

    def first_touches(self, contacts: str | None = None) -> exp.Query:
        """Touches, each once, without the costs of their repeats: faster than `touches`.

        Args:
            contacts: some people's part of `contacts`, or None for all.
        """
        return self._once("first_touches", self._told_once if contacts is None else self.told_once(contacts))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows of touches: read, and left out because without_person, too_early_or_late, ignored_kind, repeated."""
        kept = int(self.engine.scalar(exp.select("COUNT(*) AS n").from_(sql.table(self.touches))))
        left_out = sum(self.told[name] for name in ("without_person", "too_early_or_late", "ignored_kind"))
        return dict(self.told) | {"repeated": self.told["read"] - left_out - kept}

    @property
    def _told_once(self) -> str:
        # the contract gives each touch of a table once, and to sort all of them by their ids takes long
        return self.told_once(self.contacts) if self.is_frame else self.contacts

    def told_once(self, contacts: str) -> str:
        """View of contacts in which a touch_id stands once for each person."""
        return self.view(f"once of {contacts}", sql.load(_ROOM, "told_once", tables={"contacts": contacts}))

    def _once(self, file: str, contacts: str) -> exp.Query:
        limit = {"repeat_us": sql.literal(self.repeat_us)}
        return sql.load(_ROOM, file, tables={"contacts": contacts}, columns=limit)

    @property
    def levels(self) -> int:
        """How many touches of a channel are told apart: a set of channels with as many bits each is one whole number."""
        return max(min(MOST_LEVELS, MOST_CHANNELS // max(len(self.channels), 1)), 1)

    @cached_property
    def exposure(self) -> tuple[exp.Expr, list[str]]:
        """What counts as exposure, as a condition on touches, and the channels that have clicks only."""
        kinds = self.engine.frame(sql.load(_ROOM, "kinds", tables={"contacts": self.contacts}))
        decided = set(kinds.loc[kinds["kind"].isin(EXPOSURES), "channel"])
        rest = sorted(set(kinds["channel"]) - decided)
        words = exp.In(this=sql.column("kind"), expressions=[exp.Literal.string(kind) for kind in EXPOSURES])
        if not rest:
            return words, []
        others = exp.In(this=sql.column("channel"), expressions=[exp.Literal.number(code) for code in rest])
        return exp.or_(words, others), [self.channels[code] for code in rest]

    def name(self, what: str) -> str:
        """A name in the engine that no other ground has; `drop` forgets what stands there."""
        made = f"{self._prefix} {what}"
        if made not in self._made:
            self._made.append(made)
        return made

    def view(self, what: str, query: exp.Query) -> str:
        """Define a view that no other ground has, and return its name."""
        name = self.name(what)
        self.engine.define(name, query)
        return name

    def once(self, what: str, query: Callable[[], exp.Query], params: sql.Params | None = None) -> str:
        """Compute a table when it is first asked for, and return its name."""
        if f"{self._prefix} {what}" not in self._made:
            asked = query()
            self.engine.materialise(self.name(what), asked, params)
        return self.name(what)

    def drop(self) -> None:
        """Forget all that was made in the engine."""
        self.engine.drop(reversed(self._made))


@dataclass(frozen=True)
class _Maker:
    """Makes the tables of a ground."""

    engine: Engine
    names: Mapping[str, str]
    span: Span
    prefix: str
    made: list[str] = field(default_factory=list)

    def ground(self, weights: Mapping[str, float], horizon_days: int, repeat_us: int, *, is_frame: bool) -> Ground:
        """Make all that is made at once."""
        read = self.read_touches(weights)
        codes = self.codes(read)
        rows = read[read["is_in_time"]].groupby(["channel", "campaign"])["touches"].sum().to_dict()
        return Ground(
            engine=self.engine,
            span=self.span,
            channels=tuple(dict.fromkeys(channel for channel, _ in codes)),
            campaigns=tuple(codes),
            rows=tuple(int(rows.get(code, 0)) for code in codes),
            outcomes=("conversions", "value", *(("ltv",) if "scores" in self.names else ())),
            contacts=self.contacts(codes, weights),
            purchases=self.purchases(),
            contacts_of_buyers=self.contacts_of_buyers(),
            conversions=self.conversions(horizon_days),
            segments=self.segments(),
            repeat_us=repeat_us,
            has_costs="cost" in self.engine.columns(self.names["touches"]),
            is_frame=is_frame,
            told=_told(read, weights) | {"orders_without_person": self.orders_without_person()},
            _prefix=self.prefix,
            _made=self.made,
        )

    def name(self, what: str) -> str:
        self.made.append(f"{self.prefix} {what}")
        return self.made[-1]

    def _form(self, argument: str, kinds: Mapping[str, str], optional: Mapping[str, str]) -> str:
        name = self.name(f"told {argument}")
        self.engine.define(name, table_form(self.engine, argument, self.names[argument], kinds, optional))
        return name

    def read_touches(self, weights: Mapping[str, float]) -> pd.DataFrame:
        """Rows by channel, campaign and kind."""
        told = self._form("touches", *TOUCHES)
        params = {"since": self.span.since, "until": self.span.until}
        read = self.engine.frame(sql.load(_ROOM, "touch_codes", tables={"told": told}), params)
        read = read.astype({"is_known": bool, "is_in_time": bool})
        unknown = sorted(set(read.loc[read["is_in_time"], "kind"]) - set(weights))
        if unknown:
            raise UsageError(
                found("touches.kind", unknown[0], f"kinds that have a weight: {', '.join(sorted(weights))}")
            )
        return read

    def codes(self, read: pd.DataFrame) -> list[tuple[str, str]]:
        """Channels with their campaigns, in the order of their names."""
        pairs = set(read.loc[read["is_in_time"], ["channel", "campaign"]].itertuples(index=False, name=None))
        if "spend" in self.names:
            told = self._form("spend", *SPENT)
            first = (self.span.since - timedelta(days=1)).date()  # whatever the zone
            params = {"first_day": first, "last_day": self.span.as_of}
            rows = self.engine.frame(sql.load(_ROOM, "spend_codes", tables={"spent": told}), params)
            pairs |= set(rows.itertuples(index=False, name=None))
        check_names(pairs)
        return sorted(pairs)

    def contacts(self, codes: list[tuple[str, str]], weights: Mapping[str, float]) -> str:
        """The view of touches that count."""
        channels = {name: place for place, name in enumerate(dict.fromkeys(channel for channel, _ in codes))}
        columns = {
            "channel": pa.array([c for c, _ in codes], pa.string()),
            "campaign": pa.array([c for _, c in codes], pa.string()),
            "channel_code": pa.array([channels[c] for c, _ in codes], pa.int32()),
            "campaign_code": pa.array(range(len(codes)), pa.int32()),
        }
        used = {kind: weight for kind, weight in weights.items() if weight > 0}
        kinds = {
            "kind": pa.array(list(used), pa.string()),
            "weight": pa.array(list(used.values()), pa.float64()),
            "kind_code": pa.array(range(len(used)), pa.int32()),
            "kinds": pa.array([len(used)] * len(used), pa.int32()),
        }
        tables = {"told": f"{self.prefix} told touches", "codes": self.name("codes"), "kinds": self.name("kinds")}
        self.engine.register(tables["codes"], pa.table(columns))
        self.engine.register(tables["kinds"], pa.table(kinds))
        return self._contacts("contacts", tables)

    def contacts_of_buyers(self) -> str:
        """The view of those of people who ordered."""
        theirs = {name: f"{self.prefix} {name}" for name in ("codes", "kinds", "purchases")}
        told = sql.load(_ROOM, "told_of_buyers", tables=theirs | {"told": f"{self.prefix} told touches"})
        name = self.name("told touches of buyers")
        self.engine.define(name, told)
        return self._contacts("contacts of buyers", theirs | {"told": name})

    def _contacts(self, what: str, tables: Mapping[str, str]) -> str:
        name = self.name(what)
        limits = {"since": sql.literal(self.span.since), "until": sql.literal(self.span.until)}
        self.engine.define(name, sql.load(_ROOM, "contacts", tables=tables, columns=limits))
        return name

    def purchases(self) -> str:
        """The table of paid orders."""
        orders, name = self.name("orders"), self.name("purchases")
        self.engine.define(orders, orders_form(self.engine, self.names["orders"], self.span.until))
        params = {"since": self.span.since, "until": self.span.until}
        self.engine.materialise(name, sql.load(_ROOM, "purchases", tables={"orders": orders}), params)
        return name

    def orders_without_person(self) -> int:
        """Paid orders of the window that belong to nobody known."""
        asked = sql.load(_ROOM, "without_person", tables={"orders": f"{self.prefix} orders"})
        return int(self.engine.scalar(asked, {"start": self.span.start, "until": self.span.until}))

    def conversions(self, horizon_days: int) -> str:
        """The table of paid orders in the window."""
        tables = {"purchases": f"{self.prefix} purchases", "scores": self._scores(horizon_days)}
        name = self.name("conversions")
        asked = sql.load(_ROOM, "conversions", tables=tables)
        self.engine.materialise(name, asked, {"start_us": micros(self.span.start)})
        return name

    def _scores(self, horizon_days: int) -> str:
        name = self.name("scores")
        if "scores" not in self.names:
            self.engine.define(name, sql.load(_ROOM, "no_scores"))
            return name
        told = self._form("scores", *SCORES)
        horizons = self.engine.frame(sql.load(_ROOM, "horizons", tables={"told": told}))["horizon_days"].tolist()
        if horizons and horizon_days not in horizons:
            allowed = ", ".join(f"{h:g}" for h in horizons if h == h)  # noqa: PLR0124  NaN: a score without one
            raise UsageError(found("score_horizon_days", horizon_days, f"horizons of scores: {allowed}"))
        params = {"horizon_days": horizon_days, "last_day": self.span.as_of}
        self.engine.materialise(name, sql.load(_ROOM, "scores", tables={"told": told}), params)
        return name

    def segments(self) -> str | None:
        """The view of segments."""
        return self._form("segments", *SEGMENTS) if "segments" in self.names else None


def _told(read: pd.DataFrame, weights: Mapping[str, float]) -> dict[str, int]:
    """Rows that were read and those left out, each for the first reason that holds."""
    known, in_time = read["is_known"], read["is_in_time"]
    ignored = read["kind"].map(lambda kind: not weights.get(kind, 0) > 0).astype(bool)
    parts = {
        "read": known | ~known,
        "without_person": ~known,
        "too_early_or_late": known & ~in_time,
        "ignored_kind": known & in_time & ignored,
    }
    return {name: int(read.loc[part, "touches"].sum()) for name, part in parts.items()}
