"""Maximum likelihood over positive parameters: several starts, a flag that says whether the best one is a maximum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

LOWEST, HIGHEST = np.log(1e-4), np.log(1e3)  # of a parameter in scaled units: beyond it the likelihood is flat
_FLAT = 1e-4  # largest slope of a maximum, per customer and log parameter
_AT_EDGE = 1e-3

Slopes: TypeAlias = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Maximum:
    """The best parameters that were found.

    Attributes:
        parameters: positive numbers in scaled units.
        log_likelihood: mean over customers there.
        converged: the slope is flat, and every parameter either inside or held by the edge.
        at_edge: some parameter is held by the edge: a simpler model would do as well.
    """

    parameters: Floats
    log_likelihood: float
    converged: bool
    at_edge: bool


def maximise(likelihood: Slopes, starts: Sequence[Sequence[float]]) -> Maximum:
    """Climb from every start and keep the highest place; equal starts give equal bytes.

    Args:
        likelihood: log parameters → mean log likelihood and its slopes.
        starts: positive parameters to begin from.

    >>> def bell(logs):
    ...     return -float((logs[0] - 1) ** 2), -2 * (logs - 1)
    >>> found = maximise(bell, [[1.0], [9.0]])
    >>> found.parameters.round(4).tolist(), found.converged
    ([2.7183], True)
    """
    from scipy.optimize import minimize

    def cost(logs: Floats) -> tuple[float, Floats]:
        value, slopes = likelihood(logs)
        if not (np.isfinite(value) and np.isfinite(slopes).all()):
            return 1e6, np.zeros_like(logs)
        return -value, -slopes

    options = {"maxiter": 300, "ftol": 1e-11, "gtol": 1e-6}
    edges = [(LOWEST, HIGHEST)] * len(starts[0])
    tried = [minimize(cost, np.log(s), jac=True, method="L-BFGS-B", bounds=edges, options=options) for s in starts]
    best = min(tried, key=lambda one: float(one.fun))
    value, slopes = likelihood(best.x)
    held = (best.x < LOWEST + _AT_EDGE) | (best.x > HIGHEST - _AT_EDGE)
    finite = bool(np.isfinite(value) and np.isfinite(slopes).all())
    return Maximum(
        parameters=np.exp(best.x),
        log_likelihood=float(value),
        converged=finite and bool((np.abs(slopes[~held]) < _FLAT).all()),
        at_edge=bool(held.any()),
    )


def slopes_by_difference(value: Callable[[Floats], float], *, step: float = 1e-5) -> Slopes:
    """A likelihood with slopes from central differences, where the formula has none worth writing down."""

    def both(logs: Floats) -> tuple[float, Floats]:
        moved = [logs + sign * step * np.eye(len(logs))[k] for k in range(len(logs)) for sign in (1.0, -1.0)]
        with np.errstate(all="ignore"):  # what is not finite is no maximum
            values = np.array([value(one) for one in moved]).reshape(-1, 2)
            return value(logs), (values[:, 0] - values[:, 1]) / (2 * step)

    return both
