"""The funnel of the embedded engine: rows as whole numbers, sorted by person, and one compiled loop over them.

The same definition as the `.sql` files beside it, and tested equal to them; where it cannot be used they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ltv import sql
from ltv.behaviour.funnel_asked import Asked
from ltv.behaviour.funnel_parts import ATTEMPTS, MOMENTS, ROOM, ROWS, Days, Parts
from ltv.warehouse.local_time import micros

if TYPE_CHECKING:
    import pyarrow as pa

    from ltv.behaviour.funnel_kernels import Ints
    from ltv.warehouse.engine import Engine

MOST_SOURCES, MOST_PEOPLE = 256, 50_000_000
_LATEST_US = 1 << 51
_TYPES = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}


def fits(engine: Engine, parts: Parts, asked: Asked) -> bool:
    """Whether people, sources and times fit into what the loop takes."""
    if engine.name != "duckdb" or asked.ties == "event_id" or not asked.as_of_us < _LATEST_US:
        return False
    if any(kind not in _TYPES for kind in parts.people_types):
        return False
    low, high = parts.span
    if high - low >= MOST_PEOPLE or len(parts.sources) > MOST_SOURCES:
        return False
    return parts.times is None or micros(parts.times[0]) > -_LATEST_US


def reached(engine: Engine, parts: Parts, asked: Asked, days: Days) -> tuple[list[int], Ints]:
    """Register attempts and moments; return the rows of each step and people by day (entrants, converted)."""
    import pyarrow as pa

    from ltv.behaviour import funnel_kernels as loops

    low, names = parts.span[0], parts.sources
    keys, ends = _sorted(engine, parts, asked, names)
    gaps = np.array(asked.gaps, np.int64)
    first_only = asked.start == "first"
    found = [
        _deepest(keys, ends, asked, (asked.since_us, until))
        for until in (asked.as_of_us, max(asked.closed_us, asked.since_us))
    ]
    attempts = [_attempts(part, low, names, is_closed) for part, is_closed in zip(found, (False, True), strict=True)]
    engine.register(parts.keep(ATTEMPTS), pa.concat_tables(attempts))
    engine.register(parts.keep(MOMENTS), _moments(*found[1], low))
    people = np.zeros((2, max(len(days.borders) - 1, 0)), np.int64)
    if len(days.borders) > 1:
        borders = np.array(days.borders, np.int64)
        loops.by_day(keys, ends, gaps, asked.window_us, asked.since_us, first_only, borders, people[0], people[1])
    rows = np.zeros(len(asked.steps), np.int64)
    loops.count_steps(keys, rows)
    return [int(n) for n in rows], people


def _sorted(engine: Engine, parts: Parts, asked: Asked, sources: list[str]) -> tuple[Ints, Ints]:
    """The rows of all people one after the other, each person's in order, and where each person's end."""
    import pyarrow as pa

    from ltv.behaviour import funnel_kernels as loops
    from ltv.warehouse.duck import DuckEngine

    assert isinstance(engine, DuckEngine)  # noqa: S101  see fits
    low, high = parts.span
    codes = pa.table({"source": sources, "code": pa.array(range(len(sources)), pa.int64())})
    engine.register(parts.keep("fun sources"), codes)
    file = "funnel_keys" if "source" in asked.breakdown else "funnel_keys_of_all"
    tree = sql.load(ROOM, file, tables={"rows": ROWS, "sources": "fun sources"})
    counts, batches = np.zeros(high - low + 1, np.int64), []
    for batch in engine.batches(tree, {"low": low}):
        person, key = (np.asarray(batch.column(name)) for name in ("person", "key"))
        loops.count_rows(person, counts)
        batches.append((person, key))
    ends = np.cumsum(counts)
    keys, at = np.empty(int(ends[-1]), np.int64), ends - counts
    for i, (person, key) in enumerate(batches):
        loops.scatter(person, key, at, keys)
        batches[i] = (person[:0], key[:0])  # its memory is given back
    loops.sort_each(keys, ends)
    return keys, ends


_Found = tuple["Ints", "Ints", "Ints", "Ints"]


def _deepest(keys: Ints, ends: Ints, asked: Asked, span: tuple[int, int]) -> _Found:
    """Positions of those who have an attempt, with depth, source and moments."""
    from ltv.behaviour import funnel_kernels as loops

    n, steps = len(ends), len(asked.steps)
    depth, source, moments = np.empty(n, np.int8), np.zeros(n, np.int16), np.zeros((n, steps), np.int64)
    gaps = np.array(asked.gaps, np.int64)
    loops.deepest(keys, ends, gaps, asked.window_us, span, asked.start == "first", depth, source, moments)
    who = np.flatnonzero(depth >= 0)
    return who, depth[who].astype(np.int64), source[who].astype(np.int64), moments[who]


def _attempts(found: _Found, low: int, sources: list[str], is_closed: bool) -> pa.Table:
    import pyarrow as pa

    who, depth, source, moments = found
    # sources that nobody asks for are no source
    codes = pa.array(source, pa.int32(), mask=np.full(len(who), sources == [""]))
    names = pa.DictionaryArray.from_arrays(codes, pa.array(sources or [""]))
    return pa.table(
        {
            "user_id": pa.array(who + low, pa.int64()),
            "is_closed": pa.array(np.full(len(who), is_closed)),
            "depth": pa.array(depth, pa.int32()),
            "entered": pa.array(moments[:, 0], pa.int64()),
            "last_at": pa.array(moments[np.arange(len(who)), depth], pa.int64()),
            "source": names.cast(pa.string()),
        }
    )


def _moments(who: Ints, depth: Ints, _source: Ints, moments: Ints, low: int) -> pa.Table:
    import pyarrow as pa

    step = np.arange(1, moments.shape[1])
    reached_ = step[None, :] <= depth[:, None]
    seconds = np.diff(moments, axis=1)[reached_] / 1_000_000
    return pa.table(
        {
            "user_id": pa.array(np.repeat(who + low, depth), pa.int64()),
            "step": pa.array(np.broadcast_to(step, reached_.shape)[reached_], pa.int32()),
            "seconds": pa.array(seconds, pa.float64()),
        }
    )
