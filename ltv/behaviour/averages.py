"""Shares of people with their intervals; averages weigh people, and only complete cells count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv.text import Text, interval, number

if TYPE_CHECKING:
    import pandas as pd

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """A share with its 95 % Wilson interval; all None where there is nobody.

    Attributes:
        rate: the share.
        low: lower end of the interval.
        high: upper end of the interval.
        successes: people who did.
        people: people who could have.
    """

    rate: float | None
    low: float | None
    high: float | None
    successes: int
    people: int

    @classmethod
    def of(cls, successes: int, people: int, *, z: float = Z95) -> Share:
        """Share of successes (Wilson score interval: E. B. Wilson, JASA 22, 1927), of another level than 95 % with another `z`.

        >>> s = Share.of(10, 40)
        >>> s.rate, round(s.low, 4), round(s.high, 4)
        (0.25, 0.1419, 0.4019)
        """
        if people == 0:
            return cls(None, None, None, 0, 0)
        p, n = successes / people, people
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return cls(p, max(0.0, centre - half), min(1.0, centre + half), successes, people)


def with_interval(rows: pd.DataFrame, successes: pd.Series[Any], people: pd.Series[Any]) -> pd.DataFrame:
    """Return rows with `low` and `high`, the 95 % interval of a share; NaN where nobody is counted or nothing is known.

    Args:
        rows: a table with a share a row.
        successes: people who did, a row.
        people: people who could have, a row.

    >>> import pandas as pd
    >>> counted = pd.DataFrame({"n": [10, 0], "of": [40, 0]})
    >>> with_interval(counted, counted["n"], counted["of"])["low"].round(4).tolist()
    [0.1419, nan]
    """
    shares = [
        Share.of(round(n), round(of)) if n == n and of == of else Share.of(0, 0)  # noqa: PLR0124  NaN
        for n, of in zip(successes, people, strict=True)
    ]
    ends = {"low": [s.low for s in shares], "high": [s.high for s in shares]}
    return rows.assign(**{end: np.array(values, dtype=np.float64) for end, values in ends.items()})


def is_known(rows: pd.DataFrame) -> pd.Series[bool]:
    """Cells of a retention table that say something: over for everybody, and not without any data."""
    return rows["is_complete"].astype(bool) & rows["rate"].notna()


def weighted(rows: pd.DataFrame, period: int) -> Share:
    """Weighted average of one period over the complete cells of a retention table."""
    cells = rows[(rows["period"] == period) & is_known(rows)]
    return Share.of(int(cells["retained"].sum()), int(cells["cohort_size"].sum()))


def difference(a: Share, b: Share) -> tuple[float | None, float | None, float | None]:
    """Difference of two shares, a − b, with its 95 % interval; None where one of them is of nobody.

    Newcombe's hybrid score interval (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10).

    >>> [round(x, 4) for x in difference(Share.of(56, 70), Share.of(48, 80))]
    [0.2, 0.0524, 0.3339]
    """
    sides = (a.rate, a.low, a.high, b.rate, b.low, b.high)
    if None in sides:
        return None, None, None
    p, p_low, p_high, q, q_low, q_high = (float(x) for x in sides if x is not None)
    down, up = math.hypot(p - p_low, q_high - q), math.hypot(p_high - p, q - q_low)
    return p - q, p - q - down, p - q + up


def difference_words(a: Share, b: Share) -> dict[str, Text]:
    """The difference of two shares and its 95 % interval, as sentences name them: `change` and `range`.

    >>> difference_words(Share.of(56, 70), Share.of(48, 80))["range"].en
    '+5.2 to +33.4 pp'
    """
    gap, low, high = difference(a, b)
    return {"change": number(gap, "points"), "range": interval(low, high, "points")}


def difference_is_real(a: Share, b: Share, *, pairs: int = 1) -> bool:
    """Whether two shares differ at the 5 % level (two-proportion z-test, pooled).

    Args:
        a: a share.
        b: another one.
        pairs: how many pairs they were picked from (Bonferroni).

    >>> difference_is_real(Share.of(300, 1000), Share.of(200, 1000))
    True
    >>> difference_is_real(Share.of(3, 10), Share.of(2, 10))
    False
    """
    if not a.people or not b.people:
        return False
    pooled = (a.successes + b.successes) / (a.people + b.people)
    error = math.sqrt(pooled * (1 - pooled) * (1 / a.people + 1 / b.people))
    gap = abs(a.successes / a.people - b.successes / b.people)
    least = Z95 if pairs == 1 else NormalDist().inv_cdf(1 - 0.025 / pairs)
    return error > 0 and gap / error > least
