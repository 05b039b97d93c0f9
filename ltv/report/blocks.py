"""What a notebook cell shows of a result: typed blocks that the page is made of, and their look in JupyterLab."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import isfinite
from numbers import Integral
from typing import TYPE_CHECKING, Any

from ltv.errors import UsageError, found
from ltv.report import words
from ltv.result import Column, KeyFigure, Result, Source, State, Takeaway, View
from ltv.text import LANGS, Text

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/vnd.ltv.blocks+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
VERSION = 1
KEY_FIGURES, TAKEAWAYS = "key_figures", "takeaways"
LISTED_ROWS = 50  # of a table, or of each choice of one that has a selector
LEAST_ROWS, MOST_ROWS = 5, 600  # of each choice, however many there are; of all choices together

Block = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What `show` returns: the blocks of one cell.

    Attributes:
        blocks: what the page is made of, as JSON.
        inline: the figure that JupyterLab draws, when the cell shows one chart alone.
    """

    blocks: tuple[Block, ...]
    inline: dict[str, Any] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"<shown: {', '.join(str(b.get('view', b['kind'])) for b in self.blocks) or 'nothing'}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        from ltv.report.inline import inline_html

        bundle: dict[str, Any] = {"text/plain": repr(self), MIME: {"version": VERSION, "blocks": self.blocks}}
        if self.inline is not None:
            return _storable(bundle | {PLOTLY_MIME: self.inline})
        return _storable(bundle | {"text/html": inline_html(self.blocks)})


def show(result: Result, *views: str) -> Shown:
    """Show parts of a result on the page: its charts and tables by name, `key_figures`, `takeaways`.

    Args:
        result: what an analysis returned.
        views: names of views, in the order of the page, each shown once; none means key figures, takeaways and all views.

    Raises:
        UsageError: the result has no view of that name, or a chart that the page cannot draw.
    """
    known = result.views
    allowed = [KEY_FIGURES, TAKEAWAYS, *known]
    for name in views:
        if name not in allowed:
            raise UsageError(found("view", name, ", ".join(allowed)))
    blocks = [_block(result, name, known) for name in dict.fromkeys(views or allowed)]
    alone = blocks[0] if len(blocks) == 1 and blocks[0]["kind"] == "chart" else None
    return Shown(tuple(blocks), _inline_figure(alone) if alone else None)


def notice(text: Text, state: State = "none") -> Shown:
    """Show one sentence in a box, for what a reader must know before reading on.

    >>> notice(Text("数据不足", "Too little data"), "watch")
    <shown: notice>
    """
    return Shown(({"kind": "notice", "text": text.as_dict(), "state": state},))


def _block(result: Result, name: str, views: Any) -> Block:  # noqa: ANN401  a mapping of views
    if name == KEY_FIGURES:
        figures = [_key_figure(f) for f in result.key_figures]
        return {"kind": KEY_FIGURES, "currency": result.currency, "figures": figures}
    if name == TAKEAWAYS:
        return {"kind": TAKEAWAYS, "items": [_takeaway(t) for t in result.findings]}
    view: View = views[name]
    block = _view(name, view) | {"currency": result.currency, "choose": _choose(name, view, result.currency)}
    return block | (_chart(result, name, view) if view.kind == "chart" else _table(view))


def _key_figure(figure: KeyFigure) -> Block:
    numbers = {k: _finite(getattr(figure, k)) for k in ("value", "low", "high", "previous")}
    said = {k: _words(getattr(figure, k)) for k in ("label", "comparison", "rule")}
    spark = [_finite(x) for x in figure.spark]
    return {**said, **numbers, "unit": figure.unit, "state": figure.state, "spark": spark,
            "level": figure.level, "source": _source(figure.source)}  # fmt: skip


def _takeaway(takeaway: Takeaway) -> Block:
    said = {"text": takeaway.text.as_dict(), "action": _words(takeaway.action)}
    return {**said, "state": takeaway.state, "source": _source(takeaway.source)}


def _source(source: Source | None) -> dict[str, str] | None:
    return None if source is None else {"page": source.page, "view": source.view}


