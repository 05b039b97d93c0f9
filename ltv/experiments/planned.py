"""The plan of a test: people and days it needs, and what it can find after so many days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ltv.colors import MAIN, MUTED, OTHER
from ltv.drawing import End, add_ends, add_line, scale_axis
from ltv.experiments.methods import Question, largest_kept
from ltv.experiments.metrics import Metric
from ltv.experiments.moments import CannotJudgeError, Estimate
from ltv.experiments.planned_words import ENTRIES, WORDS
from ltv.experiments.power import minimum_detectable_lift, sample_size_means, sample_size_proportions
from ltv.experiments.sequential import critical_value
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, number
from ltv.warehouse.local_time import DAY_US

if TYPE_CHECKING:
    import pandas as pd

DURATIONS = (7, 14, 21, 28, 42, 56, 84)
POWER = 0.8
_LONGEST = 730  # days; a test that takes longer is no plan
_COLUMNS = (
    Column("days", WORDS["days"], "count"),
    Column("people", WORDS["people"], "count"),
    Column("lift_once", WORDS["lift_once"], "rate"),
    Column("lift_any", WORDS["lift_any"], "rate"),
)


@dataclass(frozen=True)
class Need:
    """What is asked of a test.

    Attributes:
        lift: worth finding, as a share of control.
        arms: variants with control, of equal shares.
        share: of those at the entry, how many take part.
        alpha: significance of each comparison.
    """

    lift: float
    arms: int
    share: float
    alpha: float


@dataclass(frozen=True, repr=False)
class Planned(Result):
    """A plan; `.table` says for each duration what can be found.

    Attributes:
        as_of: the last day of the traffic it rests on.
        metric: what decides.
        need: what is asked.
        entry: what lets people in.
        mean: of the metric today; NaN where it could not be measured.
        deviation: standard deviation between people, after CUPED.
        variance_left: share of the variance that CUPED leaves.
        people_once: people of all arms for one look at the end.
        people_any: people of all arms where every day may be looked at.
        people_cut: people of all arms for one look at means cut at `limit`; NaN where nothing is cut.
        limit: beyond which one person in a thousand lies, of money.
        days_once: days until the test is over, the last person's window with it; NaN where it never is.
        days_any: likewise.
        why: why nothing can be planned; None where it can.
    """

    as_of: date
    metric: Metric
    need: Need
    entry: str
    mean: float = math.nan
    deviation: float = math.nan
    variance_left: float = math.nan
    people_once: float = math.nan
    people_any: float = math.nan
    people_cut: float = math.nan
    limit: float = math.nan
    days_once: float = math.nan
    days_any: float = math.nan
    why: Text | None = None
    name: ClassVar[str] = "experiment_plan"

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Days and people, for one look and for any."""
        if self.why is not None:
            return ()
        label = WORDS["tile_days"].format(lift=number(self.need.lift, "rate"), metric=self.metric.label)
        once, any_look = WORDS["once"], WORDS["any"]
        return [
            KeyFigure(label=label, value=_known(self.days_any), unit="days", rule=any_look),
            KeyFigure(label=WORDS["tile_people"], value=_known(self.people_any), unit="count", rule=any_look),
            KeyFigure(label=WORDS["tile_people"], value=_known(self.people_once), unit="count", rule=once),
        ]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """How long it takes, and what the past of people spares."""
        if self.why is not None:
            return (
                Takeaway(
                    WORDS["no_plan"].format(metric=self.metric.label, why=self.why), "watch", WORDS["act_no_plan"]
                ),
            )
        values: dict[str, str | Text] = {
            "lift": number(self.need.lift, "rate"),
            "metric": self.metric.label,
            "entry": ENTRIES[self.entry],
            "mean": number(self.mean, self.metric.definition.unit, currency=self.currency),
            "people": number(math.ceil(self.people_any), "count"),
            "once": number(math.ceil(self.people_once), "count"),
            "arms": str(self.need.arms),
        }
        if not math.isfinite(self.days_any):
            return (Takeaway(WORDS["never"].format(**values), "watch", WORDS["act_never"]),)
        values["days"] = number(self.days_any, "count")
        told = Takeaway(
            WORDS["plan"].format(**values), "none", WORDS["act_plan"].format(people=str(math.ceil(self.people_any)))
        )
        spared = Takeaway(WORDS["spared"].format(spared=number(1 - self.variance_left, "rate")), "none")
        more = [spared] if self.variance_left < 0.99 else []  # noqa: PLR2004  less is not worth a sentence
        if self.people_cut < 0.9 * self.people_once:
            cut = {
                "limit": number(self.limit, "money", currency=self.currency),
                "people": number(self.people_cut, "count"),
            }
            more.append(Takeaway(WORDS["cut"].format(**cut), "watch", WORDS["act_cut"]))
        return (told, *more)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The smallest lift that is found, by duration; its note says what the plan is."""
        kind: Literal["chart", "table"] = "chart" if len(self.table) else "table"
        title, said = WORDS["title"].format(metric=self.metric.label), [t.text for t in self.findings]
        note = Text("".join(t.zh for t in [*said, WORDS["note"]]), " ".join(t.en for t in [*said, WORDS["note"]]))
        return {"plan": View(kind, title, note, self.table, _COLUMNS, alt=WORDS["alt"])}

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw the smallest lift by duration, for one look and for any."""
        from plotly import graph_objects as go

        figure, ends = go.Figure(), []
        values = [*self.table["lift_any"].dropna(), *self.table["lift_once"].dropna(), self.need.lift]
        title = WORDS["smallest"].to(lang)
        bottom, top = scale_axis(figure, "y", values, unit="rate", lang=lang, title=title)
        for name, color, word in (("lift_any", MAIN, "any"), ("lift_once", MUTED, "once")):
            rows = self.table.dropna(subset=[name])
            add_line(figure, rows["days"], rows[name], hover="%{x}: %{y:.1%}", color=color, mode="lines+markers")
            if len(rows):
                ends.append(End(int(rows["days"].iloc[-1]), float(rows[name].iloc[-1]), WORDS[word].to(lang), color))
        figure.add_hline(y=self.need.lift, line={"color": OTHER, "dash": "dash", "width": 1.5})
        last = int(self.table["days"].max()) if len(self.table) else 1
        wanted = f"{WORDS['wanted'].to(lang)} {number(self.need.lift, 'rate').to(lang)}"
        add_ends(figure, [*ends, End(last, self.need.lift, wanted, OTHER)], bottom=bottom, top=top)
        figure.update_xaxes(title=WORDS["days"].to(lang), range=[0, last])
        return figure


