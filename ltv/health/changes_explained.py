"""Each key figure judged against its usual band, and its change taken apart by every dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ltv.health import changes_band as band
from ltv.health.changes_counted import NOBODY, WEEK_DAYS
from ltv.health.changes_noise import FALSE_ALARM, Ground, Lots, interval, moved, p_values
from ltv.health.changes_split import factors
from ltv.health.measures import IMMATURE, MISSING

if TYPE_CHECKING:
    from ltv.health.changes_counted import Counted, Weeks
    from ltv.health.changes_dimensions import Dimension
    from ltv.health.changes_noise import Moved

Floats = NDArray[np.float64]
Verdict = Literal["up", "down", "usual", "special_day", "not_enough_data", "immature"]
FACTOR = "factor"
FACTORS = ("buyers", "orders_per_buyer", "value_per_order", "anonymous")


@dataclass(frozen=True, eq=False)
class Explanation:
    """A change by the parts of one dimension; every array has an entry a part.

    Attributes:
        dimension: by what.
        parts: names.
        weight: share of the whole, before and after; NaN of factors.
        value: the part's own figure, before and after; NaN where it was not there.
        within: what its own figure contributed.
        mix: what its share contributed.
        low: lower end of the interval of both.
        high: upper end.
        share_low: lower end of the interval of its share of the whole change.
        share_high: upper end.
        accused: whether it contributed more than its share, beyond chance.
        concentration: share of the change that is where it need not be, less what chance puts there.
    """

    dimension: str
    parts: tuple[str, ...]
    weight: tuple[Floats, Floats]
    value: tuple[Floats, Floats]
    within: Floats
    mix: Floats
    low: Floats
    high: Floats
    share_low: Floats
    share_high: Floats
    accused: NDArray[np.bool_]
    concentration: float

    @property
    def contribution(self) -> Floats:
        """What each part contributed; they add up to the change."""
        return self.within + self.mix

    @property
    def order(self) -> list[int]:
        """Parts by what they contributed, the most first."""
        return sorted(range(len(self.parts)), key=lambda n: (-abs(self.contribution[n]), self.parts[n]))


@dataclass(frozen=True, eq=False)
class Explained:
    """A key figure, what it usually is, and why it changed.

    Attributes:
        figure: its rows.
        verdict: how it lies to its band, or why that is not said.
        after: the last value; NaN where it is not known.
        before: what it is compared with.
        back: how many weeks back that is; 0: there is nothing to compare with.
        usual: its band, NaN where there is none.
        why: why it is not known, empty where it is.
        explanations: by dimension.
        best: the dimension that explains the change best, empty where none does better than chance.
    """

    figure: Counted
    verdict: Verdict
    after: float
    before: float
    back: int
    usual: tuple[float, float]
    why: str
    explanations: tuple[Explanation, ...] = ()
    best: str = ""

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def is_beyond(self) -> bool:
        """Whether it is beyond its band."""
        return self.verdict in ("up", "down")

    @property
    def is_worse(self) -> bool:
        """Whether it changed to the bad side."""
        return self.change > 0 if self.figure.bad_side == "above" else self.change < 0

    @property
    def is_bad(self) -> bool:
        """Whether it moved beyond its band to the bad side."""
        return self.verdict == ("up" if self.figure.bad_side == "above" else "down")

    def by(self, dimension: str) -> Explanation | None:
        """The explanation by one dimension."""
        return next((e for e in self.explanations if e.dimension == dimension), None)


@dataclass(frozen=True, eq=False)
class Judge:
    """What figures are judged with.

    Attributes:
        weeks: the shop.
        dimensions: what changes are taken apart by.
        lots: people drawn again.
    """

    weeks: Weeks
    dimensions: Sequence[Dimension]
    lots: Lots

    def explain(self, figures: Sequence[Counted]) -> list[Explained]:
        """Judge all figures together, then take each change apart."""
        usual = {f.name: self._usual(f) for f in figures}
        p = {
            f.name: u.p_value(values(f)[0])
            for f in figures
            if (u := usual[f.name]) is not None and not self._not_judged(f)
        }
        beyond, alpha = band.unusual(p)
        judged = [self._judged(f, usual[f.name], f.name in beyond, alpha) for f in figures]
        levels = {"up": FALSE_ALARM, "down": FALSE_ALARM, "usual": FALSE_ALARM / max(len(p), 1)}
        return [self._taken_apart(one, levels.get(one.verdict, 0.0)) if one.back else one for one in judged]

    def _is_like_others(self, figure: Counted) -> list[bool]:
        special = self.weeks.is_special(figure.days)
        return [not why and not odd for why, odd in zip(figure.why, special, strict=True)]

    def _not_judged(self, figure: Counted) -> Verdict | None:
        if figure.why[0]:
            return "immature" if figure.why[0] in (IMMATURE, MISSING) else "not_enough_data"
        return None if self._is_like_others(figure)[0] else "special_day"

    def _usual(self, figure: Counted) -> band.Usual | None:
        fine, told = self._is_like_others(figure), values(figure)
        weeks = [k for k in range(1, len(fine)) if fine[k]]
        if len(weeks) < band.FEWEST_WEEKS:
            return None
        return band.usual(told[weeks], noise=_noise(figure, weeks, self.lots), days=figure.days, back=weeks)

    def _judged(self, figure: Counted, usual: band.Usual | None, beyond: bool, alpha: float) -> Explained:
        told, why = values(figure), self._not_judged(figure)
        low, high = usual.band(alpha) if usual is not None and why != "special_day" else (np.nan, np.nan)
        if told[~np.isnan(told)].min(initial=0) >= 0:
            low = np.maximum(low, 0.0)
        if figure.unit == "rate":
            high = np.minimum(high, 1.0)
        verdict: Verdict = why or ("not_enough_data" if usual is None else "usual")
        if beyond:
            verdict = "up" if told[0] > high else "down"
        back = 0 if figure.why[0] else self._compared(figure, told, (low, high) if beyond else None)
        before = float(told[back]) if back else float("nan")
        return Explained(figure, verdict, float(told[0]), before, back, (float(low), float(high)), figure.why[0])

    def _compared(self, figure: Counted, told: Floats, inside: tuple[float, float] | None) -> int:
        """The latest week that was like others (and itself within the band, of a figure beyond it), or the latest known."""
        known = [k for k in range(1, len(told)) if not figure.why[k]]
        fine = [k for k in known if self._is_like_others(figure)[k]]
        if inside:
            fine = [k for k in fine if inside[0] <= told[k] <= inside[1]] or fine
        return next(iter(fine or known), 0)

    def _taken_apart(self, one: Explained, level: float) -> Explained:
        """Explain a change; what is usual accuses somebody only if that is rare among all that is usual, what is not judged nobody."""
        fine = self._is_like_others(one.figure)
        pairs = [(k + 1, k) for k in range(1, len(fine) - 1) if fine[k] and fine[k + 1]]
        grounds = [Ground.of(one.figure, dimension, self.lots) for dimension in self.dimensions]
        found = [moved(g, one.back, self.lots, pairs) for g in grounds if _is_told_apart(g, one.back)]
        p = p_values(found)
        parts = [_explanation(m, p[m.ground.dimension.name], level) for m in found]
        best = max((e for e in parts if e.accused.any()), key=lambda e: e.concentration, default=None)
        named = best.dimension if best is not None and best.concentration > 0 else ""
        product = _factors(one, self.weeks, self.lots)
        return replace(one, explanations=(*parts, *([product] if product else [])), best=named)


def values(figure: Counted) -> Floats:
    """The figure in each week, the last one first; NaN where it is not known."""
    weeks = len(figure.why)
    above, below = (np.bincount(figure.week, w, minlength=weeks)[:weeks] for w in (figure.above, figure.below))
    known = np.array([not why for why in figure.why])
    told = above if figure.kind == "sum" else np.divide(above, below, out=np.full(weeks, np.nan), where=below > 0)
    return np.where(known, told, np.nan)


def _noise(figure: Counted, weeks: Sequence[int], lots: Lots) -> float:
    """Standard deviation of a week by what the same people happen to do in it: from pairs of neighbouring weeks.

    Who the people are is the same in both weeks of a pair, and no reason to expect another figure of the next.
    """
    size = (max(weeks) + 1) * lots.count
    use = figure.week <= max(weeks)
    cell = figure.week[use] * lots.count + lots.rows(figure.who[use], figure.lot[use])
    sums = [np.bincount(cell, w[use], minlength=size).reshape(-1, lots.count).T for w in (figure.above, figure.below)]
    above, below = (lots.drawn @ s for s in sums)
    drawn = (
        above if figure.kind == "sum" else np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    )
    pairs = [(a, a + 1) for a in weeks if a + 1 in weeks] or [(weeks[0], weeks[-1])]
    return float(np.median([np.nanstd(drawn[:, a] - drawn[:, b]) for a, b in pairs]) / np.sqrt(2))


def _is_told_apart(ground: Ground, back: int) -> bool:
    there = (ground.rows[0] + ground.rows[back]) > 0
    return bool(there.sum() > 1 and there[:-1].any())  # the last part is of those nobody knows


def _explanation(m: Moved, p: Floats, level: float) -> Explanation:
    g, told = m.ground, m.split
    before, after, sign = g.week(m.back), g.week(0), np.sign(told.contribution.sum())
    use = np.flatnonzero((g.rows[0] + g.rows[m.back]) > 0)
    low, high = interval(m.drawn)
    share_low, share_high = interval(_shares(m.drawn))
    accused = (p <= level) & (np.sign(told.excess) == sign) & (np.sign(told.contribution) == sign)
    weight, value = ((f(g.figure.kind, before)[use], f(g.figure.kind, after)[use]) for f in (_weight, _value))
    each = (told.within, told.mix, low, high, share_low, share_high)
    within, mix, low, high, share_low, share_high = (array[use] for array in each)
    names = tuple(g.dimension.parts[n] for n in use)
    return Explanation(
        g.dimension.name,
        names,
        weight,
        value,
        within,
        mix,
        low,
        high,
        share_low,
        share_high,
        accused[use],
        m.concentration,
    )


def _shares(drawn: Floats) -> Floats:
    total = drawn.sum(axis=-1, keepdims=True)
    found: Floats = np.divide(drawn, total, out=np.full(drawn.shape, np.nan), where=total != 0)
    return found


def _weight(kind: str, sums: tuple[Floats, Floats]) -> Floats:
    of = sums[0] if kind == "sum" else sums[1]
    found: Floats = np.divide(of, of.sum(), out=np.zeros(len(of)), where=of.sum() != 0)
    return found


def _value(kind: str, sums: tuple[Floats, Floats]) -> Floats:
    above, below = sums
    return above if kind == "sum" else np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def _factors(one: Explained, weeks: Weeks, lots: Lots) -> Explanation | None:
    """Net revenue as buyers × orders a buyer × value an order, and what nobody known brought beside it."""
    if one.figure.unit != "money" or not one.figure.name.startswith("net_revenue"):
        return None
    told = [_product(weeks, lots, k, one.figure.days) for k in (one.back, 0)]
    point = [t.sum(axis=1)[:, None] for t in told]
    drawn = [t @ lots.drawn.T for t in told]
    exact, again = _contributions(point), _contributions(drawn)
    if exact is None:
        return None
    use = [0, 1, 2, *([3] if any(t[3].any() for t in told) else [])]
    low, high = interval(again.T) if again is not None else (np.full(4, np.nan),) * 2
    shares = interval(_shares(again.T)) if again is not None else (low, high)
    levels = [np.append(_levels(p)[:, 0], p[3, 0])[use] for p in point]
    nothing = np.full(len(use), np.nan)
    within = exact[:, 0][use]
    names = tuple(FACTORS[n] for n in use)
    return Explanation(
        FACTOR, names, (nothing, nothing), (levels[0], levels[1]), within, within * 0, low[use], high[use], shares[0][use],
        shares[1][use], np.zeros(len(use), np.bool_), 0.0,
    )  # fmt: skip


def _product(weeks: Weeks, lots: Lots, back: int, days: int) -> Floats:
    """Buyers, orders and value of people who are known, and value of others, shape (4, lots)."""
    rows = weeks.bought
    last = weeks.days[back]
    rows = rows[(rows["n"] <= last) & (rows["n"] > last - min(days, WEEK_DAYS))]
    who, lot = rows["who"].to_numpy(np.int64), rows["lot"].to_numpy(np.int64)
    of, known = lots.rows(who, lot), (who != NOBODY).astype(np.float64)
    orders, value = rows["purchases"].to_numpy(np.float64) * known, rows["value"].to_numpy(np.float64)
    buyers = np.unique(who[orders > 0])
    heads = np.bincount(lots.of[buyers], minlength=lots.count) if len(buyers) else np.zeros(lots.count)
    sums = [np.bincount(of, w, minlength=lots.count) for w in (orders, value * known, value * (1 - known))]
    return np.stack([heads.astype(np.float64), *sums])


def _levels(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([sums[0], sums[1] / sums[0], sums[2] / sums[1]])


def _contributions(sums: Sequence[Floats]) -> Floats | None:
    """What each factor contributed, and others beside it, shape (4, draws); draws without a sale are left out."""
    levels = [_levels(s) for s in sums]
    use = np.logical_and.reduce([(np.nan_to_num(level) > 0).all(axis=0) for level in levels])
    if not use.any():
        return None
    found = factors(*([*level[:, use]] for level in levels))
    assert found is not None  # noqa: S101  what is not above zero was left out
    return np.vstack([found, (sums[1][3] - sums[0][3])[use][None, :]])
