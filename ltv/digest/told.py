"""What the digest of a date is made of: the published health board, the one before it, and what is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.digest.digest_words import WORDS
from ltv.errors import MissingTableError
from ltv.health.health_board import as_published
from ltv.health.health_findings import newest
from ltv.health.health_views import recent, state_of
from ltv.health.segments import WHOLE
from ltv.text import Text
from ltv.workspace.store import published_dates, published_folder, read_result

if TYPE_CHECKING:
    from pathlib import Path

    from ltv.health.health_result import Health
    from ltv.settings import Settings

PAGE = "12_health"
_KEYS = ["date", "indicator", "segment_kind", "segment"]


@dataclass(frozen=True, eq=False)
class Told:
    """A published date as the digest tells it.

    Attributes:
        date: the date.
        board: its health board.
        before: the board of the published date before it, or None.
        plans: its result table strategy_plans; no rows where it plans nothing.
        pages_url: where readers find the pages, or nothing.
    """

    date: str
    board: Health
    before: Health | None
    plans: pd.DataFrame
    pages_url: str = ""

    @property
    def link(self) -> str:
        """Where the health page is, or nothing."""
        return f"{self.pages_url}/{self.date}/{PAGE}.html" if self.pages_url else ""

    @property
    def overview(self) -> str:
        """Where the overview of the date is, or nothing."""
        return f"{self.pages_url}/{self.date}/index.html" if self.pages_url else ""

    @cached_property
    def lights(self) -> Mapping[str, str]:
        """The traffic light of each indicator in the whole base."""
        return _lights(self.board)

    @cached_property
    def turned(self) -> Mapping[str, str]:
        """Indicators whose light is another one than on the date before, with the light they had."""
        if self.before is None:
            return {}
        was = _lights(self.before)
        return {name: was[name] for name, light in self.lights.items() if name in was and was[name] != light}

    @cached_property
    def triggers(self) -> pd.DataFrame:
        """What triggered and was not told on the date before: a day whose rows come late triggers a day late."""
        if self.before is None:
            return recent(self.board, 1)
        rows, old = recent(self.board), self.before.table
        known = pd.MultiIndex.from_frame(old.loc[old["triggered"], _KEYS])
        return rows[~pd.MultiIndex.from_frame(rows[_KEYS]).isin(known)]

    @cached_property
    def planned(self) -> list[dict[str, Any]]:
        """Plans of playbooks that are on, those that wait for approval first, then by cost."""
        if self.plans.empty:
            return []
        on = self.plans[(self.plans["state"] != "off") & (self.plans["people"] + self.plans["control"] > 0)]
        on = on.assign(first=on["state"] != "waits").sort_values(
            ["first", "cost"], ascending=[True, False], kind="stable"
        )
        return [{str(k): v for k, v in row.items()} for row in on.to_dict("records")]

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """Plans that wait for approval."""
        return [row for row in self.planned if row["state"] == "waits"]

    @property
    def is_news(self) -> bool:
        """Whether something triggered, a light turned or a plan waits; the first date there is always is."""
        return self.before is None or bool(len(self.triggers) or self.turned or self.waiting)

    @property
    def headline(self) -> Text:
        """What is new, in a few words."""
        counts = {"triggered": len(self.triggers), "turned": len(self.turned), "waits": len(self.waiting)}
        counts["beyond"] = sum(light in ("watch", "bad") for light in self.lights.values())
        parts = [WORDS[name].format(n=str(n)) for name, n in counts.items() if n] or [WORDS["quiet"]]
        return Text("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))

    @property
    def title(self) -> Text:
        """Date and headline."""
        return WORDS["title"].format(date=self.date, headline=self.headline)


def told(root: Path, settings: Settings, date: str) -> Told:
    """Read what a published date says.

    Args:
        root: the workspace.
        settings: its settings.
        date: the date.

    Raises:
        MissingTableError: the date has no health board.
        LtvError: a stored table is not the one that was written.
    """
    board = _board(settings, [published_folder(root, date)], date)
    earlier = [published_folder(root, day) for day in published_dates(root) if day < date]
    try:
        before = _board(settings, earlier, date)
    except MissingTableError:
        before = None
    return Told(date, board, before, _plans(root, date), settings.dispatch.pages_url)


def _board(settings: Settings, folders: Sequence[Path], date: str) -> Health:
    table = read_result("health", folders, day=date)
    try:
        people = read_result("churn_scores", folders[:1], day=date)
    except MissingTableError:
        people = None
    return as_published(
        table, people, indicators=settings.indicators, board=settings.health, freshness_hours=settings.freshness_hours,
        currency=settings.currency,
    )  # fmt: skip


def _plans(root: Path, date: str) -> pd.DataFrame:
    try:
        return read_result("strategy_plans", [published_folder(root, date)], day=date)
    except MissingTableError:
        return pd.DataFrame()


def _lights(board: Health) -> dict[str, str]:
    there = board.table.loc[board.table["segment_kind"] == WHOLE, "indicator"].unique()
    return {w.name: state_of(newest(board, w.name)) for w in board.watched if w.name in there}
