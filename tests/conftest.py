"""What all tests share: real data, real servers, one Spark session, and the mode in which nothing may be skipped."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from support import need
from support_browser import browser, visit  # noqa: F401  fixtures of all pages
from support_mall import mall  # noqa: F401
from support_servers import mysql_server, postgres_server

from ltv.text import _spoken

PROJECT = Path(__file__).parents[1]
REAL_DATA_ABSENT = "the shared real data is absent"

# Each of these starts something that is worth starting once: all its tests go to the same worker.
ASKS_FOR_IT_LATER = {"test_conformance.py": "spark"} | dict.fromkeys(  # by request.getfixturevalue
    ("test_outbox.py", "test_offers.py", "test_leases.py", "test_breaker.py", "test_told.py"), "postgres"
)
ONE_WORKER = ("spark", "postgres", "mysql", "mall")

# No property is judged by the clock; where nothing may be skipped, each run tries the same examples. `make drill` tries more.
settings.register_profile(
    "ltv",
    deadline=None,
    max_examples=int(os.environ.get("LTV_EXAMPLES") or 100),
    derandomize=os.environ.get("LTV_NO_SKIP") == "1",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ltv")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file, or of a server, together; what takes longest to start comes first."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _group(item) not in ONE_WORKER)


def _group(item: pytest.Item) -> str:
    heavy = [name for name in ONE_WORKER if name in getattr(item, "fixturenames", ())]
    return heavy[0] if heavy else ASKS_FOR_IT_LATER.get(item.path.name, str(item.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    return _unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    return _unskipped((yield))


def _unskipped(report: Any) -> Any:
    """Where nothing may be skipped, a skip is a failure, unless what is missing is the real data."""
    if os.environ.get("LTV_NO_SKIP") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if REAL_DATA_ABSENT not in reason:
            report.outcome = "failed"
            report.longrepr = f"LTV_NO_SKIP=1 and yet: {reason}"
    return report


@pytest.fixture(autouse=True)
def silence() -> None:
    """Forget the language of a workspace that an earlier test has opened."""
    _spoken.set(None)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of the real data sets."""
    folder = Path(os.environ.get("LTV_REAL_DATA") or PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"{REAL_DATA_ABSENT}: LTV_REAL_DATA names its folder, {folder} does not exist")
    return folder


@pytest.fixture(scope="session")
def ab_vectors(real_data: Path) -> dict[str, Any]:
    """Return published numbers about experiments, which lie beside the real data."""
    path = real_data.parent / "vectors" / "ab_vectors.json"
    if not path.is_file():
        pytest.skip(f"{REAL_DATA_ABSENT}: {path} does not exist")
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a real PostgreSQL server; give the URL of an empty database of it."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def mysql() -> Iterator[str]:
    """Start a real MariaDB server; give the URL of an empty database of it."""
    with mysql_server() as url:
        yield url


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start one Spark session on two cores, all in UTC, reachable from this machine only."""
    need("java", "default-jre-headless")
    from support_spark import spark_session

    with spark_session(tmp_path_factory.mktemp("spark")) as session:
        yield session
