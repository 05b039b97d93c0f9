"""One verdict a metric of a launch: against the weeks before it and, where it was tested, against its control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltv.behaviour.golden48_baseline import (
    ALPHA,
    FEWEST,
    FEWEST_PER_ARM,
    FEWEST_WEEKS,
    Expected,
    expected,
    mean_against_control,
    share_against_control,
)
from ltv.behaviour.golden48_catalogue import CONTROLLED, METRICS, PART, Metric
from ltv.behaviour.golden48_counts import WITH_SOURCE, Counts, Floats
from ltv.behaviour.golden48_slots import HOUR_US, MOST_LAG, WEEK_HOURS, Ints, Known, apart

if TYPE_CHECKING:
    from ltv.behaviour.golden48_given import Controls

COLUMNS = (
    "launch_id",
    "stage",
    "metric",
    "baseline",
    "expected_low",
    "expected_high",
    "observed",
    "controlled",
    "verdict",
    "reason",
    "hours",
    "weeks",
    "sample",
)
Flags = npt.NDArray[np.bool_]
Arms = Mapping[tuple[str, int], Floats]
_FEWEST_EXPOSED, _BROKEN_SPLIT = 100, 0.001
_LEAST = 1e-9
_NOTHING = Expected(np.nan, np.nan, np.nan, np.nan, 0)


@dataclass(frozen=True)
class Compared:
    """A metric beside what it was compared with.

    Attributes:
        value: what was expected, and what came.
        sample: how many are expected, or were counted in both arms; of a sum, how many equal amounts would be as sure.
        reason: why it cannot be judged; empty where it can.
    """

    value: Expected = _NOTHING
    sample: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Judge:
    """Launches with all that was counted around them.

    Attributes:
        made: the launches, with `source` where only one system counts.
        bounds: beginnings and ends of their slots, shape (launches, slots, 2).
        known: (table, system) → hours with rows, and up to when it is complete.
        counts: part → its number, shape (launches, slots, looks + 1).
        looks: hours of each look, and the share of alpha it may spend.
        special: whether the first hours of each slot, and all of it, hold a special day; each of shape (launches, slots).
    """

    made: pd.DataFrame
    bounds: Ints
    known: Mapping[tuple[str, str], Known]
    counts: Counts
    looks: tuple[tuple[int, float], ...]
    special: tuple[Flags, Flags]

    @property
    def hours(self) -> int:
        """Hours of a launch that count."""
        return self.looks[-1][0]

    @cached_property
    def _free(self) -> tuple[Flags, Flags]:
        """Whether the first hours of each slot, and all of it, hold no other launch."""
        return apart(self.bounds, self.hours)

    def known_of(self, launch: int, table: str) -> Known | None:
        """What is known of a table: of the one system that counts for a launch, else of all; None where there is nothing."""
        source = self.made["source"].iloc[launch]
        system = source if isinstance(source, str) and table in WITH_SOURCE else ""
        return self.known.get((table, system))

    def look(self, launch: int, *tables: str) -> int:
        """The last look that a launch has reached in all of these tables; -1 for none."""
        begin = int(self.bounds[launch, 0, 0])
        known = [self.known_of(launch, table) for table in tables]
        elapsed = min((k.until_us - begin) / HOUR_US if k else -1.0 for k in known)
        return sum(after <= elapsed for after, _ in self.looks) - 1

    def furthest(self, launch: int) -> int:
        """The last look that a launch has reached in any table."""
        return max((self.look(launch, table) for table, system in self.known if not system), default=-1)

    def until_us(self, launch: int, look: int) -> int:
        """End of the hours of a look."""
        return int(self.bounds[launch, 0, 0]) + self.looks[look][0] * HOUR_US

    def cell(self, launch: int, look: int) -> int:
        """Number of a launch at a look."""
        return launch * len(self.looks) + look

    def rows(self, arms: Arms, controls: Controls) -> list[tuple[object, ...]]:
        """The rows of the table `golden48`, launch by launch in the order of the loop.

        Args:
            arms: (part, cell) → people, sum, squares and people with any, of control and treated.
            controls: which launches have an experiment.
        """
        return [row for launch in range(len(self.made)) for row in self._of(launch, arms, controls)]

    def _of(self, launch: int, arms: Arms, controls: Controls) -> list[tuple[object, ...]]:
        by_weeks = [m for m in METRICS if self._applies(launch, m)]
        is_tested = launch in controls.launches
        by_control = [m for m in CONTROLLED if is_tested and all(p in self.counts for p in m.parts)]
        alpha = ALPHA / max(1, len(by_weeks) + len(by_control))

        def weekly(metric: Metric, look: int) -> Compared:
            return self._by_weeks(launch, metric, look, alpha * self.looks[look][1])

        def controlled(metric: Metric, look: int) -> Compared:
            both = arms.get((metric.of, self.cell(launch, look)))
            return _by_control(metric, both, alpha * self.looks[look][1], controls.shares.get(launch))

        rows = [self._row(launch, m, weekly, controlled=False) for m in by_weeks]
        return rows + [self._row(launch, m, controlled, controlled=True) for m in by_control]

    def _applies(self, launch: int, metric: Metric) -> bool:
        """Whether a metric can be told at all: its tables are there, and say where people were if only one system counts."""
        one_system = isinstance(self.made["source"].iloc[launch], str)
        return all(p in self.counts for p in metric.parts) and not (
            one_system and set(metric.tables) - set(WITH_SOURCE)
        )

    def _by_weeks(self, launch: int, metric: Metric, look: int, alpha: float) -> Compared:
        """The metric against earlier weeks."""
        good_window, good_level = self._good(launch, metric, self.looks[look][0])
        alone = tuple(free[launch].copy() for free in self._free)
        alone[0][0] = True  # a launch beside another one is judged all the same, and told
        anything = tuple(np.ones_like(free) for free in alone)
        for window_free, level_free in (
            alone,
            anything,
        ):  # where every week has a launch, one with a launch is ordinary
            lag = next((j for j in range(1, MOST_LAG + 1) if (good_level & level_free)[j]), 1)
            usable = _usable(good_window & window_free, good_level & level_free, lag)
            if usable[0] and usable[1:].sum() >= FEWEST_WEEKS:
                break
        window, level = self._values(launch, metric, look, lag)
        if not (usable[0] and np.isfinite(window[0])):
            came = replace(_NOTHING, observed=float(window[0]) if np.isfinite(window[0]) else np.nan)
            why = "special" if self.special[0][launch, 0] else "gap" if not usable[0] else "nothing"
            return Compared(came, reason=why)
        noise = self._noise(launch, metric, look, lag)
        known = np.isfinite(noise).all(axis=0) & usable
        known[0] = False
        own, before = noise[:, known].sum(axis=1)
        # what counting makes of the launch's own hours follows from the week before, not from what came
        noise[0, 0] = noise[1, 0] * own / before if before else np.nan
        value = expected(window, level, noise.sum(axis=0), usable=usable, alpha=alpha, is_log=metric.is_log)
        sample = float(1 / noise[0, 0]) if metric.is_log else self._rated(launch, metric, look, lag)
        sample = sample if np.isfinite(sample) else 0.0
        return Compared(value, sample, "history" if value.weeks < FEWEST_WEEKS else "few" if sample < FEWEST else "")

    def _rated(self, launch: int, metric: Metric, look: int, lag: int) -> float:
        """How many are expected of what a mean is taken over."""
        own, before = self._both(launch, metric.per or metric.of, look, lag)
        return float(before[0] * own[1:].sum() / before[1:].sum()) if before[1:].sum() else 0.0

    def _good(self, launch: int, metric: Metric, hours: int) -> tuple[Flags, Flags]:
        """Whether the first hours of each slot, and all of it, have data on every day and no special day."""
        begin = self.bounds[launch, :, 0]
        window, level = ~self.special[0][launch], ~self.special[1][launch]
        for table in metric.tables:
            known = self.known_of(launch, table)
            window &= known.covers(begin, hours) if known else False
            level &= known.covers(begin, WEEK_HOURS) if known else False
        return window, level

    def _values(self, launch: int, metric: Metric, look: int, lag: int) -> Floats:
        """The metric in the first hours of each slot, and in the whole slot before it, shape (2, weeks + 1)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            of = self._both(launch, metric.of, look, lag)
            return of / self._both(launch, metric.per, look, lag) if metric.per else of

    def _noise(self, launch: int, metric: Metric, look: int, lag: int) -> Floats:
        """Variance of `_values`, or of their logarithms, by counting alone: Poisson, binomial, or of a sum of amounts."""
        of = self._both(launch, metric.of, look, lag)
        with np.errstate(divide="ignore", invalid="ignore"):
            if metric.squares and metric.per:
                n, squares = (self._both(launch, part, look, lag) for part in (metric.per, metric.squares))
                return ((squares / n - (of / n) ** 2) / n).clip(min=_LEAST)
            if metric.squares:
                return self._both(launch, metric.squares, look, lag) / of**2
            rate = of / self._both(launch, metric.per, look, lag) if metric.per else np.zeros_like(of)
            return (1 - rate).clip(min=_LEAST) / of

    def _both(self, launch: int, part: str, look: int, lag: int) -> Floats:
        counts = self.counts[part][launch]
        weeks = len(counts) - MOST_LAG
        return np.stack([counts[:weeks, look], counts[lag : weeks + lag, -1]])

    def _row(
        self, launch: int, metric: Metric, compare: Callable[[Metric, int], Compared], *, controlled: bool
    ) -> tuple[object, ...]:
        look = self.look(launch, *metric.tables)
        told = compare(metric, look) if look >= 0 else Compared(reason="running")
        value, reason = told.value, told.reason
        verdict = "immature" if reason or np.isnan(value.low) else value.side
        if verdict == "flat" and any(_is_out(compare(metric, earlier)) for earlier in range(look)):
            reason = "was_out"
        if look < len(self.looks) - 1 and not told.reason:  # before the end only a call can be made
            reason = "early" if verdict in ("up", "down") else reason or "running"
            verdict = verdict if reason == "early" else "immature"
        figures = (value.baseline, value.low, value.high, value.observed)
        hours = self.looks[look][0] if look >= 0 else 0
        named = (str(self.made["launch_id"].iloc[launch]), metric.stage, metric.name)
        return (*named, *figures, controlled, verdict, reason, hours, value.weeks, told.sample)


