"""The words of the page on trials."""

from __future__ import annotations

from ltv.text import Text

STATE: dict[str, Text] = {
    "converted": Text("已转化", "Converted"),
    "downgraded": Text("已降级", "Downgraded"),
    "cancelled": Text("已取消", "Cancelled"),
    "overdue": Text("逾期未处理", "Overdue"),
    "running": Text("进行中", "Running"),
    "early": Text("提前结束", "Decided early"),
}
WORDS: dict[str, Text] = {
    "cohort": Text("开始周", "Week of the start"),
    "trials": Text("试用数", "Trials"),
    "matured": Text("已到期", "Matured"),
    "rate": Text("转化率", "Conversion"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "trial_id": Text("试用编号", "Trial"),
    "user_id": Text("用户", "Person"),
    "plan": Text("方案", "Plan"),
    "started_at": Text("开始时间", "Started"),
    "deadline": Text("截止时间", "Deadline"),
    "overdue_hours": Text("已逾期", "Overdue for"),
    "hours_since_start": Text("开始后小时", "Hours since the start"),
    "converted_rate": Text("累计转化率", "Converted by then"),
    "downgraded_rate": Text("累计降级率", "Downgraded by then"),
    "cancelled_rate": Text("累计取消率", "Cancelled by then"),
    "at_risk": Text("仍未决定", "Undecided so far"),
    "overdue": Text("逾期", "Overdue"),
    "all": Text("全部", "All"),
    "no_plan": Text("未注明", "not told"),
    "tile_rate": Text("到期试用转化率", "Matured trials that convert"),
    "rule_rate": Text(
        "{n} 个开始满 {hours} 小时的试用；95% 区间",
        "of {n} {n:trial|trials} started at least {hours} h ago; 95% interval",
    ),
    "rule_latest": Text(
        "已到期且有结果的；差异在 5% 水平显著才标红或绿",
        "matured, with an outcome; red or green only where the difference holds at the 5% level",
    ),
    "tile_latest": Text("近 4 周开始的试用转化率", "Conversion, trials started in the last 4 weeks"),
    "earlier": Text("更早的试用", "earlier trials"),
    "tile_overdue": Text("逾期未处理", "Overdue trials"),
    "rule_overdue": Text(
        "过了截止时间仍无结果；大于 0 即告警", "past the deadline without an outcome; more than 0 is an alert"
    ),
    "tile_running": Text("进行中", "Running"),
    "tile_late": Text("降级迟到超过 1 小时", "Downgraded more than 1 h late"),
    "rule_late": Text("占已降级的 {share}；截止时间才是依据", "{share} of those downgraded; the deadline is the truth"),
    "tile_median": Text("转化的中位时间", "Median time to convert"),
    "rule_median": Text("只算已转化的到期试用", "of matured trials that converted"),
    "nobody": Text("截至当日没有任何试用。", "No trial has started by this day."),
    "too_early": Text("还没有试用到期，转化率尚不可知。", "No trial has matured yet, so no rate is known."),
    "level": Text(
        "{n} 个到期试用中有 {rate} 转化（95% 区间 {low}–{high}），{down} 降级，{cancelled} 取消。",
        "Of {n} matured trials, {rate} converted (95% interval {low}–{high}), {down} were downgraded, {cancelled} cancelled.",
    ),
    "better": Text(
        "近 4 周开始的试用转化更好：{now}，此前 {before}（相差 {change}，95% 区间 {range}）。",
        "Trials of the last 4 weeks convert better: {now}, {before} before ({change}, 95% interval {range}).",
    ),
    "worse": Text(
        "近 4 周开始的试用转化更差：{now}，此前 {before}（相差 {change}，95% 区间 {range}）。",
        "Trials of the last 4 weeks convert worse: {now}, {before} before ({change}, 95% interval {range}).",
    ),
    "act_worse": Text(
        "核对近期试用的来源与权益是否变了。", "See whether the entry or the benefits of trials have changed."
    ),
    "same": Text(
        "近 4 周开始的试用转化（{now}）与此前（{before}）没有可确认的差别（相差 {change}，95% 区间 {range}）。",
        "Trials of the last 4 weeks ({now}) do not convert differently from earlier ones ({before}) beyond chance ({change}, 95% interval {range}).",
    ),
    "overdue_told": Text(
        "{n} 个试用已过截止时间却没有降级，最久的逾期 {longest}。",
        "{n} {n:trial is past its|trials are past their} deadline and {n:was|were} not downgraded, the longest for {longest}.",
    ),
    "act_overdue": Text(
        "运行一次清扫（ltv.sweep_trials）：只看截止时间，可重复执行，中断后再跑即可；不要依赖过期事件。",
        "Run the sweep (ltv.sweep_trials): it goes by the deadline alone, can be repeated, and after a stop is simply run again. Do not rely on expiry events.",
    ),
    "none_overdue": Text("逾期未处理的试用：0。", "0 trials are overdue."),
    "at_the_end": Text(
        "{share} 的转化发生在最后 {n} 小时：提醒应放在到期之前。",
        "{share} of conversions come in the last {n} hours: remind people before the end.",
    ),
    "at_the_deadline": Text(
        "转化几乎都记在到期那一刻：数据只在到期时写入结果，人们何时做出决定看不出来。",
        "Nearly all conversions are dated to the deadline: outcomes are written only then, so when people decide cannot be seen.",
    ),
    "by_plan": Text(
        "{best} 方案转化 {high}，{worst} 只有 {low}，差距在 5% 水平显著。",
        "{best} converts {high}, {worst} {low}; the difference holds at the 5% level.",
    ),
    "act_plan": Text(
        "比较两种方案的权益与到期提醒，把好的做法移过去，并留对照组。",
        "Compare benefits and reminders of the two plans and carry over what works, with a control group.",
    ),
    "curve_title": Text("多久转化", "Time to convert"),
    "curve_note": Text(
        "开始后每小时的累计转化率（Aalen–Johansen：降级与取消是竞争结局，未决定的按已观察时间删失）；色带为 95% 区间。",
        "Share converted by each hour after the start (Aalen–Johansen: downgrades and cancellations compete, undecided trials are censored at their age). The band is the 95% interval.",
    ),
    "curve_alt": Text("累计转化率随小时上升的阶梯线", "a step line of the share converted by hour"),
    "cohorts_title": Text("按开始周", "By week of the start"),
    "cohorts_note": Text(
        "转化率只看已到期（满 {hours} 小时）的试用，逾期的算未转化；提前结束的要等同批到期才计入。试用数 = 已到期 + 进行中 + 提前结束。",
        "Rates are of matured trials ({hours} h are over); overdue ones have not converted. Those decided early count once their time is over. Trials = matured + running + decided early.",
    ),
    "weeks_title": Text("每周试用的去向", "What became of each week"),
    "weeks_note": Text("按开始周，最近 {n} 周。", "By week of the start, the last {n} weeks."),
    "weeks_alt": Text("每周一根堆叠柱", "one stacked bar a week"),
    "overdue_title": Text("逾期清单", "Overdue trials"),
    "overdue_note": Text(
        "清扫会把它们降级，并把结束时间记为截止时间（时区 {zone}）。重复运行不会多改一行。",
        "The sweep downgrades them and dates the end to the deadline (times in {zone}). Running it again changes nothing more.",
    ),
}
