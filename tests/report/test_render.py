import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser

import nbformat
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from support_report import HOSTILE, SCRIPT, full_page_cells, notebook_with, page_info

from ltv.errors import LtvError
from ltv.report import assets, words
from ltv.report.blocks import notice, show
from ltv.report.other_pages import render_date_index, render_failure, render_index, render_missing, render_refused
from ltv.report.pages import DateEntry, Failure, NavItem
from ltv.report.render import first_takeaway, render_notebook
from ltv.result import Column, Result, View
from ltv.text import Text, same

EVIL = Text(f"坏{SCRIPT}", f"bad{SCRIPT}")
FAILURE = Failure("load", 3, f"x = '{SCRIPT}'", "UsageError", f"grain: found {SCRIPT}", EVIL)
ENTRIES = [
    DateEntry(
        "2025-12-30",
        "good",
        "r1",
        [NavItem("02_retention", EVIL, "2025-12-30/02_retention.html")],
        same(""),
        "2025-12-30/",
    ),
    DateEntry("2025-12-31", "partial", "r2", [], EVIL, "2025-12-31/index.html"),
]


def evil_info():
    return page_info(title=EVIL, run_id=SCRIPT, rows={SCRIPT: 1}, settings={SCRIPT: SCRIPT}, data_hash=SCRIPT)


@pytest.fixture(scope="module")
def pages(full_page):
    return {
        "notebook": full_page.read_text(encoding="utf-8"),
        "failure": render_failure(evil_info(), FAILURE),
        "missing": render_missing(evil_info(), "touches", EVIL, shows=EVIL),
        "missing_plain": render_missing(evil_info(), SCRIPT, SCRIPT),
        "refused": render_refused(evil_info(), [EVIL]),
        "date": render_date_index(evil_info(), page_info().nav, {"02_retention": {**EVIL.as_dict(), "state": "bad"}}),
        "index": render_index(ENTRIES, ["zh", "en"]),
        "empty_index": render_index([], ["en"]),
    }


PAGES = ["notebook", "failure", "missing", "missing_plain", "refused", "date", "index", "empty_index"]


class Page(HTMLParser):
    """Collects what the tests ask of a page: elements, their text, scripts, and words outside of any language."""

    VOID = ("meta", "link", "img", "path", "circle", "rect", "br", "input")

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.scripts, self.words = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag == "script":
            self.scripts.append([attrs.get("type"), ""])
        if tag not in self.VOID:
            self.open.append((tag, attrs))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open[-1][0] == tag, f"{tag} closes {self.open[-1]}"
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1][0] == "script":
            self.scripts[-1][1] += data
        elif self.open and self.open[-1][0] not in ("style", "title") and data.strip():
            langs = [attrs.get("lang") for tag, attrs in self.open[1:] if "lang" in attrs]
            self.words.append((langs[-1] if langs else None, data.strip()))


@pytest.mark.parametrize("name", PAGES)
def test_only_our_scripts_run_and_the_policy_names_exactly_them(pages, name):
    page = Page(pages[name])
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    run = [text for kind, text in page.scripts if kind is None]
    packed = [
        gzip.decompress(base64.b64decode(text)).decode() for kind, text in page.scripts if kind == "application/gzip"
    ]
    assert packed in ([], [assets.plotly()])
    run[1:1] = packed
    digests = ["'sha256-" + base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() + "'" for t in run]
    assert f"script-src {' '.join(digests)};" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert run in ([assets.first(), assets.script()], [assets.first(), assets.plotly(), assets.script()])


@pytest.mark.parametrize("name", PAGES)
def test_the_style_is_the_one_that_the_policy_names(pages, name):
    (style,) = re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL)
    policy = next(a["content"] for _, a in Page(pages[name]).tags if a.get("http-equiv"))
    assert f"style-src 'unsafe-hashes' {assets.source_hash(style)} " in policy


