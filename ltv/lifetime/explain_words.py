"""The words of `ltv.explain_ltv`."""

from __future__ import annotations

from ltv.text import Text

WORDS: dict[str, Text] = {
    "expected": Text(
        "用户 {user} 未来 {days} 天预期 {expected}（80% 区间 {low}–{high}）；同类用户的典型值为 {typical}。",
        "User {user} is expected to bring {expected} in the next {days} days (80% interval {low} to {high}); the typical person of that kind {typical}.",
    ),
    "more": Text("拉高：{parts}。", "More, because of: {parts}."),
    "less": Text("压低：{parts}。", "Less, because of: {parts}."),
    "one": Text("{feature} {factor}", "{feature} {factor}"),
    "one_value": Text("{feature}（{value}）{factor}", "{feature} ({value}) {factor}"),
    "no_trees": Text("没有树模型可解释：{why}。", "There are no trees to explain it: {why}."),
    "title": Text("各特征的影响", "What each feature does"),
    "note": Text(
        "相对同类典型用户的倍数；所有倍数相乘约等于差距。",
        "As a factor from the typical person; all of them together make up about the difference.",
    ),
    "feature": Text("特征", "Feature"),
    "value": Text("值", "Value"),
    "factor": Text("影响（倍）", "Effect (factor)"),
}
