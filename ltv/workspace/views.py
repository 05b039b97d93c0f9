"""What was known at an as-of instant: views over prepared tables that no later row can reach."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS, SQL_TYPES, Table
from ltv.contract.orders import value as value_of_order
from ltv.identity.ledger import node_column, user_column

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
    tree = exp.select("*").from_(sql.table(f"all {spec.name}"))
    if spec.versioned:
        tree = tree.where(sql.expression("updated_at IS NULL OR updated_at <= t", t=sql.literal(as_of)))
    if prepared.facts and prepared.facts.versions:
        tree = _latest(spec, tree)  # before the row's own time is looked at, which a later version may have moved
    if spec.time:
        end = sql.expression("CAST(d AS DATE)", d=sql.literal(day)) if _is_date(spec) else sql.literal(as_of)
        tree = tree.where(exp.LT(this=sql.column(spec.time), expression=end))
    if spec.name in _LATER:
        tree = exp.select(_without_later(spec.name, as_of)).from_(tree.subquery("visible"))
    if spec.name == "orders":
        tree = exp.select("*", exp.alias_(value_of_order(_ORDERS), "value")).from_(tree.subquery("known"))
    if spec.identifiers:
        tree = _with_people(spec, tree)
    if spec.name == "order_items":  # a line has no time: it is known with its order
        tree = tree.where(sql.expression("order_id IN (SELECT order_id FROM orders)"))
    return tree


# Columns that tell of something later than the row itself, as they were at the instant `t`.
_LATER = {
    "orders": {
        "status": "CASE WHEN refunded_at >= t AND status = 'refunded' THEN 'paid' ELSE status END",
        "refund": "CASE WHEN refunded_at >= t THEN NULL ELSE refund END",
        "refunded_at": "CASE WHEN refunded_at < t THEN refunded_at END",
    },
    "trials": {  # the end that a running one is planned to have may be known
        "outcome": "CASE WHEN ended_at >= t THEN NULL ELSE outcome END",
        "ended_at": "CASE WHEN outcome IS NOT NULL AND ended_at >= t THEN NULL ELSE ended_at END",
    },
}
_ORDERS = {name: sql.column(name) for name in ("amount", "refund", "status")}  # as they were at the instant


# Who is who, with an end for all: of pure comparisons the engine makes a hash join, and of an OR a loop over all pairs.
SPANS = "spans of people"


def spans() -> exp.Select:
    """The spans of `user_ids` by the number of the identifier."""
    end = sql.expression("COALESCE(valid_to, CAST('9999-12-31' AS TIMESTAMP)) AS until")
    return exp.select("node", "valid_from", end, "user_id").from_("user_ids")


def _with_people(spec: Table, tree: exp.Select) -> exp.Select:
    """Join who the identifiers of each row were at its time."""
    assert spec.time  # noqa: S101  rows of people have a time
    moment = exp.column(spec.time, table="r", quoted=True)
    nodes = [node_column(value) for _, value in spec.identifiers]
    rest = exp.Column(this=exp.Star(except_=[exp.to_identifier(n) for n in nodes]), table=exp.to_identifier("r"))
    joined = exp.select(rest).from_(tree.subquery("r"))
    for number, (_, value) in enumerate(spec.identifiers):
        alias = f"p{number}"
        then = exp.and_(
            exp.column("node", table=alias).eq(exp.column(node_column(value), table="r")),
            exp.GTE(this=moment.copy(), expression=exp.column("valid_from", table=alias)),
            exp.LT(this=moment.copy(), expression=exp.column("until", table=alias)),
        )
        joined = joined.join(exp.alias_(sql.table(SPANS), alias, table=True), on=then, join_type="left")
        joined = joined.select(exp.alias_(exp.column("user_id", table=alias), user_column(value)))
    return joined


def _without_later(table: str, as_of: datetime) -> exp.Star:
    moment = sql.literal(as_of)
    known = {name: sql.expression(text, t=moment) for name, text in _LATER[table].items()}
    return exp.Star(replace=[exp.alias_(value, name, quoted=True) for name, value in known.items()])


def _is_date(spec: Table) -> bool:
    return spec.time is not None and spec.column(spec.time).type == "date"


def _latest(spec: Table, tree: exp.Select) -> exp.Select:
    window = sql.expression(
        "ROW_NUMBER() OVER (PARTITION BY p ORDER BY updated_at DESC NULLS LAST, _file DESC, _line DESC)"
    )
    window.set("partition_by", [sql.column(k) for k in spec.key])
    ranked = tree.select(exp.alias_(window, "_version"))
    return exp.select("* EXCLUDE (_version)").from_(ranked.subquery("ranked")).where("_version = 1")


def empty_view(spec: Table) -> exp.Select:
    """A table without rows, for queries that must name it."""
    columns = [
        exp.alias_(exp.cast(exp.Null(), SQL_TYPES[c.type], dialect=sql.DIALECT), c.name, quoted=True)
        for c in spec.columns
    ]
    people = [user_column(value) for _, value in spec.identifiers] or ["user_id"]
    columns += [exp.alias_(sql.expression("CAST(NULL AS BIGINT)"), name) for name in people]
    return exp.select(*columns, "CAST(NULL AS DATE) AS day").where("FALSE")


def empty(name: str) -> exp.Select:
    """A table of the contract without rows, by name."""
    return empty_view(INPUTS[name])
