"""The words of the page on behaviour sequences."""

from __future__ import annotations

from ltv.text import Text

WORDS: dict[str, Text] = {
    "feature": Text("特征", "Feature"),
    "name": Text("列名", "Column"),
    "low": Text("10% 分位", "10% quantile"),
    "median": Text("中位数", "Median"),
    "high": Text("90% 分位", "90% quantile"),
    "known": Text("有值的人占比", "People with a value"),
    "why": Text("为什么看它", "Why it tells"),
    "catalogue_title": Text("37 个行为序列特征", "The 37 features of a behaviour sequence"),
    "catalogue_note": Text(
        "都取截至日之前同样长的观察窗（{days} 天）；缺失表示无从得知（例如只有一次会话就没有间隔），计数类没有就是 0。",
        "All look at the same window of {days} days. Missing means that it cannot be told (one session has no gap); counts are 0.",
    ),
    "pattern_title": Text("从搜索到 72 小时内回来", "From a search to the way back within 72 hours"),
    "pattern_note": Text(
        "每个人的占比先算好再平均，人人同权；“72 小时内回来”只算加购后没下单的会话，且 72 小时已过或已经回来。",
        "Shares of each person first, then their mean, so that everybody counts the same. The way back is of carts left without an "
        "order, once the 72 hours are over or somebody is back.",
    ),
    "pattern_alt": Text(
        "搜索、加购、放弃、回来的平均占比。", "Mean shares of searching, adding to cart, abandoning and coming back."
    ),
    "step": Text("环节", "Step"),
    "share": Text("人均占比", "Mean share"),
    "people": Text("人数", "People"),
    "tile_people": Text("有行为序列的用户", "People with a sequence"),
    "tile_sessions": Text("每周会话数（中位）", "Sessions a week (median)"),
    "tile_abandon": Text("弃购占比（人均）", "Carts abandoned (mean)"),
    "tile_return": Text("弃购后 72 小时内回来", "Back within 72 h after abandoning"),
    "told": Text(
        "{known} 人里，加购后没下单的平均占 {abandon}，其中 72 小时内回来的占 {back}。",
        "{known} {known:person|people}: {abandon} of carts are left without an order (mean of people); {back} of these are followed by a return within 72 hours.",
    ),
    "act": Text(
        "给弃购且还没回来的人在 72 小时内发一次提醒，并留对照组。",
        "Remind those who abandoned and are not back within the 72 hours, with a control group.",
    ),
    "act_orders_only": Text("接入 events 表（docs/tables.md）。", "Add the table events (docs/tables.md)."),
    "orders_only": Text(
        "没有行为事件：只有购买类特征，其余缺失。",
        "No events: only features of purchases are known, the rest is missing.",
    ),
    "nobody": Text("截至当日没有人注册或下单。", "Nobody has registered or ordered by this day."),
}
