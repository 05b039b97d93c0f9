"""What was given about launches: each with its time, whom it is for, and the experiment it is tested in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.behaviour.given import positive, require
from ltv.behaviour.golden48_slots import WEEK_HOURS
from ltv.errors import UsageError, found
from ltv.settings.calendar import check_days
from ltv.warehouse.local_time import day_end

if TYPE_CHECKING:
    from ltv.behaviour.golden48_counts import Around
    from ltv.behaviour.golden48_judge import Judge
    from ltv.settings.experiment import Experiment
    from ltv.warehouse.engine import Engine

_OPTIONAL = ("name", "kind", "audience")
_CONTROL = "control"
_MOST_LATE_HOURS, _MOST_WEEKS = 24 * 31, 104


@dataclass(frozen=True)
class Asked:
    """What is asked of all launches.

    Attributes:
        as_of: the last day included.
        hours: how many hours count.
        weeks: earlier weeks to compare with.
        late_hours: how long rows may still arrive.
        special_days: days that are like no other.
        launch: the one that is shown; empty for the newest.
        timezone: zone of the hours of the week.
    """

    as_of: date
    hours: int
    weeks: int
    late_hours: float
    special_days: tuple[str, ...]
    launch: str
    timezone: str

    def __post_init__(self) -> None:
        """Check what can be checked without the tables.

        Raises:
            UsageError: a number is out of range, or a special day is none.
        """
        positive("hours", self.hours, WEEK_HOURS)
        positive("weeks", self.weeks, _MOST_WEEKS)
        late = self.late_hours
        if isinstance(late, bool) or not (math.isfinite(late) and 0 <= late <= _MOST_LATE_HOURS):
            raise UsageError(found("late_hours", late, f"0 to {_MOST_LATE_HOURS}"))
        check_days("special_days", self.special_days)

    @property
    def after(self) -> datetime:
        """Exclusive end of what is known, naive UTC."""
        return day_end(self.as_of, self.timezone)


def launched(engine: Engine, table: str, asked: Asked) -> pd.DataFrame:
    """Launches up to the day, oldest first: launch_id, started_at, name, kind, audience.

    Raises:
        UsageError: a column is missing, a launch has no number or time or is there twice, or the one to show is none of them.
    """
    there = require(engine, "launches", table, "launch_id", "started_at")
    columns = [
        exp.alias_(exp.cast(sql.column(c) if c in there else exp.null(), "VARCHAR", dialect=sql.DIALECT), c)
        for c in _OPTIONAL
    ]
    tree = exp.select(exp.alias_(exp.cast(sql.column("launch_id"), "VARCHAR", dialect=sql.DIALECT), "launch_id"))
    rows = engine.frame(tree.select("started_at", *columns).from_(sql.table(table)))
    for name in ("launch_id", "started_at"):
        if rows[name].isna().any():
            raise UsageError(found(f"launches.{name}", "a row without one", "a value in every row"))
    twice = rows["launch_id"][rows["launch_id"].duplicated()]
    if len(twice):
        raise UsageError(found("launches.launch_id", str(twice.iloc[0]), "each launch once"))
    made = rows[rows["started_at"] < asked.after].sort_values(["started_at", "launch_id"], ignore_index=True)
    if asked.launch and asked.launch not in set(made["launch_id"]):
        raise UsageError(found("launch", asked.launch, ", ".join(made["launch_id"]) or "no launch by this day"))
    return made.assign(name=made["name"].fillna(made["launch_id"]))


def audiences(made: pd.DataFrame, around: Around) -> pd.DataFrame:
    """Add `source` or `crowd` where the audience of a launch is a system or a segment; else it is judged on everybody."""
    wanted = made["audience"].notna().any()
    sources, crowds = (around.sources(), around.crowds()) if wanted else (set(), set())
    text = made["audience"].where(made["audience"].notna(), None).astype(object)
    source = text.where(text.isin(sources), None)
    return made.assign(source=source, crowd=text.where(text.isin(crowds) & source.isna(), None))


def tested(
    judge: Judge, names: Mapping[str, str], experiments: Sequence[Experiment], controls: Mapping[str, str]
) -> pd.DataFrame:
    """Launches with an experiment, at each look they have reached.

    Args:
        judge: the launches and how far each has come.
        names: argument → table, of those given.
        experiments: what is declared.
        controls: launch_id → experiment; default the experiment of the same name.

    Returns:
        launch, cell (its number at that look), experiment, control, share (of the control; missing where not declared), begin_us,
        until_us; no rows without exposures.

    Raises:
        UsageError: `controls` names a launch that is none.
    """
    unknown = [k for k in controls if k not in set(judge.made["launch_id"])]
    if unknown:
        raise UsageError(found("controls", unknown[0], ", ".join(judge.made["launch_id"]) or "no launch by this day"))
    declared = {e.name: e for e in experiments}
    rows = []
    for launch, name in enumerate(judge.made["launch_id"] if "exposures" in names else []):
        experiment = controls.get(name, name)
        plan = declared.get(experiment)
        control, share = (plan.control, plan.variants[plan.control]) if plan else (_CONTROL, None)
        begin = int(judge.bounds[launch, 0, 0])
        rows += [
            (launch, judge.cell(launch, look), experiment, control, share, begin, judge.until_us(launch, look))
            for look in range(judge.furthest(launch) + 1)
        ]
    columns = ["launch", "cell", "experiment", "control", "share", "begin_us", "until_us"]
    types = dict.fromkeys(("launch", "cell", "begin_us", "until_us"), "int64")
    texts = {"experiment": "string", "control": "string", "share": "float64"}
    return pd.DataFrame(rows, columns=columns).astype(types | texts)
