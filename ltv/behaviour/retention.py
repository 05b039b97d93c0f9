"""Cohort retention and revenue retention: who came back, when, and what they were worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from ltv.behaviour.buckets import WeekStart, as_grain
from ltv.behaviour.retention_matrix import Asked, Matrix
from ltv.behaviour.retention_result import Retention
from ltv.behaviour.retention_spans import MOST_PERIODS, as_method, spans
from ltv.errors import UsageError, found
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

    from ltv.behaviour.buckets import Grain

CohortKind = Literal["registered", "first_order", "first_event", "any"]
Activity = Literal["order", "event", "any"]
Clock = Literal["calendar", "24h"]
_DEFAULT_PERIODS: dict[Grain, int] = {"day": 30, "week": 12, "month": 12}
_STARTS: dict[CohortKind, tuple[str, ...]] = {
    "first_order": ("orders",),
    "registered": ("members",),
    "first_event": ("events",),
    "any": ("orders", "events"),
}


def retention(
    orders: TableLike | None = None,
    *,
    as_of: date,
    events: TableLike | None = None,
    members: TableLike | None = None,
    segments: TableLike | None = None,
    grain: str | Sequence[str] = "month",
    periods: int | None = None,
    cohort: CohortKind | None = None,
    activity: Activity | None = None,
    method: str = "n_day",
    brackets: Sequence[tuple[int, int]] | None = None,
    clock: Clock = "calendar",
    cohort_event: str | None = None,
    activity_event: str | None = None,
    timezone: str = "UTC",
    week_start: WeekStart = "monday",
    currency: str = "CNY",
) -> Retention:
    """Cohort retention: n-day, unbounded or by brackets; by calendar periods or by whole spans of 24 hours.

    A cell is complete when its period is over for everybody in the cohort at the end of `as_of`; averages weigh people and use
    complete cells only. What other tools do differently, and how to ask for it here: docs/retention.md.

    Args:
        orders: orders of people (user_id, day or ts, amount or value, status, refund, refunded_at).
        as_of: the last day included.
        events: events of people (user_id, day or ts), or None.
        members: registrations (user_id, day or registered_at), or None.
        segments: user_id, segment_kind, segment, or None.
        grain: day, week or month, or several of them; the first is shown.
        periods: periods after the cohort, 1 to 61; default 30 days, 12 weeks, 12 months.
        cohort: what starts a cohort; default registered, first_order, first_event where the table is there; `any`: first order or event.
        activity: what counts as coming back; default order for first_order, event for first_event, else any.
        method: `n_day`: active in the p-th period itself; `unbounded`: in it or later; `bracket`: within a bracket of periods.
        brackets: first and last period of each bracket; default 0, 1, 2-3, 4-7, 8-14, 15-30 for days, and the like.
        clock: `calendar` periods, or spans of `24h` (weeks: 7 of them) from the moment of each person's start, for which `ts` is needed.
        cohort_event: for `first_event` and `any`, the one event that starts a cohort; default any.
        activity_event: for `event` and `any`, the one event that counts as coming back; default any.
        timezone: zone of the calendar where tables have `ts` and no `day`.
        week_start: first day of a week.
        currency: in which money is written.

    Raises:
        UsageError: an argument is not one of those allowed, or no table for the cohort is there.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-05", "2026-02-03", "2026-01-20"])
    >>> bought = pd.DataFrame({"user_id": [1, 1, 2], "ts": days, "amount": [10.0, 5.0, 8.0], "status": "paid"})
    >>> retention(bought, as_of=date(2026, 2, 28), periods=1).table["rate"].tolist()
    [1.0, 0.5]
    """
    grains = _grains(grain, periods, clock)
    engine, names = together({"orders": orders, "events": events, "members": members, "segments": segments})
    matrix = Matrix(engine, names, as_of, timezone, week_start, clock == "24h")
    way, pairs = as_method(method), _pairs(names, cohort, activity)
    asked = [Asked(k, _starts(k, names), a, way, g, cohort_event, activity_event) for g in grains for k, a in pairs]
    parts = [matrix.compute(a, spans(way, periods or _DEFAULT_PERIODS[a.grain], a.grain, brackets)) for a in asked]
    return Retention(_concat(parts), currency=currency, as_of=as_of)


def _grains(grain: str | Sequence[str], periods: int | None, clock: str) -> list[Grain]:
    grains = [as_grain(g) for g in ([grain] if isinstance(grain, str) else grain)]
    _check_periods(periods)
    _check_clock(clock, grains)
    return grains


def _check_clock(clock: str, grains: Sequence[Grain]) -> None:
    if clock not in get_args(Clock):
        raise UsageError(found("clock", clock, ", ".join(get_args(Clock))))
    if clock == "24h" and "month" in grains:
        raise UsageError(found("grain", "month", "day, week with clock='24h': months have no fixed length"))


def _check_periods(periods: int | None) -> None:
    if periods is not None and (isinstance(periods, bool) or not 1 <= periods <= MOST_PERIODS):
        raise UsageError(found("periods", periods, f"1 to {MOST_PERIODS}"))


def _pairs(
    names: dict[str, str], cohort: CohortKind | None, activity: Activity | None
) -> list[tuple[CohortKind, Activity]]:
    if cohort is not None and cohort not in get_args(CohortKind):
        raise UsageError(found("cohort", cohort, ", ".join(get_args(CohortKind))))
    if activity is not None and activity not in get_args(Activity):
        raise UsageError(found("activity", activity, ", ".join(get_args(Activity))))
    default: dict[CohortKind, Activity] = {
        "first_order": "order",
        "registered": "any",
        "first_event": "event",
        "any": "any",
    }
    kinds = [k for k in _STARTS if _starts(k, names) and (k == cohort if cohort else k != "any")]
    if not kinds:
        wanted = " or ".join(_STARTS[cohort]) if cohort else "orders, members or events"
        raise UsageError(found("retention", ", ".join(names) or "no table", f"a call with {wanted}"))
    return [(k, activity or default[k]) for k in kinds]


def _starts(cohort: CohortKind, names: dict[str, str]) -> tuple[str, ...]:
    return tuple(table for table in _STARTS[cohort] if table in names)


def _concat(parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    filled = [p for p in parts if len(p)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]
