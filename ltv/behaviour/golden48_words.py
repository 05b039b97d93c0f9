"""The words of the golden 48 hours of launches."""

from __future__ import annotations

from ltv.text import Text

STAGE: dict[str, Text] = {
    "traffic": Text("流量", "Traffic"),
    "reach": Text("触达", "Reach"),
    "behaviour": Text("行为", "Behaviour"),
    "payment": Text("支付", "Payment"),
    "feedback": Text("反馈", "Feedback"),
}
METRIC_WORDS: dict[str, Text] = {
    "visits": Text("访问次数", "Visits"),
    "visitors": Text("访客数", "Visitors"),
    "registrations": Text("新注册人数", "People who registered"),
    "people_reached": Text("触达人数", "People reached"),
    "response_rate": Text("触达点击率", "Share of the reached who click"),
    "cart_rate": Text("加购率", "Share of visitors who add to cart"),
    "share_rate": Text("分享率", "Share of visitors who share"),
    "buyer_rate": Text("下单率（买家 / 访客）", "Buyers per visitor"),
    "charged_value": Text("实付金额（未扣退款）", "Amount charged, before refunds"),
    "payment_failure_rate": Text("支付失败率（失败或超时）", "Payments that fail or time out"),
    "tickets_per_visitor": Text("工单 / 访客", "Tickets per visitor"),
    "ticket_sentiment": Text("工单情绪（−1 到 1）", "Sentiment of tickets (−1 to 1)"),
    "cart_rate_of_exposed": Text("曝光者加购率", "Share of the exposed who add to cart"),
    "share_rate_of_exposed": Text("曝光者分享率", "Share of the exposed who share"),
    "buyer_rate_of_exposed": Text("曝光者下单率", "Share of the exposed who buy"),
    "charged_value_per_exposed": Text("曝光者人均实付", "Amount charged per person exposed"),
    "tickets_per_exposed": Text("曝光者人均工单", "Tickets per person exposed"),
}
VERDICT: dict[str, Text] = {
    "up": Text("↑ 上升", "↑ up"),
    "down": Text("↓ 下降", "↓ down"),
    "flat": Text("→ 无异常", "→ as expected"),
    "immature": Text("… 不能判断", "… cannot be told"),
    "mixed": Text("↕ 有升有降", "↕ some up, some down"),
    "none": Text("– 没有数据", "– no data"),
}
REASON: dict[str, Text] = {
    "": Text("", ""),
    "early": Text("提前越界", "called early"),
    "was_out": Text("较早时曾越界，现已回到范围内", "was outside earlier, is within the range now"),
    "nothing": Text("没有可以相除的数", "nothing to divide by"),
    "running": Text("时间未满或数据未到齐", "not over, or rows may still arrive"),
    "few": Text("样本太少", "too few"),
    "history": Text("可比的过去不足 5 周", "fewer than 5 weeks to compare with"),
    "gap": Text("有一整天没有数据", "a day without data"),
    "special": Text("正值大促或节日，没有可比的平常周", "on a special day, to which no ordinary week compares"),
    "split": Text("实验分组比例不符", "the experiment is not split as declared"),
    "no_table": Text("没有能说明它的表", "no table tells of it"),
}
BASIS: dict[str, Text] = {
    "controlled": Text("有对照组", "controlled"),
    "observational": Text("观察性", "observational"),
    "both": Text("部分有对照组，其余为观察性", "partly controlled, else observational"),
}
WORDS: dict[str, Text] = {
    "launch": Text("上线", "Launch"),
    "kind": Text("类型", "Kind"),
    "started": Text("开始时间", "Started"),
    "audience": Text("对象", "Audience"),
    "everybody": Text("所有人", "everybody"),
    "not_understood": Text("{audience}（不是来源，按所有人计）", "{audience} (no source: judged on everybody)"),
    "beside": Text("同一时段或前一周的其他上线", "Other launches in these hours or the week before"),
    "stage": Text("环节", "Stage"),
    "metric": Text("指标", "Metric"),
    "observed": Text("实际", "Observed"),
    "baseline": Text("预期", "Expected"),
    "low": Text("预期下限", "Lower end"),
    "high": Text("预期上限", "Upper end"),
    "change": Text("与预期之差", "Against expectation"),
    "verdict": Text("结论", "Verdict"),
    "basis": Text("依据", "Basis"),
    "reason": Text("说明", "Why"),
    "hours": Text("已计小时", "Hours judged"),
    "weeks": Text("可比周数", "Weeks compared"),
    "sample": Text("平常样本", "Ordinary sample"),
    "launches_title": Text("每次上线的前 {hours} 小时", "The first {hours} hours of each launch"),
    "launches_note": Text(
        "每个环节的结论：与过去各周同一时段相比（每周先除以它之前七天的水平）；所有指标和多次查看一并校正，什么都没发生的上线被误判的可能"
        "不超过 5%。没有对照组的结论是观察性的：同一时间发生的其他事也算在里面。",
        "Per stage: against the same hours of earlier weeks, each relative to the seven days before it, corrected for looking at all "
        "metrics and several times: a launch that does nothing is called with a chance of at most 5%. Without a control a verdict is "
        "observational: whatever else happened in those hours is in it.",
    ),
    "metrics_title": Text("“{name}”逐项", "“{name}”, metric by metric"),
    "metrics_note": Text(
        "“预期”与上下限来自过去各周同一时段；有对照组的指标与同期对照组相比。金额是实付，未扣之后的退款。",
        "Expectation and its ends come from the same hours of earlier weeks; a metric with a control is compared with the control at "
        "the same time. Money is what was charged, before later refunds.",
    ),
    "changes_title": Text("“{name}”：与预期相差多少", "“{name}”: how far from expectation"),
    "changes_note": Text(
        "横条是什么都没发生时的正常范围，点是实际；点在条外才算变化。",
        "The bar is where a launch that does nothing lies, the dot is what came; only a dot outside its bar is a change.",
    ),
    "changes_alt": Text(
        "每个指标的正常范围和实际值，以预期为零点。",
        "Range expected and value observed of each metric, relative to expectation.",
    ),
    "pulse_title": Text("“{name}”前后的逐小时{what}", "{what} hour by hour around “{name}”"),
    "pulse_note": Text(
        "灰带是过去各周同一小时的中间 80%，按上线前七天的水平折算；竖线是上线时刻。只算上线所针对的来源，没有则算全部。仅供观看，结论看上表。",
        "The band holds the middle 80% of the same hours of earlier weeks, at the level of the seven days before the launch; the line "
        "marks the launch. Of the system the launch is for, or of all. To look at; the verdicts stand in the table.",
    ),
    "pulse_alt": Text(
        "上线前一天到之后逐小时的数量与平常范围。",
        "Counts by hour from the day before the launch on, with the usual range.",
    ),
    "pulse_band": Text("平常", "usual"),
    "pulse_line": Text("实际", "observed"),
    "events": Text("行为事件", "Events"),
    "orders": Text("订单", "Orders"),
    "hour": Text("上线后小时", "Hours since the launch"),
    "tile_comparison": Text("预期", "expected"),
    "tile_rule": Text(
        "绿：高于正常范围；红：低于；灰：在范围内或还不能判断（指标越低越好时相反）。",
        "Green: above the expected range; red: below it; grey: within it or not known yet (the other way round where less is better).",
    ),
    "told_changed": Text(
        "“{name}”（{started}）前 {hours} 小时：{changes}。{basis}",
        "“{name}” ({started}), first {hours} hours: {changes}. {basis}",
    ),
    "told_flat": Text(
        "“{name}”（{started}）前 {hours} 小时：{n} 项可判断的指标无一越出正常范围；{smallest}",
        "“{name}” ({started}), first {hours} hours: none of {n} {n:metric|metrics} that can be judged is outside its range; {smallest}",
    ),
    "told_immature": Text(
        "“{name}”（{started}）不能判断：{why}。",
        "“{name}” ({started}) cannot be judged: {why}.",
    ),
    "smallest": Text("看得出的最小变化：{reaches}。", "smallest change that would have been seen: {reaches}."),
    "reach": Text("{metric} ±{change}", "{metric} ±{change}"),
    "observational": Text(
        "观察性结论，没有对照组，不等于因果。", "Observational: there is no control, so the cause is not shown."
    ),
    "controlled": Text("与同期对照组相比。", "Compared with a control at the same time."),
    "changed": Text("{metric} {change}", "{metric} {change}"),
    "from_nothing": Text("{metric} {observed}（预期 {baseline}）", "{metric} {observed} (expected {baseline})"),
    "act_down": Text("先查变差的环节，必要时回退。", "Look first at the stage that got worse; roll back if need be."),
    "act_up": Text(
        "用实验确认是它带来的，再扩大。", "Confirm by an experiment that the launch is the cause, then extend it."
    ),
    "act_keep": Text("扩大到所有人。", "Extend it to everybody."),
    "no_launch": Text(
        "没有可判断的上线：launches 表为空，或都在这一天之后。",
        "No launch to judge: the table is empty, or all are later than this day.",
    ),
    "beside_told": Text("（同一时段或前一周还有：{others}）", " (in the same hours or the week before: {others})"),
}
