"""What people are truly worth: by the generating process at any date, and what they then really spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall.community import Community, draw_dispositions
from ltv.sources.mall.exposure import Audience, Reach, expected_reach, lift
from ltv.sources.mall.people import People
from ltv.sources.mall.rates import Rates
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

HORIZONS = (30, 90, 180, 365)


def expected_values(world: World, as_of: date, *, users: int) -> pa.Table:
    """Return what each person is expected to spend after a date, by the process that generates the mall.

    Net value in CNY of orders placed in [end of `as_of`, + horizon), given whether the person is still there and the
    own rates, averaged over everything else. One row a person who has come by then and horizon; nothing of the
    mall's files is read.
    """
    parts = []
    for number in range(-(-users // a.COMMUNITY)):
        rates, _, audience = draw_dispositions(world, number)
        wanted = min(a.COMMUNITY, users - number * a.COMMUNITY)
        day = (as_of - world.window.first_day).days + 1
        parts.append(_expected(rates, audience, [day], wanted))
    return pa.concat_tables(parts)


def values(of: Community) -> pa.Table:
    """Return expected and realised value at the end of every month; realised is null where the window ends before."""
    days = month_ends(of.window)
    expected = _expected(of.rates, of.audience, days, of.wanted)
    realised, known = _realised(of, days)
    return expected.append_column("realised", pa.array(realised, mask=~known))


def month_ends(window: Window) -> list[int]:
    """Return the days that begin after a month has ended: the as-of instants of its last day."""
    months = window.dates.astype("datetime64[M]").astype(np.int64)
    return [int(day) for day in np.flatnonzero(np.diff(months, append=months[-1] + 1)) + 1]


def worth_per_day(rates: Rates, audience: Audience) -> a.Floats:
    """Expected net value of each day for those who are not lost, shape (people, days of window and year after)."""
    return rates.sessions * _mean_lift(rates, audience) * rates.orders_per_session * rates.value_per_order


def _mean_lift(rates: Rates, audience: Audience) -> Reach:
    days = np.arange(rates.world.future.days)
    reach = np.empty((len(ch.CHANNELS), a.COMMUNITY, len(days)), np.float32)
    for k in range(len(ch.CHANNELS)):
        reach[k] = expected_reach(audience, rates.world, k, days)
    return lift(rates.people.kind, reach)


def _expected(rates: Rates, audience: Audience, days: Sequence[int], wanted: int) -> pa.Table:
    people, worth, longest = rates.people, worth_per_day(rates, audience), max(HORIZONS)
    stays = np.exp(-people.lost_per_day[:, None] * (np.arange(longest) + 0.5))
    bounds = [0, *HORIZONS[:-1]]
    rows = []
    for day in days:
        future = worth[:, day : day + longest] * stays
        total = np.cumsum(np.add.reduceat(future, bounds, axis=1), axis=1)
        rows.append(np.where((people.lost > day * a.DAY_MS)[:, None], total, 0.0))
    return _table(people, np.stack(rows), days, rates.world.window, wanted)


def _known(first_seen: a.Ints, days: Sequence[int], wanted: int) -> tuple[a.Ints, a.Ints]:
    """Return which person is known at which date, by position."""
    known = first_seen[:wanted] < np.array(days)[:, None] * a.DAY_MS
    date_, person = np.nonzero(known)
    return date_, person


def _table(people: People, expected: a.Floats, days: Sequence[int], window: Window, wanted: int) -> pa.Table:
    at, person = _known(people.first_seen, days, wanted)
    ends = (np.array(days) - 1).astype("timedelta64[D]") + np.datetime64(window.first_day, "D")
    each = len(HORIZONS)
    return pa.table(
        {
            "person": pa.array(np.repeat(people.number[person], each)),
            "as_of": pa.array(np.repeat(ends[at], each)).cast(pa.date32()),
            "horizon_days": pa.array(np.tile(HORIZONS, len(person))),
            "expected": pa.array(expected[at, person].ravel()),
        }
    )


def _realised(of: Community, days: Sequence[int]) -> tuple[a.Floats, a.Flags]:
    """Net value of the orders placed within each horizon, refunds of later days taken off, and whether it is known."""
    o, length = of.orders, of.window.days
    paid = (o.status == a.PAID) & (o.ms < of.window.length_ms)
    net = (o.amount_fen - o.refund_fen)[paid] / 100
    cell = o.person[paid] * length + o.ms[paid] // a.DAY_MS
    spent = np.bincount(cell, net, a.COMMUNITY * length).reshape(a.COMMUNITY, length)
    so_far = np.concatenate([np.zeros((a.COMMUNITY, 1)), np.cumsum(spent, axis=1)], axis=1)
    at, person = _known(of.people.first_seen, days, of.wanted)
    start = np.array(days)[at][:, None]
    end = start + np.array(HORIZONS)
    value = so_far[person[:, None], np.minimum(end, length)] - so_far[person[:, None], start]
    return value.ravel(), (end <= length).ravel()
