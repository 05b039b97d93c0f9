"""The boosters trained on Spark: the same rows, folds, parameters and objectives, where one machine does not hold them.

As in `xgboost.spark`, each worker is a Spark task; all run at once (barrier mode) and XGBoost adds up their histograms at
every split, so that all grow the same tree. The estimators of `xgboost.spark` give the same Tweedie trees, but take no
margin for each of three outputs; so the tasks here call what trains on one machine, `grow_tweedie` and `grow_ziln`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np

from ltv.errors import UsageError, found
from ltv.lifetime import objective
from ltv.lifetime.boosters import (
    FOLDS,
    TWEEDIE,
    ZILN,
    Trees,
    Tweedie,
    ZilnTrees,
    folds,
    grow_tweedie,
    grow_ziln,
    margins_of,
)
from ltv.lifetime.maximum import Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa
    import xgboost as xgb
    from pyspark.sql import Column, DataFrame

USER_ID = "user_id"


def tweedie_on_spark(
    rows: DataFrame,
    *,
    features: Sequence[str],
    label: str,
    offsets: Sequence[str],
    seed: int = 0,
    workers: int = 2,
    trees: Trees = TWEEDIE,
) -> Tweedie:
    """Train on Spark what `Tweedie.train` trains on one machine.

    The rows are put in an order of their own, so that the same rows give the same trees however they are stored. Other
    numbers of workers draw other rows where `trees.rows` is below 1.

    Args:
        rows: one row a customer and cutoff, with `user_id`; read twice.
        features: names of numeric columns, in the order in which the model will be given them; NULL is missing.
        label: name of a column, not negative, in units of its mean.
        offsets: for each fold, name of the column with the log expectation from which its trees go on.
        seed: of the draws of rows and features.
        workers: tasks that train together, each on a share of the customers.
        trees: how they are grown.

    Raises:
        UsageError: a column is absent or of another type, a value is not allowed, nobody pays, all customers are of one
            fold, or Spark has fewer task slots than workers.
    """
    if len(offsets) != FOLDS:
        raise UsageError(found("offsets", list(offsets), f"{FOLDS} columns, one for each fold"))
    given = _Rows.of(rows, features=features, label=label, offsets=offsets)
    given.check(workers)
    return Tweedie(given.train(partial(_one_tweedie, seed=seed, trees=trees), workers))


def ziln_on_spark(
    rows: DataFrame,
    *,
    features: Sequence[str],
    label: str,
    offset: str | None = None,
    seed: int = 0,
    workers: int = 2,
    trees: Trees = ZILN,
) -> ZilnTrees:
    """Train on Spark what `ZilnTrees.train` trains on one machine.

    Args:
        rows: one row a customer and cutoff, with `user_id`; read twice.
        features: names of numeric columns, in the order in which the model will be given them; NULL is missing.
        label: name of a column, not negative, in units of its mean.
        offset: name of a column that is added to the mean of the log value.
        seed: of the draws of rows and features.
        workers: tasks that train together, each on a share of the customers.
        trees: how they are grown.

    Raises:
        UsageError: as for `tweedie_on_spark`.
    """
    given = _Rows.of(rows, features=features, label=label, offsets=[] if offset is None else [offset])
    known = given.check(workers)
    begin = objective.start_from(known.pays, known.mean_log, known.deviation_log)
    begin[1] -= known.mean_offset
    grown = given.train(partial(_one_ziln, begin=begin, seed=seed, trees=trees), workers)
    return ZilnTrees(grown, begin, known.highest)


def _one_tweedie(k: int, of: _Arrays, *, seed: int, trees: Trees) -> xgb.Booster:
    return grow_tweedie(of.x, of.y, offset=of.offsets[:, k], seed=seed + k, trees=trees)


def _one_ziln(k: int, of: _Arrays, *, begin: Floats, seed: int, trees: Trees) -> xgb.Booster:
    known = of.offsets[:, 0] if of.offsets.shape[1] else np.zeros(len(of.y))
    return grow_ziln(of.x, of.y, margins=margins_of(begin, known), seed=seed + k, trees=trees)


@dataclass(frozen=True)
class _Known:
    """What is known of the labels before training: share and log values of those who pay, their mean offset, the highest."""

    pays: float
    mean_log: float
    deviation_log: float
    mean_offset: float
    highest: float


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows on Spark, columns by place: user id, label, offsets, features."""

    frame: DataFrame
    offsets: int
    names: tuple[str, ...]

    @property
    def features(self) -> int:
        """How many columns are features."""
        return len(self.names) - 2 - self.offsets

    @classmethod
    def of(cls, rows: DataFrame, *, features: Sequence[str], label: str, offsets: Sequence[str]) -> _Rows:
        """Choose the columns and check that they are there and numeric."""
        from pyspark.sql import functions, types

        if not features:
            raise UsageError(found("features", [], "names of numeric columns"))
        names = (USER_ID, label, *offsets, *features)
        kinds = {f.name: f.dataType for f in rows.schema}
        if missing := [name for name in names if name not in kinds]:
            raise UsageError(found("columns", ", ".join(rows.columns), f"also {', '.join(missing)}"))
        if not isinstance(kinds[USER_ID], types.IntegralType):
            raise UsageError(found(f"type of {USER_ID}", kinds[USER_ID].simpleString(), "a whole number"))
        for name in names:
            if not isinstance(kinds[name], types.NumericType | types.BooleanType):
                raise UsageError(found(f"type of {name}", kinds[name].simpleString(), "a number"))
        kept = ["bigint", *["double"] * (1 + len(offsets)), *["float"] * len(features)]
        columns = [rows[_quoted(name)].cast(kind) for name, kind in zip(names, kept, strict=True)]
        told = 2 + len(offsets)
        # sorted otherwise, NULL and NaN would give other trees
        columns[told:] = [functions.coalesce(c, functions.lit(float("nan")).cast("float")) for c in columns[told:]]
        frame = rows.select(*columns).toDF(*[f"c{i}" for i in range(len(columns))])
        return cls(frame, len(offsets), names)

    def check(self, workers: int) -> _Known:
        """Refuse what would fail in the middle of a training, and say what is known of the labels."""
        from pyspark.sql import functions as f

        user, label, *others = self.frame.columns
        offsets, features = others[: self.offsets], others[self.offsets :]
        pays, fold = f.col(label) > 0, f.pmod(f.col(user), f.lit(FOLDS))
        logs = f.when(pays, f.ln(label))
        shift = f.col(offsets[0]) if offsets else f.lit(0.0)
        told = [f.avg(pays.cast("double")), f.avg(logs), f.stddev_pop(logs), f.avg(f.when(pays, shift)), f.max(label)]
        wrong = [f.count_if(f.col(user).isNull()), f.count_if(~_is_finite(f.col(label)) | (f.col(label) < 0))]
        wrong += [f.count_if(~_is_finite(f.col(name))) for name in offsets]
        # one expression, since as many as there are features take Spark seconds to compile
        infinite = f.array_position(f.array(*[f.abs(name) for name in features]), f.lit(float("inf")).cast("float"))
        row = self.frame.agg(*told, f.min(fold), f.max(fold), f.max(infinite), *wrong).first()
        assert row is not None  # noqa: S101  an aggregate of no rows is a row
        first, last, place, *counts = row[len(told) :]
        self._refuse(counts, place or 0)
        share, *rest = row[: len(told)]
        if not share:
            raise UsageError(found(f"{self.names[1]} above 0", "none", "at least one"))
        if first == last:
            raise UsageError(found(f"{USER_ID} modulo {FOLDS}", f"{first} only", "customers of at least two folds"))
        slots = _slots(self.frame)
        if not 1 <= workers <= slots:
            raise UsageError(found("workers", workers, f"1 to {slots}, the task slots that Spark has now"))
        return _Known(float(share), *map(float, rest))

    def _refuse(self, counts: Sequence[int], infinite: int) -> None:
        allowed = ["a whole number", "a number that is not negative", *["a finite number"] * self.offsets]
        for name, count, kind in zip(self.names, counts, allowed, strict=False):
            if count:
                raise UsageError(found(f"{name} of {count} rows", "missing or out of range", kind))
        if infinite:
            raise UsageError(found(self.names[1 + self.offsets + infinite], "infinite", "a finite number or missing"))

    def train(self, one: _One, workers: int) -> tuple[xgb.Booster, ...]:
        """Train a booster for every fold, all workers together."""
        import xgboost as xgb

        # all rows of a customer at one worker, in an order that does not depend on how they came
        rows = self.frame.repartition(workers, self.frame.columns[0]).sortWithinPartitions(*self.frame.columns)
        work = partial(_work, one=one, workers=workers, offsets=self.offsets, features=self.features)
        told = rows.mapInArrow(work, "booster binary", barrier=True)
        grown = []
        for (raw,) in told.collect():
            booster = xgb.Booster()
            booster.load_model(bytearray(raw))
            grown.append(booster)
        return tuple(grown)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _is_finite(column: Column) -> Column:
    from pyspark.sql import functions as f

    return f.coalesce(f.abs(column) < f.lit(float("inf")), f.lit(False))  # NaN is above infinity there


