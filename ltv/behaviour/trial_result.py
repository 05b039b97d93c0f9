"""The result of an analysis of trials: its tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ltv.behaviour import trial_figures as figures
from ltv.behaviour.averages import Share, difference_is_real, difference_words
from ltv.behaviour.trial_words import STATE, WORDS
from ltv.result import Column, KeyFigure, Result, State, Takeaway, View
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd

_LATEST_DAYS, _LATE_HOURS, _END_SHARE, _ENOUGH = 28, 1.0, 0.5, 10
_HOUR_US = 3_600_000_000
_MINUTE_HOURS, _ALL_BUT = 1 / 60, 0.95


@dataclass(frozen=True, repr=False)
class TrialOutcomes(Result):
    """What became of trials; `.table` is the result table `trial_outcomes`.

    Attributes:
        as_of: the last day included.
        hours: length of a trial.
        timezone: zone of weeks and times.
        cases: one row a trial: state, deadline, whether it is matured, how long it was seen.
    """

    as_of: date
    hours: int
    timezone: str
    cases: pd.DataFrame
    name: ClassVar[str] = "trial_outcomes"

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """One row a week of the start."""
        return figures.cohort_rows(self.cases)

    @cached_property
    def overdue(self) -> pd.DataFrame:
        """Trials past their deadline without an outcome, the longest first."""
        return figures.overdue_rows(self.cases, self.timezone)

    @cached_property
    def conversion(self) -> Share:
        """Conversion of all matured trials."""
        return figures.share_of(self.cases)

    @cached_property
    def latest_and_before(self) -> tuple[Share, Share]:
        """Conversion of decided, matured trials that started in the last four weeks, and of earlier ones."""
        since = self.as_of - timedelta(days=_LATEST_DAYS)
        is_late = self.cases["cohort"] > since
        return figures.decided(self.cases[is_late]), figures.decided(self.cases[~is_late])

    def _matured(self, state: str) -> pd.DataFrame:
        return self.cases[self.cases["is_matured"] & (self.cases["state"] == state)]

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Conversion of matured trials, overdue ones, those still running, and late downgrades."""
        if not len(self.cases):
            return ()
        converted = self._matured("converted")
        median = float(converted["seen_us"].median()) / _HOUR_US if len(converted) else None
        running = int((self.cases["state"] == "running").sum())
        n = len(self.overdue)
        overdue: State = "bad" if n else "good"
        return [
            self._rate(),
            *self._latest(),
            KeyFigure(WORDS["tile_overdue"], n, "count", state=overdue, rule=WORDS["rule_overdue"]),
            KeyFigure(WORDS["tile_running"], running, "count"),
            KeyFigure(WORDS["tile_median"], median, "hours", rule=WORDS["rule_median"]),
            *self._late(),
        ]

    def _rate(self) -> KeyFigure:
        c = self.conversion
        spark = tuple(float(r) for r in self.cohorts["rate"].dropna().tail(24))
        rule = WORDS["rule_rate"].format(n=number(c.people, "count"), hours=str(self.hours))
        return KeyFigure(WORDS["tile_rate"], c.rate, "rate", low=c.low, high=c.high, rule=rule, spark=spark)

    def _latest(self) -> list[KeyFigure]:
        now, before = self.latest_and_before
        if now.rate is None or before.rate is None:
            return []
        tile = KeyFigure(
            WORDS["tile_latest"],
            now.rate,
            "rate",
            low=now.low,
            high=now.high,
            previous=before.rate,
            comparison=WORDS["earlier"],
            state=_state(now, before),
            rule=WORDS["rule_latest"],
        )
        return [tile]

    def _late(self) -> list[KeyFigure]:
        down = self.cases[self.cases["state"] == "downgraded"]
        if not len(down):
            return []
        n = int((down["late_hours"] > _LATE_HOURS).sum())
        rule = WORDS["rule_late"].format(share=number(n / len(down), "rate"))
        return [KeyFigure(WORDS["tile_late"], n, "count", state="watch" if n else "good", rule=rule)]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What is overdue first, then how trials convert."""
        if not len(self.cases):
            return (Takeaway(WORDS["nobody"], "none"),)
        level = self._level() if self.conversion.people else [Takeaway(WORDS["too_early"], "none")]
        return [*self._overdue(), *level, *self._trend(), *self._plans(), *self._end()]

    def _overdue(self) -> list[Takeaway]:
        if not len(self.overdue):
            return [Takeaway(WORDS["none_overdue"], "good")]
        longest = number(self.overdue["overdue_hours"].iloc[0], "hours")
        told = WORDS["overdue_told"].format(n=number(len(self.overdue), "count"), longest=longest)
        return [Takeaway(told, "bad", WORDS["act_overdue"])]

    def _level(self) -> list[Takeaway]:
        c = self.conversion
        shares = {k: number(len(self._matured(s)) / c.people, "rate") for k, s in _OTHERS}
        numbers = {k: number(getattr(c, k), "rate") for k in ("rate", "low", "high")}
        return [Takeaway(WORDS["level"].format(n=number(c.people, "count"), **numbers, **shares), "none")]

    def _trend(self) -> list[Takeaway]:
        now, before = self.latest_and_before
        if now.rate is None or before.rate is None:
            return []
        state = _state(now, before)
        words = {"good": "better", "bad": "worse"}.get(state, "same")
        told = WORDS[words].format(
            now=number(now.rate, "rate"), before=number(before.rate, "rate"), **difference_words(now, before)
        )
        return [Takeaway(told, state, WORDS["act_worse"] if state == "bad" else None)]

    def _plans(self) -> list[Takeaway]:
        shares = [(str(p), figures.share_of(rows)) for p, rows in self.cases.groupby("plan", sort=True)]
        known = sorted([(s.rate, p, s) for p, s in shares if s.people >= _ENOUGH and s.rate is not None])
        if len(known) < 2 or not difference_is_real(known[-1][2], known[0][2]):  # noqa: PLR2004  a gap needs two
            return []
        names = {"best": _plan(known[-1][1]), "worst": _plan(known[0][1])}
        rates = {"high": number(known[-1][0], "rate"), "low": number(known[0][0], "rate")}
        return [Takeaway(WORDS["by_plan"].format(**names, **rates), "watch", WORDS["act_plan"])]

    def _end(self) -> list[Takeaway]:
        """Whether people convert when the trial ends: then a reminder belongs before it."""
        converted = self._matured("converted")
        last = max(1, self.hours // 6)
        if len(converted) < _ENOUGH:
            return []
        if float((converted["late_hours"].abs() <= _MINUTE_HOURS).mean()) >= _ALL_BUT:
            return [Takeaway(WORDS["at_the_deadline"], "none")]
        share = float(converted["late_hours"].between(-last, 0).mean())
        if share < _END_SHARE:
            return []
        return [Takeaway(WORDS["at_the_end"].format(share=number(share, "rate"), n=str(last)), "none")]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: curve, weeks, cohorts, overdue."""
        return {
            "curve": self._view("curve", self.table, _CURVE, selector="plan"),
            "weeks": self._view("weeks", self.cohorts.tail(figures.MOST_WEEKS), _COHORTS),
            "cohorts": self._view("cohorts", self.cohorts.iloc[::-1], _COHORTS, kind="table"),
            "overdue": self._view("overdue", self.overdue, _OVERDUE, kind="table"),
        }

    def _view(
        self,
        name: str,
        data: pd.DataFrame,
        columns: tuple[Column, ...],
        *,
        kind: Literal["chart", "table"] = "chart",
        selector: str | None = None,
    ) -> View:
        named = {"hours": str(self.hours), "zone": self.timezone, "n": str(figures.MOST_WEEKS)}
        alt = WORDS[f"{name}_alt"] if kind == "chart" else None
        note = WORDS[f"{name}_note"].format(**named)
        chosen = selector if len(data) else None
        title = WORDS[f"{name}_title"]
        return View(kind if len(data) else "table", title, note, data, columns, alt=alt, selector=chosen)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        return figures.curve(self.table, lang) if view == "curve" else figures.weeks(self.cohorts, lang)


