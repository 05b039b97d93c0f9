"""The words of the service levels of hooks."""

from __future__ import annotations

from ltv.text import Text

HOOKS: dict[str, Text] = {
    "payment": Text("支付", "payment"),
    "first_order_coupon": Text("首单券", "first-order coupon"),
    "member_trial": Text("会员试用", "member trial"),
    "referral": Text("邀请裂变", "referral"),
    "scene_recommendation": Text("场景推荐", "scene recommendation"),
    "limited_time_offer": Text("限时优惠", "limited-time offer"),
}
KINDS: dict[str, Text] = {
    "availability": Text("可用率", "availability"),
    "latency": Text("够快的比例", "share of fast calls"),
}
STATES: dict[str, Text] = {
    "met": Text("达标", "met"),
    "missed": Text("未达标", "missed"),
    "no_data": Text("无数据", "no data"),
}
SEVERITIES: dict[str, Text] = {
    "page": Text("紧急", "page"),
    "ticket": Text("工单", "ticket"),
}
CAUSES: dict[str, Text] = {
    "slow": Text("连续超时", "time-outs in a row"),
    "errors": Text("一分钟错误率", "errors in a minute"),
}
CONTROLS: dict[str, Text] = {
    "other_hooks": Text("同时段，按其他钩子的流量折算", "same hours, in proportion to other hooks"),
    "same_hours": Text("其他日子的同时段", "same hours of other days"),
    "none": Text("数据不足", "not enough data"),
}
WORDS: dict[str, Text] = {
    "hook": Text("钩子", "Hook"),
    "date": Text("日期", "Day"),
    "instance": Text("实例", "Instance"),
    "all": Text("全部", "all"),
    "objective": Text("目标", "Objective"),
    "target": Text("目标值", "Target"),
    "latency_ms": Text("延迟上限（毫秒）", "Slow above (ms)"),
    "calls": Text("调用", "Calls"),
    "attempts": Text("尝试", "Attempts"),
    "bad_calls": Text("未达标", "Bad calls"),
    "observed": Text("实际", "Observed"),
    "low": Text("下限", "Low"),
    "high": Text("上限", "High"),
    "budget_used": Text("预算已用", "Budget used"),
    "burn_1h": Text("1 小时消耗速率", "Burn, 1 h"),
    "burn_6h": Text("6 小时消耗速率", "Burn, 6 h"),
    "burn_3d": Text("3 天消耗速率", "Burn, 3 days"),
    "pages": Text("紧急告警", "Pages"),
    "tickets": Text("工单告警", "Tickets"),
    "state": Text("状态", "State"),
    "severity": Text("级别", "Severity"),
    "started": Text("开始", "From"),
    "ended": Text("结束", "To"),
    "peak_burn": Text("最高消耗速率", "Highest burn"),
    "availability": Text("可用率", "Availability"),
    "error_rate": Text("出错率", "Errors"),
    "timeout_rate": Text("超时率", "Time-outs"),
    "degraded_rate": Text("降级率", "Degraded"),
    "failed_share": Text("失败率（出错+超时）", "Failed attempts (errors and time-outs)"),
    "used_low": Text("预算已用下限", "Budget used, lower end"),
    "used_high": Text("预算已用上限", "Budget used, upper end"),
    "latency_axis": Text("延迟（毫秒）", "Latency (ms)"),
    "p50_ms": Text("中位延迟（毫秒）", "Median (ms)"),
    "p95_ms": Text("95 分位延迟（毫秒）", "95th percentile (ms)"),
    "p99_ms": Text("99 分位延迟（毫秒）", "99th percentile (ms)"),
    "failed": Text("失败", "Failed"),
    "failed_rate": Text("失败率", "Failure rate"),
    "usual_rate": Text("平时", "Usual"),
    "p_value": Text("p 值（已校正）", "p-value, corrected"),
    "orders_expected": Text("预期支付订单", "Paid orders expected"),
    "orders_paid": Text("实际支付订单", "Paid orders"),
    "orders_lost": Text("损失订单", "Orders missing"),
    "value_lost": Text("损失金额", "Money missing"),
    "control": Text("对照", "Compared with"),
    "opened": Text("打开次数", "Openings"),
    "open_seconds": Text("打开时长", "Open for"),
    "refused_calls": Text("快速失败的调用", "Calls failed fast"),
    "refused_well": Text("其中本会成功", "Of these would have gone well"),
    "spared_seconds": Text("省下的等待", "Waiting spared"),
    "spared_slow_seconds": Text("其中超时与过慢", "Of this time-outs and slow"),
    "degraded_attempts": Text("日志中降级的尝试", "Attempts that ran degraded"),
    "degraded_while_open": Text("其中在会打开的时段", "Of these while it would be open"),
    "degraded_failed_rate": Text("降级尝试失败率", "Failure rate of these"),
    "degraded_difference": Text("与同小时未降级之差", "Less that of others of the same hours"),
    "difference_low": Text("差的下限", "Low"),
    "difference_high": Text("差的上限", "High"),
    "cause": Text("原因", "Cause"),
    "nothing": Text("截至当日没有任何钩子调用。", "No call of a hook by this day."),
    "tile_availability": Text("{hook}可用率", "Availability, {hook}"),
    "rule_availability": Text(
        "目标 {target}，{days} 天 {n} 次调用；95% 区间；整个区间低于目标才标红",
        "target {target}, {n} {n:call|calls} in {days} days; 95% interval; red only where the whole interval is below the target",
    ),
    "target_is": Text("目标", "target"),
    "tile_incidents": Text("事故", "Incidents"),
    "rule_incidents": Text(
        "失败率达到平时 3 倍以上且非偶然的时段（对所有时段校正）",
        "stretches with failures beyond 3 times the usual, no chance (corrected for all stretches)",
    ),
    "tile_spared": Text("熔断可快速失败的调用", "Calls a breaker would have failed fast"),
    "rule_spared": Text("规则回放；其中 {well} 次本会成功", "the rule replayed; {well} of them went well in the log"),
    "tile_pages": Text("预算消耗紧急告警", "Budget pages"),
    "rule_pages": Text(
        "可用率预算在 1 小时内用掉 2% 或 6 小时内用掉 5%，且仍在继续",
        "2% of the availability budget within 1 h or 5% within 6 h, and still going on",
    ),
    "missed": Text(
        "{hook}的{kind}为 {observed}（95% 区间 {low}–{high}），未达到 {target}：{days} 天的错误预算已用 {used}。",
        "{hook}: {kind} {observed} (95% interval {low}–{high}) against a target of {target}; {used} of the error budget of {days} days is used.",
    ),
    "missed_unsure": Text(
        "{hook}的{kind}为 {observed}（95% 区间 {low}–{high}），目标 {target} 在区间之内：{n} 次调用还不足以断定未达标。",
        "{hook}: {kind} {observed} (95% interval {low}–{high}); the target {target} lies within it, {n} {n:call is|calls are} too few to say it was missed.",
    ),
    "act_missed": Text(
        "先停发布，把预算花在修复上：看事故与链路页，找到占比最大的失败原因。",
        "Hold releases and spend what is left on repairs: incidents and traces say where most failures come from.",
    ),
    "all_met_unused": Text(
        "{n} 个钩子的可用率都达标，错误预算一点没用。",
        "All {n} {n:hook meets its|hooks meet their} availability, with no error budget used.",
    ),
    "act_lost": Text(
        "给这段时间没下成单的人补发一次提醒，并留对照组。",
        "Remind those who did not get their order through, with a control group.",
    ),
    "act_unsure": Text("先不动，看下一周的区间。", "Leave it, and look at the interval again in a week."),
    "act_opened": Text(
        "确认这几次依赖确实不可用，再按此规则上线熔断。",
        "See that the dependency was down at these times, then put the breaker to work by this rule.",
    ),
    "all_met": Text(
        "{n} 个钩子的可用率都达标，预算用得最多的是{hook}（{used}）。",
        "All {n} {n:hook meets its|hooks meet their} availability; {hook} has used the most of its error budget, {used}.",
    ),
    "incident": Text(
        "{hook}在 {started} 至 {ended} 出事故：{calls} 次首次尝试中 {rate} 失败，平时 {usual}（校正后 {p}）。",
        "{hook} had an incident from {started} to {ended}: {rate} of {calls} first attempts failed, usually {usual} (corrected {p}).",
    ),
    "lost": Text(
        "这段时间少了约 {orders} 笔支付订单（{level} 区间 {low} 至 {high}），约 {value}（{value_low} 至 {value_high}）；与 {days} 天的同时段相比，属观察性估计。",
        "About {orders} paid {orders:order is|orders are} missing in it ({level} interval {low} to {high}), about {value} ({value_low} to {value_high}); beside the same hours of {days} days, observational.",
    ),
    "lost_unsure": Text(
        "这段时间的支付订单与 {days} 天的同时段相比没有可确认的减少（{level} 区间 {low} 至 {high} 笔，{value_low} 至 {value_high}）；属观察性估计。",
        "No fewer paid orders in it than chance allows, beside the same hours of {days} days ({level} interval {low} to {high} in number, {value_low} to {value_high}); observational.",
    ),
    "lost_unknown": Text(
        "这段时间预期的支付订单太少，损失无法估计（数据不足）。",
        "Too few paid orders were to be expected in it to say what was lost (not enough data).",
    ),
    "act_incident": Text(
        "对照当时的发布与依赖（链路页），并给受影响的用户补发提醒。",
        "See what was released and which dependency was slow then (traces), and remind the people who were hit.",
    ),
    "no_incident": Text(
        "{days} 天内没有可确认的事故：没有哪段时间的失败率明显高于平时。",
        "No incident in {days} days: no stretch with failures beyond what is usual.",
    ),
    "too_few": Text(
        "{hooks}的调用太少：即使三分之一的调用连续失败三小时，也与偶然分不开（数据不足）。",
        "{hooks}: called so seldom that a third of the calls failing for three hours could not be told from chance (not enough data).",
    ),
    "breaker": Text(
        "按熔断规则（连续 {slow} 次超过 {ms} 毫秒，或一分钟错误超过 {share}），{hook}会打开 {opened} 次、共 {time}，让 {refused} 次调用快速失败、省下 {spared} 的等待；其中 {well} 次本会成功。",
        "By the breaker's rule ({slow} in a row over {ms} ms, or more than {share} errors in a minute) {hook} would have opened {opened} {opened:time|times} for {time}, failed {refused} {refused:call|calls} fast and spared {spared} of waiting; {well} of them went well in the log.",
    ),
    "never_opened": Text(
        "熔断规则在 {days} 天内对任何钩子都不会打开。",
        "The breaker's rule would not have opened for any hook in {days} days.",
    ),
    "act_breaker": Text(
        "本会成功的超过一半：放宽 slow_ms，或改为按实例熔断。",
        "More than half would have gone well: raise slow_ms, or break by instance.",
    ),
    "degraded_helps": Text(
        "{hook}降级运行时失败更少：与同小时未降级的尝试相差 {gap}（95% 区间 {range}，{n} 次）。",
        "{hook} fails less when it runs degraded: {gap} beside other attempts of the same hours (95% interval {range}, {n} {n:attempt|attempts}).",
    ),
    "degraded_same": Text(
        "{hook}降级运行没有可确认的好处：失败率与同小时未降级的尝试相差 {gap}（95% 区间 {range}，{n} 次）。",
        "Running degraded has not helped {hook} beyond chance: failures differ by {gap} from other attempts of the same hours (95% interval {range}, {n} {n:attempt|attempts}).",
    ),
    "act_degraded": Text(
        "检查降级分支是否仍在等待同一个依赖。", "See whether the degraded path still waits for the same dependency."
    ),
    "objectives_title": Text("目标与错误预算", "Objectives and error budgets"),
    "objectives_note": Text(
        "可用率按调用计：同一次调用的多次尝试合为一次，最终成功就算可用。快的比例：从首次尝试到最后一次结束不超过上限。消耗速率 1 = 到窗口结束正好用完预算。告警：1 小时用掉 2% 或 6 小时用掉 5%（紧急），3 天用掉 10%（工单），且短窗口仍在继续，至少 3 次失败。",
        "Availability is of calls: attempts of one call count once, and it was there if one of them went well. Fast: from the first attempt to the end of the last within the limit. A burn rate of 1 uses the budget up at the end of the window. Alerts: 2% of it within 1 h or 5% within 6 h (page), 10% within 3 days (ticket), still going on in the short window, at least 3 bad calls.",
    ),
    "budget_title": Text("错误预算已用", "Error budget used"),
    "budget_note": Text(
        "100% 为用完；超过即未达标。线段是 95% 区间。",
        "100% is all of it; beyond it the objective is missed. Lines are 95% intervals.",
    ),
    "budget_alt": Text("每个钩子预算使用比例的横条", "bars of the budget used by each hook"),
    "latency_title": Text("每日延迟：中位与 95 分位", "Latency by day: median and 95th percentile"),
    "latency_note": Text(
        "按尝试计；纵轴为对数。当天尝试太少时分位数就是最大值。",
        "Of attempts, on a log scale. On a day with few attempts a percentile is the largest value.",
    ),
    "latency_alt": Text("所选钩子的中位与 95 分位延迟", "median and 95th percentile of the chosen hook"),
    "failures_title": Text("每日失败率", "Failures by day"),
    "failures_note": Text(
        "出错加超时，按尝试计。红底为事故所在日，蓝带是 95% 区间。",
        "Errors and time-outs, of attempts. Days with an incident are shaded red; the band is the 95% interval.",
    ),
    "failures_alt": Text("所选钩子的失败率与区间", "failures of the chosen hook with their interval"),
    "instances_title": Text("各实例", "By instance"),
    "instances_note": Text("最近 7 个有数据的日子合计。", "The last seven days with data together."),
    "incidents_title": Text("事故", "Incidents"),
    "incidents_note": Text(
        "只看首次尝试；与该钩子其余时间相比，贝塔—二项分布，按全部时段数校正（Bonferroni）。损失是观察性估计：同时段的其他日子（前后 42 天），在能更好预测时按其他钩子的流量折算。金额为实付、未扣之后的退款。时区 {zone}。",
        "First attempts only, beside the rest of the hook's log: beta-binomial, corrected for all stretches (Bonferroni). What was lost is observational: the same hours of other days (42 days each way), in proportion to other hooks where that foretells better. Money as charged, before later refunds. Times in {zone}.",
    ),
    "breakers_title": Text("熔断规则回放", "The breaker's rule replayed"),
    "breakers_note": Text(
        "按日志逐次尝试重放；被快速失败的调用不再重试，打开后每次只放一个探测。降级一列：日志里 degraded 为真的尝试与同小时其他尝试的失败率之差（Mantel–Haenszel）。",
        "Attempt by attempt; a call that is failed fast makes no retry, and while open one probe at a time goes through. Degraded: failures of attempts with degraded = true less those of others of the same hours (Mantel–Haenszel).",
    ),
    "openings_title": Text("会打开的时段", "When it would have been open"),
    "openings_note": Text("时区 {zone}。", "Times in {zone}."),
    "alerts_title": Text("预算告警", "Budget alerts"),
    "alerts_note": Text(
        "在目标窗口内会触发的告警；时区 {zone}。", "Alerts that would have fired in the window; times in {zone}."
    ),
}
OPERATIONS: dict[str, Text] = {
    "tile_orders": Text("成功订单", "Orders that went through"),
    "tile_p50": Text("支付延迟中位数", "Payment latency, median"),
    "tile_p95": Text("支付延迟 95 分位", "Payment latency, 95th percentile"),
    "tile_p99": Text("支付延迟 99 分位", "Payment latency, 99th percentile"),
    "tile_cache": Text("缓存命中率", "Cache hit rate"),
    "last_hours": Text("近 {hours} 小时", "the last {hours} h"),
    "launch_hours": Text("上线后 {hours} 小时", "the {hours} h after the launch"),
    "rule_orders": Text("{span}，来自 Prometheus", "of {span}, from Prometheus"),
    "rule_latency": Text("{span}的直方图；桶内按线性插值", "from the histogram of {span}, linear within a bucket"),
    "rule_cache": Text("{span}；高于 {goal} 为正常", "of {span}; good above {goal}"),
    "week_before": Text("上周同时段", "the same hours a week before"),
    "not_configured": Text(
        "没有配置 Prometheus：在 ltv.toml 的 [prometheus] 写 url。",
        "No Prometheus is configured: [prometheus] url in ltv.toml.",
    ),
    "no_answer": Text("Prometheus 没有可用的回答：{why}。", "Prometheus gave no answer that can be used: {why}."),
    "act_no_answer": Text(
        "检查地址与网络，再运行这一页。", "Check the address and the network, then run this page again."
    ),
    "act_no_metric": Text("在 [prometheus] 里写对名称。", "Put the right names under [prometheus]."),
    "no_metric": Text(
        "Prometheus 里没有这些指标：{names}。",
        "Prometheus does not have these metrics: {names}.",
    ),
    "cache_good": Text("{span}缓存命中率 {rate}，高于 {goal}。", "Cache hit rate {rate} over {span}, above {goal}."),
    "cache_bad": Text(
        "{span}缓存命中率 {rate}，未高于 {goal}。", "Cache hit rate {rate} over {span}, not above {goal}."
    ),
    "act_cache": Text(
        "看是否有新上线的页面绕过缓存，或键的有效期太短。",
        "See whether a new page goes past the cache, or keys live too short.",
    ),
    "hour": Text("小时", "Hour"),
    "hourly_title": Text("每小时成功订单", "Orders that went through, by hour"),
    "hourly_note": Text("计数器的增量；服务重启不影响。", "Rises of the counter; restarts do not matter."),
    "hourly_alt": Text("每小时一根柱", "a bar for each hour"),
    "bucket": Text("支付耗时（秒）", "Payment latency (seconds)"),
    "payments": Text("支付笔数", "Payments"),
    "beyond": Text("更久", "longer"),
    "buckets_title": Text("支付耗时分布", "Payments by latency"),
    "buckets_note": Text(
        "{span}，Prometheus 直方图各桶的增量。", "Over {span}; rises of the buckets of the histogram in Prometheus."
    ),
    "buckets_alt": Text("每个桶一根柱", "a bar for each bucket"),
    "launch": Text(
        "“{name}”上线后 {hours} 小时（{started} 起）商城的运行情况，与上周同时段相比。",
        "How the shop ran in the {hours} h after {name} went live ({started}), beside the same hours a week before.",
    ),
}
