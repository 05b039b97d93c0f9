"""Calendar buckets: days, weeks and months as whole numbers, in SQL and in Python alike."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found

Grain = Literal["day", "week", "month"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month")
WeekStart = Literal["monday", "sunday"]
_EPOCH = date(1970, 1, 1)
# 1970-01-01 was a Thursday: so many days before it did the week begin
_LEAD = {"monday": 3, "sunday": 4}


def as_grain(grain: str) -> Grain:
    """Check a grain.

    Raises:
        UsageError: none of day, week, month.
    """
    for known in GRAINS:
        if grain == known:
            return known
    raise UsageError(found("grain", grain, ", ".join(GRAINS)))


def bucket_sql(day: exp.Expr, grain: Grain, week_start: WeekStart = "monday") -> exp.Expr:
    """The bucket of a calendar day as an expression.

    >>> bucket_sql(sql.column("day"), "month").sql(dialect="duckdb")
    'CAST(EXTRACT(YEAR FROM "day") * 12 + EXTRACT(MONTH FROM "day") - 1 AS BIGINT)'
    """
    if grain == "month":
        return sql.expression("CAST(EXTRACT(YEAR FROM d) * 12 + EXTRACT(MONTH FROM d) - 1 AS BIGINT)", d=day)
    days = sql.expression("DATE_DIFF('DAY', DATE '1970-01-01', d)", d=day)
    if grain == "day":
        return sql.expression("CAST(n AS BIGINT)", n=days)
    lead = exp.Literal.number(_LEAD[week_start])
    return sql.expression("CAST((n + lead) // 7 AS BIGINT)", n=days, lead=lead)


def place_sql(day: exp.Expr, grain: Grain, base: int, week_start: WeekStart = "monday") -> exp.Expr:
    r"""How many buckets a calendar day lies after bucket `base`, for days that do not lie before it.

    >>> place_sql(sql.column("day"), "day", bucket(date(2026, 1, 1), "day")).sql(dialect="duckdb")
    'DATE_DIFF(\'DAY\', CAST(\'2026-01-01\' AS DATE), "day")'
    """
    if grain == "month":
        since = exp.Literal.number(base)
        return sql.expression("b - s", b=exp.paren(bucket_sql(day, grain)), s=since)
    start = date_literal(first_day(base, grain, week_start))
    days = sql.expression("DATE_DIFF('DAY', s, d)", s=start, d=day)
    return days if grain == "day" else sql.expression("n // 7", n=days)


def date_literal(day: date) -> exp.Expr:
    """A calendar day as a literal."""
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def bucket(day: date, grain: Grain, week_start: WeekStart = "monday") -> int:
    """The bucket of a calendar day.

    >>> bucket(date(1970, 1, 1), "day"), bucket(date(2026, 6, 29), "week") - bucket(date(2026, 6, 28), "week")
    (0, 1)
    """
    if grain == "month":
        return day.year * 12 + day.month - 1
    days = (day - _EPOCH).days
    return days if grain == "day" else (days + _LEAD[week_start]) // 7


def first_day(number: int, grain: Grain, week_start: WeekStart = "monday") -> date:
    """The first day of a bucket; the inverse of `bucket`.

    >>> first_day(bucket(date(2026, 6, 30), "month"), "month")
    datetime.date(2026, 6, 1)
    """
    if grain == "month":
        return date(number // 12, number % 12 + 1, 1)
    if grain == "day":
        return _EPOCH + timedelta(days=number)
    return _EPOCH + timedelta(days=number * 7 - _LEAD[week_start])


def last_complete(as_of: date, grain: Grain, week_start: WeekStart = "monday") -> int:
    """The latest bucket that is over at the end of a day.

    >>> last_complete(date(2026, 6, 30), "month") - bucket(date(2026, 6, 1), "month")
    0
    >>> last_complete(date(2026, 6, 29), "month") - bucket(date(2026, 6, 1), "month")
    -1
    """
    return bucket(as_of + timedelta(days=1), grain, week_start) - 1
