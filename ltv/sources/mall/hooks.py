"""The five paid hooks as treatments with a known effect, and two experiments that have none.

Everybody is in every experiment, half of them treated. Effects are factors and differ by type. What somebody would do
under treatment is drawn for those in control too, so that the truth can compare.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.people import People
from ltv.sources.mall.window import Window, pick
from ltv.sources.mall.world import World

# fmt: off
#                  student silver parent bargain loyal one_off
COUPON_BUY      = (0.35,  0.15,  0.20,  0.50,   0.05, 0.25)   # more orders from carts, first 72 h after registration
TRIAL_VISITS    = (0.50,  0.30,  0.60,  0.40,   0.30, 0.20)   # more sessions during the trial of 72 h
SCENE_CART      = (0.16,  0.06,  0.14,  0.10,   0.10, 0.06)   # more carts in sessions with a recommendation
FLASH_BUY       = (0.40,  0.10,  0.30,  0.70,   0.20, 0.30)   # more orders from carts during a limited-time offer
# fmt: on
COUPON_MS = TRIAL_MS = 72 * a.HOUR_MS
COUPON_CATEGORIES = ("apparel", "beauty", "food", "home", "sports")  # white-list of NEW15, by the first line
INVITES_FACTOR = 2.0  # treated members bring so many times as many
TRIAL_ACCEPT_RATE = 0.45
TRIAL_START_MS = (2 * a.MINUTE_MS, 20 * a.HOUR_MS)
TRIAL_OUTCOMES = ("converted", "downgraded", "cancelled")
CONVERTED, DOWNGRADED, CANCELLED = range(3)
TRIAL_SHARES = (0.28, 0.58, 0.14)
PLANS = ("month", "quarter")
CONVERTED_VISITS, CONVERTED_MS = 1.20, 60 * a.DAY_MS  # a paid plan brings people back more often, for so long
FLASH_DAY, FLASH_HOUR, FLASH_MS = 20, 10, 48 * a.HOUR_MS  # every month, local time
FLASH_STOCK = 30  # pieces of each offer in one community
FLASH_USE = 0.6  # share of treated orders that want it
LATE_TESTS_DAYS = 90  # the two experiments without effect run so long before the end
LOST_EXPOSURES = 0.20  # of the treated in `checkout_button`, whose logging is broken
EXPERIMENTS = (
    "first_order_coupon",
    "member_trial",
    "referral_bonus",
    "scene_recommendation",
    "limited_time_offer",
    "checkout_button",
    "aa_home",
)


@dataclass(frozen=True)
class Arms:
    """Who is treated in which experiment; one flag a person."""

    first_order_coupon: a.Flags
    member_trial: a.Flags
    referral_bonus: a.Flags
    scene_recommendation: a.Flags
    limited_time_offer: a.Flags
    checkout_button: a.Flags
    aa_home: a.Flags

    def everybody(self, experiment: str, *, treated: bool) -> Arms:
        """The arms as if all people were in one arm of an experiment."""
        return replace(self, **{experiment: np.full(a.COMMUNITY, treated)})


@dataclass(frozen=True)
class Trials:
    """The trial that each person would start if it were offered; moments in ms, `NEVER` for none.

    Attributes:
        start: beginning.
        outcome: position in `TRIAL_OUTCOMES`.
        plan: position in `PLANS`.
    """

    start: a.Ints
    outcome: a.Ints
    plan: a.Ints

    @property
    def end(self) -> a.Ints:
        """When it is decided."""
        return np.where(self.start < a.NEVER, self.start + TRIAL_MS, a.NEVER)


def draw_arms(*, rng: np.random.Generator) -> Arms:
    """Draw the arms of one community."""
    return Arms(*(rng.random(a.COMMUNITY) < 1 / 2 for _ in fields(Arms)))


def draw_trials(people: People, *, rng: np.random.Generator) -> Trials:
    """Draw who would accept a trial and what would become of it."""
    n = a.COMMUNITY
    accepts = (rng.random(n) < TRIAL_ACCEPT_RATE) & (people.registered < a.NEVER) & (people.ring < 0)
    start = np.minimum(people.registered, a.NEVER // 2) + rng.integers(*TRIAL_START_MS, n)
    return Trials(
        start=np.where(accepts & (start < people.lost), start, a.NEVER),
        outcome=pick(np.cumsum(TRIAL_SHARES), rng, n),
        plan=rng.integers(0, len(PLANS), n),
    )


def flash_starts(window: Window) -> a.Ints:
    """Return the moments at which the limited-time offers of a window start."""
    dates = window.dates
    first = np.flatnonzero((dates - dates.astype("datetime64[M]")).astype(np.int64) + 1 == FLASH_DAY)
    starts: a.Ints = first * a.DAY_MS + FLASH_HOUR * a.HOUR_MS
    return starts


def flash_of(world: World, ms: a.Ints) -> a.Ints:
    """Return which limited-time offer runs at each moment, −1 for none."""
    starts = flash_starts(world.future)
    if not len(starts):
        return np.full(ms.shape, -1)
    which = np.searchsorted(starts, ms, side="right") - 1
    running = (which >= 0) & (ms - starts[which.clip(0)] < FLASH_MS)
    return np.where(running, which, -1)


def visit_factor(people: People, arms: Arms, trials: Trials, person: a.Ints, ms: a.Ints) -> a.Floats:
    """Factor on sessions by a member trial and by the plan bought after it."""
    since = ms - trials.start[person]
    trying = (since >= 0) & (since < TRIAL_MS)
    converted = (trials.outcome[person] == CONVERTED) & (since >= TRIAL_MS) & (since < TRIAL_MS + CONVERTED_MS)
    more = np.where(trying, np.array(TRIAL_VISITS)[people.kind[person]], np.where(converted, CONVERTED_VISITS - 1, 0.0))
    return 1 + more * arms.member_trial[person]


def cart_factor(people: People, arms: Arms, person: a.Ints, scene: a.Floats) -> a.Floats:
    """Factor on carts by a recommendation; `scene` is the share of sessions with one, 0 or 1 for a single session."""
    return 1 + np.array(SCENE_CART)[people.kind[person]] * arms.scene_recommendation[person] * scene


def buy_factor(people: People, arms: Arms, world: World, person: a.Ints, ms: a.Ints) -> a.Floats:
    """Factor on orders from carts by the first-order coupon and by limited-time offers."""
    kind, since = people.kind[person], ms - people.registered[person]
    couponed = (since >= 0) & (since < COUPON_MS) & arms.first_order_coupon[person]
    flashed = (flash_of(world, ms) >= 0) & arms.limited_time_offer[person] & (since >= 0)
    factor: a.Floats = (1 + np.array(COUPON_BUY)[kind] * couponed) * (1 + np.array(FLASH_BUY)[kind] * flashed)
    return factor
