"""A made-up shop whose people come and go by known rules, and ways to look at its health."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

import ltv
from ltv.health.calendar import Calendar, number_of
from ltv.health.churn import REACH_DAYS
from ltv.health.features import LOOKBACK_DAYS, Past
from ltv.health.ground import Ground, Reader
from ltv.settings import Health as Board
from ltv.warehouse.table import together

LAST = date(2026, 6, 30)
Tables = dict[str, pd.DataFrame]


def shop(people: int = 400, days: int = 260, *, seed: int = 0, last: date = LAST) -> Tables:
    """Members who come at their own pace until they are lost; some buy, some of these with a discount, some invite."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp(last - timedelta(days=days - 1))
    joined = rng.uniform(0, days * 0.8, people)
    pace = rng.gamma(2.0, 3.0, people) + 0.5
    lost = joined + rng.exponential(120, people)
    visits = []
    for person in range(people):
        at = joined[person] + np.cumsum(np.concatenate([[0.01], rng.exponential(pace[person], 400)]))
        at = at[at < min(lost[person], days)]
        visits.append(pd.DataFrame({"user_id": person + 1, "at": at}))
    seen = pd.concat(visits, ignore_index=True)
    events = pd.DataFrame({
        "user_id": seen["user_id"], "ts": start + pd.to_timedelta(seen["at"], unit="D"),
        "event": np.where(rng.random(len(seen)) < 0.1, "add_to_cart", "visit"), "dwell_ms": rng.integers(1_000, 90_000, len(seen)),
    })  # fmt: skip
    some = seen[rng.random(len(seen)) < 0.12]
    orders = pd.DataFrame({
        "order_id": np.arange(len(some)), "user_id": some["user_id"].to_numpy(), "amount": 50.0,
        "ts": start + pd.to_timedelta(some["at"] + 0.001, unit="D"),
        "status": rng.choice(["paid", "paid", "paid", "cancelled"], len(some)), "member_benefit": rng.random(len(some)) < 0.5,
    })  # fmt: skip
    who = np.arange(1, people + 1)
    members = pd.DataFrame({
        "user_id": who, "registered_at": start + pd.to_timedelta(joined, unit="D"), "level": "basic",
        "city": rng.choice(["上海", "北京", "广州"], people, p=[0.5, 0.3, 0.2]), "acquisition_channel": rng.choice(["ads", "sms"], people),
    })  # fmt: skip
    invitee = who[rng.random(people) < 0.3]
    inviter = np.array([rng.choice(who[joined[who - 1] <= joined[n - 1]]) for n in invitee])
    invites = pd.DataFrame({
        "inviter_user_id": inviter.astype(float), "invitee_user_id": invitee, "channel": "link",
        "ts": members["registered_at"].to_numpy()[invitee - 1],
    })  # fmt: skip
    return {
        "orders": orders,
        "events": events,
        "members": members,
        "invites": invites[invites["inviter_user_id"] != invitee],
    }


def known_by(tables: Tables, day: date) -> Tables:
    """What a shop's tables hold at the end of a day."""
    end = pd.Timestamp(day + timedelta(days=1))
    times = {"members": "registered_at"}
    return {name: rows[rows[times.get(name, "ts")] < end].reset_index(drop=True) for name, rows in tables.items()}


def health(tables: Tables, *, as_of: date = LAST, days: int = 35, **more: object):
    given = {k: v for k, v in tables.items() if k not in ("orders", "events")}
    terms = {"board": Board(days=days), **given, **more}
    return ltv.health_board(tables["orders"], tables.get("events"), as_of=as_of, **terms)


def past_of(tables: Tables, *, as_of: date = LAST, days: int = 35, active_days: int = 30) -> Past:
    """Everybody's past, as features are made of it."""
    return Past(ground_of(tables, as_of=as_of, days=days), active_days)


def ground_of(tables: Tables, *, as_of: date = LAST, days: int = 35) -> Ground:
    calendar = Calendar(number_of(as_of), days, 56, REACH_DAYS + LOOKBACK_DAYS, "UTC")
    return Reader(*together(tables), calendar).ground()