def _view(name: str, view: View) -> Block:
    from ltv.report.download import MAX_ROWS, csv_head, csv_lines

    absent = next((c.name for c in view.columns if c.name not in view.data), None)
    if absent is not None:
        raise UsageError(found(f"column of view {name!r}", absent, ", ".join(map(str, view.data.columns))))
    head = {lang: csv_head(view.columns, lang) for lang in LANGS}
    lines = csv_lines(view.data.head(MAX_ROWS), view.columns)
    return {
        "view": name,
        "title": view.title.as_dict(),
        "note": view.note.as_dict(),
        "selector": view.selector,
        "csv": {"head": head, "lines": lines, "total": len(view.data)},
    }


def _chart(result: Result, name: str, view: View) -> Block:
    from ltv.report.figure import differences, figure_json, label_choices

    drawn = [result.figure(name, lang=lang) for lang in LANGS]
    base, other = (figure_json(figure) for figure in drawn)
    return {
        "kind": "chart",
        "alt": _words(view.alt),
        "language": LANGS[0],
        "figure": base,
        "patches": {LANGS[1]: differences(base, other)},
        "labels": label_choices(drawn[0]),
    }


def _table(view: View) -> Block:
    columns = [{"name": c.name, "label": c.label.as_dict(), "unit": c.unit, "words": _named(c)} for c in view.columns]
    listed, places = _listed(view)
    return {"kind": "table", "columns": columns, "rows": _cells(listed, view), "places": places}


def _choose(name: str, view: View, currency: str) -> Block | None:
    """What a reader may choose by: its label, and each value with its name and its number of rows."""
    from ltv.report.both import cell
    from ltv.report.download import words_of

    if view.selector is None:
        return None
    if view.selector not in view.data:
        raise UsageError(found(f"selector of view {name!r}", view.selector, ", ".join(map(str, view.data.columns))))
    column = next((c for c in view.columns if c.name == view.selector), Column(view.selector, words.CHOICE))
    options = [
        {"value": words_of(value), "rows": int(rows), **cell(value, column.unit, currency, _named(column)).as_dict()}
        for value, rows in view.data.groupby(view.selector, sort=False, observed=True).size().items()
    ]
    return {"label": column.label.as_dict(), "options": options}


def _listed(view: View) -> tuple[pd.DataFrame, list[int] | None]:
    """Return the rows that a table lists and, where a reader chooses, the place of each row's choice."""
    if view.selector is None:
        return view.data.head(LISTED_ROWS), None
    groups = view.data.groupby(view.selector, sort=False, observed=True)
    each = min(LISTED_ROWS, max(LEAST_ROWS, MOST_ROWS // max(groups.ngroups, 1)))
    chosen = (groups.cumcount() < each) & view.data[view.selector].notna()
    places: list[int] = groups.ngroup()[chosen].tolist()
    return view.data[chosen], places


def _named(column: Column) -> dict[str, dict[str, str]]:
    return {value: text.as_dict() for value, text in column.words.items()}


def _cells(frame: pd.DataFrame, view: View) -> list[list[Any]]:
    columns = [[_cell(value) for value in frame[c.name]] for c in view.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(value: object) -> Any:  # noqa: ANN401  any JSON value
    import pandas as pd

    from ltv.report.download import is_missing, words_of

    if is_missing(value):
        return None
    if pd.api.types.is_bool(value):
        return bool(value)
    return _finite(value) if pd.api.types.is_number(value) else words_of(value)


def _finite(value: Any) -> float | int | None:  # noqa: ANN401  any number type
    """Return a plain number that JSON can hold, or None."""
    if value is None or not isfinite(value):
        return None
    return int(value) if isinstance(value, Integral) else float(value)


def _storable(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle that any notebook file can hold: strict JSON without halves of surrogate pairs."""
    text = json.dumps(bundle, ensure_ascii=False, allow_nan=False)
    stored: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
    return stored


def _words(text: Text | None) -> dict[str, str] | None:
    return None if text is None else text.as_dict()


def _inline_figure(block: Block) -> dict[str, Any]:
    """Give JupyterLab the figure with its title, which the page has in its own heading."""
    from ltv.report.figure import dressed, inert

    figure = dressed(block["figure"])
    margin = figure["layout"].get("margin", {}) | {"t": 90}
    layout = figure["layout"] | {"title": {"text": inert(block["title"][LANGS[0]])}, "margin": margin}
    return {**figure, "layout": layout}
