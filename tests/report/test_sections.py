import nbformat
import pytest
from support_report import SCRIPT, notebook_with

from ltv.errors import LtvError
from ltv.report.blocks import MIME, PLOTLY_MIME, notice, show
from ltv.report.sections import read_notebook, sections
from ltv.text import Text

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def kinds(*cells):
    return [s.kind for s in sections(notebook_with(list(cells)))]


def html_of(*cells):
    return "".join(str(s.html) + s.text + str(s.block or "") for s in sections(notebook_with(list(cells))))


def test_the_first_title_of_each_language_is_left_to_the_page():
    html = html_of(("zh", "# 留存\n\n正文"), ("en", "# Retention\n\nBody"), "# Later")
    assert "留存" not in html
    assert "Retention" not in html
    assert "正文" in html


def test_a_later_title_becomes_a_heading_of_the_page():
    assert "<h2>Second</h2>" in html_of("# First", "# Second")


def test_blocks_go_below_the_heading_they_stand_under(retention):
    shown = sections(notebook_with([show(retention, "key_figures"), "## Question", show(retention, "heatmap")]))
    assert [s.level for s in shown] == [2, 3, 3]


def test_a_cell_for_one_language_stays_with_it():
    shown = sections(notebook_with([("zh", "中文"), ("en", "English"), "both"]))
    assert [s.lang for s in shown] == ["zh", "en", None]


def test_a_cell_with_nothing_but_the_title_leaves_no_gap():
    assert kinds("# Only a title") == []


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<img src='http://far/x.png'>",
        "<img src='x' onerror='alert(1)'>",
        "<iframe src='http://far'></iframe>",
        "<style>body{}</style>",
        "<p style='color:red' class='top' id='main' lang='en'>x</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<svg onload='alert(1)'></svg>",
        "<form action='http://far'><input></form>",
        "<link rel=stylesheet href='http://far'>",
    ],
)
@pytest.mark.parametrize("place", ["markdown", "text/html", "text/markdown"])
def test_nothing_live_survives_in_foreign_html(bad, place):
    html = html_of(bad if place == "markdown" else {place: bad}).lower()
    live = (
        "<script",
        "far/x.png",
        "onerror=",
        "<iframe",
        "<style",
        "style=",
        "class=",
        "id=",
        "lang=",
        "javascript:",
        "data:text",
    )
    assert not [word for word in (*live, "<svg", "<form", "<input", "<link") if word in html and word + "=" not in bad]


def test_an_image_from_elsewhere_is_not_loaded():
    assert "far/x.png" not in html_of("![x](http://far/x.png)")


def test_foreign_tables_and_own_images_stay():
    html = html_of({"text/html": "<table><tr><th>a</th></tr></table>"}, f"![x](data:image/png;base64,{PIXEL})")
    assert "<table>" in html
    assert PIXEL in html


def test_a_missing_attachment_leaves_the_words():
    assert "words" in html_of("words ![x](attachment:none.png)")


def test_images_and_text_are_shown_and_code_and_warnings_are_not():
    warning = nbformat.v4.new_output("stream", name="stderr", text="a warning")
    printed = nbformat.v4.new_output("stream", name="stdout", text="printed")
    assert kinds({"image/png": PIXEL}, {"text/plain": "plain"}, warning, printed) == ["image", "text", "text"]
    assert "secret_code" not in html_of({"text/plain": "plain"})


def test_a_failed_cell_says_so_and_the_rest_is_shown():
    error = nbformat.v4.new_output("error", ename="ValueError", evalue=SCRIPT, traceback=["secret trace"])
    html = html_of(error, {"text/plain": "after"})
    assert "ValueError" in html
    assert "after" in html
    assert "secret trace" not in html


def test_a_chart_without_words_and_data_is_replaced_by_a_notice():
    assert kinds({PLOTLY_MIME: {"data": []}, "text/html": "<div></div>"}) == ["notice"]


def test_blocks_of_another_version_are_refused():
    data = notice(Text("甲", "a"))._repr_mimebundle_()
    data[MIME]["version"] = 2
    with pytest.raises(LtvError, match="version of blocks: found 2, allowed: 1"):
        kinds(data)


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"cells": 1}', "\x00"])
def test_a_file_that_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "02_retention.ipynb"
    path.write_text(content)
    with pytest.raises(LtvError, match=r"notebook 02_retention\.ipynb: found"):
        read_notebook(path)
