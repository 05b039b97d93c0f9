"""What changed and why: key figures beyond their usual band, taken apart by whom the change comes from.

It stands beside the board and not in it: the board tells of thresholds and triggers, day by day; this compares two weeks. It uses the
board's tables, models and segments, so that nothing is read or trained twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv.errors import UsageError, found
from ltv.health.changes_band import MOST_WEEKS
from ltv.health.changes_counted import WEEK_DAYS, Weeks, counted
from ltv.health.changes_dimensions import dimensions
from ltv.health.changes_explained import Judge
from ltv.health.changes_noise import Lots
from ltv.health.changes_result import Changes
from ltv.health.changes_table import table_of

if TYPE_CHECKING:
    from ltv.health.changes_counted import Said
    from ltv.health.health_result import Health


def explain_changes(board: Health, *, said: Said = (), seed: int = 0) -> Changes:
    """Judge every key figure against what is usual for it, and take its change apart by segment, channel, city, cohort and more.

    Revenue, buyers, orders, people there, first orders within 48 hours, churn risk, benefit depth, effective invitations and expected
    value: each against the same weekday of the weeks before (docs/health.md). Contributions of the parts of a dimension add up
    to the change. Parts are only named where they carry more than their share, beyond chance.

    Args:
        board: what `ltv.health_board` returned for the day.
        said: days, whole weeks before, each with the result table ltv_scores as it was published then.
        seed: of the people drawn again for intervals.

    Raises:
        UsageError: the board was read from result tables, so that it knows of no people.

    >>> import pandas as pd
    >>> from datetime import date
    >>> from ltv.health.health_board import health_board
    >>> paid = pd.DataFrame({"user_id": range(70), "ts": pd.date_range("2026-01-20", periods=70), "amount": 30.0, "status": "paid"})
    >>> explain_changes(health_board(paid, as_of=date(2026, 3, 30))).of("net_revenue_7d").verdict
    'usual'
    """
    if board.shop is None:
        raise UsageError(found("board", "one read from result tables", "what ltv.health_board returned"))
    weeks = Weeks(board.shop, weeks_of(len(board.shop.ground.calendar.numbers)))
    lots = Lots.of_people(len(board.shop.ground.user_id), seed=seed)
    explained = Judge(weeks, dimensions(weeks), lots).explain(counted(weeks, said))
    table = table_of(explained, board.as_of)
    return Changes(table, currency=board.currency, as_of=board.as_of, explained=tuple(explained), weeks=weeks.back)


def weeks_of(days: int) -> int:
    """How many weeks before the last one are looked at, of so many days of the board.

    >>> weeks_of(91), weeks_of(58)
    (12, 8)
    """
    return min(MOST_WEEKS, (days - 1) // WEEK_DAYS)
