"""Latency and failures of each hook by day, for all instances together and for each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ltv.hooks.quantiles import ALL, QUANTILES
from ltv.hooks.service_levels_calls import ERROR, TIMEOUT, Attempts, Calls, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

MOST_INSTANCES = 50  # more are told together only


def levels(attempts: Attempts, calls: Calls, *, attempt_day: Ints, call_day: Ints) -> pd.DataFrame:
    """The table `hook_levels`.

    Args:
        attempts: the log.
        calls: what it makes up.
        attempt_day: local day of each attempt, days since 1970.
        call_day: local day of each call, by its first attempt.
    """
    import pandas as pd

    parts = [_levels(attempts, calls, attempt_day, call_day, by_instance=False)]
    if len(attempts.instances) <= MOST_INSTANCES:
        parts.append(_levels(attempts, calls, attempt_day, call_day, by_instance=True))
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["hook", "date", "instance"], ignore_index=True)


def _levels(attempts: Attempts, calls: Calls, attempt_day: Ints, call_day: Ints, *, by_instance: bool) -> pd.DataFrame:
    import pandas as pd

    first = int(min(attempt_day.min(initial=0), call_day.min(initial=0))) if len(attempt_day) else 0
    most = len(attempts.instances) if by_instance else 1

    def key(of: Attempts | Calls, day: Ints) -> Ints:
        return ((day - first) * len(of.hooks) + of.hook) * most + (of.instance if by_instance else 0)

    keys, group = np.unique(key(attempts, attempt_day), return_inverse=True)
    n = np.bincount(group, minlength=len(keys))
    # a call begins with an attempt, so that each of its groups is there
    of_calls = np.searchsorted(keys, key(calls, call_day))
    made, failed, degraded = (
        np.bincount(of_calls, w, len(keys)).astype(np.int64) for w in (None, ~calls.well, calls.degraded)
    )
    instance = keys % most
    hook, day = (keys // most) % len(attempts.hooks), keys // most // len(attempts.hooks) + first
    told = quantiles(group, attempts.latency_ms, n)
    rates = {
        name: np.bincount(group, flags, len(keys)) / n
        for name, flags in (
            ("error_rate", attempts.outcome == ERROR),
            ("timeout_rate", attempts.outcome == TIMEOUT),
            ("degraded_rate", attempts.degraded),
        )
    }
    columns = {
        "hook": [attempts.hooks[k] for k in hook],
        "date": [date.fromordinal(date(1970, 1, 1).toordinal() + int(d)) for d in day],
        "instance": [attempts.instances[k] for k in instance] if by_instance else ALL,
        "attempts": n,
        "calls": made,
        "failed_calls": failed,
        "degraded_calls": degraded,
        "availability": np.where(made > 0, 1 - failed / np.maximum(made, 1), np.nan),
    }
    return pd.DataFrame(columns | rates | told)


def quantiles(group: Ints, values: Floats, sizes: Ints) -> dict[str, Floats]:
    """Quantiles of each group, by linear interpolation as numpy's.

    Args:
        group: group of each value, 0 to the number of groups.
        values: the values.
        sizes: how many values each group has, at least one.

    >>> found = quantiles(np.array([0, 1, 0, 0]), np.array([3.0, 7.0, 1.0, 2.0]), np.array([3, 1]))
    >>> found["p50_ms"].tolist(), found["p95_ms"].round(2).tolist()
    ([2.0, 7.0], [2.9, 7.0])
    """
    ordered = values[np.lexsort((values, group))]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    found = {}
    for name, q in QUANTILES.items():
        place = q * (sizes - 1)
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, sizes - 1)
        below, above = ordered[starts + low], ordered[starts + high]
        found[f"{name}_ms"] = below + (above - below) * (place - low)
    return found
