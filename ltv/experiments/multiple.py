"""Several questions to one experiment: p values adjusted for their number.

From scipy: Benjamini and Hochberg. By hand: Holm, which scipy has not (statsmodels gave the numbers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv.errors import found
from ltv.experiments.moments import CannotJudgeError

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values so that any false alarm at all is as rare as alpha says.

    Args:
        p_values: one a question, in any order.

    Returns:
        Adjusted p values in the same order: the running maximum of (m - rank + 1) p, at most 1 (Holm 1979).

    Raises:
        CannotJudgeError: a p value is not between 0 and 1.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=_checked(p_values).__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjust p values so that among the alarms the share of false ones is as small as alpha says, on average.

    Args:
        p_values: one a question, in any order; independent or positively dependent.

    Returns:
        Adjusted p values in the same order (Benjamini and Hochberg 1995).

    Raises:
        CannotJudgeError: a p value is not between 0 and 1.

    >>> [round(p, 6) for p in benjamini_hochberg([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    from scipy.stats import false_discovery_control

    if not _checked(p_values):
        return []
    return [float(p) for p in false_discovery_control(list(p_values), method="bh")]


def _checked(p_values: Sequence[float]) -> Sequence[float]:
    for p in p_values:
        if not 0 <= p <= 1:
            raise CannotJudgeError(found("p value", p, "0 to 1"))
    return p_values
