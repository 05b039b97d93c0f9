"""The words of the page on experiments."""

from __future__ import annotations

from ltv.text import Text

METHODS: dict[str, Text] = {
    "sequential": Text("随时可看的区间", "Any-time-valid bounds"),
    "sequential_cuped": Text("随时可看的区间（CUPED）", "Any-time-valid bounds, CUPED"),
    "welch": Text("Welch 检验（固定样本）", "Welch, fixed horizon"),
    "welch_cuped": Text("Welch 检验（CUPED）", "Welch after CUPED"),
    "z_pooled": Text("两比例 z 检验（合并方差）", "Two-proportion z, pooled"),
    "z_unpooled": Text("两比例 z 检验（分组方差）", "Two-proportion z, unpooled"),
    "winsorised": Text(
        "截尾均值（千分之一的人以上按 {limit} 计）", "Means cut at {limit}, which one person in a thousand passes"
    ),
    "quantile_50": Text("中位数", "Median"),
    "quantile_90": Text("90% 分位数", "90% quantile"),
    "quantile_99": Text("99% 分位数", "99% quantile"),
    "mann_whitney": Text("秩检验（Mann–Whitney）", "Ranks, Mann-Whitney"),
    "beta_binomial": Text("贝叶斯（Beta-Binomial）", "Bayes, Beta-Binomial"),
    "heavy_tail": Text("贝叶斯（重尾）", "Bayes, heavy tail"),
    "normal_posterior": Text("贝叶斯（正态）", "Bayes, normal"),
    "shrunken": Text("分群收缩估计（探索性）", "Shrunken by segment, exploratory"),
}
DIRECTIONS: dict[str, Text] = {
    "better": Text("更好", "better"),
    "worse": Text("更差", "worse"),
    "unclear": Text("不确定", "unclear"),
    "exploratory": Text("探索性", "exploratory"),
}
BASIS: dict[str, Text] = {
    "observed": Text("已观察", "observed"),
    "score": Text("部分由预测补全", "completed by scores"),
}
STATES: dict[str, Text] = {
    "good": Text("通过", "passed"),
    "watch": Text("提醒", "warning"),
    "bad": Text("不通过", "failed"),
    "none": Text("无法检查", "not checked"),
}
WORDS: dict[str, Text] = {
    "experiment": Text("实验", "Experiment"),
    "variant": Text("实验组", "Variant"),
    "control": Text("对照组", "Control"),
    "verdict": Text("结论", "Verdict"),
    "metric": Text("指标", "Metric"),
    "method": Text("方法", "Method"),
    "n": Text("实验组人数", "People, variant"),
    "n_control": Text("对照组人数", "People, control"),
    "mean": Text("实验组", "Variant"),
    "mean_control": Text("对照组", "Control"),
    "lift": Text("提升", "Lift"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "p_value": Text("p 值", "p"),
    "p_better": Text("更优概率", "P(better)"),
    "expected_loss": Text("选错的人均损失", "Expected loss a person"),
    "direction": Text("方向", "Direction"),
    "basis": Text("依据", "Basis"),
    "stake": Text("每 30 天价值", "Value in 30 days"),
    "stake_low": Text("价值下限", "Value, lower"),
    "stake_high": Text("价值上限", "Value, upper"),
    "check": Text("检查", "Check"),
    "state": Text("状态", "State"),
    "told": Text("发现", "Found"),
    "rule": Text("规则", "Rule"),
    "date": Text("截至", "Up to"),
    "people": Text("人数", "People"),
    "segment_kind": Text("分群维度", "Kind of segment"),
    "segment": Text("分群", "Segment"),
    "first_order": Text("首单率变化", "First-order rate"),
    "retention": Text("留存率变化", "Retention"),
    "gross": Text("人均消费（优惠前、退款后）", "Value before discounts, after refunds, a person"),
    "incentive": Text("人均优惠", "Discounts, a person"),
    "net": Text("人均净额变化", "Net value, a person"),
    "net_low": Text("净额下限", "Net, lower"),
    "net_high": Text("净额上限", "Net, upper"),
    "cost": Text("人均其他成本", "Other cost, a person"),
    "tile": Text("{experiment} · {metric}", "{experiment} · {metric}"),
    "tile_rule": Text(
        "区间不含零才算变化；{way}",
        "A change only where the interval is clear of zero; {way}",
    ),
    "way_running": Text("运行中：任何时候看都成立的区间", "running: bounds that hold at any look"),
    "way_finished": Text("已结束：固定样本检验", "finished: one test at the planned end"),
    "against": Text("对照组", "control"),
    "sentence": Text("“{experiment}”的 {variant}：{verdict}。{why}", "“{experiment}”, {variant}: {verdict}. {why}"),
    "at_stake": Text(
        "按实验的流量，每 30 天约有 {people} 人进入{basis}，{metric}合计相差 {value}（区间 {low} 至 {high}）。",
        "At the pace of the test about {people} {people:person enters|people enter} in 30 days{basis}: a difference of {value} in {metric} in all (interval {low} to {high}).",
    ),
    "at_stake_here": Text(
        "对这 {people} 人，{metric}合计相差 {value}（区间 {low} 至 {high}）。",
        "For {people} {people:person|people} that is a difference of {value} in {metric} in all (interval {low} to {high}).",
    ),
    "by_score": Text("（部分由预测补全）", " (in part completed by scores)"),
    "undeclared": Text(
        "曝光记录中另有 {n} 个实验没有在 ltv.toml 声明（{names}）：不知道对照组和计划比例，无法判断。",
        "{n} more {n:experiment is|experiments are} in the exposures but not declared in ltv.toml ({names}). Without control and planned split {n:it|they} cannot be judged.",
    ),
    "no_tests": Text(
        "没有实验：数据中没有曝光记录，ltv.toml 中也没有声明。",
        "No experiment: there are no exposures in the data, and none is declared in ltv.toml.",
    ),
    "act_ship": Text(
        "对所有人上线，并保留 5% 的人作对照。", "Ship it to everybody, and hold back 5% to keep measuring."
    ),
    "act_do_not_ship": Text("关闭，把流量让给下一个想法。", "Switch it off and give its traffic to the next idea."),
    "act_keep_running": Text("不要改动分流，让它继续。", "Leave the split as it is and let it run."),
    "act_broken": Text(
        "先修好分流或日志，再用新的盐重新开始。", "Repair assignment or logging, then start again with a new salt."
    ),
    "act_cannot_judge": Text(
        "先解决上面的原因，再看效果。", "Settle the cause named above first; until then there is no effect to read."
    ),
    "decisions_title": Text("每个实验的结论", "What to do about every experiment"),
    "decisions_note": Text(
        "运行中的实验用随时可看的置信序列判断，结束的用 Welch 检验；有实验前数据时先做 CUPED。多个实验组按 Bonferroni 分摊 5%。"
        "确实损害价值的实验不上线，无论主指标如何。",
        "Running tests are judged by confidence sequences, finished ones by Welch's test, after CUPED where there is a past. "
        "Several variants share the 5% (Bonferroni). What surely loses value is not shipped, whatever the main metric says.",
    ),
    "effects_title": Text("主指标的提升", "Lift of the main metric"),
    "effects_note": Text(
        "点是提升，线是区间；灰色的区间含零。有误或无法判断的实验不画。",
        "Points are lifts, lines their intervals; grey ones include zero. Broken tests are not drawn.",
    ),
    "effects_alt": Text("各实验主指标的提升与区间。", "Lift of every experiment's main metric with its interval."),
    "checks_title": Text("先检查，再看效果", "Checks before effects"),
    "checks_note": Text(
        "不通过的检查会挡住结论；规则写在每一行。", "A failed check blocks the conclusion; every line says its rule."
    ),
    "looks_title": Text("“{experiment}”的提升随时间", "“{experiment}” over time"),
    "looks_note": Text(
        "累计结果，置信序列：任何一天看都不会增加误报。区间离开零时才下结论。",
        "Cumulative, as a confidence sequence: looking every day adds no false alarms. A decision is made where it leaves zero.",
    ),
    "looks_alt": Text("主指标的累计提升及其区间。", "Cumulative lift of the main metric with its bounds."),
    "methods_title": Text("“{experiment}”的全部方法", "“{experiment}” by every method"),
    "methods_note": Text(
        "第一行决定结论，其余用于核对。p 值未校正；校正后的在结果表 adjusted_p_value。",
        "The first line of a metric decides, the others are to compare. p as it is; adjusted ones are in the result table (adjusted_p_value).",
    ),
    "segments_title": Text("“{experiment}”在各分群（探索性）", "“{experiment}” by segment, exploratory"),
    "segments_note": Text(
        "向总体收缩后的提升；看得越多，偶然的差异越多，因此不作结论。分群按截至日的状态划分，可能受实验影响。",
        "Lifts after shrinkage towards the whole; the more groups, the more chance differences, so none is a decision. "
        "Segments are those of the as-of day and may themselves be moved by the test.",
    ),
    "hooks_title": Text("付费钩子：效果、成本与净额", "Paid hooks: effect, cost and net"),
    "hooks_note": Text(
        "每人平均，实验组减对照组。净额 = 优惠前消费（退款后）− 优惠 − 其他成本（cost_per_person）；消费与优惠的天数不同时不分列。只计观察期已满的人。",
        "A person on average, variant less control. Net = value before discounts (after refunds) − discounts − other cost "
        "(cost_per_person); not split where value and discounts are of different days. Only people whose window is over.",
    ),
}
