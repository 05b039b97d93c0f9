"""Compare the arms of one test that stands in a table of people: one row a person, one column a metric."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.experiments import checks as check_that
from ltv.experiments.by_segment import by_segment
from ltv.experiments.checks import Check, Counts
from ltv.experiments.decide import Terms
from ltv.experiments.decide_words import REASON
from ltv.experiments.findings import Findings, Lines, chance_checks, decisions_of, lines_of, stamped
from ltv.experiments.given import cast
from ltv.experiments.judged import Judged
from ltv.experiments.metrics import Definition, Metric
from ltv.experiments.people_of_test import Measured, People
from ltv.experiments.rows import Row, frame_of
from ltv.experiments.sums import arm_of
from ltv.settings.metric import MetricName
from ltv.text import same
from ltv.warehouse.given import require
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.moments import Arm
    from ltv.text import Text
    from ltv.warehouse.engine import Engine

Measure = Literal["mean", "money", "count", "rate"]
_PEOPLE = "exp compared people"
_NOT_TOLD = dt.date(1970, 1, 1)


def compare(
    people: TableLike,
    *,
    metrics: Mapping[str, Measure],
    control: str = "control",
    name: str = "comparison",
    covariates: Mapping[str, str] | None = None,
    denominators: Mapping[str, str] | None = None,
    planned: Mapping[str, float] | None = None,
    lower_is_better: Collection[str] = (),
    running: bool = False,
    planned_people: int = 10_000,
    segments: TableLike | None = None,
    thorough: bool = True,
    as_of: dt.date = _NOT_TOLD,
    currency: str = "CNY",
) -> Judged:
    """Judge one test from a table of people: checks, every method, a decision a variant.

    Args:
        people: variant and one column a metric; user_id, which the rows of a data frame are given where it has none and
            which other tables need unless `thorough` is False.
        metrics: column → what it is: `mean`, `money`, `count` (never negative), `rate` (0 or 1). The first one decides.
        control: the variant compared with.
        name: of the test.
        covariates: metric → column known before the test, for CUPED.
        denominators: metric → column by which its sum is divided, for a ratio such as revenue by orders.
        planned: variant → share; default equal shares of the variants that are there.
        lower_is_better: metrics of which less is better.
        running: whether people still come in: then bounds that hold at any look, else one test.
        planned_people: people of all arms at the end, where the bounds are narrowest.
        segments: user_id, segment_kind, segment.
        thorough: False gives checks, decisions and their lines only, from one pass over the people.
        as_of: what the result is dated.
        currency: in which money is written.

    Returns:
        As `judge`; what cannot be judged says why in its verdict.

    Raises:
        UsageError: a column is not there, an argument is not one of those allowed.

    >>> import pandas as pd
    >>> seen = pd.DataFrame({"variant": ["control", "blue"] * 1000, "bought": [0, 1, 0, 0, 1, 1, 0, 1] * 250})
    >>> compare(seen, metrics={"bought": "rate"}).decisions[0].verdict
    'ship'
    """
    engine, names = _together(people, segments)
    _check(planned, planned_people)
    measured = _measured(metrics, covariates or {}, denominators or {}, lower_is_better, running=running)
    table = _checked(engine, names["people"], measured, with_id="segments" in names or thorough)
    of = People(engine, table, name, dict(planned or {}), control, measured, planned_people, whole=True)
    rows = of.rows()
    if planned is None:
        of = replace(of, weights=_equal(rows))
    test = _findings(of, rows, names.get("segments"), metrics, thorough=thorough)
    return Judged(frame_of(test.rows, day_end(as_of, "UTC")), currency=currency, as_of=as_of, tests=(test,))


def _check(planned: Mapping[str, float] | None, planned_people: int) -> None:
    if isinstance(planned_people, bool) or not isinstance(planned_people, int) or planned_people < 1:
        raise UsageError(found("planned_people", planned_people, "a whole number above 0"))
    if planned is None:
        return
    shares = list(planned.values()) if isinstance(planned, Mapping) else []
    if not shares or not all(isinstance(s, (int, float)) and 0 < s < math.inf for s in shares):
        raise UsageError(found("planned", planned, "{variant: share}, each share above 0"))


def _together(people: TableLike, segments: TableLike | None) -> tuple[Engine, dict[str, str]]:
    """People as a table of an engine; rows of a data frame are numbered where nobody has done it."""
    import pandas as pd

    if isinstance(people, pd.DataFrame) and "user_id" not in people:
        people = people.assign(user_id=range(len(people)))
    return together({"people": people, "segments": segments})


def _measured(
    metrics: Mapping[str, Measure],
    covariates: Mapping[str, str],
    denominators: Mapping[str, str],
    lower: Collection[str],
    *,
    running: bool,
) -> tuple[Measured, ...]:
    if not isinstance(metrics, Mapping) or not metrics:
        raise UsageError(found("metrics", metrics, "at least one: {column: what it is}"))
    for given, name in ((covariates, "covariates"), (denominators, "denominators"), (lower, "lower_is_better")):
        for metric in given:
            if metric not in metrics:
                raise UsageError(found(name, metric, ", ".join(metrics)))
    made = []
    for column, measure in metrics.items():
        if measure not in get_args(Measure):
            raise UsageError(found(f"metrics {column}", measure, ", ".join(get_args(Measure))))
        kind = "ratio" if column in denominators else "rate" if measure == "rate" else "mean"
        unit = {"money": "money", "rate": "rate"}.get(measure, "number")
        definition = Definition(
            kind,  # type: ignore[arg-type]
            "orders",
            unit,  # type: ignore[arg-type]
            same(column),
            "",
            "SUM",
            "pre_value",
            lower_is_better=column in lower,
            is_value=measure == "money" and kind == "mean" and column not in lower,
        )
        second = denominators.get(column) or covariates.get(column)
        made.append(Measured(Metric(MetricName(column, "column", 1), definition), column, second, running=running))
    return tuple(made)


def _checked(engine: Engine, table: str, measured: Sequence[Measured], *, with_id: bool) -> str:
    """The people with variants as texts and metrics as numbers, under a name that stays in the engine."""
    columns = engine.columns(table)
    wanted = ["variant", *(["user_id"] if with_id else []), *(m.column for m in measured)]
    wanted += [m.second for m in measured if m.second is not None]
    require("people", columns, *wanted)
    for column in [c for m in measured for c in (m.column, m.second) if c is not None]:
        cast("people", column, "number", columns[column])
    kinds = {"variant": "text", "user_id": "person"}
    parts = [
        exp.alias_(cast("people", c, kinds.get(c, "number"), columns[c]), c, quoted=True) for c in dict.fromkeys(wanted)
    ]
    engine.define(_PEOPLE, exp.select(*parts).from_(sql.table(table)))
    if with_id:
        again = sql.query("SELECT COUNT(*) - COUNT(DISTINCT user_id) AS n FROM people")
        repeated = int(engine.scalar(sql.replace_tables(again, {"people": _PEOPLE})))
        if repeated:
            raise UsageError(
                found("people user_id", f"{repeated} rows of people who are there already", "one row a person")
            )
    return _PEOPLE


def _equal(rows: pd.DataFrame) -> dict[str, float]:
    variants = sorted(str(v) for v in rows["variant"].dropna())
    return {v: 1 / len(variants) for v in variants}


def _findings(
    of: People, rows: pd.DataFrame, segments: str | None, metrics: Mapping[str, Measure], *, thorough: bool
) -> Findings:
    """Checks that a table of people allows, then lines and decisions."""
    counts = _counts(of, rows)
    arms = _control_is_there(of, counts)
    split, ratio = check_that.split_is_planned(counts, of.weights)
    checks = [arms, split]
    lines: Lines = {}
    told: list[Row] = []
    if not arms.blocks:
        checks += [_alike(of, rows), check_that.late_enough(list(counts.people.values()), days=None)]
        refused = _refused(of, rows, metrics)
        kept = replace(of, measured=tuple(m for m in of.measured if m.metric.name not in refused))
        lines, told = lines_of(of, rows, refused=refused, thorough=thorough)
        if thorough and kept.measured:
            checks += chance_checks(kept)
            told += by_segment(kept, segments) if segments is not None else []
    decisions = decisions_of(of, lines, checks, people_a_month=float(counts.total), terms=Terms())
    lines_told = stamped(of, told, decisions, ratio.p_value, counts.people)
    return Findings(
        of.name, None, decisions, tuple(checks), lines_told, tuple(m.metric for m in of.measured), None, counts
    )


def _counts(of: People, rows: pd.DataFrame) -> Counts:
    by = {str(v): int(n) for v, n in zip(rows["variant"], rows["people"], strict=True)}
    return Counts(
        people={v: by.get(v, 0) for v in of.weights},
        in_several=0,
        unknown={v: n for v, n in by.items() if v not in of.weights},
        first_us=0.0,
        last_us=0.0,
        lately=0,
        day_before=0,
        day_after=0,
    )


def _control_is_there(of: People, counts: Counts) -> Check:
    if of.control not in of.weights or len(of.weights) < 2:  # noqa: PLR2004  one arm is no test
        there = ", ".join(f"{v} ({n:,})" for v, n in {**counts.people, **counts.unknown}.items()) or "–"
        return Check("arms", "bad", REASON["no_control"].format(control=same(of.control), arms=there), blocks=True)
    return check_that.everybody_is_there(counts)


def _alike(of: People, rows: pd.DataFrame) -> Check:
    """Whether the covariates were alike: the sums are there already."""
    by = {str(row["variant"]): row for row in rows.to_dict("records")}
    with_past = [(i, m) for i, m in enumerate(of.measured) if m.second and m.metric.definition.kind != "ratio"]
    arms: dict[str, dict[str, Arm]] = {v: {} for v in of.weights}
    for i, m in with_past:
        for v in of.weights:
            arm = _arm(by[v], i)
            if arm is not None and arm.products is not None:
                arms[v][str(m.second)] = arm.of_second()
    shared = [str(m.second) for _, m in with_past if all(str(m.second) in arms[v] for v in of.weights)]
    return check_that.alike_before(arms, of.control, list(dict.fromkeys(shared)))


def _arm(row: Mapping[Hashable, Any], i: int) -> Arm | None:
    try:
        return arm_of(row, i)
    except UsageError:
        return None


def _refused(of: People, rows: pd.DataFrame, metrics: Mapping[str, Measure]) -> dict[str, Text]:
    """Metrics on which no judgement is possible: somebody has no value, or a count is negative."""
    told = {}
    for i, m in enumerate(of.measured):
        without = int(rows["people"].sum() - rows[f"n{i}"].sum())
        if without:
            told[m.metric.name] = REASON["missing_values"].format(n=f"{without:,}")
        elif metrics[m.column] == "count":
            least = of.engine.scalar(
                exp.select(sql.expression("MIN(c)", c=sql.column(m.column))).from_(sql.table(of.table))
            )
            if least is not None and least < 0:
                told[m.metric.name] = REASON["negative"]
    return told
