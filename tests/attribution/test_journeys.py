"""Journeys and walks: which touch led to what."""

from typing import Any

import pandas as pd
import pytest
from support_attribution import day, ground, orders, touches
from support_credit import journeys as expected
from support_credit import random_people

from ltv.attribution.given import Ground
from ltv.attribution.journeys import journeys, steps


def _led(found: Ground) -> dict[int, list[float]]:
    rows = found.frame(journeys(found)).sort_values("us")
    days = (pd.to_datetime(rows["us"], unit="us") - day(1)) / pd.Timedelta(days=1) + 1
    return {int(k): part.round(6).tolist() for k, part in days.groupby(rows["conversion_id"])}


def _walks(found: Ground) -> list[tuple[str, int, str, str]]:
    """Steps as the channels before and after, sorted."""
    names = dict(enumerate(found.channels)) | {-1: "|", -2: "lost"}
    rows = found.frame(steps(found))
    told = zip(rows["user_id"], rows["before"], rows["channel"], rows["after"], strict=True)
    return sorted((names[b], int(who), names[c], "won" if a == -1 else names[a]) for who, b, c, a in told)


def test_a_touch_counts_for_the_next_order_alone() -> None:
    found = ground(["1 a@2 b@3 $1@3 c@4 $1@5 a@6"])
    assert list(_led(found).values()) == [[2, 3], [4]]


def test_a_touch_after_the_conversion_or_before_the_lookback_does_not_count() -> None:
    assert list(_led(ground(["1 a@1.999 b@2 c@12 d@12.001 $1@12"])).values()) == [[2, 12]]


def test_an_order_before_the_window_ends_a_journey_too() -> None:
    assert list(_led(ground(["1 a@-2 $1@-1 b@0 $1@3"])).values()) == [[0]]


def test_of_two_orders_at_one_moment_one_has_the_touches() -> None:
    assert list(_led(ground(["1 a@2 $1@3 $2@3"])).values()) == [[2]]


def test_a_walk_ends_at_an_order_and_where_nothing_follows_within_the_lookback() -> None:
    assert _walks(ground(["1 a@2 b@3 $1@4 c@5"])) == [
        ("a", 1, "b", "won"), ("|", 1, "a", "b"), ("|", 1, "c", "lost"),
    ]  # fmt: skip
    assert _walks(ground(["1 a@2 b@12 c@22.001"])) == [
        ("a", 1, "b", "lost"), ("|", 1, "a", "b"), ("|", 1, "c", "lost"),
    ]  # fmt: skip


def test_touches_too_long_before_an_order_led_to_nothing() -> None:
    assert _walks(ground(["1 a@2 b@9 c@15 $1@20"])) == [
        ("a", 1, "b", "lost"), ("|", 1, "a", "b"), ("|", 1, "c", "won"),
    ]  # fmt: skip


def test_what_came_to_nothing_before_the_window_is_left_out() -> None:
    assert _walks(ground(["1 a@-5 b@3", "2 a@-5 $1@-4", "3 a@-5 $1@3"])) == [
        ("|", 1, "b", "lost"),
        ("|", 3, "a", "won"),
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("segments", [None, pd.DataFrame({"user_id": [1], "segment_kind": "k", "segment": "s"})])
def test_journeys_and_walks_are_those_of_the_definition(seed: int, segments: Any) -> None:
    people = random_people(seed)
    found = ground(people, repeat_minutes=0, segments=segments)
    led, lost = expected(orders(*people), touches(*people))
    rows = found.frame(journeys(found)).sort_values(["conversion_id", "us"])
    names = rows["channel"].map(dict(enumerate(found.channels)))
    told = sorted(part.tolist() for _, part in names.groupby(rows["conversion_id"]))
    assert told == sorted([t[1] for t in journey] for journey, _ in led if journey)
    made = [(who, b, c, a) for b, who, c, a in _walks(found)]
    walks = [([t[1] for t in j], "won") for j, _ in led] + [([t[1] for t in j], "lost") for j in lost]
    pairs = [p for path, end in walks for p in zip(["|", *path], path, [*path[1:], end], strict=False)]
    assert sorted(m[1:] for m in made) == sorted(pairs)