def _is_out(told: Compared) -> bool:
    return not told.reason and told.value.side != "flat"


def _usable(window: Flags, level: Flags, lag: int) -> Flags:
    """Which slots can be compared: their own hours are good, and so is the week that is their level; the first is the launch."""
    weeks = len(window) - MOST_LAG
    return window[:weeks] & level[lag : weeks + lag]


def _by_control(metric: Metric, both: Floats | None, alpha: float, share: float | None) -> Compared:
    """The metric against the control."""
    if both is None or (both[:, 0] < _FEWEST_EXPOSED).any():
        return Compared(reason="few")
    is_share = PART[metric.of].is_person
    each = both[:, 3] if is_share else _as_sure(both)
    if is_share:
        value = share_against_control(both[:, [0, 3]], alpha=alpha)
    else:
        value = mean_against_control(both[:, :3], alpha=alpha)
    enough = each.sum() >= FEWEST and each.min() >= (FEWEST_PER_ARM if is_share else FEWEST)
    broken = share is not None and _split_p(both[:, 0], share) < _BROKEN_SPLIT
    return Compared(value, float(each.sum()), "split" if broken else "" if enough else "few")


def _as_sure(both: Floats) -> Floats:
    """How many equal amounts would make each sum as sure as it is: few where one is much of it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(both[:, 1] ** 2 / both[:, 2])


def _split_p(people: Floats, share: float) -> float:
    """How likely a split as uneven as this is, where the control should have this share (chi-square, one degree)."""
    from scipy import stats

    whole = people.sum()
    return float(stats.chisquare(people, [whole * share, whole * (1 - share)]).pvalue)
