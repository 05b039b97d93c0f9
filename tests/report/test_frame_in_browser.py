"""The frame of a page as people use it: pages, dates, search, links to blocks, themes, tables."""

import nbformat
import pytest
from playwright.sync_api import expect
from support_browser import SCREENS, Visit, faults
from support_frame import frame_cells, frame_info
from support_report import notebook_with, page_info

from ltv.report.other_pages import render_date_index, render_index
from ltv.report.pages import DateEntry
from ltv.report.render import render_notebook
from ltv.text import Text, same

LOOKS = [(screen, lang, theme) for screen in SCREENS for lang in ("zh", "en") for theme in ("light", "dark")]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A page of sixteen, another one of the same date, the contents of the date, and the list of all dates."""
    root = tmp_path_factory.mktemp("site")
    folder = root / "2025-12-31"
    folder.mkdir()
    nbformat.write(notebook_with(frame_cells()), root / "02_retention.ipynb")
    title = Text("群组留存", "Cohort retention")
    page = render_notebook(root / "02_retention.ipynb", frame_info(title=title))
    (folder / "02_retention.html").write_text(page, encoding="utf-8")
    other = render_notebook(root / "02_retention.ipynb", frame_info(name="12_health", title=Text("健康度", "Health")))
    (folder / "12_health.html").write_text(other, encoding="utf-8")
    info = frame_info(name="index")
    contents = render_date_index(info, info.nav, {})
    (folder / "index.html").write_text(contents, encoding="utf-8")
    entries = [DateEntry(d, "good", "r", _pages(d), same(""), f"{d}/index.html") for d in ("2025-12-31", "2025-12-30")]
    (root / "index.html").write_text(render_index(entries, ["zh", "en"]), encoding="utf-8")
    return root


def _pages(date):
    from dataclasses import replace

    return [
        replace(item, href=f"{date}/{item.href}")
        for item in frame_info().nav
        if date > "2025-12-30" or item.name < "05"
    ]


@pytest.fixture
def page_at(visit, site):
    """Open the page of sixteen with something behind the hash."""

    def opened(hash_="", *, name="2025-12-31/02_retention", screen="desktop"):
        made = visit(site / f"{name}.html", screen=screen)
        if hash_:
            made.page.goto("about:blank")
            made.page.goto((site / f"{name}.html").as_uri() + "#" + hash_)
            made.page.evaluate("window.ltvReady")
        return made.page

    return opened


def shown(locator):
    return [words.strip() for words in locator.all_inner_texts()]


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
@pytest.mark.parametrize("name", ["2025-12-31/02_retention", "2025-12-31/index", "index"])
def test_nothing_is_wrong_on_any_screen_in_any_language_and_theme(browser, site, name, look):
    screen, lang, theme = look
    with browser.new_context(viewport=SCREENS[screen], color_scheme=theme) as context:
        made = Visit(context.new_page())
        made.listen()
        made.page.goto((site / f"{name}.html").as_uri() + f"#lang={lang}")
        made.page.evaluate("window.ltvReady")
        assert made.page.evaluate("document.documentElement.dataset.theme") == theme
        assert faults(made) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_what_opens_is_accessible_too(visit, site, screen):
    made = visit(site / "2025-12-31" / "02_retention.html", screen=screen)
    made.page.locator("details.days summary").click()
    assert faults(made) == []
    if screen == "phone":
        made.page.locator("#menu").click()
        assert faults(made) == []
    made.page.keyboard.press("/")
    made.page.keyboard.type("a")
    assert made.page.locator("#found li").count() > 3
    assert faults(made) == []


def test_sixteen_pages_are_all_seen_in_groups_on_a_desk(page_at):
    page = page_at()
    links = page.locator("nav.pages .group ul a")
    assert links.count() == 16
    assert all(links.nth(i).is_visible() for i in range(16))
    assert shown(page.locator("nav.pages .group > span")) == [
        "今日",
        "用户行为",
        "价值与归因",
        "行动与实验",
        "数据",
        "更多",
    ]
    assert shown(page.locator("nav.pages [aria-current]")) == ["群组留存"]
    assert page.locator("nav.pages").bounding_box()["height"] < 120


def test_on_a_phone_pages_stand_behind_a_button_and_escape_closes_them(page_at):
    page = page_at(screen="phone")
    button, pages = page.locator("#menu"), page.locator("nav.pages")
    assert pages.is_hidden()
    button.click()
    assert pages.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.locator("nav.pages a").first.focus()
    page.keyboard.press("Escape")
    assert pages.is_hidden()
    assert page.evaluate("document.activeElement.id") == "menu"


def test_the_foot_leads_to_the_page_before_and_after_in_the_order_of_the_bar(page_at):
    page = page_at("lang=en&theme=dark")
    before, after = page.locator(".turn .before"), page.locator(".turn .after")
    assert before.get_attribute("href") == "12_health.html#lang=en&theme=dark"
    assert after.get_attribute("href") == "04_funnel.html#lang=en&theme=dark"
    assert shown(after) == ["Next page\nFunnel"]


def test_the_dates_known_then_lead_to_the_same_page_and_the_list_of_all_knows_later_ones(page_at):
    page = page_at("lang=en")
    page.locator("details.days summary").click()
    links = page.locator("details.days a")
    assert links.evaluate_all("all => all.map(a => a.getAttribute('href'))") == [
        "../latest/02_retention.html#lang=en",
        "#main",
        "../2025-12-30/02_retention.html#lang=en",
        "../2025-12-24/02_retention.html#lang=en",
        "../index.html#lang=en&page=02_retention",
    ]
    links.last.click()
    page.wait_for_url("**/index.html*")
    assert (
        page.locator(".links li:visible a").evaluate_all("all => all.map(a => a.dataset.page)") == ["02_retention"] * 2
    )
    assert page.locator(".for-page").is_visible()


def test_a_date_without_the_page_still_leads_to_its_contents(page_at):
    page = page_at("page=12_health", name="index")
    assert page.locator(".links li:visible a").count() == 1
    assert page.locator(".date h3 a").first.get_attribute("href").startswith("2025-12-31/12_health.html")
    assert page.locator(".date h3 a").last.get_attribute("href").startswith("2025-12-30/index.html")


def test_the_search_finds_blocks_and_figures_of_all_pages_by_key_alone(page_at):
    page = page_at("lang=en&theme=dark")
    page.keyboard.press("/")
    page.keyboard.type("indic")
    field = page.locator("#search")
    assert shown(page.locator("#found li")) == ["All indicators\nHealth"]
    assert field.get_attribute("aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_url("**/12_health.html#lang=en&theme=dark&block=board")


def test_arrows_go_round_the_results_and_both_languages_are_searched(page_at):
    page = page_at()
    page.keyboard.press("/")
    page.keyboard.type("留存")
    assert shown(page.locator("#found li"))[0] == "群组留存"
    page.keyboard.press("ArrowUp")
    assert page.locator("[aria-selected=true]").inner_text() == page.locator("#found li").last.inner_text()
    page.keyboard.press("Control+a")
    page.keyboard.type("churn")
    assert shown(page.locator("#found li")) == ["流失风险\n健康度"]
    page.keyboard.press("Control+a")
    page.keyboard.type("nowhere at all")
    assert page.locator(".nothing").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".search .drop").is_hidden()


def test_a_block_of_the_same_page_is_gone_to_without_loading(page_at):
    page = page_at()
    page.evaluate("window.stays = true")
    page.keyboard.press("/")
    page.keyboard.type("By city")
    page.keyboard.press("Enter")
    assert page.evaluate("window.stays")
    assert page.url.endswith("#block=cities")
    assert "aimed" in page.locator("#cities").get_attribute("class")


@pytest.mark.parametrize("hash_", ["lang=en&block=cities", "cities"])
def test_an_address_opens_at_its_block_and_marks_it(page_at, hash_):
    page = page_at(hash_)
    assert page.locator(".aimed").get_attribute("id") == "cities"
    top = page.evaluate("document.getElementById('cities').getBoundingClientRect().top")
    assert 40 < top < 140
    page.get_by_role("button", name="English").click()
    assert page.url.split("#")[1] == "lang=en&block=cities" or page.url.endswith("block=cities&lang=en")


def test_each_block_gives_its_address_away(browser, site):
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto((site / "2025-12-31" / "02_retention.html").as_uri() + "#lang=en")
        page.evaluate("window.ltvReady")
        assert page.locator("a.anchor").count() == 4
        page.get_by_role("link", name="Copy link: By city").click()
        page.locator(".said.up").wait_for()
        assert page.url.endswith("#lang=en&block=cities")
        assert page.locator("[data-say=copied]").is_visible()
        assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_figure_and_a_finding_lead_to_where_they_come_from(page_at):
    page = page_at("lang=en")
    more = page.locator("a.more")
    assert shown(more) == [
        "More: Health · All indicators",
        "More: Cohort retention · Channels of value",
        "More: Health",
    ]
    assert more.evaluate_all("all => all.map(a => a.getAttribute('href'))") == [
        "12_health.html#lang=en&block=board",
        "#lang=en&block=channels",
        "12_health.html#lang=en",
    ]
    more.nth(1).click()
    assert page.locator(".aimed").get_attribute("id") == "channels"


def test_a_view_that_is_called_like_a_part_of_the_frame_has_a_name_of_its_own(page_at):
    page = page_at("block=main-block")
    assert page.locator(".aimed h2").inner_text() == "很宽的表"


def test_the_theme_is_kept_in_the_address_and_told_before_charts_are_drawn(page_at):
    page = page_at()
    button = page.locator("#theme")
    seen = []
    for _ in range(3):
        button.click()
        page.evaluate("window.ltvReady")
        seen.append((page.evaluate("document.documentElement.dataset.theme"), page.url.partition("#")[2]))
    assert seen == [("light", "theme=light"), ("dark", "theme=dark"), ("light", "")]
    assert button.inner_text().split() == ["配色", "跟随系统"]


def test_another_theme_draws_the_charts_again(visit, full_page):
    page = visit(full_page).page
    page.evaluate("window.before = window.ltvReady")
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert page.evaluate("window.before !== window.ltvReady")
    page.evaluate("window.ltvReady")
    assert page.locator(".chart .main-svg").count() >= 2


def test_the_theme_follows_the_system_until_somebody_chooses(page_at):
    page = page_at()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("#theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_paper_is_white_in_a_dark_theme(page_at):
    page = page_at("theme=dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 32, 43)"
    assert page.locator("nav.pages").is_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def column(page, block, place):
    return page.locator(f"#{block} tbody tr:visible").evaluate_all(
        "(rows, n) => rows.map(row => row.cells[n].innerText.trim())", place
    )


def test_numbers_sort_as_numbers_and_blanks_come_last_both_ways(page_at):
    page = page_at()
    head = page.locator("#channels th", has_text="人数")
    before = column(page, "channels", 1)
    head.get_by_role("button").click()
    assert column(page, "channels", 1) == ["12.0万", "30", "9", "4", "–"]
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert column(page, "channels", 1) == ["4", "9", "30", "12.0万", "–"]
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert column(page, "channels", 1) == before
    assert head.get_attribute("aria-sort") == "none"


def test_figures_that_read_alike_keep_the_order_of_their_values(page_at):
    page = page_at()
    page.locator("#channels th", has_text="人均价值").get_by_role("button").click()
    assert column(page, "channels", 0) == ["小红书", "抖音", "微信", "–", "百度"]


def test_words_sort_in_the_language_of_the_page(page_at):
    page = page_at()
    page.locator("#channels th", has_text="渠道").get_by_role("button").click()
    assert column(page, "channels", 0) == ["百度", "抖音", "微信", "小红书", "–"]  # by pinyin
    page.locator("#channels th", has_text="开始").get_by_role("button").click()
    assert column(page, "channels", 3)[0] == "2025-12-31"
    assert page.locator("#channels [aria-sort=ascending]").count() == 1


def test_a_choice_lists_its_own_rows_and_says_how_many_there_are(page_at):
    page = page_at()
    select = page.locator("#cities select")
    assert select.evaluate("s => Array.from(s.options, o => o.textContent)") == ["北京", "上海", "成都"]
    assert set(column(page, "cities", 0)) == {"北京"}
    assert len(column(page, "cities", 0)) == 50
    assert shown(page.locator("#cities .listed:visible")) == ["表中列出前 50 行，共 120 行。"]
    select.select_option("成都")
    assert set(column(page, "cities", 0)) == {"成都"}
    assert shown(page.locator("#cities .listed:visible")) == ["表中列出前 50 行，共 60 行。"]
    page.get_by_role("button", name="English").click()
    assert select.evaluate("s => s.selectedOptions[0].textContent") == "Chengdu"
    page.locator("#cities th", has_text="Rank").get_by_role("button").click()
    assert column(page, "cities", 1)[0] == "49"
    assert set(column(page, "cities", 0)) == {"Chengdu"}


def test_a_table_that_is_wider_than_its_card_says_so(page_at):
    page = page_at(screen="phone")
    wide = page.locator("#main-block .wide")
    assert page.locator("#main-block .swipe").is_visible()
    assert wide.get_attribute("data-right") == "true"
    page.locator("#main-block .scroll").evaluate("box => { box.scrollLeft = 1e6; }")
    expect(wide).to_have_attribute("data-right", "false")
    assert wide.get_attribute("data-left") == "true"


def test_the_head_of_a_long_table_stays_in_sight(page_at):
    page = page_at()
    box = page.locator("#cities .scroll")
    box.evaluate("box => { box.scrollTop = 600; }")
    tops = box.evaluate("b => [b.getBoundingClientRect().top, b.querySelector('th').getBoundingClientRect().top]")
    assert abs(tops[0] - tops[1]) < 3


def test_without_scripts_every_page_is_reached_and_every_row_is_read(browser, site):
    with browser.new_context(java_script_enabled=False, viewport=SCREENS["phone"]) as context:
        page = context.new_page()
        page.goto((site / "2025-12-31" / "02_retention.html").as_uri() + "#cities")
        assert page.locator("nav.pages a").last.is_visible()
        assert page.locator("#menu").is_hidden()
        assert page.locator(".search").is_hidden()
        assert page.locator("#cities tbody tr").count() == 150
        page.locator("details.days summary").click()
        assert page.locator("details.days a").first.is_visible()


def test_pages_of_a_date_alone_need_no_list_of_dates(page_of):
    html = page_of("text", nav=(), dates=(), latest="")
    assert '<details class="days">' not in html
    assert 'href="../index.html#page=02_retention"' in html
    assert page_info().dates == ()
