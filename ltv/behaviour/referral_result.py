"""The result of a referral analysis: its tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ltv.behaviour import referral_figures as figures
from ltv.behaviour.averages import Share, difference_is_real
from ltv.behaviour.referral_words import KIND, MEANING, OF_ACTIVE, STATE, USERS, WORDS
from ltv.result import Column, KeyFigure, Result, State, Takeaway, View
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd

    from ltv.behaviour.referral_tree import RingRule

APART = ("again", "self", "cycle", "ring", "unknown")
_ENOUGH = 10


@dataclass(frozen=True)
class Terms:
    """How the figures are to be read.

    Attributes:
        depth: levels told.
        window_days: time to convert.
        period_days: days that K looks back.
        users: what it is divided by.
        has_events: whether events tell who is active.
        goal: effective invitations for each user that are asked for.
        rule: what a ring is.
        least_ring: people that a ring must have at the rate at which invited people buy.
    """

    depth: int
    window_days: int
    period_days: int
    users: str
    has_events: bool
    goal: float | None
    rule: RingRule
    least_ring: float


@dataclass(frozen=True, repr=False)
class Referral(Result):
    """Referral by depth and channel; `.table` is the result table `referral`, `.summary` is `referral_summary`.

    Attributes:
        as_of: the last day included.
        terms: depth, windows, denominator, goal.
        edges: one row a counted invitation, with depth, state and net value in the window.
        set_apart: every kind of row with its number; together all rows.
        summary: one row a day.
        alone: people who came alone.
    """

    as_of: date
    terms: Terms
    edges: pd.DataFrame
    set_apart: pd.DataFrame
    summary: pd.DataFrame
    alone: pd.DataFrame
    name: ClassVar[str] = "referral"

    @cached_property
    def conversion(self) -> Share:
        """Conversion of all invitees of the levels told whose window is over."""
        return figures.share_of(self.edges[self.edges["depth"] <= self.terms.depth])

    @cached_property
    def _counts(self) -> dict[str, int]:
        return dict(zip(self.set_apart["kind"], self.set_apart["rows"], strict=True))

    @property
    def _apart(self) -> tuple[int, float]:
        """Invitations set apart, and their share of all rows that name an inviter."""
        apart = sum(self._counts[k] for k in APART)
        every = apart + self._counts["counted"]
        return apart, apart / every if every else 0.0

    def _users(self) -> Text:
        of = OF_ACTIVE[self.terms.has_events]
        return USERS[self.terms.users].format(period=str(self.terms.period_days), of=of)

    def _named(self) -> dict[str, str | Text]:
        t = self.terms
        return {
            "period": str(t.period_days),
            "window": str(t.window_days),
            "depth": str(t.depth),
            "users": self._users(),
            "goal": number(t.goal, "number"),
        }

    def _last(self, column: str) -> float | None:
        value = self.summary[column].iloc[-1]
        return None if value != value else float(value)  # noqa: PLR0124  NaN

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Effective invitations against the goal, K and what it is made of, conversion, what is set apart."""
        apart, share = self._apart
        named = self._named()
        conversion = KeyFigure(
            WORDS["tile_conversion"].format(**named),
            self.conversion.rate,
            "rate",
            low=self.conversion.low,
            high=self.conversion.high,
            rule=WORDS["rule_conversion"].format(n=number(self.conversion.people, "count")),
        )
        return [
            self._effective(),
            self._tile("k_factor", "number", WORDS["rule_k"]),
            self._tile("invitations_per_user", "number", WORDS["rule_users"].format(**named)),
            conversion,
            self._tile("cycle_time_days", "days", WORDS["rule_cycle"]),
            KeyFigure(
                WORDS["tile_apart"], apart, "count", rule=WORDS["rule_apart"].format(share=number(share, "rate"))
            ),
        ]

    def _effective(self) -> KeyFigure:
        value, goal = self._last("effective_per_user"), self.terms.goal
        state: State = "none" if goal is None or value is None else "good" if value >= goal else "bad"
        rule = WORDS["rule_users" if goal is None else "rule_effective"].format(**self._named())
        label = WORDS["tile_effective"].format(**self._named())
        return self._tile("effective_per_user", "number", rule, label=label, state=state)

    def _tile(
        self,
        column: str,
        unit: Literal["number", "days"],
        rule: Text,
        *,
        label: Text | None = None,
        state: State = "none",
    ) -> KeyFigure:
        values = [None if v != v else float(v) for v in self.summary[column]]  # noqa: PLR0124  NaN
        back = self.terms.period_days
        before = values[-1 - back] if len(values) > back else None
        return KeyFigure(
            label or WORDS[column],
            values[-1],
            unit,
            previous=before,
            comparison=WORDS["earlier"].format(period=str(back)) if before is not None else None,
            state=state,
            rule=rule,
            spark=tuple(values[::-7][::-1] if len(values) > 2 * _ENOUGH else values),
        )

    @property
    def findings(self) -> Sequence[Takeaway]:
        """Whether it carries, what lacks, which channel does better, who cheats."""
        if not len(self.edges):
            return (Takeaway(WORDS["nobody"], "none"), *self._cheats())
        return [*self._carries(), *self._k(), *self._channels(), *self._cheats(), *self._pending()]

    def _carries(self) -> list[Takeaway]:
        value, goal, named = self._last("effective_per_user"), self.terms.goal, self._named()
        if value is None:
            return []
        named["value"] = number(value, "number")
        if goal is None:
            return [Takeaway(WORDS["plain"].format(**named), "none")]
        if value >= goal:
            return [Takeaway(WORDS["reached"].format(**named), "good")]
        return [Takeaway(WORDS["below"].format(**named), "bad", self._lacks(goal))]

    def _lacks(self, goal: float) -> Text | None:
        rate, now = self.conversion.rate, self._last("invitations_per_user")
        if not rate or now is None:
            return None
        words = WORDS["lack_conversion" if now >= goal else "lack_invitations"]
        return words.format(rate=number(rate, "rate"), needed=number(goal / rate, "number"), now=number(now, "number"))

    def _k(self) -> list[Takeaway]:
        k = self._last("k_factor")
        if k is None:
            return []
        grows = WORDS["grows" if k > 1 else "grows_not"]
        told = WORDS["k"].format(
            k=number(k, "number"), n=number(100 * k, "count"), period=str(self.terms.period_days), grows=grows
        )
        return [Takeaway(told, "good" if k > 1 else "none")]

    def _channels(self) -> list[Takeaway]:
        rows = figures.channel_rows(self.edges, self.terms.depth)
        rows = rows[rows["invitees"] - rows["pending"] >= _ENOUGH].sort_values("conversion_rate")
        if len(rows) < 2:  # noqa: PLR2004  a gap needs two
            return []
        worst, best = (
            Share.of(int(r["converted"]), int(r["invitees"] - r["pending"])) for _, r in rows.iloc[[0, -1]].iterrows()
        )
        if not difference_is_real(best, worst):
            told = WORDS["no_gap"].format(
                rate=number(self.conversion.rate, "rate"), n=number(self.conversion.people, "count")
            )
            return [Takeaway(told, "none")]
        names = {"worst": same(str(rows["channel"].iloc[0])), "best": same(str(rows["channel"].iloc[-1]))}
        told = WORDS["gap"].format(high=number(best.rate, "rate"), low=number(worst.rate, "rate"), **names)
        return [Takeaway(told, "watch", WORDS["act_gap"].format(**names))]

    def _cheats(self) -> list[Takeaway]:
        apart, share = self._apart
        if not apart:
            return []
        counts = {"own" if k == "self" else k: number(self._counts[k], "count") for k in APART}
        told = WORDS["apart"].format(rows=number(apart, "count"), share=number(share, "rate"), **counts)
        found = self.set_apart.set_index("kind").loc["ring"]
        if not found["rows"]:
            return [Takeaway(told, "none")]
        rings = WORDS["rings"].format(groups=number(found["groups"], "count"), people=number(found["people"], "count"))
        return [Takeaway(rings, "watch", WORDS["act_rings"]), Takeaway(told, "none")]

    def _pending(self) -> list[Takeaway]:
        n = int(self.table["pending"].sum())
        return [Takeaway(WORDS["pending_told"].format(n=number(n, "count")), "none")] if n else []

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: channels, depths, by_channel, trend, tree, set_apart."""
        depth = self.terms.depth
        channels, depths = figures.channel_rows(self.edges, depth), figures.depth_rows(self.edges, depth)
        tree, drawn = self._largest, figures.tree_rows(self._largest)
        sized = {
            "n": number(len(tree) + 1 if len(tree) else 0, "count"),
            "shown": number(len(drawn), "count"),
            "depth": number(tree["depth"].max() if len(tree) else 0, "count"),
        }
        return {
            "channels": self._view("channels", channels, _CHANNELS),
            "depths": self._view("depths", depths, _DEPTHS),
            "by_channel": self._view("by_channel", self.table, _BY_CHANNEL, kind="table"),
            "trend": self._view("trend", self.summary, _TREND),
            "tree": self._view("tree", drawn.drop(columns=["x", "y"]), _TREE, more=sized),
            "set_apart": self._view("set_apart", self._apart_rows(), self._apart_columns(), kind="table"),
        }

    @cached_property
    def _largest(self) -> pd.DataFrame:
        return figures.largest_tree(self.edges)

    def _view(
        self,
        name: str,
        data: pd.DataFrame,
        columns: tuple[Column, ...],
        *,
        kind: Literal["chart", "table"] = "chart",
        more: Mapping[str, str | Text] | None = None,
    ) -> View:
        named = self._named() | dict(more or {})
        alt = WORDS[f"{name}_alt"] if kind == "chart" else None
        title, note = WORDS[f"{name}_title"], WORDS[f"{name}_note"].format(**named)
        return View(kind if len(data) else "table", title, note, data, columns, alt=alt)

    def _apart_rows(self) -> pd.DataFrame:
        deeper = self.edges[self.edges["depth"] > self.terms.depth]
        rows = self.set_apart.copy()
        rows.loc[len(rows)] = ["deeper", len(deeper), len(deeper), None]
        return rows.assign(meaning=rows["kind"])

    def _apart_columns(self) -> tuple[Column, ...]:
        return (
            Column("kind", WORDS["kind"], words=KIND),
            Column("rows", WORDS["rows"], "count"),
            Column("people", WORDS["people"], "count"),
            Column("groups", WORDS["groups"], "count"),
            Column("meaning", WORDS["meaning"], words=self._rules()),
        )

    def _rules(self) -> dict[str, Text]:
        least, rule = self.terms.least_ring, self.terms.rule
        named = {"days": str(rule.days), "window": str(self.terms.window_days)}
        ring = MEANING["no_ring"] if least == float("inf") else MEANING["ring"].format(least=f"{least:.0f}", **named)
        return MEANING | {"ring": ring}

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        if view == "channels":
            return figures.channels(figures.channel_rows(self.edges, self.terms.depth), lang)
        if view == "depths":
            return figures.depths(figures.depth_rows(self.edges, self.terms.depth), lang)
        if view == "trend":
            return figures.trend(self.summary, self.terms.goal, lang)
        return figures.tree(figures.tree_rows(self._largest), lang, self.currency)


_SHARES = (
    Column("conversion_rate", WORDS["conversion_rate"], "rate"),
    Column("low", WORDS["low"], "rate"),
    Column("high", WORDS["high"], "rate"),
)
_COUNTS = (
    Column("inviters", WORDS["inviters"], "count"),
    Column("invitees", WORDS["invitees"], "count"),
    Column("converted", WORDS["converted"], "count"),
    Column("pending", WORDS["pending"], "count"),
)
_REVENUE = Column("revenue", WORDS["revenue"], "money")
_CHANNELS = (
    Column("channel", WORDS["channel"]),
    *_COUNTS,
    *_SHARES,
    _REVENUE,
    Column("revenue_each", WORDS["revenue_each"], "money"),
)
_DEPTHS = (
    Column("depth", WORDS["depth"]),
    Column("inviters", WORDS["inviters"], "count"),
    *[Column(s, STATE[s], "count") for s in figures.STATES],
    *_SHARES,
)
_BY_CHANNEL = (
    Column("depth", WORDS["depth"]),
    Column("channel", WORDS["channel"]),
    *_COUNTS,
    _SHARES[0],
    _REVENUE,
)
_TREND = (
    Column("date", WORDS["date"], "date"),
    Column("effective_per_user", WORDS["effective_per_user"], "number"),
    Column("k_factor", WORDS["k_factor"], "number"),
    Column("invitations_per_user", WORDS["invitations_per_user"], "number"),
    Column("conversion_rate", WORDS["conversion_rate"], "rate"),
    Column("cycle_time_days", WORDS["cycle_time_days"], "days"),
)
_TREE = (
    Column("user_id", WORDS["user_id"]),
    Column("inviter", WORDS["inviter"]),
    Column("depth", WORDS["depth"]),
    Column("channel", WORDS["channel"]),
    Column("state", WORDS["state"], words=STATE),
    _REVENUE,
)
