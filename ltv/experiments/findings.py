"""Everything about one test, from a table of its people: checks, lines, decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ltv.errors import UsageError
from ltv.experiments.aa import false_positives
from ltv.experiments.checks import Check, alarms_by_chance, alike_before
from ltv.experiments.decide import Decision, Terms, decide
from ltv.experiments.decide_words import REASON, why_not
from ltv.experiments.methods import Question, beside, decisive, is_confirmed
from ltv.experiments.multiple import benjamini_hochberg, holm
from ltv.experiments.rows import Row
from ltv.experiments.sums import Pair, arm_of, sums
from ltv.settings.experiment import NOBODY
from ltv.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.checks import Counts
    from ltv.experiments.metrics import Metric
    from ltv.experiments.people_of_test import Measured, People
    from ltv.settings.experiment import Experiment

_MOST_AA = 20_000
_AA_SEED = 5
Lines = Mapping[str, Mapping[str, Row | Text]]


@dataclass(frozen=True)
class Findings:
    """What was found of one test.

    Attributes:
        experiment: its name.
        declared: as declared in `ltv.toml`; None where it is not, or is a table of a notebook.
        decisions: one a variant that is compared with control.
        checks: what was looked at before any effect.
        rows: all lines.
        metrics: what was measured, the metric that decides first.
        looks: the metric that decides at every look so far; None where it cannot be told.
        counts: people by variant; None where there are none.
    """

    experiment: str
    declared: Experiment | None
    decisions: tuple[Decision, ...]
    checks: tuple[Check, ...] = ()
    rows: tuple[Row, ...] = ()
    metrics: tuple[Metric, ...] = ()
    looks: pd.DataFrame | None = None
    counts: Counts | None = None


def lines_of(
    people: People, rows: pd.DataFrame, *, refused: Mapping[str, Text] | None = None, thorough: bool = True
) -> tuple[Lines, list[Row]]:
    """Compare every variant with control by every method on every metric.

    Args:
        people: of one test.
        rows: their counts and sums, one a variant.
        refused: metrics that are not to be compared, each with the reason.
        thorough: whether all methods are asked or only those that decide.

    Returns:
        Metric → variant → the line that decides, or why there is none; and all lines.
    """
    lines: dict[str, dict[str, Row | Text]] = {}
    told: list[Row] = []
    for name, asked in (people.questions(rows, values=thorough) | dict(refused or {})).items():
        lines[name] = {}
        for variant in people.others:
            if not isinstance(asked, Question):
                lines[name][variant] = asked
                continue
            if variant in asked.absent:
                lines[name][variant] = asked.absent[variant]
                continue
            try:
                first = decisive(asked, variant)
            except UsageError as error:
                lines[name][variant] = why_not(str(error))
                continue
            others = beside(asked, variant) if thorough else []
            first = replace(first, confirmed=is_confirmed(asked, first, others))
            lines[name][variant] = first
            told += [first, *others]
    return lines, told


def decisions_of(
    people: People, lines: Lines, checks: Sequence[Check], *, people_a_month: float, terms: Terms
) -> tuple[Decision, ...]:
    """One decision a variant."""
    metrics = [m.metric for m in people.measured]
    return tuple(
        decide(
            people.name,
            variant,
            {m.name: lines.get(m.name, {}).get(variant, REASON["nobody"]) for m in metrics},
            checks,
            metrics,
            running=people.running,
            people=people_a_month,
            terms=terms,
        )
        for variant in people.others or [NOBODY]
    )


def stamped(
    people: People, rows: Sequence[Row], decisions: Sequence[Decision], srm_p: float, counts: Mapping[str, int]
) -> tuple[Row, ...]:
    """The lines with their test, the split's p, p values for as many questions as were asked, and the decision.

    The first metric is adjusted over its variants by Holm, the others among themselves by Benjamini and Hochberg. A variant
    without a line on the first metric gets one that has the verdict and no numbers.
    """
    by = {d.variant: d for d in decisions}
    first = people.measured[0].metric.name
    rows = _adjusted(rows, first)
    told = [
        replace(r, experiment=people.name, srm_p_value=srm_p, verdict=_verdict(r, by[r.variant], first)) for r in rows
    ]
    there = {r.variant for r in told if r.metric == first and r.decides}
    without = [blank(d, first, people.control, counts) for d in decisions if d.variant not in there]
    return (*told, *(replace(r, srm_p_value=srm_p) for r in without))


def _verdict(row: Row, decision: Decision, first: str) -> str:
    """The decision where a line decides; where nothing may be told no line tells a direction."""
    if decision.verdict in ("broken", "cannot_judge") or (row.decides and row.metric == first):
        return decision.code
    return row.verdict


def _adjusted(rows: Sequence[Row], first: str) -> list[Row]:
    told = list(rows)
    for adjust, is_first in ((holm, True), (benjamini_hochberg, False)):
        at = [i for i, r in enumerate(told) if r.decides and (r.metric == first) == is_first]
        for i, p in zip(at, adjust([told[i].p_value for i in at]), strict=True):
            told[i] = replace(told[i], adjusted_p_value=p)
    return told


def blank(decision: Decision, metric: str, control: str, counts: Mapping[str, int]) -> Row:
    """A line that has a verdict and no numbers."""
    return Row(
        experiment=decision.experiment,
        method="none",
        metric=metric,
        variant=decision.variant,
        control=control,
        n=counts.get(decision.variant, 0),
        n_control=counts.get(control, 0),
        verdict=decision.code,
        decides=True,
    )


def before_check(people: People, covariates: Sequence[str]) -> Check:
    """Whether the variants were alike before, on all people."""
    from ltv import sql

    rows = sums(people.engine, sql.table(people.table), [Pair(c) for c in covariates], ["variant"])
    by = {str(row["variant"]): row for row in rows.to_dict("records")}
    arms = {v: {c: arm_of(by[v], i) for i, c in enumerate(covariates)} for v in people.weights if v in by}
    return alike_before(arms, people.control, covariates)


def chance_checks(people: People) -> list[Check]:
    """A/A simulations on the people's own metrics: of the one that decides, and of the first that is money."""
    money = [m for m in people.measured if m.metric.definition.unit == "money" and m.metric.definition.kind == "mean"]
    asked = dict.fromkeys([*people.measured[:1], *money[:1]])
    return [c for m in asked if m.metric.definition.kind != "ratio" and (c := _by_chance(people, m)) is not None]


def _by_chance(people: People, m: Measured) -> Check | None:
    some = people.sample(m, _MOST_AA)
    shares = people.weights[people.control] / (people.weights[people.control] + people.weights[people.others[0]])
    covariate = some["x"].to_numpy(float) if "x" in some and some["x"].nunique() > 1 else None
    values = some["v"].to_numpy(float)
    if len(values) < 2 or not np.isfinite(values).all():  # noqa: PLR2004
        return None
    try:
        seen = false_positives(values, share=shares, covariate=covariate, seed=_AA_SEED)
    except UsageError:
        return None
    return alarms_by_chance(seen, m.metric.label)
