"""Several questions to one experiment: p values adjusted for their number.

From statsmodels: Benjamini and Hochberg. By hand: Holm, since that of statsmodels collects garbage, which in a large process takes
longer than all the rest of a verdict; and the check of what goes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    _check(p_values)
    n = len(p_values)
    order = np.argsort(p_values, kind="stable")
    adjusted = np.minimum(np.maximum.accumulate((n - np.arange(n)) * np.asarray(p_values, np.float64)[order]), 1.0)
    return [float(p) for p in adjusted[np.argsort(order, kind="stable")]]


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
    _check(p_values)
    if len(p_values) < 2:  # noqa: PLR2004  one question needs no adjustment
        return list(p_values)
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method="fdr_bh")[1]]


def _check(p_values: Sequence[float]) -> None:
    for p in p_values:
        if not 0 <= p <= 1:
            raise CannotJudgeError(found("p value", p, "0 to 1"))
