"""What is known at a cutoff, and that nothing later is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, START, bought

from ltv.errors import UsageError
from ltv.lifetime.ground import BEHAVIOUR, Ground, rows_of_person
from ltv.lifetime.snapshots import past, training_cutoffs
from ltv.lifetime.summaries import day_number


def day(month, of):
    return day_number(START.replace(month=month, day=of))


def looked(ground, cutoff, horizon=20):
    now = ground.look(ground.fit(cutoff), cutoff, horizon)
    return now.features.user_id, now.features.matrix, now.label, now.prospects.user_id, now.prospects.x, now.later


def test_everything_of_later_days_is_unknown_to_a_snapshot_and_to_its_label(shop):
    cutoff, horizon = day(4, 1), 20
    end = pd.Timestamp(START.replace(month=4, day=21))
    draw = np.random.default_rng(0)
    orders = shop.orders.assign(amount=np.where(shop.orders["ts"] >= end, 5_000.0, shop.orders["amount"]))
    more = pd.DataFrame({"order_id": -1, "user_id": 88_888, "ts": [end], "amount": [1e5]})
    members = shop.members.assign(
        registered_at=shop.members["registered_at"].where(shop.members["registered_at"] < end, end)
    )
    events = shop.events[(shop.events["ts"] < end) | (draw.random(len(shop.events)) < 0.5)]
    events = events.assign(event=np.where(events["ts"] >= end, "search", events["event"]))
    changed = Ground.of(pd.concat([orders, more]), as_of=AS_OF, members=members, events=events)
    for was, now in zip(looked(shop.ground, cutoff, horizon), looked(changed, cutoff, horizon), strict=True):
        assert np.array_equal(was, now, equal_nan=True)


def test_a_snapshot_holds_everybody_once_with_what_they_then_spent(shop):
    cutoff = day(4, 1)
    now = shop.ground.look(shop.ground.fit(cutoff), cutoff, 20)
    start, end = pd.Timestamp(START.replace(month=4, day=1)), pd.Timestamp(START.replace(month=4, day=21))
    before, window = shop.orders["ts"] < start, shop.orders["ts"].between(start, end, inclusive="left")
    spent = shop.orders[window].groupby("user_id")["amount"].sum()
    assert set(now.features.user_id) == set(shop.orders.loc[before, "user_id"])
    known = set(shop.members.loc[shop.members["registered_at"] < start, "user_id"]) | set(now.features.user_id)
    assert set(now.prospects.user_id) == known - set(now.features.user_id)
    for ids, told in ((now.features.user_id, now.label), (now.prospects.user_id, now.later)):
        assert told == pytest.approx(spent.reindex(ids).fillna(0).to_numpy())
    assert set(BEHAVIOUR) <= set(now.features.columns) <= shop.ground.names
    assert now.prospects.names == BEHAVIOUR


def test_a_window_that_is_not_over_has_no_label(shop):
    last = shop.ground.as_of_day
    fitted = shop.ground.fit(last)
    assert shop.ground.look(fitted, last - 20, 20).label is not None
    open_one = shop.ground.look(fitted, last - 19, 20)
    assert open_one.label is None and open_one.later is None


def test_one_person_alone_looks_as_among_all(shop):
    cutoff = shop.ground.as_of_day
    fitted = shop.ground.fit(cutoff)
    everybody = shop.ground.look(fitted, cutoff, 30)
    buyer, waiting = int(everybody.features.user_id[7]), int(everybody.prospects.user_id[3])
    for who in (buyer, waiting):
        alone = Ground.of(shop.orders, as_of=AS_OF, members=shop.members, events=shop.events, only=who)
        now = alone.look(fitted, cutoff, 30)
        place = everybody.features.user_id == who
        assert np.array_equal(now.features.matrix, everybody.features.matrix[place], equal_nan=True)
        assert np.array_equal(
            now.prospects.x, everybody.prospects.x[everybody.prospects.user_id == who], equal_nan=True
        )
    stranger = Ground.of(shop.orders, as_of=AS_OF, members=shop.members, only=123_456_789).look(fitted, cutoff, 30)
    assert not len(stranger.features.user_id) and not len(stranger.prospects)


def test_invites_of_one_person_are_those_they_sent():
    rows = pd.DataFrame({"inviter_user_id": [1, 2], "invitee_user_id": [2, 1], "ts": pd.Timestamp(START)})
    assert rows_of_person(rows, "invites", 1).frame()["invitee_user_id"].tolist() == [2]
    assert (
        len(rows_of_person(pd.DataFrame({"x": [1, 2]}), "orders", 1).frame()) == 2
    )  # columns are checked by who reads it


def test_orders_alone_are_looked_at_on_the_very_days_and_have_no_behaviour(shop):
    alone = Ground.of(shop.orders, as_of=AS_OF)
    days = [day(3, 3), day(4, 4)]
    assert alone.near(days, day(6, 1)) == days and alone.window_days == 0
    now = alone.look(alone.fit(day(4, 1)), day(4, 1), 20)
    assert not set(now.features.columns) & set(BEHAVIOUR) and not set(alone.names) & set(BEHAVIOUR)
    assert not len(now.prospects)


def test_behaviour_is_looked_at_on_few_days_all_before_the_one_asked_for(shop):
    ground, before = shop.ground, shop.ground.as_of_day
    near = ground.near(list(range(before - 150, before)), before)
    assert max(near) < before and len(set(near)) <= 25
    assert all(abs(a - b) <= 4 for a, b in zip(near, range(before - 150, before), strict=False))
    assert ground.near([before], before) == []


def test_labels_of_the_past_end_before_the_day(shop):
    cutoff = shop.ground.as_of_day - 20
    for snapshot in past(shop.ground, shop.ground.fit(cutoff), cutoff, 30):
        assert snapshot.cutoff_day + snapshot.horizon_days <= cutoff
        assert snapshot.cutoff_day > shop.ground.first_day and snapshot.spent.sum() > 0


def test_a_day_on_which_nobody_spent_anything_after_is_left_out():
    orders = bought(80)
    ended = orders[orders["ts"] < pd.Timestamp("2026-02-10")]
    ground = Ground.of(ended, as_of=AS_OF)
    cutoff = ground.as_of_day
    days = {s.cutoff_day for s in past(ground, ground.fit(cutoff), cutoff, 30)}
    assert days <= {d for d, _ in training_cutoffs(ground.first_day, cutoff, 30) if d < day(2, 10)}


def test_people_are_drawn_the_same_at_every_cutoff(shop):
    now = shop.ground.look(shop.ground.fit(day(4, 1)), day(4, 1), 20)
    half = now.sampled(0.5)
    assert now.sampled(1.0) is now
    assert 0.35 < len(half.spent) / len(now.spent) < 0.65 and len(half.features.user_id) == len(half.spent)
    later = shop.ground.look(shop.ground.fit(day(4, 1)), day(5, 1), 20).sampled(0.5)
    both = np.intersect1d(now.features.user_id, later.features.user_id)
    assert set(half.features.user_id) & set(both) <= set(later.features.user_id)
    assert len(half.prospects) == len(half.spent_later)


def test_a_table_without_its_columns_is_named(shop):
    with pytest.raises(UsageError, match="touches columns: found"):
        Ground.of(shop.orders, as_of=AS_OF, touches=shop.members)


def test_an_empty_ground_knows_nobody():
    ground = Ground.of(bought(5).head(0), as_of=AS_OF)
    assert ground.first_day == ground.as_of_day
    assert len(ground.value_of(np.array([1, 2]), ground.as_of_day)) == 2 and replace(ground).worth == "revenue"
    assert not len(ground.behaviour(ground.as_of_day).user_id)
