"""The tables of the page on experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from ltv.experiments.checks_words import NAMES
from ltv.experiments.decide_words import VERDICTS
from ltv.experiments.judged_words import BASIS, DIRECTIONS, METHODS, STATES, WORDS
from ltv.experiments.rows import ALL, Row
from ltv.result import Column, View, Worded
from ltv.text import Text, Unit, number, same

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.decide import Decision
    from ltv.experiments.findings import Findings
    from ltv.experiments.metrics import Metric


def _view(name: str, frame: pd.DataFrame, columns: Sequence[Column], **named: Text) -> View:
    kind: Literal["table"] = "table"
    return View(kind, WORDS[f"{name}_title"].format(**named), WORDS[f"{name}_note"], frame, tuple(columns))


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=[c.name for c in columns])


def _column(name: str, unit: Unit = "text", worded: Worded | None = None) -> Column:
    return Column(name, WORDS[name], unit, words=worded.words if worded else {})


def decisions(told: Sequence[Decision], currency: str) -> View:
    """What to do about every variant, why, and what it is worth."""
    metric, verdict, mean = Worded(), Worded(), Worded()
    rows = []
    for d in told:
        row, stake = d.row, d.stake
        line: dict[str, Any] = {"experiment": d.experiment, "variant": d.variant}
        line["verdict"] = verdict(VERDICTS[d.verdict])
        if d.metric is not None:
            line["metric"] = metric(d.metric.label)
        if row is not None and d.metric is not None and d.verdict not in ("broken", "cannot_judge"):
            line |= {k: mean(number(getattr(row, k), d.metric.definition.unit, currency=currency)) for k in _MEANS}
            line |= {"lift": row.lift, "low": row.low, "high": row.high, "n": row.n, "n_control": row.n_control}
        if stake is not None and d.verdict not in ("broken", "cannot_judge"):
            line |= {"stake": stake.value, "stake_low": stake.low, "stake_high": stake.high}
        rows.append(line)
    columns = [
        _column("experiment"),
        _column("variant"),
        _column("verdict", worded=verdict),
        _column("metric", worded=metric),
        _column("mean", worded=mean),
        _column("mean_control", worded=mean),
        _column("lift", "rate"),
        _column("low", "rate"),
        _column("high", "rate"),
        _column("stake", "money"),
        _column("stake_low", "money"),
        _column("stake_high", "money"),
        _column("n", "count"),
        _column("n_control", "count"),
    ]
    return _view("decisions", _frame(rows, columns), columns)


_MEANS = ("mean", "mean_control")


def checks(tests: Sequence[Findings]) -> View:
    """What was looked at before any effect; what failed first."""
    name, state, told, rule = Worded(), Worded(), Worded(), Worded()
    order = ["bad", "watch", "none", "good"]
    found = [(t.experiment, c) for t in tests for c in t.checks]
    rows = [
        {
            "experiment": experiment,
            "check": name(NAMES[c.name]),
            "state": state(STATES[c.state]),
            "told": told(c.told),
            "rule": rule(c.rule),
        }
        for experiment, c in sorted(found, key=lambda pair: order.index(pair[1].state))
    ]
    columns = [
        _column("experiment"),
        _column("check", worded=name),
        _column("state", worded=state),
        _column("told", worded=told),
        _column("rule", worded=rule),
    ]
    return _view("checks", _frame(rows, columns), columns)


def methods(test: Findings, currency: str) -> View:
    """Every method on every metric of one test."""
    metric, method, mean, toward, basis = Worded(), Worded(), Worded(), Worded(), Worded()
    known = {m.name: m for m in test.metrics}
    rows = []
    for row in (r for r in test.rows if r.segment_kind == ALL and r.metric in known and r.method in METHODS):
        of = known[row.metric]
        line: dict[str, Any] = {
            "metric": metric(of.label),
            "variant": row.variant,
            "method": method(METHODS[row.method]),
        }
        line |= {k: mean(number(getattr(row, k), _exact(of), currency=currency)) for k in _MEANS}
        line |= {k: getattr(row, k) for k in ("lift", "low", "high", "p_value", "p_better", "n", "n_control")}
        line["expected_loss"] = mean(number(row.expected_loss, _exact(of), currency=currency))
        line["direction"] = toward(DIRECTIONS.get(row.verdict, VERDICTS.get(row.verdict, same("–"))))
        rows.append(line | {"basis": basis(BASIS[row.basis])})
    columns = [
        _column("metric", worded=metric),
        _column("variant"),
        _column("method", worded=method),
        *(_column(k, worded=mean) for k in _MEANS),
        *(_column(k, "rate") for k in ("lift", "low", "high")),
        Column("p_value", WORDS["p_value"], "number"),
        _column("p_better", "rate"),
        _column("expected_loss", worded=mean),
        _column("direction", worded=toward),
        *(_column(k, "count") for k in ("n", "n_control")),
        _column("basis", worded=basis),
    ]
    return _view("methods", _frame(rows, columns), columns, experiment=same(test.experiment))


def _exact(metric: Metric) -> Unit:
    return metric.definition.unit


def segments(test: Findings) -> View:
    """Lifts by segment after shrinkage, of the metric that decides."""
    first = test.metrics[0].name if test.metrics else ""
    rows = [_of_segment(r) for r in test.rows if r.segment_kind != ALL and r.metric == first]
    columns = [
        _column("segment_kind"),
        _column("segment"),
        _column("variant"),
        *(_column(k, "rate") for k in ("lift", "low", "high")),
        *(_column(k, "count") for k in ("n", "n_control")),
    ]
    return _view("segments", _frame(rows, columns), columns, experiment=same(test.experiment))


def _of_segment(row: Row) -> dict[str, Any]:
    names = ("segment_kind", "segment", "variant", "lift", "low", "high", "n", "n_control")
    return {k: getattr(row, k) for k in names}


def hooks(tests: Sequence[Findings]) -> View:
    """Effect, cost and net of every paid hook."""
    verdict = Worded()
    rows: list[dict[str, Any]] = []
    for test in (t for t in tests if t.declared is not None and t.declared.hook):
        rows += [_hook(test, d) | {"verdict": verdict(VERDICTS[d.verdict])} for d in test.decisions]
    columns = [
        _column("experiment"),
        _column("variant"),
        _column("verdict", worded=verdict),
        _column("first_order", "points"),
        _column("retention", "points"),
        *(_column(k, "money") for k in ("gross", "incentive", "cost", "net", "net_low", "net_high")),
        _column("n", "count"),
    ]
    return _view("hooks", _frame(rows, columns), columns)


def _hook(test: Findings, decision: Decision) -> dict[str, Any]:
    assert test.declared is not None  # noqa: S101  hooks are declared
    of = {m.given.what: m for m in reversed(test.metrics)}
    lines = {r.metric: r for r in test.rows if r.decides and r.variant == decision.variant}
    told = {what: lines.get(m.name) for what, m in of.items()}
    row: dict[str, Any] = {"experiment": test.experiment, "variant": decision.variant}
    if decision.verdict in ("broken", "cannot_judge"):
        return row
    for column, what in (("first_order", "first_order_rate"), ("retention", "retention"), ("incentive", "incentive")):
        line = told.get(what)
        row[column] = line.difference if line is not None else None
    kind = "value" if told.get("value") is not None else "ltv"
    value, cost = told.get(kind), test.declared.cost_per_person
    if value is None:
        return row
    row |= {"cost": cost, "n": value.n, "net": value.difference - cost}
    row |= {"net_low": value.difference_low - cost, "net_high": value.difference_high - cost}
    alike = told.get("incentive") is not None and of["incentive"].given.days == of[kind].given.days
    return row | {"gross": value.difference + row["incentive"] if alike else None}
