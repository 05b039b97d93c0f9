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
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ltv.errors import UsageError, found
from ltv.lifetime import objective
from ltv.lifetime.boosters import (
    FOLDS,
    TWEEDIE,
    ZILN,
    Flags,
    Trees,
    Tweedie,
    ZilnTrees,
    folds,
    grow_tweedie,
    grow_ziln,
    margins_of,
)
from ltv.lifetime.maximum import Floats, Ints
from ltv.progress import steps
from ltv.text import Text

if TYPE_CHECKING:
    import pyarrow as pa
    import xgboost as xgb
    from pyspark.sql import Column, DataFrame

USER_ID = "user_id"
Boosters: TypeAlias = "tuple[xgb.Booster, ...]"
_LATEST = 2  # its place among the columns
_FEWEST_PARTS = 2


_TRAINING = Text("在 Spark 上训练", "training on Spark")


def tweedie_on_spark(
    rows: DataFrame,
    *,
    features: Sequence[str],
    label: str,
    offsets: Sequence[str],
    latest: str | None = None,
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
        offsets: for each fold of customers, name of the column with the log expectation from which its trees go on.
        latest: name of a boolean column: rows of the latest cutoff, on which growing stops early; None grows all trees.
        seed: of the draws of rows and features.
        workers: tasks that train together, each on a share of the customers.
        trees: how they are grown.

    Raises:
        UsageError: a column is absent or of another type, a value is not allowed, nobody pays, all customers are of one
            fold, or Spark has fewer task slots than workers.
    """
    given = _Rows.of(rows, features=features, label=label, offsets=offsets, latest=latest, parts=len(offsets))
    given.check(workers)
    return Tweedie(given.train(partial(_grown_tweedie, parts=given.parts, seed=seed, trees=trees), workers))


def ziln_on_spark(
    rows: DataFrame,
    *,
    features: Sequence[str],
    label: str,
    offset: str | None = None,
    latest: str | None = None,
    seed: int = 0,
    workers: int = 2,
    parts: int = FOLDS,
    trees: Trees = ZILN,
) -> ZilnTrees:
    """Train on Spark what `ZilnTrees.train` trains on one machine.

    Args:
        rows: one row a customer and cutoff, with `user_id`; read twice.
        features: names of numeric columns, in the order in which the model will be given them; NULL is missing.
        label: name of a column, not negative, in units of its mean.
        offset: name of a column that is added to the mean of the log value.
        latest: name of a boolean column: rows of the latest cutoff, on which growing stops early; None grows all trees.
        seed: of the draws of rows and features.
        workers: tasks that train together, each on a share of the customers.
        parts: folds of customers.
        trees: how they are grown.

    Raises:
        UsageError: as for `tweedie_on_spark`.
    """
    offsets = [] if offset is None else [offset]
    given = _Rows.of(rows, features=features, label=label, offsets=offsets, latest=latest, parts=parts)
    known = given.check(workers)
    begin = objective.start_from(known.pays, known.mean_log, known.deviation_log)
    begin[1] -= known.mean_offset
    grown = given.train(partial(_grown_ziln, begin=begin, parts=parts, seed=seed, trees=trees), workers)
    return ZilnTrees(grown, begin, known.highest)


def _grown_tweedie(of: _Arrays, *, parts: int, seed: int, trees: Trees) -> Boosters:
    offsets = list(of.offsets.T)
    fold = folds(of.user_id, parts)
    return grow_tweedie(of.x, of.y, fold=fold, parts=parts, seed=seed, offsets=offsets, latest=of.latest, trees=trees)


def _grown_ziln(of: _Arrays, *, begin: Floats, parts: int, seed: int, trees: Trees) -> Boosters:
    margins = margins_of(begin, of.offsets[:, 0] if of.offsets.shape[1] else np.zeros(len(of.y)))
    fold = folds(of.user_id, parts)
    return grow_ziln(of.x, of.y, fold=fold, parts=parts, seed=seed, margins=margins, latest=of.latest, trees=trees)


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
    """Rows on Spark, columns by place: user id, label, latest (NULL: not told), offsets, features."""

    frame: DataFrame
    offsets: int
    names: tuple[str, ...]
    parts: int

    @classmethod
    def of(
        cls,
        rows: DataFrame,
        *,
        features: Sequence[str],
        label: str,
        offsets: Sequence[str],
        latest: str | None,
        parts: int,
    ) -> _Rows:
        """Choose the columns and check that they are there and of their type."""
        from pyspark.sql import functions as f

        if parts < _FEWEST_PARTS:
            raise UsageError(found("folds", parts, f"at least {_FEWEST_PARTS}, with an offset for each"))
        if not features:
            raise UsageError(found("features", [], "names of numeric columns"))
        numeric = dict.fromkeys((label, *offsets, *features), "a number")
        flag = {} if latest is None else {latest: "true or false"}
        _check_types(rows, numeric | flag | {USER_ID: "a whole number"})
        told = f.lit(None).cast("boolean") if latest is None else rows[_quoted(latest)]
        columns = [rows[_quoted(USER_ID)].cast("bigint"), rows[_quoted(label)].cast("double"), told]
        columns += [rows[_quoted(name)].cast("double") for name in offsets]
        # sorted otherwise, NULL and NaN would give other trees
        missing = f.lit(float("nan")).cast("float")
        columns += [f.coalesce(rows[_quoted(name)].cast("float"), missing) for name in features]
        frame = rows.select(*columns).toDF(*[f"c{i}" for i in range(len(columns))])
        return cls(frame, len(offsets), (USER_ID, label, latest or "", *offsets, *features), parts)

    def check(self, workers: int) -> _Known:
        """Refuse what would fail in the middle of a training, and say what is known of the labels."""
        from pyspark.sql import functions as f

        user, label, latest, *others = self.frame.columns
        offsets, features = others[: self.offsets], others[self.offsets :]
        pays, fold = f.col(label) > 0, f.pmod(f.col(user), f.lit(self.parts))
        logs = f.when(pays, f.ln(label))
        shift = f.col(offsets[0]) if offsets else f.lit(0.0)
        told = [f.avg(pays.cast("double")), f.avg(logs), f.stddev_pop(logs), f.avg(f.when(pays, shift)), f.max(label)]
        wrong = [f.count_if(f.col(user).isNull()), f.count_if(~_is_finite(f.col(label)) | (f.col(label) < 0))]
        wrong += [f.count_if(f.col(latest).isNull()) if self.names[_LATEST] else f.lit(0)]
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
            raise UsageError(
                found(f"{USER_ID} modulo {self.parts}", f"{first} only", "customers of at least two folds")
            )
        slots = _slots(self.frame)
        if not 1 <= workers <= slots:
            raise UsageError(found("workers", workers, f"1 to {slots}, the task slots that Spark has now"))
        return _Known(float(share), *map(float, rest))

    def _refuse(self, counts: Sequence[int], infinite: int) -> None:
        allowed = ["a whole number", "a number that is not negative", "true or false"]
        allowed += ["a finite number"] * self.offsets
        for name, count, kind in zip(self.names, counts, allowed, strict=False):
            if count:
                raise UsageError(found(f"{name} of {count} rows", "missing or out of range", kind))
        if infinite:
            raise UsageError(
                found(self.names[_LATEST + self.offsets + infinite], "infinite", "a finite number or missing")
            )

    def train(self, grow: Callable[[_Arrays], Boosters], workers: int) -> Boosters:
        """Train a booster for every fold, all workers together."""
        import xgboost as xgb

        # all rows of a customer at one worker, in an order that does not depend on how they came
        rows = self.frame.repartition(workers, self.frame.columns[0]).sortWithinPartitions(*self.frame.columns)
        features = len(self.names) - 1 - _LATEST - self.offsets
        work = partial(
            _work,
            grow=grow,
            workers=workers,
            offsets=self.offsets,
            features=features,
            latest=bool(self.names[_LATEST]),
        )
        told = rows.mapInArrow(work, "booster binary", barrier=True)
        grown = []
        with steps(_TRAINING, 1):
            collected = told.collect()
        for (raw,) in collected:
            booster = xgb.Booster()
            booster.load_model(bytearray(raw))
            grown.append(booster)
        return tuple(grown)


def _check_types(rows: DataFrame, wanted: dict[str, str]) -> None:
    from pyspark.sql import types

    kinds = {f.name: f.dataType for f in rows.schema}
    if missing := [name for name in wanted if name not in kinds]:
        raise UsageError(found("columns", ", ".join(rows.columns), f"also {', '.join(missing)}"))
    classes = {
        "a whole number": types.IntegralType,
        "true or false": types.BooleanType,
        "a number": types.NumericType | types.BooleanType,
    }
    for name, kind in wanted.items():
        if not isinstance(kinds[name], classes[kind]):
            raise UsageError(found(f"type of {name}", kinds[name].simpleString(), kind))


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
        latest: rows of the latest cutoff, if that is told.
        offsets: shape (rows, offsets).
        x: features; of single precision, as XGBoost takes them.
    """

    user_id: Ints
    y: Floats
    latest: Flags | None
    offsets: Floats
    x: Floats

    @classmethod
    def of(cls, batches: Iterable[pa.RecordBatch], *, offsets: int, features: int, latest: bool) -> _Arrays:
        """Gather what Spark hands over, which may be nothing: there can be more workers than customers."""
        first = _LATEST + 1
        places = first + offsets
        kinds = [np.int64, np.float64, np.bool_, *[np.float64] * offsets, *[np.float32] * features]
        nothing: list[NDArray[Any]] = [np.empty(0, kind) for kind in kinds]
        parts = [nothing, *([c.to_numpy(zero_copy_only=False) for c in batch.columns] for batch in batches)]
        return cls(
            np.concatenate([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([part[_LATEST] for part in parts]).astype(np.bool_) if latest else None,
            np.concatenate([_matrix(part[first:places], len(part[0])) for part in parts]),
            np.concatenate([_matrix(part[places:], len(part[0])) for part in parts]),
        )


def _matrix(columns: Sequence[Floats], rows: int) -> Floats:
    return np.column_stack(columns) if columns else np.empty((rows, 0))


def _work(
    batches: Iterable[pa.RecordBatch],
    *,
    grow: Callable[[_Arrays], Boosters],
    workers: int,
    offsets: int,
    features: int,
    latest: bool,
) -> Iterator[pa.RecordBatch]:
    """What a task does: gather its rows, join the others, train with them; the first one tells the boosters."""
    import pyarrow as pa

    mine = _Arrays.of(batches, offsets=offsets, features=features, latest=latest)
    with _joined(workers) as place:
        told = [bytes(booster.save_raw("ubj")) for booster in grow(mine)]
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
