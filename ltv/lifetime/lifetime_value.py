"""`ltv.lifetime_value`: what everybody will be worth, how sure that is, why, and whom to act on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.behaviour.given import positive
from ltv.errors import UsageError, found
from ltv.lifetime.choose import Chosen, Terms, choose, nearest
from ltv.lifetime.drift import Kept, drifted, kept
from ltv.lifetime.ground import BEHAVIOUR, Ground
from ltv.lifetime.horizon import HorizonModel, Scored
from ltv.lifetime.maximum import Floats
from ltv.lifetime.value_lists import golden48, tiers, value_lists
from ltv.lifetime.value_result import LifetimeValue
from ltv.warehouse.given import require
from ltv.warehouse.local_time import day_end

if TYPE_CHECKING:
    from ltv.lifetime.snapshots import Snapshot
    from ltv.lifetime.trained import Segments
    from ltv.warehouse.table import TableLike
    from ltv.workspace.models import Models

_LONGEST, _MAIN = 3_650, 90
_TAKEN = ("all", "stage")  # kinds of segments that every result has
_AGE = BEHAVIOUR.index("age_days")


def lifetime_value(
    orders: TableLike,
    *,
    as_of: date,
    events: TableLike | None = None,
    members: TableLike | None = None,
    touches: TableLike | None = None,
    tickets: TableLike | None = None,
    invites: TableLike | None = None,
    items: TableLike | None = None,
    segments: TableLike | None = None,
    tested_kinds: Collection[str] | None = None,
    horizons_days: Sequence[int] = (30, 90, 180, 365),
    models: Models | None = None,
    data_hash: str = "",
    retrain_days: int = 7,
    earlier: Sequence[tuple[date, Sequence[pd.DataFrame]]] = (),
    window_days: int = 180,
    timezone: str = "UTC",
    currency: str = "CNY",
    seed: int = 0,
) -> LifetimeValue:
    """What everybody who has registered or ordered will be worth in the days after `as_of`.

    Args:
        orders: user_id, ts, amount; status, refund, refunded_at, discount, coupon_id, member_benefit.
        as_of: the last day included.
        events: as `ltv.sequence_features` takes them, and so the next four.
        members: registrations.
        touches: contacts.
        tickets: of customer service.
        invites: who invited.
        items: order_id, margin: where the margin of most orders is known, it is what they are worth.
        segments: user_id, segment_kind, segment.
        tested_kinds: kinds of segments in which the model is tested; those that speak of purchases are known too late
            for that (`ltv.identity.segments.told_at_any_time`). Default all.
        horizons_days: as far as is predicted, each 1 to 3,650 days.
        models: registry of models; without it one is trained and not kept.
        data_hash: of the inputs, for the name of a model that is trained; default that of the orders.
        retrain_days: a champion scores for so many days before a challenger is trained.
        earlier: day, and its `ltv_scores` and `ltv_totals` that were published before, to be compared with what came.
        window_days: how far back behaviour is looked at.
        timezone: zone of the days.
        currency: in which money is written.
        seed: of everything that is drawn.

    Returns:
        `.table` is `ltv_scores`; `.totals`, `.backtest`, `.drivers`, `.versions` and `.lists` are the other result tables.

    Raises:
        UsageError: a table lacks a column, or a horizon or number of days is out of range.

    >>> draw = np.random.default_rng(1)
    >>> days = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 90, 200), unit="D")
    >>> bought = pd.DataFrame({"user_id": draw.integers(1, 60, 200), "ts": days, "amount": 10.0})
    >>> told = lifetime_value(bought, as_of=date(2026, 3, 31), horizons_days=[30])
    >>> told.table["basis"].unique().tolist(), bool((told.table["expected"] >= 0).all())
    (['btyd'], True)
    """
    days = _horizons(horizons_days)
    positive("retrain_days", retrain_days, _LONGEST)
    ground = Ground.of(
        orders,
        as_of=as_of,
        events=events,
        members=members,
        touches=touches,
        tickets=tickets,
        invites=invites,
        items=items,
        window_days=window_days,
        timezone=timezone,
    )
    known = _segments(segments)
    tested = [s for s in known if tested_kinds is None or s[0] in tested_kinds]
    terms = Terms(as_of, days, nearest(days, _MAIN), retrain_days, data_hash, seed, window_days)
    chosen = choose(ground, models, terms, segments=tested)
    cutoff = pd.Timestamp(day_end(as_of, timezone))
    scored, snapshots = {}, {}
    for horizon in days:
        model = chosen.trained.models[horizon]
        snapshots[horizon] = ground.look(model.fitted, ground.as_of_day, horizon)
        scored[horizon] = model.told(ground, snapshots[horizon])
    age = _days_known(ground, scored[terms.main_days])
    tables = [_scores(scored[h], chosen, h, age, is_main=h == terms.main_days) for h in days]
    table = pd.concat(tables, ignore_index=True)
    table.insert(1, "as_of", cutoff)
    main = table[table["horizon_days"] == terms.main_days]
    totals = pd.concat([_totals(scored[h], chosen.trained.models[h], h, known) for h in days], ignore_index=True)
    return LifetimeValue(
        table,
        currency=currency,
        as_of=as_of,
        chosen=chosen,
        totals=totals.assign(as_of=cutoff),
        lists=value_lists(main, known),
        drift=_drift(chosen, snapshots[terms.main_days]),
        kept=tuple(kept(ground, earlier)),
        worth=ground.worth,
        has_behaviour=ground.sequences is not None,
    )


def _horizons(given: Sequence[int]) -> tuple[int, ...]:
    days = tuple(given)
    if not days or len(set(days)) < len(days):
        raise UsageError(found("horizons_days", list(days), "at least one, each once"))
    for day in days:
        positive("horizons_days", day, _LONGEST)
    return tuple(sorted(days))


def _segments(table: TableLike | None) -> Segments:
    """Kind, name and members of each segment, in the order of their names."""
    if table is None:
        return []
    rows = (
        table
        if isinstance(table, pd.DataFrame)
        else table.to_pandas()
        if hasattr(table, "to_pandas")
        else table.frame()
    )
    require("segments", rows.columns, "user_id", "segment_kind", "segment")
    taken = sorted(set(rows["segment_kind"]) & set(_TAKEN))
    if taken:
        raise UsageError(found("segment_kind", taken[0], f"a name other than {', '.join(_TAKEN)}"))
    groups = rows.dropna(subset=["user_id", "segment_kind", "segment"]).groupby(["segment_kind", "segment"], sort=True)
    return [(str(k), str(n), np.unique(part["user_id"].to_numpy(np.int64))) for (k, n), part in groups]


def _days_known(ground: Ground, scored: Scored) -> Floats:
    """Days since registration or first order, up to the window of behaviour."""
    seen = ground.behaviour(ground.as_of_day)
    out = np.full(len(scored.user_id), np.nan)
    if ground.sequences is not None:
        place = np.searchsorted(scored.user_id, seen.user_id)
        out[place] = seen.values[:, _AGE]
        return out
    first = np.full(len(ground.ledger.user_id), np.inf)
    use = ground.ledger.day < ground.as_of_day
    np.minimum.at(first, ground.ledger.person[use], ground.ledger.day[use])
    place = np.searchsorted(ground.ledger.user_id, scored.user_id)
    out[:] = ground.as_of_day - first[place]
    return out


def _scores(of: Scored, chosen: Chosen, horizon: int, age: Floats, *, is_main: bool) -> pd.DataFrame:
    model = chosen.trained.models[horizon]
    people = len(of.user_id)
    order = np.lexsort((of.user_id, of.expected))
    decile = np.empty(people, np.int64)
    decile[order[::-1]] = 10 - np.arange(people) * 10 // max(people, 1)  # the best is 10, however few there are
    frame = pd.DataFrame({
        "user_id": of.user_id, "horizon_days": horizon, "expected": of.expected, "p_purchase": np.clip(of.pays, 0, 1),
        "low": of.low, "median": of.median, "high": of.high, "decile": decile, "value_to_date": of.spent,
        "basis": model.basis, "model_version": chosen.version, "tier": tiers(of.expected).to_numpy(),
        "churn_risk": np.where(of.is_customer, 1 - of.pays, np.nan),
        "golden48_score": golden48(of.expected, age) if is_main else np.nan, "days_known": age,
    })  # fmt: skip
    return frame.sort_values("user_id", ignore_index=True)


def _totals(of: Scored, model: HorizonModel, horizon: int, segments: Segments) -> pd.DataFrame:
    groups = [("all", "all", np.ones(len(of.user_id), np.bool_))]
    groups += [("stage", "customers", of.is_customer), ("stage", "prospects", ~of.is_customer)]
    groups += [(kind, name, np.isin(of.user_id, members)) for kind, name, members in segments]
    rows = []
    for kind, name, who in groups:
        low, high = model.sureness.interval(of.expected[who])
        rows.append((horizon, kind, name, float(of.expected[who].sum()), low, high, int(who.sum())))
    return pd.DataFrame(rows, columns=["horizon_days", "segment_kind", "segment", "expected", "low", "high", "people"])


def _drift(chosen: Chosen, now: Snapshot) -> pd.DataFrame:
    """How far each feature of customers has moved since training, and how much it counts."""
    index = drifted(chosen.trained.references, now.features.columns)
    drivers = chosen.trained.drivers
    weights = drivers[drivers["segment_kind"] == "all"].set_index("feature")["mean_abs_shap"].to_dict()
    rows = [(name, value, float(weights.get(name, 0.0))) for name, value in index.items()]
    return pd.DataFrame(rows, columns=["feature", "stability_index", "mean_abs_shap"])


__all__ = ["Kept", "lifetime_value"]
