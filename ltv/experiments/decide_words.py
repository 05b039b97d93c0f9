"""What decisions say."""

from __future__ import annotations

from ltv.text import Text

VERDICTS: dict[str, Text] = {
    "ship": Text("上线", "Ship"),
    "do_not_ship": Text("不上线", "Do not ship"),
    "keep_running": Text("继续运行", "Keep running"),
    "broken": Text("实验有误", "Broken"),
    "cannot_judge": Text("无法判断", "Cannot be judged"),
}
REASON: dict[str, Text] = {
    "better": Text(
        "{metric}变化 {lift}（区间 {low} 至 {high}），未见可确认的价值损失。",
        "Change in {metric}: {lift} (interval {low} to {high}); no loss of value is confirmed.",
    ),
    "better_alone": Text(
        "{metric}变化 {lift}（区间 {low} 至 {high}）；价值还无法衡量。",
        "Change in {metric}: {lift} (interval {low} to {high}); value cannot be measured yet.",
    ),
    "worse": Text(
        "{metric}变差：{lift}（区间 {low} 至 {high}）。", "Worse in {metric}: {lift} (interval {low} to {high})."
    ),
    "loses": Text(
        "{value}确实受损：人均 {lift}（区间 {low} 至 {high}），无论{first_metric}（{first_lift}）如何。",
        "Value is lost for certain ({value}): {lift} a person (interval {low} to {high}), whatever {first_metric} says ({first_lift}).",
    ),
    "costs": Text(
        "{metric}变化 {lift}（区间 {low} 至 {high}），但扣除成本后的价值更可能是亏的：先查清原因。",
        "Change in {metric}: {lift} (interval {low} to {high}), but after cost it more likely loses value than gains it: find out why first.",
    ),
    "unconfirmed": Text(
        "{metric}变化 {lift}（区间 {low} 至 {high}），但取决于少数人：第二种方法（合并 z 检验或重尾后验）不支持。",
        "Change in {metric}: {lift} (interval {low} to {high}), but it hangs on a few people: a second method (pooled z or heavy tail) does not see it.",
    ),
    "nothing": Text(
        "实验已结束，{metric}没有可确认的差异：{lift}（区间 {low} 至 {high}）。",
        "The test is over and no difference in {metric} can be confirmed: {lift} (interval {low} to {high}).",
    ),
    "running": Text(
        "{metric}目前 {lift}（区间 {low} 至 {high}）。还分不出好坏，随时可以再看。",
        "Change in {metric} so far: {lift} (interval {low} to {high}). Not decided yet; looking again does no harm.",
    ),
    "no_bound": Text("无界", "no bound"),
    "immature": Text("还没有人走完这个指标的观察窗口。", "Nobody's window of this metric is over yet."),
    "nobody_able": Text(
        "每个人在曝光前都已下过单，没有首单可言。",
        "Everybody had ordered before the exposure: there is no first order to come.",
    ),
    "undeclared": Text(
        "“{name}”没有在 ltv.toml 的 [[experiments]] 中声明：不知道对照组和计划的比例。",
        "“{name}” is not declared under [[experiments]] in ltv.toml: neither its control nor the planned split is known.",
    ),
    "no_control": Text(
        "没有对照组“{control}”：现有的组是 {arms}。", "There is no control “{control}”: the arms are {arms}."
    ),
    "missing_values": Text(
        "{n} 人没有这个指标的数值（NaN）。", "{n} {n:person has|people have} no value of this metric (NaN)."
    ),
    "negative": Text("计数为负。", "A count is negative."),
    "no_rate": Text("比率指标的数值不是 0 或 1。", "A rate has values that are not 0 or 1."),
    "arm_empty": Text("有一个组没有人。", "An arm has nobody."),
    "one_person": Text("有一个组只有一个人。", "An arm has one person only."),
    "unscored": Text(
        "太多人没有 ltv_scores 的分数，而没有分数的人往往没有下单。",
        "Too many people have no score in ltv_scores, and those without one are those who did not order.",
    ),
    "nobody": Text("还没有人曝光。", "Nobody has been exposed yet."),
    "missing_table": Text(
        "缺少数据表 {table}，无法计算这个指标。", "The table {table} is not there, which this metric is taken from."
    ),
    "unreadable": Text("这个实验的数据无法计算（{why}）。", "The data of this test cannot be worked with ({why})."),
}
# Part of a message → what it means to who reads the page.
_MEANINGS = (
    ("nobody", REASON["arm_empty"]),
    (
        "zero variance",
        Text(
            "每个组内所有人的数值都一样，无从比较。",
            "Within each arm everybody has the same value, so there is no spread to compare with.",
        ),
    ),
    ("found nan", Text("数据中有非数字（NaN）。", "There is a NaN in the data.")),
    ("found inf", Text("数据中有无穷大。", "There is an infinite number in the data.")),
    ("found -inf", Text("数据中有无穷大。", "There is an infinite number in the data.")),
    ("denominator", Text("分母的合计不大于零。", "The sum of the denominator is not above zero.")),
)


def why_not(message: str) -> Text:
    """What the message of an error means, in both languages.

    >>> why_not("cannot be judged: zero variance in both arms").en
    'Within each arm everybody has the same value, so there is no spread to compare with.'
    """
    plain = message.removeprefix("cannot be judged: ")
    for part, meaning in _MEANINGS:
        if part in plain.lower():
            return meaning
    return REASON["unreadable"].format(why=plain)
