"""`[[experiments]]` of `ltv.toml`: each checked alone, then all beside one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from ltv.errors import UsageError, found
from ltv.settings.metric import COST, HOOK_METRICS, USUAL_METRICS, MetricName, metric_name
from ltv.settings.ranges import Range, overlaps
from ltv.settings.readers import FILE, at_least_one, items, mapping, number, only_known, share, text, texts, whole

BUCKETS = 10_000
VERSIONS = (1,)
NOBODY = "-"
_SUM_MAY_MISS = 1e-5  # a third cannot be written as a decimal; a tenth of a bucket changes nobody's variant


@dataclass(frozen=True)
class Experiment:
    """One experiment, as declared. How its people are found: `docs/assignment.md`.

    Attributes:
        name: what it is called in commands and tables.
        salt: what its ids are hashed with; no other experiment has the same.
        variants: variant → share; their order decides who gets which.
        control: the variant that the others are compared with.
        unit: what an id stands for: `user`, or a kind of identifier such as `device`.
        metrics: what is compared.
        layer: experiments of one layer may exclude one another.
        layer_range: buckets of the layer whose people may take part, from the first one to before the end.
        traffic: share of those people who take part; it may grow while the experiment runs.
        version: of the way from an id to a bucket.
        start: first day on which people may be exposed; None where it does not matter.
        end: last day on which people are let in, after which the test is judged once; None while it runs.
        planned_people: people that all arms will have at the end; the bounds of a running test are narrowest there, and
            a test that has fewer is not finished. None: 10,000, and `end` alone says when it is finished.
        hook: whether it is a paid hook: then its effect on first orders, retention, value and cost is told.
        cost_per_person: what treating a person costs beside the discounts in `orders`, in the workspace's currency.
    """

    name: str
    salt: str
    variants: dict[str, float]
    control: str
    unit: str = "user"
    metrics: tuple[str, ...] = ()
    layer: str | None = None
    layer_range: Range = (0, BUCKETS)
    traffic: float = 1.0
    version: int = 1
    start: date | None = None
    end: date | None = None
    planned_people: int | None = None
    hook: bool = False
    cost_per_person: float = 0.0

    def __post_init__(self) -> None:
        """Check one that is made in a notebook as strictly as one that is declared.

        Raises:
            UsageError: it could not be assigned as it says.
        """
        where = f"[[experiments]] {self.name}"
        for name in ("name", "salt", "variants", "unit", "layer_range", "traffic", "version"):
            _READERS[name](f"{where} {name}", getattr(self, name))
        if self.planned_people is not None:
            at_least_one(f"{where} planned_people", self.planned_people)
        for metric in self.metrics:
            metric_name(metric, where=f"{where} metrics")
        if self.metrics and self.measured[0].what == COST:
            allowed = "first a metric of which more is better, or less: a cost is neither"
            raise UsageError(found(f"{FILE} {where} metrics", self.metrics[0], allowed))
        if self.start and self.end and self.end < self.start:
            raise UsageError(found(f"{FILE} {where} end", str(self.end), f"a day not before start, {self.start}"))
        if self.control not in self.variants:
            raise UsageError(found(f"{FILE} {where} control", self.control, ", ".join(self.variants)))

    @property
    def measured(self) -> tuple[MetricName, ...]:
        """What is compared, the metric that decides first; the usual ones where none are named."""
        names = self.metrics or (HOOK_METRICS if self.hook else USUAL_METRICS)
        return tuple(metric_name(name) for name in dict.fromkeys(names))

    @property
    def traffic_salt(self) -> str:
        """Who takes part hangs on another hash than who gets which variant."""
        return f"{self.salt}/traffic"

    @property
    def layer_salt(self) -> str | None:
        """One for all experiments of the layer."""
        return None if self.layer is None else f"layer/{self.layer}"

    @property
    def ends(self) -> tuple[int, ...]:
        """The bucket before which each variant ends; it begins where the one before it ends.

        >>> Experiment("a", "a-1", {"control": 0.5, "blue": 0.25, "red": 0.25}, "control").ends
        (5000, 7500, 10000)
        """
        return tuple(_buckets(part) for part in accumulate(self.variants.values()))

    @property
    def traffic_end(self) -> int:
        """The bucket of the traffic's hash before which people take part."""
        return _buckets(self.traffic)


def _buckets(part: float) -> int:
    """Round half up, which is the same in every language."""
    return math.floor(part * BUCKETS + 0.5)


def experiments(name: str, value: object) -> tuple[Experiment, ...]:
    """Read all sections, and refuse experiments that would disturb one another.

    Args:
        name: `experiments`.
        value: what `ltv.toml` has under it.
    """
    read = tuple(_experiment(mapping(f"[[{name}]]", v)) for v in items(name, value))
    _names_differ(read)
    _salts_differ(read)
    _layers_hold(read)
    return read


