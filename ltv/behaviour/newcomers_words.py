"""The words of a new user's clock."""

from __future__ import annotations

from ltv.text import Text

BRANCH: dict[str, Text] = {
    "all": Text("全部新用户", "All new users"),
    "within": Text("{hours} 小时内下首单", "First order within {hours} h"),
    "without": Text("{hours} 小时内未下单", "No order within {hours} h"),
    "later": Text("之后才下首单", "First order later"),
    "none": Text("尚未下单", "No order yet"),
    "before": Text("注册前已下单", "Ordered before registering"),
}
MEASURE: dict[str, Text] = {
    "active_day_2": Text("第 2 天到访或下单", "There on day 2"),
    "active_day_3": Text("第 3 天到访或下单", "There on day 3"),
    "active_days_8_30": Text("第 8–30 天到访或下单", "There in days 8–30"),
    "touched_day_2": Text("第 2 天被触达", "Touched on day 2"),
    "touched_day_3": Text("第 3 天被触达", "Touched on day 3"),
    "ordered_by_day_7": Text("到第 7 天已下首单", "First order by day 7"),
    "ordered_by_day_30": Text("到第 30 天已下首单", "First order by day 30"),
}
KIND: dict[str, Text] = {
    "impression": Text("曝光", "shown"),
    "send": Text("发送", "sent"),
    "open": Text("打开", "opened"),
    "click": Text("点击", "clicked"),
}
DAY: dict[str, Text] = {"2": Text("第 2 天", "Day 2"), "3": Text("第 3 天", "Day 3")}
WORDS: dict[str, Text] = {
    "people": Text("人数", "People"),
    "rate": Text("占比", "Share"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "branch": Text("分支", "Branch"),
    "measure": Text("之后", "What followed"),
    "segment_kind": Text("分群维度", "Kind of segment"),
    "segment": Text("分群", "Segment"),
    "all": Text("全部", "All"),
    "cohort": Text("周", "Week"),
    "day": Text("哪一天", "Day"),
    "channel": Text("渠道", "Channel"),
    "kind": Text("触达方式", "Kind of touch"),
    "reached": Text("被触达人数", "People touched"),
    "no_data": Text("缺数据而未计", "Left out, no data"),
    "pending": Text("窗口未结束", "Window still open"),
    "registered": Text("注册", "registration"),
    "first_order": Text("首单", "first order"),
    "within_of": Text("{hours} 小时内首单率", "First order within {hours} h"),
    "silent": Text("沉默率（第 {silent} 天）", "Silent in days {silent}"),
    "value": Text("前 7 天人均净收入", "Net revenue per person, first 7 days"),
    "recovered": Text("未下单者到第 30 天下单", "Of those without: order by day 30"),
    "repurchase": Text("次月复购率", "Repurchase in the next month"),
    "repurchase_silent": Text("沉默者复购率", "Repurchase, silent"),
    "repurchase_not_silent": Text("未沉默者复购率", "Repurchase, not silent"),
    "gap": Text("差（未沉默 − 沉默）", "Difference (not silent − silent)"),
    "gap_low": Text("差的下限", "Lower end of the difference"),
    "gap_high": Text("差的上限", "Upper end of the difference"),
    "registered_people": Text("注册满 {hours} 小时的人", "People registered for {hours} h"),
    "ordered_people": Text("首单后第 {silent} 天已过的人", "People whose days {silent} are over"),
    "earlier": Text("更早的周", "earlier weeks"),
    "rule_within": Text(
        "近 4 周对更早的周；{n} 人，差异在 5% 水平显著才标红或绿",
        "last 4 weeks against earlier ones; {n} {n:person|people}, red or green only where the difference holds at the 5% level",
    ),
    "rule_silent": Text(
        "首单后第 {silent} 天没有任何事件和订单；近 4 周 {n} 人，差异显著才标红或绿",
        "no event and no order in days {silent} after the first order; {n} {n:person|people} of the last 4 weeks, red or green only beyond chance",
    ),
    "rule_value": Text(
        "{n} 个注册满 7 天的人，含未下单者",
        "{n} {n:person|people} registered 7 days ago or more, those without orders too",
    ),
    "rule_repurchase": Text(
        "首单后第 {again} 天再次付款，{n} 人",
        "another paid order in days {again} after the first one, {n} {n:person|people}",
    ),
    "nobody": Text("截至当日没有任何注册。", "Nobody has registered by this day."),
    "too_early": Text(
        "数据还不够：注册满 {hours} 小时的不到 {least} 人。",
        "Not enough data: fewer than {least} people registered {hours} h ago or more.",
    ),
    "level": Text(
        "{n} 个新用户中有 {rate} 在注册后 {hours} 小时内下首单（95% 区间 {low}–{high}），{later} 之后才下，{none} 尚未下单。",
        "Of {n} new users, {rate} place their first order within {hours} h of registering (95% interval {low}–{high}), {later} later, {none} not yet.",
    ),
    "better": Text(
        "近 4 周在变好：{now} 在 {hours} 小时内下首单，此前 {before}（相差 {change}，95% 区间 {range}）。",
        "The last 4 weeks do better: {now} order within {hours} h, {before} before ({change}, 95% interval {range}).",
    ),
    "worse": Text(
        "近 4 周在变差：{now} 在 {hours} 小时内下首单，此前 {before}（相差 {change}，95% 区间 {range}）。",
        "The last 4 weeks do worse: {now} order within {hours} h, {before} before ({change}, 95% interval {range}).",
    ),
    "act_worse": Text(
        "核对近期拉新的渠道和首单优惠是否变了。",
        "See whether the channels of new users or the first-order offer have changed.",
    ),
    "without": Text(
        "{hours} 小时内未下单的人：到第 7 天 {week} 下单，到第 30 天 {month}（95% 区间 {low}–{high}）。",
        "Of those without an order within {hours} h, {week} order by day 7 and {month} by day 30 (95% interval {low}–{high}).",
    ),
    "there": Text("第 2 天还有 {rate} 的人到访。", " {rate} of them come back on day 2."),
    "touched": Text("第 2 天被触达的有 {rate}。", " {rate} are contacted on day 2."),
    "act_without": Text(
        "第 2 天唤醒（短视频）只发给还没下单的人，并留对照组，才知道它带来多少首单。",
        "Send the day-2 wake-up (short video) to those without an order only, and hold out a control group: only that tells what it adds.",
    ),
    "silent_told": Text(
        "首单后第 {silent} 天有 {rate} 的人没有任何动静（95% 区间 {low}–{high}，{n} 人）。",
        "{rate} show no sign in days {silent} after the first order (95% interval {low}–{high}, {n} {n:person|people}).",
    ),
    "act_silent": Text(
        "在第 {start} 天之前给出下一步（任务、第 3 天的券），并留对照组。",
        "Offer the next step (a task, the day-3 coupon) before day {start}, with a control group.",
    ),
    "gap_told": Text(
        "沉默者次月复购 {silent_rate}，未沉默者 {other}，差 {gap}（95% 区间 {range}）。这是观察性对比：不能说明沉默是原因。",
        "{silent_rate} of the silent buy again in the next month, {other} of the others; difference {gap} (95% interval {range}). "
        "This is observational: it does not show that silence is the cause.",
    ),
    "act_gap": Text(
        "用随机对照试一次第 {silent} 天的唤醒，再决定是否长期投入。",
        "Try a wake-up in days {silent} against a random control group before paying for it for good.",
    ),
    "value_told": Text(
        "{hours} 小时内下单的人前 7 天人均净收入 {within}，其余的人 {without}（观察性对比）。",
        "Those who order within {hours} h bring {within} each in the first 7 days, the others {without} (observational).",
    ),
    "segments_told": Text(
        "{best}在 {hours} 小时内下单最多（{high}），{worst}最少（{low}），差距在 5% 水平显著。",
        "{best} order within {hours} h most often ({high}), {worst} least ({low}); the difference holds at the 5% level.",
    ),
    "act_segments": Text(
        "为{worst}单独设计首单理由，并留对照组。",
        "Give {worst} a reason of their own for a first order, with a control group.",
    ),
    "before_told": Text(
        "另有 {n} 人注册前已作为访客下过单，单列，不计入以上比例。",
        "Another {n} {n:person|people} had ordered as {n:a guest|guests} before registering, and {n:is|are} in none of these shares.",
    ),
    "no_data_told": Text(
        "{n} 人的观察期里有整天没有任何事件：当作没有数据，不当作沉默。",
        "{n} {n:person has|people have} days in their window on which nobody left a single event: that is missing data, not silence.",
    ),
    "act_no_data": Text("检查这些天的埋点和导出。", "Check tracking and exports of these days."),
    "act_no_events": Text("接入 events 表（docs/tables.md）。", "Add the table events (docs/tables.md)."),
    "no_events": Text(
        "没有 events 表：活跃与沉默无从得知。", "There is no table of events: who was active or silent is not known."
    ),
    "branches_title": Text("{hours} 小时内下首单了吗", "A first order within {hours} h?"),
    "branches_note": Text(
        "从注册那一刻起按实际经过的小时算，恰在 {hours} 小时整的不算在内；只看已满 {hours} 小时的人。注册前已下单的 {before} 人单列，未满 {hours} 小时的 {open} 人待定。线段是 95% 区间。",
        "Elapsed hours from the moment of registration, the very end excluded; only people whose {hours} h are over. {before} who had ordered before registering are set apart, {open} are still within their {hours} h. Bars carry the 95% interval.",
    ),
    "branches_alt": Text("三根横条：各分支占比", "three bars: the share of each branch"),
    "after_title": Text("两个分支之后怎样", "What became of both"),
    "after_note": Text(
        "第 2 天是注册后第 {two} 小时，第 3 天是第 {three} 小时；各项只看窗口已结束的人。第 2 天若落在前 {hours} 小时内，当天下单的人必然算到访，两个分支要比第 3 天。点是占比，线段是 95% 区间。",
        "Day 2 is hours {two} after the registration, day 3 hours {three}; each figure is of people whose window is over. Where day 2 lies within the {hours} h, who orders on it is there by definition: compare the branches on day 3. Points are shares with their 95% interval.",
    ),
    "after_alt": Text("两个分支在各时段的占比与区间", "shares of both branches at each time with intervals"),
    "weeks_title": Text("逐周走势", "Week by week"),
    "weeks_note": Text(
        "首单率按注册周，沉默率按首单周；只画窗口对全周都已结束、且不少于 {least} 人的周。色带是 95% 区间。",
        "First orders by week of registration, silence by week of the first order; only weeks that are over for everybody in them, with {least} people or more. The bands are 95% intervals.",
    ),
    "weeks_alt": Text("两条逐周折线和区间", "two lines by week with their bands"),
    "segments_title": Text("各分群的前 48 小时与前 7 天", "Segments: the first hours and the first 7 days"),
    "segments_note": Text(
        "分群按截至当日；不同维度可以重叠。少于 {least} 人不给出。人均净收入含未下单者，退款按截至当日所知扣除。",
        "Segments are those of the as-of day; kinds may overlap. Fewer than {least} people: not told. Revenue counts those without orders too, net of refunds known by now.",
    ),
    "silence_title": Text("首单后的沉默与次月复购", "Silence after the first order, and the next month"),
    "silence_note": Text(
        "沉默：首单后第 {silent} 天没有任何事件和付款订单；复购：第 {again} 天再次付款，只看已满期的人。观察性对比，不能说明沉默是原因。少于 {least} 人不给出。",
        "Silent: no event and no paid order in days {silent} after the first order. Repurchase: another paid order in days {again}, of people whose days are over. Observational: silence is not shown to be the cause. Fewer than {least} people: not told.",
    ),
    "touches_title": Text("第 2、3 天谁被触达", "Who was touched on days 2 and 3"),
    "touches_note": Text(
        "该分支中当天至少被该渠道以该方式触达一次的人。第 2 天还不知道谁会在 {hours} 小时内下单：分支是事后看的。",
        "People of the branch with at least one such touch on the day. On day 2 nobody knows yet who will order within {hours} h: branches are told in hindsight.",
    ),
}
