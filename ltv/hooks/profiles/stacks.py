"""What every reader of profiles returns: rows of stacks, and the lines that were none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from ltv.sources.text_lines import BadLine

COLUMNS = ["stack", "value", "unit", "kind", "started_at", "ended_at", "profile"]
SEPARATOR = ";"


@dataclass(frozen=True)
class Profile:
    """One profile.

    Attributes:
        rows: stack (frames from the outermost to the innermost, `;` between), value, unit, kind, started_at, ended_at (naive UTC; missing
            where the file does not tell), profile (name of the file).
        format: of the file.
        refused: lines that could not be used.
    """

    rows: pd.DataFrame
    format: str
    refused: tuple[BadLine, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A stack with its value; `at` is its own moment where the tool tells one."""

    frames: tuple[str, ...]
    value: float
    unit: str
    kind: str
    at: tuple[datetime | None, datetime | None] = (None, None)


def joined(frames: Iterable[str]) -> str:
    """Frames as one text; a `;` within a name would read as two frames.

    >>> joined(["main", "a;b"])
    'main;a,b'
    """
    return SEPARATOR.join(f.replace(SEPARATOR, ",").strip() or "?" for f in frames)


def gathered(samples: Iterable[Sample], profile: str) -> pd.DataFrame:
    """Equal stacks of one moment together."""
    rows = [(joined(s.frames), s.value, s.unit, s.kind, *s.at, profile) for s in samples if s.frames]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("started_at", "ended_at"):
        frame[name] = pd.to_datetime(frame[name])
    keys = [c for c in COLUMNS if c != "value"]
    told: pd.DataFrame = frame.groupby(keys, as_index=False, dropna=False, sort=False).agg(value=("value", "sum"))
    return told[COLUMNS]


def moment(nanoseconds: int) -> datetime:
    """A naive UTC time."""
    return datetime(1970, 1, 1) + timedelta(microseconds=nanoseconds // 1000)  # noqa: DTZ001  naive UTC
