"""Words of what changed and why."""

from __future__ import annotations

from ltv.text import Text

FIGURE: dict[str, Text] = {
    "net_revenue_7d": Text("近 7 天净收入", "Net revenue of the last 7 days"),
    "net_revenue_1d": Text("当天净收入", "Net revenue of the day"),
    "buyers_7d": Text("近 7 天买家数", "Buyers in the last 7 days"),
    "orders_7d": Text("近 7 天订单数", "Orders in the last 7 days"),
    "active_people_1d": Text("当天活跃人数（DAU）", "People there on the day (DAU)"),
    "first_order_48h": Text("48 小时首单率", "First order within 48 h"),
    "churn_risk": Text("流失风险", "Churn risk"),
    "benefit_depth": Text("权益使用深度", "Benefit depth"),
    "referral_effective": Text("人均有效邀请", "Effective invitations a user"),
    "expected_ltv": Text("全体预测价值", "Expected value of the base"),
    "expected_ltv_new": Text("新用户人均预测价值", "Expected value of a new user"),
}
DIMENSION: dict[str, Text] = {
    "value_tier": Text("价值层级", "value tier"),
    "channel": Text("渠道", "channel"),
    "city": Text("城市", "city"),
    "age_group": Text("年龄段", "age group"),
    "cohort": Text("加入时长", "time since joining"),
    "lifecycle": Text("生命周期", "lifecycle"),
    "factor": Text("因素", "factor"),
    "all": Text("全体", "everybody"),
}
PART: dict[str, dict[str, Text]] = {
    "value_tier": {
        "top": Text("高价值买家（前 20%）", "the best 20% of buyers"),
        "middle": Text("其他买家", "other buyers"),
        "no_order": Text("此前 180 天没有下单的人", "people with no order in the 180 days before"),
    },
    "cohort": {
        "new": Text("本周新加入的人", "people who joined this week"),
        "month_1": Text("加入不到 1 个月的人", "people who joined less than a month before"),
        "months_2_3": Text("加入 1–3 个月的人", "people who joined 1–3 months before"),
        "older": Text("加入超过 3 个月的人", "people who joined over 3 months before"),
    },
    "lifecycle": {
        "new": Text("新用户（本周加入）", "new people (joined this week)"),
        "retained": Text("此前 30 天来过的人", "people there in the 30 days before"),
        "dormant": Text("此前 30 天没来过的人", "people away for the 30 days before"),
    },
    "factor": {
        "buyers": Text("买家数", "number of buyers"),
        "orders_per_buyer": Text("人均订单数", "orders a buyer"),
        "value_per_order": Text("客单价", "value an order"),
        "anonymous": Text("未识别用户的订单", "orders of people not known"),
    },
    "all": {"all": Text("全体", "everybody")},
}
COMMON_PART: dict[str, Text] = {
    "unknown": Text("未知", "not known"),
    "other": Text("其他", "other"),
    "others": Text("其余", "others"),
    "students": Text("学生（18–24）", "students (18–24)"),
    "silver": Text("银发（60+）", "silver (60+)"),
    "other channels": Text("其余渠道", "other channels"),
}
VERDICT: dict[str, Text] = {
    "up": Text("▲ 高于平常", "▲ above the usual"),
    "down": Text("▼ 低于平常", "▼ below the usual"),
    "usual": Text("● 平常", "● as usual"),
    "special_day": Text("○ 含特殊日子，不评判", "○ a special day is in it, not judged"),
    "not_enough_data": Text("○ 历史不足，不评判", "○ too little history to judge"),
    "immature": Text("○ 数据没到齐，不评判", "○ rows have not all come in, not judged"),
}
ACTION: dict[str, Text] = {
    "channel": Text(
        "核对该渠道这几天的投放、发送与落地页。", "Check what was spent, sent and landed on in this channel these days."
    ),
    "city": Text("核对该城市的库存、配送与线下活动。", "Check stock, delivery and local campaigns there."),
    "value_tier": Text(
        "看这些人这周收到了什么、少了什么权益。",
        "See what these people were sent this week, and which benefit they lost.",
    ),
    "cohort": Text(
        "看这批人的来源与新人任务：是来的人变了，还是承接他们的流程变了。",
        "See where they came from and how they are led on: whether the people changed or what meets them.",
    ),
    "lifecycle": Text(
        "看召回与迎新活动这周有没有停、换。", "See whether recall and welcome campaigns stopped or changed this week."
    ),
    "other": Text(
        "看这部分人这周收到的活动与权益有什么不同。",
        "See what campaigns and benefits this part met this week that others did not.",
    ),
    "none": Text(
        "先查影响所有人的原因：价格、库存、支付、页面改动、埋点。",
        "Look first for what touches everybody: prices, stock, payment, a release, tracking.",
    ),
    "welcome": Text("记下原因，能复制的就复制。", "Note the reason, and repeat what can be repeated."),
}
WORDS: dict[str, Text] = {
    "figure": Text("关键指标", "Key figure"),
    "now": Text("现在", "Now"),
    "before": Text("对比值", "Compared with"),
    "compared_with": Text("对比日", "Day compared"),
    "change": Text("变化", "Change"),
    "usual_range": Text("平常范围", "Usual range"),
    "verdict": Text("结论", "Verdict"),
    "explained": Text("主要来自", "Mostly from"),
    "dimension": Text("维度", "Dimension"),
    "part": Text("部分", "Part"),
    "contribution": Text("贡献", "Contribution"),
    "share": Text("占变化的", "Of the change"),
    "interval": Text("90% 区间", "90% interval"),
    "within": Text("自身变化", "Own change"),
    "mix": Text("占比变化", "Changed share"),
    "own_before": Text("对比期的值", "Its figure then"),
    "own_after": Text("现在的值", "Its figure now"),
    "accused": Text("超出应有份额", "Beyond its share"),
    "yes": Text("■ 是", "■ yes"),
    "no": Text("–", "–"),
    "nothing_stands_out": Text("没有哪一部分突出", "no part stands out"),
    "range": Text("{low} – {high}", "{low} – {high}"),
    "signed_range": Text("{low} 至 {high}", "{low} to {high}"),
    "beneath": Text(
        "总量平常，其中{part}却不平常：{figure}从 {before} 变为 {after}，超出偶然，被其他部分抵掉。",
        "Beneath a usual total, {part} is not usual: {figure}, from {before} to {after}, beyond chance; others made up for it.",
    ),
    "part_of": Text("{dimension}“{part}”", "{dimension} {part}"),
    "part_share": Text("{part} {share}", "{part}, {share}"),
    "and": Text("{one}、{two}", "{one} and {two}"),
    "what_changed_title": Text("关键指标：变了什么", "Key figures: what changed"),
    "what_changed_note": Text(
        "截至 {date}。平常范围来自此前 {weeks} 周的同一星期几：离群的周被拉回，含特殊日子的周不计，明显的升降趋势会延续；多个指标一起判断，被判异常的平均至多一成是误报。对比的是最近一个平常的同星期几。",
        "At the end of {date}. The usual range comes from the same weekday of the {weeks} weeks before: odd weeks are pulled in, weeks with special days left out, a plain trend is carried on; figures are judged together, so that on average at most a tenth of those called unusual is not. Compared with the latest same weekday that was usual.",
    ),
    "parts_title": Text("变化拆解：每一部分贡献多少", "Each change taken apart"),
    "parts_note": Text(
        "选一个指标看。每个维度的贡献相加等于总变化。合计类指标：贡献 = 该部分的增减；均值与比率：贡献 = 自身变化 + 占比变化（Kitagawa 分解）；净收入另按买家数 × 人均订单数 × 客单价拆解（LMDI）。价值层级、加入时长、生命周期按每周开始时划分。“超出应有份额”：比各部分同比例变化时多，且不是偶然（一个指标的所有部分一起检验，误报 5%；指标本身平常时更严，全部指标合计 5%）。",
        "Choose a key figure. Within a dimension contributions add up to the whole change. Of sums a part contributes what it grew by; of means and rates its own change plus what its changed share did (Kitagawa); net revenue also by buyers × orders a buyer × value an order (LMDI). Value tier, time since joining and lifecycle are as each week began. Beyond its share: more than if all parts had changed by the same factor, and not by chance (all parts of a figure tested together, 5% false alarms; of figures that are usual 5% for all of them together).",
    ),
    "why_title": Text(
        "{figure}：变化从哪里来（按{dimension}）", "{figure}: where the change comes from, by {dimension}"
    ),
    "why_note": Text(
        "从 {before}（{then}）到 {after}（{now}）。每条从上一条结束处开始，最后一条是总变化；细线是 90% 区间；深色是超出应有份额的部分。",
        "From {before} ({then}) to {after} ({now}). Each bar begins where the one above ends; the last is the whole change. Thin lines are 90% intervals; dark bars contributed beyond their share.",
    ),
    "why_alt": Text(
        "瀑布图：各部分对变化的贡献与 90% 区间",
        "waterfall of what each part contributed to the change, with 90% intervals",
    ),
    "total": Text("总变化", "Whole change"),
    "rest": Text("其余 {n} 个部分", "{n} other parts"),
    "axis": Text("与 {then} 相比的变化", "Change against {then}"),
    "hover": Text("{part}：{value}（{low} 至 {high}）", "{part}: {value} ({low} to {high})"),
    "fell": Text(
        "{figure} {after}，比 {then} 少 {change}（{relative}），低于平常的 {low}–{high}。",
        "{figure} fell by {change} ({relative}) against {then}, to {after}: below the usual {low}–{high}. ",
    ),
    "rose": Text(
        "{figure} {after}，比 {then} 多 {change}（{relative}），高于平常的 {low}–{high}。",
        "{figure} rose by {change} ({relative}) against {then}, to {after}: above the usual {low}–{high}. ",
    ),
    "from": Text(
        "其中 {share}（90% 区间 {low} 至 {high}）来自{part}{how}{rest}。",
        "{share} of the change (90% interval {low} to {high}) comes from {part}{how}{rest}.",
    ),
    "rest_made_up": Text("；其余部分抵掉一些", "; others made up for some"),
    "no_rest": Text("", ""),
    "from_again": Text("同样主要来自{part}（{share}）。", "Again mostly from {part} ({share})."),
    "how_buyers": Text(
        "：那里的买家从 {before} 变为 {after}（{relative}）",
        ", where buyers went from {before} to {after} ({relative})",
    ),
    "how_spend": Text("：那里每位买家的净额变化 {relative}", ", where net value a buyer changed by {relative}"),
    "how_own": Text("：那里从 {before} 变为 {after}", ", where it went from {before} to {after}"),
    "spread": Text(
        "没有哪个分群、渠道、城市或群组的份额超出偶然：变化分布在各处。",
        "No segment, channel, city or cohort carries more of it than chance would have: the change is everywhere.",
    ),
    "by_factor": Text("按因素：{factors}。", " By factor: {factors}."),
    "quiet": Text(
        "{n} 个可评判的关键指标都在同一星期几的平常范围内。",
        "Key figures are as usual for the weekday: all {n} that can be judged.",
    ),
    "not_judged": Text("暂不评判：{names}。", "Not judged: {names}."),
    "named_why": Text("{why}（{figures}）", "{why} ({figures})"),
    "nothing_judged": Text("还没有可评判的关键指标。", "No key figure can be judged yet."),
    "tile_usual": Text("平常 {low}–{high}：{verdict}", "usual {low}–{high}: {verdict}"),
}
WHY_NOT: dict[str, Text] = {
    "special_day": Text("近期含特殊日子", "a special day is in it"),
    "not_enough_data": Text("历史不足", "too little history"),
    "immature": Text("数据没到齐", "rows have not all come in"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
