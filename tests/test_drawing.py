"""What charts have in common: names that do not overlap, round ticks in the language, bands that break where nothing is known."""

import itertools

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv import colors, drawing
from ltv.drawing import End

PLACES = st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=6).map(sorted)


@given(PLACES, st.floats(1, 10))
def test_names_keep_their_order_and_their_distance_inside_the_axis(wanted, size):
    moved = drawing.apart(wanted, [size] * len(wanted), 0.0, 100.0)
    assert all(b - a >= size - 1e-6 for a, b in itertools.pairwise(moved))
    assert moved[0] >= size / 2 - 1e-6
    assert moved[-1] <= 100 - size / 2 + 1e-6


@given(PLACES)
def test_names_that_have_room_stay_where_their_lines_end(wanted):
    far = [20.0 + 40 * k for k in range(len(wanted[:2]))]
    assert drawing.apart(far, [10.0] * len(far), 0.0, 100.0) == pytest.approx(far)


@given(
    st.floats(-1e9, 1e9),
    st.floats(1e-4, 1e9),
    st.sampled_from(["rate", "count", "money"]),
    st.sampled_from(["zh", "en"]),
)
def test_ticks_are_few_inside_the_axis_and_all_written_differently(low, span, unit, lang):
    at = drawing.ticks(low, low + span)
    assert len(at) <= 6
    assert all(low - 1e-6 * span <= t <= low + span * (1 + 1e-6) for t in at)
    if span > 1e-6 * abs(low):
        assert len(set(drawing.tick_text(at, unit, lang))) == len(at)


@pytest.mark.parametrize(
    ("at", "unit", "zh", "en"),
    [
        ([0, 2e8], "money", "¥2亿", "¥200M"),
        ([0, 15_000], "count", "1.5万", "15k"),
        ([0, 900], "money", "¥900", "¥900"),
        ([-0.2, 0.2], "rate", "20%", "20%"),
    ],
)
def test_numbers_of_an_axis_are_short_in_each_language(at, unit, zh, en):
    assert drawing.tick_text(at, unit, "zh")[-1] == zh
    assert drawing.tick_text(at, unit, "en")[-1] == en


def test_a_value_axis_begins_at_zero_and_holds_everything():
    figure = go.Figure()
    bottom, top = drawing.scale_axis(figure, "y", [3.0, None, 7.0], unit="count", lang="en")
    assert (bottom, top > 7) == (0.0, True)
    bottom, top = drawing.scale_axis(figure, "y", [-3.0, 7.0], unit="count", lang="en")
    assert bottom < -3 < 7 < top
    assert figure.layout.yaxis.zeroline


def test_a_band_is_closed_at_both_sides_of_a_gap_and_short_without_one():
    gap, whole = go.Figure(), go.Figure()
    drawing.add_band(gap, [1, 2, 3, 4], [1, None, 1, 1], [2, None, 2, 2])
    assert gap.data[0].fill == "toself"
    assert gap.data[0].x == (1, 1, None, 3, 4, 4, 3)
    drawing.add_band(whole, [1, 2, 3], [None, 1, 1], [None, 2, 2], choice="sms")
    assert [trace.fill for trace in whole.data] == [None, "tonexty"]
    assert (whole.data[0].x0, whole.data[0].dx) == (2, 1)
    assert {trace.meta["choice"] for trace in whole.data} == {"sms"}


def test_nothing_known_draws_no_band():
    figure = go.Figure()
    drawing.add_band(figure, [1, 2], [None, None], [None, None])
    assert len(figure.data) == 0


def test_names_of_a_choice_are_moved_apart_by_themselves():
    figure = go.Figure()
    ends = [End(1, 5.0, "a", choice="x"), End(1, 5.0, "b", choice="x"), End(1, 5.0, "c", choice="y")]
    drawing.add_ends(figure, ends, bottom=0.0, top=10.0)
    first, second = figure.data
    assert first.y[0] < 5 < first.y[1]
    assert second.y == (5.0,)
    assert figure.layout.margin.r > 12


def test_only_the_first_choice_is_shown_before_a_reader_chooses():
    figure = go.Figure([go.Bar(meta={"choice": "x"}), go.Bar(meta={"choice": "y"}), go.Bar()])
    drawing.choose_first(figure, ["x", "y"])
    assert [trace.visible for trace in figure.data] == [None, False, None]


def test_whiskers_end_where_the_interval_does():
    import pandas as pd

    told = drawing.whiskers(pd.Series([0.5]), pd.Series([0.4]), pd.Series([0.8]))
    assert told["array"] == pytest.approx([0.3])
    assert told["arrayminus"] == pytest.approx([0.1])


def test_things_from_old_to_new_grow_darker():
    assert [colors.age(k, 2) for k in range(2)] == [colors.AGES[0], colors.AGES[-1]]
    assert colors.age(0, 1) in colors.AGES
