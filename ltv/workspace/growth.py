"""How the number of people grows: identifiers, people, and people with an account, by the week each was first seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ltv import sql
from ltv.warehouse.local_time import local_day

if TYPE_CHECKING:
    import pandas as pd

    from ltv.workspace.workspace import Workspace

COUNTED = ("identifiers", "people", "accounts")
_DAYS_BY_DAY = 45  # up to so many days are shown one by one, more of them by week


def growth(ws: Workspace) -> pd.DataFrame:
    """Count who was first seen when, as the people are known at the workspace's date.

    Returns:
        A row for each day, or each week where there are many days: `start`, `days` of it that are over, and of
        `identifiers`, `people` and `accounts` (people with an account) how many are `new_…` and how many there were
        by its end.
    """
    import pandas as pd

    first, last = _span(ws)
    columns = {"local_day": local_day(sql.column("moment"), ws.settings.timezone, first, last)}
    found = ws.engine.frame(sql.load("ltv.workspace", "growth", columns=columns))
    found["day"] = pd.to_datetime(found["day"])
    days = pd.date_range(found["day"].min(), ws.date) if len(found) else pd.DatetimeIndex([])
    new = found.set_index("day").reindex(days, fill_value=0)[list(COUNTED)]
    start = _starts(days, ws.settings.week_start) if len(days) > _DAYS_BY_DAY else days
    sums = new.groupby(start).sum()
    over = new.groupby(start).size()
    named = sums.add_prefix("new_").assign(days=over, **{name: sums[name].cumsum() for name in COUNTED})
    shown = named.rename_axis("start").reset_index()
    return shown.assign(start=shown["start"].dt.date)[["start", "days", *[f"new_{n}" for n in COUNTED], *COUNTED]]


def _span(ws: Workspace) -> tuple[datetime, datetime]:
    first = ws.engine.scalar(sql.query("SELECT MIN(valid_from) FROM user_ids"))
    return (first or ws.as_of - timedelta(days=1)), ws.as_of


def _starts(days: pd.DatetimeIndex, week_start: str) -> pd.DatetimeIndex:
    import pandas as pd

    since = (days.day_of_week + (1 if week_start == "sunday" else 0)) % 7
    return days - pd.to_timedelta(since, unit="D")
