"""What a finished run leaves beside its results: its pages in order, for links and lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ltv.report.pages import NavItem
from ltv.text import Text
from ltv.warehouse.files import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "pages.json"


def write_nav(run: Path, items: Sequence[NavItem]) -> None:
    """Write down the pages of a run."""
    body = [{"name": i.name, "title": i.title.as_dict(), "href": i.href, "state": i.state} for i in items]
    write_text(run / NAME, json.dumps(body, ensure_ascii=False, indent=1))


def read_nav(run: Path) -> tuple[NavItem, ...]:
    """The pages of a run; none where it never got that far."""
    path = run / NAME
    if not path.exists():
        return ()
    body = json.loads(path.read_text(encoding="utf-8"))
    return tuple(NavItem(i["name"], Text(**i["title"]), i["href"], i["state"]) for i in body)
