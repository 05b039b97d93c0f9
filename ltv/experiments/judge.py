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
from ltv.experiments import checks as check_that
from ltv.experiments.assign import assign
from ltv.experiments.by_segment import by_segment
from ltv.experiments.checks import Check, Counts
from ltv.experiments.decide import MONTH_DAYS, Decision, Terms, without_plan
from ltv.experiments.decide_words import REASON, why_not
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
from ltv.experiments.metrics import COVARIATES, Metric
from ltv.experiments.people_of_test import Measured, People
from ltv.experiments.rows import Row, frame_of
from ltv.experiments.units import EARLIEST, FIRST, LATEST, Tables
from ltv.progress import each
from ltv.settings.experiment import Experiment
from ltv.settings.metric import metric_name
from ltv.text import Text
from ltv.warehouse.local_time import DAY_US, day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd


LATELY_DAYS = 28
PLANNED_PEOPLE = 10_000  # where the bounds are narrowest if nobody says how many there will be
_NEARLY = 0.9  # of the planned people: so many are all of them
_MOST_SHARED, _MOST_IDS = 2_000_000, 20_000


_JUDGING = Text("评估实验", "experiments")


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
        orders: user_id, ts, amount or value, status, discount, refund, refunded_at.
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
    _check(given, experiments, as_of)
    engine, names = together(given | {"segments": segments, "scores": scores})
    after = day_end(as_of, timezone)
    with Tables(engine, names, after).opened() as tables:
        shared = _shared(tables)
        declared = each(_JUDGING, experiments, len(experiments))
        tests = [_Test(tables, e, timezone).guarded(shared) for e in declared]
        tests += _undeclared(tables, {e.name for e in experiments})
    rows = [row for test in tests for row in test.rows]
    return Judged(frame_of(rows, after), currency=currency, as_of=as_of, tests=tuple(tests))


