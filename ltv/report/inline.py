"""What JupyterLab shows for blocks: plain escaped HTML, close to what the page will say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from ltv.report import words
from ltv.report.both import as_text, cell
from ltv.report.tiles import tile
from ltv.text import LANGS, Text

_LANG = LANGS[0]


def inline_html(blocks: Sequence[dict[str, Any]]) -> str:
    """Return the blocks of one cell as HTML without styles or scripts."""
    return "\n".join(str(_INLINE[block["kind"]](block)) for block in blocks)


def _say(text: Text | dict[str, str] | None) -> str:
    return as_text(text).to(_LANG)


def _key_figures(block: dict[str, Any]) -> Markup:
    tiles = [tile(figure, block["currency"]) for figure in block["figures"]]
    rows = Markup("").join(Markup("<tr><th>{}</th><td>{}</td><td>{}</td></tr>").format(*_tile_cells(t)) for t in tiles)
    return Markup("<table>{}</table>").format(rows)


def _tile_cells(one: Any) -> tuple[str, str, str]:  # noqa: ANN401  a Tile
    light = "" if one.state == "none" else _say(words.STATES[one.state])
    return _say(one.label), _say(one.value), light


def _takeaways(block: dict[str, Any]) -> Markup:
    said = [(_say(item["text"]), _say(item["action"])) for item in block["items"]]
    rows = [Markup("<li>{} <i>{}</i></li>").format(text, f"→ {action}" if action else "") for text, action in said]
    return Markup("<ul>{}</ul>").format(Markup("").join(rows))


def _questions(block: dict[str, Any]) -> Markup:
    names = ("question", "verdict", "text", "action")
    rows = [[_say(item[name]) for name in names] for item in block["items"]]
    line = Markup("<tr><th>{}</th><td><b>{}</b></td><td>{} <i>→ {}</i></td></tr>")
    return Markup("<table>{}</table>").format(Markup("").join(line.format(*row) for row in rows))


def _chart(block: dict[str, Any]) -> Markup:
    line = words.INLINE_CHART.format(title=_say(block["title"]), view=block["view"])
    return Markup("<p>{}</p>").format(line.to(_LANG))


def _table(block: dict[str, Any]) -> Markup:
    head = Markup("").join(Markup("<th>{}</th>").format(_say(c["label"])) for c in block["columns"])
    rows = Markup("").join(_row(row, block) for row in block["rows"])
    title = Markup("<p><b>{}</b></p>").format(_say(block["title"]))
    return title + Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)


def _row(row: list[Any], block: dict[str, Any]) -> Markup:
    cells = [
        cell(value, c["unit"], block["currency"], c["words"]).to(_LANG)
        for value, c in zip(row, block["columns"], strict=True)
    ]
    return Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(c) for c in cells))


def _notice(block: dict[str, Any]) -> Markup:
    return Markup("<p><b>{}</b> {}</p>").format(_say(words.STATES[block["state"]]), escape(_say(block["text"])))


_INLINE = {
    "key_figures": _key_figures,
    "takeaways": _takeaways,
    "questions": _questions,
    "chart": _chart,
    "table": _table,
    "notice": _notice,
}
