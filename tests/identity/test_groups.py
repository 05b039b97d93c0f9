"""Many pairs and few give the same components, each named after its smallest identifier."""

import numpy as np
import pytest

from ltv.identity import groups
from ltv.identity.evidence import Pairs


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("links", [0, 1, 60, 150, 400])
def test_compiled_union_find_gives_the_components_that_scipy_gives(links, dtype, monkeypatch):
    rng = np.random.default_rng(links)
    one, other = (rng.integers(0, 200, links).astype(dtype) for _ in range(2))
    pairs = Pairs(one, other, one, other)
    few = groups.components(pairs, 200)
    monkeypatch.setattr(groups, "_MANY_PAIRS", -1)
    many = groups.components(pairs, 200)
    assert many.tolist() == few.tolist()
    assert all(few[node] <= node and few[few[node]] == few[node] for node in range(200))


def test_a_long_chain_in_any_order_is_one_component(monkeypatch):
    monkeypatch.setattr(groups, "_MANY_PAIRS", -1)
    low = np.random.default_rng(1).permutation(50_000)
    assert not groups.components(Pairs(low, low + 1, low, low), 50_001).any()
