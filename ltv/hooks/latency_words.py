"""The words of latency."""

from __future__ import annotations

from ltv.text import Text

VERDICT: dict[str, Text] = {
    "slower": Text("变慢", "slower"),
    "faster": Text("变快", "faster"),
    "same": Text("未见变化", "no change seen"),
    "few": Text("数据不足", "not enough data"),
}
WORDS: dict[str, Text] = {
    "channel": Text("支付渠道", "Payment channel"),
    "service": Text("服务", "Service"),
    "name": Text("操作", "Operation"),
    "operation": Text("服务 · 操作", "Service · operation"),
    "spans": Text("跨度数", "Spans"),
    "errors": Text("报错数", "Errors"),
    "path_share": Text("关键路径占比", "Share of the critical path"),
    "self_p50_ms": Text("自身 P50 毫秒", "Own p50, ms"),
    "self_p95_ms": Text("自身 P95 毫秒", "Own p95, ms"),
    "self_p99_ms": Text("自身 P99 毫秒", "Own p99, ms"),
    "p50_ms": Text("P50 毫秒", "p50, ms"),
    "p95_ms": Text("P95 毫秒", "p95, ms"),
    "p99_ms": Text("P99 毫秒", "p99, ms"),
    "usual_ms": Text("平常链路里毫秒", "In usual traces, ms"),
    "slow_ms": Text("最慢 5% 链路里毫秒", "In the slowest 5%, ms"),
    "usual_ms_short": Text("平常", "usual"),
    "slow_ms_short": Text("最慢 5%", "slowest 5%"),
    "milliseconds": Text("毫秒", "Milliseconds"),
    "slow_share": Text("占最慢 5%", "Share of the slowest 5%"),
    "owns_p95": Text("P95 主因", "Owns the p95"),
    "n": Text("本周跨度", "Spans in the week"),
    "n_before": Text("上周跨度", "Spans the week before"),
    "p50_before_ms": Text("上周 P50 毫秒", "p50 before, ms"),
    "p50_change": Text("P50 变化", "Change of p50"),
    "p50_low": Text("P50 变化下限", "p50, lower end"),
    "p50_high": Text("P50 变化上限", "p50, upper end"),
    "p95_before_ms": Text("上周 P95 毫秒", "p95 before, ms"),
    "p95_change": Text("P95 变化", "Change of p95"),
    "p95_low": Text("P95 变化下限", "p95, lower end"),
    "p95_high": Text("P95 变化上限", "p95, upper end"),
    "extra_ms": Text("每次多耗毫秒", "Extra ms a call"),
    "verdict": Text("结论", "Verdict"),
    "began_at": Text("开始于", "Began"),
    "version": Text("版本", "Release"),
    "launch": Text("上线", "Launch"),
    "date": Text("日期", "Date"),
    "all": Text("全部", "all"),
    "nothing": Text("最近没有链路。", "There are no traces of the last week."),
    "tile_traces": Text("链路数", "Traces"),
    "tile_p50": Text("链路 P50", "p50 of a trace"),
    "tile_p95": Text("链路 P95", "p95 of a trace"),
    "tile_slower": Text("变慢的操作", "Operations that got slower"),
    "week_before": Text("前 {days} 天", "the {days} days before"),
    "rule_slower": Text("区间已按比较次数校正", "intervals corrected for how many were looked at"),
    "slower": Text(
        "{operation} 变慢{channels}：自身 P50 从 {before} 到 {now} 毫秒（{change}，95% 区间 {low}–{high}）。",
        "{operation} got slower{channels}: own p50 {before} → {now} ms ({change}, 95% interval {low} to {high}).",
    ),
    "slower_p95": Text(
        "{operation} 的慢请求变慢{channels}：自身 P95 从 {before} 到 {now} 毫秒（{change}，95% 区间 {low}–{high}）。",
        "{operation} got slower where it is slow{channels}: own p95 {before} → {now} ms ({change}, 95% interval {low} to {high}).",
    ),
    "since": Text("始于 {at}", "It began at {at}"),
    "since_release": Text("，与版本 {version} 同时（之前 {old}）", ", with release {version} (before: {old})"),
    "since_launch": Text("，临近上线“{launch}”", ", near the launch “{launch}”"),
    "everywhere": Text("（所有渠道）", " (in every channel)"),
    "in_channels": Text("（仅 {names}）", " (only {names})"),
    "act_slower": Text(
        "先看这个版本改了什么，必要时回退。", "Look at what this release changed; roll it back if need be."
    ),
    "same": Text("与前 {days} 天相比没有操作变慢。", "No operation got slower than in the {days} days before."),
    "few": Text(
        "数据不足，无法与前 {days} 天比较（每侧至少 {least} 个跨度）。",
        "Not enough data to compare with the {days} days before ({least} spans on each side at least).",
    ),
    "owner": Text(
        "P95 由 {operation} 决定：在最慢 5% 的链路里占 {slow} 毫秒（{share}），平常 {usual} 毫秒。",
        "{operation} owns the p95: {slow} ms of the slowest 5% of traces ({share}), {usual} ms of usual ones.",
    ),
    "path_title": Text("时间花在哪里：平常与最慢的链路", "Where the time goes: usual and slow traces"),
    "path_note": Text(
        "关键路径上的毫秒：从结尾往回，总是走最后结束的下级；平常 = 中间一半的链路，最慢 = 最慢的 5%。",
        "Milliseconds on the critical path, which goes back from the end to the child that ended last; usual is the middle half of traces, slow the slowest 5%.",
    ),
    "path_alt": Text(
        "各操作在平常和最慢链路里的关键路径毫秒。",
        "Milliseconds of each operation on the path of usual and of slow traces.",
    ),
    "changes_title": Text("与上一周相比", "Against the week before"),
    "changes_note": Text(
        "自身耗时的变化和 95% 区间（次序统计量）；结论用按比较次数校正的区间。同一时段的请求并不独立，区间偏窄。",
        "Change of own times with 95% intervals from order statistics; verdicts use intervals corrected for how many were looked at. Calls of one hour are "
        "not independent, so intervals are rather too narrow.",
    ),
    "changes_alt": Text("各操作自身 P50 的变化和区间。", "Change of the own p50 of each operation, with its interval."),
    "days_title": Text("{operation} 每天的自身耗时", "Own time of {operation} by day"),
    "days_note": Text(
        "P50 按渠道；虚线是变化开始的时刻。", "p50 by channel; the dashed line is where the change began."
    ),
    "days_alt": Text("每天自身 P50，按渠道。", "Own p50 by day and channel."),
    "table_title": Text("操作明细", "Operations"),
}
