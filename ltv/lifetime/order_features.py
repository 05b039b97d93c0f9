"""What orders say of a customer at a cutoff, in forms that mean the same at another cutoff and for another horizon.

Trees that see absolute age learn that old customers buy little, or much, and are wrong at the next cutoff. So times are
told in horizons, or in a customer's own gaps; money as logarithms, and next to what a buy-till-you-die model expects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ltv.lifetime.btyd import Btyd, expect
from ltv.lifetime.histories import Histories
from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.summaries import Ledger

SHARES = (0.125, 0.25, 0.5, 1.0)  # of a horizon, looked back from the cutoff
_NONE = np.nan


@dataclass(frozen=True, eq=False)
class OrderFeatures:
    """Features of all customers at a cutoff.

    Attributes:
        person: place of each customer in the ledger's `user_id`.
        user_id: of each customer.
        columns: name → one number a customer; NaN where there is nothing to tell.
        histories: of the same customers.
        spent: net, until the cutoff.
        expected: money in the horizon by the buy-till-you-die model.
        pays: chance of a purchase in the horizon by it.
    """

    person: Ints
    user_id: Ints
    columns: dict[str, Floats]
    histories: Histories
    spent: Floats
    expected: Floats
    pays: Floats

    @property
    def matrix(self) -> Floats:
        """The features, shape (customers, features)."""
        return np.column_stack(list(self.columns.values()))

    def with_columns(self, more: dict[str, Floats]) -> OrderFeatures:
        """The same customers with more features."""
        return replace(self, columns=self.columns | more)

    def of(self, rows: NDArray[np.bool_]) -> OrderFeatures:
        """Some of the customers."""
        known = self.histories
        some = Histories(known.frequency[rows], known.recency[rows], known.age[rows], known.value[rows])
        columns = {name: column[rows] for name, column in self.columns.items()}
        who, money = (self.person[rows], self.user_id[rows]), (self.spent[rows], self.expected[rows], self.pays[rows])
        return OrderFeatures(*who, columns, some, *money)


def histories_at(ledger: Ledger, cutoff_day: int) -> Histories:
    """Histories of every customer with a purchase before a day, as known when it begins."""
    return _Purchases.before(ledger, cutoff_day).histories(cutoff_day)


def order_features(ledger: Ledger, fitted: Btyd, *, cutoff_day: int, horizon_days: int) -> OrderFeatures:
    """Look at every customer with a purchase before the cutoff.

    Args:
        ledger: of all orders; what is later is not looked at.
        fitted: buy-till-you-die models, fitted on orders before the day of scoring.
        cutoff_day: days since 1970-01-01.
        horizon_days: as far as is predicted.
    """
    of = _Purchases.before(ledger, cutoff_day)
    known = of.histories(cutoff_day)
    told = expect(fitted, known, horizon_days=horizon_days, spent=of.spent)
    columns = {
        "btyd_purchases": _log(told.purchases),
        "btyd_value": _log(told.value),
        "btyd_alive": told.alive,
        **_rhythm(of, known, horizon_days),
        **_money(of),
        "expected_share": _log(of.spent) - _log(told.total),
        "purchase_rate": _log((known.frequency + 1) * horizon_days / np.maximum(known.age, horizon_days / 8)),
        "spend_rate": _log(of.spent * horizon_days / np.maximum(known.age, horizon_days / 8)),
        **_windows(of, known, cutoff_day, horizon_days),
    }
    people = ledger.user_id[of.person]
    return OrderFeatures(of.person, people, columns, known, of.spent, told.total, told.pays)


class Together(NamedTuple):
    """Customers together: what they are expected to spend in a window, what they did, and the standard error of its log."""

    expected: float
    spent: float
    error: float


def expected_total(ledger: Ledger, fitted: Btyd, *, cutoff_day: int, horizon_days: int) -> Together:
    """What customers are expected to spend in a window, and what they did spend, money."""
    of = _Purchases.before(ledger, cutoff_day)
    told = expect(fitted, of.histories(cutoff_day), horizon_days=horizon_days, spent=of.spent)
    spent = ledger.value(cutoff_day, cutoff_day + horizon_days)[of.person]
    total = float(spent.sum())
    error = float(np.sqrt(spent @ spent)) / total if total > 0 else np.inf
    return Together(float(told.total.sum()), total, error)


@dataclass(frozen=True, eq=False)
class _Purchases:
    """Purchase days before a cutoff, by customer and day.

    Attributes:
        person: customers, places in the ledger.
        starts: first row of each customer.
        count: rows of each customer.
        of: customer of each row.
        day: of each row.
        value: of each row, not below 0.
        spent: of each customer, net of everything.
        first_day: of each customer.
        last_day: of each customer.
    """

    person: Ints
    starts: Ints
    count: Ints
    of: Ints
    day: Ints
    value: Floats
    spent: Floats
    repeat_value: Floats

    @classmethod
    def before(cls, ledger: Ledger, cutoff_day: int) -> _Purchases:
        days = ledger.days(np.iinfo(np.int64).min, cutoff_day, cutoff_day)
        bought = days.is_purchase
        person, starts, count = np.unique(days.person[bought], return_index=True, return_counts=True)
        size = len(ledger.user_id)
        spent = np.bincount(days.person, days.value, size)[person]
        first = np.full(size, np.iinfo(np.int64).max)
        first[person] = days.day[bought][starts]
        later = days.day > first[days.person]
        again = np.bincount(days.person[later], days.value[later], size)[person]
        of = np.repeat(np.arange(len(person)), count)
        value = np.maximum(days.value[bought], 0.0)
        return cls(person.astype(np.int64), starts.astype(np.int64), count.astype(np.int64), of, days.day[bought], value,
                   spent.astype(np.float64), again.astype(np.float64))  # fmt: skip

    @property
    def first_day(self) -> Ints:
        first: Ints = self.day[self.starts]
        return first

    @property
    def last_day(self) -> Ints:
        last: Ints = self.day[self.starts + self.count - 1]
        return last

    def histories(self, cutoff_day: int) -> Histories:
        frequency = (self.count - 1).astype(np.float64)
        value = np.maximum(self.repeat_value, 0.0) / np.maximum(frequency, 1)
        recency = (self.last_day - self.first_day).astype(np.float64)
        return Histories(frequency, recency, (cutoff_day - 1 - self.first_day).astype(np.float64), value)

    def each(self, ufunc: np.ufunc, values: Floats) -> Floats:
        """Reduce rows to customers."""
        return np.asarray(ufunc.reduceat(values, self.starts), np.float64) if len(values) else np.zeros(0)


def _rhythm(of: _Purchases, known: Histories, horizon: int) -> dict[str, Floats]:
    """Times between purchases and since the last, in lives, own gaps and horizons."""
    repeats = known.frequency > 0
    since, age = known.age - known.recency, np.maximum(known.age, 1.0)
    gaps = np.diff(of.day, prepend=0).astype(np.float64)
    gaps[of.starts] = 0.0
    mean = np.where(repeats, known.recency / np.maximum(known.frequency, 1), _NONE)
    spread = np.sqrt(np.maximum(of.each(np.add, gaps**2) / np.maximum(known.frequency, 1) - mean**2, 0.0))
    longest, last = of.each(np.maximum, gaps), gaps[of.starts + of.count - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "recency_share": known.recency / age,
            "since_horizon": since / horizon,
            "age_horizon": known.age / horizon,
            "since_gap": since / mean,
            "gap_horizon": mean / horizon,
            "gap_variation": np.where(known.frequency > 1, spread / mean, _NONE),
            "last_gap": last / mean,
            "longest_gap": longest / mean,
            "since_longest_gap": np.where(repeats, since / np.maximum(longest, 1), _NONE),
        }


def _money(of: _Purchases) -> dict[str, Floats]:
    """Values of purchases, as logarithms."""
    logs = _log(of.value)
    mean = of.each(np.add, logs) / of.count
    spread = np.sqrt(np.maximum(of.each(np.add, logs**2) / of.count - mean**2, 0.0))
    return {
        "value_mean": mean,
        "value_spread": np.where(of.count > 1, spread, _NONE),
        "value_highest": of.each(np.maximum, logs),
        "value_first": logs[of.starts],
        "value_last": logs[of.starts + of.count - 1],
        "value_total": _log(of.spent),
    }


def _windows(of: _Purchases, known: Histories, cutoff_day: int, horizon: int) -> dict[str, Floats]:
    """Purchases and money of the last part of a horizon, and which share of all they are."""
    columns: dict[str, Floats] = {}
    everything = of.each(np.add, of.value)
    for share in SHARES:
        recent = of.day >= cutoff_day - max(round(share * horizon), 1)
        bought, spent = (of.each(np.add, np.where(recent, v, 0.0)) for v in (np.ones(len(of.day)), of.value))
        name = f"{share:g}"
        columns[f"purchases_{name}h"] = bought
        columns[f"spent_{name}h"] = _log(spent)
        columns[f"purchases_share_{name}h"] = bought / of.count
        columns[f"spent_share_{name}h"] = spent / np.maximum(everything, 0.01)
    return columns


def _log(values: Floats) -> Floats:
    out: Floats = np.log(np.maximum(values, 0.0) + 0.01)
    return out
