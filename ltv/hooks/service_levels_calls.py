"""Attempts and calls of the hooks as arrays: an attempt is a row of the log, a call is its attempts together.

The log has no number of a call. A call has exactly one first attempt, so calls are counted right whoever made them; which later
attempts belong to it follows from hook, instance and person (see `service_calls.sql`). Attempts of people nobody knows go to the last
call that began on their instance: of two such calls at one moment the outcomes may be swapped, their sum is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.warehouse import given
from ltv.warehouse.local_time import micros, transitions
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
OUTCOMES = ("ok", "error", "timeout")
OK, ERROR, TIMEOUT = range(3)
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000
_APART_US = 300_000_000  # an attempt so long after the one before belongs to another call
_ROOM, _FORM = "ltv.hooks", "calls in one form"
_NEEDED = ("ts", "hook", "outcome", "latency_ms")


@dataclass(frozen=True, kw_only=True)
class Log:
    """What attempts and calls have in common; one entry each.

    Attributes:
        hooks: names of the hooks, sorted.
        instances: names of the instances, sorted.
        hook: position in `hooks`.
        instance: position in `instances`.
        ts_us: beginning, of a call that of its first attempt, microseconds since 1970.
        degraded: whether it ran degraded, of a call whether an attempt did.
    """

    hooks: tuple[str, ...]
    instances: tuple[str, ...]
    hook: Ints
    instance: Ints
    ts_us: Ints
    degraded: Flags


@dataclass(frozen=True, kw_only=True)
class Attempts(Log):
    """Attempts, those of a call beside one another.

    Attributes:
        latency_ms: how long it took.
        outcome: position in `OUTCOMES`.
        call: number of its call, rising.
    """

    latency_ms: Floats
    outcome: Ints
    call: Ints

    @property
    def calls(self) -> Calls:
        """The calls that they make up."""
        starts = np.flatnonzero(np.diff(self.call, prepend=-1))
        none = not len(starts)
        end_us = self.ts_us + np.rint(self.latency_ms * 1000).astype(np.int64)
        last = self.ts_us if none else np.maximum.reduceat(end_us, starts)
        well = np.zeros(0, bool) if none else np.maximum.reduceat(self.outcome == OK, starts)
        degraded = np.zeros(0, bool) if none else np.maximum.reduceat(self.degraded, starts)
        took = (last - self.ts_us[starts]) / 1000
        return Calls(
            hooks=self.hooks, instances=self.instances, hook=self.hook[starts], instance=self.instance[starts],
            ts_us=self.ts_us[starts], degraded=degraded, took_ms=took, well=well,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Calls(Log):
    """Calls.

    Attributes:
        took_ms: until the end of the last attempt, waiting between them included.
        well: whether an attempt ended well.
    """

    took_ms: Floats
    well: Flags


def read_attempts(hook_calls: TableLike, *, since: datetime, until: datetime) -> Attempts:
    """Read the log.

    Args:
        hook_calls: ts, hook, outcome, latency_ms; instance, attempt, degraded, id_type and id_value or user_id where they are there.
        since: first moment, naive UTC.
        until: exclusive end, naive UTC.

    Raises:
        UsageError: a column is missing or of another kind, or an outcome is none of those allowed.
    """
    engine, names = together({"hook_calls": hook_calls})
    engine.define(_FORM, _form(engine, names["hook_calls"]))
    params = {"since": since, "until": until, "apart_us": _APART_US}
    try:
        rows = engine.arrow(sql.load(_ROOM, "service_calls", tables={"calls": _FORM}), params)
    finally:
        engine.drop([_FORM])
    outcomes, outcome = _alphabetical(rows["outcome"])
    wrong = [o for o in outcomes if o not in OUTCOMES]
    if wrong:
        raise UsageError(found("hook_calls.outcome", wrong[0], ", ".join(OUTCOMES)))
    places = np.array([OUTCOMES.index(o) for o in outcomes], np.int64)
    latency = np.nan_to_num(rows["latency_ms"].to_numpy().astype(np.float64), nan=0.0)
    if len(latency) and latency.min() < 0:
        raise UsageError(found("hook_calls.latency_ms", float(latency.min()), "milliseconds, 0 or more"))
    hooks, hook = _alphabetical(rows["hook"])
    instances, instance = _alphabetical(rows["instance"])
    numbers = {name: rows[name].to_numpy().astype(np.int64) for name in ("ts_us", "begins", "is_degraded")}
    return Attempts(
        hooks=hooks,
        instances=instances,
        hook=hook,
        instance=instance,
        ts_us=numbers["ts_us"],
        latency_ms=latency,
        outcome=places[outcome] if len(places) else outcome,
        degraded=numbers["is_degraded"] > 0,
        call=np.cumsum(numbers["begins"]) - 1,
    )


def _alphabetical(column: Any) -> tuple[tuple[str, ...], Ints]:  # noqa: ANN401  a column of an Arrow table
    """Names in the order of the alphabet, and the position of each row's."""
    encoded = column.combine_chunks().dictionary_encode()
    names = [str(n) for n in encoded.dictionary.to_pylist()]
    order = sorted(range(len(names)), key=lambda k: names[k])
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return tuple(names[k] for k in order), place[codes] if names else codes


def _form(engine: Engine, table: str) -> exp.Query:
    """The log with every column that is asked for; one that is not there says nothing."""
    there = engine.columns(table)
    given.require("hook_calls", there, *_NEEDED)
    kinds = {"ts": "moment", "hook": "text", "instance": "text", "outcome": "text", "latency_ms": "number", "attempt": "number"}  # fmt: skip
    parts = given.typed(engine, "hook_calls", table, kinds)
    rest = {
        "instance": exp.cast(exp.null(), "VARCHAR", dialect=sql.DIALECT),
        "attempt": exp.Literal.number(1),
        "degraded": sql.column("degraded") if "degraded" in there else exp.false(),
        "person": _person(there),
    }
    columns = [exp.alias_(e, n) for n, e in (rest | parts).items()]
    return exp.select(*columns).from_(sql.table(table)).where(sql.expression("outcome IS NOT NULL AND ts IS NOT NULL"))


def _person(there: dict[str, str]) -> exp.Expr:
    if {"id_type", "id_value"} <= set(there):
        return sql.expression("id_type || ':' || id_value")
    if "user_id" in there:
        return sql.expression("CAST(user_id AS VARCHAR)")
    return exp.cast(exp.null(), "VARCHAR", dialect=sql.DIALECT)


def local_us(ts_us: Ints, timezone: str, span: tuple[datetime, datetime]) -> Ints:
    """Moments as the clock of a zone shows them.

    Args:
        ts_us: microseconds since 1970, UTC.
        timezone: IANA name.
        span: naive UTC times between which all of them are.

    >>> from datetime import datetime
    >>> at = np.array([0])
    >>> local_us(at, "Asia/Shanghai", (datetime(1970, 1, 1), datetime(1970, 1, 2))) / 3.6e9
    array([8.])
    """
    steps = transitions(timezone, *span)
    offsets = np.array([round(o.total_seconds() * 1e6) for _, o in steps], np.int64)
    after = np.searchsorted(np.array([micros(m) for m, _ in steps[1:]], np.int64), ts_us, side="right")
    local: Ints = ts_us + offsets[after]
    return local
