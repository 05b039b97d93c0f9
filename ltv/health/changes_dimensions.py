"""By what a change is taken apart: every dimension puts each person into one part, and whom it does not know into `unknown`.

What people move between (value tier, time since joining, whether they were there lately) is told as it was when each week began.
Told at its end, those who bought most would be the best because they bought, and a quiet week would blame them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltv.health.changes_counted import NOBODY, SPENT_DAYS, WEEK_DAYS
from ltv.health.ground import NEVER
from ltv.health.segments import OTHERS, TIER, WHOLE

if TYPE_CHECKING:
    from ltv.health.calendar import Ints
    from ltv.health.changes_counted import Weeks
    from ltv.health.segments import Kind

UNKNOWN, COHORT, LIFECYCLE = "unknown", "cohort", "lifecycle"
TIERS, COHORTS, STATES = (
    ("top", "middle", "no_order"),
    ("new", "month_1", "months_2_3", "older"),
    ("new", "retained", "dormant"),
)
MOST_PARTS = 10
_BEST_SHARE, _MONTH, _QUARTER, _LATELY = 0.2, 30, 90, 30


@dataclass(frozen=True, eq=False)
class Dimension:
    """A way to take everybody apart.

    Attributes:
        name: of the dimension.
        parts: names; the last is `unknown`.
        of: the part of each person, shape (weeks, people); one row where it is the same in all weeks.
    """

    name: str
    parts: tuple[str, ...]
    of: Ints

    def part(self, week: Ints, who: Ints) -> Ints:
        """The part of each row."""
        row = np.minimum(week, len(self.of) - 1)
        known = self.of[row, np.maximum(who, 0)] if self.of.size else np.zeros(len(who), np.int64)
        found: Ints = np.where(who == NOBODY, len(self.parts) - 1, known).astype(np.int64)
        return found


def dimensions(weeks: Weeks) -> list[Dimension]:
    """Segments of the settings, channel, city, value tier, time since joining, whether they were there lately."""
    people = len(weeks.shop.ground.user_id)
    moving = {TIER, WHOLE}
    fixed = [fixed_of(kind, people) for kind in weeks.shop.kinds if kind.name not in moving and is_partition(kind)]
    known = weeks.shop.ground.known_day
    starts = np.array(weeks.days, np.int64)[:, None] - WEEK_DAYS
    rolling = [
        Dimension(TIER, (*TIERS, UNKNOWN), tiers(weeks)),
        Dimension(COHORT, (*COHORTS, UNKNOWN), cohorts(known, starts)),
        Dimension(LIFECYCLE, (*STATES, UNKNOWN), _states(weeks, known, starts)),
    ]
    declared = {one.name for one in fixed}
    return fixed + [one for one in rolling if one.name not in declared]


def is_partition(kind: Kind) -> bool:
    """Whether nobody belongs to two segments of a kind: only then do parts add up."""
    return len(np.unique(kind.who)) == len(kind.who)


def fixed_of(kind: Kind, people: int) -> Dimension:
    """A kind of segments as a dimension; the smallest segments of many are put together."""
    size = np.bincount(kind.of, minlength=len(kind.segments))
    largest = sorted(range(len(size)), key=lambda n: (-size[n], kind.segments[n]))[:MOST_PARTS]
    named = [kind.segments[n] for n in largest if kind.segments[n] != OTHERS]
    rest = len(named) < len(kind.segments)
    parts = (*named, *((OTHERS,) if rest else ()), UNKNOWN)
    code = np.array([named.index(name) if name in named else len(named) for name in kind.segments], np.int64)
    of = np.full(people, len(parts) - 1, np.int64)
    of[kind.who] = code[kind.of]
    return Dimension(kind.name, parts, of[None, :])


def cohorts(known: Ints, starts: Ints) -> Ints:
    """How long before each week everybody joined.

    >>> cohorts(np.array([100, 90, 50, 5, NEVER]), np.array([[99]])).tolist()
    [[0, 1, 2, 3, 4]]
    """
    tenure = starts - np.where(known == NEVER, 0, known)[None, :]
    bands = [tenure < 0, tenure < _MONTH, tenure < _QUARTER]
    found: Ints = np.select(bands, [0, 1, 2], default=3)
    found[:, known == NEVER] = len(COHORTS)
    return found


def _states(weeks: Weeks, known: Ints, starts: Ints) -> Ints:
    """New in the week, there in the thirty days before it, or not."""
    found = np.full((len(starts), len(known)), 2, np.int64)
    for k, start in enumerate(starts[:, 0].tolist()):
        found[k, weeks.shop.past.there(start, _LATELY)] = 1
        found[k, known > start] = 0
    return found


def tiers(weeks: Weeks) -> Ints:
    """By what everybody had spent in the 180 days before each week: the best fifth of buyers, the others, nobody."""
    rows = weeks.bought[weeks.bought["who"] != NOBODY]
    n, who, value = (rows[c].to_numpy() for c in ("n", "who", "value"))
    people = len(weeks.shop.ground.user_id)
    found = np.full((len(weeks.days), people), 2, np.int64)
    for k, day in enumerate(weeks.days):
        start = day - WEEK_DAYS
        inside: NDArray[np.bool_] = (n <= start) & (n > start - SPENT_DAYS)
        spent = np.bincount(who[inside], value[inside], minlength=people)
        buyers = np.flatnonzero(spent > 0)
        rank = pd.Series(spent[buyers]).rank(method="first", ascending=False).to_numpy()
        found[k, buyers] = np.where(rank <= np.ceil(len(buyers) * _BEST_SHARE), 0, 1)
    return found
