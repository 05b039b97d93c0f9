"""Rows that break the contract, and true duplicates: what a partner's late delivery looks like."""

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
    "links": {"ts_as_text": lambda row: {**row, "ts": "yesterday"}},
}


def spoilt(table: str, rows: pa.Table, share: float, *, seed: int, community: int) -> list[tuple[str, str]]:
    """Return rule and JSON line of the bad rows that are added to a table of one community.

    >>> good = pa.table({"order_id": ["P1"], "status": ["paid"]})
    >>> [rule for rule, line in spoilt("orders", good, 1.0, seed=1, community=0)]
    ['duplicate']
    """
    rules = tuple(RULES[table].items())
    count = round(share * rows.num_rows)
    chosen = stream(seed, community, f"spoilt {table}").integers(0, max(rows.num_rows, 1), count)
    copies = rows.take(pa.array(np.sort(chosen))).to_pylist()
    named = ((rules[k % len(rules)], row) for k, row in enumerate(copies))
    return [(name, json.dumps(rule(row), default=_plain, ensure_ascii=False)) for (name, rule), row in named]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return float(value) if isinstance(value, Decimal) else str(value)
