"""What interventions have brought: value of the treated less that of the control arm, over the same days after the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv import sql
from ltv.behaviour.given import orders_form
from ltv.experiments.frequentist import welch
from ltv.experiments.moments import Arm, CannotJudgeError
from ltv.warehouse.local_time import DAY_US, day_end, micros

if TYPE_CHECKING:
    from ltv.settings.playbooks import Playbook
    from ltv.warehouse.engine import Engine

_ROOM, _ALPHA = "ltv.strategy", 0.1  # 90 % intervals
LEAST = 30  # people in either arm: below that nothing is said
COLUMNS = [
    "playbook",
    "action",
    "n",
    "n_control",
    "mean",
    "mean_control",
    "uplift",
    "low",
    "high",
    "p_value",
    "cost",
    "net",
    "verdict",
]


def outcomes(
    engine: Engine, orders: str, past: pd.DataFrame, playbooks: Sequence[Playbook], *, until: datetime, timezone: str
) -> pd.DataFrame:
    """Past interventions whose days are over, with the value each person brought in them.

    Args:
        engine: with the orders.
        orders: their table: user_id, ts, amount or value, status.
        past: intervention_id, date, user_id, playbook, arm, action, cost.
        playbooks: with the days that are compared.
        until: the as-of instant.
        timezone: zone of the days.
    """
    days = {p.name: p.horizon_days for p in playbooks}
    mine = past[past["playbook"].isin(days)].drop_duplicates("intervention_id").reset_index(drop=True)
    ends = {day: micros(day_end(pd.Timestamp(day).date(), timezone)) for day in mine["date"].unique()}
    start = mine["date"].map(ends).astype("int64") if len(mine) else pd.Series(dtype="int64")
    end = start + mine["playbook"].map(days).astype("int64") * DAY_US if len(mine) else start
    over = (end <= micros(until)).to_numpy(bool)
    mine = mine.assign(start_us=start, end_us=end)[over].reset_index(drop=True)
    if mine.empty:
        return mine.assign(value=pd.Series(dtype="float64"))
    engine.register("strategy planned", mine[["intervention_id", "user_id", "start_us", "end_us"]])
    engine.define("strategy orders", orders_form(engine, orders, until))
    tables = {"planned": "strategy planned", "orders": "strategy orders"}
    value = engine.frame(sql.load(_ROOM, "value_after", tables=tables)).set_index("intervention_id")["value"]
    return mine.assign(value=mine["intervention_id"].map(value).astype("float64"))


def effects(came: pd.DataFrame) -> pd.DataFrame:
    """Uplift of each playbook and action against the playbook's control arm; `all` is all actions together.

    Args:
        came: as `outcomes` gives them.

    >>> came = pd.DataFrame({"playbook": "a", "action": "coupon", "arm": ["treatment", "control"] * 50, "cost": 0.0})
    >>> effects(came.assign(value=np.where(came["arm"] == "treatment", 9.0, 4.0) + np.arange(100) % 3))["uplift"].round(1).tolist()
    [5.0, 5.0]
    """
    rows = []
    for playbook, own in came.groupby("playbook", sort=True):
        control = own.loc[own["arm"] == "control", "value"].to_numpy(np.float64)
        treated = own[own["arm"] == "treatment"]
        parts = {"all": treated} | {str(action): some for action, some in treated.groupby("action", sort=True)}
        rows += [_row(str(playbook), action, some, control) for action, some in parts.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(playbook: str, action: str, treated: pd.DataFrame, control: np.ndarray) -> dict[str, object]:
    value = treated["value"].to_numpy(np.float64)
    cost, n = float(treated["cost"].sum()), len(value)
    told = {"playbook": playbook, "action": action, "n": n, "n_control": len(control), "cost": cost}
    told |= {"mean": value.mean() if n else np.nan, "mean_control": control.mean() if len(control) else np.nan}
    nothing = dict.fromkeys(("uplift", "low", "high", "p_value", "net"), np.nan) | {"verdict": "unsure"}
    if min(n, len(control)) < LEAST:
        return told | nothing
    try:
        arms = [Arm.of_values(values.tolist()).estimate() for values in (control, value)]
        seen = welch(*arms, alpha=_ALPHA)
    except CannotJudgeError:  # nobody bought anything: there is nothing to tell apart
        return told | nothing
    per_person = cost / n
    verdict = "works" if seen.low > per_person else "harms" if seen.high < per_person else "unsure"
    net = seen.effect * n - cost
    return told | {
        "uplift": seen.effect,
        "low": seen.low,
        "high": seen.high,
        "p_value": seen.p_value,
        "net": net,
        "verdict": verdict,
    }


def span_of(playbooks: Sequence[Playbook]) -> timedelta:
    """How far back interventions matter."""
    return timedelta(days=max([p.horizon_days + p.again_after_days for p in playbooks], default=0) + 90)
