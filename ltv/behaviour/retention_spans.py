"""What "came back in period p" means: in that very period, then or later, or within a bracket of periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from ltv.errors import UsageError, found

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["n_day", "unbounded", "bracket"]
MOST_PERIODS = 61
_ALL_BITS = (1 << (MOST_PERIODS + 1)) - 1
BRACKETS = {
    "day": ((0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, 30)),
    "week": ((0, 0), (1, 1), (2, 4), (5, 8), (9, 12)),
    "month": ((0, 0), (1, 1), (2, 3), (4, 6), (7, 12)),
}


def as_method(method: str) -> Method:
    """Check a method.

    Raises:
        UsageError: none of n_day, unbounded, bracket.
    """
    for known in get_args(Method):
        if method == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(found("method", method, ", ".join(get_args(Method))))


def spans(method: Method, periods: int, grain: str, brackets: Sequence[tuple[int, int]] | None) -> pd.DataFrame:
    """The columns of a matrix.

    Args:
        method: `n_day`: active in the period itself. `unbounded`: active in it or in any later one so far. `bracket`:
            active in any period of a bracket.
        periods: periods after the cohort, for all but brackets.
        grain: of the usual brackets.
        brackets: first and last period of each, ascending and apart; None for the usual ones.

    Returns:
        period (the first of a span), low, mask (bits that count from there on), last (period that must be over).

    >>> spans("bracket", 3, "day", [(0, 0), (1, 3)]).to_dict("records")[1]
    {'period': 1, 'low': 1, 'mask': 7, 'last': 3}
    """
    import pandas as pd

    if method == "bracket":
        rows = [
            (a, a, (1 << (b - a + 1)) - 1, b) for a, b in _checked(BRACKETS[grain] if brackets is None else brackets)
        ]
    else:
        rows = [(p, p, _ALL_BITS >> p if method == "unbounded" else 1, p) for p in range(periods + 1)]
    frame = pd.DataFrame(rows, columns=["period", "low", "mask", "last"])
    return frame.astype({"period": "int32", "low": "int32", "mask": "int64", "last": "int32"})


def _checked(brackets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    allowed = f"pairs [first, last] of whole periods from 0 to {MOST_PERIODS}, each after the one before it"
    try:
        read = [(int(a), int(b)) for a, b in brackets]
    except (TypeError, ValueError):
        raise UsageError(found("brackets", brackets, allowed)) from None
    ends = [-1, *(b for _, b in read)]
    apart = all(before < a <= b <= MOST_PERIODS for before, (a, b) in zip(ends, read, strict=False))
    if not read or not apart:
        raise UsageError(found("brackets", brackets, allowed))
    return read
