"""The words of the time to the second order."""

from __future__ import annotations

from ltv.text import Text

WORDS: dict[str, Text] = {
    "days": Text("首单后天数", "Days since the first order"),
    "returned": Text("已再次下单", "Have ordered again"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "at_risk": Text("仍在观察的人数", "People still followed"),
    "title": Text("首单之后多久再次下单", "How long until the second order"),
    "note": Text(
        "Kaplan–Meier 估计：新客观察多久就算多久，不必等整个群组走完；阴影是 95% 置信区间。少于 30 人仍在观察的部分不画。",
        "Kaplan-Meier: young customers count as long as they have been followed, no cohort must be over first; the band is the 95% "
        "interval. It ends where fewer than 30 people are still followed.",
    ),
    "alt": Text(
        "首单之后再次下单的累计占比和区间。",
        "Share who have ordered again by days since the first order, with its interval.",
    ),
    "share": Text(
        "首单后 {early_days} 天有 {early} 的人再次下单，{days} 天有 {share}（95% 区间 {low}–{high}）。",
        "{early} have ordered again {early_days} days after the first order, {share} after {days} days (95% interval {low}–{high}).",
    ),
    "act": Text(
        "把第二单的理由放在曲线最陡的那几天。",
        "Give the reason for a second order in the days in which the curve is steepest.",
    ),
    "too_early": Text(
        "数据还不够：没有 30 个人被观察满一周。", "Not enough data: fewer than 30 people have been followed for a week."
    ),
}
