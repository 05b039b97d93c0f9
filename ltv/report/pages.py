"""What a renderer is told about a page beyond the notebook it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ltv.text import LANGS, Lang, Text

OVERVIEW = "15_overview"  # the notebook whose page a date opens with

PageState = Literal["done", "failed", "missing", "running"]
DateState = Literal["good", "partial", "failed", "refused"]


@dataclass(frozen=True)
class BlockTitle:
    """What the search finds of a page.

    Attributes:
        anchor: of the block on its page.
        title: of the block, or of a key figure in it.
        is_title: whether it is the block's own title.
    """

    anchor: str
    title: Text
    is_title: bool = True


@dataclass(frozen=True)
class NavItem:
    """A link to a page of a date, with how that page came out and what stands on it."""

    name: str
    title: Text
    href: str
    state: PageState = "done"
    blocks: tuple[BlockTitle, ...] = ()


@dataclass(frozen=True)
class DateLink:
    """A link to the same page of another date."""

    date: str
    href: str


@dataclass(frozen=True)
class PageInfo:
    """What every page says about the run it comes from.

    Attributes:
        name: name of the notebook, such as `02_retention`.
        title: title of the page, unless the notebook names one itself.
        date: the date that was run, `YYYY-MM-DD`.
        as_of: exclusive end of that date, as ISO instant with zone.
        run_id: the run that made the page.
        languages: which languages the page offers; it opens in the first.
        currency: ISO code of all money on the page.
        rows: rows read of each input table.
        data_hash: hash of the inputs.
        code_version: version or hash of the code.
        settings: settings that took part, as text.
        parameters: parameters of the notebook.
        nav: the pages of the date, in order.
        home: link to the table of contents of the date.
        up: link to the list of all dates.
        dates: the same page of other dates that were published when this one was made, newest first.
        latest: link to this page of whatever date is the newest complete one, or nothing.
    """

    name: str
    title: Text
    date: str
    as_of: str
    run_id: str
    languages: Sequence[Lang] = LANGS
    currency: str = "CNY"
    rows: Mapping[str, int] = field(default_factory=dict)
    data_hash: str = ""
    code_version: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    nav: Sequence[NavItem] = ()
    home: str = "index.html"
    up: str = "../index.html"
    dates: Sequence[DateLink] = ()
    latest: str = ""

    @property
    def until(self) -> str:
        """The as-of instant as people read it.

        >>> PageInfo("a", Text("", ""), "2025-12-31", "2026-01-01T00:00:00+08:00", "r").until
        '2026-01-01 00:00 (UTC+08:00)'
        """
        moment = datetime.fromisoformat(self.as_of)
        offset = f"{moment:%z}"
        return f"{moment:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]})" if offset else f"{moment:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Failure:
    """Where and why a notebook stopped.

    Attributes:
        cell: id of the cell.
        cell_index: its place in the notebook, counted from 1.
        source: its code.
        error: kind of the error, such as `UsageError`.
        message: what it says, in one line.
        advice: what the reader can do.
    """

    cell: str
    cell_index: int
    source: str
    error: str
    message: str
    advice: Text


@dataclass(frozen=True)
class DateEntry:
    """One date in the list of all dates.

    Attributes:
        date: `YYYY-MM-DD`.
        state: how its run came out.
        run_id: the run that is published for it.
        pages: its pages, links relative to the list.
        why: why it is not good, or nothing.
        href: its table of contents, relative to the list.
    """

    date: str
    state: DateState
    run_id: str
    pages: Sequence[NavItem]
    why: Text
    href: str
