"""Every method on one metric of one variant: the one that decides, those that check it, and what to believe.

A running test is decided by a confidence sequence, which may be looked at every morning; a finished one by Welch's test,
once. Both after CUPED where the covariate says something. Beside them: the two z tests of rates, means without the largest
values, quantiles, and the posterior (exact for rates, with a heavy tail for money).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
from ltv.experiments.rows import Row, direction, finite, of_comparison
from ltv.experiments.sequential import confidence_sequence
from ltv.experiments.tails import Tailed, heavy_tail, split, threshold_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ltv.experiments.metrics import Kind

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
        running: whether the test still runs.
        planned_people: people of all arms at the end.
        lower_is_better: which way is good.
        values: the amounts other than zero of every variant, read when they are asked for; None where there are none.
        heavy: whether a few people may hold much of the sum, as with money.
        basis: observed or score.
    """

    metric: str
    kind: Kind
    arms: Mapping[str, Arm]
    control: str
    running: bool
    planned_people: int
    lower_is_better: bool | None
    values: Callable[[], Mapping[str, NDArray[np.float64]]] | None = None
    heavy: bool = False
    basis: str = "observed"

    @property
    def alpha(self) -> float:
        """Shared by all variants that are compared with control (Bonferroni), so that 40 arms find no more by chance."""
        return ALPHA / max(len(self.arms) - 1, 1)

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
    """The lines of all other methods, for whoever wants to see whether they agree.

    Args:
        asked: the metric.
        variant: whom to compare with control.
    """
    others = [_compared(asked, variant, **way) for way in _ways(asked)[1:]]
    return [*others, *_checks(asked, variant), *_beliefs(asked, variant)]


def _ways(asked: Question) -> list[dict[str, bool]]:
    """The way that decides first: of the state of the test, and adjusted where that is possible."""
    states = [asked.running, not asked.running]
    adjustments = [True, False] if asked.adjusted is not None else [False]
    return [{"running": s, "after_cuped": a} for s in states for a in adjustments]


def _compared(asked: Question, variant: str, *, running: bool, after_cuped: bool) -> Row:
    means = (asked.adjusted if after_cuped else None) or asked.plain
    control, treatment = means[asked.control], means[variant]
    if running:
        seen = confidence_sequence(control, treatment, tuning=asked.planned_people, alpha=asked.alpha)
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
    return Row(
        method=method,
        metric=asked.metric,
        variant=variant,
        control=asked.control,
        n=asked.arms[variant].n,
        n_control=asked.arms[asked.control].n,
        mean=means[1],
        mean_control=means[0],
        verdict=toward,
        basis=asked.basis,
        **_floats(of_comparison(seen, means[0], bounds)),
    )


def _floats(numbers: Mapping[str, float]) -> dict[str, Any]:
    """The numbers of a line by name."""
    return dict(numbers)


def _checks(asked: Question, variant: str) -> Iterator[Row]:
    """Other ways to look at it; one that has nothing to say is left out."""
    if asked.kind == "rate":
        one, two = (_counts(asked.arms[v]) for v in (asked.control, variant))
        for variance in get_args(Variance):
            seen = two_proportion_z(one, two, variance=variance, alpha=asked.alpha)
            bounds = fieller(one.estimate(), two.estimate(), critical=_critical(asked.alpha))
            yield _line(asked, variant, f"z_{variance}", seen=seen, means=(one.mean, two.mean), bounds=bounds)
    if asked.heavy and asked.amounts:
        yield from _without_the_largest(asked, variant)
        for q in QUANTILES:
            yield from _quantile(asked, variant, q)


def _critical(alpha: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(1 - alpha / 2))


def _counts(arm: Arm) -> Arm:
    return Arm.of_counts(round(arm.total), arm.n)


