"""The browser that is installed: what it cannot draw nothing else here can. It reaches nothing, since pages need nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ltv.errors import LtvError

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_SECONDS = 60


class BrowserError(LtvError):
    """There is no browser, or it has not done what it was asked for."""


def installed() -> str | None:
    """The browser that is installed, if any."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def required() -> str:
    """The browser that is installed.

    Raises:
        BrowserError: there is none.
    """
    program = installed()
    if program is None:
        raise BrowserError(f"none of {', '.join(BROWSERS)} is installed")
    return program


def call(program: str, address: str, *what: str, profile: Path, seconds: float = _SECONDS) -> str:
    """Call the browser without a window and return what it prints.

    Args:
        program: its path.
        address: of the page.
        what: options, such as `--dump-dom`.
        profile: a folder for this call or a few alone, which nothing else reads.
        seconds: after which it is given up.

    Raises:
        BrowserError: it cannot be started, or takes too long.
    """
    options = ["--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions"]
    options += ["--disable-background-networking", "--disable-sync", "--proxy-server=127.0.0.1:9"]
    options += [f"--user-data-dir={profile}"]
    options += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root has no other way
    name = Path(program).name
    try:
        done = subprocess.run(  # noqa: S603  a program of BROWSERS, a page of ours
            [program, *options, *what, address], capture_output=True, timeout=seconds, check=False, cwd=profile.parent
        )
    except subprocess.TimeoutExpired:
        raise BrowserError(f"{name} took more than {seconds} s") from None
    except OSError as error:
        raise BrowserError(f"{name}: {error}") from None
    return done.stdout.decode(errors="replace")
