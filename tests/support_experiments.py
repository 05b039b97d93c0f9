"""Small worlds of experiments, and what is measured in them person by person, without any of the suite's SQL."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ltv.experiments.judge import judge
from ltv.experiments.judged import Judged
from ltv.settings.experiment import Experiment

AS_OF = date(2026, 4, 30)
END = pd.Timestamp("2026-05-01")
PLAN = Experiment("blue", "salt-blue", {"control": 0.5, "treatment": 0.5}, "control", metrics=("order_rate_7d",))


@dataclass(frozen=True)
class World:
    """Tables of one test."""

    exposures: pd.DataFrame
    orders: pd.DataFrame
    events: pd.DataFrame
    invites: pd.DataFrame

    def judged(self, *plans: Experiment, **options: Any) -> Judged:
        tables = {"events": self.events, "invites": self.invites} | options
        return judge(self.exposures, self.orders, experiments=plans or [PLAN], as_of=AS_OF, **tables)

    def with_exposures(self, exposures: pd.DataFrame) -> "World":
        return replace(self, exposures=exposures)


def world(people: int = 2_000, *, seed: int = 1, days: int = 100, lift: float = 0.0, loss: float = 0.0) -> World:
    """People who came over some days before the end, half of them treated; `lift` more of the treated order.

    Args:
        people: in both arms.
        seed: of all that is drawn.
        days: over which they came.
        lift: added to the chance of an order.
        loss: share of the treated whose exposure is lost.
    """
    draw = np.random.default_rng(seed)
    met = END - pd.to_timedelta(draw.integers(1, days * 86_400_000, people), unit="ms")
    treated = draw.random(people) < 0.5
    exposures = pd.DataFrame(
        {
            "user_id": np.arange(people),
            "ts": met,
            "experiment": "blue",
            "variant": np.where(treated, "treatment", "control"),
        }
    )
    again = exposures[draw.random(people) < 0.2]
    again = again.assign(ts=again["ts"] + pd.to_timedelta(draw.integers(0, 5 * 86_400, len(again)), unit="s"))
    lost = treated & (draw.random(people) < loss)
    kept = pd.concat([exposures[~lost], again[~again["user_id"].isin(np.flatnonzero(lost))]], ignore_index=True)
    eager = draw.gamma(1.0, 1.0, people)
    orders = _orders(draw, met, eager * (1 + 2 * lift * treated))
    events = _moments(draw, met, eager * 6, "ts").assign(event=lambda t: draw.choice(["visit", "share"], len(t)))
    invites = _moments(draw, met, 0.3 * eager, "ts").rename(columns={"user_id": "inviter_user_id"})
    past = END - pd.Timedelta(microseconds=1)
    return World(kept[kept["ts"] <= past], orders[orders["ts"] <= past], events[events["ts"] <= past], invites)


def _moments(draw: np.random.Generator, met: pd.DatetimeIndex, mean: np.ndarray, name: str) -> pd.DataFrame:
    """Moments around the exposure of each person, more of them after it."""
    count = draw.poisson(mean)
    who = np.repeat(np.arange(len(met)), count)
    hours = draw.normal(120, 400, len(who))
    return pd.DataFrame({"user_id": who, name: met[who] + pd.to_timedelta((hours * 3600).astype(int), unit="s")})


def _orders(draw: np.random.Generator, met: pd.DatetimeIndex, mean: np.ndarray) -> pd.DataFrame:
    orders = _moments(draw, met, mean, "ts")
    n = len(orders)
    amount = np.round(np.exp(draw.normal(4, 1.2, n)), 2)
    status = draw.choice(["paid", "refunded", "cancelled"], n, p=[0.85, 0.08, 0.07])
    refund = np.where(status == "refunded", np.round(amount * draw.choice([0.5, 1.0], n), 2), 0.0)
    return orders.assign(
        order_id=np.arange(n),
        amount=amount,
        status=status,
        discount=np.round(amount * 0.1, 2),
        refund=refund,
        value=np.where(status == "cancelled", 0.0, amount - refund),
    )


def measured(w: World, metric: str, *, end: pd.Timestamp = END) -> pd.DataFrame:
    """One row a person who counts: variant and what the metric is for the person, worked out by hand."""
    first = w.exposures.sort_values(["ts", "variant"]).drop_duplicates("user_id").set_index("user_id")
    rows = []
    for user, met in first.iterrows():
        value = _one(w, metric, user, met["ts"], end)
        if value is not None:
            rows.append((user, met["variant"], value))
    return pd.DataFrame(rows, columns=["user_id", "variant", "value"])


def _one(w: World, metric: str, user: object, met: pd.Timestamp, end: pd.Timestamp) -> float | None:
    what, _, days = metric.rpartition("_")
    day = timedelta(days=int(days.strip("d")))
    low, high = (met + day, met + day + timedelta(days=1)) if what == "retention" else (met, met + day)
    if high > end:
        return None
    orders = w.orders[w.orders["user_id"] == user]
    paid = orders[orders["status"] != "cancelled"]
    inside = paid[(paid["ts"] >= low) & (paid["ts"] < high)]
    if what == "first_order_rate" and (paid["ts"] < met).any():
        return None
    of_orders = {
        "first_order_rate": len(inside) > 0,
        "order_rate": len(inside) > 0,
        "orders": len(inside),
        "value": inside["value"].sum(),
        "discount": inside["discount"].sum(),
        "refund": inside["refund"].sum(),
    }
    if what in of_orders:
        return float(of_orders[what])
    table = w.invites.rename(columns={"inviter_user_id": "user_id"}) if what == "invites" else w.events
    rows = table[(table["user_id"] == user) & (table["ts"] >= low) & (table["ts"] < high)]
    moments = pd.concat([rows["ts"], inside["ts"]])
    others = {
        "invites": len(rows),
        "retention": len(moments) > 0,
        "active_days": ((moments - met) // pd.Timedelta(days=1)).nunique(),
    }
    return float(others[what] if what in others else (rows["event"] == what.removeprefix("event.")).any())


def lines(judged: Judged, metric: str, method: str) -> dict[str, Any]:
    """The one line of a metric and method of the whole base."""
    table = judged.table
    rows = table[(table["metric"] == metric) & (table["method"] == method) & (table["segment_kind"] == "all")]
    assert len(rows) == 1, rows
    return rows.iloc[0].to_dict()
