"""Response curves: what a channel would add if it were flown less or more than now.

A touch reaches with the chance 1 − q what those before it have not: n touches at work do 1 − qⁿ of what the channel can do (the
saturating curve behind reach and frequency). q of each channel is told by the rates under one, two and three or more touches.
Under p times today's pressure a person's n touches become a binomial thinning of n (p < 1) or n and a Poisson number
more (p > 1): E qⁿ is (1 − p(1 − q))ⁿ, or qⁿ·exp(−(1 − q)(p − 1)m). Whether more pressure finds people at the moments it finds
them already, or at others, is not known: m lies anywhere between n and what that person usually has at work.
The curve passes through what the channel adds last, after all others, at today's pressure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv import sql
from ltv.attribution.conditional import summed
from ltv.attribution.credit import outcomes_of
from ltv.attribution.shapley import bits_of

if TYPE_CHECKING:
    from sqlglot import exp

    from ltv.attribution.conditional import Fit
    from ltv.attribution.credit import Parts
    from ltv.attribution.given import Ground
    from ltv.attribution.learn import Learned
    from ltv.attribution.shapley import Floats

PRESSURES = np.array([0.0, 0.25, 0.5, 0.65, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0])
KEEPS = np.linspace(0.1, 0.9, 17)  # q that are looked at, each as likely as the next before anything is seen
SAME_MOMENTS = np.array([0.0, 0.5, 1.0])  # how far m is n: each as likely as the next
_MOST_DOSE, _ROOM = 8, "ltv.attribution"


@dataclass(frozen=True)
class Curves:
    """Response curves of the channels.

    Attributes:
        pressures: times today's pressure, shape (points,).
        value: added value, shape (draws, channels, points); the mean is the curve.
        keeps: q of each channel: what a touch leaves to the next, shape (draws, channels).
    """

    pressures: Floats
    value: Floats
    keeps: Floats

    def at(self, pressure: Floats) -> Floats:
        """Value of each channel at its own pressure, shape (draws, channels)."""
        out = np.empty(self.value.shape[:2])
        for k, p in enumerate(pressure):
            right = int(np.clip(np.searchsorted(self.pressures, p), 1, len(self.pressures) - 1))
            low, high = self.pressures[right - 1], self.pressures[right]
            part = (p - low) / (high - low)
            out[:, k] = (1 - part) * self.value[:, k, right - 1] + part * self.value[:, k, right]
        return out


def saturation(doses: Fit, channels: int) -> Floats:
    """How likely each q of `KEEPS` is for each channel, shape (channels, keeps).

    Args:
        doses: what one, two and three touches of each channel do to visits or conversions.
        channels: how many there are.
    """
    levels = len(doses.beta) // channels
    if levels == 1:
        return np.full((channels, len(KEEPS)), 1 / len(KEEPS))
    sums = np.kron(np.tri(levels), np.eye(channels))  # a touch adds to those before it
    return likely_keeps(sums @ doses.beta, sums @ doses.covariance @ sums.T, channels)


def likely_keeps(excess: Floats, covariance: Floats, channels: int) -> Floats:
    """How likely each of `KEEPS` is for each channel, shape (channels, keeps).

    The height of the curve is free; what is told is its bend.

    Args:
        excess: rate under one touch of each channel over none, less one; then under two, and so on.
        covariance: of `excess`.
        channels: how many there are.
    """
    levels = len(excess) // channels
    out = np.empty((channels, len(KEEPS)))
    for k in range(channels):
        own = np.arange(k, len(excess), channels)
        precision = np.linalg.inv(covariance[np.ix_(own, own)])
        for j, q in enumerate(KEEPS):
            shape = 1 - q ** np.arange(1, levels + 1)
            bend = shape @ precision @ shape
            height = max(shape @ precision @ excess[own] / bend, 0.0)
            rest = excess[own] - height * shape
            out[k, j] = -0.5 * rest @ precision @ rest
        out[k] = np.exp(out[k] - out[k].max())
        out[k] /= out[k].sum()
    return out


def curves(
    ground: Ground,
    learned: Learned,
    parts: Parts,
    doses: pd.DataFrame,
    likely: Floats,
    *,
    is_exposure: exp.Expr,
    seed: int,
) -> Curves:
    """Curves of the value that channels add.

    Args:
        ground: touches and conversions.
        learned: the effects, and channels at work on each conversion.
        parts: parts of conversions.
        doses: exposures at work on each conversion.
        likely: how likely each q is, shape (channels, keeps).
        is_exposure: what counts.
        seed: of the draws.
    """
    n, rng = len(ground.channels), np.random.default_rng([seed, 2])
    base = outcomes_of(ground)["value"].to_numpy() * (1 - parts.channels.sum(axis=1))[parts.place]
    order = np.argsort(learned.conversion_id, kind="stable")
    place = order[np.searchsorted(learned.conversion_id[order], doses["conversion_id"].to_numpy(np.int64))]
    asked = sql.load(_ROOM, "usual", tables={"contacts": ground.contacts, "conversions": ground.conversions},
                     columns={"is_exposure": is_exposure})  # fmt: skip
    usual = ground.engine.frame(asked)
    length = (ground.span.until - ground.span.since).total_seconds() * 1e6
    last, spread = _last(learned, parts, ground, n)
    drawn = np.array([rng.choice(len(KEEPS), len(parts.draws), p=likely[k]) for k in range(n)]).T
    same = rng.integers(len(SAME_MOMENTS), size=drawn.shape)
    value = np.zeros((len(parts.draws), n, len(PRESSURES)))
    for k in range(n):
        mine = doses["channel"].to_numpy() == k
        count = summed(place[mine], doses["touches"].to_numpy()[mine], len(base))
        per = usual[usual["channel"] == k].set_index("user_id")["touches"]
        mean = pd.Series(learned.user_id).map(per).fillna(0).to_numpy() * ground.span.lookback_us / length
        shapes = np.array([[_shape(q, count, u * count + (1 - u) * mean, base) for u in SAME_MOMENTS] for q in KEEPS])
        value[:, k] = (last[k] + spread[:, k])[:, None] * shapes[drawn[:, k], same[:, k]]
    return Curves(PRESSURES, value, KEEPS[drawn])


def _shape(q: float, count: Floats, mean: Floats, base: Floats) -> Floats:
    """Value under each pressure over that of today; `mean`: touches that twice the pressure would bring at that moment."""
    top = np.minimum(count, _MOST_DOSE)
    reached = np.array([base @ (1 - _left(q, float(p), top, mean)) for p in PRESSURES])
    today = reached[int(np.flatnonzero(PRESSURES == 1.0)[0])]
    return reached / today if today > 0 else np.zeros(len(PRESSURES))


def _left(q: float, pressure: float, touches: Floats, mean: Floats) -> Floats:
    """What touches are expected to leave of a channel's effect under a pressure."""
    if pressure <= 1:
        out: Floats = (1 - pressure * (1 - q)) ** touches
    else:
        out = q**touches * np.exp(-(1 - q) * (pressure - 1) * mean)
    return out


def _last(learned: Learned, parts: Parts, ground: Ground, n: int) -> tuple[Floats, Floats]:
    """What each channel adds last, and what draws add to that, shape (draws, channels)."""
    effects = learned.effects
    assert effects is not None  # noqa: S101  the caller has looked
    value = np.bincount(parts.place, outcomes_of(ground)["value"].to_numpy(), len(parts.masks))
    last = np.zeros(n)
    for g in np.unique(parts.group):
        who = parts.group == g
        now = effects.rate(parts.masks[who], int(g))
        for k in range(n):
            without = effects.rate(parts.masks[who] & ~bits_of(k, n), int(g))
            last[k] += value[who] @ (1 - without / now)
    shares = value @ parts.channels
    drawn = np.einsum("s,bsk->bk", value, parts.draws)
    ratio = np.where(np.abs(shares) > 1e-9, drawn / np.where(np.abs(shares) > 1e-9, shares, 1.0), 1.0)  # noqa: PLR2004
    return last, last * (ratio - 1)
