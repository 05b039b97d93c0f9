"""Profiles beside spans: a flame graph, and which functions grew where spans were slow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.colors import FLAMES, INK
from ltv.errors import UsageError, found
from ltv.hooks.profiles.grown import by_frame, frames, grown, placed, slow_rows
from ltv.hooks.profiles.profile_words import WORDS
from ltv.hooks.profiles.stacks import SEPARATOR, Profile, gathered
from ltv.result import Column, Result, Takeaway, View
from ltv.text import Lang, Unit, listed, number, same
from ltv.warehouse import given
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.hooks.spans import Ints

_MOST_FRAMES, _MOST_LISTED, _LEAST_GROWTH = 500, 100, 0.02
_READABLE = 0.06  # of the width: narrower bars have no room for a name
_UNITS: dict[str, Unit] = {
    "value": "number",
    "total": "number",
    "share": "rate",
    "slow_share": "rate",
    "rest_share": "rate",
    "growth": "points",
}


def profile_of(
    profiles: Sequence[Profile],
    spans: TableLike | None = None,
    *,
    service: str | None = None,
    name: str | None = None,
    kind: str | None = None,
    until: datetime | None = None,
) -> ProfileStacks:
    """Put profiles together and, where spans are given, tell which stacks grew in slow times.

    Args:
        profiles: what `read_profile` returned.
        spans: service, name, started_at, duration_us; parent_span_id tells roots. None: nothing is joined.
        service: only spans of this service; without `service` and `name`, only roots.
        name: only spans of this name.
        kind: kind of sample, where a profile has several; None: the last, which pprof takes too, and the others are told.
        until: first moment no more, naive UTC: samples that begin then or later are left out; those that tell no time are kept.

    Raises:
        UsageError: there is no such kind, or a column is not there.

    >>> from ltv.hooks.profiles.stacks import Sample, gathered
    >>> rows = gathered([Sample(("main", "pay"), 3, "samples", "cpu"), Sample(("main",), 1, "samples", "cpu")], "p")
    >>> profile_of([Profile(rows, "collapsed")]).table[["stack", "share"]].values.tolist()
    [['main;pay', 0.75], ['main', 0.25]]
    """
    rows = pd.concat([gathered([], ""), *(p.rows for p in profiles if len(p.rows))], ignore_index=True)
    if until is not None:
        rows = rows[~(rows["started_at"] >= pd.Timestamp(until))]
    kinds = list(dict.fromkeys(rows["kind"]))
    if kind is not None and kind not in kinds:
        raise UsageError(found("kind", kind, ", ".join(kinds)))
    chosen = kind or (kinds or [""])[-1]
    rows = rows[rows["kind"] == chosen].reset_index(drop=True)
    nothing = np.zeros(len(rows), np.bool_)
    slow, rest = (nothing, nothing) if spans is None else slow_rows(rows, *_times(spans, service, name))
    refused = sum(len(p.refused) for p in profiles)
    return ProfileStacks(
        grown(rows, slow, rest),
        is_joined=spans is not None,
        slow=int(slow.sum()),
        rest=int(rest.sum()),
        refused=refused,
        others=() if kind else tuple(k for k in kinds if k != chosen),
    )


def _times(spans: TableLike, service: str | None, name: str | None) -> tuple[Ints, Ints]:
    """Beginning and length of the spans that are asked for."""
    engine, names = together({"spans": spans})
    there = engine.columns(names["spans"])
    given.require("spans", there, "service", "name", "started_at", "duration_us")
    query = exp.select(sql.expression("EPOCH_US(CAST(started_at AS TIMESTAMP)) AS started_us"), "duration_us").from_(
        sql.table(names["spans"])
    )
    asked = {"service": service, "name": name}
    for column, value in asked.items():
        if value is not None:
            query = query.where(sql.column(column).eq(exp.Literal.string(value)))
    if service is None and name is None and "parent_span_id" in there:
        query = query.where("parent_span_id IS NULL OR parent_span_id = ''")
    told = engine.frame(query)
    return told["started_us"].to_numpy(np.int64), told["duration_us"].to_numpy(np.int64)


@dataclass(frozen=True, repr=False)
class ProfileStacks(Result):
    """Stacks with their shares; `.table` is the result table `profile_stacks`.

    Attributes:
        is_joined: whether spans were given.
        slow: rows of the profiles in slow times.
        rest: rows in the rest.
        refused: lines of the files that could not be used.
        others: kinds of sample that were left out and not asked for.
    """

    is_joined: bool
    slow: int
    rest: int
    refused: int
    others: tuple[str, ...]
    name: ClassVar[str] = "profile_stacks"

    @cached_property
    def grown(self) -> pd.DataFrame:
        """Functions by how much more of slow times they take; empty where nothing can be compared."""
        told = by_frame(self.table)
        return told if self.slow and self.rest else told.iloc[:0]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What grew, where the time is spent, what could not be used."""
        out: list[Takeaway] = [] if len(self.table) else [Takeaway(WORDS["none"])]
        if len(self.table) and self.is_joined and not (self.slow and self.rest):
            out.append(Takeaway(WORDS["one_side" if self.slow or self.rest else "no_time"]))
        for row in self.grown[self.grown["growth"] >= _LEAST_GROWTH].head(1).to_dict("records"):
            values = {"slow": number(row["slow_share"], "rate"), "rest": number(row["rest_share"], "rate")}
            out.append(
                Takeaway(WORDS["grew"].format(frame=same(str(row["frame"])), **values), "watch", WORDS["act_grew"])
            )
        own = (
            self.table.assign(frame=[s.rpartition(SEPARATOR)[2] for s in self.table["stack"]])
            .groupby("frame")["share"]
            .sum()
        )
        if len(own):
            parts = {"share": number(own.max(), "rate"), "kind": same(str(self.table["kind"].iloc[0]))}
            out.append(Takeaway(WORDS["most"].format(frame=same(str(own.idxmax())), **parts)))
        if self.others:
            parts = {"kinds": listed([same(kind) for kind in self.others]), "first": same(self.others[0])}
            out.append(Takeaway(WORDS["others"].format(**parts)))
        if self.refused:
            out.append(
                Takeaway(WORDS["refused"].format(n=number(self.refused, "count")), "watch", WORDS["act_refused"])
            )
        return out

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: flame graph, functions that grew, stacks; none without a stack."""
        if self.table.empty:
            return {}
        flame = frames(self.table).nlargest(_MOST_FRAMES, "total", keep="first").sort_values("id", ignore_index=True)
        columns = (
            Column("frame", WORDS["frame"]),
            Column("depth", WORDS["depth"], "count"),
            Column("total", WORDS["total"], "number"),
        )
        blocks = {
            "flame": View(
                "chart", WORDS["flame_title"], WORDS["flame_note"], flame, (*_ids(), *columns), alt=WORDS["flame_alt"]
            )
        }
        if len(self.grown):
            blocks["grown"] = _table("grown", self.grown.head(_MOST_LISTED))
        blocks["stacks"] = _table("stacks", self.table.head(_MOST_LISTED))
        return blocks

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw the flame graph: a bar a call path, as wide as what it and all below it take."""
        from plotly import graph_objects as go

        rows = placed(self.views[view].data)
        unit = str(self.table["unit"].iloc[0]) if len(self.table) else ""
        whole = float(rows.loc[rows["depth"] == 0, "total"].sum()) or 1.0
        wide = rows["total"] / whole
        figure = go.Figure()
        figure.add_bar(
            orientation="h", base=(rows["start"] / whole).tolist(), x=wide.tolist(), y=rows["depth"].tolist(), width=0.94,
            text=[f if w > _READABLE else "" for f, w in zip(rows["frame"], wide, strict=True)], textposition="inside",
            insidetextanchor="start", textangle=0, textfont={"color": INK}, marker={"color": [FLAMES[d % len(FLAMES)] for d in rows["depth"]]}, constraintext="both",
            customdata=rows[["frame", "total"]].to_numpy().tolist(),
            hovertemplate="%{customdata[0]}<br>%{customdata[1]:,.0f} " + unit + " · %{x:.1%}<extra></extra>",
        )  # fmt: skip
        figure.update_yaxes(autorange="reversed", title=WORDS["depth"].to(lang), dtick=5)
        figure.update_xaxes(tickformat=".0%", range=[0, 1], title=WORDS["share"].to(lang))
        figure.update_layout(showlegend=False, barmode="overlay")
        return figure


def _ids() -> tuple[Column, ...]:
    return Column("id", WORDS["stack"]), Column("parent", WORDS["stack"])


def _table(view: str, data: pd.DataFrame) -> View:
    columns = tuple(Column(c, WORDS[c], _UNITS.get(c, "text")) for c in data.columns)
    note = WORDS["grown_note" if view == "grown" else "flame_note"]
    return View("table", WORDS[f"{view}_title"], note, data.reset_index(drop=True), columns)
