"""What the five answers have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv.overview.overview_words import WORDS
from ltv.text import Text, same

if TYPE_CHECKING:
    from ltv.overview.figure import Figure


def interval_of(one: Figure) -> Text:
    """The interval of a figure in brackets; nothing where it has none.

    Args:
        one: a key figure.
    """
    if one.low is None or one.high is None:
        return same("")
    return WORDS["interval"].format(level=same(str(one.level)), low=one.told(one.low), high=one.told(one.high))


def quoted(name: Text | str) -> Text:
    """A name from the data in quotation marks.

    Args:
        name: of a channel, an experiment, a plan.
    """
    return WORDS["quoted"].format(name=same(name) if isinstance(name, str) else name)
