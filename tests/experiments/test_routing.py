"""The gray routing table: what has a hole, an overlap or a wrong weight routes nobody."""

import math

import pytest

from ltv.errors import UsageError
from ltv.experiments.routing import Route, RoutingTable, problems

WHOLE = [Route(0, 89, "stable", 0.9), Route(90, 99, "canary", 0.1)]


def test_a_whole_table_has_no_problem_and_routes_the_share_it_claims():
    assert problems(WHOLE) == []
    table = RoutingTable.of(reversed(WHOLE), salt="release-8")
    share = sum(table.target_of(f"M{i}") == "canary" for i in range(20_000)) / 20_000
    assert 0.093 < share < 0.107


def test_the_table_that_covers_eleven_of_a_hundred_buckets_is_told_so():
    story = [Route(0, 9, "stable", 0.9), Route(10, 10, "canary", 0.1)]
    assert problems(story) == [
        "route 0-9 -> stable: found weight 90 %, allowed: 10 %, as it has 10 of 100 buckets",
        "route 10-10 -> canary: found weight 10 %, allowed: 1 %, as it has 1 of 100 buckets",
        "routes: found 11 of 100 buckets covered, allowed: all, and 11-99 have no target",
    ]
    with pytest.raises(UsageError, match="found 11 of 100 buckets covered") as refused:
        RoutingTable.of(story, salt="release-8")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("routes", "line"),
    [
        (
            [Route(0, 89, "a", 0.9), Route(80, 99, "b", 0.2)],
            "route 80-99 -> b: found 80-89 again, allowed: once, and route",
        ),
        ([Route(0, 98, "a", 0.99), Route(98, 99, "b", 0.02)], "route 98-99 -> b: found 98 again, allowed: once"),
        ([Route(1, 99, "a", 0.99)], "routes: found 99 of 100 buckets covered, allowed: all, and 0 have no target"),
        ([Route(0, 9, "a", 0.1), Route(20, 99, "b", 0.8)], "found 90 of 100 buckets covered, allowed: all, and 10-19"),
        ([Route(0, 100, "a", 1.0)], "route 0-100 -> a: found a bucket beyond the table, allowed: 0-99"),
        ([Route(-1, 99, "a", 1.0)], "route -1-99 -> a: found a bucket beyond the table, allowed: 0-99"),
        ([Route(9, 0, "a", 1.0)], "route 9-0 -> a: found a first bucket after the last, allowed: first <= last"),
        ([Route(0, 99, "a", math.nan)], "route 0-99 -> a: found weight nan, allowed: a fraction between 0 and 1"),
        ([Route(0, 99, "a", 100)], "route 0-99 -> a: found weight 100, allowed: a fraction between 0 and 1"),
        ([Route(0, 99, "a\n", 1.0)], "route 0-99: found target 'a\\n', allowed: a name in one line"),
        ([Route(0, 99, "a", 0.9)], "route 0-99 -> a: found weight 90 %, allowed: 100 %, as it has 100 of 100 buckets"),
        ([], "routes: found none, allowed: rows that cover all 100 buckets"),
    ],
)
def test_what_is_wrong_with_a_table_is_a_line_each(routes, line):
    found = problems(routes)
    assert any(line in told for told in found), found
    assert all(len(told.splitlines()) == 1 for told in found)


def test_the_number_of_buckets_is_above_nothing_and_the_salt_is_a_text():
    assert problems(WHOLE, 0) == ["routes buckets: found 0, allowed: a whole number above 0"]
    with pytest.raises(UsageError, match="routes salt: found '', allowed: a text"):
        RoutingTable.of(WHOLE, salt="")
