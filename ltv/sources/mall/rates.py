"""How often people come, fill a cart, order, and what an order is worth: what is drawn from, and what is true.

The same functions give the chances from which sessions and orders are drawn and the expected values of the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import hooks as h
from ltv.sources.mall.catalogue import expected_price
from ltv.sources.mall.people import People
from ltv.sources.mall.world import World


@dataclass(frozen=True)
class Rates:
    """The rates of one community under given arms of the experiments."""

    people: People
    arms: h.Arms
    trials: h.Trials
    world: World

    @cached_property
    def sessions(self) -> a.Floats:
        """Sessions a day of those who are not lost, without any advertising.

        Shape (people, days of the window and the year after), as of all that follows.
        """
        people, days = self.people, self.world.future.days
        day = np.arange(days)
        age = day - (people.first_seen // a.DAY_MS)[:, None]
        honeymoon = 1 + a.HONEYMOON_VISITS * np.exp(-np.maximum(age, 0) / a.HONEYMOON_DAYS)
        everybody, in_app = self.world.launch_factor("visits")
        launched = everybody * (1 + (in_app - 1) * self.app_share[:, None])
        rate = people.visit_rate[:, None] * self.world.season.visits * honeymoon * launched
        return np.where(age >= 0, rate * self._tried(days), 0.0)

    def _tried(self, days: int) -> a.Floats:
        factor = np.ones((a.COMMUNITY, days))
        person = np.flatnonzero((self.trials.start < days * a.DAY_MS) & self.arms.member_trial)
        span = np.arange((h.TRIAL_MS + h.CONVERTED_MS) // a.DAY_MS + 2)
        day = self.trials.start[person, None] // a.DAY_MS + span
        inside = day < days
        person, day = np.broadcast_to(person[:, None], day.shape)[inside], day[inside]
        factor[person, day] = h.visit_factor(self.people, self.arms, self.trials, person, _noon(day))
        return factor

    @property
    def app_share(self) -> a.Floats:
        """Share of sessions in the app."""
        shares: a.Floats = np.diff(self.people.sources, axis=1, prepend=0.0)[:, a.APP]
        return shares

    def cart(self, person: a.Ints, ms: a.Ints, *, registers: a.Flags, scene: a.Floats, app: a.Floats) -> a.Floats:
        """Chance that a session fills a cart; `scene` and `app` are 0 or 1, or shares of sessions."""
        own = np.where(registers, a.REGISTRATION_CART_RATE, self.people.cart_rate[person])
        hook = h.cart_factor(self.people, self.arms, person, scene)
        return (own * hook * self._appetite(ms) * self._launched("cart", ms, app)).clip(max=1.0)

    def buy(self, person: a.Ints, ms: a.Ints, *, registers: a.Flags, app: a.Floats) -> a.Floats:
        """Chance that a cart is ordered in its session, by somebody who can order."""
        own = np.where(registers, a.REGISTRATION_BUY_RATE, self.people.buy_rate[person])
        own = np.where(self.people.guest[person], own * a.GUEST_BUY_FACTOR, own)
        own = np.where(self.people.ring[person] >= 0, 0.0, own)
        hook = h.buy_factor(self.people, self.arms, self.world, person, ms)
        return (own * hook * self._appetite(ms) * self._launched("buy", ms, app)).clip(max=1.0)

    def _appetite(self, ms: a.Ints) -> a.Floats:
        return self.world.season.appetite[ms // a.DAY_MS]

    def _launched(self, effect: str, ms: a.Ints, app: a.Floats) -> a.Floats:
        everybody, in_app = self.world.launch_factor(effect)
        day = ms // a.DAY_MS
        launched: a.Floats = everybody[day] * (1 + (in_app[day] - 1) * app)
        return launched

    @cached_property
    def orders_per_session(self) -> a.Floats:
        """Expected orders of an ordinary session, those of the cart taken up later included."""
        people, n, days = self.people, a.COMMUNITY, self.world.future.days
        person, day = (axis.ravel() for axis in np.mgrid[0:n, 0:days])
        ms, app, none = _noon(day), self.app_share[person], np.zeros(len(day), np.bool_)
        member = ms >= people.registered[person]
        scene = np.where(member, a.SCENE_RATE, 0.0)
        carts = self.cart(person, ms, registers=none, scene=scene, app=app)
        bought = self.buy(person, ms, registers=none, app=app)
        returns = np.where(member, (1 - bought) * a.RETURN_RATE * a.RETURN_BUY_RATE, 0.0)
        web_only = np.diff(people.sources, axis=1, prepend=0.0)[:, a.WEB]
        able = np.where(
            member, people.logged_in[person], people.guest[person] * (1 - a.REFUSED_RATE * web_only[person])
        )
        expected: a.Floats = (carts * (bought + returns) * able).reshape(n, days)
        return np.where((people.ring < 0)[:, None], expected, 0.0)

    @cached_property
    def value_per_order(self) -> a.Floats:
        """Expected net value of an order in CNY: charged, paid, less refunds."""
        people = self.people
        mean = a.of_types("extra_lines")[people.kind]
        chance = 1 / (1 + mean)
        lines = (1 - (1 - chance) ** a.MAX_LINES) / chance
        listed = (
            expected_price(self.world.goods, people.kind, people.price_level) * lines * (1 + sum(a.MORE_PIECES_RATES))
        )
        kept = 1 - a.REFUND_RATE - a.PARTIAL_REFUND_RATE * np.mean(a.PARTIAL_REFUND_SHARE)
        value: a.Floats = (listed / 100 * kept)[:, None] * (1 - self._discount()) * self._paid()
        return value

    def _discount(self) -> a.Floats:
        people, sale = self.people, self.world.season.sale
        uses = a.of_types("coupon_rate")[people.kind][:, None] + a.PROMO_COUPON_RATE * sale
        share = np.where(sale, a.COUPONS[a.FESTIVAL15].share, a.COUPONS[a.MEMBER10].share)
        flash = h.flash_of(self.world, _noon(np.arange(len(sale)))) >= 0
        flashed = h.FLASH_USE * flash * self.arms.limited_time_offer[:, None]
        ordinary = uses.clip(max=1.0) * share * (1 - flashed) + flashed * a.COUPONS[a.FLASH10].share
        member = people.registered < a.NEVER
        benefit = (a.of_types("benefit_rate")[people.kind] * member * a.BENEFIT_DISCOUNT)[:, None]
        discount: a.Floats = ordinary + benefit
        return discount

    def _paid(self) -> a.Floats:
        everybody, _ = self.world.launch_factor("failures")
        paid: a.Floats = 1 - a.STATUS_SHARES[a.CANCELLED] - sum(a.STATUS_SHARES[a.FAILED :]) * everybody
        return paid


def _noon(day: a.Ints) -> a.Ints:
    return day * a.DAY_MS + a.DAY_MS // 2
