"""Pages: one self-contained HTML file each, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from ltv.contract import INPUTS
from ltv.errors import LtvError, found
from ltv.report import assets, words
from ltv.report.download import MAX_ROWS, csv_part
from ltv.report.exporter import PageExporter, environment, island
from ltv.report.pages import OVERVIEW, BlockTitle, DateEntry, DateLink, DateState, Failure, NavItem, PageInfo, PageState
from ltv.report.sections import Section, blocks_of, notebook_title, read_notebook, sections, titles_of
from ltv.text import Lang, Text

__all__ = [
    "BlockTitle",
    "DateEntry",
    "DateLink",
    "DateState",
    "Failure",
    "NavItem",
    "PageInfo",
    "PageState",
    "block_titles",
    "first_takeaway",
    "render_date_index",
    "render_failure",
    "render_index",
    "render_missing",
    "render_notebook",
    "render_refused",
]

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
    resources = {"page": info, "sections": shown, **more} | _frame(info.languages, charts=charts)
    html, _ = PageExporter().from_notebook_node(notebook, resources)
    return _encodable(html)


def render_failure(info: PageInfo, failure: Failure) -> str:
    """Return the page that stands in for a notebook that stopped: which cell, what happened, what to do."""
    return _page("failure.html.j2", info, failure=failure)


def render_missing(info: PageInfo, table: str, why: Text | str, *, shows: Text | None = None) -> str:
    """Return the page that stands in for a notebook whose input table, or a result it builds on, is not there.

    Args:
        info: what the page says about its run.
        table: name of the missing input or result table.
        why: why it counts as missing.
        shows: what the page answers once the table is there.
    """
    return _page("missing.html.j2", info, table=table, why=why, shows=shows, is_input=table in INPUTS)


def render_refused(info: PageInfo, reasons: Sequence[Text]) -> str:
    """Return the page of a date whose data broke the contract so far that no run could start."""
    return _page("refused.html.j2", info, reasons=reasons)


def render_date_index(
    info: PageInfo,
    pages: Sequence[NavItem],
    takeaways: Mapping[str, Mapping[str, str] | None] | None = None,
    *,
    absent: Text | None = None,
) -> str:
    """Return the table of contents of a date, for one without an overview.

    Args:
        info: what the page says about its run; its title is not used.
        pages: the pages of the date, in order.
        takeaways: by name of the page, its first sentence as `first_takeaway` gives it.
        absent: why there is no overview.
    """
    titled = replace(info, title=words.DATE_TITLE.format(date=info.date))
    failed = any(item.name == OVERVIEW for item in pages)
    notice = absent and {"text": absent, "state": "watch" if failed else "none"}
    return _page("date.html.j2", titled, pages=pages, takeaways=takeaways or {}, absent=notice)


def no_overview(pages: Sequence[NavItem]) -> Text:
    """Say why a date has no overview: it failed, or was not run."""
    failed = any(item.name == OVERVIEW for item in pages)
    return words.OVERVIEW_FAILED if failed else words.OVERVIEW_ABSENT.format(page=OVERVIEW)


def render_index(entries: Sequence[DateEntry], languages: Sequence[Lang]) -> str:
    """Return the list of all dates, newest first, with their state and their pages."""
    newest_first = sorted(entries, key=lambda entry: entry.date, reverse=True)
    months = [(month, list(group)) for month, group in groupby(newest_first, key=lambda entry: entry.date[:7])]
    latest = next((entry.date for entry in newest_first if entry.state == "good"), None)
    info = PageInfo("index", words.INDEX_TITLE, date="", as_of="", run_id="", languages=languages)
    return _page("index.html.j2", info, months=months, latest=latest)


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


def _page(template: str, info: PageInfo, **more: object) -> str:
    frame = _frame(info.languages, charts=False)
    return _encodable(environment().get_template(template).render(page=info, **frame, **more))


def _frame(languages: Sequence[Lang], *, charts: bool) -> dict[str, Any]:
    """Return what every page carries: its style, its scripts and the policy that names them."""
    library = [assets.plotly()] if charts else []
    return {
        "style": assets.style(),
        "first": assets.first(),
        "packed": assets.packed_plotly() if charts else "",
        "script": assets.script(),
        "policy": assets.policy([assets.first(), *library, assets.script()]),
        "languages": list(languages),
    }


def _encodable(html: str) -> str:
    """Replace halves of surrogate pairs, which data can hold and no file can."""
    return html.encode("utf-8", "replace").decode()
