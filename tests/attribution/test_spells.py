"""Spells beside a reference that looks at every moment; and a panel that keeps time and events."""

import numpy as np
import pyarrow as pa
import pytest
from support_attribution import ground

from ltv.attribution import spells as sp
from ltv.attribution.given import Ground
from ltv.attribution.panel import known, panel, spells_of
from ltv.warehouse.local_time import micros

HOUR_US = 3_600_000_000


def _random(seed: int, people: int = 12) -> list[str]:
    rng = np.random.default_rng(seed)
    out = []
    for person in range(people):
        words = [
            f"{rng.choice(['sms', 'ads'])}:send@{rng.integers(-9 * 24, 31 * 24) / 24 + 1}"
            for _ in range(rng.integers(0, 9))
        ]
        words += [f"$9@{rng.integers(0, 31 * 24) / 24 + 1 + 0.01}" for _ in range(rng.integers(1, 4))]
        out.append(" ".join([str(person), *words]))
    return out


class _Touches:
    """Touches at work of each channel at a moment, one after the other."""

    def __init__(self, told: Ground) -> None:
        rows = told.frame(told.contacts).drop_duplicates(["user_id", "us", "channel"])
        self.rows = rows[["user_id", "us", "channel"]].to_numpy(np.int64)
        self.lookback_us, self.channels = told.span.lookback_us, len(told.channels)

    def at(self, person: int, at: int) -> np.ndarray:
        own = self.rows[self.rows[:, 0] == person]
        works = (own[:, 1] <= at) & (own[:, 1] >= at - self.lookback_us)
        return np.bincount(own[works, 2], minlength=self.channels)

    def mask(self, person: int, at: int) -> int:
        count = self.at(person, at)
        return sum(
            int((count >= level + 1) @ (1 << np.arange(self.channels))) << level * self.channels for level in range(3)
        )


