"""All that is learned on one day: a model for each horizon, how good it would have been, and what drives it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from ltv.errors import CorruptError, found
from ltv.lifetime.backtest import MODEL, Held, ceiling, cutoffs, groups_of, hold, judged
from ltv.lifetime.contributions import of_customers, of_prospects
from ltv.lifetime.drift import references
from ltv.lifetime.horizon import HorizonModel
from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.scores import deciles
from ltv.lifetime.stored import pack, unpack
from ltv.progress import steps
from ltv.text import Text

if TYPE_CHECKING:
    from ltv.lifetime.ground import Ground
    from ltv.lifetime.snapshots import Snapshot
    from ltv.workspace.model_files import Stored

Segments: TypeAlias = Sequence[tuple[str, str, Ints]]
ALL = ("all", "all")
_TABLES = ("backtest", "calibration", "drivers")
_EXPLAINED = 2_000  # people whose contributions are looked at
_CLEAR = 0.3  # rank correlation of a feature and what it adds, from which it has a direction
_MOST_CUTOFFS = 2  # of the main horizon; others are tested at their latest one
_MOST_THREADS = 4  # of horizons learned at once
_MANY = 50_000  # customers from which one at a time uses all cores: of 100,000 people two at once took 6.8 GB


_TRAINING = Text("训练与回测", "training and backtests")


@dataclass(frozen=True, eq=False)
class Trained:
    """What was learned.

    Attributes:
        models: horizon in days → its model.
        main_days: horizon that pages are about.
        backtest: as `ltv.lifetime.backtest.judged`, with cutoff_day and horizon_days.
        calibration: horizon_days, cutoff_day, decile (10 = best), predicted, actual (money, of all people in it).
        drivers: segment_kind, segment, feature, mean_abs_shap, direction.
        references: how features were spread among the people of the day.
        worth: what an order was worth: revenue or margin.
        window_days: how far back behaviour was looked at; 0 where there were orders only.
    """

    models: dict[int, HorizonModel]
    main_days: int
    backtest: pd.DataFrame
    calibration: pd.DataFrame
    drivers: pd.DataFrame
    references: Mapping[str, Any]
    worth: str
    window_days: int

    @property
    def main(self) -> HorizonModel:
        """The model that pages are about."""
        return self.models[self.main_days]

    def stored(self) -> Stored:
        """As files and numbers."""
        tables = {name: getattr(self, name).to_dict("records") for name in _TABLES}
        seen = {"worth": self.worth, "window_days": self.window_days, "references": dict(self.references)}
        return pack(self.models, {"main_days": self.main_days, **seen, **tables})

    @classmethod
    def read(cls, stored: Stored) -> Trained:
        """From files and numbers.

        Raises:
            CorruptError: something is missing, or is not what this version stores.
        """
        models = unpack(stored)
        try:
            more = stored.numbers["more"]
            backtest, calibration, drivers = (_frame(more[name], name) for name in _TABLES)
            main = models[int(more["main_days"])].horizon_days
            references, worth, window = dict(more["references"]), str(more["worth"]), int(more["window_days"])
            return cls(models, main, backtest, calibration, drivers, references, worth, window)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorruptError(
                found("model", f"numbers that cannot be read ({error!r})", "what this version stores")
            ) from None

    def measure(self, metric: str, *, model: str = MODEL, segment: tuple[str, str] = ALL) -> dict[str, float] | None:
        """One measure of the main horizon at its latest cutoff, protocol deploy; None where there is none."""
        b = self.backtest
        rows = b[(b["horizon_days"] == self.main_days) & (b["protocol"] == "deploy") & (b["metric"] == metric)]
        kind, name = segment
        rows = rows[(rows["model"] == model) & (rows["segment_kind"] == kind) & (rows["segment"] == name)]
        if rows.empty:
            return None
        row = rows.sort_values("cutoff_day").iloc[-1]
        return {k: float(row[k]) for k in ("value", "low", "high", "n", *_DIFFERENCES)}


_DIFFERENCES = ("difference", "difference_low", "difference_high")
_COLUMNS = {
    "backtest": [
        *("model", "protocol", "cutoff_day", "horizon_days", "segment_kind", "segment", "metric"),
        *("value", "low", "high", "n", *_DIFFERENCES),
    ],
    "calibration": ["horizon_days", "cutoff_day", "decile", "predicted", "actual"],
    "drivers": ["segment_kind", "segment", "feature", "mean_abs_shap", "direction"],
}


def train(
    ground: Ground,
    horizons_days: Sequence[int],
    *,
    main_days: int,
    segments: Segments = (),
    seed: int = 0,
    with_trees: bool = True,
) -> Trained:
    """Learn every horizon, and test each at past cutoffs.

    Args:
        ground: of the shop.
        horizons_days: as far as is predicted.
        main_days: one of them.
        segments: kind, name and members; only such as can be told of people at any time.
        seed: of the draws of rows and features.
        with_trees: else buy till you die alone.
    """
    learn = partial(HorizonModel.train, ground, ground.as_of_day, seed=seed, with_trees=with_trees)
    test = partial(_tested, ground, segments=segments, seed=seed, with_trees=with_trees)
    tested = [
        (cutoff, days, days == main_days and place == 0)
        for days in horizons_days
        for place, cutoff in enumerate(
            cutoffs(ground, ground.as_of_day, days, most=_MOST_CUTOFFS if days == main_days else 1)
        )
    ]
    with (
        steps(_TRAINING, len(horizons_days) + len(tested)) as step,
        ThreadPoolExecutor(_workers(ground)) as pool,
    ):
        models = {d: pool.submit(learn, d) for d in horizons_days}
        tests = [pool.submit(test, cutoff, days, with_ceiling=top) for cutoff, days, top in tested]
        futures: list[Future[Any]] = [*models.values(), *tests]
        for future in futures:
            future.add_done_callback(lambda _: step())
    told = [one.result() for one in tests]
    learned = {days: model.result() for days, model in models.items()}
    main = learned[main_days]
    now = ground.look(main.fitted, ground.as_of_day, main_days)
    return Trained(
        learned,
        main_days,
        _frame(_records([t[0] for t in told if t is not None]), "backtest"),
        _frame(_records([t[1] for t in told if t is not None]), "calibration"),
        _drivers(main, now, segments),
        references(now.features.columns) if len(now.features.user_id) else {},
        ground.worth,
        ground.window_days,
    )


def _workers(ground: Ground) -> int:
    """Threads: few rows grow trees on one core each, many on all cores at once."""
    return min(os.cpu_count() or 1, _MOST_THREADS) if len(ground.ledger.user_id) < _MANY else 1


def _tested(
    ground: Ground, cutoff: int, days: int, *, segments: Segments, with_ceiling: bool, seed: int, with_trees: bool
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Backtest and calibration of one horizon at one cutoff; None where there were too few customers."""
    held = hold(ground, cutoff, days, seed=seed, with_trees=with_trees)
    if held is None:
        return None
    best = ceiling(ground, held, seed=seed) if with_ceiling else None
    rows = judged(held, groups_of(held.scored, segments), ceiling=best)
    return rows.assign(cutoff_day=held.day, horizon_days=days), _calibrated(held)


