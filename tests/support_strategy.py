"""Small shops for the tests of the strategy room: people, consents, orders, and playbooks."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ltv.settings import Playbook
from ltv.strategy.plan_interventions import plan_interventions
from ltv.strategy.plans_result import Plans

AS_OF = date(2026, 3, 31)


def people(n: int, **columns: object) -> pd.DataFrame:
    """People 1 to n who have ordered once."""
    told: dict[str, Any] = {
        "user_id": np.arange(1, n + 1), "registered_at": pd.Timestamp("2026-03-01"), "age": 20, "gender": "f", "city": "杭州",
        "level": "1", "acquisition_channel": "ads", "orders": 1, "value_to_date": 9.0, "first_order_at": pd.Timestamp("2026-03-02"),
        "last_order_at": pd.Timestamp("2026-03-02"),
    }  # fmt: skip
    return pd.DataFrame(told | columns)


def consents(who: pd.DataFrame, channel: str = "sms", granted: bool = True) -> pd.DataFrame:
    """Everybody's consent."""
    return pd.DataFrame(
        {"user_id": who["user_id"], "channel": channel, "granted": granted, "ts": pd.Timestamp("2026-03-01")}
    )


def playbook(**other: object) -> Playbook:
    """A playbook for all who have ordered."""
    told: dict[str, Any] = {
        "name": "winback", "actions": ("coupon",), "who": "orders > 0", "channel": "sms", "endpoint": "crm", "budget": 1e9,
        "order_by": "user_id", "most_people": 10**9,
    }  # fmt: skip
    return Playbook(**(told | other))


def plan(who: pd.DataFrame, *playbooks: Playbook, **other: object) -> Plans:
    """Plan with everybody's consent unless told otherwise."""
    orders = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-03-02")], "amount": [9.0], "status": ["paid"]})
    told: dict[str, Any] = {
        "consents": consents(who),
        "as_of": AS_OF,
        "playbooks": playbooks or (playbook(),),
        "orders": orders,
    }
    return plan_interventions(who, **(told | other))


def health(*days: str, indicator: str = "churn_risk", kind: str = "all", segment: str = "all") -> pd.DataFrame:
    """A board of March on which an indicator triggered on some days."""
    dates = pd.date_range("2026-03-01", "2026-03-31")
    told = {"date": dates.date, "segment_kind": kind, "segment": segment, "indicator": indicator}
    return pd.DataFrame(told | {"triggered": [str(d.date()) in days for d in dates], "known": True})
