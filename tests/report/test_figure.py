import copy
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.report import theme
from ltv.report.figure import bare, differences, dressed, figure_json, inert, label_choices, look_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2),
    max_leaves=8,
)


def apply(value, patches):
    """Do what the page's script does."""
    for path, new in patches:
        if not path:
            return new
        node = value
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = new
    return value


@given(JSON, JSON)
def test_patches_turn_the_first_value_into_the_second(first, second):
    patched = apply(copy.deepcopy(first), differences(first, second))
    assert json.dumps(patched, sort_keys=True) == json.dumps(second, sort_keys=True)


@pytest.mark.parametrize(
    "tag", ["<script>", "<a href='http://x'>", "<span style=x>", "<image>", "<b onclick=x>", "</a>"]
)
def test_live_tags_in_any_text_of_a_figure_become_plain_text(tag):
    figure = go.Figure(
        go.Bar(x=[tag], y=[1], name=tag, text=[tag], hovertemplate=f"{tag}<br><b>%{{y}}</b><extra></extra>")
    )
    figure.add_annotation(text=tag)
    text = json.dumps(figure_json(figure), ensure_ascii=False)
    assert tag not in text
    assert tag.replace("<", "&lt;") in text
    assert "<br><b>%{y}</b><extra></extra>" in text


def test_figures_without_markup_are_left_alone():
    assert inert({"x": [1, None, "a < b"], "y": True})["y"] is True


def test_a_figure_leaves_its_template_to_the_page_and_its_title_to_the_block():
    raw = figure_json(go.Figure(go.Scatter(x=[1], y=[2]), layout_title_text="title"))
    assert not {"template", "title"} & set(raw["layout"])
    assert look_of(raw) == "plain"
    assert dressed(raw)["layout"]["template"] == theme.TEMPLATE
    assert bare(dressed(raw)) == raw


def test_a_heat_map_reads_like_a_table_and_grows_with_its_rows():
    small, tall = (figure_json(go.Figure(go.Heatmap(z=np.zeros((rows, 2))))) for rows in (3, 12))
    assert look_of(small) == "heat"
    assert dressed(small)["layout"]["template"] == theme.HEAT_TEMPLATE
    assert tall["layout"]["height"] > small["layout"]["height"]


def test_names_on_a_heat_map_are_names_even_where_they_look_like_dates():
    named = figure_json(go.Figure(go.Heatmap(z=[[1]], x=["2025-01"], y=[3])))["layout"]
    assert named["xaxis"]["type"] == "category"
    assert "yaxis" not in named


def test_missing_numbers_are_null_in_the_page():
    raw = figure_json(go.Figure(go.Scatter(x=["a", "b"], y=[1.5, float("nan")])))
    assert json.dumps(raw, allow_nan=False)


def test_a_trace_that_the_page_cannot_draw_is_named():
    with pytest.raises(UsageError, match="found 'sankey', allowed: bar, box"):
        figure_json(go.Figure(go.Sankey()))


def test_percent_labels_can_lose_their_sign_and_then_their_decimals():
    heat = go.Heatmap(z=[[0.4123, float("nan")], [0.05, 1.0]], texttemplate="%{z:.1%}")
    (choice,) = label_choices(go.Figure(heat))
    assert (choice["columns"], choice["width"]) == (2, pytest.approx(6.15))
    assert [form["text"] for form in choice["shorter"]] == [
        [["41.2", ""], ["5.0", "100.0"]],
        [["41", ""], ["5", "100"]],
    ]


def test_labels_given_as_text_count_chinese_characters_as_wide():
    (choice,) = label_choices(go.Figure(go.Heatmap(z=[[1]], text=[["12万"]], texttemplate="%{text}")))
    assert choice["width"] == pytest.approx(3.8)
    assert choice["shorter"] == []
