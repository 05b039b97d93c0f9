"""A key figure as a tile: its value, how sure it is, how it moved, its traffic light and where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup

from ltv.report import words
from ltv.report.both import as_text
from ltv.text import Text, Unit, interval, number

# A relative change says more of these than a difference; the others are compared in their own unit.
_RELATIVE = ("count", "money", "number")


@dataclass(frozen=True)
class Change:
    """How a value moved: which way, by how much, against what."""

    way: Literal["up", "down", "flat"]
    amount: Text
    against: Text


@dataclass(frozen=True)
class Tile:
    """What the template of a tile fills in; None where there is nothing to say."""

    label: Text
    value: Text
    interval: Text | None
    whisker: Markup | None
    change: Change | None
    spark: Markup | None
    state: str
    rule: Text | None


def tile(figure: Mapping[str, Any], currency: str) -> Tile:
    """Prepare one key figure, as its block stores it, for the template."""
    value, low, high = figure["value"], figure["low"], figure["high"]
    ranged = value is not None and low is not None and high is not None
    return Tile(
        label=as_text(figure["label"]),
        value=words.UNKNOWN if value is None else number(value, figure["unit"], currency=currency),
        interval=_interval(figure, currency) if ranged else None,
        whisker=whisker(value, low, high, figure["previous"]) if ranged else None,
        change=_change(figure, currency),
        spark=sparkline(figure["spark"]),
        state=figure["state"],
        rule=as_text(figure["rule"]) if figure["rule"] else None,
    )


def _interval(figure: Mapping[str, Any], currency: str) -> Text:
    ends = interval(figure["low"], figure["high"], figure["unit"], currency=currency)
    return words.INTERVAL.format(level=str(figure.get("level", 95)), range=ends)  # notebooks of before do not say it


def _change(figure: Mapping[str, Any], currency: str) -> Change | None:
    value, previous, unit = figure["value"], figure["previous"], figure["unit"]
    if value is None or previous is None:
        return None
    what = as_text(figure["comparison"]) if figure["comparison"] else words.PREVIOUS
    against = words.COMPARED.format(what=what, previous=number(previous, unit, currency=currency))
    if value == previous:
        return Change("flat", words.UNCHANGED, against)
    return Change("up" if value > previous else "down", _amount(value, previous, unit, currency), against)


def _amount(value: float, previous: float, unit: Unit, currency: str) -> Text:
    if unit in _RELATIVE and previous > 0:
        return _signed(number(value / previous - 1, "rate"), value > previous)
    if unit == "rate":
        return number(value - previous, "points")
    return _signed(number(value - previous, unit, currency=currency), value > previous and unit != "points")


def _signed(text: Text, plus: bool) -> Text:
    return Text("+" + text.zh, "+" + text.en) if plus else text


def sparkline(values: Sequence[float | None]) -> Markup | None:
    """Draw earlier values as a small line with its last point marked; None when there are fewer than two.

    The drawing stretches to its box, so lines keep their width and the dot is a line of no length with round ends.
    """
    known = [v for v in values if v is not None]
    if len(known) < 2:  # noqa: PLR2004
        return None
    low, span = min(known), (max(known) - min(known)) or 1.0
    points = [
        None if v is None else (100 * i / (len(values) - 1), 22 - 18 * (v - low) / span) for i, v in enumerate(values)
    ]
    last = next(p for p in reversed(points) if p is not None)
    return Markup(
        '<svg class="spark" viewBox="0 0 100 26" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path class="spark-line" d="{}"/><path class="spark-dot" d="M{} {}h0"/></svg>'
    ).format(_path(points), _short(last[0]), _short(last[1]))


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"  # a gap in the values is a gap in the line
            continue
        steps.append(f"{pen}{_short(point[0])} {_short(point[1])}")
        pen = "L"
    return "".join(steps)


def whisker(value: float, low: float, high: float, previous: float | None) -> Markup:
    """Draw the interval as a bar, the value on it, and the value compared with as a mark beside or inside."""
    seen = [low, high, value] + ([] if previous is None else [previous])
    start, span = min(seen), (max(seen) - min(seen)) or 1.0

    def at(x: float) -> str:
        return _short(4 + 92 * (x - start) / span)

    before = (
        Markup("") if previous is None else Markup('<path class="range-before" d="M{} 1v10"/>').format(at(previous))
    )
    return Markup(
        '<svg class="range" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path class="range-axis" d="M0 6H100"/><path class="range-bar" d="M{} 6H{}"/>{}'
        '<path class="range-dot" d="M{} 6h0"/></svg>'
    ).format(at(low), at(high), before, at(value))


def _short(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")
