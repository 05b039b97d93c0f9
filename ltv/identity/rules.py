"""The settings of `[identity]` as the stitching wants them: what the kinds of identifiers mean, and what is junk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from ltv import sql
from ltv.identity import graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ltv.settings import Identity


def names_of(own: Iterable[str], settings: Identity) -> tuple[str, ...]:
    """Names of the kinds, the strongest first; those that the settings do not name come last."""
    return (*settings.strength, *sorted(set(own) - set(settings.strength)))


def kinds_of(names: Sequence[str], settings: Identity) -> graph.Kinds:
    """What kinds of these names mean."""
    known = len(settings.strength)
    return graph.Kinds(
        rank=np.array([max(known - k, 0) for k in range(len(names))], np.int64),
        limit=np.array([settings.limits.get(name, 0) for name in names], np.int64),
        max_neighbours=np.array([settings.max_neighbours.get(n, settings.most_neighbours) for n in names], np.int64),
        contact=np.array([name in settings.passed_on for name in names], np.bool_),
    )


def terms_of(names: Sequence[str], settings: Identity, order: graph.Order = graph.as_numbered) -> graph.Terms:
    """How identifiers of kinds of these names are put together."""
    return graph.Terms(kinds_of(names, settings), settings.public_after, settings.public_us, order)


def is_junk(patterns: Sequence[str]) -> exp.Expr:
    """A condition on `id_value`: `*` in a pattern stands for any letters, everything else for itself."""
    value = sql.expression("LOWER(TRIM(id_value))")
    plain = [exp.Literal.string(p) for p in patterns if "*" not in p]
    tests: list[exp.Expr] = [exp.In(this=value.copy(), expressions=plain)] if plain else [exp.false()]
    tests += [_like(value.copy(), p) for p in patterns if "*" in p]
    return exp.paren(exp.or_(*tests))


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    """Each piece between stars in its order; texts are compared, never read as a pattern."""
    first, *rest = pattern.split("*")
    text = exp.Literal.string
    least = exp.Literal.number(len(pattern.replace("*", "")))
    ends = [
        exp.GTE(this=exp.Length(this=value.copy()), expression=least),
        exp.func("LEFT", value.copy(), exp.Literal.number(len(first))).eq(text(first)),
        exp.func("RIGHT", value.copy(), exp.Literal.number(len(rest[-1]))).eq(text(rest[-1])),
    ]
    inner = [exp.GT(this=exp.StrPosition(this=value.copy(), substr=text(piece)), expression=exp.Literal.number(0))
             for piece in rest[:-1] if piece]  # fmt: skip
    return exp.paren(exp.and_(*ends, *inner))
