"""A result shows itself: table, figures by name, sentences in both languages, nothing unescaped."""

import re
from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Text, same, speak

SCRIPT = "<script>alert(1)</script>"
TABLE = pd.DataFrame({"channel": [SCRIPT, "sms"], "n": [1, 2]})


@dataclass(frozen=True, repr=False)
class Sample(Result):
    name: ClassVar[str] = "referral"

    @property
    def views(self):
        columns = (Column("channel", Text("渠道", "Channel")), Column("n", Text("人数", "People"), "count"))
        note = same("")
        return {
            "rows": View("table", same("rows"), note, self.table, columns),
            "bars": View("chart", same("bars"), note, self.table, columns, alt=same("bars")),
            "lines": View("chart", same("lines"), note, self.table, columns, alt=same("lines")),
        }

    @property
    def key_figures(self):
        rule = Text("低于 15 万", "below 150,000")
        return (KeyFigure(Text("订单", "Orders"), 123456, "count", 100_000, 150_000, state="bad", rule=rule),)

    @property
    def findings(self):
        return (Takeaway(Text(f"渠道 {SCRIPT} 最好", f"{SCRIPT} is best"), "good"), Takeaway(Text("二", "two")))

    def draw(self, view, lang):
        return view, lang, self.currency


def test_a_figure_is_asked_for_by_name_and_the_first_chart_is_the_default():
    made = Sample(TABLE, currency="GBP")
    assert made.figure() == ("bars", "zh", "GBP")
    assert made.figure("lines", lang="en") == ("lines", "en", "GBP")


@pytest.mark.parametrize("view", ["rows", "bar", "<b>"])
def test_a_figure_that_there_is_not_is_named_with_those_that_there_are(view):
    with pytest.raises(UsageError, match=f"figure: found '{view}', allowed: bars, lines"):
        Sample(TABLE).figure(view)


def test_a_result_without_charts_says_so():
    with pytest.raises(UsageError, match="figure: found '', allowed: this result has no chart"):
        Result(TABLE).figure()


def test_sentences_come_in_one_language_or_the_other():
    made = Sample(TABLE)
    assert made.takeaways("en") == [f"{SCRIPT} is best", "two"]
    assert made.takeaways()[1] == "二"
    with pytest.raises(UsageError, match="lang: found 'fr', allowed: zh, en"):
        made.takeaways("fr")
    with pytest.raises(UsageError, match="lang: found 'fr'"):
        made.figure(lang="fr")


def test_a_notebook_shows_rows_and_sentences_and_runs_no_script():
    html = Sample(TABLE)._repr_html_()
    assert SCRIPT not in html
    assert html.count("&lt;script&gt;") == 2
    assert "2 行" in html


def test_a_terminal_shows_figures_sentences_rows_views_and_what_to_do_next():
    shown = repr(Sample(TABLE))
    assert shown.startswith("<Sample: 2 rows of 'referral'>")
    assert "  two" in shown
    assert re.search(r"Orders +123,456 +\[100,000, 150,000\] +■ below 150,000", shown)
    assert re.search(r"sms +2\n", shown)
    assert 'next: .table, .figure("bars"), .takeaways("en"), ltv.show(result)' in shown
    assert shown.endswith("views: rows, bars, lines")


def test_a_result_speaks_the_language_of_the_workspace():
    assert "12.3万" in Sample(TABLE)._repr_html_()
    speak("zh")
    assert re.search(r"订单 +12\.3万 +\[10\.0万, 15\.0万\] +■ 低于 15 万", repr(Sample(TABLE)))
    speak("en")
    assert "below 150,000" in Sample(TABLE)._repr_html_()


def test_chinese_columns_stand_under_one_another():
    table = pd.DataFrame({"channel": ["短信", "wechat"], "n": [1, 22]})
    rows = [line for line in repr(Sample(table)).splitlines() if line.startswith("    ")]
    assert rows == ["    channel  n", "    短信     1", "    wechat   22"]


def test_what_data_holds_does_not_steer_a_terminal():
    shown = repr(Sample(pd.DataFrame({"channel": ["\x1b[2J\r\nx"], "n": [1]})))
    assert "\x1b" not in shown
    assert "\r" not in shown


def test_of_many_columns_those_are_shown_that_differ():
    table = TABLE.assign(**{f"same_{i}": "x" for i in range(20)}, rate=[0.25, None])
    shown = repr(Sample(table))
    assert "same_1" not in shown
    assert re.search(r"sms +2 +–", shown)
    assert "the first 2 of 2 rows, 23 columns" in shown


def test_a_result_is_frozen_and_bare_without_its_own_words():
    made = Result(TABLE)
    with pytest.raises(FrozenInstanceError):
        made.table = None
    assert (dict(made.views), tuple(made.key_figures), tuple(made.findings), made.takeaways()) == ({}, (), (), [])
    assert KeyFigure(same("x"), None, "count").state == "none"
