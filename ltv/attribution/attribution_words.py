"""The words of the page on attribution."""

from __future__ import annotations

from ltv.text import Text

METHOD: dict[str, Text] = {
    "incremental_shapley": Text("增量 Shapley", "Incremental Shapley"),
    "last_touch": Text("末次触点", "Last touch"),
    "first_touch": Text("首次触点", "First touch"),
    "linear": Text("线性", "Linear"),
    "position": Text("位置（40/20/40）", "Position (40/20/40)"),
    "time_decay": Text("时间衰减", "Time decay"),
    "equal_credit": Text("均分 Shapley（描述性）", "Equal-credit Shapley (descriptive)"),
    "markov_1": Text("一阶马尔可夫", "Markov, first order"),
    "markov_2": Text("二阶马尔可夫", "Markov, second order"),
}
OUTCOME: dict[str, Text] = {
    "conversions": Text("订单数", "Orders"),
    "value": Text("订单净额", "Net value"),
    "ltv": Text("下单者的预测 LTV", "Predicted LTV of those who ordered"),
}
MODEL: dict[str, Text] = {
    "logit": Text("条件 logit", "conditional logit"),
    "additive": Text("可加的条件 logit", "additive conditional logit"),
    "additive_pairs": Text("带渠道协同的条件 logit", "conditional logit with pairs of channels"),
    "xgboost": Text("条件 logit 加 XGBoost", "conditional logit with XGBoost on top"),
}
WORDS: dict[str, Text] = {
    "channel": Text("渠道", "Channel"),
    "campaign": Text("活动", "Campaign"),
    "no_campaign": Text("（没有活动名）", "(no campaign named)"),
    "segment_kind": Text("分群维度", "Kind of segment"),
    "segment": Text("分群", "Segment"),
    "method": Text("方法", "Method"),
    "organic": Text("自然（没有触点也会来）", "Organic (would have come anyway)"),
    "organic_short": Text("自然", "Organic"),
    "total": Text("合计", "Total"),
    "credit": Text("带来的净额", "Value it added"),
    "share": Text("占全部", "Of all"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "cost": Text("花费", "Cost"),
    "roi": Text("每元带回", "Back for each unit"),
    "marginal_roi": Text("再花一元带回", "Back for one unit more"),
    "marginal_low": Text("再花一元：下限", "One unit more: lower end"),
    "marginal_high": Text("再花一元：上限", "One unit more: upper end"),
    "no_cost": Text("未记录花费", "no cost recorded"),
    "orders": Text("带来的订单", "Orders it added"),
    "ltv": Text("带来的预测 LTV", "Predicted LTV it added"),
    "now": Text("本期", "This period"),
    "before": Text("上期", "Period before"),
    "change": Text("变化", "Change"),
    "cost_before": Text("上期花费", "Cost before"),
    "pressure": Text("投放力度（现在 = 1）", "Pressure (today = 1)"),
    "added": Text("带来的净额", "Value added"),
    "current_cost": Text("现在的花费", "Cost now"),
    "proposed_cost": Text("建议的花费", "Proposed cost"),
    "cost_change": Text("调整", "Change"),
    "expected_gain": Text("预计多带来", "Expected gain"),
    "reason": Text("理由", "Reason"),
    "touched": Text("触点", "Touches"),
    "today": Text("今天", "today"),
    "touches": Text("触达次数", "Touches"),
    "evidence_people": Text("可触达人数", "People reached"),
    "evidence_held": Text("对照人数", "People held out"),
    "measured": Text("实验测得", "Measured by the experiment"),
    "expected": Text("模型估计", "Estimated"),
    "used": Text("采用", "Used"),
    "tile_incremental": Text("触点带来的净额", "Value that touches added"),
    "tile_share": Text("占全部净额", "Of all value"),
    "tile_roi": Text("每花一元带回", "Back for each unit spent"),
    "tile_gain": Text("预算调整预计多带来", "Expected gain of the proposed budget"),
    "rule_incremental": Text(
        "近 {days} 天；没有这些触点就不会有的部分；90% 区间",
        "in the last {days} days; what would be missing without any touch; 90% interval",
    ),
    "rule_last": Text("末次触点法会算给渠道 {share}", "last touch would give channels {share}"),
    "rule_roi": Text("有花费记录的渠道；净额 ÷ 花费", "of channels with a recorded cost; value over cost"),
    "rule_gain": Text(
        "总花费不变，每个渠道最多调整 {step}；90% 区间",
        "same total, each channel moves by at most {step}; 90% interval",
    ),
    "comparison": Text("上一个 {days} 天", "the {days} days before"),
    "no_touches": Text("没有可用的触点：无从归因。", "There are no touches that count: nothing can be attributed."),
    "too_little": Text(
        "数据不足以判断增量：可比的订单只有 {n} 笔。下面只有描述性的方法，它们说明谁在场，不说明谁有功。",
        "Not enough data to tell what touches added: only {n} {n:order|orders} can be compared. Below are descriptive methods alone: they tell who was there, not what it did.",
    ),
    "act_too_little": Text(
        "先给花费最多的渠道设随机留出（实验名 holdout/渠道名），再积累订单。",
        "Hold people out of the channel that costs most (experiment holdout/CHANNEL), and let orders add up.",
    ),
    "told_total": Text(
        "近 {days} 天全部净额 {total}，其中 {added}（{low} 至 {high}，90% 区间）没有触点就不会有，{organic} 无论如何都会来。",
        "Of {total} in the last {days} days, {added} ({low} to {high}, 90% interval) would not have come without touches; {organic} would have come anyway.",
    ),
    "told_best": Text(
        "带来最多的是 {channel}：{added}（90% 区间 {low} 至 {high}），占触点全部贡献的 {share}。",
        "{channel} adds most: {added} (90% interval {low} to {high}), {share} of all that touches add.",
    ),
    "told_last": Text(
        "末次触点法会把 {share} 的净额算给渠道，最多给 {channel}（{given}）；它真正带来约 {added}（90% 区间 {low} 至 {high}）。",
        "Last touch would credit channels with {share} of the value and {channel} with most ({given}); what that one truly adds is about {added} (90% interval {low} to {high}).",
    ),
    "told_move": Text(
        "总花费不变：从 {down} 减 {money}，加给 {up}，预计每 {days} 天多带来 {gain}（90% 区间 {low} 至 {high}）。",
        "With the same total: {money} from {down} to {up} would bring {gain} more every {days} days (90% interval {low} to {high}).",
    ),
    "act_move": Text(
        "按建议表调整，两周后回来看这一页。", "Move as the table proposes and look at this page again in two weeks."
    ),
    "told_stay": Text(
        "不建议现在调整预算：按现有证据，没有一种调整有 90% 的把握多带来价值。",
        "No move is proposed: on this evidence none gains with 90% confidence.",
    ),
    "told_no_cost": Text(
        "没有记录花费的渠道不参与预算：{channels}。",
        "Channels without a recorded cost take no part in the budget: {channels}.",
    ),
    "told_experiment": Text(
        "最值得用实验弄清的是 {channel}：随机留出一组不投放，两组各约 {people} 人、观察 {days} 天，就能看出它的效果（{effect}）。",
        "What is most worth an experiment is {channel}: hold out people at random, about {people} in either arm for {days} days, and its effect ({effect}) shows.",
    ),
    "act_experiment": Text(
        "设立（或扩大）随机留出 {name}。", "Start the holdout {name}, or widen it where there is one."
    ),
    "told_too_small": Text(
        "最值得用实验弄清的是 {channel}，但它的效果（{effect}）太小：随机留出要两组各约 {people} 个买家，现在只有 {buyers} 个。",
        "What is most worth an experiment is {channel}, but its effect ({effect}) is too small: a holdout needs about {people} buyers in either arm, and there are {buyers}.",
    ),
    "act_too_small": Text(
        "把同类渠道合在一起留出，或延长观察期，先看合计的效果。",
        "Hold people out of several channels of a kind at once, or for longer, and look at their effect together.",
    ),
    "told_holdouts": Text(
        "{n} 个渠道有随机留出，估计已按它们校准。",
        "{n} {n:channel has a randomised holdout|channels have randomised holdouts}; the estimate is calibrated by {n:it|them}.",
    ),
    "told_no_holdouts": Text(
        "没有随机实验：每个人只与自己在别的日子相比，但投放若恰好跟着人的兴趣走，贡献仍可能被高估（混杂）。",
        "No experiment: everybody is compared with their own other days, but where touches follow people's interest, credit may still be too high (confounding possible).",
    ),
    "act_no_holdouts": Text(
        "给花费最多的渠道随机留出 5% 的人（实验名 holdout/渠道名）。",
        "Hold 5% of people out of the channel that costs most, at random (experiment holdout/CHANNEL).",
    ),
    "told_clicks": Text(
        "{channels} 只有点击记录：会点的人多半本来就会来，贡献偏高。",
        "Of {channels} only clicks are recorded: many who click would have come anyway, so credit is too high.",
    ),
    "act_clicks": Text(
        "补上这些渠道的曝光记录，或为它们设随机留出。",
        "Record impressions of these channels as well, or hold people out of them at random.",
    ),
    "told_model": Text(
        "模型：{model}，在没见过的时段里预测得最准；依据 {n} 笔可比订单{visits}。",
        "Model: {model}, which predicts best in periods that it has not seen; based on {n} orders that can be compared{visits}.",
    ),
    "and_visits": Text("和到访", " and on visits"),
    "told_changed": Text(
        "与上一个 {days} 天相比，触点带来的净额 {change}；变化最大的是 {channel}（{own}），同期花费 {cost}。",
        "Against the {days} days before, what touches add changed by {change}; most in {channel} ({own}), whose cost changed by {cost}.",
    ),
    "unknown_cost": Text("未记录", "not recorded"),
    "told_sampled": Text(
        "渠道组合太多，按抽样计算，误差约 {error}。",
        "There are too many sets of channels to look at all: sampled, with an error of about {error}.",
    ),
    "view_waterfall": Text("净额从哪里来", "Where the value comes from"),
    "note_waterfall": Text(
        "每笔订单拆成“没有触点也会来”的自然部分和各渠道的 Shapley 值，加起来正好是全部净额（上方一条）。下方是触点部分按渠道展开，短线是 90% 区间。",
        "Every order is split into the organic part, which would have come anyway, and Shapley values of the channels at work; together they are all value (the bar on top). Below, what touches added by channel; lines are 90% intervals.",
    ),
    "alt_waterfall": Text(
        "上方一条：自然部分与触点部分；下方：每个渠道带来的净额及其区间。",
        "One bar on top: the organic part and that of touches; below, what each channel adds with its interval.",
    ),
    "view_channels": Text("渠道一览", "Channels"),
    "note_channels": Text(
        "每元带回 = 带来的净额 ÷ 花费；“再花一元”取自响应曲线在今天的斜率。没有花费记录的不算回报率，不是无穷大。",
        "Back for each unit is value added over cost; for one unit more it is the slope of the response curve today. Without a recorded cost there is no return: it is not infinite.",
    ),
    "view_methods": Text("换一种方法会怎么说", "What other methods would say"),
    "note_methods": Text(
        "只有第一列回答“没有它会少多少”。其余各列按规则分配在场渠道的功劳，把本来就会来的订单也算给渠道。单位：占全部净额；短线是 90% 区间。",
        "Only the first column answers what would be missing. The others share out credit by a rule among channels that were there, also for orders that would have come anyway. In shares of all value; lines are 90% intervals.",
    ),
    "alt_methods": Text(
        "各方法给每个渠道的占比，并排比较。", "Share that each method gives to each channel, side by side."
    ),
    "view_segments": Text("分群：谁被谁打动", "Segments: who is moved by what"),
    "note_segments": Text(
        "同一批订单按分群相加，各分群之和等于整体。花费按触达次数分摊。",
        "The same orders summed by segment: segments add up to the whole. Costs are shared by touches.",
    ),
    "view_curves": Text("再多投一点会怎样", "What more would bring"),
    "note_curves": Text(
        "曲线过今天的点（力度 1）；色带是 90% 区间。触达一个人的次数越多，新增越少，所以曲线变平。",
        "Curves pass through today (pressure 1); bands are 90% intervals. The more often people are reached the less a touch adds, so curves flatten.",
    ),
    "alt_curves": Text("每个渠道的响应曲线，标出今天的位置。", "Response curve of each channel, with today's point."),
    "view_plan": Text("建议的预算", "Proposed budget"),
    "note_plan": Text(
        "总花费不变，每个渠道最多动 {step}。只建议有 90% 的把握会多带来价值的调整。",
        "Same total; each channel moves by at most {step}. Only moves that gain with 90% confidence are proposed.",
    ),
    "view_changes": Text("与上期相比", "Against the period before"),
    "note_changes": Text(
        "上期用今天的效果重算：变化来自触达了谁、谁下了单，而不是模型变了。",
        "The period before is told with the effects of now: what changed is who was reached and who bought, not the model.",
    ),
    "view_campaigns": Text("活动", "Campaigns"),
    "note_campaigns": Text(
        "渠道的贡献按各活动在场的触达次数拆分。",
        "A channel's credit is split among its campaigns by their touches at work.",
    ),
    "view_evidence": Text("实验怎么说", "What experiments say"),
    "note_evidence": Text(
        "对照组随机不被该渠道触达。数字是有它比没有它多下单的比例；“采用”把两种证据按把握合并。",
        "The held-out are drawn at random and not reached by the channel. Figures: how much more is ordered with it than without; what is used weighs both kinds of evidence by how sure they are.",
    ),
    "reason_up": Text(
        "再花一元约带回 {marginal}（{low} 至 {high}），高于被减渠道的 {other}",
        "one unit more brings about {marginal} ({low} to {high}), above {other} where it is taken from",
    ),
    "reason_down": Text(
        "再花一元只带回 {marginal}（{low} 至 {high}），低于被加渠道的 {other}",
        "one unit more brings only {marginal} ({low} to {high}), below {other} where it goes",
    ),
    "reason_held": Text(
        "再花一元带回 {marginal}（{low} 至 {high}）：把握不够，先不动",
        "one unit more brings {marginal} ({low} to {high}): not sure enough to move it",
    ),
    "reason_stays": Text(
        "再花一元带回 {marginal}（{low} 至 {high}）：与别处相当",
        "one unit more brings {marginal} ({low} to {high}): about what it brings elsewhere",
    ),
    "reason_no_cost": Text("未记录花费，不参与调整", "no cost recorded, so it stays"),
    "reason_total": Text("总花费不变", "the total stays the same"),
}
