"""Referral: who invited whom, how many of them buy, and whether it carries the shop.

The first row of a person counts, invited or alone; self-invites, later invitations of the same person, the invitation that
closes a circle, and rings of reward hunters are set apart and counted. An invitee is converted by a paid order in the
`window_days` × 24 hours after the invitation, and pending until that time is over. K = invitations for each user in the last
`period_days` × conversion of the invitations whose window ended in that time; effective invitations are the first purchases of
invitees in that time, for each user.

The walk: rows in the order of time → what counts and what is set apart (`referral_tree`) → purchases in the window after
each invitation (one join) → depth by channel → the figures of each day (`referral_daily`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd

from ltv import sql
from ltv.behaviour.given import orders_form, positive, require
from ltv.behaviour.referral_daily import Days, Moments, Users, daily, users_of
from ltv.behaviour.referral_result import Referral, Terms
from ltv.behaviour.referral_tree import CYCLE, KINDS, RING, RingRule, Tree, grow
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import day_end, micros
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from datetime import datetime

    from ltv.warehouse.engine import Engine

DAY_US = 86_400_000_000
_ROOM, _ORDERS, _MOMENTS = "ltv.behaviour", "ref orders", "ref moments"
_MOST_DEPTH, _MOST = 20, 3660


def referral(
    invites: TableLike,
    orders: TableLike,
    *,
    as_of: date,
    events: TableLike | None = None,
    members: TableLike | None = None,
    depth: int = 3,
    window_days: int = 30,
    period_days: int = 30,
    users: Users = "active",
    goal: float | None = None,
    ring_people: int = 5,
    ring_days: int = 3,
    history_days: int = 90,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Referral:
    """Invite tree, conversion by depth and channel, K-factor and effective invitations for each user.

    Args:
        invites: inviter_user_id (null: came alone), invitee_user_id, channel, ts.
        orders: user_id, ts, amount or value, status, refund, refunded_at.
        as_of: the last day included.
        events: user_id, day or ts: who is active; without them orders and invitations tell.
        members: user_id, registered_at: needed for `users="registered"`.
        depth: levels that are told, 1 to 20; 1 was invited by somebody whom nobody invited.
        window_days: days of 24 hours after an invitation in which an order converts.
        period_days: calendar days that K and the figures beside it look back.
        users: divide by everybody `active` in these days, or by every member `registered` by then.
        goal: effective invitations for each user that are asked for, or None.
        ring_people: people that a ring must have at least.
        ring_days: days after joining in which its people invite each other.
        history_days: days of `referral_summary`.
        timezone: zone of the days.
        currency: in which money is written.

    Raises:
        UsageError: a table lacks a column, or an argument is not one of those allowed.

    >>> rows = [(None, 1, "2026-01-01"), (1, 2, "2026-01-02"), (2, 3, "2026-01-03"), (3, 1, "2026-01-04")]
    >>> sent = pd.DataFrame(rows, columns=["inviter_user_id", "invitee_user_id", "ts"]).astype({"ts": "datetime64[us]"})
    >>> bought = pd.DataFrame({"user_id": [2], "ts": [pd.Timestamp("2026-01-05")], "amount": 30.0, "status": "paid"})
    >>> referral(sent.assign(channel="link"), bought, as_of=date(2026, 3, 1)).table["converted"].tolist()
    [1, 0]
    """
    _check_numbers(depth, window_days, period_days, history_days, ring_people, ring_days)
    _check_users(users, goal, members)
    engine, names = together({"invites": invites, "orders": orders, "events": events, "members": members})
    after, rule = day_end(as_of, timezone), RingRule(ring_people, ring_days, window_days * DAY_US)
    engine.define(_ORDERS, orders_form(engine, names["orders"], after))
    tree = _tree(engine, names["invites"], after, rule)
    edges = _edges(engine, tree, after, window_days * DAY_US)
    days = Days(as_of, history_days, period_days, timezone)
    summary = daily(_moments(edges, window_days * DAY_US), days, users_of(engine, names, days, users))
    terms = Terms(depth, window_days, period_days, users, events is not None, goal, rule, tree.least_ring)
    rows = {"edges": edges, "set_apart": _set_apart(tree), "summary": summary, "alone": _alone(tree)}
    return Referral(by_depth(edges, depth), currency=currency, as_of=as_of, terms=terms, **rows)


def _check_numbers(depth: int, *others: int) -> None:
    positive("depth", depth, _MOST_DEPTH)
    names = ("window_days", "period_days", "history_days", "ring_people", "ring_days")
    for name, value in zip(names, others, strict=True):
        positive(name, value, _MOST)


def _check_users(users: str, goal: float | None, members: TableLike | None) -> None:
    if users not in get_args(Users):
        raise UsageError(found("users", users, ", ".join(get_args(Users))))
    if users == "registered" and members is None:
        raise UsageError(found("users", users, "registered only in a call with members"))
    if goal is not None and not 0 < goal < float("inf"):
        raise UsageError(found("goal", goal, "more than 0, or None"))


def _tree(engine: Engine, table: str, after: datetime, rule: RingRule) -> Tree:
    columns = require(engine, "invites", table, "inviter_user_id", "invitee_user_id", "channel", "ts")
    named = sql.expression("inviter_value IS NOT NULL" if "inviter_value" in columns else "FALSE")
    rows = sql.load(_ROOM, "invite_rows", tables={"invites": table}, columns={"is_named": named})
    bought = sql.load(_ROOM, "buyers", tables={"orders": _ORDERS})
    buyers = engine.frame(bought, {"as_of": after})["user_id"].to_numpy(np.int64)
    return grow(engine.arrow(rows, {"as_of": after}), buyers=buyers, after_us=micros(after), rule=rule)


def _edges(engine: Engine, tree: Tree, after: datetime, window_us: int) -> pd.DataFrame:
    """One row a counted invitation: who, when, how deep, and what came of it."""
    edges = tree.frame()
    try:
        engine.register(_MOMENTS, edges.rename(columns={"invitee": "user_id"})[["user_id", "ts_us"]])
        asked = sql.load(_ROOM, "bought_after", tables={"moments": _MOMENTS, "orders": _ORDERS})
        bought = engine.frame(asked, {"window_us": window_us, "as_of": after}).set_index("user_id")
    finally:
        engine.drop([_MOMENTS])
    first = edges["invitee"].map(bought["first_us"])
    over = edges["ts_us"] + window_us <= micros(after)
    state = np.where(~over, "pending", np.where(first.notna(), "converted", "not_converted"))
    return edges.assign(
        bought_us=first.fillna(-1).astype(np.int64),
        revenue=edges["invitee"].map(bought["value"]).fillna(0.0).astype(np.float64),
        state=state,
    )


def _moments(edges: pd.DataFrame, window_us: int) -> Moments:
    invited, bought, inviter, invitee = (
        edges[name].to_numpy(np.int64) for name in ("ts_us", "bought_us", "inviter", "invitee")
    )
    return Moments(invited, bought, inviter, invitee, window_us)


def by_depth(edges: pd.DataFrame, depth: int) -> pd.DataFrame:
    """The table `referral`; a rate is of invitees whose window is over, and blank where it is over for nobody."""
    told = edges[edges["depth"] <= depth]
    told = told.assign(**{s: told["state"] == s for s in ("converted", "pending")})
    table = told.groupby(["depth", "channel"], sort=True, as_index=False).agg(
        inviters=("inviter", "nunique"),
        invitees=("invitee", "size"),
        converted=("converted", "sum"),
        pending=("pending", "sum"),
        revenue=("revenue", "sum"),
    )
    matured = table["invitees"] - table["pending"]
    table["conversion_rate"] = (table["converted"] / matured.where(matured > 0)).astype(np.float64)
    return table[["depth", "channel", "inviters", "invitees", "converted", "conversion_rate", "revenue", "pending"]]


def _set_apart(tree: Tree) -> pd.DataFrame:
    """Every kind of row with the number of its rows and of the people invited by them; together all rows."""
    invited = pd.DataFrame({"kind": tree.kind, "who": tree.invitee})
    people = invited[invited["who"] >= 0].groupby("kind")["who"].nunique()
    rows = invited.groupby("kind").size()
    groups = len(np.unique(tree.ring[tree.ring >= 0]))
    return pd.DataFrame(
        {
            "kind": KINDS,
            "rows": [int(rows.get(k, 0)) for k in range(len(KINDS))],
            "people": [int((tree.ring >= 0).sum()) if k == RING else int(people.get(k, 0)) for k in range(len(KINDS))],
            "groups": [groups if k == RING else None for k in range(len(KINDS))],
        }
    )


def _alone(tree: Tree) -> pd.DataFrame:
    """People whose first row says that they came alone, for those who want the whole tree."""
    has = np.flatnonzero(tree.row >= 0)
    first = tree.row[has]
    kept = (tree.inviter[first] < 0) & (tree.kind[first] != CYCLE)
    channels = np.array([*tree.channels, ""], dtype=object)
    rows = first[kept]
    return pd.DataFrame(
        {
            "invitee": tree.people[has[kept]],
            "channel": channels[tree.channel[rows]],
            "ts_us": tree.ts[rows],
        }
    )
