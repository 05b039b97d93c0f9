"""Who is accused: nobody in quiet weeks, the channel that was cut when one was, and intervals that hold the truth."""

from dataclasses import replace

import numpy as np
import pytest
from support_changes import CHANNELS, Calm, figure, made

from ltv.health.changes_explained import Judge, values

QUIET, CUT = 60, 24


@pytest.fixture(scope="module")
def quiet():
    """Weeks in which nothing happened but what moves everybody, and chance."""
    shops = [made(seed, swing=0.08, people=600) for seed in range(QUIET)]
    return [shop.judge.explain(shop.figures) for shop in shops]


@pytest.fixture(scope="module")
def cut():
    """One channel that lost most of its orders in the last week."""
    shops = [made(1_000 + seed, cut=0.15) for seed in range(CUT)]
    return [(shop.truth, shop.judge.explain(shop.figures)) for shop in shops]


def test_quiet_weeks_are_called_unusual_no_more_often_than_promised(quiet):
    moved = [any(one.verdict in ("up", "down") for one in found) for found in quiet]
    assert np.mean(moved) <= 0.10 + 2 * np.sqrt(0.1 * 0.9 / QUIET)


def test_quiet_weeks_accuse_somebody_no_more_often_than_promised(quiet):
    accused = [any(e.accused.any() for one in found for e in one.explanations) for found in quiet]
    assert np.mean(accused) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / QUIET)


def test_a_change_that_all_share_is_unusual_and_nobodys_fault():
    shop = made(5, people=2_000)
    less = [half_of_last_week(one) for one in shop.figures[:2]]
    revenue, buyers = shop.judge.explain(less)
    assert {revenue.verdict, buyers.verdict} == {"down"}
    assert revenue.best == buyers.best == ""


def half_of_last_week(one):
    """Every second row of the last week."""
    use = (one.week > 0) | (np.arange(len(one.week)) % 2 == 0)
    rows = {name: getattr(one, name)[use] for name in ("week", "who", "lot", "above", "below")}
    return replace(one, **rows)


def test_the_channel_that_was_cut_is_found_and_named_first(cut):
    revenue = [found[0] for _, found in cut]
    assert np.mean([one.verdict == "down" for one in revenue]) >= 0.8
    assert np.mean([one.best == "channel" for one in revenue]) >= 0.8
    for one in (o for o in revenue if o.best):
        channel = one.by("channel")
        assert channel.parts[channel.order[0]] == "sms"
        assert [channel.parts[n] for n in np.flatnonzero(channel.accused)] == ["sms"]


def test_the_interval_of_its_contribution_holds_the_truth_as_often_as_it_says(cut):
    held = []
    for truth, found in cut:
        channel = found[0].by("channel")
        n = channel.parts.index("sms")
        held.append(channel.low[n] <= truth <= channel.high[n])
    assert np.mean(held) >= 0.90 - 2 * np.sqrt(0.9 * 0.1 / CUT)


def test_contributions_of_every_dimension_add_up_to_the_change(quiet, cut):
    for found in (*quiet, *(found for _, found in cut)):
        for one in found:
            for e in one.explanations:
                assert e.contribution.sum() == pytest.approx(one.change, abs=1e-6 * (1 + abs(one.before)))


def test_the_same_seed_tells_the_same():
    first, again = (made(3).judge.explain(made(3).figures)[0].by("channel") for _ in range(2))
    assert first.low.tolist() == again.low.tolist()


# ---- which weeks are compared


def weekly(levels, *, why=("",) * 9, people=400):
    """A figure whose last week comes first."""
    week = np.repeat(np.arange(9), [round(n) for n in levels])
    who = np.concatenate([np.arange(round(n)) % people for n in levels])
    return figure("revenue", week, who, np.ones(len(week)), why=why)


def judge_of(calm):
    shop = made(0, people=400)
    return Judge(calm, shop.judge.dimensions, shop.judge.lots)


LEVELS = [300.0, 290, 310, 305, 295, 300, 302, 298, 301]


def test_an_unusual_week_is_compared_with_the_latest_usual_one():
    judge = judge_of(Calm())
    (told,) = judge.explain([weekly([100, 102, *LEVELS[2:]])])
    assert (told.verdict, told.back) == ("down", 2)
    (told,) = judge.explain([weekly(LEVELS)])
    assert (told.verdict, told.back) == ("usual", 1)


def test_special_weeks_are_no_baseline_not_compared_with_and_not_judged():
    calm = Calm()
    calm.special = (1, 2)
    (told,) = judge_of(calm).explain([weekly([300, 900, 900, *LEVELS[3:]])])
    assert (told.verdict, told.back) == ("usual", 3)
    calm.special = (0,)
    (told,) = judge_of(calm).explain([weekly([900, *LEVELS[1:]])])
    assert (told.verdict, told.back) == ("special_day", 1)
    assert np.isnan(told.usual).all()


@pytest.mark.parametrize(
    ("why", "verdict"),
    [
        (("immature",), "immature"),
        (("missing",), "immature"),
        (("few",), "not_enough_data"),
        (("", *["early"] * 5), "not_enough_data"),
    ],
)
def test_what_is_not_known_is_not_judged(why, verdict):
    (told,) = judge_of(Calm()).explain([weekly([10, *LEVELS[1:]], why=(*why, *[""] * (9 - len(why))))])
    assert told.verdict == verdict
    assert told.best == "" or why[0] == ""


def test_a_week_that_is_not_known_has_no_value_and_nothing_to_compare():
    (told,) = judge_of(Calm()).explain([weekly(LEVELS, why=("immature", *[""] * 8))])
    assert np.isnan(told.after)
    assert told.back == 0
    assert told.explanations == ()


def test_values_are_sums_or_means_of_the_rows():
    assert values(weekly(LEVELS)).tolist() == LEVELS
    mean = figure("rate", [0, 0, 1], [1, 2, 1], [1.0, 0.0, 1.0], [1.0, 1.0, 2.0])
    assert values(mean)[:2].tolist() == [0.5, 0.5]


def test_people_nobody_knows_the_channel_of_are_a_part():
    shop = made(2)
    channel = shop.judge.dimensions[0]
    of = channel.of.copy()
    of[0, :300] = len(CHANNELS) - 1
    judge = Judge(Calm(), [replace(channel, of=of)], shop.judge.lots)
    parts = judge.explain(shop.figures)[0].by("channel").parts
    assert set(parts) == set(CHANNELS)
