"""Fixtures of the outbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support_dispatch import Clock, environment, outbox_of, own_postgres

from ltv.dispatch import Outbox


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock) -> Iterator[Outbox]:
    """An outbox in a file."""
    made = outbox_of(tmp_path, clock=clock)
    yield made
    made.close()


@pytest.fixture
def postgres_outbox(tmp_path: Path, clock: Clock, postgres: str) -> Iterator[Outbox]:
    """An outbox on a real PostgreSQL server."""
    with own_postgres(postgres) as url:
        made = outbox_of(tmp_path, clock=clock, database=url)
        yield made
        made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: Any) -> Outbox:
    """An outbox on each of the two databases."""
    name = "outbox" if request.param == "sqlite" else "postgres_outbox"
    return request.getfixturevalue(name)
