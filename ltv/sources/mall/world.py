"""What is the same for every community: the calendar, the articles, the launches and the knobs of a mall."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.catalogue import Catalogue, draw_catalogue
from ltv.sources.mall.channels import CHANNELS
from ltv.sources.mall.window import Season, Window, season, stream

WHOLE_MALL = (1 << 32) - 1  # a community number that no community has
FUTURE_DAYS = 366  # the truth about value looks a year beyond the last day


@dataclass(frozen=True)
class Knobs:
    """What a user may turn.

    Attributes:
        confounding: how strongly channels aim at big cities, whose people come more often anyway; 0 is not at all.
        hidden_confounding: how strongly they aim at an eagerness that no table shows; 0 is not at all.
        holdout: share of people to whom a channel sends nothing, drawn for each channel.
        shared: how many times as many family tablets, kiosks and recycled phone numbers; nobody does anything else for it.
    """

    confounding: float = 1.0
    hidden_confounding: float = 0.5
    holdout: float = 0.1
    shared: float = 1.0


@dataclass(frozen=True)
class Launch:
    """A launch and its true effect; nothing for anybody outside its audience.

    Attributes:
        days_before_end: local midnight of its start, counted back from the end of the window.
        days: how long it has an effect; None is for good.
        app_only: works in the app only.
        visits: factor on sessions, while it lasts.
        cart: factor on the rate of carts.
        buy: factor on the rate of orders from carts.
        failures: factor on payments that fail or time out.
    """

    name: str
    kind: str
    title: str
    days_before_end: int
    days: int | None = None
    app_only: bool = False
    visits: float = 1.0
    cart: float = 1.0
    buy: float = 1.0
    failures: float = 1.0


LAUNCHES = (
    Launch("one_tap_checkout", "feature", "一键下单", 300, buy=1.12),
    Launch("new_home_page", "feature", "新版首页", 210),
    Launch("spring_campaign", "campaign", "春日焕新节", 110, days=14, visits=1.22),
    Launch("livestream_week", "campaign", "直播周", 62, days=7),
    Launch("payment_timeout_fix", "bugfix", "支付超时修复", 45, failures=0.5),
    Launch("app_search_v2", "feature", "App 搜索升级", 28, app_only=True, cart=1.18),
    Launch("quick_reorder", "feature", "再来一单", 5, buy=1.05),
)


@dataclass(frozen=True)
class World:
    """A mall before anybody has come."""

    seed: int
    window: Window
    knobs: Knobs = field(default_factory=Knobs)

    @cached_property
    def future(self) -> Window:
        """The window and the year after it."""
        return Window(self.window.end + timedelta(days=FUTURE_DAYS), self.window.days + FUTURE_DAYS)

    @cached_property
    def season(self) -> Season:
        """The calendar of the window and of the year after it."""
        return season(self.future)

    @cached_property
    def goods(self) -> Catalogue:
        """The articles."""
        return draw_catalogue(stream(self.seed, WHOLE_MALL, "catalogue"))

    @cached_property
    def launches(self) -> tuple[Launch, ...]:
        """Those that fall into the window."""
        return tuple(launch for launch in LAUNCHES if launch.days_before_end <= self.window.days)

    def launched(self, launch: Launch) -> date:
        """First local day of a launch."""
        return self.window.end - timedelta(days=launch.days_before_end - 1)

    def launch_factor(self, effect: str) -> tuple[a.Floats, a.Floats]:
        """Return the factor of all launches on every day, for everybody and on top of it in the app."""
        days = np.arange(self.future.days)
        factors = np.ones((2, len(days)))
        for launch in self.launches:
            since = days - (self.window.days - launch.days_before_end)
            on = (since >= 0) & (since < (launch.days or len(days)))
            factors[int(launch.app_only)] *= np.where(on, getattr(launch, effect), 1.0)
        return factors[0], factors[1]

    @cached_property
    def flights(self) -> a.Floats:
        """How hard each channel is flown on each day, shape (channels, days): blocks of two weeks, more on sales."""
        blocks = -(-self.future.days // a.FLIGHT_DAYS)
        level = stream(self.seed, WHOLE_MALL, "flights").uniform(*a.FLIGHT_RANGE, (len(CHANNELS), blocks))
        flown = np.repeat(level, a.FLIGHT_DAYS, axis=1)[:, : self.future.days]
        pressure: a.Floats = flown * np.where(self.season.sale, a.FLIGHT_ON_SALES, 1.0)
        return pressure

    @cached_property
    def flown(self) -> a.Floats:
        """Flights so far, shape (channels, days + 1): the sum before each day."""
        return np.concatenate([np.zeros((len(CHANNELS), 1)), np.cumsum(self.flights, axis=1)], axis=1)
