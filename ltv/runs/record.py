"""What a finished run leaves beside its results: its pages in order and their blocks, for links, lists and searches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ltv.report.pages import BlockTitle, NavItem
from ltv.text import Text
from ltv.warehouse.files import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "pages.json"


def write_nav(run: Path, items: Sequence[NavItem]) -> None:
    """Write down the pages of a run."""
    body = [
        {
            "name": i.name,
            "title": i.title.as_dict(),
            "href": i.href,
            "state": i.state,
            "blocks": [{"anchor": b.anchor, "title": b.title.as_dict(), "is_title": b.is_title} for b in i.blocks],
        }
        for i in items
    ]
    write_text(run / NAME, json.dumps(body, ensure_ascii=False, indent=1))


def read_nav(run: Path) -> tuple[NavItem, ...]:
    """The pages of a run; none where it never got that far, no blocks where it was made before they were kept."""
    path = run / NAME
    if not path.exists():
        return ()
    body = json.loads(path.read_text(encoding="utf-8"))
    return tuple(
        NavItem(i["name"], Text(**i["title"]), i["href"], i["state"], _blocks(i.get("blocks", ()))) for i in body
    )


def _blocks(stored: Sequence[dict[str, Any]]) -> tuple[BlockTitle, ...]:
    return tuple(BlockTitle(b["anchor"], Text(**b["title"]), b["is_title"]) for b in stored)
