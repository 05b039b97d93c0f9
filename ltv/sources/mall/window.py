"""The simulated span of time, its random streams and its calendar."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ltv.sources.mall import assumptions as a

# China has had one time zone and no summer time since 1992, so a fixed offset is exact.
UTC_OFFSET_MS = 8 * a.HOUR_MS


@dataclass(frozen=True)
class Window:
    """Local calendar days; moments inside are milliseconds since the first local midnight.

    >>> Window(end=date(2026, 6, 30), days=2).first_day
    datetime.date(2026, 6, 29)
    >>> Window(end=date(2026, 6, 30), days=2).utc_us(np.array([0]))
    array([1782662400000000])
    """

    end: date
    days: int

    @property
    def first_day(self) -> date:
        """First local day."""
        return self.end - timedelta(days=self.days - 1)

    @property
    def length_ms(self) -> int:
        """Exclusive end of the window."""
        return self.days * a.DAY_MS

    def utc_us(self, ms: a.Ints) -> a.Ints:
        """Return moments of the window as UTC microseconds since 1970."""
        midnight_ms = (self.first_day - date(1970, 1, 1)).days * a.DAY_MS - UTC_OFFSET_MS
        return (ms + midnight_ms) * 1000

    @property
    def dates(self) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        """All local days."""
        return np.arange(self.days).astype("timedelta64[D]") + np.datetime64(self.first_day, "D")


def stream(seed: int, community: int, stage: str) -> np.random.Generator:
    """Return the random numbers of one stage of one community, the same whatever else is simulated.

    >>> stream(7, 3, "people").integers(100) == stream(7, 3, "people").integers(100)
    np.True_
    """
    key = (community, zlib.crc32(stage.encode()))
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=key)))


@dataclass(frozen=True)
class Season:
    """What the calendar does to every day.

    Attributes:
        visits: factor on visits, one a day.
        appetite: factor on the rates of carts and orders.
        sale: whether it is a day of a big sale.
    """

    visits: a.Floats
    appetite: a.Floats
    sale: a.Flags


def season(window: Window) -> Season:
    """Return the calendar effects of a window.

    >>> doubles = season(Window(end=date(2025, 11, 11), days=3))
    >>> doubles.sale.tolist()
    [False, True, True]
    """
    dates = window.dates
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    day = (dates - months).astype(np.int64) + 1
    # 1970-01-01 was a Thursday
    visits = np.array(a.WEEKDAY_VISITS)[(dates.astype(np.int64) + 3) % 7]
    appetite = np.where(np.isin(day, a.PAY_DAYS), a.PAY_DAY_APPETITE, 1.0)
    sale = np.zeros(len(dates), dtype=np.bool_)
    for of_month, first, last, more_visits, more_appetite, is_sale in a.SALES:
        inside = (month == of_month) & (day >= first) & (day <= last)
        visits = np.where(inside, visits * more_visits, visits)
        appetite = np.where(inside, appetite * more_appetite, appetite)
        sale |= inside & is_sale
    return _with_new_year(Season(visits, appetite, sale), dates)


def _with_new_year(of: Season, dates: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> Season:
    visits, appetite = of.visits, of.appetite
    for feast in a.LUNAR_NEW_YEAR:
        distance = (dates - np.datetime64(feast, "D")).astype(np.int64)
        goods = (distance >= -a.NEW_YEAR_GOODS_DAYS[0]) & (distance <= -a.NEW_YEAR_GOODS_DAYS[1])
        quiet = (distance >= -a.NEW_YEAR_DAYS[0]) & (distance <= a.NEW_YEAR_DAYS[1])
        visits = visits * np.where(goods, a.NEW_YEAR_GOODS_VISITS, 1) * np.where(quiet, a.NEW_YEAR_VISITS, 1)
        appetite = appetite * np.where(goods, a.NEW_YEAR_GOODS_APPETITE, 1) * np.where(quiet, a.NEW_YEAR_APPETITE, 1)
    return Season(visits, appetite, of.sale)


def pick(cumulative: a.Floats, rng: np.random.Generator, size: int) -> a.Ints:
    """Draw positions by cumulative weights, shape (choices,) for all draws or (size, choices) for each its own."""
    u = rng.random(size)
    if cumulative.ndim == 1:
        return np.asarray(np.searchsorted(cumulative, u * cumulative[-1], side="right"), np.int64)
    position: a.Ints = (cumulative <= (u * cumulative[:, -1])[:, None]).sum(axis=1)
    return position


def time_of_day(kind: a.Ints, rng: np.random.Generator) -> a.Ints:
    """Draw a local time of day (ms) from the hours of each one's type."""
    hour = pick(np.cumsum(a.of_types("hours"), axis=1)[kind], rng, len(kind))
    ms: a.Ints = hour * a.HOUR_MS + rng.integers(0, a.HOUR_MS, len(kind))
    return ms
