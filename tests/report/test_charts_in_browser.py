"""Charts as people meet them: choices, dark paper, names that fit, heat maps on a phone, pictures to take away."""

import base64
import csv
import io
from typing import ClassVar

import pandas as pd
import plotly.graph_objects as go
import pytest
from playwright.sync_api import expect
from support_browser import faults

from ltv import colors
from ltv.drawing import End, add_band, add_beside, add_ends, add_line, choose_first, day_axis, scale_axis
from ltv.report.blocks import show
from ltv.result import Column, Result, View
from ltv.text import Text, same

DAYS = [f"2026-06-{day:02d}" for day in range(1, 31)]
PEOPLE = {"all": Text("全体", "Everybody"), "sms": Text("渠道：短信", "channel: sms")}
WIDE_DAYS = 40


class Drawn(Result):
    """Lines of two choices, bars with long names, and a heat map of more days than a phone has room for."""

    name: ClassVar[str] = "drawn"

    @property
    def views(self):
        lines = pd.DataFrame({"who": [w for w in PEOPLE for _ in DAYS], "date": DAYS * 2, "value": range(60)})
        who = Column("who", Text("看哪些人", "Show"), words=PEOPLE)
        one = pd.DataFrame({"n": [1]})
        title = Text("逐日走势", "Day by day")
        note = Text("阴影是 95% 区间。", "The band is the 95% interval.")
        return {
            "lines": View("chart", title, note, lines, (who, Column("value", same("n"), "count")), selector="who"),
            "bars": View("chart", same("bars"), same(""), one, (Column("n", same("n"), "count"),)),
            "heat": View("chart", same("heat"), same(""), one, (Column("n", same("n"), "count"),)),
        }

    def draw(self, view, lang):
        return getattr(self, f"_{view}")(lang)

    def _lines(self, lang):
        figure, ends = go.Figure(), []
        bottom, top = scale_axis(figure, "y", [0, 90_000], unit="money", lang=lang, title="¥")
        for place, who in enumerate(PEOPLE):
            values = [(place + 1) * 1_000 * k for k in range(30)]
            add_band(figure, DAYS, values, [v * 1.4 for v in values], choice=who)
            add_line(figure, DAYS, values, hover="%{x}: %{y}", choice=who, name=colors.MAIN)
            ends += [End(DAYS[-1], values[-1] + k, f"effective invitations a user {k}", choice=who) for k in range(4)]
        add_ends(figure, ends, bottom=bottom, top=top)
        day_axis(figure, lang, DAYS)
        choose_first(figure, list(PEOPLE))
        return figure

    def _bars(self, lang):
        names = [f"scene recommendation on the home page · availability {k}" for k in range(5)]
        figure = go.Figure(go.Bar(y=names, x=[0.9] * 5, orientation="h", marker={"color": colors.MAIN}))
        add_beside(figure, [0.9] * 5, names, ["<b>90.0%</b> · 1,234"] * 5)
        scale_axis(figure, "x", [0.9], unit="rate", lang=lang)
        return figure

    def _heat(self, lang):
        cells = [[0.01 * (row + day) for day in range(WIDE_DAYS)] for row in range(4)]
        heat = go.Heatmap(z=cells, x=[str(d) for d in range(WIDE_DAYS)], y=[f"2026-0{m}" for m in range(1, 5)])
        return go.Figure(heat.update(texttemplate="%{z:.0%}"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Write the page with these charts."""
    import nbformat
    from support_report import notebook_with, page_info

    from ltv.report.render import render_notebook

    folder = tmp_path_factory.mktemp("charts")
    nbformat.write(notebook_with([show(Drawn(pd.DataFrame()))]), folder / "02_retention.ipynb")
    page = folder / "02_retention.html"
    page.write_text(render_notebook(folder / "02_retention.ipynb", page_info()), encoding="utf-8", newline="\n")
    return page


def shown_lines(page):
    return page.evaluate(
        "[...document.querySelector('.chart').data].filter(t => t.visible !== false && t.meta).map(t => t.meta.choice)"
    )


def stroke(page):
    line = page.locator(".chart").first.locator(".scatterlayer .js-line").last
    return line.evaluate("line => getComputedStyle(line).stroke")


def rgb(color):
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def repaint(page, theme):
    """Set the theme as the frame of a page does, and have all drawn again by way of the language."""
    for lang in ("en", "zh"):
        page.evaluate(
            """([theme, lang]) => {
            document.documentElement.dataset.theme = theme;
            location.hash = `theme=${theme}&lang=${lang}`;
        }""",
            [theme, lang],
        )
        expect(page.locator("html")).to_have_attribute("lang", lang)
        page.evaluate("window.ltvReady")


def test_a_reader_chooses_whom_a_chart_shows_and_the_download_keeps_all(visit, drawn):
    made = visit(drawn, lang="zh")
    page = made.page
    assert set(shown_lines(page)) == {"all"}
    assert page.locator("select").evaluate("list => [...list.options].map(o => o.value)") == list(PEOPLE)
    page.locator("select").select_option("sms")
    page.evaluate("window.ltvReady")
    assert set(shown_lines(page)) == {"sms"}
    with page.expect_download() as download:
        page.locator("[data-csv]").first.click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"), newline="")))
    assert {row[0] for row in rows[1:]} == set(PEOPLE)
    assert made.complaints == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_every_word_of_a_chart_lies_inside_it_and_none_on_another(visit, drawn, screen, lang):
    made = visit(drawn, screen=screen, lang=lang)
    found = made.page.evaluate("""() => [...document.querySelectorAll('.chart')].flatMap(box => {
        const edge = box.querySelector('.main-svg').getBoundingClientRect();
        const words = [...box.querySelectorAll('.main-svg text')].filter(t => t.textContent.trim() && t.getBoundingClientRect().width);
        const at = words.map(word => word.getBoundingClientRect());
        const cut = words.filter((_, i) => at[i].left < edge.left - 1 || at[i].right > edge.right + 1 || at[i].top < edge.top - 1 || at[i].bottom > edge.bottom + 1);
        const small = words.filter(word => parseFloat(getComputedStyle(word).fontSize) < 11);
        const over = words.filter((_, i) => at.some((q, j) => j > i &&
            Math.min(at[i].right, q.right) - Math.max(at[i].left, q.left) > 2 && Math.min(at[i].bottom, q.bottom) - Math.max(at[i].top, q.top) > 3));
        return [...cut, ...small, ...over].map(word => word.textContent);
    })""")  # fmt: skip
    assert found == []
    assert faults(made) == []


def test_charts_have_other_colours_on_dark_paper_and_their_own_in_print(visit, drawn):
    made = visit(drawn)
    page = made.page
    assert stroke(page) == rgb(colors.MAIN)
    repaint(page, "dark")
    assert stroke(page) == rgb(colors.dark()[colors.MAIN])
    names = page.evaluate("document.querySelector('.chart').data.map(trace => trace.name)")
    assert colors.MAIN in names  # a name that looks like a colour stays a name
    fill = page.locator(".heatmap-label text").first.evaluate("text => getComputedStyle(text).fill")
    assert fill == rgb(colors.dark()[colors.INK])
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".chart .main-svg").first).to_have_js_property("clientWidth", 650)
    assert stroke(page) == rgb(colors.MAIN)
    assert made.complaints == []


def test_a_wide_heat_map_scrolls_on_a_phone_while_the_names_of_its_rows_stay(visit, drawn):
    page = visit(drawn, screen="phone").page
    heat = page.locator(".chart").last
    assert heat.evaluate("box => box.scrollWidth > 2 * box.clientWidth")
    assert page.locator(".heatmap-label text").count() == 4 * WIDE_DAYS
    names = page.locator(".chart-frame .rows span")
    assert names.all_text_contents() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    before = names.first.bounding_box()
    heat.evaluate("box => { box.scrollLeft = 300 }")
    assert names.first.bounding_box() == before
    assert heat.get_attribute("tabindex") == "0"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_of_a_chart_is_white_sharp_and_says_what_it_is(visit, drawn, theme):
    made = visit(drawn, screen="phone", lang="zh")
    page = made.page
    repaint(page, theme)
    page.locator("select").select_option("sms")
    with page.expect_download() as download:
        page.locator("[data-png]").first.click()
    raw = download.value.path().read_bytes()
    assert download.value.suggested_filename == "02_retention_lines_2025-12-31.png"
    seen = look_at(page.context, raw)
    assert seen["width"] == 2 * (960 + 2 * 28)
    assert seen["corner"] == [255, 255, 255, 255]
    assert seen["inked"]["title"] > 0
    assert seen["inked"]["source"] > 0
    assert seen["blue"] > 500
    assert made.complaints == []
    assert len(made.requests) == 1


def look_at(context, raw):
    """Decode a picture in a page of its own: its size, a corner, and how much is drawn where."""
    page = context.new_page()
    address = "data:image/png;base64," + base64.b64encode(raw).decode()
    seen = page.evaluate(
        """async ([address, main]) => {
        const image = new Image();
        await new Promise(done => Object.assign(image, { onload: done, src: address }));
        const pen = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
        pen.drawImage(image, 0, 0);
        const dark = (y, tall) => pen.getImageData(0, y, image.width, tall).data.filter((v, i) => i % 4 === 0 && v < 120).length;
        const all = pen.getImageData(0, 0, image.width, image.height).data;
        let blue = 0;
        for (let i = 0; i < all.length; i += 4) if (main.every((v, k) => all[i + k] === v)) blue += 1;
        return { width: image.width, corner: [...pen.getImageData(1, 1, 1, 1).data], blue,
                 inked: { title: dark(56, 60), source: dark(image.height - 110, 54) } };
    }""",
        [address, [int(colors.MAIN[i : i + 2], 16) for i in (1, 3, 5)]],
    )
    page.close()
    return seen
