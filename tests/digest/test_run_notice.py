"""A change in how scheduled runs come out: its words, and those who are told."""

import datetime as dt
import re

import pytest
from dispatch.test_email import smtp
from support_digest import MAIL, ROBOT, robot_receiver, settings_of
from support_dispatch import START, Clock

from benchmarks._receiver import serving
from ltv.digest.run_notice import Change, letter, markdown, tell
from ltv.dispatch import Outbox, Worker
from ltv.dispatch.sinks import sink_of
from ltv.settings import parse
from ltv.text import Text

DAY = "2026-06-30"
TITLES = {"02_retention": Text("留存", "Retention"), "07_referral": Text("裂变", "Referral")}


def change(state="refused", **more):
    return Change(DAY, state, **({"titles": TITLES} | more))


@pytest.mark.parametrize(
    ("told", "zh", "en"),
    [
        (change("refused"), "2026-06-30 的数据未通过检查，日报没有生成", "The data of 2026-06-30 was refused, no report was made"),
        (change("failed"), "2026-06-30 的日报运行失败", "The run of 2026-06-30 failed"),
        (change("partial"), "2026-06-30 的日报运行失败", "The run of 2026-06-30 failed"),
        (change("partial", gone={"02_retention": "failed"}), "缺 1 页", "failed on one page"),
        (change("partial", gone={"02_retention": "failed", "x": "failed"}), "缺 2 页", "failed on 2 pages"),
        (change("killed"), "中途停止", "ended in the middle"),
        (change("good", before_state="failed"), "日报恢复正常：2026-06-30", "Reports are good again: 2026-06-30"),
        (change("good", gone={"02_retention": "missing"}), "少了 1 页", "one page short"),
        (change("good", back=("a", "b")), "补齐了 2 页", "2 pages are back"),
    ],
)  # fmt: skip
def test_every_change_has_its_words(told, zh, en):
    assert told.is_news
    assert zh in told.title.zh
    assert en in told.title.en


def test_a_day_like_the_one_before_is_no_news():
    assert not change("good").is_news
    assert not change("refused", before_state="refused").is_news


def test_why_which_page_since_when_and_what_is_still_seen_are_told():
    told = change("partial", why="02_retention failed", gone={"02_retention": "failed", "07_referral": "missing"},
                  before_date="2026-06-01", shown="2026-06-29")  # fmt: skip
    assert [line.en for line in told.lines()] == [
        "Why: 02_retention failed",
        "Retention: failed",
        "Referral: its data is missing",
        "The newest date to be seen: 2026-06-29",
        "Before: good since 2026-06-01",
    ]
    assert told.command == "ltv status --date 2026-06-30"


def test_a_robot_gets_whole_lines_that_fit_and_nothing_that_acts():
    hostile = "<font color=red>*x*</font> [a](b) `c`\u202e\n@all"
    told = change(
        why=hostile, gone={f"{n:02}_{'长' * 50}": "failed" for n in range(50)}, pages_url="https://x.example.com"
    )
    text = markdown(told, "zh")
    assert len(text.encode()) <= 2048
    assert not re.search(r"<|\u202e|\]\(b\)", text)
    assert text.splitlines()[-1] == "[打开报告](https://x.example.com/index.html)"
    assert "另有" in text


def test_a_mail_escapes_what_comes_from_the_data_and_is_small():
    told = change(why="<script>alert(1)</script>" + "x" * 10_000, gone={f"p{n}": "failed" for n in range(500)})
    payload = letter(told, "en")
    assert "<script>" not in payload["html"]
    assert len(payload["html"].encode()) < 30_000
    assert "ltv status --date 2026-06-30" in payload["text"]


def test_with_nobody_to_tell_it_is_one_line_on_standard_error(tmp_path, capsys):
    assert tell(tmp_path, parse({}), change(why="orders: stale\nby a day")) == []
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "ltv: The data of 2026-06-30 was refused, no report was made — orders: stale by a day; ltv status --date 2026-06-30\n"
    )
    assert not (tmp_path / "data").exists()


def test_the_same_change_is_queued_once_and_another_one_of_the_same_day_again(tmp_path):
    told = [tell(tmp_path, settings_of(), c, now=Clock()) for c in (change(), change(), change(number=1))]
    assert [line[0].rpartition(": ")[2] for line in told] == [f"{n} queued for team, mail" for n in (2, 0, 2)]


def test_what_goes_wrong_is_a_line_and_the_change_is_told_on_standard_error(tmp_path, capsys):
    (tmp_path / "data").write_text("in the way")
    (line,) = tell(tmp_path, settings_of(), change(), now=Clock())
    assert line.startswith("2026-06-30: nobody is told: ")
    assert "refused" in capsys.readouterr().err


def test_robot_and_mail_server_take_it(tmp_path):
    receiver, taken = robot_receiver()
    with serving(receiver) as url, smtp() as (port, server):
        settings = settings_of(ROBOT | {"url": f"{url}/send"}, MAIL | {"port": port, "starttls": "never"})
        tell(tmp_path, settings, change(why="orders: stale"), now=Clock())
        outbox = Outbox.open(tmp_path, settings, now=Clock())
        Worker(outbox, sinks={e.name: sink_of(e, outbox) for e in settings.endpoints}).run(once=True)
        outbox.close()
    (text,) = taken
    assert text["markdown"]["content"].startswith(
        "**2026-06-30 的数据未通过检查，日报没有生成**\n> 原因：orders: stale"
    )
    assert len(server.taken) == 1


def test_a_notice_that_is_a_day_old_dies_unsent(tmp_path):
    tell(tmp_path, settings_of(), change(), now=Clock())
    outbox = Outbox.open(tmp_path, settings_of(), now=Clock())
    with outbox.database.reading() as tx:
        rows = tx.rows("SELECT topic, expires_ms FROM messages")
    outbox.close()
    ends = (START + dt.timedelta(hours=24)).replace(tzinfo=dt.UTC).timestamp() * 1000
    assert {(r["topic"], r["expires_ms"]) for r in rows} == {("run", ends)}
