import json

import pandas as pd
import pytest
from support_report import SCRIPT

from ltv.errors import UsageError
from ltv.report.blocks import MIME, PLOTLY_MIME, notice, show
from ltv.result import Column, Result, View
from ltv.text import Text


def bundle(*args):
    return show(*args)._repr_mimebundle_()


def test_without_names_everything_is_shown_in_order(retention):
    kinds = [b["kind"] for b in bundle(retention)[MIME]["blocks"]]
    assert kinds == ["key_figures", "takeaways", "chart", "chart", "table", "table"]


def test_views_come_in_the_order_asked_for(retention):
    blocks = bundle(retention, "channels", "heatmap")[MIME]["blocks"]
    assert [b["view"] for b in blocks] == ["channels", "heatmap"]


def test_an_unknown_view_is_named_with_those_allowed(retention):
    with pytest.raises(UsageError, match="found 'heat', allowed: key_figures, takeaways, heatmap, curves, channels"):
        show(retention, "heat")


def test_a_bundle_is_strict_json_and_the_same_each_time(retention):
    first, second = (json.dumps(bundle(retention), allow_nan=False) for _ in range(2))
    assert first == second


def test_one_chart_alone_is_drawn_by_jupyterlab_with_its_title(retention):
    data = bundle(retention, "heatmap")
    assert "text/html" not in data
    assert data[PLOTLY_MIME]["layout"]["title"]["text"] == "每月新客有多少人回来再买"
    assert "title" not in data[MIME]["blocks"][0]["figure"]["layout"]


def test_anything_else_is_escaped_html_in_jupyterlab(retention):
    html = bundle(retention)["text/html"]
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html
    assert PLOTLY_MIME not in bundle(retention)


def test_a_chart_is_stored_once_with_only_the_words_that_differ(retention):
    block = bundle(retention, "curves")[MIME]["blocks"][0]
    changed = {json.dumps(path) for path, _ in block["patches"]["en"]}
    assert '["layout", "xaxis", "title", "text"]' in changed
    assert len(changed) == 2
    assert block["language"] == "zh"


def test_the_download_holds_the_rows_behind_the_view(retention):
    csv = bundle(retention, "heatmap")[MIME]["blocks"][0]["csv"]
    assert csv["total"] == len(csv["lines"]) == 144
    assert csv["head"]["zh"] == "群组,首单后第几个月,群组人数,留存人数,留存率"


def test_long_tables_list_fifty_rows_and_offer_five_thousand(retention):
    block = bundle(retention, "orders")[MIME]["blocks"][0]
    assert (len(block["rows"]), len(block["csv"]["lines"]), block["csv"]["total"]) == (50, 5000, 6000)


def test_a_notice_is_a_block():
    (block,) = notice(Text("数据不足", "too little"), "watch")._repr_mimebundle_()[MIME]["blocks"]
    assert block == {"kind": "notice", "text": {"zh": "数据不足", "en": "too little"}, "state": "watch"}


def test_a_column_that_the_data_lacks_is_named():
    class Lacking(Result):
        name = "lacking"

        @property
        def views(self):
            columns = (Column("b", Text("乙", "b")),)
            return {"t": View("table", Text("表", "table"), Text("", ""), pd.DataFrame({"a": [1]}), columns)}

    with pytest.raises(UsageError, match="column of view 't': found 'b', allowed: a"):
        show(Lacking(pd.DataFrame()))
