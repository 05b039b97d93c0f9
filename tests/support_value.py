"""A small shop whose people are known, and what must hold of any scores, for tests of lifetime value."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ltv import lifetime_value
from ltv.lifetime import backtest, boosters, gate, trained
from ltv.lifetime.ground import Ground
from ltv.lifetime.horizon import HorizonModel
from ltv.lifetime.trained import Trained, train
from ltv.lifetime.value_result import LifetimeValue
from ltv.workspace.store import check_result

START, DAYS = date(2026, 1, 1), 160
AS_OF = date(2026, 6, 9)  # the day before START + DAYS
CUTOFF = pd.Timestamp(AS_OF) + pd.Timedelta(days=1)


@contextmanager
def few_trees(
    rounds: int = 6, draws: int = 20, cutoffs: int = 1, ceiling: bool = False
) -> Iterator[pytest.MonkeyPatch]:
    """Fewer trees, draws and cutoffs than are good, for tests in which accuracy is not the point."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosters, "_stopped", lambda grow, latest, trees: replace(trees, rounds=rounds))
        patch.setattr(backtest, "_DRAWS", draws)
        patch.setattr(gate, "_DRAWS", draws)
        patch.setattr(trained, "cutoffs", lambda ground, day, days, most: backtest.cutoffs(ground, day, days)[:cutoffs])
        patch.setattr(trained, "_MOST_THREADS", 1)
        if not ceiling:
            patch.setattr(trained, "ceiling", lambda ground, held, seed: None)
        yield patch


def bought(people: int = 600, days: int = DAYS, seed: int = 1, *, first: int = 10) -> pd.DataFrame:
    """Orders of people with own rates, values and ends, who come over the first two thirds."""
    draw = np.random.default_rng(seed)
    came = draw.integers(0, days * 2 // 3, people)
    rate, worth = draw.gamma(0.8, 0.06, people), draw.lognormal(3, 0.7, people)
    end = np.minimum(came + draw.exponential(200, people), days)
    count = 1 + draw.poisson(rate * (end - came))
    who = np.repeat(np.arange(people), count)
    is_first = np.arange(len(who)) == np.repeat(np.cumsum(count) - count, count)
    at = came[who] + np.where(is_first, 0.3, draw.random(len(who)) * (end - came)[who])
    ts = (pd.Timestamp(START) + pd.to_timedelta(at, unit="D")).floor("s")
    amount = np.round(worth[who] * draw.lognormal(0, 0.4, len(who)), 2)
    rows = pd.DataFrame({"order_id": np.arange(len(who)), "user_id": who + first, "ts": ts, "amount": amount})
    return rows.sort_values("ts", ignore_index=True)


def registered(orders: pd.DataFrame, others: int = 400, days: int = DAYS, seed: int = 2) -> pd.DataFrame:
    """Everybody who bought, a while before, and people who have not bought."""
    draw = np.random.default_rng(seed)
    first = orders.groupby("user_id")["ts"].min()
    before = first - pd.to_timedelta(draw.exponential(6, len(first)), unit="D")
    came = pd.Timestamp(START) + pd.to_timedelta(draw.random(others) * days, unit="D")
    ids = np.concatenate([first.index.to_numpy(), 5_000 + np.arange(others)])
    at = pd.DatetimeIndex(np.concatenate([before.to_numpy(), came.to_numpy()])).floor("s")
    return pd.DataFrame({"user_id": ids, "registered_at": at})


def seen(members: pd.DataFrame, days: int = DAYS, seed: int = 3) -> pd.DataFrame:
    """Some visits of everybody after registration; those who will buy search more."""
    draw = np.random.default_rng(seed)
    count = 1 + draw.poisson(np.where(members["user_id"] < 5_000, 4, 1))
    who = np.repeat(members["user_id"].to_numpy(), count)
    since = np.repeat(members["registered_at"].to_numpy(), count)
    ts = pd.DatetimeIndex(since) + pd.to_timedelta(draw.exponential(12, len(who)), unit="D")
    event = draw.choice(["visit", "search", "view", "add_to_cart"], len(who))
    rows = pd.DataFrame({"user_id": who, "ts": ts.floor("s"), "event": event})
    return rows[rows["ts"] < pd.Timestamp(START) + pd.Timedelta(days=days)].reset_index(drop=True)


def told(orders: pd.DataFrame, **given: Any) -> LifetimeValue:
    """Lifetime value of one horizon, checked in all that must always hold."""
    given = {"as_of": AS_OF, "horizons_days": [30]} | given
    return checked(lifetime_value(orders, **given))


def checked(of: LifetimeValue) -> LifetimeValue:
    """What must hold of any result, whatever came in."""
    table = of.table
    numbers = table[["expected", "p_purchase", "low", "median", "high", "value_to_date"]].to_numpy(np.float64)
    assert np.isfinite(numbers).all()
    assert (table[["expected", "low", "median", "high"]] >= 0).all(axis=None)
    assert ((table["low"] <= table["median"]) & (table["median"] <= table["high"])).all()
    assert table["p_purchase"].between(0, 1).all()
    for _, part in table.groupby("horizon_days"):
        assert part["user_id"].is_unique
        assert part["decile"].between(1, 10).all() and part["decile"].max() == 10
        best = part.sort_values("decile")["expected"].groupby(part["decile"])
        assert (best.min().to_numpy()[1:] >= best.max().to_numpy()[:-1]).all()
    tables = {"ltv_scores": table, "ltv_totals": of.totals, "ltv_backtest": of.backtest, "ltv_drivers": of.drivers}
    tables |= {"value_lists": of.lists} | ({} if of.versions is None else {"model_versions": of.versions})
    for name, frame in tables.items():
        check_result(name, frame)
    assert ((of.totals["low"] <= of.totals["expected"]) & (of.totals["expected"] <= of.totals["high"])).all()
    assert all(len(of.takeaways(lang)) for lang in ("zh", "en")) and of.key_figures
    for view in of.views.values():
        assert view.title.zh and view.title.en
    return of


@dataclass(frozen=True)
class Shop:
    """A shop whose model was trained with few trees, and its tables."""

    orders: pd.DataFrame
    members: pd.DataFrame
    events: pd.DataFrame
    segments: list[tuple[str, str, np.ndarray]]
    ground: Ground
    trained: Trained

    @property
    def model(self) -> HorizonModel:
        return self.trained.main


@pytest.fixture(scope="session")
def shop() -> Shop:
    """Train one model of 30 days for all tests of its parts, and one of 10 days."""
    orders = bought(600)
    members = registered(orders, 300)
    events = seen(members)
    ground = Ground.of(orders, as_of=AS_OF, members=members, events=events)
    segments = [("age", "young", np.arange(10, 210)), ("age", "ghosts", np.array([999_999]))]
    with few_trees(8, 40, ceiling=True):
        return Shop(orders, members, events, segments, ground, train(ground, [10, 30], main_days=30, segments=segments))
