"""The indicators as series: what is divided by what on each day in each segment, and why a day may not be known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltv.health.calendar import Flags, Ints, month_start
from ltv.health.churn import share_of, some_of
from ltv.health.ground import NEVER, Ground
from ltv.health.segments import WHOLE, Kind

if TYPE_CHECKING:
    from ltv.health.churn import ChurnModel
    from ltv.health.features import Past

Floats = NDArray[np.float64]
Words = NDArray[np.object_]
FEWEST = 30  # people below whom nothing is told
PERIOD_DAYS = 30
NEW_HOURS, NEW_DAYS = 48, 7
_HOUR_US = 3_600_000_000
MOST_SCORED = 100_000  # people of a day; of more a part is scored, drawn when the month began
_LIKE_EVERYBODY = 500  # rows of the whole base that a segment's own are mixed with

# why a day is not known; the words are in `health_words`
MISSING, IMMATURE, EARLY, FEW, NO_TABLE, NO_COLUMN, NO_MODEL, NO_FORECAST, NOT_PUBLISHED = (
    "missing", "immature", "early", "few", "no_table", "no_column", "no_model", "no_forecast", "not_published",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measure:
    """One indicator on every day of the calendar.

    Attributes:
        above: kind → what is counted, shape (segments, days).
        below: kind → what it is divided by.
        why: why a day is not known, empty where it is; shape (days,).
        threshold: kind → threshold of each day where it is not the same for all; shape (segments, days).
        fewest: people that there must be.
        people: kind → people behind it, where it is not divided by them.
    """

    above: Mapping[str, Floats]
    below: Mapping[str, Floats]
    why: Words
    threshold: Mapping[str, Floats] = field(default_factory=dict)
    fewest: float = FEWEST
    people: Mapping[str, Floats] = field(default_factory=dict)

    def series(self, kind: str, segment: int) -> tuple[Floats, Floats, Words]:
        """Value, people and why it is not known of one segment; the value is NaN where it is not."""
        above, below = self.above[kind][segment], self.below[kind][segment]
        people = self.people[kind][segment] if self.people else below
        why = np.where((self.why == "") & (people < self.fewest), FEW, self.why)
        value = np.divide(above, below, out=np.full(len(above), np.nan), where=(why == "") & (below > 0))
        return value, people, why


def nothing(kinds: Sequence[Kind], days: int, why: str) -> Measure:
    """An indicator of which nothing is known, for one reason."""
    empty = {kind.name: np.zeros((len(kind.segments), days)) for kind in kinds}
    return Measure(empty, empty, np.full(days, why, dtype=object))


def churn(past: Past, kinds: Sequence[Kind], models: Mapping[int, ChurnModel | None], *, rise: float) -> Measure:
    """Mean probability not to come back, of the active base; its threshold is `rise` above what was usual."""
    calendar, people = past.ground.calendar, len(past.ground.user_id)
    above, below, why = _sums(kinds, len(calendar.numbers)), _sums(kinds, len(calendar.numbers)), unknown(past.ground)
    shares = {month: share_of(past.base(month - 1), MOST_SCORED) for month in models}
    for place, day in enumerate(calendar.numbers.tolist()):
        month = month_start(day)
        model, share = models[month], shares[month]
        if model is None or why[place]:
            why[place] = why[place] or NO_MODEL
            continue
        who = some_of(past, past.base(day), share)
        risk = np.zeros(people)
        risk[who] = model.probability(past.features(who, day)) / share
        _add(kinds, above, place, risk)
        _add(kinds, below, place, _ones(who, people) / share)
    return Measure(above, below, why, _usual(past.ground, kinds, models, 1 + rise))


def _usual(
    ground: Ground, kinds: Sequence[Kind], models: Mapping[int, ChurnModel | None], times: float
) -> dict[str, Floats]:
    """Share of the snapshots of each month's model that did not come back, by segment.

    Of few people it is mostly that of the whole base.
    """
    months = np.array([month_start(n) for n in ground.calendar.numbers.tolist()])
    found = {kind.name: np.full((len(kind.segments), len(months)), np.nan) for kind in kinds if not kind.is_moving}
    for month, model in models.items():
        if model is None:
            continue
        rows, gone = (np.bincount(model.who, w, minlength=len(ground.user_id)) for w in (None, model.gone))
        for kind in (k for k in kinds if not k.is_moving):
            told, lost = kind.total(rows.astype(np.float64)), kind.total(gone.astype(np.float64))
            share = (lost + _LIKE_EVERYBODY * model.usual) / (told + _LIKE_EVERYBODY)
            found[kind.name][:, months == month] = share[:, None] * times
    return found


def benefits(past: Past, kinds: Sequence[Kind]) -> Measure:
    """Uses of a member's discount in thirty days, for each member who was there in them."""
    ground, days = past.ground, past.ground.calendar.numbers
    why = why_benefits(ground)
    above, below = _sums(kinds, len(days)), _sums(kinds, len(days))
    for place, day in enumerate(days.tolist() if ground.has_benefits and ground.traits is not None else []):
        who, used = uses(past, day)
        _add(kinds, above, place, np.bincount(who, used, minlength=len(ground.user_id)).astype(np.float64))
        _add(kinds, below, place, _ones(who, len(ground.user_id)))
    return Measure(above, below, why)