def _known(value: float) -> float | None:
    return math.ceil(value) if math.isfinite(value) else None


def planned(
    metric: Metric,
    question: Question | Text,
    traffic: Mapping[int, int],
    need: Need,
    *,
    entry: str,
    as_of: date,
    currency: str,
) -> Planned:
    """Work out the plan.

    Args:
        metric: what decides.
        question: the metric on the people of the last weeks, as one arm; or why it could not be measured.
        traffic: days → people at the entry in the last so many days.
        need: what is asked.
        entry: what lets people in.
        as_of: the last day included.
        currency: in which money is written.

    Returns:
        The plan, or the reason why there is none.
    """
    import pandas as pd

    empty = pd.DataFrame(columns=[c.name for c in _COLUMNS])

    def told(table: pd.DataFrame, **numbers: Any) -> Planned:  # noqa: ANN401
        return Planned(table, currency=currency, as_of=as_of, metric=metric, need=need, entry=entry, **numbers)

    if not isinstance(question, Question):
        return told(empty, why=question)
    try:
        plain = next(iter(question.plain.values()))
        best = next(iter((question.adjusted or question.plain).values()))
    except CannotJudgeError as error:
        from ltv.experiments.decide_words import why_not

        return told(empty, why=why_not(str(error)))
    if plain.value <= 0 or plain.variance <= 0:
        return told(empty, why=WORDS["nothing_there"])
    if question.kind == "rate" and plain.value * (1 + need.lift) >= 1:
        return told(empty, why=WORDS["beyond"].format(now=number(plain.value, "rate")))
    cut, limit = _cut(question, need)
    once, any_look = (need.arms * _each(plain, best, question.kind, need, any_look=a) for a in (False, True))
    rows = [_after(days, n, plain, best, need) for days, n in traffic.items()]
    window = math.ceil(metric.window[1] / DAY_US)
    return told(
        pd.DataFrame(rows, columns=[c.name for c in _COLUMNS]),
        mean=plain.value,
        deviation=math.sqrt(best.variance),
        variance_left=best.variance / plain.variance,
        people_once=once,
        people_any=any_look,
        people_cut=cut,
        limit=limit,
        days_once=_days(once, traffic, need.share) + window,
        days_any=_days(any_look, traffic, need.share) + window,
    )


