"""Units that systemd itself accepts, with words that come out as they went in."""

import shutil
import subprocess

import pytest
from support import give_up
from support_schedule import NASTY, call_of, machine

from ltv.errors import LtvError
from ltv.schedule import systemd

TOOL = shutil.which("systemd-analyze")


def analyze(tmp_path, *arguments):
    if TOOL is None:
        give_up("systemd-analyze is not there: apt-get install systemd")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return subprocess.run(
        [TOOL, *arguments], capture_output=True, text=True, check=False, env={"XDG_RUNTIME_DIR": str(runtime)}
    )


def words_of(line):
    """The words of a command as systemd.syntax(7) and systemd.unit(5) define them, written from those pages."""
    words, at = [], 0
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        assert line[at] == '"'
        at, word = at + 1, ""
        while line[at] != '"':
            if line[at] == "\\":
                assert line[at + 1] in '\\"'
                at += 1
            elif line[at] == "%":
                assert line[at + 1] == "%"
                at += 1
            word += line[at]
            at += 1
        words.append(word)
        at += 1
    return words


@pytest.fixture
def call(tmp_path):
    return call_of(tmp_path, env_file=tmp_path / f"key {NASTY}", send=True)


def test_systemd_accepts_both_units(tmp_path, call):
    for unit in systemd.units(call):
        (tmp_path / unit.name).write_text(unit.text)
    files = [str(tmp_path / unit.name) for unit in systemd.units(call)]
    done = analyze(tmp_path, "verify", "--user", "--man=no", *files)
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_an_interpreter_that_is_not_there(tmp_path):
    call = call_of(tmp_path, python="/nowhere/5% $HOME/python")
    (service, _) = systemd.units(call)
    (tmp_path / service.name).write_text(service.text)
    done = analyze(tmp_path, "verify", "--user", "--man=no", str(tmp_path / service.name))
    assert done.returncode != 0
    assert "/nowhere/5% $HOME/python" in done.stderr


def test_words_come_out_as_they_went_in(call):
    (line,) = [x for x in systemd.units(call)[0].text.splitlines() if x.startswith("ExecStart=")]
    words = words_of(line.removeprefix("ExecStart="))
    assert words == [":/bin/sh", "-c", 'exec "$0" "$@"', *call.words]


def test_an_interpreter_with_a_plain_path_needs_no_shell(tmp_path):
    (service, _) = systemd.units(call_of(tmp_path, python="/usr/bin/python3"))
    assert 'ExecStart=":/usr/bin/python3" "-P" "-m" "ltv.cli" "daily"' in service.text


def test_a_morning_that_was_missed_is_made_up_for(call):
    assert "Persistent=true" in systemd.units(call)[1].text


def test_a_workspace_held_by_another_run_is_no_failure(call):
    assert "SuccessExitStatus=4" in systemd.units(call)[0].text


@pytest.mark.parametrize(("zone", "utc"), [("Asia/Shanghai", "22:30:00 UTC"), ("Asia/Kolkata", "01:00:00 UTC")])
def test_the_time_is_that_of_the_workspace(tmp_path, zone, utc):
    done = analyze(
        tmp_path, "calendar", "--base-time=2026-06-30 12:00:00 UTC", systemd.calendar(call_of(tmp_path, timezone=zone))
    )
    assert done.returncode == 0
    assert utc in done.stdout


def test_installing_writes_two_files_and_starts_the_timer_and_again_changes_them(tmp_path, monkeypatch):
    home = machine(tmp_path, monkeypatch)
    first, later = call_of(tmp_path), call_of(tmp_path, most=3)
    systemd.install(first)
    systemd.install(later)
    files = sorted((home / ".config" / "systemd" / "user").iterdir())
    assert [f.name for f in files] == [f"{first.name}.service", f"{first.name}.timer"]
    assert '"--most" "3"' in files[0].read_text()
    said = (home / "calls").read_text().splitlines()
    assert said[:3] == [
        "--user daemon-reload",
        f"--user enable {first.name}.timer",
        f"--user restart {first.name}.timer",
    ]


def test_removing_takes_away_what_was_installed_and_nothing_else(tmp_path, monkeypatch):
    home = machine(tmp_path, monkeypatch)
    call, other = call_of(tmp_path), call_of(tmp_path / "other")
    systemd.install(call)
    systemd.install(other)
    folder = home / ".config" / "systemd" / "user"
    (folder / "backup.timer").write_text("[Timer]\n")
    assert len(systemd.remove(call)) == 2
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        ["backup.timer", f"{other.name}.service", f"{other.name}.timer"]
    )
    assert systemd.remove(call) == []


def test_a_file_of_somebody_else_is_neither_written_over_nor_removed(tmp_path, monkeypatch):
    machine(tmp_path, monkeypatch)
    call = call_of(tmp_path)
    systemd.folder().mkdir(parents=True)
    theirs = systemd.folder() / f"{call.name}.service"
    theirs.write_text("[Service]\n")
    with pytest.raises(LtvError, match="somebody else"):
        systemd.install(call)
    assert systemd.remove(call) == []
    assert theirs.read_text() == "[Service]\n"


def test_what_systemd_refuses_is_one_line(tmp_path, monkeypatch):
    machine(tmp_path, monkeypatch)
    monkeypatch.setenv("ANSWER", "1")
    with pytest.raises(LtvError, match="systemctl --user daemon-reload: exit 1"):
        systemd.install(call_of(tmp_path))


def test_status_says_when_it_fires_next(tmp_path, monkeypatch):
    machine(tmp_path, monkeypatch)
    call = call_of(tmp_path)
    assert systemd.status(call) == []
    systemd.install(call)
    assert systemd.status(call)[-1] == "Fri 06:30 next"
