"""The words of a plan."""

from __future__ import annotations

from ltv.text import Text

ENTRIES: dict[str, Text] = {
    "registered": Text("新注册的人", "people who register"),
    "order": Text("下单的人", "people who order"),
    "visit": Text("到访的人", "people who visit"),
}
WORDS: dict[str, Text] = {
    "days": Text("招募天数", "Days people are let in"),
    "people": Text("总人数", "People, all arms"),
    "lift_once": Text("可发现的提升（只看一次）", "Lift found, one look"),
    "lift_any": Text("可发现的提升（随时看）", "Lift found, any look"),
    "smallest": Text("可发现的最小提升", "Smallest lift that is found"),
    "once": Text("只在结束时看一次", "one look at the end"),
    "any": Text("随时可看", "any look"),
    "wanted": Text("想发现的", "worth finding"),
    "tile_days": Text("发现 {lift} 的提升需要（{metric}）", "To find a lift of {lift} ({metric})"),
    "tile_people": Text("需要的总人数", "People needed, all arms"),
    "plan": Text(
        "要在“{metric}”（现在 {mean}）上发现 {lift} 的提升，以{entry}为对象、{arms} 个组，随时可看需要 {people} 人、约 {days} 天；"
        "只在结束时看一次需要 {once} 人。",
        "To find a lift of {lift} in {metric} (now {mean}) among {entry}, in {arms} arms, it takes {people} people and about "
        "{days} days when every day may be looked at; {once} people for one look at the end.",
    ),
    "act_plan": Text(
        "在 ltv.toml 里写 planned_people = {people}，中途不要改。",
        "Write planned_people = {people} into ltv.toml, and leave it.",
    ),
    "spared": Text(
        "用实验前的行为做 CUPED，能省去 {spared} 的样本。",
        "CUPED with what people did before spares {spared} of the people.",
    ),
    "cut": Text(
        "少数大额订单左右了波动：若把每人金额按 {limit} 截尾，只需 {people} 人；方差本身也不稳定。",
        "A few large amounts make the spread: with everybody's value cut at {limit} it takes {people} people. The spread is itself uncertain.",
    ),
    "beyond": Text("现在已是 {now}，提升后会超过 100%。", "It is {now} today: so large a lift is more than everybody."),
    "never": Text(
        "要在“{metric}”（现在 {mean}）上发现 {lift} 的提升需要 {people} 人；按目前的流量两年也凑不齐。",
        "A lift of {lift} in {metric} (now {mean}) takes {people} people: more than come in two years.",
    ),
    "act_never": Text(
        "换一个更敏感的指标，或只测更大的改动。", "Choose a metric that moves more, or test a bolder change."
    ),
    "act_cut": Text("先做 A/A 检验，再定样本量。", "Run an A/A test before settling on a number of people."),
    "act_no_plan": Text(
        "换一个有数据的指标或人群（参数 plan_metric、plan_entry）。",
        "Choose a metric or people with data (parameters plan_metric, plan_entry).",
    ),
    "no_plan": Text("“{metric}”无法规划：{why}", "{metric} cannot be planned: {why}"),
    "nothing_there": Text("现在的数值是零，无从比较。", "It is zero today, so there is nothing to lift."),
    "title": Text("实验规划：{metric}", "Planning a test: {metric}"),
    "note": Text(
        "按最近 12 周的流量与波动；功效 80%，双侧 5%，均分各组。虚线是想发现的提升。",
        "By traffic and spread of the last twelve weeks; power 80%, two-sided 5%, equal arms. Dashed: the lift asked for.",
    ),
    "alt": Text("可发现的最小提升随招募天数下降。", "The smallest lift that is found, by days."),
}
