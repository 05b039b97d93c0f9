"""The gate: what it lets through and what not, and in which words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, bought, few_trees

from ltv.lifetime import gate
from ltv.lifetime.ground import Ground
from ltv.lifetime.horizon import HorizonModel
from ltv.lifetime.trained import train

GOOD = {
    "normalized_gini": (0.7, 0.02, 0.01, 0.03),
    "total_ratio": (1.0, 0, 0, 0),
    "coverage_80": (0.8, np.nan, np.nan, np.nan),
}


def model_of(shop, **change):
    rows = []
    for metric, (value, difference, low, high) in (GOOD | change).items():
        if value is not None:
            rows.append(
                ("model", "deploy", 1, 30, "all", "all", metric, value, value, value, 100, difference, low, high)
            )
    return replace(shop.trained, backtest=pd.DataFrame(rows, columns=list(shop.trained.backtest.columns)))


def better(verdict):
    return "better" in verdict.reason.en, "优于" in verdict.reason.zh


@pytest.mark.parametrize(
    ("difference", "says_better"),
    [
        ((0.02, 0.01, 0.03), True),
        ((0.02, 0.0, 0.04), False),
        ((0.02, -0.01, 0.05), False),
        ((-0.01, -0.03, 0.01), False),
    ],
)
def test_better_is_said_only_where_the_interval_excludes_zero(shop, difference, says_better):
    verdict = gate.judge(model_of(shop, normalized_gini=(0.7, *difference)))
    assert verdict.passed and better(verdict) == (says_better, says_better)
    assert verdict.line.count(" · ") == 1 and "nan" not in verdict.line


@pytest.mark.parametrize(
    "change",
    [
        {"normalized_gini": (0.6, -0.05, -0.08, -0.01)},
        {"total_ratio": (2.01, 0, 0, 0)},
        {"total_ratio": (0.49, 0, 0, 0)},
        {"coverage_80": (0.64, 0, 0, 0)},
        {"coverage_80": (0.93, 0, 0, 0)},
    ],
    ids=["worse", "too_much", "too_little", "narrow", "wide"],
)
def test_a_bad_backtest_does_not_pass(shop, change):
    verdict = gate.judge(model_of(shop, **change))
    assert not verdict.passed and better(verdict) == (False, False)


def test_without_a_backtest_only_the_first_model_passes(shop):
    blind = model_of(shop, normalized_gini=(None, 0, 0, 0))
    assert gate.judge(blind).passed
    assert not gate.judge(blind, champion=shop.trained, ground=shop.ground).passed
    assert gate.judge(model_of(shop, coverage_80=(None, 0, 0, 0))).passed


def test_a_challenger_that_learns_worse_than_the_champion_ranks_is_rejected(monkeypatch):
    ground = Ground.of(bought(320), as_of=AS_OF)
    with few_trees(4, 20, cutoffs=0):
        before = HorizonModel.train(ground, ground.as_of_day - 30, 30)
        held = train(ground, [30], main_days=30)
        champion = replace(held, models={30: before})
        assert gate._against(held, champion, ground) is None  # the same way of learning
        late = replace(champion, models={30: replace(before, day=ground.as_of_day)})
        monkeypatch.setattr(gate, "hold", lambda *_: pytest.fail("the champion has seen what it would be judged by"))
        assert gate._against(held, late, ground) is None
        monkeypatch.undo()
        hold = gate.hold

        def worse(*given):
            told = hold(*given)
            return replace(told, scored=replace(told.scored, expected=told.scored.expected[::-1].copy()))

        monkeypatch.setattr(gate, "hold", worse)
        lost = gate._against(held, champion, ground)
    assert lost is not None and "worse than the model in use" in lost.en
