"""The result of `ltv.five_answers`: five answers, the key figures, and the rows behind each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from ltv.overview.overview_views import views
from ltv.result import Answer, KeyFigure, Result, Takeaway, View

if TYPE_CHECKING:
    from ltv.overview.figure import Figure
    from ltv.overview.given import Given


@dataclass(frozen=True, repr=False)
class Overview(Result):
    """The overview of a date; `.table` is the result table `overview`.

    Attributes:
        as_of: the date.
        figures: the key figures, predicted value first.
        given: what it is made of.
        told: the five answers.
    """

    as_of: date
    figures: tuple[Figure, ...]
    given: Given
    told: tuple[Answer, ...]
    name: ClassVar[str] = "overview"

    @property
    def answers(self) -> Sequence[Answer]:
        """The five questions, answered."""
        return self.told

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """A tile for each figure."""
        return [figure.tile() for figure in self.figures]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """The answers as sentences."""
        return [Takeaway(one.text, one.state, one.action, one.source) for one in self.told]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """One for each question: the rows behind its answer."""
        return views(self)
