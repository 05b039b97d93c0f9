"""Lifecycle: who is new, retained, resurrected or dormant on every day.

The walk: activity → active days → stretches without a long gap → spans in which a person is in a state → people who enter and
leave each day → running sums. Nobody is expanded to one row a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sqlglot import exp

from ltv import sql
from ltv.behaviour import who
from ltv.behaviour.buckets import bucket, bucket_sql, first_day
from ltv.behaviour.lifecycle_words import STATES, WORDS
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.colors import MAIN, MUTED, OTHER, series
from ltv.drawing import End, add_ends, add_line, choose_first, day_axis, scale_axis
from ltv.errors import UsageError, found
from ltv.result import Column, KeyFigure, Result, Takeaway, View, Worded
from ltv.text import Lang, number
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

_ROOM = "ltv.behaviour"
_COLORS = {"new": OTHER, "retained": MAIN, "resurrected": series(3), "dormant": MUTED}
_NAMES = ("activity", "days", "islands", "spans", "no segments")
_MOST_WINDOW = 92


def lifecycle(
    orders: TableLike | None = None,
    *,
    as_of: date,
    events: TableLike | None = None,
    segments: TableLike | None = None,
    window_days: int = 28,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Lifecycle:
    """Daily counts of people by state.

    A person is active on a day with an event or a paid order in the `window_days` days up to it. Active people are *new* where
    the first activity ever lies in that window, *retained* where they were active a window earlier as well, else *resurrected*;
    *dormant* are those who were active a window earlier and are not now. Days before two whole windows of data are left out,
    and so are days without any activity: that is no data, not zero people. Segments are those of the as-of day.

    Args:
        orders: user_id, day or ts, amount or value, status; or None.
        as_of: the last day included.
        events: user_id, day or ts; or None.
        segments: user_id, segment_kind, segment, or None.
        window_days: length of the window, 1 to 92; 1 makes it yesterday and today, as some tools do.
        timezone: zone of the calendar where tables have `ts` and no `day`.
        currency: in which money is written.

    Raises:
        UsageError: an argument is not one of those allowed, or neither table is there.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-04", "2026-01-04", "2026-01-02"])
    >>> seen = pd.DataFrame({"user_id": [1, 1, 2, 3], "ts": days})
    >>> told = lifecycle(events=seen, as_of=date(2026, 1, 4), window_days=1).table
    >>> told[told["date"] == date(2026, 1, 4)].set_index("state")["users"].to_dict()
    {'dormant': 0, 'new': 1, 'resurrected': 1, 'retained': 0}
    """
    if isinstance(window_days, bool) or not isinstance(window_days, int) or not 1 <= window_days <= _MOST_WINDOW:
        raise UsageError(found("window_days", window_days, f"1 to {_MOST_WINDOW}"))
    engine, names = together({"orders": orders, "events": events, "segments": segments})
    tables = PeopleTables(engine, names, timezone, day_end(as_of, timezone))
    active = [t for t in ("orders", "events") if t in names]
    if not active:
        raise UsageError(found("lifecycle", "no table", "a call with orders or events"))
    try:
        changes, days = _worked_out(tables, active, window_days)
    finally:
        engine.drop([f"life {name}" for name in reversed(_NAMES)])
    table = _daily(changes, days, bucket(as_of, "day"), window_days)
    return Lifecycle(table, currency=currency, as_of=as_of, window_days=window_days)


def _worked_out(tables: PeopleTables, active: Sequence[str], window_days: int) -> tuple[pd.DataFrame, list[int]]:
    """Changes of every state by day, and the days on which anything happened."""
    engine, window = tables.engine, {"window_days": exp.Literal.number(window_days)}
    parts = []
    for table in active:
        columns = {"place": bucket_sql(tables.day(table), "day"), "is_activity": tables.condition(table)}
        parts.append(sql.load(_ROOM, "active_days", tables={"activity": tables.names[table]}, columns=columns))
    engine.define("life activity", sql.union_all(parts))
    again = {"place": sql.column("day"), "is_activity": sql.expression("TRUE")}
    engine.materialise("life days", sql.load(_ROOM, "active_days", tables={"activity": "life activity"}, columns=again))
    engine.materialise(
        "life islands", sql.load(_ROOM, "lifecycle_islands", tables={"days": "life days"}, columns=window)
    )
    engine.define("life spans", sql.load(_ROOM, "lifecycle_spans", tables={"islands": "life islands"}, columns=window))
    engine.define("life no segments", sql.load(_ROOM, "no_segments"))
    segments = tables.names.get("segments", "life no segments")
    changes = engine.frame(sql.load(_ROOM, "lifecycle_changes", tables={"spans": "life spans", "segments": segments}))
    seen = engine.frame(exp.select("day").distinct().from_(sql.table("life days")))
    return changes, sorted(int(d) for d in seen["day"])


def _daily(changes: pd.DataFrame, days: Sequence[int], last: int, window_days: int) -> pd.DataFrame:
    """Running sums of the changes, on the days that can be told."""
    import pandas as pd

    told = [d for d in days if days[0] + 2 * window_days - 1 <= d <= last] if days else []
    parts = []
    for (kind, segment), rows in changes.groupby(["segment_kind", "segment"]):
        for state in sorted(STATES):
            part = rows[rows["state"] == state].groupby("day")["change"].sum().sort_index().cumsum()
            users = part.reindex(part.index.union(told)).ffill().fillna(0).reindex(told).astype("int64")
            part_rows = {"date": [first_day(d, "day") for d in told], "segment_kind": kind, "segment": segment}
            parts.append(pd.DataFrame(part_rows | {"state": state, "users": users.to_numpy()}))
    columns = ["date", "segment_kind", "segment", "state", "users"]
    return pd.concat(parts, ignore_index=True)[columns] if parts and told else pd.DataFrame(columns=columns)


@dataclass(frozen=True, repr=False)
class Lifecycle(Result):
    """Daily counts by state; `.table` is the result table `lifecycle`.

    Attributes:
        as_of: the last day included.
        window_days: length of the window.
    """

    as_of: date
    window_days: int
    name: ClassVar[str] = "lifecycle"

    @property
    def shown(self) -> pd.DataFrame:
        """The whole base: one row a day, one column a state."""
        return _wide(self.table[self.table["segment_kind"] == "all"])

    @property
    def findings(self) -> Sequence[Takeaway]:
        """How many are active, who they are, and whether more fall asleep than are won back."""
        rows = self.shown
        if not len(rows):
            return (Takeaway(WORDS["too_early"].format(days=str(2 * self.window_days)), "none"),)
        last = rows.iloc[-1]
        active = int(last["new"] + last["retained"] + last["resurrected"])
        numbers = {k: number(last[k], "count") for k in _COLORS}
        told = WORDS["state"].format(active=number(active, "count"), window=str(self.window_days), **numbers)
        won, lost = last["new"] + last["resurrected"], last["dormant"]
        return (Takeaway(told, "watch" if lost > won else "none", WORDS["act_lost"] if lost > won else None),)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """People of each state on the newest day against a window earlier."""
        rows = self.shown
        if not len(rows):
            return ()
        last = rows.iloc[-1]
        before = rows[rows["date"] <= last["date"] - timedelta(days=self.window_days)]
        return [
            KeyFigure(
                label=STATES[state],
                value=float(last[state]),
                unit="count",
                previous=float(before.iloc[-1][state]) if len(before) else None,
                comparison=WORDS["before"].format(window=str(self.window_days)) if len(before) else None,
            )
            for state in _COLORS
        ]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The states over time."""
        columns = (Column("date", WORDS["date"], "date"), *(Column(k, STATES[k], "count") for k in _COLORS))
        told = Worded()
        rows = _of_everybody_and_groups(self.table, told)
        note = WORDS["note"].format(window=str(self.window_days))
        kind: Literal["chart", "table"] = "chart" if len(rows) else "table"
        chosen = who.WHO if len(rows) else None
        of = (who.column(told), *columns)
        return {"lifecycle": View(kind, WORDS["title"], note, rows, of, alt=WORDS["alt"], selector=chosen)}

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw one line a state, its name and number at the end."""
        from plotly import graph_objects as go

        figure, ends = go.Figure(), []
        rows = self.views[view].data
        everybody = rows[rows[who.WHO] == rows[who.WHO].iloc[0]]
        counts = everybody[list(_COLORS)].to_numpy().ravel()
        bottom, top = scale_axis(figure, "y", counts, unit="count", lang=lang, title=WORDS["people"].to(lang))
        for choice, part in rows.groupby(who.WHO, sort=False):
            days = [str(d) for d in part["date"]]
            for state, color in _COLORS.items():
                name = STATES[state].to(lang)
                add_line(
                    figure, days, part[state], hover=f"{name} · %{{x}}: %{{y:,.0f}}", color=color, choice=str(choice)
                )
                last = float(part[state].iloc[-1])
                ends.append(End(days[-1], last, f"{name} {number(last, 'count').to(lang)}", color, str(choice)))
        add_ends(figure, ends, bottom=bottom, top=top)
        day_axis(figure, lang, [str(d) for d in everybody["date"]])
        choose_first(figure, [str(rows[who.WHO].iloc[0])])
        return figure


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    wide = rows.pivot_table(index="date", columns="state", values="users", aggfunc="sum").reset_index()
    return wide.rename_axis(columns=None).reindex(columns=["date", *_COLORS])


def _of_everybody_and_groups(table: pd.DataFrame, told: Worded) -> pd.DataFrame:
    import pandas as pd

    parts = [_wide(part).assign(**{who.WHO: name}) for name, part in who.people_of(table, told)]
    names = [who.WHO, "date", *_COLORS]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)
