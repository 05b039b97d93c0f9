"""`ltv.five_answers`: the five questions of a marketer, answered from the result tables of a date.

The walk: result tables, and the days of orders and events → key figures with their history → five answers → tiles and tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ltv.overview.change_answer import change_answer
from ltv.overview.channel_answer import channel_answer
from ltv.overview.days import people_of_days, revenue_of_days
from ltv.overview.effect_answer import effect_answer
from ltv.overview.figures import figures
from ltv.overview.given import Earlier, Given
from ltv.overview.health_answer import health_answer
from ltv.overview.overview_result import Overview
from ltv.overview.people_answer import people_answer

if TYPE_CHECKING:
    from ltv.overview.figure import Figure
    from ltv.warehouse.table import TableLike

_COLUMNS = [
    "date", "figure", "value", "low", "high", "level", "previous", "compared_with", "usual_low", "usual_high", "unit", "state",
    "page", "view",
]  # fmt: skip


def five_answers(
    results: Mapping[str, pd.DataFrame],
    orders: TableLike | None = None,
    events: TableLike | None = None,
    *,
    as_of: date,
    earlier: Earlier = (),
    forecasts: Earlier = (),
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Overview:
    """How healthy is the base; what changed and why; whom to win back or reward; which channel next; did it work (docs/overview.md).

    Args:
        results: result tables of the date by name, those that are there.
        orders: user_id, ts, amount or value, status: for net revenue, which no table tells by day.
        events: user_id, ts: for daily active users.
        as_of: the date.
        earlier: earlier dates, each with its result table overview, as `ws.said` gives them.
        forecasts: earlier dates, each with its result table ltv_totals.
        timezone: zone of the days.
        currency: in which money is written.

    Raises:
        UsageError: orders or events lack a column.

    >>> told = five_answers({}, as_of=date(2026, 6, 30))
    >>> [answer.state for answer in told.answers]
    ['none', 'none', 'none', 'none', 'none']
    """
    revenue = {} if orders is None else revenue_of_days(orders, as_of=as_of, timezone=timezone)
    people = {} if events is None else people_of_days(events, as_of=as_of, timezone=timezone)
    given = Given(results, as_of, currency, earlier, forecasts, revenue, people)
    made = tuple(figures(given))
    named = {figure.name: figure for figure in made}
    told = (
        health_answer(given, named),
        change_answer(given, made),
        people_answer(given),
        channel_answer(given),
        effect_answer(given),
    )
    return Overview(_table(made, as_of), currency=currency, as_of=as_of, figures=made, given=given, told=told)


def _table(made: tuple[Figure, ...], as_of: date) -> pd.DataFrame:
    rows = pd.DataFrame([figure.row(as_of) for figure in made], columns=_COLUMNS)
    numbers = ["value", "low", "high", "previous", "usual_low", "usual_high"]
    return rows.astype(dict.fromkeys(numbers, "float64") | {"level": "int64"})
