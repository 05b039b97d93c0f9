"""`ltv.result_of`: a result of one's own, from a data frame: tiles, sentences, charts and a table in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast, get_args

from ltv.errors import UsageError, found
from ltv.report.own_columns import described, words
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, Unit, number

if TYPE_CHECKING:
    import pandas as pd

Words: TypeAlias = Text | tuple[str, str]
Figure: TypeAlias = str | tuple[str, str, float | None] | tuple[str, str, float | None, Unit]

_LAST = Text("{label} {value}。", "{label}: {value}.")
_AS_BEFORE = Text("{label} {value}，与上期持平。", "{label}: {value}, as the period before.")
_MOVED = {
    "more": Text("{label} {value}，比上期的 {previous} 多 {by}。", "{label}: {value}, {by} more than the {previous} of the period before."),
    "less": Text("{label} {value}，比上期的 {previous} 少 {by}。", "{label}: {value}, {by} less than the {previous} of the period before."),
}  # fmt: skip
_RELATIVE = ("count", "money", "number")
_BY = Text("{title}：{label}", "{title}: {label}")
_LINE = Text("折线图：{label}，共 {n} 个点。", "Line chart of {label}, {n} points.")
_BAR = Text("条形图：{label}，共 {n} 条。", "Bar chart of {label}, {n} bars.")
_HEAT = Text("热力图：{label}，共 {n} 格。", "Heat map of {label}, {n} cells.")
_ALT = {"line": _LINE, "bar": _BAR, "heat": _HEAT}
_CHART_COLUMNS = {"line": 2, "bar": 2, "heat": 3}
_TICKS: dict[str, str] = {"rate": ".0%"}


@dataclass(frozen=True, repr=False)
class OwnResult(Result):
    """A result that was put together from a data frame; its views are `line`, `bar` and `heat`, as asked for, and `table`.

    Attributes:
        title: what the rows are.
        note: what a reader should know to read them.
        columns: how each column is called and written.
        charts: kind of chart → the columns it draws.
        tiles: the tiles.
        said: the sentences.
    """

    title: Text
    note: Text
    columns: tuple[Column, ...]
    charts: Mapping[str, tuple[str, ...]]
    tiles: tuple[KeyFigure, ...] = ()
    said: tuple[Takeaway, ...] = ()
    name: ClassVar[str] = "own result"

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """The tiles."""
        return self.tiles

    @property
    def findings(self) -> Sequence[Takeaway]:
        """The sentences."""
        return self.said

    @property
    def views(self) -> Mapping[str, View]:
        """The charts that were asked for, and the table."""
        charts = {kind: self._chart(kind, names) for kind, names in self.charts.items()}
        return charts | {"table": View("table", self.title, self.note, self.table, self.columns)}

    def _chart(self, kind: str, names: tuple[str, ...]) -> View:
        label = self._column(names[-1]).label
        shown = tuple(self._column(name) for name in names)
        alt = _ALT[kind].format(label=label, n=f"{len(self.table):,}")
        title = _BY.format(title=self.title, label=label)
        return View("chart", title, self.note, self.table[list(names)], shown, alt=alt)

    def _column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw a chart: the axes are called as the columns are."""
        from plotly import graph_objects as go

        x, y, *more = (self._column(name) for name in self.charts[view])
        across, up = _values(self.table[x.name], x.unit), _values(self.table[y.name], y.unit)
        if more:
            figure = go.Figure(_heat_map(across, up, _values(self.table[more[0].name], more[0].unit), more[0].unit))
        else:
            draw = go.Bar(x=across, y=up) if view == "bar" else go.Scatter(x=across, y=up, mode="lines+markers")
            figure = go.Figure(draw).update_yaxes(rangemode="tozero", tickformat=_TICKS.get(y.unit))
        return figure.update_xaxes(title_text=x.label.to(lang)).update_yaxes(title_text=y.label.to(lang))


def result_of(
    frame: pd.DataFrame,
    *,
    title: Words,
    note: Words = ("", ""),
    columns: Mapping[str, Words | tuple[str, str, Unit]] | None = None,
    figures: Sequence[Figure] = (),
    takeaways: Sequence[Words | Takeaway] | None = None,
    line: tuple[str, str] | None = None,
    bar: tuple[str, str] | None = None,
    heat: tuple[str, str, str] | None = None,
    currency: str = "CNY",
) -> OwnResult:
    """Make a result of a data frame, for `ltv.show` and for the page: everything in both languages.

    Args:
        frame: the rows, one column a quantity.
        title: what the rows are, as `("中文", "English")`.
        note: what a reader should know to read them: definition, denominator, what is left out.
        columns: name → (Chinese, English) or (Chinese, English, unit); those of the contract's names have theirs.
        figures: tiles: the name of a column gives its last row, compared with the row before, its rows as a small line;
            or (Chinese, English, value) or (Chinese, English, value, unit).
        takeaways: sentences; default one a tile that comes from a column.
        line: columns across and up, drawn as a line.
        bar: the same as bars.
        heat: columns across, down, and the one whose values colour the cells.
        currency: in which money is written.

    Returns:
        a result with the views `line`, `bar`, `heat`, as far as they were asked for, and `table`.

    Raises:
        UsageError: a column is not there, is not of numbers, or words lack a language.

    >>> import pandas as pd
    >>> weeks = pd.DataFrame({"week": ["06-15", "06-22"], "orders": [200, 230]})
    >>> told = result_of(weeks, title=("每周订单", "Orders by week"), figures=["orders"], line=("week", "orders"),
    ...                  columns={"week": ("周", "Week"), "orders": ("订单数", "Orders", "count")})
    >>> list(told.views), told.takeaways("en")
    (['line', 'table'], ['Orders: 230, 15.0% more than the 200 of the period before.'])
    """
    known = described(frame, columns or {})
    asked = {"line": line, "bar": bar, "heat": heat}
    charts = {kind: _drawable(frame, kind, names) for kind, names in asked.items() if names is not None}
    tiles = tuple(_tile(frame, known, figure) for figure in figures)
    said = _sentences(tiles, figures, currency) if takeaways is None else [_takeaway(given) for given in takeaways]
    about = words("title", title), words("note", note)
    return OwnResult(frame, *about, tuple(known.values()), charts, tiles, tuple(said), currency=currency)


