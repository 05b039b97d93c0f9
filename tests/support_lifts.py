"""A small shop whose channels add what is written down: people in two groups, seen and unseen differences, holdouts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ltv.attribution.given import Ground
from ltv.attribution.learn import Learned, Sources, learn

AS_OF = date(2026, 3, 31)
WINDOW_DAYS, LOOKBACK_DAYS = 60, 5
START = pd.Timestamp(AS_OF) - pd.Timedelta(days=WINDOW_DAYS - 1)
TERMS: dict[str, Any] = {"as_of": AS_OF, "window_days": WINDOW_DAYS, "lookback_days": LOOKBACK_DAYS}
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Shop:
    """Tables, and what each channel truly added."""

    orders: pd.DataFrame
    touches: pd.DataFrame
    members: pd.DataFrame
    exposures: pd.DataFrame
    segments: pd.DataFrame
    names: tuple[str, ...]
    added: np.ndarray

    def ground(self, **options: Any) -> Ground:
        return Ground.of(self.orders, self.touches, segments=self.segments, **(TERMS | options))


def shop(
    people: int = 4000,
    lifts: tuple[float, ...] = (0.6, 0.3, 0.0),
    *,
    seed: int = 1,
    orders: float = 3.0,
    seen: float = 0.0,
    hidden: float = 0.0,
    keeps: float = 0.0,
    held: float = 0.0,
) -> Shop:
    """People × days with additive lifts.

    Args:
        people: how many.
        lifts: what each channel adds to the rate of a person while it works, over their own rate.
        seed: of the draws.
        orders: without channels, by person.
        seen: log of how much more those in the group `keen` order and are touched.
        hidden: the same by a factor nobody sees, of weeks of a person: it does not cancel out.
        keeps: what a touch leaves to the next: n touches do 1 − keepsⁿ.
        held: part of people that gets nothing from a channel.
    """
    rng = np.random.default_rng(seed)
    n, days, weeks = len(lifts), WINDOW_DAYS + LOOKBACK_DAYS, -(-(WINDOW_DAYS + LOOKBACK_DAYS) // 7)
    keen = rng.random(people) < 0.5
    week = rng.normal(size=(people, weeks)) if hidden else np.zeros((people, weeks))
    level = np.exp(seen * keen)[:, None] * np.exp(hidden * week)
    out = rng.random((people, n)) < held
    seen_by = []
    for k in range(n):
        count = rng.poisson(0.6 * level * ~out[:, [k]])
        person, part = (np.repeat(a.ravel(), count.ravel()) for a in np.indices(count.shape))
        at = ((part + rng.random(len(part))) * 7 * DAY_US).astype(np.int64)
        seen_by.append(np.sort(person * 10**14 + at[:]) if len(at) else np.zeros(0, np.int64))
    most = 1 + sum(lifts)
    tried = rng.poisson(orders * 7 / WINDOW_DAYS * level * most)
    person, part = (np.repeat(a.ravel(), tried.ravel()) for a in np.indices(tried.shape))
    at = ((part + rng.random(len(part))) * 7 * DAY_US).astype(np.int64)
    key = person * 10**14 + at
    work = np.array(
        [np.searchsorted(s, key, "right") - np.searchsorted(s, key - LOOKBACK_DAYS * DAY_US) for s in seen_by]
    )
    adds = np.array(lifts)[:, None] * (1 - keeps**work if keeps else (work > 0))
    inside = (at >= LOOKBACK_DAYS * DAY_US) & (at < days * DAY_US)
    bought = inside & (rng.random(len(at)) * most < 1 + adds.sum(axis=0))
    names = tuple(f"c{k}" for k in range(n))
    first = START - pd.Timedelta(days=LOOKBACK_DAYS)
    touched = [
        pd.DataFrame({"user_id": s // 10**14, "ts": first + pd.to_timedelta(s % 10**14, unit="us"), "channel": name})
        for name, s in zip(names, seen_by, strict=True)
    ]
    who = np.arange(people)
    variants = pd.DataFrame({
        "user_id": np.tile(who, n), "ts": first, "experiment": np.repeat([f"holdout/{name}" for name in names], people),
        "variant": np.where(out.T.ravel(), "holdout", "reached"),
    })  # fmt: skip
    return Shop(
        orders=pd.DataFrame({
            "user_id": person[bought], "ts": first + pd.to_timedelta(at[bought], unit="us"),
            "amount": rng.gamma(2, 25, bought.sum()).round(2), "status": "paid",
        }),
        touches=pd.concat(touched, ignore_index=True).assign(kind="send"),
        members=pd.DataFrame({"user_id": who, "registered_at": first - pd.Timedelta(days=400)}),
        exposures=variants if held else variants.iloc[:0],
        segments=pd.DataFrame({"user_id": who, "segment_kind": "mood", "segment": np.where(keen, "keen", "calm")}),
        names=names,
        added=(adds[:, inside] / most).sum(axis=1),
    )  # fmt: skip


def learned(
    told: Shop, ground: Ground | None = None, *, seed: int = 0, holdouts: bool = True
) -> tuple[Ground, Learned]:
    """What the suite learns from a shop."""
    ground = ground or told.ground()
    engine = ground.engine
    for name in ("members", "exposures"):
        engine.register(f"given {name}", getattr(told, name))
    exposures = "given exposures" if holdouts and len(told.exposures) else None
    return ground, learn(ground, Sources("given members", None, exposures), timezone="UTC", seed=seed)
