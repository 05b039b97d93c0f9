"""The words of payments in traces."""

from __future__ import annotations

from ltv.text import Text

KIND: dict[str, Text] = {
    "paid_without_span": Text("已付但无链路", "paid, no span"),
    "span_without_order": Text("有扣款但无订单", "charged, no order"),
    "amount_differs": Text("金额不一致", "amounts differ"),
    "paid_twice": Text("重复扣款", "charged twice"),
    "charge_failed": Text("已付但扣款报错", "paid, every charge failed"),
}
WORDS: dict[str, Text] = {
    "channel": Text("支付渠道", "Payment channel"),
    "step_index": Text("步骤序号", "Step number"),
    "step": Text("步骤", "Step"),
    "service": Text("服务", "Service"),
    "payments": Text("通过笔数", "Payments that passed"),
    "rate_from_previous": Text("较上一步", "From the step before"),
    "rate_from_first": Text("较第一步", "From the first step"),
    "seen": Text("跨度数", "Spans"),
    "errors": Text("报错数", "Errors"),
    "error_rate": Text("报错率", "Error rate"),
    "p50_ms": Text("P50 毫秒", "p50, ms"),
    "p95_ms": Text("P95 毫秒", "p95, ms"),
    "p99_ms": Text("P99 毫秒", "p99, ms"),
    "self_p50_ms": Text("自身 P50 毫秒", "Own p50, ms"),
    "self_p95_ms": Text("自身 P95 毫秒", "Own p95, ms"),
    "self_p99_ms": Text("自身 P99 毫秒", "Own p99, ms"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "milliseconds": Text("毫秒", "Milliseconds"),
    "kind": Text("类型", "Kind"),
    "cases": Text("笔数", "Cases"),
    "at_stake": Text("涉及金额", "At stake"),
    "order_id": Text("订单号", "Order"),
    "trace_id": Text("链路号", "Trace"),
    "span_id": Text("跨度号", "Span"),
    "ts": Text("时间", "Time"),
    "source": Text("来源", "Source"),
    "order_amount": Text("订单金额", "Order's amount"),
    "charged": Text("扣款金额", "Charged"),
    "charges": Text("扣款次数", "Charges"),
    "all": Text("全部", "all"),
    "no_channel": Text("未知", "unknown"),
    "tile_payments": Text("支付笔数", "Payments"),
    "tile_through": Text("全程通过", "Came through"),
    "tile_p95": Text("支付 P95", "p95 of a payment"),
    "tile_mismatches": Text("对账不符", "Mismatches"),
    "tile_stake": Text("涉及金额", "Money at stake"),
    "rule_mismatches": Text(
        "对照 {n} 笔应有链路的已付订单", "against {n} paid {n:order|orders} that should have a span"
    ),
    "no_payments": Text("链路里没有带 payment.amount 的跨度。", "No span says payment.amount."),
    "no_orders": Text("没有订单可对账。", "There are no orders to compare with."),
    "none_judged": Text(
        "没有已付订单可与链路对照，是否一致无从判断。",
        "No paid order falls where spans can be expected: whether they agree cannot be told.",
    ),
    "all_agree": Text(
        "{n} 笔已付订单与链路全部一致。", "All {n} paid {n:order agrees with its trace|orders agree with their traces}."
    ),
    "of_kind": Text("{kind} {n} 笔（{money}）", "{kind}: {n} ({money})"),
    "disagree": Text(
        "{n} 笔对账不符，涉及 {money}（应有链路的已付订单共 {judged} 笔）：{parts}。",
        "{n} {n:mismatch|mismatches}, {money} at stake ({judged} paid {judged:order|orders} should have a span): {parts}.",
    ),
    "act_disagree": Text(
        "逐笔核对下表；重复扣款先退。", "Check the list below one by one; refund double charges first."
    ),
    "through": Text("{n} 笔支付中 {share} 走完全程。", "{share} of {n} {n:payment|payments} came through."),
    "lost_at": Text("流失最多的是 {step}：{n} 笔。", "Most are lost at {step}: {n}."),
    "channel_worse": Text(
        "{channel} 的通过率 {share}，低于其他渠道的 {others}。",
        "{share} come through by {channel}, {others} by the other channels.",
    ),
    "not_traced": Text(
        "来源 {sources} 的 {n} 笔已付订单不经过链路，不参与对账。",
        "{n} paid {n:order|orders} from {sources} went another way, untraced, and {n:is|are} not compared.",
    ),
    "gaps": Text(
        "{n} 笔订单落在 {gaps} 段没有链路的时间里：是链路丢失，不算对账不符。",
        "{n} {n:order falls|orders fall} into {gaps} {gaps:gap|gaps} in the spans: spans were lost there, so {n:it is no mismatch|they are no mismatches}.",
    ),
    "act_gaps": Text("检查采集器在这些时间的日志。", "Look at the collector's log of these times."),
    "act_channel": Text(
        "到链路页看这个渠道在哪一步慢或出错。", "See among the traces at which step this channel is slow or fails."
    ),
    "act_open": Text(
        "与支付渠道对账，未退的先退。", "Settle with the payment provider; refund what has not gone back."
    ),
    "open": Text(
        "{n} 笔订单已取消或超时但扣款成功，共 {money}；钱是否退回，链路看不出来。",
        "{n} {n:order that is|orders that are} cancelled or timed out {n:was|were} charged, {money} in all; spans cannot tell whether the money went back.",
    ),
    "funnel_title": Text("支付漏斗", "Payment funnel"),
    "funnel_note": Text(
        "一步通过 = 这一步和之前各步都没有报错（重试成功不算报错）。渠道取自 payment.channel；没走到扣款的支付渠道未知。须线是 95% 区间；选了渠道时，灰色竖线是全部渠道。",
        "A step is passed when it and all before it went well; an error that a second attempt made good is none. The channel is what payment.channel says; "
        "payments that never reached the charge have none. Lines are 95% intervals; with a channel chosen, the grey mark is all channels.",
    ),
    "funnel_alt": Text("各渠道各步骤的通过率。", "Share of payments that passed each step, by channel."),
    "steps_title": Text("各步骤自身耗时", "Own time of each step"),
    "steps_note": Text(
        "自身耗时 = 跨度里没有下级在跑的时间；两点是 P50 与 P95。",
        "Own time is that in which no span below it runs; the two dots are p50 and p95.",
    ),
    "steps_alt": Text("各步骤自身耗时的 P50 和 P95。", "p50 and p95 of the own time of each step."),
    "table_title": Text("步骤明细", "Steps"),
    "kinds_title": Text("对账不符，按类型", "Mismatches by kind"),
    "kinds_note": Text(
        "只看链路覆盖的时间和来源。涉及金额：无链路按订单金额，无订单按扣款金额，金额不一致按差额，重复扣款按超出订单金额的部分。一笔订单只计一次。",
        "Only times and sources that spans cover. At stake: the order's amount without a span, the charge without an order, the difference where amounts differ, "
        "what was charged beyond the order's amount where it was charged twice. An order counts once.",
    ),
    "cases_title": Text("对账不符，逐笔", "Mismatches one by one"),
    "cases_note": Text("金额大的在前；时间为 {zone}。", "The largest first; times in {zone}."),
}
