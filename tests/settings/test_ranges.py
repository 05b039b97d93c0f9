"""Ranges of buckets: what is shared and what is missing is what counting bucket by bucket finds."""

from hypothesis import given
from hypothesis import strategies as st

from ltv.settings.ranges import holes, overlaps

RANGES = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda r: (r[0], r[0] + r[1])), max_size=6)


def inside(ranges):
    return {bucket for first, end in ranges for bucket in range(first, end)}


@given(RANGES)
def test_holes_are_the_buckets_in_no_range(ranges):
    found = holes(ranges, 20)
    assert inside(found) == set(range(20)) - inside(ranges)
    assert all(first < end for first, end in found)


@given(RANGES)
def test_overlaps_are_the_buckets_in_two_ranges(ranges):
    for i, j, shared in overlaps(ranges):
        assert i < j
        assert inside([shared]) == inside([ranges[i]]) & inside([ranges[j]]) != set()
    apart = sum(end - first for first, end in ranges) == len(inside(ranges))
    assert apart == (overlaps(ranges) == [])
