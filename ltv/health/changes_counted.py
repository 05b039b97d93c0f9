"""The key figures whose changes are explained, as rows of people: one figure is a sum, or a sum over another.

Each figure is told on the same weekday of every week, so that weeks can be compared as they are. Money is what was known when
the week ended: later refunds of older weeks would make every new week look better than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlglot import exp

from ltv import sql
from ltv.behaviour.given import day_number, day_of
from ltv.contract.orders import is_purchase, value
from ltv.health import measures
from ltv.health.calendar import month_start, number_of
from ltv.health.churn import share_of, some_of
from ltv.health.ground import NEVER
from ltv.health.measures import EARLY, FEW, FEWEST, IMMATURE, MISSING, NEW_DAYS, NO_MODEL, NOT_PUBLISHED, PERIOD_DAYS
from ltv.settings.indicators import BadSide
from ltv.text import Unit
from ltv.warehouse.given import order_columns
from ltv.warehouse.local_time import day_end

if TYPE_CHECKING:
    from ltv.health.calendar import Calendar, Ints
    from ltv.health.shop import Shop

Floats = NDArray[np.float64]
Kind = Literal["sum", "mean"]
WEEK_DAYS, SPENT_DAYS, LOTS = 7, 180, 64
NOBODY = -1  # the position of whoever is not known
_ROOM = "ltv.health"
Said = Sequence[tuple[date, Sequence[pd.DataFrame]]]


@dataclass(frozen=True, eq=False)
class Counted:
    """A key figure in every week: each row adds `above` to what is summed and `below` to what that is divided by.

    Attributes:
        name: of the figure.
        kind: a sum, or a mean (rates are means).
        unit: how it is written.
        bad_side: on which side a change is bad.
        days: that it looks back on.
        week: how many weeks back each row is; 0: the last one.
        who: position of the person, or `NOBODY`.
        lot: tells rows of nobody apart.
        above: what is summed.
        below: what it is divided by; ones where nothing is.
        why: why a week is not known, empty where it is, the last one first.
    """

    name: str
    kind: Kind
    unit: Unit
    bad_side: BadSide
    days: int
    week: Ints
    who: Ints
    lot: Ints
    above: Floats
    below: Floats
    why: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Weeks:
    """A shop on the same weekday of the last weeks.

    Attributes:
        shop: whose models and tables are used.
        back: how many weeks back.
    """

    shop: Shop
    back: int

    @property
    def calendar(self) -> Calendar:
        """The days of the board."""
        return self.shop.ground.calendar

    @cached_property
    def days(self) -> list[int]:
        """The last day of each week, the last one first."""
        return [self.calendar.last - WEEK_DAYS * k for k in range(self.back + 1)]

    @cached_property
    def places(self) -> Ints:
        """Where these days are in the calendar."""
        return np.array(self.days, np.int64) - self.calendar.first

    def is_special(self, days: int) -> NDArray[np.bool_]:
        """Whether a seventh or more of the `days` up to each day is like no other."""
        from ltv.settings.calendar import spans

        first = self.days[-1] - days + 1
        marked = np.zeros(self.days[0] - first + 1, np.bool_)
        for begin, end in spans(self.calendar.special, day_of(first), day_of(self.days[0])):
            marked[max(number_of(begin) - first, 0) : max(number_of(end) + 1 - first, 0)] = True
        share = [marked[day - days + 1 - first : day + 1 - first].mean() for day in self.days]
        return np.array(share) * WEEK_DAYS >= 1

    @cached_property
    def bought(self) -> pd.DataFrame:
        """n, who, lot, purchases, value of each person and day, back to what tiers of the first week look at."""
        reader, after = self.shop.reader, day_end(day_of(self.calendar.last), self.calendar.timezone)
        engine, name = reader.engine, reader.names["orders"]
        since = self.days[-1] - WEEK_DAYS - SPENT_DAYS
        span = (day_end(day_of(since - 2), "UTC"), after)
        columns = order_columns(engine, name)
        day = day_number(engine, name, "ts", self.calendar.timezone, span)
        filled = {
            "day_number": day,
            "worth": value(columns, self._known_by(day)),
            "is_purchase": sql.expression("COALESCE(p, FALSE)", p=is_purchase(columns)),
        }
        tree = sql.load(_ROOM, "changes_orders", tables={"orders": name}, columns=filled)
        rows = engine.frame(tree, {"since": since, "until": self.calendar.last, "as_of": after})
        known = rows["user_id"].notna().to_numpy()
        who = np.full(len(rows), NOBODY, np.int64)
        place, is_there = self.shop.ground.at(rows["user_id"].fillna(-1).to_numpy(np.int64))
        who[known & is_there] = place[known & is_there]
        return rows.assign(who=who).drop(columns="user_id")

    def _known_by(self, day: exp.Expr) -> exp.Expr:
        """The end of the week of each order; of older orders the end of the first week."""
        ends = exp.Case()
        for last in self.days[:-1]:
            begins = sql.expression("d > n", d=day, n=sql.literal(last - WEEK_DAYS))
            ends = ends.when(begins, sql.literal(day_end(day_of(last), self.calendar.timezone)))
        return ends.else_(sql.literal(day_end(day_of(self.days[-1]), self.calendar.timezone)))


def counted(weeks: Weeks, said: Said) -> list[Counted]:
    """All key figures whose tables are there.

    Args:
        weeks: the shop.
        said: days with the result table ltv_scores as it was published on them.
    """
    found = [*_money(weeks), _active(weeks), *_first_orders(weeks), *_churn(weeks), *_benefits(weeks)]
    return [*found, *_invitations(weeks), *_expected(weeks, said)]


def _why(weeks: Weeks, name: str, days: int) -> tuple[str, ...]:
    """Whether the rows of a table have come in for each week, and whether it goes back so far."""
    of, last = weeks.shop.ground.covered[name], weeks.calendar.last
    ends = np.array(weeks.days, np.int64)
    late, early = ~of.is_in(ends, last), ~of.begins(ends - days + 1)
    return tuple(IMMATURE if a else EARLY if b else "" for a, b in zip(late, early, strict=True))


def _money(weeks: Weeks) -> list[Counted]:
    """Net revenue of the last seven days and of the last day; buyers and orders of the seven days."""
    rows = weeks.bought
    ago = weeks.calendar.last - rows["n"].to_numpy(np.int64)
    week, inside = ago // WEEK_DAYS, ago < WEEK_DAYS * (weeks.back + 1)
    who, lot = rows["who"].to_numpy(np.int64), rows["lot"].to_numpy(np.int64)
    purchases, money = rows["purchases"].to_numpy(np.float64), rows["value"].to_numpy(np.float64)
    is_last = inside & (ago % WEEK_DAYS == 0)
    why, why_day = _why(weeks, "orders", WEEK_DAYS), _why(weeks, "orders", 1)

    def of(name: str, unit: Unit, use: NDArray[np.bool_], above: Floats, days: int) -> Counted:
        told = why if days == WEEK_DAYS else why_day
        return Counted(
            name, "sum", unit, "below", days, week[use], who[use], lot[use], above[use], above[use] * 0 + 1, told
        )

    once = pd.DataFrame({"week": week, "who": who})[inside & (purchases > 0) & (who != NOBODY)].drop_duplicates()
    ones = np.ones(len(once))
    buyers = Counted(
        "buyers_7d", "sum", "count", "below", WEEK_DAYS, once["week"].to_numpy(), once["who"].to_numpy(),
        np.zeros(len(once), np.int64), ones, ones, why,
    )  # fmt: skip
    return [
        of("net_revenue_7d", "money", inside, money, WEEK_DAYS),
        of("net_revenue_1d", "money", is_last, money, 1),
        buyers,
        of("orders_7d", "count", inside & (purchases > 0), purchases, WEEK_DAYS),
    ]


def _active(weeks: Weeks) -> Counted:
    """Who was there on the day."""
    presence, ground = weeks.shop.ground.presence, weeks.shop.ground
    ago = weeks.calendar.last - presence.day
    use = (ago % WEEK_DAYS == 0) & (ago < WEEK_DAYS * (weeks.back + 1)) & (presence.acts > 0)
    there = ground.is_there[weeks.places]
    why = _why(weeks, "events" if "events" in ground.covered else "orders", 1)
    why = tuple(w or ("" if t else MISSING) for w, t in zip(why, there, strict=True))
    ones = np.ones(int(use.sum()))
    nobody = np.zeros(len(ones), np.int64)
    return Counted(
        "active_people_1d",
        "sum",
        "count",
        "below",
        1,
        ago[use] // WEEK_DAYS,
        presence.who[use],
        nobody,
        ones,
        ones,
        why,
    )


Part = tuple["Ints", Floats, Floats]


Nature = tuple[str, Unit, BadSide, int]


def _mean(nature: Nature, parts: Sequence[Part | None], why: Sequence[str]) -> Counted:
    """A mean whose people are told week by week; weeks with too few of them are not known.

    Args:
        nature: name, unit, bad side, days that it looks back on.
        parts: who, what is summed, what that is divided by, of each week.
        why: why a week is not known.
    """
    nothing: Part = (np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    rows = [nothing if part is None or why[k] else part for k, part in enumerate(parts)]
    week = np.concatenate([np.full(len(row[0]), k, np.int64) for k, row in enumerate(rows)])
    who, above, below = (np.concatenate([row[i] for row in rows]) for i in range(3))
    few = [w or (FEW if row[2].sum() < FEWEST else "") for w, row in zip(why, rows, strict=True)]
    name, unit, bad_side, days = nature
    lot = np.zeros(len(who), np.int64)
    return Counted(name, "mean", unit, bad_side, days, week, who.astype(np.int64), lot, above, below, tuple(few))


def _first_orders(weeks: Weeks) -> list[Counted]:
    ground = weeks.shop.ground
    if ground.traits is None:
        return []
    on, hit = measures.first_hours(ground)
    parts: list[Part] = []
    for day in weeks.days:
        who = np.flatnonzero((on > day - NEW_DAYS) & (on <= day))
        parts.append((who, hit[who].astype(np.float64), np.ones(len(who))))
    why = measures.why_new_users(ground)[weeks.places].tolist()
    return [_mean(("first_order_48h", "rate", "below", NEW_DAYS), parts, why)]


def _churn(weeks: Weeks) -> list[Counted]:
    """By the model of the last day's month on all days: the step from one model to the next is no change of people."""
    past, last = weeks.shop.past, weeks.calendar.last
    month = month_start(last)
    model, why = weeks.shop.models[month], measures.unknown(weeks.shop.ground)[weeks.places].tolist()
    if model is None:
        return [_mean(("churn_risk", "rate", "above", PERIOD_DAYS), [None] * len(why), [w or NO_MODEL for w in why])]
    share = share_of(past.base(month - 1), measures.MOST_SCORED)
    parts: list[Part | None] = []
    for day, reason in zip(weeks.days, why, strict=True):
        who = past.base(day) if not reason else np.zeros(0, np.int64)
        who = some_of(past, who, share)
        risk = model.probability(past.features(who, day)) if len(who) else np.zeros(0)
        parts.append((who, risk / share, np.ones(len(who)) / share))
    return [_mean(("churn_risk", "rate", "above", PERIOD_DAYS), parts, why)]


