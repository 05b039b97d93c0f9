"""Words in two languages, and numbers as people of each language write them."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.errors import UsageError, found
from ltv.text import Text, as_lang, interval, number, same


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (0, "count", "0", "0"),
        (99_999, "count", "99,999", "99,999"),
        (100_000, "count", "10.0万", "100,000"),
        (99_999.6, "count", "10.0万", "100,000"),
        (99_999_999, "count", "1.00亿", "99,999,999"),
        (123_456_789, "count", "1.23亿", "123,456,789"),
        (-1234, "count", "−1,234", "−1,234"),
        (999.994, "money", "¥999.99", "¥999.99"),
        (Decimal("1234.50"), "money", "¥1,234", "¥1,234"),
        (-1_200_000, "money", "−¥120.0万", "−¥1,200,000"),
        (999.996, "money", "¥1,000", "¥1,000"),
        (0, "money", "¥0", "¥0"),
        (0.0004, "rate", "0.04%", "0.04%"),
        (0.00001, "rate", "<0.01%", "<0.01%"),
        (-0.00001, "rate", ">−0.01%", ">−0.01%"),
        (0.9996, "rate", "99.96%", "99.96%"),
        (0.99999, "rate", ">99.99%", ">99.99%"),
        (1, "rate", "100.0%", "100.0%"),
        (0, "rate", "0.0%", "0.0%"),
        (0.0003, "points", "+0.03 个百分点", "+0.03 pp"),
        (0.0247, "number", "0.025", "0.025"),
        (0.1, "number", "0.10", "0.10"),
        (0.4123, "rate", "41.2%", "41.2%"),
        (-0.5, "rate", "−50.0%", "−50.0%"),
        (0.018, "points", "+1.8 个百分点", "+1.8 pp"),
        (-0.018, "points", "−1.8 个百分点", "−1.8 pp"),
        (0, "points", "0.0 个百分点", "0.0 pp"),
        (2.25, "hours", "2.2 小时", "2.2 h"),
        (3, "days", "3 天", "3 days"),
        (1, "days", "1 天", "1 day"),
        (1.5, "days", "1.5 天", "1.5 days"),
        (254.3, "hours", "254 小时", "254 h"),
        (300, "seconds", "5 分钟", "5 min"),
        (86_400, "seconds", "24 小时", "24 h"),
        (61.2, "seconds", "61.2 秒", "61.2 s"),
        (0.4971, "seconds", "497 毫秒", "497 ms"),
        (-0.05, "seconds", "−50 毫秒", "−50 ms"),
        (0.0, "seconds", "0 秒", "0 s"),
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
    ("value", "unit"), [(-0.0, "rate"), (-0.00001, "points"), (-0.001, "money"), (-0.2, "count"), (-0.00001, "number")]
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


@pytest.mark.parametrize(("n", "said"), [("1", "1 person is"), ("0", "0 people are"), ("11", "11 people are")])
def test_an_english_count_of_one_is_singular(n, said):
    assert Text("有 {n} 人", "{n} {n:person is|people are} here").format(n=n) == Text(f"有 {n} 人", f"{said} here")


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("在{x}内没有", "7 天", "在 7 天内没有"),
        ("上线已经 {x} 没有", "120 小时", "上线已经 120 小时没有"),
        ("共 {x} 人", "12.3万", "共 12.3万人"),
        ("{x}留存最高", "silver", "silver 留存最高"),
        ("{x}留存最高", "学生", "学生留存最高"),
        ("预期{x}。", "−¥3", "预期 −¥3。"),
        ("（{x}）", "a", "（a）"),
        ("“{x}”的", "a", "“a”的"),
        ("{x} {x}", "访问", "访问 访问"),
    ],
)
def test_chinese_has_one_space_beside_figures_and_none_between_its_characters(template, value, said):
    assert Text(template, "{x}").format(x=value).zh == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "zh", "en"),
    [
        (123_000, 156_000, "count", "12.3–15.6万", "123,000–156,000"),
        (99_000, 156_000, "count", "99,000–15.6万", "99,000–156,000"),
        (0.205, 0.281, "rate", "20.5%–28.1%", "20.5%–28.1%"),
        (-0.022, 0.361, "rate", "−2.2% 至 36.1%", "−2.2% to 36.1%"),
        (0.147, 0.239, "points", "+14.7 至 +23.9 个百分点", "+14.7 to +23.9 pp"),
        (-123_000, 156_000, "count", "−12.3万 至 15.6万", "−123,000 to 156,000"),
        (30_504, 68_160, "money", "¥30,504 至 ¥68,160", "¥30,504 to ¥68,160"),
        (140_086, 355_401, "money", "¥14.0万 至 ¥35.5万", "¥140,086 to ¥355,401"),
        (1, 2.5, "days", "1–2.5 天", "1–2.5 days"),
        (None, 2, "count", "– 至 2", "– to 2"),
    ],
)
def test_a_range_names_what_both_ends_share_once(low, high, unit, zh, en):
    assert interval(low, high, unit) == Text(zh, en)


@given(st.floats(min_value=1e-9, max_value=1 - 1e-9))
def test_a_share_that_is_neither_nothing_nor_everything_never_reads_as_if_it_were(share):
    shown = number(share, "rate").en
    assert shown.strip("<>%").replace(".", "").strip("0")
    assert "100" not in shown


@given(st.floats(min_value=-1e12, max_value=1e12), st.sampled_from(["count", "money", "number", "rate", "points"]))
def test_both_languages_say_the_same_number(value, unit):
    shown = number(value, unit)
    assert _read(shown.zh) == pytest.approx(_read(shown.en), rel=0.006, abs=0.006)
    assert _read(shown.en) == pytest.approx(value * (100 if unit in ("rate", "points") else 1), rel=0.06, abs=0.51)


@given(st.floats(min_value=0, max_value=9e11))
def test_chinese_large_numbers_never_have_more_than_four_digits_before_the_point(value):
    shown = number(value, "count").zh
    assert len(shown.split(".")[0].replace(",", "")) <= (5 if shown[-1].isdigit() else 4)


@given(st.floats(min_value=0, max_value=1e9), st.floats(min_value=0, max_value=1e9))
def test_a_larger_count_is_never_written_as_a_smaller_one(a, b):
    low, high = sorted((a, b))
    assert _read(number(low, "count").zh) <= _read(number(high, "count").zh)


def _read(shown: str) -> float:
    """Return the number that a reader takes from what is written."""
    times = {"万": 1e4, "亿": 1e8}.get(shown[-1], 1)
    digits = "".join(c for c in shown.replace("−", "-") if c in "-.0123456789")
    return float(digits) * times
