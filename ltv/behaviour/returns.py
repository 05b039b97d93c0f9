"""When people order again: the share who have a second order so many days after the first, young customers included.

A cohort matrix must wait until a cell is over for everybody. The Kaplan-Meier estimate uses everybody as long as they have
been followed, and says how sure it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from ltv import sql
from ltv.behaviour import who
from ltv.behaviour.averages import Z95
from ltv.behaviour.returns_words import WORDS
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.drawing import End, add_band, add_ends, add_line, choose_first, scale_axis
from ltv.errors import UsageError, found
from ltv.result import Column, Result, Takeaway, View, Worded
from ltv.text import Lang, number
from ltv.warehouse.local_time import day_end, micros
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd

_ROOM = "ltv.behaviour"
_NAMES = ("firsts", "seconds", "no segments", "groups")
_COLUMNS = ("segment_kind", "segment", "days", "at_risk", "returned", "low", "high")
_FEWEST_AT_RISK = 30  # beyond this the curve hangs on a handful of old customers
_TOLD = (7, 30, 90)


def returns(
    orders: TableLike,
    *,
    as_of: date,
    segments: TableLike | None = None,
    days: int = 180,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Returns:
    """Time from the first paid order to the second.

    Args:
        orders: user_id, ts, amount or value, status.
        as_of: the last day included.
        segments: user_id, segment_kind, segment, or None.
        days: as far as it is told, 1 to 1,000.
        timezone: zone of the as-of day.
        currency: in which money is written.

    Returns:
        One row a segment and day: people at risk at its beginning, share who have returned by its end with its 95 % interval
        (Kaplan and Meier 1958; Greenwood's variance, on the scale log(-log S)).

    Raises:
        UsageError: a column is not there, or `days` is out of range.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-03", "2026-01-01"])
    >>> bought = pd.DataFrame({"user_id": [1, 1, 2], "ts": days, "amount": 1.0, "status": "paid"})
    >>> returns(bought, as_of=date(2026, 1, 31), days=5).table["returned"].tolist()
    [0.0, 0.0, 0.5, 0.5, 0.5]
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 1_000:  # noqa: PLR2004
        raise UsageError(found("days", days, "1 to 1000"))
    engine, names = together({"orders": orders, "segments": segments})
    after = day_end(as_of, timezone)
    tables = PeopleTables(engine, names, timezone, after)
    columns = {"moment": tables.moment("orders"), "is_purchase": tables.condition("orders")}
    given = {"purchases": names["orders"], "firsts": "back firsts"}
    try:
        engine.materialise("back firsts", sql.load(_ROOM, "first_purchase", tables=given, columns=columns))
        engine.materialise("back seconds", sql.load(_ROOM, "second_purchase", tables=given, columns=columns))
        engine.define("back no segments", sql.load(_ROOM, "no_segments"))
        groups = {"firsts": "back firsts", "segments": names.get("segments", "back no segments")}
        engine.define("back groups", sql.load(_ROOM, "everybody_and_groups", tables=groups))
        parts = {"firsts": "back firsts", "seconds": "back seconds", "groups": "back groups"}
        rows = engine.frame(sql.load(_ROOM, "returns", tables=parts), {"as_of_us": micros(after)})
    finally:
        engine.drop([f"back {name}" for name in reversed(_NAMES)])
    return Returns(_curves(rows, days), currency=currency, as_of=as_of)


def _curves(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for (kind, segment), part in rows.groupby(["segment_kind", "segment"]):
        curve = kaplan_meier(part["days"].to_numpy(), part["is_event"].to_numpy(bool), part["people"].to_numpy(), days)
        parts.append(curve.assign(segment_kind=str(kind), segment=str(segment)))
    return pd.concat(parts, ignore_index=True)[list(_COLUMNS)] if parts else pd.DataFrame(columns=list(_COLUMNS))


def kaplan_meier(time: Any, is_event: Any, people: Any, days: int) -> pd.DataFrame:  # noqa: ANN401  arrays
    """The share with the event by the end of each day, from counts.

    Args:
        time: day of the event, 1 for the first 24 hours; or whole days that were seen without one; shape (rows,).
        is_event: which of the two.
        people: how many.
        days: as far as it is told.

    Returns:
        days, at_risk, returned, low, high for each day from 1 on, as long as anybody is at risk.

    >>> kaplan_meier(np.array([1, 2, 2]), np.array([True, True, False]), np.array([1, 1, 2]), 3)["returned"].round(3).tolist()
    [0.25, 0.5]
    """
    import pandas as pd

    ends = np.clip(time, 0, days + 1).astype(np.int64)
    events, all_ends = (np.bincount(ends[m], people[m], days + 2) for m in (is_event, np.ones(len(ends), bool)))
    at_risk = (all_ends[::-1].cumsum()[::-1])[1 : days + 1]  # those who end on day t are at risk on it
    happened = events[1 : days + 1]
    told = at_risk > 0
    at_risk, happened = at_risk[told], happened[told]
    surviving = np.cumprod(1 - happened / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(happened / (at_risk * (at_risk - happened)))
        spread = Z95 * np.sqrt(greenwood) / np.abs(np.log(surviving))
        low, high = (1 - surviving ** np.exp(sign * spread) for sign in (-1, 1))
    nobody = surviving >= 1
    low, high = np.where(nobody, 0.0, low), np.where(nobody, 0.0, high)
    frame = {"days": np.flatnonzero(told) + 1, "at_risk": at_risk.astype(np.int64), "returned": 1 - surviving}
    return pd.DataFrame(frame | {"low": np.nan_to_num(low, nan=0.0), "high": np.nan_to_num(high, nan=1.0)})


@dataclass(frozen=True, repr=False)
class Returns(Result):
    """Share who have ordered again, by days since the first order.

    Attributes:
        as_of: the last day included.
    """

    as_of: date
    name: ClassVar[str] = "returns"

    @property
    def shown(self) -> pd.DataFrame:
        """The whole base, as far as enough people have been followed."""
        return self.table[(self.table["segment_kind"] == "all") & (self.table["at_risk"] >= _FEWEST_AT_RISK)]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """How many have ordered again after a week, a month, a quarter."""
        rows = self.shown.set_index("days")
        known = [d for d in _TOLD if d in rows.index]
        if not known:
            return (Takeaway(WORDS["too_early"], "none"),)
        last = known[-1]
        parts = {"low": number(rows.loc[last, "low"], "rate"), "high": number(rows.loc[last, "high"], "rate")}
        parts |= {"share": number(rows.loc[last, "returned"], "rate"), "days": number(last, "count")}
        first = number(rows.loc[known[0], "returned"], "rate")
        told = WORDS["share"].format(early=first, early_days=number(known[0], "count"), **parts)
        return (Takeaway(told, "none", WORDS["act"] if len(known) > 1 else None),)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The curve with its band."""
        columns = (
            Column("days", WORDS["days"], "count"),
            Column("returned", WORDS["returned"], "rate"),
            Column("low", WORDS["low"], "rate"),
            Column("high", WORDS["high"], "rate"),
            Column("at_risk", WORDS["at_risk"], "count"),
        )
        told = Worded()
        rows = self._by_choice(told)
        kind: Literal["chart", "table"] = "chart" if len(rows) else "table"
        chosen = who.WHO if len(rows) else None
        of = (who.column(told), *columns)
        return {"returns": View(kind, WORDS["title"], WORDS["note"], rows, of, alt=WORDS["alt"], selector=chosen)}

    def _by_choice(self, told: Worded) -> pd.DataFrame:
        """Rows of everybody and of each segment, as far as enough people have been followed."""
        import pandas as pd

        known = self.table[self.table["at_risk"] >= _FEWEST_AT_RISK]
        parts = [part.assign(**{who.WHO: name}) for name, part in who.people_of(known, told)] if len(self.shown) else []
        return pd.concat(parts, ignore_index=True) if parts else self.shown.assign(**{who.WHO: []})

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw the share and its band, of whom the reader chooses."""
        from plotly import graph_objects as go

        rows, figure, ends = self.views[view].data, go.Figure(), []
        bounds: dict[str, Any] = {"unit": "rate", "lang": lang, "title": WORDS["returned"].to(lang)}
        bottom, top = scale_axis(figure, "y", [*rows["returned"], *self.shown["high"]], **bounds)
        for choice, part in rows.groupby(who.WHO, sort=False):
            here: dict[str, Any] = {"choice": str(choice)}
            days = part["days"].tolist()
            add_band(figure, days, part["low"], part["high"].clip(upper=top), **here)
            add_line(figure, days, part["returned"], hover="%{x}: %{y:.1%}", **here)
            last = float(part["returned"].iloc[-1])
            ends.append(End(days[-1], last, number(last, "rate").to(lang), **here))
        add_ends(figure, ends, bottom=bottom, top=top)
        figure.update_xaxes(title=WORDS["days"].to(lang), range=[0, int(rows["days"].max())])
        choose_first(figure, [str(rows[who.WHO].iloc[0])])
        return figure
