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


_PLAIN = "LOWER(CASE WHEN STARTS_WITH(id_value, ' ') OR ENDS_WITH(id_value, ' ') THEN TRIM(id_value) ELSE id_value END)"


def junk_columns(patterns: Sequence[str]) -> dict[str, exp.Expr]:
    """What queries that ask for junk have in the place of columns.

    `plain` is the value in small letters without spaces around it (to look for spaces is several times faster than to
    trim), which the query calls `plain_value`; `is_junk` is a condition on that. `*` in a pattern stands for any letters,
    everything else for itself.
    """
    value = sql.column("plain_value")
    plain = [exp.Literal.string(p) for p in patterns if "*" not in p]
    tests: list[exp.Expr] = [exp.In(this=value.copy(), expressions=plain)] if plain else [exp.false()]
    tests += [_like(value.copy(), p) for p in patterns if "*" in p]
    return {"plain": sql.expression(_PLAIN), "is_junk": exp.paren(exp.or_(*tests))}


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    """Each piece between stars in its order; texts are compared, never read as a pattern."""
    first, *inner, last = (exp.Literal.string(piece) for piece in pattern.split("*"))
    tests = [
        exp.StartsWith(this=value.copy(), expression=first),
        exp.EndsWith(this=value.copy(), expression=last),
        *(exp.Contains(this=value.copy(), expression=piece) for piece in inner if piece.this),
        # where it begins is not where it ends; asked last, since most values have failed by then
        exp.GTE(this=exp.Length(this=value.copy()), expression=exp.Literal.number(len(pattern.replace("*", "")))),
    ]
    return exp.paren(exp.and_(*tests))
