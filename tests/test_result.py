"""A result shows itself: table, figures by name, sentences in both languages, nothing unescaped."""

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Text, same

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
    assert "2 rows" in html


def test_a_terminal_shows_rows_sentences_and_views():
    shown = repr(Sample(TABLE))
    assert shown.startswith("<Sample: 2 rows of 'referral'>")
    assert "  two" in shown
    assert shown.endswith("views: rows, bars, lines")


def test_a_result_is_frozen_and_bare_without_its_own_words():
    made = Result(TABLE)
    with pytest.raises(FrozenInstanceError):
        made.table = None
    assert (dict(made.views), tuple(made.key_figures), tuple(made.findings), made.takeaways()) == ({}, (), (), [])
    assert KeyFigure(same("x"), None, "count").state == "none"
