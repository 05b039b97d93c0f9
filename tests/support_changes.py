"""Made-up figures of people whose weeks are quiet, or of whom one channel's orders were cut, with the truth known."""

from typing import NamedTuple

import numpy as np

from ltv.health.changes_counted import Counted
from ltv.health.changes_dimensions import Dimension
from ltv.health.changes_explained import Judge
from ltv.health.changes_noise import Lots

WEEKS = 9
CHANNELS = ("ads", "sms", "shop", "organic", "unknown")


class Calm:
    """Weeks without a special day."""

    special: tuple[int, ...] = ()

    def is_special(self, days: int) -> np.ndarray:
        found = np.zeros(WEEKS, bool)
        found[list(self.special)] = True
        return found


class Made(NamedTuple):
    judge: Judge
    figures: list[Counted]
    truth: float


def figure(name: str, week, who, above, below=None, *, days: int = 7, why=("",) * WEEKS, bad_side="below") -> Counted:
    """A figure from rows; a sum unless there is something to divide by."""
    week, who, above = np.asarray(week, np.int64), np.asarray(who, np.int64), np.asarray(above, float)
    kind = "sum" if below is None else "mean"
    ones = np.ones(len(who)) if below is None else np.asarray(below, float)
    return Counted(name, kind, "money", bad_side, days, week, who, np.zeros(len(who), np.int64), above, ones, why)


def made(seed: int, *, cut: float = 1.0, people: int = 1_200, swing: float = 0.0) -> Made:
    """Orders of nine weeks by people of known habits.

    Args:
        seed: of the draws.
        cut: what is left of the orders of channel sms in the last week.
        people: how many.
        swing: standard deviation of what moves everybody from week to week, on the scale of logs.
    """
    rng = np.random.default_rng(seed)
    channel = rng.choice(4, people, p=[0.4, 0.3, 0.2, 0.1])
    pace = rng.gamma(0.5, 1.2, people)
    week, who = [], []
    for k in range(WEEKS):
        left = np.where((channel == 1) & (k == 0), cut, 1.0) * np.exp(swing * rng.standard_normal())
        who.append(np.repeat(np.arange(people), rng.poisson(pace * left)))
        week.append(np.full(len(who[-1]), k))
    week, who = np.concatenate(week), np.concatenate(who)
    value = rng.lognormal(4, 0.5, len(who))
    once = np.unique(week * people + who)
    figures = [
        figure("revenue", week, who, value),
        figure("buyers", once // people, once % people, np.ones(len(once))),
        figure("value_an_order", week, who, value, np.ones(len(who))),
    ]
    dimensions = [
        Dimension("channel", CHANNELS, channel[None, :]),
        Dimension("city", (*"abcdefgh", "unknown"), rng.choice(8, people)[None, :]),
        Dimension("age", ("young", "old", "other", "unknown"), rng.choice(3, people, p=[0.15, 0.15, 0.7])[None, :]),
    ]
    truth = -(1 - cut) * pace[channel == 1].sum() * np.exp(4 + 0.125)
    return Made(Judge(Calm(), dimensions, Lots.of_people(people, seed=seed)), figures, truth)  # type: ignore[arg-type]