def _check(given: Mapping[str, object], experiments: Sequence[Experiment], as_of: dt.date) -> None:
    for name in ("exposures", "orders"):
        if given[name] is None:
            raise UsageError(found(name, None, "a table"))
    if not isinstance(as_of, dt.date) or isinstance(as_of, dt.datetime):
        raise UsageError(found("as_of", as_of, "a day, datetime.date(2026, 6, 30)"))
    if not isinstance(experiments, Sequence) or not all(isinstance(e, Experiment) for e in experiments):
        raise UsageError(found("experiments", type(experiments).__name__, "a list of Experiment"))
    names = [e.name for e in experiments]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(found("experiments", name, "each name once"))


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

    def guarded(self, shared: pd.DataFrame) -> Findings:
        """Everything about it; data on which it cannot be worked out take no other test along."""
        try:
            return self.findings(shared)
        except UsageError as error:
            return self._refused(self._metrics(), why_not(str(error)))

    def findings(self, shared: pd.DataFrame) -> Findings:
        """Everything about it."""
        metrics = self._metrics()
        start = self._end_of(self.test.start and self.test.start - dt.timedelta(days=1))
        after = self._end_of(self.test.end)
        with self.tables.units(self.test.name, metrics, (start, after)) as units:
            counts = self._counts(units)
            if not counts.total and not counts.unknown:
                return self._refused(metrics, REASON["nobody"])
            people = self._people(units, metrics, after, counts.total)
            dates = check_that.exposed_in_time(self._outside(start, after), counts)
            return self._judged(people, counts, dates, shared)

    def _metrics(self) -> tuple[Metric, ...]:
        """What is declared, with lifetime value where there are scores, or value where none is: what is at stake is always told."""
        metrics = [Metric.of(m) for m in self.test.measured]
        if "scores" in self.tables.names and not any(m.given.what == "ltv" for m in metrics):
            metrics.append(Metric.of(metric_name("ltv_90d")))
        if not any(m.is_value for m in metrics):
            metrics.append(Metric.of(metric_name("value_30d")))
        return tuple(metrics)

    def _end_of(self, day: dt.date | None) -> dt.datetime | None:
        return None if day is None else day_end(day, self.timezone)

    def _people(self, units: str, metrics: Sequence[Metric], after: dt.datetime | None, total: int) -> People:
        planned = self.test.planned_people
        is_short = planned is not None and total < _NEARLY * planned
        measured = [
            Measured(
                m,
                f"m{i}",
                f"d{i}" if m.definition.kind == "ratio" else m.definition.covariate,
                f"s{i}",
                running=is_short or self._is_open(m, after),
            )
            for i, m in enumerate(metrics)
        ]
        return People(
            engine=self.tables.engine,
            table=units,
            name=self.test.name,
            weights=self.test.variants,
            control=self.test.control,
            measured=tuple(measured),
            planned_people=planned or PLANNED_PEOPLE,
            has_scores="scores" in self.tables.names,
        )

    def _is_open(self, metric: Metric, after: dt.datetime | None) -> bool:
        """A metric is finished when the last person let in has shown it."""
        return after is None or after + dt.timedelta(microseconds=metric.window[1]) > self.tables.as_of

    def _counts(self, units: str) -> Counts:
        frame = self.tables.engine.frame(self.tables.load("counts", people=units), {"span": LATELY_DAYS * DAY_US})
        return Counts.of(frame, list(self.test.variants))

    def _outside(self, start: dt.datetime | None, after: dt.datetime | None) -> Mapping[str, int]:
        tree = self.tables.load("outside", first_exposures=FIRST, exposures=self.tables.names["exposures"])
        params = {"experiment": self.test.name, "start": start or EARLIEST, "after": after or LATEST}
        return {str(k): int(v) for k, v in self.tables.engine.frame(tree, params).iloc[0].items()}

    def _refused(self, metrics: tuple[Metric, ...], why: Text) -> Findings:
        name, control = self.test.name, self.test.control
        others = [v for v in self.test.variants if v != control]
        decisions = tuple(Decision(name, v, "cannot_judge", why, metric=metrics[0]) for v in others)
        rows = tuple(blank(d, metrics[0].name, control, {}) for d in decisions)
        return Findings(name, self.test, decisions, rows=rows, metrics=metrics)

    def _judged(self, people: People, counts: Counts, dates: Check, shared: pd.DataFrame) -> Findings:
        split, ratio = check_that.split_is_planned(counts, self.test.variants)
        arms = check_that.everybody_is_there(counts)
        by_orders = people.measured[0].metric.definition.source in ("orders", "ltv")
        checks = [arms, split, check_that.one_variant_each(counts), dates]
        checks.append(check_that.exposed_before_outcome(counts, decides=by_orders))
        checks += [check_that.goes_with_none(self.test.name, shared), self._assigned()]
        lines: Lines = {}
        rows: list[Row] = []
        shown = None
        if not arms.blocks:
            sums = people.rows()
            checks += [before_check(people, COVARIATES), self._late(people, sums, counts), *chance_checks(people)]
            lines, rows = lines_of(people, sums, refused=self._without_table(people))
            if "segments" in self.tables.names:
                rows += by_segment(people, self.tables.names["segments"])
            shown = looks(people, first_us=counts.first_us, as_of_us=self.tables.as_of_us)
        terms = Terms(self.test.cost_per_person, self.test.hook)
        decisions = decisions_of(people, lines, checks, people_a_month=_pace(counts), terms=terms)
        told = stamped(people, rows, decisions, ratio.p_value, counts.people)
        metrics = tuple(m.metric for m in people.measured)
        return Findings(people.name, self.test, decisions, tuple(checks), told, metrics, shown, counts)

    def _assigned(self) -> Check:
        """The variants that the salt gives some ids, against those that they were shown."""
        exposures = self.tables.names["exposures"]
        if "id_value" not in self.tables.engine.columns(exposures):
            return check_that.shown_as_assigned(0, 0)
        query = self.tables.load("shown_ids", exposures=exposures)
        rows = self.tables.engine.frame(query, {"experiment": self.test.name, "most": _MOST_IDS})
        given = assign(self.test, list(rows["id_value"]))["variant"].to_pylist()
        return check_that.shown_as_assigned(
            sum(g == v for g, v in zip(given, rows["variant"], strict=True)), len(given)
        )

    def _late(self, people: People, sums: pd.DataFrame, counts: Counts) -> Check:
        """Those who have shown the metric that decides; where nobody has, that is said in its own words."""
        by = dict(zip(sums["variant"], sums["n0"], strict=True))
        shown = [int(by.get(v, 0)) for v in people.weights]
        days = (self.tables.as_of_us - counts.first_us) / DAY_US if people.running else None
        return check_that.late_enough(shown if all(shown) else list(counts.people.values()), days=days)

    def _without_table(self, people: People) -> dict[str, Text]:
        """Metrics of a table that is not there: nobody did it is not what that means."""
        metrics = [m.metric for m in people.measured if m.metric.definition.source in ("events", "invites")]
        return {
            m.name: REASON["missing_table"].format(table=m.definition.source)
            for m in metrics
            if m.definition.source not in self.tables.names
        }


def _pace(counts: Counts) -> float:
    """People of thirty days, as in the last 28 days in which the test let people in."""
    days = (counts.last_us - counts.first_us) / DAY_US
    return counts.lately * MONTH_DAYS / max(min(days, LATELY_DAYS), 1.0) if counts.total else 0.0
