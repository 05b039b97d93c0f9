"""What is asked of a funnel: steps, window, which entries count, and how equal times are ordered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ltv.errors import UsageError, found
from ltv.warehouse.local_time import DAY_US, day_end, day_start, micros

Start = Literal["latest", "first"]
Ties = Literal["steps", "event_id", "later"]
SubmitFrom = Literal["auto", "events", "orders"]
STEPS = ("visit", "register", "activate_trial", "submit_order", "pay_success")
BREAKDOWN, DETAILS = ("source", "status"), ("next_events", "rolling")
MOST_STEPS = 16
MOST_WINDOW_DAYS = 3650
SECOND_US, HOUR_US = 1_000_000, 3_600_000_000
_EARLIEST_US = -(1 << 62)


@dataclass(frozen=True)
class Asked:
    """A funnel as it is computed; all times in microseconds of UTC.

    Attributes:
        steps: names of the steps in their order.
        window_us: length of the window, from the entry; its last microsecond counts.
        as_of: exclusive end of what is known, naive UTC.
        since_us: entries before it do not count.
        start: which entries may start an attempt.
        ties: how rows of the same time are ordered.
        submit_from: where `submit_order` comes from.
        timezone: zone of the days.
        breakdown: what people are told apart by beside segments.
    """

    steps: tuple[str, ...]
    window_us: int
    as_of: dt.datetime
    since_us: int
    start: Start
    ties: Ties
    submit_from: SubmitFrom
    timezone: str
    breakdown: tuple[str, ...] = BREAKDOWN

    @property
    def as_of_us(self) -> int:
        """`as_of` in microseconds."""
        return micros(self.as_of)

    @property
    def closed_us(self) -> int:
        """Entries before it have a window that is over."""
        return self.as_of_us - self.window_us

    @property
    def last(self) -> int:
        """Position of the last step."""
        return len(self.steps) - 1

    @property
    def gaps(self) -> tuple[int, ...]:
        """How much later than the step before each step must be: 1 where rows of the same time do not follow each other.

        A name that stands in the list for the second time must be later, so that one row is never two steps.
        """
        return tuple(int(self.ties == "later" or name in self.steps[:k]) for k, name in enumerate(self.steps))


def asked(
    as_of: dt.date,
    timezone: str,
    *,
    steps: Sequence[str],
    window: tuple[float, float | None] = (7, None),
    since: dt.date | None = None,
    rules: tuple[Start, Ties, SubmitFrom] = ("latest", "steps", "auto"),
    breakdown: Sequence[str] = BREAKDOWN,
) -> Asked:
    """Check what is asked; `window` in days, or in hours where they are given.

    Raises:
        UsageError: an argument is not one of those allowed.
    """
    kinds = {"start": Start, "ties": Ties, "submit_from": SubmitFrom}
    for (name, kind), value in zip(kinds.items(), rules, strict=True):
        if value not in get_args(kind):
            raise UsageError(found(name, value, ", ".join(get_args(kind))))
    return Asked(
        steps=_steps(steps),
        window_us=_window_us(*window),
        as_of=day_end(_day("as_of", as_of), timezone),
        since_us=_EARLIEST_US if since is None else begin(_day("since", since), timezone),
        start=rules[0],
        ties=rules[1],
        submit_from=rules[2],
        timezone=timezone,
        breakdown=some("breakdown", breakdown, BREAKDOWN),
    )


def some(name: str, given: Sequence[str], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Check a list of names.

    Raises:
        UsageError: one of them is not allowed.
    """
    if isinstance(given, str) or not set(given) <= set(allowed):
        raise UsageError(found(name, given, f"a list of {', '.join(allowed)}, or an empty one"))
    return tuple(given)


def begin(day: dt.date, timezone: str) -> int:
    """The moment in microseconds at which a day begins in a zone."""
    return micros(day_start(dt.datetime(day.year, day.month, day.day), timezone))  # noqa: DTZ001  of the zone


def _steps(steps: Sequence[str]) -> tuple[str, ...]:
    given = steps.split(",") if isinstance(steps, str) else list(steps)
    names = tuple(str(s).strip() for s in given)
    if not 2 <= len(names) <= MOST_STEPS or not all(names):  # noqa: PLR2004  a funnel leads from somewhere to somewhere
        raise UsageError(found("steps", ", ".join(names), f"2 to {MOST_STEPS} names of events"))
    return names


def _window_us(days: float, hours: float | None) -> int:
    name, value, unit = ("window_days", days, DAY_US) if hours is None else ("window_hours", hours, HOUR_US)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124  NaN
    if not is_number or not 0 < value * unit <= MOST_WINDOW_DAYS * DAY_US or round(value * unit) < 1:
        most = MOST_WINDOW_DAYS * DAY_US // unit
        raise UsageError(found(name, value, f"more than 0, up to {most}"))
    return round(value * unit)


def _day(name: str, value: object) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise UsageError(found(name, value, "a date"))
    return value
