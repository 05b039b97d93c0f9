"""Retention and funnel against the process that generates the mall: its rates and hazards, not its files."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import ltv
from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall.actions import ACTS
from ltv.sources.mall.community import draw_community
from ltv.sources.mall.exposure import expected_reach, lift
from ltv.sources.mall.orders import Orders
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

END, DAYS, PEOPLE = date(2026, 6, 30), 200, 3_000
WORLD = World(7, Window(END, DAYS))
ZONE = "Asia/Shanghai"
# of what chance alone does to a count of people; each test also says how much that is
SIGMAS = 4


@pytest.fixture(scope="module")
def communities():
    return [draw_community(WORLD, number, users=PEOPLE) for number in range(PEOPLE // a.COMMUNITY)]


def honest(of):
    """People who are no fraud ring: those follow no rate."""
    return of.people.ring < 0


@pytest.fixture(scope="module")
def events(communities):
    """What pages have seen, under the people that were truly there."""
    parts = []
    for of in communities:
        rows = of.exported_acts
        person = of.journeys.visits.person[of.actions.session[rows]]
        part = pd.DataFrame({"user_id": of.people.number[person], "ts": _times(of, of.actions.ms[rows])})
        parts.append(part.assign(event=np.array(ACTS)[of.actions.act[rows]])[honest(of)[person]])
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def orders(communities):
    parts = []
    for of in communities:
        o: Orders = of.orders
        part = pd.DataFrame({"user_id": of.people.number[o.person], "ts": _times(of, o.ms)})
        parts.append(part.assign(amount=o.amount_fen / 100, status=np.array(a.ORDER_STATUSES)[o.status]))
    return pd.concat(parts, ignore_index=True)


def _times(of, ms):
    return pd.to_datetime(of.window.utc_us(ms), unit="us")


def weeks():
    """Number of the calendar week of each day; weeks begin on Monday."""
    return (WORLD.window.first_day.toordinal() - 1 + np.arange(DAYS)) // 7


def sessions_a_day(of):
    """Sessions of each person and day that is not lost: own rate, with advertising on average."""
    reach = np.stack([expected_reach(of.audience, WORLD, k, np.arange(DAYS)) for k in range(len(ch.CHANNELS))])
    return of.rates.sessions[:, :DAYS] * lift(of.people.kind, reach.astype(np.float32))


def chance_to_come(of, rate, who, days):
    """Chance that each person has a session on any of some days, under the own hazard of being lost."""
    rate = rate[np.ix_(who, days)]
    age = days - of.people.first_seen[who, None] / a.DAY_MS
    there = np.exp(-of.people.lost_per_day[who, None] * np.column_stack([age, age[:, -1] + 1]))
    before = np.column_stack([np.zeros(len(who)), np.cumsum(rate, axis=1)])
    lost_then = (there[:, :-1] - there[:, 1:]) * (1 - np.exp(-before[:, :-1] - rate / 2))
    return lost_then.sum(axis=1) + there[:, -1] * (1 - np.exp(-before[:, -1]))


def expected_by_period(communities, last):
    """People who could come back in each week after their first one, who will on average, and the variance of that."""
    week = weeks()
    full = [w for w in np.unique(week) if (week == w).sum() == 7]
    people, come, spread = (np.zeros(last + 1) for _ in range(3))
    for of in communities:
        rate = sessions_a_day(of)
        began = week[(of.people.first_seen // a.DAY_MS).clip(0, DAYS - 1)]
        for w in full:
            for p in range(1, last + 1):
                who = np.flatnonzero(honest(of) & (began == w - p))
                if len(who):
                    chance = chance_to_come(of, rate, who, np.flatnonzero(week == w))
                    people[p] += len(who)
                    come[p] += chance.sum()
                    spread[p] += (chance * (1 - chance)).sum()
    return people, come, spread


def test_weekly_retention_is_what_the_rates_and_hazards_of_the_mall_give(communities, events):
    kept = ltv.retention(
        events=events, as_of=END, grain="week", periods=16, cohort_event="visit", activity_event="visit", timezone=ZONE
    )
    people, come, spread = expected_by_period(communities, 16)
    for p in range(1, 17):
        found = kept.average(p)
        assert found.people == people[p]
        assert abs(found.successes - come[p]) < SIGMAS * spread[p] ** 0.5
        assert SIGMAS * spread[p] ** 0.5 < 0.15 * come[p]  # or it could not fail
    rates = [kept.average(p).rate for p in (1, 4, 16)]
    assert rates[0] > 1.3 * rates[1] > 1.5 * rates[2]  # hazards differ from person to person: the curve flattens


def test_a_funnel_from_registration_has_the_rates_of_the_mall(communities, events, orders):
    """The session in which somebody registers: chances of cart and order are known, and none of another session is near."""
    steps, chances = ["register", "add_to_cart", "submit_order", "pay_success"], []
    closed = WORLD.window.length_ms - a.DAY_MS
    for of in communities:
        visits = of.journeys.visits
        row = np.flatnonzero(visits.registers & honest(of)[visits.person] & (visits.start < closed))
        who, ms, yes = visits.person[row], visits.start[row], np.ones(len(row), bool)
        app = (visits.source[row] == a.APP).astype(float)
        cart = of.rates.cart(who, ms, registers=yes, scene=np.zeros(len(row)), app=app)
        buys = of.rates.buy(who, ms, registers=yes, app=app)
        failures = WORLD.launch_factor("failures")[0][ms // a.DAY_MS]
        paid = 1 - a.STATUS_SHARES[a.CANCELLED] - sum(a.STATUS_SHARES[a.FAILED :]) * failures
        chances.append(np.stack([np.ones(len(row)), cart, cart * buys, cart * buys * paid]))
    of_all = np.concatenate(chances, axis=1)
    terms = {"steps": steps, "submit_from": "orders", "window_hours": 0.5, "timezone": ZONE}
    table = ltv.funnel(events, orders, as_of=END - timedelta(days=1), **terms).whole
    assert table["users"].iloc[0] == of_all.shape[1]
    spread = (of_all * (1 - of_all)).sum(axis=1) ** 0.5
    assert (np.abs(table["users"] - of_all.sum(axis=1)) <= SIGMAS * spread).all()
    assert (SIGMAS * spread[1:] < 0.15 * of_all.sum(axis=1)[1:]).all()
