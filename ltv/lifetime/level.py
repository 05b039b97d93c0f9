"""How much all customers together will spend: the level to which predictions of each are scaled.

Boosted trees order customers well and know nothing of the level of a horizon they have not seen. It is anchored on what a
buy-till-you-die model expects in total, corrected by what the same model was off by in the same season a year earlier, as far
as customers of then were enough to tell, and by half of what it is off by in windows before the cutoff; or, where all
customers came at one time, on how spending has faded with age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ltv.lifetime.btyd import Btyd
from ltv.lifetime.maximum import Floats
from ltv.lifetime.order_features import OrderFeatures, expected_total
from ltv.lifetime.snapshots import training_cutoffs
from ltv.lifetime.summaries import Ledger

Basis: TypeAlias = Literal["season", "recent", "age"]

YEAR_DAYS, SEASON_DAYS = 365, 90  # a year ago there must have been that many days of history before
# Of what the model was off by in windows before. In 54 simulated shops of 3,000 to 8,000 people the error of totals (root mean
# square of the log) was .23 without and with it where less than a year of history is known, and .13 without and .10 with it
# where more is. The season a year earlier made that .26, where customers of then were few; in shops of 40,000 people it told
# +.29 and +.28 where +.25 and +.26 came. So it counts the less, the larger its own standard error, and from this on not at all:
_ERROR = 0.1
_BELIEVED = 0.5
LARGEST_CORRECTION = 3.0
_NEW_SHARE = 0.05  # of customers, who came in the second half of the history: below it they are one closed cohort
_BUCKETS = 12
_FIRST_AGE = 3  # days; chosen on cutoffs of CDNOW before the holdout (mean error 4 %, of the model itself 8 %)
_SHORTEST_LIFE = 56  # days


@dataclass(frozen=True)
class Level:
    """Total that is expected, and on what it rests.

    Attributes:
        total: money.
        basis: season (a year ago), recent (the model, corrected by the windows before), age (fading of one cohort).
        correction: total over that of the buy-till-you-die model.
    """

    total: float
    basis: Basis
    correction: float


def level(ledger: Ledger, fitted: Btyd, now: OrderFeatures, *, cutoff_day: int, horizon_days: int) -> Level:
    """Find the total of the customers of `now`.

    Args:
        ledger: of all orders; nothing from the cutoff on is looked at.
        fitted: buy-till-you-die models.
        now: features at the cutoff.
        cutoff_day: days since 1970-01-01.
        horizon_days: as far as is predicted.
    """
    if not len(now.user_id):
        return Level(0.0, "recent", 1.0)
    base, first_day = float(now.expected.sum()), int(ledger.day.min())
    weight, season = 0.0, 0.0
    if cutoff_day - first_day >= YEAR_DAYS + SEASON_DAYS and horizon_days <= YEAR_DAYS:
        weight, season = _season(ledger, fitted, cutoff_day, horizon_days)
    age = now.histories.age
    if not weight and (age < (cutoff_day - first_day) / 2).mean() < _NEW_SHARE:
        total = _faded(ledger, now, cutoff_day, horizon_days)
        if total is not None:
            return _corrected(base, total / max(base, 1e-9), "age")
    windows = training_cutoffs(first_day, cutoff_day, horizon_days)
    told = [expected_total(ledger, fitted, cutoff_day=day, horizon_days=window) for day, window in windows]
    recent = [np.log(t.spent / t.expected) for t in told if t.spent > 0 and t.expected > 0]
    log = _BELIEVED * float(np.mean(recent)) if recent else 0.0
    together = weight * season + (1 - weight) * log
    return _corrected(base, float(np.exp(together)), "season" if weight else "recent")


def _season(ledger: Ledger, fitted: Btyd, cutoff_day: int, horizon_days: int) -> tuple[float, float]:
    """How much a year ago counts, 0 to 1, and the log of actual ÷ expected of then."""
    then = expected_total(ledger, fitted, cutoff_day=cutoff_day - YEAR_DAYS, horizon_days=horizon_days)
    if not (then.spent > 0 and then.expected > 0):
        return 0.0, 0.0
    return max(0.0, 1 - (then.error / _ERROR) ** 2), float(np.log(then.spent / then.expected))


def _corrected(base: float, correction: float, basis: Basis) -> Level:
    inside = float(np.clip(correction, 1 / LARGEST_CORRECTION, LARGEST_CORRECTION))
    return Level(base * inside, basis, inside)


def _faded(ledger: Ledger, now: OrderFeatures, cutoff_day: int, horizon_days: int) -> float | None:
    """Total by a power law of spending by age, fitted to buckets of equal width in log age."""
    days = ledger.days(np.iinfo(np.int64).min, cutoff_day, cutoff_day)
    first = np.full(len(ledger.user_id), np.iinfo(np.int64).max)
    first[now.person] = cutoff_day - 1 - now.histories.age.astype(np.int64)
    known = first[days.person] <= cutoff_day
    age_then = (days.day - first[days.person])[known]
    longest = int(now.histories.age.max())
    if longest < _SHORTEST_LIFE:
        return None
    spent = np.bincount(np.maximum(age_then, 0), days.value[known], longest + 1)
    exposed = np.bincount(now.histories.age.astype(np.int64), minlength=longest + 1)[::-1].cumsum()[::-1]
    slope = power_law(np.arange(longest + 1.0), spent.astype(np.float64), exposed.astype(np.float64))
    if slope is None or slope[1] >= 0:  # it does not fade: these are customers of old, seen since the data begin
        return None
    ahead = np.arange(1, horizon_days + 1)
    ages, people = np.unique(now.histories.age, return_counts=True)
    rates = np.exp(slope[0] + slope[1] * np.log(ages[:, None] + ahead))
    return float(people @ rates.sum(axis=1))


def power_law(age: NDArray[Any], spent: Floats, exposed: Floats) -> Sequence[float] | None:
    """Logarithm of the spending a day and person at age 1, and the power by which it changes with age.

    Quasi-Poisson by iteratively reweighted least squares over buckets of age; None where it does not settle.

    >>> age = np.arange(200.0)
    >>> [round(p, 2) for p in power_law(age, 500 * 3 * np.maximum(age, 1) ** -0.5, np.full(200, 500.0))]
    [1.1, -0.5]
    """
    use = (age >= _FIRST_AGE) & (exposed > 0)
    if use.sum() < _BUCKETS:
        return None
    edges = np.geomspace(_FIRST_AGE, age[use].max() + 1, _BUCKETS + 1)
    place = np.searchsorted(edges, age[use], side="right") - 1
    money, days, logs = (
        np.bincount(place, w, _BUCKETS) for w in (spent[use], exposed[use], exposed[use] * np.log(age[use]))
    )
    full = days > 0
    money, days, x = money[full], days[full], logs[full] / days[full]
    if (money > 0).sum() < 3:  # noqa: PLR2004
        return None
    design = np.column_stack([np.ones(len(x)), x])
    at = np.array([np.log(max(money.sum(), 1e-9) / days.sum()), 0.0])
    for _ in range(50):
        mean = days * np.exp(design @ at)
        step = np.linalg.lstsq(design.T @ (design * mean[:, None]), design.T @ (money - mean), rcond=None)[0]
        at = at + step
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004
            return [float(at[0]), float(at[1])] if np.isfinite(at).all() else None
    return None
