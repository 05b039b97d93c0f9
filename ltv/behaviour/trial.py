"""Trials: what became of them, how fast they convert, and those that are past their deadline and nobody decided.

The deadline is the truth: it is the end that a running trial is planned to have (`ended_at` without an outcome), else `hours`
after the start. A trial is *matured* when its deadline is over at as-of; only matured ones make a rate. Without an outcome it is
*running* before its deadline and *overdue* from it on. An outcome before the deadline of a trial that is not matured is *early*: it is
shown, and not in the rate, since only the quick ones can be there. Events of expiry are hints: they get lost and come late.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.behaviour.buckets import WeekStart, bucket, first_day
from ltv.behaviour.given import positive, require
from ltv.behaviour.trial_curve import Ints, incidence
from ltv.behaviour.trial_result import TrialOutcomes
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import day_end, micros, zone
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

OUTCOMES = ("converted", "downgraded", "cancelled")
ALL = "all"
HOUR_US = 3_600_000_000
_MOST_HOURS = 24 * 366
_ROOM, _FORM = "ltv.behaviour", "trials in one form"


def trial_outcomes(
    trials: TableLike,
    *,
    as_of: date,
    hours: int = 72,
    timezone: str = "UTC",
    week_start: WeekStart = "monday",
    currency: str = "CNY",
) -> TrialOutcomes:
    """What became of trials: by week of the start, by hour since the start, and what is overdue.

    The curve is the cumulative incidence of conversion with the other outcomes as competing ones (`trial_curve`), so that
    trials that are still running count as long as they have been seen.

    Args:
        trials: trial_id, started_at; outcome (converted, downgraded, cancelled; null while undecided), ended_at, plan,
            user_id, updated_at where they are there. Of several versions of a trial the last one known counts.
        as_of: the last day included.
        hours: length of a trial in hours.
        timezone: zone of the weeks.
        week_start: first day of a week.
        currency: in which money is written.

    Raises:
        UsageError: a column is missing, an outcome is none of those allowed, or `hours` is no whole number.

    >>> start = pd.to_datetime(["2026-06-01", "2026-06-02", "2026-06-29"])
    >>> given = pd.DataFrame({"trial_id": ["a", "b", "c"], "started_at": start, "outcome": ["converted", None, None]})
    >>> given["ended_at"] = start + pd.Timedelta(hours=12)
    >>> found = trial_outcomes(given.assign(ended_at=given["ended_at"].where(given["outcome"].notna())), as_of=date(2026, 6, 30))
    >>> found.cases["state"].tolist()
    ['converted', 'overdue', 'running']
    """
    positive("hours", hours, _MOST_HOURS)
    cases = _cases(trials, day_end(as_of, timezone), hours)
    cases["cohort"] = _weeks(cases["started_us"], timezone, week_start)
    table = _table(cases, hours)
    return TrialOutcomes(table, currency=currency, as_of=as_of, hours=hours, timezone=timezone, cases=cases)


def sweep_trials(
    trials: TableLike,
    *,
    as_of: date | datetime,
    hours: int = 72,
    timezone: str = "UTC",
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """Versions of the trials that a sweep has to write: undecided though their deadline is over, so downgraded at it.

    Nothing is written. The answer follows from the table and the instant alone: with what it gives written the next sweep gives
    nothing, and a sweep that was stopped half-way leaves the rest to the next one. Write each row only where the outcome is
    still null (`UPDATE … WHERE trial_id = ? AND outcome IS NULL`), and a conversion that comes in between is kept.

    Args:
        trials: as for `trial_outcomes`.
        as_of: an instant (naive UTC), or a day, of which the exclusive end is meant.
        hours: length of a trial in hours.
        timezone: zone of the day.
        only: trials that an event of expiry named, or None for all; one whose deadline is not over is left alone all the same.

    Raises:
        UsageError: as for `trial_outcomes`.

    >>> given = pd.DataFrame({"trial_id": ["a", "b"], "started_at": pd.to_datetime(["2026-06-01", "2026-06-29"]), "outcome": None})
    >>> todo = sweep_trials(given, as_of=datetime(2026, 6, 30))
    >>> todo[["trial_id", "outcome", "ended_at"]].astype(str).to_dict("records")
    [{'trial_id': 'a', 'outcome': 'downgraded', 'ended_at': '2026-06-04'}]
    """
    positive("hours", hours, _MOST_HOURS)
    instant = as_of if isinstance(as_of, datetime) else day_end(as_of, timezone)
    cases = _cases(trials, instant, hours)
    due = cases[cases["state"] == "overdue"]
    if only is not None:
        due = due[due["trial_id"].isin(set(only))]
    return pd.DataFrame(
        {
            "trial_id": due["trial_id"],
            "user_id": due["user_id"],
            "plan": due["plan"],
            "started_at": pd.to_datetime(due["started_us"], unit="us"),
            "ended_at": pd.to_datetime(due["deadline_us"], unit="us"),
            "outcome": "downgraded",
            "updated_at": pd.Timestamp(instant),
            "overdue_hours": due["overdue_hours"],
        }
    ).reset_index(drop=True)


def _cases(trials: TableLike, after: datetime, hours: int) -> pd.DataFrame:
    """One row a trial: its state at an instant, its deadline, when it was decided, and how long it was seen."""
    engine, names = together({"trials": trials})
    engine.define(_FORM, _form(engine, names["trials"]))
    rows = engine.frame(sql.load(_ROOM, "trial_rows", tables={"trials": _FORM}), {"as_of": after})
    wrong = rows["outcome"].dropna()
    wrong = wrong[~wrong.isin(OUTCOMES)]
    if len(wrong):
        raise UsageError(found("trials.outcome", str(wrong.iloc[0]), f"{', '.join(OUTCOMES)}, or null while undecided"))
    end = micros(after)
    started = rows["started_us"].to_numpy(np.int64)
    has = rows["outcome"].notna().to_numpy()
    ended = rows["ended_us"].astype("float64").to_numpy()
    planned = np.where(has | np.isnan(ended), np.nan, ended)
    deadline = np.where(np.isnan(planned), started + hours * HOUR_US, np.nan_to_num(planned)).astype(np.int64)
    told = np.where(np.isnan(ended), rows["version_us"].astype("float64").to_numpy(), ended)
    moment = np.where(np.isnan(told), np.minimum(deadline, end - 1), np.nan_to_num(told))
    decided = np.maximum(np.where(has, moment, end), started).astype(np.int64)
    known = has & (decided < end)  # an outcome of a later moment is not known yet
    matured = deadline <= end
    state = np.where(known, rows["outcome"].astype("object"), np.where(matured, "overdue", "running"))
    return pd.DataFrame(
        {
            "trial_id": rows["trial_id"],
            "user_id": rows["user_id"],
            "plan": rows["plan"].fillna("").replace({ALL: f"{ALL} (plan)"}).astype("str"),
            "state": state.astype(str),
            "started_us": started,
            "deadline_us": deadline,
            "is_matured": matured,
            "seen_us": np.where(known, decided, end) - started,
            "late_hours": np.where(known, (decided - deadline) / HOUR_US, np.nan),
            "overdue_hours": np.where(state == "overdue", (end - deadline) / HOUR_US, np.nan),
        }
    )


def _form(engine: Engine, table: str) -> exp.Query:
    """Trials with every column that is asked for; one that is not there is null."""
    there = require(engine, "trials", table, "trial_id", "started_at")
    columns = [
        exp.alias_(exp.cast(sql.column(name) if name in there else exp.null(), kind, dialect=sql.DIALECT), name)
        for name, kind in _OPTIONAL.items()
    ]
    return exp.select("trial_id", "started_at", *columns).from_(sql.table(table))


_OPTIONAL = {
    "user_id": "BIGINT",
    "plan": "VARCHAR",
    "outcome": "VARCHAR",
    "ended_at": "TIMESTAMP",
    "updated_at": "TIMESTAMP",
}


def _weeks(started: pd.Series[int], timezone: str, week_start: WeekStart) -> list[date]:
    local = pd.to_datetime(started, unit="us").dt.tz_localize("UTC").dt.tz_convert(str(zone(timezone)))
    return [first_day(bucket(d, "week", week_start), "week", week_start) for d in local.dt.date]


def _table(cases: pd.DataFrame, hours: int) -> pd.DataFrame:
    """The table `trial_outcomes`: the curve of every plan and of all, hour by hour."""
    plans = [(ALL, cases), *((str(p), rows) for p, rows in cases.groupby("plan", sort=True))]
    parts = [_curve(plan, rows, hours) for plan, rows in plans if len(rows)]
    return pd.concat(parts, ignore_index=True) if parts else _curve(ALL, cases, hours).iloc[:0]


def _curve(plan: str, cases: pd.DataFrame, hours: int) -> pd.DataFrame:
    at: Ints = np.arange(hours + 1, dtype=np.int64)
    named = cases["state"].map({o: k for k, o in enumerate(OUTCOMES, start=1)}).fillna(0)
    number, seen = named.to_numpy().astype(np.int64), cases["seen_us"].to_numpy().astype(np.float64)
    curves = [incidence(seen, number, (at * HOUR_US).astype(np.float64), of=k) for k in (1, 2, 3)]
    overdue = cases[cases["state"] == "overdue"]
    # a deadline that was put off is told with the last hour
    due = np.sort(np.minimum((overdue["deadline_us"] - overdue["started_us"]).to_numpy(np.int64), hours * HOUR_US))
    return pd.DataFrame(
        {
            "plan": plan,
            "hours_since_start": at,
            "trials": len(cases),
            "converted_rate": curves[0].rate,
            "at_risk": curves[0].at_risk,
            "overdue": np.searchsorted(due, at * HOUR_US, side="right"),
            "low": curves[0].low,
            "high": curves[0].high,
            "downgraded_rate": curves[1].rate,
            "cancelled_rate": curves[2].rate,
        }
    )
