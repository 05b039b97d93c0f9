"""What changed when a published date is run again: every figure with its old and its new value, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_float_dtype, is_numeric_dtype

from ltv.contract import RESULTS
from ltv.errors import CorruptError
from ltv.workspace.store import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ltv.runs.ledger import Run

_COLUMNS = ["date", "table", "key", "column", "old", "new", "cause"]
_PLACES = 9  # to which numbers are compared


def restatements(old: Path, new: Path, *, date: str, cause: str) -> pd.DataFrame:
    """Compare the result tables of two runs; a row that came or went shows every value against nothing.

    Args:
        old: folder of the run that was published.
        new: folder of the run that will be.
        date: the day both report on.
        cause: what differs between them: data, code, settings, parameters.
    """
    parts = [_changes(name, old / "results", new / "results") for name in RESULTS if name != "restatements"]
    filled = [p for p in parts if len(p)]
    rows = (
        pd.concat(filled, ignore_index=True)
        if filled
        else pd.DataFrame(columns=["table", "key", "column", "old", "new"])
    )
    return rows.assign(date=pd.Timestamp(date), cause=cause)[_COLUMNS]


def cause(old: Run | None, new: Run) -> str:
    """What differs between two runs of a date.

    Several causes are joined by ` + `; the same inputs, code and settings give `repeat`.
    """
    if old is None:
        return "unknown"
    pairs = (("data", "input_hash"), ("code", "code_hash"), ("settings", "settings_hash"))
    return " + ".join(word for word, name in pairs if getattr(old, name) != getattr(new, name)) or "repeat"


def _changes(name: str, old: Path, new: Path) -> pd.DataFrame:
    paths = [folder / f"{name}.parquet" for folder in (old, new)]
    if not all(p.exists() for p in paths):
        return pd.DataFrame()
    try:
        before, after = (read_table(p).drop(columns="run_id") for p in paths)
    except CorruptError as error:  # what was published cannot be compared any more, and that is worth a row
        return pd.DataFrame([{"table": name, "key": "", "column": "", "old": "damaged", "new": str(error)}])
    key = list(RESULTS[name].key)
    rows = _rows(before, after, key)
    columns = [c for c in dict.fromkeys([*before.columns, *after.columns]) if c not in key]
    parts = [part for c in columns for part in _of_column(before, after, rows, c)]
    if not parts:
        return pd.DataFrame()
    told = pd.concat(parts).sort_values("row", kind="stable", ignore_index=True)
    at = rows.iloc[told["row"]]
    told["key"] = _names(before, after, at, key)
    return told.assign(table=name)


def _rows(before: pd.DataFrame, after: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Which row of each table has a key: `old` and `new`, -1 where none has."""
    sides = []
    for side, frame in (("old", before), ("new", after)):
        other = after if side == "old" else before
        kept = {k: frame[k] if frame[k].dtype == other[k].dtype else _text(frame[k]) for k in key}
        sides.append(pd.DataFrame({**kept, f"\0{side}": np.arange(len(frame))}))
    both = sides[0].merge(sides[1], on=key, how="outer")
    return pd.DataFrame({side: both[f"\0{side}"].fillna(-1).astype("int64") for side in ("old", "new")})


def _of_column(before: pd.DataFrame, after: pd.DataFrame, rows: pd.DataFrame, column: str) -> Iterator[pd.DataFrame]:
    """What changed in one column: values of rows that both tables have, and those of rows that one of them lacks."""
    shared = (rows >= 0).all(axis=1) & (column in before and column in after)
    if shared.any():
        told = rows[shared]
        a, b = (_taken(f[column], told[side]) for f, side in ((before, "old"), (after, "new")))
        differs = _differs(a, b).to_numpy()
        said = {"old": _text(a[differs]).to_numpy(), "new": _text(b[differs]).to_numpy()}
        yield pd.DataFrame({"row": told.index[differs], "column": column, **said})
    for side, other, frame in (("old", "new", before), ("new", "old", after)):
        if column in frame:
            alone = rows.index[(rows[side] >= 0) & ~shared]
            values = _text(_taken(frame[column], rows.loc[alone, side]))
            there = values.notna().to_numpy()
            yield pd.DataFrame({"row": alone[there], "column": column, side: values.to_numpy()[there], other: None})


def _differs(a: pd.Series, b: pd.Series) -> pd.Series[bool]:
    """Where two columns say something else; numbers to nine places."""
    if a.dtype != b.dtype and not (_is_number(a) and _is_number(b)):
        a, b = _text(a), _text(b)
    elif is_float_dtype(a) or is_float_dtype(b):
        a, b = a.round(_PLACES), b.round(_PLACES)
    return ~((a == b).fillna(value=False) | (a.isna() & b.isna()))


def _is_number(values: pd.Series) -> bool:
    return is_numeric_dtype(values) and not is_bool_dtype(values)


def _taken(values: pd.Series, at: pd.Series[int]) -> pd.Series:
    return values.take(at.to_numpy()).reset_index(drop=True)


def _text(values: pd.Series) -> pd.Series[str]:
    return (values.round(_PLACES) if _is_number(values) else values).astype("string")


def _names(before: pd.DataFrame, after: pd.DataFrame, rows: pd.DataFrame, key: list[str]) -> list[str]:
    """The key of each row in words."""
    is_old = (rows["old"] >= 0).to_numpy()
    told = np.empty((len(rows), len(key)), object)
    for place, k in enumerate(key):
        for side, frame, chosen in (("old", before, is_old), ("new", after, ~is_old)):
            told[chosen, place] = (k + "=" + _text(_taken(frame[k], rows.loc[chosen, side])).fillna("")).to_numpy()
    return list(map(", ".join, told))
