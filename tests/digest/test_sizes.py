"""However much there is to say: 2,048 bytes in whole lines for a robot, 100 kB for a mail."""

import tempfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_digest import board, plans, published, said, settings_of

from ltv.digest.letter import letter, page
from ltv.digest.lines import lines, markdown
from ltv.dispatch.sinks.email import check_mail
from ltv.dispatch.sinks.robot import check_robot, cut, robot_text

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=300)
LONG = "https://reports.example.com/" + "a" * 270


@settings(max_examples=25, deadline=None)
@given(
    st.lists(NAMES, max_size=60, unique=True),
    st.lists(NAMES, max_size=20, unique=True),
    st.sampled_from(["zh", "en"]),
    st.booleans(),
)
def test_any_digest_fits(cities, books, lang, has_link):
    terms = {"pages_url": LONG} if has_link else {}
    with tempfile.TemporaryDirectory() as folder:
        planned = plans(*[(name, "waits" if n % 2 else "on", 10 + n) for n, name in enumerate(books)])
        told = said(published(Path(folder), board(segments=cities), planned), settings_of(**terms))
        text, sent = markdown(told, lang), letter(told, lang, when="change")
    assert len(text.encode()) <= 2048
    assert cut(text) == text
    check_robot(robot_text(text))
    check_mail(sent)
    assert not has_link or text.split("\n")[-1].endswith(f"{told.link})")


def test_what_is_left_out_is_counted_in_whole_lines(tmp_path):
    cities = [f"第{n}号非常非常长的城市名称" for n in range(200)]
    told = said(published(tmp_path, board(segments=cities), plans(*[(f"剧本{n}", "waits", n + 9) for n in range(40)])))
    whole = markdown(told, "zh", most=10**9).split("\n")
    *kept, more = markdown(told, "zh").split("\n")
    assert set(kept) <= set(whole)
    assert len(whole) == len(lines(told)) + 1 == 1 + 3 + 200 + 40 + 1
    assert more == f"另有 {len(whole) - len(kept)} 行没有列出，见健康度与策略中心页。"
    assert sum("ltv strategy approve" in line for line in kept) == 5
    assert len("\n".join([*kept, more]).encode()) > 1900


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mail_of_thousands_of_rows_says_how_many_it_leaves_out(tmp_path, lang):
    cities = [f"<b>{n}</b>" * 60 for n in range(3000)]
    told = said(published(tmp_path, board(segments=cities)))
    html = letter(told, lang, when="always")["html"]
    assert len(html.encode()) <= 100_000
    assert {"zh": "另有 29", "en": "29"}[lang] in html


class Seen(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_mail_escapes_needs_nothing_and_tells_lights_by_shape_word_and_colour(tmp_path):
    rows = board(segments=['<script>alert("x")</script>'], bad=["benefit_depth"])
    told = said(
        published(tmp_path, rows, plans(("<img src=x>", "waits", 600))), settings_of(pages_url="https://a.example/ltv/")
    )
    html = page(told, "zh", when="change", most=60)
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in html
    seen = Seen()
    seen.feed(html)
    assert seen.tags.isdisjoint({"script", "img", "link", "style", "iframe", "svg", "form"})
    assert seen.attributes <= {
        *[
            "lang",
            "charset",
            "name",
            "content",
            "role",
            "width",
            "cellspacing",
            "colspan",
            "cellpadding",
            "align",
            "style",
            "scope",
            "href",
        ]
    }
    assert "url(" not in html
    assert html.count("https://") == 2
    assert all(html.count(f"https://a.example/ltv/2026-06-30/{name}.html") == 1 for name in ("index", "12_health"))
    assert 'color:#b3261e;white-space:nowrap">■ 越界</b>' in html
    assert 'color:#1a7044;white-space:nowrap">● 正常</b>' in html
    assert '<html lang="zh-CN">' in html
