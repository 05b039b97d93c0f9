"""Pages as people meet them: in a real browser, at the width of a desk and of a phone, in both languages."""

import csv
import io
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from support import need
from support_report import SCRIPT, page_info

from ltv.report.render import (
    DateEntry,
    Failure,
    render_date_index,
    render_failure,
    render_index,
    render_missing,
    render_refused,
)
from ltv.text import Text

SCREENS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
HEAT_LABELS = ".heatmap-label text"


@pytest.fixture(scope="session")
def browser():
    program = need("chromium", "chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@dataclass
class Visit:
    """An open page and everything that it asked for or complained about."""

    page: object
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)

    def listen(self):
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message) or dialog.dismiss())


@pytest.fixture
def visit(browser):
    """Open a file and wait until its charts are drawn."""
    contexts = []

    def open_page(path, *, screen="desktop", lang=None):
        contexts.append(browser.new_context(viewport=SCREENS[screen]))
        made = Visit(contexts[-1].new_page())
        made.listen()
        made.page.goto(path.as_uri() + (f"#lang={lang}" if lang else ""))
        made.page.evaluate("window.ltvReady")
        return made

    yield open_page
    for context in contexts:
        context.close()


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


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["failure", "missing", "refused", "date", "index"])
def test_every_other_page_is_quiet_accessible_and_fits_too(visit, other_pages, name, screen, lang):
    made = visit(other_pages / f"{name}.html", screen=screen, lang=lang)
    assert len(made.requests) == 1
    assert made.complaints == []
    scroll, client = widths(made.page)
    assert scroll == client
    assert violations(made.page) == []


@pytest.mark.parametrize(("screen", "label"), [("desktop", "44%"), ("phone", "44")])
def test_every_known_cell_of_the_heat_map_is_drawn_with_its_label(visit, full_page, screen, label):
    page = visit(full_page, screen=screen).page
    labels = page.locator(HEAT_LABELS)
    assert labels.count() == 78
    assert labels.first.text_content() == label
    assert page.locator(".chart .main-svg").count() >= 2
    for box in labels.all()[:12]:
        assert box.bounding_box()["width"] < (390 - 90) / 12


def test_a_hostile_channel_stands_in_the_chart_as_it_is_written(visit, full_page):
    assert visit(full_page).page.locator(".legendtext", has_text=SCRIPT).count() == 1


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


def test_the_language_travels_along_the_links_of_the_date(visit, full_page):
    page = visit(full_page, lang="en").page
    assert page.get_by_role("link", name="Data assets").get_attribute("href") == "01_data_assets.html#lang=en"


def test_an_unknown_language_in_the_address_is_ignored(visit, full_page):
    assert visit(full_page, lang="xx").page.evaluate("document.documentElement.lang") == "zh"


@pytest.mark.parametrize(("lang", "head"), [("zh", "群组"), ("en", "Cohort")])
def test_the_download_of_a_chart_is_its_rows_with_a_mark_for_spreadsheets(visit, full_page, lang, head):
    page = visit(full_page, lang=lang).page
    with page.expect_download() as download:
        page.locator("[data-csv]").first.click()
    raw = download.value.path().read_bytes()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert download.value.suggested_filename == "02_retention_heatmap_2025-12-31.csv"
    assert rows[0][0] == head
    assert len(rows) == 145
    assert rows[1][:2] == ["2025-01", "1"]


def test_the_download_of_a_table_runs_no_formula(visit, full_page):
    page = visit(full_page).page
    with page.expect_download() as download:
        page.locator('[data-name*="channels"]').click()
    cells = [row[0] for row in csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"), newline=""))]
    assert '\'=HYPERLINK("http://x")' in cells
    assert "'＋cmd" in cells
    assert SCRIPT in cells


def test_a_turned_phone_redraws_the_charts_to_its_width(visit, full_page):
    page = visit(full_page, screen="phone").page
    page.set_viewport_size({"width": 844, "height": 390})
    page.wait_for_function("document.querySelector('.chart .main-svg').clientWidth > 700")
    assert page.locator(HEAT_LABELS).first.text_content() == "44%"


def test_on_paper_charts_fit_and_what_one_clicks_is_gone(visit, full_page):
    made = visit(full_page)
    page = made.page
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function("document.querySelector('.chart .main-svg').clientWidth === 650")
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
