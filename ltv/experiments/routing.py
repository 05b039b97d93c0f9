"""The routing table of a gray release: which buckets go to which version, with the share that each row claims.

A table can look right and not be: 0 to 9 → stable with 90 %, 10 → canary with 10 %, read as buckets of 100, covers 11 of
them and sends 89 nowhere. Here a table with a hole, an overlap or a wrong weight routes nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ltv.errors import UsageError
from ltv.experiments.hashing import bucket
from ltv.settings.ranges import Range, holes, overlaps

_WEIGHT_MAY_MISS = 1e-9


@dataclass(frozen=True)
class Route:
    """One row: buckets from `first` to `last`, both included.

    Attributes:
        first: first bucket.
        last: last bucket.
        target: where they go, such as `canary`.
        weight: share of all buckets that the row claims to have, as a fraction.
    """

    first: int
    last: int
    target: str
    weight: float


@dataclass(frozen=True)
class RoutingTable:
    """A table that was found to be whole.

    Attributes:
        salt: what ids are hashed with.
        routes: in the order of their buckets.
        buckets: how many there are.
    """

    salt: str
    routes: tuple[Route, ...]
    buckets: int

    @classmethod
    def of(cls, routes: Iterable[Route], *, salt: str, buckets: int = 100) -> RoutingTable:
        """Check a table.

        Args:
            routes: its rows, in any order.
            salt: what ids are hashed with.
            buckets: how many there are.

        Raises:
            UsageError: the table is not whole; all that is wrong with it stands in the line.

        >>> table = RoutingTable.of([Route(0, 89, "stable", 0.9), Route(90, 99, "canary", 0.1)], salt="release-8")
        >>> table.target_of("M1"), table.target_of("M6")
        ('stable', 'canary')
        """
        given = tuple(sorted(routes, key=lambda r: r.first))
        wrong = problems(given, buckets)
        if wrong or not salt:
            raise UsageError("; ".join(wrong or ["routes salt: found '', allowed: a text"]))
        return cls(salt, given, buckets)

    def target_of(self, unit_id: str) -> str:
        """Where an id goes.

        Args:
            unit_id: as a text.
        """
        place = bucket(self.salt, unit_id, self.buckets)
        return next(r.target for r in self.routes if r.first <= place <= r.last)


def problems(routes: Sequence[Route], buckets: int = 100) -> list[str]:
    """All that is wrong with a table, each in one line; nothing when it is whole.

    Args:
        routes: its rows.
        buckets: how many there are.

    >>> for line in problems([Route(0, 9, "stable", 0.9), Route(10, 10, "canary", 0.1)]):
    ...     print(line)
    route 0-9 -> stable: found weight 90 %, allowed: 10 %, as it has 10 of 100 buckets
    route 10-10 -> canary: found weight 10 %, allowed: 1 %, as it has 1 of 100 buckets
    routes: found 11 of 100 buckets covered, allowed: all, and 11-99 have no target
    """
    if buckets < 1:
        return [f"routes buckets: found {buckets}, allowed: a whole number above 0"]
    broken = list(_broken(routes, buckets))
    if broken:
        return broken  # what is no range covers nothing that could be counted
    return [*_overlapping(routes), *_misweighted(routes, buckets), *_uncovered(routes, buckets)]


def _broken(routes: Sequence[Route], buckets: int) -> Iterator[str]:
    if not routes:
        yield f"routes: found none, allowed: rows that cover all {buckets} buckets"
    for r in routes:
        if r.first > r.last:
            yield f"{_name(r)}: found a first bucket after the last, allowed: first <= last"
        elif r.first < 0 or r.last >= buckets:
            yield f"{_name(r)}: found a bucket beyond the table, allowed: 0-{buckets - 1}"
        if not r.target or not r.target.isprintable():
            yield f"route {r.first}-{r.last}: found target {r.target!r}, allowed: a name in one line"
        if not (math.isfinite(r.weight) and 0 <= r.weight <= 1):
            yield f"{_name(r)}: found weight {r.weight}, allowed: a fraction between 0 and 1"


def _overlapping(routes: Sequence[Route]) -> Iterator[str]:
    for one, other, shared in overlaps([_range(r) for r in routes]):
        yield f"{_name(routes[other])}: found {_shown(shared)} again, allowed: once, and {_name(routes[one])} has them"


def _misweighted(routes: Sequence[Route], buckets: int) -> Iterator[str]:
    for r in routes:
        has = r.last - r.first + 1
        if abs(r.weight - has / buckets) > _WEIGHT_MAY_MISS:
            allowed = f"{_percent(has / buckets)}, as it has {has} of {buckets} buckets"
            yield f"{_name(r)}: found weight {_percent(r.weight)}, allowed: {allowed}"


def _uncovered(routes: Sequence[Route], buckets: int) -> Iterator[str]:
    left = holes(map(_range, routes), buckets)
    if left:
        covered = buckets - sum(end - first for first, end in left)
        missing = ", ".join(map(_shown, left))
        yield f"routes: found {covered} of {buckets} buckets covered, allowed: all, and {missing} have no target"


def _range(route: Route) -> Range:
    return route.first, route.last + 1


def _name(route: Route) -> str:
    return f"route {route.first}-{route.last} -> {route.target}"


def _shown(buckets: Range) -> str:
    first, end = buckets
    return str(first) if end == first + 1 else f"{first}-{end - 1}"


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.6g} %"
