"""Result tables of the paid hooks: payments in traces, latency, profiles."""

from __future__ import annotations

from ltv.contract.result_table import table

_OWN = """
self_p50_ms number >=0 : 自身耗时 P50（毫秒） · p50 of the own time, milliseconds
self_p95_ms number >=0 : 自身耗时 P95（毫秒） · p95 of the own time, milliseconds
self_p99_ms number >=0 : 自身耗时 P99（毫秒） · p99 of the own time, milliseconds
p50_ms number >=0 : 耗时 P50（毫秒） · p50 of the duration, milliseconds
p95_ms number >=0 : 耗时 P95（毫秒） · p95 of the duration, milliseconds
p99_ms number >=0 : 耗时 P99（毫秒） · p99 of the duration, milliseconds
"""
_OPERATION = "channel text : 支付渠道（all=全部） · payment channel (all: every one)\nservice text : 服务 · service\nname text : 操作 · name"

HOOKS = (
    table(
        "payment_funnel",
        "支付漏斗",
        "a step of payments in a channel",
        "channel text : 支付渠道（all=全部） · payment channel (all: every one)\nstep_index integer : 步骤序号 · number of the step",
        """
    step text : 步骤 · name of the span
    service text : 服务 · service
    payments integer >=0 : 通过这一步的笔数 · payments that passed the step
    rate_from_previous number >=0 <=1 : 较上一步 · share of those that passed the step before
    rate_from_first number >=0 <=1 : 较第一步 · share of all
    seen integer >=0 : 跨度数 · spans
    errors integer >=0 : 报错的跨度 · spans with an error
    error_rate number >=0 <=1 : 报错率 · share with an error
    """
        + _OWN,
    ),
    table(
        "payment_mismatches",
        "支付对账不符",
        "a case in which a trace and an order disagree",
        "kind text paid_without_span|span_without_order|amount_differs|paid_twice|charge_failed : 类型 · kind\n"
        "reference text : 订单号，没有则为跨度号 · order, or the span where it names none",
        """
    order_id text : 订单号 · order
    span_id text : 跨度号 · span
    trace_id text : 链路号 · trace
    ts timestamp : 时间 · time of the charge, or of the order without one
    channel text : 支付渠道 · payment channel
    source text : 订单来源 · source of the order
    order_amount money : 订单金额 · amount of the order
    charged money : 扣款金额 · amount charged
    charges integer >=0 : 扣款次数 · charges that went through
    at_stake money : 涉及金额 · money at stake
    """,
    ),
    table(
        "span_latency",
        "链路耗时",
        "an operation of a service in the last week",
        _OPERATION,
        """
    spans integer >=0 : 跨度数 · spans
    errors integer >=0 : 报错的跨度 · spans with an error
    path_share number >=0 <=1 : 关键路径占比 · share of the critical path
    """
        + _OWN
        + """
    usual_ms number >=0 : 平常链路中的毫秒 · milliseconds on the path of usual traces
    slow_ms number >=0 : 最慢 5% 链路中的毫秒 · milliseconds on the path of the slowest 5 %
    slow_share number >=0 <=1 : 占最慢 5% 的份额 · share of the slowest 5 %
    owns_p95 boolean : 是否 P95 主因 · whether it makes slow traces slow
    """,
    ),
    table(
        "latency_changes",
        "耗时变化",
        "an operation against the week before",
        _OPERATION,
        """
    n integer >=0 : 本周跨度数 · spans in the week
    n_before integer >=0 : 上周跨度数 · spans the week before
    p50_ms number >=0 : 自身耗时 P50（毫秒） · p50 of the own time, milliseconds
    p50_before_ms number >=0 : 上周自身 P50 · the week before
    p50_change number : P50 变化 · change of the p50, as a share
    p50_low number : 下限 · lower end, 95 %
    p50_high number : 上限 · upper end, 95 %
    p95_ms number >=0 : 自身耗时 P95（毫秒） · p95 of the own time, milliseconds
    p95_before_ms number >=0 : 上周自身 P95 · the week before
    p95_change number : P95 变化 · change of the p95, as a share
    p95_low number : 下限 · lower end, 95 %
    p95_high number : 上限 · upper end, 95 %
    extra_ms number : 关键路径上每次多耗毫秒 · more milliseconds on the critical path, a call
    verdict text slower|faster|same|few : 结论（few=数据不足） · verdict (few: not enough data)
    owed_to text p50|p95 : 依据的分位数 · quantile whose change the verdict tells
    began_at timestamp : 开始时间 · when it began
    p_value number >=0 <=1 : 开始时间的 p 值 · p-value of that moment
    version text : 同时出现的版本 · release that came with it
    version_before text : 之前的版本 · release before
    launch_id text : 邻近的上线 · launch near it
    launch text : 上线名称 · its name
    """,
    ),
    table(
        "profile_stacks",
        "性能剖析栈",
        "a stack of profiles",
        "kind text : 样本类型 · kind of sample\nstack text : 调用栈 · frames from the outermost on, ; between",
        """
    value number : 数值 · value
    unit text : 单位 · unit
    share number : 占比 · share of all
    slow_share number : 慢时段占比 · share in times in which spans were slow
    rest_share number : 其余时段占比 · share in the rest
    growth number : 增加 · difference of the two
    """,
    ),
)
