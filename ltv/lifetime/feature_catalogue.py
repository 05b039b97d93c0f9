"""The 37 features of a person's behaviour sequence: what each is, how it is computed, why it tells about value.

All look at the same window before the cutoff for everybody, and most are shares, ratios or rates per day observed, so that a model
that was trained at an earlier cutoff reads them the same way. What cannot be told is missing: without `events` there is no session,
and with one session there is no time between two. What is counted is 0 for people without any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ltv.text import Text, Unit

Stage = Literal["people", "bought", "told_acts", "sessions", "interests", "contacts", "tickets", "invites", "features"]
_ABANDONED = "cart_us IS NOT NULL AND (order_us IS NULL OR order_us - end_us > 1800000000)"
_BACK = "back_us <= 259200000000"
_RETURN_KNOWN = "(back_us IS NOT NULL OR since_us >= 259200000000)"  # 72 h; a return that could still come is not known


@dataclass(frozen=True)
class Feature:
    """One feature.

    Attributes:
        name: its column.
        stage: rows it is computed from, one result a person; `features` is from other features.
        sql: expression over the rows of a person.
        unit: how it is written.
        label: what it is.
        why: what it tells about value.
        table: argument without which it is missing.
        is_count: 0 where a person has no rows.
    """

    name: str
    stage: Stage
    sql: str
    unit: Unit
    label: Text
    why: Text
    table: str = "orders"
    is_count: bool = False


def _of(table: str, stage: Stage, *rows: tuple[str, str, Unit, Text, Text]) -> tuple[Feature, ...]:
    return tuple(
        Feature(name, stage, sql, unit, label, why, table, name in _COUNTS) for name, sql, unit, label, why in rows
    )


_COUNTS = {
    "sessions_per_week",
    "active_day_share",
    "frequency",
    "category_breadth",
    "tickets_per_month",
    "invites_per_month",
}
_RHYTHM = _of(
    "events",
    "sessions",
    (
        "sessions_per_week",
        "COUNT(*) * 7 / GREATEST(MIN(observed_days), 1)",
        "number",
        Text("每周会话数", "Sessions a week"),
        Text("来得勤的人更可能再买", "Who comes often buys again"),
    ),
    (
        "session_gap_days",
        "AVG(gap_days)",
        "days",
        Text("会话平均间隔", "Mean time between sessions"),
        Text("习惯的节奏", "The rhythm of the habit"),
    ),
    (
        "session_gap_cv",
        "STDDEV_SAMP(gap_days) / NULLIF(AVG(gap_days), 0)",
        "number",
        Text("会话间隔的离散度", "Variation of the time between sessions"),
        Text("忽来忽去的人更难留住", "Who comes and goes is harder to keep"),
    ),
    (
        "session_gap_trend",
        "LN(NULLIF(AVG(CASE WHEN 2 * place > sessions + 1 THEN gap_days END), 0) "
        "/ NULLIF(AVG(CASE WHEN 2 * place <= sessions + 1 THEN gap_days END), 0))",
        "number",
        Text("会话间隔的趋势（对数比）", "Trend of the time between sessions (log ratio, later half to earlier)"),
        Text("间隔变长是流失的先兆", "Growing gaps foretell churn"),
    ),
    (
        "session_overdue",
        "MIN(since_us) / 86400000000.0 / NULLIF(AVG(gap_days), 0)",
        "number",
        Text("距上次会话 ÷ 平均间隔", "Time since the last session, in usual gaps"),
        Text("超过平常节奏多少", "How far behind the usual rhythm"),
    ),
    (
        "views_per_session",
        "AVG(views)",
        "number",
        Text("每次会话浏览商品数", "Products viewed a session"),
        Text("深度代表兴趣", "Depth is interest"),
    ),
    (
        "depth_cv",
        "STDDEV_SAMP(views) / NULLIF(AVG(views), 0)",
        "number",
        Text("浏览深度的离散度", "Variation of depth"),
        Text("稳定的浏览代表习惯", "Steady depth is habit"),
    ),
    (
        "search_share",
        "AVG(CASE WHEN searches > 0 THEN 1.0 ELSE 0.0 END)",
        "rate",
        Text("有搜索的会话占比", "Share of sessions with a search"),
        Text("带着目的来", "Comes with a purpose"),
    ),
    (
        "cart_share",
        "AVG(CASE WHEN carts > 0 THEN 1.0 ELSE 0.0 END)",
        "rate",
        Text("有加购的会话占比", "Share of sessions that add to cart"),
        Text("购买意图", "Intent to buy"),
    ),
    (
        "cart_abandon_share",
        f"AVG(CASE WHEN {_ABANDONED} THEN 1.0 WHEN cart_us IS NOT NULL THEN 0.0 END)",
        "rate",
        Text("加购后未下单的会话占比", "Share of sessions with a cart that are left without an order"),
        Text("犹豫：价格、流程或比价", "Hesitation: price, checkout or comparison"),
    ),
    (
        "abandon_return_72h_share",
        f"AVG(CASE WHEN {_ABANDONED} AND {_RETURN_KNOWN} THEN CASE WHEN {_BACK} THEN 1.0 ELSE 0.0 END END)",
        "rate",
        Text("弃购后 72 小时内回来的占比", "Share of abandoned carts with a return within 72 h"),
        Text("回来的人还想要", "Who comes back still wants it"),
    ),
    (
        "search_cart_abandon_return_72h",
        f"AVG(CASE WHEN {_RETURN_KNOWN} THEN CASE WHEN search_us <= cart_us AND {_ABANDONED} AND {_BACK} THEN 1.0 ELSE 0.0 END END)",
        "rate",
        Text(
            "“搜索 → 加购 → 放弃 → 72 小时内回来”的会话占比",
            "Share of sessions that search, add to cart, are left, with a return within 72 h",
        ),
        Text("高价值的回流路径", "The path of return that high value takes"),
    ),
    (
        "removed_share",
        "CAST(SUM(removals) AS DOUBLE) / NULLIF(SUM(carts), 0)",
        "rate",
        Text("移出购物车 ÷ 加购", "Removals per add to cart"),
        Text("反悔的倾向", "Second thoughts"),
    ),
)
_ACTS = _of(
    "events",
    "told_acts",
    (
        "active_day_share",
        "LEAST(COUNT(DISTINCT day) / GREATEST(MIN(observed_days), 1), 1)",
        "rate",
        Text("活跃天数占比", "Share of days with an event"),
        Text("日常习惯的强度", "Strength of the habit"),
    ),
    (
        "night_share",
        "AVG(CASE WHEN hour >= 22 OR hour < 6 THEN 1.0 ELSE 0.0 END)",
        "rate",
        Text("夜间（22–6 点）行为占比", "Share of events at night, 22 to 6"),
        Text("人群与触达时段", "Kind of person, and when to reach them"),
    ),
    (
        "first_48h_events",
        "CASE WHEN MIN(saw_registration) = 1 THEN SUM(CASE WHEN us >= registered_us AND us < registered_us + 172800000000 THEN 1.0 ELSE 0.0 END) END",
        "count",
        Text("注册后 48 小时内的行为数", "Events in the 48 h after registration"),
        Text("黄金 48 小时的投入", "Effort in the golden 48 hours"),
    ),
    (
        "dwell_s",
        "AVG(dwell_ms) / 1000",
        "seconds",
        Text("平均停留时长", "Mean dwell time"),
        Text("认真看的人更会买", "Who looks closely buys"),
    ),
    (
        "dwell_cv",
        "STDDEV_SAMP(dwell_ms) / NULLIF(AVG(dwell_ms), 0)",
        "number",
        Text("停留时长的离散度", "Variation of dwell time"),
        Text("专注与乱逛的区别", "Focus or strolling"),
    ),
    (
        "viewed_price",
        "AVG(CASE WHEN price > 0 THEN LN(price) END)",
        "number",
        Text("浏览价位（对数均值）", "Price tier viewed (mean logarithm)"),
        Text("消费档次", "Price tier"),
    ),
)
_INTERESTS = _of(
    "events",
    "interests",
    (
        "category_breadth",
        "CAST(COUNT(*) AS DOUBLE)",
        "count",
        Text("涉及品类数", "Categories looked into"),
        Text("品类越广，可卖的越多", "The broader, the more can be sold"),
    ),
    (
        "category_concentration",
        "SUM(CAST(acts AS DOUBLE) * acts) / (CAST(SUM(acts) AS DOUBLE) * SUM(acts))",
        "rate",
        Text("品类集中度", "Concentration on categories (Herfindahl)"),
        Text("专一还是广泛", "One interest or many"),
    ),
)
_CONTACTS = _of(
    "touches",
    "contacts",
    (
        "touch_response_share",
        "CAST(SUM(clicks) AS DOUBLE) / NULLIF(SUM(shown), 0)",
        "rate",
        Text("触达点击率", "Clicks per touch"),
        Text("能被触达打动的程度", "How far touches move them"),
    ),
    (
        "channel_concentration",
        "SUM(CAST(touches AS DOUBLE) * touches) / (CAST(SUM(touches) AS DOUBLE) * SUM(touches))",
        "rate",
        Text("触达渠道集中度", "Concentration on channels (Herfindahl)"),
        Text("渠道组合", "Channel mix"),
    ),
)
_TICKETS = _of(
    "tickets",
    "tickets",
    (
        "tickets_per_month",
        "COUNT(*) * 30 / GREATEST(MIN(observed_days), 1)",
        "number",
        Text("每月工单数", "Tickets a month"),
        Text("麻烦的多少", "How much trouble there was"),
    ),
    (
        "ticket_sentiment",
        "AVG(number)",
        "number",
        Text("工单情绪", "Sentiment of tickets"),
        Text("不满会走", "The displeased leave"),
    ),
)
_INVITES = _of(
    "invites",
    "invites",
    (
        "invites_per_month",
        "COUNT(*) * 30 / GREATEST(MIN(observed_days), 1)",
        "number",
        Text("每月邀请人数", "Invitations a month"),
        Text("愿意推荐的人更忠诚", "Who recommends is loyal"),
    ),
)
_BOUGHT = _of(
    "orders",
    "bought",
    (
        "recency_days",
        "($cutoff_us - MAX(us)) / 86400000000.0",
        "days",
        Text("距最近一次购买", "Days since the last purchase"),
        Text("最近买过的更可能再买", "Who bought lately buys again"),
    ),
    (
        "frequency",
        "CAST(COUNT(DISTINCT bought_day) AS DOUBLE)",
        "count",
        Text("有购买的天数", "Days with a purchase"),
        Text("买得多的人还会买", "Who bought often buys on"),
    ),
    (
        "monetary",
        "SUM(value) / NULLIF(COUNT(DISTINCT bought_day), 0)",
        "money",
        Text("每个购买日的净额", "Net value of a purchase day"),
        Text("客单价", "Size of the basket"),
    ),
    (
        "purchase_gap_days",
        "AVG(gap_days)",
        "days",
        Text("购买平均间隔", "Mean time between purchases"),
        Text("复购节奏", "The rhythm of buying"),
    ),
    (
        "purchase_gap_cv",
        "STDDEV_SAMP(gap_days) / NULLIF(AVG(gap_days), 0)",
        "number",
        Text("购买间隔的离散度", "Variation of the time between purchases"),
        Text("规律的人更可预测", "The regular can be predicted"),
    ),
    (
        "purchase_overdue",
        "($cutoff_us - MAX(us)) / 86400000000.0 / NULLIF(AVG(gap_days), 0)",
        "number",
        Text("距最近购买 ÷ 平均间隔", "Time since the last purchase, in usual gaps"),
        Text("该买而没买的程度", "How far overdue the next purchase is"),
    ),
    (
        "discount_share",
        "SUM(discount) / NULLIF(SUM(amount + discount), 0)",
        "rate",
        Text("折扣占原价比", "Discount as a share of list price"),
        Text("对折扣的依赖", "Dependence on discounts"),
    ),
    (
        "coupon_order_share",
        "AVG(CAST(has_coupon AS DOUBLE))",
        "rate",
        Text("用券订单占比", "Share of orders with a coupon"),
        Text("没有券还买吗", "Would they buy without one"),
    ),
    (
        "benefit_order_share",
        "AVG(CAST(has_benefit AS DOUBLE))",
        "rate",
        Text("用会员权益的订单占比", "Share of orders with a member benefit"),
        Text("权益用得深的人留得久", "Who uses benefits stays"),
    ),
)
_PEOPLE = _of(
    "orders",
    "people",
    (
        "age_days",
        "LEAST(MIN(known_days), $window_days)",
        "days",
        Text("成为用户的天数（以观察窗为限）", "Days since registration or first order, up to the window"),
        Text("新客与老客", "New or old"),
    ),
)
_JOINED = (
    Feature(
        "paid_to_viewed_price",
        "features",
        "LN(CASE WHEN monetary > 0 THEN monetary END) - viewed_price",
        "number",
        Text("购买日净额 ÷ 浏览价位（对数比）", "Value of a purchase day to the price tier viewed (log ratio)"),
        Text("看得贵、买得便宜，还是一次买很多", "Looks up and buys down, or fills the basket"),
        "events",
    ),
)
CATALOGUE = (*_PEOPLE, *_BOUGHT, *_RHYTHM, *_ACTS, *_INTERESTS, *_JOINED, *_CONTACTS, *_TICKETS, *_INVITES)
FEATURE = {feature.name: feature for feature in CATALOGUE}
