"""Ranks: does a person of treatment more often have more than one of control, however much more.

From scipy: the test, with its correction for ties and continuity. It looks at order alone, so no outlier moves it, and it says nothing of means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ltv.experiments.contrast import Comparison
from ltv.experiments.moments import CannotJudgeError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def mann_whitney(control: NDArray[np.float64], treatment: NDArray[np.float64]) -> Comparison:
    """Compare two arms by the ranks of their people.

    Args:
        control: everybody's values, zeros too; shape (people,).
        treatment: likewise.

    Returns:
        Effect: P(treatment > control) − P(treatment < control), 0 where neither has more; the statistic U and its two-sided p
        (normal, Mann and Whitney 1947). No interval.

    Raises:
        CannotJudgeError: an arm with nobody, or everybody has the same value.

    >>> result = mann_whitney(np.array([0.0, 1.0, 2.0, 2.0]), np.array([1.0, 3.0, 5.0, 9.0]))
    >>> result.effect, result.statistic
    (0.6875, 13.5)
    """
    from scipy.stats import mannwhitneyu

    if not len(control) or not len(treatment):
        raise CannotJudgeError("an arm with nobody (n = 0)")
    if min(control.min(), treatment.min()) == max(control.max(), treatment.max()):
        raise CannotJudgeError("zero variance: everybody has the same value")
    known = mannwhitneyu(treatment, control, method="asymptotic")
    pairs = len(control) * len(treatment)
    effect = float(2 * known.statistic / pairs - 1)
    return Comparison(effect, -np.inf, np.inf, np.nan, float(known.statistic), float(known.pvalue))
