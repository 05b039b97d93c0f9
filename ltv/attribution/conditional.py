"""Conditional logit: when, in a person's own time, did the events fall?

Given how many events a person has, the chance that one of them falls into a part of that person's time is
π = t·r / Σ t·r, with t the length of the part and r its relative rate. How often somebody orders at all cancels out, and with it
everything about people that does not change in the time looked at, seen or unseen: each person is their own
control (Chamberlain 1980; as the self-controlled case series, Farrington 1995). Strata may also be groups of people
who are alike (`Cells.stratum`): then only what makes them a group cancels out.

Relative rates are exp(stage) × g(setting), where a setting is the set of channels that work and the group a person is
in, and g is either exp(x·β) or 1 + x·β (channels add up; the excess relative rate of epidemiology, Breslow & Day 1987).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from ltv.attribution.shapley import Flags, Floats, Ints

Link = Literal["log", "additive"]
_LEAST_RATE = 0.05  # of g: channels may take away, but not everything
_STAGE_PRECISION = 0.25
_STEPS, _CLOSE, _CLOSE_ON_THE_WAY, _LONGEST_STEP = 40, 1e-6, 1e-3, 0.5


@dataclass(frozen=True)
class Cells:
    """Time and events by stratum, setting and stage.

    Attributes:
        stratum: number of the person (or group of like people), 0 to strata − 1, ascending.
        setting: position among the settings.
        stage: position among the stages.
        time: length on the shop's clock.
        events: how many fell into it.
        strata: how many there are.
        stages: how many there are.
    """

    stratum: Ints
    setting: Ints
    stage: Ints
    time: Floats
    events: Floats
    strata: int
    stages: int

    def of(self, wanted: Flags) -> Cells:
        """The cells of some strata."""
        use = wanted[self.stratum]
        number = np.cumsum(wanted) - 1
        return replace(
            self, stratum=number[self.stratum[use]], setting=self.setting[use], stage=self.stage[use],
            time=self.time[use], events=self.events[use], strata=int(wanted.sum()),
        )  # fmt: skip


@dataclass(frozen=True)
class Prior:
    """What is believed of each coefficient before the events are seen: normal.

    Attributes:
        mean: shape (columns,).
        precision: one over the variance, shape (columns,).
    """

    mean: Floats
    precision: Floats


@dataclass(frozen=True)
class Fit:
    """A fitted conditional logit.

    Attributes:
        link: how the columns make a rate.
        beta: coefficients of the columns of the design.
        covariance: of `beta`, from people who differ (sandwich), shape (columns, columns).
        stage: log rate of each stage.
        rate: g of each setting.
    """

    link: Link
    beta: Floats
    covariance: Floats
    stage: Floats
    rate: Floats


def rate_of(link: Link, design: Floats, beta: Floats) -> Floats:
    """Return g of settings; `beta` may have draws in front.

    >>> rate_of("additive", np.array([[0.0], [1.0]]), np.array([0.2]))
    array([1. , 1.2])
    """
    score = beta @ design.T
    out: Floats = np.exp(score.clip(-30, 30)) if link == "log" else np.maximum(1 + score, _LEAST_RATE)
    return out


def log_likelihood(cells: Cells, rate: Floats, stage: Floats) -> float:
    """Log of the chance that events fell where they did, given how many each stratum has."""
    return float(cells.events @ np.log(_shares(cells, rate, stage).clip(1e-300)))


def fit(
    cells: Cells, design: Floats, *, link: Link, prior: Prior, start: Fit | None = None, on_the_way: bool = False
) -> Fit:
    """Fit by Fisher scoring.

    Args:
        cells: time and events.
        design: columns of each setting, shape (settings, columns); a row of zeros has rate 1.
        link: how columns make a rate.
        prior: of the columns.
        start: coefficients to start from.
        on_the_way: stop when close, and leave the covariance out (zeros).

    >>> cells = Cells(np.array([0, 0]), np.array([0, 1]), np.zeros(2, int), np.ones(2), np.array([100.0, 200.0]), 1, 1)
    >>> told = fit(cells, np.array([[0.0], [1.0]]), link="additive", prior=Prior(np.zeros(1), np.array([1e-9])))
    >>> told.beta.round(4)
    array([1.])
    """
    columns, stages = design.shape[1], cells.stages
    state = np.zeros(columns + stages) if start is None else np.concatenate([start.beta, start.stage])
    mean = np.concatenate([prior.mean, np.zeros(stages)])
    precision = np.concatenate([prior.precision, np.full(stages, _STAGE_PRECISION)])
    seen = _Seen.of(cells)
    for _ in range(_STEPS):
        gradient, information = seen.look(design, link, state)
        gradient -= precision * (state - mean)
        step = np.linalg.solve(information + np.diag(precision), gradient)
        longest = np.abs(step).max(initial=0.0)
        state = state + step * min(1.0, _LONGEST_STEP / max(longest, 1e-300))
        if longest < (_CLOSE_ON_THE_WAY if on_the_way else _CLOSE):
            break
    covariance = np.zeros((columns, columns))
    if not on_the_way:
        information, scores = seen.look(design, link, state)[1], seen.scores(design, link, state)
        bread = np.linalg.inv(information + np.diag(precision))
        covariance = (bread @ (scores.T @ scores + np.diag(precision)) @ bread)[:columns, :columns]
    beta = state[:columns]
    return Fit(link, beta, covariance, state[columns:], rate_of(link, design, beta))


def summed(place: Ints, value: Floats, places: int) -> Floats:
    """Sum of values by place, shape (places,)."""
    out: Floats = np.bincount(place, value, places).astype(np.float64)
    return out


def _shares(cells: Cells, rate: Floats, stage: Floats) -> Floats:
    weight = cells.time * rate[cells.setting] * np.exp(stage)[cells.stage]
    total = np.bincount(cells.stratum, weight, cells.strata)
    out: Floats = weight / np.maximum(total, 1e-300)[cells.stratum]
    return out


@dataclass(frozen=True)
class _Seen:
    """Cells with what does not change from step to step."""

    cells: Cells
    total: Floats  # events of each stratum
    starts: Ints  # first cell of each stratum

    @classmethod
    def of(cls, cells: Cells) -> _Seen:
        total = summed(cells.stratum, cells.events, cells.strata)
        return cls(cells, total, np.searchsorted(cells.stratum, np.arange(cells.strata + 1)))

    def look(self, design: Floats, link: Link, state: Floats) -> tuple[Floats, Floats]:
        """Gradient and expected information."""
        cells, stages, settings = self.cells, self.cells.stages, len(design)
        share = self._share(design, link, state)
        expected = self.total[cells.stratum] * share
        x, columns = _slopes(design, link, state), design.shape[1]
        mean = self._by_stratum(share, x)
        rest = cells.events - expected
        pair = summed(cells.setting * stages + cells.stage, expected, settings * stages).reshape(settings, stages)
        information = np.zeros((columns + stages, columns + stages))
        information[:columns, :columns] = x.T @ (pair.sum(axis=1)[:, None] * x)
        information[:columns, columns:] = x.T @ pair
        information[columns:, :columns] = information[:columns, columns:].T
        information[columns:, columns:] = np.diag(pair.sum(axis=0))
        information -= mean.T @ (self.total[:, None] * mean)
        gradient = np.concatenate([summed(cells.setting, rest, settings) @ x, summed(cells.stage, rest, stages)])
        return gradient, information

    def scores(self, design: Floats, link: Link, state: Floats) -> Floats:
        """Score of each stratum, shape (strata, columns + stages)."""
        rest = self.cells.events - self.total[self.cells.stratum] * self._share(design, link, state)
        return self._by_stratum(rest, _slopes(design, link, state))

    def _share(self, design: Floats, link: Link, state: Floats) -> Floats:
        columns = design.shape[1]
        return _shares(self.cells, rate_of(link, design, state[:columns]), state[columns:])

    def _by_stratum(self, value: Floats, x: Floats) -> Floats:
        """Sums of value × derivatives of the log rate, shape (strata, columns + stages)."""
        cells = self.cells
        settings = sparse.csr_array((value, cells.setting, self.starts), shape=(cells.strata, len(x))) @ x
        stages = summed(cells.stratum * cells.stages + cells.stage, value, cells.strata * cells.stages)
        return np.hstack([settings, stages.reshape(cells.strata, cells.stages)])


def _slopes(design: Floats, link: Link, state: Floats) -> Floats:
    """Derivatives of the log rate of settings by the columns."""
    return design if link == "log" else design / rate_of(link, design, state[: design.shape[1]])[:, None]
