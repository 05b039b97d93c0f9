"""Small shops with a rhythm of the week, growth and days that are better or worse, and launches that do nothing or something."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

import ltv
from ltv.behaviour.golden48_result import Golden48

BEGIN, DAYS = pd.Timestamp("2025-08-04"), 45 * 7  # a Monday
AS_OF = date(2026, 6, 14)
_WEEKDAY = np.array([0.95, 0.94, 0.94, 0.96, 1.03, 1.11, 1.07])
_HOUR = 1 + 0.6 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)


@dataclass(frozen=True)
class Shop:
    """Tables of one shop."""

    tables: dict[str, pd.DataFrame]
    launches: pd.DataFrame

    def judged(self, **options: Any) -> Golden48:
        return ltv.golden48(self.launches, **{"as_of": AS_OF} | self.tables | options)

    def verdicts(self, **options: Any) -> dict[str, str]:
        """Of a shop with one launch."""
        table = self.judged(**options).table
        return dict(zip(table["metric"], table["verdict"], strict=True))

    def with_tables(self, **tables: pd.DataFrame) -> "Shop":
        return Shop(self.tables | tables, self.launches)


def launches(*starts: str | pd.Timestamp, **more: Any) -> pd.DataFrame:
    ids = [f"launch {n}" for n in range(len(starts))]
    return pd.DataFrame({"launch_id": ids, "started_at": pd.to_datetime(list(starts), format="mixed")}).assign(**more)


def shop(
    made: pd.DataFrame,
    *,
    seed: int = 1,
    per_day: float = 300.0,
    people: int = 3_000,
    noise: float = 0.04,
    visits: float = 1.0,
    buys: float = 1.0,
    lasts_days: int = 2,
) -> Shop:
    """A shop in which every launch multiplies visits and the rate of orders for some days.

    Args:
        made: launches.
        seed: of all that is drawn.
        per_day: visits a day at the end.
        people: who visit.
        noise: standard deviation of the logarithm of a day.
        visits: factor on visits.
        buys: factor on orders per visit.
        lasts_days: how long each launch works.
    """
    draw = np.random.default_rng(seed)
    day = np.arange(DAYS)
    level = per_day * (0.5 + 0.5 * day / DAYS) * _WEEKDAY[day % 7] * np.exp(draw.normal(0, noise, DAYS))
    rate = level[:, None] / 24 * _HOUR
    hours = BEGIN + pd.to_timedelta(np.arange(DAYS * 24), unit="h")
    on = np.zeros(DAYS * 24, dtype=bool)
    for start in made["started_at"]:
        on |= (hours >= start) & (hours < start + pd.Timedelta(days=lasts_days))
    counts = draw.poisson(rate.ravel() * np.where(on, visits, 1.0))
    hour = np.repeat(np.arange(DAYS * 24), counts)
    ts = hours[hour] + pd.to_timedelta(draw.integers(0, 3_600_000, len(hour)), unit="ms")
    user = draw.integers(0, people, len(hour))
    buying = draw.random(len(hour)) < 0.12 * np.where(on[hour], buys, 1.0)
    return Shop(_tables(draw, ts, user, buying), made)


def _tables(draw: np.random.Generator, ts: pd.DatetimeIndex, user: Any, buying: Any) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame({"user_id": user, "ts": ts})

    def some(share: float, minutes: int) -> pd.DataFrame:
        rows = frame[draw.random(len(frame)) < share]
        return rows.assign(ts=rows["ts"] + pd.Timedelta(minutes=minutes))

    events = [frame.assign(event="visit"), some(0.3, 3).assign(event="add_to_cart"), some(0.1, 5).assign(event="share")]
    orders = frame[buying].assign(status=np.where(draw.random(int(buying.sum())) < 0.05, "failed", "paid"))
    orders = orders.assign(amount=np.exp(draw.normal(4, 0.8, len(orders))).round(2))
    touches = pd.concat([some(0.5, -30).assign(kind="send"), some(0.2, -10).assign(kind="click")], ignore_index=True)
    tickets = some(0.1, 60).assign(sentiment=0.0)
    return {
        "events": pd.concat(events, ignore_index=True),
        "orders": orders.reset_index(drop=True),
        "touches": touches,
        "tickets": tickets.assign(sentiment=draw.normal(0, 0.4, len(tickets)).clip(-1, 1)).reset_index(drop=True),
    }


def random_starts(seed: int, count: int) -> list[pd.Timestamp]:
    """Moments in the last ten weeks at which nothing happens, to the minute."""
    draw = np.random.default_rng(seed + 10_000)
    end = BEGIN + pd.Timedelta(days=DAYS - 4)
    return [end - pd.Timedelta(minutes=int(m)) for m in draw.integers(0, 70 * 1440, count)]
