"""Result tables of watching and acting: health, interventions, and what they have brought."""

from __future__ import annotations

from ltv.contract.result_table import table

ACTING = (
    table(
        "health",
        "健康度",
        "an indicator on a day",
        "date date : 日期 · day\n<segment>\nindicator text : 指标 · indicator",
        """
    value number : 值 · value
    threshold number : 阈值 · threshold
    bad_side text above|below : 不良方向 · bad side
    breached boolean : 是否越界 · whether it is beyond the threshold
    days_breached integer : 连续越界天数 · days in a row
    triggered boolean : 是否触发 · whether it triggered
    known boolean : 是否已知 · whether the day is known
    """,
    ),
    table(
        "change_parts",
        "变化拆解",
        "what a part contributed to the change of a key figure",
        "date date : 日期 · day\nfigure text : 关键指标 · key figure\n"
        "dimension text : 维度（all=全体，factor=因素） · dimension (all: the whole, factor: factors of a product)\npart text : 部分 · part",
        """
    figure_zh text : 指标中文名 · Chinese name of the figure
    figure_en text : 指标英文名 · English name of the figure
    part_zh text : 部分中文名 · Chinese name of the part
    part_en text : 部分英文名 · English name of the part
    unit text : 单位 · unit of the figure
    weight_before number : 对比期占比 · share of the whole then
    weight_after number : 现在占比 · share of the whole now
    value_before number : 该部分对比期的值 · the part's figure then
    value_after number : 该部分现在的值 · the part's figure now
    within number : 自身变化的贡献 · contributed by its own change
    mix number : 占比变化的贡献 · contributed by its changed share
    contribution number : 贡献（两者之和；各部分相加等于总变化） · both together; parts add up to the whole change
    low number : 贡献的 90% 区间下限 · lower end of its 90 % interval
    high number : 贡献的 90% 区间上限 · upper end of its 90 % interval
    before number : 指标对比期的值 · the whole figure then
    after number : 指标现在的值 · the whole figure now
    total_change number : 总变化 · whole change
    compared_with date : 对比日（空=无可对比） · day compared with (null = none)
    usual_low number : 平常范围下限 · lower end of the usual band
    usual_high number : 平常范围上限 · upper end of the usual band
    is_beyond_band boolean : 是否超出平常范围 · whether the figure is beyond its band
    verdict text up|down|usual|special_day|not_enough_data|immature : 结论 · verdict
    bad_side text above|below : 不良方向 · side on which a change is bad
    explains_best boolean : 是否最能解释变化的维度 · whether this dimension explains the change best
    rank integer >=1 : 贡献大小的名次 · place by size of the contribution
    accused boolean : 是否超出应有份额（排除偶然） · whether it contributed more than its share, beyond chance
    page text : 页面 · page to read on
    view text : 图表 · block on that page
    """,
    ),
    table(
        "churn_scores",
        "流失概率",
        "how likely somebody of the active base is not to come back in 30 days",
        "user_id integer : 用户唯一标识 · unified user id\nas_of timestamp : 截至时点 · as-of instant",
        """
    probability number >=0 <=1 : 30 天内不再回来的概率 · probability not to come back in 30 days
    days_since_last integer >=0 : 距上次来访天数 · days since the last visit
    visit_days_180 integer >=0 : 180 天内来访天数 · days there in 180 days
    expected money : 预测价值（最长预测期） · predicted value, longest horizon
    value_at_risk money : 风险价值 · predicted value times probability
    """,
    ),
    table(
        "interventions",
        "干预",
        "an intervention for a person",
        "intervention_id text : 干预编号 · intervention",
        """
    date date : 日期 · day
    user_id integer : 用户唯一标识 · unified user id
    playbook text : 剧本 · playbook
    action text : 动作 · action
    offer_id text : 优惠编号 · offer
    expires_at timestamp : 失效时间 · expiry
    arm text treatment|control : 实验组别 · arm
    reason text : 原因 · reason
    state text : 状态 · state
    """,
    ),
    table(
        "strategy_plans",
        "策略计划",
        "what a playbook plans for a day",
        "date date : 日期 · day\nplaybook text : 剧本 · playbook",
        """
    title_zh text : 剧本中文名 · what Chinese pages call the playbook
    title_en text : 剧本英文名 · what English pages call it
    speaks boolean : 是否触达用户 · whether it speaks to people, or only to the CRM
    plan text : 计划编号 · what ltv strategy approve calls it
    state text on|off|waits : 状态（waits=等待批准） · state (waits: for approval)
    why_zh text : 中文原因 · why, in Chinese
    why_en text : 英文原因 · why, in English
    found integer >=0 : 符合条件人数 · people for whom the condition holds
    left_out integer >=0 : 被排除人数 · of these left out
    people integer >=0 : 触达人数 · people spoken to
    control integer >=0 : 对照人数 · people in the control arm
    cost money : 花费 · cost
    budget money : 预算 · budget
    gain money : 预计增益 · expected gain by what was measured
    gain_low money : 预计增益下限 · lower end of it, 90 %
    gain_high money : 预计增益上限 · upper end of it, 90 %
    """,
    ),
    table(
        "strategy_effects",
        "策略效果",
        "what interventions of a playbook have brought",
        "playbook text : 剧本 · playbook\naction text : 动作（all=全部） · action (all: every one)",
        """
    n integer >=0 : 实验组人数 · people treated
    n_control integer >=0 : 对照组人数 · people in control
    mean number : 实验组人均净额 · net value a person treated
    mean_control number : 对照组人均净额 · net value a person in control
    uplift number : 人均增益 · difference
    low number : 下限 · lower end, 90 %
    high number : 上限 · upper end, 90 %
    p_value number : p 值 · p-value
    cost money : 花费 · cost
    net number : 净增益 · uplift times people, less cost
    verdict text works|harms|unsure : 结论 · verdict
    """,
    ),
)
