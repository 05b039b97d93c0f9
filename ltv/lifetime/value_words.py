"""The words of the lifetime-value page."""

from __future__ import annotations

from ltv.text import Text

MODEL: dict[str, Text] = {
    "model": Text("本模型", "this model"),
    "past_spend": Text("历史消费", "past spending"),
    "btyd": Text("BG/NBD + Gamma-Gamma", "BG/NBD + Gamma-Gamma"),
    "xgb_rfm": Text("XGBoost（RFM）", "XGBoost on RFM"),
}
PROTOCOL: dict[str, Text] = {
    "deploy": Text("deploy", "deploy"),
    "cv5": Text("cv5（上限）", "cv5 (ceiling)"),
}
TIER: dict[str, Text] = {
    "high": Text("高价值（前 10%）", "High (top tenth)"),
    "middle": Text("中价值（其后 30%）", "Middle (next 30%)"),
    "low": Text("低价值", "Low"),
}
RISK: dict[str, Text] = {
    "high": Text("流失风险高（≥ 70%）", "At high risk (≥ 70%)"),
    "medium": Text("流失风险中（40–70%）", "At some risk (40–70%)"),
    "low": Text("流失风险低（< 40%）", "At low risk (< 40%)"),
    "none": Text("尚未购买", "Not bought yet"),
}
LIST: dict[str, Text] = {
    "high_value_at_risk": Text("高价值、有流失风险", "High value, at risk"),
    "high_value_loyal": Text("高价值、忠诚", "High value, loyal"),
    "first_order_likely": Text("最可能首单的未购用户", "Not bought yet, most likely to"),
    "golden48_high_potential": Text("黄金 48 小时高潜新用户", "Golden 48 hours, high potential"),
}
LIST_ACTION: dict[str, Text] = {
    "high_value_at_risk": Text("先由客服关怀，再给权益，不先给折扣", "Call first, then a benefit; no discount first"),
    "high_value_loyal": Text("提前购、会员权益，不需要折扣", "Early access and benefits; they need no discount"),
    "first_order_likely": Text("首单权益，提示看过的商品", "A first-order benefit on what they looked at"),
    "golden48_high_potential": Text("第 2–3 天触达，推动首单", "Reach them on days 2 and 3, towards a first order"),
}
SEGMENT_LIST = Text("高潜：{segment}", "High potential: {segment}")
SEGMENT_ACTION = Text("按该人群的场景与渠道触达", "Reach them with what fits this group")
DIRECTION: dict[str, Text] = {
    "up": Text("越高价值越高", "more means more"),
    "down": Text("越高价值越低", "more means less"),
    "mixed": Text("有升有降", "either way"),
    "none": Text("—", "—"),
}
STAGE: dict[str, Text] = {
    "all": Text("全部", "All"),
    "stage": Text("阶段", "Stage"),
    "customers": Text("已购用户", "Customers"),
    "prospects": Text("未购用户", "Not bought yet"),
}
WHY: dict[str, Text] = {
    "few_customers": Text("顾客不足 200 人", "fewer than 200 customers"),
    "few_payers": Text("有购买的样本太少", "too few purchases to learn from"),
    "short_history": Text("历史太短，不到预测期的四分之一", "the history is shorter than a quarter of the horizon"),
    "failed_gate": Text("树模型未通过回测", "trees did not pass the backtest"),
}
WORTH: dict[str, Text] = {"revenue": Text("净收入", "net revenue"), "margin": Text("毛利", "margin")}

