"""The card of an answered question: its number, what it is held against, a link only where there is a page."""

from dataclasses import replace

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from support_report import SCRIPT, page_info

from ltv.report.blocks import show
from ltv.report.inline import html_of
from ltv.report.questions import card
from ltv.result import Answer, KeyFigure, Result, Source
from ltv.text import Text, same

SURE = KeyFigure(same("lift"), 0.12, "rate", low=0.05, high=0.2, previous=0.0, comparison=Text("无效果", "no effect"))
ASKED = Answer(
    "a", Text("有用吗？", "Did it work?"), Text("有用", "It did"), same(SCRIPT), "good", Text("继续", "Go on"),
    Source("02_retention", "heat_map"), SURE,
)  # fmt: skip


class Asked(Result):
    """A result that answers."""

    name = "asked"
    answers = (ASKED, replace(ASKED, state="none", figure=None, source=Source("99_nothing")))


@pytest.fixture(scope="module")
def shown():
    return show(Asked(pd.DataFrame()))


def test_a_card_has_its_number_drawn_with_its_mark_and_leads_to_the_block(shown):
    told = card(shown.blocks[0]["items"][0], "CNY", page_info().nav)
    assert (told.value.en, told.mark.en, told.href) == ("12.0%", "no effect 0.0%", "02_retention.html#heat-map")
    assert "range-bar" in told.whisker


def test_without_a_number_or_a_page_there_is_neither(shown):
    told = card(shown.blocks[0]["items"][1], "CNY", page_info().nav)
    assert (told.value, told.whisker, told.href, told.page) == (None, None, "", None)


def test_answers_come_first_and_takeaways_are_not_said_twice(shown):
    assert [block["kind"] for block in shown.blocks] == ["questions", "key_figures"]
    block = shown.blocks[0]
    assert "Did it work" not in html_of(block, "zh")
    assert "有用吗？" in html_of(block, "zh")


def test_words_of_an_answer_are_escaped_and_the_page_is_accessible(page_of, browser, shown, tmp_path):
    html = page_of(shown)
    assert SCRIPT not in html[html.index('class="questions"') : html.index("</ol>")]
    path = tmp_path / "questions.html"
    path.write_text(html, encoding="utf-8")
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        assert [v["id"] for v in Axe().run(page).response["violations"]] == []
        lights = page.locator(".question .light").all_inner_texts()
    assert lights == ["有用", "有用"]
