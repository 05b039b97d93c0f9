"""Whether the rules of the paid hooks were kept: every case in which one was not, how many, and the money at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ltv.errors import UsageError, found
from ltv.hooks.audit_others import CASE, overdue_trials, stuck_messages, unrouted
from ltv.hooks.audit_reservations import RULES, Terms, judge
from ltv.hooks.audit_result import UNITS, HookAudit, at_stake
from ltv.warehouse.local_time import day_end

if TYPE_CHECKING:
    from ltv.settings.service import Routed
    from ltv.warehouse.table import TableLike

_FIRST_ORDERS = {"first_order_coupon": 72.0}


def audit_hooks(
    offers: TableLike | None = None,
    offer_events: TableLike | None = None,
    *,
    as_of: date,
    orders: TableLike | None = None,
    order_items: TableLike | None = None,
    members: TableLike | None = None,
    trials: TableLike | None = None,
    messages: TableLike | None = None,
    routes: Sequence[Routed] = (),
    registered_within_hours: Mapping[str, float] | None = None,
    reservation_minutes: float = 30,
    grace_minutes: float = 5,
    trial_hours: int = 72,
    processing_minutes: float = 5,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> HookAudit:
    """Go through what was given, rule by rule; a rule whose tables are not there is told as not judged, never as kept.

    Args:
        offers: offer_id, hook, starts_at, expires_at; skus, stock, stackable where they are there.
        offer_events: ts, offer_id, event, user_id; order_id, instance where they are there.
        as_of: the last day included.
        orders: order_id; discount, member_benefit where they are there.
        order_items: order_id, sku.
        members: user_id, registered_at.
        trials: as `ltv.trial_outcomes` takes them.
        messages: message_id, state, and `deadline` or `ts`; `outbox_messages(ws)` reads those of the suite's own outbox.
        routes: routing tables of gray releases; `[[routes]]` of ltv.toml.
        registered_within_hours: hook → its offers are for people who registered less than so many hours ago, once each.
        reservation_minutes: how long an offer may be held.
        grace_minutes: by which a release may come late.
        trial_hours: length of a trial.
        processing_minutes: how long a message may be under way, where `messages` has `ts` alone.
        timezone: zone of the as-of day.
        currency: in which money is written.

    Raises:
        UsageError: a column is missing or of another kind, an event is none of those allowed, or a length of time is not above 0.

    >>> day = pd.Timestamp("2026-06-01")
    >>> pool = pd.DataFrame({"offer_id": ["F"], "hook": "limited_time_offer", "starts_at": day, "expires_at": day + pd.Timedelta(hours=48)})
    >>> used = {"ts": [day + pd.Timedelta(hours=50)], "offer_id": "F", "order_id": "o1", "event": "redeemed", "user_id": 7}
    >>> audit_hooks(pool, pd.DataFrame(used), as_of=date(2026, 6, 30)).table[["rule", "case_id", "amount"]].values.tolist()
    [['used_after_expiry', 'F/o1', 2.0]]
    """
    _check(reservation_minutes=reservation_minutes, trial_hours=trial_hours, processing_minutes=processing_minutes)
    end = day_end(as_of, timezone)
    tables = {"offers": offers, "offer_events": offer_events, "orders": orders, "order_items": order_items, "members": members}  # fmt: skip
    hours = _FIRST_ORDERS if registered_within_hours is None else registered_within_hours
    terms = Terms(end, hours, round((reservation_minutes + grace_minutes) * 60e6))
    others = {
        "trial_overdue": None if trials is None else overdue_trials(trials, as_of=end, hours=trial_hours),
        "message_stuck": None if messages is None else stuck_messages(messages, as_of=end, minutes=processing_minutes),
        "unrouted": unrouted(routes) if routes else None,
    }
    table, summary = _judged(tables, terms, others)
    return HookAudit(table, currency=currency, as_of=as_of, timezone=timezone, summary=summary)


_Told = tuple[pd.DataFrame, int]


def _check(**lengths: float) -> None:
    for name, value in lengths.items():
        if not value > 0:
            raise UsageError(found(name, value, "a length of time above 0"))


def _judged(
    tables: Mapping[str, TableLike | None], terms: Terms, others: Mapping[str, _Told | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `hook_audit` and `hook_audit_summary`."""
    parts: list[pd.DataFrame] = []
    judged: dict[str, int] = {}
    if tables["offers"] is not None and tables["offer_events"] is not None:
        cases, judged = judge(tables, terms)
        parts.append(cases)
    for rule, told in others.items():
        if told is not None:
            parts.append(told[0])
            judged[rule] = told[1]
    table = _table(parts)
    return table, _summary(table, judged, _missing(tables, others))


def _table(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The table `hook_audit`."""
    kept = [part[list(CASE)].astype(_TYPES) for part in parts if len(part)]
    rows = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(CASE)).astype(_TYPES)
    at = pd.to_datetime(rows.pop("at_us"), unit="us").astype("datetime64[us]")
    rows.insert(2, "at", at)
    rows["unit"] = rows["rule"].map(UNITS).astype("str")
    place = {rule: k for k, rule in enumerate(UNITS)}
    order = rows.assign(place=rows["rule"].map(place)).sort_values(["place", "at", "case_id"], kind="stable").index
    return rows.loc[order].reset_index(drop=True)


_TYPES = {
    "rule": "str", "case_id": "str", "at_us": "Int64", "hook": "str", "user_id": "Int64", "offer_id": "str",
    "order_id": "str", "money": "float64", "amount": "float64",
}  # fmt: skip


def _missing(tables: Mapping[str, TableLike | None], others: Mapping[str, object]) -> dict[str, str]:
    """Tables without which a rule could not be judged."""
    lacking = {rule: ", ".join(t for t in needed if tables[t] is None) for rule, needed in RULES.items()}
    named = {"trial_overdue": "trials", "message_stuck": "messages", "unrouted": "routes"}
    return lacking | {rule: named[rule] if told is None else "" for rule, told in others.items()}


def _summary(table: pd.DataFrame, judged: Mapping[str, int], missing: Mapping[str, str]) -> pd.DataFrame:
    """The table `hook_audit_summary`: one row a rule, also of those that were kept."""
    rows = []
    for rule in UNITS:
        mine = table[table["rule"] == rule]
        known = not missing[rule]
        rows.append(
            {
                "rule": rule,
                "judged": judged.get(rule, 0) if known else None,
                "cases": len(mine) if known else None,
                "money": at_stake(mine) if mine["money"].notna().any() else None if len(mine) or not known else 0.0,
                "first_at": mine["at"].min(),
                "last_at": mine["at"].max(),
                "missing": missing[rule],
            }
        )
    frame = pd.DataFrame(rows).astype({"judged": "Int64", "cases": "Int64", "money": "float64"})
    return frame.astype(dict.fromkeys(("first_at", "last_at"), "datetime64[us]"))
