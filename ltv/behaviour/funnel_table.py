"""From attempts to tables: people by step and group, what the lost did next, and conversion by day of entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from ltv import sql
from ltv.behaviour.funnel_asked import Asked
from ltv.behaviour.funnel_parts import ATTEMPTS, MOMENTS, PAID, PEOPLE, ROOM, Days, Part, Parts
from ltv.errors import UsageError, found
from ltv.warehouse.given import require
from ltv.warehouse.local_time import zone

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

ROLLING_DAYS = 7
_STANDING = "CASE WHEN o.at < a.entered THEN 'customer' WHEN r.at < a.entered THEN 'registered' ELSE 'new' END"
_TAKEN = ("all", "source", "status")
COLUMNS = [
    "funnel",
    "segment_kind",
    "segment",
    "step_index",
    "step",
    "users",
    "pending",
    "users_closed",
    "rate_from_previous",
    "rate_from_first",
    "median_seconds_from_previous",
]


def define_people(parts: Parts, names: Mapping[str, str]) -> None:
    """Define the attempts with the status at entry, where members or orders tell it."""
    told = "status" in parts.asked.breakdown and ("orders" in names or "members" in names)
    registered, ordered = (
        (_registered(parts, names), _ordered(parts, names)) if told else (_firsts(parts, "nobody"),) * 2
    )
    standing = sql.expression(_STANDING) if told else exp.cast(exp.null(), "VARCHAR", dialect=sql.DIALECT)
    tables = {"attempts": ATTEMPTS, "registered": registered, "ordered": ordered}
    parts.engine.define(
        parts.keep(PEOPLE), sql.load(ROOM, "funnel_people", tables=tables, columns={"standing": standing})
    )


def _registered(parts: Parts, names: Mapping[str, str]) -> str:
    if "members" in names:
        kinds = parts.engine.columns(names["members"])
        name = next((c for c in ("registered_at", "ts") if c in kinds), None)
        if name is None or "user_id" not in kinds:
            raise UsageError(found("members columns", ", ".join(kinds), "also user_id and registered_at"))
        part = Part(names["members"], "acts", kinds | {"ts": kinds[name]})
        moment = exp.cast(part.column(name), "TIMESTAMP", dialect=sql.DIALECT)
        return _firsts(parts, "registered", part, moment, exp.true())
    if "events" in names and "orders" in names:
        part = Part(names["events"], "acts", parts.engine.columns(names["events"]))
        is_register = sql.expression("e = 'register'", e=part.what)
        return _firsts(parts, "registered", part, part.moment, is_register)
    return _firsts(parts, "registered")


def _ordered(parts: Parts, names: Mapping[str, str]) -> str:
    if "orders" not in names:
        return _firsts(parts, "ordered")
    part = Part(names["orders"], "acts", parts.engine.columns(names["orders"]), PAID)
    return _firsts(parts, "ordered", part, part.moment, part.is_counted)


def _firsts(
    parts: Parts, what: str, part: Part | None = None, moment: exp.Expr | None = None, only: exp.Expr | None = None
) -> str:
    name = parts.keep(f"fun {what}")
    if part is None or moment is None or only is None:
        parts.engine.define(name, sql.load(ROOM, "funnel_nobody"))
        return name
    columns = {"who": part.who, "moment": moment, "is_counted": only}
    parts.engine.define(name, sql.load(ROOM, "funnel_firsts", tables={"acts": part.table}, columns=columns))
    return name


def table_of(parts: Parts, asked: Asked, segments: str | None, funnel: str) -> pd.DataFrame:
    """The result table: one row a step of the whole and of every group."""
    import pandas as pd

    tables = {"people": PEOPLE, "moments": MOMENTS, "segments": segments or _no_segments(parts)}
    params = {"window": asked.window_us, "as_of_us": asked.as_of_us}
    if segments:
        _check_segments(parts, segments)
    counts = parts.engine.frame(sql.load(ROOM, "funnel_counts", tables=tables), params)
    medians = parts.engine.frame(sql.load(ROOM, "funnel_medians", tables=tables))
    told: Any = medians.itertuples()
    waited = {(str(r.segment_kind), str(r.segment), int(r.step)): float(r.seconds) for r in told}
    rows: list[dict[str, Any]] = []
    groups: dict[Any, pd.DataFrame] = dict(list(counts.groupby(["segment_kind", "segment"])))
    keys = sorted({("all", "all"), *groups}, key=lambda key: (key[0] != "all", key))
    for kind, segment in keys:
        part = groups.get((kind, segment), counts.iloc[:0])
        rows += _rows(part, asked, {"funnel": funnel, "segment_kind": kind, "segment": segment}, waited)
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    part: pd.DataFrame, asked: Asked, key: dict[str, Any], waited: Mapping[tuple[str, str, int], float]
) -> list[dict[str, Any]]:
    depth, people = part["depth"].to_numpy(), part["people"].to_numpy()
    closed = part["is_closed"].to_numpy(dtype=bool)
    pending = ~closed & part["is_open"].to_numpy(dtype=bool) & (depth < asked.last)

    def reach(which: NDArray[np.bool_]) -> list[int]:
        return [int(people[which & (depth >= k)].sum()) for k in range(asked.last + 1)]

    users, waiting, over = reach(~closed), reach(pending), reach(closed)
    rows = []
    for k, step in enumerate(asked.steps):
        row = key | {"step_index": k, "step": step, "users": users[k], "pending": waiting[k], "users_closed": over[k]}
        row["rate_from_previous"] = _rate(over[k], over[max(k - 1, 0)])
        row["rate_from_first"] = _rate(over[k], over[0])
        row["median_seconds_from_previous"] = waited.get((key["segment_kind"], key["segment"], k), float("nan"))
        rows.append(row)
    return rows


def _rate(people: int, of: int) -> float:
    return people / of if of else float("nan")


def _no_segments(parts: Parts) -> str:
    name = parts.keep("fun no segments")
    parts.engine.define(name, sql.load(ROOM, "no_segments"))
    return name


def _check_segments(parts: Parts, segments: str) -> None:
    columns = parts.engine.columns(segments)
    require("segments", columns, "user_id", "segment_kind", "segment")
    kinds = parts.engine.frame(exp.select("segment_kind").distinct().from_(sql.table(segments)))["segment_kind"]
    taken = sorted(set(kinds) & set(_TAKEN))
    if taken:
        raise UsageError(found("segment_kind", taken[0], f"a name other than {', '.join(_TAKEN)}"))


def instead_of(parts: Parts, asked: Asked, table: pd.DataFrame) -> pd.DataFrame:
    """What those lost at each step did next: step_index, step, lost, event (None: nothing more), people, share."""
    import pandas as pd

    columns = ["step_index", "step", "lost", "event", "people", "share"]
    part = next((p for p in parts.parts if not p.event), None)
    if part is None or not len(table):
        return pd.DataFrame(columns=columns)
    whole = table[table["segment_kind"] == "all"].set_index("step_index")["users_closed"]
    lost = {k: int(whole[k] - whole[k + 1]) for k in range(asked.last)}
    if not sum(lost.values()):
        return pd.DataFrame(columns=columns)
    names = parts.names(part)
    parts.engine.register(parts.keep("fun names"), names)
    known = sql.expression("m < b", m=part.moment, b=sql.literal(asked.as_of))
    columns_ = {"who": part.who, "moment": part.moment, "what": part.what, "known": known}
    tree = parts.load("funnel_instead", part, columns_, people=PEOPLE, names="fun names")
    found_ = parts.engine.frame(tree, {"last": asked.last, "window": asked.window_us})
    tuples: Any = found_.itertuples()
    rows = [(int(r.depth), str(r.event), int(r.people)) for r in tuples]
    for k, n in lost.items():
        rows.append((k, "", n - sum(people for depth, _, people in rows if depth == k)))
    told = [
        {
            "step_index": k,
            "step": asked.steps[k],
            "lost": lost[k],
            "event": event or None,
            "people": n,
            "share": n / lost[k],
        }
        for k, event, n in sorted(rows, key=lambda row: (row[0], -row[2], row[1]))
        if n
    ]
    return pd.DataFrame(told, columns=columns)


def rolling_of(parts: Parts, days: Days, people: NDArray[np.int64]) -> pd.DataFrame:
    """Conversion by day of entry and over the seven days that end there; blank on days without any data."""
    import pandas as pd

    part = next((p for p in parts.parts if not p.event), None) or (parts.parts[0] if parts.parts else None)
    columns = ["date", "entrants", "converted", "has_data", "entrants_7d", "converted_7d", "days_with_data", "rate_7d"]
    if part is None or not days.days:
        return pd.DataFrame(columns=columns)
    tree = parts.load("funnel_quarters", part, {"moment": part.moment})
    quarters = parts.engine.frame(tree, {"as_of": parts.asked.as_of})["quarter"]
    place = zone(parts.asked.timezone)
    seen = {dt.datetime.fromtimestamp(int(q) * 900, place).date() for q in quarters}
    has_data = np.array([day in seen for day in days.days])
    frame = pd.DataFrame({"date": list(days.days), "entrants": people[0], "converted": people[1], "has_data": has_data})
    for name in ("entrants", "converted"):
        frame[f"{name}_7d"] = frame[name].rolling(ROLLING_DAYS, min_periods=ROLLING_DAYS).sum()
    frame["days_with_data"] = frame["has_data"].astype(int).rolling(ROLLING_DAYS, min_periods=ROLLING_DAYS).sum()
    rate = frame["converted_7d"] / frame["entrants_7d"].where(frame["entrants_7d"] > 0)
    frame["rate_7d"] = rate.where(frame["has_data"])
    for name in ("entrants", "converted"):
        frame[name] = frame[name].astype(float).where(frame["has_data"])
    return frame[columns]
