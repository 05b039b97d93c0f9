"""The definitions once more in plain Python, slow and by other ways than the package."""

from collections import defaultdict
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from support_attribution import AS_OF, TERMS

from ltv.attribution.terms import WEIGHTS

DAY = pd.Timedelta(days=1)
Journey = list[tuple[pd.Timestamp, str, str, float]]


def journeys(orders: pd.DataFrame, touches: pd.DataFrame) -> tuple[list[tuple[Journey, float]], list[Journey]]:
    """Journeys of the conversions with their value, and walks that led to none."""
    until = pd.Timestamp(AS_OF) + DAY
    start, lookback = until - TERMS["window_days"] * DAY, TERMS["lookback_days"] * DAY
    led, lost = [], []
    for who in sorted({*orders["user_id"], *touches["user_id"]}):
        bought = sorted(orders.loc[orders["user_id"] == who, ["ts", "amount"]].itertuples(index=False, name=None))
        bought = [b for b in bought if b[0] < until]
        mine = touches[(touches["user_id"] == who) & (touches["ts"] >= start - lookback) & (touches["ts"] < until)]
        rows = sorted(
            (t.ts, t.channel, "" if pd.isna(t.campaign) else t.campaign, WEIGHTS[t.kind]) for t in mine.itertuples()
        )
        before = pd.Timestamp(0)
        for when, amount in [*bought, (pd.Timestamp.max, None)]:
            part = [t for t in rows if before < t[0] <= when]
            late = [t for t in part if amount is not None and t[0] >= when - lookback]
            if amount is not None and when >= start:
                led.append((late, amount))
            lost += _split([t for t in part if t not in late and t[0] >= start], lookback)
            before = when
    return led, lost


def _split(rows: Journey, lookback: pd.Timedelta) -> list[Journey]:
    walks: list[Journey] = []
    for row in rows:
        if walks and row[0] - walks[-1][-1][0] <= lookback:
            walks[-1].append(row)
        else:
            walks.append([row])
    return walks


def parts(journey: Journey, method: str, half_life: pd.Timedelta) -> list[float]:
    """What each touch of a journey has of the conversion."""
    if method in ("last_touch", "first_touch"):
        end = max if method == "last_touch" else min
        heaviest = max(t[3] for t in journey)
        when = end(t[0] for t in journey if t[3] == heaviest)
        raw = [float(t[3] == heaviest and t[0] == when) for t in journey]
    elif method == "linear":
        raw = [t[3] for t in journey]
    elif method == "time_decay":
        raw = [t[3] * 0.5 ** ((journey[-1][0] - t[0]) / half_life) for t in journey]
    else:
        places = [0 if t[0] == journey[0][0] else 2 if t[0] == journey[-1][0] else 1 for t in journey]
        whole = {0: 0.4, 1: 0.2, 2: 0.4}
        raw = [t[3] * whole[p] / places.count(p) for t, p in zip(journey, places, strict=True)]
        if set(places) == {0}:
            raw = [t[3] for t in journey]
    return [r / sum(raw) for r in raw]


def credit(led: list[tuple[Journey, float]], method: str, half_life: pd.Timedelta) -> dict[Any, float]:
    """Value by (channel, campaign)."""
    found: dict[Any, float] = defaultdict(float)
    for journey, amount in led:
        for touch, part in zip(journey, parts(journey, method, half_life) if journey else [], strict=True):
            found[touch[1], touch[2]] += part * amount
    return found


def shapley(led: list[tuple[Journey, float]], channels: list[str]) -> dict[str, float]:
    """Mean marginal contribution over all orders of the channels in the game of journeys within a set."""
    worth = [(frozenset(t[1] for t in journey), amount) for journey, amount in led if journey]
    value = lambda members: sum(amount for inside, amount in worth if inside <= members)  # noqa: E731
    found = dict.fromkeys(channels, 0.0)
    orders = list(permutations(channels))
    for order in orders:
        for place, channel in enumerate(order):
            found[channel] += value(frozenset(order[: place + 1])) - value(frozenset(order[:place]))
    return {channel: total / len(orders) for channel, total in found.items()}


def markov(paths: list[tuple[list[str], float, float]], channels: list[str], order: int) -> dict[str, float]:
    """Removal effects of paths with what they brought and how often they were walked: the chain is walked until nobody is left."""
    following: dict[Any, dict[Any, float]] = defaultdict(lambda: defaultdict(float))
    brought: dict[Any, float] = defaultdict(float)
    for path, outcome, times in paths:
        states: list[Any] = [("",) * order]
        for channel in path:
            states.append((*states[-1][1:], channel) if order > 1 else (channel,))
        for here, there in zip(states, [*states[1:], None], strict=True):
            following[here][there] += times
        brought[states[-1]] += outcome

    def expected(removed: str | None) -> float:
        crowd, total = {("",) * order: 1.0}, 0.0
        while sum(crowd.values()) > 1e-14:
            coming: dict[Any, float] = defaultdict(float)
            for here, share in crowd.items():
                leaving = sum(following[here].values())
                total += share * brought[here] / leaving
                for there, steps in following[here].items():
                    if there is not None and there[-1] != removed:
                        coming[there] += share * steps / leaving
            crowd = coming
        return total

    whole = expected(None)
    return {channel: 1 - expected(channel) / whole for channel in channels}


def random_people(seed: int, people: int = 40, names: tuple[str, ...] = ("a", "b", "c", "d")) -> list[str]:
    """People with touches and orders in and around the window, at times of their own."""
    chance = np.random.default_rng(seed)
    kinds = list(WEIGHTS)
    written = []
    for who in range(people):
        words = []
        for _ in range(chance.integers(0, 9)):
            campaign = ("", "/x", "/y")[chance.integers(3)]
            kind, name = kinds[chance.integers(4)], names[chance.integers(len(names))]
            words.append(f"{name}{campaign}:{kind}@{chance.uniform(-12, 35):.5f}")
        words += [f"${chance.integers(1, 90)}@{chance.uniform(-12, 35):.5f}" for _ in range(chance.integers(0, 3))]
        written.append(" ".join([str(who), *words]))
    return written
