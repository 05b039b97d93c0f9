"""What all pages stand in: the template environment, in which everything is escaped, and what every page carries.

It loads no notebook and no table: lists of pages are written at once, as a step back needs it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ltv.report import assets, frame_words, navigation, theme, words
from ltv.report.blocks import csv_part
from ltv.report.both import as_text, both, cell, raw
from ltv.report.figure import bare, look_of
from ltv.report.glossary import terms_of
from ltv.report.pages import PageInfo
from ltv.report.questions import card
from ltv.report.tiles import tile
from ltv.text import Lang

TEMPLATES = Path(__file__).parent / "templates"

# Inside a script element HTML ends at `</script`, and JavaScript ends lines at two characters that JSON allows.
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def island(value: object) -> Markup:
    r"""Return JSON that can stand in a script element.

    >>> print(island({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))  # noqa: S704  no character of HTML is left in it


@cache
def environment() -> Environment:
    """Return the template environment of all pages."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"both": both, "island": island, "tile": tile, "text": as_text}
    env.globals |= {"words": words, "card": card, "cell": cell, "raw": raw, "csv_part": csv_part}
    env.globals |= {"frame": frame_words, "navigation": navigation, "terms_of": terms_of}
    env.globals |= {"chart_look": theme.look, "bare": bare, "look_of": look_of}
    return env


def plain_page(template: str, info: PageInfo, **more: object) -> str:
    """Return a page without charts, drawn from a template."""
    frame = frame_of(info.languages, charts=False)
    return encodable(environment().get_template(template).render(page=info, **frame, **more))


def frame_of(languages: Sequence[Lang], *, charts: bool) -> dict[str, Any]:
    """Return what every page carries: its style, its scripts and the policy that names them."""
    library = [assets.plotly()] if charts else []
    return {
        "style": assets.style(),
        "first": assets.first(),
        "packed": assets.packed_plotly() if charts else "",
        "script": assets.script(),
        "policy": assets.policy([assets.first(), *library, assets.script()]),
        "languages": list(languages),
    }


def encodable(html: str) -> str:
    """Replace halves of surrogate pairs, which data can hold and no file can."""
    return html.encode("utf-8", "replace").decode()