@pytest.mark.parametrize("seed", range(4))
def test_spells_say_at_every_hour_which_channels_work(seed: int) -> None:
    told = ground(_random(seed), lookback_days=3)
    spells = spells_of(told, told.conversions, known(told, None), timezone="UTC")
    table = _Touches(told)
    start, end = micros(told.span.start), micros(told.span.until)
    for person, user in enumerate(spells.user_id):
        mine = np.flatnonzero(spells.person == person)
        assert spells.start_us[mine[0]] == start
        assert spells.end_us[mine[-1]] == end
        assert (spells.start_us[mine[1:]] == spells.end_us[mine[:-1]]).all()
        for at in range(start + HOUR_US // 2, end, HOUR_US):
            here = mine[(spells.start_us[mine] <= at) & (at < spells.end_us[mine])]
            assert spells.mask[here].tolist() == [table.mask(int(user), at)]
    events = told.frame(told.conversions).sort_values(["user_id", "us"])
    for (user, at), mask, place in zip(
        events[["user_id", "us"]].to_numpy(), spells.event_mask, spells.event, strict=True
    ):
        assert mask == table.mask(user, at)
        assert spells.start_us[place] <= at < spells.end_us[place]
        assert spells.mask[place] == mask
    told.drop()


def test_of_many_channels_fewer_touches_are_told_apart() -> None:
    for channels, levels in ((1, 3), (20, 3), (21, 2), (31, 2), (32, 1), (62, 1)):
        told = ground(
            [f"1 {' '.join(f'c{k}:send@{k / 100 + 2} c{k}:send@{k / 100 + 3}' for k in range(channels))} $9@4"]
        )
        assert told.levels == levels
        spells = spells_of(told, told.conversions, known(told, None), timezone="UTC")
        assert spells.event_mask.tolist() == [(1 << channels * min(levels, 2)) - 1]
        told.drop()


def test_a_touch_after_a_conversion_does_not_count_and_one_at_its_moment_does() -> None:
    told = ground(["1 sms@5 ads@4 $9@4", "2 sms@5.00001 $9@5"])
    spells = spells_of(told, told.conversions, known(told, None), timezone="UTC")
    assert told.channels == ("ads", "sms")
    assert spells.event_mask.tolist() == [1, 0]
    told.drop()


def _cut(people: list[tuple[int, int]], events: list[tuple[int, int]], days: int = 20) -> sp.Spells:
    edges = pa.table({
        "user_id": pa.array([1, 1], pa.int64()), "bit": pa.array([0, 0], pa.int32()),
        "at_us": pa.array([2 * sp.DAY_US, 4 * sp.DAY_US]), "sign": pa.array([1, -1], pa.int32()),
    })  # fmt: skip
    told = pa.table({"user_id": [u for u, _ in people], "since_us": pa.array([s for _, s in people], pa.int64())})
    happened = pa.table(
        {"user_id": pa.array([u for u, _ in events], pa.int64()), "us": pa.array([t for _, t in events], pa.int64())}
    )
    return sp.cut(edges, told, happened, start_us=0, end_us=days * sp.DAY_US)


def test_time_before_somebody_is_known_is_not_looked_at() -> None:
    spells = _cut([(1, 3 * sp.DAY_US)], [(1, 2 * sp.DAY_US), (1, 3 * sp.DAY_US)])
    assert spells.start_us.min() == 3 * sp.DAY_US
    assert spells.event.tolist() == [-1, 0]
    assert spells.event_mask.tolist() == [1, 1]  # the credit of the first one is given all the same


def test_stages_are_days_since_somebody_became_known() -> None:
    spells = _cut([(1, -sp.DAY_US)], [(1, 0)])
    at = (spells.start_us + sp.DAY_US) / sp.DAY_US
    assert (spells.stage == np.searchsorted(sp.STAGE_DAYS, at, side="right")).all()
    assert len(np.unique(spells.stage)) > 5


def test_blocks_keep_all_time_and_events() -> None:
    spells = _cut([(1, -(10**15)), (2, 5 * sp.DAY_US)], [(1, 0), (1, 7 * sp.DAY_US), (2, 19 * sp.DAY_US)])
    blocks, whole = sp.in_blocks(spells, start_us=0, block_days=7)
    assert (blocks.mask == spells.mask[whole]).all()
    assert (blocks.end_us - blocks.start_us).sum() == (spells.end_us - spells.start_us).sum()
    assert (blocks.start_us[blocks.event] <= blocks.event_us).all()
    assert (blocks.event_us < blocks.end_us[blocks.event]).all()
    assert len(blocks.user_id) == 6  # three blocks of the one, three of the other


def test_some_people_are_those_people() -> None:
    told = ground(_random(9, 20))
    spells = spells_of(told, told.conversions, known(told, None), timezone="UTC")
    wanted = np.arange(len(spells.user_id)) % 3 == 1
    some = sp.some_people(spells, wanted)
    use = wanted[spells.person]
    assert (some.user_id[some.person] == spells.user_id[spells.person[use]]).all()
    assert (some.end_us - some.start_us).tolist() == (spells.end_us - spells.start_us)[use].tolist()
    assert (some.mask[some.event] == some.event_mask).all()
    assert len(some.event) == use[spells.event].sum()
    assert sp.some_people(spells, np.ones(len(wanted), bool)) is spells
    told.drop()


def test_the_order_of_rows_does_not_matter() -> None:
    people = _random(4, 30)
    one, other = (ground(p, lookback_days=3) for p in (people, people[::-1]))
    first, second = (panel(spells_of(g, g.conversions, known(g, None), timezone="UTC"), g) for g in (one, other))
    np.testing.assert_array_equal(first.cells.setting, second.cells.setting)
    np.testing.assert_allclose(first.cells.time, second.cells.time)
    np.testing.assert_allclose(first.main.beta, second.main.beta)
    one.drop()
    other.drop()
