"""Shapley values: the axioms, brute force over all orders, and sampling where there are too many sets."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.attribution import shapley
from ltv.errors import UsageError

GAMES = st.integers(1, 5).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.floats(-10, 10), min_size=1 << n, max_size=1 << n))
)


def _game(n: int, values: list[float]) -> np.ndarray:
    game = np.array(values)
    game[0] = 0.0
    return game


def _all_sets(game: np.ndarray) -> np.ndarray:
    sets = game.shape[-1]
    return shapley.of_small_sets(lambda masks: game[..., masks], np.arange(sets), sets.bit_length() - 1)


def _brute(game: np.ndarray, whole: int, n: int) -> np.ndarray:
    held = [k for k in range(n) if whole >> k & 1]
    out, orders = np.zeros(n), list(permutations(held))
    for order in orders:
        mask = 0
        for k in order:
            out[k] += game[mask | 1 << k] - game[mask]
            mask |= 1 << k
    return out / len(orders)


@given(GAMES)
@settings(max_examples=60, deadline=None)
def test_values_of_all_sets_are_those_over_all_orders(told: tuple[int, list[float]]) -> None:
    n, game = told[0], _game(*told)
    found = _all_sets(game)
    for whole in range(1 << n):
        np.testing.assert_allclose(found[whole], _brute(game, whole, n), atol=1e-9)


@given(GAMES)
@settings(max_examples=100, deadline=None)
def test_values_sum_to_what_the_set_is_worth(told: tuple[int, list[float]]) -> None:
    game = _game(*told)
    np.testing.assert_allclose(_all_sets(game).sum(axis=1), game, atol=1e-9)


@given(GAMES, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_names_of_channels_do_not_matter(told: tuple[int, list[float]], random: object) -> None:
    n, game = told[0], _game(*told)
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    masks = np.arange(1 << n)
    moved = sum(((masks >> k) & 1) << order[k] for k in range(n))
    renamed = np.empty_like(game)
    renamed[moved] = game
    np.testing.assert_allclose(_all_sets(renamed)[-1][order], _all_sets(game)[-1], atol=1e-9)


@given(GAMES)
@settings(max_examples=60, deadline=None)
def test_a_channel_that_adds_nothing_gets_nothing(told: tuple[int, list[float]]) -> None:
    game = _game(*told)
    wider = np.concatenate([game, game])  # the last channel changes nothing
    found = _all_sets(wider)[-1]
    assert found[-1] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(found[:-1], _all_sets(game)[-1], atol=1e-9)


@given(GAMES)
@settings(max_examples=60, deadline=None)
def test_channels_that_add_the_same_get_the_same(told: tuple[int, list[float]]) -> None:
    n, game = told[0], _game(*told)
    if n < 2:
        return
    masks = np.arange(1 << n)
    swapped = (masks & ~3) | ((masks & 1) << 1) | ((masks >> 1) & 1)
    found = _all_sets((game + game[swapped]) / 2)[-1]
    assert found[0] == pytest.approx(found[1], abs=1e-9)


@given(GAMES, st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_values_of_a_sum_are_sums_of_values(told: tuple[int, list[float]], seed: int) -> None:
    game = _game(*told)
    other = np.random.default_rng(seed).normal(size=len(game))
    both = _all_sets(2 * game + other)
    np.testing.assert_allclose(both, 2 * _all_sets(game) + _all_sets(other), atol=1e-8)


def test_games_may_stand_side_by_side() -> None:
    games = np.random.default_rng(1).normal(size=(3, 16))
    np.testing.assert_allclose(_all_sets(games), np.stack([_all_sets(g) for g in games]))


def _worth(masks: np.ndarray) -> np.ndarray:
    """Channels with diminishing returns, so that orders matter; 20 of them."""
    out: np.ndarray = np.sqrt(1 + shapley.bits(masks, 20) @ np.linspace(0, 1, 20)) - 1
    return out


def test_among_many_channels_small_sets_are_exact() -> None:
    whole = (1 << 3) | (1 << 11) | (1 << 19)
    found = shapley.of_sets(_worth, np.array([0, whole]), 20, weight=np.ones(2))
    assert found.error == 0
    inner = np.array([sum((1 << k) * (m >> j & 1) for j, k in enumerate((3, 11, 19))) for m in range(8)])
    np.testing.assert_allclose(found.values[1, [3, 11, 19]], _brute(_worth(inner), 7, 3), atol=1e-12)
    assert not found.values[0].any()
    assert found.values.sum() == pytest.approx(_worth(np.array([whole]))[0])


def test_doses_leave_with_their_channel() -> None:
    """Two touches of the one and one of the other: what the second touch adds goes to the first channel alone."""
    adds = np.array([1.0, 2.0, 0.5, 0.7])  # one touch of each, two touches of each
    found = shapley.of_sets(lambda masks: shapley.bits(masks, 4) @ adds, np.array([0b0111]), 2, weight=np.ones(1))
    np.testing.assert_allclose(found.values, [[1.5, 2.0]])


def test_bits_of_channels_are_all_bits_once() -> None:
    for channels in (1, 7, 31, 62):
        own = [shapley.bits_of(k, channels) for k in range(channels)]
        assert sum(own) == (1 << 62) - 1
        assert all(one & other == 0 for one, other in pairwise(own))


def test_sampled_values_are_within_their_stated_error_of_exact_ones() -> None:
    masks = np.array([(1 << 14) - 1])  # fourteen of twenty channels at once: too many for all their sets
    exact = _worth(np.arange(1 << 14)) @ shapley._weights(14)
    apart = []
    for seed in range(20):
        found = shapley.of_sets(_worth, masks, 20, weight=np.ones(1), seed=seed)
        assert found.error > 0
        assert found.values.sum() == pytest.approx(_worth(masks)[0], abs=1e-9)
        apart.append(np.abs(found.values[0, :14] - exact).max() / found.error)
    assert np.mean(np.array(apart) < 3) >= 0.9


def test_forty_channels_run() -> None:
    rng = np.random.default_rng(2)
    masks = np.array(
        [int(sum(1 << int(k) for k in rng.choice(40, size, replace=False))) for size in (1, 5, 12, 30, 40)]
    )
    lifts = np.linspace(0, 0.4, 40)
    found = shapley.of_sets(lambda m: 1 + shapley.bits(m, 40) @ lifts, masks, 40, weight=np.ones(5))
    np.testing.assert_allclose(
        found.values, shapley.bits(masks, 40) * lifts, atol=1e-9
    )  # an additive game is told apart


@pytest.mark.parametrize("channels", [0, 63])
def test_more_channels_than_bits_are_refused(channels: int) -> None:
    with pytest.raises(UsageError, match="channels"):
        shapley.of_sets(lambda m: m * 1.0, np.array([0]), channels, weight=np.ones(1))