@pytest.mark.parametrize("name", PAGES)
def test_hostile_names_are_text_wherever_they_come_from(pages, name):
    page = Page(pages[name])
    assert not [a for tag, attrs in page.tags for a in attrs if a.startswith("on") or (a == "style")]
    assert not [attrs for tag, attrs in page.tags if tag == "img" and not attrs["src"].startswith("data:")]
    bare = pages[name].replace(assets.script(), "").replace(assets.first(), "")
    assert SCRIPT not in bare
    assert not {"\u2028", "\u2029"} & set("".join(text for _, text in page.scripts))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_no_address_that_a_browser_would_load(pages, name):
    page = Page(pages[name])
    assert not [
        attrs for tag, attrs in page.tags if "srcset" in attrs or "poster" in attrs or tag in ("iframe", "object")
    ]
    assert [a["href"] for tag, a in page.tags if tag == "link"] == ["data:,"]
    assert "@import" not in assets.style()
    assert "url(" not in assets.style()


@pytest.mark.parametrize("name", PAGES)
def test_every_word_that_has_a_language_has_both(pages, name):
    said = Page(pages[name]).words
    assert len([w for lang, w in said if lang == "zh"]) == len([w for lang, w in said if lang == "en"])
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert not [w for lang, w in said if lang == "en" and chinese.search(w)]


def test_words_without_a_language_on_the_page_come_from_the_data(pages):
    chinese = re.compile(r"[\u4e00-\u9fff]")
    channels = {"抖音", "百度搜索", "微信裂变", "小红书", "自然流量"}
    assert {w for lang, w in Page(pages["notebook"]).words if lang is None and chinese.search(w)} == channels


def test_ids_are_unique_and_every_reference_leads_somewhere(pages):
    for html in pages.values():
        attrs = [a for _, a in Page(html).tags]
        ids = [a["id"] for a in attrs if "id" in a]
        assert len(ids) == len(set(ids))
        named = [a[k] for a in attrs for k in ("aria-labelledby", "data-csv", "data-chart") if k in a]
        assert set(named) <= set(ids)


def test_two_renders_are_the_same_bytes(full_page):
    again = render_notebook(full_page.with_suffix(".ipynb"), page_info())
    assert again.encode() == full_page.read_bytes()


def test_the_same_notebook_made_twice_gives_the_same_page(retention, tmp_path, full_page):
    other = tmp_path / "02_retention.ipynb"
    nbformat.write(notebook_with(full_page_cells(retention), Text("群组留存", "Cohort retention")), other)
    assert render_notebook(other, page_info()).encode() == full_page.read_bytes()


def test_a_page_with_charts_is_light_and_one_without_carries_no_chart_library(full_page, pages):
    assert full_page.stat().st_size <= 900_000
    assert len(pages["failure"]) < 80_000
    assert "packed-library" not in pages["failure"].replace(assets.script(), "")


def test_the_title_of_the_notebook_wins_and_stands_there_once(page_of):
    html = page_of(("zh", "# 群组留存\n\n正文"), title=Text("群组留存", "Cohort retention"))
    assert html.count("<h1>") == 1
    assert '<h1><span lang="zh">群组留存</span><span lang="en">Cohort retention</span></h1>' in html


def test_without_a_title_of_its_own_a_notebook_takes_the_given_one(page_of):
    assert '<h1><span lang="zh">留存</span><span lang="en">Retention</span></h1>' in page_of("text", title=None)


def test_the_first_language_of_the_settings_opens_the_page(page_of):
    assert '<html lang="en" data-languages="en zh">' in page_of("text", languages=["en", "zh"])


def test_one_language_needs_no_switch(page_of):
    assert "data-lang=" not in page_of("text", languages=["zh"])


def wide_result(rows: int) -> Result:
    class Wide(Result):
        name = "wide"

        @property
        def views(self):
            columns = (Column("text", Text("文", "text")),)
            data = pd.DataFrame({"text": [f"{i:0120d}" for i in range(rows)]})
            return {name: View("table", same(name), same(""), data, columns) for name in ("one", "two", "three")}

    return Wide(pd.DataFrame())


