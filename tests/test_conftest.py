"""The shared fixtures are what they say: real servers, real Spark, and no skip where nothing may be skipped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support import need
from support_servers import postgres_server

HERE = Path(__file__).parent
ONCE = "create table once (x int); insert into once values (41), (1); select sum(x) from once; drop table once"


def _psql(url: str, statements: str) -> str:
    command = [need("psql", "postgresql"), url, "-qAtc", statements]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_postgres_answers_and_keeps_what_is_written(postgres: str) -> None:
    assert _psql(postgres, ONCE) == "42"


def test_postgres_listens_on_this_machine_only(postgres: str) -> None:
    assert _psql(postgres, "show listen_addresses") == "127.0.0.1"


def test_a_server_ends_with_its_tests_and_leaves_nothing() -> None:
    with postgres_server() as url:
        folder = Path(_psql(url, "show data_directory")).parent
        assert folder.is_dir()
    assert not folder.exists()


def test_a_server_ends_when_its_tests_are_killed() -> None:
    lines = ["import time", "from support_servers import postgres_server", "with postgres_server() as url:"]
    code = "\n".join([*lines, "    print(url, flush=True)", "    time.sleep(600)"])
    need("initdb", "postgresql", "/usr/lib/postgresql/*/bin")
    tests = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=HERE)
    assert tests.stdout
    folder = Path(_psql(tests.stdout.readline().strip(), "show data_directory")).parent
    tests.send_signal(signal.SIGKILL)
    tests.communicate()
    deadline = time.monotonic() + 120
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not folder.exists()


def test_mysql_answers_and_keeps_what_is_written(mysql: str) -> None:
    url = urlsplit(mysql)
    who = [f"-h{url.hostname}", f"-P{url.port}", f"-u{url.username}", f"-p{url.password}", url.path.lstrip("/")]
    command = [need("mariadb", "mariadb-server"), "--no-defaults", "-N", "-e", ONCE, *who]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "42"


def test_spark_counts_in_utc_with_this_python(spark: Any) -> None:
    row = spark.sql("select count(*) as n, current_timezone() as zone from range(7)").first()
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
