"""The table `hook_breakers`: the rule replayed for each hook and instance, and what running degraded has done in the log itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv.behaviour.averages import Z95
from ltv.contract import RESULTS
from ltv.hooks.breaker_replay import CAUSES, NOT_MADE, PROBE, REFUSED, Replay, replay
from ltv.hooks.quantiles import ALL
from ltv.hooks.service_levels_calls import HOUR_US, OK, TIMEOUT, Attempts, Flags
from ltv.hooks.service_levels_days import MOST_INSTANCES

if TYPE_CHECKING:
    import pandas as pd

    from ltv.settings.endpoints import Dispatch

_LEAST = 10  # degraded attempts, and others in the same hours: with fewer nothing is compared


@dataclass(frozen=True)
class Breakers:
    """What breakers would have done.

    Attributes:
        table: the table `hook_breakers`.
        openings: one row each time one would have opened.
    """

    table: pd.DataFrame
    openings: pd.DataFrame


def breakers(attempts: Attempts, *, how: Dispatch, end_us: int) -> Breakers:
    """Replay one breaker for each hook, and one for each of its instances.

    Args:
        attempts: the log.
        how: the rule.
        end_us: end of the log, microseconds since 1970.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    openings: list[dict[str, Any]] = []
    for k, hook in enumerate(attempts.hooks):
        mine = attempts.hook == k
        parts: list[tuple[str, Flags]] = [(ALL, mine)]
        if len(attempts.instances) <= MOST_INSTANCES:
            parts += [(name, mine & (attempts.instance == i)) for i, name in enumerate(attempts.instances)]
        for instance, which in parts:
            if not which.any():
                continue
            told = replay(attempts, which, how=how, end_us=end_us)
            key = {"hook": hook, "instance": instance}
            rows.append(key | _spared(attempts, which, told, how) | _degraded(attempts, which, told))
            openings += [key | row for row in _openings(attempts, which, told)]
    columns = ["hook", "instance", "opened_us", "closed_us", "cause", "refused_calls"]
    return Breakers(
        pd.DataFrame(rows, columns=None if rows else RESULTS["hook_breakers"].names),
        pd.DataFrame(openings, columns=columns),
    )


def _spared(attempts: Attempts, which: Flags, told: Replay, how: Dispatch) -> dict[str, Any]:
    taken = (told.fate == REFUSED) | (told.fate == NOT_MADE)
    latency, outcome, call = attempts.latency_ms[which], attempts.outcome[which], attempts.call[which]
    slow = taken & ((outcome == TIMEOUT) | (latency > how.slow_ms))
    return {
        "attempts": int(which.sum()),
        "opened": len(told.opened_us),
        "open_seconds": float((told.closed_us - told.opened_us).sum() / 1e6),
        "probes": int((told.fate == PROBE).sum()),
        "refused_calls": len(np.unique(call[taken])),
        "refused_well": len(np.unique(call[taken & (outcome == OK)])),
        "spared_attempts": int(taken.sum()),
        "spared_ms": float(latency[taken].sum()),
        "spared_slow_ms": float(latency[slow].sum()),
    }


def _openings(attempts: Attempts, which: Flags, told: Replay) -> list[dict[str, Any]]:
    at = np.sort(attempts.ts_us[which][told.fate == REFUSED])
    stretches = zip(told.opened_us.tolist(), told.closed_us.tolist(), told.cause.tolist(), strict=True)
    return [
        {
            "opened_us": begin,
            "closed_us": end,
            "cause": CAUSES[cause],
            "refused_calls": int(np.searchsorted(at, end) - np.searchsorted(at, begin)),
        }
        for begin, end, cause in stretches
    ]


def _degraded(attempts: Attempts, which: Flags, told: Replay) -> dict[str, Any]:
    """How attempts that ran degraded fared beside the others of the same hours (Mantel and Haenszel; Greenland and Robins 1985)."""
    at, ran = attempts.ts_us[which], attempts.degraded[which]
    place = np.searchsorted(told.opened_us, at, side="right") - 1
    inside = (place >= 0) & (at < np.append(told.closed_us, 0)[place])
    bad, latency = attempts.outcome[which] != OK, attempts.latency_ms[which]
    gap = _difference(at // HOUR_US, ran, bad)
    told_p95 = {
        name: float(np.quantile(latency[flags], 0.95)) if flags.sum() >= _LEAST else None
        for name, flags in (("degraded_p95_ms", ran), ("normal_p95_ms", ~ran))
    }
    return {
        "degraded_attempts": int(ran.sum()),
        "degraded_while_open": int((ran & inside).sum()),
        "degraded_failed_rate": float(bad[ran].mean()) if ran.any() else None,
        "degraded_difference": gap[0],
        "difference_low": gap[1],
        "difference_high": gap[2],
        **told_p95,
    }


def _difference(hour: Any, ran: Flags, bad: Flags) -> tuple[float | None, float | None, float | None]:  # noqa: ANN401
    """Share of failures of degraded attempts less that of the others, hour by hour, with its 95 % interval."""
    group = np.unique(hour, return_inverse=True)[1]
    size = int(group.max(initial=-1)) + 1
    n1, n0, x1, x0 = (np.bincount(group, w, size).astype(float) for w in (ran, ~ran, ran & bad, ~ran & bad))
    both = (n1 > 0) & (n0 > 0)
    n1, n0, x1, x0 = n1[both], n0[both], x1[both], x0[both]
    if n1.sum() < _LEAST or n0.sum() < _LEAST:
        return None, None, None
    n = n1 + n0
    weight = float((n1 * n0 / n).sum())
    gap = float(((x1 * n0 - x0 * n1) / n).sum()) / weight
    spread = float(((x1 * (n1 - x1) * n0**3 + x0 * (n0 - x0) * n1**3) / (n1 * n0 * n**2)).sum())
    half = Z95 * np.sqrt(spread) / weight
    return gap, gap - float(half), gap + float(half)
