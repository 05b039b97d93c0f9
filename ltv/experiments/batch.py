"""Buckets of whole columns: Arrow texts are hashed where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from ltv.errors import UsageError, found
from ltv.experiments.hashing import encoded, fnv1a64
from ltv.experiments.kernels import Buckets, Bytes, Ints, hash_into_buckets
from ltv.settings.experiment import BUCKETS

UNKNOWN = -1
# Arrow and pandas columns, numpy arrays, lists.
Ids = Any


def buckets(salt: str, ids: Ids, of: int = BUCKETS) -> Buckets:
    """The bucket of each id, as `hashing.bucket` gives it; −1 where the id is missing.

    Args:
        salt: of the experiment.
        ids: a column of Arrow or pandas, or a list: texts, or whole numbers, which are hashed as they are written in decimal.
        of: how many buckets there are.

    Raises:
        UsageError: the ids are neither texts nor whole numbers.

    >>> buckets("foc-2026", pa.array(["M1", None])).tolist()
    [8677, -1]
    """
    texts = as_texts(ids)
    out = np.empty(len(texts), np.int32)
    begun = np.uint64(fnv1a64(encoded(f"{salt}:")))
    hash_into_buckets(*_bytes(texts), begun, np.uint64(of), out)
    if texts.null_count:
        out[texts.is_null().to_numpy(zero_copy_only=False)] = UNKNOWN
    return out


def as_texts(ids: Ids) -> pa.Array:
    """One array of large strings; a number such as 1.0 has more than one way to be written and is refused."""
    given = ids if isinstance(ids, (pa.Array, pa.ChunkedArray)) else pa.array(ids)
    kind = given.type.value_type if pa.types.is_dictionary(given.type) else given.type
    if not (_is_text(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise UsageError(found("ids", str(given.type), "texts or whole numbers"))
    one = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    decoded = one.dictionary_decode() if pa.types.is_dictionary(one.type) else one
    return decoded.cast(pa.large_string())


def _is_text(kind: pa.DataType) -> bool:
    return any(is_one(kind) for is_one in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _bytes(texts: pa.Array) -> tuple[Bytes, Ints]:
    """The bytes of all texts, and where each starts; the last start is the end."""
    if not len(texts):
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    _, starts, data = texts.buffers()
    there = data is not None and data.size
    return (
        np.frombuffer(data, np.uint8) if there else np.zeros(0, np.uint8),
        np.frombuffer(starts, np.int64, len(texts) + 1, texts.offset * 8),
    )
