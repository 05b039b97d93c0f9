"""Rows that come late, twice or broken: what a partner's late delivery looks like."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from ltv.sources.mall.window import stream

Row = dict[str, Any]
Rule = Callable[[Row], Row]


def _fresh(key: str, **changes: object) -> Rule:
    """Spoil a row under a key of its own, so that the good row it was copied from is not touched."""
    return lambda row: {**row, key: f"{row[key]}x", **changes}


def _as_text(key: str, column: str, template: str) -> Rule:
    return lambda row: {**row, key: f"{row[key]}x", column: template.format(row[column])}


def _changed(**changes: object) -> Rule:
    return lambda row: {**row, **changes}


LATE = "late"  # a good row that is missing in the first delivery
RULES: Mapping[str, Mapping[str, Rule]] = {
    "orders": {
        "duplicate": dict,
        "unknown_status": _fresh("order_id", status="on_hold"),
        "amount_as_text": _as_text("order_id", "amount", "about {}"),
        "amount_not_finite": _fresh("order_id", amount="NaN"),
        "in_the_future": _fresh("order_id", ts="2199-01-01T00:00:00Z"),
        "in_1970": _fresh("order_id", ts="1970-01-01T00:00:00Z"),
        "no_key": _fresh("order_id", order_id=None),
        "other_currency": _fresh("order_id", currency="XTS"),
    },
    "order_items": {
        "duplicate": dict,
        "no_key": _fresh("line_id", line_id=None),
        "quantity_as_text": _fresh("line_id", quantity="two"),
    },
    "events": {
        "duplicate": dict,
        "no_key": _fresh("event_id", event_id=None),
        "ts_as_text": _fresh("event_id", ts="yesterday"),
        "in_the_future": _fresh("event_id", ts="2199-01-01T00:00:00Z"),
        "in_1970": _fresh("event_id", ts="1970-01-01T00:00:00Z"),
    },
    "members": {
        "duplicate": dict,
        "no_key": _fresh("id_value", id_value=None),
        "registered_in_the_future": _fresh("id_value", registered_at="2199-01-01T00:00:00Z"),
        "birth_year_as_text": _fresh("id_value", birth_year="unknown"),
    },
    "links": {"ts_as_text": _changed(ts="yesterday")},
    "consents": {"ts_as_text": _changed(ts="yesterday"), "granted_as_text": _changed(granted="perhaps")},
    "exposures": {"ts_as_text": _changed(ts="yesterday"), "no_variant": _changed(variant=None)},
    "hook_calls": {"unknown_outcome": _changed(outcome="maybe"), "negative_latency": _changed(latency_ms=-1)},
    "invites": {"ts_as_text": _changed(ts="yesterday"), "no_invitee": _changed(invitee_value=None)},
    "launches": {"duplicate": dict, "unknown_kind": _fresh("launch_id", kind="party")},
    "offer_events": {"unknown_event": _changed(event="lost"), "in_the_future": _changed(ts="2199-01-01T00:00:00Z")},
    "offers": {"duplicate": dict, "stock_as_text": _fresh("offer_id", stock="plenty")},
    "spans": {"duplicate": dict, "negative_duration": _fresh("span_id", duration_us=-1)},
    "spend": {"duplicate": dict, "cost_as_text": _fresh("campaign", cost="dear")},
    "tickets": {"duplicate": dict, "sentiment_out_of_range": _fresh("ticket_id", sentiment=3)},
    "touches": {
        "duplicate": dict,
        "unknown_kind": _fresh("touch_id", kind="dream"),
        "negative_cost": _fresh("touch_id", cost=-1),
    },
    "trials": {"duplicate": dict, "unknown_outcome": _fresh("trial_id", outcome="asleep")},
}


def spoilt(
    table: str, rows: pa.Table, share: float, *, seed: int, community: int
) -> tuple[pa.Table, list[tuple[str, str]]]:
    """Return the rows of the first delivery, and rule and JSON line of those of the late one.

    >>> rows = pa.table({"order_id": ["P1", "P2"], "status": ["paid", "paid"]})
    >>> first, late = spoilt("orders", rows, 1.0, seed=1, community=0)
    >>> first["order_id"].to_pylist(), [rule for rule, line in late]
    (['P2'], ['late', 'duplicate'])
    """
    count = round(share * rows.num_rows)
    if not count:
        return rows, []
    rng = stream(seed, community, f"spoilt {table}")
    chosen = np.sort(rng.choice(rows.num_rows, count, replace=False))
    rules = tuple({LATE: dict, **RULES[table]}.items())
    which = np.arange(count) % len(rules)
    copies = rows.take(pa.array(chosen)).to_pylist()
    lines = [(rules[k][0], _line(rules[k][1](row))) for k, row in zip(which, copies, strict=True)]
    first = np.ones(rows.num_rows, np.bool_)
    first[chosen[which == 0]] = False
    return rows.filter(pa.array(first)), lines


def _line(row: Row) -> str:
    return json.dumps(row, default=_plain, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return float(value) if isinstance(value, Decimal) else str(value)