def why_benefits(ground: Ground) -> Words:
    """Why the uses of discounts of each day are not known, empty where they are."""
    days = ground.calendar.numbers
    if ground.traits is None or not ground.has_benefits:
        return np.full(len(days), NO_COLUMN if ground.traits is not None else NO_TABLE, dtype=object)
    orders = ground.covered["orders"]
    return _first_of(
        unknown(ground),
        (~orders.is_in(days, ground.calendar.last), IMMATURE),
        (~orders.begins(days - PERIOD_DAYS + 1), EARLY),
    )


def uses(past: Past, day: int) -> tuple[Ints, Floats]:
    """Members who were there in thirty days, and how often each used a member's discount."""
    ground = past.ground
    who = past.there(day, PERIOD_DAYS)
    who = who[ground.is_member[who] & (ground.registered_us[who] < ground.calendar.end_us(day))]
    return who, past.sums("benefits", who, day, PERIOD_DAYS)


def invitations(past: Past, kinds: Sequence[Kind], edges: pd.DataFrame | None) -> Measure:
    """First purchases of invited people in thirty days, for each user who was there in them, by the segment of the inviter.

    Args:
        past: who was there.
        kinds: segments.
        edges: counted invitations: inviter, bought_us (−1: did not buy in the window); None without the table.
    """
    ground, days, people = past.ground, past.ground.calendar.numbers, len(past.ground.user_id)
    why = why_invitations(ground, edges)
    above, below = _sums(kinds, len(days)), _sums(kinds, len(days))
    inviter, on = won(ground, edges)
    for place, day in enumerate(days.tolist() if edges is not None else []):
        inside = (on > day - PERIOD_DAYS) & (on <= day)
        _add(kinds, above, place, np.bincount(inviter[inside], minlength=people).astype(np.float64))
        _add(kinds, below, place, _ones(past.there(day, PERIOD_DAYS), people))
    return Measure(above, below, why)


def why_invitations(ground: Ground, edges: pd.DataFrame | None) -> Words:
    """Why the invitations of each day are not known, empty where they are."""
    days = ground.calendar.numbers
    if edges is None:
        return np.full(len(days), NO_TABLE, dtype=object)
    invites = ground.covered["invites"]
    late = ~invites.is_in(days, ground.calendar.last)
    return _first_of(unknown(ground), (late, IMMATURE), (~invites.begins(days - PERIOD_DAYS + 1), EARLY))


def won(ground: Ground, edges: pd.DataFrame | None) -> tuple[Ints, Ints]:
    """Who invited somebody who bought, and the day of that first purchase; one entry an invitee."""
    if edges is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    bought = edges[edges["bought_us"] >= 0]
    inviter, known = ground.at(bought["inviter"].to_numpy(np.int64))
    return inviter[known], ground.calendar.day_of_us(bought["bought_us"].to_numpy(np.int64))[known]


def new_users(ground: Ground, kinds: Sequence[Kind]) -> Measure:
    """Share of those whose first 48 hours ended in the last seven days who ordered in them."""
    days = ground.calendar.numbers
    why = why_new_users(ground)
    above, below = _sums(kinds, len(days)), _sums(kinds, len(days))
    on, hit = first_hours(ground)
    for place, day in enumerate(days.tolist() if ground.traits is not None else []):
        inside = (on > day - NEW_DAYS) & (on <= day)
        _add(kinds, above, place, (inside & hit).astype(np.float64))
        _add(kinds, below, place, inside.astype(np.float64))
    return Measure(above, below, why)


