"""Secrets for a scheduled call: timers and cron start with an empty environment, and a crontab is no place for a key."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ltv.errors import UsageError, found

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_OTHERS = 0o077


def check(path: Path) -> None:
    """Refuse a file of secrets that is not there, or that others may read.

    Args:
        path: of the file.

    Raises:
        UsageError: it is refused.
    """
    if not path.is_file():
        raise UsageError(found("--env-file", str(path), "a file with lines NAME=VALUE"))
    mode = path.stat().st_mode & 0o777
    if os.name == "posix" and mode & _OTHERS:
        raise UsageError(found("--env-file", f"{path} with mode {mode:o}", "a file that only you may read: chmod 600"))


def read(path: Path) -> dict[str, str]:
    """Names and values of a file of secrets; lines that begin with # say nothing. Values stand as they are, or in quotes.

    Args:
        path: of the file.

    Raises:
        UsageError: the file is refused, or a line is no NAME=VALUE; its number is told, never what it holds.
    """
    check(path)
    told: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise UsageError(found("--env-file", f"{path}, line {number}", "NAME=VALUE"))
        told[match[1]] = _bare(match[2].strip())
    return told


def _bare(value: str) -> str:
    r"""A value without the quotes around it.

    >>> _bare("'a b'"), _bare('"a"'), _bare("it's")
    ('a b', 'a', "it's")
    """
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value
