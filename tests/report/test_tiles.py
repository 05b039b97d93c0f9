import re

import pytest

from ltv.report.blocks import show
from ltv.report.tiles import sparkline, tile, whisker
from ltv.result import KeyFigure, Result
from ltv.text import Text


def tile_of(**facts):
    class One(Result):
        name = "one"

        @property
        def key_figures(self):
            return (KeyFigure(**{"label": Text("标签", "label"), "unit": "count", "value": 1} | facts),)

    (block,) = show(One(None, currency="GBP"), "key_figures").blocks
    return tile(block["figures"][0], block["currency"])


def test_a_rate_is_compared_in_points():
    change = tile_of(value=0.412, previous=0.394, unit="rate", comparison=Text("上月", "last month")).change
    assert (change.way, change.amount.zh, change.amount.en) == ("up", "+1.8 个百分点", "+1.8 pp")
    assert change.against == Text("较上月 39.4%", "vs last month 39.4%")


def test_money_is_compared_as_a_share_and_written_in_the_currency():
    one = tile_of(value=90.0, previous=100.0, unit="money")
    assert (one.change.way, one.change.amount.en) == ("down", "−10.0%")
    assert one.value.en == "£90.00"
    assert one.change.against.en.endswith("£100.00")


def test_days_are_compared_in_days():
    assert tile_of(value=12.0, previous=10.5, unit="days").change.amount.en == "+1.5 days"


def test_a_change_from_nothing_is_a_difference_not_a_share():
    assert tile_of(value=5, previous=0).change.amount.en == "+5"


def test_no_change_says_so():
    assert tile_of(value=5, previous=5).change.way == "flat"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_figure_that_cannot_be_known_says_so_and_claims_no_change(value):
    one = tile_of(value=value, previous=3, low=1, high=2)
    assert one.value.en == "Not known yet"
    assert (one.change, one.interval, one.whisker) == (None, None, None)


def test_an_interval_needs_both_ends():
    assert tile_of(low=1).interval is None
    assert tile_of(low=0.5, high=2, unit="rate").interval.en == "95% interval 50.0%–200.0%"


def test_a_spark_line_breaks_where_a_value_is_missing():
    path = re.search(r'spark-line" d="([^"]+)"', sparkline([1, 2, None, 3, 4]))[1]
    assert path.count("M") == 2
    assert path.count("L") == 2


@pytest.mark.parametrize("values", [(), (1,), (None, 1)])
def test_one_value_is_no_line(values):
    assert sparkline(values) is None


def test_a_flat_line_can_be_drawn():
    assert "nan" not in sparkline([2, 2, 2])


def test_the_whisker_keeps_order_on_its_scale():
    drawn = whisker(5, 4, 6, 2)
    bar = re.search(r'range-bar" d="M([\d.]+) 6H([\d.]+)"', drawn)
    before, dot = (float(re.search(rf'{name}" d="M([\d.]+) ', drawn)[1]) for name in ("range-before", "range-dot"))
    assert before < float(bar[1]) < dot < float(bar[2])
