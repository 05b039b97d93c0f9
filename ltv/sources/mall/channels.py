"""The twelve channels: what they cost, whom they aim at, what they truly add. README.md tells the sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a


@dataclass(frozen=True)
class Channel:
    """A channel.

    Attributes:
        name: name in the tables.
        kind: how its touches are recorded, `send` or `impression`.
        address: identifier it knows people by.
        family: which type of people it moves, a key of `RESPONSE`.
        per_day: touches a person and day, on average.
        lift: share of sessions that a fully saturated exposure adds.
        keeps: share of the effect that each touch leaves to the next: n touches reach 1 − keepsⁿ.
        observed: how strongly it aims at big cities (log scale).
        hidden: how strongly it aims at the eager (log scale).
        harvest: share of the sessions of people who come anyway that start with a click on it.
        opens: share of sends that are opened.
        touch_fen: cost of a touch.
        click_fen: cost of a click.
        billed: its cost is a daily bill (`spend`) and does not stand with the touch.
        hours: first and last local hour of its touches.
    """

    name: str
    kind: str
    address: str
    family: str
    per_day: float
    lift: float
    keeps: float
    observed: float
    hidden: float
    harvest: float
    opens: float
    touch_fen: float
    click_fen: float
    billed: bool
    hours: tuple[int, int]


# fmt: off
CHANNELS = (
    #        name            kind          address    family    /day  lift  keeps  obs   hid  harvest opens touch click billed
    Channel("wechat_oa",    "send",       "unionid", "direct", .045, .40, .55, .30, .30, .020, .28,  12.0,   0.0, False, (9, 21)),
    Channel("douyin_shop",  "impression", "member",  "social", .030, .30, .60, .50, .40, .015, .00, 110.0,   0.0, True,  (8, 23)),
    Channel("douyin_feed",  "impression", "member",  "social", .060, .10, .75, .40, .30, .010, .00,  25.0,   0.0, True,  (7, 23)),
    Channel("sms",          "send",       "phone",   "letters", .020, .40, .40, .20, .50, .010, .00,  45.0,   0.0, False, (9, 20)),
    Channel("app_push",     "send",       "device",  "direct", .070, .25, .65, .10, .40, .025, .06,   1.0,   0.0, False, (8, 21)),
    Channel("mini_program", "send",       "openid",  "direct", .040, .20, .55, .20, .30, .020, .15,   8.0,   0.0, False, (9, 21)),
    Channel("xiaohongshu",  "impression", "member",  "social", .040, .35, .60, .60, .30, .010, .00, 130.0,   0.0, True,  (9, 23)),
    Channel("search_ads",   "impression", "member",  "search", .060, .03, .50, .60, .80, .090, .00,  0.0, 140.0, True,  (7, 23)),
    Channel("kol_live",     "impression", "member",  "social", .015, .60, .50, .40, .40, .010, .00, 400.0,   0.0, True,  (19, 23)),
    Channel("email",        "send",       "email",   "direct", .030, .04, .60, .30, .20, .006, .12,   3.0,   0.0, False, (8, 18)),
    Channel("offline_qr",   "impression", "member",  "search", .010, .30, .50, .70, .20, .012, .00, 250.0,   0.0, True,  (10, 21)),
    Channel("tmall",        "impression", "member",  "search", .050, .04, .55, .50, .70, .050, .00,  0.0, 110.0, True,  (7, 23)),
)
INTERACTIONS = (  # share of sessions that two fully saturated exposures add together, on top of either
    ("kol_live", "douyin_shop", 0.20),
    ("xiaohongshu", "search_ads", 0.15),
    ("wechat_oa", "sms", -0.15),
    ("app_push", "sms", -0.12),
)
#                         student silver parent bargain loyal one_off
RESPONSE = {"social":    (1.60,  0.35,  0.90,  1.10,   0.80, 1.00),
            "direct":    (0.75,  1.40,  1.10,  1.20,   1.10, 0.60),
            "letters":   (0.60,  0.30,  0.90,  1.30,   0.90, 0.60),
            "search":    (1.00,  0.80,  1.00,  1.00,   1.00, 1.20)}
# fmt: on
NAMES = tuple(channel.name for channel in CHANNELS)
EFFECT_DAYS = 7  # a touch works from the next day on, for so many days
CONSENT_NEEDED = {"wechat_oa": 0.85, "sms": 0.75, "app_push": 0.65, "email": 0.60}  # and the share that gives it
REVOKED_PER_DAY = 0.0006
CONTACT_DAYS = 60  # people who have not come for so long are dropped from the lists
CLICK_RECORDED = 0.75  # share of the sessions caused by a touch that start with a recorded click


def of_channels(attribute: str) -> a.Floats:
    """Return one attribute of all channels, shape (channels,)."""
    return np.array([getattr(channel, attribute) for channel in CHANNELS], np.float64)


def response() -> a.Floats:
    """Return the lift of each channel for each type, shape (types, channels)."""
    families = np.array([RESPONSE[channel.family] for channel in CHANNELS])
    lifts: a.Floats = families.T * of_channels("lift")
    return lifts


def pairs() -> list[tuple[int, int, float]]:
    """Return the interactions by positions of the channels."""
    return [(NAMES.index(one), NAMES.index(other), lift) for one, other, lift in INTERACTIONS]
