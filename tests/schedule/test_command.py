"""`ltv schedule` and `ltv daily` as a user meets them."""

import os

import pytest
from support_runs import ltv, shop, two_notebooks
from support_schedule import machine

from ltv.cli import main
from ltv.runs.lock import workspace_lock


def told(capsys, *arguments):
    code = main(["schedule", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def root(tmp_path):
    return shop(tmp_path / "shop")


@pytest.mark.parametrize("system", ["systemd", "cron", "print", "auto"])
def test_printing_installs_nothing(tmp_path, monkeypatch, capsys, root, system):
    home = machine(tmp_path, monkeypatch)
    code, out, _ = told(capsys, "--workspace", root, "--system", system)
    assert code == 0
    assert ("OnCalendar=*-*-* 06:30:00 Asia/Shanghai" in out) == (system != "cron")
    assert ("30 22 * * *" in out or "30 6 * * *" in out) == (system in ("cron", "print"))
    assert not (home / "table").exists()
    assert not (home / ".config").exists()


def test_a_machine_without_systemd_gets_the_cron_line(tmp_path, monkeypatch, capsys, root):
    home = machine(tmp_path, monkeypatch, systemd=False)
    _, out, _ = told(capsys, "--workspace", root)
    assert "# this machine has no systemd, so this is a cron line" in out
    code, out, _ = told(capsys, "--workspace", root, "--install")
    assert code == 0
    assert "'daily'" in (home / "table").read_text()


def test_asking_for_systemd_where_there_is_none_is_one_line_with_the_cron_line(tmp_path, monkeypatch, capsys, root):
    machine(tmp_path, monkeypatch, systemd=False)
    code, _, err = told(capsys, "--workspace", root, "--install", "--system", "systemd")
    assert code == 1
    (line,) = err.splitlines()
    assert "this machine has no systemd" in line
    assert "* * *" in line


def test_a_manager_that_does_not_answer_is_no_systemd(tmp_path, monkeypatch, capsys, root):
    machine(tmp_path, monkeypatch)
    monkeypatch.setenv("ANSWER", "1")
    _, out, _ = told(capsys, "--workspace", root)
    assert "no systemd user manager answers here" in out


def test_a_machine_with_neither_is_told_the_line(tmp_path, monkeypatch, capsys, root):
    machine(tmp_path, monkeypatch, systemd=False, cron=False)
    code, _, err = told(capsys, "--workspace", root, "--install")
    assert code == 1
    assert "this machine has no crontab" in err


def test_there_is_one_of_both_at_most(tmp_path, monkeypatch, capsys, root):
    home = machine(tmp_path, monkeypatch)
    told(capsys, "--workspace", root, "--install", "--system", "cron")
    told(capsys, "--workspace", root, "--install")
    assert (home / "table").read_text() == ""
    assert len(list((home / ".config" / "systemd" / "user").iterdir())) == 2
    code, out, _ = told(capsys, "--workspace", root, "--remove")
    assert (code, out.count("removed")) == (0, 2)
    assert told(capsys, "--workspace", root, "--remove")[1] == f"nothing is installed for {root}\n"


def test_status_says_what_is_there_and_what_is_due(tmp_path, monkeypatch, capsys, root):
    machine(tmp_path, monkeypatch)
    _, out, _ = told(capsys, "--workspace", root, "--status")
    assert out.startswith(f"nothing is installed for {root}\ndue now: 2")
    told(capsys, "--workspace", root, "--install")
    _, out, _ = told(capsys, "--workspace", root, "--status")
    assert "Fri 06:30 next" in out


@pytest.mark.parametrize("at", ["24:00", "6", "06:60", "6.30", "noon", "06:30:00", "０6:30"])
def test_a_time_that_is_none_is_refused(capsys, root, at):
    code, _, err = told(capsys, "--workspace", root, "--at", at)
    assert code == 2
    assert "allowed: a time as HH:MM" in err


def test_print_cannot_be_installed(capsys, root):
    code, _, err = told(capsys, "--workspace", root, "--install", "--system", "print")
    assert code == 2
    assert "--system systemd" in err


def test_a_workspace_that_another_run_holds_is_one_line_and_exit_4(tmp_path):
    root = two_notebooks(tmp_path / "shop")
    with workspace_lock(root, command="ltv run"):
        done = ltv("daily", "--workspace", str(root))
    assert done.returncode == 4
    (line,) = done.stderr.splitlines()
    assert f"process {os.getpid()} (ltv run) holds it" in line


def test_secrets_of_the_file_are_there_for_the_call_and_what_is_set_stays(tmp_path, monkeypatch, root):
    from ltv.schedule import command

    path = tmp_path / "env"
    path.write_text("LTV_TEST_A=file\nLTV_TEST_B=file\n")
    path.chmod(0o600)
    monkeypatch.setenv("LTV_TEST_A", "set")
    monkeypatch.setenv("LTV_TEST_B", "")
    monkeypatch.delenv("LTV_TEST_B")
    monkeypatch.setattr(command, "run_due", lambda *_, **__: 0)
    assert main(["daily", "--workspace", str(root), "--env-file", str(path)]) == 0
    assert (os.environ["LTV_TEST_A"], os.environ["LTV_TEST_B"]) == ("set", "file")
