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
