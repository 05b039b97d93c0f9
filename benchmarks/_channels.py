"""Shops whose channels add what is written down, for the benchmark of attribution: who is reached, when, and what it does.

Orders come by thinning: moments at which somebody would order at the highest rate there can be, each kept with the chance that
the channels at work then give it. What a channel truly adds is summed over the same moments before any is thrown away.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

AS_OF = date(2026, 3, 31)
WINDOW, LOOKBACK = 60, 5
DAY_US = 86_400_000_000
_PERSON = 10**14  # one person's moments, apart from the next one's
FIRST = pd.Timestamp(AS_OF) - pd.Timedelta(days=WINDOW + LOOKBACK - 1)
_WEEKS = -(-(WINDOW + LOOKBACK) // 7)


@dataclass(frozen=True)
class Terms:
    """How a shop works.

    Attributes:
        people: how many.
        lifts: what each channel adds at most to the rate of orders without any.
        orders: of a person without channels.
        reach: touches of each channel a week and person.
        seen: log of how much more a segment orders and is reached; sale days do the same to everybody.
        hidden: standard deviation of the log of how much more a person orders and is reached for reasons nobody knows.
        interest: the same of single weeks of a person: it passes, and so does not cancel out.
        keeps: what a touch leaves to the next: n touches do 1 − keepsⁿ; 0: one does all.
        need_two: channels that do nothing before the second touch.
        fades: days after which a touch does a third of what it did, or None.
        together: (channel, channel) → what both add to what they add alone.
        held: part of people that gets nothing from a channel, drawn by experiment.
        value: mean of an order.
    """

    people: int
    lifts: tuple[float, ...]
    orders: float = 3.0
    reach: float = 0.5
    seen: float = 0.0
    hidden: float = 0.0
    interest: float = 0.0
    keeps: float = 0.0
    need_two: tuple[int, ...] = ()
    fades: float | None = None
    together: dict[tuple[int, int], float] = field(default_factory=dict)
    held: float = 0.0
    value: float = 50.0


@dataclass(frozen=True)
class Shop:
    """Tables of a shop and its truth.

    Attributes:
        terms: how it works.
        tables: orders, touches, members, exposures, segments.
        touched: of each channel the moments of touches, person × 10¹⁴ + µs, sorted.
        tried: moments at which somebody may have ordered.
        weight: orders a moment stands for at the rate without channels.
        added: orders that each channel added (Shapley value), shape (channels,).
    """

    terms: Terms
    tables: dict[str, pd.DataFrame]
    touched: list[np.ndarray]
    tried: np.ndarray
    weight: float
    added: np.ndarray

    def response(self, pressures: np.ndarray, seed: int) -> np.ndarray:
        """Value each channel adds last when it alone is flown at another pressure, shape (channels, pressures)."""
        rng = np.random.default_rng(seed)
        now = effects(self.terms, self.touched, self.tried)
        out = np.zeros((len(self.touched), len(pressures)))
        for k, own in enumerate(self.touched):
            for j, p in enumerate(pressures):
                other = flown(own, float(p), rng)
                out[k, j] = _last(self.terms, effects(self.terms, [other], self.tried, [k])[0], now, k).sum()
        return out * self.weight * self.terms.value


def flown(touched: np.ndarray, pressure: float, rng: np.random.Generator) -> np.ndarray:
    """Touches at another pressure: some of them, or more of the same people at other moments of the same week or so."""
    if pressure <= 1:
        return touched[rng.random(len(touched)) < pressure]
    more = rng.choice(touched, rng.poisson((pressure - 1) * len(touched))) if len(touched) else touched
    moment = more % _PERSON + rng.integers(-3 * DAY_US, 3 * DAY_US, len(more))
    length = (WINDOW + LOOKBACK) * DAY_US
    return np.sort(np.concatenate([touched, more - more % _PERSON + moment % length]))


def effects(
    terms: Terms, touched: list[np.ndarray], tried: np.ndarray, channels: list[int] | None = None
) -> np.ndarray:
    """What each channel adds at each moment by itself, shape (channels, moments)."""
    out = np.zeros((len(touched), len(tried)))
    for row, (k, own) in enumerate(zip(channels or range(len(touched)), touched, strict=True)):
        last = np.searchsorted(own, tried, "right")
        count = last - np.searchsorted(own, tried - LOOKBACK * DAY_US)
        done = 1 - terms.keeps**count if terms.keeps else (count > 0).astype(float)
        if k in terms.need_two:
            done = (count > 1).astype(float)
        if terms.fades is not None and len(own):
            age = (tried - own[np.maximum(last - 1, 0)]) / DAY_US
            done = done * np.where(count > 0, np.exp(-age / terms.fades), 0.0)
        out[row] = terms.lifts[k] * done
    return out


def _pairs(terms: Terms, alone: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    on = alone > 0
    return [(i, j, both * (on[i] & on[j])) for (i, j), both in terms.together.items()]


def _last(terms: Terms, own: np.ndarray, now: np.ndarray, k: int) -> np.ndarray:
    """What a channel adds after all others."""
    out = own.copy()
    for (i, j), both in terms.together.items():
        if k in (i, j):
            out += both * ((own > 0) & (now[j if k == i else i] > 0))
    return out


def shop(terms: Terms, seed: int) -> Shop:
    """Draw a shop."""
    rng = np.random.default_rng(seed)
    people, n = terms.people, len(terms.lifts)
    keen = rng.random(people) < 0.4
    sale = rng.permutation(np.repeat([0.0, 0.7], [_WEEKS - 2, 2])) * (terms.seen > 0)
    level = np.exp(
        (terms.seen * keen + terms.hidden * rng.normal(size=people))[:, None]
        + terms.interest * rng.normal(size=(people, _WEEKS)) + sale
    )  # fmt: skip
    held = rng.random((people, n)) < terms.held
    wide = rng.uniform(0.5, 1.5, n) * terms.reach
    touched = [np.sort(_moments(rng, wide[k] * level * ~held[:, [k]])) for k in range(n)]
    most = 1 + sum(terms.lifts) + sum(max(both, 0) for both in terms.together.values())
    weekly = terms.orders * 7 / WINDOW * level / (level.mean() if terms.hidden or terms.interest else 1.0)
    tried = _moments(rng, weekly * most)
    inside = (tried % _PERSON >= LOOKBACK * DAY_US) & (tried % _PERSON < (WINDOW + LOOKBACK) * DAY_US)
    tried = tried[inside]
    alone = effects(terms, touched, tried)
    pairs = _pairs(terms, alone)
    rate = 1 + alone.sum(axis=0) + sum(both for *_, both in pairs)
    bought = tried[rng.random(len(tried)) * most < rate]
    added = alone.sum(axis=1)
    for i, j, both in pairs:
        added[[i, j]] += both.sum() / 2
    tables = _tables(terms, rng, touched, bought, keen, held)
    return Shop(terms, tables, touched, tried, 1 / most, added / most)


def _moments(rng: np.random.Generator, mean: np.ndarray) -> np.ndarray:
    count = rng.poisson(mean)
    person, week = (np.repeat(a.ravel(), count.ravel()) for a in np.indices(count.shape))
    return person * _PERSON + ((week + rng.random(len(week))) * 7 * DAY_US).astype(np.int64)


def _at(moments: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"user_id": moments // _PERSON, "ts": FIRST + pd.to_timedelta(moments % _PERSON, unit="us")})


def _tables(
    terms: Terms, rng: np.random.Generator, touched: list[np.ndarray], bought: np.ndarray, *of: np.ndarray
) -> dict[str, pd.DataFrame]:
    keen, held = of
    names = [f"channel {k}" for k in range(len(touched))]
    who = np.arange(terms.people)
    drawn = {
        "user_id": np.tile(who, len(names)),
        "ts": FIRST,
        "experiment": np.repeat([f"holdout/{n}" for n in names], len(who)),
    }
    return {
        "orders": _at(bought).assign(amount=rng.gamma(2, terms.value / 2, len(bought)), status="paid"),
        "touches": pd.concat([_at(t).assign(channel=n, kind="send") for t, n in zip(touched, names, strict=True)]),
        "members": pd.DataFrame({"user_id": who, "registered_at": FIRST - pd.Timedelta(days=400)}),
        "exposures": pd.DataFrame(drawn | {"variant": np.where(held.T.ravel(), "holdout", "reached")}),
        "segments": pd.DataFrame({"user_id": who, "segment_kind": "mood", "segment": np.where(keen, "keen", "calm")}),
    }


def without(terms: Terms, **other: object) -> Terms:
    """The same shop on other terms."""
    return replace(terms, **other)  # type: ignore[arg-type]
