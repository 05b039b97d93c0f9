"""Result tables of the hooks in production: how well they are there, and which of their rules were broken."""

from __future__ import annotations

from ltv.contract.result_table import table

SERVICE = (
    table(
        "hook_levels",
        "钩子服务水平",
        "a hook on a day",
        "hook text : 钩子 · paid hook\ndate date : 日期 · day\ninstance text : 实例（all=全部） · instance (all: together)",
        """
    attempts integer >=0 : 尝试次数 · attempts
    calls integer >=0 : 调用次数 · calls
    failed_calls integer >=0 : 最终失败的调用 · calls of which no attempt went well
    degraded_calls integer >=0 : 降级的调用 · calls with an attempt that ran degraded
    availability number >=0 <=1 : 可用率（按调用） · share of calls that went well
    error_rate number >=0 <=1 : 出错率（按尝试） · share of attempts with an error
    timeout_rate number >=0 <=1 : 超时率（按尝试） · share of attempts that timed out
    degraded_rate number >=0 <=1 : 降级率（按尝试） · share of attempts that ran degraded
    p50_ms number >=0 : 延迟中位数（毫秒） · median latency of an attempt in milliseconds
    p95_ms number >=0 : 95 分位延迟（毫秒） · 95th percentile in milliseconds
    p99_ms number >=0 : 99 分位延迟（毫秒） · 99th percentile in milliseconds
    """,
    ),
    table(
        "hook_objectives",
        "钩子服务目标",
        "an objective of a hook",
        "hook text : 钩子 · paid hook\nobjective text availability|latency : 目标类型 · objective",
        """
    window_days integer >=1 : 窗口天数 · days of the window
    target number >=0 <=1 : 目标 · target
    latency_ms number >=0 : 延迟上限（毫秒） · a call that takes longer is slow, milliseconds
    calls integer >=0 : 调用次数 · calls in the window
    bad_calls integer >=0 : 未达标的调用 · bad calls
    observed number >=0 <=1 : 实际 · share that was good
    low number >=0 <=1 : 区间下限 · lower end, 95 %
    high number >=0 <=1 : 区间上限 · upper end, 95 %
    budget_calls number >=0 : 错误预算（次） · bad calls that the target allows
    budget_used number >=0 : 预算已用比例 · share of the budget that is used
    burn_1h number >=0 : 近 1 小时消耗速率 · burn rate of the last hour
    burn_6h number >=0 : 近 6 小时消耗速率 · burn rate of the last six hours
    burn_3d number >=0 : 近 3 天消耗速率 · burn rate of the last three days
    pages integer >=0 : 紧急告警次数 · alerts that would have paged
    tickets integer >=0 : 工单告警次数 · alerts that would have opened a ticket
    state text met|missed|no_data : 状态 · state
    """,
    ),
    table(
        "hook_breakers",
        "熔断回放",
        "the breaker's rule replayed over the calls of a hook",
        "hook text : 钩子 · paid hook\ninstance text : 实例（all=全部） · instance (all: one breaker for all)",
        """
    attempts integer >=0 : 尝试次数 · attempts
    opened integer >=0 : 会打开的次数 · times it would have opened
    open_seconds number >=0 : 打开时长（秒） · seconds not closed
    probes integer >=0 : 探测次数 · attempts let through as probes
    refused_calls integer >=0 : 快速失败的调用 · calls failed fast
    refused_well integer >=0 : 其中本会成功的 · of these, calls that went well in the log
    spared_attempts integer >=0 : 省下的尝试 · attempts not made
    spared_ms number >=0 : 省下的等待（毫秒） · milliseconds of waiting not spent
    spared_slow_ms number >=0 : 其中超时或过慢的（毫秒） · of these, of time-outs and slow attempts
    degraded_attempts integer >=0 : 日志中降级的尝试 · attempts that ran degraded in the log
    degraded_while_open integer >=0 : 其中落在会打开的时段 · of these, while the replay was not closed
    degraded_failed_rate number >=0 <=1 : 降级尝试的失败率 · share of degraded attempts that failed
    degraded_difference number : 与同小时未降级的差 · less that of the others of the same hours
    difference_low number : 差的下限 · lower end, 95 %
    difference_high number : 差的上限 · upper end, 95 %
    degraded_p95_ms number >=0 : 降级尝试 95 分位延迟（毫秒） · 95th percentile of degraded attempts, milliseconds
    normal_p95_ms number >=0 : 其余尝试 95 分位延迟（毫秒） · 95th percentile of the others, milliseconds
    """,
    ),
    table(
        "hook_incidents",
        "钩子事故",
        "a stretch in which a hook failed more often than usual",
        "hook text : 钩子 · paid hook\nstarted_at timestamp : 开始时间 · start",
        """
    ended_at timestamp : 结束时间 · end
    calls integer >=0 : 首次尝试 · first attempts
    failed integer >=0 : 其中失败 · of these failed
    failed_rate number >=0 <=1 : 失败率 · share that failed
    timeout_rate number >=0 <=1 : 超时率 · share that timed out
    usual_rate number >=0 <=1 : 平时失败率 · share that usually fail
    p_value number >=0 <=1 : p 值（已校正） · p-value, corrected for all windows
    orders_expected number >=0 : 预期支付订单 · paid orders expected
    orders_paid integer >=0 : 实际支付订单 · paid orders
    orders_lost number : 损失订单（观察性估计） · paid orders missing, observational
    orders_low number : 损失订单下限 · lower end
    orders_high number : 损失订单上限 · upper end
    value_lost money : 损失金额（观察性估计） · money missing, observational
    value_low money : 损失金额下限 · lower end
    value_high money : 损失金额上限 · upper end
    days_compared integer >=0 : 对比天数 · other days compared with
    control text other_hooks|same_hours|none : 对照 · control
    """,
    ),
    table(
        "hook_audit",
        "规则审计明细",
        "a case in which a rule of a hook was broken",
        "rule text : 规则 · rule\ncase_id text : 个案编号 · case",
        """
    at timestamp : 发生时间 · when
    hook text : 钩子 · paid hook
    user_id integer : 用户唯一标识 · unified user id
    offer_id text : 优惠编号 · offer
    order_id text : 订单号 · order
    money money : 涉及金额 · money at stake
    amount number : 程度 · how far beyond the rule
    unit text hours|minutes|count : 程度的单位 · unit of it
    """,
    ),
    table(
        "hook_audit_summary",
        "规则审计汇总",
        "a rule of the hooks",
        "rule text : 规则 · rule",
        """
    judged integer >=0 : 审计对象数（空=未审计） · things looked at (null: rule not judged)
    cases integer >=0 : 违规个案 · cases
    money money : 涉及金额 · money at stake
    first_at timestamp : 最早 · first
    last_at timestamp : 最近 · last
    missing text : 缺少的表 · tables that are missing
    """,
    ),
)
