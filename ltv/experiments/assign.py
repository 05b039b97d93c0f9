"""Ids → variants of a declared experiment, one at a time or a column at a time, with the same answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ltv.errors import UsageError, found
from ltv.experiments.hashing import bucket
from ltv.experiments.layers import is_in_layer
from ltv.settings.experiment import BUCKETS, Experiment

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from ltv.experiments.batch import Ids


@dataclass(frozen=True)
class Assigned:
    """What an id gets.

    Attributes:
        variant: None where the id takes no part.
        bucket: that the variant hangs on, known for those who take no part too.
    """

    variant: str | None
    bucket: int


def named(experiments: Sequence[Experiment], name: str) -> Experiment:
    """The experiment of this name.

    Raises:
        UsageError: there is none; the line names those there are.

    >>> named([], "blue")
    Traceback (most recent call last):
    ...
    ltv.errors.UsageError: EXPERIMENT: found 'blue', allowed: none, ltv.toml declares no [[experiments]]
    """
    for experiment in experiments:
        if experiment.name == name:
            return experiment
    there = ", ".join(e.name for e in experiments) or "none, ltv.toml declares no [[experiments]]"
    raise UsageError(found("EXPERIMENT", name, there))


def assigned(experiment: Experiment, unit_id: str) -> Assigned:
    """Variant and bucket of one id.

    Args:
        experiment: as declared.
        unit_id: of the experiment's unit, as a text.

    >>> assigned(Experiment("a", "foc-2026", {"control": 0.5, "coupon": 0.5}, "control"), "M1")
    Assigned(variant='coupon', bucket=8677)
    """
    place = bucket(experiment.salt, unit_id)
    takes_part = is_in_layer(experiment, unit_id) and _is_in_traffic(experiment, unit_id)
    return Assigned(list(experiment.variants)[bisect_right(experiment.ends, place)] if takes_part else None, place)


def variant_of(experiment: Experiment, unit_id: str) -> str | None:
    """Variant of one id, None where it takes no part.

    Args:
        experiment: as declared.
        unit_id: of the experiment's unit, as a text.
    """
    return assigned(experiment, unit_id).variant


def _is_in_traffic(experiment: Experiment, unit_id: str) -> bool:
    return experiment.traffic_end == BUCKETS or bucket(experiment.traffic_salt, unit_id) < experiment.traffic_end


def assign(experiment: Experiment, ids: Ids) -> pa.Table:
    """Variants and buckets of a column of ids, in its order.

    Args:
        experiment: as declared.
        ids: of the experiment's unit; a column of Arrow or pandas, or a list, of texts or whole numbers.

    Returns:
        `id`, `variant` (null where the id takes no part) and `bucket` (null where the id is missing).

    >>> blue = Experiment("blue", "foc-2026", {"control": 0.5, "coupon": 0.5}, "control")
    >>> assign(blue, ["M1", "M6"]).to_pylist()
    [{'id': 'M1', 'variant': 'coupon', 'bucket': 8677}, {'id': 'M6', 'variant': 'control', 'bucket': 328}]
    """
    import numpy as np
    import pyarrow as pa

    from ltv.experiments.batch import UNKNOWN, as_texts, buckets

    texts = as_texts(ids)
    place = buckets(experiment.salt, texts)
    missing = place == UNKNOWN
    code = np.searchsorted(np.array(experiment.ends), place, side="right").astype(np.int32)
    out = missing | ~_taking_part(experiment, texts)
    variant = pa.DictionaryArray.from_arrays(pa.array(code, mask=out), pa.array(list(experiment.variants)))
    return pa.table({"id": texts, "variant": variant, "bucket": pa.array(place, mask=missing)})


def _taking_part(experiment: Experiment, texts: pa.Array) -> NDArray[np.bool_]:
    import numpy as np

    from ltv.experiments.batch import buckets

    part = np.ones(len(texts), np.bool_)
    if experiment.layer_salt is not None:
        first, end = experiment.layer_range
        place = buckets(experiment.layer_salt, texts)
        part &= (first <= place) & (place < end)
    if experiment.traffic_end < BUCKETS:
        part &= buckets(experiment.traffic_salt, texts) < experiment.traffic_end
    return part
