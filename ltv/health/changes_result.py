"""The result of `ltv.explain_changes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.errors import UsageError, found
from ltv.health.changes_findings import findings, tiles
from ltv.health.changes_views import views, waterfall_of
from ltv.result import KeyFigure, Result, Takeaway, View

if TYPE_CHECKING:
    from ltv.health.changes_explained import Explained
    from ltv.text import Lang


@dataclass(frozen=True, repr=False)
class Changes(Result):
    """What changed and why; `.table` is the result table `change_parts`.

    Attributes:
        as_of: the last day.
        explained: key figures with their bands and explanations.
        weeks: so many weeks before tell what is usual.
    """

    as_of: date
    explained: tuple[Explained, ...]
    weeks: int
    name: ClassVar[str] = "change_parts"

    def of(self, figure: str) -> Explained:
        """One key figure.

        Raises:
            UsageError: there is no such figure.
        """
        by_name = {one.figure.name: one for one in self.explained}
        if figure not in by_name:
            raise UsageError(found("figure", figure, ", ".join(by_name)))
        return by_name[figure]

    @property
    def moved(self) -> list[Explained]:
        """Figures beyond their usual band, bad ones first."""
        return sorted((one for one in self.explained if one.is_beyond), key=lambda one: not one.is_bad)

    @property
    def beneath(self) -> list[Explained]:
        """Figures that are usual while one of their parts is not."""
        return [one for one in self.explained if one.best and not one.is_beyond]

    @property
    def waterfalls(self) -> tuple[str, ...]:
        """Charts of the figures that moved."""
        return tuple(name for name in self.views if name.startswith("why_"))

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """A tile for each figure that is known."""
        return tiles(self)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What moved and where from, or that all is as usual; what cannot be judged."""
        return findings(self)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Figures, a waterfall of each that moved, all parts."""
        return views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw a waterfall."""
        return waterfall_of(self, view, lang)
