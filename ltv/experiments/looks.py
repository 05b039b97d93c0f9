"""The metric that decides, as it stood at every look so far: after a day, a week, up to two dozen looks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError
from ltv.experiments.methods import Question, decisive
from ltv.warehouse.local_time import DAY_US

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.people_of_test import People

MOST_LOOKS = 24
COLUMNS = ["date", "variant", "lift", "low", "high", "n"]


def looks(people: People, *, first_us: float, as_of_us: int) -> pd.DataFrame:
    """Cumulative effect of every variant on the first metric.

    A look at a day sees who had shown the whole metric by then; its bounds hold at every look, whether the test runs or not.

    Args:
        people: of one test, with `exposed_us`.
        first_us: first exposure, microseconds.
        as_of_us: the exclusive end of what is known.

    Returns:
        One row a look and variant: date (end of what was known), lift with interval, people of all arms.
    """
    import pandas as pd

    measured = people.measured[0]
    window = measured.metric.window[1]
    days = (as_of_us - first_us - window) / DAY_US
    every = max(1, math.ceil(days / MOST_LOOKS))
    step = every * DAY_US
    place = sql.expression("(exposed_us - f) // s", f=exp.Literal.number(int(first_us)), s=exp.Literal.number(step))
    rows = people.rows(("look",), only=[measured], look=place)
    rows = rows[rows["variant"].isin(list(people.weights))].sort_values("look")
    sums = [c for c in rows.columns if c not in ("variant", "look")]
    told = []
    for look in sorted(int(x) for x in rows["look"].unique()):
        end = min(first_us + (look + 1) * step + window, as_of_us)
        so_far = rows[rows["look"] <= look].groupby("variant")[sums].sum().reset_index()
        asked = people.questions(so_far, only=[measured])[measured.metric.name]
        if isinstance(asked, Question):
            told += _look(asked, people, pd.Timestamp(int(end), unit="us"))
    return pd.DataFrame(told, columns=COLUMNS).drop_duplicates(["date", "variant"], keep="last", ignore_index=True)


def _look(asked: Question, people: People, date: pd.Timestamp) -> list[dict[str, object]]:
    told = []
    for variant in [v for v in people.others if v in asked.arms]:
        try:
            row = decisive(replace(asked, running=True), variant)
        except UsageError:
            continue
        n = sum(arm.n for arm in asked.arms.values())
        told.append({"date": date, "variant": variant, "lift": row.lift, "low": row.low, "high": row.high, "n": n})
    return told
