"""Objectives, their error budgets, and how fast these burn (Google, The Site Reliability Workbook, chapter 5).

The budget of a window is the share of bad calls that the objective allows. A burn rate of 1 uses it up exactly at the end of the
window. An alert needs the rate over a long window, so that it matters, and over a short one, so that it still goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv.behaviour.averages import Share
from ltv.contract import RESULTS
from ltv.hooks.service_levels_calls import DAY_US, HOUR_US, Calls, Flags, Floats, Ints
from ltv.settings.service import EVERY_HOOK, Objective

if TYPE_CHECKING:
    import pandas as pd

_BUCKET_US = 300_000_000  # of the shortest window
_MINUTE_US = 60_000_000
_LEAST_BAD = 3  # a hook that is called seldom is not sick by one bad call


@dataclass(frozen=True)
class Rule:
    """When a budget burns too fast.

    Attributes:
        severity: page wakes somebody, ticket is for the morning.
        long_us: long window.
        short_us: short window.
        share: of the whole budget that the long window uses up.
    """

    severity: str
    long_us: int
    short_us: int
    share: float

    def rate(self, window_days: int) -> float:
        """The burn rate from which it fires.

        >>> RULES[0].rate(30), RULES[1].rate(30), RULES[2].rate(30)
        (14.4, 6.0, 1.0)
        """
        return round(self.share * window_days * DAY_US / self.long_us, 9)


RULES = (
    Rule("page", HOUR_US, 5 * _MINUTE_US, 0.02),
    Rule("page", 6 * HOUR_US, 30 * _MINUTE_US, 0.05),
    Rule("ticket", 3 * DAY_US, 6 * HOUR_US, 0.10),
)
KINDS = ("availability", "latency")


def objective_of(hook: str, objectives: Sequence[Objective]) -> Objective:
    """The objective of a hook: its own, that of every hook, or the suite's.

    >>> objective_of("payment", [Objective("*", availability=0.99)]).availability
    0.99
    """
    by_name = {o.hook: o for o in objectives}
    return replace(by_name.get(hook) or by_name.get(EVERY_HOOK) or Objective(), hook=hook)


def judge(
    calls: Calls, objectives: Sequence[Objective], *, days: int, end_us: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table `hook_objectives`, and the alerts that would have fired in its windows.

    Args:
        calls: all calls.
        objectives: what is promised.
        days: how far back the calls go: a longer window is told as so many days.
        end_us: exclusive end of the as-of day, microseconds since 1970.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    alerts: list[dict[str, Any]] = []
    for k, hook in enumerate(calls.hooks):
        goal = objective_of(hook, objectives)
        mine = calls.hook == k
        at = calls.ts_us[mine]
        kinds = {
            "availability": (goal.availability, ~calls.well[mine]),
            "latency": (goal.fast_share, calls.took_ms[mine] > goal.latency_ms),
        }
        for kind, (target, bad) in kinds.items():
            fired = _alerts(at, bad, target, goal.window_days, end_us)
            alerts += [{"hook": hook, "objective": kind} | row for row in fired]
            rows.append(_row(goal, kind, target, at, bad, days=days, end_us=end_us) | _counted(fired))
    columns = ["hook", "objective", "severity", "started_us", "ended_us", "peak_burn"]
    return pd.DataFrame(rows, columns=None if rows else RESULTS["hook_objectives"].names), pd.DataFrame(
        alerts, columns=columns
    )


def _counted(fired: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {f"{s}s": sum(a["severity"] == s for a in fired) for s in ("page", "ticket")}


def _row(goal: Objective, kind: str, target: float, at: Ints, bad: Flags, *, days: int, end_us: int) -> dict[str, Any]:
    window_days = min(goal.window_days, days)
    inside = at >= end_us - window_days * DAY_US
    n, missed = int(inside.sum()), int(bad[inside].sum())
    share = Share.of(n - missed, n)
    allowed = (1 - target) * n
    used = missed / allowed if n else None
    state = "no_data" if not n else "missed" if missed > allowed else "met"
    burn = {name: _burn_at(at, bad, target, end_us, us) for name, us in _NOW.items()}
    return {
        "hook": goal.hook,
        "objective": kind,
        "window_days": window_days,
        "target": target,
        "latency_ms": goal.latency_ms if kind == "latency" else None,
        "calls": n,
        "bad_calls": missed,
        "observed": share.rate,
        "low": share.low,
        "high": share.high,
        "budget_calls": allowed,
        "budget_used": used,
        **burn,
        "state": state,
    }


_NOW = {"burn_1h": HOUR_US, "burn_6h": 6 * HOUR_US, "burn_3d": 3 * DAY_US}


def _burn_at(at: Ints, bad: Flags, target: float, end_us: int, window_us: int) -> float | None:
    inside = at >= end_us - window_us
    return float(bad[inside].mean()) / (1 - target) if inside.any() else None


def _alerts(at: Ints, bad: Flags, target: float, window_days: int, end_us: int) -> list[dict[str, Any]]:
    """Stretches in which a rule fires, looked at every five minutes of the objective's window."""
    buckets = window_days * DAY_US // _BUCKET_US
    longest = max(r.long_us for r in RULES) // _BUCKET_US
    first_us = end_us - (buckets + longest) * _BUCKET_US
    inside = at >= first_us
    place = (at[inside] - first_us) // _BUCKET_US
    size = buckets + longest
    sums = [np.concatenate([[0], np.cumsum(np.bincount(place, w, size))]) for w in (None, bad[inside])]
    found: list[dict[str, Any]] = []
    for severity in ("page", "ticket"):
        burns = [_firing(sums, rule, target, window_days, longest) for rule in RULES if rule.severity == severity]
        burn = np.max(burns, axis=0)
        for begin, end in stretches(burn > 0):
            started = first_us + (longest + begin) * _BUCKET_US
            peak = float(burn[begin:end].max())
            ended = started + (end - begin) * _BUCKET_US
            found.append({"severity": severity, "started_us": started, "ended_us": ended, "peak_burn": peak})
    return found


def _firing(sums: Sequence[Floats], rule: Rule, target: float, window_days: int, longest: int) -> Floats:
    """The burn rate of the long window at the end of each bucket where the rule fires, else 0."""
    threshold = rule.rate(window_days)
    rates, bad = [], []
    for window in (rule.long_us, rule.short_us):
        width = window // _BUCKET_US
        n, missed = (s[longest + 1 :] - s[longest + 1 - width : len(s) - width] for s in sums)
        bad.append(missed)
        rates.append(missed / np.maximum(n, 1) / (1 - target))
    fires = (rates[0] >= threshold) & (rates[1] >= threshold) & (bad[0] >= _LEAST_BAD)
    return np.where(fires, rates[0], 0.0)


def stretches(flags: Flags) -> list[tuple[int, int]]:
    """Runs of True as (begin, exclusive end).

    >>> stretches(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    return [(int(b), int(e)) for b, e in zip(begins, ends, strict=True)]
