"""What the first hours of a launch should have been: the same hours of earlier weeks, each against the week before it.

For week k let x_k be the metric in its first hours and l_k the metric in the seven days before them. r_k = log(x_k / l_k) holds the
rhythm of the week and neither growth nor season. r_k varies for two reasons: counting alone, with a variance v_k that its counts
tell (a shop that was small varied more), and everything else, with a variance tau² that all weeks share. With n such weeks the next
r lies within

    mean ± t(n - 1; 1 - alpha / 2) · sqrt(tau² + v_0 + variance of the mean)

which is the prediction interval of a random-effects meta-analysis (Higgins, Thompson, Spiegelhalter, JRSS A 172, 2009), tau² by Paule
and Mandel (1982). alpha is divided by the number of metrics (Bonferroni, so that the interval says the same as the verdict) and by
what each look may spend, so that the chance of any call at any time on a launch that does nothing is at most 5 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from ltv.behaviour.averages import Share, difference

ALPHA = 0.05
FEWEST_WEEKS = 5
FEWEST = (
    30  # of what is counted (for sums: as many as would be as sure if all were alike); below it nothing is near normal
)
FEWEST_PER_ARM = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Expected:
    """What was expected, and what came.

    Attributes:
        baseline: expected value.
        low: lower end of what is expected.
        high: upper end.
        observed: what came.
        weeks: earlier weeks it was compared with.
    """

    baseline: float
    low: float
    high: float
    observed: float
    weeks: int

    @property
    def side(self) -> str:
        """Where the observed value lies: up, flat or down."""
        return "up" if self.observed > self.high else "down" if self.observed < self.low else "flat"


def expected(
    window: Floats, level: Floats, noise: Floats, *, usable: npt.NDArray[np.bool_], alpha: float, is_log: bool
) -> Expected:
    """Compare the newest window with the earlier ones.

    Args:
        window: the metric in the first hours, the launch's own first, shape (weeks + 1,).
        level: the metric in the seven days before each, shape (weeks + 1,).
        noise: variance of each r by counting alone, shape (weeks + 1,).
        usable: which of them can be used.
        alpha: chance of a call by chance, both sides together.
        is_log: compare ratios, else differences.

    Returns:
        NaN in place of bounds where fewer than two weeks are usable, or so few that there is no upper one.

    >>> week = np.array([150.0, 101, 99, 100, 102, 98])
    >>> noise = np.full(6, 1 / 1000)
    >>> found = expected(week, np.full(6, 350.0), noise, usable=np.ones(6, bool), alpha=0.01, is_log=True)
    >>> found.side, round(found.baseline)
    ('up', 100)
    """
    from scipy import stats

    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.log(window) - np.log(level) if is_log else window - level
    good = usable & np.isfinite(relative) & np.isfinite(noise) & (noise > 0)
    past, variance = relative[1:][good[1:]], noise[1:][good[1:]]
    n = len(past)
    if n < 2 or not np.isfinite([level[0], noise[0]]).all():  # noqa: PLR2004
        return Expected(np.nan, np.nan, np.nan, float(window[0]), n)
    tau2 = _between(past, variance)
    weight = 1 / (tau2 + variance)
    middle = float((weight * past).sum() / weight.sum())
    reach = float(stats.t.ppf(1 - alpha / 2, n - 1)) * float(np.sqrt(tau2 + noise[0] + 1 / weight.sum()))
    ends = np.array([middle, middle - reach, middle + reach])
    with np.errstate(over="ignore"):
        baseline, low, high = (level[0] * np.exp(ends) if is_log else level[0] + ends).tolist()
    if not np.isfinite(high):  # so few weeks say nothing
        low = high = np.nan
    return Expected(baseline, low, high, float(window[0]), n)


def _between(effect: Floats, variance: Floats) -> float:
    """Variance that the weeks share beside that of counting (Paule and Mandel).

    >>> round(_between(np.array([0.0, 2.0, 4.0]), np.full(3, 1.0)), 6)
    3.0
    """
    from scipy import optimize

    def excess(tau2: float) -> float:
        weight = 1 / (tau2 + variance)
        middle = (weight * effect).sum() / weight.sum()
        return float((weight * (effect - middle) ** 2).sum()) - (len(effect) - 1)

    if excess(0.0) <= 0:
        return 0.0
    most = float(((effect - effect.mean()) ** 2).sum())
    return float(optimize.brentq(excess, 0.0, most))


def share_against_control(arms: npt.ArrayLike, *, alpha: float) -> Expected:
    """Compare a share of the treated with that of the control, at the same time.

    Args:
        arms: people, and those who did, of the control and of the treated, shape (2, 2).
        alpha: chance of a call by chance, both sides together.

    Returns:
        What is expected of the treated: a share outside it has an interval of the difference without 0 (Newcombe's hybrid score
        interval, `averages.difference`), which holds in small arms too.

    >>> found = share_against_control([[1000, 100], [1000, 180]], alpha=0.01)
    >>> found.side, found.baseline, found.observed
    ('up', 0.1, 0.18)
    """
    z = NormalDist().inv_cdf(1 - alpha / 2)
    control, treated = (Share.of(int(did), int(people), z=z) for people, did in np.asarray(arms))
    _, low, high = difference(treated, control)
    if low is None or high is None or treated.rate is None or control.rate is None:
        return Expected(np.nan, np.nan, np.nan, np.nan, 0)
    return Expected(control.rate, treated.rate - high, treated.rate - low, treated.rate, 0)


def mean_against_control(arms: npt.ArrayLike, *, alpha: float) -> Expected:
    """Compare a mean of the treated with that of the control, at the same time.

    Args:
        arms: people, sum and sum of squares of the control and of the treated, shape (2, 3).
        alpha: chance of a call by chance, both sides together.

    Returns:
        What is expected of the treated: the control's mean within Welch's interval of the difference (Biometrika 34, 1947).

    >>> found = mean_against_control([[1000, 100, 100], [1000, 180, 180]], alpha=0.01)
    >>> found.side, found.baseline, found.observed
    ('up', 0.1, 0.18)
    """
    from scipy import stats

    n, total, squares = np.asarray(arms, np.float64).T
    mean = total / n
    error = (squares / n - mean**2).clip(min=0) / (n - 1)
    spread = float(np.sqrt(error.sum()))
    freedom = error.sum() ** 2 / (error**2 / (n - 1)).sum() if spread else 1.0
    reach = float(stats.t.ppf(1 - alpha / 2, freedom)) * spread
    return Expected(float(mean[0]), float(mean[0]) - reach, float(mean[0]) + reach, float(mean[1]), 0)