def _slots(frame: DataFrame) -> int:
    """How many tasks can run at once; Spark itself would wait ten minutes before it says that they are too few."""
    scala = frame.sparkSession.sparkContext._jsc.sc()  # Python alone has no way to ask
    return int(scala.maxNumConcurrentTasks(scala.resourceProfileManager().defaultResourceProfile()))


@dataclass(frozen=True, eq=False)
class _Arrays:
    """Rows of one worker.

    Attributes:
        user_id: of each row.
        y: labels.
        offsets: shape (rows, offsets).
        x: features; of single precision, as XGBoost takes them.
    """

    user_id: Ints
    y: Floats
    offsets: Floats
    x: Floats

    @classmethod
    def of(cls, batches: Iterable[pa.RecordBatch], *, offsets: int, features: int) -> _Arrays:
        """Gather what Spark hands over, which may be nothing: there can be more workers than customers."""
        places = 2 + offsets
        nothing = [np.empty(0, np.int64), *[np.empty(0)] * (1 + offsets), *[np.empty(0, np.float32)] * features]
        parts = [nothing, *([c.to_numpy(zero_copy_only=False) for c in batch.columns] for batch in batches)]
        return cls(
            np.concatenate([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([_matrix(part[2:places], len(part[0])) for part in parts]),
            np.concatenate([_matrix(part[places:], len(part[0])) for part in parts]),
        )

    def without(self, k: int) -> _Arrays:
        """The rows of all folds but one."""
        part = folds(self.user_id) != k
        return _Arrays(self.user_id[part], self.y[part], self.offsets[part], self.x[part])


_One = Callable[[int, _Arrays], "xgb.Booster"]


def _matrix(columns: Sequence[Floats], rows: int) -> Floats:
    return np.column_stack(columns) if columns else np.empty((rows, 0))


def _work(
    batches: Iterable[pa.RecordBatch], *, one: _One, workers: int, offsets: int, features: int
) -> Iterator[pa.RecordBatch]:
    """What a task does: gather its rows, join the others, train with them; the first one tells the boosters."""
    import pyarrow as pa

    mine = _Arrays.of(batches, offsets=offsets, features=features)
    with _joined(workers) as place:
        told = [bytes(one(k, mine.without(k)).save_raw("ubj")) for k in range(FOLDS)]
    if place == 0:
        yield pa.RecordBatch.from_pydict({"booster": pa.array(told, pa.binary())})


@contextmanager
def _joined(workers: int) -> Iterator[int]:
    """Make the tasks one training: the first opens a meeting point and tells the others where; gives the task's place."""
    from pyspark import BarrierTaskContext
    from xgboost import config_context
    from xgboost.collective import CommunicatorContext
    from xgboost.tracker import RabitTracker

    task = BarrierTaskContext.get()
    place, address, waits = task.partitionId(), "", None
    if place == 0:
        host = task.getTaskInfos()[0].address.rpartition(":")[0].strip("[]")
        tracker = RabitTracker(workers, host, sortby="task")
        tracker.start()
        waits = Thread(target=tracker.wait_for, daemon=True)
        waits.start()
        address = json.dumps(tracker.worker_args())
    there = json.loads(task.allGather(address)[0])
    with config_context(nthread=task.cpus(), verbosity=0), CommunicatorContext(**there, dmlc_task_id=str(place)):
        yield place
    if waits is not None:
        waits.join()
