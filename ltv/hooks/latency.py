"""Where the time of traces goes: the critical path, who owns the slow ones, what has changed, and what it began with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ltv.errors import UsageError, found
from ltv.hooks.change import LEAST, Change, began, change, risen
from ltv.hooks.latency_result import Latency
from ltv.hooks.payment_funnel import MS
from ltv.hooks.quantiles import ALL, QUANTILES
from ltv.hooks.spans import MOST_DAYS, Flags, Floats, Forest, Ints, traces
from ltv.warehouse import given
from ltv.warehouse.local_time import day_end, micros, zone
from ltv.warehouse.table import Table, TableLike, together

DAY_US, HOUR_US = 86_400_000_000, 3_600_000_000
MOST_OPERATIONS = 200
_SHOWN, _SURE, _CLEAR = 0.95, 0.99, 0.001  # levels: of an interval, of all verdicts together; of a moment
_NEAR, _NEAR_SHARE = 10, 0.05  # spans between a release and the best split, which few spans tell but roughly
SPAN_LATENCY = [
    "channel", "service", "name", "spans", "errors", "path_share", "self_p50_ms", "self_p95_ms", "self_p99_ms", "p50_ms", "p95_ms",
    "p99_ms", "usual_ms", "slow_ms", "slow_share", "owns_p95",
]  # fmt: skip
CHANGES = [
    "channel", "service", "name", "n", "n_before", "p50_ms", "p50_before_ms", "p50_change", "p50_low", "p50_high", "p95_ms",
    "p95_before_ms", "p95_change", "p95_low", "p95_high", "extra_ms", "verdict", "owed_to", "began_at", "p_value", "version", "version_before",
    "launch_id", "launch",
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is compared with what.

    Attributes:
        days: so many days up to as-of are read, and shown day by day.
        compare_days: the last so many days are compared with as many before; in both together the moment of a change is looked for.
        least_change: a smaller change of a quantile is none, as a share.
        launch_hours: a launch so many hours before or after the change goes with it.
    """

    days: int = 28
    compare_days: int = 7
    least_change: float = 0.1
    launch_hours: int = 36


def latency(
    spans: TableLike | Forest,
    *,
    as_of: date,
    launches: TableLike | None = None,
    timezone: str = "UTC",
    asked: Asked | None = None,
) -> Latency:
    """Find where the time of traces goes, and what has changed against the week before.

    The critical path of a trace goes back from the end of its root, always to the child that ended last; the time in which no child ran is the
    span's own. Its parts add up to the length of the trace. A child that reaches beyond its parent counts where they overlap.

    Args:
        spans: trace_id, span_id, service, name, started_at, duration_us; parent_span_id, status, attributes (JSON: `payment.channel`,
            `service.version`); or what `traces` read of them, of at least the days that are compared.
        as_of: the last day included.
        launches: launch_id, name, started_at, or None.
        timezone: zone of days.
        asked: what is compared with what.

    Returns:
        `.table` is `span_latency` (the last week), `.changes` is `latency_changes`. A change is told when the interval of p50 or p95 of the
        own time leaves out no change after the correction for how many are looked at.

    Raises:
        UsageError: a column is not there, or a number of days is out of range.

    >>> import pandas as pd
    >>> ran = pd.DataFrame({"trace_id": "t", "span_id": ["a", "b"], "parent_span_id": [None, "a"], "service": ["gate", "pay"], "name": ["POST", "charge"],
    ...     "started_at": pd.to_datetime(["2026-01-01 10:00"] * 2), "duration_us": [90_000, 60_000], "status": "OK"})
    >>> latency(ran, as_of=date(2026, 1, 1)).table[["name", "path_share"]].round(2).values.tolist()
    [['charge', 0.67], ['POST', 0.33]]
    """
    asked = asked or Asked()
    _check(asked)
    known = None
    if launches is not None:
        engine, names = together({"launches": launches})
        given.require("launches", engine.columns(names["launches"]), "launch_id", "name", "started_at")
        known = Table(engine, names["launches"]).frame()
    read = spans if isinstance(spans, Forest) else traces(spans, as_of=as_of, timezone=timezone, days=asked.days)
    end = micros(day_end(as_of, timezone))
    there = (end - read.since) // DAY_US
    if there < 2 * asked.compare_days:
        raise UsageError(found("days of traces", there, f"at least twice compare_days, {2 * asked.compare_days}"))
    return _told(read, end, asked, known, as_of=as_of, timezone=timezone)


