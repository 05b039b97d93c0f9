"""What was given about launches: each with its time, whom it is for, and the experiment it is tested in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.behaviour.given import positive, require
from ltv.behaviour.golden48_slots import WEEK_HOURS
from ltv.errors import UsageError, found
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
        is_number = isinstance(late, (int, float)) and not isinstance(late, bool)
        if not (is_number and 0 <= late <= _MOST_LATE_HOURS):
            raise UsageError(found("late_hours", late, f"0 to {_MOST_LATE_HOURS}"))

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
    if not there["started_at"].upper().startswith(("TIMESTAMP", "DATE")) or "ZONE" in there["started_at"].upper():
        raise UsageError(found("launches.started_at", there["started_at"], "times without a zone (UTC)"))
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
    rows["started_at"] = pd.to_datetime(rows["started_at"])
    made = rows[rows["started_at"] < asked.after].sort_values(["started_at", "launch_id"], ignore_index=True)
    if asked.launch and asked.launch not in set(made["launch_id"]):
        raise UsageError(found("launch", asked.launch, ", ".join(made["launch_id"]) or "no launch by this day"))
    return made.assign(name=made["name"].fillna(made["launch_id"]))


def audiences(made: pd.DataFrame, systems: Collection[str]) -> pd.DataFrame:
    """Add `source` where the audience of a launch is a system of events or orders; else it is judged on everybody.

    A segment is no audience: who belongs to it today may do so for what happened since.
    """
    text = made["audience"].where(made["audience"].notna(), None).astype(object)
    return made.assign(source=text.where(text.isin([s for s in systems if s]), None))


@dataclass(frozen=True)
class Controls:
    """Launches with an experiment.

    Attributes:
        cells: launch, cell (its number at a look), experiment, begin_us, until_us; for each look it has reached.
        variants: experiment, variant, arm (0 for the control).
        shares: launch → share of the control that was declared.
    """

    cells: pd.DataFrame
    variants: pd.DataFrame
    shares: Mapping[int, float]

    @property
    def launches(self) -> frozenset[int]:
        """Which have one."""
        return frozenset(self.cells["launch"].tolist())


def find_controls(
    judge: Judge, around: Around, experiments: Sequence[Experiment], controls: Mapping[str, str]
) -> Controls:
    """Find the experiment of each launch.

    Args:
        judge: the launches and how far each has come.
        around: the tables.
        experiments: what is declared: only declared variants are arms. Of others, `control` is one arm and the rest the other.
        controls: launch_id → experiment; default the experiment of the same name.

    Raises:
        UsageError: `controls` names a launch that is none.
    """
    names = judge.made["launch_id"].tolist()
    unknown = [k for k in controls if k not in names]
    if unknown:
        raise UsageError(found("controls", unknown[0], ", ".join(names) or "no launch by this day"))
    declared, met = {e.name: e for e in experiments}, around.experiments()
    of = {i: controls.get(n, n) for i, n in enumerate(names) if controls.get(n, n) in met}
    cells = [(i, look, of[i]) for i in of for look in range(judge.furthest(i) + 1)]
    rows = [(i, judge.cell(i, k), e, int(judge.bounds[i, 0, 0]), judge.until_us(i, k)) for i, k, e in cells]
    arms = []
    for experiment in sorted(set(of.values())):
        plan = declared.get(experiment)
        control, known = (plan.control, list(plan.variants)) if plan else (_CONTROL, around.variants(experiment))
        arms += [(experiment, v, int(v != control)) for v in known]
    shares = {i: declared[e].variants[declared[e].control] for i, e in of.items() if e in declared}
    return Controls(_frame(rows, _CELLS), _frame(arms, _ARMS), shares)


_CELLS = {"launch": "int64", "cell": "int64", "experiment": "string", "begin_us": "int64", "until_us": "int64"}
_ARMS = {"experiment": "string", "variant": "string", "arm": "int64"}


def _frame(rows: Sequence[tuple[object, ...]], types: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(types)).astype(dict(types))
