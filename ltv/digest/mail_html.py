"""The HTML of mails: one look for all of them, everything in it escaped, no sentence without an end."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.digest.lines import one_line
from ltv.report.theme import FONT, INK, LINE, PAPER, SOFT

if TYPE_CHECKING:
    from jinja2 import Environment

    from ltv.text import Lang

_MOST_CHARACTERS = 400  # of one sentence: names of segments and what is wrong come from the data
_LOOK = {"ink": INK, "soft": SOFT, "line": LINE, "paper": PAPER, "font": FONT.replace('"', "'")}


def short(words: str) -> str:
    """Return words in one line that is not endless.

    >>> len(short("x" * 1000))
    401
    """
    said = one_line(words)
    return said if len(said) <= _MOST_CHARACTERS else f"{said[:_MOST_CHARACTERS]}…"


def rendered(name: str, lang: Lang, *, link: str, **values: object) -> str:
    """Return a template of `templates/`, filled.

    Args:
        name: of the file.
        lang: zh or en.
        link: where the mail leads; only an address becomes one.
        values: what the template names.
    """
    given = _LOOK | {"link": link, "is_link": link.startswith(("https://", "file://"))}
    return _environment().get_template(name).render(lang="zh-CN" if lang == "zh" else "en", **given, **values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
