"""Every method on one metric of one variant: the one that decides, those that check it, and what to believe.

A running test is decided by a confidence sequence, which may be looked at every morning; a finished one by Welch's test,
once. Both after CUPED where the covariate says something. Beside them: the two z tests of rates, means without the largest
values, quantiles, and the posterior (exact for rates, with a heavy tail for money).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from ltv.errors import UsageError
from ltv.experiments.bayesian import Posterior, beta_binomial, normal_posterior
from ltv.experiments.contrast import Comparison
from ltv.experiments.cuped import cuped
from ltv.experiments.frequentist import Variance, ratio, two_proportion_z, welch
from ltv.experiments.lift import fieller
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate
from ltv.experiments.quantiles import quantile_difference
from ltv.experiments.ranks import mann_whitney
from ltv.experiments.rows import Direction, Row, direction, finite, of_comparison
from ltv.experiments.sequential import confidence_sequence
from ltv.experiments.tails import heavy_tail, split, threshold_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ltv.experiments.metrics import Kind
    from ltv.text import Text

ALPHA = 0.05
WINSOR = 0.999  # share of people whose values are kept as they are
Bounds = tuple[float, float]
QUANTILES = (0.5, 0.9, 0.99)
_SEED = 20_260_701


@dataclass(frozen=True)
class Question:
    """One metric of one test, as all arms have it.

    Attributes:
        metric: its name.
        kind: mean, rate or ratio.
        arms: variant → its people; the second column is the covariate, of a ratio the denominator.
        control: the variant compared with.
        weights: variant → planned share, of all that are planned.
        running: whether the metric is looked at again.
        planned_people: people of all arms at the end.
        lower_is_better: which way is good.
        absent: variants that have nothing to say, each with the reason.
        values: the amounts other than zero of every variant, read when they are asked for; None where there are none.
        heavy: whether a few people may hold much of the sum, as with money.
        basis: observed or score.
    """

    metric: str
    kind: Kind
    arms: Mapping[str, Arm]
    control: str
    weights: Mapping[str, float]
    running: bool
    planned_people: int
    lower_is_better: bool | None
    absent: Mapping[str, Text] = field(default_factory=dict)
    values: Callable[[], Mapping[str, NDArray[np.float64]]] | None = None
    heavy: bool = False
    basis: str = "observed"

    @property
    def alpha(self) -> float:
        """Shared by all variants that are compared with control (Bonferroni), so that 40 arms find no more by chance."""
        return ALPHA / max(len(self.weights) - 1, 1)

    def people_of(self, variant: str) -> float:
        """People that control and a variant will have at the end."""
        share = (self.weights[self.control] + self.weights[variant]) / sum(self.weights.values())
        return self.planned_people * share

    @cached_property
    def plain(self) -> dict[str, Estimate]:
        """Mean or ratio of every variant, as observed."""
        return {v: ratio(a) if self.kind == "ratio" else _mean(a) for v, a in self.arms.items()}

    @cached_property
    def adjusted(self) -> dict[str, Estimate] | None:
        """Means after CUPED; None where there is no covariate, or it is the same for everybody."""
        arms = list(self.arms.values())
        if self.kind == "ratio" or any(a.products is None for a in arms):
            return None
        try:
            return dict(zip(self.arms, cuped(arms).estimates, strict=True))
        except CannotJudgeError:
            return None

    @cached_property
    def amounts(self) -> Mapping[str, NDArray[np.float64]]:
        """Amounts other than zero."""
        return self.values() if self.values else {}


def _mean(arm: Arm) -> Estimate:
    return replace(arm, paired_total=None, paired_squares=None, products=None).estimate()


def decisive(asked: Question, variant: str) -> Row:
    """The line on which a decision rests.

    Args:
        asked: the metric.
        variant: whom to compare with control.

    Raises:
        CannotJudgeError: the data allow no judgement on this metric.
    """
    return replace(_compared(asked, variant, **_ways(asked)[0]), decides=True)


def beside(asked: Question, variant: str) -> list[Row]:
    """The lines of all other methods, for whoever wants to see whether they agree; one that has nothing to say is left out.

    Args:
        asked: the metric.
        variant: whom to compare with control.
    """
    others: list[Callable[[], Row | None]] = [partial(_compared, asked, variant, **way) for way in _ways(asked)[1:]]
    if asked.kind == "rate":
        others += [partial(_two_rates, asked, variant, v) for v in get_args(Variance)]
    if asked.heavy and asked.amounts:
        others += [partial(_without_the_largest, asked, variant)]
        others += [partial(_quantile, asked, variant, q) for q in QUANTILES]
        others += [partial(_ranks, asked, variant)]
    others.append(partial(_belief, asked, variant))
    told = []
    for method in others:
        with suppress(UsageError):
            told.append(method())
    return [row for row in told if row is not None]


def is_confirmed(asked: Question, row: Row, others: Sequence[Row]) -> bool:
    """Whether a second method sees the gain as well.

    Welch's test alarms too often on the side of the smaller arm where a metric is skewed: in a rate of 2 % with a tenth of the
    people in control it calls 6 % of nothing a gain. The pooled test of two rates does not, nor does the posterior with a heavy tail.

    Args:
        asked: the metric.
        row: the line that decides.
        others: lines of other methods; without that of the heavy tail money is taken as it is.
    """
    if row.verdict != "better":
        return True
    if asked.kind == "rate":
        one, two = (_counts(asked.arms[v]) for v in (asked.control, row.variant))
        with suppress(UsageError):
            return two_proportion_z(one, two, alpha=asked.alpha).p_value < asked.alpha
    tails = [r.verdict for r in others if r.method == "heavy_tail"]
    return tails in ([], ["better"])


def _ways(asked: Question) -> list[dict[str, bool]]:
    """The way that decides first: of the state of the test, and adjusted where that is possible."""
    states = [asked.running, not asked.running]
    adjustments = [True, False] if asked.adjusted is not None else [False]
    return [{"running": s, "after_cuped": a} for s in states for a in adjustments]


def _compared(asked: Question, variant: str, *, running: bool, after_cuped: bool) -> Row:
    means = (asked.adjusted if after_cuped else None) or asked.plain
    control, treatment = means[asked.control], means[variant]
    if running:
        seen = confidence_sequence(control, treatment, tuning=asked.people_of(variant), alpha=asked.alpha)
    else:
        seen = welch(control, treatment, alpha=asked.alpha)
    critical = (seen.high - seen.effect) / seen.standard_error
    name = ("sequential" if running else "welch") + ("_cuped" if after_cuped else "")
    return _line(
        asked,
        variant,
        name,
        seen=seen,
        means=(control.value, treatment.value),
        bounds=fieller(control, treatment, critical=critical),
    )


def _line(
    asked: Question, variant: str, method: str, *, seen: Comparison, means: Sequence[float], bounds: Bounds
) -> Row:
    toward = direction(seen.low, seen.high, lower_is_better=asked.lower_is_better)
    return _row(
        asked,
        variant,
        method,
        mean=means[1],
        mean_control=means[0],
        verdict=toward,
        **of_comparison(seen, means[0], bounds),
    )


def _row(asked: Question, variant: str, method: str, **numbers: Any) -> Row:  # noqa: ANN401  floats and words
    """A line of a metric and variant, with who they are."""
    return Row(
        method=method,
        metric=asked.metric,
        variant=variant,
        control=asked.control,
        n=asked.arms[variant].n,
        n_control=asked.arms[asked.control].n,
        basis=asked.basis,
        **numbers,
    )


def _two_rates(asked: Question, variant: str, variance: Variance) -> Row:
    one, two = (_counts(asked.arms[v]) for v in (asked.control, variant))
    seen = two_proportion_z(one, two, variance=variance, alpha=asked.alpha)
    bounds = fieller(one.estimate(), two.estimate(), critical=_critical(asked.alpha))
    return _line(asked, variant, f"z_{variance}", seen=seen, means=(one.mean, two.mean), bounds=bounds)


def _critical(alpha: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(1 - alpha / 2))


def _counts(arm: Arm) -> Arm:
    return Arm.of_counts(round(arm.total), arm.n)


def _without_the_largest(asked: Question, variant: str) -> Row | None:
    """Means of values cut at the same limit in all arms, beyond which one person in a thousand lies."""
    amounts = asked.amounts
    limit = largest_kept(np.concatenate([amounts[v] for v in asked.arms]), sum(a.n for a in asked.arms.values()))
    if limit is None:
        return None
    cut = {v: np.minimum(amounts[v], limit) for v in (asked.control, variant)}
    arms = [Arm(asked.arms[v].n, float(x.sum()), float((x**2).sum())).estimate() for v, x in cut.items()]
    seen = welch(*arms, alpha=asked.alpha)
    bounds = fieller(*arms, critical=_critical(asked.alpha))
    row = _line(asked, variant, "winsorised", seen=seen, means=(arms[0].value, arms[1].value), bounds=bounds)
    return replace(row, limit=limit)


def largest_kept(amounts: NDArray[np.float64], people: int) -> float | None:
    """The amount beyond which one person in a thousand lies; None where so many have none.

    Args:
        amounts: other than zero, of all people.
        people: all of them.

    >>> largest_kept(np.arange(1.0, 1001.0), 2000)
    998.0
    """
    beyond = math.ceil((1 - WINSOR) * people - 1e-9)
    everybody = np.sort(amounts)
    if not 0 < beyond < len(everybody) or everybody[-beyond - 1] <= 0:
        return None
    return float(everybody[-beyond - 1])


def _quantile(asked: Question, variant: str, q: float) -> Row:
    both = [_with_zeros(asked.amounts[v], asked.arms[v].n) for v in (asked.control, variant)]
    seen = quantile_difference(*both, q=q, alpha=asked.alpha)
    at = [float(np.quantile(values, q)) for values in both]
    bounds = (seen.low / at[0], seen.high / at[0]) if at[0] > 0 else (-np.inf, np.inf)
    name = f"quantile_{round(q * 100)}"
    return _line(asked, variant, name, seen=seen, means=(at[0], at[0] + seen.effect), bounds=bounds)


def _ranks(asked: Question, variant: str) -> Row:
    """Who has more, however much: a p value beside the means, and no lift."""
    both = [_with_zeros(asked.amounts[v], asked.arms[v].n) for v in (asked.control, variant)]
    seen = mann_whitney(*both)
    clear = seen.p_value < asked.alpha and asked.lower_is_better is not None
    toward: Direction = "better" if (seen.effect > 0) != bool(asked.lower_is_better) else "worse"
    return _row(
        asked,
        variant,
        "mann_whitney",
        p_value=seen.p_value,
        verdict=toward if clear else "unclear",
    )


def _with_zeros(amounts: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.concatenate([amounts, np.zeros(max(n - len(amounts), 0))])


def _belief(asked: Question, variant: str) -> Row:
    """What to believe after the data, where nothing was believed before."""
    control, treatment = asked.plain[asked.control], asked.plain[variant]
    if asked.kind == "rate":
        known = beta_binomial(_counts(asked.arms[asked.control]), _counts(asked.arms[variant]), alpha=ALPHA)
        lift = known.effect / control.value if control.value else np.nan
        numbers = {"difference": known.effect, "lift": lift, "low": known.low, "high": known.high}
        return _believed(asked, variant, "beta_binomial", known, numbers)
    if asked.heavy and asked.amounts:
        known, name = _tailed(asked, variant), "heavy_tail"
    else:
        known, name = normal_posterior(control, treatment, alpha=ALPHA), "normal_posterior"
    numbers = {"difference": known.effect, "difference_low": known.low, "difference_high": known.high}
    if control.value > 0:
        shares = (known.effect, known.low, known.high)
        numbers |= dict(zip(("lift", "low", "high"), (x / control.value for x in shares), strict=True))
    return _believed(asked, variant, name, known, numbers)


def _tailed(asked: Question, variant: str) -> Posterior:
    limit = threshold_of(np.concatenate([asked.amounts[v] for v in asked.arms]))
    sides = [split(_with_zeros(asked.amounts[v], asked.arms[v].n), limit) for v in (asked.control, variant)]
    return heavy_tail(*sides, threshold=limit, seed=_SEED, alpha=ALPHA)


def _believed(asked: Question, variant: str, method: str, known: Posterior, numbers: Mapping[str, float]) -> Row:
    better, loss = known.prob_better, known.loss_treatment
    if asked.lower_is_better:
        better, loss = 1 - better, known.loss_control
    toward = "better" if better > 1 - ALPHA / 2 else "worse" if better < ALPHA / 2 else "unclear"
    if asked.lower_is_better is None:
        better, loss, toward = np.nan, np.nan, "unclear"
    return _row(
        asked,
        variant,
        method,
        mean=asked.plain[variant].value,
        mean_control=asked.plain[asked.control].value,
        p_better=better,
        expected_loss=loss,
        verdict=toward,
        **{k: finite(v) for k, v in numbers.items()},
    )
