"""The result of a retention analysis: its averages, tiles, sentences and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ltv.behaviour import retention_figures as figures
from ltv.behaviour import who
from ltv.behaviour.averages import Share, difference_is_real, is_known, weighted
from ltv.behaviour.retention_words import ACTIVITY, COHORT, GRAIN, WORDS, period_label
from ltv.result import Column, KeyFigure, Result, State, Takeaway, View, Worded
from ltv.text import Lang, number, same

if TYPE_CHECKING:
    import pandas as pd

RECENT = 3
_KEYS = ["cohort_kind", "activity", "grain"]
_TIMES = {"day": (1, 7, 30), "week": (1, 4, 12), "month": (1, 3, 6)}


@dataclass(frozen=True, repr=False)
class Retention(Result):
    """Retention by cohort and period; `.table` is the result table `retention`.

    Attributes:
        as_of: the last day included.
    """

    as_of: date
    name: ClassVar[str] = "retention"

    @cached_property
    def shown(self) -> pd.DataFrame:
        """Rows of the whole base for the first grain and cohort: what the page speaks of."""
        if not len(self.table):
            return self.table
        first = self.table.iloc[0]
        chosen = (self.table["segment_kind"] == "all") & self.table[_KEYS].eq(first[_KEYS]).all(axis=1)
        return self.table[chosen]

    @property
    def grain(self) -> str:
        """Grain of the rows shown."""
        return str(self.shown["grain"].iloc[0]) if len(self.shown) else "month"

    def average(self, period: int, rows: pd.DataFrame | None = None) -> Share:
        """Weighted average of a period over complete cells."""
        return weighted(self.shown if rows is None else rows, period)

    def _latest_and_before(self, period: int) -> tuple[Share, Share]:
        cells = self.shown[(self.shown["period"] == period) & is_known(self.shown)].sort_values("cohort")
        return weighted(cells.tail(RECENT), period), weighted(cells.iloc[:-RECENT], period)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Share who come back after one, three and six periods (or the like), and what a person was worth by then."""
        if not len(self.shown):
            return ()
        early, middle, late = _TIMES[self.grain]
        found = [self._rate_tile(p) for p in (early, middle, late)]
        return [
            *[t for t in found if t.value is not None],
            *self._money_tile(late if found[2].value is not None else middle),
        ]

    def _rate_tile(self, period: int) -> KeyFigure:
        latest, before = self._latest_and_before(period)
        return KeyFigure(
            label=WORDS["came_back"].format(when=period_label(self.grain, period)),
            value=latest.rate,
            unit="rate",
            low=latest.low,
            high=latest.high,
            previous=before.rate,
            comparison=WORDS["earlier_cohorts"] if before.rate is not None else None,
            state=_state(latest, before),
            rule=WORDS["rule"] if before.rate is not None else None,
            spark=self._spark(period),
        )

    def _spark(self, period: int) -> tuple[float | None, ...]:
        cells = self.shown[(self.shown["period"] == period) & is_known(self.shown)].sort_values("cohort")
        return tuple(float(x) for x in cells["rate"].tail(24))

    def _money_tile(self, period: int) -> list[KeyFigure]:
        cells = self._money_cells(period)
        if not len(cells):
            return []
        value = float(cells["cumulative"].sum() / cells["cohort_size"].sum())
        spark = tuple(float(x) for x in cells["cumulative_revenue_per_user"].tail(24))
        label = WORDS["worth"].format(when=period_label(self.grain, period))
        note = WORDS["weighted"].format(n=number(len(cells), "count"))
        return [KeyFigure(label=label, value=value, unit="money", rule=note, spark=spark)]

    def _money_cells(self, period: int) -> pd.DataFrame:
        cells = self.shown[(self.shown["period"] == period) & self.shown["is_complete"]]
        cells = cells.dropna(subset=["cumulative_revenue_per_user"]).sort_values("cohort")
        return cells.assign(cumulative=cells["cumulative_revenue_per_user"] * cells["cohort_size"])

    @property
    def findings(self) -> Sequence[Takeaway]:
        """The sentence that matters first: do newer cohorts come back more or less, and where people are lost."""
        if not len(self.shown) or self.average(1).rate is None:
            return (Takeaway(WORDS["too_early"].format(grain=GRAIN[self.grain]), "none"),)
        return [s for s in (self._trend(), self._loss(), self._segment_gap()) if s is not None]

    def _trend(self) -> Takeaway:
        latest, before = self._latest_and_before(1)
        values = {
            "who": COHORT[self._first("cohort_kind")],
            "what": ACTIVITY[self._first("activity")],
            "when": period_label(self.grain, 1),
            "rate": number(latest.rate, "rate"),
            "low": number(latest.low, "rate"),
            "high": number(latest.high, "rate"),
            "n": number(latest.people, "count"),
        }
        if before.rate is None or latest.rate is None:
            return Takeaway(WORDS["level"].format(**values), "none")
        values |= {"before": number(before.rate, "rate"), "change": number(latest.rate - before.rate, "points")}
        state = _state(latest, before)
        words = {"good": "better", "bad": "worse"}.get(state, "unchanged")
        action = WORDS["act_worse"] if state == "bad" else WORDS["act_better"] if state == "good" else None
        return Takeaway(WORDS[words].format(**values), state, action)

    def _loss(self) -> Takeaway | None:
        told = figures.told_periods(self.shown)
        known = [r for p in told if (r := self.average(p).rate) is not None]
        if len(known) < 3:  # noqa: PLR2004  a first drop and something to compare it with
            return None
        last = told[-1]
        words = WORDS["loss"] if known[1] < known[0] else WORDS["flat"]
        return Takeaway(
            words.format(
                first=number(1 - known[1], "rate"),
                unit=period_label(self.grain, 1),
                late=period_label(self.grain, last),
                rest=number(known[-1], "rate"),
            ),
            "none",
            WORDS["act_loss"],
        )

    def _segment_gap(self) -> Takeaway | None:
        table = self.by_segment
        if len(table) < 2:  # noqa: PLR2004  a gap needs two
            return None
        kind = table["segment_kind"].iloc[0]
        rows = table[table["segment_kind"] == kind].sort_values("rate")
        best, worst = rows.iloc[-1], rows.iloc[0]
        real = difference_is_real(_share(best), _share(worst))
        if len(rows) < 2 or not real:  # noqa: PLR2004
            return None
        return Takeaway(
            WORDS["gap"].format(
                best=same(str(best["segment"])),
                worst=same(str(worst["segment"])),
                high=number(best["rate"], "rate"),
                low=number(worst["rate"], "rate"),
                when=period_label(self.grain, 1),
            ),
            "watch",
            WORDS["act_gap"].format(worst=same(str(worst["segment"]))),
        )

    def _first(self, column: str) -> str:
        nobody = {"cohort_kind": "first_order", "activity": "order", "method": "n_day"}
        return str(self.shown[column].iloc[0]) if len(self.shown) else nobody[column]

    @cached_property
    def _curve(self) -> tuple[pd.DataFrame, Worded]:
        """Averages of everybody and of each segment, and what these are called."""
        told = Worded()
        rows = (
            self.table[self.table[_KEYS].eq(self.table.iloc[0][_KEYS]).all(axis=1)] if len(self.table) else self.table
        )
        return figures.curve_rows(rows, told), told

    @cached_property
    def by_segment(self) -> pd.DataFrame:
        """Weighted averages of each segment, for the first grain and cohort."""
        if not len(self.table):
            return figures.segment_rows(self.table, _TIMES[self.grain])
        first = self.table.iloc[0]
        rows = self.table[self.table[_KEYS].eq(first[_KEYS]).all(axis=1) & (self.table["segment_kind"] != "all")]
        return figures.segment_rows(rows, _TIMES[self.grain])

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: heatmap, curve, revenue, segments; what has no rows is an empty table."""
        return {
            "heatmap": self._view("chart", "heatmap", figures.matrix_rows(self.shown), self._matrix_columns()),
            "curve": self._view("chart", "curve", self._curve[0], (who.column(self._curve[1]), *_CURVE), who.WHO),
            "revenue": self._view("chart", "revenue", figures.revenue_rows(self.shown), _REVENUE),
            "segments": self._view("table", "segments", self.by_segment, self._segment_columns()),
        }

    def _view(
        self,
        wanted: Literal["chart", "table"],
        name: str,
        data: pd.DataFrame,
        columns: tuple[Column, ...],
        selector: str | None = None,
    ) -> View:
        kind = wanted if len(data) else "table"
        people, grain = COHORT[self._first("cohort_kind")], GRAIN[self.grain]
        what = ACTIVITY[self._first("activity")]
        title = WORDS[f"{name}_title"].format(who=people, grain=grain, what=what)
        method = self._first("method")
        told = f"{method}_note" if name == "heatmap" and method != "n_day" else f"{name}_note"
        note = WORDS[told].format(who=people, grain=grain, what=what)
        alt = WORDS[f"{name}_alt"].format(who=people, grain=grain)
        return View(kind, title, note, data, columns, alt=alt, selector=selector if kind == "chart" else None)

    def _matrix_columns(self) -> tuple[Column, ...]:
        spans = dict(zip(self.shown["period"], self.shown["period_end"], strict=True))
        head = (Column("cohort", WORDS["cohort"], "date"), Column("cohort_size", WORDS["people"], "count"))
        named = [Column(f"rate {p}", period_label(self.grain, int(p), int(spans[p])), "rate") for p in sorted(spans)]
        return (*head, *named)

    def _segment_columns(self) -> tuple[Column, ...]:
        head = (
            Column("segment_kind", WORDS["segment_kind"]),
            Column("segment", WORDS["segment"]),
            Column("people", WORDS["people"], "count"),
        )
        rates = [Column(f"rate {p}", period_label(self.grain, p), "rate") for p in _TIMES[self.grain]]
        return (*head, *rates)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        if view == "heatmap":
            return figures.heatmap(self.shown, self.grain, lang)
        if view == "curve":
            return figures.curve(self._curve[0], self.grain, lang)
        return figures.revenue(self.shown, self.grain, lang, self.currency)


_CURVE = (
    Column("period", WORDS["period"], "count"),
    Column("rate", WORDS["rate"], "rate"),
    Column("low", WORDS["low"], "rate"),
    Column("high", WORDS["high"], "rate"),
    Column("people", WORDS["people"], "count"),
    Column("cohorts", WORDS["cohorts"], "count"),
)
_REVENUE = (
    Column("cohort", WORDS["cohort"], "date"),
    Column("period", WORDS["period"], "count"),
    Column("cohort_size", WORDS["people"], "count"),
    Column("revenue", WORDS["revenue"], "money"),
    Column("cumulative_revenue_per_user", WORDS["per_user"], "money"),
    Column("net_revenue_retention", WORDS["nrr"], "rate"),
)


def _share(row: pd.Series[Any]) -> Share:
    return Share.of(int(row["retained"]), int(row["people"]))


def _state(latest: Share, before: Share) -> State:
    if latest.rate is None or before.rate is None:
        return "none"
    if not difference_is_real(latest, before):
        return "none"
    return "good" if latest.rate > before.rate else "bad"
