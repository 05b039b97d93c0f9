"""Result tables on disk: checked against the contract, stamped with their run, whole or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from ltv.contract import RESULTS, Column, Table
from ltv.errors import MissingTableError, UsageError, found
from ltv.warehouse.files import Manifest, write_whole
from ltv.warehouse.frames import joinable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "money": pa.float64(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "list": pa.list_(pa.string()),
    "json": pa.string(),
}


def published_folder(root: Path, day: object) -> Path:
    """Where the result tables of a date are published."""
    return root / "data" / "results" / str(day)


def published_dates(root: Path) -> list[str]:
    """Dates with published results, the newest first."""
    return sorted((p.name for p in (root / "data" / "results").glob("????-??-??")), reverse=True)


def read_result(name: str, folders: Sequence[Path], *, day: str) -> pd.DataFrame:
    """Read a result table from the first folder that has it.

    Raises:
        UsageError: the contract has no result table of that name.
        MissingTableError: no folder has it.
        CorruptError: the stored file is not the one that was written.
    """
    if name not in RESULTS:
        raise UsageError(found("result", name, ", ".join(RESULTS)))
    for folder in folders:
        if (folder / f"{name}.parquet").exists():
            there = folder.resolve()  # a published date is a link to its run
            return read_table(there / f"{name}.parquet")
    raise MissingTableError(name, f"no run has written it for {day}")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table that a manifest beside it knows.

    Raises:
        CorruptError: it is not the one that was written.
    """
    return joinable(pd.read_parquet(Manifest(path.parent).verify(path)))


def check_result(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the contract's columns first.

    Raises:
        UsageError: unknown table, missing column, wrong type or value, missing or repeated key.
    """
    if name not in RESULTS:
        raise UsageError(found("result", name, ", ".join(RESULTS)))
    spec = RESULTS[name]
    missing = [c for c in spec.names if c not in frame.columns]
    if missing:
        raise UsageError(found(f"{name} columns", ", ".join(map(str, frame.columns)), f"also {', '.join(missing)}"))
    for column in spec.columns:
        _check_column(spec, column, frame[column.name])
    _check_key(spec, frame)
    return frame[[*spec.names, *[c for c in frame.columns if c not in spec.names and c != "run_id"]]]


def _check_column(spec: Table, column: Column, values: pd.Series) -> None:
    thing = f"{spec.name}.{column.name}"
    present = values.dropna()
    if not column.nullable and len(present) < len(values):
        raise UsageError(found(thing, f"{len(values) - len(present)} missing values", "a value in every row"))
    if column.allowed and not present.isin(column.allowed).all():
        wrong = present[~present.isin(column.allowed)].iloc[0]
        raise UsageError(found(thing, wrong, ", ".join(column.allowed)))
    numbers = _cast(spec, column, present).to_pandas()
    if column.type not in ("money", "number", "integer") or not len(numbers):
        return
    low = float("-inf") if column.low is None else column.low
    high = float("inf") if column.high is None else column.high
    wrong = numbers[~(numbers.between(low, high) & ~numbers.isin([float("inf"), float("-inf")]))]
    if len(wrong):
        raise UsageError(found(thing, float(wrong.iloc[0]), _range(column)))


def _range(column: Column) -> str:
    ends = [f"at least {column.low:g}"] if column.low is not None else []
    ends += [f"at most {column.high:g}"] if column.high is not None else []
    return " and ".join(ends) or "a finite number"


def _check_key(spec: Table, frame: pd.DataFrame) -> None:
    repeated = frame.duplicated(list(spec.key))
    if spec.key and repeated.any():
        first = frame.loc[repeated, list(spec.key)].iloc[0].to_dict()
        raise UsageError(found(f"{spec.name} key", first, "one row a key"))


def to_arrow(name: str, frame: pd.DataFrame, *, run_id: str) -> pa.Table:
    """The table in the contract's types, with `run_id`."""
    spec = RESULTS[name]
    arrays = [_cast(spec, c, frame[c.name]) for c in spec.columns]
    names = list(spec.names)
    for extra in [c for c in frame.columns if c not in spec.names]:
        arrays.append(pa.Array.from_pandas(frame[extra]))
        names.append(str(extra))
    return pa.table([*arrays, pa.repeat(run_id, len(frame))], names=[*names, "run_id"])


def _cast(spec: Table, column: Column, values: pd.Series) -> pa.Array:
    wanted = ARROW[column.type]
    if column.type == "date":
        values = pd.to_datetime(values).astype("datetime64[us]")
    try:
        array = pa.Array.from_pandas(values)
        return array.cast(wanted) if array.type != wanted else array
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        line = str(error).splitlines()[0]
        raise UsageError(found(f"{spec.name}.{column.name}", line, column.type)) from None


def store(name: str, frame: pd.DataFrame, *, folder: Path, run_id: str) -> Path:
    """Write a checked result table and record it in the folder's manifest."""
    path = folder / f"{name}.parquet"
    table = to_arrow(name, frame, run_id=run_id)
    write_whole(path, lambda target: parquet.write_table(table, target, compression="zstd"))
    Manifest(folder).add(path, table.num_rows)
    return path
