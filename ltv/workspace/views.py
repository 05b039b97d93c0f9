"""What was known at an as-of instant: views over prepared tables that no later row can reach."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS, SQL_TYPES, Table

if TYPE_CHECKING:
    from ltv.workspace.prepare import Prepared


def as_of_view(spec: Table, prepared: Prepared, as_of: datetime, day: datetime) -> exp.Select:
    """The rows of a table as they were known at an instant.

    Args:
        spec: the declaration.
        prepared: the table's facts; the engine has its rows under `all <name>`.
        as_of: exclusive end, naive UTC.
        day: the first local day that is no longer included.
    """
    tree = exp.select("*").from_(exp.alias_(sql.table(f"all {spec.name}"), "r", table=True))
    if spec.time:
        end = sql.expression("CAST(d AS DATE)", d=sql.literal(day)) if _is_date(spec) else sql.literal(as_of)
        tree = tree.where(exp.LT(this=sql.column(spec.time), expression=end))
    if spec.versioned:
        tree = tree.where(sql.expression("updated_at IS NULL OR updated_at <= t", t=sql.literal(as_of)))
    if prepared.facts and prepared.facts.versions:
        tree = _latest(spec, tree)
    if spec.name == "orders":
        tree = exp.select("*", exp.alias_(_value(as_of), "value")).from_(tree.subquery("known"))
    return tree


def _is_date(spec: Table) -> bool:
    return spec.time is not None and spec.column(spec.time).type == "date"


def _latest(spec: Table, tree: exp.Select) -> exp.Select:
    window = sql.expression(
        "ROW_NUMBER() OVER (PARTITION BY p ORDER BY updated_at DESC NULLS LAST, _file DESC, _line DESC)"
    )
    window.set("partition_by", [sql.column(k) for k in spec.key])
    ranked = tree.select(exp.alias_(window, "_version"))
    return exp.select("* EXCLUDE (_version)").from_(ranked.subquery("ranked")).where("_version = 1")


def _value(as_of: datetime) -> exp.Expr:
    """Value of an order: amount − refunds known by then where paid or refunded, else 0.

    An order marked refunded without an amount is refunded in full.
    """
    return sql.expression(
        """
        CASE WHEN status NOT IN ('paid', 'refunded') THEN CAST(0 AS DECIMAL(18, 6))
             WHEN refunded_at IS NOT NULL AND refunded_at >= t THEN amount
             WHEN status = 'refunded' THEN amount - COALESCE(refund, amount)
             ELSE amount - COALESCE(refund, 0) END
        """,
        t=sql.literal(as_of),
    )


def empty_view(spec: Table) -> exp.Select:
    """A table without rows, for queries that must name it."""
    columns = [
        exp.alias_(exp.cast(exp.Null(), SQL_TYPES[c.type], dialect=sql.DIALECT), c.name, quoted=True)
        for c in spec.columns
    ]
    return exp.select(*columns, "CAST(NULL AS BIGINT) AS user_id", "CAST(NULL AS DATE) AS day").where("FALSE")


def empty(name: str) -> exp.Select:
    """A table of the contract without rows, by name."""
    return empty_view(INPUTS[name])
