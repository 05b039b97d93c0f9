"""An answered question as a card: its number drawn with what it is held against, and the way to where it was taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ltv.report import words
from ltv.report.both import as_text
from ltv.report.pages import NavItem
from ltv.report.tiles import whisker
from ltv.text import Text, number


@dataclass(frozen=True)
class Card:
    """What the template of a question fills in; None where there is nothing to say.

    Attributes:
        value: the number that the answer rests on.
        label: what it is.
        whisker: the number on its interval, with a mark where it is held against.
        mark: what it is held against, and its value.
        href: where to read on.
        page: title of that page.
    """

    value: Text | None
    label: Text | None
    whisker: Markup | None
    mark: Text | None
    href: str
    page: Text | None


def card(answer: Mapping[str, Any], currency: str, nav: Sequence[NavItem]) -> Card:
    """Prepare one answer, as its block stores it, for the template.

    Args:
        answer: of the block `questions`.
        currency: in which money is written.
        nav: pages of the date; a link leads to those alone.
    """
    figure, source = answer["figure"], answer["source"]
    item = next((i for i in nav if source and i.name == source["page"]), None)
    # a view's block is called by its name, with hyphens
    anchor = "#" + source["view"].replace("_", "-") if item and source["view"] else ""
    href, page = (item.href + anchor, item.title) if item else ("", None)
    if figure is None or figure["value"] is None:
        return Card(None, None, None, None, href, page)
    value = number(figure["value"], figure["unit"], currency=currency)
    ends = figure["low"], figure["high"]
    drawn = None if None in ends else whisker(figure["value"], *ends, figure["previous"])
    held = number(figure["previous"], figure["unit"], currency=currency)
    mark = words.MARK.format(what=as_text(figure["comparison"]), value=held) if drawn and figure["comparison"] else None
    return Card(value, as_text(figure["label"]), drawn, mark, href, page)
