"""The shop's own clock."""

import numpy as np
import pyarrow as pa

from ltv.attribution.clock import HOUR_US, Clock
from ltv.attribution.spells import DAY_US, cut


def _everybody(people: int, days: int, us: np.ndarray) -> object:
    none = pa.array([], pa.int64())
    edges = pa.table(
        {"user_id": none, "bit": pa.array([], pa.int32()), "at_us": none, "sign": pa.array([], pa.int32())}
    )
    told = pa.table({"user_id": np.arange(people), "since_us": np.full(people, -(10**15))})
    events = pa.table({"user_id": np.arange(len(us)) % people, "us": us})
    return cut(edges, told, events, start_us=0, end_us=days * DAY_US)


def test_an_even_clock_tells_days() -> None:
    spells = _everybody(3, 4, np.array([5]))
    np.testing.assert_allclose(Clock.even(0, 4).time(spells), 4.0)  # type: ignore[arg-type]


def test_hours_in_which_twice_as_much_is_ordered_count_for_two() -> None:
    rng = np.random.default_rng(1)
    days, hour = 20, np.r_[np.ones(12), np.full(12, 3.0)]
    day = np.where(np.arange(days) % 7 == 2, 4.0, 1.0)
    worth = np.outer(day, hour).ravel()
    place = rng.choice(days * 24, 200_000, p=worth / worth.sum())
    us = ((place + rng.random(len(place))) * HOUR_US).astype(np.int64)
    spells = _everybody(500, days, us)
    rate = np.full(len(spells.start_us), len(us) / days / 500)  # type: ignore[attr-defined]
    clock = Clock.even(0, days).set_by(spells, rate, us)  # type: ignore[arg-type]
    np.testing.assert_allclose(clock.worth.ravel(), worth / worth.mean(), rtol=0.12)
    assert abs(clock.worth.mean() - 1) < 1e-9
    np.testing.assert_allclose(clock.time(spells), days)  # type: ignore[arg-type]


def test_parts_of_hours_count_in_part() -> None:
    clock = Clock(0, np.r_[np.zeros(1), np.full(23, 24 / 23)][None])
    hands = clock.worth.cumsum() / 24
    at = np.array([0, HOUR_US // 2, HOUR_US, 3 * HOUR_US // 2, DAY_US])
    found = clock._read(np.r_[0.0, hands], at)
    np.testing.assert_allclose(found, [0, 0, 0, 0.5 / 23, 1.0])


def test_without_events_all_hours_are_worth_the_same() -> None:
    spells = _everybody(2, 3, np.array([0]))
    clock = Clock.even(0, 3).set_by(spells, np.zeros(len(spells.start_us)), np.array([], np.int64))  # type: ignore[arg-type, attr-defined]
    np.testing.assert_allclose(clock.worth, 1.0)
