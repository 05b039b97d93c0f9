"""From lines to a decision: ship, do not ship, keep running, broken, or why none can be made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ltv.experiments.checks import Check
from ltv.experiments.decide_words import REASON
from ltv.experiments.metrics import Metric
from ltv.experiments.rows import Row, direction
from ltv.text import Text, number, same

Verdict = Literal["ship", "do_not_ship", "keep_running", "broken", "cannot_judge"]
CANNOT = "cannot be judged: "
MONTH_DAYS = 30


@dataclass(frozen=True)
class Terms:
    """What a decision has to weigh beside the metrics.

    Attributes:
        cost: what treating a person costs that is in no order.
        is_paid_hook: whether it costs money, so that it is not shipped where it more likely loses value than gains it.
    """

    cost: float = 0.0
    is_paid_hook: bool = False


@dataclass(frozen=True)
class Stake:
    """What the decision is worth: the difference in value a person less what it costs, times the people of thirty days.

    Attributes:
        metric: the value that is told.
        value: in money for all people of thirty days.
        low: lower end of the interval.
        high: upper end.
        people: people who would meet it in thirty days, at the pace of the test.
        basis: observed, or score where scores complete some people.
    """

    metric: Metric
    value: float
    low: float
    high: float
    people: float
    basis: str


@dataclass(frozen=True)
class Decision:
    """What to do about one variant.

    Attributes:
        experiment: the test.
        variant: the variant.
        verdict: what to do.
        why: the reason, in words.
        row: the line it rests on; None where there is none.
        metric: the metric that decides; None where nothing could be measured.
        stake: what it is worth; None where that is not known.
    """

    experiment: str
    variant: str
    verdict: Verdict
    why: Text
    row: Row | None = None
    metric: Metric | None = None
    stake: Stake | None = None

    @property
    def code(self) -> str:
        """As the result table has it; for what cannot be judged with the reason."""
        return CANNOT + self.why.en if self.verdict == "cannot_judge" else self.verdict


def decide(
    experiment: str,
    variant: str,
    rows: Mapping[str, Row | Text],
    checks: Sequence[Check],
    metrics: Sequence[Metric],
    *,
    running: bool,
    people: float,
    terms: Terms,
) -> Decision:
    """Decide about one variant.

    Args:
        experiment: the test.
        variant: the variant.
        rows: metric → the line that decides on it, or why there is none.
        checks: what was looked at before.
        metrics: the metrics, the one that decides first.
        running: whether the test still runs.
        people: people of thirty days.
        terms: cost, and whether it is a paid hook.

    Returns:
        The decision. Value that is surely lost outweighs any other gain: then nothing is shipped.
    """
    first, stake = metrics[0], _stake(rows, metrics, people, terms.cost)
    line = rows[first.name]
    row = line if isinstance(line, Row) else None

    def told(verdict: Verdict, why: Text) -> Decision:
        return Decision(experiment, variant, verdict, why, row, first, stake)

    blocked = next((c for c in checks if c.blocks), None)
    if blocked is not None:
        return told("broken" if blocked.name in ("srm", "several") else "cannot_judge", blocked.told)
    if not isinstance(line, Row):
        return told("keep_running" if running and line == REASON["immature"] else "cannot_judge", line)
    early = next((c for c in checks if c.name == "early" and c.state != "good"), None)
    if early is not None:
        return told("keep_running" if running else "cannot_judge", early.told)
    verdict, reason = _weighed(line, rows, metrics, running=running, terms=terms, stake=stake)
    return told(verdict, reason)


def _weighed(
    line: Row,
    rows: Mapping[str, Row | Text],
    metrics: Sequence[Metric],
    *,
    running: bool,
    terms: Terms,
    stake: Stake | None,
) -> tuple[Verdict, Text]:
    """The verdict of numbers that can be trusted."""
    first = metrics[0]
    said: dict[str, Text | str] = {"metric": first.label, **_numbers(line, first)}
    for metric in [m for m in metrics[1:] if m.is_value]:
        other = rows[metric.name]
        if _toward(other, metric, terms.cost) == "worse" and isinstance(other, Row):
            return "do_not_ship", REASON["loses"].format(
                value=metric.label, **_money(other, metric, terms.cost), **_first(said)
            )
    toward, waits = _toward(line, first, terms.cost), "keep_running" if running else "do_not_ship"
    if toward == "worse":
        return "do_not_ship", REASON["worse"].format(**said)
    if toward == "unclear":
        return waits, REASON["running" if running else "nothing"].format(**said)  # type: ignore[return-value]
    if not line.confirmed:
        return waits, REASON["unconfirmed"].format(**said)  # type: ignore[return-value]
    if terms.is_paid_hook and stake is not None and stake.value < 0:
        return waits, REASON["costs"].format(**said)  # type: ignore[return-value]
    return "ship", REASON["better" if stake is not None else "better_alone"].format(**said)


def _first(said: Mapping[str, Text | str]) -> dict[str, Text | str]:
    return {f"first_{k}": v for k, v in said.items()}


def _toward(line: Row | Text, metric: Metric, cost: float) -> str:
    """Which way a line points, value after what the treatment costs."""
    if not isinstance(line, Row):
        return "unclear"
    if not metric.is_value or not cost:
        return line.verdict
    return direction(line.difference_low - cost, line.difference_high - cost, lower_is_better=False)


def _money(row: Row, metric: Metric, cost: float) -> dict[str, Text | str]:
    parts = {"lift": row.difference - cost, "low": row.difference_low - cost, "high": row.difference_high - cost}
    return {k: number(v, metric.definition.unit) for k, v in parts.items()}


def _numbers(row: Row, metric: Metric) -> dict[str, Text | str]:
    """The effect in words: as a share of control where that can be told, else in the unit of the metric."""
    if math.isfinite(row.lift):
        parts = {"lift": row.lift, "low": row.low, "high": row.high}
        return {k: _share(v) for k, v in parts.items()}
    parts = {"lift": row.difference, "low": row.difference_low, "high": row.difference_high}
    return {k: number(v, metric.definition.unit) for k, v in parts.items()}


def _share(value: float) -> Text:
    if not math.isfinite(value):
        return REASON["no_bound"]
    written = number(value, "rate")
    return Text("+" + written.zh, "+" + written.en) if value > 0 else written


def _stake(rows: Mapping[str, Row | Text], metrics: Sequence[Metric], people: float, cost: float) -> Stake | None:
    """The longest value that could be measured, lifetime value before what was seen so far; None where none was."""
    known = [(m, r) for m in metrics if m.is_value and isinstance(r := rows[m.name], Row)]
    if not known:
        return None
    metric, row = max(known, key=lambda pair: (pair[0].given.what == "ltv", pair[0].given.days))
    value, low, high = (people * (x - cost) for x in (row.difference, row.difference_low, row.difference_high))
    return Stake(metric, value, low, high, people, row.basis)


def without_plan(experiment: str, variants: Sequence[str]) -> list[Decision]:
    """Exposures to a test that `ltv.toml` does not declare: neither control nor split are known."""
    why = REASON["undeclared"].format(name=same(experiment))
    return [Decision(experiment, v, "cannot_judge", why) for v in variants]
