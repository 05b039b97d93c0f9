"""Every result table, as CONTRACT fixes it; each also carries `run_id`."""

from __future__ import annotations

from ltv.contract.result_table import SEGMENT, table
from ltv.contract.results_of_acting import ACTING
from ltv.contract.results_of_hooks import HOOKS
from ltv.contract.results_of_overview import OVERVIEW
from ltv.contract.results_of_service import SERVICE
from ltv.contract.schema import Table

_MONEY_BAND = "low money : 下限 · lower end\nhigh money : 上限 · upper end"

RESULTS: dict[str, Table] = {
    t.name: t
    for t in (
        table(
            "user_ids",
            "统一用户标识",
            "an identifier of a person",
            "id_type text : 标识类型 · kind of identifier\nid_value text : 标识值 · value of the identifier\n"
            "valid_from timestamp : 生效时间 · valid from",
            "valid_to timestamp : 失效时间（空=仍有效） · valid to (null = open)\n"
            "user_id integer : 用户唯一标识 · unified user id\n"
            "confidence number >=0 <=1 : 置信度 · confidence\nrule text : 规则 · rule that decided",
        ),
        table(
            "user_id_changes",
            "用户标识变更",
            "a merge or a split of people",
            "date date : 日期 · day\nold_user_id integer : 原标识 · old id\nnew_user_id integer : 新标识 · new id",
            "kind text merge|split : 合并或拆分 · merge or split\nwhy text : 原因 · why",
        ),
        table(
            "user_segments",
            "用户分群",
            "a segment of a person",
            "user_id integer : 用户唯一标识 · unified user id\nas_of timestamp : 截至时点 · as-of instant\n"
            "segment_kind text : 分群维度 · kind of segment",
            "segment text : 分群 · segment",
        ),
        table(
            "data_assets",
            "数据资产",
            "a source of a table",
            "source text : 来源系统 · system\ntable text : 表 · table",
            """
rows integer : 行数 · rows
users integer : 用户数 · people
field_coverage number >=0 <=1 : 字段覆盖率 · share of fields that are filled
id_coverage number >=0 <=1 : 标识覆盖率 · share of rows that reach a user id
latest_ts timestamp : 最新时间 · latest time
freshness_hours number : 数据新鲜度（小时） · age of the latest row in hours
latency_class text : 时效类别 · latency class
duplicates integer >=0 : 重复行 · duplicates dropped
quarantined integer >=0 : 隔离行 · rows in quarantine
used_for text : 用途 · pages that use it
""",
        ),
        table(
            "retention",
            "群组留存",
            "retention of a cohort in a period",
            """
cohort_kind text registered|first_order|first_event|any : 群组定义 · what starts a cohort
activity text order|event|any : 回访行为 · what counts as coming back
method text n_day|unbounded|bracket : 留存口径 · definition of retention
grain text day|week|month : 周期粒度 · length of a period
cohort date : 群组 · first day of the cohort
<segment>
period integer >=0 : 第几期 · periods since the cohort
""",
            """
cohort_size integer >=0 : 群组人数 · people in the cohort
retained integer >=0 : 留存人数 · people who came back
rate number >=0 <=1 : 留存率 · share who came back
revenue money : 净收入 · net revenue
cumulative_revenue_per_user money : 人均累计净收入 · cumulative net revenue per person
is_complete boolean : 该期是否已完整 · whether the period is over for everyone
""",
        ),
        table(
            "lifecycle",
            "用户生命周期",
            "people in a state on a day",
            "date date : 日期 · day\n<segment>\nstate text new|retained|resurrected|dormant : 状态 · state",
            "users integer : 用户数 · people",
        ),
        table(
            "funnel",
            "转化漏斗",
            "a step of a funnel",
            "funnel text : 漏斗 · funnel\n<segment>\nstep_index integer : 步序 · position of the step",
            """
step text : 步骤 · step
users integer : 用户数 · people
pending integer : 窗口未结束人数 · people whose window is open
rate_from_previous number : 上一步转化率 · rate from the step before
rate_from_first number : 首步转化率 · rate from the first step
median_seconds_from_previous number : 中位耗时（秒） · median seconds from the step before
""",
        ),
        table(
            "golden48",
            "黄金48小时",
            "a metric of a launch in its first 48 hours",
            "launch_id text : 上线编号 · launch\nstage text traffic|reach|behaviour|payment|feedback : 环节 · stage\n"
            "metric text : 指标 · metric",
            """
baseline number : 基线 · baseline
expected_low number : 预期下限 · lower end expected
expected_high number : 预期上限 · upper end expected
observed number : 实际值 · observed
controlled boolean : 是否有对照 · whether there is a control
verdict text up|flat|down|immature : 结论 · verdict
""",
        ),
        table(
            "newcomers",
            "新用户的时钟",
            "a measure of new users after registering or after the first order",
            """
clock text registered|first_order : 从何时起算 · what the clock starts with
grain text all|week : 全部或按周 · all weeks together, or a week
cohort date : 周（全部时为第一周） · first day of the week (of all: of the first one)
<segment>
branch text all|within|without|later|none|before : 分支 · branch by the first order
measure text : 指标 · measure
""",
            """
people integer >=0 : 分母人数 · people it is known of
hits integer >=0 : 达成人数 · those who did
value number : 占比或人均值 · share, or mean per person
low number : 区间下限 · lower end of the 95 % interval
high number : 区间上限 · upper end of the 95 % interval
is_complete boolean : 该周是否已完整 · whether the window is over for everyone in the week
no_data integer >=0 : 缺数据而未计 · left out, days without data
pending integer >=0 : 窗口未结束 · window still open
""",
        ),
        table(
            "trial_outcomes",
            "试用结果",
            "outcome of trials by time",
            "plan text : 方案 · plan\nhours_since_start integer : 开始后小时数 · hours since the start",
            "trials integer : 试用数 · trials\nconverted_rate number : 转化率 · share converted\n"
            "at_risk integer : 进行中 · still running\noverdue integer : 逾期未降级 · overdue",
        ),
        table(
            "referral",
            "裂变",
            "a depth and channel of the invite tree",
            "depth integer : 层级 · depth\nchannel text : 渠道 · channel",
            """
inviters integer : 邀请人数 · inviters
invitees integer : 受邀人数 · invitees
converted integer : 转化人数 · converted
conversion_rate number : 转化率 · share converted
revenue money : 净收入 · net revenue
""",
        ),
        table(
            "referral_summary",
            "裂变汇总",
            "referral of a day",
            "date date : 日期 · day",
            """
k_factor number : 裂变系数 · viral coefficient
invitations_per_user number : 人均邀请 · invitations per person
cycle_time_days number : 裂变周期（天） · cycle time in days
effective_per_user number : 人均有效邀请 · effective invites per person
""",
        ),
        table(
            "sequence_features",
            "行为序列特征",
            "the behaviour sequence of a person",
            "user_id integer : 用户唯一标识 · unified user id\nas_of timestamp : 截至时点 · as-of instant",
            "",
        ),
        table(
            "ltv_scores",
            "生命周期价值预测",
            "predicted value of a person",
            "user_id integer : 用户唯一标识 · unified user id\nas_of timestamp : 截至时点 · as-of instant\n"
            "horizon_days integer : 预测期（天） · horizon in days",
            f"""
expected money : 期望值 · expected value
p_purchase number >=0 <=1 : 购买概率 · probability of a purchase
{_MONEY_BAND}
median money : 中位数 · median
decile integer >=1 <=10 : 十分位（10 最高） · decile (10 = best)
value_to_date money : 至今净额 · value so far
basis text model|btyd|past_mean : 依据 · basis
model_version text : 模型版本 · version of the model
""",
        ),
        table(
            "ltv_totals",
            "生命周期价值合计",
            "predicted total of a segment",
            "as_of timestamp : 截至时点 · as-of instant\n"
            "horizon_days integer : 预测期（天） · horizon in days\n<segment>",
            f"expected money : 期望值 · expected total\n{_MONEY_BAND}",
        ),
        table(
            "value_lists",
            "可行动名单",
            "a person on a list to act on",
            "list text : 名单 · list\nuser_id integer : 用户唯一标识 · unified user id",
            f"""
as_of timestamp : 截至时点 · as-of instant
{SEGMENT.strip()}
rank integer >=1 : 名次 · rank, the most valuable first
expected money : 期望值 · expected value in the main horizon
p_purchase number >=0 <=1 : 购买概率 · probability of a purchase
churn_risk number >=0 <=1 : 流失风险（未购买过=空） · chance of no purchase (null: has not bought)
""",
        ),
        table(
            "ltv_backtest",
            "生命周期价值回测",
            "a measure of a backtest",
            """
model text : 模型 · model
protocol text deploy|cv5 : 回测方式 · protocol
cutoff timestamp : 截止时点 · cutoff
horizon_days integer : 预测期（天） · horizon in days
<segment>
metric text : 指标 · metric
""",
            "value number : 值 · value\nlow number : 下限 · lower end\n"
            "high number : 上限 · upper end\nn integer : 样本数 · sample",
        ),
        table(
            "ltv_drivers",
            "价值驱动因素",
            "what a feature adds to the prediction",
            "feature text : 特征 · feature",
            "mean_abs_shap number : 平均影响 · mean absolute Shapley value\ndirection text : 方向 · direction\n"
            "description_zh text : 中文说明 · description in Chinese\n"
            "description_en text : 英文说明 · description in English",
        ),
        table(
            "model_versions",
            "模型版本",
            "a version of a model",
            "model_version text : 模型版本 · version",
            """
trained_at timestamp : 训练时间 · time of training
as_of timestamp : 截至时点 · as-of instant
champion boolean : 是否在用 · whether it is in use
metrics json : 指标 · measures
data_hash text : 数据指纹 · hash of the data
reason text : 原因 · reason
""",
        ),
        table(
            "attribution",
            "渠道归因",
            "credit of a channel",
            """
as_of timestamp : 截至时点 · as-of instant
window_days integer : 统计窗口（天） · window in days
method text : 方法 · method
outcome text conversions|value|ltv : 归因目标 · outcome
<segment>
channel text : 渠道 · channel
campaign text : 活动 · campaign
""",
            """
credit number : 归因值 · credit
share number : 占比 · share
low number : 下限 · lower end
high number : 上限 · upper end
cost money : 成本 · cost
roi number : 投资回报 · return on investment
marginal_roi number : 边际回报 · marginal return
""",
        ),
        table(
            "budget_plan",
            "预算建议",
            "a proposed budget",
            "as_of timestamp : 截至时点 · as-of instant\nchannel text : 渠道 · channel",
            """
current_cost money : 现有预算 · current cost
proposed_cost money : 建议预算 · proposed cost
change money : 调整额 · change
expected_gain money : 预期增益 · expected gain
gain_low money : 增益下限 · lower end of the gain
gain_high money : 增益上限 · upper end of the gain
reason_zh text : 中文理由 · reason in Chinese
reason_en text : 英文理由 · reason in English
""",
        ),
        table(
            "experiment_results",
            "实验结果",
            "a comparison in an experiment",
            """
as_of timestamp : 截至时点 · as-of instant
experiment text : 实验 · experiment
method text : 方法 · method
metric text : 指标 · metric
variant text : 实验组 · variant
<segment>
""",
            """
control text : 对照组 · control
n integer : 实验组人数 · people in the variant
n_control integer : 对照组人数 · people in the control
mean number : 实验组均值 · mean of the variant
mean_control number : 对照组均值 · mean of the control
lift number : 提升 · lift
low number : 下限 · lower end
high number : 上限 · upper end
p_value number : p 值 · p-value
p_better number : 更优概率 · probability of being better
expected_loss number : 预期损失 · expected loss
srm_p_value number : 样本比例失衡 p 值 · p-value of the sample ratio check
verdict text : 结论 · verdict
""",
        ),
        *ACTING,
        *HOOKS,
        *SERVICE,
        *OVERVIEW,
        table(
            "restatements",
            "历史重述",
            "a published figure that changed",
            "date date : 日期 · day\ntable text : 表 · table\nkey text : 键 · key\ncolumn text : 列 · column",
            "old text : 原值 · old value\nnew text : 新值 · new value\ncause text : 原因 · cause",
        ),
    )
}
