"""Layers: people of a layer are cut into buckets once, and experiments that share no bucket share no person."""

from __future__ import annotations

from collections.abc import Iterable

from ltv.experiments.hashing import bucket
from ltv.settings.experiment import BUCKETS, Experiment
from ltv.settings.ranges import Range, holes


def is_in_layer(experiment: Experiment, unit_id: str) -> bool:
    """Whether the layer leaves this id to the experiment; without a layer everyone is.

    Args:
        experiment: as declared.
        unit_id: of the experiment's unit.
    """
    if experiment.layer_salt is None:
        return True
    first, end = experiment.layer_range
    return first <= bucket(experiment.layer_salt, unit_id) < end


def free_ranges(layer: str, experiments: Iterable[Experiment]) -> list[Range]:
    """Buckets of a layer that are left to further experiments, each range from its first one to before its end.

    Args:
        layer: its name.
        experiments: those declared; others than of this layer do not count.

    >>> first = Experiment("a", "a-1", {"control": 0.5, "blue": 0.5}, "control", layer="page", layer_range=(0, 5000))
    >>> free_ranges("page", [first])
    [(5000, 10000)]
    """
    return holes((e.layer_range for e in experiments if e.layer == layer), BUCKETS)
