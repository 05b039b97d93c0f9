"""The breaker of `ltv.dispatch` run over a log of attempts: when it would have opened, and which calls it would have spared.

A log has what happened, so a replay can only take calls away. An attempt is let through or refused when it begins; what became of it
is known when it ends. A refused call is over: its later attempts are never made. While the breaker is not closed one attempt is let
through as a probe every `probe_seconds`; what was under way when it opened changes nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from ltv.hooks.service_levels_calls import ERROR, TIMEOUT, Attempts, Flags, Ints

if TYPE_CHECKING:
    from ltv.settings.endpoints import Dispatch

PASSED, PROBE, REFUSED, NOT_MADE = range(4)
CAUSES = ("slow", "errors")
_MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Replay:
    """What a breaker would have done.

    Attributes:
        fate: of each attempt: passed, let through as a probe, refused, or never made.
        opened_us: when it opened, one entry a stretch in which it was not closed.
        closed_us: when it closed again; the end of the log where it did not.
        cause: position in `CAUSES` of what opened it.
    """

    fate: Ints
    opened_us: Ints
    closed_us: Ints
    cause: Ints


def replay(attempts: Attempts, which: Flags, *, how: Dispatch, end_us: int) -> Replay:
    """Run one breaker over some of the attempts.

    Args:
        attempts: all of them.
        which: those that go through this breaker, such as those of a hook.
        how: slow_ms, slow_calls, error_share, least_calls, probe_seconds, probes.
        end_us: end of the log, microseconds since 1970.

    Returns:
        Fates are in the order of the attempts chosen.
    """
    chosen = np.flatnonzero(which)
    order = np.argsort(attempts.ts_us[chosen], kind="stable")
    rows = chosen[order]
    start = attempts.ts_us[rows]
    latency = attempts.latency_ms[rows]
    end = start + np.rint(latency * 1000).astype(np.int64)
    outcome = attempts.outcome[rows]
    slow = (outcome == TIMEOUT) | (latency > how.slow_ms)
    failed = (outcome == ERROR) | (outcome == TIMEOUT)
    call = np.unique(attempts.call[rows], return_inverse=True)[1].astype(np.int64)
    ends = np.argsort(end, kind="stable").astype(np.int64)
    rules = np.array([how.slow_calls, how.least_calls, how.probes, round(how.probe_seconds * 1e6)], np.int64)
    fate, opened, closed, cause = _run(start, end, ends, call, slow, failed, rules, float(how.error_share))
    closed[closed < 0] = max(end_us, int(end.max()) if len(end) else end_us)
    by_row = np.empty(len(rows), np.int64)
    by_row[order] = fate
    return Replay(by_row, opened, closed, cause)


@njit(cache=True, nogil=True)
def _run(start: Ints, end: Ints, ends: Ints, call: Ints, slow: Flags, failed: Flags, rules: Ints, share: float) -> tuple[Ints, Ints, Ints, Ints]:  # noqa: PLR0912, PLR0917  # fmt: skip
    n = len(start)
    slow_calls, least_calls, probes, wait = rules
    fate, born = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    refused = np.zeros(n, np.bool_)  # by call
    opened, closed, cause = np.zeros(n, np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    stretches, age, is_open = 0, 0, False
    in_row, minute, calls, errors, good, probe_at = 0, np.int64(-(2**62)), 0, 0, 0, np.int64(0)
    i = j = 0
    while i < n or j < n:
        # an end is known before what begins at that moment, but for one that took no time at all
        if j < n and (i >= n or (end[ends[j]] <= start[i] and ends[j] < i)):
            k, j = ends[j], j + 1
            if born[k] != age:
                continue
            now = end[k]
            if not is_open:
                if now - minute >= _MINUTE_US or now < minute:
                    minute, calls, errors = now, 0, 0
                calls += 1
                errors += failed[k]
                in_row = in_row + 1 if slow[k] else 0
                too_many = calls >= least_calls and errors > share * calls
                if too_many or in_row >= slow_calls:
                    opened[stretches], cause[stretches] = now, 0 if in_row >= slow_calls else 1
                    stretches, age, is_open, good, probe_at = stretches + 1, age + 1, True, 0, now + wait
            elif failed[k] or slow[k]:
                good, probe_at, age = 0, now + wait, age + 1
            else:
                good += 1
                if good >= probes:
                    closed[stretches - 1] = now
                    age, is_open, in_row, calls, errors, minute = age + 1, False, 0, 0, 0, np.int64(-(2**62))
        else:
            k, i = i, i + 1
            if refused[call[k]]:
                fate[k] = 3
            elif not is_open:
                born[k] = age
            elif start[k] >= probe_at:
                fate[k], born[k], probe_at = 1, age, start[k] + wait
            else:
                fate[k], refused[call[k]] = 2, True
    return fate, opened[:stretches], closed[:stretches], cause[:stretches]
