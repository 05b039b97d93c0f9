"""A line of a crontab: escaped as cron and the shell read it, at the machine's time for that of the workspace.

Cron knows no zone that can be relied on (`CRON_TZ` is one family's), so the time is the machine's. Where its clocks change
on other days than the workspace's, the later time stands: never before the day is over and the data is there.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import time
from dataclasses import dataclass

from ltv.errors import LtvError, UsageError, found
from ltv.schedule.call import Call
from ltv.warehouse.local_time import zone

MOST_CHARACTERS = 998  # of a command; Debian's cron takes no longer one
_SECONDS = 30
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class MachineTime:
    """When cron fires.

    Attributes:
        at: the machine's time.
        latest: how much later than asked it is in part of the year, in minutes.
    """

    at: dt.time
    latest: int


def quoted(word: str) -> str:
    r"""A word for the shell, in which cron finds no `%`.

    Cron ends the command at a bare `%` and takes away the backslash before an escaped one; between quotes of the shell a
    backslash of the word itself could stand before it, so the `%` stands outside of them.

    >>> print(quoted("it's 5%"), quoted("plain"))
    'it'"'"'s 5'\%'' 'plain'
    """
    said = word.replace("'", "'\"'\"'").replace("%", "'\\%'")
    return f"'{said}'"


def machine_time(call: Call, *, at: dt.datetime) -> MachineTime:
    """The time of this machine for that of the workspace, over the year to come.

    Args:
        call: what is called when.
        at: the clock, naive UTC.
    """
    there = zone(call.timezone)
    wanted = call.at.hour * 60 + call.at.minute
    differences = set()
    for days in range(366):
        moment = (at + dt.timedelta(days=days)).replace(tzinfo=dt.UTC)
        theirs = moment.astimezone(there).utcoffset() or dt.timedelta()
        ours = dt.timedelta(seconds=time.localtime(moment.timestamp()).tm_gmtoff)
        differences.add(int((ours - theirs).total_seconds() // 60))
    minutes = (wanted + max(differences)) % _DAY_MINUTES
    return MachineTime(dt.time(minutes // 60, minutes % 60), max(differences) - min(differences))


def line(call: Call, *, at: dt.datetime) -> str:
    """The line of the crontab.

    Args:
        call: what is called when.
        at: the clock, naive UTC.

    Raises:
        UsageError: the command is longer than cron takes.
    """
    command = " ".join(map(quoted, call.words))
    if len(command.encode()) > MOST_CHARACTERS:
        raise UsageError(found("path", f"a command of {len(command.encode())} bytes", f"at most {MOST_CHARACTERS}"))
    fires = machine_time(call, at=at).at
    return f"{fires.minute} {fires.hour} * * * {command}"


def block(call: Call, *, at: dt.datetime) -> list[str]:
    """The line between marks by which it is found again.

    Args:
        call: what is called when.
        at: the clock, naive UTC.
    """
    late = machine_time(call, at=at).latest
    also = f", in part of the year {late} minutes later: clocks change on other days here" if late else ""
    begin, end = _marks(call)
    return [begin, f"# {call.clock} in {call.timezone}{also}", line(call, at=at), end]


def without(lines: list[str], call: Call) -> list[str]:
    """A crontab without our lines; all others stay as they are.

    Args:
        lines: of the crontab.
        call: what is called.

    Raises:
        LtvError: the end of our lines is missing, so that nobody can say which are ours.
    """
    begin, end = _marks(call)
    kept, inside = [], False
    for text in lines:
        if text == begin:
            inside = True
        elif inside and text == end:
            inside = False
        elif not inside:
            kept.append(text)
    if inside:
        raise LtvError(f"crontab: found {begin!r} without {end!r}, allowed: both; put it right by hand: crontab -e")
    return kept


def why_not() -> str:
    """Why no crontab can be written here; empty where one can."""
    return "" if shutil.which("crontab") else "this machine has no crontab"


def install(call: Call, *, at: dt.datetime) -> list[str]:
    """Put the line into the crontab of this user; a second time changes what is there.

    Args:
        call: what is called when.
        at: the clock, naive UTC.

    Returns:
        Lines to tell.

    Raises:
        LtvError: cron refuses.
    """
    made = block(call, at=at)
    _write([*without(_read(), call), *made])
    return ["wrote to the crontab of this user:", *made]


def remove(call: Call) -> list[str]:
    """Take our lines out of the crontab of this user.

    Args:
        call: what is called.

    Returns:
        Lines to tell; none where nothing is there.

    Raises:
        LtvError: cron refuses.
    """
    if why_not():
        return []
    before = _read()
    after = without(before, call)
    if after == before:
        return []
    _write(after)
    return [f"removed from the crontab of this user: {call.name}"]


def status(call: Call) -> list[str]:
    """Our lines of the crontab.

    Args:
        call: what is called.
    """
    if why_not():
        return []
    begin, end = _marks(call)
    lines = _read()
    return lines[lines.index(begin) + 1 : lines.index(end)] if begin in lines and end in lines else []


def _marks(call: Call) -> tuple[str, str]:
    return f"# begin {call.name}, made by `ltv schedule`", f"# end {call.name}"


def _read() -> list[str]:
    done = _crontab("-l")
    if done.returncode == 0:
        return done.stdout.split("\n")[:-1] if done.stdout.endswith("\n") else done.stdout.split("\n")
    if "no crontab" in done.stderr:
        return []
    raise LtvError(f"crontab -l: {' '.join(done.stderr.split()) or f'exit {done.returncode}'}")


def _write(lines: list[str]) -> None:
    done = _crontab("-", given="".join(f"{text}\n" for text in lines))
    if done.returncode:
        raise LtvError(f"crontab: {' '.join(done.stderr.split()) or f'exit {done.returncode}'}")


def _crontab(argument: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  arguments are ours
            ["crontab", argument],  # noqa: S607  of the machine
            input=given, capture_output=True, check=False, timeout=_SECONDS, encoding="utf-8", errors="surrogateescape",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LtvError(f"crontab {argument}: no answer within {_SECONDS} s") from None