def islands(html: str, prefix: str) -> list[dict]:
    found = re.findall(rf'<script type="application/json" id="{prefix}-\d+">(.*?)</script>', html, re.DOTALL)
    return [json.loads(text) for text in found]


def test_a_heavy_page_shortens_its_downloads_and_says_so(page_of, retention):
    html = page_of(show(wide_result(5000)), show(retention, "heatmap"))
    assert len(html.encode()) <= 1_700_000
    assert {len(part["lines"]) for part in islands(html, "csv")} == {144, 2000}
    assert "holds the first 2,000 of 5,000 rows" in html


def test_a_page_that_cannot_be_light_is_refused(page_of):
    class Dense(Result):
        name = "dense"

        @property
        def views(self):
            data = pd.DataFrame({"x": np.arange(3)})
            return {"dots": View("chart", same("dots"), same(""), data, (Column("x", same("x"), "count"),))}

        def draw(self, view, lang):
            return go.Figure(go.Scatter(y=np.random.default_rng(1).normal(size=120_000)))

    with pytest.raises(LtvError, match=r"page 02_retention: found '.* MB', allowed: up to 1\.7 MB"):
        page_of(show(Dense(pd.DataFrame())))


def test_downloads_in_the_page_are_defused(pages):
    channels = next(part for part in islands(pages["notebook"], "csv") if part["head"]["en"].startswith("Channel"))
    starts = [line.lstrip('"')[0] for line in channels["lines"]]
    assert not set("=+-@＝＋－＠") & set(starts)
    assert len(channels["lines"]) == 5 + len(HOSTILE)


def test_half_a_character_does_not_stop_the_page(page_of):
    assert page_of(notice(Text("甲\ud800", "a\ud800"))).encode("utf-8")


def test_what_is_empty_says_so_instead_of_an_empty_box(page_of):
    class Empty(Result):
        name = "empty"

        @property
        def views(self):
            columns = (Column("x", same("x"), "count"),)
            data = pd.DataFrame({"x": []})
            return {kind: View(kind, same(kind), same(""), data, columns) for kind in ("chart", "table")}

        def draw(self, view, lang):
            return go.Figure()

    html = page_of(show(Empty(pd.DataFrame())))
    assert html.count(words.NO_ROWS.zh) == 2
    assert "data-chart=" not in html.replace(assets.script(), "")


def test_the_failure_page_names_the_cell_what_happened_and_what_to_do(pages):
    said = " ".join(w for _, w in Page(pages["failure"]).words)
    for word in ("第 3 个单元：load", "Cell 3: load", "UsageError", "grain: found", "怎么办", "What to do"):
        assert word in said


def test_the_missing_page_names_the_table_and_what_it_would_bring(pages):
    said = " ".join(w for _, w in Page(pages["missing"]).words)
    for word in ("缺少输入表 touches", "The input table touches is missing", "What this page would show"):
        assert word in said


def test_dates_are_listed_newest_first_with_the_last_complete_one_marked(pages):
    html = pages["index"]
    assert html.index("2025-12-31/index.html") < html.index("2025-12-30/")
    assert html.count('class="badge"') == 1
    assert html.index('class="badge"') > html.index(">2025-12-30<")


def test_a_state_is_told_by_shape_word_and_colour(pages):
    html = pages["index"]
    for state in ("good", "partial"):
        word = words.DATE_STATES[state]
        assert re.search(rf'class="light {state}"><svg class="shape".*?<span lang="zh">{word.zh}</span>', html)


def test_the_date_page_leads_with_the_first_finding(pages):
    said = [w for _, w in Page(pages["date"]).words]
    assert EVIL.zh in said
    assert words.OPEN_FOR["failed"].en in said


def test_the_first_takeaway_of_a_notebook(full_page, tmp_path):
    said = first_takeaway(full_page.with_suffix(".ipynb"))
    assert said["zh"].startswith("新客留存在改善")
    assert said["en"].startswith("Retention of new customers")
    assert said["state"] == "good"
    nbformat.write(notebook_with(["no blocks"]), tmp_path / "a.ipynb")
    assert first_takeaway(tmp_path / "a.ipynb") is None
