"""A file of secrets: read as written, by its owner alone."""

import pytest

from ltv.errors import UsageError
from ltv.schedule.secrets import read


def secrets(tmp_path, text, mode=0o600):
    path = tmp_path / "env"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_names_and_values_are_read(tmp_path):
    path = secrets(tmp_path, "# key\nLTV_HMAC_KEY=a=b#c\nexport X='two words'\n\nY=\n")
    assert read(path) == {"LTV_HMAC_KEY": "a=b#c", "X": "two words", "Y": ""}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    with pytest.raises(UsageError, match="chmod 600"):
        read(secrets(tmp_path, "A=b\n", mode))


def test_a_bad_line_is_named_by_its_number_and_not_shown(tmp_path):
    with pytest.raises(UsageError, match="line 2") as told:
        read(secrets(tmp_path, "A=b\nhunter2\n"))
    assert "hunter2" not in str(told.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--env-file"):
        read(tmp_path / "nothing")
