"""What all changes are made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found

Type = exp.DType
# Any, since each change takes the kind of node it is listed for
Changes: TypeAlias = dict[type[exp.Expr], Callable[[Any], exp.Expr]]


def refused(node: exp.Expr, allowed: str) -> UsageError:
    """The error for what Spark must not be given."""
    return UsageError(found("sql for Spark", sql.render(node), allowed))


def cast(node: exp.Expr, kind: exp.DType) -> exp.Cast:
    """A value as another type."""
    return exp.Cast(this=node, to=exp.DataType(this=kind))


def is_cast_to(node: exp.Expr, *kinds: exp.DType) -> bool:
    """Whether a value is written as a cast to one of these types."""
    node = node.unnest()
    return isinstance(node, exp.Cast) and node.to.this in kinds
