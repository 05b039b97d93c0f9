"""Which calendar buckets hold any row: one without a row is no data, never zero people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from ltv import sql

if TYPE_CHECKING:
    import pandas as pd

    from ltv.behaviour.tables_of_people import PeopleTables

_BITS = 62


@dataclass(frozen=True)
class Recorded:
    """How many buckets from the first one on hold a row.

    Attributes:
        first: the first bucket.
        before: at place k, buckets with rows among the first k; one entry more than there are buckets.
    """

    first: int
    before: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        tables: PeopleTables,
        active: Sequence[str],
        span: tuple[int, int],
        words: str | None,
        bucket: Callable[[str], exp.Expr],
    ) -> Recorded:
        """Look which buckets hold a row.

        Args:
            tables: where the rows are.
            active: those of them in which activity stands.
            span: first and last bucket.
            words: bits of everybody's activity counted from the first bucket, which spare a pass over the rows where
                somebody was active in every bucket; or None.
            bucket: table → the bucket of a row.
        """
        first, last = span
        has = np.zeros(last - first + 1, dtype=bool)
        if words is not None:
            rows = tables.engine.frame(sql.load("ltv.behaviour", "active_buckets", tables={"words": words}))
            for word, bits in zip(rows["word"], rows["bits"], strict=True):
                places = np.flatnonzero([int(bits) >> k & 1 for k in range(_BITS)]) + int(word) * _BITS
                has[places[places < len(has)]] = True
        for table in active if not has.all() else ():
            each = exp.select(exp.alias_(bucket(table), "bucket")).distinct().from_(sql.table(tables.names[table]))
            found = tables.engine.frame(each)["bucket"].dropna().to_numpy(np.int64) - first
            has[found[(found >= 0) & (found < len(has))]] = True
        return cls(first, np.concatenate([[0], np.cumsum(has)]).astype(np.int64))

    def between(self, low: pd.Series[int], high: pd.Series[int] | None) -> pd.Series[bool]:
        """Whether any bucket from one to another (or to the last one) holds a row.

        >>> import pandas as pd
        >>> seen = Recorded(10, np.array([0, 1, 1, 2]))
        >>> seen.between(pd.Series([10, 11, 11]), pd.Series([10, 11, 12])).tolist()
        [True, False, True]
        """
        count = len(self.before) - 1
        start = np.clip(low - self.first, 0, count)
        end = count if high is None else np.clip(high + 1 - self.first, 0, count)
        found: pd.Series[bool] = low.notna() & (self.before[end] > self.before[start])
        return found
