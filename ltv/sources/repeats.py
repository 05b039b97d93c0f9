"""Rows that came twice: identical ones are dropped and counted, contradictory ones are put aside.

Only keys that occur more than once are looked at with windows, so that a clean table costs one aggregation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.sources.pieces import FILE, LINE
from ltv.sources.staging import STAGED

if TYPE_CHECKING:
    from ltv.contract.schema import Table
    from ltv.warehouse.duck import DuckEngine

REPEATS = "repeats"


def mark(engine: DuckEngine, spec: Table, extras: list[str]) -> None:
    """Fill the table `repeats` (`_file`, `_line`, `fate`) with the rows that are not to be used."""
    columns = [*spec.names, *extras]
    if not spec.key:
        engine.materialise(REPEATS, _empty())
        return
    engine.materialise("repeated keys", _repeated(spec))
    ranked = exp.select(
        sql.column(FILE),
        sql.column(LINE),
        exp.alias_(_rank([*columns]), "same"),
        exp.alias_(_rank(_version(spec)), "version"),
        exp.alias_(_stale(spec), "unversioned"),
    ).from_(exp.alias_(sql.table(STAGED), "s", table=True))
    ranked = ranked.join(
        exp.alias_(sql.table("repeated keys"), "k", table=True), on=exp.and_(*[_null_safe(c) for c in spec.key])
    ).where("_check IS NULL")
    # among equal rows the first delivered stays; of what differs, the first of each version stays
    engine.materialise("ranked", _columns(ranked))
    engine.materialise(REPEATS, _fates())


def _columns(ranked: exp.Select) -> exp.Select:
    for node in ranked.find_all(exp.Column):
        if not node.table and node.name != "_check":
            node.set("table", exp.to_identifier("s"))
    return ranked


def _repeated(spec: Table) -> exp.Select:
    keys = [sql.column(c) for c in spec.key]
    return (
        exp.select(*keys)
        .from_(sql.table(STAGED))
        .where("_check IS NULL")
        .group_by(*[k.copy() for k in keys])
        .having("COUNT(*) > 1")
    )


def _version(spec: Table) -> list[str]:
    return [*spec.key, "updated_at"] if spec.versioned else list(spec.key)


def _rank(names: list[str]) -> exp.Expr:
    window = sql.expression("ROW_NUMBER() OVER (PARTITION BY p ORDER BY _file, _line)")
    window.set("partition_by", [sql.column(n) for n in names])
    return window


def _stale(spec: Table) -> exp.Expr:
    if not spec.versioned:
        return sql.expression("CAST(0 AS BIGINT)")
    window = sql.expression("ROW_NUMBER() OVER (PARTITION BY p ORDER BY _file, _line)")
    window.set("partition_by", [sql.column(n) for n in spec.key])
    return sql.expression("CASE WHEN updated_at IS NULL THEN w ELSE 0 END", w=window)


def _null_safe(name: str) -> exp.Expr:
    left, right = exp.column(name, table="s", quoted=True), exp.column(name, table="k", quoted=True)
    return exp.NullSafeEQ(this=left, expression=right)


def _fates() -> exp.Query:
    # `version` must be ranked after identical rows are gone, or a repeated row would count as a contradiction
    return sql.query(
        """
        SELECT _file, _line, CASE WHEN same > 1 THEN 'duplicate' ELSE 'key_conflict' END AS fate
        FROM ranked
        WHERE same > 1 OR version > 1 OR unversioned > 1
        """
    )


def _empty() -> exp.Query:
    return sql.query("SELECT CAST(NULL AS VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _line, '' AS fate WHERE FALSE")
