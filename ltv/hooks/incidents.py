"""The table `hook_incidents`: stretches of hours in which a hook failed more than it usually does, and what they have cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv import sql
from ltv.contract.orders import is_purchase, money
from ltv.hooks.incidents_lost import Comparison, compare
from ltv.hooks.incidents_scan import Window, scan, tail, windows_of
from ltv.hooks.service_levels_calls import HOUR_US, OK, TIMEOUT, Attempts, Floats, Ints, local_us
from ltv.warehouse import given
from ltv.warehouse.local_time import micros, zone
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

_ROOM = "ltv.hooks"
_QUARTER_US = 900_000_000
COLUMNS = (
    "hook", "started_at", "ended_at", "calls", "failed", "failed_rate", "timeout_rate", "usual_rate", "p_value",
    "orders_expected", "orders_paid", "orders_lost", "orders_low", "orders_high", "value_lost", "value_low", "value_high",
    "days_compared", "control",
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """The hours of a log as the clock of a zone shows them.

    Attributes:
        timezone: IANA name.
        since: first moment, naive UTC; a local midnight.
        until: exclusive end, naive UTC; a local midnight.
    """

    timezone: str
    since: datetime
    until: datetime

    def hour(self, ts_us: Ints) -> Ints:
        """Hours since the first one."""
        hours: Ints = (local_us(ts_us, self.timezone, (self.since, self.until)) - self._first) // HOUR_US
        return hours

    @property
    def hours(self) -> int:
        """How many there are."""
        return int(self.hour(np.array([micros(self.until) - 1]))[0]) + 1

    @property
    def _first(self) -> int:
        return int(local_us(np.array([micros(self.since)]), self.timezone, (self.since, self.until))[0])

    def moment(self, hour: int) -> datetime:
        """Beginning of an hour, naive UTC; one that the clock shows twice or never is its first or next moment."""
        import pandas as pd

        local = pd.Timestamp(self._first + hour * HOUR_US, unit="us")
        utc = local.tz_localize(zone(self.timezone), ambiguous=True, nonexistent="shift_forward").tz_convert(None)
        return utc.to_pydatetime()


@dataclass(frozen=True)
class Asked:
    """How incidents are looked for.

    Attributes:
        level: chance of accusing anybody in a log without an incident.
        confidence: of the intervals of what was lost.
        special: hours of sales and feasts, which ordinary days are not compared with.
    """

    level: float
    confidence: float
    special: Ints


def incidents(
    attempts: Attempts, orders: TableLike | None, *, clock: Clock, asked: Asked
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Find them, hook by hook.

    Args:
        attempts: the log.
        orders: ts, amount or value, status; None where what was lost is not asked.
        clock: hours of the log.
        asked: how.

    Returns:
        The table `hook_incidents`, and hooks in which a third of the calls failing for three hours would not be seen.
    """
    import pandas as pd

    first = np.diff(attempts.call, prepend=-1) > 0
    hour, hook, outcome = clock.hour(attempts.ts_us[first]), attempts.hook[first], attempts.outcome[first]
    hours, hooks = clock.hours, len(attempts.hooks)
    shape = (hooks, hours)
    made, failed, slow = (
        np.bincount(hook * hours + hour, w, hooks * hours).astype(np.int64).reshape(shape)
        for w in (None, outcome != OK, outcome == TIMEOUT)
    )
    begin = int(hour.min(initial=hours))  # the log may begin later than what was asked for
    tests = windows_of(hours - begin) * hooks
    found = [(k, _moved(w, begin)) for k in range(hooks) for w in scan(made[k, begin:], failed[k, begin:], tests=tests, level=asked.level)]  # fmt: skip
    money_of = _money(orders, clock) if orders is not None and found else None
    out = np.concatenate([asked.special[asked.special >= begin], *(np.arange(w.begin, w.end) for _, w in found)])
    rows = []
    for k, window in found:
        rest = made.sum(axis=0) - made[k]
        told = _compared(money_of, rest, window, out=out, begin=begin, confidence=asked.confidence)
        timeouts = int(slow[k, window.begin : window.end].sum())
        rows.append(_row(attempts.hooks[k], window, timeouts, clock, told))
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        dict.fromkeys(("started_at", "ended_at"), "datetime64[us]")
    )
    blind = [
        k
        for k in range(hooks)
        if _is_blind(int(made[k].sum()), int(failed[k].sum()), hours - begin, tests, asked.level)
    ]
    return frame, tuple(attempts.hooks[k] for k in blind)


def _is_blind(made: int, failed: int, hours: int, tests: int, level: float) -> bool:
    """Whether a third of the calls of three ordinary hours failing could be chance."""
    calls = round(3 * made / hours)
    bad = -(-calls // 3)
    return bad < 1 or tail(bad, calls, failed, made) + np.log(tests) > np.log(level)


def _moved(window: Window, by: int) -> Window:
    return Window(window.begin + by, window.end + by, window.calls, window.failed, window.usual, window.p_value)


def _compared(
    money_of: tuple[Ints, Floats] | None, rest: Ints, window: Window, *, out: Ints, begin: int, confidence: float
) -> Comparison | None:
    if money_of is None:
        return None
    paid, charged = money_of
    hours = window.begin - begin, window.end - begin
    return compare(paid[begin:], charged[begin:], rest[begin:], hours=hours, out=out - begin, confidence=confidence)


def _row(hook: str, window: Window, timeouts: int, clock: Clock, told: Comparison | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "hook": hook,
        "started_at": clock.moment(window.begin),
        "ended_at": clock.moment(window.end),
        "calls": window.calls,
        "failed": window.failed,
        "failed_rate": window.failed / window.calls,
        "timeout_rate": timeouts / window.calls,
        "usual_rate": window.usual,
        "p_value": window.p_value,
    }
    if told is None:
        return row | {"days_compared": 0, "control": "none"}
    o, v = told.orders, told.value
    return row | {
        "orders_expected": o.expected,
        "orders_paid": int(o.observed),
        "orders_lost": o.lost,
        "orders_low": o.low,
        "orders_high": o.high,
        "value_lost": v.lost,
        "value_low": v.low,
        "value_high": v.high,
        "days_compared": told.days,
        "control": told.control,
    }


def _money(orders: TableLike, clock: Clock) -> tuple[Ints, Floats]:
    """Paid orders and money of each hour of the log."""
    engine, names = together({"orders": orders})
    given.require("orders", engine.columns(names["orders"]), "ts")
    columns = given.order_columns(engine, names["orders"])
    parts = {"moment": sql.column("ts"), "is_purchase": is_purchase(columns), "money": money(columns)}
    tree = sql.load(_ROOM, "incident_orders", tables={"orders": names["orders"]}, columns=parts)
    rows = engine.frame(tree, {"as_of": clock.until})
    at = rows["quarter"].to_numpy(np.int64) * _QUARTER_US
    inside = at >= micros(clock.since)
    hour = clock.hour(at[inside])
    paid, charged = (np.bincount(hour, rows[n].to_numpy(float)[inside], clock.hours) for n in ("paid", "charged"))
    return paid.astype(np.int64), charged.astype(np.float64)