def _each(plain: Estimate, best: Estimate, kind: str, need: Need, *, any_look: bool) -> float:
    """People of one arm; rates by the two rates that are to be told apart, means by their deviation."""
    left = best.variance / plain.variance
    raised = plain.value * (1 + need.lift)
    if kind == "rate":
        each = sample_size_proportions(plain.value, raised, method="unpooled", alpha=need.alpha, power=POWER) * left
    else:
        deviation = math.sqrt(best.variance)
        each = sample_size_means(deviation, plain.value * need.lift, alpha=need.alpha, power=POWER)
    return each * _wider(need.alpha) if any_look else each


def _cut(question: Question, need: Need) -> tuple[float, float]:
    """People for one look at means without the largest values, and where these are cut; NaN where nothing is."""
    if not question.heavy or not question.amounts:
        return math.nan, math.nan
    n, amounts = sum(a.n for a in question.arms.values()), next(iter(question.amounts.values()))
    limit = largest_kept(amounts, n)
    if limit is None:
        return math.nan, math.nan
    kept = amounts.clip(max=limit)
    mean = float(kept.sum()) / n
    deviation = math.sqrt(max(float((kept**2).sum()) / n - mean**2, 0.0))
    each = sample_size_means(deviation, mean * need.lift, alpha=need.alpha, power=POWER)
    return need.arms * each, limit


def _wider(alpha: float) -> float:
    """How many times the people bounds need that hold at any look, where one look at the end would do."""
    from scipy.special import ndtri

    at_power = float(ndtri(POWER))
    once = float(ndtri(1 - alpha / 2)) + at_power
    return ((critical_value(1.0, tuning=1.0, alpha=alpha) + at_power) / once) ** 2


def _after(days: int, people: int, plain: Estimate, best: Estimate, need: Need) -> dict[str, float]:
    """What is found of a test that let people in for so many days."""
    each = int(people * need.share / need.arms)
    row: dict[str, float] = {"days": days, "people": each * need.arms, "lift_once": math.nan, "lift_any": math.nan}
    for name, any_look in (("lift_once", False), ("lift_any", True)):
        try:
            control = Estimate(plain.value, best.variance, each)
            tuning = 2 * each if any_look else None
            row[name] = minimum_detectable_lift(control, n_treatment=each, tuning=tuning, alpha=need.alpha, power=POWER)
        except CannotJudgeError:
            continue
    return row


def _days(people: float, traffic: Mapping[int, int], share: float) -> float:
    """Days until so many have come, on a line between the days that are known and at the last pace after them."""
    before, had = 0, 0.0
    for days, n in traffic.items():
        if n * share >= people:
            return before + (people - had) / (n * share - had) * (days - before)
        before, had = days, n * share
    last, prior = list(traffic.items())[-1], list(traffic.items())[-2]
    pace = (last[1] - prior[1]) * share / (last[0] - prior[0])
    needed = last[0] + (people - last[1] * share) / pace if pace > 0 else math.inf
    return needed if needed <= _LONGEST else math.inf
