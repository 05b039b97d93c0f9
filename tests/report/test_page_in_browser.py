"""Pages as people meet them: in a real browser, at the width of a desk and of a phone, in both languages."""

import csv
import io
from typing import ClassVar

import pandas as pd
import plotly.graph_objects as go
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from support_browser import SCREENS
from support_report import SCRIPT, page_info

from ltv.report.blocks import show
from ltv.report.figure import TRACES
from ltv.report.other_pages import render_date_index, render_failure, render_index, render_missing, render_refused
from ltv.report.pages import DateEntry, Failure
from ltv.result import Column, Result, View
from ltv.text import Text, same

HEAT_LABELS = ".heatmap-label text"


class EveryKind(Result):
    """A chart of every kind that a page can draw, with all the markup that its text may have."""

    name = "every_kind"
    marked = "<b>a</b><br><i>b</i><sub>c</sub><sup>d</sup>"
    figures: ClassVar = {
        "bar": go.Figure(go.Bar(x=["a", "b"], y=[1, 2], text=[marked, "2"], error_y={"array": [1, 1]})),
        "box": go.Figure(go.Box(y=[1, 2, 9])),
        "contour": go.Figure(go.Contour(z=[[1, 2], [3, 4]])),
        "heatmap": go.Figure(go.Heatmap(z=[[1, 2], [3, None]], xgap=0, ygap=0, showscale=True)),
        "histogram": go.Figure(go.Histogram(x=[1, 2, 2])),
        "histogram2d": go.Figure(go.Histogram2d(x=[1, 2, 2], y=[1, 2, 2])),
        "histogram2dcontour": go.Figure(go.Histogram2dContour(x=[1, 2, 2], y=[1, 2, 2])),
        "pie": go.Figure(go.Pie(labels=["a", "b"], values=[1, 2])),
        "scatter": go.Figure(go.Scatter(x=["2025-01-01", "2025-03-01"], y=[1, 2], name=marked, showlegend=True)),
        "scatterternary": go.Figure(go.Scatterternary(a=[1], b=[2], c=[3])),
        "violin": go.Figure(go.Violin(y=[1, 2, 3])),
    }

    @property
    def views(self):
        data, columns = pd.DataFrame({"a": [1]}), (Column("a", same("a"), "count"),)
        return {kind: View("chart", same(kind), same(""), data, columns) for kind in self.figures}

    def draw(self, view, lang):
        return self.figures[view]


@pytest.fixture(scope="module")
def desk(browser, full_page):
    """One page left open for the tests that only look or download."""
    with browser.new_context(viewport=SCREENS["desktop"]) as context:
        page = context.new_page()
        page.goto(full_page.as_uri())
        page.evaluate("window.ltvReady")
        yield page


@pytest.fixture(scope="session")
def other_pages(tmp_path_factory):
    info, why = page_info(), Text("文件不在", "no file was found")
    failure = Failure(
        "load", 3, "x = 1", "UsageError", f"grain: found {SCRIPT}", Text("改参数", "change the parameter")
    )
    entries = [
        DateEntry(f"2025-{month:02d}-28", state, "r1", info.nav, why, "x/index.html")
        for month, state in enumerate(("good", "partial", "failed", "refused"), start=1)
    ]
    pages = {
        "failure": render_failure(info, failure),
        "missing": render_missing(info, "touches", why, shows=why),
        "refused": render_refused(info, [why]),
        "date": render_date_index(info, info.nav, {"02_retention": {**why.as_dict(), "state": "watch"}}),
        "index": render_index(entries, ["zh", "en"]),
    }
    folder = tmp_path_factory.mktemp("others")
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")
    return folder


def widths(page):
    return page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_is_quiet_accessible_and_fits_the_screen(visit, full_page, screen, lang):
    made = visit(full_page, screen=screen, lang=lang)
    assert made.page.evaluate("document.documentElement.lang") == lang
    assert made.requests == [full_page.as_uri()]
    assert made.complaints == []
    scroll, client = widths(made.page)
    assert scroll == client
    assert violations(made.page) == []


