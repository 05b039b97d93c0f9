"""A plotly figure as plain JSON: in our look, with nothing live in its text, drawn once and patched for a language."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from ltv.errors import UsageError, found
from ltv.report import theme

Json = Any  # what json.loads gives
Path = list[str | int]
Look = Literal["plain", "heat"]

# What the bundled plotly.js can draw under the policy of a page; anything else would leave an empty box.
TRACES = frozenset(
    """bar box contour heatmap histogram histogram2d histogram2dcontour pie
    scatter scatterternary violin""".split()  # noqa: SIM905  a list of words
)

# plotly reads labels as a small HTML; data may only ever be text, so all other tags are shown as they are written.
_LIVE = re.compile(r"<(?!/?(?:b|i|br|sub|sup|extra)\s*/?>)")

_DECIMAL = re.compile(r"-?\d+\.\d+")
_CJK = 0x2E80  # from here on, characters are as wide as high
_ROW_PX, _HEAD_PX, _HEIGHT_PX, _ROWS_LABELLED = 32, 64, 380, 45


def figure_json(figure: Any) -> Json:  # noqa: ANN401  plotly has no types
    """Return a figure as the page draws it.

    Raises:
        UsageError: the figure has a trace that the page cannot draw.
    """
    from plotly.io import to_json

    raw: Json = inert(json.loads(to_json(figure, validate=False, engine="json")))
    _check_traces(raw)
    layout = raw.setdefault("layout", {})
    layout.pop("title", None)  # the block has the title, in both languages
    layout.pop("template", None)  # a page has it once, by the name of the look
    heat = look_of(raw) == "heat"
    layout.setdefault("height", _height(figure) if heat else _HEIGHT_PX)
    for axis in _named_axes(figure) if heat else ():
        layout.setdefault(axis, {}).setdefault("type", "category")
    return raw


def look_of(raw: Json) -> Look:
    """Return which template a figure wears.

    >>> look_of({"data": [{"type": "heatmap"}]}), look_of({"data": []})
    ('heat', 'plain')
    """
    kinds = {trace.get("type") for trace in raw.get("data", [])}
    return "heat" if kinds == {"heatmap"} else "plain"


def dressed(raw: Json) -> Json:
    """Return a figure with its template, for where there is no page around it."""
    template = theme.HEAT_TEMPLATE if look_of(raw) == "heat" else theme.TEMPLATE
    return {**raw, "layout": {**raw["layout"], "template": template}}


def bare(raw: Json) -> Json:
    """Return a figure without its template, which notebooks of earlier versions hold."""
    return {**raw, "layout": {key: value for key, value in raw["layout"].items() if key != "template"}}


def inert(node: Json) -> Json:
    """Return the same JSON with every tag in its text shown rather than obeyed, but for bold, breaks and the like.

    >>> inert({"name": "<script>alert(1)</script>", "text": "a<br>b"})
    {'name': '&lt;script>alert(1)&lt;/script>', 'text': 'a<br>b'}
    """
    if isinstance(node, str):
        return _LIVE.sub("&lt;", node)
    if isinstance(node, dict):
        return {key: inert(value) for key, value in node.items()}
    return [inert(value) for value in node] if isinstance(node, list) else node


def differences(first: Json, second: Json, at: Path | None = None) -> list[tuple[Path, Json]]:
    """Return the places where two JSON values differ, each with the value of the second.

    >>> differences({"a": [1, 2], "b": "x"}, {"a": [1, 3], "b": "x"})
    [(['a', 1], 3)]
    """
    path = at or []
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return [d for key in first for d in differences(first[key], second[key], [*path, key])]
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [d for i, pair in enumerate(zip(first, second, strict=True)) for d in differences(*pair, [*path, i])]
    return [] if first == second and type(first) is type(second) else [(path, second)]


def label_choices(figure: Any) -> list[dict[str, Json]]:  # noqa: ANN401
    """Return, for each labelled heat map, what its labels can be shortened to where cells are narrow.

    Each entry has the index of the trace, its number of columns, the width of its longest label (in figures;
    a Chinese character is as wide as 1.8 of them), and the shorter forms in order, each with its own width: percentages lose their sign, then
    their decimals.
    """
    return [_choices(i, trace) for i, trace in enumerate(figure.data) if trace.type == "heatmap" and trace.texttemplate]


def _choices(index: int, trace: Any) -> dict[str, Json]:  # noqa: ANN401
    full = _full_labels(trace)
    forms = _shorter(full) if any(cell.endswith("%") for row in full for cell in row) else []
    shorter = [{"width": _width(form), "text": form} for form in forms]
    columns = max(map(len, full), default=0)
    return {"trace": index, "columns": columns, "width": _width(full), "shorter": shorter}


def _shorter(full: list[list[str]]) -> list[list[list[str]]]:
    plain = [[cell.removesuffix("%") for cell in row] for row in full]
    whole = [[f"{float(cell):.0f}" if _DECIMAL.fullmatch(cell) else cell for cell in row] for row in plain]
    return [plain] if plain == whole else [plain, whole]


def _width(labels: list[list[str]]) -> float:
    return max((sum(map(_character_width, cell)) for row in labels for cell in row), default=0.0)


def _character_width(character: str) -> float:
    return 1.8 if ord(character) > _CJK else {"%": 1.65, ",": 0.5, ".": 0.5}.get(character, 1.0)


def _full_labels(trace: Any) -> list[list[str]]:  # noqa: ANN401
    spec = re.fullmatch(r"%\{z:(,?(?:\.\d+)?[f%d])\}", trace.texttemplate)
    cells = trace.z if spec else trace.text
    if cells is None:
        return []
    return [[_label(cell, spec[1] if spec else "") for cell in row] for row in cells]


def _label(cell: object, spec: str) -> str:
    if cell is None or cell != cell:  # noqa: PLR0124  NaN is the value that differs from itself
        return ""
    return format(cell, spec) if spec else str(cell)


def _check_traces(raw: Json) -> None:
    for trace in raw.get("data", []):
        kind = trace.get("type", "scatter")
        if kind not in TRACES:
            raise UsageError(found("trace of a figure", kind, ", ".join(sorted(TRACES))))


def _named_axes(figure: Any) -> list[str]:  # noqa: ANN401
    """Return the axes of a heat map that hold names; plotly takes "2025-01" for a date and leaves rows unlabelled."""
    places = {"xaxis": [trace.x for trace in figure.data], "yaxis": [trace.y for trace in figure.data]}
    return [axis for axis, given in places.items() if all(_names(values) for values in given)]


def _names(values: Any) -> bool:  # noqa: ANN401
    return values is not None and all(isinstance(value, str) for value in values)


def _height(figure: Any) -> int:  # noqa: ANN401
    rows = max((len(trace.z) for trace in figure.data if trace.z is not None), default=0)
    return _HEAD_PX + _ROW_PX * rows if rows <= _ROWS_LABELLED else _HEIGHT_PX + _ROWS_LABELLED * 4
