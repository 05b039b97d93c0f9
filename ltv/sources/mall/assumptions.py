"""The numbers of people and shop that the simulated mall is built on; README.md beside this file tells the sources.

Those of the channels head `channels.py`, those of the hooks `hooks.py`, those of the launches `world.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

COMMUNITY = 1_000  # people who can influence one another; the unit of independence
COMMUNITIES_PER_PART = 10  # one part file holds at most so many communities, one after the other
LEAST_PARTS = 3  # where there are as many communities

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
NEVER = 1 << 62  # a moment (ms) that no window reaches

SOURCES = ("mini_program", "app", "web", "crm")
MINI_PROGRAM, APP, WEB, CRM = range(4)
LACKING_RATE = (0.08, 0.03, 0.05, 0.0)  # share of a nullable field that a source fails to send
CRM_DELAY_DAYS = 1  # the CRM exports T+1: its last day is not there yet

CATEGORIES = ("apparel", "beauty", "baby", "food", "digital", "home", "health", "sports")
CATEGORY_PRICE = (129.0, 118.0, 99.0, 36.0, 399.0, 79.0, 88.0, 149.0)  # median of a list price, CNY
CATEGORY_MARGIN = (0.46, 0.55, 0.32, 0.24, 0.14, 0.38, 0.42, 0.36)  # share of the list price
SKUS_PER_CATEGORY = 60
PRICE_SIGMA = 0.75
MARGIN_SPREAD = 0.06  # articles of one category differ by so much either way
CHOICE_SIGMA = 0.8  # one person's choices scatter so far around the own price level
MORE_PIECES_RATES = (0.16, 0.05, 0.01)  # share of lines with more than one, two, three pieces
MAX_LINES = 12
QUERIES = {
    "apparel": ("连衣裙", "T恤", "羽绒服", "牛仔裤"),
    "beauty": ("口红", "防晒霜", "面膜", "洗面奶"),
    "baby": ("纸尿裤", "奶粉", "绘本", "儿童推车"),
    "food": ("坚果", "牛奶", "咖啡", "大米"),
    "digital": ("耳机", "手机壳", "充电宝", "平板"),
    "home": ("四件套", "收纳", "拖把", "台灯"),
    "health": ("血压计", "钙片", "按摩仪", "鱼油"),
    "sports": ("跑鞋", "瑜伽垫", "泳衣", "羽毛球拍"),
}

CHANNELS = (
    ("organic", 0.17),
    ("wechat_oa", 0.10),
    ("douyin_shop", 0.08),
    ("douyin_feed", 0.14),
    ("sms", 0.02),
    ("app_push", 0.01),
    ("mini_program", 0.12),
    ("xiaohongshu", 0.09),
    ("search_ads", 0.08),
    ("kol_live", 0.07),
    ("email", 0.01),
    ("offline_qr", 0.05),
    ("tmall", 0.06),
)
CITIES = (
    ("上海", 0.14), ("北京", 0.12), ("广州", 0.10), ("深圳", 0.10), ("杭州", 0.10), ("成都", 0.10),
    ("武汉", 0.08), ("重庆", 0.08), ("西安", 0.06), ("南京", 0.06), ("郑州", 0.06),
)  # fmt: skip

# fmt: off
# weights of the local hours, 0 to 11 and 12 to 23
LATE_HOURS = (
    40, 20, 10,  4,  2,  2,  4, 10, 20, 25, 30, 35,
    55, 40, 30, 30, 30, 40, 45, 50, 65, 85, 95, 75,
)
OFFICE_HOURS = (
    15,  6,  3,  2,  1,  2,  7, 20, 35, 40, 45, 45,
    65, 50, 38, 38, 40, 45, 50, 65, 85, 95, 70, 35,
)
EARLY_HOURS = (
     2,  1,  1,  1,  3, 15, 40, 60, 80, 95, 90, 65,
    40, 35, 40, 55, 60, 45, 45, 50, 45, 25, 10,  4,
)
PARENT_HOURS = (
     9,  4,  2,  1,  1,  3, 12, 25, 35, 50, 50, 40,
    50, 55, 40, 35, 30, 30, 35, 40, 70, 110, 85, 30,
)
# fmt: on


@dataclass(frozen=True)
class Coupon:
    """A coupon and the share of the list price it takes off."""

    name: str
    share: float


@dataclass(frozen=True)
class PersonType:
    """A latent type; rates are medians, people vary around them.

    Attributes:
        share: share of all people.
        visits_per_day: sessions a day while alive, on an ordinary day and after the first weeks.
        cart_rate: share of sessions that put something into the cart.
        buy_rate: share of carts that are ordered in the same session.
        extra_lines: lines of a basket beyond the first, mean.
        price_level: how far up the price list people of this type shop, in standard deviations.
        lost_per_day: churn hazard.
        coupon_rate: share of orders with a coupon on an ordinary day.
        benefit_rate: share of orders that use a member benefit.
        ages: youngest and oldest at the end of the window.
        female_rate: share of women.
        hours: weight of each local hour.
        sources: shares of mini_program, app, web.
        tastes: weight of each category.
    """

    name: str
    share: float
    visits_per_day: float
    cart_rate: float
    buy_rate: float
    extra_lines: float
    price_level: float
    lost_per_day: float
    coupon_rate: float
    benefit_rate: float
    ages: tuple[int, int]
    female_rate: float
    hours: tuple[float, ...]
    sources: tuple[float, float, float]
    tastes: tuple[float, ...]


# fmt: off
TYPES = (
    PersonType("student", 0.22, 0.22, 0.060, 0.24, 0.4, -0.6, 1 / 150, 0.35, 0.10, (18, 24), 0.58, LATE_HOURS,
               (0.62, 0.30, 0.08), (0.30, 0.22, 0.00, 0.22, 0.10, 0.04, 0.01, 0.11)),
    PersonType("silver", 0.12, 0.15, 0.060, 0.29, 0.7, 0.0, 1 / 240, 0.15, 0.20, (60, 78), 0.61, EARLY_HOURS,
               (0.80, 0.08, 0.12), (0.10, 0.02, 0.03, 0.32, 0.04, 0.18, 0.29, 0.02)),
    PersonType("parent", 0.18, 0.22, 0.078, 0.32, 1.6, 0.2, 1 / 300, 0.25, 0.30, (27, 45), 0.70, PARENT_HOURS,
               (0.55, 0.37, 0.08), (0.12, 0.08, 0.36, 0.20, 0.04, 0.14, 0.03, 0.03)),
    PersonType("bargain_hunter", 0.17, 0.31, 0.078, 0.18, 0.8, -0.5, 1 / 180, 0.60, 0.15, (22, 58), 0.62, OFFICE_HOURS,
               (0.50, 0.40, 0.10), (0.22, 0.12, 0.04, 0.28, 0.08, 0.16, 0.04, 0.06)),
    PersonType("loyal", 0.09, 0.43, 0.100, 0.37, 1.3, 0.8, 1 / 900, 0.20, 0.55, (24, 58), 0.56, OFFICE_HOURS,
               (0.35, 0.58, 0.07), (0.20, 0.16, 0.06, 0.16, 0.12, 0.13, 0.07, 0.10)),
    PersonType("one_off", 0.22, 0.08, 0.060, 0.27, 0.2, 0.1, 1 / 25, 0.30, 0.03, (18, 62), 0.52, OFFICE_HOURS,
               (0.58, 0.14, 0.28), (0.22, 0.12, 0.05, 0.13, 0.18, 0.14, 0.06, 0.10)),
)
# fmt: on

VISIT_SIGMA = 0.42  # people of one type differ in how often they come …
BIG_CITIES = ("上海", "北京", "广州", "深圳")
CITY_EFFECT = 0.25  # … those of big cities come e^0.25 times as often, of others less: this one can be observed …
HIDDEN_EFFECT = 0.30  # … and so do the eager, which no table shows (log scale, for one standard deviation)
CART_SIGMA = 0.35  # … in how easily they fill a cart …
BUY_SIGMA = 0.40  # … and order it (log scale) …
LEVEL_SIGMA = 0.75  # … and in how dear they shop (standard deviations of the price list)
LOST_SHAPE = 0.9  # gamma shape of the hazard's spread: mixed lifetimes give a retention curve that flattens

GUEST_RATE = 0.10  # never register
GUEST_BUY_FACTOR = 0.35
INSTANT_REGISTRATION_RATE = 0.68  # of those who register: in their first session
REGISTERS_AT_LAUNCH_RATE = 0.75  # of these: with the first page, by one tap
REGISTRATION_FORM_MS = (15_000, 4 * MINUTE_MS)  # the others fill in a form that takes so long
LATE_REGISTRATION_MS = 30 * MINUTE_MS  # after this it is another session
REGISTRATION_DELAY_DAYS = 3.0  # mean, for those who come back to register
REGISTRATION_CART_RATE = 0.52
REGISTRATION_BUY_RATE = 0.58
HONEYMOON_VISITS, HONEYMOON_DAYS = 3.0, 5.0  # newcomers come 1 + 3·exp(−age/5) times as often
GROWTH = (0.8, 1.2)  # newcomers a day, first and last day, relative to the mean

COOKIE_DAYS = 90  # after which a browser is cleared
NEW_NUMBER_RATE, RECYCLED_RATE, NUMBER_RESTS_DAYS = 0.08, 0.25, 60  # candidates; few find a number that has rested
NEW_DEVICE_RATES = (0.40, 0.15)  # a new phone or a reinstalled app within the window, once and twice
EMAIL_RATE, APP_USER_SHARE = 0.45, 0.05
TABLET_RATE, TABLET_SHARE = 0.20, 0.5  # people with a family tablet; share of their app sessions on it
KIOSK_RATE = 0.08  # share of web sessions on the kiosk in the shop
OWN_ID_RATES = (0.20, 0.06, 0.06)  # share of sessions with login that a source still logs under its own identifier
JUNK_RATES = (0.003, 0.004, 0.003)  # share of rows with a junk identifier
RING_RATE, RING_SIZE, RING_DAYS = 0.4, (8, 15), 2  # communities with a ring of reward hunters

BOUNCE_RATE = 0.42
EXTRA_VIEWS = 1.9
SEARCHES = 0.7
SCENES = ("none", "home_dwell", "search", "detail")  # why a recommendation may be shown
NO_SCENE, HOME_SCENE, SEARCH_SCENE, DETAIL_SCENE = range(len(SCENES))
SCENE_SHARES = (0.50, 0.20, 0.12, 0.18)
SCENE_RATE = 1 - SCENE_SHARES[0]
HOME_DWELL_MS = 20_000  # longer than this on the first page calls for a recommendation, so do long search words …
LONG_QUERY = 2  # … of more characters than this …
DETAIL_CATEGORIES = ("baby", "digital")  # … and a page of these categories
RECOMMENDATION_CLICKED = 0.22
LOGIN_RATE = 0.18
CARELESS_RATE, UNLOGGED_RATE = 0.25, 0.30  # some members browse some of their sessions without login
REFUSED_RATE = 0.15  # web sessions of strangers who refuse cookies: no identifier at all
REMOVE_RATE = 0.12
SHARE_RATE = 0.02
RETURN_RATE, RETURN_BUY_RATE = 0.22, 0.45  # an abandoned cart is taken up again within 72 h, and then ordered
RETURN_HOURS = (0.5, 72.0)
LAST_PAGE_SECONDS, LAST_PAGE_SIGMA = 12.0, 1.0  # time on the page from which a session ends

ORDER_STATUSES = ("paid", "cancelled", "failed", "timeout", "refunded")
PAID, CANCELLED, FAILED, TIMEOUT, REFUNDED = range(5)
STATUS_SHARES = (0.915, 0.035, 0.02, 0.03)  # refunds come later, out of the paid ones
STATUS_AFTER_MINUTES = (0, 12, 2, 30)  # when the export knows it
FLIGHT_DAYS, FLIGHT_RANGE, FLIGHT_ON_SALES = 14, (0.4, 1.6), 1.5  # how advertising pressure varies in time
REFUND_RATE, PARTIAL_REFUND_RATE = 0.075, 0.015
PARTIAL_REFUND_SHARE = (0.1, 0.6)
REFUND_DAYS, REFUND_SIGMA = 4.0, 0.7  # median and spread (log) of the time to the refund
ASSISTED_RATE = (0.02, 0.18, 0.03, 0.02, 0.05, 0.01)  # by type: orders taken by a shop assistant in the CRM

PAYMENT_CHANNELS = ("wechat_pay", "alipay", "unionpay", "bank_transfer")
PAYMENT_SHARES = (  # by source
    (0.97, 0.00, 0.03, 0.0),
    (0.45, 0.47, 0.08, 0.0),
    (0.30, 0.55, 0.15, 0.0),
    (0.55, 0.20, 0.10, 0.15),
)
COUPONS = (  # at most one an order; NEW15 and FLASH10 are paid hooks and stack with nothing
    Coupon("NEW15", 0.15),
    Coupon("FLASH10", 0.10),
    Coupon("FESTIVAL15", 0.15),
    Coupon("MEMBER10", 0.10),
)
NEW15, FLASH10, FESTIVAL15, MEMBER10 = range(4)
BENEFIT_DISCOUNT = 0.03
PROMO_COUPON_RATE = 0.3  # added on days of a sale

LEVELS = (("basic", 0), ("plus", 100_000), ("vip", 500_000))  # paid so far, fen

WEEKDAY_VISITS = (0.95, 0.94, 0.94, 0.96, 1.03, 1.11, 1.07)  # Monday first
PAY_DAYS, PAY_DAY_APPETITE = (10, 11, 15, 16), 1.10
#            month, first day, last day, visits, appetite, is a sale
SALES = (
    (6, 1, 15, 1.12, 1.06, False),
    (6, 16, 18, 1.75, 1.45, True),
    (10, 24, 31, 1.10, 1.00, False),
    (11, 1, 9, 1.20, 1.06, False),
    (11, 10, 11, 2.30, 1.70, True),
    (12, 12, 12, 1.45, 1.25, True),
)
NEW_YEAR_GOODS_DAYS, NEW_YEAR_GOODS_VISITS, NEW_YEAR_GOODS_APPETITE = (24, 4), 1.15, 1.10
NEW_YEAR_DAYS, NEW_YEAR_VISITS, NEW_YEAR_APPETITE = (2, 6), 0.60, 0.75
LUNAR_NEW_YEAR = (
    "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12",
    "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26",
    "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
)  # fmt: skip


def of_types(attribute: str) -> Floats:
    """Return one attribute of all types, shape (types,) or (types, width).

    >>> of_types("share").sum().round(6)
    np.float64(1.0)
    """
    return np.array([getattr(kind, attribute) for kind in TYPES], dtype=np.float64)