def _benefits(weeks: Weeks) -> list[Counted]:
    ground, past = weeks.shop.ground, weeks.shop.past
    if ground.traits is None or not ground.has_benefits:
        return []
    used = [measures.uses(past, day) for day in weeks.days]
    why = measures.why_benefits(ground)[weeks.places].tolist()
    parts = [(who, times, np.ones(len(who))) for who, times in used]
    return [_mean(("benefit_depth", "number", "below", PERIOD_DAYS), parts, why)]


def _invitations(weeks: Weeks) -> list[Counted]:
    ground, edges = weeks.shop.ground, weeks.shop.given.edges
    if edges is None:
        return []
    inviter, on = measures.won(ground, edges)
    parts: list[Part] = []
    for day in weeks.days:
        mine = inviter[(on > day - PERIOD_DAYS) & (on <= day)]
        there = weeks.shop.past.there(day, PERIOD_DAYS)
        who = np.concatenate([mine, there])
        parts.append(
            (who, np.repeat([1.0, 0.0], [len(mine), len(there)]), np.repeat([0.0, 1.0], [len(mine), len(there)]))
        )
    why = measures.why_invitations(ground, edges)[weeks.places].tolist()
    return [_mean(("referral_effective", "number", "below", PERIOD_DAYS), parts, why)]


