"""The clock of the suite: read at the start of what is done, never by an analysis."""

from __future__ import annotations

from datetime import UTC, datetime


def start_of_run() -> datetime:
    """The clock, read once at the start; naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)
