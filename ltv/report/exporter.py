"""Our nbconvert exporter: its own templates, everything in them escaped unless it was cleaned."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from traitlets.config import Config

from ltv.report import frame_words, navigation, theme, words
from ltv.report.both import as_text, both, cell, raw
from ltv.report.download import csv_part
from ltv.report.figure import bare, look_of
from ltv.report.glossary import terms_of
from ltv.report.questions import card
from ltv.report.tiles import tile

_TEMPLATES = Path(__file__).parent / "templates"

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
        loader=FileSystemLoader(_TEMPLATES),
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


class PageExporter(TemplateExporter):
    """Turns an executed notebook into a page; what the page says beyond the notebook comes as resources."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(  # type: ignore[no-untyped-call]
            template_file="notebook.html.j2", template_paths=[str(_TEMPLATES)], **options
        )

    @property
    def default_config(self) -> Config:
        """Run no preprocessor: sections are taken from the notebook as it is."""
        return Config({"PageExporter": {"default_preprocessors": []}})

    def _create_environment(self) -> Environment:
        return environment()
