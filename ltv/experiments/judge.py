"""Judge experiments from the tables of a workspace.

The walk of one test: its people with their metrics (`units`) → counts and checks (`checks`) → sums of every arm (`sums`) →
every method on every metric (`methods`) → groups (`by_segment`) → one decision a variant (`decide`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.experiments import checks as look
from ltv.experiments.by_segment import by_segment
from ltv.experiments.checks import Check, Counts
from ltv.experiments.decide import MONTH_DAYS, Decision, without_plan
from ltv.experiments.decide_words import REASON
from ltv.experiments.findings import (
    Findings,
    Lines,
    before_check,
    blank,
    chance_checks,
    decisions_of,
    lines_of,
    stamped,
)
from ltv.experiments.judged import Judged
from ltv.experiments.looks import looks
from ltv.experiments.metrics import COVARIATES, DAY_US, Metric
from ltv.experiments.people_of_test import Measured, People
from ltv.experiments.rows import Row, frame_of
from ltv.experiments.units import FIRST, Tables
from ltv.settings.experiment import Experiment
from ltv.settings.metric import metric_name
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

    from ltv.text import Text
    from ltv.warehouse.engine import Engine

LATELY_DAYS = 28
_MOST_SHARED = 2_000_000
_FRESH_DAYS, _SCORES = 8, "exp scores"
_FAR = dt.datetime(1970, 1, 1), dt.datetime(9999, 12, 31)  # noqa: DTZ001  engine times are naive UTC


def judge(
    exposures: TableLike,
    orders: TableLike,
    *,
    experiments: Sequence[Experiment],
    as_of: dt.date,
    events: TableLike | None = None,
    invites: TableLike | None = None,
    segments: TableLike | None = None,
    scores: TableLike | None = None,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Judged:
    """Check, compare and decide every experiment.

    Args:
        exposures: user_id, ts, experiment, variant; of several exposures of a person the first counts.
        orders: user_id, ts, amount or value, status, discount, refund.
        experiments: what is declared: variants with their shares, control, metrics, dates.
        as_of: the last day included.
        events: user_id, ts, event; without them only orders tell who was there.
        invites: inviter_user_id, ts.
        segments: user_id, segment_kind, segment.
        scores: user_id, horizon_days, expected: completes the lifetime value of people whose time is not over.
        timezone: zone of the days in which tests begin and end.
        currency: in which money is written.

    Returns:
        Decisions with their reasons, checks and all lines; `.table` is `experiment_results`.

    Raises:
        UsageError: a table lacks a column.

    >>> import pandas as pd
    >>> met = pd.DataFrame({"user_id": range(2000), "ts": pd.Timestamp("2026-01-01"), "experiment": "blue"})
    >>> met["variant"] = ["control", "blue"] * 1000
    >>> bought = pd.DataFrame({"user_id": range(0, 1000, 3), "ts": pd.Timestamp("2026-01-02"), "amount": 10.0, "status": "paid"})
    >>> blue = Experiment("blue", "s", {"control": 0.5, "blue": 0.5}, "control", metrics=("order_rate_7d",), end=dt.date(2026, 1, 2))
    >>> judge(met, bought, experiments=[blue], as_of=dt.date(2026, 3, 1)).decisions[0].verdict
    'do_not_ship'
    """
    given = {"exposures": exposures, "orders": orders, "events": events, "invites": invites}
    engine, names = together(given | {"segments": segments, "scores": scores})
    columns = engine.columns(names["exposures"])
    missing = [c for c in ("user_id", "ts", "experiment", "variant") if c not in columns]
    if missing:
        raise UsageError(found("exposures columns", ", ".join(columns), f"also {', '.join(missing)}"))
    after = day_end(as_of, timezone)
    with Tables(engine, _with_fresh_scores(engine, names, after), after).opened() as tables:
        shared = _shared(tables)
        tests = [_Test(tables, e, timezone).findings(shared) for e in experiments]
        tests += _undeclared(tables, {e.name for e in experiments})
    rows = [row for test in tests for row in test.rows]
    return Judged(frame_of(rows, after), currency=currency, as_of=as_of, tests=tuple(tests))


def _with_fresh_scores(engine: Engine, names: dict[str, str], after: dt.datetime) -> dict[str, str]:
    """The tables without scores of other days: they would complete a time that is over, or was not yet."""
    if "scores" not in names or "as_of" not in engine.columns(names["scores"]):
        return names
    span = {"low": sql.literal(after - dt.timedelta(days=_FRESH_DAYS)), "high": sql.literal(after)}
    inside = sql.expression("as_of > low AND as_of <= high", **span)
    engine.define(_SCORES, exp.select("*").from_(sql.table(names["scores"])).where(inside))
    return names | {"scores": _SCORES}


def _shared(tables: Tables) -> pd.DataFrame:
    """People in two tests at once; of very many people some."""
    n = tables.engine.scalar(sql.replace_tables(sql.query("SELECT COUNT(*) AS n FROM t"), {"t": FIRST}))
    some = tables.load("shared_people", first_exposures=FIRST)
    return tables.engine.frame(some, {"every": 1 + int(n) // _MOST_SHARED})


def _undeclared(tables: Tables, known: set[str]) -> list[Findings]:
    """Tests that are in the exposures and not in the settings."""
    rows = tables.engine.frame(exp.select("experiment", "variant").distinct().from_(sql.table(FIRST)))
    tests = []
    for name in sorted({str(e) for e in rows["experiment"]} - known):
        decisions = without_plan(name, sorted(str(v) for v in rows.loc[rows["experiment"] == name, "variant"]))
        lines = tuple(blank(d, "-", "-", {}) for d in decisions)
        tests.append(Findings(name, None, tuple(decisions), rows=lines))
    return tests


@dataclass(frozen=True)
class _Test:
    """One declared test in the tables of a workspace."""

    tables: Tables
    test: Experiment
    timezone: str

    def findings(self, shared: pd.DataFrame) -> Findings:
        """Everything about it."""
        metrics = self._metrics()
        start = self._end_of(self.test.start and self.test.start - dt.timedelta(days=1))
        after = self._end_of(self.test.end)
        with self.tables.units(self.test.name, metrics, (start, after)) as units:
            counts = self._counts(units)
            if not counts.total and not counts.unknown:
                return self._nobody(metrics)
            people = self._people(units, metrics, after)
            dates = look.exposed_in_time(self._outside(start, after), counts)
            return self._judged(people, counts, dates, shared)

    def _metrics(self) -> tuple[Metric, ...]:
        """What is declared, and value where none is: what is at stake is always told."""
        metrics = [Metric.of(m) for m in self.test.measured]
        if not any(m.is_value for m in metrics):
            metrics.append(Metric.of(metric_name("ltv_90d" if "scores" in self.tables.names else "value_30d")))
        return tuple(metrics)

    def _end_of(self, day: dt.date | None) -> dt.datetime | None:
        return None if day is None else day_end(day, self.timezone)

    def _people(self, units: str, metrics: Sequence[Metric], after: dt.datetime | None) -> People:
        """A test is finished when the last person let in has shown the metric that decides."""
        shown = None if after is None else after + dt.timedelta(microseconds=metrics[0].window[1])
        measured = [
            Measured(m, f"m{i}", f"d{i}" if m.definition.kind == "ratio" else m.definition.covariate, f"s{i}")
            for i, m in enumerate(metrics)
        ]
        return People(
            engine=self.tables.engine,
            table=units,
            name=self.test.name,
            weights=self.test.variants,
            control=self.test.control,
            measured=tuple(measured),
            running=shown is None or shown > self.tables.as_of,
            planned_people=self.test.planned_people,
        )

    def _counts(self, units: str) -> Counts:
        since = self.tables.as_of_us - LATELY_DAYS * DAY_US
        frame = self.tables.engine.frame(self.tables.load("counts", people=units), {"lately": since})
        return Counts.of(frame, list(self.test.variants))

    def _outside(self, start: dt.datetime | None, after: dt.datetime | None) -> Mapping[str, int]:
        tree = self.tables.load("outside", first_exposures=FIRST, exposures=self.tables.names["exposures"])
        params = {"experiment": self.test.name, "start": start or _FAR[0], "after": after or _FAR[1]}
        return {str(k): int(v) for k, v in self.tables.engine.frame(tree, params).iloc[0].items()}

    def _nobody(self, metrics: tuple[Metric, ...]) -> Findings:
        name, control = self.test.name, self.test.control
        others = [v for v in self.test.variants if v != control]
        decisions = tuple(Decision(name, v, "cannot_judge", REASON["nobody"], metric=metrics[0]) for v in others)
        rows = tuple(blank(d, metrics[0].name, control, {}) for d in decisions)
        return Findings(name, self.test, decisions, rows=rows, metrics=metrics)

    def _judged(self, people: People, counts: Counts, dates: Check, shared: pd.DataFrame) -> Findings:
        split, ratio = look.split_is_planned(counts, self.test.variants)
        arms = look.everybody_is_there(counts)
        checks = [arms, split, look.one_variant_each(counts), dates, look.exposed_before_outcome(counts)]
        checks.append(look.goes_with_none(self.test.name, shared))
        lines: Lines = {}
        rows: list[Row] = []
        shown = None
        if not arms.blocks:
            days = (self.tables.as_of_us - counts.first_us) / DAY_US
            checks.append(before_check(people, COVARIATES))
            checks.append(look.late_enough(counts, days=days, running=people.running))
            checks += chance_checks(people)
            lines, rows = lines_of(people, people.rows(), refused=self._without_table(people))
            if "segments" in self.tables.names:
                rows += by_segment(people, self.tables.names["segments"])
            shown = looks(people, first_us=counts.first_us, as_of_us=self.tables.as_of_us)
        decisions = decisions_of(people, lines, checks, people_a_month=self._pace(counts))
        told = stamped(people, rows, decisions, ratio.p_value, counts.people)
        metrics = tuple(m.metric for m in people.measured)
        return Findings(people.name, self.test, decisions, tuple(checks), told, metrics, shown, counts)

    def _without_table(self, people: People) -> dict[str, Text]:
        """Metrics of a table that is not there: nobody did it is not what that means."""
        metrics = [m.metric for m in people.measured if m.metric.definition.source in ("events", "invites")]
        return {
            m.name: REASON["missing_table"].format(table=m.definition.source)
            for m in metrics
            if m.definition.source not in self.tables.names
        }

    def _pace(self, counts: Counts) -> float:
        """People of thirty days: as lately, or where nobody came lately as over the life of the test."""
        if counts.lately:
            since = max(self.tables.as_of_us - LATELY_DAYS * DAY_US, counts.first_us)
            return counts.lately * MONTH_DAYS / max((self.tables.as_of_us - since) / DAY_US, 1)
        if not counts.total:
            return 0.0
        return counts.total * MONTH_DAYS / max((counts.last_us - counts.first_us) / DAY_US, 1)
