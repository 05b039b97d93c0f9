import json
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest
from markupsafe import escape
from support_report import SCRIPT

from ltv.errors import UsageError
from ltv.report.blocks import MIME, PLOTLY_MIME, notice, show
from ltv.report.figure import dressed
from ltv.result import Column, Result, View
from ltv.text import Text, number, speak


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


def outputs(*args, lang="zh"):
    return replace(show(*args), lang=lang).outputs()


def test_every_chart_of_a_cell_is_drawn_below_it_with_title_and_note(retention):
    for lang, title, axis in (
        ("zh", "每月新客有多少人回来再买", "首单后第几个月"),
        ("en", "How many new customers come back to buy", "Months since first order"),
    ):
        head, heat, _, curves = outputs(retention, "heatmap", "curves", lang=lang)
        assert title in unescape(head["text/html"])
        assert head[MIME]["blocks"] == []
        assert [len(f[PLOTLY_MIME]["data"]) for f in (heat, curves)] == [1, 3]
        assert curves[PLOTLY_MIME]["layout"]["xaxis"]["title"]["text"] == axis


def test_what_a_notebook_shows_is_the_figure_of_the_page(retention):
    _, drawn = outputs(retention, "heatmap")
    (block,) = drawn[MIME]["blocks"]
    page = dressed(block["figure"])  # a page has the template once for all its charts
    assert {k: drawn[PLOTLY_MIME][k] for k in ("data", "layout")} == {k: page[k] for k in ("data", "layout")}
    assert not {"text/html", "image/png"} & set(drawn)  # JupyterLab would draw these instead


def test_blocks_stand_in_the_order_of_the_page_each_once(retention):
    made = [b for output in outputs(retention) for b in output[MIME]["blocks"]]
    assert made == bundle(retention)[MIME]["blocks"]


def test_a_chart_without_rows_says_so_instead_of_an_empty_box(retention):
    class Empty(type(retention)):
        @property
        def views(self):
            return {k: replace(v, data=v.data.head(0)) for k, v in super().views.items()}

    (told,) = show(Empty(retention.table), "heatmap").outputs()
    assert "没有可显示的数据" in told["text/html"]
    assert PLOTLY_MIME not in told


def test_what_a_notebook_shows_is_escaped_and_says_what_the_page_says(retention):
    html = "".join(o.get("text/html", "") for o in outputs(retention))
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html
    for figure in retention.key_figures:
        assert str(escape(number(figure.value, figure.unit, currency=retention.currency).zh)) in html
    for told in retention.findings:
        assert str(escape(told.text.zh)) in html


def test_the_language_is_that_of_the_workspace_that_was_opened(retention):
    assert "建议行动" in bundle(retention, "takeaways")["text/html"]
    speak("en")
    told = bundle(retention, "takeaways")["text/html"]
    assert "Next step" in told
    assert "建议行动" not in told


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
