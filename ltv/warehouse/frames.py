"""Arrow tables as data frames with the types that DuckDB gives its own, text taken over as it lies instead of cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT = "VARCHAR"
_PLAIN = {
    _TEXT, "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
    "FLOAT", "DOUBLE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip
# Integers and truth with gaps stay what they are.
_MASKED = {pa.type_for_alias(str(t()).lower()): t() for t in (
    pd.Int8Dtype, pd.Int16Dtype, pd.Int32Dtype, pd.Int64Dtype, pd.UInt8Dtype, pd.UInt16Dtype, pd.UInt32Dtype, pd.UInt64Dtype,
)} | {pa.bool_(): pd.BooleanDtype()}  # fmt: skip


def is_worth_it(types: Iterable[object]) -> bool:
    """Whether columns of these types, as DuckDB calls them, are faster this way: some are text, and none needs more than this module knows."""
    names = {str(t) for t in types}
    return _TEXT in names and names <= _PLAIN


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return a table as a data frame.

    >>> frame_of(pa.table({"n": [1, None], "name": ["a", None]})).dtypes.astype(str).tolist()
    ['Int64', 'str']
    """
    whole = table.combine_chunks()
    gaps = [name for name in whole.column_names if whole[name].null_count and whole[name].type in _MASKED]
    frame: pd.DataFrame = whole.to_pandas() if not gaps else whole.drop_columns(gaps).to_pandas()
    for place, name in enumerate(whole.column_names):
        if name in gaps:
            frame.insert(place, name, whole[name].to_pandas(types_mapper=_MASKED.get))
    return joinable(frame)


def joinable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the same frame; text of no rows, of which Arrow keeps no piece at all, is what pandas can join: an empty piece."""
    if len(frame):
        return frame
    texts = {name: frame[name].dtype for name in frame if isinstance(frame[name].dtype, pd.StringDtype)}
    return frame.assign(**{str(name): pd.Series([], dtype=dtype) for name, dtype in texts.items()})
