"""From lines to a decision: ship, do not ship, keep running, broken, or why none can be made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ltv.experiments.checks import Check
from ltv.experiments.decide_words import REASON, why_not
from ltv.experiments.metrics import Metric
from ltv.experiments.rows import Row
from ltv.text import Text, number, same

Verdict = Literal["ship", "do_not_ship", "keep_running", "broken", "cannot_judge"]
CANNOT = "cannot be judged: "
MONTH_DAYS = 30


@dataclass(frozen=True)
class Stake:
    """What the decision is worth: the difference in value a person, times the people of thirty days.

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

    Returns:
        The decision. Value that is surely lost outweighs any other gain: then nothing is shipped.
    """
    first, stake = metrics[0], _stake(rows, metrics, people)
    line = rows[first.name]
    blocked = next((c for c in checks if c.blocks), None)
    row = line if isinstance(line, Row) else None

    def told(verdict: Verdict, why: Text) -> Decision:
        return Decision(experiment, variant, verdict, why, row, first, stake)

    if blocked is not None:
        return told("cannot_judge" if blocked.name in ("arms", "order", "coupled") else "broken", blocked.told)
    if not isinstance(line, Row):
        immature = running and line == REASON["immature"]
        return told("keep_running" if immature else "cannot_judge", line)
    loses = [m for m in metrics[1:] if m.is_value and _toward(rows[m.name]) == "worse"]
    if any(c.name == "early" and c.state == "watch" for c in checks):
        return told("keep_running", REASON["early"])
    if loses:
        return told("do_not_ship", REASON["loses"].format(metric=loses[0].label, **_numbers(line, first)))
    toward = _toward(line)
    if toward == "unclear":
        return told(
            "keep_running" if running else "do_not_ship",
            REASON["running" if running else "nothing"].format(metric=first.label, **_numbers(line, first)),
        )
    return told(
        "ship" if toward == "better" else "do_not_ship",
        REASON[toward].format(metric=first.label, **_numbers(line, first)),
    )


def _toward(line: Row | Text) -> str:
    return line.verdict if isinstance(line, Row) else "unclear"


def _numbers(row: Row, metric: Metric) -> dict[str, Text | str]:
    """The effect in words: as a share of control where that can be told, else in the unit of the metric."""
    if math.isfinite(row.lift):
        parts = {"lift": row.lift, "low": row.low, "high": row.high}
        return {k: _share(v) for k, v in parts.items()}
    parts = {"lift": row.difference, "low": row.difference_low, "high": row.difference_high}
    return {k: number(v, metric.definition.unit) for k, v in parts.items()}


def _share(value: float) -> Text:
    written = number(value, "rate")
    return Text("+" + written.zh, "+" + written.en) if value > 0 else written


def _stake(rows: Mapping[str, Row | Text], metrics: Sequence[Metric], people: float) -> Stake | None:
    """The longest value that could be measured, lifetime value before what was seen so far."""
    known = [(m, r) for m in metrics if m.is_value and isinstance(r := rows[m.name], Row)]
    if not known:
        return None
    metric, row = max(known, key=lambda pair: (pair[0].given.what == "ltv", pair[0].given.days))
    value, low, high = (people * x for x in (row.difference, row.difference_low, row.difference_high))
    return Stake(metric, value, low, high, people, row.basis)


def without_plan(experiment: str, variants: Sequence[str]) -> list[Decision]:
    """Exposures to a test that `ltv.toml` does not declare: neither control nor split are known."""
    why = REASON["undeclared"].format(name=same(experiment))
    return [Decision(experiment, v, "cannot_judge", why) for v in variants]


def refused(message: str) -> Text:
    """Why a metric cannot be judged, from the message of an error."""
    return why_not(message.removeprefix(CANNOT))
