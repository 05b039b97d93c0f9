"""Buy till you die: what each customer is expected to spend, by the oldest models of the field and a chain of fallbacks.

Purchases by BG/NBD or Pareto/NBD, their value by Gamma-Gamma; where its assumption does not hold, by credibility; where
no fit is to be trusted, past spending goes on as it was. The result says which of these it was, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ltv.errors import UsageError, found
from ltv.lifetime.bg_nbd import BgNbd
from ltv.lifetime.credibility import Credibility
from ltv.lifetime.gamma_gamma import LARGEST_CORRELATION, GammaGamma, correlation
from ltv.lifetime.histories import Histories
from ltv.lifetime.maximum import Floats
from ltv.lifetime.pareto_nbd import ParetoNbd

Kind: TypeAlias = Literal["bg_nbd", "pareto_nbd"]
Reason: TypeAlias = Literal[
    "", "few_customers", "no_repeats", "not_converged", "implausible", "value_depends_on_frequency", "no_values"
]

FEWEST_CUSTOMERS, FEWEST_REPEATERS = 50, 20
_MOST_TIMES = 5.0  # expected purchases a day over those of the past: more is a fit gone wrong


@dataclass(frozen=True)
class Btyd:
    """What was fitted, and why not what was asked for.

    Attributes:
        purchases: model of purchases; None where past spending stands in.
        money: model of their value; None where past spending stands in.
        reason: why there is no model of purchases; empty where there is one.
        money_reason: why the value is not by Gamma-Gamma; empty where it is.
        correlation: of log frequency and log value among those who came again.
    """

    purchases: BgNbd | ParetoNbd | None
    money: GammaGamma | Credibility | None
    reason: Reason
    money_reason: Reason
    correlation: float

    @property
    def basis(self) -> Literal["btyd", "past_mean"]:
        """What the contract calls it."""
        return "past_mean" if self.purchases is None else "btyd"


@dataclass(frozen=True, eq=False)
class Expected:
    """Expectations of each customer over a horizon.

    Attributes:
        purchases: purchase days.
        alive: chance to be still a customer.
        value: of each purchase, money.
        total: money.
        pays: chance of a purchase.
    """

    purchases: Floats
    alive: Floats
    value: Floats
    total: Floats
    pays: Floats


def fit_btyd(of: Histories, *, kind: Kind = "bg_nbd") -> Btyd:
    """Fit purchases and their value.

    Args:
        of: histories of customers.
        kind: model of purchases.

    Raises:
        UsageError: no such model.

    >>> draw = np.random.default_rng(1)
    >>> x = draw.poisson(draw.gamma(1.0, 2.0, 500)).astype(float)
    >>> last = np.where(x > 0, 100 * draw.beta(x + 0.01, 1), 0.0)
    >>> fitted = fit_btyd(Histories(x, last, np.full(500, 100.0), draw.gamma(3.0, 5.0, 500)))
    >>> fitted.basis, fitted.money_reason
    ('btyd', '')
    """
    if kind not in ("bg_nbd", "pareto_nbd"):
        raise UsageError(found("kind", kind, "bg_nbd, pareto_nbd"))
    repeaters = int((of.frequency > 0).sum())
    if len(of) < FEWEST_CUSTOMERS:
        return Btyd(None, None, "few_customers", "few_customers", 0.0)
    if repeaters < FEWEST_REPEATERS:
        return Btyd(None, None, "no_repeats", "no_repeats", 0.0)
    model = BgNbd.fit(of.repeats) if kind == "bg_nbd" else ParetoNbd.fit(of.repeats)
    reason = _distrust(model, of)
    money, money_reason = _money(of)
    linked = correlation(of.frequency, of.value)
    if reason or money is None:
        return Btyd(None, None, reason or money_reason, money_reason, linked)
    return Btyd(model, money, "", money_reason, linked)


def expect(fitted: Btyd, of: Histories, *, horizon_days: float, spent: Floats) -> Expected:
    """What each customer is expected to do in the next days.

    Args:
        fitted: by `fit_btyd`, on the same customers or others.
        of: histories of customers.
        horizon_days: above 0.
        spent: money of each customer until now, for the last fallback: it goes on at the pace of the past, measured over
            no less than the horizon.

    Raises:
        UsageError: `horizon_days` is not above 0.
    """
    if not horizon_days > 0:
        raise UsageError(found("horizon_days", horizon_days, "above 0"))
    if fitted.purchases is None or fitted.money is None:
        days = (of.frequency + 1) * horizon_days / np.maximum(of.age, horizon_days)
        total = np.maximum(spent, 0.0) * horizon_days / np.maximum(of.age, horizon_days)
        return Expected(days, np.ones(len(of)), total / days, total, -np.expm1(-days))
    seen = of.frequency, of.recency, of.age
    purchases, value = fitted.purchases.purchases(horizon_days, *seen), fitted.money.values(of.frequency, of.value)
    model, alive = fitted.purchases, fitted.purchases.alive(*seen)
    # nothing in the horizon: gone, or still there with a rate that is gamma-distributed with r + x and alpha + T
    silent = np.exp(-(model.r + of.frequency) * np.log1p(horizon_days / (model.alpha + of.age)))
    return Expected(purchases, alive, value, purchases * value, alive * (1 - silent))


def _distrust(model: BgNbd | ParetoNbd, of: Histories) -> Reason:
    """Why a fit is not to be used, or nothing."""
    if not model.maximum.converged:
        return "not_converged"
    days = max(float(np.median(of.age)), 1.0)
    rows = of.repeats
    expected = model.purchases(days, rows.x, rows.t_x * rows.scale, rows.age * rows.scale)
    past = (rows.mean(rows.x) + 1) / max(rows.mean(rows.age) * rows.scale, 1.0)
    wild = not np.isfinite(expected).all() or rows.mean(expected) / days > _MOST_TIMES * past
    return "implausible" if wild else ""


def _money(of: Histories) -> tuple[GammaGamma | Credibility | None, Reason]:
    use = (of.frequency > 0) & (of.value > 0)
    if use.sum() < FEWEST_REPEATERS:
        return None, "no_values"
    other = Credibility.fit(of.frequency[use], of.value[use])
    if abs(correlation(of.frequency, of.value)) > LARGEST_CORRELATION:
        return other, "value_depends_on_frequency"
    fitted = GammaGamma.fit(of.frequency, of.value)
    if not fitted.maximum.converged:
        return other, "not_converged"
    if not fitted.mean < _MOST_TIMES * float(of.value[use].mean()):
        return other, "implausible"
    return fitted, ""
