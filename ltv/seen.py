"""How a result shows itself where nobody has asked for a page: in a terminal and below a notebook cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any
from unicodedata import east_asian_width

from ltv.colors import SOFT
from ltv.text import Lang, Text, Unit, number

_ROWS, _COLUMNS, _WIDE, _LOOKED_AT = 5, 9, 26, 200
_ROWS_OF = Text("{n} 行", "{n} {n:row|rows}")
_FIRST = Text(
    "前 {shown} 行，共 {n} 行，{columns} 列",
    "the first {shown} of {n} {n:row|rows}, {columns} {columns:column|columns}",
)
_NEXT = Text("接下来", "next")
_SOFT = f"color:var(--jp-ui-font-color2,{SOFT})"
_FIGURE = re.compile(r"[−+]?\D{0,3}\d[\d,.]*[%万亿]?")
_LEFT, _RIGHT = "text-align:left", "text-align:right;font-variant-numeric:tabular-nums"


def in_terminal(result: Any, lang: Lang) -> str:  # noqa: ANN401  a Result, which shows itself with this
    """Return name and rows, key figures with their states, sentences, first rows, what to do next, and the views."""
    lines = [f"<{type(result).__name__}: {len(result.table):,} rows of {result.name!r}>"]
    lines += _aligned([_figure(f, result.currency, lang) for f in result.key_figures])
    lines += [f"  {_lit(t.state)}{t.text.to(lang)}" for t in result.findings]
    if len(result.table.columns):
        lines += [f"  {_rows_in_words(result, lang)}", *_aligned(_head(result, lang), indent=4)]
    lines.append(f"  {_NEXT.to(lang)}: {', '.join(_calls(result))}")
    return "\n".join([*lines, f"  views: {', '.join(result.views) or 'none'}"])


def in_notebook(result: Any, lang: Lang) -> str:  # noqa: ANN401
    """Return the same as HTML, everything in it escaped."""
    rows = _ROWS_OF.format(n=f"{len(result.table):,}").to(lang)
    parts = [f"<div><b>{escape(type(result).__name__)}</b> <code>{escape(result.name)}</code> · {escape(rows)}</div>"]
    figures = "".join(_cells(_figure(f, result.currency, lang), "td") for f in result.key_figures)
    parts.append(f"<table>{figures}</table>" if figures else "")
    said = "".join(f"<li>{escape(_lit(t.state) + t.text.to(lang))}{_action(t, lang)}</li>" for t in result.findings)
    parts.append(f'<ul style="max-width:75ch">{said}</ul>' if said else "")
    if len(result.table.columns):
        head, *body = _head(result, lang)
        listed = "".join(_cells(row, "td") for row in body)
        table = f"<table><thead>{_cells(head, 'th')}</thead><tbody>{listed}</tbody></table>"
        parts.append(f'<div style="overflow-x:auto">{table}</div>')
        parts.append(f'<div style="{_SOFT}">{escape(_rows_in_words(result, lang))}</div>')
    calls = ", ".join(f"<code>{escape(call)}</code>" for call in _calls(result))
    return "".join([*parts, f'<div style="{_SOFT}">{_NEXT.to(lang)}: {calls}</div>'])


def _figure(figure: Any, currency: str, lang: Lang) -> list[str]:  # noqa: ANN401  a KeyFigure
    def told(value: float | None) -> str:
        return number(value, figure.unit, currency=currency).to(lang)

    ranged = figure.low is not None and figure.high is not None
    interval = f"[{told(figure.low)}, {told(figure.high)}]" if ranged else ""
    rule = figure.rule.to(lang) if figure.rule else ""
    return [figure.label.to(lang), told(figure.value), interval, f"{_lit(figure.state)}{rule}".strip()]


def _lit(state: str) -> str:
    return {"good": "● ", "watch": "▲ ", "bad": "■ "}.get(state, "")


def _action(takeaway: Any, lang: Lang) -> str:  # noqa: ANN401  a Takeaway
    told = f"→ {takeaway.action.to(lang)}" if takeaway.action else ""
    return f'<div style="{_SOFT}">{escape(told)}</div>' if told else ""


def _calls(result: Any) -> Iterator[str]:  # noqa: ANN401
    """What one would type next; the name stands for whatever the result was called."""
    chart = next((name for name, view in result.views.items() if view.kind == "chart"), None)
    yield ".table"
    if chart is not None:
        yield f'.figure("{chart}")'
    if result.findings:
        yield '.takeaways("en")'
    if result.views:
        yield "ltv.show(result)"


def _rows_in_words(result: Any, lang: Lang) -> str:  # noqa: ANN401
    shown = min(_ROWS, len(result.table))
    told = {"shown": str(shown), "n": f"{len(result.table):,}", "columns": str(len(result.table.columns))}
    return _FIRST.format(**told).to(lang)


def _head(result: Any, lang: Lang) -> list[list[str]]:  # noqa: ANN401
    """Names as one writes them in code, values as the page writes them where a view has the same column."""
    units = {column.name: column.unit for view in result.views.values() for column in view.columns}
    shown, more = _chosen(result.table)
    rows = result.table.head(_ROWS)[shown].to_dict("records")
    body = [[_value(row[name], units.get(name), result.currency, lang) for name in shown] + more for row in rows]
    return [[str(name) for name in shown] + more, *body]


def _chosen(table: Any) -> tuple[list[str], list[str]]:  # noqa: ANN401  a data frame
    """Columns to show, and a sign for those that are left out: first those that say the same in every row."""
    names = list(table.columns)
    if len(names) <= _COLUMNS:
        return names, []
    rows = table.head(_LOOKED_AT)
    varied = [name for name in names if rows[name].astype(str).nunique(dropna=False) > 1]
    return (varied if len(varied) > 1 else names)[: _COLUMNS - 1], ["…"]


def _value(value: object, unit: Unit | None, currency: str, lang: Lang) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and unit not in (None, "text", "date", "time"):
        told = number(value, unit, currency=currency).to(lang)
    elif is_number:
        told = f"{value:,}" if isinstance(value, int) else f"{value:.4g}".replace("nan", "–")
    else:
        told = number(value, unit if unit in ("date", "time") else "text").to(lang)
    told = "".join(c if c.isprintable() else "·" for c in told)  # what data holds must not steer a terminal
    return told if len(told) <= _WIDE else told[: _WIDE - 1] + "…"


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: a Chinese character takes two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _aligned(rows: Sequence[Sequence[str]], *, indent: int = 2) -> list[str]:
    """Put cells under one another."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)) for row in rows]
    return [" " * indent + line.rstrip() for line in lines]


def _cells(row: Sequence[str], tag: str) -> str:
    first, *others = row
    cells = [f'<{tag} style="{_LEFT}">{escape(first)}</{tag}>']
    cells += [f'<{tag} style="{_RIGHT if _is_figure(c) else _LEFT}">{escape(c)}</{tag}>' for c in others]
    return f"<tr>{''.join(cells)}</tr>"


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None
