"""Ways from page to page: pages by group, the one before and after, what the search finds, where to read on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ltv.report import frame_words
from ltv.report.anchors import anchor_of
from ltv.report.pages import OVERVIEW, NavItem, PageInfo
from ltv.text import Text

# By what a reader looks for, first what is read first; a page that nobody placed stands last.
_PLACES: dict[str, tuple[str, ...]] = {
    "today": ("overview", "health"),
    "behaviour": ("retention", "funnel", "golden48", "trial", "referral"),
    "value": ("ltv", "sequences", "attribution"),
    "action": ("strategy", "experiments", "hooks"),
    "data": ("data_assets", "unified_id", "the_mall"),
    "more": (),
}
_SEEN_AT_ONCE = 6  # so few pages need no groups
_GROUP_OF = {topic: group for group, topics in _PLACES.items() for topic in topics}


@dataclass(frozen=True)
class Group:
    """Pages that belong together; without a title where there are few pages altogether."""

    title: Text | None
    items: tuple[NavItem, ...]


@dataclass(frozen=True)
class Link:
    """Where to read on."""

    href: str
    words: Text


def grouped(nav: Sequence[NavItem]) -> list[Group]:
    """Return the pages of a date by group, in reading order.

    >>> item = lambda name: NavItem(name, Text(name, name), f"{name}.html")
    >>> [g.items[0].name for g in grouped([item("01_data_assets"), item("12_health")])]
    ['01_data_assets']
    >>> [g.title.en for g in grouped([item(f"0{n}_x") for n in range(6)] + [item("12_health")])]
    ['Today', 'More']
    """
    if len(nav) <= _SEEN_AT_ONCE:
        return [Group(None, tuple(nav))] if nav else []
    groups = [Group(frame_words.GROUPS[group], tuple(sorted(_members(nav, group), key=_place))) for group in _PLACES]
    return [group for group in groups if group.items]


def opens_with_overview(nav: Sequence[NavItem]) -> bool:
    """Whether the overview is what the date opens with, so that its list of pages needs no link of its own.

    >>> opens_with_overview([NavItem("15_overview", Text("总览", "Overview"), "15_overview.html")])
    True
    """
    return any(item.name == OVERVIEW and item.state == "done" for item in nav)


def neighbours(nav: Sequence[NavItem], name: str) -> tuple[NavItem | None, NavItem | None]:
    """Return the page before and the page after one, in reading order."""
    row = [item for group in grouped(nav) for item in group.items]
    at = next((i for i, item in enumerate(row) if item.name == name), None)
    if at is None:
        return None, row[0] if row else None
    return row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None


def source_link(source: Mapping[str, str] | None, page: PageInfo) -> Link | None:
    """Return the link to what a figure or a sentence was taken from, where that page is among those of the date."""
    item = next((i for i in page.nav if source and i.name == source["page"]), None)
    if source is None or item is None:
        return None
    anchor = anchor_of(source["view"]) if source["view"] else ""
    title = next((block.title for block in item.blocks if block.anchor == anchor and block.is_title), None)
    where = frame_words.WHERE.format(page=item.title, block=title) if title else item.title
    href = (f"#{anchor}" if anchor else "#main") if item.name == page.name else item.href + (anchor and f"#{anchor}")
    return Link(href, frame_words.MORE.format(where=where))


def search_index(nav: Sequence[NavItem]) -> list[list[Any]]:
    """Return what the search of a page looks through: each page with the names of its blocks and key figures.

    >>> from ltv.report.pages import BlockTitle
    >>> search_index([NavItem("a", Text("甲", "A"), "a.html", blocks=(BlockTitle("b", Text("乙", "B")),))])
    [['a.html', '甲', 'A', [['b', '乙', 'B']]]]
    """
    items = [item for group in grouped(nav) for item in group.items]
    return [[i.href, i.title.zh, i.title.en, [[b.anchor, b.title.zh, b.title.en] for b in i.blocks]] for i in items]


def _members(nav: Sequence[NavItem], group: str) -> list[NavItem]:
    return [item for item in nav if _GROUP_OF.get(_topic(item), "more") == group]


def _place(item: NavItem) -> int:
    topics = _PLACES[_GROUP_OF.get(_topic(item), "more")]
    return topics.index(_topic(item)) if _topic(item) in topics else 0


def _topic(item: NavItem) -> str:
    return re.sub(r"^\d+_", "", item.name)