_OTHERS = (("down", "downgraded"), ("cancelled", "cancelled"))


def _plan(name: str) -> Text:
    return same(name) if name else WORDS["no_plan"]


def _state(now: Share, before: Share) -> State:
    if now.rate is None or before.rate is None or not difference_is_real(now, before):
        return "none"
    return "good" if now.rate > before.rate else "bad"


_PLAN = Column("plan", WORDS["plan"], words={"all": WORDS["all"], "": WORDS["no_plan"]})
_CURVE = (
    _PLAN,
    Column("hours_since_start", WORDS["hours_since_start"], "count"),
    Column("trials", WORDS["trials"], "count"),
    Column("converted_rate", WORDS["converted_rate"], "rate"),
    Column("low", WORDS["low"], "rate"),
    Column("high", WORDS["high"], "rate"),
    Column("downgraded_rate", WORDS["downgraded_rate"], "rate"),
    Column("cancelled_rate", WORDS["cancelled_rate"], "rate"),
    Column("at_risk", WORDS["at_risk"], "count"),
    Column("overdue", WORDS["overdue"], "count"),
)
_COHORTS = (
    Column("cohort", WORDS["cohort"], "date"),
    Column("trials", WORDS["trials"], "count"),
    Column("matured", WORDS["matured"], "count"),
    *[Column(s, STATE[s], "count") for s in (*figures.MATURED, "running", "early")],
    Column("rate", WORDS["rate"], "rate"),
    Column("low", WORDS["low"], "rate"),
    Column("high", WORDS["high"], "rate"),
)
_OVERDUE = (
    Column("trial_id", WORDS["trial_id"]),
    Column("overdue_hours", WORDS["overdue_hours"], "hours"),
    Column("deadline", WORDS["deadline"]),
    _PLAN,
    Column("user_id", WORDS["user_id"]),
    Column("started_at", WORDS["started_at"]),
)
