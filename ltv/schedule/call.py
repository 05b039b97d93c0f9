"""What is called every morning: this interpreter, this workspace, this time in the workspace's zone."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from ltv.errors import UsageError, found


@dataclass(frozen=True)
class Call:
    """A scheduled call.

    Attributes:
        workspace: its folder, absolute.
        at: time of the day in the workspace's zone.
        timezone: the zone, an IANA name.
        most: days that are caught up at once.
        env_file: file with secrets for the call, or None.
        send: also send what is due in the outbox.
        python: the interpreter.

    Raises:
        UsageError: a path holds a control character, which neither systemd nor cron can take.
    """

    workspace: Path
    at: dt.time
    timezone: str
    most: int = 7
    env_file: Path | None = None
    send: bool = False
    python: str = sys.executable

    def __post_init__(self) -> None:
        for word in self.words:
            if not word.isprintable():
                raise UsageError(found("path", word, "one without line breaks and control characters"))

    @property
    def words(self) -> tuple[str, ...]:
        """The command, word by word; `-P` keeps folders of the place it starts in out of what is imported."""
        more = ("--env-file", str(self.env_file)) if self.env_file is not None else ()
        sent = ("--send",) if self.send else ()
        command = (self.python, "-P", "-m", "ltv.cli", "daily", "--workspace", str(self.workspace))
        return (*command, "--most", str(self.most), *more, *sent)

    @property
    def name(self) -> str:
        """What units and lines of this workspace are called: readable, and its own.

        >>> Call(Path("/srv/my shop"), dt.time(6, 30), "UTC").name
        'ltv-my-shop-ec3c9a43'
        """
        readable = re.sub(r"[^A-Za-z0-9]+", "-", self.workspace.name).strip("-")[:40]
        own = hashlib.sha256(str(self.workspace).encode()).hexdigest()[:8]
        return "-".join(part for part in ("ltv", readable, own) if part)

    @property
    def clock(self) -> str:
        """The time of the day as it is written."""
        return f"{self.at:%H:%M}"