@pytest.mark.parametrize(("screen", "lang"), [("desktop", "zh"), ("phone", "en")])
@pytest.mark.parametrize("name", ["failure", "missing", "refused", "date", "index"])
def test_every_other_page_is_quiet_accessible_and_fits_too(visit, other_pages, name, screen, lang):
    made = visit(other_pages / f"{name}.html", screen=screen, lang=lang)
    assert len(made.requests) == 1
    assert made.complaints == []
    scroll, client = widths(made.page)
    assert scroll == client
    assert violations(made.page) == []


def test_every_known_cell_of_the_heat_map_is_drawn_with_its_label(desk):
    assert desk.locator(HEAT_LABELS).all_text_contents()[:3] == ["44%", "33%", "25%"]
    assert desk.locator(HEAT_LABELS).count() == 78


def test_a_phone_shows_shorter_labels_that_fit_their_cells_until_it_is_turned(visit, full_page):
    page = visit(full_page, screen="phone").page
    labels = page.locator(HEAT_LABELS)
    assert labels.all_text_contents()[:3] == ["44", "33", "25"]
    assert page.locator(".chart .xtitle").first.text_content() == "首单后第几个月 · 格内为 %"
    widest = page.evaluate(f"Math.max(...[...document.querySelectorAll('{HEAT_LABELS}')].map(x => x.getBBox().width))")
    assert 8 < widest < (390 - 90) / 12
    page.set_viewport_size({"width": 844, "height": 390})
    expect(labels.first).to_have_text("44%")


class Wide(Result):
    """A table of short words in both languages, among more figures than a phone is wide."""

    name = "wide"

    @property
    def views(self):
        figures = {f"n{i}": [123_456.0] * 2 for i in range(9)}
        data = pd.DataFrame({"source": ["mini_program", "app"], "table": ["events", "links"], **figures})
        data = data.assign(latency="real_time")
        named = {"events": Text("行为事件", "events"), "links": Text("标识关联", "links")}
        late = {"real_time": Text("实时", "real time")}
        columns = [Column("source", Text("来源系统", "System")), Column("table", Text("表", "Table"), words=named)]
        columns += [Column(name, Text("行数", "Rows"), "count") for name in figures]
        columns += [Column("latency", Text("时效", "Latency"), words=late)]
        return {"all": View("table", same("all"), same(""), data, tuple(columns))}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_short_words_in_a_wide_table_stay_on_one_line(visit, page_of, tmp_path, screen, lang):
    path = tmp_path / "wide.html"
    path.write_text(page_of(show(Wide(pd.DataFrame()), "all")), encoding="utf-8")
    page = visit(path, screen=screen, lang=lang).page
    lines = """cells => cells.map(cell => {
        const words = document.createRange();
        words.selectNodeContents(cell);
        return [cell.innerText, new Set([...words.getClientRects()].map(line => line.top)).size];
    })"""
    cells = page.locator("tbody th, tbody td").evaluate_all(lines)
    assert {"zh": "行为事件", "en": "real time"}[lang] in [words for words, _ in cells]
    assert [words for words, count in cells if count > 1] == []


def test_a_hostile_channel_stands_in_the_chart_as_it_is_written(desk):
    assert desk.locator(".legendtext", has_text=SCRIPT).count() == 1


def test_the_switch_changes_words_charts_and_title_without_loading(visit, full_page):
    made = visit(full_page)
    axis = made.page.locator(".chart .xtitle").first
    assert (axis.text_content(), made.page.title()) == ("首单后第几个月", "群组留存 · 2025-12-31")
    made.page.get_by_role("button", name="English").click()
    made.page.evaluate("window.ltvReady")
    assert (axis.text_content(), made.page.title()) == ("Months since first order", "Cohort retention · 2025-12-31")
    assert made.page.locator("h1").inner_text() == "Cohort retention"
    assert made.page.get_by_text("群组留存").first.is_hidden()
    assert made.page.url.endswith("#lang=en")
    assert len(made.requests) == 1
    assert made.complaints == []
    made.page.get_by_role("button", name="中文").click()
    made.page.evaluate("window.ltvReady")
    assert axis.text_content() == "首单后第几个月"


