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
_STEPS, _CLOSE, _LONGEST_STEP = 40, 1e-6, 0.5


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


def fit(cells: Cells, design: Floats, *, link: Link, prior: Prior, start: Fit | None = None) -> Fit:
    """Fit by Fisher scoring.

    Args:
        cells: time and events.
        design: columns of each setting, shape (settings, columns); a row of zeros has rate 1.
        link: how columns make a rate.
        prior: of the columns.
        start: coefficients to start from.
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
        if longest < _CLOSE:
            break
    information, scores = seen.look(design, link, state)[1], seen.scores(design, link, state)
    bread = np.linalg.inv(information + np.diag(precision))
    covariance = bread @ (scores.T @ scores + np.diag(precision)) @ bread
    beta = state[:columns]
    return Fit(link, beta, covariance[:columns, :columns], state[columns:], rate_of(link, design, beta))


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
        x, columns = self._slopes(design, link, state), design.shape[1]
        mean = self._by_stratum(share, len(x)) @ x
        rest = cells.events - expected
        over = np.concatenate([np.bincount(cells.setting, rest, settings), np.bincount(cells.stage, rest, stages)])
        pair = np.bincount(cells.setting * stages + cells.stage, expected, settings * stages).reshape(settings, stages)
        part = x[:settings, :columns]
        information = np.zeros((columns + stages, columns + stages))
        information[:columns, :columns] = part.T @ (pair.sum(axis=1)[:, None] * part)
        information[:columns, columns:] = part.T @ pair
        information[columns:, :columns] = information[:columns, columns:].T
        information[columns:, columns:] = np.diag(pair.sum(axis=0))
        information -= mean.T @ (self.total[:, None] * mean)
        return x.T @ over, information

    def scores(self, design: Floats, link: Link, state: Floats) -> Floats:
        """Score of each stratum, shape (strata, columns + stages)."""
        x = self._slopes(design, link, state)
        rest = self.cells.events - self.total[self.cells.stratum] * self._share(design, link, state)
        out: Floats = self._by_stratum(rest, len(x)) @ x
        return out

    def _share(self, design: Floats, link: Link, state: Floats) -> Floats:
        columns = design.shape[1]
        return _shares(self.cells, rate_of(link, design, state[:columns]), state[columns:])

    def _slopes(self, design: Floats, link: Link, state: Floats) -> Floats:
        """Derivatives of the log rate: rows of settings, then rows of stages."""
        columns, stages = design.shape[1], self.cells.stages
        x = design if link == "log" else design / rate_of(link, design, state[:columns])[:, None]
        above = np.hstack([x, np.zeros((len(x), stages))])
        return np.vstack([above, np.hstack([np.zeros((stages, columns)), np.eye(stages)])])

    def _by_stratum(self, value: Floats, width: int) -> sparse.csr_array:
        cells = self.cells
        places = np.stack([cells.setting, width - cells.stages + cells.stage], axis=1).ravel()
        return sparse.csr_array((np.repeat(value, 2), places, 2 * self.starts), shape=(cells.strata, width))
