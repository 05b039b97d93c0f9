"""The days of the board: numbers since 1970-01-01, their ends in UTC, the months in which models are trained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ltv.behaviour.given import day_of
from ltv.settings.calendar import spans
from ltv.warehouse.local_time import day_end, micros

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_EPOCH = date(1970, 1, 1).toordinal()


def number_of(day: date) -> int:
    """Days since 1970-01-01.

    >>> number_of(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


def month_start(number: int) -> int:
    """The first day of the month of a day.

    >>> month_start(number_of(date(2026, 6, 30))) == number_of(date(2026, 6, 1))
    True
    """
    return number_of(day_of(number).replace(day=1))


@dataclass(frozen=True)
class Calendar:
    """Which days are worked out and which of them are told.

    Attributes:
        last: the last day, days since 1970-01-01.
        told: how many are told.
        before: how many more are worked out before them, for what is usual.
        reach: how far back of the first of these anything is read.
        timezone: whose days.
        special: days that are like no other, as settings have them.
    """

    last: int
    told: int
    before: int
    reach: int
    timezone: str
    special: tuple[str, ...] = ()

    @property
    def date(self) -> date:
        """The last day."""
        return day_of(self.last)

    @property
    def first(self) -> int:
        """The first day that is worked out."""
        return self.last - self.told - self.before + 1

    @property
    def since(self) -> int:
        """The first day that is read."""
        return self.first - self.reach

    @cached_property
    def numbers(self) -> Ints:
        """The days that are worked out."""
        return np.arange(self.first, self.last + 1, dtype=np.int64)

    @cached_property
    def dates(self) -> NDArray[np.object_]:
        """The same as dates."""
        return np.array([day_of(n) for n in self.numbers.tolist()], dtype=object)

    @cached_property
    def ends_us(self) -> Ints:
        """Exclusive end of each day from `since` − 1 on, microseconds."""
        days = range(self.since - 1, self.last + 1)
        return np.array([micros(day_end(day_of(n), self.timezone)) for n in days], dtype=np.int64)

    def end_us(self, number: int) -> int:
        """Exclusive end of a day."""
        return int(self.ends_us[number - self.since + 1])

    def day_of_us(self, us: Ints) -> Ints:
        """The day of each moment; all before `since` are of the day before it."""
        found: Ints = np.searchsorted(self.ends_us, us, side="right") + self.since - 1
        return found

    @cached_property
    def is_special(self) -> Flags:
        """Whether each of `numbers` is like no other."""
        marked = np.zeros(len(self.numbers), np.bool_)
        first, last = day_of(self.first), day_of(self.last)
        for begin, end in spans(self.special, first, last):
            low, high = number_of(begin) - self.first, number_of(end + timedelta(days=1)) - self.first
            marked[max(low, 0) : max(high, 0)] = True
        return marked
