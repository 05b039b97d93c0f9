"""From one row a person to the arms of every group of people, in one pass over the rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ltv import sql
from ltv.experiments.moments import Arm

if TYPE_CHECKING:
    import pandas as pd

    from ltv.warehouse.engine import Engine

_DOUBLES = ("DOUBLE", "double")


@dataclass(frozen=True)
class Pair:
    """A metric in a table of people.

    Attributes:
        metric: its column; NULL where a person does not count.
        second: the column of the covariate, or of the denominator of a ratio; None for none.
    """

    metric: str
    second: str | None = None


def sums(
    engine: Engine,
    people: exp.Expr,
    pairs: Sequence[Pair],
    by: Sequence[str],
    *,
    kinds: Mapping[str, str] | None = None,
    waits: bool = False,
) -> pd.DataFrame:
    """Count and sum all metrics by groups.

    Args:
        engine: where the people are.
        people: a table or a subquery of one row a person.
        pairs: metrics, each with its second column; the second must be NULL where the metric is.
        by: columns of the groups.
        kinds: engine type of each column, so that what is a double already is not cast again.
        waits: whether column `w<i>` says of a person that a score completes the i-th metric.

    Returns:
        One row a group: the groups' columns, `people`, and for the i-th pair `n<i>`, `a<i>` (sum), `aa<i>` (sum of
        squares), with a second column `nb<i>` (people who have it), `b<i>`, `bb<i>` and `ab<i>`, and with `waits` people
        whose window is not over, `k<i>`, and how many of them a score completes, `w<i>`.
    """
    columns = [sql.column(name) for name in by] + [sql.expression("COUNT(*) AS people")]
    for i, pair in enumerate(pairs):
        values = {"a": _double(pair.metric, kinds or {})}
        wanted = {f"n{i}": "COUNT(a)", f"a{i}": "SUM(a)", f"aa{i}": "SUM(a * a)"}
        if pair.second is not None:
            values["b"] = _double(pair.second, kinds or {})
            wanted |= {f"nb{i}": "COUNT(b)", f"b{i}": "SUM(b)", f"bb{i}": "SUM(b * b)", f"ab{i}": "SUM(a * b)"}
        if waits:
            values["w"] = sql.column(f"w{i}")
            wanted |= {
                f"k{i}": "CAST(SUM(CASE WHEN w THEN 1 ELSE 0 END) AS BIGINT)",
                f"w{i}": "CAST(SUM(CASE WHEN w AND a IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT)",
            }
        columns += [exp.alias_(sql.expression(text, **values), name) for name, text in wanted.items()]
    return engine.frame(exp.select(*columns).from_(people).group_by(*(sql.column(name) for name in by)))


def _double(name: str, kinds: Mapping[str, str]) -> exp.Expr:
    column = sql.column(name)
    return column if kinds.get(name) in _DOUBLES else exp.cast(column, "DOUBLE", dialect=sql.DIALECT)


def arm_of(row: Mapping[Hashable, Any], i: int) -> Arm:
    """The arm of the i-th pair in one row of `sums`.

    Raises:
        CannotJudgeError: a sum is not finite, such as after a NaN in the data.

    >>> arm_of({"n0": 2, "a0": 3.0, "aa0": 5.0}, 0).mean
    1.5
    """
    n = int(row[f"n{i}"])

    def of(name: str) -> float:
        return float(row[f"{name}{i}"]) if n else 0.0  # a sum over nobody is zero

    if f"ab{i}" not in row or row[f"nb{i}"] != n:  # a past that some lack is none
        return Arm(n, of("a"), of("aa"))
    return Arm(n, of("a"), of("aa"), of("b"), of("bb"), of("ab"))
