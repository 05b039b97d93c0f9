"""What changed when a published date is run again: every figure with its old and its new value, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ltv.contract import RESULTS
from ltv.warehouse.files import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ltv.runs.ledger import Run

_COLUMNS = ["date", "table", "key", "column", "old", "new", "cause"]
_ROW = "(row)"


def restatements(old: Path, new: Path, *, date: str, cause: str) -> pd.DataFrame:
    """Compare the result tables of two runs.

    Args:
        old: folder of the run that was published.
        new: folder of the run that will be.
        date: the day both report on.
        cause: what differs between them: data, code, settings, parameters.
    """
    parts = [_table(name, old / "results", new / "results") for name in RESULTS if name != "restatements"]
    filled = [p for p in parts if len(p)]
    rows = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=["table", "key", "column", "old", "new"])
    return rows.assign(date=pd.Timestamp(date), cause=cause)[_COLUMNS]


def cause(old: Run | None, new: Run) -> str:
    """What differs between two runs of a date.

    Several causes are joined by ` + `; the same inputs, code and settings give `repeat`.
    """
    if old is None:
        return "unknown"
    pairs = (("data", "input_hash"), ("code", "code_hash"), ("settings", "settings_hash"))
    return " + ".join(word for word, name in pairs if getattr(old, name) != getattr(new, name)) or "repeat"


def _table(name: str, old: Path, new: Path) -> pd.DataFrame:
    before, after = _read(old, name), _read(new, name)
    if before is None or after is None:
        return pd.DataFrame()
    key = list(RESULTS[name].key)
    columns = [c for c in before.columns if c in after.columns and c not in [*key, "run_id"]]
    both = _as_text(before, key, columns).join(_as_text(after, key, columns), how="outer", lsuffix="|old", rsuffix="|new")
    changed = [_column(both, c) for c in columns] + _rows(both, before, after, key)
    rows = pd.concat(changed, ignore_index=True) if changed else pd.DataFrame()
    return rows.assign(table=name)


def _read(folder: Path, name: str) -> pd.DataFrame | None:
    path = folder / f"{name}.parquet"
    return pd.read_parquet(Manifest(folder).verify(path)) if path.exists() else None


def _key(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series[str]:
    text = [k + "=" + frame[k].astype("string").fillna("") for k in key]
    joined = text[0]
    for part in text[1:]:
        joined = joined + ", " + part
    return joined


def _as_text(frame: pd.DataFrame, key: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    values = frame[list(columns)].round(9).astype("string")
    return values.set_axis(pd.Index(_key(frame, key), name="key"), axis=0)


def _column(both: pd.DataFrame, column: str) -> pd.DataFrame:
    old, new = both[f"{column}|old"], both[f"{column}|new"]
    inside = both.index.isin(both.index)
    differs = inside & ~((old == new).fillna(False) | (old.isna() & new.isna())).to_numpy(dtype=bool)
    found = pd.DataFrame({"key": both.index[differs], "old": old[differs].to_numpy(), "new": new[differs].to_numpy()})
    return found.assign(column=column)


def _rows(both: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, key: Sequence[str]) -> list[pd.DataFrame]:
    had, has = set(_key(before, key)), set(_key(after, key))
    gone, come = sorted(had - has), sorted(has - had)
    del both
    return [
        pd.DataFrame({"key": gone, "column": _ROW, "old": "present", "new": None}),
        pd.DataFrame({"key": come, "column": _ROW, "old": None, "new": "present"}),
    ]
