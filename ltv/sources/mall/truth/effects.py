"""What truly works: the channels' incremental contributions and response curves, the effects of hooks and launches."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall import columns as c
from ltv.sources.mall import hooks as h
from ltv.sources.mall import referral
from ltv.sources.mall.community import Community
from ltv.sources.mall.exposure import Reach, lift, reach_exponent, shares
from ltv.sources.mall.rates import Rates

ORGANIC = "organic"
PRESSURES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
_EVERY = 7  # response curves take one day of each week, seven times
_TYPES = [kind.name for kind in a.TYPES]


def alive(of: Community) -> a.Floats:
    """Share of each day on which a person has come already and is not yet lost, shape (people, days)."""
    day = np.arange(of.window.days) * a.DAY_MS
    begin = np.maximum(of.people.first_seen[:, None], day)
    end = np.minimum(of.people.lost[:, None], day + a.DAY_MS)
    share: a.Floats = (end - begin).clip(0) / a.DAY_MS
    return share


def baseline(of: Community) -> tuple[a.Floats, a.Floats]:
    """Expected orders and net value of each day without any advertising, of those who are wanted."""
    days = of.window.days
    there = alive(of) * (np.arange(a.COMMUNITY) < of.wanted)[:, None]
    orders = (of.rates.sessions * of.rates.orders_per_session)[:, :days] * there
    return orders, orders * of.rates.value_per_order[:, :days]


def channels(of: Community, orders: a.Floats, value: a.Floats) -> pa.Table:
    """Return the Shapley values of the expected orders and value, given who was exposed and when people were lost.

    One row a month, type and channel; `organic` is what comes without advertising, the rest is incremental. Sessions
    of registration are not moved by advertising and stand nowhere.
    """
    share = shares(of.people.kind, of.exposure.reach)
    months = of.window.dates.astype("datetime64[M]")
    first = np.flatnonzero(np.diff(months.astype(np.int64), prepend=-1))
    order = np.argsort(of.people.kind, kind="stable")
    groups = np.searchsorted(of.people.kind[order], np.arange(len(a.TYPES)))

    def summed(part: Reach | float, cells: a.Floats) -> a.Floats:
        daily = np.add.reduceat((part * cells)[order], groups, axis=0)
        total: a.Floats = np.add.reduceat(daily, first, axis=1).T
        return total

    by = [(summed(part, orders), summed(part, value)) for part in (*share, 1.0)]
    shape = (len(by), len(first), len(a.TYPES))
    channel, month, kind = (axis.ravel() for axis in np.indices(shape))
    return pa.table(
        {
            "community": pa.array(np.full(len(channel), of.number)),
            "month": pa.array(months[first].astype("datetime64[D]")[month]).cast(pa.date32()),
            "type": c.chosen(_TYPES, kind),
            "channel": c.chosen([*ch.NAMES, ORGANIC], channel),
            "orders": pa.array(np.stack([one for one, _ in by]).ravel()),
            "value": pa.array(np.stack([one for _, one in by]).ravel()),
        }
    )


def response(of: Community, value: a.Floats) -> pa.Table:
    """Return the expected incremental value and cost of each channel under more or less pressure, all else as it is.

    The value is what the channel adds last, after all others (for marginal questions), not its Shapley value.
    """
    days = np.arange(0, of.window.days, _EVERY)
    weight = np.minimum(_EVERY, of.window.days - days)
    worth = value[:, days] * weight
    exponent = [reach_exponent(of.audience, of.world, k, days) for k in range(len(ch.CHANNELS))]
    wanted = (np.arange(a.COMMUNITY) < of.wanted)[:, None]
    visits = of.rates.sessions[:, days] * alive(of)[:, days] * weight * wanted
    organic = float(visits[of.people.registered < a.NEVER].sum())
    rows = []
    for k in range(len(ch.CHANNELS)):
        more = np.repeat(ch.response()[of.people.kind][:, k, None], len(days), axis=1)
        for one, other, together in ch.pairs():
            if k in {one, other}:
                more -= together * np.expm1(exponent[other if k == one else one])
        by_value, by_visits = worth * more, visits * more
        for pressure in PRESSURES:
            reach = -np.expm1(np.float32(pressure) * exponent[k])
            cost = _cost(of, k, pressure, float(np.vdot(by_visits, reach)), organic)
            rows.append((k, pressure, cost, float(np.vdot(by_value, reach))))
    channel, pressures, costs, added = zip(*rows, strict=True)
    return pa.table(
        {
            "community": pa.array(np.full(len(rows), of.number)),
            "channel": c.chosen(ch.NAMES, np.array(channel)),
            "pressure": pa.array(pressures),
            "cost": pa.array(costs),
            "value": pa.array(added),
        }
    )


def _cost(of: Community, k: int, pressure: float, caused: float, organic: float) -> float:
    """CNY: touches and clicks; harvested clicks are paid up to the usual pressure and never more of them."""
    shown, channel = of.exposure, ch.CHANNELS[k]
    touches = int(((shown.channel == k) & (shown.person < of.wanted)).sum())
    clicks = caused * ch.CLICK_RECORDED + min(pressure, 1.0) * channel.harvest * organic
    return float(pressure * touches * channel.touch_fen + clicks * channel.click_fen) / 100


def hooks(of: Community) -> pa.Table:
    """Return what each hook adds if all eligible people are treated instead of none, in sum over them.

    Expected orders and net value given the sessions that took place (of the trial: given when people are lost), over
    the whole window; of the coupon also the expected number of people with an order within 72 h of registration; of
    the referral bonus the invitations that are accepted.
    """
    tables = [_by_session(of, name) for name in ("first_order_coupon", "scene_recommendation", "limited_time_offer")]
    return pa.concat_tables([*tables, _trial(of), _referral(of)])


def _arms(of: Community, experiment: str) -> tuple[Rates, Rates]:
    """The rates as if everybody were treated, and as if nobody were."""
    rates = of.rates
    both = (rates.arms.everybody(experiment, treated=treated) for treated in (True, False))
    one, other = (Rates(rates.people, arms, rates.trials, rates.world) for arms in both)
    return one, other


def _by_session(of: Community, experiment: str) -> pa.Table:
    visits, people = of.journeys.visits, of.people
    first_try = of.journeys.basket == np.arange(len(of.journeys.basket))
    row = np.flatnonzero(first_try & visits.member & visits.logged_in & ~visits.activates & (visits.person < of.wanted))
    person, ms = visits.person[row], visits.start[row]
    ours = people.ring[person] < 0
    chance = [_order_chance(rates, of, row) * ours for rates in _arms(of, experiment)]
    worth = of.rates.value_per_order[person, ms // a.DAY_MS]
    more = chance[0] - chance[1]
    early = ms - people.registered[person] < h.COUPON_MS
    none = [np.bincount(person[early], np.log1p(-p[early].clip(max=0.999)), a.COMMUNITY) for p in chance]
    orders, value = (np.bincount(person, part, a.COMMUNITY).astype(np.float64) for part in (more, more * worth))
    first = np.exp(none[1]) - np.exp(none[0])
    return _effects(of, experiment, orders=orders, value=value, first=first)


def _order_chance(rates: Rates, of: Community, row: a.Ints) -> a.Floats:
    visits = of.journeys.visits
    person, ms, registers = visits.person[row], visits.start[row], visits.registers[row]
    app, scene = (visits.source[row] == a.APP).astype(np.float64), (visits.scene[row] > 0).astype(np.float64)
    bought = rates.buy(person, ms, registers=registers, app=app)
    again = a.RETURN_RATE * a.RETURN_BUY_RATE
    return rates.cart(person, ms, registers=registers, scene=scene, app=app) * (bought + (1 - bought) * again)


def _trial(of: Community) -> pa.Table:
    days, there = of.window.days, alive(of) * lift(of.people.kind, of.exposure.reach)
    one, other = _arms(of, "member_trial")
    orders = ((one.sessions - other.sessions) * of.rates.orders_per_session)[:, :days] * there
    value = orders * of.rates.value_per_order[:, :days]
    none = np.zeros(a.COMMUNITY)
    return _effects(of, "member_trial", orders=orders.sum(axis=1), value=value.sum(axis=1), first=none)


def _referral(of: Community) -> pa.Table:
    none = np.zeros(a.COMMUNITY)
    share = np.full(len(of.invites.asked), 1 - referral.WITHOUT_BONUS_RATE)
    invites = np.bincount(of.invites.asked, share, a.COMMUNITY).astype(np.float64)
    return _effects(of, "referral_bonus", orders=none, value=none, first=none, invites=invites)


def _effects(
    of: Community,
    experiment: str,
    *,
    orders: a.Floats,
    value: a.Floats,
    first: a.Floats,
    invites: a.Floats | None = None,
) -> pa.Table:
    eligible = (of.people.registered < a.NEVER) & (np.arange(a.COMMUNITY) < of.wanted)
    kind = of.people.kind[eligible]
    given = (orders, value, first, np.zeros(a.COMMUNITY) if invites is None else invites)
    people = np.bincount(kind, minlength=len(_TYPES))
    more, worth, firsts, invited = (np.bincount(kind, x[eligible], len(_TYPES)) for x in given)
    return pa.table(
        {
            "community": pa.array(np.full(len(_TYPES), of.number)),
            "experiment": pa.array([experiment] * len(_TYPES)),
            "type": pa.array(_TYPES),
            "people": pa.array(people),
            "orders": pa.array(more),
            "value": pa.array(worth),
            "first_order_72h": pa.array(firsts),
            "invites": pa.array(invited),
        }
    )
