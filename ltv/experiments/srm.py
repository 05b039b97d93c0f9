"""Sample ratio mismatch: do the arms have as many people as the plan says.

By hand, over all arms: arms that the plan gives nobody count neither in the total nor in the degrees of freedom, which
gbstats' own Python check overlooks. The numbers it is tested on are those of GrowthBook's back end. From scipy: chi-square.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import chdtrc

from ltv.errors import found
from ltv.experiments.moments import CannotJudgeError, count

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Srm:
    """Whether the split is the planned one.

    Attributes:
        p_value: of a split at least as far from the plan by chance; 1 when there is nothing to compare.
        statistic: chi-square.
        degrees: arms judged, less one.
        expected: people that the plan expects in each arm given, 0 where it gives nobody.
        unplanned: people in arms that the plan gives nobody.
    """

    p_value: float
    statistic: float
    degrees: int
    expected: tuple[float, ...]
    unplanned: int


def srm(observed: Sequence[int], weights: Sequence[float]) -> Srm:
    """Compare the people of all arms with the planned split.

    Args:
        observed: people of each arm.
        weights: planned share of each arm, in the same order, of any sum; 0 for an arm that gets nobody. Arms at the
            end that were not counted may be left out of `observed`: they are not judged.

    Returns:
        Pearson's chi-square, without continuity correction. When to be alarmed is a setting: the usual p is 0.001.

    Raises:
        CannotJudgeError: a negative or fractional count, a negative or endless weight, more arms than weights.

    >>> srm([1000, 1200, 900], [0.5, 0.5, 0]).p_value < 0.001
    True
    >>> srm([310, 98], [3, 1]).expected
    (306.0, 102.0)
    """
    _check(observed, weights)
    planned = [weight for _, weight in zip(observed, weights, strict=False)]
    judged = [(n, weight) for n, weight in zip(observed, planned, strict=True) if weight > 0]
    people, whole = sum(n for n, _ in judged), sum(weight for _, weight in judged)
    expected = tuple(people * weight / whole if weight > 0 else 0.0 for weight in planned)
    statistic = sum((n - e) ** 2 / e for n, e in zip(observed, expected, strict=True) if e > 0)
    degrees = max(len(judged) - 1, 0)
    p_value = float(chdtrc(degrees, statistic)) if degrees and people else 1.0
    return Srm(p_value, float(statistic), degrees, expected, sum(observed) - people)


def _check(observed: Sequence[int], weights: Sequence[float]) -> None:
    if len(observed) > len(weights):
        raise CannotJudgeError(found("arms", len(observed), f"at most {len(weights)}, those of the plan"))
    for n in observed:
        count("people of an arm", n)
    for weight in weights:
        if not 0 <= weight < math.inf:
            raise CannotJudgeError(found("planned weight", weight, "0 or more"))
