"""A data frame becomes a result with tiles, sentences, charts and a table, all of it in both languages."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from support_report import SCRIPT

from ltv.errors import UsageError
from ltv.report.blocks import MIME, show
from ltv.report.own import result_of
from ltv.result import Takeaway
from ltv.text import Text

TITLE = ("每周订单", "Orders by week")
NAMES = {
    "week": ("周", "Week", "date"),
    "paid_rate": ("支付率", "Share paid", "rate"),
    "worth": ("收入", "Revenue", "money"),
}


@pytest.fixture
def weeks():
    days = [date(2026, 6, 8), date(2026, 6, 15), date(2026, 6, 22)]
    worth = [Decimal("1000.50"), Decimal("1500.00"), Decimal("1200.00")]
    return pd.DataFrame({"week": days, "orders": [200, 300, 240], "paid_rate": [0.5, 0.6, 0.65], "worth": worth})


def test_a_tile_is_the_last_row_against_the_row_before_with_all_of_them_as_a_line(weeks):
    told = result_of(weeks, title=TITLE, columns=NAMES, figures=["orders", "paid_rate", "worth"])
    assert [(f.value, f.previous, f.unit) for f in told.key_figures] == [
        (240, 300, "count"), (0.65, 0.6, "rate"), (1200, 1500, "money"),
    ]  # fmt: skip
    assert told.key_figures[0].spark == (200, 300, 240)


def test_sentences_say_which_way_and_how_far_in_both_languages(weeks):
    told = result_of(weeks, title=TITLE, columns=NAMES, figures=["worth", "paid_rate", ("合计", "Total", 740, "count")])
    assert told.takeaways("en") == [
        "Revenue: ¥1,200, 20.0% less than the ¥1,500 of the period before.",
        "Share paid: 65.0%, 5.0 pp more than the 60.0% of the period before.",
    ]
    assert told.takeaways("zh") == [
        "收入 ¥1,200，比上期的 ¥1,500 少 20.0%。",
        "支付率 65.0%，比上期的 60.0% 多 5.0 个百分点。",
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([5], "N: 5."),
        ([5, 5], "N: 5, as the period before."),
        ([0, 5], "N: 5, 5 more than the 0 of the period before."),
    ],
)
def test_a_first_an_even_and_a_new_figure_are_said_too(rows, said):
    told = result_of(pd.DataFrame({"n": rows}), title=TITLE, columns={"n": ("数", "N", "count")}, figures=["n"])
    assert told.takeaways("en") == [said]


def test_no_row_is_no_figure_and_no_sentence():
    told = result_of(pd.DataFrame({"n": pd.Series([], dtype="int64")}), title=TITLE, figures=["n"])
    assert (told.key_figures[0].value, told.takeaways("en")) == (None, [])


def test_own_sentences_take_the_place_of_those_that_are_made(weeks):
    own = Takeaway(Text("加预算", "Spend more"), "good", Text("明天", "tomorrow"))
    told = result_of(weeks, title=TITLE, figures=["orders"], takeaways=[("涨了", "It rose"), own])
    assert told.takeaways("zh") == ["涨了", "加预算"]
    assert told.findings[1] is own


def test_charts_hold_the_numbers_of_their_columns_and_their_names_in_each_language(weeks):
    told = result_of(weeks, title=TITLE, columns=NAMES, line=("week", "worth"), bar=("week", "paid_rate"))
    assert list(told.views) == ["line", "bar", "table"]
    for lang, name in (("zh", "收入"), ("en", "Revenue")):
        line = told.figure("line", lang=lang)
        assert list(line.data[0].y) == [1000.5, 1500.0, 1200.0]
        assert list(line.data[0].x) == ["2026-06-08", "2026-06-15", "2026-06-22"]
        assert line.layout.yaxis.title.text == name
    assert told.figure("bar").layout.yaxis.tickformat == ".0%"
    assert told.views["line"].title.en == "Orders by week: Revenue"


def test_a_heat_map_takes_columns_across_down_and_in_the_cells():
    frame = pd.DataFrame({"hour": [9, 9, 10], "day": ["Mon", "Tue", "Mon"], "n": [1, 2, np.nan]})
    told = result_of(frame, title=TITLE, heat=("hour", "day", "n"))
    heat = told.figure("heat").data[0]
    assert (list(heat.x), list(heat.y), [list(row) for row in heat.z]) == (
        ["9", "10"],
        ["Mon", "Tue"],
        [[1, None], [2, None]],
    )
    assert show(told).outputs()


def test_two_rows_of_one_cell_are_refused():
    frame = pd.DataFrame({"hour": [9, 9], "day": ["Mon", "Mon"], "n": [1, 2]})
    with pytest.raises(UsageError, match="heat: found 'rows with the same hour and day', allowed: one row a cell"):
        result_of(frame, title=TITLE, heat=("hour", "day", "n"))


def test_columns_of_the_contract_have_its_names_and_others_their_own():
    told = result_of(
        pd.DataFrame({"users": [1], "churn_share": [0.2], "x": ["a"], "noon": pd.to_datetime(["2026-01-01"])}),
        title=TITLE,
    )
    table = told.views["table"]
    assert [(c.label.zh, c.label.en, c.unit) for c in table.columns] == [
        ("用户数", "People", "count"), ("churn_share", "churn_share", "rate"), ("x", "x", "text"), ("noon", "noon", "time"),
    ]  # fmt: skip


def test_nothing_of_the_data_is_live_on_the_page():
    frame = pd.DataFrame({"who": [SCRIPT, "b"], "n": [1, 2]})
    bundles = show(result_of(frame, title=TITLE, bar=("who", "n"))).outputs()
    assert SCRIPT not in "".join(b.get("text/html", "") for b in bundles)
    (chart,) = [b for o in bundles for b in o[MIME]["blocks"] if b["kind"] == "chart"]
    assert SCRIPT not in str(chart["figure"])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"title": "Orders"}, "title: found 'Orders', allowed: words in both languages"),
        ({"columns": {"gone": ("无", "none")}}, "columns: found 'gone', allowed: week, orders, paid_rate, worth"),
        ({"columns": {"week": "Week"}}, "columns: week: found 'Week', allowed: words in both languages"),
        ({"columns": {"week": ("周", "Week", "weeks")}}, "unit of week: found 'weeks', allowed: count, money"),
        ({"figures": ["gone"]}, "column of figures: found 'gone', allowed: week, orders"),
        ({"figures": ["week"]}, "column of figures: found 'week', allowed: a column of numbers"),
        ({"figures": [("合计", "Total")]}, "figures: found"),
        ({"figures": [("合计", "Total", 1, "yuan")]}, "unit of figures: found 'yuan'"),
        ({"line": ("week", "gone")}, "column of line: found 'gone'"),
        ({"line": "week"}, "line: found 'week', allowed: names of 2 columns"),
        ({"heat": ("week", "orders")}, "heat: found .*allowed: names of 3 columns"),
        ({"takeaways": ["It rose"]}, "takeaways: found 'It rose', allowed: words in both languages"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(weeks, given, why):
    with pytest.raises(UsageError, match=why) as error:
        result_of(weeks, **({"title": TITLE} | given))
    assert "\n" not in str(error.value)