def _expected(weeks: Weeks, said: Said) -> list[Counted]:
    """Expected value of everybody known, and of a new user, as it was published on each day."""
    scores = weeks.shop.given.scores
    if scores is None or scores.empty:
        return []
    horizon = scores["horizon_days"].max()
    then = {number_of(day): table for day, (table, *_) in said} | {weeks.calendar.last: scores}
    base: list[Part | None] = []
    new: list[Part | None] = []
    for day in weeks.days:
        table = then.get(day)
        rows = table[table["horizon_days"] == horizon] if table is not None else scores.head(0)
        place, known = weeks.shop.ground.at(rows["user_id"].to_numpy(np.int64))
        who, expected = np.where(known, place, NOBODY), rows["expected"].to_numpy(np.float64)
        registered = weeks.shop.ground.registered_us[place] if len(place) else np.zeros(0, np.int64)
        on = np.where(known & (registered != NEVER), weeks.calendar.day_of_us(registered), -1)
        recent = (on > day - NEW_DAYS) & (on <= day)
        base.append((who, expected, np.ones(len(who))) if len(rows) else None)
        new.append((who[recent], expected[recent], np.ones(int(recent.sum()))) if len(rows) else None)
    why = ["" if part is not None else NOT_PUBLISHED for part in base]
    whole = _mean(("expected_ltv", "money", "below", PERIOD_DAYS), base, why)
    return [
        Counted(**{**vars(whole), "kind": "sum"}),
        _mean(("expected_ltv_new", "money", "below", NEW_DAYS), new, why),
    ]