def _without_the_largest(asked: Question, variant: str) -> Iterator[Row]:
    """Means of values cut at the same limit in all arms, beyond which one person in a thousand lies."""
    amounts = asked.amounts
    n = sum(a.n for a in asked.arms.values())
    everybody = np.sort(np.concatenate(list(amounts.values())))
    beyond = int(np.ceil((1 - WINSOR) * n))
    if not 0 < beyond < len(everybody) or everybody[-beyond - 1] <= 0:
        return
    limit = everybody[-beyond - 1]
    cut = {v: np.minimum(amounts[v], limit) for v in (asked.control, variant)}
    arms = [Arm(asked.arms[v].n, float(x.sum()), float((x**2).sum())).estimate() for v, x in cut.items()]
    seen = welch(*arms, alpha=asked.alpha)
    bounds = fieller(*arms, critical=_critical(asked.alpha))
    yield _line(asked, variant, "winsorised", seen=seen, means=(arms[0].value, arms[1].value), bounds=bounds)


def _quantile(asked: Question, variant: str, q: float) -> Iterator[Row]:
    both = [_with_zeros(asked.amounts[v], asked.arms[v].n) for v in (asked.control, variant)]
    try:
        seen = quantile_difference(*both, q=q, alpha=asked.alpha)
    except UsageError:  # most people have the same value there, such as nothing
        return
    at = [float(np.quantile(values, q)) for values in both]
    bounds = (seen.low / at[0], seen.high / at[0]) if at[0] > 0 else (-np.inf, np.inf)
    yield _line(
        asked, variant, f"quantile_{round(q * 100)}", seen=seen, means=(at[0], at[0] + seen.effect), bounds=bounds
    )


def _with_zeros(amounts: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.concatenate([amounts, np.zeros(max(n - len(amounts), 0))])


def _beliefs(asked: Question, variant: str) -> Iterator[Row]:
    """What to believe after the data, where nothing was believed before."""
    control, treatment = asked.plain[asked.control], asked.plain[variant]
    if asked.kind == "rate":
        known = beta_binomial(_counts(asked.arms[asked.control]), _counts(asked.arms[variant]), alpha=ALPHA)
        numbers = {
            "lift": known.effect / control.value if control.value else np.nan,
            "low": known.low,
            "high": known.high,
        }
        yield _belief(asked, variant, "beta_binomial", known, difference=known.effect, **numbers)
        return
    if asked.heavy and asked.amounts:
        known, name = _tailed(asked, variant), "heavy_tail"
    else:
        known, name = normal_posterior(control, treatment, alpha=ALPHA), "normal_posterior"
    numbers = {"difference": known.effect, "difference_low": known.low, "difference_high": known.high}
    if control.value > 0:
        shares = (known.effect, known.low, known.high)
        numbers |= dict(zip(("lift", "low", "high"), (x / control.value for x in shares), strict=True))
    yield _belief(asked, variant, name, known, **numbers)


def _tailed(asked: Question, variant: str) -> Posterior:
    limit = threshold_of(np.concatenate(list(asked.amounts.values())))
    sides = [_side(asked, v, limit) for v in (asked.control, variant)]
    return heavy_tail(*sides, threshold=limit, seed=_SEED, alpha=ALPHA)


def _side(asked: Question, variant: str, limit: float) -> Tailed:
    return split(_with_zeros(asked.amounts[variant], asked.arms[variant].n), limit)


def _belief(asked: Question, variant: str, method: str, known: Posterior, **numbers: Any) -> Row:  # noqa: ANN401
    better, loss = known.prob_better, known.loss_treatment
    if asked.lower_is_better:
        better, loss = 1 - better, known.loss_control
    return Row(
        method=method,
        metric=asked.metric,
        variant=variant,
        control=asked.control,
        n=asked.arms[variant].n,
        n_control=asked.arms[asked.control].n,
        mean=asked.plain[variant].value,
        mean_control=asked.plain[asked.control].value,
        p_better=better if asked.lower_is_better is not None else np.nan,
        expected_loss=loss if asked.lower_is_better is not None else np.nan,
        verdict="better" if better > 1 - ALPHA / 2 else "worse" if better < ALPHA / 2 else "unclear",
        basis=asked.basis,
        **_floats({k: finite(v) for k, v in numbers.items()}),
    )
