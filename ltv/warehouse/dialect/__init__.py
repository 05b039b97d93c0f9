"""One text, two engines: what Spark needs changed to compute DuckDB's rows, and what it must not be given.

sqlglot writes Spark's syntax. Here stands where the same syntax *means* something else, and the list of functions that
mean the same; whatever is in neither is refused, since a wrong number is worse than an error. The conformance test runs
every function of the list on both engines.

What no tree can show is left to the author of a query: `sqrt` and `ln` get arguments in their domain, shifts go by 0 to
62 on a BIGINT, counts and sums are cast, a difference of two dates is DATE_DIFF, `date + interval` is cast to what it
shall be, text is compared with text, every ORDER BY has its ties broken.
"""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp, transforms
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from ltv.warehouse.dialect import numbers, texts, times
from ltv.warehouse.dialect.tree import Changes, refused

_PROVEN = "a function that the conformance test proves equal on both engines"

# These mean the same on both engines as they are.
SAME: frozenset[type[exp.Expr]] = frozenset(
    {
        *(exp.And, exp.Or, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Exists),
        *(exp.Count, exp.Sum, exp.Min, exp.Max, exp.AnyValue, exp.LogicalOr, exp.LogicalAnd),
        *(exp.BitwiseOrAgg, exp.BitwiseAndAgg),
        *(exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop),
        *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
        *(exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue),
        *(exp.Abs, exp.Sign, exp.Ceil, exp.Floor, exp.Exp, exp.Ln, exp.Sqrt, exp.Pow),
        *(exp.Lower, exp.Upper, exp.Length, exp.Left, exp.Right, exp.Substring, exp.Trim, exp.Pad, exp.Repeat),
        *(exp.Replace, exp.StartsWith, exp.EndsWith, exp.Contains, exp.StrPosition, exp.SplitPart),
        *(exp.RegexpLike, exp.RegexpExtract, exp.MD5, exp.SHA2),
        *(exp.Array, exp.ArraySize, exp.Unnest, exp.Explode),
        *(exp.Year, exp.Quarter, exp.Month, exp.Day, exp.Hour, exp.Minute, exp.LastDay, exp.DateFromParts),
    }
)


class _Generator(SparkGenerator):
    TRANSFORMS: ClassVar = {
        **SparkGenerator.TRANSFORMS,
        exp.Select: transforms.preprocess([transforms.unnest_to_explode, transforms.any_to_exists]),
    }
    # a bare TIMESTAMP is whichever of its two types a session prefers
    TYPE_MAPPING: ClassVar = {**SparkGenerator.TYPE_MAPPING, exp.DType.TIMESTAMPTZ: "TIMESTAMP_LTZ"}


class SparkNative(Spark):
    """Spark's dialect with its own QUALIFY: the subquery that sqlglot puts in its place adds a column to `SELECT *`."""

    Generator = _Generator


def spark_text(tree: exp.Expr) -> str:
    """Write a DuckDB tree as the text that makes Spark compute the same rows.

    Raises:
        UsageError: it uses what would mean something else there.

    >>> from ltv import sql
    >>> spark_text(sql.query("SELECT a / b AS x FROM t"))
    'SELECT TRY_DIVIDE(CAST(a AS DOUBLE), b) AS x FROM t'
    """
    return for_spark(tree).sql(dialect=SparkNative, comments=False)


def for_spark(tree: exp.Expr) -> exp.Expr:
    """Return the tree that Spark must be given to compute the rows of a DuckDB tree.

    Raises:
        UsageError: it uses what would mean something else there.
    """
    root = tree.copy()
    for node in reversed(list(root.walk(bfs=True))):  # children first
        changed = _changed(node)
        if changed is not node:
            root = changed if node is root else root
            node.replace(changed)
    return root


def _changed(node: exp.Expr) -> exp.Expr:
    change = CHANGED.get(type(node))
    if change is not None:
        return change(node)
    if isinstance(node, exp.Func) and type(node) not in SAME:
        raise refused(node, _PROVEN)
    return node


def _by_name(node: exp.Anonymous) -> exp.Expr:
    if node.name.upper() == "EPOCH_US" and len(node.expressions) == 1:
        return times.micros(node.expressions[0])
    raise refused(node, _PROVEN)


def _star(node: exp.Star) -> exp.Expr:
    if node.args.get("replace") or node.args.get("rename"):
        raise refused(node, "* or * EXCLUDE (…)")
    return node


def _distinct(node: exp.Distinct) -> exp.Expr:
    if node.args.get("on") is not None:
        raise refused(node, "DISTINCT, or QUALIFY ROW_NUMBER() OVER (…) = 1")
    return node


def _join(node: exp.Join) -> exp.Expr:
    if node.method:
        raise refused(node, "a join by conditions")
    return node


def _never(node: exp.Expr) -> exp.Expr:
    raise refused(node, "the vocabulary that both engines share")


CHANGED: Changes = {
    **numbers.CHANGED,
    **times.CHANGED,
    **texts.CHANGED,
    exp.Anonymous: _by_name,
    exp.Star: _star,
    exp.Distinct: _distinct,
    exp.Join: _join,
    **dict.fromkeys((exp.Bracket, exp.Lambda, exp.Pivot, exp.SimilarTo, exp.TableSample, exp.WithinGroup), _never),
}
