"""Credit: the axioms on the whole way from parts of conversions to the table."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from support_lifts import learned, shop

from ltv.attribution import credit
from ltv.attribution.conditional import Fit
from ltv.attribution.design import Design
from ltv.attribution.effects import Effects
from ltv.attribution.learn import Learned

SEEDS = st.integers(0, 10_000)


def _learned(seed: int, channels: int = 4, people: int = 60, lifts: np.ndarray | None = None) -> Learned:
    rng = np.random.default_rng(seed)
    beta = rng.uniform(-0.1, 0.8, channels) if lifts is None else lifts
    fitted = Fit("additive", beta, np.diag(np.full(channels, 1e-3)), np.zeros(1), np.ones(1))
    effects = Effects("additive", Design(channels), fitted, np.zeros(channels))
    user = np.sort(rng.integers(0, 30, people))
    masks = rng.integers(0, 1 << channels, people)
    return Learned(effects, np.zeros(channels), np.arange(people), user, masks, np.zeros(people, np.int64), people, [])


def _table(told: Learned, rows: credit.Rows | None = None, seed: int = 0, **options: Any) -> pd.DataFrame:
    assert told.effects is not None
    parts = credit.parts_of(told, seed=seed, draws=8)
    value = np.random.default_rng(len(told.user_id)).gamma(2, 20, 10**4)[told.conversion_id]
    outcomes = pd.DataFrame({"conversions": 1.0, "value": value})
    names = options.get("names", tuple(f"c{k}" for k in range(told.effects.design.channels)))
    return credit.credits_of(
        parts, rows or credit.Rows.whole(len(told.user_id)), outcomes, told.user_id, names, seed=seed
    )


def _whole(table: pd.DataFrame, outcome: str = "value") -> pd.Series:
    return table[(table["outcome"] == outcome) & (table["segment"] == "all")].set_index("channel")["credit"]


@given(SEEDS, st.sampled_from([1, 2, 5, 9, 16]))
@settings(max_examples=15, deadline=None)
def test_organic_and_channels_are_the_total(seed: int, channels: int) -> None:
    told = _learned(seed, channels)
    table = _table(told)
    assert _whole(table, "conversions").sum() == pytest.approx(len(told.user_id), rel=1e-9)
    total = np.random.default_rng(len(told.user_id)).gamma(2, 20, 10**4)[: len(told.user_id)].sum()
    assert _whole(table).sum() == pytest.approx(total, rel=1e-9)
    assert (table["low"] <= table["high"]).all()


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_segments_add_up_to_the_whole(seed: int) -> None:
    told = _learned(seed)
    part = np.random.default_rng(seed).integers(0, 3, len(told.user_id))
    member = np.vstack([np.ones(len(part)), *(part == g for g in range(3))])
    rows = credit.Rows([("all", "all"), *(("kind", str(g)) for g in range(3))], sparse.csr_array(member))
    table = _table(told, rows)
    parts = table[table["segment"] != "all"].groupby(["outcome", "channel"])["credit"].sum()
    whole = table[table["segment"] == "all"].set_index(["outcome", "channel"])["credit"]
    np.testing.assert_allclose(parts.reindex(whole.index), whole, rtol=1e-9, atol=1e-9)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_a_channel_without_effect_or_without_touches_gets_nothing(seed: int) -> None:
    lifts = np.random.default_rng(seed).uniform(0, 0.8, 4)
    lifts[2] = 0
    told = _learned(seed, lifts=lifts)
    never = replace(told, mask=told.mask & ~8)
    assert _whole(_table(told))["c2"] == pytest.approx(0, abs=1e-9)
    found = _table(never)
    assert (found.loc[found["channel"] == "c3", ["credit", "low", "high"]].abs() < 1e-9).all(axis=None)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_channels_alike_get_the_same(seed: int) -> None:
    lifts = np.random.default_rng(seed).uniform(0, 0.8, 4)
    lifts[1] = lifts[0]
    told = _learned(seed, lifts=lifts)
    both = (told.mask & ~3) | np.where(told.mask & 1, 3, 0)
    found = _whole(_table(replace(told, mask=both)))
    assert found["c0"] == pytest.approx(found["c1"], rel=1e-9, abs=1e-9)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_names_and_order_of_rows_do_not_matter(seed: int) -> None:
    told = _learned(seed)
    assert told.effects is not None
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(told.user_id))
    mixed = replace(told, conversion_id=told.conversion_id[order], user_id=told.user_id[order], mask=told.mask[order])
    pd.testing.assert_series_equal(_whole(_table(mixed)), _whole(_table(told)), rtol=1e-9)
    turn = rng.permutation(4)
    fitted = replace(told.effects.fitted, beta=told.effects.fitted.beta[turn])
    mask = sum(((told.mask >> old) & 1) << new for new, old in enumerate(turn))
    renamed = replace(told, effects=replace(told.effects, fitted=fitted), mask=np.asarray(mask))
    names = tuple(f"c{k}" for k in turn)
    found = _whole(_table(renamed, names=names))
    pd.testing.assert_series_equal(found.reindex(["organic", "c0", "c1", "c2", "c3"]), _whole(_table(told)), rtol=1e-9)


def test_a_conversion_is_split_by_hand() -> None:
    told = replace(_learned(1, 2, 2, lifts=np.array([0.5, 0.25])), mask=np.array([3, 1]))
    found = _whole(_table(told), "conversions")
    np.testing.assert_allclose(found, [1 / 1.75 + 1 / 1.5, 0.5 / 1.75 + 0.5 / 1.5, 0.25 / 1.75])


def test_intervals_are_wide_where_effects_are_not_known() -> None:
    told = _learned(2)
    assert told.effects is not None
    wide = replace(told.effects, fitted=replace(told.effects.fitted, covariance=np.diag(np.full(4, 0.09))))
    apart = [(t["high"] - t["low"]).sum() for t in (_table(told), _table(replace(told, effects=wide)))]
    assert apart[1] > 2 * apart[0]
    moved = _table(replace(told, shift_sd=np.full(4, 0.3)))
    assert (moved["high"] - moved["low"]).sum() > 2 * apart[0]


def test_campaigns_share_what_their_channel_has() -> None:
    made = shop(800, seed=6)
    touches = made.touches.assign(campaign=np.where(np.arange(len(made.touches)) % 3, "spring", ""))
    ground, told = learned(replace(made, touches=touches))
    parts, outcomes = credit.parts_of(told, seed=0, draws=4), credit.outcomes_of(ground)
    rows = credit.rows_of(ground, told.user_id)
    table = credit.credits_of(parts, rows, outcomes, told.user_id, ground.channels, seed=0)
    doses = credit.doses_of(ground, ground.exposure[0])
    campaigns = credit.by_campaign(ground, told, parts, outcomes, doses)
    for outcome in ground.outcomes:
        sums = campaigns[campaigns["outcome"] == outcome].groupby("channel")["credit"].sum()
        np.testing.assert_allclose(sums, _whole(table, outcome).drop("organic"), rtol=1e-9)
    per = table[(table["segment_kind"] == "mood")].groupby(["outcome", "channel"])["credit"].sum()
    whole = table[table["segment"] == "all"].set_index(["outcome", "channel"])["credit"]
    np.testing.assert_allclose(per.reindex(whole.index), whole, rtol=1e-9)
    ground.drop()
