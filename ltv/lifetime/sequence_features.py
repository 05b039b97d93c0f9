"""`ltv.sequence_features`: the 37 features of everybody at the end of a day, and what they look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pandas as pd

from ltv.colors import MAIN
from ltv.drawing import add_beside, scale_axis
from ltv.lifetime.feature_catalogue import CATALOGUE, FEATURE
from ltv.lifetime.sequence_words import WORDS
from ltv.lifetime.sequences import sequences
from ltv.result import Column, KeyFigure, Result, Takeaway, View, Worded
from ltv.text import Lang, number
from ltv.warehouse.local_time import day_end

if TYPE_CHECKING:
    from ltv.warehouse.table import TableLike

_PATTERN = ("search_share", "cart_share", "cart_abandon_share", "abandon_return_72h_share")


def sequence_features(
    orders: TableLike,
    *,
    as_of: date,
    events: TableLike | None = None,
    members: TableLike | None = None,
    touches: TableLike | None = None,
    tickets: TableLike | None = None,
    invites: TableLike | None = None,
    window_days: int = 180,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> SequenceFeatures:
    """The behaviour sequence of everybody who has registered or ordered by the end of a day.

    Args:
        orders: user_id, ts, amount or value; status, refund, refunded_at, discount, coupon_id, member_benefit.
        as_of: the last day included.
        events: user_id, ts, event; session_id, price, category, dwell_ms.
        members: user_id, registered_at.
        touches: user_id, ts, channel, kind.
        tickets: user_id, ts; sentiment.
        invites: inviter_user_id, ts.
        window_days: how far features look back, 1 to 3,650 days.
        timezone: zone of the day and of the hours of the day.
        currency: in which money is written.

    Returns:
        user_id, as_of (the exclusive end of the day, UTC) and one column a feature (`feature_catalogue`).

    Raises:
        UsageError: a table lacks a column, or `window_days` is out of range.

    >>> days = pd.to_datetime(["2026-01-01", "2026-01-11", "2026-01-31"])
    >>> bought = pd.DataFrame({"user_id": 7, "ts": days, "amount": [10.0, 20.0, 30.0]})
    >>> sequence_features(bought, as_of=date(2026, 2, 9)).table[["frequency", "monetary"]].values.tolist()
    [[3.0, 20.0]]
    """
    cutoff = day_end(as_of, timezone)
    given = {"events": events, "members": members, "touches": touches, "tickets": tickets, "invites": invites}
    with sequences(orders, **given, window_days=window_days, timezone=timezone).at(cutoff) as made:
        rows = made.frame()
    rows.insert(1, "as_of", pd.Timestamp(cutoff))
    return SequenceFeatures(
        rows, currency=currency, as_of=as_of, window_days=window_days, has_events=events is not None
    )


@dataclass(frozen=True, repr=False)
class SequenceFeatures(Result):
    """The features of everybody.

    Attributes:
        as_of: the last day included.
        window_days: how far they look back.
        has_events: whether there were events.
    """

    as_of: date
    window_days: int
    has_events: bool
    name: ClassVar[str] = "sequence_features"

    def _mean(self, feature: str) -> float | None:
        known = self.table[feature].dropna()
        return float(known.mean()) if len(known) else None

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Who has a sequence, how often they come, how many carts are left and come back."""
        often = self.table["sessions_per_week"].dropna()
        return (
            KeyFigure(WORDS["tile_people"], float(len(self.table)), "count"),
            KeyFigure(WORDS["tile_sessions"], float(often.median()) if len(often) else None, "number"),
            KeyFigure(WORDS["tile_abandon"], self._mean("cart_abandon_share"), "rate"),
            KeyFigure(WORDS["tile_return"], self._mean("abandon_return_72h_share"), "rate"),
        )

    @property
    def findings(self) -> Sequence[Takeaway]:
        """How many carts are left, and how many of those come back."""
        if not len(self.table):
            return (Takeaway(WORDS["nobody"]),)
        if not self.has_events:
            return (Takeaway(WORDS["orders_only"], "watch", WORDS["act_orders_only"]),)
        known = self.table["cart_abandon_share"].notna().sum()
        shares = {"abandon": self._mean("cart_abandon_share"), "back": self._mean("abandon_return_72h_share")}
        told = {k: number(v, "rate") for k, v in shares.items()} | {"known": number(int(known), "count")}
        return (Takeaway(WORDS["told"].format(**told), "none", WORDS["act"]),)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The steps from a search to the way back, and all features."""
        return {"pattern": self._pattern(), "catalogue": self._catalogue()}

    def _pattern(self) -> View:
        step = Worded()
        rows = [
            {"step": step(FEATURE[f].label), "share": self._mean(f), "people": int(self.table[f].notna().sum())}
            for f in _PATTERN
        ]
        columns = (
            Column("step", WORDS["step"], words=step.words),
            Column("share", WORDS["share"], "rate"),
            Column("people", WORDS["people"], "count"),
        )
        known = self.has_events and any(row["people"] for row in rows)
        kind: Literal["chart", "table"] = "chart" if known else "table"
        told = (WORDS["pattern_title"], WORDS["pattern_note"], pd.DataFrame(rows), columns, WORDS["pattern_alt"])
        return View(kind, *told)

    def _catalogue(self) -> View:
        label, why, figure = Worded(), Worded(), Worded()
        ends = self.table[[f.name for f in CATALOGUE]].quantile([0.1, 0.5, 0.9])
        rows = []
        for feature in CATALOGUE:
            row: dict[str, object] = {"feature": label(feature.label), "name": feature.name}
            told = zip(("low", "median", "high"), ends[feature.name], strict=True)
            row |= {k: figure(number(v, feature.unit, currency=self.currency)) for k, v in told}
            known = float(self.table[feature.name].notna().mean()) if len(self.table) else None
            rows.append(row | {"known": known, "why": why(feature.why)})
        columns = (
            Column("feature", WORDS["feature"], words=label.words),
            *(Column(c, WORDS[c], words=figure.words) for c in ("low", "median", "high")),
            Column("known", WORDS["known"], "rate"),
            Column("why", WORDS["why"], words=why.words),
            Column("name", WORDS["name"]),
        )
        frame = pd.DataFrame(rows, columns=[c.name for c in columns])
        note = WORDS["catalogue_note"].format(days=str(self.window_days))
        return View("table", WORDS["catalogue_title"], note, frame, columns)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw the steps, the first on top."""
        from plotly import graph_objects as go

        rows = self.views[view].data
        words = self.views[view].columns[0].words
        labels = [words[s].to(lang) for s in rows["step"]]
        figure = go.Figure()
        figure.add_bar(x=rows["share"].tolist(), y=labels, orientation="h", marker={"color": MAIN}, hoverinfo="skip", showlegend=False)  # fmt: skip
        add_beside(figure, rows["share"], labels, [f"<b>{number(v, 'rate').to(lang)}</b>" for v in rows["share"]])
        scale_axis(figure, "x", rows["share"], unit="rate", lang=lang, title=WORDS["share"].to(lang), room=0.01)
        figure.update_yaxes(autorange="reversed", showgrid=False)
        figure.update_layout(height=90 + 52 * len(rows))
        return figure
