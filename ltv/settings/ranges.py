"""Ranges of buckets, each from its first one to before its end: what two of them share and what none of them has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def overlaps(ranges: Sequence[Range]) -> list[tuple[int, int, Range]]:
    """Each two ranges that share buckets, by their places in the list, and what they share.

    >>> overlaps([(0, 10), (5, 12), (12, 20)])
    [(0, 1, (5, 10))]
    """
    found = []
    for i, (first, end) in enumerate(ranges):
        for j in range(i + 1, len(ranges)):
            shared = (max(first, ranges[j][0]), min(end, ranges[j][1]))
            if shared[0] < shared[1]:
                found.append((i, j, shared))
    return found


def holes(ranges: Iterable[Range], buckets: int) -> list[Range]:
    """What no range has, of buckets 0 to before `buckets`.

    >>> holes([(20, 30), (0, 10)], 100)
    [(10, 20), (30, 100)]
    """
    found, reached = [], 0
    for first, end in sorted([*ranges, (buckets, buckets)]):
        if first > reached:
            found.append((reached, min(first, buckets)))
        reached = max(reached, end)
        if reached >= buckets:
            break
    return found