def _check(asked: Asked) -> None:
    for name in ("days", "compare_days"):
        value = getattr(asked, name)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
            raise UsageError(found(f"asked.{name}", value, f"a whole number from 1 to {MOST_DAYS}"))
    if asked.days < 2 * asked.compare_days:
        raise UsageError(found("asked.days", asked.days, f"at least twice compare_days, {2 * asked.compare_days}"))


@dataclass(frozen=True)
class _Split:
    """Spans by operation and channel, and which lie in the week and which in the week before."""

    spans: Forest
    operations: Ints
    now: Flags
    before: Flags


def _told(
    read: Forest, end: int, asked: Asked, launches: pd.DataFrame | None, *, as_of: date, timezone: str
) -> Latency:
    week = asked.compare_days * DAY_US
    total = np.bincount(read.operation.codes, read.path, minlength=len(read.operation.values))
    kept = np.sort(np.argsort(-total, kind="stable")[:MOST_OPERATIONS])
    split = _Split(
        read, kept, read.started >= end - week, (read.started >= end - 2 * week) & (read.started < end - week)
    )
    table = _table(split)
    changes = _changes(split, asked, launches)
    return Latency(
        table, as_of=as_of, timezone=timezone, asked_days=asked.compare_days, changes=changes, daily=_daily(split, timezone),
        totals=_totals(split), counts=read.counts, operations=len(total),
    )  # fmt: skip


def _groups(split: _Split) -> list[tuple[str, Ints]]:
    """Rows of all traces, and of those of each channel, in the order of time."""
    spans = split.spans
    order = np.argsort(spans.started, kind="stable")
    if not len(order):
        return []
    by_channel = [(name, order[spans.channel.codes[order] == k]) for k, name in enumerate(spans.channel.values)]
    return [(ALL, order), *((name, rows) for name, rows in by_channel if len(rows))]


def _by_operation(split: _Split, rows: Ints) -> list[tuple[int, Ints]]:
    codes = split.spans.operation.codes[rows]
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], [split.operations, split.operations + 1])
    return [(int(c), rows[order[a:b]]) for c, a, b in zip(split.operations, *edges, strict=True) if b > a]


def _table(split: _Split) -> pd.DataFrame:
    parts = [_of_channel(split, channel, rows[split.now[rows]]) for channel, rows in _groups(split)]
    return pd.concat(parts, ignore_index=True)[SPAN_LATENCY] if parts else pd.DataFrame(columns=SPAN_LATENCY)


def _of_channel(split: _Split, channel: str, rows: Ints) -> pd.DataFrame:
    """The last week of a channel: each operation's times, and its part of usual and of slow traces."""
    spans = split.spans
    roots = rows[spans.is_root[rows]]
    if not len(roots):
        return pd.DataFrame(columns=SPAN_LATENCY)
    low, high, slow_from = np.quantile(spans.lasted[roots], [0.25, 0.75, 0.95])
    length = np.full(spans.traces, -1, np.int64)
    length[spans.trace[roots]] = spans.lasted[roots]
    of_trace = length[spans.trace[rows]]
    is_usual, is_slow = (of_trace >= low) & (of_trace <= high), of_trace >= slow_from
    n = len(spans.operation.values)
    usual, slow, path = (
        np.bincount(spans.operation.codes[rows[m]], spans.path[rows[m]], n) for m in (is_usual, is_slow, of_trace >= 0)
    )
    in_usual, in_slow = (int(m[spans.is_root[rows]].sum()) for m in (is_usual, is_slow))
    out = []
    for code, mine in _by_operation(split, rows):
        service, _, name = spans.operation.values[code].partition(" · ")
        out.append({
            "channel": channel, "service": service, "name": name, "spans": len(mine), "errors": int(spans.is_error[mine].sum()),
            "path_share": path[code] / max(path.sum(), 1), **_quantiles(spans.own[mine], "self_"), **_quantiles(spans.lasted[mine], ""),
            "usual_ms": usual[code] / in_usual / MS, "slow_ms": slow[code] / in_slow / MS, "slow_share": slow[code] / max(slow.sum(), 1),
        })  # fmt: skip
    told = pd.DataFrame(out).sort_values("path_share", ascending=False, ignore_index=True, kind="stable")
    return told.assign(owns_p95=np.arange(len(told)) == int((told["slow_ms"] - told["usual_ms"]).argmax()))


