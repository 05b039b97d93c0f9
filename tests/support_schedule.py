"""Programs that stand in for those of the machine, and calls with everything in their paths that syntax can trip over."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from ltv.schedule.call import Call

NASTY = 'my 5% "shop" it\'s $HOME \\x; 店'
PROGRAM = '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word" >> "$TOLD"; done\n'
# Keeps its crontab in a file, and says there is none where there is none, as cron does.
CRONTAB = """#!/bin/sh
if [ "$1" = "-l" ]; then [ -f "$TABLE" ] && exec cat "$TABLE"; echo "no crontab for me" >&2; exit 1; fi
exec cat > "$TABLE"
"""
SYSTEMCTL = '#!/bin/sh\necho "$@" >> "$CALLS"\n[ "$2" != list-timers ] || echo "Fri 06:30 next"\nexit ${ANSWER:-0}\n'


def program(path: Path, text: str = PROGRAM) -> Path:
    """Write a program that can be started."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def call_of(root: Path, **more: object) -> Call:
    """A call of a workspace in that folder, by an interpreter there, both with names that are hard to write down."""
    given = {"at": dt.time(6, 30), "timezone": "Asia/Shanghai", "python": str(program(root / f"py {NASTY}" / "python"))}
    return Call(root / NASTY, **(given | more))  # type: ignore[arg-type]


def machine(root: Path, monkeypatch, *, systemd: bool = True, cron: bool = True) -> Path:
    """Let `systemctl` and `crontab` of the tests be those that are found, and a home of their own; what they were told lies there."""
    home, programs = root / "home", root / "programs"
    home.mkdir(parents=True, exist_ok=True)
    programs.mkdir()
    if systemd:
        program(programs / "systemctl", SYSTEMCTL)
    if cron:
        program(programs / "crontab", CRONTAB)
    for name in ("sh", "cat"):
        (programs / name).symlink_to(Path("/bin") / name)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("TABLE", str(home / "table"))
    monkeypatch.setenv("CALLS", str(home / "calls"))
    assert os.environ["HOME"] == str(home)
    return home
