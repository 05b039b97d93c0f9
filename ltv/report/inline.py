"""What a notebook shows below a cell: the tiles, sentences, charts and tables of the page, in one language.

Styles stand at the elements, since JupyterLab takes style sheets out of what it does not trust, and colours are those of
its theme, so that a dark one stays dark.
"""

from __future__ import annotations

import copy
from typing import Any

from markupsafe import Markup, escape

from ltv.colors import PALE, SOFT
from ltv.report import words
from ltv.report.both import as_text, cell
from ltv.report.figure import dressed
from ltv.report.theme import STATE_COLORS
from ltv.report.tiles import Tile, tile
from ltv.result import STATE_SHAPES
from ltv.text import Lang, Text

Block = dict[str, Any]

_WAYS = {"up": "↑", "down": "↓", "flat": "→"}
_SOFT = f"color:var(--jp-ui-font-color2,{SOFT});font-size:13px"
_TILES = "display:flex;flex-wrap:wrap;gap:12px;margin:4px 0 8px"
_TILE = f"flex:1 1 190px;max-width:280px;padding:10px 14px;border:1px solid var(--jp-border-color2,{PALE});border-radius:8px"
_VALUE = "font-size:24px;font-weight:650;line-height:1.3"
_HEAD = "font-size:16px;font-weight:650;margin:8px 0 2px"
_BOX = "overflow-x:auto;max-width:100%"
_FIGURE = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"
_MOMENT, _WORDS = "text-align:left;white-space:nowrap", "text-align:left"
_LOOKS = {"text": _WORDS, "date": _MOMENT, "time": _MOMENT}


def html_of(block: Block, lang: Lang) -> str:
    """Return a block as HTML without scripts, everything in it escaped."""
    return str(_INLINE[block["kind"]](block, lang))


def heading(block: Block, lang: Lang) -> str:
    """Return the title of a view and what a reader should know of it."""
    note = _say(block["note"], lang)
    below = Markup('<div style="{}">{}</div>').format(_SOFT, note) if note else Markup("")
    return str(Markup('<div style="{}">{}</div>{}').format(_HEAD, _say(block["title"], lang), below))


def plotly_of(block: Block, lang: Lang) -> dict[str, Any]:
    """Return the figure of a chart in one language, in the form that JupyterLab draws."""
    figure: dict[str, Any] = copy.deepcopy(dressed(block["figure"]))
    for path, value in block["patches"].get(lang, ()):
        spot: Any = figure
        for step in path[:-1]:
            spot = spot[step]
        spot[path[-1]] = value
    return figure | {"config": {"displaylogo": False, "responsive": True}}


def _say(text: Text | dict[str, str] | None, lang: Lang) -> str:
    return as_text(text).to(lang)


def _light(state: str, lang: Lang) -> Markup:
    style = f"color:{STATE_COLORS[state]};font-weight:600;white-space:nowrap"
    return Markup('<span style="{}">{} {}</span>').format(style, STATE_SHAPES[state], _say(words.STATES[state], lang))


def _questions(block: Block, lang: Lang) -> Markup:
    names = ("question", "verdict", "text", "action")
    rows = [[_say(item[name], lang) for name in names] for item in block["items"]]
    line = Markup("<tr><th>{}</th><td><b>{}</b></td><td>{} <i>→ {}</i></td></tr>")
    return Markup("<table>{}</table>").format(Markup("").join(line.format(*row) for row in rows))


def _key_figures(block: Block, lang: Lang) -> Markup:
    tiles = [_tile(tile(figure, block["currency"]), lang) for figure in block["figures"]]
    return Markup('<div style="{}">{}</div>').format(_TILES, Markup("").join(tiles))


