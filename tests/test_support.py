import sys
from pathlib import Path

import pytest
from support import need


def test_a_program_on_the_path_is_found():
    assert Path(need("sh", "dash")).name == "sh"


def test_a_program_in_a_named_folder_is_found():
    folder = Path(sys.executable).parent
    assert need(Path(sys.executable).name, "python3", f"{folder.parent}/b*n")


def test_an_absent_program_skips_and_names_its_package(monkeypatch):
    monkeypatch.delenv("LTV_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install the Debian package nothing-at-all"):
        need("no-such-program", "nothing-at-all")


def test_an_absent_program_fails_where_nothing_may_be_skipped(monkeypatch):
    monkeypatch.setenv("LTV_NO_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match="nothing-at-all"):
        need("no-such-program", "nothing-at-all")
