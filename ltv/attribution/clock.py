"""The shop's own clock: an hour in which twice as much is ordered, other things equal, counts for two.

Weekdays, sales, feasts and the hours of the day move everybody's orders, and advertising is often flown just then. What an
hour is worth is what was ordered in it over what would have been expected of those who were there: the estimate of
a common hazard by Breslow (1974), by day and by hour of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ltv.attribution.shapley import Floats, Ints
    from ltv.attribution.spells import Spells

HOUR_US = 3_600_000_000
_HOURS = 24


@dataclass(frozen=True)
class Clock:
    """What hours are worth.

    Attributes:
        start_us: begin of the first day.
        worth: of each hour, shape (days, 24); 1 on average over the time of people.
    """

    start_us: int
    worth: Floats

    @classmethod
    def even(cls, start_us: int, days: int) -> Clock:
        """A clock on which all hours are worth the same."""
        return cls(start_us, np.ones((days, _HOURS)))

    def time(self, spells: Spells) -> Floats:
        """Length of each spell in days on this clock."""
        hands = np.concatenate([[0.0], np.cumsum(self.worth.ravel())]) / _HOURS
        return self._read(hands, spells.end_us) - self._read(hands, spells.start_us)

    def _read(self, hands: Floats, at: Ints) -> Floats:
        hours = (at - self.start_us) / HOUR_US
        whole = hours.astype(np.int64).clip(0, len(hands) - 2)
        out: Floats = hands[whole] + (hours - whole) * (hands[whole + 1] - hands[whole])
        return out

    def set_by(self, spells: Spells, rate: Floats, events_us: Ints) -> Clock:
        """The clock on which the events come evenly.

        Args:
            spells: time of people.
            rate: events that each of them is expected to bring a day of this clock, other things equal.
            events_us: moments of the events.
        """
        hours = self.worth.size
        expected = np.zeros(hours + 2)
        for at, sign in ((spells.start_us, 1.0), (spells.end_us, -1.0)):
            place = ((at - self.start_us) / HOUR_US).clip(0, hours)
            whole = place.astype(np.int64)  # the part of the hour that is over does not count
            np.add.at(expected, whole, sign * rate * (1 - (place - whole)))
            np.add.at(expected, whole + 1, sign * rate * (place - whole))
        there = np.cumsum(expected)[:hours].reshape(-1, _HOURS)
        happened = np.bincount(((events_us - self.start_us) // HOUR_US).clip(0, hours - 1), minlength=hours)
        events = happened.reshape(-1, _HOURS).astype(np.float64)
        by_hour = _over(events.sum(axis=0), there.sum(axis=0))
        by_day = _over(events.sum(axis=1), there @ by_hour)
        worth = by_day[:, None] * by_hour
        mean = (worth * there).sum() / max(there.sum(), 1e-300)
        return Clock(self.start_us, worth / mean if mean > 0 else np.ones_like(worth))


def _over(events: Floats, expected: Floats) -> Floats:
    """Events over what was expected, with half an event's worth of an ordinary hour in either."""
    usual = events.sum() / max(expected.sum(), 1e-300)
    out: Floats = (events + 0.5) / (expected + 0.5 / max(usual, 1e-300))
    return out / usual if usual > 0 else np.ones_like(out)