def why_new_users(ground: Ground) -> Words:
    """Why the first orders of each day are not known, empty where they are."""
    calendar, days = ground.calendar, ground.calendar.numbers
    if ground.traits is None:
        return np.full(len(days), NO_TABLE, dtype=object)
    members, orders = ground.covered["members"], ground.covered["orders"]
    late = ~members.is_in(days - NEW_HOURS // 24, calendar.last) | ~orders.is_in(days, calendar.last)
    return _first_of(unknown(ground), (late, IMMATURE))


def first_hours(ground: Ground) -> tuple[Ints, Flags]:
    """The day on which the first 48 hours of everybody ended (−1: never was a new user), and whether they ordered in them."""
    # who bought before registering was no new user any more
    is_new = (ground.registered_us != NEVER) & (ground.bought_us >= ground.registered_us)
    over = np.where(is_new, ground.registered_us, 0) + NEW_HOURS * _HOUR_US
    on = np.where(is_new, ground.calendar.day_of_us(over - 1), -1)  # over at midnight is over with the day
    return on, is_new & (ground.bought_us < over)


def freshness(ground: Ground, kinds: Sequence[Kind]) -> Measure:
    """Hours from the latest row of orders or events, whichever is older, to the end of each day."""
    days = ground.calendar.numbers
    age = np.zeros(len(days))
    for name in ("orders", "events"):
        if name in ground.covered:
            table = ground.covered[name]
            place = np.searchsorted(table.days, days, side="right") - 1
            last = np.where(place >= 0, table.last_us[np.maximum(place, 0)] if len(table.days) else 0, 0)
            hours = (np.array([ground.calendar.end_us(n) for n in days.tolist()]) - last) / _HOUR_US
            age = np.maximum(age, np.where(place >= 0, hours, np.nan))
    why = np.where(np.isnan(age), EARLY, "").astype(object)
    return of_whole(kinds, np.nan_to_num(age), why)


def of_whole(kinds: Sequence[Kind], values: Floats, why: Words) -> Measure:
    """An indicator that there is of the whole base alone."""
    names = [kind.name for kind in kinds if kind.name == WHOLE]
    ones = {name: np.ones((1, len(values))) for name in names}
    return Measure(dict.fromkeys(names, values[None, :]), ones, why, fewest=0)


def now_only(
    kinds: Sequence[Kind],
    days: int,
    value: Mapping[str, Floats],
    people: Mapping[str, Floats],
    *,
    fewest: float = FEWEST,
) -> Measure:
    """An indicator that can be worked out of the last day alone; the days before it are those that were published.

    Args:
        kinds: segments.
        days: of the calendar.
        value: kind → value of each segment; kinds that are not in it have no such indicator.
        people: the same of the people behind it.
        fewest: people that there must be.
    """
    why = np.full(days, NOT_PUBLISHED, dtype=object)
    why[-1] = ""
    full: list[dict[str, Floats]] = []
    for given in (value, people):
        tables = {kind.name: np.zeros((len(kind.segments), days)) for kind in kinds if kind.name in given}
        for name, table in tables.items():
            table[:, -1] = given[name]
        full.append(tables)
    ones = {name: np.ones_like(table) for name, table in full[0].items()}
    return Measure(full[0], ones, why, fewest=fewest, people=full[1])


def _sums(kinds: Sequence[Kind], days: int) -> dict[str, Floats]:
    return {kind.name: np.zeros((len(kind.segments), days)) for kind in kinds}


def _add(kinds: Sequence[Kind], table: Mapping[str, Floats], place: int, weight: Floats) -> None:
    for kind in kinds:
        table[kind.name][:, place] = kind.total(weight)


def _ones(who: Ints, people: int) -> Floats:
    out = np.zeros(people)
    out[who] = 1.0
    return out


def unknown(ground: Ground) -> Words:
    """Days of which it is not known who was there, and those before there were thirty days of it."""
    numbers = ground.calendar.numbers
    of = ground.covered.get("events") or ground.covered["orders"]
    first = int(of.days[0]) if len(of.days) else NEVER
    early = numbers < first + PERIOD_DAYS - 1
    return _first_of(np.full(len(numbers), "", dtype=object), (early, EARLY), (~ground.is_there, MISSING))


def _first_of(why: Words, *more: tuple[Flags, str]) -> Words:
    for where, reason in more:
        why = np.where((why == "") & where, reason, why).astype(object)
    return why
