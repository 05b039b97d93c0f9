"""`ltv.per_period`: how often something happened day by day, week by week or month by month, and to how many people."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.behaviour.buckets import WeekStart, as_grain, bucket_sql, first_day, last_complete
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

_ORDERS = {"amount", "status"}


def per_period(
    records: TableLike,
    *,
    as_of: date,
    grain: str = "week",
    timezone: str = "Asia/Shanghai",
    week_start: WeekStart = "monday",
    currency: str = "CNY",
) -> pd.DataFrame:
    """Count the rows and the people of a table in each period of the calendar that is over.

    Of orders only those that were paid count, and their net revenue is added up.

    Args:
        records: user_id and `ts`, `registered_at` or `started_at`; or orders, which also have amount and status.
        as_of: the last day included; a period that is not over by then is left out.
        grain: day, week or month.
        timezone: zone of the calendar.
        week_start: monday or sunday.
        currency: of no use here; it stands among `Workspace.terms`.

    Returns:
        period (its first day), times, people; of orders also revenue. A period without a row is there with zeros.

    Raises:
        UsageError: a column is not there, or the grain is none.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-20"])
    >>> seen = pd.DataFrame({"user_id": [1, 1, 2], "ts": days})
    >>> per_period(seen, as_of=date(2026, 1, 25), timezone="UTC")[["times", "people"]].to_numpy().tolist()
    [[2, 1], [0, 0], [1, 1]]
    """
    step = as_grain(grain)
    engine, names = together({"records": records})
    name = names["records"]
    kind = "orders" if set(engine.columns(name)) >= _ORDERS else "records"
    tables = PeopleTables(engine, {kind: name}, timezone, day_end(as_of, timezone))
    filled = {
        "bucket": bucket_sql(tables.day(kind), step, week_start),
        "value": tables.value() if kind == "orders" else exp.null(),
        "is_counted": tables.condition(kind),
    }
    rows = engine.frame(sql.load("ltv.behaviour", "per_period", tables={"records": name}, columns=filled))
    types = {"times": "int64", "people": "int64"} | ({"revenue": "float64"} if kind == "orders" else {})
    whole = _whole(rows, last_complete(as_of, step, week_start))
    periods = [first_day(number, step, week_start) for number in whole.index]
    counted = whole[list(types)].astype(types).reset_index(drop=True)
    counted.insert(0, "period", periods)
    return counted


def _whole(rows: pd.DataFrame, last: int) -> pd.DataFrame:
    """One row for each bucket from the first to the last one that is over."""
    over = rows[rows["period"] <= last].set_index("period")
    return over.reindex(range(int(over.index.min()), last + 1) if len(over) else [], fill_value=0)
