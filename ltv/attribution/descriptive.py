"""Descriptive methods: how credit is shared by a rule. What would have happened without a touch they do not tell.

Every method shares the conversions of the window with a touch, what they were worth and what is expected of their people; those
without a touch are `organic`. Together they are the total.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ltv import sql
from ltv.attribution.given import Ground
from ltv.attribution.journeys import journeys, steps
from ltv.attribution.markov import Floats, Transitions, removal_effects
from ltv.attribution.terms import ORGANIC, WHOLE
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import DAY_US

OUTCOMES = ["conversions", "value", "ltv"]
RULES = ("last_touch", "first_touch", "linear", "position", "time_decay")
MARKOV = {"markov_1": 1, "markov_2": 2}
METHODS = (*RULES, "equal_credit", *MARKOV)
_ROOM = "ltv.attribution"
_GROUP = ["segment_kind", "segment"]
_KEYS = [*_GROUP, "channel", "campaign"]
_COLUMNS = ["method", "outcome", *_KEYS, "credit"]
_MOST_PLACES = 100
_NO_CREDIT = pd.DataFrame(
    {n: pd.Series(dtype="object") for n in _GROUP} | {"channel": pd.Series(dtype="int64")}
).assign(**{name: pd.Series(dtype="float64") for name in OUTCOMES})


def descriptive(
    ground: Ground, *, methods: Sequence[str] = METHODS, half_life_days: float | None = None
) -> pd.DataFrame:
    """Credit of channels and campaigns by each method.

    Args:
        ground: touches and conversions of a window.
        methods: any of:
            last_touch, first_touch: the last or first touch of the heaviest kind in a journey: a click before impressions;
            linear: every touch by its weight;
            position: 40 % for the first touch, 40 % for the last one, 20 % for those between, each by its weight;
            time_decay: half as much each half-life before the last touch, by weight;
            equal_credit: the same for every channel of a journey, which is the Shapley value of the game that gives each set of
            channels the conversions of the journeys within it;
            markov_1, markov_2: what would be lost without a channel in a chain that knows the last channel or the last two,
            scaled to the total with a touch; of a segment in a chain of its own.
        half_life_days: of `time_decay`; None: half the lookback.

    Returns:
        method, outcome (conversions, value, ltv), segment_kind, segment, channel, campaign, credit: a row `all` for a channel as a
        whole and one for each campaign of it; `organic` for conversions without a touch. The campaigns of a channel share what
        it has by equal_credit or Markov as they share by linear.

    Raises:
        UsageError: a method is not one of these, or a half-life is not more than 0.

    >>> days = pd.to_datetime(["2026-01-01", "2026-01-02"])
    >>> seen = pd.DataFrame({"user_id": 1, "ts": days, "channel": ["sms", "ads"], "kind": "click"})
    >>> bought = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-01-03")], "amount": 30.0})
    >>> from datetime import date
    >>> ground = Ground.of(bought, seen, as_of=date(2026, 1, 31), window_days=31, lookback_days=7)
    >>> told = descriptive(ground, methods=["equal_credit"]).query("campaign == 'all' and outcome == 'value'")
    >>> dict(zip(told["channel"], told["credit"]))
    {'ads': 15.0, 'sms': 15.0, 'organic': 0.0}
    """
    _check(methods, half_life_days)
    grouped = _grouped(ground)
    tables = {"grouped": grouped, "journeys": journeys(ground)}
    totals = ground.engine.frame(sql.load(_ROOM, "totals", tables=tables)).astype({"is_touched": bool})
    made = _Credits(ground, grouped, totals, half_life_days or ground.span.lookback_us / DAY_US / 2)
    parts = [_told(made.of(method), ground, totals).assign(method=method) for method in methods]
    return pd.concat(parts, ignore_index=True)[_COLUMNS]


def ordered_credit(ground: Ground, *, places: int = 10) -> pd.DataFrame:
    """Equal credit by channel and place in the journey: the ordered Shapley value of Zhao, Mahboobi and Bagheri (2018).

    What a channel has of a conversion is shared equally by its touches, each at its place; touches at one moment have one place.

    Args:
        ground: touches and conversions of a window.
        places: those told one by one, 1 to 100; the others are `later`.

    Returns:
        outcome, channel, place ("1", "2", …, "later"), credit. The credits of a channel are its `equal_credit`.

    Raises:
        UsageError: `places` is out of range.
    """
    if isinstance(places, bool) or not isinstance(places, int) or not 1 <= places <= _MOST_PLACES:
        raise UsageError(found("places", places, f"a whole number from 1 to {_MOST_PLACES}"))
    tables = {"journeys": journeys(ground), "conversions": ground.conversions}
    rows = ground.engine.frame(sql.load(_ROOM, "ordered", tables=tables), {"places": places})
    rows["last"] = rows["place"] == 0
    long = rows.melt(["channel", "place", "last"], list(ground.outcomes), "outcome", "credit")
    long = long.sort_values(["outcome", "channel", "last", "place"], ignore_index=True)
    named = np.array([*ground.channels, ""], dtype=object)[long["channel"].to_numpy(np.int64)]
    place = long["place"].astype(str).where(~long["last"], "later")
    return long.assign(channel=named, place=place)[["outcome", "channel", "place", "credit"]]


def _check(methods: Sequence[str], half_life_days: float | None) -> None:
    for method in methods:
        if method not in METHODS:
            raise UsageError(found("methods", method, ", ".join(METHODS)))
    if isinstance(methods, str) or not methods:
        raise UsageError(found("methods", methods, f"a list of {', '.join(METHODS)}"))
    if half_life_days is not None and not 0 < half_life_days < float("inf"):
        raise UsageError(found("half_life_days", half_life_days, "more than 0, or None for half the lookback"))


def _grouped(ground: Ground) -> str:
    segments = ground.segments or ground.view("no segments", sql.load("ltv.behaviour", "no_segments"))
    tables = {"conversions": ground.conversions, "segments": segments}
    return ground.view("grouped", sql.load(_ROOM, "grouped", tables=tables))


class _Credits:
    """Credits of campaigns by each method: segment_kind, segment, channel and campaign codes, one column an outcome."""

    def __init__(self, ground: Ground, grouped: str, totals: pd.DataFrame, half_life_days: float) -> None:
        self.ground, self.grouped = ground, grouped
        self.touched = totals.loc[totals["is_touched"], [*_GROUP, *OUTCOMES]]
        self.half_life_us = half_life_days * DAY_US
        self._linear: pd.DataFrame | None = None
        self._transitions: pd.DataFrame | None = None

    def of(self, method: str) -> pd.DataFrame:
        """Credits by a method."""
        if method in MARKOV:
            return self._by_linear(self._markov(MARKOV[method]))
        return self._shared(self._equal() if method == "equal_credit" else self._shares(), method)

    def _shared(self, shares: str, part: str) -> pd.DataFrame:
        tables = {"shares": shares, "grouped": self.grouped}
        asked = sql.load(_ROOM, "credits", tables=tables, columns={"part": sql.column(part)})
        return self.ground.engine.frame(asked)

    def _shares(self) -> str:
        asked = sql.load(_ROOM, "shares", tables={"journeys": journeys(self.ground)})
        name, limit = f"shares {self.half_life_us}", {"half_life_us": self.half_life_us}
        return self.ground.once(name, lambda: asked, limit)

    def _equal(self) -> str:
        asked = sql.load(_ROOM, "equal_shares", tables={"journeys": journeys(self.ground)})
        return self.ground.once("equal shares", lambda: asked)

    def _markov(self, order: int) -> pd.DataFrame:
        """Credits of channels: segment_kind, segment, channel, one column an outcome."""
        if self._transitions is None:
            self._transitions = transitions(self.ground)
        parts = []
        touched = {
            (kind, segment): values for kind, segment, *values in self.touched.itertuples(index=False, name=None)
        }
        for (kind, segment), rows in self._transitions.groupby(_GROUP):
            effects = removal_effects(_counted(rows), len(self.ground.channels), order)
            total = np.array(touched.get((kind, segment), [0.0] * len(OUTCOMES)))
            part = pd.DataFrame(_scaled(effects) * total, columns=OUTCOMES)
            parts.append(part.assign(segment_kind=str(kind), segment=str(segment), channel=range(len(part))))
        return pd.concat(parts) if parts else _NO_CREDIT

    def _by_linear(self, channels: pd.DataFrame) -> pd.DataFrame:
        """Credits of campaigns: as linear shares, else by conversions of linear, else by touches."""
        if self._linear is None:
            self._linear = self._shared(self._shares(), "linear")
        ground = self.ground
        place = {name: code for code, name in enumerate(ground.channels)}
        known = pd.DataFrame(
            {
                "channel": [place[channel] for channel, _ in ground.campaigns],
                "campaign": range(len(ground.campaigns)),
                "touches": ground.rows,
            }
        )
        rows = channels.merge(known, on="channel").merge(self._linear, "left", _KEYS, suffixes=("", "_linear"))
        shares = rows[[f"{name}_linear" for name in OUTCOMES]].fillna(0.0)
        by = [rows[column] for column in [*_GROUP, "channel"]]
        last = _within(rows["touches"].astype(np.float64), by).fillna(0.0)
        last = _within(shares["conversions_linear"], by).fillna(last)
        for name in OUTCOMES:
            rows[name] = rows[name] * _within(shares[f"{name}_linear"], by).fillna(last)
        return rows[[*_KEYS, *OUTCOMES]]


def _within(part: pd.Series[float], by: list[pd.Series[int]]) -> pd.Series[float]:
    """The part of each row in the sum of its group; blank where there is nothing to share."""
    whole = part.groupby(by).transform("sum")
    shares: pd.Series[float] = part / whole.where(whole > 0)
    return shares


def transitions(ground: Ground) -> pd.DataFrame:
    """How often one channel followed two others: segment_kind, segment, before, channel, after, steps, conversions, value, ltv."""
    tables = {"steps": steps(ground), "conversions": ground.conversions}
    whole = ground.engine.frame(sql.load(_ROOM, "transitions", tables=tables))
    whole = whole.assign(segment_kind=WHOLE, segment=WHOLE)
    if ground.segments is None:
        return whole
    of_segments = sql.load(_ROOM, "transitions_of_segments", tables=tables | {"segments": ground.segments})
    return pd.concat([whole, ground.engine.frame(of_segments)], ignore_index=True)


def _counted(rows: pd.DataFrame) -> Transitions:
    before, channel, after = (rows[name].to_numpy(np.int64) for name in ("before", "channel", "after"))
    return Transitions(before, channel, after, rows["steps"].to_numpy(np.float64), rows[OUTCOMES].to_numpy(np.float64))


def _scaled(effects: Floats) -> Floats:
    """Effects as shares of their sum; of an outcome that nothing was lost of as those of conversions."""
    effects = np.maximum(effects, 0.0)
    sums = effects.sum(axis=0)
    effects = np.where(sums > 0, effects, effects[:, :1])
    sums = effects.sum(axis=0)
    shares: Floats = np.divide(effects, sums, out=np.zeros_like(effects), where=sums > 0)
    return shares


def _told(rows: pd.DataFrame, ground: Ground, totals: pd.DataFrame) -> pd.DataFrame:
    """Rows of the result: every campaign and channel of every segment, and what is organic."""
    groups = totals[_GROUP].drop_duplicates()
    if not (groups["segment_kind"] == WHOLE).any():
        groups = pd.concat([pd.DataFrame([[WHOLE, WHOLE]], columns=_GROUP), groups])
    names = pd.DataFrame(ground.campaigns, columns=["channel", "campaign"])
    grid = groups.merge(names.assign(code=range(len(names))), "cross")
    found_rows = rows.rename(columns={"campaign": "code"})[[*_GROUP, "code", *OUTCOMES]]
    campaigns = grid.merge(found_rows, "left", [*_GROUP, "code"]).fillna(dict.fromkeys(OUTCOMES, 0.0))
    channels = campaigns.groupby([*_GROUP, "channel"], as_index=False)[OUTCOMES].sum().assign(campaign=WHOLE)
    untouched = groups.merge(totals[~totals["is_touched"]], "left", _GROUP).fillna(dict.fromkeys(OUTCOMES, 0.0))
    organic = untouched.assign(channel=ORGANIC, campaign=WHOLE)
    wide = pd.concat([channels, campaigns, organic])[[*_KEYS, *OUTCOMES]]
    return wide.melt(_KEYS, list(ground.outcomes), "outcome", "credit")