def _tile(one: Tile, lang: Lang) -> Markup:
    lines = [
        Markup('<div style="{}">{}</div>').format(_SOFT, _say(one.label, lang)),
        Markup('<div style="{}">{}</div>').format(_VALUE, _say(one.value, lang)),
    ]
    if one.interval:
        lines.append(Markup('<div style="{}">{}</div>').format(_SOFT, _say(one.interval, lang)))
    if one.change:
        moved = f"{_WAYS[one.change.way]} {_say(one.change.amount, lang)}"
        against = _say(one.change.against, lang)
        lines.append(Markup('<div><b>{}</b> <span style="{}">{}</span></div>').format(moved, _SOFT, against))
    if one.spark:
        lines.append(_drawn(one.spark))
    if one.state != "none" or one.rule:
        light = _light(one.state, lang) if one.state != "none" else ""
        rule = Markup('<span style="{}">{}</span>').format(_SOFT, _say(one.rule, lang))
        lines.append(Markup("<div>{} {}</div>").format(light, rule))
    return Markup('<div style="{}">{}</div>').format(_TILE, Markup("").join(lines))


def _drawn(spark: Markup) -> Markup:
    """Give the small line here what the page gives it by its style sheet."""
    looks = 'width="100%" height="26" fill="none" stroke="currentColor" stroke-width="1.5"'
    dot = 'stroke-width="5" stroke-linecap="round" vector-effect="non-scaling-stroke"'
    made = str(spark).replace('class="spark"', looks).replace('class="spark-dot"', dot)
    return Markup(made.replace('class="spark-line"', 'vector-effect="non-scaling-stroke"'))  # noqa: S704  numbers alone


def _takeaways(block: Block, lang: Lang) -> Markup:
    rows = [_takeaway(item, lang) for item in block["items"]]
    style = "margin:2px 0 8px;padding-left:4px;list-style:none;max-width:75ch"
    return Markup('<ul style="{}">{}</ul>').format(style, Markup("").join(rows))


def _takeaway(item: dict[str, Any], lang: Lang) -> Markup:
    action = _say(item["action"], lang)
    told = Markup('<div style="{}"><b>{}</b> {}</div>').format(_SOFT, _say(words.ACTION, lang), action)
    light, text = _light(item["state"], lang), _say(item["text"], lang)
    return Markup('<li style="margin:6px 0">{} {}{}</li>').format(light, text, told if action else "")


def _chart(block: Block, lang: Lang) -> Markup:
    """Only what a chart is about: HTML without scripts cannot draw it."""
    empty = "" if block["csv"]["lines"] else Markup("<p>{}</p>").format(_say(words.NO_ROWS, lang))
    return _below_heading(block, lang, Markup(empty))  # noqa: S704  made of escaped parts


def _table(block: Block, lang: Lang) -> Markup:
    if not block["rows"]:
        return _below_heading(block, lang, Markup("<p>{}</p>").format(_say(words.NO_ROWS, lang)))
    styles = [_LOOKS.get(c["unit"], _FIGURE) for c in block["columns"]]
    cells = zip(styles, block["columns"], strict=True)
    head = Markup("").join(Markup('<th style="{}">{}</th>').format(s, _say(c["label"], lang)) for s, c in cells)
    rows = Markup("").join(_row(row, styles, block, lang) for row in block["rows"])
    table = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)
    listed, total = len(block["rows"]), block["csv"]["total"]
    more = words.ROWS_FIRST.format(shown=f"{listed:,}", total=f"{total:,}") if total > listed else None
    cut = Markup('<div style="{}">{}</div>').format(_SOFT, _say(more, lang)) if more else ""
    return _below_heading(block, lang, Markup('<div style="{}">{}</div>{}').format(_BOX, table, cut))


def _row(row: list[Any], styles: list[str], block: Block, lang: Lang) -> Markup:
    cells = [
        Markup('<td style="{}">{}</td>').format(style, cell(value, c["unit"], block["currency"], c["words"]).to(lang))
        for value, style, c in zip(row, styles, block["columns"], strict=True)
    ]
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _below_heading(block: Block, lang: Lang, content: Markup) -> Markup:
    return Markup(heading(block, lang)) + content  # noqa: S704  made of escaped parts


def _notice(block: Block, lang: Lang) -> Markup:
    return Markup("<p>{} {}</p>").format(_light(block["state"], lang), escape(_say(block["text"], lang)))


_INLINE = {
    "key_figures": _key_figures,
    "takeaways": _takeaways,
    "questions": _questions,
    "chart": _chart,
    "table": _table,
    "notice": _notice,
}
