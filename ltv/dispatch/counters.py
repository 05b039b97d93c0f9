"""Counters that outlive processes: raised in the transaction that did what they count, so they are never off by a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ltv.dispatch.database import Transaction

SENDS = "sends"  # by endpoint and outcome
LATENCY = "latency"  # by endpoint and upper bound in milliseconds; not cumulated
LATENCY_SUM = "latency_sum"  # by endpoint, in milliseconds
REFUSED = "refused"  # enqueues by rule
HELD_BACK = "held_back"  # enqueues stopped by a full queue: the alarm
OPENED = "opened"  # breakers that opened, by endpoint
CRASHED = "crashed"  # leases that ran out, by endpoint
OUTSIDE = "redeemed_beyond_stock"  # redemptions told by the shop for which the pool had nothing, by offer

_RAISE = """
INSERT INTO counters (name, endpoint, label, value) VALUES ($name, $endpoint, $label, $by)
ON CONFLICT (name, endpoint, label) DO UPDATE SET value = counters.value + excluded.value
"""
Key = tuple[str, str, str]


def raise_by(tx: Transaction, name: str, by: float = 1, *, endpoint: str = "", label: str = "") -> None:
    """Raise one counter."""
    if by:
        tx.change(_RAISE, name=name, endpoint=endpoint, label=label, by=float(by))


def raise_all(tx: Transaction, amounts: Mapping[Key, float]) -> None:
    """Raise several counters, each by its amount."""
    for (name, endpoint, label), by in amounts.items():
        raise_by(tx, name, by, endpoint=endpoint, label=label)


def read_all(tx: Transaction) -> dict[Key, float]:
    """All counters."""
    rows = tx.rows("SELECT name, endpoint, label, value FROM counters ORDER BY name, endpoint, label")
    return {(row["name"], row["endpoint"], row["label"]): row["value"] for row in rows}
