"""What several test files share: a test that needs a program says which package would bring it."""

import os
import shutil
from pathlib import Path

import pytest


def need(program: str, package: str, *folders: str) -> str:
    """Return the path of a program, or skip the test with the name of the Debian package that has it.

    Args:
        program: name of the executable.
        package: Debian package that installs it.
        folders: further folders to look in after PATH; each may be a glob such as `/usr/lib/postgresql/*/bin`.

    With LTV_NO_SKIP=1 in the environment nothing may be skipped: the test fails instead.
    """
    path = shutil.which(program) or _in_folders(program, folders)
    if path is None:
        give_up(f"{program} is not installed: install the Debian package {package}")
    return path


def give_up(reason: str) -> None:
    """Skip the running test with this reason; fail it where nothing may be skipped."""
    if os.environ.get("LTV_NO_SKIP") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _in_folders(program: str, folders: tuple[str, ...]) -> str | None:
    places = [place for folder in folders for place in sorted(Path("/").glob(folder.lstrip("/")), reverse=True)]
    return next((str(place / program) for place in places if os.access(place / program, os.X_OK)), None)
