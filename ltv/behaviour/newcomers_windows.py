"""The windows of a new user's clock: which hours a day is, and when each thing that is measured is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ltv.behaviour.given import positive
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import DAY_US

Branch = Literal["all", "within", "without", "later", "none", "before"]
Clock = Literal["registered", "first_order"]
HOUR_US = DAY_US // 24
VALUE_DAYS, MOST_HOURS, _MOST_DAYS = 7, 168, 365
# What is measured by each clock; `share` and `repurchase_gap` are made of the others.
SINCE_REGISTRATION = (
    "active_day_2",
    "active_day_3",
    "active_days_8_30",
    "touched_day_2",
    "touched_day_3",
    "ordered_by_day_7",
    "ordered_by_day_30",
    "value_7_days",
)
SINCE_ORDER = ("silent", "repurchase", "repurchase_silent", "repurchase_not_silent")
GAP, VALUE = "repurchase_gap", "value_7_days"


@dataclass(frozen=True)
class Terms:
    """How the figures are to be read.

    Attributes:
        hours: length of the first hours, from the registration, its end excluded.
        first_day: number of the first 24 hours.
        silent_days: first and last of the days after the first order in which people fall silent.
        repurchase_days: days after them in which another order counts.
        least: people below which nothing is told.
        timezone: zone of weeks and of days without data.
        has_events: whether events were given.
        has_touches: whether touches were given.
    """

    hours: int
    first_day: int
    silent_days: tuple[int, int]
    repurchase_days: int
    least: int
    timezone: str
    has_events: bool
    has_touches: bool

    def checked(self) -> Terms:
        """Return itself.

        Raises:
            UsageError: an argument is out of range.
        """
        positive("hours", self.hours, MOST_HOURS)
        positive("repurchase_days", self.repurchase_days, _MOST_DAYS)
        positive("least", self.least, 10**9)
        if self.first_day not in (0, 1) or isinstance(self.first_day, bool):
            raise UsageError(found("first_day", self.first_day, "0 or 1"))
        days = self.silent_days
        whole = isinstance(days, tuple) and len(days) == 2 and all(type(d) is int for d in days)  # noqa: PLR2004
        if not whole or not self.first_day < days[0] <= days[1] <= _MOST_DAYS:
            allowed = f"first and last day, whole numbers from {self.first_day + 1} to {_MOST_DAYS}"
            raise UsageError(found("silent_days", days, allowed))
        return self

    def hours_of(self, day: int) -> tuple[int, int]:
        """Hours of a day: from, and until, that one excluded.

        >>> terms = Terms(48, 1, (5, 7), 30, 30, "UTC", True, True)
        >>> terms.hours_of(2), terms.hours_of(3)
        ((24, 48), (48, 72))
        """
        start = 24 * (day - self.first_day)
        return start, start + 24

    def _days(self, first: int, last: int) -> tuple[int, int]:
        return self.hours_of(first)[0] * HOUR_US, self.hours_of(last)[1] * HOUR_US

    @property
    def again_days(self) -> tuple[int, int]:
        """First and last day after the first order in which another one is a repurchase."""
        return self.silent_days[1] + 1, self.silent_days[1] + self.repurchase_days

    def params(self) -> dict[str, int]:
        """Ends of all windows in microseconds since the registration or the first order."""
        spans = {
            "two": self._days(2, 2),
            "three": self._days(3, 3),
            "weeks": self._days(8, 30),
            "silent": self._days(*self.silent_days),
            "again": self._days(*self.again_days),
        }
        ends = {
            f"{name}_{end}": at for name, span in spans.items() for end, at in zip(("from", "until"), span, strict=True)
        }
        whole = {"branch_us": self.hours * HOUR_US, "value_us": VALUE_DAYS * DAY_US, "week_us": self._days(7, 7)[1]}
        return ends | whole

    def over(self, measure: str) -> int:
        """Microseconds after which a measure is known: of the registration, or of the first order."""
        at = self.params()
        ends = {
            "active_day_2": at["two_until"],
            "active_day_3": at["three_until"],
            "active_days_8_30": at["weeks_until"],
            "touched_day_2": at["two_until"],
            "touched_day_3": at["three_until"],
            "ordered_by_day_7": at["week_us"],
            "ordered_by_day_30": at["weeks_until"],
            VALUE: at["value_us"],
            "share": 0,
        }
        if measure in ends:
            return max(at["branch_us"], ends[measure])
        return at["silent_until"] if measure == "silent" else at["again_until"]