def _quantiles(values: Ints, prefix: str) -> dict[str, float]:
    told = np.quantile(values, list(QUANTILES.values())) / MS
    return {f"{prefix}{name}_ms": float(x) for name, x in zip(QUANTILES, told, strict=True)}


def _changes(split: _Split, asked: Asked, launches: pd.DataFrame | None) -> pd.DataFrame:
    """Every operation in every channel: the week against the week before, and since when."""
    series = [(c, code, mine) for c, rows in _groups(split) for code, mine in _by_operation(split, rows)]
    level = 1 - (1 - _SURE) / max(2 * len(series), 1)
    rows = [_change_of(split, c, code, mine, asked, level) for c, code, mine in series]
    told = pd.DataFrame(rows, columns=[c for c in CHANGES if c not in ("launch_id", "launch")])
    return _with_launches(told, launches, asked.launch_hours)[CHANGES]


def _change_of(  # noqa: PLR0917
    split: _Split, channel: str, code: int, mine: Ints, asked: Asked, level: float
) -> dict[str, object]:
    spans = split.spans
    service, _, name = spans.operation.values[code].partition(" · ")
    own: Floats = np.maximum(spans.own[mine], 1).astype(np.float64)
    now, before = (np.sort(own[m[mine]]) for m in (split.now, split.before))
    shown = {q: change(now, before, QUANTILES[q], level=_SHOWN) for q in ("p50", "p95")}
    judged = {q: change(now, before, QUANTILES[q], level=level) for q in ("p50", "p95")}
    row: dict[str, object] = {
        "channel": channel,
        "service": service,
        "name": name,
        "n": len(now),
        "n_before": len(before),
    }
    for q, c in shown.items():
        row |= {
            f"{q}_ms": c.now / MS,
            f"{q}_before_ms": c.before / MS,
            f"{q}_change": c.ratio,
            f"{q}_low": c.low,
            f"{q}_high": c.high,
        }
    path = spans.path[mine]
    means = [float(path[m[mine]].mean()) if m[mine].any() else np.nan for m in (split.now, split.before)]
    row |= {"extra_ms": (means[0] - means[1]) / MS}
    row |= _verdict(judged, asked.least_change)
    compared = (split.now | split.before)[mine]
    return row | _since(spans, mine[compared], own[compared], str(row["verdict"]))


def _verdict(judged: dict[str, Change], least: float) -> dict[str, str | None]:
    """What is said of an operation, and of which quantile it is true: the p50 where it is true of both."""
    known = {q: c for q, c in judged.items() if c.is_known}
    slower = [q for q, c in known.items() if c.low > 0 and c.ratio >= least]
    faster = [q for q, c in known.items() if c.high < 0 and c.ratio <= -least / (1 + least)]
    verdict = "slower" if slower else "faster" if faster else "same" if known else "few"
    return {"verdict": verdict, "owed_to": next(iter(slower or faster), None)}


