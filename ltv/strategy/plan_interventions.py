"""`ltv.plan_interventions`: today's interventions by all playbooks, and what earlier ones have brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.errors import UsageError, found
from ltv.settings.playbooks import Playbook, Strategy
from ltv.strategy.crowd import Crowd
from ltv.strategy.effects import effects, outcomes
from ltv.strategy.pick import Picked, expires, pick, start_of
from ltv.strategy.plans_result import Plans
from ltv.strategy.strategy_words import REASON, UNKNOWN
from ltv.strategy.uplift import chooser
from ltv.text import Text, number
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from datetime import datetime

_PAST = [
    "intervention_id",
    "date",
    "user_id",
    "playbook",
    "action",
    "arm",
    "cost",
    "expected",
    "churn_probability",
    "decile",
]


def plan_interventions(
    people: TableLike,
    orders: TableLike,
    *,
    as_of: date,
    playbooks: Sequence[Playbook],
    rules: Strategy | None = None,
    health: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    churn: pd.DataFrame | None = None,
    segments: TableLike | None = None,
    segment_kinds: Sequence[str] = (),
    consents: TableLike | None = None,
    touches: TableLike | None = None,
    past: pd.DataFrame | None = None,
    horizon_days: int | None = None,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Plans:
    """Plan today's interventions (`.table`), by playbook (`.by_playbook`), and judge earlier ones (`.effects`); docs/strategy.md.

    Args:
        people: user_id, registered_at, age, first_order_at and so on: `ws.people`.
        orders: user_id, ts, amount or value, status.
        as_of: the day.
        playbooks: `[[playbooks]]` of the settings; the first one that finds somebody has them.
        rules: `[strategy]` of the settings.
        health: the result table health.
        scores: the result table ltv_scores.
        churn: the result table churn_scores.
        segments: user_id, segment_kind, segment.
        segment_kinds: kinds of segments that conditions may speak of.
        consents: user_id, channel, granted, ts; without them nobody has agreed to anything.
        touches: user_id, kind, ts.
        past: interventions that went out before, as in `.table`.
        horizon_days: of the scores; the longest by default.
        timezone: zone of the days.
        currency: in which money is written.

    Raises:
        UsageError: a table lacks a column, or a playbook speaks of what is not there.

    >>> when, book = pd.Timestamp("2026-03-01"), Playbook("winback", ("coupon",), "orders > 0", "sms", "crm", budget=100.0)
    >>> moments = dict.fromkeys(("registered_at", "first_order_at", "last_order_at"), when)
    >>> told = dict.fromkeys(("age", "gender", "city", "level", "acquisition_channel"))
    >>> one = pd.DataFrame({"user_id": [1], "orders": 1, "value_to_date": 9.0} | moments | told)
    >>> paid = pd.DataFrame({"user_id": [1], "ts": [when], "amount": 9.0, "status": "paid"})
    >>> agreed = pd.DataFrame({"user_id": [1], "channel": "sms", "granted": True, "ts": when})
    >>> plan_interventions(one, paid, as_of=date(2026, 3, 31), playbooks=[book], consents=agreed).table["user_id"].tolist()
    [1]
    """
    given = {"people": people, "orders": orders, "segments": segments, "consents": consents, "touches": touches}
    asked, until, before = rules or Strategy(), day_end(as_of, timezone), _past(past, as_of)
    engine, names = together(given)
    known = {"scores": _of_horizon(scores, horizon_days), "churn": churn}
    crowd = Crowd.of(engine, names, **known, kinds=segment_kinds, until=until, cap_days=asked.cap_days)
    came = outcomes(engine, names["orders"], before, playbooks, until=until, timezone=timezone)
    picked = _picked(crowd, playbooks, asked, health=health, before=before, came=came, as_of=as_of)
    table, told = _table(picked, as_of, until, currency), effects(came)
    return Plans(table, currency=currency, as_of=as_of, picked=picked, effects=told, rules=asked)


def _picked(
    crowd: Crowd, playbooks: Sequence[Playbook], rules: Strategy, *, health: pd.DataFrame | None, before: pd.DataFrame,
    came: pd.DataFrame, as_of: date,
) -> tuple[Picked, ...]:  # fmt: skip
    """What each playbook plans, one after the other: people whom one has taken are not there for the next."""
    choose, taken, picked = chooser(came), set[int](), []
    for playbook in playbooks:
        start = start_of(playbook, health, as_of, rules.fresh_days)
        picked.append(pick(crowd, playbook, start, rules, past=before, taken=taken, as_of=as_of, choose=choose))
    return tuple(picked)


def _of_horizon(scores: pd.DataFrame | None, horizon_days: int | None) -> pd.DataFrame | None:
    if scores is None or scores.empty:
        return scores
    known = sorted(scores["horizon_days"].unique().tolist())
    wanted = known[-1] if horizon_days is None else horizon_days
    if wanted not in known:
        raise UsageError(found("horizon_days", wanted, ", ".join(map(str, known))))
    return scores[scores["horizon_days"] == wanted]


def _past(past: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """Interventions of the days before; today's own are no past, however often a day is planned."""
    if past is None or past.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in _PAST})
    rows = past.reindex(columns=_PAST).assign(date=pd.to_datetime(past["date"]).dt.date)
    return rows[rows["date"] < as_of].reset_index(drop=True)


def _table(picked: Sequence[Picked], as_of: date, until: datetime, currency: str) -> pd.DataFrame:
    return pd.concat([_rows(one, as_of, until, currency) for one in picked] or [_none()], ignore_index=True)[
        list(_COLUMNS)
    ]


_COLUMNS = (
    "intervention_id", "date", "user_id", "playbook", "action", "offer_id", "expires_at", "arm", "reason", "state", "reason_en",
    "plan", "cost", "expected", "churn_probability", "decile", "registered_at", "contacts",
)  # fmt: skip


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in _COLUMNS})


def _rows(one: Picked, as_of: date, until: datetime, currency: str) -> pd.DataFrame:
    rows, playbook = one.people, one.playbook
    told = [
        _reason(one, churn, worth, currency)
        for churn, worth in zip(rows["churn_probability"], rows["expected"], strict=True)
    ]
    waiting = "WAITING" if one.waits else "PLANNED"
    return rows.assign(
        date=as_of,
        playbook=playbook.name,
        plan=one.plan,
        offer_id=rows["action"].map(playbook.offers),
        expires_at=pd.Timestamp(expires(playbook, until)),
        reason=[t.zh for t in told],
        reason_en=[t.en for t in told],
        state=np.where(rows["arm"] == "control", "CONTROL", waiting) if len(rows) else [],
    )


def _reason(one: Picked, churn: float, worth: float, currency: str) -> Text:
    known = {"churn": (churn, "rate"), "worth": (worth, "money")}
    said = {
        name: UNKNOWN if value is None or value != value else number(float(value), unit, currency=currency)  # type: ignore[arg-type]  # noqa: PLR0124
        for name, (value, unit) in known.items()
    }
    return REASON.format(why=one.start.why, **said)
