"""A line that cron and the shell read as it was meant, at the right hour, beside what others have in their crontab."""

import datetime as dt
import os
import shutil
import subprocess
import time

import pytest
from support import give_up
from support_schedule import NASTY, call_of, machine

from ltv.errors import LtvError, UsageError
from ltv.schedule import cron
from ltv.schedule.call import Call

NOW = dt.datetime(2026, 6, 30, 12)


@pytest.fixture
def zone(monkeypatch):
    """Set the machine's zone, and give it back."""

    def set_to(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_to
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def call(tmp_path):
    return call_of(tmp_path, env_file=tmp_path / f"key {NASTY}")


def handed_to_shell(line):
    r"""The command as cron hands it on, written from crontab(5): a bare % ends it, \% is one."""
    command = line.split(" ", 5)[5]
    said, at = "", 0
    while at < len(command):
        if command[at] == "\\" and at + 1 < len(command):
            said += "%" if command[at + 1] == "%" else command[at : at + 2]
            at += 2
            continue
        if command[at] == "%":
            break
        said += command[at]
        at += 1
    return said


def test_words_arrive_as_they_went_in(tmp_path, call):
    told = tmp_path / "told"
    command = handed_to_shell(cron.line(call, at=NOW))
    subprocess.run(["/bin/sh", "-c", command], check=True, env={"TOLD": str(told), "PATH": os.environ["PATH"]})
    assert told.read_text().split("\0")[:-1] == list(call.words[1:])


@pytest.mark.parametrize("word", ["50%", "a\\%b", "%", "\\", "it's", "'%'", "$(touch x)", "`x`", "a;b", "~", ""])
def test_a_word_survives_cron_and_shell(word):
    command = handed_to_shell(f"0 0 * * * printf %s {cron.quoted(word)}".replace("%s", r"\%s"))
    assert subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, text=True).stdout == word


def test_cron_itself_accepts_the_lines(tmp_path, call):
    if shutil.which("crontab") is None:
        give_up("crontab is not there: apt-get install cron")
    file = tmp_path / "table"
    file.write_text("\n".join(cron.block(call, at=NOW)) + "\n")
    done = subprocess.run(["crontab", "-n", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("zones", "fires"),
    [
        (("UTC", "Asia/Shanghai"), cron.MachineTime(dt.time(22, 30), 0)),
        (("Asia/Shanghai", "Asia/Shanghai"), cron.MachineTime(dt.time(6, 30), 0)),
        (("Asia/Kolkata", "Asia/Shanghai"), cron.MachineTime(dt.time(4, 0), 0)),
        (("America/New_York", "UTC"), cron.MachineTime(dt.time(2, 30), 60)),  # in winter 01:30 would do
        (("Asia/Shanghai", "America/New_York"), cron.MachineTime(dt.time(19, 30), 60)),
    ],
)
def test_the_machine_s_hour_is_that_of_the_workspace_and_never_an_earlier_one(tmp_path, zone, zones, fires):
    here, there = zones
    zone(here)
    call = call_of(tmp_path, timezone=there)
    assert cron.machine_time(call, at=NOW) == fires
    assert ("clocks change" in cron.block(call, at=NOW)[1]) == bool(fires.latest)


def test_installing_leaves_the_lines_of_others_and_replaces_its_own(tmp_path, monkeypatch):
    home = machine(tmp_path, monkeypatch)
    before = "MAILTO=me\n# nightly\n0 3 * * * backup\n"
    (home / "table").write_text(before)
    call = call_of(tmp_path)
    cron.install(call, at=NOW)
    cron.install(call_of(tmp_path, most=3), at=NOW)
    table = (home / "table").read_text()
    assert table.startswith(before)
    assert table.count("'ltv.cli'") == 1
    assert "'--most' '3'" in table
    assert [text.split(" ", 5)[1] for text in cron.status(call)[1:]] == [str(cron.machine_time(call, at=NOW).at.hour)]
    assert len(cron.remove(call)) == 1
    assert (home / "table").read_text() == before
    assert cron.remove(call) == []


def test_the_first_line_needs_no_crontab(tmp_path, monkeypatch):
    home = machine(tmp_path, monkeypatch)
    cron.install(call_of(tmp_path), at=NOW)
    assert len((home / "table").read_text().splitlines()) == 4


def test_lines_of_another_workspace_stay(tmp_path, monkeypatch):
    home = machine(tmp_path, monkeypatch)
    call, other = call_of(tmp_path), call_of(tmp_path / "other")
    cron.install(call, at=NOW)
    cron.install(other, at=NOW)
    cron.remove(call)
    assert other.name in (home / "table").read_text()


def test_lines_whose_end_is_lost_are_left_to_a_person(tmp_path, monkeypatch):
    home = machine(tmp_path, monkeypatch)
    call = call_of(tmp_path)
    begin = cron.block(call, at=NOW)[0]
    (home / "table").write_text(f"{begin}\n0 3 * * * backup\n")
    with pytest.raises(LtvError, match="put it right by hand"):
        cron.remove(call)
    assert "backup" in (home / "table").read_text()


def test_a_command_that_cron_would_cut_is_refused(tmp_path):
    call = Call(tmp_path / ("x" * 1000), dt.time(6, 30), "UTC")
    with pytest.raises(UsageError, match="at most 998"):
        cron.line(call, at=NOW)
