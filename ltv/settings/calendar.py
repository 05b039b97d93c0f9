"""Days that are like no other: sales and feasts that no baseline of ordinary weeks can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from ltv.errors import UsageError, found

_DAY = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_ALLOWED = "MM-DD of every year, YYYY-MM-DD, or two of one kind with .. between them, such as 06-01..06-18"
_LEAP = 2000


def spans(days: Sequence[str], first: date, last: date) -> list[tuple[date, date]]:
    """Special days between two days, as spans with both ends included, in order and apart from one another.

    Args:
        days: `MM-DD` of every year, `YYYY-MM-DD`, or `A..B`; a span of every year may run over the new year.
        first: earliest day of interest.
        last: latest day of interest.

    Raises:
        UsageError: one is none of these.

    >>> [(str(a), str(b)) for a, b in spans(["12-30..01-02", "2026-02-17"], date(2026, 1, 1), date(2026, 12, 31))]
    [('2025-12-30', '2026-01-02'), ('2026-02-17', '2026-02-17'), ('2026-12-30', '2027-01-02')]
    """
    all_spans = [span for text in days for span in _spans(text, first, last)]
    inside = sorted((a, b) for a, b in all_spans if b >= first and a <= last)
    merged: list[tuple[date, date]] = []
    for a, b in inside:
        if merged and a <= merged[-1][1] + timedelta(days=1):
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def check_days(name: str, days: Sequence[str]) -> tuple[str, ...]:
    """Special days as they are written, if each can be read.

    Raises:
        UsageError: one cannot.
    """
    if isinstance(days, str):
        raise UsageError(found(name, days, "a list of days"))
    for text in days:
        _ends(text, name)
    return tuple(days)


def _ends(text: str, name: str = "special_days") -> list[tuple[int | None, int, int]]:
    parts = [_DAY.fullmatch(part) for part in text.split("..")]
    ends = [(int(m[1]) if m[1] else None, int(m[2]), int(m[3])) for m in parts if m]
    same_kind = len({year is None for year, _, _ in ends}) == 1
    if len(ends) != len(parts) or len(parts) > 2 or not same_kind:  # noqa: PLR2004
        raise UsageError(found(name, text, _ALLOWED))
    try:
        read = [date(year or _LEAP, month, day) for year, month, day in ends]
    except ValueError:
        raise UsageError(found(name, text, _ALLOWED)) from None
    if ends[0][0] is not None and read[-1] < read[0]:
        raise UsageError(found(name, text, "the earlier day first"))
    return ends


def _spans(text: str, first: date, last: date) -> list[tuple[date, date]]:
    ends = _ends(text)
    (year, *low), (_, *high) = ends[0], ends[-1]
    if year is not None:
        return [(date(year, *low), date(ends[-1][0] or year, *high))]
    over = high < low
    years = range(first.year - 1, last.year + 1)
    return [(_day(y, *low), _day(y + over, *high)) for y in years]


def _day(year: int, month: int, day: int) -> date:
    """A day of every year; February 29 is the last of February."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1) - timedelta(days=1)
