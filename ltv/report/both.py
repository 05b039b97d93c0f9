"""Words in both languages as HTML: each language in its own element, of which the page shows one."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from ltv.text import Text, Unit, number


def as_text(words: Text | Mapping[str, str] | str | None) -> Text:
    """Return words from wherever they come as a `Text`: a block stores them as `{"zh": …, "en": …}`.

    >>> as_text({"zh": "留存", "en": "retention"}).en
    'retention'
    """
    if isinstance(words, Text):
        return words
    if isinstance(words, Mapping):
        return Text(str(words["zh"]), str(words["en"]))
    return Text(words or "", words or "")


def both(words: Text | Mapping[str, str] | str | None) -> Markup:
    """Return escaped HTML that holds both languages, or the plain words where they do not differ.

    >>> print(both(Text("是", "yes")))
    <span lang="zh">是</span><span lang="en">yes</span>
    >>> print(both("<b>"))
    &lt;b&gt;
    """
    text = as_text(words)
    if text.zh == text.en:
        return escape(text.zh)
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(text.zh, text.en)


def cell(value: object, unit: Unit, currency: str, named: Mapping[str, Mapping[str, str]] | None = None) -> Text:
    """Write the value of a table cell in both languages, by its name where it has one."""
    from ltv.report import words

    if named and str(value) in named:
        return as_text(named[str(value)])
    if isinstance(value, bool):
        return words.YES if value else words.NO
    return number(value, "text" if isinstance(value, str) and unit not in ("date", "time") else unit, currency=currency)


def raw(value: object) -> str | None:
    """Return what a table sorts a cell by, where that is not what it shows: a number as it was before it was written.

    >>> raw(0.41234), raw(12), raw("12"), raw(None)
    ('0.41234', '12', None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:.12g}"
