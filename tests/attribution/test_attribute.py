"""`ltv.attribute`: one call from touches and orders to credit, curves, a budget and sentences."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import ltv
from ltv.attribution.given import Ground
from ltv.errors import UsageError
from ltv.text import LANGS

AS_OF, DAYS = date(2026, 3, 31), 90
START = pd.Timestamp("2026-01-01")
KEY = ["as_of", "window_days", "method", "outcome", "segment_kind", "segment", "channel", "campaign"]


def shop(seed=0, *, people=1500, channels=("ads", "push", "sms"), lifts=(0.8, 0.1, 0.4)):
    """Touches and orders of people whose rates differ, each touch raising the rate for eight days."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(2, 0.02, people)
    touches, base = [], rng.poisson(rate * DAYS)
    orders = [(who, day) for who in range(people) for day in rng.uniform(0, DAYS, base[who])]
    for name, lift in zip(channels, lifts, strict=True):
        count = rng.poisson(0.03 * DAYS * (0.5 + rate / rate.mean()))
        for who in np.repeat(np.arange(people), count):
            day = rng.uniform(-8, DAYS)
            touches.append((who, day, name, "send", 0.1))
            more = rng.poisson(rate[who] * lift * 8)
            orders += [(who, d) for d in day + rng.uniform(0, 8, more) if 0 <= d < DAYS]
    seen = pd.DataFrame(touches, columns=["user_id", "day", "channel", "kind", "cost"])
    bought = pd.DataFrame(orders, columns=["user_id", "day"])
    seen["campaign"] = np.where(seen["day"] < 45, "winter", "spring")
    for table in (seen, bought):
        table["user_id"] += 1
        table["ts"] = (START + pd.to_timedelta(table.pop("day"), unit="D")).dt.as_unit("us")
    return bought.assign(amount=rng.lognormal(3, 0.5, len(bought)).round(2), status="paid"), seen


@pytest.fixture(scope="module")
def told():
    orders, touches = shop()
    users = np.arange(1, 1501)
    segments = pd.DataFrame({"user_id": users, "segment_kind": "half", "segment": np.where(users % 2, "odd", "even")})
    scores = pd.DataFrame({"user_id": users, "horizon_days": 365, "expected": 10.0})
    spend = pd.DataFrame({"date": [pd.Timestamp("2026-02-01")], "channel": ["tv"], "cost": [500.0]})
    return ltv.attribute(orders, touches, as_of=AS_OF, segments=segments, scores=scores, spend=spend)


def test_each_row_of_the_result_has_a_key_of_its_own(told):
    assert not told.table.duplicated(KEY).any()
    assert {"incremental_shapley", "last_touch", "equal_credit", "markov_1", "markov_2"} <= set(told.table["method"])
    assert set(told.table["outcome"]) == {"conversions", "value", "ltv"}


def test_every_method_gives_exactly_what_there_was(told):
    whole = told.table[(told.table["campaign"] == "all") & (told.table["segment_kind"] == "all")]
    sums = whole.groupby(["method", "outcome"])["credit"].sum().unstack()
    for outcome in sums:
        assert sums[outcome].to_numpy() == pytest.approx(told.outcomes[outcome].sum(), rel=1e-9)
    assert whole.groupby(["method", "outcome"])["share"].sum().to_numpy() == pytest.approx(1.0)


def test_segments_add_up_to_the_whole_and_campaigns_to_their_channel(told):
    rows = told.table[(told.table["method"] == "incremental_shapley") & (told.table["outcome"] == "value")]
    channels = rows[rows["campaign"] == "all"]
    halves = channels[channels["segment_kind"] == "half"].groupby("channel")["credit"].sum()
    assert halves.to_numpy() == pytest.approx(told.credit().loc[halves.index].to_numpy(), rel=1e-9)
    campaigns = rows[(rows["campaign"] != "all") & rows["channel"].isin(["ads", "push", "sms"])]
    assert campaigns.groupby("channel")["credit"].sum().to_numpy() == pytest.approx(
        told.credit()[["ads", "push", "sms"]].to_numpy(), rel=1e-9
    )


def test_what_channels_truly_add_is_found_where_last_touch_is_far_off(told):
    rows = told.rows(outcome="conversions").set_index("channel")
    orders = len(told.outcomes)
    assert rows.loc["organic", "low"] / orders < 0.75 < rows.loc["organic", "high"] / orders + 0.1
    assert rows.loc["ads", "credit"] > rows.loc["sms", "credit"] > rows.loc["push", "credit"]
    last = told.credit("last_touch", "conversions")
    assert 1 - last["organic"] / orders > 1.5 * (1 - rows.loc["organic", "credit"] / orders)


