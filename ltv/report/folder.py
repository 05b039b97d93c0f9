"""The folder form of a page: what pages share stands beside them once, so that a page itself is small.

Styles, scripts and the index of the search become files in `assets/`, named after their content: pages of one run name the
same ones. The rows behind blocks become CSV files in `data/`. Where a page is still too large, charts and rows of tables
follow into a script of its own. All is loaded from beside the page, also from a disk: a policy that names hashes does not
allow that for files, `'self'` does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from markupsafe import escape

from ltv.errors import LtvError, found
from ltv.report import assets
from ltv.report.download import BOM
from ltv.text import LANGS

GOAL_BYTES = 80_000

_POLICY = re.compile(r'(http-equiv="Content-Security-Policy" content=")([^"]*)(")')
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ISLAND = re.compile(r'<script type="application/json" id="([\w-]+)">(.*?)</script>\n?', re.DOTALL)
_PACKED = re.compile(r'<script type="application/gzip" id="packed-library">[^<]*</script>')
_ROWS = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)
_DATES = re.compile(r'<details class="days">.*?</details>|<a class="up".*?</a>', re.DOTALL)

_HERE = "<!-- what was moved -->"

# What was moved comes back before the page's own script looks for it; as text it was safe in the page, and still is.
_BACK = """\
for (const [id, text] of Object.entries({islands})) {{
  const made = document.createElement("script");
  Object.assign(made, {{ type: "application/json", id, textContent: text }});
  document.body.append(made);
}}
for (const [id, rows] of Object.entries({rows})) document.querySelector('[data-rows="' + id + '"]').innerHTML = rows;
"""


@dataclass
class Apart:
    """A page taken apart.

    Attributes:
        html: the page.
        files: what it needs beside it, by path from the page.
    """

    html: str
    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, name: str, ending: str, text: str) -> str:
        """Put a file beside the page, named after its content, and return its path."""
        body = text.encode()
        path = f"assets/{name}-{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
        self.files[path] = body
        return path


def taken_apart(html: str, name: str) -> Apart:
    """Return a self-contained page as one that finds styles, scripts and rows beside it.

    Args:
        html: a page as it is published.
        name: of the page, such as `12_health`.

    Raises:
        LtvError: it is no page of ours.
    """
    page = Apart(_PACKED.sub(lambda _: f"<script>{assets.plotly()}</script>", _DATES.sub(_date_alone, html)))
    scripts = _SCRIPT.findall(page.html)
    if not _POLICY.search(page.html) or len(scripts) < 2:  # noqa: PLR2004  the first script and the page's own
        raise LtvError(found(f"page {name}", "no page of this version", "one that `ltv run` has made"))
    page.html = _POLICY.sub(lambda m: m[1] + _beside(m[2]) + m[3], page.html)
    page.html = _STYLE.sub(lambda m: f'<link rel="stylesheet" href="{page.put("style", "css", m[1])}">', page.html)
    _move_downloads(page)
    moved = _move_back_later(page, {"index": _island(page, "index")}, {}, "index")
    _name_scripts(page)
    first = [moved, *_own_script(page, name), page.put("folder", "js", assets.folder_script())]
    page.html = page.html.replace(_HERE, "\n".join(map(_named, first)), 1)
    return page


def _date_alone(match: re.Match[str]) -> str:
    """Other dates are not in the folder."""
    date = re.search(r"<summary>.*?(<b>.*?</b>)", match[0], re.DOTALL)
    return date[1] if date else ""


def _beside(policy: str) -> str:
    """What was named by hash is a file now, but for the few styles that charts write."""
    scripts = re.sub(r"script-src [^;]*", "script-src 'self'", unescape(policy))
    return str(escape(re.sub(r"style-src 'unsafe-hashes' '[^']*'", "style-src 'self' 'unsafe-hashes'", scripts)))


def _island(page: Apart, wanted: str) -> str | None:
    """Take a JSON island out of the page."""
    match = next((m for m in _ISLAND.finditer(page.html) if m[1] == wanted), None)
    if match is None:
        return None
    page.html = page.html[: match.start()] + page.html[match.end() :]
    return match[2]


def _move_downloads(page: Apart) -> None:
    for match in list(_ISLAND.finditer(page.html)):
        button = re.search(rf'<[^<>]*data-csv="{re.escape(match[1])}"[^<>]*>', page.html)
        name = re.search(r'data-name="([^"]*)\.csv"', button[0]) if button else None
        if button is None or name is None:
            continue
        stored, path = json.loads(match[2]), _free(page, unescape(name[1]))
        for lang in LANGS:
            lines = "\r\n".join([stored["head"][lang], *stored["lines"]])
            page.files[f"{path}.{lang}.csv"] = f"{BOM}{lines}\r\n".encode("utf-8", "replace")
        _island(page, match[1])
        page.html = page.html.replace(button[0], button[0][:-1] + f' data-file="{path}">', 1)


def _free(page: Apart, name: str) -> str:
    """A path that no other rows of the page have; the name of a view can be anything."""
    base = "data/" + (re.sub(r"[^\w.-]+", "-", name).strip("-.") or "rows")
    number, path = 1, base
    while f"{path}.{LANGS[0]}.csv" in page.files:
        number += 1
        path = f"{base}-{number}"
    return path


def _own_script(page: Apart, name: str) -> list[str]:
    """Move charts, which nobody sees without scripts, then rows of tables out of a page until it is small enough."""
    islands: dict[str, str | None] = {}
    rows: dict[str, str] = {}
    charts = sorted(_ISLAND.finditer(page.html), key=lambda match: -len(match[2]))
    tables = sorted(_ROWS.finditer(page.html), key=lambda match: -len(match[1]))
    parts = [*(("island", m[1]) for m in charts), *(("rows", m[1]) for m in tables)]
    for kind, what in parts:
        if len(page.html.encode()) <= GOAL_BYTES:
            break
        if kind == "island":
            islands[what] = _island(page, what)
        else:
            rows[str(len(rows))] = what
            page.html = page.html.replace(f"<tbody>{what}</tbody>", f'<tbody data-rows="{len(rows) - 1}"></tbody>', 1)
    return [_move_back_later(page, islands, rows, name)] if islands or rows else []


def _move_back_later(page: Apart, islands: Mapping[str, str | None], rows: Mapping[str, str], name: str) -> str:
    told = {id_: text for id_, text in islands.items() if text is not None}
    return page.put(name, "js", _BACK.format(islands=_js(told), rows=_js(rows)))


def _js(value: Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _name_scripts(page: Apart) -> None:
    """Let the page name its scripts where they stood; what was moved comes before the last one, which looks for it."""
    *others, own = _SCRIPT.findall(page.html)
    for text in others:
        page.html = page.html.replace(f"<script>{text}</script>", _named(page.put("script", "js", text)), 1)
    named = f"{_HERE}\n{_named(page.put('script', 'js', own))}"
    page.html = page.html.replace(f"<script>{own}</script>", named, 1)


def _named(path: str) -> str:
    return f'<script src="{path}"></script>'