def _calibrated(held: Held) -> pd.DataFrame:
    if not len(held.actual) or not held.actual.sum() > 0:
        return pd.DataFrame(columns=_COLUMNS["calibration"])
    predicted, actual = deciles(held.actual, held.scored.expected)
    tenth = np.arange(10, 0, -1)
    days = {"horizon_days": held.model.horizon_days, "cutoff_day": held.day}
    return pd.DataFrame({"decile": tenth, "predicted": predicted, "actual": actual}).assign(**days)


def _drivers(main: HorizonModel, now: Snapshot, segments: Segments) -> pd.DataFrame:
    """Mean absolute contributions among everybody and in each segment; of people drawn evenly from all."""
    step = max((len(now.features.user_id) + len(now.prospects)) // _EXPLAINED, 1)
    known, others = now.features.user_id[::step], now.prospects.user_id[::step]
    parts: list[tuple[Ints, tuple[str, ...], Floats, Floats]] = []
    if main.blend is not None and len(known):
        told = of_customers(main.blend, now.features.of(np.arange(len(now.features.user_id)) % step == 0))
        parts.append((known, told.names, told.x, told.each))
    if main.prospects is not None and main.prospects.trees is not None and len(others):
        told = of_prospects(main.prospects, now.prospects.of(np.arange(len(now.prospects)) % step == 0))
        parts.append((others, told.names, told.x, told.each))
    groups: list[tuple[str, str, Ints | None]] = [(*ALL, None), *segments]
    rows = [row for kind, name, members in groups for row in _weights(kind, name, members, parts)]
    return pd.DataFrame(rows, columns=_COLUMNS["drivers"]).astype({"mean_abs_shap": "float64"})


def _weights(
    kind: str, name: str, members: Ints | None, parts: Sequence[tuple[Ints, tuple[str, ...], Floats, Floats]]
) -> list[tuple[str, str, str, float, str]]:
    values: dict[str, list[tuple[Floats, Floats]]] = {}
    n = 0
    for people, names, x, each in parts:
        rows = np.ones(len(people), np.bool_) if members is None else np.isin(people, members)
        n += int(rows.sum())
        for k, feature in enumerate(names):
            values.setdefault(feature, []).append((x[rows, k], each[rows, k]))
    out = []
    for feature, pieces in values.items():
        of, adds = (np.concatenate([p[k] for p in pieces]) for k in (0, 1))
        if n:
            out.append((kind, name, feature, float(np.abs(adds).sum()) / n, _direction(of, adds)))
    return sorted(out, key=lambda row: (-row[3], row[2]))


def _direction(of: Floats, adds: Floats) -> str:
    """Whether more of a feature goes with more value."""
    from scipy.stats import spearmanr

    known = np.isfinite(of)
    if known.sum() < 10 or np.ptp(of[known]) == 0 or np.ptp(adds[known]) == 0:  # noqa: PLR2004
        return "none"
    linked = float(spearmanr(of[known], adds[known]).statistic)
    return "up" if linked > _CLEAR else "down" if linked < -_CLEAR else "mixed"


def _records(frames: Sequence[pd.DataFrame]) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for frame in frames for row in frame.to_dict("records")]


def _frame(records: Sequence[Mapping[str, Any]], name: str) -> pd.DataFrame:
    """Rows as JSON keeps them: a number that is missing is null there."""
    frame = pd.DataFrame(list(records), columns=_COLUMNS[name])
    texts = {"model", "protocol", "segment_kind", "segment", "metric", "feature", "direction"}
    whole = {"cutoff_day", "horizon_days", "decile", "n"}
    for column in frame.columns:
        if column not in texts:
            frame[column] = pd.to_numeric(frame[column]).astype("int64" if column in whole else "float64")
    return frame
