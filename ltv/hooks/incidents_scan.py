"""Stretches in which a hook fails more often than it usually does: a scan over windows of hours with a correction for their number.

First attempts only are looked at: retries of a call that failed fail with it and would count one bad moment several times. A window's
failures are compared with what the rest of the hook's log foretells: given that its rate is only known from so many attempts, and
varies between days by itself, failures follow a beta-binomial distribution (Jeffreys prior). The p-value of each window is multiplied
by the number of windows of all hooks (Bonferroni), so that a log without an incident accuses anybody with a chance of at most `level`.
A window that was found is taken out, and the rest is looked at again (M. Kulldorff, Communications in Statistics 26, 1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from ltv.hooks.service_levels_calls import Floats, Ints

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 24)  # hours
_WORSE = 3.0  # times the usual rate: less is no incident, however sure it is
_LEAST_FAILED = 3
_TRIMMED, _LEFT = 0.1, 0.623  # the largest tenth of squared normal deviations is left out: the mean of the rest is .623
_LEAST_DAYS = 7
_MOST = 50


@dataclass(frozen=True)
class Window:
    """A stretch of hours.

    Attributes:
        begin: first hour.
        end: exclusive end.
        calls: first attempts in it.
        failed: of these, how many failed.
        usual: share that usually fail.
        p_value: corrected for all windows that were looked at, at most 1.
    """

    begin: int
    end: int
    calls: int
    failed: int
    usual: float
    p_value: float


def windows_of(hours: int) -> int:
    """How many windows a log of so many hours has.

    >>> windows_of(2)
    3
    """
    return sum(max(hours - length + 1, 0) for length in LENGTHS)


def scan(calls: Ints, failed: Ints, *, tests: int, level: float = 0.01) -> list[Window]:
    """Find the incidents of a hook.

    Args:
        calls: first attempts of each hour.
        failed: of these, how many failed.
        tests: windows of all hooks together.
        level: chance of accusing anybody in a log without an incident.

    Returns:
        In the order of time; they do not overlap.
    """
    n, f = calls.astype(np.float64), failed.astype(np.float64)
    found: list[Window] = []
    while len(found) < _MOST:
        best = _best(n, f, tests)
        if best is None or best.p_value > level:
            break
        found.append(best)
        n[best.begin : best.end] = 0.0
        f[best.begin : best.end] = 0.0
    return sorted(found, key=lambda w: w.begin)


def _best(n: Floats, f: Floats, tests: int) -> Window | None:
    """The window that is least likely to be chance."""
    total_n, total_f = n.sum(), f.sum()
    spread = _Spread.of(n, f)
    best: tuple[float, Window] | None = None
    for length in LENGTHS:
        if length > len(n):
            continue
        inside_n, inside_f = (np.convolve(x, np.ones(length), "valid").round() for x in (n, f))
        usual = (total_f - inside_f + 0.5) / (total_n - inside_n + 1)
        for k in np.flatnonzero((inside_f >= _LEAST_FAILED) & (inside_f > _WORSE * usual * inside_n)):
            outside = total_n - inside_n[k]
            log_p = tail(int(inside_f[k]), int(inside_n[k]), total_f - inside_f[k], outside, most=spread.without(int(k), int(k) + length))  # fmt: skip
            if best is None or log_p < best[0]:
                p = float(min(1.0, np.exp(min(log_p + np.log(tests), 0.0))))
                best = log_p, Window(int(k), int(k) + length, int(inside_n[k]), int(inside_f[k]), float(usual[k]), p)
    return best[1] if best else None


@dataclass(frozen=True)
class _Spread:
    """How much the rate varies between days beyond chance.

    Attributes:
        squares: squared deviation of each day, in units of chance.
        size: typical number of first attempts of a day.
    """

    squares: Floats
    size: float

    @classmethod
    def of(cls, n: Floats, f: Floats) -> _Spread:
        edges = np.arange(0, len(n), 24)
        day_n, day_f = (np.add.reduceat(x, edges) for x in (n, f))
        rate = min(max(day_f.sum() / max(day_n.sum(), 1), 1e-9), 1 - 1e-9)
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.where(day_n > 0, (day_f - day_n * rate) ** 2 / (day_n * rate * (1 - rate)), np.nan)
        return cls(squares, float((day_n**2).sum() / max(day_n.sum(), 1)))

    def without(self, begin: int, end: int) -> float:
        """How many attempts the rest of the log is worth when something that varies by itself is foretold."""
        rest = np.delete(self.squares, np.arange(begin // 24, (end - 1) // 24 + 1))
        rest = np.sort(rest[~np.isnan(rest)])
        kept = rest[: int(np.ceil(len(rest) * (1 - _TRIMMED)))]
        if len(kept) < _LEAST_DAYS or self.size <= 1:
            return np.inf
        between = (kept.mean() / _LEFT - 1) / (self.size - 1)  # correlation of attempts of a day
        return 1 / between - 1 if between > 0 else np.inf


def tail(failed: int, calls: int, usual_failed: float, usual_calls: float, *, most: float = np.inf) -> float:
    """Log of the chance of so many failures or more, as the rest of a log foretells (beta-binomial).

    Args:
        failed: failures of a window.
        calls: its first attempts.
        usual_failed: failures elsewhere.
        usual_calls: first attempts elsewhere.
        most: attempts that the rest counts for at most, since the rate varies.

    >>> from scipy.stats import betabinom
    >>> bool(np.isclose(np.exp(tail(4, 20, 9, 999)), betabinom.sf(3, 20, 9.5, 990.5)))
    True
    """
    worth = min(1.0, most / (usual_calls + 1))
    a, b = (usual_failed + 0.5) * worth, (usual_calls - usual_failed + 0.5) * worth
    k = np.arange(failed, calls + 1)
    pieces = (
        gammaln(calls + 1) - gammaln(k + 1) - gammaln(calls - k + 1)
        + gammaln(k + a) + gammaln(calls - k + b) - gammaln(calls + a + b)
        + gammaln(a + b) - gammaln(a) - gammaln(b)
    )  # fmt: skip
    return float(logsumexp(pieces))
