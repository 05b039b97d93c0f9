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
        "{metric}: {lift} (interval {low} to {high}); no loss of value can be confirmed.",
    ),
    "worse": Text(
        "{metric}下降：{lift}（区间 {low} 至 {high}）。", "{metric} got worse: {lift} (interval {low} to {high})."
    ),
    "loses": Text(
        "{metric}确实受损，超过主指标的收益（{lift}，区间 {low} 至 {high}）。",
        "{metric} is surely lost, which outweighs the main metric ({lift}, interval {low} to {high}).",
    ),
    "nothing": Text(
        "实验已结束，{metric}没有可确认的差异：{lift}（区间 {low} 至 {high}）。",
        "The test is over and no difference in {metric} can be confirmed: {lift} (interval {low} to {high}).",
    ),
    "running": Text(
        "{metric}目前 {lift}（区间 {low} 至 {high}）：还分不出好坏，随时可以再看。",
        "{metric} stands at {lift} (interval {low} to {high}): not decided yet; looking again does no harm.",
    ),
    "early": Text("还不到一周，或每组还不到 200 人。", "Less than a whole week, or fewer than 200 people in an arm."),
    "immature": Text("还没有人走完这个指标的观察窗口。", "Nobody's window of this metric is over yet."),
    "undeclared": Text(
        "“{name}”没有在 ltv.toml 的 [[experiments]] 中声明：不知道对照组和计划的比例。",
        "“{name}” is not declared under [[experiments]] in ltv.toml: neither its control nor the planned split are known.",
    ),
    "no_control": Text(
        "没有对照组“{control}”：现有的组是 {arms}。", "There is no control “{control}”: the arms are {arms}."
    ),
    "missing_values": Text("{n} 人没有这个指标的数值（NaN）。", "{n} people have no value of this metric (NaN)."),
    "nobody": Text("还没有人曝光。", "Nobody has been exposed yet."),
    "missing_table": Text(
        "缺少数据表 {table}，无法计算这个指标。", "The table {table} is not there, which this metric is taken from."
    ),
}
# Part of a message → what it means to who reads the page.
_MEANINGS = (
    ("nobody", Text("有一个组没有人。", "An arm has nobody.")),
    (
        "zero variance",
        Text("所有人的数值都一样，没有差异可言。", "Everybody has the same value, so nothing can differ."),
    ),
    ("nan", Text("数据中有非数字（NaN）。", "There is a NaN in the data.")),
    ("inf", Text("数据中有无穷大。", "There is an endless number in the data.")),
    ("negative", Text("计数为负。", "A count is negative.")),
    ("0 or more", Text("计数为负。", "A count is negative.")),
    ("successes", Text("比率指标的数值不是 0 或 1。", "A rate whose values are not 0 or 1.")),
    ("denominator", Text("分母为零：没有订单。", "The denominator is zero: there are no orders.")),
    ("person has no variance", Text("有一个组只有一个人。", "An arm has one person only.")),
)


def why_not(message: str) -> Text:
    """What the message of an error means, in both languages.

    >>> why_not("zero variance in both arms").en
    'Everybody has the same value, so nothing can differ.'
    """
    low = message.lower()
    for part, meaning in _MEANINGS:
        if part in low:
            return meaning
    return Text(f"数据不允许判断（{message}）。", message)
