"""`ltv.attribute`: which touchpoints earned the value, and where the next yuan should go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv import sql
from ltv.attribution import credit as parts_of_credit
from ltv.attribution.attribution_result import Attribution
from ltv.attribution.before import credit_before
from ltv.attribution.budget import Bounds, Plan, plan
from ltv.attribution.costs import by_channel, costs
from ltv.attribution.descriptive import descriptive
from ltv.attribution.given import Ground
from ltv.attribution.learn import Learned, Sources, learn
from ltv.attribution.response import Curves, curves, saturation
from ltv.attribution.table import HEADLINE, result_table
from ltv.attribution.terms import WEIGHTS
from ltv.errors import UsageError, found
from ltv.progress import steps
from ltv.text import Text
from ltv.warehouse.local_time import DAY_US, micros
from ltv.warehouse.table import Table, TableLike, together

if TYPE_CHECKING:
    from ltv.attribution.credit import Parts
    from ltv.attribution.shapley import Ints

_ROOM = "ltv.attribution"


_CREDITING = Text("计算归因", "attribution")


@dataclass(frozen=True)
class _Asked:
    """What was given, in one engine."""

    ground: Ground
    sources: Sources
    spend: TableLike | None
    bounds: Bounds
    timezone: str
    seed: int


@dataclass(frozen=True)
class _Window:
    """How a window is looked at, this one and the one before."""

    as_of: date
    window_days: int
    lookback_days: int
    weights: Mapping[str, float]
    timezone: str
    score_horizon_days: int

    def ground(self, tables: Mapping[str, Table]) -> Ground:
        """Its touches and conversions."""
        return Ground.of(
            tables["orders"], tables["touches"], as_of=self.as_of, window_days=self.window_days, lookback_days=self.lookback_days,
            weights=self.weights, timezone=self.timezone, spend=tables.get("spend"), segments=tables.get("segments"),
            scores=tables.get("scores"), score_horizon_days=self.score_horizon_days,
        )  # fmt: skip

    def before(self, tables: Mapping[str, Table]) -> Ground | None:
        """The same of the window before it; None where touches do not go back to its begin."""
        earlier = replace(self, as_of=self.as_of - timedelta(days=self.window_days))
        ground = earlier.ground({key: table for key, table in tables.items() if key != "scores"})
        first = ground.engine.scalar(sql.load(_ROOM, "first_touch", tables={"contacts": ground.contacts}))
        return ground if first is not None and first <= micros(ground.span.start) + DAY_US else None


def attribute(
    orders: TableLike,
    touches: TableLike,
    *,
    as_of: date,
    members: TableLike | None = None,
    events: TableLike | None = None,
    exposures: TableLike | None = None,
    spend: TableLike | None = None,
    scores: TableLike | None = None,
    segments: TableLike | None = None,
    differs_by: str = "",
    window_days: int = 90,
    lookback_days: int = 8,
    weights: Mapping[str, float] = WEIGHTS,
    largest_step: float = 0.35,
    floor: Mapping[str, float] | None = None,
    ceiling: Mapping[str, float] | None = None,
    score_horizon_days: int = 365,
    timezone: str = "UTC",
    currency: str = "CNY",
    seed: int = 0,
) -> Attribution:
    """Credit of channels (`.table`) for conversions, value and predicted lifetime value, and a budget (`.plan_table`).

    Args:
        orders: user_id, ts, amount or value, status, refund, refunded_at.
        touches: user_id, ts, channel, kind (impression, send, open, click); touch_id, campaign, cost.
        as_of: the last day of the window.
        members: user_id, registered_at: nobody's first day is compared with others.
        events: user_id, ts: visits, which channels move as they move orders, and of which there are many more.
        exposures: user_id, ts, experiment, variant: randomised holdouts `holdout/<channel>` calibrate.
        spend: date, channel, cost; campaign: bills; without one for a channel the costs of its touches count.
        scores: user_id, horizon_days, expected: the result table `ltv_scores`; without them there is no outcome `ltv`.
        segments: user_id, segment_kind, segment.
        differs_by: kind of segments on whose people channels may work differently; empty: on everybody the same.
        window_days: days whose conversions are attributed.
        lookback_days: days a touch works.
        weights: what kinds of touches weigh in the descriptive rules.
        largest_step: share of a channel's cost that may be moved.
        floor: channel → least cost of a window.
        ceiling: channel → most cost of a window.
        score_horizon_days: horizon of the scores.
        timezone: zone of the days.
        currency: in which money is written.
        seed: of everything that is drawn.

    Raises:
        UsageError: a table lacks a column, or an argument is out of range.

    >>> seen = pd.DataFrame({"user_id": 1, "ts": pd.Timestamp("2026-01-03"), "channel": ["sms", "ads"], "kind": "send"})
    >>> bought = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-01-05")], "amount": 30.0, "status": "paid"})
    >>> attribute(bought, seen, as_of=date(2026, 1, 31), window_days=31).credit("equal_credit").to_dict()
    {'ads': 15.0, 'organic': 0.0, 'sms': 15.0}
    """
    given = {"orders": orders, "touches": touches, "members": members, "events": events, "exposures": exposures}
    engine, names = together(given | {"spend": spend, "scores": scores, "segments": segments})
    tables, bounds = {k: Table(engine, n) for k, n in names.items()}, Bounds(largest_step, floor, ceiling)
    window = _Window(as_of, window_days, lookback_days, weights, timezone, score_horizon_days)
    return _told(_asked(tables, window, bounds, differs_by, seed), window.before(tables), window_days, currency)


def _asked(tables: Mapping[str, Table], window: _Window, bounds: Bounds, differs_by: str, seed: int) -> _Asked:
    ground = window.ground(tables)
    groups, named = _groups(ground, differs_by)
    members, events, exposures = (tables[k].name if k in tables else None for k in ("members", "events", "exposures"))
    sources = Sources(members, events, exposures, groups, named)
    return _Asked(ground, sources, tables.get("spend"), bounds, window.timezone, seed)


def _groups(ground: Ground, kind: str) -> tuple[tuple[Ints, Ints] | None, tuple[str, ...]]:
    """Who belongs to which segment of a kind; those in none are a group of their own."""
    if not kind:
        return None, ()
    if ground.segments is None:
        raise UsageError(found("differs_by", kind, "empty in a call without segments"))
    table = ground.frame(ground.segments)
    mine = table[table["segment_kind"] == kind].drop_duplicates("user_id").sort_values("user_id")
    if mine.empty:
        kinds = ", ".join(sorted({str(k) for k in table["segment_kind"].dropna()}))
        raise UsageError(found("differs_by", kind, kinds or "empty: nobody is in a segment"))
    names = (*sorted({str(s) for s in mine["segment"]}), "")
    code = mine["segment"].map({name: code for code, name in enumerate(names)}).to_numpy(np.int64)
    return (np.asarray(mine["user_id"], np.int64), np.asarray(code, np.int64)), names


def _told(asked: _Asked, before: Ground | None, window_days: int, currency: str) -> Attribution:
    ground = asked.ground
    outcomes = parts_of_credit.outcomes_of(ground)
    told: list[pd.DataFrame] = []
    parts, curve, planned, earlier = None, None, None, None
    with steps(_CREDITING, 4) as step:
        learned = learn(ground, asked.sources, timezone=asked.timezone, seed=asked.seed)
        step()
        rules, paid = descriptive(ground), costs(ground, asked.spend, timezone=asked.timezone)
        step()
        if learned.effects is not None:
            parts = parts_of_credit.parts_of(learned, seed=asked.seed)
            told, curve, planned = _incremental(asked, learned, parts, outcomes, paid)
            step()
            if before is not None:
                earlier = credit_before(
                    before, learned, ground, asked.sources, asked.spend, timezone=asked.timezone, seed=asked.seed
                )
    table = result_table(ground, [*told, rules], paid, _touches_by_segment(ground), planned)
    table.insert(0, "as_of", pd.Timestamp(ground.span.until))
    table.insert(1, "window_days", window_days)
    return Attribution(
        table, currency=currency, as_of=ground.span.as_of, window_days=window_days, step=asked.bounds.step, ground=ground, learned=learned, curves=curve,
        planned=planned, costs=paid, earlier=earlier, outcomes=outcomes, touches=_touches(ground),
        sampling_error=parts.error if parts else 0.0,
    )  # fmt: skip


def _incremental(
    asked: _Asked, learned: Learned, parts: Parts, outcomes: pd.DataFrame, paid: pd.DataFrame
) -> tuple[list[pd.DataFrame], Curves, Plan]:
    """Credit of the headline method, its campaigns, response curves, and the plan."""
    ground, seed = asked.ground, asked.seed
    rows = parts_of_credit.rows_of(ground, learned.user_id)
    credit = parts_of_credit.credits_of(parts, rows, outcomes, learned.user_id, ground.channels, seed=seed)
    what = ground.exposure[0]
    doses = parts_of_credit.doses_of(ground, what)
    campaigns = parts_of_credit.by_campaign(ground, learned, parts, outcomes, doses)
    assert learned.doses is not None  # noqa: S101  they are told with the effects
    likely = saturation(learned.doses, len(ground.channels))
    curve = curves(ground, learned, parts, doses, likely, is_exposure=what, seed=seed)
    cost = np.asarray(by_channel(paid).reindex(ground.channels), np.float64)
    planned = plan(curve, cost, ground.channels, asked.bounds)
    return [t.assign(method=HEADLINE) for t in (credit, campaigns)], curve, planned


def _touches_by_segment(ground: Ground) -> pd.DataFrame | None:
    if ground.segments is None:
        return None
    tables = {"contacts": ground.contacts, "segments": ground.segments}
    asked = sql.load(_ROOM, "segment_touches", tables=tables, columns={"is_exposure": ground.exposure[0]})
    rows = ground.engine.frame(asked, {"start_us": micros(ground.span.start)})
    return rows.assign(channel=[ground.channels[code] for code in rows["channel"]])


def _touches(ground: Ground) -> pd.DataFrame:
    asked = sql.load(_ROOM, "channel_touches", tables={"contacts": ground.contacts})
    rows = ground.engine.frame(asked, {"start_us": micros(ground.span.start)})
    return rows.assign(channel=[ground.channels[code] for code in rows["channel"]])
