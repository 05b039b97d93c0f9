"""One verdict a metric of a launch: against the weeks before it and, where it was tested, against its control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltv.behaviour.golden48_baseline import ALPHA, FEWEST, FEWEST_WEEKS, Expected, against_control, expected
from ltv.behaviour.golden48_catalogue import CONTROLLED, METRICS, PART, Metric
from ltv.behaviour.golden48_counts import WITH_SOURCE, Counts, Floats
from ltv.behaviour.golden48_slots import HOUR_US, MOST_LAG, WEEK_HOURS, Ints, Known, apart, trusted

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
_LEAST = 1e-6
_NOTHING = Expected(np.nan, np.nan, np.nan, np.nan, 0)


@dataclass(frozen=True)
class Compared:
    """A metric beside what it was compared with.

    Attributes:
        value: what was expected, and what came.
        sample: how many were counted: in an ordinary week, or in both arms.
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
        known: table → hours with rows, and up to when it is complete.
        counts: part → its number, shape (launches, slots, looks + 1).
        looks: hours of each look, and the share of alpha it may spend.
        special: whether the first hours of each slot, and all of it, hold a special day; each of shape (launches, slots).
    """

    made: pd.DataFrame
    bounds: Ints
    known: Mapping[str, Known]
    counts: Counts
    looks: tuple[tuple[int, float], ...]
    special: tuple[Flags, Flags]

    @property
    def hours(self) -> int:
        """Hours of a launch that count."""
        return self.looks[-1][0]

    def look(self, launch: int, *tables: str) -> int:
        """The last look that a launch has reached in all of these tables; -1 for none."""
        elapsed = trusted(self.known, tables, int(self.bounds[launch, 0, 0]))
        return sum(after <= elapsed for after, _ in self.looks) - 1

    def furthest(self, launch: int) -> int:
        """The last look that a launch has reached in any table."""
        return max((self.look(launch, table) for table in self.known), default=-1)

    def until_us(self, launch: int, look: int) -> int:
        """End of the hours of a look."""
        return int(self.bounds[launch, 0, 0]) + self.looks[look][0] * HOUR_US

    def cell(self, launch: int, look: int) -> int:
        """Number of a launch at a look."""
        return launch * len(self.looks) + look

    def rows(self, arms: Arms, shares: Mapping[int, float]) -> list[tuple[object, ...]]:
        """The rows of the table `golden48`, launch by launch in the order of the loop.

        Args:
            arms: (part, cell) → people, sum, squares and people with any, of control and treated.
            shares: launch → share of the control that was declared.
        """
        free = apart(self.bounds, self.hours)
        free[:, 0] = True  # a launch beside another one is judged all the same, and told
        return [row for launch in range(len(self.made)) for row in self._of(launch, free[launch], arms, shares)]

    def _of(self, launch: int, free: Flags, arms: Arms, shares: Mapping[int, float]) -> list[tuple[object, ...]]:
        by_weeks = [m for m in METRICS if self._applies(launch, m)]
        tested = any(cell // len(self.looks) == launch and both[:, 0].all() for (_, cell), both in arms.items())
        by_control = [m for m in CONTROLLED if tested and self._applies(launch, m)]
        alpha = ALPHA / max(1, len(by_weeks) + len(by_control))
        rows = []
        for metric in by_weeks:
            look = self.look(launch, *metric.tables)
            told = self._by_weeks(launch, metric, look, free, alpha) if look >= 0 else Compared()
            rows.append(self._row(launch, metric, look, told, controlled=False))
        for metric in by_control:
            look = self.look(launch, *metric.tables)
            both = arms.get((metric.of, self.cell(launch, look))) if look >= 0 else None
            told = _by_control(metric, both, alpha * self.looks[look][1], shares.get(launch))
            rows.append(self._row(launch, metric, look, told, controlled=True))
        return rows

    def _applies(self, launch: int, metric: Metric) -> bool:
        """Whether a metric can be told at all: its tables are there, and say where people were if only one system counts."""
        one_system = isinstance(self.made["source"].iloc[launch], str)
        return all(p in self.counts for p in metric.parts) and not (
            one_system and set(metric.tables) - set(WITH_SOURCE)
        )

    def _by_weeks(self, launch: int, metric: Metric, look: int, free: Flags, alpha: float) -> Compared:
        """The metric against earlier weeks."""
        hours, share = self.looks[look]
        good_window, good_level = self._good(launch, metric, hours)
        lag = next((j for j in range(1, MOST_LAG + 1) if good_level[j]), 1)
        usable = _usable(good_window & free, good_level, lag)
        window, level = self._values(launch, metric, look, lag)
        if not usable[0]:
            came = replace(_NOTHING, observed=float(window[0]))
            return Compared(came, reason="special" if self.special[0][launch, 0] else "gap")
        noise = self._noise(launch, metric, look, lag)
        known = np.isfinite(noise).all(axis=0) & usable
        known[0] = False
        own, before = noise[:, known].sum(axis=1)
        # what counting makes of the launch's own hours follows from the week before, not from what came
        noise[0, 0] = noise[1, 0] * own / before if before else np.nan
        value = expected(window, level, noise.sum(axis=0), usable=usable, alpha=alpha * share, is_log=metric.is_log)
        counted = self._both(launch, metric.counted or metric.of, look, lag)
        ordinary, week = counted[:, 1:][:, usable[1:]].sum(axis=1)
        sample = float(ordinary / week * counted[1, 0]) if week else 0.0
        return Compared(value, sample, "history" if value.weeks < FEWEST_WEEKS else "few" if sample < FEWEST else "")

    def _good(self, launch: int, metric: Metric, hours: int) -> tuple[Flags, Flags]:
        """Whether the first hours of each slot, and all of it, have data on every day and no special day."""
        begin = self.bounds[launch, :, 0]
        window, level = ~self.special[0][launch], ~self.special[1][launch]
        for table in metric.tables:
            window &= self.known[table].covers(begin, hours)
            level &= self.known[table].covers(begin, WEEK_HOURS)
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
                return (squares / n - (of / n) ** 2) / n
            if metric.squares:
                return self._both(launch, metric.squares, look, lag) / of**2
            rate = of / self._both(launch, metric.per, look, lag) if metric.per else np.zeros_like(of)
            return (1 - rate).clip(min=_LEAST) / of

    def _both(self, launch: int, part: str, look: int, lag: int) -> Floats:
        counts = self.counts[part][launch]
        weeks = len(counts) - MOST_LAG
        return np.stack([counts[:weeks, look], counts[lag : weeks + lag, -1]])

    def _row(self, launch: int, metric: Metric, look: int, told: Compared, *, controlled: bool) -> tuple[object, ...]:
        value, reason, is_final = told.value, told.reason, look == len(self.looks) - 1
        verdict = "immature" if look < 0 or reason or np.isnan(value.low) else value.side
        if not reason and not is_final:
            reason = "running" if verdict in ("flat", "immature") else "early"
            verdict = verdict if reason == "early" else "immature"
        figures = (value.baseline, value.low, value.high, value.observed)
        hours = self.looks[look][0] if look >= 0 else 0
        named = (str(self.made["launch_id"].iloc[launch]), metric.stage, metric.name)
        return (*named, *figures, controlled, verdict, reason, hours, value.weeks, told.sample)


def _usable(window: Flags, level: Flags, lag: int) -> Flags:
    """Which slots can be compared: their own hours are good, and so is the week that is their level; the first is the launch."""
    weeks = len(window) - MOST_LAG
    return window[:weeks] & level[lag : weeks + lag]


def _by_control(metric: Metric, both: Floats | None, alpha: float, share: float | None) -> Compared:
    """The metric against the control."""
    if both is None or (both[:, 0] < 2).any():  # noqa: PLR2004
        return Compared(reason="few")
    value = against_control(both[:, :3], alpha=alpha)
    sample = float(both[:, 3].sum() if PART[metric.counted or metric.of].is_person else both[:, 1].sum())
    if share is not None and _split_p(both[:, 0], share) < _BROKEN_SPLIT:
        return Compared(value, sample, "split")
    return Compared(value, sample, "few" if sample < FEWEST or both[:, 0].min() < _FEWEST_EXPOSED else "")


def _split_p(people: Floats, share: float) -> float:
    """How likely a split as uneven as this is, where the control should have this share (chi-square, one degree)."""
    from scipy import stats

    whole = people.sum()
    return float(stats.chisquare(people, [whole * share, whole * (1 - share)]).pvalue)
