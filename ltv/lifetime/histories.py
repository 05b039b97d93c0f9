"""Purchase histories as buy-till-you-die models see them: how often, how lately, since when, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ltv.errors import UsageError, found
from ltv.lifetime.maximum import Floats, Ints


@dataclass(frozen=True, eq=False)
class Histories:
    """One row a customer, in the conventions of CLVTools and lifetimes; purchases of one day are one.

    Attributes:
        frequency: days with a purchase after the first such day.
        recency: days from the first to the last purchase.
        age: days from the first purchase to the cutoff (T).
        value: mean value of a repeat purchase day; not looked at where frequency is 0.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    value: Floats

    def __post_init__(self) -> None:
        columns = (self.frequency, self.recency, self.age, self.value)
        if len({len(c) for c in columns}) != 1:
            raise UsageError(found("histories", [len(c) for c in columns], "columns of one length"))
        if not all(np.isfinite(c).all() for c in columns):
            raise UsageError(found("histories", "a missing or infinite value", "finite numbers"))
        if len(self.age) and ((self.frequency < 0) | (self.recency < 0) | (self.recency > self.age)).any():
            raise UsageError(found("histories", "recency > age or a negative number", "0 <= recency <= age"))

    def __len__(self) -> int:
        return len(self.age)

    @cached_property
    def repeats(self) -> Repeats:
        """The same without value, equal rows counted."""
        return Repeats.of(self.frequency, self.recency, self.age)


@dataclass(frozen=True, eq=False)
class Repeats:
    """Different (frequency, recency, age) with their number of customers: a likelihood needs no more.

    Attributes:
        x: frequency.
        t_x: recency in units of `scale` days.
        age: T in the same units.
        people: customers of each row.
        scale: days of a unit; a tenth of the longest age, so that parameters are near 1.
    """

    x: Floats
    t_x: Floats
    age: Floats
    people: Floats
    scale: float

    @classmethod
    def of(cls, frequency: Floats, recency: Floats, age: Floats) -> Repeats:
        """Count equal rows.

        >>> rows = Repeats.of(np.array([1.0, 1, 0]), np.array([2.0, 2, 0]), np.array([10.0, 10, 10]))
        >>> rows.people.tolist(), rows.scale
        ([1.0, 2.0], 1.0)
        """
        rows, people = np.unique(np.column_stack([frequency, recency, age]), axis=0, return_counts=True)
        scale = max(float(rows[:, 2].max(initial=0)), 1.0) / 10
        x, t_x, all_age = rows.T
        return cls(x, t_x / scale, all_age / scale, people.astype(np.float64), scale)

    @cached_property
    def of_x(self) -> tuple[Floats, Ints]:
        """Different x, and the place of each row's in them: gamma functions are dear."""
        x, place = np.unique(self.x, return_inverse=True)
        return x, place.astype(np.int64)

    @cached_property
    def of_recency(self) -> tuple[Floats, Floats, Ints]:
        """Different (x, t_x), and the place of each row's in them."""
        return _pairs(self.x, self.t_x)

    @cached_property
    def of_age(self) -> tuple[Floats, Floats, Ints]:
        """Different (x, T), and the place of each row's in them."""
        return _pairs(self.x, self.age)

    def mean(self, each: Floats) -> float:
        """The mean over customers of a number of each row."""
        return float(each @ self.people / self.people.sum())


def _pairs(x: Floats, time: Floats) -> tuple[Floats, Floats, Ints]:
    pairs, place = np.unique(np.column_stack([x, time]), axis=0, return_inverse=True)
    return pairs[:, 0], pairs[:, 1], place.reshape(-1).astype(np.int64)
