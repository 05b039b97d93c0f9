"""Credit: every conversion is split into what would have come anyway and the Shapley values of the channels at work on it.

With g the relative rate and S the channels at work, a conversion belongs to organic with the part 1 / g(S) (the rest is
the attributable fraction among the exposed; Miettinen 1974) and to channel k with its Shapley value of T ↦ g(S ∩ T) / g(S).
Parts of a conversion sum to one, so credits of segments add up to the whole, whatever the segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from ltv import sql
from ltv.attribution import shapley
from ltv.attribution.given import Ground
from ltv.attribution.terms import ORGANIC, WHOLE

if TYPE_CHECKING:
    from sqlglot import exp

    from ltv.attribution.effects import Effects
    from ltv.attribution.learn import Learned
    from ltv.attribution.shapley import Floats, Ints

DRAWS = 200
_LEAST_DRAWS, _MOST_CELLS = 40, 40_000_000  # draws × sets × channels that are held at once: 320 MB
_MOST_WORK = 400_000_000  # coalitions that are looked at for all draws
_DRAWS_AT_ONCE = 20
_BUCKETS = 50  # of people, which are drawn again together
_ROOM, _Z90 = "ltv.attribution", 1.6448536269514722
_NOTHING = 1e-9  # a smaller effect is none
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Parts:
    """Parts of conversions by the channels at work.

    Attributes:
        place: which set each conversion belongs to.
        masks: the sets.
        group: group of the people of each.
        channels: part of each channel, shape (sets, channels).
        draws: the same under other effects that are as likely, shape (draws, sets, channels).
        error: standard error of sampling coalitions, where there are too many to look at all.
    """

    place: Ints
    masks: Ints
    group: Ints
    channels: Floats
    draws: Floats
    error: float


def parts_of(learned: Learned, *, seed: int, draws: int = DRAWS) -> Parts:
    """Shapley values of the sets of channels that occur."""
    effects = learned.effects
    assert effects is not None  # noqa: S101  the caller has looked
    groups = int(learned.group.max(initial=0)) + 1
    names, place = np.unique(learned.mask * groups + learned.group, return_inverse=True)
    masks, group = names // groups, names % groups
    n = effects.design.channels
    draws = int(np.clip(_MOST_CELLS // (len(masks) * n), _LEAST_DRAWS, draws))
    rng = np.random.default_rng(seed)
    beta = _draw(rng, effects.fitted.beta, effects.fitted.covariance, draws)
    shift = effects.shift + rng.standard_normal((draws, n)) * learned.shift_sd
    values, drawn, error = np.zeros((len(masks), n)), np.zeros((draws, len(masks), n)), 0.0
    count = np.bincount(place, minlength=len(masks)).astype(np.float64)
    for g in range(groups):
        who = np.flatnonzero(group == g)
        if not len(who):
            continue
        told = shapley.of_sets(partial(effects.rate, group=g), masks[who], n, weight=count[who], seed=seed)
        values[who] = told.values / effects.rate(masks[who], g)[:, None]
        error = max(error, told.error)
        too_many = bool(told.error) or draws * shapley.work(masks[who], n) > _MOST_WORK
        if too_many:
            drawn[:, who] = values[who] * _relative(effects, g, beta, shift)[:, None]
        else:
            drawn[:, who] = _drawn(effects, masks[who], g, beta, shift)
    return Parts(place, masks, group, values, drawn, error)


def _draw(rng: np.random.Generator, mean: Floats, covariance: Floats, draws: int) -> Floats:
    width, axes = np.linalg.eigh(covariance)
    out: Floats = mean + (rng.standard_normal((draws, len(mean))) * np.sqrt(width.clip(0))) @ axes.T
    return out


def _drawn(effects: Effects, masks: Ints, group: int, beta: Floats, shift: Floats) -> Floats:
    """Parts under drawn effects."""
    n = effects.design.channels

    def rate(sets: Ints) -> Floats:
        moved = np.exp((shift[some] - effects.shift) @ shapley.bits(sets, n).T)
        out: Floats = effects.rate(sets, group, beta[some]) * moved
        return out

    out = np.empty((len(beta), len(masks), n))
    for first in range(0, len(beta), _DRAWS_AT_ONCE):
        some = slice(first, first + _DRAWS_AT_ONCE)
        out[some] = shapley.of_small_sets(rate, masks, n) / rate(masks)[..., None]
    return out


def _relative(effects: Effects, group: int, beta: Floats, shift: Floats) -> Floats:
    """Effect of each channel alone, drawn over estimated: for where coalitions are too many."""
    alone = np.int64(1) << np.arange(effects.design.channels)
    usual = effects.rate(alone, group) - 1
    other = effects.rate(alone, group, beta) * np.exp(shift - effects.shift) - 1
    out: Floats = other / np.where(np.abs(usual) > _NOTHING, usual, np.inf)
    return out


@dataclass(frozen=True)
class Rows:
    """Which conversions belong to which segment.

    Attributes:
        names: (segment_kind, segment), the whole base first.
        member: shape (segments, conversions).
    """

    names: list[tuple[str, str]]
    member: sparse.csr_array

    @classmethod
    def whole(cls, conversions: int) -> Rows:
        """The whole base alone."""
        return cls([(WHOLE, WHOLE)], sparse.csr_array(np.ones((1, conversions))))


def rows_of(ground: Ground, user_id: Ints) -> Rows:
    """The segments of conversions by their people."""
    names, parts = [(WHOLE, WHOLE)], [np.arange(len(user_id))]
    if ground.segments is not None:
        table = ground.frame(ground.segments).dropna()
        order = np.argsort(user_id, kind="stable")
        for (kind, segment), some in table.groupby(["segment_kind", "segment"], sort=True):
            who = np.isin(user_id[order], some["user_id"].to_numpy(np.int64))
            names.append((str(kind), str(segment)))
            parts.append(order[who])
    row = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
    place = np.concatenate(parts)
    return Rows(names, sparse.csr_array((np.ones(len(place)), (row, place)), shape=(len(names), len(user_id))))


def outcomes_of(ground: Ground) -> pd.DataFrame:
    """What each conversion brought, in the order of person and time."""
    told = ground.frame(ground.conversions).sort_values(["user_id", "us", "conversion_id"], ignore_index=True)
    return told.assign(conversions=1.0)[["conversions", "value", "ltv"]].astype(float)[list(ground.outcomes)]


def credits_of(
    parts: Parts, rows: Rows, outcomes: pd.DataFrame, user_id: Ints, channels: tuple[str, ...], *, seed: int
) -> pd.DataFrame:
    """Credit of organic and each channel, in all segments and outcomes, with 90 % intervals.

    The intervals hold what is not known of the effects and of who happened to convert.
    """
    rng = np.random.default_rng([seed, 1])
    bucket = ((user_id.astype(np.uint64) * _MIX) >> np.uint64(40)) % np.uint64(_BUCKETS)
    again = rng.exponential(size=(len(parts.draws), _BUCKETS))
    again /= again.mean(axis=1, keepdims=True)
    tables = []
    for outcome in outcomes.columns:
        sums = _sums(parts, rows, outcomes[outcome].to_numpy(), bucket.astype(np.int64))
        now = sums.sum(axis=1)
        credit = now @ parts.channels
        drawn = np.stack([np.tensordot(w, sums, axes=(0, 1)) @ p for w, p in zip(again, parts.draws, strict=True)])
        width = _Z90 * np.column_stack(
            [drawn.sum(axis=2).std(axis=0, ddof=1), drawn.std(axis=0, ddof=1).reshape(credit.shape)]
        )
        both = np.column_stack([now.sum(axis=1) - credit.sum(axis=1), credit])
        tables.append(_table(outcome, rows.names, (ORGANIC, *channels), both, width))
    return pd.concat(tables, ignore_index=True)


def _sums(parts: Parts, rows: Rows, value: Floats, bucket: Ints) -> Floats:
    """Sum of an outcome by segment, bucket of people and set, shape (segments, buckets, sets)."""
    sets = len(parts.masks)
    cells = sparse.csr_array(
        (value, (np.arange(len(value)), bucket * sets + parts.place)), shape=(len(value), _BUCKETS * sets)
    )
    out: Floats = (rows.member @ cells).toarray().reshape(len(rows.names), _BUCKETS, sets)
    return out


def _table(
    outcome: str, segments: list[tuple[str, str]], names: tuple[str, ...], credit: Floats, width: Floats
) -> pd.DataFrame:
    count = len(names)
    return pd.DataFrame({
        "outcome": outcome,
        "segment_kind": np.repeat([kind for kind, _ in segments], count),
        "segment": np.repeat([name for _, name in segments], count),
        "channel": np.tile(np.array(names, object), len(segments)),
        "campaign": WHOLE,
        "credit": credit.ravel(), "low": (credit - width).ravel(), "high": (credit + width).ravel(),
    })  # fmt: skip


def by_campaign(
    ground: Ground, learned: Learned, parts: Parts, outcomes: pd.DataFrame, doses: pd.DataFrame
) -> pd.DataFrame:
    """Credit of a channel split among its campaigns by how many of their touches were at work; of the whole base."""
    order = np.argsort(learned.conversion_id, kind="stable")
    place = order[np.searchsorted(learned.conversion_id[order], doses["conversion_id"].to_numpy(np.int64))]
    channel, campaign = doses["channel"].to_numpy(np.int64), doses["campaign"].to_numpy(np.int64)
    touches = doses["touches"].to_numpy(np.float64)
    key = place * len(ground.channels) + channel
    _, number = np.unique(key, return_inverse=True)
    part = parts.channels[parts.place[place], channel] * touches / np.bincount(number, touches)[number]
    names = ground.campaigns
    tables = []
    for outcome in outcomes.columns:
        credit = np.bincount(campaign, part * outcomes[outcome].to_numpy()[place], len(names))
        named = {"channel": [c for c, _ in names], "campaign": [c for _, c in names], "credit": credit}
        tables.append(pd.DataFrame({"outcome": outcome, "segment_kind": WHOLE, "segment": WHOLE} | named))
    return pd.concat(tables, ignore_index=True)


def doses_of(ground: Ground, is_exposure: exp.Expr) -> pd.DataFrame:
    """Exposures at work on each conversion by channel and campaign."""
    tables = {"conversions": ground.conversions, "contacts": ground.contacts}
    asked = sql.load(_ROOM, "doses", tables=tables, columns={"is_exposure": is_exposure})
    return ground.engine.frame(asked, {"lookback_us": ground.span.lookback_us})
