"""`ltv.lifetime_value`: what everybody will be worth, how sure that is, why, and whom to act on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.behaviour.given import positive
from ltv.errors import UsageError, found
from ltv.lifetime.backtest import groups_of
from ltv.lifetime.choose import Chosen, Terms, choose
from ltv.lifetime.drift import Kept, drifted, kept
from ltv.lifetime.ground import BEHAVIOUR, Ground, Tables
from ltv.lifetime.horizon import HorizonModel, Scored
from ltv.lifetime.maximum import Floats
from ltv.lifetime.value_lists import golden48, tiers, value_lists
from ltv.lifetime.value_result import LifetimeValue
from ltv.warehouse.given import require
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import Table, together

if TYPE_CHECKING:
    from ltv.lifetime.snapshots import Snapshot
    from ltv.lifetime.trained import Segments
    from ltv.warehouse.table import TableLike
    from ltv.workspace.models import Models

_LONGEST = 3_650
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
        events: as `ltv.sequence_features` takes them.
        members: the same, and so the next three.
        touches: contacts.
        tickets: of customer service.
        invites: who invited.
        items: order_id, margin: where the margin of most orders is known, it is what they are worth.
        segments: user_id, segment_kind, segment.
        tested_kinds: kinds of segments in which the model is tested (`Workspace.lasting_kinds`); default all.
        horizons_days: as far as is predicted, each 1 to 3,650 days.
        models: registry of models; without it one is trained and not kept.
        retrain_days: a champion scores for so many days before a challenger is trained.
        earlier: days with `ltv_scores` and `ltv_totals` of then (`Workspace.said`), to be compared with what came.
        window_days: how far back behaviour is looked at.
        timezone: zone of the days.
        currency: in which money is written.
        seed: of everything that is drawn.

    Returns:
        `.table` is `ltv_scores`; `.totals`, `.backtest`, `.drivers`, `.versions` and `.lists` are the other result tables.

    Raises:
        UsageError: a table lacks a column, or a horizon or number of days is out of range.

    >>> bought = pd.DataFrame({"user_id": [1, 2], "ts": pd.Timestamp("2026-03-01"), "amount": 10.0})
    >>> lifetime_value(bought, as_of=date(2026, 3, 31), horizons_days=[30]).table["basis"].tolist()
    ['past_mean', 'past_mean']
    """
    others = Tables(events=events, members=members, touches=touches, tickets=tickets, invites=invites, items=items)
    ground = Ground.of(orders, as_of=as_of, **others, window_days=window_days, timezone=timezone)
    known = _segments(segments)
    named = (models.data_hash if models is not None else "") or ground.fingerprint
    terms = Terms(as_of, _horizons(horizons_days), retrain_days, named, seed, window_days)
    chosen = choose(ground, models, terms, segments=[s for s in known if tested_kinds is None or s[0] in tested_kinds])
    return _told(ground, chosen, terms, known, currency=currency, past=kept(ground, earlier))


def _told(
    ground: Ground, chosen: Chosen, terms: Terms, segments: Segments, *, currency: str, past: Sequence[Kept]
) -> LifetimeValue:
    """Score everybody with the model that was chosen."""
    cutoff = pd.Timestamp(day_end(terms.as_of, ground.timezone))
    models, main_days = chosen.trained.models, terms.main_days
    seen = {h: ground.look(models[h].fitted, ground.as_of_day, h) for h in terms.horizons_days}
    scored: dict[int, Scored] = {}
    for h, now in seen.items():  # ascending
        scored[h] = models[h].told(ground, now).at_least(scored[max(scored)] if scored else None)
    age = _days_known(ground, scored[main_days])
    tables = [_scores(of, chosen, h, age, is_main=h == main_days) for h, of in scored.items()]
    table = pd.concat(tables, ignore_index=True)
    table.insert(1, "as_of", cutoff)
    totals = pd.concat([_totals(of, models[h], h, segments) for h, of in scored.items()], ignore_index=True)
    return LifetimeValue(
        table,
        currency=currency,
        as_of=terms.as_of,
        chosen=chosen,
        totals=totals.assign(as_of=cutoff),
        lists=value_lists(table[table["horizon_days"] == main_days], segments),
        drift=_drift(chosen, seen[main_days]),
        kept=tuple(past),
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
    engine, names = together({"segments": table})
    rows = Table(engine, names["segments"]).frame()
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
    rows = []
    for (kind, name), who in groups_of(of, segments).items():
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
