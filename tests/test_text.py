"""Words in two languages, and numbers as people of each language write them."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ltv.errors import UsageError, found
from ltv.text import Text, as_lang, number, same


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (0, "count", "0", "0"),
        (99_999, "count", "99,999", "99,999"),
        (100_000, "count", "10.0万", "100,000"),
        (123_456_789, "count", "1.23亿", "123,456,789"),
        (-1234, "count", "−1,234", "−1,234"),
        (999.994, "money", "¥999.99", "¥999.99"),
        (Decimal("1234.50"), "money", "¥1,234", "¥1,234"),
        (-1_200_000, "money", "−¥120.0万", "−¥1,200,000"),
        (0.4123, "rate", "41.2%", "41.2%"),
        (-0.5, "rate", "−50.0%", "−50.0%"),
        (0.018, "points", "+1.8 个百分点", "+1.8 pp"),
        (-0.018, "points", "−1.8 个百分点", "−1.8 pp"),
        (0, "points", "0.0 个百分点", "0.0 pp"),
        (2.25, "hours", "2.2 小时", "2.2 h"),
        (3, "days", "3.0 天", "3.0 days"),
        (61.2, "seconds", "61.2 秒", "61.2 s"),
        (0.4971, "seconds", "497 毫秒", "497 ms"),
        (-0.05, "seconds", "−50 毫秒", "−50 ms"),
        (0.0, "seconds", "0.0 秒", "0.0 s"),
        (1.234, "number", "1.23", "1.23"),
        ("<b>", "text", "<b>", "<b>"),
        (pd.Timestamp("2026-06-30 12:34:56"), "date", "2026-06-30", "2026-06-30"),
        (pd.Timestamp("2026-06-30 12:34:56"), "time", "2026-06-30 12:34", "2026-06-30 12:34"),
        (np.int64(5), "count", "5", "5"),
        (True, "text", "True", "True"),
    ],
)
def test_a_value_is_written_as_people_of_each_language_write_it(value, unit, zh, en):
    assert number(value, unit) == Text(zh, en)


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT, Decimal("nan"), np.datetime64("NaT")])
@pytest.mark.parametrize("unit", ["count", "money", "rate", "points", "text", "date", "time", "number"])
def test_a_missing_value_is_a_dash_in_every_unit(value, unit):
    assert number(value, unit) == same("–")


@pytest.mark.parametrize(("currency", "shown"), [("GBP", "£5.00"), ("HKD", "HK$5.00"), ("CHF", "CHF 5.00")])
def test_money_is_written_in_its_currency(currency, shown):
    assert number(5, "money", currency=currency).en == shown


@pytest.mark.parametrize(
    ("value", "unit"), [(-0.0001, "rate"), (-0.0001, "points"), (-0.001, "money"), (-0.2, "count"), (-0.001, "number")]
)
def test_what_rounds_to_nothing_has_no_sign(value, unit):
    assert "−" not in number(value, unit).en
    assert "−" not in number(value, unit).zh


def test_both_languages_are_filled_and_a_text_goes_in_by_language():
    words = Text("{who}买了 {n}", "{who} bought {n}").format(who=Text("会员", "members"), n="{x}")
    assert words == Text("会员买了 {x}", "members bought {x}")
    assert (words.to("zh"), words.as_dict()["en"]) == ("会员买了 {x}", "members bought {x}")


def test_a_language_is_one_of_two():
    assert [as_lang(lang) for lang in ("zh", "en")] == ["zh", "en"]
    for wrong in ("ZH", "fr", "", "zh-CN"):
        with pytest.raises(UsageError, match=f"lang: found '{wrong}', allowed: zh, en"):
            as_lang(wrong)


def test_a_message_is_one_line_however_long_or_odd_the_value():
    said = found("column", "a\nb" * 500, "short")
    assert len(said.splitlines()) == 1
    assert len(said) < 200