def test_the_language_travels_along_the_links_of_the_date(visit, other_pages):
    page = visit(other_pages / "date.html", lang="en").page
    assert page.locator("nav.pages .group ul a").first.get_attribute("href") == "01_data_assets.html#lang=en"


def test_an_unknown_language_in_the_address_is_ignored(visit, other_pages):
    assert visit(other_pages / "date.html", lang="xx").page.evaluate("document.documentElement.lang") == "zh"


@pytest.mark.parametrize(("lang", "head"), [("en", "Cohort"), ("zh", "群组")])
def test_the_download_of_a_chart_is_its_rows_with_a_mark_for_spreadsheets(desk, lang, head):
    desk.locator(f"[data-lang={lang}]").click()
    with desk.expect_download() as download:
        desk.locator("[data-csv]").first.click()
    raw = download.value.path().read_bytes()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert download.value.suggested_filename == "02_retention_heatmap_2025-12-31.csv"
    assert rows[0][0] == head
    assert len(rows) == 145
    assert rows[1][:2] == ["2025-01", "1"]


def test_the_download_of_a_table_runs_no_formula(desk):
    with desk.expect_download() as download:
        desk.locator('[data-name*="channels"]').click()
    cells = [row[0] for row in csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"), newline=""))]
    assert '\'=HYPERLINK("http://x")' in cells
    assert "'＋cmd" in cells
    assert SCRIPT in cells


def test_pointing_at_a_cell_says_more_without_a_complaint(visit, full_page):
    made = visit(full_page)
    made.page.locator(".chart .main-svg").first.scroll_into_view_if_needed()
    cell = made.page.locator(HEAT_LABELS).first.bounding_box()
    made.page.mouse.move(cell["x"] + 4, cell["y"] + 4)
    tooltip = made.page.locator(".hoverlayer .hovertext").first
    tooltip.wait_for()
    assert "群组 2025-01" in tooltip.text_content()
    assert made.complaints == []


def test_every_kind_of_chart_is_drawn_without_a_complaint(visit, page_of, tmp_path):
    page = tmp_path / "kinds.html"
    page.write_text(page_of(show(EveryKind(pd.DataFrame()))), encoding="utf-8")
    made = visit(page)
    assert made.complaints == []
    assert made.page.locator(".chart .main-svg:first-child").count() == len(EveryKind.figures)
    assert {trace.type for figure in EveryKind.figures.values() for trace in figure.data} == TRACES


def test_what_would_get_past_the_escaping_is_stopped_by_the_policy(visit, other_pages):
    live = "<script>document.title = 'owned'</script><img src='data:,' onerror='document.title = \"owned\"'>"
    page = other_pages / "hurt.html"
    page.write_text((other_pages / "missing.html").read_text("utf-8").replace("<h1>", live + "<h1>"), encoding="utf-8")
    made = visit(page)
    assert made.page.title() != "owned"
    assert len([c for c in made.complaints if "Content Security Policy" in c]) >= 2


def test_on_paper_charts_fit_and_what_one_clicks_is_gone(visit, full_page):
    made = visit(full_page)
    page = made.page
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".chart .main-svg").first).to_have_js_property("clientWidth", 650)
    assert page.locator(".top").is_hidden()
    assert page.locator("[data-csv]").first.is_hidden()
    assert page.get_by_text("2025-12-31-9f2c41d0").is_visible()
    scroll, client = widths(page)
    assert scroll == client
    assert page.locator(HEAT_LABELS).count() == 78
    assert made.complaints == []


def test_without_scripts_the_page_still_reads_in_its_first_language(browser, full_page):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(full_page.as_uri())
    assert page.locator("h1").inner_text() == "群组留存"
    assert page.get_by_text("抖音").first.is_visible()
    context.close()
