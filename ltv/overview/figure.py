"""A key figure of the date: its value, its days, what it is held against and the light that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from ltv.overview.given import WEEK
from ltv.overview.overview_words import RULES, WORDS
from ltv.overview.usual import possible, usual_range
from ltv.result import KeyFigure, Source, State
from ltv.text import Text, Unit, number, same

if TYPE_CHECKING:
    from ltv.overview.days import Days

SPARK_DAYS = 56
Side = Literal["above", "below", "none"]


@dataclass(frozen=True)
class Figure:
    """A key figure.

    Attributes:
        name: in the result table overview.
        label: what is measured.
        unit: how it is written.
        value: None where it is not known.
        at: the day it is of.
        source: where to read on.
        days: its value on each day that is known.
        low: lower end of its interval.
        high: upper end.
        level: of the interval, percent.
        bad_side: on which side of what is usual it is bad.
        threshold: beyond which it is bad, where one is set.
        days_beyond: how many days it has been beyond.
        usual: range in which it usually lies, where another table tells it.
        is_effect: whether it is judged by where its interval lies to nothing.
        why: why it is not known.
        currency: in which money is written.
    """

    name: str
    label: Text
    unit: Unit
    value: float | None
    at: date
    source: Source
    days: Days = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    level: int = 95
    bad_side: Side = "below"
    threshold: float | None = None
    days_beyond: int = 0
    usual: tuple[float, float] | None = None
    is_effect: bool = False
    why: Text | None = None
    currency: str = "CNY"

    @property
    def previous(self) -> float | None:
        """Its value seven days before."""
        return self.days.get(self.at - WEEK)

    @property
    def change(self) -> float | None:
        """How far it has moved in seven days."""
        return None if self.value is None or self.previous is None else self.value - self.previous

    @property
    def range(self) -> tuple[float, float] | None:
        """In which it usually lies."""
        found = self.usual or (None if self.value is None else usual_range(self.days, self.at))
        return found and possible(*found, self.unit)

    @property
    def side(self) -> Side:
        """On which side of its usual range it lies; none inside, or where that is not known."""
        if self.range is None or self.value is None:
            return "none"
        return "below" if self.value < self.range[0] else "above" if self.value > self.range[1] else "none"

    @property
    def state(self) -> State:
        """Its traffic light: by the threshold where there is one, else by the usual range."""
        if self.value is None or self.bad_side == "none":
            return "none"
        if self.is_effect:
            return "good" if (self.low or 0) > 0 else "bad" if (self.high or 0) < 0 else "watch"
        if self.threshold is not None:
            return "good" if not self.days_beyond else "watch" if self.days_beyond == 1 else "bad"
        if self.range is None:
            return "none"
        return "bad" if self.side == self.bad_side else "good"

    @property
    def rule(self) -> Text:
        """The rule of the light, in words."""
        if self.value is None:
            return self.why or WORDS["not_known"]
        if self.bad_side == "none":
            return RULES["no_goal"]
        if self.is_effect:
            return RULES["net"]
        if self.threshold is not None:
            return RULES[f"threshold_{self.bad_side}"].format(threshold=self.told(self.threshold))
        if self.range is None:
            return RULES["no_range"]
        low, high = (self.told(end) for end in self.range)
        return RULES[f"usual_{self.bad_side}"].format(low=low, high=high)

    @property
    def spark(self) -> tuple[float | None, ...]:
        """Its last values: a place for every day, or for every value where most days have none."""
        last = sorted(day for day in self.days if self.at - timedelta(days=SPARK_DAYS) < day <= self.at)
        every = [last[0] + timedelta(days=n) for n in range((last[-1] - last[0]).days + 1)] if last else []
        return tuple(self.days.get(day) for day in (every if len(every) < 2 * len(last) else last))

    def told(self, value: float | None) -> Text:
        """A value in the unit of this figure."""
        return number(value, self.unit, currency=self.currency)

    def told_change(self, value: float) -> Text:
        """A difference in the unit of this figure, without its sign."""
        shown = number(abs(value), "points" if self.unit == "rate" else self.unit, currency=self.currency)
        return Text(shown.zh.lstrip("+"), shown.en.lstrip("+"))

    def tile(self) -> KeyFigure:
        """As a tile of the page."""
        is_compared = self.value is not None and self.previous is not None
        return KeyFigure(
            self.label, self.value, self.unit, low=self.low, high=self.high, level=self.level, state=self.state,
            previous=self.previous if is_compared else None, rule=self.rule, source=self.source,
            comparison=WORDS["week_before"].format(date=same(short_day(self.at - WEEK))) if is_compared else None,
            spark=self.spark, is_minor=self.bad_side == "none",
        )  # fmt: skip

    def row(self, as_of: date) -> Mapping[str, object]:
        """As a row of the result table."""
        low, high = self.range or (None, None)
        return {
            "date": as_of, "figure": self.name, "value": self.value, "low": self.low, "high": self.high,
            "level": self.level, "previous": self.previous, "compared_with": self.at - WEEK, "usual_low": low,
            "usual_high": high, "unit": self.unit, "state": self.state, "page": self.source.page, "view": self.source.view,
        }  # fmt: skip


def short_day(day: date) -> str:
    """Month and day.

    >>> short_day(date(2026, 6, 3))
    '06-03'
    """
    return f"{day:%m-%d}"
