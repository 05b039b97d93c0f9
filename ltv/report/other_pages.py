"""Pages that no notebook draws: lists of pages and dates, and what stands in for a page that could not be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from ltv.contract import INPUTS
from ltv.report import words
from ltv.report.frame import plain_page
from ltv.report.pages import OVERVIEW, DateEntry, Failure, NavItem, PageInfo
from ltv.text import Lang, Text


def render_failure(info: PageInfo, failure: Failure) -> str:
    """Return the page that stands in for a notebook that stopped: which cell, what happened, what to do."""
    return plain_page("failure.html.j2", info, failure=failure)


def render_missing(info: PageInfo, table: str, why: Text | str, *, shows: Text | None = None) -> str:
    """Return the page that stands in for a notebook whose input table, or a result it builds on, is not there.

    Args:
        info: what the page says about its run.
        table: name of the missing input or result table.
        why: why it counts as missing.
        shows: what the page answers once the table is there.
    """
    return plain_page("missing.html.j2", info, table=table, why=why, shows=shows, is_input=table in INPUTS)


def render_refused(info: PageInfo, reasons: Sequence[Text]) -> str:
    """Return the page of a date whose data broke the contract so far that no run could start."""
    return plain_page("refused.html.j2", info, reasons=reasons)


def render_date_index(
    info: PageInfo, pages: Sequence[NavItem], takeaways: Mapping[str, Mapping[str, str] | None] | None = None
) -> str:
    """Return the table of contents of a date without an overview, and why it has none.

    Args:
        info: what the page says about its run; its title is not used.
        pages: the pages of the date, in order.
        takeaways: by name of the page, its first sentence as `first_takeaway` gives it.
    """
    titled = replace(info, title=words.DATE_TITLE.format(date=info.date))
    if any(item.name == OVERVIEW for item in pages):
        absent = {"text": words.OVERVIEW_FAILED, "state": "watch"}
    else:
        absent = {"text": words.OVERVIEW_ABSENT.format(page=OVERVIEW), "state": "none"}
    return plain_page("date.html.j2", titled, pages=pages, takeaways=takeaways or {}, absent=absent)


def render_index(entries: Sequence[DateEntry], languages: Sequence[Lang]) -> str:
    """Return the list of all dates, newest first, with their state and their pages."""
    newest_first = sorted(entries, key=lambda entry: entry.date, reverse=True)
    months = [(month, list(group)) for month, group in groupby(newest_first, key=lambda entry: entry.date[:7])]
    latest = next((entry.date for entry in newest_first if entry.state == "good"), None)
    info = PageInfo("index", words.INDEX_TITLE, date="", as_of="", run_id="", languages=languages)
    return plain_page("index.html.j2", info, months=months, latest=latest)
