"""Pages of notebooks: one self-contained HTML file each, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ltv.errors import LtvError, found
from ltv.report.blocks import csv_part
from ltv.report.download import MAX_ROWS
from ltv.report.exporter import PageExporter
from ltv.report.frame import encodable, frame_of, island
from ltv.report.pages import BlockTitle, NavItem, PageInfo
from ltv.report.sections import Section, blocks_of, notebook_title, read_notebook, sections, titles_of

MAX_PAGE_BYTES = 1_700_000
_FEWER_ROWS = (2_000, 1_000, 500, 200, 50)


def render_notebook(
    path: Path | str,
    info: PageInfo,
    *,
    pages: Sequence[NavItem] = (),
    takeaways: Mapping[str, Mapping[str, str] | None] | None = None,
) -> str:
    """Return the page of an executed notebook.

    The downloads of a page that would be too heavy hold fewer rows, and say so.

    Args:
        path: the executed notebook.
        info: what the page says about its run; the notebook's own title replaces its title.
        pages: pages that it lists at its end, as the overview lists all of its date.
        takeaways: by name of the page, its first sentence as `first_takeaway` gives it.

    Raises:
        LtvError: the file is no notebook, or the page is over 1.7 MB however few rows its downloads hold.
    """
    notebook = read_notebook(Path(path))
    shown = sections(notebook)
    titled = replace(info, title=notebook_title(notebook) or info.title)
    listed = {"pages": pages, "takeaways": takeaways or {}}
    page = _notebook_page(notebook, titled, shown, {"max_rows": MAX_ROWS, **listed})
    size = len(page.encode())
    if size <= MAX_PAGE_BYTES:
        return page
    for rows in _FEWER_ROWS:
        if size - _saved(shown, rows) > MAX_PAGE_BYTES:
            continue  # drawn again only where it can be light enough: most of the time goes into drawing
        page = _notebook_page(notebook, titled, shown, {"max_rows": rows, **listed})
        if len(page.encode()) <= MAX_PAGE_BYTES:
            return page
    least = f"{(size - _saved(shown, _FEWER_ROWS[-1])) / 1e6:.2f} MB"
    raise LtvError(found(f"page {info.name}", least, "up to 1.7 MB; draw fewer points or show fewer views"))


def _saved(shown: Sequence[Section], rows: int) -> int:
    """Bytes that a page loses when its downloads hold so many rows; that they say so makes it a little longer."""
    stored = [section.block["csv"] for section in shown if section.block and "csv" in section.block]
    whole, short = ([len(island(csv_part(s, n)).encode()) for s in stored] for n in (MAX_ROWS, rows))
    return sum(whole) - sum(short)


def _notebook_page(notebook: Any, info: PageInfo, shown: Sequence[Section], more: Mapping[str, Any]) -> str:  # noqa: ANN401
    charts = any(section.kind == "chart" for section in shown)
    resources = {"page": info, "sections": shown, **more} | frame_of(info.languages, charts=charts)
    html, _ = PageExporter().from_notebook_node(notebook, resources)
    return encodable(html)


def first_takeaway(path: Path | str) -> dict[str, str] | None:
    """Return the first sentence of an executed notebook in both languages, with its state, or None.

    Returns:
        `{"zh": …, "en": …, "state": …}`.
    """
    for block in blocks_of(read_notebook(Path(path))):
        if block["kind"] == "takeaways" and block["items"]:
            first = block["items"][0]
            return {**first["text"], "state": first["state"]}
    return None


def block_titles(path: Path | str) -> tuple[BlockTitle, ...]:
    """Return what the search finds on the page of an executed notebook: titles of blocks, names of key figures."""
    return titles_of(read_notebook(Path(path)))