def _since(spans: Forest, mine: Ints, own: Floats, verdict: str) -> dict[str, object]:
    """When it began, and with which release; a release that came near the moment tells it exactly.

    Only spans of the two weeks that were compared: an earlier change is another one. So is one in the other direction.
    """
    nothing: dict[str, object] = {"began_at": pd.NaT, "p_value": np.nan, "version": None, "version_before": None}
    since = began(own) if verdict in ("slower", "faster") and len(own) >= 2 * LEAST else None
    if since is None or since.p_value > _CLEAR or since.rises != (verdict == "slower"):
        return nothing
    codes, moment = spans.version.codes[mine], int(spans.started[mine[since.place]])
    new, old = risen(codes[: since.place], codes[since.place :], spans.version.values)
    if new is not None:
        place = int(np.argmax(codes == spans.version.values.index(new)))
        first = int(spans.started[mine[place]])
        near = abs(first - moment) <= DAY_US or abs(place - since.place) <= max(_NEAR, _NEAR_SHARE * len(codes))
        moment, new = (first, new) if near else (moment, None)
    return {
        "began_at": pd.Timestamp(moment, unit="us"),
        "p_value": since.p_value,
        "version": new,
        "version_before": old,
    }


def _with_launches(rows: pd.DataFrame, launches: pd.DataFrame | None, hours: int) -> pd.DataFrame:
    """The nearest launch of each change, if one is near."""
    ids: list[str | None] = []
    names: list[str | None] = []
    started = None if launches is None else pd.to_datetime(launches["started_at"])
    if started is not None and started.dt.tz is not None:
        started = started.dt.tz_convert("UTC").dt.tz_localize(None)
    for moment in rows["began_at"]:
        away = None if started is None or pd.isna(moment) else (started - moment).abs()
        near = away is not None and len(away) > 0 and bool(away.min() <= pd.Timedelta(hours=hours))
        at = away.idxmin() if near and away is not None else None
        ids.append(None if at is None or launches is None else str(launches.loc[at, "launch_id"]))
        names.append(None if at is None or launches is None else str(launches.loc[at, "name"]))
    return rows.assign(launch_id=np.array(ids, dtype=object), launch=np.array(names, dtype=object))


def _daily(split: _Split, timezone: str) -> pd.DataFrame:
    """Own time of each operation by day and channel."""
    spans = split.spans
    names = np.array([*spans.channel.values, None], dtype=object)
    frame = pd.DataFrame({"operation": spans.operation.codes, "channel": spans.channel.codes, "own": spans.own / MS})
    frame["date"] = _days(spans.started, timezone)
    told = frame.groupby(["date", "operation", "channel"])["own"].quantile(np.array([0.5, 0.95])).unstack()
    told = told.set_axis(["p50_ms", "p95_ms"], axis=1).reset_index() if len(frame) else pd.DataFrame(columns=_DAILY)
    pairs = [o.partition(" · ") for o in spans.operation.values]
    codes = told["operation"].astype(int)
    told = told.assign(
        service=[pairs[k][0] for k in codes],
        name=[pairs[k][2] for k in codes],
        channel=names[told["channel"].astype(int)],
    )
    return told[["date", "channel", "service", "name", "p50_ms", "p95_ms"]]


_DAILY = ["date", "operation", "channel", "p50_ms", "p95_ms"]


def _days(started: Ints, timezone: str) -> list[date]:
    """Local day of each moment; few hours are asked, many rows are told."""
    hours, place = np.unique(started // HOUR_US, return_inverse=True)
    moments = pd.to_datetime(hours * HOUR_US, unit="us").tz_localize("UTC").tz_convert(zone(timezone))
    return list(np.array([m.date() for m in moments.to_pydatetime()], dtype=object)[place]) if len(hours) else []


def _totals(split: _Split) -> dict[str, float]:
    """Length of whole traces: the week, and the week before."""
    spans = split.spans
    roots = spans.root
    out: dict[str, float] = {}
    for label, mask in (("now", split.now), ("before", split.before)):
        lasted = spans.lasted[roots[mask[roots]]]
        out[f"traces_{label}"] = float(len(lasted))
        out |= {
            f"{q}_{label}": float(np.quantile(lasted, QUANTILES[q]) / MS) if len(lasted) else np.nan
            for q in ("p50", "p95")
        }
    return out
