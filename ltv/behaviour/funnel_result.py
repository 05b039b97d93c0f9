"""The result of a funnel: its table, tiles, sentences and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.behaviour import funnel_figures as figures
from ltv.behaviour import funnel_views as views
from ltv.behaviour.averages import Share, difference_is_real, with_interval
from ltv.behaviour.funnel_asked import SECOND_US, Asked
from ltv.behaviour.funnel_table import ROLLING_DAYS
from ltv.behaviour.funnel_words import KIND, TIES, WORDS, step
from ltv.result import KeyFigure, Result, State, Takeaway, View, Worded
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd

_MOST_NEXT, _ENOUGH = 3, 30


@dataclass(frozen=True, repr=False)
class Funnel(Result):
    """How far people come; `.table` is the result table `funnel`.

    Attributes:
        asked: steps, window and rules.
        next_events: what those lost at each step did next (step_index, step, lost, event or None, people, share).
        rolling: conversion by day of entry, rolling over seven days; blank on days without data.
    """

    asked: Asked
    next_events: pd.DataFrame
    rolling: pd.DataFrame
    name: ClassVar[str] = "funnel"

    @property
    def whole(self) -> pd.DataFrame:
        """The rows of everybody."""
        return self.table[self.table["segment_kind"] == "all"].reset_index(drop=True)

    @property
    def window(self) -> Text:
        """The window in words."""
        return figures.duration(self.asked.window_us / SECOND_US)

    def losses(self) -> list[Share]:
        """Share lost after each step but the last, of people whose window is over."""
        closed = self.whole["users_closed"].tolist()
        return [Share.of(int(a - b), int(a)) for a, b in pairwise(closed)]

    @property
    def worst(self) -> int | None:
        """The step after which most people are lost; None where nobody is."""
        lost = [s.successes for s in self.losses()]
        return lost.index(max(lost)) if lost and max(lost) > 0 else None

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Conversion of the whole, the largest loss, people who entered, and those whose window is open."""
        whole = self.whole
        entered, pending = int(whole["users"].iloc[0]), int(whole["pending"].iloc[0])
        if not entered:
            return ()
        tiles = [
            KeyFigure(WORDS["tile_entered"], entered, "count", rule=WORDS["tile_entered_rule"]),
            KeyFigure(
                WORDS["tile_pending"], pending, "count", rule=WORDS["tile_pending_rule"].format(window=self.window)
            ),
        ]
        overall = Share.of(int(whole["users_closed"].iloc[-1]), int(whole["users_closed"].iloc[0]))
        if overall.rate is None:
            return tiles
        return [self._overall(overall), *self._worst_tile(), *tiles]

    def _overall(self, share: Share) -> KeyFigure:
        *_, state = self._weeks()
        steps = self.asked.steps
        rates = [float(r) for r in self.rolling["rate_7d"].dropna().tail(30)]
        return KeyFigure(
            label=WORDS["tile_overall"].format(first=step(steps[0]), last=step(steps[-1])),
            value=share.rate,
            unit="rate",
            low=share.low,
            high=share.high,
            state=state,
            rule=WORDS["tile_overall_rule"].format(n=number(share.people, "count"), window=self.window),
            spark=tuple(rates),
        )

    def _worst_tile(self) -> list[KeyFigure]:
        worst = self.worst
        if worst is None:
            return []
        label = WORDS["tile_worst"].format(
            before=step(self.asked.steps[worst]), after=step(self.asked.steps[worst + 1])
        )
        lost = self.losses()[worst]
        share = Share.of(lost.people - lost.successes, lost.people)
        return [KeyFigure(label, share.rate, "rate", low=share.low, high=share.high, rule=WORDS["tile_worst_rule"])]

    def _weeks(self) -> tuple[Share, Share, State]:
        """Conversion of the last seven complete days of entry and of the seven before."""
        nobody = Share.of(0, 0)
        rows = self.rolling
        if len(rows) < 2 * ROLLING_DAYS or not rows["has_data"].tail(2 * ROLLING_DAYS).all():
            return nobody, nobody, "none"
        latest, before = (
            Share.of(int(row["converted_7d"]), int(row["entrants_7d"]))
            for row in (rows.iloc[-1], rows.iloc[-1 - ROLLING_DAYS])
        )
        if latest.rate is None or before.rate is None or not difference_is_real(latest, before):
            return latest, before, "none"
        return latest, before, "good" if latest.rate > before.rate else "bad"

    @property
    def findings(self) -> Sequence[Takeaway]:
        """Where most are lost and what they did instead; who is still on the way; the trend; the largest difference."""
        whole = self.whole
        entered, closed = int(whole["users"].iloc[0]), int(whole["users_closed"].iloc[0])
        if not entered:
            return (Takeaway(WORDS["nobody"].format(first=step(self.asked.steps[0])), "none"),)
        if not closed:
            told = WORDS["too_early"].format(n=number(entered, "count"), window=self.window)
            return (Takeaway(told, "none"),)
        more = [self._trend(), self._gap(), self._waiting(entered)]
        return [self._loss(closed), *(t for t in more if t is not None), Takeaway(WORDS["counters"])]

    def _loss(self, closed: int) -> Takeaway:
        worst = self.worst
        if worst is None:
            return Takeaway(WORDS["all_through"].format(n=number(closed, "count")), "good")
        lost = self.losses()[worst]
        told = WORDS["worst"].format(
            before=step(self.asked.steps[worst]),
            after=step(self.asked.steps[worst + 1]),
            of=number(lost.people, "count"),
            lost=number(lost.successes, "count"),
            share=number(lost.rate, "rate"),
            low=number(lost.low, "rate"),
            high=number(lost.high, "rate"),
            window=self.window,
        )
        rows = self.next_events[self.next_events["step_index"] == worst]
        if not len(rows):
            return Takeaway(told, "none", None)
        what = _listed(
            [
                WORDS["did"].format(event=_event(r.event), share=number(r.share, "rate"))
                for r in rows.head(_MOST_NEXT).itertuples()
            ]
        )
        did = WORDS["worst_did"].format(what=what)
        gone = float(rows.loc[rows["event"].isna(), "share"].sum())
        action = WORDS["act_nothing" if gone > 0.5 else "act_instead"]  # noqa: PLR2004  most of them
        return Takeaway(Text(told.zh + did.zh, f"{told.en} {did.en}"), "none", action)

    def _trend(self) -> Takeaway | None:
        latest, before, state = self._weeks()
        if latest.rate is None or before.rate is None:
            return None
        name = {"good": "trend_up", "bad": "trend_down"}.get(state, "trend_flat")
        change = number(latest.rate - before.rate, "points")
        told = WORDS[name].format(rate=number(latest.rate, "rate"), before=number(before.rate, "rate"), change=change)
        return Takeaway(told, state, WORDS["act_trend_down"] if state == "bad" else None)

    def _gap(self) -> Takeaway | None:
        """The kind of group whose best and worst differ most, where they surely do."""
        last = self.table[(self.table["step_index"] == self.asked.last) & (self.table["segment_kind"] != "all")]
        first = self.table[self.table["step_index"] == 0].set_index(["segment_kind", "segment"])["users_closed"]
        gaps = []
        for kind, part in last.groupby("segment_kind"):
            closed = dict(zip(part["segment"], part["users_closed"], strict=True))
            shares = [(Share.of(int(n), int(first[kind, segment])), str(segment)) for segment, n in closed.items()]
            known = sorted(((s.rate or 0.0, name, s) for s, name in shares if s.people >= _ENOUGH), key=lambda k: k[:2])
            if len(known) > 1 and difference_is_real(known[-1][2], known[0][2]):
                gaps.append((str(kind), known[-1][1], known[0][1], known[-1][2], known[0][2]))
        if not gaps:
            return None
        kind, best, worst, high, low = max(gaps, key=lambda g: (g[3].rate or 0.0) - (g[4].rate or 0.0))
        names = {"best": views.group(kind, best), "worst": views.group(kind, worst)}
        rates = {"high": number(high.rate, "rate"), "low": number(low.rate, "rate")}
        told = WORDS["gap"].format(kind=KIND.get(kind, same(kind)), **names, **rates)
        return Takeaway(told, "none", WORDS["act_gap"].format(worst=names["worst"]))

    def _waiting(self, entered: int) -> Takeaway | None:
        pending = int(self.whole["pending"].iloc[0])
        if not pending:
            return None
        share = number(pending / entered, "rate")
        return Takeaway(WORDS["waiting"].format(n=number(pending, "count"), share=share, window=self.window), "none")

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: funnel, steps, breakdown, next_events, rolling."""
        ties = TIES[self.asked.ties]
        return {
            "funnel": views.funnel(*self._groups, self.window, ties),
            "steps": views.steps(self.whole),
            "breakdown": views.breakdown(self.table, self.asked.steps),
            "next_events": views.instead(self.next_events),
            "rolling": views.rolling(self._daily, self.window),
        }

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        if view == "funnel":
            return figures.bars(self._groups[0], lang)
        return figures.rolling(self._daily.tail(views.SHOWN_DAYS), lang)

    @cached_property
    def _groups(self) -> tuple[pd.DataFrame, Worded]:
        """Steps of everybody and of each group, and what these are called."""
        told = Worded()
        return views.groups(self.table, told), told

    @property
    def _daily(self) -> pd.DataFrame:
        """The rolling rate with its interval; blank where the rate is."""
        rows = self.rolling
        return with_interval(rows, rows["converted_7d"].where(rows["rate_7d"].notna()), rows["entrants_7d"])


def _event(name: object) -> Text:
    return step(name) if isinstance(name, str) else WORDS["nothing"]


def _listed(words: list[Text]) -> Text:
    return Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))
