"""The health board: churn risk, benefit depth, referral and what is watched beside them, every day and segment.

The walk: one row a person and day → who is in the active base of each day → a model a month, trained on what had come out by then →
each indicator as sums by day and segment → threshold, episode, trigger, seasonal band → the result table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ltv.behaviour.referral import referral
from ltv.errors import UsageError, found
from ltv.health.board import Published, series, table_of
from ltv.health.calendar import Calendar, number_of
from ltv.health.churn import HORIZON_DAYS, REACH_DAYS
from ltv.health.features import LOOKBACK_DAYS
from ltv.health.ground import Reader
from ltv.health.health_result import Health
from ltv.health.indicators import Watched, watched
from ltv.health.measures import PERIOD_DAYS
from ltv.health.people import backtest
from ltv.health.shop import Given, Shop
from ltv.settings import Health as Board
from ltv.text import Text, number, same
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.settings import Indicator

_MOST_DAYS, _MOST_ACTIVE, _WEEK = 180, 90, 7


def health_board(
    orders: TableLike,
    events: TableLike | None = None,
    *,
    as_of: date,
    members: TableLike | None = None,
    invites: TableLike | None = None,
    segments: TableLike | None = None,
    scores: pd.DataFrame | None = None,
    published: pd.DataFrame | None = None,
    forecasts: Sequence[tuple[date, Sequence[pd.DataFrame]]] = (),
    results: Mapping[str, pd.DataFrame] | None = None,
    indicators: Sequence[Indicator] = (),
    board: Board | None = None,
    special_days: Sequence[str] = (),
    freshness_hours: Mapping[str, float] | None = None,
    timezone: str = "UTC",
    currency: str = "CNY",
    seed: int = 0,
) -> Health:
    """Indicators of the last days by segment, whether they are beyond their threshold, and what that starts (docs/health.md).

    Args:
        orders: user_id, ts, amount or value, status, member_benefit.
        events: user_id, ts, event, dwell_ms; without them orders tell who is there.
        as_of: the last day included.
        members: user_id, registered_at, city, acquisition_channel, level.
        invites: inviter_user_id, invitee_user_id, channel, ts.
        segments: user_id, segment_kind, segment, as they are on the last day.
        scores: the result table ltv_scores of the last day.
        published: the result table health of an earlier day, for what cannot be worked out of a day that is over.
        forecasts: days at least thirty ago, each with the result table ltv_scores as it was published then.
        results: other result tables by name: ltv_backtest, and those of own indicators.
        indicators: `[[indicators]]` of the settings.
        board: `[health]` of the settings.
        special_days: days that are like no other, as in the settings.
        freshness_hours: greatest age of a table's latest row.
        timezone: zone of the days.
        currency: in which money is written.
        seed: of the trees.

    Raises:
        UsageError: a table lacks a column, an own indicator cannot be worked out, or a number is out of range.

    >>> seen = pd.DataFrame({"user_id": 1, "ts": pd.date_range("2026-03-01", "2026-03-31"), "event": "visit"})
    >>> paid = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-03-31 09:00")], "amount": 30.0, "status": "paid"})
    >>> health_board(paid, seen, as_of=date(2026, 3, 31)).of("data_freshness")["value"].iloc[-1]
    np.float64(24.0)
    """
    asked = _checked(board or Board())
    before = asked.season_weeks * _WEEK
    calendar = Calendar(number_of(as_of), asked.days, before, REACH_DAYS + LOOKBACK_DAYS, timezone, tuple(special_days))
    given = {"orders": orders, "events": events, "members": members, "invites": invites, "segments": segments}
    reader = Reader(*together(given), calendar)
    watch = _watch(asked, indicators, freshness_hours or {})
    sent = None if invites is None else _invitations(invites, orders, calendar, as_of)
    shop = Shop.of(reader, asked, Given(sent, scores, forecasts, results or {}), seed=seed)
    return _told(shop, watch, Published.of(published), currency)


def as_published(
    table: pd.DataFrame,
    people: pd.DataFrame | None = None,
    *,
    indicators: Sequence[Indicator] = (),
    board: Board | None = None,
    freshness_hours: Mapping[str, float] | None = None,
    currency: str = "CNY",
) -> Health:
    """A board again from the result tables of its date, for its words: nothing is worked out.

    Args:
        table: the result table health.
        people: the result table churn_scores of the same date.
        indicators: `[[indicators]]` of the settings; rows of one that is no longer there are left out.
        board: `[health]` of the settings.
        freshness_hours: greatest age of a table's latest row.
        currency: in which money is written.

    Raises:
        UsageError: the table has no rows.
    """
    if table.empty:
        raise UsageError(found("health", "no rows", "the result table health of a date"))
    asked = board or Board()
    watch = _watch(asked, indicators, freshness_hours or {})
    rows = table[table["indicator"].isin([w.name for w in watch])].drop(columns="run_id", errors="ignore")
    nobody = pd.DataFrame(
        {name: pd.Series(dtype=float) for name in ("user_id", "as_of", "probability", "value_at_risk")}
    )
    return Health(
        rows.reset_index(drop=True),
        currency=currency,
        as_of=rows["date"].max(),
        watched=tuple(watch),
        people=nobody if people is None else people.drop(columns="run_id", errors="ignore"),
        groups=pd.DataFrame({"user_id": pd.Series(dtype=int)}),
        backtest=None,
        active_days=asked.active_days,
        weeks=asked.season_weeks,
        churn_times=1 + asked.churn_rise,
    )


def _checked(asked: Board) -> Board:
    if not 2 <= asked.days <= _MOST_DAYS or not 1 <= asked.active_days <= _MOST_ACTIVE:  # noqa: PLR2004  a trigger takes two days
        known = f"2 to {_MOST_DAYS} days, 1 to {_MOST_ACTIVE} active days"
        raise UsageError(found("days, active_days", (asked.days, asked.active_days), known))
    return asked


def _watch(asked: Board, indicators: Sequence[Indicator], freshness_hours: Mapping[str, float]) -> list[Watched]:
    words: dict[str, Text] = {
        "active": same(str(asked.active_days)),
        "rise": number(asked.churn_rise, "rate"),
        "horizon": same(str(HORIZON_DAYS)),
    }
    return watched(indicators, cool_down_days=asked.cool_down_days, freshness_hours=freshness_hours, words=words)


def _invitations(invites: TableLike, orders: TableLike, calendar: Calendar, as_of: date) -> pd.DataFrame:
    told = referral(invites, orders, as_of=as_of, window_days=PERIOD_DAYS, history_days=1, timezone=calendar.timezone)
    return told.edges


def _told(shop: Shop, watch: Sequence[Watched], published: Published, currency: str) -> Health:
    calendar, measures = shop.ground.calendar, shop.measures()
    suite = [w for w in watch if w.declared is None]
    every = [one for w in suite for one in series(w, measures[w.name], shop.kinds, published, calendar)]
    every += [one for w in watch if w.declared is not None for one in shop.own(w, published)]
    return Health(
        table_of(every, calendar, weeks=shop.asked.season_weeks),
        currency=currency,
        as_of=calendar.date,
        watched=tuple(watch),
        people=shop.people,
        groups=shop.groups(),
        backtest=backtest(shop.past, shop.models),
        active_days=shop.asked.active_days,
        weeks=shop.asked.season_weeks,
        churn_times=1 + shop.asked.churn_rise,
        shop=shop,
    )
