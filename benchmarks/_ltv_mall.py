"""The mall of the lifetime-value benchmark with its tables, by person: whose row it is, is taken from the simulation.

Moments are on the mall's own clock: its days are those of Asia/Shanghai. Communities are independent of one another, so those
beyond the people who are scored are other people of the same world.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from ltv.sources.mall.assumptions import COMMUNITY, COUPONS, CRM, DAY_MS, NEVER, PAID, Ints
from ltv.sources.mall.community import Community, draw_community
from ltv.sources.mall.tables import marketing, service, shop
from ltv.sources.mall.truth.values import worth_per_day
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

TABLES = ("events", "members", "touches", "tickets", "invites")
_EVENTS = ["event", "session_id", "category", "price", "dwell_ms"]


def communities(world: World, numbers: Iterable[int], *, users: int | None = None) -> Iterator[Community]:
    """Draw some communities one after the other; None wants everybody in them."""
    for number in numbers:
        yield draw_community(world, number, users=(number + 1) * COMMUNITY if users is None else users)


def tables(drawn: Iterable[Community], *, until: int) -> dict[str, pa.Table]:
    """All tables of communities; but for orders only rows before a day of the window."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in ("orders", *TABLES)}
    for of in drawn:
        parts["orders"].append(pa.Table.from_pandas(orders(of), preserve_index=False))
        for name, make in _MAKERS.items():
            parts[name].append(make(of, until * DAY_MS))
    return {name: pa.concat_tables(some) for name, some in parts.items()}


def orders(of: Community) -> pd.DataFrame:
    """Paid orders, refunds with the moment at which they are made."""
    o, window = of.orders, of.window
    use = (o.status == PAID) & (o.ms < window.length_ms) & (o.person < of.wanted)
    back = (o.refund_fen > 0) & (o.refunded < window.length_ms)
    coupons = np.array([None, *(coupon.name for coupon in COUPONS)], object)
    return pd.DataFrame(
        {
            "user_id": of.people.number[o.person[use]],
            "ts": _local(window, o.ms[use]),
            "amount": o.amount_fen[use] / 100,
            "status": "paid",
            "refund": np.where(back, o.refund_fen, 0)[use] / 100,
            "refunded_at": _local(window, np.where(back, o.refunded, o.ms)[use]),
            "discount": o.discount_fen[use] / 100,
            "coupon_id": pd.array(coupons[o.coupon[use] + 1], "string"),
            "member_benefit": o.benefit[use],
        }
    )


def expected(of: Community, *, day: int, horizon_days: int) -> pd.Series:
    """What each person is truly expected to spend from a day of the window on, by person; as `truth.expected_values` has it."""
    people = of.people
    stays = np.exp(-people.lost_per_day[:, None] * (np.arange(horizon_days) + 0.5))
    total = (worth_per_day(of.rates, of.audience)[:, day : day + horizon_days] * stays).sum(axis=1)
    return pd.Series(np.where(people.lost > day * DAY_MS, total, 0.0), people.number)


def world_of(*, days: int, end: date, seed: int) -> World:
    return World(seed, Window(end, days))


def cutoff_of(end: date, horizon_days: int) -> date:
    """The first day of the last horizon of a window."""
    return end - timedelta(days=horizon_days - 1)


def _events(of: Community, until_ms: int) -> pa.Table:
    rows, acts = of.exported_acts, of.actions
    person = of.journeys.visits.person[acts.session[rows]]
    kept = (person < of.wanted) & (acts.ms[rows] < until_ms)
    made = shop.events(of, rows[kept], np.flatnonzero(kept)).select(_EVENTS)
    return _named(of, person[kept], acts.ms[rows[kept]], made)


def _members(of: Community, until_ms: int) -> pa.Table:
    at = of.people.registered
    person = np.flatnonzero(
        (at < NEVER) & (at < min(until_ms, of.export_end[CRM])) & (np.arange(COMMUNITY) < of.wanted)
    )
    return _named(of, person, at[person], pa.table({})).rename_columns(["user_id", "registered_at"])


def _touches(of: Community, until_ms: int) -> pa.Table:
    person, _, ms, _ = marketing._drawn(of)
    order = np.argsort(ms, kind="stable")
    row = order[(ms[order] < of.window.length_ms) & (person[order] < of.wanted)]
    kept = ms[row] < until_ms
    made = marketing.touches(of).select(["channel", "kind"]).filter(pa.array(kept))
    return _named(of, person[row[kept]], ms[row[kept]], made)


def _tickets(of: Community, until_ms: int) -> pa.Table:
    person, ms, _ = service._drawn(of)
    order = np.argsort(ms, kind="stable")
    row = order[(ms[order] < of.window.length_ms - service.DELAY_DAYS * DAY_MS) & (person[order] < of.wanted)]
    kept = ms[row] < until_ms
    made = service.tickets(of).select(["sentiment"]).filter(pa.array(kept))
    return _named(of, person[row[kept]], ms[row[kept]], made)


def _invites(of: Community, until_ms: int) -> pa.Table:
    made = of.invites
    kept = (made.inviter >= 0) & (made.ms < until_ms) & (made.invitee < of.wanted) & (made.inviter < of.wanted)
    table = _named(of, made.inviter[kept], made.ms[kept], pa.table({}))
    return table.rename_columns(["inviter_user_id", "ts"])


_MAKERS = {"events": _events, "members": _members, "touches": _touches, "tickets": _tickets, "invites": _invites}


def _named(of: Community, person: Ints, ms: Ints, columns: pa.Table) -> pa.Table:
    named = {
        "user_id": pa.array(of.people.number[person]),
        "ts": pa.array(_local(of.window, ms).to_numpy(), pa.timestamp("us")),
    }
    return pa.table(named | {name: columns[name] for name in columns.column_names})


def _local(window: Window, ms: Ints) -> pd.Series:
    return pd.Series(pd.Timestamp(window.first_day) + pd.to_timedelta(ms, unit="ms"))