def test_a_channel_with_bills_and_no_touches_has_a_cost_and_no_credit(told):
    row = told.rows().set_index("channel").loc["tv"]
    assert (row["credit"], row["cost"], row["roi"]) == (0.0, 500.0, 0.0)


def test_the_budget_keeps_its_total_and_its_bounds(told):
    plan = told.plan_table.set_index("channel")
    assert plan["proposed_cost"].drop("all").sum() == pytest.approx(plan["current_cost"].drop("all").sum(), rel=1e-9)
    moved = (plan["change"] / plan["current_cost"]).drop("all")
    assert moved.abs().max() <= 0.35 + 1e-9
    assert plan["reason_zh"].str.len().min() > 0
    assert plan["reason_en"].str.len().min() > 0


def test_all_words_are_there_in_both_languages_and_every_block_can_be_drawn(told):
    for lang in LANGS:
        assert all(told.takeaways(lang))
        for name, view in told.views.items():
            assert all(column.label.to(lang) for column in view.columns)
            if view.kind == "chart":
                assert told.figure(name, lang=lang).data
    assert any("confounding possible" in words for words in told.takeaways("en"))


def test_the_same_seed_gives_the_same_figures_whatever_the_order_of_rows():
    orders, touches = shop(3, people=400)
    one = ltv.attribute(orders, touches, as_of=AS_OF)
    other = ltv.attribute(orders.sample(frac=1, random_state=1), touches.sample(frac=1, random_state=2), as_of=AS_OF)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-6)


def test_nothing_after_the_day_counts():
    orders, touches = shop(4, people=400)
    before = ltv.attribute(orders, touches, as_of=date(2026, 2, 28), window_days=50)
    late = pd.Timestamp("2026-03-01")
    early = ltv.attribute(
        orders[orders["ts"] < late], touches[touches["ts"] < late], as_of=date(2026, 2, 28), window_days=50
    )
    pd.testing.assert_frame_equal(before.table, early.table)


def test_with_little_there_are_rules_alone_and_the_page_says_so():
    orders, touches = shop(5, people=20)
    told = ltv.attribute(orders.head(12), touches, as_of=AS_OF)
    assert told.learned.effects is None
    assert "incremental_shapley" not in set(told.table["method"])
    assert "Not enough data" in told.takeaways("en")[0]
    assert {"methods", "campaigns"} <= set(told.views)


def test_without_touches_nothing_can_be_attributed():
    orders, touches = shop(6, people=50)
    told = ltv.attribute(orders, touches.iloc[:0], as_of=AS_OF)
    assert told.takeaways("en") == ["There are no touches that count: nothing can be attributed."]
    assert told.credit("last_touch")["organic"] == pytest.approx(told.outcomes["value"].sum())
    assert told.having("waterfall") == ("takeaways",)


def test_one_channel_names_with_markup_and_costs_of_nothing_are_told_as_they_are():
    orders, touches = shop(7, people=600, channels=("=1+1<b>",), lifts=(0.5,))
    told = ltv.attribute(orders, touches.assign(cost=0.0), as_of=AS_OF)
    row = told.rows().set_index("channel").loc["=1+1<b>"]
    assert row["credit"] > 0
    assert np.isnan(row["roi"])
    assert not told.planned.moves


def test_forty_channels_are_told_exactly_where_few_are_at_work():
    names = tuple(f"c{k:02}" for k in range(40))
    orders, touches = shop(8, people=60, channels=names, lifts=(0.05,) * 40)
    told = ltv.attribute(orders, touches, as_of=AS_OF)
    assert told.credit().sum() == pytest.approx(told.outcomes["value"].sum(), rel=1e-9)
    assert len(told.by_channel) == 40


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"largest_step": 2.0}, "step"),
        ({"floor": {"nobody": 1.0}}, "floor"),
        ({"window_days": 0}, "window_days"),
        ({"differs_by": "age"}, "differs_by"),
    ],
)
def test_what_is_out_of_range_is_named_in_one_line(change, words):
    orders, touches = shop(9, people=300)
    with pytest.raises(UsageError, match=words) as raised:
        ltv.attribute(orders, touches, as_of=AS_OF, **change)
    assert "\n" not in str(raised.value)


def test_a_ground_of_the_window_before_is_compared_by_the_effects_of_now():
    orders, touches = shop(10, people=800)
    told = ltv.attribute(orders, touches, as_of=AS_OF, window_days=40)
    assert told.earlier is not None
    rows = told.earlier[told.earlier["outcome"] == "conversions"]
    then = Ground.of(orders, touches, as_of=date(2026, 2, 19), window_days=40, lookback_days=8)
    assert rows["credit"].sum() == pytest.approx(len(then.frame(then.conversions)), rel=1e-9)
    assert "changes" in told.views
