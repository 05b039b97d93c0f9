"""The whole walk: effects written down are found; rows after the last day change nothing; odd input gives no wrong figures."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from support_lifts import AS_OF, Shop, learned, shop

from ltv.attribution import credit
from ltv.attribution.learn import Learned, Sources, _pass_on, learn


def _credit(made: Shop) -> pd.DataFrame:
    ground, told = learned(made)
    parts = credit.parts_of(told, seed=0, draws=40)
    outcomes = credit.outcomes_of(ground)
    table = credit.credits_of(
        parts, credit.rows_of(ground, told.user_id), outcomes, told.user_id, ground.channels, seed=0
    )
    ground.drop()
    return table[(table["outcome"] == "conversions") & (table["segment"] == "all")].set_index("channel")


@pytest.mark.parametrize("options", [{}, {"seen": 0.8}], ids=["alike", "confounded"])
def test_what_channels_add_is_found(options: dict[str, float]) -> None:
    made = shop(6000, (0.6, 0.3, 0.0), seed=12, **options)
    found = _credit(made).loc[list(made.names)]
    share = found["credit"] / found["credit"].sum() - made.added / made.added.sum()
    assert share.abs().max() < 0.06
    assert found["credit"].sum() == pytest.approx(made.added.sum(), rel=0.12)


def test_rows_after_the_last_day_change_nothing() -> None:
    made = shop(1200, seed=2)
    late = pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    orders = made.orders.assign(ts=made.orders["ts"] + pd.Timedelta(days=65))
    touches = made.touches.assign(ts=made.touches["ts"] + pd.Timedelta(days=65))
    exposures = made.exposures.assign(ts=late)
    assert (orders["ts"].min(), touches["ts"].min()) >= (late, late)
    more = replace(
        made, orders=pd.concat([made.orders, orders]), touches=pd.concat([made.touches, touches]),
        exposures=pd.concat([made.exposures, exposures]),
    )  # fmt: skip
    pd.testing.assert_frame_equal(_credit(more), _credit(made), check_exact=False, rtol=1e-6)


def test_the_order_of_rows_does_not_matter() -> None:
    made = shop(1200, seed=3)
    mixed = replace(
        made, orders=made.orders.sample(frac=1, random_state=1), touches=made.touches.sample(frac=1, random_state=2)
    )
    one, other = _credit(made), _credit(mixed)
    np.testing.assert_allclose(one["credit"], other["credit"], rtol=1e-6)


def test_touches_after_a_conversion_do_not_count() -> None:
    made = shop(1200, (0.5,), seed=4)
    after = made.orders[["user_id", "ts"]].assign(
        ts=made.orders["ts"] + timedelta(seconds=1), channel="receipt", kind="send"
    )
    ground, told = learned(replace(made, touches=pd.concat([made.touches, after])))
    only, plain = learned(made)
    receipt = ground.channels.index("receipt")
    again = made.orders.sort_values(["user_id", "ts"])
    gap = again.groupby("user_id")["ts"].diff() <= pd.Timedelta(days=5)
    assert (told.mask >> receipt & 1).sum() <= gap.sum()  # at work on the next order alone
    np.testing.assert_array_equal(told.mask >> ground.channels.index("c0") & 1, plain.mask & 1)
    ground.drop()
    only.drop()


def _odd(made: Shop) -> Learned:
    ground, told = learned(made)
    if told.effects is not None:
        parts = credit.parts_of(told, seed=0, draws=4)
        whole = credit.Rows.whole(len(told.user_id))
        table = credit.credits_of(parts, whole, credit.outcomes_of(ground), told.user_id, ground.channels, seed=0)
        assert np.isfinite(table[["credit", "low", "high"]].to_numpy()).all()
        per = table.groupby("outcome")["credit"].sum()
        assert per["conversions"] == pytest.approx(len(told.user_id), rel=1e-9)
    ground.drop()
    return told


def test_one_channel() -> None:
    assert _odd(shop(1000, (0.5,), seed=5)).effects is not None


def test_a_channel_nobody_converted_through() -> None:
    made = shop(1000, (0.5, 0.2), seed=6)
    nobody = made.touches.iloc[:50].assign(user_id=10**6, channel="radio")
    told = _odd(replace(made, touches=pd.concat([made.touches, nobody])))
    assert told.effects is not None
    assert not (told.mask >> 2 & 1).any()


def test_many_channels_and_names_with_markup() -> None:
    made = shop(1000, (0.5, 0.2), seed=7)
    names = [f"=cmd()|<b>{k}</b>" for k in range(40)]
    channel = np.random.default_rng(1).choice(names, len(made.touches))
    told = _odd(replace(made, touches=made.touches.assign(channel=channel)))
    assert told.effects is not None
    assert told.effects.design.channels == 40


def test_clicks_alone_are_said_to_be_clicks() -> None:
    made = shop(1000, (0.5, 0.2), seed=8)
    kind = np.where(made.touches["channel"] == "c1", "click", "send")
    assert _odd(replace(made, touches=made.touches.assign(kind=kind))).clicks_only == ["c1"]


@pytest.mark.parametrize("empty", ["touches", "orders", "members", "exposures"])
def test_empty_tables(empty: str) -> None:
    made = shop(1000, (0.5, 0.2), seed=9, held=0.1)
    told = _odd(replace(made, **{empty: getattr(made, empty).iloc[:0]}))
    assert (told.effects is None) == (empty in ("touches", "orders"))
    if empty == "exposures":
        assert told.evidence is None


def test_too_few_conversions_say_nothing() -> None:
    made = shop(1000, (0.5, 0.2), seed=10)
    assert _odd(replace(made, orders=made.orders.iloc[:49])).effects is None


def test_without_members_and_with_groups() -> None:
    made = shop(1500, (0.5, 0.2), seed=11)
    ground = made.ground()
    users = np.arange(1000)
    told = learn(ground, Sources(groups=(users, users % 2), names=("even", "odd", "rest")), timezone="UTC")
    assert told.effects is not None
    assert set(np.unique(told.group)) == {0, 1, 2}
    assert (told.group[told.user_id >= 1000] == 2).all()
    ground.drop()


def test_visits_are_witnesses() -> None:
    made = shop(2500, (0.8, 0.3, 0.0), seed=13, orders=1.0)
    visits = shop(2500, (0.8, 0.3, 0.0), seed=13, orders=6.0)  # the same touches, other moments
    ground = made.ground()
    ground.engine.register("visits", visits.orders[["user_id", "ts"]])
    ground.engine.register("members", made.members)
    told = learn(ground, Sources("members", "visits"), timezone="UTC")
    assert told.pass_on is not None
    assert told.pass_on > 0.4
    own = learn(ground, Sources("members"), timezone="UTC")
    assert told.doses is not None
    assert own.doses is not None
    assert (
        np.diag(told.doses.covariance).sum() < np.diag(own.doses.covariance).sum()
    )  # there are more visits than orders
    ground.drop()


def test_the_multiple_of_visits_is_found() -> None:
    rng = np.random.default_rng(1)
    visits = rng.uniform(0, 0.4, 12)
    own = 1.5 * visits + rng.normal(0, 0.01, 12)
    multiple, apart = _pass_on(own, np.eye(12) * 1e-4, visits, np.eye(12) * 1e-5)
    assert multiple == pytest.approx(1.5, abs=0.1)
    assert apart <= 0.03
