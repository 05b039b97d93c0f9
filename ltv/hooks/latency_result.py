"""The result of `ltv.latency`: its tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ltv.hooks import latency_views as blocks
from ltv.hooks.change import LEAST
from ltv.hooks.latency_words import WORDS
from ltv.hooks.quantiles import ALL
from ltv.hooks.span_words import odd
from ltv.result import KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    from ltv.result import State

_TOLD = 3  # operations that a sentence each is about


@dataclass(frozen=True, repr=False)
class Latency(Result):
    """Where the time of traces goes; `.table` is the result table `span_latency`.

    Attributes:
        as_of: the last day included.
        timezone: zone in which times are shown.
        asked_days: length of the week that is compared with the one before.
        changes: the result table `latency_changes`.
        daily: own p50 and p95 by day, channel and operation.
        totals: length of whole traces, this week and the week before.
        counts: what was odd in the spans.
        operations: how many there were; of more than 200 those that take most of the time are told.
    """

    as_of: date
    timezone: str
    asked_days: int
    changes: pd.DataFrame
    daily: pd.DataFrame
    totals: Mapping[str, float]
    counts: Mapping[str, int]
    operations: int
    name: ClassVar[str] = "span_latency"

    @cached_property
    def slower(self) -> pd.DataFrame:
        """One row an operation that got slower, the costliest first, with the channels that it concerns."""
        return blocks.accused(self.changes)

    @cached_property
    def owner(self) -> pd.Series[Any] | None:
        """The operation that makes slow traces slow, in all channels together."""
        rows = self.table[(self.table["channel"] == ALL) & self.table["owns_p95"].astype(bool)]
        return rows.iloc[0] if len(rows) else None

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Traces, p50, p95, operations that got slower."""
        if not len(self.table):
            return ()
        total, days = self.totals, number(self.asked_days, "count")
        tiles = [KeyFigure(WORDS["tile_traces"], total["traces_now"], "count")]
        for q in ("p50", "p95"):
            before = total[f"{q}_before"]
            known = before == before  # noqa: PLR0124  NaN
            tiles.append(
                KeyFigure(
                    WORDS[f"tile_{q}"],
                    total[f"{q}_now"] / 1000,
                    "seconds",
                    previous=before / 1000 if known else None,
                    comparison=WORDS["week_before"].format(days=days) if known else None,
                )
            )
        state: State = "bad" if len(self.slower) else "good"
        if not self._compared:
            state = "none"
        tiles.append(KeyFigure(WORDS["tile_slower"], len(self.slower), "count", state=state, rule=WORDS["rule_slower"]))
        return tiles

    @property
    def _compared(self) -> bool:
        return bool((self.changes["verdict"] != "few").any())

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What got slower and since when, who owns the p95, what was odd."""
        if not len(self.table):
            return (Takeaway(WORDS["nothing"]), *odd(self.counts))
        days = number(self.asked_days, "count")
        if not self._compared:
            first = [Takeaway(WORDS["few"].format(days=days, least=str(LEAST)))]
        elif not len(self.slower):
            first = [Takeaway(WORDS["same"].format(days=days), "good")]
        else:
            first = [
                Takeaway(blocks.sentence(row, self.timezone), "bad", WORDS["act_slower"])
                for row in self.slower.head(_TOLD).to_dict("records")
            ]
        return [*first, *self._owner(), *odd(self.counts)]

    def _owner(self) -> list[Takeaway]:
        row = self.owner
        if row is None:
            return []
        values: dict[str, Text] = {k: same(f"{row[f'{k}_ms']:,.0f}") for k in ("slow", "usual")}
        operation = same(f"{row['service']} · {row['name']}")
        return [Takeaway(WORDS["owner"].format(operation=operation, share=number(row["slow_share"], "rate"), **values))]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: path, changes, days of what got slower, operations."""
        return blocks.views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        data = self.views[view].data
        if view == "days":
            return blocks.days(data, self.slower.iloc[0]["began_at"], self.timezone, lang)
        return blocks.path(data, lang) if view == "path" else blocks.changes(data, lang)
