"""What is called, and under which name."""

import datetime as dt
import sys
from pathlib import Path

import pytest

from ltv.errors import UsageError
from ltv.schedule.call import Call


def call(path, **more):
    return Call(Path(path), dt.time(6, 30), "UTC", **more)


def test_the_interpreter_that_runs_is_the_one_that_is_called():
    assert call("/shop").words == (
        sys.executable,
        "-P",
        "-m",
        "ltv.cli",
        "daily",
        "--workspace",
        "/shop",
        "--most",
        "7",
    )


def test_what_else_is_asked_for_is_passed_on():
    words = call("/shop", env_file=Path("/k"), send=True, most=3).words
    assert words[-5:] == ("--most", "3", "--env-file", "/k", "--send")


def test_two_workspaces_of_one_name_have_names_of_their_own():
    assert call("/a/shop").name != call("/b/shop").name


@pytest.mark.parametrize("path", ["/shop\nExecStart=/bin/true", "/shop\rx", "/shop\x1b"])
def test_a_path_that_would_begin_a_line_of_its_own_is_refused(path):
    with pytest.raises(UsageError, match="path: found"):
        call(path)
