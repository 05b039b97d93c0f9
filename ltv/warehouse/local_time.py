"""Calendar days of a time zone as plain arithmetic on UTC times, the same on every engine and fast.

A zone's offset is constant between its transitions; over the years of the data these are a handful, so the local time
is `ts + offset` with a CASE over them. Asking the engine's calendar library for each row costs ten times as much.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found

DAY_US = 86_400_000_000  # of 24 hours


def micros(moment: datetime) -> int:
    """A naive UTC time in microseconds since 1970, exactly.

    >>> micros(datetime(1970, 1, 1, 0, 0, 1))
    1000000
    """
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001  engine times are naive UTC


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        UsageError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(found("timezone", name, "an IANA name such as Asia/Shanghai")) from None


def transitions(name: str, start: datetime, end: datetime) -> list[tuple[datetime, timedelta]]:
    """Moments (naive UTC) from which an offset holds, the first at or before `start`.

    >>> [(t.isoformat(), o) for t, o in transitions("Asia/Shanghai", datetime(2024, 1, 1), datetime(2025, 1, 1))]
    [('2024-01-01T00:00:00', datetime.timedelta(seconds=28800))]
    >>> len(transitions("Europe/London", datetime(2024, 1, 1), datetime(2025, 1, 1)))
    3
    """
    place = zone(name)
    found_: list[tuple[datetime, timedelta]] = [(start, _offset(place, start))]
    step = timedelta(days=1)
    moment = start
    while moment < end:
        after = min(moment + step, end)
        if _offset(place, after) != found_[-1][1]:
            found_.append(_first_change(place, moment, after))
        moment = after
    return found_


def _offset(place: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.replace(tzinfo=UTC).astimezone(place).utcoffset()
    return offset if offset is not None else timedelta(0)


def _first_change(place: ZoneInfo, low: datetime, high: datetime) -> tuple[datetime, timedelta]:
    before = _offset(place, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(place, middle) == before else (low, middle)
    return high, _offset(place, high)


def local_day(column: exp.Expr, timezone: str, start: datetime, end: datetime) -> exp.Expr:
    """An expression for the calendar day in a zone of a UTC time between `start` and `end`."""
    return exp.cast(_local(column, timezone, start, end), "DATE")


def local_hour(column: exp.Expr, timezone: str, start: datetime, end: datetime) -> exp.Expr:
    """An expression for the hour of the day in a zone, 0 to 23, of a UTC time between `start` and `end`."""
    return sql.expression("EXTRACT(HOUR FROM t)", t=_local(column, timezone, start, end))


def _local(column: exp.Expr, timezone: str, start: datetime, end: datetime) -> exp.Expr:
    steps = transitions(timezone, start, end)
    shifted = sql.expression("t + o", t=column, o=_interval(steps[0][1]))
    if len(steps) > 1:
        case = exp.Case()
        for moment, (_, offset) in zip([m for m, _ in steps[1:]], steps, strict=False):
            case = case.when(
                exp.LT(this=column.copy(), expression=sql.literal(moment)),
                sql.expression("t + o", t=column, o=_interval(offset)),
            )
        shifted = case.else_(sql.expression("t + o", t=column, o=_interval(steps[-1][1])))
    return shifted


def _interval(offset: timedelta) -> exp.Expr:
    return exp.Interval(this=exp.Literal.string(str(int(offset.total_seconds()))), unit=exp.var("SECOND"))


def day_end(day: date, timezone: str) -> datetime:
    """The exclusive end of a calendar day in a zone, as a UTC instant (naive).

    >>> day_end(date(2026, 6, 30), "Asia/Shanghai").isoformat()
    '2026-06-30T16:00:00'
    """
    try:
        return day_start(datetime.combine(day + timedelta(days=1), time()), timezone)
    except OverflowError:
        raise UsageError(found("day", str(day), "a day that has a day after it, in every zone")) from None


def day_of(moment: datetime, timezone: str) -> date:
    """The calendar day in a zone of a naive UTC time.

    >>> day_of(datetime(2026, 6, 30, 16), "Asia/Shanghai")
    datetime.date(2026, 7, 1)
    """
    return moment.replace(tzinfo=UTC).astimezone(zone(timezone)).date()


def day_start(day: datetime, timezone: str) -> datetime:
    """The UTC instant (naive) at which a calendar day begins in a zone.

    >>> day_start(datetime(2026, 7, 1), "Asia/Shanghai").isoformat()
    '2026-06-30T16:00:00'
    """
    return day.replace(tzinfo=zone(timezone)).astimezone(UTC).replace(tzinfo=None)