def _experiment(raw: dict[str, Any]) -> Experiment:
    only_known(f"{FILE} [[experiments]]", raw, {f.name for f in fields(Experiment)})
    missing = [name for name in ("name", "salt", "variants", "control") if name not in raw]
    if missing:
        raise UsageError(found(f"{FILE} [[experiments]]", raw, f"also {', '.join(missing)}"))
    where = f"[[experiments]] {_printable('[[experiments]] name', raw['name'])}"
    read = Experiment(**{k: _READERS[k](f"{where} {k}", v) for k, v in raw.items()})
    if "layer_range" in raw and read.layer is None:
        raise UsageError(found(f"{FILE} {where} layer_range", raw["layer_range"], "only with layer"))
    return read


def _printable(name: str, value: object) -> str:
    read = text(name, value)
    if not read.isprintable() or read != read.strip():
        raise UsageError(found(f"{FILE} {name}", value, "one line without spaces around it"))
    return read


def _variants(name: str, value: object) -> dict[str, float]:
    raw = mapping(name, value)
    if len(raw) < 2:  # noqa: PLR2004  one is no experiment
        raise UsageError(found(f"{FILE} {name}", raw, "two variants or more, each with its share"))
    read = {_variant(name, k): _variant_share(f"{name}.{k}", v) for k, v in raw.items()}
    total = math.fsum(read.values())
    if abs(total - 1) > _SUM_MAY_MISS:
        raise UsageError(found(f"{FILE} {name}", raw, f"shares that add up to 1, not to {total:.6g}"))
    return read


def _variant(name: str, value: str) -> str:
    if _printable(name, value) == NOBODY:
        raise UsageError(found(f"{FILE} {name}", value, f"another name: {NOBODY} stands for who takes no part"))
    return value


def _variant_share(name: str, value: object) -> float:
    read = share(name, value)
    if read * BUCKETS < 1 - _SUM_MAY_MISS:
        raise UsageError(found(f"{FILE} {name}", value, f"at least {1 / BUCKETS}, one of {BUCKETS} buckets"))
    return read


def _layer_range(name: str, value: object) -> Range:
    given = items(name, list(value) if isinstance(value, tuple) else value)
    whole_ones = all(isinstance(v, int) and not isinstance(v, bool) for v in given)
    if len(given) != 2 or not whole_ones or not 0 <= given[0] < given[1] <= BUCKETS:  # noqa: PLR2004  first and end
        allowed = f"[first, end] with 0 <= first < end <= {BUCKETS}, the end itself left out"
        raise UsageError(found(f"{FILE} {name}", value, allowed))
    return given[0], given[1]


def _version(name: str, value: object) -> int:
    read = whole(name, value)
    if read not in VERSIONS:
        raise UsageError(found(f"{FILE} {name}", value, ", ".join(map(str, VERSIONS))))
    return read


def _day(name: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise UsageError(found(f"{FILE} {name}", str(value), "a day such as 2026-06-30, without quotes"))


def _flag(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise UsageError(found(f"{FILE} {name}", value, "true or false"))


_READERS: dict[str, Any] = {
    "start": _day,
    "end": _day,
    "planned_people": at_least_one,
    "hook": _flag,
    "cost_per_person": number,
    "name": _printable,
    "salt": text,
    "variants": _variants,
    "control": text,
    "unit": _printable,
    "metrics": texts,
    "layer": _printable,
    "layer_range": _layer_range,
    "traffic": share,
    "version": _version,
}


def _names_differ(read: Sequence[Experiment]) -> None:
    names = [e.name for e in read]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(found(f"{FILE} [[experiments]] name", name, "each name once"))


def _salts_differ(read: Sequence[Experiment]) -> None:
    """Two experiments of one salt would give the same people the same arm: each would measure the other too."""
    derived = {s: e for e in read for s in (e.traffic_salt, e.layer_salt) if s}
    own: dict[str, Experiment] = {}
    for e in read:
        other = own.get(e.salt) or derived.get(e.salt)
        if other:
            allowed = f"a salt that is not in use: {other.name} hashes with this one"
            raise UsageError(found(f"{FILE} [[experiments]] {e.name} salt", e.salt, allowed))
        own[e.salt] = e


def _layers_hold(read: Sequence[Experiment]) -> None:
    for layer in dict.fromkeys(e.layer for e in read if e.layer is not None):
        inside = [e for e in read if e.layer == layer]
        for e in inside[1:]:
            if e.unit != inside[0].unit:
                allowed = f"{inside[0].unit}, as {inside[0].name} of the same layer {layer}"
                raise UsageError(found(f"{FILE} [[experiments]] {e.name} unit", e.unit, allowed))
        for one, other, _ in overlaps([e.layer_range for e in inside]):
            allowed = f"buckets of layer {layer} outside {list(inside[one].layer_range)} of {inside[one].name}"
            here = list(inside[other].layer_range)
            raise UsageError(found(f"{FILE} [[experiments]] {inside[other].name} layer_range", here, allowed))
