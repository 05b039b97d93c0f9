"""Removal effects: by hand, against a walk of the chain, and against a peer on real paths."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support_credit import markov as walked

from ltv.attribution.markov import Transitions, removal_effects

Path_ = tuple[list[str], float, float]  # channels, conversions, ends without


def _transitions(paths: list[Path_], channels: list[str]) -> Transitions:
    steps: dict[tuple[int, int, int], float] = defaultdict(float)
    for path, won, lost in paths:
        codes = [-1, *map(channels.index, path)]
        for end, times in ((-1, won), (-2, lost)):
            for step in zip(codes, codes[1:], [*codes[2:], end], strict=False):
                if times:
                    steps[step] += times
    keys = np.array(list(steps))
    times = np.array(list(steps.values()))
    return Transitions(keys[:, 0], keys[:, 1], keys[:, 2], times, (times * (keys[:, 2] == -1))[:, None])


def _random_paths(seed: int, channels: list[str], number: int = 60) -> list[Path_]:
    chance = np.random.default_rng(seed)
    return [
        (
            list(chance.choice(channels, chance.integers(1, 6))),
            float(chance.integers(0, 4)),
            float(chance.integers(1, 9)),
        )
        for _ in range(number)
    ]


def test_the_example_of_three_channels_by_hand() -> None:
    """C1 > C2 > C3 wins; C1 and C2 > C3 do not: 1/3 wins, without C1 1/6, without C2 or C3 none."""
    paths: list[Path_] = [(["c1", "c2", "c3"], 1, 0), (["c1"], 0, 1), (["c2", "c3"], 0, 1)]
    effects = removal_effects(_transitions(paths, ["c1", "c2", "c3"]), 3, 1)
    assert effects[:, 0] == pytest.approx([0.5, 1, 1])


def test_the_second_order_knows_what_came_before() -> None:
    """a > b wins, c > b does not: to a chain that knows b alone both are half the way."""
    known = _transitions([(["a", "b"], 1, 0), (["c", "b"], 0, 1)], ["a", "b", "c"])
    assert removal_effects(known, 3, 1)[:, 0] == pytest.approx([0.5, 1, 0.5])
    assert removal_effects(known, 3, 2)[:, 0] == pytest.approx([1, 1, 0])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_effects_are_those_of_a_chain_that_is_walked(seed: int, order: int) -> None:
    channels = list("abcdef")
    paths = _random_paths(seed, channels)
    effects = removal_effects(_transitions(paths, channels), len(channels), order)[:, 0]
    expected = walked([(p, won, won + lost) for p, won, lost in paths], channels, order)
    assert dict(zip(channels, effects, strict=True)) == pytest.approx(expected, abs=1e-9)


def test_forty_channels_of_the_second_order_are_solved() -> None:
    channels = [f"c{k}" for k in range(40)]
    paths = _random_paths(1, channels, 4000)
    effects = removal_effects(_transitions(paths, channels), len(channels), 2)[:, 0]
    expected = walked([(p, won, won + lost) for p, won, lost in paths], channels[:2], 2)
    assert effects[:2] == pytest.approx([expected["c0"], expected["c1"]], abs=1e-9)
    assert ((effects > 0) & (effects < 1)).all()


def test_a_channel_without_steps_loses_nothing_and_without_conversions_nothing_is_lost() -> None:
    paths: list[Path_] = [(["a"], 1, 1)]
    assert removal_effects(_transitions(paths, ["a", "b"]), 2, 1)[:, 0].tolist() == [1, 0]
    assert removal_effects(_transitions([(["a"], 0, 1)], ["a"]), 1, 1)[:, 0].tolist() == [0]


# ChannelAttribution 2.2.5, markov_model(…, conv_par=0.01): means of seeds 1 to 5, which differ by up to 82 in value
CONVERSIONS = {
    "alpha": 5337.27, "beta": 2525.46, "delta": 3.68, "epsilon": 603.52, "eta": 3334.12, "gamma": 171.22,
    "iota": 3899.86, "kappa": 267.96, "lambda": 1277.29, "mi": 2.06, "theta": 1981.15, "zeta": 381.41,
}  # fmt: skip
VALUE = {
    "alpha": 18738.18, "beta": 9651.48, "delta": 11.28, "epsilon": 2400.33, "eta": 12961.83, "gamma": 747.15,
    "iota": 15015.49, "kappa": 1136.43, "lambda": 5102.92, "mi": 5.87, "theta": 7550.61, "zeta": 1481.41,
}  # fmt: skip
OF_PAIRS = {
    "alpha": 5602.61, "beta": 2433.68, "delta": 5.87, "epsilon": 614.70, "eta": 3362.09, "gamma": 180.69,
    "iota": 3831.68, "kappa": 265.23, "lambda": 1196.39, "mi": 2.20, "theta": 1918.62, "zeta": 371.23,
}  # fmt: skip


@pytest.mark.parametrize(
    ("order", "outcome", "expected"),
    [(1, "total_conversions", CONVERSIONS), (1, "total_conversion_value", VALUE), (2, "total_conversions", OF_PAIRS)],
)
def test_real_paths_give_what_a_simulation_of_the_chain_gives(
    real_data: Path, order: int, outcome: str, expected: dict[str, float]
) -> None:
    rows = pd.read_csv(real_data / "channel_attribution" / "PathData.csv.gz")
    channels = sorted(expected)
    paths = [row.path.split(" > ") for row in rows.itertuples()]
    known = _transitions(list(zip(paths, rows["total_conversions"], rows["total_null"], strict=True)), channels)
    brought = pd.Series(0.0, channels).add(rows[outcome].groupby([p[-1] for p in paths]).sum(), fill_value=0)
    # the value of a conversion depends on the channel before it alone
    ends = np.bincount(known.channel, known.rewards[:, 0], len(channels))
    worth = np.divide(brought.to_numpy(), ends, out=np.zeros(len(ends)), where=ends > 0)
    valued = Transitions(*(getattr(known, n) for n in ("before", "channel", "after", "steps")), known.rewards * worth[known.channel, None])  # fmt: skip
    effects = removal_effects(valued, len(channels), order)[:, 0]
    total = rows[outcome].sum()
    found = dict(zip(channels, effects / effects.sum() * total, strict=True))
    assert found == pytest.approx(expected, abs=0.002 * total)
