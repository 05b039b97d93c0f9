"""What a block is called in an address: the same every morning, so that a link to it keeps leading there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# What the frame of a page calls its own parts.
RESERVED = frozenset(
    [
        "main",
        "menu",
        "search",
        "found",
        "finder",
        "language",
        "theme",
        "print",
        "pages",
        "dates",
        "blocks",
        "said",
        "lead",
        "index",
        "templates",
        "turn",
        "chart-look",
    ]
)
_NUMBERED = re.compile(r"(?:s|csv-|chart-|alt-|choice-|png-)\d+")
_UNNAMED = ("notice",)


def anchor_of(view: str) -> str:
    """Return what the block of a view is called in an address.

    >>> anchor_of("retention_curve"), anchor_of("main"), anchor_of("留存")
    ('retention-curve', 'main-block', 'block')
    """
    name = re.sub(r"[^a-z0-9]+", "-", view.lower()).strip("-") or "block"
    return f"{name}-block" if name in RESERVED or _NUMBERED.fullmatch(name) else name


def anchors(blocks: Iterable[Mapping[str, Any] | None]) -> Iterator[str]:
    """Name each block of a page, in order; of two views with one name the second is called so; others have no name.

    >>> list(anchors([{"kind": "chart", "view": "curve"}, None, {"kind": "chart", "view": "curve"}]))
    ['curve', '', 'curve-2']
    """
    taken: set[str] = set()
    for block in blocks:
        if block is None or block["kind"] in _UNNAMED:
            yield ""
            continue
        name = anchor_of(block.get("view", block["kind"]))
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(free)
        yield free
