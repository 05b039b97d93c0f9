"""The steps of a funnel as counters for monitoring: OpenMetrics text, one counter a step, source and status.

A counter counts events, not people: who comes twice counts twice, and events of nobody known count too. It is told by
hand, a dozen lines: the one library for it would keep a registry of its own only to print these rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ltv import sql
from ltv.behaviour.funnel_asked import STEPS, SubmitFrom, asked
from ltv.behaviour.funnel_parts import check_names, parts_of
from ltv.warehouse.files import write_text
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd
    from sqlglot import exp

    from ltv.behaviour.funnel_parts import Part

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
FILE = "funnel.openmetrics.txt"
_FAMILY = "funnel_step"
_HELP = "Events of each step of the funnel up to the end of the day reported on. Events, not people."
_LABELS = ("step", "source", "status")


@dataclass(frozen=True)
class Counters:
    """Events of each step.

    Attributes:
        table: step, source, status, events.
    """

    table: pd.DataFrame

    @property
    def text(self) -> str:
        """The counters as OpenMetrics text (version 1.0.0), which Prometheus scrapes."""
        lines = [f"# TYPE {_FAMILY} counter", f"# HELP {_FAMILY} {_HELP}"]
        for row in self.table.itertuples():
            labels = ",".join(f'{name}="{_escaped(str(getattr(row, name)))}"' for name in _LABELS)
            lines.append(f"{_FAMILY}_total{{{labels}}} {row.events}")
        return "\n".join([*lines, "# EOF", ""])

    def write(self, folder: Path | str | None) -> Path | None:
        """Write them into a folder (of a run: `ws.run`); without one nothing is written.

        Raises:
            LtvError: the folder cannot be written.
        """
        if folder is None:
            return None
        path = Path(folder) / "metrics" / FILE
        write_text(path, self.text)
        return path


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def funnel_counters(
    events: TableLike | None = None,
    orders: TableLike | None = None,
    *,
    as_of: date,
    steps: Sequence[str] = STEPS,
    submit_from: SubmitFrom = "auto",
    timezone: str = "UTC",
) -> Counters:
    """Count the events of each step by source and status, since the log begins and up to the end of a day.

    Args:
        events: ts, event, source (optional), user_id; the status of an event is `ok`: it has happened.
        orders: ts, status, amount, source (optional), user_id; the status is that of the order.
        as_of: the last day included.
        steps: names of events, as of `funnel`.
        submit_from: where `submit_order` comes from, as of `funnel`.
        timezone: zone of the day.

    Raises:
        UsageError: an argument or a column is not one of those allowed.

    >>> import pandas as pd
    >>> log = pd.DataFrame({"user_id": [1, 1], "ts": pd.to_datetime(["2026-01-01"] * 2), "event": ["visit", "register"]})
    >>> print(funnel_counters(log, as_of=date(2026, 1, 1), steps=["visit", "register"]).text.splitlines()[2])
    funnel_step_total{step="visit",source="unknown",status="ok"} 1
    """
    wanted = asked(as_of, timezone, steps=steps, rules=("latest", "steps", submit_from))
    engine, names = together({"events": events, "orders": orders})
    parts = parts_of(engine, names, wanted)
    try:
        trees = [
            parts.load("funnel_counters", part, _columns(part), steps=parts.steps_of(part)) for part in parts.parts
        ]
        frame = engine.frame(sql.union_all(trees), {"as_of": wanted.as_of})
        by_step = frame.groupby("step")["events"].sum()
        check_names(parts, [int(by_step.get(k, 0)) for k in range(len(wanted.steps))])
    finally:
        engine.drop(parts.made)
    frame = frame.sort_values(["step", "source", "status"]).drop(columns="step").rename(columns={"event": "step"})
    # a name that is two steps is one counter
    return Counters(frame.drop_duplicates(["step", "source", "status"], ignore_index=True))


def _columns(part: Part) -> dict[str, exp.Expr]:
    told = {"what": part.what, "moment": part.moment, "origin": part.origin}
    return told | {"state": part.state, "is_counted": part.is_counted}
