"""The result of a new user's clock: its tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ltv.behaviour import newcomers_figures as figures
from ltv.behaviour.averages import Share, difference_is_real, difference_words
from ltv.behaviour.newcomers_touches import beside
from ltv.behaviour.newcomers_views import columns_of
from ltv.behaviour.newcomers_windows import GAP, Branch, Terms
from ltv.behaviour.newcomers_words import BRANCH, MEASURE, WORDS
from ltv.result import KeyFigure, Result, State, Takeaway, View
from ltv.text import Lang, Text, interval, number, same

if TYPE_CHECKING:
    import pandas as pd

RECENT = 4
_NOBODY = Share.of(0, 0)
_SEGMENTS = {
    "within": ("share", "within"),
    "recovered": ("ordered_by_day_30", "without"),
    "worth": ("value_7_days", "all"),
}
_SILENCE = {
    "silent": ("silent", "all"),
    "repurchase": ("repurchase", "all"),
    "of_silent": ("repurchase_silent", "all"),
    "of_others": ("repurchase_not_silent", "all"),
    "gap": (GAP, "all"),
}


@dataclass(frozen=True, repr=False)
class Newcomers(Result):
    """A new user's clock; `.table` is the result table `newcomers`.

    Attributes:
        as_of: the last day included.
        terms: hours, days and the minimum sample.
        touches: who was touched on day 2 and on day 3, by branch, channel and kind.
    """

    as_of: date
    terms: Terms
    touches: pd.DataFrame
    name: ClassVar[str] = "newcomers"

    @cached_property
    def _cells(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Everybody, all weeks together, by measure and branch."""
        rows = figures.everybody(figures.whole(self.table)).to_dict("records")
        return {(str(r["measure"]), str(r["branch"])): {str(k): v for k, v in r.items()} for r in rows}

    def share(self, measure: str, branch: Branch = "all") -> Share:
        """A share of the whole base, of people whose window is over; of nobody where it was not measured."""
        cell = self._cells.get((measure, branch))
        return Share.of(int(cell["hits"]), int(cell["people"])) if cell else _NOBODY

    def _enough(self, *shares: Share) -> bool:
        return all(s.people >= self.terms.least for s in shares)

    def _latest_and_before(self, measure: str, branch: Branch) -> tuple[Share, Share]:
        """The last four weeks that are over, and those before them."""
        rows = figures.everybody(self.table[self.table["grain"] == "week"])
        rows = rows[(rows["measure"] == measure) & (rows["branch"] == branch) & rows["is_complete"].astype(bool)]
        ordered = rows.sort_values("cohort")
        parts = (ordered.tail(RECENT), ordered.iloc[:-RECENT])
        now, before = (Share.of(int(p["hits"].sum()), int(p["people"].sum())) for p in parts)
        return now, before

    def _named(self) -> dict[str, str | Text]:
        t = self.terms
        two, three = (f"{a}–{b}" for a, b in (t.hours_of(2), t.hours_of(3)))
        days = {"silent": f"{t.silent_days[0]}–{t.silent_days[1]}", "again": f"{t.again_days[0]}–{t.again_days[1]}"}
        before = number(self.share("share", "before").successes, "count")
        pending = int(self._cells.get(("share", "all"), {"pending": 0})["pending"])
        counts: dict[str, str | Text] = {"before": before, "open": number(pending, "count")}
        numbers = {
            "hours": str(t.hours),
            "least": str(t.least),
            "start": str(t.silent_days[0]),
            "two": two,
            "three": three,
        }
        return {**numbers, **days, **counts}

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Orders within the first hours, silence, value of the first seven days, repurchase."""
        tiles = [
            self._trend_tile("within_of", "share", "within", "rule_within", good_is_up=True),
            self._trend_tile("silent", "silent", "all", "rule_silent", good_is_up=False),
            self._value_tile(),
            self._repurchase_tile(),
        ]
        return [t for t in tiles if t is not None]

    def _trend_tile(self, label: str, measure: str, branch: Branch, rule: str, *, good_is_up: bool) -> KeyFigure | None:
        now, before = self._latest_and_before(measure, branch)
        if not self._enough(now):
            return None
        weeks = figures.week_rows(self.table, self.terms.least)
        named = self._named() | {"n": number(now.people, "count")}
        is_told = self._enough(before)
        return KeyFigure(
            WORDS[label].format(**named),
            now.rate,
            "rate",
            low=now.low,
            high=now.high,
            previous=before.rate if is_told else None,
            comparison=WORDS["earlier"] if is_told else None,
            state=_state(now, before, good_is_up=good_is_up) if is_told else "none",
            rule=WORDS[rule].format(**named),
            spark=tuple(figures.lines_of(weeks["within_value" if measure == "share" else "silent_value"])),
        )

    def _value_tile(self) -> KeyFigure | None:
        row = self._cells.get(("value_7_days", "all"))
        if row is None or row["people"] < self.terms.least:
            return None
        rule = WORDS["rule_value"].format(n=number(row["people"], "count"))
        return KeyFigure(WORDS["value"], row["value"], "money", low=row["low"], high=row["high"], rule=rule)

    def _repurchase_tile(self) -> KeyFigure | None:
        s = self.share("repurchase")
        if not self._enough(s):
            return None
        rule = WORDS["rule_repurchase"].format(**self._named() | {"n": number(s.people, "count")})
        return KeyFigure(WORDS["repurchase"], s.rate, "rate", low=s.low, high=s.high, rule=rule)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """How many order in the first hours, what the others do, who falls silent, and what that does not show."""
        if not len(self.table):
            return (Takeaway(WORDS["nobody"], "none"),)
        if not self._enough(self.share("share")):
            return (Takeaway(WORDS["too_early"].format(**self._named()), "none"), *self._apart())
        return [
            *self._level(),
            *self._trend(),
            *self._without(),
            *self._silent(),
            *self._gap(),
            *self._segment_gap(),
            *self._apart(),
        ]

    def _level(self) -> list[Takeaway]:
        s = self.share("share", "within")
        parts = {b: number(self.share("share", b).rate, "rate") for b in _LATE}
        told = WORDS["level"].format(**self._named() | _numbers(s) | parts)
        values = [self._cells["value_7_days", b] for b in ("within", "without")]
        if any(v["people"] < self.terms.least for v in values):
            return [Takeaway(told, "none")]
        money = [number(v["value"], "money", currency=self.currency) for v in values]
        worth = WORDS["value_told"].format(**self._named() | {"within": money[0], "without": money[1]})
        return [Takeaway(told, "none"), Takeaway(worth, "none")]

    def _trend(self) -> list[Takeaway]:
        now, before = self._latest_and_before("share", "within")
        state = _state(now, before, good_is_up=True) if self._enough(now, before) else "none"
        if state == "none":
            return []
        rates = {"now": number(now.rate, "rate"), "before": number(before.rate, "rate")} | difference_words(now, before)
        told = WORDS["better" if state == "good" else "worse"].format(**self._named() | rates)
        return [Takeaway(told, state, WORDS["act_worse"] if state == "bad" else None)]

    def _without(self) -> list[Takeaway]:
        week, month = (self.share(f"ordered_by_day_{d}", "without") for d in (7, 30))
        if not self._enough(week, month):
            return []
        numbers = _numbers(month) | {"week": number(week.rate, "rate"), "month": number(month.rate, "rate")}
        told = WORDS["without"].format(**self._named() | numbers)
        for word, measure in (("there", "active_day_2"), ("touched", "touched_day_2")):
            s = self.share(measure, "without")
            if self._enough(s):
                more = WORDS[word].format(rate=number(s.rate, "rate"))
                told = Text(told.zh + more.zh, told.en + more.en)
        return [Takeaway(told, "none", WORDS["act_without"])]

    def _silent(self) -> list[Takeaway]:
        if not self.terms.has_events:
            return [Takeaway(WORDS["no_events"], "watch", WORDS["act_no_events"])]
        s = self.share("silent")
        if not self._enough(s):
            return []
        named = self._named()
        return [
            Takeaway(WORDS["silent_told"].format(**named | _numbers(s)), "watch", WORDS["act_silent"].format(**named))
        ]

    def _gap(self) -> list[Takeaway]:
        silent, other = self.share("repurchase_silent"), self.share("repurchase_not_silent")
        if not self._enough(silent, other):
            return []
        row = self._cells[GAP, "all"]
        numbers = {"gap": number(row["value"], "points"), "range": interval(row["low"], row["high"], "points")}
        rates = {"silent_rate": number(silent.rate, "rate"), "other": number(other.rate, "rate")}
        named = self._named()
        return [Takeaway(WORDS["gap_told"].format(**named | numbers | rates), "none", WORDS["act_gap"].format(**named))]

    def _segment_gap(self) -> list[Takeaway]:
        """The best and the worst segment of a kind, where they differ beyond chance although they were picked."""
        rows = figures.whole(self.table)
        rows = rows[(rows["measure"] == "share") & (rows["branch"] == "within") & (rows["segment_kind"] != "all")]
        rows = rows[rows["people"] >= self.terms.least]
        told = []
        for _, part in rows.groupby("segment_kind", sort=True):
            ordered = part.sort_values(["value", "segment"])
            worst, best = (Share.of(int(r["hits"]), int(r["people"])) for _, r in ordered.iloc[[0, -1]].iterrows())
            pairs = len(part) * (len(part) - 1) // 2
            if pairs and difference_is_real(best, worst, pairs=pairs):
                names = {"best": same(str(ordered["segment"].iloc[-1])), "worst": same(str(ordered["segment"].iloc[0]))}
                rates = {"high": number(best.rate, "rate"), "low": number(worst.rate, "rate")}
                words = WORDS["segments_told"].format(**self._named() | names | rates)
                told.append(Takeaway(words, "watch", WORDS["act_segments"].format(**names)))
        return told

    def _apart(self) -> list[Takeaway]:
        before = self.share("share", "before").successes
        named = self._named()
        told = (
            [Takeaway(WORDS["before_told"].format(**named | {"n": number(before, "count")}), "none")] if before else []
        )
        no_data = int(self._cells.get(("silent", "all"), {"no_data": 0})["no_data"])
        if no_data and self.terms.has_events:
            words = WORDS["no_data_told"].format(n=number(no_data, "count"))
            told.append(Takeaway(words, "watch", WORDS["act_no_data"]))
        return told

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: branches, what followed, weeks, segments, silence, and touches (no rows where none were given)."""
        least = self.terms.least
        found = {
            "branches": self._view("branches", figures.branch_rows(self.table, least), "chart"),
            "after": self._view("after", figures.after_rows(self.table, least), "chart"),
            "weeks": self._view("weeks", figures.week_rows(self.table, least), "chart"),
            "segments": self._view("segments", figures.by_segment(self.table, _SEGMENTS, least), "table"),
            "silence": self._view("silence", figures.by_segment(self.table, _SILENCE, least), "table"),
        }
        found["touches"] = self._view("touches", beside(self.touches, least), "table")
        return found

    def _view(self, name: str, data: pd.DataFrame, kind: Literal["chart", "table"]) -> View:
        named = self._named()
        title, note = WORDS[f"{name}_title"].format(**named), WORDS[f"{name}_note"].format(**named)
        alt = WORDS[f"{name}_alt"] if kind == "chart" else None
        return View(
            kind if len(data) else "table", title, note, data, columns_of(name, named, self._branches()), alt=alt
        )

    def _branches(self) -> dict[str, Text]:
        return {k: words.format(hours=str(self.terms.hours)) for k, words in BRANCH.items()}

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        data = self.views[view].data
        if view == "branches":
            return figures.branches(data, self._branches(), lang)
        if view == "after":
            return figures.after(data, self._branches(), MEASURE, lang)
        named = self._named()
        labels = {"within": WORDS["within_of"].format(**named), "silent": WORDS["silent"].format(**named)}
        return figures.weeks(data, {k: t.to(lang) for k, t in labels.items()}, lang)


_LATE: tuple[Branch, ...] = ("later", "none")


def _numbers(s: Share) -> dict[str, str | Text]:
    rates: dict[str, str | Text] = {k: number(getattr(s, k), "rate") for k in ("rate", "low", "high")}
    return rates | {"n": number(s.people, "count")}


def _state(now: Share, before: Share, *, good_is_up: bool) -> State:
    if now.rate is None or before.rate is None or not difference_is_real(now, before):
        return "none"
    return "good" if (now.rate > before.rate) == good_is_up else "bad"
