"""What parts of the ranking brought: the order stays, the total stays, few people change nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.lifetime.tenths import Tenths

DRAW = np.random.default_rng(0)
SAID = DRAW.lognormal(0, 1, 4_000)
CAME = SAID**1.6 * DRAW.exponential(1, 4_000)
READ = Tenths.of([SAID], [CAME])


def test_a_ranking_that_is_too_flat_is_stretched_and_its_total_kept():
    told = READ.read(SAID)
    assert told.sum() == pytest.approx(SAID.sum())
    top = np.argsort(SAID)[-400:]
    off = [abs(np.log(v[top].sum() / v.sum() / (CAME[top].sum() / CAME.sum()))) for v in (SAID, told)]
    assert off[1] < off[0] / 2


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_nobody_overtakes_anybody_and_nothing_stays_nothing(values):
    before = np.array(values)
    after = READ.read(before)
    order = np.argsort(before, kind="stable")
    assert np.isfinite(after).all() and (after >= 0).all()
    assert (np.diff(after[order]) >= -1e-9 * max(after.max(), 1)).all()
    assert (after[before == 0] == 0).all()
    assert after.sum() == pytest.approx(before.sum(), rel=1e-6, abs=1e-9)


def test_the_unit_of_money_does_not_matter():
    other = Tenths.of([SAID * 100], [CAME * 3])
    assert other.read(SAID * 7) == pytest.approx(READ.read(SAID) * 7)


@pytest.mark.parametrize(
    ("said", "came"),
    [
        ([], []),
        ([np.zeros(0)], [np.zeros(0)]),
        ([np.zeros(500)], [np.ones(500)]),
        ([np.ones(500)], [np.zeros(500)]),
        ([np.ones(500)], [-np.ones(500)]),
        ([SAID[:100]], [CAME[:100]]),
    ],
    ids=["none", "nobody", "nothing_said", "nothing_came", "only_returns", "few"],
)
def test_where_there_is_nothing_to_learn_predictions_stay_as_they_are(said, came):
    assert (Tenths.of(said, came).read(SAID) == SAID).all()


def test_equal_predictions_stay_equal():
    same = Tenths.of([np.ones(900)], [DRAW.exponential(1, 900)]).read(np.ones(5))
    assert same == pytest.approx(np.ones(5))


def test_returns_in_a_block_do_not_turn_the_order():
    mixed = Tenths.of([SAID], [np.where(DRAW.random(4_000) < 0.3, -CAME, CAME)])
    assert (np.diff(mixed.meant) >= 0).all() and np.isfinite(mixed.meant).all()
