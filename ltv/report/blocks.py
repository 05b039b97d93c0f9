"""What a notebook cell shows of a result: typed blocks that the page is made of, and their look in JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from numbers import Integral
from typing import TYPE_CHECKING, Any

from ltv.errors import UsageError, found
from ltv.report import words
from ltv.result import Answer, Column, KeyFigure, Result, Source, State, Takeaway, View
from ltv.text import LANGS, Lang, Text, spoken

if TYPE_CHECKING:
    import pandas as pd

MIME = "application/vnd.ltv.blocks+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
VERSION = 1
KEY_FIGURES, TAKEAWAYS, QUESTIONS = "key_figures", "takeaways", "questions"
LISTED_ROWS = 50  # of a table, or of each choice of one that has a selector
LEAST_ROWS, MOST_ROWS = 5, 600  # of each choice, however many there are; of all choices together

Block = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What `show` returns: the blocks of one cell.

    Attributes:
        blocks: what the page is made of, as JSON.
        lang: language of what stands below the cell; the blocks hold both.
    """

    blocks: tuple[Block, ...]
    lang: Lang = field(default_factory=spoken)

    def __repr__(self) -> str:
        return f"<shown: {', '.join(str(b.get('view', b['kind'])) for b in self.blocks) or 'nothing'}>"

    def _ipython_display_(self) -> None:
        """Put out one block after the other: below a cell, of one output only one form is drawn."""
        from IPython.display import display

        for bundle in self.outputs():
            display(bundle, raw=True)  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """All blocks in one bundle, for what asks for no more than one."""
        from ltv.report.inline import html_of, plotly_of

        drawn: dict[str, Any] = {"text/html": "\n".join(html_of(block, self.lang) for block in self.blocks)}
        if len(self.blocks) == 1 and self.blocks[0]["kind"] == "chart":
            drawn = {PLOTLY_MIME: plotly_of(self.blocks[0], self.lang)}
        return _bundle(repr(self), self.blocks, drawn)

    def outputs(self) -> list[dict[str, Any]]:
        """Return what a notebook shows, as MIME bundles: the page reads its blocks, a front end what it can draw."""
        from ltv.report.inline import heading, html_of, plotly_of

        bundles: list[dict[str, Any]] = []
        for block in self.blocks:
            said = repr(Shown((block,), self.lang))
            if block["kind"] == "chart" and block["csv"]["lines"]:
                bundles += [
                    _bundle(f"{said} heading", (), {"text/html": heading(block, self.lang)}),
                    _bundle(said, (block,), {PLOTLY_MIME: plotly_of(block, self.lang)}),
                ]
            else:
                bundles.append(_bundle(said, (block,), {"text/html": html_of(block, self.lang)}))
        return bundles


def _bundle(said: str, blocks: tuple[Block, ...], drawn: dict[str, Any]) -> dict[str, Any]:
    return _storable({"text/plain": said, MIME: {"version": VERSION, "blocks": blocks}} | drawn)


def show(result: Result, *views: str) -> Shown:
    """Show parts of a result on the page: its charts and tables by name, `key_figures`, `takeaways`, `questions` it answers.

    Args:
        result: what an analysis returned.
        views: names of views, in the order of the page, each shown once; none means questions or takeaways, key figures, all views.

    Raises:
        UsageError: the result has no view of that name, or a chart that the page cannot draw.
    """
    known = result.views
    usual = [QUESTIONS, KEY_FIGURES, *known] if result.answers else [KEY_FIGURES, TAKEAWAYS, *known]
    allowed = dict.fromkeys([*usual, TAKEAWAYS])
    for name in views:
        if name not in allowed:
            raise UsageError(found("view", name, ", ".join(allowed)))
    return Shown(tuple(_block(result, name, known) for name in dict.fromkeys(views or usual)))


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
    if name == QUESTIONS:
        return {"kind": QUESTIONS, "currency": result.currency, "items": [_answer(a) for a in result.answers]}
    view: View = views[name]
    block = _view(name, view) | {"currency": result.currency, "choose": _choose(name, view, result.currency)}
    return block | (_chart(result, name, view) if view.kind == "chart" else _table(view))


def _key_figure(figure: KeyFigure) -> Block:
    numbers = {k: _finite(getattr(figure, k)) for k in ("value", "low", "high", "previous")}
    said = {k: _words(getattr(figure, k)) for k in ("label", "comparison", "rule")}
    spark = [_finite(x) for x in figure.spark]
    return {**said, **numbers, "unit": figure.unit, "state": figure.state, "spark": spark,
            "level": figure.level, "source": _source(figure.source), "is_minor": figure.is_minor}  # fmt: skip


def _takeaway(takeaway: Takeaway) -> Block:
    said = {"text": takeaway.text.as_dict(), "action": _words(takeaway.action)}
    return {**said, "state": takeaway.state, "source": _source(takeaway.source)}


def _answer(answer: Answer) -> Block:
    words = {k: _words(getattr(answer, k)) for k in ("question", "verdict", "text", "action")}
    figure = None if answer.figure is None else _key_figure(answer.figure)
    return {**words, "name": answer.name, "state": answer.state, "source": _source(answer.source), "figure": figure}


def _source(source: Source | None) -> dict[str, str] | None:
    return None if source is None else {"page": source.page, "view": source.view}


def csv_part(stored: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return the download of a block, as the notebook stores it, with at most so many rows."""
    return {"head": stored["head"], "lines": stored["lines"][:rows]}


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
