"""Small logs for funnels, and the definition once more in plain Python: every start is followed by trying everything."""

from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from ltv.behaviour import funnel_stream
from ltv.behaviour.funnel import funnel
from ltv.behaviour.funnel_result import Funnel

Row = tuple[object, str, str]


def log(*rows: tuple[Any, ...], **more: object) -> pd.DataFrame:
    """Events (user, time, name, and where given source) as a table."""
    frame = pd.DataFrame([r[:3] for r in rows], columns=["user_id", "ts", "event"])
    frame["source"] = [r[3] if len(r) > 3 else "app" for r in rows]
    frame["ts"] = pd.to_datetime(frame["ts"], format="ISO8601").astype("datetime64[us]")
    return frame.assign(event_id=[f"e{i:06d}" for i in range(len(frame))], **more)


@contextmanager
def portable():
    """Let the `.sql` files do it, on the embedded engine too."""
    with patch.object(funnel_stream, "fits", lambda *_: False):
        yield


def both(*tables: Any, **options: Any) -> Funnel:
    """The funnel by the compiled loop and by the `.sql` files, which must be the same."""
    loop = funnel(*tables, **options)
    with portable():
        text = funnel(*tables, **options)
    for name in ("table", "next_events", "rolling"):
        pd.testing.assert_frame_equal(getattr(loop, name), getattr(text, name), check_dtype=False)
    return loop


def counts(result: Funnel, column: str = "users", kind: str = "all", segment: str = "all") -> list[int]:
    """A column of one group, step by step."""
    table = result.table
    rows = table[(table["segment_kind"] == kind) & (table["segment"] == segment)]
    return [int(v) for v in rows.sort_values("step_index")[column]]


def random_log(seed: int, people: int = 12, rows: int = 90) -> pd.DataFrame:
    """Events of a few people at few moments, many of them equal."""
    draw = np.random.default_rng(seed)
    hours = draw.integers(0, 40, rows) * 12 + draw.integers(0, 2, rows) * draw.integers(0, 12, rows)
    names = draw.choice(["visit", "register", "login", "search"], rows, p=[0.4, 0.25, 0.2, 0.15])
    frame = pd.DataFrame(
        {
            "user_id": draw.integers(0, people, rows),
            "ts": pd.Timestamp("2026-01-12") + pd.to_timedelta(hours, "h"),
            "event": names,
        }
    )
    return frame.assign(
        source=draw.choice(["app", "web", "desk"], rows), event_id=[f"e{i}" for i in draw.permutation(rows)]
    )


def tried(
    events: pd.DataFrame,
    *,
    steps: Sequence[str],
    window: timedelta,
    as_of: date,
    ties: str = "steps",
    start: str = "latest",
) -> dict[str, Any]:
    """Users, pending and closed users by step, from every chain of rows there is (times in UTC)."""
    end = datetime.combine(as_of + timedelta(days=1), datetime.min.time())
    people: dict[object, list[tuple[Any, str, str, str]]] = {}
    for r in events.itertuples():
        if r.user_id is not None and r.user_id == r.user_id and r.ts < end:
            people.setdefault(r.user_id, []).append((r.ts.to_pydatetime(), r.event_id, r.event, r.source))
    last = len(steps) - 1
    users, pending, closed, by_source = [0] * len(steps), [0] * len(steps), [0] * len(steps), {}
    for rows in people.values():
        for is_closed in (False, True):
            best = _best(rows, steps, window, end - window if is_closed else end, ties, start)
            if best is None:
                continue
            depth, entered, source = best
            for k in range(depth + 1):
                if is_closed:
                    closed[k] += 1
                else:
                    users[k] += 1
                    by_source[source, k] = by_source.get((source, k), 0) + 1
                    pending[k] += depth < last and entered + window >= end
    return {"users": users, "pending": pending, "users_closed": closed, "by_source": by_source}


def _best(  # noqa: PLR0917  all of it is told by the caller
    rows: list[tuple[Any, str, str, str]],
    steps: Sequence[str],
    window: timedelta,
    before: datetime,
    ties: str,
    start: str,
) -> tuple[int, datetime, str] | None:
    entries = [i for i, r in enumerate(rows) if r[2] == steps[0] and r[0] < before]
    if start == "first" and entries:
        first = min(_place(rows[i], ties) for i in entries)
        entries = [i for i in entries if _place(rows[i], ties) == first]
    found = [(_depth(rows, i, steps, window, ties), *_place(rows[i], ties), i) for i in entries]
    if not found:
        return None
    depth, *place, _ = max(found, key=lambda f: f[:-1])
    same = [rows[f[-1]] for f in found if (f[0], *f[1:-1]) == (depth, *place)]
    entered = same[0][0]
    beside = [rows[i] for i in entries if rows[i][0] == entered] if ties != "event_id" else same
    return depth, entered, min(r[3] for r in beside)


def _place(row: tuple[Any, str, str, str], ties: str) -> tuple[Any, ...]:
    return (row[0], row[1]) if ties == "event_id" else (row[0],)


def _depth(
    rows: list[tuple[Any, str, str, str]], entry: int, steps: Sequence[str], window: timedelta, ties: str
) -> int:
    """The deepest step of any choice of rows, one a step, that follow each other and are all different."""
    depth = 0
    inside = [i for i, r in enumerate(rows) if rows[entry][0] <= r[0] <= rows[entry][0] + window]
    for k in range(1, len(steps)):
        choices = [[i for i in inside if rows[i][2] == name] for name in steps[1 : k + 1]]
        if not any(_follow(rows, (entry, *chosen), ties) for chosen in product(*choices)):
            break
        depth = k
    return depth


def _follow(rows: list[tuple[Any, str, str, str]], chosen: tuple[int, ...], ties: str) -> bool:
    if len(set(chosen)) < len(chosen):
        return False
    for k, (one, other) in enumerate(pairwise(chosen)):
        names = {rows[i][2] for i in chosen[: k + 1]}
        a, b = _place(rows[one], ties), _place(rows[other], ties)
        must_be_later = ties == "later" or rows[other][2] in names
        if not (b > a if must_be_later else b >= a):
            return False
    return True
