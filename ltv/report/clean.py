"""HTML that is not ours, made harmless: markdown cells and the rich output of foreign libraries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import nh3
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath

_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,")
_SCHEMES = {"http", "https", "mailto", "data"}


def clean(html: str) -> Markup:
    """Return HTML without scripts, styles, forms, frames and anything that loads from elsewhere; tables stay.

    >>> clean("<table><tr><td onclick='x()'>1<script>x()</script></td></tr></table>")
    Markup('<table><tbody><tr><td>1</td></tr></tbody></table>')
    """
    kept = nh3.clean(html, attribute_filter=_keep_attribute, url_schemes=_SCHEMES)
    return Markup(kept)  # noqa: S704  cleaned in the line above


def markdown(source: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    r"""Return a markdown cell as clean HTML.

    >>> markdown("# 留存 *retention*")
    Markup('<h1>留存 <em>retention</em></h1>\n')
    """
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True, attachments=dict(attachments or {}))
    try:
        return clean(MarkdownWithMath(renderer=renderer).render(source))
    except InvalidNotebook:  # an image that is named but not attached: the words still stand
        return Markup("<p>{}</p>").format(source)


def plain(source: str) -> str:
    r"""Return the words of a markdown cell.

    >>> plain("Who **comes** back &\nwhen")
    'Who comes back & when'
    """
    return markdown(source).striptags()


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    """Let images come from inside the page alone, links lead to places, and the page alone say what has a language."""
    if attribute in ("src", "srcset", "background", "poster"):
        return value if tag == "img" and attribute == "src" and _IMAGE.match(value) else None
    if attribute in ("href", "cite", "action"):
        return None if value.strip().lower().startswith("data:") else value
    return None if attribute in ("class", "style", "id", "bgcolor", "lang") else value
