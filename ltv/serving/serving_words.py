"""Words of the feature catalogue."""

from __future__ import annotations

from ltv.text import Text

HOW: dict[str, Text] = {
    "share": Text("占比或概率，原值，超出 0–1 的截断", "a share or probability as it is, cut at 0 and 1"),
    "rank": Text(
        "当日人群中低于此值的人占比（相等的算一半）；values 与 ranks 之间线性插值",
        "share of people of that date with less, those with as much counted half; interpolated between values and ranks",
    ),
}
MISSING = Text(
    "无从得知的值用 missing_value（已知值的中位数）代替，并在 missing 里标出：第 i 位为 1 表示第 i 个特征缺失",
    "what is not known is missing_value, the median of those known, and marked in missing: bit i is 1 where feature i is not known",
)
WORDS: dict[str, Text] = {
    "value_label": Text("未来 {days} 天预测净额", "Net value expected in the next {days} days"),
    "value_why": Text("值得花多少力气", "How much effort somebody is worth"),
    "p_purchase_label": Text("未来 {days} 天购买概率", "Chance of a purchase in the next {days} days"),
    "p_purchase_why": Text("还会不会买", "Whether they will buy"),
    "churn_label": Text("30 天内不再回来的概率", "Chance not to come back in 30 days"),
    "churn_why": Text("只对活跃用户有值；越高越要先留人", "Known of active people only; the higher, the sooner to act"),
}
