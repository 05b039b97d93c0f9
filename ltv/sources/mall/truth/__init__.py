"""What no analysis may know: who everyone is, what they are worth, what truly works, what is broken on purpose."""

from ltv.sources.mall.truth.all import community_truth, mall_truth
from ltv.sources.mall.truth.values import HORIZONS, expected_values

__all__ = ["HORIZONS", "community_truth", "expected_values", "mall_truth"]
