"""`sql` of a source: a SELECT over `source`, checked before it runs, in an engine whose doors are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.sources.pieces import Piece, with_origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltv.warehouse.duck import DuckEngine


def checked(text: str, table: str) -> exp.Query:
    """Parse the SELECT and make sure that it reads nothing but `source`.

    Raises:
        UsageError: it is not one SELECT, or it reads another table or a table function.

    >>> checked("select a, min(_line) as _line from source group by a", "orders").named_selects
    ['a', '_line']
    """
    tree = sql.query(text)
    own = {cte.alias for cte in tree.find_all(exp.CTE)} | {"source"}
    for table_node in tree.find_all(exp.Table):
        if table_node.name not in own or table_node.db or not isinstance(table_node.this, exp.Identifier):
            raise UsageError(found(f"[sources.{table}] sql reads", table_node.sql(dialect=sql.DIALECT), "source"))
    return tree


def union(engine: DuckEngine, pieces: Sequence[Piece]) -> None:
    """Bring all pieces together under the name `source`, columns matched by name."""
    tree: exp.Query = exp.select("*").from_(sql.table(pieces[0].name))
    for piece in pieces[1:]:
        own = exp.select("*").from_(sql.table(piece.name))
        tree = exp.Union(this=tree, expression=own, distinct=False, by_name=True)
    engine.define("source", tree)


def reshape(engine: DuckEngine, text: str, table: str) -> Piece:
    """Run the SELECT over `source` and give its rows a file and a line where it does not name them itself."""
    engine.materialise("reshaped", checked(text, table))
    return with_origin(engine, "reshaped", label=f"sql of {table}")
