"""The result of `ltv.payment_traces`: its tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ltv.hooks import payment_views as blocks
from ltv.hooks.payment_words import KIND, WORDS
from ltv.hooks.quantiles import ALL
from ltv.hooks.reconcile import KINDS, MISMATCH, Reconciled
from ltv.hooks.span_words import odd
from ltv.result import KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, listed, number, same

if TYPE_CHECKING:
    from ltv.result import State


@dataclass(frozen=True, repr=False)
class PaymentTraces(Result):
    """Payments by step and channel; `.table` is the result table `payment_funnel`.

    Attributes:
        as_of: the last day included.
        timezone: zone in which times are shown.
        compared: traces against orders; None without orders or without spans.
        counts: what was odd in the spans.
        traces: how many traces there were.
    """

    as_of: date
    timezone: str
    compared: Reconciled | None
    counts: Mapping[str, int]
    traces: int
    name: ClassVar[str] = "payment_funnel"

    @property
    def mismatches(self) -> pd.DataFrame:
        """A row a case in which a trace and an order disagree: the result table `payment_mismatches`."""
        return pd.DataFrame(columns=MISMATCH) if self.compared is None else self.compared.mismatches

    @cached_property
    def by_kind(self) -> pd.DataFrame:
        """Cases and money at stake of each kind, none left out."""
        told = self.mismatches.groupby("kind")["at_stake"].agg(["size", "sum"]).reindex(list(KINDS), fill_value=0)
        return told.rename(columns={"size": "cases", "sum": "at_stake"}).rename_axis("kind").reset_index()

    @cached_property
    def overall(self) -> pd.DataFrame:
        """The steps of all channels together."""
        return self.table[self.table["channel"] == ALL].reset_index(drop=True)

    @property
    def has_payments(self) -> bool:
        """Whether any trace has a charge, be it one without its beginning."""
        return bool(len(self.overall) or self.counts["cut"])

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Payments, share that comes through, mismatches, money at stake, p95 of a payment."""
        tiles: list[KeyFigure] = []
        if len(self.overall):
            first, last = self.overall.iloc[0], self.overall.iloc[-1]
            tiles += [
                KeyFigure(WORDS["tile_payments"], float(first["payments"]), "count"),
                KeyFigure(WORDS["tile_through"], float(last["rate_from_first"]), "rate"),
                KeyFigure(WORDS["tile_p95"], float(first["p95_ms"]) / 1000, "seconds"),
            ]
        if self.compared is not None and self.has_payments:
            n, money = len(self.mismatches), float(self.mismatches["at_stake"].sum())
            state: State = "bad" if n else "good" if self.compared.judged else "none"
            rule = WORDS["rule_mismatches"].format(n=number(self.compared.judged, "count"))
            tiles += [
                KeyFigure(WORDS["tile_mismatches"], n, "count", state=state, rule=rule),
                KeyFigure(WORDS["tile_stake"], money, "money", state=state),
            ]
        return tiles

    @property
    def findings(self) -> Sequence[Takeaway]:
        """Mismatches first, then where payments are lost, then what could not be told."""
        if not self.has_payments:
            return (Takeaway(WORDS["no_payments"]),)
        return [*self._compared(), *self._lost(), *self._channels(), *self._aside(), *odd(self.counts)]

    def _compared(self) -> list[Takeaway]:
        if self.compared is None:
            return [Takeaway(WORDS["no_orders"])]
        judged = number(self.compared.judged, "count")
        if not len(self.mismatches) and not self.compared.judged:
            return [Takeaway(WORDS["none_judged"])]
        if not len(self.mismatches):
            return [Takeaway(WORDS["all_agree"].format(n=judged), "good")]
        rows = self.by_kind[self.by_kind["cases"] > 0].sort_values("at_stake", ascending=False)
        told = [
            WORDS["of_kind"].format(
                kind=KIND[str(k)], n=number(n, "count"), money=number(m, "money", currency=self.currency)
            )
            for k, n, m in zip(rows["kind"], rows["cases"], rows["at_stake"], strict=True)
        ]
        money = number(float(rows["at_stake"].sum()), "money", currency=self.currency)
        parts = Text("；".join(t.zh for t in told), "; ".join(t.en for t in told))
        words = WORDS["disagree"].format(
            n=number(len(self.mismatches), "count"), money=money, judged=judged, parts=parts
        )
        return [Takeaway(words, "bad", WORDS["act_disagree"])]

    def _lost(self) -> list[Takeaway]:
        rows = self.overall
        if not len(rows):
            return []
        lost = (rows["payments"].shift(1) - rows["payments"]).iloc[1:]
        through = number(rows["rate_from_first"].iloc[-1], "rate")
        said = WORDS["through"].format(n=number(rows["payments"].iloc[0], "count"), share=through)
        if not len(lost) or not lost.max() > 0:
            return [Takeaway(said, "good")]
        worst = rows.iloc[int(lost.to_numpy().argmax()) + 1]
        more = WORDS["lost_at"].format(step=same(str(worst["step"])), n=number(float(lost.max()), "count"))
        return [Takeaway(Text(said.zh + more.zh, f"{said.en} {more.en}"), "none")]

    def _channels(self) -> list[Takeaway]:
        return [Takeaway(words, "watch", WORDS["act_channel"]) for words in blocks.worse_channels(self.table)]

    def _aside(self) -> list[Takeaway]:
        """What is no case: sources that pay another way, gaps, charges of orders that are not paid."""
        told = self.compared
        if told is None:
            return []
        out = []
        other = told.sources[~told.sources["is_traced"]]
        if len(other):
            names = listed([same(s or "?") for s in other["source"]])
            n = number(int(other["orders"].sum()), "count")
            out.append(Takeaway(WORDS["not_traced"].format(sources=names, n=n)))
        if len(told.gaps):
            n = number(int(told.gaps["orders"].sum()), "count")
            out.append(
                Takeaway(WORDS["gaps"].format(n=n, gaps=number(len(told.gaps), "count")), "watch", WORDS["act_gaps"])
            )
        if len(told.open_charges):
            money = number(float(told.open_charges["charged"].sum()), "money", currency=self.currency)
            words = WORDS["open"].format(n=number(len(told.open_charges), "count"), money=money)
            out.append(Takeaway(words, "watch", WORDS["act_open"]))
        return out

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: funnel, steps, mismatches by kind and one by one."""
        return blocks.views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        if view == "funnel":
            return blocks.funnel(self.views[view].data, lang)
        return blocks.step_times(self.table, lang)
