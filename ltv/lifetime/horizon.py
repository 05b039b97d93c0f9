"""The model of one horizon: trained on the past of everybody, asked about everybody at a later day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ltv.lifetime.blend import Blend
from ltv.lifetime.btyd import Btyd
from ltv.lifetime.ground import Ground
from ltv.lifetime.intervals import LEVELS, Chance, Conformal, at_horizon, log_stretch, shift_to, shifted
from ltv.lifetime.level import level
from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.prospects import Prospects
from ltv.lifetime.snapshots import Snapshot, past, training_cutoffs
from ltv.lifetime.tenths import Tenths
from ltv.lifetime.totals import Sureness

Why = Literal["", "few_customers", "few_payers", "short_history", "failed_gate"]
FEWEST_CUSTOMERS, FEWEST_PAYERS = 200, 50  # at the latest past cutoff
SHORTEST_WINDOW = 0.25  # of the horizon, that a label must at least have seen
_SIGMA = 1.0  # of the log value, where no trees tell it
# Slopes that are believed: more time makes people differ more, never less.
_SHIFTS, _STRETCHES = (-1.0, 1.5), (0.0, 0.5)
_AS_TOLD = Conformal(np.zeros(0), np.array([LEVELS]))


@dataclass(frozen=True, eq=False)
class Group:
    """How what the models say of customers, or of people without a purchase, is read.

    Attributes:
        tenths: of expectations.
        shift: what is added to the log odds of paying.
        stretch: by what the spread of values is multiplied.
        conformal: of the places of the truth.
    """

    tenths: Tenths
    shift: float
    stretch: float
    conformal: Conformal

    def adjusted(self, of: Chance, *, level_sd: float = 0.0) -> Chance:
        """Chances as they are in the horizon.

        Args:
            of: chances as the models tell them.
            level_sd: standard deviation of the log of the level, which moves everybody at once.
        """
        pays = shifted(of.pays, self.shift) if len(of.pays) else of.pays
        return Chance(pays, self.tenths.read(of.expected), np.hypot(of.sigma * self.stretch, level_sd))


@dataclass(frozen=True, eq=False)
class HorizonModel:
    """What was learned at one day for one horizon.

    Attributes:
        horizon_days: as far as it predicts.
        day: first day that was not known, days since 1970-01-01.
        fitted: buy-till-you-die models.
        blend: of trees; None where the past is not enough for them.
        prospects: of people without a purchase; None where there are none.
        customers: how their intervals are read.
        others: the same of people without a purchase.
        sureness: of totals.
        why: why there is no blend; empty where there is one.
    """

    horizon_days: int
    day: int
    fitted: Btyd
    blend: Blend | None
    prospects: Prospects | None
    customers: Group
    others: Group
    sureness: Sureness
    why: Why

    @property
    def basis(self) -> Literal["model", "btyd", "past_mean"]:
        """What the contract calls it."""
        return "model" if self.blend is not None else self.fitted.basis

    @classmethod
    def train(
        cls, ground: Ground, day: int, horizon_days: int, *, seed: int = 0, with_trees: bool = True
    ) -> HorizonModel:
        """Learn from what was known when a day began.

        Args:
            ground: of the shop; nothing from `day` on is looked at.
            day: days since 1970-01-01.
            horizon_days: as far as is predicted.
            seed: of the draws of rows and features.
            with_trees: else customers are expected to spend what buy till you die says.
        """
        fitted = ground.fit(day)
        blocks = past(ground, fitted, day, horizon_days)
        windows = [window for _, window in training_cutoffs(ground.first_day, day, horizon_days)]
        why = _too_little(blocks, max(windows, default=0), horizon_days) if with_trees else "failed_gate"
        blend = None if why else Blend.train(blocks, seed=seed)
        prospects = Prospects.train(blocks, seed=seed)
        told = [_of_customers(blend, s, total=float(np.maximum(s.spent, 0).sum()), own_fold=True) for s in blocks]
        customers = _read(blocks, told, [s.spent for s in blocks], horizon_days)
        later = [s for s in blocks if prospects and len(s.prospects)]
        guessed = [_of_prospects(prospects, s, own_fold=True) for s in later]
        others = _read(later, guessed, [s.spent_later for s in later], horizon_days)
        sure = _sureness(ground, blocks, told, day, horizon_days)
        return cls(horizon_days, day, fitted, blend, prospects, customers, others, sure, why)

    def score(self, ground: Ground, cutoff_day: int) -> Scored:
        """Predict everybody known when a day began.

        Args:
            ground: of the shop.
            cutoff_day: days since 1970-01-01, not before `day`.
        """
        return self.told(ground, ground.look(self.fitted, cutoff_day, self.horizon_days))

    def told(self, ground: Ground, now: Snapshot) -> Scored:
        """Predict the people of a snapshot."""
        of = now.features
        anchor = level(ground.ledger, self.fitted, of, cutoff_day=now.cutoff_day, horizon_days=self.horizon_days)
        told = _of_customers(self.blend, now, total=anchor.total)
        bought = self.customers.adjusted(told, level_sd=self.sureness.log_sd)
        waiting = self.others.adjusted(_of_prospects(self.prospects, now), level_sd=self.sureness.log_sd)
        both = [np.concatenate(pair) for pair in zip(self._columns(bought, self.customers),
                                                     self._columns(waiting, self.others), strict=True)]  # fmt: skip
        user_id = np.concatenate([of.user_id, now.prospects.user_id])
        order = np.argsort(user_id, kind="stable")
        expected, pays, low, median, high = (column[order] for column in both)
        is_customer = np.arange(len(user_id)) < len(of.user_id)
        # of orders that were given back something may be left: people without a purchase can have spent, too
        spent = np.concatenate([of.spent, ground.value_of(now.prospects.user_id, now.cutoff_day)])
        return Scored(user_id[order], expected, pays, low, median, high, spent[order], is_customer[order])

    @staticmethod
    def _columns(of: Chance, how: Group) -> tuple[Floats, ...]:
        return (of.expected, of.pays, *how.conformal.interval(of))


@dataclass(frozen=True, eq=False)
class Scored:
    """Predictions of everybody, by `user_id`.

    Attributes:
        user_id: ascending.
        expected: net value in the horizon, money.
        pays: chance of any.
        low: 10 % quantile, money.
        median: 50 % quantile, money.
        high: 90 % quantile, money.
        spent: net value until the cutoff, money.
        is_customer: has bought.
    """

    user_id: Ints
    expected: Floats
    pays: Floats
    low: Floats
    median: Floats
    high: Floats
    spent: Floats
    is_customer: NDArray[np.bool_]

    def at_least(self, shorter: Scored | None) -> Scored:
        """The same, but of nobody less than in a shorter horizon: models of horizons are learned apart and need not agree."""
        if shorter is None:
            return self
        names = ("expected", "pays", "low", "median", "high")
        return replace(self, **{name: np.maximum(getattr(self, name), getattr(shorter, name)) for name in names})


def _too_little(blocks: list[Snapshot], longest: int, horizon_days: int) -> Why:
    if not longest or longest < SHORTEST_WINDOW * horizon_days:
        return "short_history"
    if not blocks:  # nobody spent anything
        return "few_payers"
    if len(blocks[-1].spent) < FEWEST_CUSTOMERS:
        return "few_customers"
    return "few_payers" if sum(int((s.spent > 0).sum()) for s in blocks) < FEWEST_PAYERS else ""


def _of_customers(blend: Blend | None, of: Snapshot, *, total: float, own_fold: bool = False) -> Chance:
    seen = of.features
    if blend is not None and len(seen.user_id):
        told = (blend.out_of_fold if own_fold else blend.predict)(seen, total=total)
        return Chance(told.pays, told.expected, told.sigma)
    together = float(seen.expected.sum())
    expected = seen.expected * (total / together) if together > 0 else np.zeros(len(seen.expected))
    return Chance(seen.pays, expected, np.full(len(expected), _SIGMA))


def _of_prospects(prospects: Prospects | None, of: Snapshot, *, own_fold: bool = False) -> Chance:
    n = len(of.prospects)
    if prospects is None:
        return Chance(np.zeros(n), np.zeros(n), np.full(n, _SIGMA))
    told = prospects.predict(of.prospects, horizon_days=of.horizon_days, own_fold=own_fold)
    return Chance(told.pays, told.expected, told.sigma)


def _read(blocks: list[Snapshot], told: list[Chance], labels: list[Floats], horizon_days: int) -> Group:
    """Where the truth lay in what was said of people whom the models had not seen."""
    use = [k for k in range(len(blocks)) if len(labels[k])]
    tenths = Tenths.of([told[k].expected for k in use], [labels[k] for k in use])
    read, places, shifts, stretches = [], [], [], []
    for k in use:
        shift = shift_to(told[k].pays, float((labels[k] > 0).mean()))
        moved = Group(tenths, shift, 1.0, _AS_TOLD).adjusted(told[k])
        stretch = log_stretch(moved.place(labels[k], seed=k), moved)
        read.append(Group(tenths, shift, float(np.exp(stretch)), _AS_TOLD).adjusted(told[k]))
        places.append(read[-1].place(labels[k], seed=k))
        shifts.append(shift)
        stretches.append(stretch)
    windows = [blocks[k].horizon_days for k in use]
    everybody = np.concatenate([*(r.pays for r in read), np.zeros(0)]), np.concatenate([*places, np.zeros(0)])
    return Group(
        tenths,
        at_horizon(windows, shifts, horizon_days, _SHIFTS),
        float(np.exp(at_horizon(windows, stretches, horizon_days, _STRETCHES))),
        Conformal.of(*everybody),
    )


def _sureness(ground: Ground, blocks: list[Snapshot], told: list[Chance], day: int, horizon_days: int) -> Sureness:
    """Totals as they would have been told at past cutoffs, by models of then."""
    errors = []
    for s in blocks:
        fitted = ground.fit(s.cutoff_day)
        then = ground.customers(fitted, s.cutoff_day, s.horizon_days)
        anchor = level(ground.ledger, fitted, then, cutoff_day=s.cutoff_day, horizon_days=s.horizon_days)
        spent = float(ground.ledger.value(s.cutoff_day, s.cutoff_day + s.horizon_days)[then.person].sum())
        if spent > 0 and anchor.total > 0:
            errors.append(float(np.log(spent / anchor.total)))
    squares = sum(float(t.expected @ t.expected) for t in told)
    spread = sum(float(((s.spent - t.expected) ** 2).sum()) for s, t in zip(blocks, told, strict=True))
    known = spread / squares if squares > 0 else 1.0
    return Sureness.of(errors, history_days=day - ground.first_day, horizon_days=horizon_days, spread=known)
