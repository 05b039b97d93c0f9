"""How well the paid hooks are there: latency, failures, availability against objectives, incidents, and what a breaker would have done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from ltv.errors import UsageError, found
from ltv.hooks.incidents import Asked, Clock, incidents
from ltv.hooks.service_levels_breakers import breakers
from ltv.hooks.service_levels_burn import judge
from ltv.hooks.service_levels_calls import DAY_US, Attempts, Ints, local_us, read_attempts
from ltv.hooks.service_levels_days import levels
from ltv.hooks.service_levels_result import ServiceLevels
from ltv.settings.calendar import check_days, spans
from ltv.settings.endpoints import Dispatch
from ltv.settings.service import Objective
from ltv.warehouse.local_time import day_end, day_start, micros
from ltv.warehouse.table import TableLike

if TYPE_CHECKING:
    import pandas as pd

_MOST_DAYS = 400


def service_levels(
    hook_calls: TableLike,
    *,
    as_of: date,
    orders: TableLike | None = None,
    objectives: Sequence[Objective] = (),
    breaker: Dispatch | None = None,
    days: int = 90,
    level: float = 0.01,
    confidence: float = 0.9,
    special_days: Sequence[str] = (),
    timezone: str = "UTC",
    currency: str = "CNY",
) -> ServiceLevels:
    """Judge the hooks from the log of their calls.

    A row of the log is an attempt; a call is its attempts together (`service_levels_calls` says how they are told apart). Latency, error,
    time-out and degraded rates are of attempts, availability is of calls: one that ends well at its third attempt was there.

    Args:
        hook_calls: ts, hook, outcome (ok, error, timeout), latency_ms; instance, attempt, degraded, and id_type and id_value (or user_id)
            where they are there.
        as_of: the last day included.
        orders: ts, amount or value, status: then what incidents have cost is estimated.
        objectives: what is promised; `[[objectives]]` of ltv.toml. Without one a hook has the defaults of `Objective`.
        breaker: the rule that is replayed; `[dispatch]` of ltv.toml, by default 3 time-outs over 800 ms in a row or more than 5 % errors in a
            minute, a probe every 30 s, 5 good ones.
        days: how far back the log is read, 1 to 400; of an objective with a longer window only these days are judged.
        level: chance of accusing anybody where there was no incident.
        confidence: of the intervals of what incidents have cost.
        special_days: sales and feasts, which ordinary days are not compared with; see `ltv.settings.calendar`.
        timezone: zone of days and hours.
        currency: in which money is written.

    Raises:
        UsageError: a column is missing or of another kind, an outcome is none of those allowed, or an argument is out of range.

    >>> import pandas as pd
    >>> at = pd.to_datetime(["2026-06-30 10:00:00", "2026-06-30 10:00:03", "2026-06-30 11:00:00"])
    >>> calls = pd.DataFrame({"ts": at, "hook": "payment", "outcome": ["timeout", "ok", "ok"], "latency_ms": [3000.0, 300, 200]})
    >>> found = service_levels(calls.assign(attempt=[1, 2, 1]), as_of=date(2026, 6, 30))
    >>> found.table[["attempts", "calls", "availability"]].iloc[0].tolist()
    [3.0, 2.0, 1.0]
    """
    _check(days, level, confidence)
    first, until = as_of - timedelta(days=days - 1), day_end(as_of, timezone)
    clock = Clock(timezone, day_start(datetime.combine(first, datetime.min.time()), timezone), until)
    attempts = read_attempts(hook_calls, since=clock.since, until=until)
    goals, alerts = judge(attempts.calls, objectives, days=days, end_us=micros(until))
    rule = breaker or Dispatch()
    told = breakers(attempts, how=rule, end_us=micros(until))
    asked = Asked(level, confidence, _special(special_days, first, as_of))
    hit, blind = incidents(attempts, orders, clock=clock, asked=asked)
    parts = {"objectives": goals, "alerts": alerts, "breakers": told.table, "openings": told.openings, "incidents": hit}
    terms = {"as_of": as_of, "timezone": timezone, "currency": currency, "confidence": confidence, "rule": rule}
    return ServiceLevels(_levels(attempts, clock), blind=blind, **parts, **terms)  # type: ignore[arg-type]


def _check(days: int, level: float, confidence: float) -> None:
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _MOST_DAYS:
        raise UsageError(found("days", days, f"1 to {_MOST_DAYS}"))
    for name, value in (("level", level), ("confidence", confidence)):
        if not 0 < value < 1:
            raise UsageError(found(name, value, "a fraction between 0 and 1, neither of them"))


def _levels(attempts: Attempts, clock: Clock) -> pd.DataFrame:
    calls, span = attempts.calls, (clock.since, clock.until)
    of_attempts, of_calls = (local_us(at, clock.timezone, span) // DAY_US for at in (attempts.ts_us, calls.ts_us))
    return levels(attempts, calls, attempt_day=of_attempts, call_day=of_calls)


def _special(days: Sequence[str], first: date, last: date) -> Ints:
    """Hours of special days, counted from the first day's midnight."""
    told = spans(check_days("special_days", days), first, last)
    hours = [np.arange((a - first).days * 24, ((b - first).days + 1) * 24) for a, b in told]
    inside: Ints = np.concatenate([np.zeros(0, np.int64), *hours])
    return inside[(inside >= 0) & (inside < ((last - first).days + 1) * 24)]
