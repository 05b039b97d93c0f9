"""When there is news, and what it is."""

import datetime as dt

import pandas as pd
import pytest
from support_digest import DATE, board, plans, published, said

from ltv.digest.lines import lines, markdown, plain
from ltv.errors import MissingTableError

EVE = "2026-06-29"


def both(root, before, now, planned=None):
    published(root, before, date=EVE)
    return said(published(root, now, planned))


def test_a_quiet_day_after_a_quiet_day_is_no_news(tmp_path):
    told = both(tmp_path, board(EVE), board())
    assert not told.is_news
    assert told.title.en == f"Health {DATE}: nothing has changed, nothing is beyond its threshold"


def test_the_first_date_is_always_told(tmp_path):
    assert said(published(tmp_path)).is_news


@pytest.mark.parametrize(
    ("now", "planned", "words"),
    [
        (board(segments=["上海"]), None, "新触发 1 项"),
        (board(bad=["benefit_depth"]), None, "1 盏灯变化，1 项越界"),
        (board(), plans(("winback", "waits", 600)), "1 个计划等待批准"),
    ],
)
def test_a_trigger_a_light_that_turned_and_a_plan_that_waits_are_news(tmp_path, now, planned, words):
    told = both(tmp_path, board(EVE), now, planned)
    assert told.is_news
    assert told.title.zh == f"健康度 {DATE}：{words}"


def test_a_light_that_turns_back_is_news_and_says_from_what(tmp_path):
    told = both(tmp_path, board(EVE, bad=["churn_risk"]), board())
    assert "● 正常 流失风险 12.0%，阈值 ≤ 15.0%，一周前 12.0%，2026-06-29 为 ■ 越界" in plain(told, "zh")


def test_what_stays_beyond_is_no_news(tmp_path):
    assert not both(tmp_path, board(EVE, bad=["churn_risk"]), board(bad=["churn_risk"])).is_news


def late(rows, day):
    """Churn risk triggered on a day."""
    rows.loc[(rows["date"] == dt.date.fromisoformat(day)) & (rows["indicator"] == "churn_risk"), "triggered"] = True
    return rows


def test_a_trigger_that_becomes_known_a_day_late_is_told_once(tmp_path):
    now = late(board(), EVE)
    assert len(both(tmp_path / "late", board(EVE), now).triggers) == 1
    assert len(both(tmp_path / "told", late(board(EVE), EVE), now).triggers) == 0


def test_a_date_without_a_board_before_it_is_compared_with_the_one_that_had_one(tmp_path):
    (tmp_path / "data" / "results" / EVE).mkdir(parents=True)
    published(tmp_path, board("2026-06-28"), date="2026-06-28")
    told = said(published(tmp_path))
    assert (told.before.as_of, told.is_news) == (dt.date(2026, 6, 28), False)


def test_an_indicator_that_is_not_known_says_why(tmp_path):
    rows = board()
    rows.loc[rows["indicator"] == "benefit_depth", ["known", "value", "why_unknown"]] = [False, None, "no_column"]
    assert "○ 未知 权益使用深度：订单没有 member_benefit 一列" in plain(said(published(tmp_path, rows)), "zh")


def test_the_latest_known_day_is_told_with_its_date(tmp_path):
    rows = board()
    last = (rows["indicator"] == "referral_effective") & (rows["date"] == dt.date.fromisoformat(DATE))
    rows.loc[last, ["known", "value", "why_unknown"]] = [False, None, "immature"]
    assert "人均有效邀请 0.50，阈值 ≥ 0.45，一周前 0.50，2026-06-29 的数" in plain(
        said(published(tmp_path, rows)), "zh"
    )


def test_plans_that_wait_come_with_the_command_and_what_is_off_is_left_out(tmp_path):
    planned = plans(("winback", "waits", 600), ("coupon", "on", 20), ("video", "off", 0))
    text = plain(said(published(tmp_path, planned=planned)), "en")
    assert "ltv strategy approve 2026-06-30/winback" in text
    assert "coupon: 20 people, 2 control, ¥40.00" in text
    assert "2 playbooks are on today: 620 people are contacted, 62 kept as control" in text
    assert "video" not in text


def test_an_indicator_that_left_the_settings_is_left_out(tmp_path):
    own = board().query("indicator == 'churn_risk'").assign(indicator="returns")
    told = said(published(tmp_path, pd.concat([board(), own], ignore_index=True)))
    assert len(lines(told)) == 3


def test_without_a_board_there_is_no_digest(tmp_path):
    with pytest.raises(MissingTableError, match="health"):
        said(tmp_path)


def test_a_segment_cannot_write_markup_into_the_robots_text(tmp_path):
    evil = ["<script>alert(1)</script>", "<@all>", "[x](https://evil.example)", "**b**\n> # h", "`c`", "a\u202eb"]
    text = markdown(said(published(tmp_path, board(segments=evil))), "zh")
    assert "<script" not in text
    assert "<@" not in text
    assert "](https://evil" not in text
    assert text.count("**") == 2
    assert all(line.startswith(("**健康度", "> ")) for line in text.split("\n"))
    assert "\u202e" not in text
