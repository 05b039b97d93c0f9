"""The words of the health page."""

from __future__ import annotations

from ltv.text import Text

LABEL: dict[str, Text] = {
    "churn_risk": Text("流失风险", "Churn risk"),
    "benefit_depth": Text("权益使用深度", "Benefit depth"),
    "referral_effective": Text("人均有效邀请", "Effective invitations a user"),
    "value_at_risk": Text("处于风险的价值", "Value at risk"),
    "first_order_rate_48h": Text("48 小时首单率", "First order within 48 h"),
    "new_cohort_ltv_vs_forecast": Text("新客实际价值 ÷ 预测", "New cohorts: value over forecast"),
    "data_freshness": Text("数据新鲜度", "Data freshness"),
    "model_trust": Text("价值模型可信度", "Trust in the value model"),
}
DEFINITION: dict[str, Text] = {
    "churn_risk": Text(
        "活跃用户（已注册或下过单、近 {active} 天来过）接下来 {horizon} 天不再回来的平均概率。概率由来访间隔及其波动、停留时长及其波动、近期来访与下单等特征学得，并按真实结果校准；每月 1 日用当时已有结果的数据重训。来过 = 当天有事件、订单或邀请。",
        "Mean probability that somebody of the active base (registered or a customer, there in the last {active} days) does not come back in the next {horizon} days. Learned from intervals between visits and dwell time, their variance, and recent visits and orders, calibrated on what came of it, trained anew on the first of each month with what had come out by then. There: an event, an order or an invitation on that day.",
    ),
    "benefit_depth": Text(
        "近 30 天使用会员优惠的已支付订单数 ÷ 同期来过的会员数。会员 = 会员表里的人；表里有等级的，只算有等级的人。",
        "Paid orders of the last 30 days that used a member's discount, for each member who was there in them. Members are the people in the members table; where it tells levels, those with one.",
    ),
    "referral_effective": Text(
        "近 30 天内受邀人的首次付款数 ÷ 同期来过的用户数。受邀后 30 天内付款才算，按付款日计入；分群按邀请人。",
        "First payments by invitees in the last 30 days, for each user who was there in them. Counted on the day of payment, if it comes within 30 days of the invitation; segments are those of the inviter.",
    ),
    "value_at_risk": Text(
        "活跃用户的预测价值（最长预测期）× 各自的流失概率之和。",
        "Sum over the active base of predicted value (longest horizon) times the probability not to come back.",
    ),
    "first_order_rate_48h": Text(
        "注册后的前 48 小时在最近 7 天内结束的新用户中，在这 48 小时内下了首单的比例；注册前已下单的不算新用户。",
        "Of new users whose first 48 hours after registering ended in the last 7 days, the share who ordered in them; who ordered before is no new user.",
    ),
    "new_cohort_ltv_vs_forecast": Text(
        "约 30 天前新加入的人，此后 30 天的实际净额 ÷ 当时公布的预测。",
        "What people who were new about 30 days ago brought in the 30 days since, over what was published as their forecast.",
    ),
    "data_freshness": Text(
        "当天结束时，订单与事件中较旧的一张表，最新一行已过去多少小时。",
        "At the end of the day, age in hours of the latest row of orders or events, whichever is older.",
    ),
    "model_trust": Text(
        "价值模型最近一次回测的归一化基尼（排序能力，1 为完美），各预测期平均。",
        "Normalized Gini of the value model in its latest backtest (how well it ranks; 1 is perfect), mean of its horizons.",
    ),
}
REASON: dict[str, Text] = {
    "churn_risk": Text(
        "比当月模型所学的快照里真实的流失比例高 {rise}：那是各分群平常的水平。",
        "{rise} above the share that truly did not come back in the snapshots this month's model learned from: what is usual for the segment.",
    ),
    "benefit_depth": Text("基线：每月 1.8 次。", "The baseline: 1.8 uses a month."),
    "referral_effective": Text("低于 0.45 时邀请撑不起增长。", "Below .45 invitations do not carry a shop."),
    "value_at_risk": Text(
        "比前四周已公布的均值高一成；不足 7 天时没有阈值。",
        "A tenth above the mean published in the four weeks before; with less than 7 days there is no threshold.",
    ),
    "first_order_rate_48h": Text(
        "比前四周的均值低一成，并且超出人数少带来的偶然波动（两个标准误）。",
        "A tenth below the mean of the four weeks before, and two standard errors of so few people.",
    ),
    "new_cohort_ltv_vs_forecast": Text("低于预测的 80%。", "Less than 80% of the forecast."),
    "data_freshness": Text("设置中的 freshness_hours。", "freshness_hours of the settings."),
    "model_trust": Text(
        "不如“按历史消费排序”时不可信。", "No better than ranking by past spending is no reason to trust it."
    ),
}
WHY: dict[str, Text] = {
    "": Text("已知", "known"),
    "missing": Text("当天没有数据", "no data of that day"),
    "immature": Text("数据还没到齐", "rows have not all come in"),
    "early": Text("此前的数据不足 30 天", "less than 30 days of data before"),
    "few": Text("不足 30 人", "fewer than 30 people"),
    "no_table": Text("缺少所需的表", "the table it needs is not there"),
    "no_column": Text("订单没有 member_benefit 一列", "orders have no column member_benefit"),
    "no_model": Text("历史太短或人数太少，学不出模型", "too little history or too few people to learn from"),
    "no_forecast": Text("约 30 天前没有公布过预测", "no forecast was published about 30 days ago"),
    "not_published": Text("过去的日子没有公布过", "not published on days that are over"),
}
KIND: dict[str, Text] = {
    "all": Text("全体", "Everybody"),
    "value_tier": Text("价值层级", "Value tier"),
    "channel": Text("渠道", "Channel"),
    "city": Text("城市", "City"),
    "age_group": Text("年龄段", "Age group"),
}
SEGMENT: dict[str, Text] = {
    "all": Text("全体", "everybody"),
    "top": Text("高价值（前 20%）", "top (best 20%)"),
    "mid": Text("中等", "middle"),
    "low": Text("低价值", "low"),
    "other": Text("其他", "other"),
    "students": Text("学生（18–24）", "students (18–24)"),
    "silver": Text("银发（60+）", "silver (60+)"),
    "others": Text("其余", "others"),
    "other channels": Text("其余渠道", "other channels"),
}
STATE: dict[str, Text] = {
    "good": Text("● 正常", "● fine"),
    "watch": Text("▲ 越界一天", "▲ beyond, one day"),
    "bad": Text("■ 越界", "■ beyond"),
    "none": Text("○ 未知", "○ not known"),
    "free": Text("○ 无阈值", "○ no threshold"),
}
SIDE: dict[str, Text] = {
    "above": Text("高于即为坏", "bad above"),
    "below": Text("低于即为坏", "bad below"),
}
WORDS: dict[str, Text] = {
    "suite": Text("营销", "marketing"),
    "own": Text("{table} 表的 {value}", "{value} of {table}"),
    "own_where": Text("{table} 表中 {where} 的 {value}", "{value} of {table} where {where}"),
    "date": Text("日期", "Day"),
    "segment_kind": Text("分群维度", "Kind of segment"),
    "segment": Text("分群", "Segment"),
    "indicator": Text("指标", "Indicator"),
    "value": Text("值", "Value"),
    "threshold": Text("阈值", "Threshold"),
    "state": Text("状态", "State"),
    "last_week": Text("一周前", "A week ago"),
    "days_breached": Text("已越界天数", "Days beyond"),
    "expected_low": Text("同星期几：下限", "Usual for the weekday: low"),
    "expected_high": Text("同星期几：上限", "Usual for the weekday: high"),
    "usual": Text("同星期几对比", "For the weekday"),
    "inside": Text("在平常范围内", "as usual"),
    "over": Text("高于平常", "above the usual"),
    "under": Text("低于平常", "below the usual"),
    "no_band": Text("天数不足", "not enough days"),
    "episode_start": Text("从哪天起", "Since"),
    "owner": Text("负责人", "Owner"),
    "reason": Text("阈值理由", "Why this threshold"),
    "definition": Text("定义", "Definition"),
    "source": Text("当前", "Now"),
    "people": Text("人数", "People"),
    "churn": Text("流失风险", "Churn risk"),
    "churn_threshold": Text("流失阈值", "Churn threshold"),
    "churn_state": Text("流失状态", "Churn state"),
    "benefit": Text("权益深度", "Benefit depth"),
    "benefit_state": Text("权益状态", "Benefit state"),
    "referral": Text("有效邀请", "Effective invitations"),
    "referral_state": Text("邀请状态", "Referral state"),
    "at_risk": Text("风险价值", "Value at risk"),
    "first_order": Text("48 小时首单率", "First order 48 h"),
    "user_id": Text("用户", "User"),
    "probability": Text("不再回来的概率", "Probability not to return"),
    "days_since_last": Text("距上次来访（天）", "Days since last visit"),
    "visit_days_180": Text("180 天内来访天数", "Days there in 180"),
    "expected": Text("预测价值", "Predicted value"),
    "value_at_risk": Text("风险价值", "Value at risk"),
    "told": Text("预测", "Told"),
    "came": Text("实际", "Came true"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "line_value": Text("值", "value"),
    "line_threshold": Text("阈值", "threshold"),
    "line_band": Text("同星期几的平常范围", "usual for the weekday"),
    "triggered": Text("触发", "triggered"),
    "far_over": Text("阈值 {threshold}，在图的上方之外 ↑", "threshold {threshold}, far above ↑"),
    "far_under": Text("阈值 {threshold}，在图的下方之外 ↓", "threshold {threshold}, far below ↓"),
    "perfect": Text("完全一致", "exactly right"),
    "tile_rule_above": Text(
        "高于 {threshold} 连续两天触发；{usual}", "triggers after two days above {threshold}; {usual}"
    ),
    "tile_rule_below": Text(
        "低于 {threshold} 连续两天触发；{usual}", "triggers after two days below {threshold}; {usual}"
    ),
    "tile_no_threshold": Text("还没有阈值：已知天数不足", "no threshold yet: too few known days"),
    "tile_unknown": Text("未知：{why}", "not known: {why}"),
    "week_before": Text("一周前", "a week ago"),
    "triggered_title": Text("今天触发了什么，为什么", "What triggered, and why"),
    "triggered_note": Text(
        "近 7 天触发的指标与分群。连续两个已知的日子越界才触发；缺失或没到齐的日子既不确认也不清零；一次越界只触发一次，冷却期内不重复。",
        "Indicators and segments that triggered in the last 7 days. It takes two known days beyond the threshold; a missing or immature day neither confirms nor resets; once an episode, and not again during the cool-down.",
    ),
    "board_title": Text("全部指标（全体用户）", "All indicators, everybody"),
    "board_note": Text(
        "截至 {date}。{lag}越界 = 在阈值坏的一侧；“同星期几”是前 {weeks} 周同一星期几的中位数 ± 3 倍稳健标准差，特殊日子不计。",
        "At the end of {date}. {lag}Beyond: on the bad side of the threshold. The usual for a weekday is the median of the same weekday in the {weeks} weeks before ± 3 robust standard deviations, special days left out.",
    ),
    "lag": Text(
        "没到齐的指标显示最近一个已知的日子。", "Where rows have not all come in, the latest known day is shown. "
    ),
    "trend_title": Text("{label}：近 {days} 天", "{label}, last {days} days"),
    "trend_note": Text("{definition}阈值理由：{reason}", "{definition} Why this threshold: {reason}"),
    "trend_alt": Text(
        "按天的曲线，带阈值线和同星期几的平常范围",
        "a line by day with its threshold and the usual range of the weekday",
    ),
    "others_title": Text("其余指标", "The others"),
    "others_note": Text(
        "全体用户，按天；虚线为阈值。未知的日子留空。",
        "Everybody, by day; dashed: the threshold. Unknown days are blank.",
    ),
    "others_alt": Text("每个指标一张小图", "one small chart for each indicator"),
    "segments_title": Text("各分群", "By segment"),
    "segments_note": Text(
        "最近一个已知的日子；人数为活跃用户。分群按今天的归属；价值层级会移动，过去的日子只用当时公布的数。不足 30 人不显示。",
        "The latest known day; people are the active base. Who belongs to a segment is as of today; value tiers move, so their past is what was published then. Fewer than 30 people are not told.",
    ),
    "drill_title": Text("分群 × 指标", "Indicator by segment"),
    "drill_note": Text(
        "当天全部分群与指标，可下载；其余日子在结果表 health。",
        "All segments and indicators of the day for download; the result table health has the other days.",
    ),
    "people_title": Text("谁有流失风险", "Who is at risk"),
    "people_note": Text(
        "活跃用户，按风险价值（没有预测价值时按概率）从高到低；可下载前 {most} 人做触达，全部 {n} 人在结果表 churn_scores。已经超过 {active} 天没来的人不在其中。",
        "The active base by value at risk (by probability where no value is predicted); the first {most} for download, all {n} in the result table churn_scores. Who has not been there for {active} days is not among them.",
    ),
    "reliability_title": Text("一个月前的预测，现在看准不准", "What was told a month ago, against what came"),
    "reliability_note": Text(
        "{date} 告知的概率，分成人数相等的十组，对照此后 30 天的事实。全部 {n} 人；AUC {auc}（0.5 为随机），平均校准误差 {error}。竖线是 95% 区间。",
        "Probabilities told on {date} in ten groups of equal size against the 30 days that followed. {n} {n:person|people}; AUC {auc} (.5 is chance), calibration error {error}. Lines are 95% intervals.",
    ),
    "reliability_alt": Text(
        "预测概率与实际比例，越靠近对角线越准", "told against true shares; the closer to the diagonal the better"
    ),
    "definitions_title": Text("定义、阈值、负责人", "Definitions, thresholds, owners"),
    "definitions_note": Text(
        "阈值在 ltv.toml 的 [[indicators]] 里改，同一处也能加自己的指标。",
        "Thresholds are changed by [[indicators]] in ltv.toml, where indicators of your own are added too.",
    ),
    "told_triggered": Text("{date} 触发 {n} 项：{names}。", "{n} triggered on {date}: {names}."),
    "act_triggered": Text(
        "看下表的原因与负责人，交给策略中心执行。", "See why and whose below, and hand it to the strategy centre."
    ),
    "told_quiet": Text("今天新触发的指标：0 项。", "0 indicators have newly triggered today."),
    "told_standing": Text(
        "持续越界而不重复触发的有 {n} 项：{names}。",
        "{n} beyond the threshold for longer, not triggered again: {names}.",
    ),
    "act_standing": Text(
        "已经触发过：确认干预在进行；若阈值不适合本店，在 [[indicators]] 里改并写明理由。",
        "They have triggered before: see that something is being done; where a threshold does not fit this shop, change it in [[indicators]] and say why.",
    ),
    "told_churn": Text(
        "活跃的 {people} 人中，预计 {share} 在接下来 30 天不再回来（约 {lost} 人），{change}；阈值 {threshold}。",
        "Of {people} active {people:person|people}, {share} {people:is|are} expected not to come back in the next 30 days (about {lost}), {change}; the threshold is {threshold}.",
    ),
    "act_churn_bad": Text(
        "从“谁有流失风险”名单的前列开始召回。", "Begin to win back those at the top of the list of people at risk."
    ),
    "act_churn_good": Text(
        "保持现状，名单里的高价值用户可先维护。", "Go on; look after those of high value on the list."
    ),
    "change_flat": Text("和一周前持平", "as a week ago"),
    "change_up": Text("比一周前升 {by}", "up {by} on a week ago"),
    "change_down": Text("比一周前降 {by}", "down {by} on a week ago"),
    "change_none": Text("一周前未知", "a week ago not known"),
    "told_benefit": Text(
        "会员每月使用权益 {value} 次，{change}；基线 {threshold}。",
        "Members use a benefit {value} times a month, {change}; the baseline is {threshold}.",
    ),
    "act_benefit": Text(
        "把会员价放到加购与结算页，先对用得最少的分群试。",
        "Show the member price in cart and checkout, first to the segments that use it least.",
    ),
    "told_referral": Text(
        "每个用户 30 天带来 {value} 个有效邀请，{change}；阈值 {threshold}。",
        "Each user brings {value} effective invitations in 30 days, {change}; the threshold is {threshold}.",
    ),
    "act_referral": Text(
        "到裂变页看哪个渠道的受邀人真的会买。", "See on the referral page by which channel invitees truly buy."
    ),
    "told_worst": Text(
        "流失风险最超出自己平常水平的分群是 {segment}（{kind}）：{value}，平常 {usual}。",
        "The segment furthest beyond its usual churn risk is {segment} ({kind}): {value}, usually {usual}.",
    ),
    "told_at_risk": Text(
        "活跃用户的预测价值中 {money} 处于流失风险，其中最高的一成人占 {share}。",
        "{money} of the predicted value of active people is at risk; the tenth with most of it holds {share}.",
    ),
    "told_trust": Text(
        "一个月前的流失概率经得起检验：AUC {auc}，校准误差 {error}（预测 {told}，实际 {came}）。",
        "The churn probabilities of a month ago stand: AUC {auc}, calibration error {error} (told {told}, came {came}).",
    ),
    "told_doubt": Text(
        "一个月前的流失概率不够准：AUC {auc}，校准误差 {error}（预测 {told}，实际 {came}）。",
        "The churn probabilities of a month ago were off: AUC {auc}, calibration error {error} (told {told}, came {came}).",
    ),
    "act_doubt": Text("只用来排序，不要照数字定预算。", "Use them to rank people, not to set a budget."),
    "act_worst": Text(
        "先从这个分群里风险价值最高的人开始召回，并留对照组。",
        "Start winning back those of this segment with most value at risk, with a control group.",
    ),
    "act_unknown": Text(
        "不必处理没到齐的；数据齐了仍未知的，请数据工程师看数据页。",
        "Rows that are on their way need nothing; where it stays unknown, have the data page looked at.",
    ),
    "told_unknown": Text("今天有 {n} 项未知：{names}。", "{n} not known today: {names}."),
    "named_why": Text("{label}（{why}）", "{label} ({why})"),
    "named_segment": Text("{label}·{segment}", "{label}, {segment}"),
    "and_others": Text(" 等", " and others"),
}
