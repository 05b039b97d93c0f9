"""One community, drawn step by step: people, what reaches them, when they come, what they do, what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall.actions import PAY, SUBMIT, Actions, draw_actions
from ltv.sources.mall.exposure import Audience, Exposure, draw_audience, draw_exposure
from ltv.sources.mall.hooks import draw_arms, draw_trials
from ltv.sources.mall.journeys import Journeys, draw_journeys
from ltv.sources.mall.orders import Orders, draw_orders
from ltv.sources.mall.people import People, draw_people
from ltv.sources.mall.rates import Rates
from ltv.sources.mall.referral import Invites, draw_invites
from ltv.sources.mall.systems import ID_TYPES, MEMBER, Systems, draw_systems
from ltv.sources.mall.visits import draw_visits
from ltv.sources.mall.window import Window, stream
from ltv.sources.mall.world import World


@dataclass(frozen=True)
class Community:
    """All that was drawn for one community, and how many of its people are wanted."""

    number: int
    world: World
    rates: Rates
    systems: Systems
    audience: Audience
    exposure: Exposure
    invites: Invites
    journeys: Journeys
    actions: Actions
    orders: Orders
    wanted: int

    @property
    def people(self) -> People:
        """The people."""
        return self.rates.people

    @property
    def window(self) -> Window:
        """The simulated days."""
        return self.world.window

    def rng(self, stage: str) -> np.random.Generator:
        """Return the random stream of one stage."""
        return stream(self.world.seed, self.number, stage)

    @cached_property
    def export_end(self) -> a.Ints:
        """End of what each source has delivered."""
        end = np.full(len(a.SOURCES), self.window.length_ms)
        end[a.CRM] -= a.CRM_DELAY_DAYS * a.DAY_MS
        return end

    @cached_property
    def exported_acts(self) -> a.Ints:
        """The acts that pages have seen, in order of time, those of people who are not wanted included."""
        sessions, acts, o = len(self.journeys.basket), self.actions, self.orders
        assisted, unpaid = np.zeros(sessions, np.bool_), np.zeros(sessions, np.bool_)
        assisted[o.session[o.assisted]] = True
        unpaid[o.session[o.status != a.PAID]] = True
        hidden = (acts.act == SUBMIT) & assisted[acts.session]
        hidden |= (acts.act == PAY) & (assisted | unpaid)[acts.session]
        seen = np.flatnonzero(~hidden & (acts.ms < self.window.length_ms))
        ordered: a.Ints = seen[np.argsort(acts.ms[seen], kind="stable")]
        return ordered

    def identifier(self, index: a.Ints) -> dict[str, pa.Array]:
        """Return the columns id_type and id_value for the index of each identifier, null for −1."""
        nobody = index < 0
        kind = np.where(nobody, -1, self.systems.kind[index.clip(0)])
        return {"id_type": c.chosen(ID_TYPES, kind), "id_value": self.systems.value.take(pa.array(index, mask=nobody))}

    def member(self, person: a.Ints) -> a.Ints:
        """Index of each one's member number; −1 for no person."""
        return np.where(person < 0, -1, self.systems.own(MEMBER, person, np.zeros(len(person), np.int64)))

    def when(self, ms: a.Ints) -> pa.Array:
        """Return moments of the window as UTC timestamps."""
        return c.moments(self.window.utc_us(ms))

    def order_ids(self, order: a.Ints) -> pa.Array:
        """Return the numbers of orders by their position; null for −1."""
        ids = c.numbered(f"P{self.number:05d}", order.clip(0), width=7)
        return c.only(order >= 0, ids) if (order < 0).any() else ids


def draw_dispositions(world: World, number: int) -> tuple[Rates, Systems, Audience]:
    """Draw what is settled before anything happens: people with their rates, identifiers, and who is aimed at."""

    def rng(stage: str) -> np.random.Generator:
        return stream(world.seed, number, stage)

    people = draw_people(number, world, rng=rng("people"))
    systems = draw_systems(people, world, rng=rng("systems"), more=rng("more systems"))
    rates = Rates(people, draw_arms(rng=rng("arms")), draw_trials(people, rng=rng("trials")), world)
    return rates, systems, draw_audience(people, systems, world, rng=rng("audience"))


def draw_community(world: World, number: int, *, users: int) -> Community:
    """Draw everything that happens in one community, whether all of its people are wanted or not."""

    def rng(stage: str) -> np.random.Generator:
        return stream(world.seed, number, stage)

    rates, systems, audience = draw_dispositions(world, number)
    people = rates.people
    exposure = draw_exposure(people, audience, world, rng=rng("exposure"))
    invites = draw_invites(people, rates.arms, world, rng=rng("invites"))
    visits = draw_visits(rates, systems, exposure, rng=rng("visits"))
    journeys = draw_journeys(rates, visits, rng=rng("journeys"))
    actions = draw_actions(rates, journeys, rng=rng("actions"))
    orders = draw_orders(rates, journeys, actions, rng=rng("orders"))
    wanted = min(a.COMMUNITY, users - number * a.COMMUNITY)
    return Community(number, world, rates, systems, audience, exposure, invites, journeys, actions, orders, wanted)
