"""`[attribution]` of `ltv.toml`: how far back touches count, and how far a budget may move."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from ltv.settings.readers import FILE, at_least_one, mapping, number, only_known, share


@dataclass(frozen=True)
class Attribution:
    """How credit is given and money moved.

    Attributes:
        window_days: days whose conversions are attributed.
        lookback_days: days a touch works: a week and the day of the touch.
        weights: what kinds of touches weigh in the rules that share by touches; 0 leaves a kind out.
        largest_step: share of a channel's cost by which it may change at once.
        floor: channel → least cost of a window.
        ceiling: channel → most cost of a window.
    """

    window_days: int = 90
    lookback_days: int = 8
    weights: dict[str, float] = field(
        default_factory=lambda: {"click": 1.0, "open": 0.5, "send": 0.2, "impression": 0.2}
    )
    largest_step: float = 0.35
    floor: dict[str, float] = field(default_factory=dict)
    ceiling: dict[str, float] = field(default_factory=dict)

    @property
    def terms(self) -> dict[str, Any]:
        """What `ltv.attribute` is told of them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def attribution(name: str, value: object) -> Attribution:
    """Read the section.

    >>> attribution("attribution", {"lookback_days": 14}).lookback_days
    14
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Attribution)})
    return Attribution(**{key: _READERS[key](f"{name}.{key}", given) for key, given in raw.items()})


def _amounts(name: str, value: object) -> dict[str, float]:
    return {key: number(f"{name}.{key}", given) for key, given in mapping(name, value).items()}


_READERS: dict[str, Any] = {
    "window_days": at_least_one,
    "lookback_days": at_least_one,
    "weights": _amounts,
    "largest_step": share,
    "floor": _amounts,
    "ceiling": _amounts,
}
