"""Whether a newly trained model may take over: only if it would have been no worse than what there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.lifetime.backtest import hold
from ltv.lifetime.scores import differences
from ltv.text import Text, number

if TYPE_CHECKING:
    from ltv.lifetime.ground import Ground
    from ltv.lifetime.trained import Trained

FARTHEST_TOTAL = 2.0  # times, above or below the truth
COVERED = (0.65, 0.92)  # share of people inside their 80% intervals
_DRAWS = 200


@dataclass(frozen=True)
class Verdict:
    """What the gate says.

    Attributes:
        passed: whether the model may become champion.
        reason: why, or why not.
    """

    passed: bool
    reason: Text

    @property
    def line(self) -> str:
        """Both languages in one line, as `model_versions` keeps it."""
        return f"{self.reason.zh} · {self.reason.en}"


def judge(challenger: Trained, *, champion: Trained | None = None, ground: Ground | None = None) -> Verdict:
    """Judge a challenger by its backtest of the main horizon, and against the champion where that is fair.

    Args:
        challenger: trained now.
        champion: in use; compared only at a cutoff from which on it has not seen anything.
        ground: of the shop, for that comparison.
    """
    gini, total, covered = (challenger.measure(m) for m in ("normalized_gini", "total_ratio", "coverage_80"))
    if gini is None or total is None:
        return _untested(champion)
    numbers = {"gini": f"{gini['value']:.3f}", "gain": f"{gini['difference']:+.3f}"}
    numbers |= {"low": f"{gini['difference_low']:+.3f}", "high": f"{gini['difference_high']:+.3f}"}
    if gini["difference_high"] < 0:
        return Verdict(False, _WORSE.format(**numbers))
    if not 1 / FARTHEST_TOTAL <= total["value"] <= FARTHEST_TOTAL:
        return Verdict(False, _TOTAL.format(ratio=number(total["value"], "rate")))
    if covered is not None and not COVERED[0] <= covered["value"] <= COVERED[1]:
        return Verdict(False, _COVER.format(share=number(covered["value"], "rate")))
    if champion is not None and ground is not None:
        lost = _against(challenger, champion, ground)
        if lost is not None:
            return Verdict(False, lost)
    return Verdict(True, (_BETTER if gini["difference_low"] > 0 else _AS_GOOD).format(**numbers))


def _untested(champion: Trained | None) -> Verdict:
    return Verdict(False, _NO_TEST) if champion is not None else Verdict(True, _FIRST)


def _against(challenger: Trained, champion: Trained, ground: Ground) -> Text | None:
    """Why the challenger's way of learning is worse than the champion, or None; at the latest cutoff both can be judged at."""
    days, old = challenger.main_days, champion.models.get(challenger.main_days)
    cutoff = ground.as_of_day - days
    if old is None or old.day > cutoff:
        return None
    held = hold(ground, cutoff, days)
    if held is None:
        return None
    then = old.score(ground, cutoff)
    told = differences(held.actual, held.scored.expected, then.expected, draws=_DRAWS).set_index("metric")
    row = told.loc["normalized_gini"]
    if np.isfinite(row["high"]) and row["high"] < 0:
        ends = {k: f"{row[k]:+.3f}" for k in ("difference", "low", "high")}
        return _LOST.format(**ends)
    return None


_FIRST = Text("首个模型；历史太短，尚不能回测", "first model; the history is too short to test it")
_NO_TEST = Text("历史太短，不能回测，现有模型继续使用", "too short a history to test it; the present model stays")
_BETTER = Text(
    "回测优于“历史消费”：基尼 {gini}（差 {gain}，95% 区间 [{low}, {high}]）",
    "better than past spending in the backtest: Gini {gini} (difference {gain}, 95% [{low}, {high}])",
)
_AS_GOOD = Text(
    "回测不逊于“历史消费”：基尼 {gini}（差 {gain}，95% 区间 [{low}, {high}]）",
    "no worse than past spending in the backtest: Gini {gini} (difference {gain}, 95% [{low}, {high}])",
)
_WORSE = Text(
    "回测比“历史消费”差：基尼 {gini}（差 {gain}，95% 区间 [{low}, {high}]）",
    "worse than past spending in the backtest: Gini {gini} (difference {gain}, 95% [{low}, {high}])",
)
_TOTAL = Text("回测总额为实际的 {ratio}，相差过大", "the total of the backtest is {ratio} of what came: too far off")
_COVER = Text(
    "80% 区间在回测中覆盖了 {share}，不可信", "80% intervals covered {share} in the backtest: not to be trusted"
)
_LOST = Text(
    "不如现用模型：基尼差 {difference}，95% 区间 [{low}, {high}]",
    "worse than the model in use: Gini {difference}, 95% [{low}, {high}]",
)