WORDS: dict[str, Text] = {
    "tile_total": Text("未来 {days} 天预期价值", "Expected value, next {days} days"),
    "rule_total": Text("{n} 人，按{worth}", "{n} {n:person|people}, {worth}"),
    "tile_gini": Text("回测排序（基尼）", "Order in the backtest (Gini)"),
    "rule_gini": Text(
        "优于历史消费=绿；95% 区间，{n} 人", "green: better than past spending; 95% interval, {n} {n:person|people}"
    ),
    "past": Text("历史消费", "past spending"),
    "tile_coverage": Text("80% 区间覆盖率（回测）", "Coverage of 80% intervals (backtest)"),
    "rule_coverage": Text("77–83% 为绿", "green from 77 to 83%"),
    "tile_risk": Text("高价值有流失风险", "High value, at churn risk"),
    "rule_risk": Text(
        "高价值中 {days} 天内不购买概率 ≥ 40% 的人数", "of high value, chance of no purchase in {days} days ≥ 40%"
    ),
    "nobody": Text("还没有注册或下单的人。", "Nobody has registered or ordered yet."),
    "told_total": Text(
        "已知 {n} 人未来 {days} 天预期带来 {total}（80% 区间 {low}–{high}），其中 {share} 来自尚未购买的人。",
        "The {n} {n:person known is|people known are} expected to bring {total} in the next {days} days (80% interval {low} to {high}), {share} of it from people who have not bought yet.",
    ),
    "told_better": Text(
        "自 {cutoff} 起的回测中，排序优于历史消费：基尼 {gini}，高出 {gain}（95% 区间 {low} 至 {high}）。",
        "In a backtest from {cutoff} on, the ranking is better than by past spending: Gini {gini}, {gain} (95% interval {low} to {high}).",
    ),
    "told_as_good": Text(
        "自 {cutoff} 起的回测中，排序与历史消费没有可证实的差别：基尼 {gini}，差 {gain}（95% 区间 {low} 至 {high}）。",
        "In a backtest from {cutoff} on, the ranking does not differ from that by past spending beyond chance: Gini {gini}, {gain} (95% interval {low} to {high}).",
    ),
    "told_untested": Text(
        "数据还不足以回测 {days} 天的预测：没有一个 {days} 天的区间已经结束且之前有足够历史。",
        "Not enough data to test {days} days: no such stretch is over with enough history before it.",
    ),
    "told_basis": Text(
        "{days} 天的预测用的是{basis}，原因：{why}。",
        "The forecast of {days} days is by {basis}: {why}.",
    ),
    "basis_btyd": Text("购买模型（BG/NBD）", "buy till you die (BG/NBD)"),
    "basis_past_mean": Text("历史平均", "the past mean"),
    "told_drift": Text(
        "模型不可全信：按重要性加权，特征分布自训练以来已明显偏移（稳定指数 {index}），最大的是“{feature}”。",
        "Do not trust the model blindly: weighted by what they count, features have moved since training (stability index {index}), most of all “{feature}”.",
    ),
    "act_drift": Text(
        "本次仍可看排序，不要按金额做预算；等重训后再用。", "Use the order, not the money, until it is trained again."
    ),
    "told_missed": Text(
        "{day} 说未来 {days} 天为 {expected}（80% 区间 {low}–{high}），实际 {actual}，在区间之外。",
        "On {day} the next {days} days were expected to bring {expected} (80% interval {low} to {high}); they brought {actual}, outside of it.",
    ),
    "act_missed": Text("预算按区间下限做，并看漂移与季节。", "Budget by the lower end, and look at drift and season."),
    "act_damaged": Text(
        "运行 ltv models 核对版本；原因不明时查磁盘。",
        "Check the versions with ltv models; if the cause is unclear, check the disk.",
    ),
    "act_gate": Text("现有模型继续使用，不必处理。", "The present model stays in use; nothing needs doing."),
    "act_untested": Text("先按排序用，不要按金额做预算。", "Use the ranking, and set no budget by the amounts yet."),
    "told_kept": Text(
        "已到期的 {n} 次预测中，{inside} 次的总额落在 80% 区间内。",
        "Of {n} {n:forecast whose time is|forecasts whose time is} over, {inside} had the total within the 80% interval.",
    ),
    "told_damaged": Text(
        "登记的模型无法读取，已重新训练：{why}。", "The registered model could not be read and was trained anew: {why}."
    ),
    "told_gate": Text("新训练的模型未被采用：{why}。", "The newly trained model was not taken: {why}."),
    "told_return": Text(
        "“加购后离开、72 小时内回来”在 {n} 个特征中影响排第 {place}（{direction}）。",
        "Coming back within 72 h after leaving a cart ranks {place} of {n} features by effect ({direction}).",
    ),
    "told_risk": Text(
        "{n} 位高价值用户有流失风险（{days} 天内不购买的概率 ≥ 40%），预期价值合计 {money}。",
        "{n} {n:person|people} of high value {n:is|are} at risk (chance of no purchase in {days} days ≥ 40%); expected value {money}.",
    ),
    "act_risk": Text("从名单顶端开始联系。", "Start at the top of the list."),
    "told_golden": Text(
        "注册 2–30 天的新用户中，{n} 人是高潜，占这批新用户预期价值的 {share}。",
        "Of users who registered 2 to 30 days ago, {n} {n:is|are} of high potential, with {share} of the expected value of all of them.",
    ),
    "act_golden": Text("在第 30 天之前推动首单。", "Get their first order before day 30."),
    "told_margin": Text("价值按毛利计（明细有毛利）。", "Value is margin, taken from the order lines."),
    "totals_title": Text("未来会带来多少", "What is to come"),
    "totals_note": Text(
        "各预测期内的预期{worth}与 80% 区间。区间含整体水平的不确定；历史不满一年时季节未知，区间更宽。",
        "Expected {worth} within each horizon, with 80% intervals. They hold what is not known of the level; with less than a year of history the season is not known, and they are wider.",
    ),
    "totals_alt": Text("各预测期的预期价值与区间", "Expected value by horizon, with intervals"),
    "segments_title": Text("各分群会带来多少", "What each segment will bring"),
    "segments_note": Text(
        "{days} 天；80% 区间；分群可重叠。", "{days} days; 80% intervals; kinds of segments overlap."
    ),
    "tests_title": Text("如果当时就用它", "Had it been used then"),
    "tests_note": Text(
        "滚动截止日回测，全部已知的人。deploy 只用当时已知；cv5 见过别人之后的消费，是上限。基尼之差与历史消费比较，同一批抽样的 95% 区间；只有区间不含 0 才写“更好”。全部指标与区间见结果表 ltv_backtest。",
        "Tested from past cutoffs, on everybody known then. deploy: only what was known then; cv5 has seen what others then spent, a ceiling. Differences of Gini are from past spending, 95% intervals on the same draws of people; “better” stands only where they exclude zero. All measures with their intervals: result table ltv_backtest.",
    ),
    "by_segment_title": Text("各分群的回测", "The test by segment"),
    "by_segment_note": Text(
        "{days} 天，本模型；太少人购买的分群不列。",
        "{days} days, this model; segments in which too few bought are left out.",
    ),
    "calibration_title": Text("预测与实际：十分位", "Predicted and actual, by tenth"),
    "calibration_note": Text(
        "{days} 天，自 {cutoff} 起；按当时预测分成十份，10 为最好。",
        "{days} days from {cutoff} on; people in tenths by what was predicted then, 10 is the best.",
    ),
    "calibration_alt": Text("每个十分位的预测与实际价值", "Predicted and actual value of each tenth"),
    "drivers_title": Text("什么决定价值", "What drives value"),
    "drivers_note": Text(
        "各特征对预期价值的平均影响（SHAP，倍数）：×1.5 表示平均把预期推高或压低到 1.5 倍。↑ 越大越高，↓ 越大越低。描述相关，不证明因果。",
        "Mean effect of each feature on what is expected (SHAP, as a factor): ×1.5 moves it up or down by that on average. ↑: more of it, higher value; ↓: lower. It describes, it does not prove a cause.",
    ),
    "drivers_alt": Text("影响最大的特征", "The features that count most"),
    "segment_drivers_title": Text("各分群看什么", "What counts in each segment"),
    "segment_drivers_note": Text("每个分群影响最大的五个特征。", "The five features that count most in each segment."),
    "matrix_title": Text("价值 × 流失风险", "Value × risk of leaving"),
    "matrix_note": Text(
        "{days} 天：人数与预期价值。流失风险 = 期内不购买的概率。",
        "{days} days: people and what they are expected to bring. Risk: chance of no purchase in that time.",
    ),
    "lists_title": Text("可以行动的名单", "Whom to act on"),
    "lists_note": Text(
        "完整名单：结果表 value_lists，或命令 ltv export lists --out 名单.csv（或 .parquet）。",
        "The names: result table value_lists, or ltv export lists --out names.csv (or .parquet).",
    ),
    "golden_title": Text("新用户的前 30 天", "The first 30 days of new users"),
    "golden_note": Text(
        "满 48 小时起每天重算到第 30 天；高潜 = 同期新用户中预期价值的前 20%。",
        "Scored again every day from the end of the first 48 hours to day 30; high potential: the top fifth of new users by what is expected.",
    ),
    "trust_title": Text("模型还能信吗", "Is the model still to be trusted"),
    "trust_note": Text(
        "特征分布相对训练时的偏移：稳定指数 < .1 稳定，.1–.25 留意，> .25 偏移。按影响排序。",
        "How far features have moved since training: stability index below .1 stable, to .25 watch, above moved. By what they count.",
    ),
    "kept_title": Text("说过的与发生的", "What was said and what came"),
    "kept_note": Text("以前发布、现在已到期的预测。", "Forecasts that were published and are over now."),
    "models_title": Text("模型版本", "Models"),
    "models_note": Text(
        "每次训练都是挑战者，过了回测才上任；ltv models 查看，ltv rollback models 退回一步。",
        "Every training is a challenger and takes over only if it passes the test; ltv models lists them, ltv rollback models goes one step back.",
    ),
    "horizon": Text("预测期（天）", "Horizon (days)"),
    "days_of": Text("{n} 天", "{n} days"),
    "expected": Text("预期价值", "Expected"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "people": Text("人数", "People"),
    "each": Text("人均", "A person"),
    "segment_kind": Text("分群维度", "Kind of segment"),
    "segment": Text("分群", "Segment"),
    "model": Text("模型", "Model"),
    "protocol": Text("方式", "Protocol"),
    "value": Text("值", "Value"),
    "cutoff": Text("截止日", "Cutoff"),
    "normalized_gini": Text("基尼", "Gini"),
    "gini_difference": Text("与历史消费之差", "From past spending"),
    "spearman": Text("斯皮尔曼", "Spearman"),
    "mae": Text("平均绝对误差", "MAE"),
    "total_ratio": Text("总额：预测÷实际", "Total ÷ actual"),
    "decile_mape": Text("十分位误差", "Error of tenths"),
    "auc": Text("AUC", "AUC"),
    "top10_share": Text("前 10% 占比", "Top tenth holds"),
    "coverage_80": Text("80% 区间覆盖", "80% covered"),
    "verdict": Text("结论", "Verdict"),
    "better": Text("更好", "better"),
    "worse": Text("更差", "worse"),
    "no_difference": Text("无可证实差别", "no difference shown"),
    "inside": Text("在区间内", "inside"),
    "outside": Text("在区间外", "outside"),
    "decile": Text("十分位", "Tenth"),
    "predicted": Text("预测", "Predicted"),
    "actual": Text("实际", "Actual"),
    "feature": Text("特征", "Feature"),
    "factor": Text("平均影响（倍）", "Mean effect (factor)"),
    "direction": Text("方向", "Direction"),
    "tier": Text("价值层级", "Tier of value"),
    "risk": Text("流失风险", "Risk of leaving"),
    "list": Text("名单", "List"),
    "do": Text("做什么", "What to do"),
    "day": Text("注册后第几天", "Days since registration"),
    "potential": Text("高潜人数", "Of high potential"),
    "index": Text("稳定指数", "Stability index"),
    "state": Text("状态", "State"),
    "stable": Text("稳定", "stable"),
    "watch": Text("留意", "watch"),
    "moved": Text("偏移", "moved"),
    "said_on": Text("发布日", "Said on"),
    "version": Text("版本", "Version"),
    "trained_at": Text("训练时间", "Trained at"),
    "in_use": Text("在用", "In use"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "reason": Text("原因", "Reason"),
}
