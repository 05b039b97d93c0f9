"""When an indicator that is bad starts something: two known days in a row, once an episode, and not again too soon.

A day of which nothing is known, because its rows are missing or have not all come in yet, neither confirms nor resets: it is
passed over. An episode begins with the first known bad day and ends at a known good one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ltv.errors import UsageError, found

CONFIRM_DAYS, COOL_DOWN_DAYS = 2, 7


@dataclass(frozen=True)
class Marks:
    """What is to be said of each day of a series.

    Attributes:
        days_breached: known bad days of the running episode so far; a day that is not known keeps the number.
        triggered: whether something is to start on that day.
        began: position of the first day of the running episode; −1: there is none.
    """

    days_breached: tuple[int, ...]
    triggered: tuple[bool, ...]
    began: tuple[int, ...]


def marks(
    breached: Sequence[bool | None], *, confirm_days: int = CONFIRM_DAYS, cool_down_days: int = COOL_DOWN_DAYS
) -> Marks:
    """Walk through the days of one indicator in one segment.

    An episode that is confirmed while the cool-down lasts triggers on its first known bad day after it.

    Args:
        breached: one entry a calendar day, none left out: bad, good, or None where the day is not known.
        confirm_days: known bad days in a row that are asked for, 1 or more.
        cool_down_days: least days from one trigger to the next, 0 or more.

    Raises:
        UsageError: a number is out of range.

    >>> marks([True, None, True, True]).triggered
    (False, False, True, False)
    >>> marks([True, False, True]).days_breached
    (1, 0, 1)
    """
    if confirm_days < 1 or cool_down_days < 0:
        raise UsageError(found("confirm_days, cool_down_days", (confirm_days, cool_down_days), "at least 1 and 0"))
    count, start, last, is_open = 0, -1, None, False  # `is_open`: the episode has not triggered yet
    rows: list[tuple[int, bool, int]] = []
    for day, bad in enumerate(breached):
        fires = False
        if bad is False:
            count, start, is_open = 0, -1, False
        elif bad:
            start, is_open = (day, True) if count == 0 else (start, is_open)
            count += 1
            fires = is_open and count >= confirm_days and (last is None or day - last >= cool_down_days)
            last, is_open = (day, False) if fires else (last, is_open)
        rows.append((count, fires, start))
    counts, fired, began = zip(*rows, strict=True) if rows else ((), (), ())
    return Marks(counts, fired, began)