def _drawable(frame: pd.DataFrame, kind: str, names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str) or len(names) != _CHART_COLUMNS[kind]:
        raise UsageError(found(kind, names, f"names of {_CHART_COLUMNS[kind]} columns"))
    for name in names:
        _present(frame, kind, name)
    _numbers(frame, kind, names[-1])
    if kind == "heat" and frame.duplicated(list(names[:-1])).any():
        raise UsageError(found("heat", f"rows with the same {names[0]} and {names[1]}", "one row a cell"))
    return tuple(names)


def _present(frame: pd.DataFrame, thing: str, name: object) -> None:
    if name not in frame.columns:
        raise UsageError(found(f"column of {thing}", name, ", ".join(map(str, frame.columns))))


def _numbers(frame: pd.DataFrame, thing: str, name: str) -> pd.Series[float]:
    import pandas as pd

    try:
        return pd.to_numeric(frame[name]).astype("float64")
    except (TypeError, ValueError):
        raise UsageError(found(f"column of {thing}", name, "a column of numbers")) from None


def _tile(frame: pd.DataFrame, columns: Mapping[str, Column], figure: Figure) -> KeyFigure:
    if not isinstance(figure, str):
        return _given(figure)
    _present(frame, "figures", figure)
    column, values = columns[figure], _numbers(frame, "figures", figure)
    known = [None if v != v else float(v) for v in values]  # noqa: PLR0124  NaN is the value that differs from itself
    now, before = (known[-1] if known else None), (known[-2] if len(known) > 1 else None)
    return KeyFigure(column.label, now, column.unit, previous=before, spark=tuple(known))


def _given(figure: object) -> KeyFigure:
    match figure:
        case (str(zh), str(en), value, *unit) if len(unit) < 2:  # noqa: PLR2004
            chosen = unit[0] if unit else "number"
            if chosen not in get_args(Unit):
                raise UsageError(found("unit of figures", chosen, ", ".join(get_args(Unit))))
            amount = None if value is None else float(cast(float, value))
            return KeyFigure(Text(zh, en), amount, cast(Unit, chosen))
    raise UsageError(found("figures", figure, "the name of a column, or (Chinese, English, value, unit)"))


def _takeaway(given: Words | Takeaway) -> Takeaway:
    return given if isinstance(given, Takeaway) else Takeaway(words("takeaways", given))


def _sentences(tiles: Sequence[KeyFigure], figures: Sequence[Figure], currency: str) -> list[Takeaway]:
    """One sentence for each tile that comes from a column, so that a page is never without words."""
    told = [tile for tile, figure in zip(tiles, figures, strict=True) if isinstance(figure, str)]
    return [_sentence(tile, currency) for tile in told if tile.value is not None]


def _sentence(tile: KeyFigure, currency: str) -> Takeaway:
    now, before = tile.value, tile.previous
    told = {k: number(v, tile.unit, currency=currency) for k, v in (("value", now), ("previous", before))}
    if now is None or before is None:
        return Takeaway(_LAST.format(label=tile.label, value=told["value"]))
    if now == before:
        return Takeaway(_AS_BEFORE.format(label=tile.label, value=told["value"]))
    moved = _MOVED["more" if now > before else "less"]
    return Takeaway(moved.format(label=tile.label, by=_by(now, before, tile.unit, currency), **told))


def _by(now: float, before: float, unit: Unit, currency: str) -> Text:
    """How much more or less: a share of what it was, where that says something, else in its own unit."""
    if unit in _RELATIVE and before > 0:
        return number(abs(now / before - 1), "rate")
    if unit == "rate":
        points = number(abs(now - before), "points")
        return Text(points.zh.removeprefix("+"), points.en.removeprefix("+"))
    return number(abs(now - before), unit, currency=currency)


def _heat_map(across: list[Any], up: list[Any], values: list[Any], unit: Unit) -> Any:  # noqa: ANN401
    """One cell a row of the frame, columns and rows in the order in which they come."""
    from plotly import graph_objects as go

    cells = dict(zip(zip(up, across, strict=True), values, strict=True))
    columns, rows = list(dict.fromkeys(across)), list(dict.fromkeys(up))
    shape = ".0%" if unit == "rate" else ",.0f"
    return go.Heatmap(
        x=[str(v) for v in columns],
        y=[str(v) for v in rows],
        z=[[cells.get((row, column)) for column in columns] for row in rows],
        texttemplate=f"%{{z:{shape}}}",
        hovertemplate=f"%{{y}} · %{{x}}: %{{z:{shape}}}<extra></extra>",
    )


def _values(column: pd.Series[Any], unit: Unit) -> list[Any]:
    """Values as plotly takes them: days and times as text, numbers as floats, so that no Decimal is left."""
    if unit in ("text", "date", "time"):
        return [str(number(value, unit).en) for value in column]
    if unit == "count":
        return [None if v != v else int(v) for v in column]  # noqa: PLR0124
    return [None if v != v else float(v) for v in column]  # noqa: PLR0124
