"""What changed when a published date is run again: every figure with its old and its new value, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ltv.contract import RESULTS
from ltv.errors import CorruptError
from ltv.warehouse.files import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ltv.runs.ledger import Run

_COLUMNS = ["date", "table", "key", "column", "old", "new", "cause"]
_MISSING = "\0"


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
        before, after = (_values(pd.read_parquet(Manifest(p.parent).verify(p)), RESULTS[name].key) for p in paths)
    except CorruptError as error:  # what was published cannot be compared any more, and that is worth a row
        return pd.DataFrame([{"table": name, "key": "", "column": "", "old": "damaged", "new": str(error)}])
    both = pd.concat([before, after], axis=1, keys=["old", "new"])
    differs = both["old"].fillna(_MISSING) != both["new"].fillna(_MISSING)
    return both[differs].reset_index().assign(table=name)


def _values(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series[str]:
    """Every value of a table as text, by key and column."""
    numbers = frame.select_dtypes("number").columns
    text = frame.assign(**{c: frame[c].round(9) for c in numbers}).astype("string")
    parts = [k + "=" + text[k].fillna("") for k in key]
    names = pd.concat(parts, axis=1).agg(", ".join, axis=1) if len(frame) else parts[0]
    values = text.drop(columns=[*key, "run_id"]).assign(key=names)
    # tables have columns that are called value
    return values.melt(id_vars="key", var_name="column", value_name="\0text").set_index(["key", "column"])["\0text"]
