"""Rows that came twice: identical ones are dropped and counted, contradictory ones are put aside.

Only keys that occur more than once are looked at with windows, so that a clean table costs one aggregation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltv.contract.schema import Table
    from ltv.warehouse.duck import DuckEngine


def mark(engine: DuckEngine, spec: Table, extras: Sequence[str]) -> None:
    """Fill `repeats` (`_number`, `fate`) with the rows of `staged` that are not to be used."""
    if not spec.key:
        engine.define("repeats", sql.load("ltv.sources", "no_repeats"))
        return
    engine.materialise("repeated keys", _repeated(spec))
    engine.define("candidates", _candidates(spec))
    version = ["updated_at"] if spec.versioned else []
    places = {
        "nth_same": _rank([*spec.names, *extras]),
        "nth_of_version": _rank([*spec.key, *version]),
        "nth_of_key": _rank(spec.key),
        "version": sql.column("updated_at") if version else exp.Null(),
    }
    engine.materialise("repeats", sql.load("ltv.sources", "repeats", columns=places))


def _repeated(spec: Table) -> exp.Select:
    keys = [sql.column(k) for k in spec.key]
    good = exp.select(*keys).from_("staged").where("_check IS NULL")
    return good.group_by(*[k.copy() for k in keys]).having("COUNT(*) > 1")


def _candidates(spec: Table) -> exp.Select:
    def sides(name: str) -> dict[str, exp.Expr]:
        return {
            "this": exp.column(name, table="s", quoted=True),
            "expression": exp.column(name, table="k", quoted=True),
        }

    same = exp.and_(*[exp.NullSafeEQ(**sides(name)) for name in spec.key])  # a part of a key may be missing
    staged = exp.select("*").from_("staged AS s").where("_check IS NULL")
    return staged.join(exp.alias_(sql.table("repeated keys"), "k", table=True), on=same, join_type="semi")


def _rank(names: Sequence[str]) -> exp.Expr:
    window = sql.expression("ROW_NUMBER() OVER (PARTITION BY p ORDER BY _file, _line, _number)")
    window.set("partition_by", [sql.column(n) for n in names])
    return window
