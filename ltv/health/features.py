"""What is known of a person at the end of a day: visits, the intervals between them, time spent, orders, for any day at once.

One row a person and day is read once; sums up to each row then give every window of every day by two look-ups. Everything looks
back `LOOKBACK_DAYS` and no further, so that a day reads the same whenever it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ltv.health.calendar import Ints
from ltv.health.ground import Ground

Floats = NDArray[np.float64]
LOOKBACK_DAYS = 180
_LONGEST_TENURE = 365
_MOST_CELLS = 20_000_000
WINDOWS = (7, 14, 30, 60, 90)
FEATURES = (
    "days_since_last",
    "last_interval",
    "interval_mean",
    "interval_sd",
    "interval_largest",
    "since_over_interval",
    "visit_days_180",
    *(f"visit_days_{w}" for w in WINDOWS),
    "acts_7",
    "acts_30",
    "acts_90",
    "carts_30",
    "dwell_mean",
    "dwell_sd",
    "dwell_30",
    "orders_30",
    "orders_90",
    "days_since_order",
    "days_since_cart",
    "days_seen",
    "tenure_days",
    "is_customer",
)


def _up_to(values: NDArray[np.generic]) -> Floats:
    """Sums of all rows before each row, and of all."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


@dataclass(frozen=True, eq=False)
class Past:
    """Looks at everybody's past at the end of any day.

    Attributes:
        ground: who was there when.
        active_days: whoever was there in so many days belongs to the base.
    """

    ground: Ground
    active_days: int

    @cached_property
    def _width(self) -> int:
        return self.ground.calendar.last - self.ground.calendar.since + 2

    @cached_property
    def _key(self) -> Ints:
        p = self.ground.presence
        return p.who * self._width + (p.day - self.ground.calendar.since + 1)

    @cached_property
    def start(self) -> Ints:
        """The first row of each person."""
        return np.searchsorted(self.ground.presence.who, np.arange(len(self.ground.user_id)))

    @cached_property
    def _rows_upto(self) -> NDArray[np.int32] | None:
        """`upto` of everybody on every day, shape (days, people), where that is not too much to hold."""
        people = len(self.ground.user_id)
        if self._width * people > _MOST_CELLS:
            return None
        p = self.ground.presence
        cell = (p.day - self.ground.calendar.since + 1) * people + p.who
        counts = np.bincount(cell, minlength=self._width * people).reshape(self._width, people)
        return (np.cumsum(counts, axis=0) + self.start).astype(np.int32)

    def upto(self, who: Ints, day: int) -> Ints:
        """Rows before this one are of the person's days up to `day`, or of people before."""
        place = max(min(day, self.ground.calendar.last) - self.ground.calendar.since + 1, 0)
        if self._rows_upto is not None:
            found: Ints = self._rows_upto[place][who].astype(np.int64)
            return found
        return np.searchsorted(self._key, who * self._width + place, side="right")

    def there(self, day: int, within: int | None = None) -> Ints:
        """Positions of all who were there in the days up to `day`, `within` so many (default: `active_days`)."""
        everybody = np.arange(len(self.ground.user_id))
        if not len(everybody) or not len(self.ground.presence.day):
            return everybody[:0]
        end = self.upto(everybody, day)
        last = self.ground.presence.day[np.maximum(end - 1, 0)]
        found: Ints = everybody[(end > self.start) & (last > day - (within or self.active_days))]
        return found

    def base(self, day: int) -> Ints:
        """Positions of the active base: there lately, and registered or a customer by then."""
        who = self.there(day)
        found: Ints = who[self.ground.known_day[who] <= day]
        return found

    def comes_back(self, who: Ints, day: int, days: int) -> NDArray[np.bool_]:
        """Whether each was there in the `days` days after `day`."""
        found: NDArray[np.bool_] = self.upto(who, day + days) > self.upto(who, day)
        return found

    def sums(self, name: str, who: Ints, day: int, days: int) -> Floats:
        """Sum of a column of the presence over the `days` days up to `day`."""
        total = self._totals[name]
        found: Floats = total[self.upto(who, day)] - total[self.upto(who, day - days)]
        return found

    @cached_property
    def _totals(self) -> dict[str, Floats]:
        p = self.ground.presence
        names = ("acts", "carts", "dwell_s", "purchases", "benefits")
        return {name: _up_to(getattr(p, name)) for name in names}

    @cached_property
    def _intervals(self) -> Floats:
        """Days since the visit before, of each row; of a person's first row it means nothing."""
        day = self.ground.presence.day
        return np.diff(day, prepend=day[:1]).astype(np.float64)

    @cached_property
    def _squares(self) -> dict[str, Floats]:
        time = np.log1p(self.ground.presence.dwell_s)
        values = {"interval": self._intervals, "dwell": time}
        plain = {name: _up_to(v) for name, v in values.items()}
        return plain | {f"{name}2": _up_to(v * v) for name, v in values.items()} | {"timed": _up_to(time > 0)}

    @cached_property
    def _last_days(self) -> dict[str, Ints]:
        """The latest day with a purchase, or with something put into the cart, up to each row; of anybody: see `_since`."""
        p, rows = self.ground.presence, np.arange(len(self.ground.presence.day))
        return {
            name: np.maximum.accumulate(np.where(getattr(p, name) > 0, rows, -1)) if len(rows) else rows
            for name in ("purchases", "carts")
        }

    def features(self, who: Ints, day: int) -> Floats:
        """One row a person, columns as in `FEATURES`; NaN where there is nothing to tell.

        Args:
            who: positions of people who were there in the last `LOOKBACK_DAYS`.
            day: the last day that is known.
        """
        begin = {w: self.upto(who, day - w) for w in (*WINDOWS, LOOKBACK_DAYS)}
        end, low = self.upto(who, day), begin[LOOKBACK_DAYS]

        def total(name: str, days: int) -> Floats:
            return self._totals[name][end] - self._totals[name][begin[days]]

        dates, visits = self.ground.presence.day, end - low
        since = day - dates[end - 1]
        mean, sd = self._moments("interval", low + 1, end, visits - 1)
        last = np.where(visits > 1, self._intervals[end - 1], np.nan)
        timed = self._squares["timed"][end] - self._squares["timed"][low]
        dwell_mean, dwell_sd = self._moments("dwell", low, end, timed)
        tenure = np.clip(day - self.ground.known_day[who], 0, _LONGEST_TENURE)
        columns = [
            since, last, mean, sd, self._largest(low, end), since / np.where(mean > 0, mean, np.nan), visits,
            *(end - begin[w] for w in WINDOWS), *(total("acts", w) for w in (7, 30, 90)), total("carts", 30),
            dwell_mean, dwell_sd, np.log1p(total("dwell_s", 30)), *(total("purchases", w) for w in (30, 90)),
            self._since("purchases", low, end, day), self._since("carts", low, end, day), day - dates[low], tenure,
            self._is_customer(who, day),
        ]  # fmt: skip
        return np.column_stack([np.asarray(c, np.float64) for c in columns])

    def _moments(self, name: str, low: Ints, end: Ints, count: NDArray[np.generic]) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the rows of a window."""
        n = np.where(np.asarray(count) > 0, count, np.nan).astype(np.float64)
        low = np.minimum(low, end)
        mean = (self._squares[name][end] - self._squares[name][low]) / n
        square = (self._squares[f"{name}2"][end] - self._squares[f"{name}2"][low]) / n
        sd = np.sqrt(np.maximum(square - mean**2, 0))
        return mean, np.where(n > 1, sd, np.nan)

    def _largest(self, low: Ints, end: Ints) -> Floats:
        """The largest interval between two visits of a window."""
        if not len(end):
            return np.zeros(0)
        # pairs (begin, end) in one call: every second result is of a window, the others lie between two people
        edges = np.empty(2 * len(end), np.int64)
        edges[0::2], edges[1::2] = np.minimum(low + 1, end - 1), end
        padded = np.concatenate([self._intervals, [0.0]])
        found = np.maximum.reduceat(padded, edges)[0::2]
        return np.where(end - low > 1, found, np.nan)

    def _since(self, name: str, low: Ints, end: Ints, day: int) -> Floats:
        """Days since the latest row of a window with such a thing."""
        row = self._last_days[name][end - 1]
        inside = row >= low
        return np.where(inside, day - self.ground.presence.day[np.where(inside, row, 0)], np.nan)

    def _is_customer(self, who: Ints, day: int) -> NDArray[np.bool_]:
        bought = self.ground.bought_us[who]
        found: NDArray[np.bool_] = bought < self.ground.calendar.end_us(day)
        return found
