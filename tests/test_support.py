"""The shared fixtures are what they say: real servers, real Spark, and no skip where nothing may be skipped."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support import need

HERE = Path(__file__).parent


def test_postgres_answers_and_keeps_what_is_written(postgres: str) -> None:
    psql = need("psql", "postgresql")
    statements = (
        "create table once (x int); insert into once values (41), (1); select sum(x) from once; drop table once"
    )
    done = subprocess.run([psql, postgres, "-qAtc", statements], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "42"


def test_postgres_listens_on_this_machine_only(postgres: str) -> None:
    psql = need("psql", "postgresql")
    done = subprocess.run([psql, postgres, "-Atc", "show listen_addresses"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "127.0.0.1"


def test_mysql_answers_and_keeps_what_is_written(mysql: str) -> None:
    url = urlsplit(mysql)
    assert url.username and url.password
    client = [need("mariadb", "mariadb-server"), "--no-defaults", "-h127.0.0.1", f"-P{url.port}", f"-u{url.username}"]
    statements = (
        "create table once (x int); insert into once values (41), (1); select sum(x) from once; drop table once"
    )
    done = subprocess.run(
        [*client, f"-p{url.password}", "-N", "-e", statements, url.path.lstrip("/")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "42"


def test_spark_counts_in_utc_with_this_python(spark: Any) -> None:
    row = spark.sql(
        "select count(*) as n, current_timezone() as zone, cast(0 as timestamp) as epoch from range(7)"
    ).first()
    assert (row.n, row.zone) == (7, "UTC")
    assert spark.sparkContext.pythonExec == sys.executable


SKIPPING = {
    "test_in_a_body.py": "def test_it():\n    skip()\n",
    "test_in_a_fixture.py": "@pytest.fixture\ndef it():\n    skip()\n\ndef test_it(it):\n    pass\n",
    "test_while_collecting.py": "skip()\n",
    "test_expected_to_fail.py": "@pytest.mark.xfail\ndef test_it():\n    assert False\n",
}


@pytest.mark.parametrize(
    ("reason", "no_skip", "end"),
    [
        ("chromium is not installed", "0", "3 skipped, 1 xfailed"),
        ("chromium is not installed", "1", "1 failed, 1 xfailed, 2 errors"),
        ("the shared real data is absent: nowhere", "1", "3 skipped, 1 xfailed"),
    ],
)
def test_a_skip_fails_only_where_nothing_may_be_skipped(tmp_path: Path, reason: str, no_skip: str, end: str) -> None:
    head = f"import pytest\n\ndef skip():\n    pytest.skip({reason!r}, allow_module_level=True)\n\n"
    for name, body in SKIPPING.items():
        (tmp_path / name).write_text(head + body)
    (tmp_path / "conftest.py").write_text((HERE / "conftest.py").read_text())
    environment = {**os.environ, "LTV_NO_SKIP": no_skip, "PYTHONPATH": str(HERE)}
    options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1].startswith(end), done.stdout + done.stderr
