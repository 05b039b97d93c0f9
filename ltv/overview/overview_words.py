"""Every sentence of the overview, in both languages."""

from __future__ import annotations

from ltv.text import Text, number

COINS: dict[str, Text] = {
    "CNY": Text("一元钱", "yuan"),
    "USD": Text("一美元", "dollar"),
    "EUR": Text("一欧元", "euro"),
    "GBP": Text("一英镑", "pound"),
    "JPY": Text("一日元", "yen"),
    "HKD": Text("一港元", "Hong Kong dollar"),
    "TWD": Text("一新台币", "Taiwan dollar"),
}
QUESTIONS: dict[str, Text] = {
    "health": Text("用户整体健康吗？", "How healthy is the base?"),
    "change": Text("比上周变了什么，为什么？", "What changed since last week, and why?"),
    "people": Text("现在该挽回谁、奖励谁？", "Whom should we win back or reward now?"),
    "channel": Text("下{coin}该投给哪个渠道？", "Which channel deserves the next {coin}?"),
    "effect": Text("上个月做的事有用吗？", "Did what we did last month work?"),
}
LABELS: dict[str, Text] = {
    "ltv_base": Text("全体用户预测价值（未来 {days} 天）", "Predicted value of the base, next {days} days"),
    "ltv_new_user": Text("新用户人均预测价值（{days} 天）", "Value of a new user, {days} days"),
    "first_order_48h": Text("48 小时首单率", "First order within 48 h"),
    "net_revenue_7d": Text("净收入（近 7 天）", "Net revenue, last 7 days"),
    "retention_28d": Text("28 天留存率", "28-day retention"),
    "churn_risk": Text("流失风险", "Churn risk"),
    "benefit_depth": Text("权益使用深度", "Benefit depth"),
    "referral_effective": Text("人均有效邀请", "Effective invitations a user"),
    "campaign_net": Text("干预净增益", "Net gain of campaigns"),
    "active_people_1d": Text("日活跃用户（DAU）", "Daily active users (DAU)"),
}
RULES: dict[str, Text] = {
    "no_goal": Text(
        "仅供参考，不是目标：来访不等于价值，目标是预测价值。",
        "For reference, not a goal: a visit is not value. Steer by predicted value.",
    ),
    "threshold_below": Text("阈值：不低于 {threshold}", "Threshold: {threshold} or more"),
    "threshold_above": Text("阈值：不高于 {threshold}", "Threshold: {threshold} or less"),
    "usual_below": Text("正常范围 {low} 至 {high}，低于报警", "Usual: {low} to {high}; an alert below"),
    "usual_above": Text("正常范围 {low} 至 {high}，高于报警", "Usual: {low} to {high}; an alert above"),
    "no_range": Text("历史不足三周，还没有正常范围", "Under three weeks of history: no usual range yet"),
    "net": Text("区间全部高于 0 为健康，全部低于 0 报警", "On track with all of the interval above 0; an alert below"),
    "no_new_users": Text("没有注册 2–30 天的新用户", "nobody is 2 to 30 days old"),
    "no_week": Text("订单不足 7 天", "fewer than 7 days of orders"),
    "no_lifecycle": Text("不足两个 28 天的数据", "less than twice 28 days of data"),
    "no_effects": Text("还没有满观察期的干预", "no intervention is old enough yet"),
    "no_events": Text("没有事件表，或当天没有事件", "no events table, or no events on that day"),
}
VERDICTS: dict[str, Text] = {
    "healthy": Text("健康", "Healthy"),
    "one_day": Text("刚越过阈值", "Just beyond a threshold"),
    "unhealthy": Text("持续越过阈值", "Beyond a threshold"),
    "unknown": Text("还不知道", "Not known yet"),
    "quiet": Text("一切照常", "Nothing unusual"),
    "worse": Text("有指标变差", "Something got worse"),
    "better": Text("有指标变好", "Something got better"),
    "moved": Text("有异常变动", "An unusual move"),
    "no_compare": Text("还不能比较", "Too early to compare"),
    "waits": Text("{plans} 个计划待批准", "{plans} to approve"),
    "win_back": Text("{people} 人要挽回", "{people} to win back"),
    "nobody": Text("没有人要挽回", "Nobody to win back"),
    "invest": Text("投给{channel}", "{channel}"),
    "test": Text("先做实验", "Test first"),
    "stay": Text("维持现状", "Leave it as it is"),
    "works": Text("有用", "It worked"),
    "partly": Text("部分有用", "Partly"),
    "harms": Text("得不偿失", "It did not pay"),
    "unsure": Text("还看不出", "Cannot be told yet"),
    "early": Text("为时尚早", "Too early"),
}
WORDS: dict[str, Text] = {
    "not_known": Text("还不知道", "not known yet"),
    "no_table": Text("没有结果表 {table}", "no result table {table}"),
    "week_before": Text("7 天前（{date}）", "7 days before ({date})"),
    "quoted": Text("“{name}”", '"{name}"'),
    "interval": Text("（{level}% 区间 {low} 至 {high}）", " ({level}% interval {low} to {high})"),
    "bounds": Text("（区间 {low} 至 {high}）", " (interval {low} to {high})"),
    "mark_threshold": Text("阈值", "threshold"),
    "mark_before": Text("{ago} 天前", "{ago} days before"),
    "mark_cost": Text("成本", "cost"),
    "mark_nothing": Text("无效果", "no effect"),
    # how healthy
    "below": Text("低于", "below"),
    "above": Text("高于", "above"),
    "at": Text("正好在", "exactly at"),
    "level": Text("{label}为 {value}{interval}，{side}阈值 {threshold}", "{label} is {value}{interval}, {side} its threshold of {threshold}"),
    "level_free": Text("{label}为 {value}{interval}，没有设阈值", "{label} is {value}{interval}; no threshold is set"),
    "was": Text("，7 天前为 {before}。", "; it was {before} 7 days before. "),
    "was_not": Text("，没有 7 天前的数。", "; nothing is known of 7 days before. "),
    "least": Text("{label} {value}（应 ≥\u00a0{threshold}）", "{label} {value} (should be ≥\u00a0{threshold})"),
    "most": Text("{label} {value}（应 ≤\u00a0{threshold}）", "{label} {value} (should be ≤\u00a0{threshold})"),
    "plain": Text("{label} {value}", "{label} {value}"),
    "lacking": Text("{label}未知（{why}）", "{label} not known ({why})"),
    "also": Text("{items}。", "{items}. "),
    "at_risk": Text("处于风险的预测价值 {money}。", "{money} of predicted value is at risk. "),
    "alarms": Text("近 7 天有 {alerts} 处触发，最近是{place}。", "{alerts} in the last 7 days, the latest for {place}. "),
    "no_alarms": Text("近 7 天没有触发。", "Nothing triggered in the last 7 days. "),
    "place": Text("{label}（{segment}）", "{label} ({segment})"),
    "no_health": Text("没有健康度结果，说不出用户整体是否健康。", "There is no health board, so it cannot be told how healthy the base is. "),
    "no_core": Text("健康度的核心指标都还不知道：{items}。", "No core indicator is known yet: {items}. "),
    "act_healthy": Text("今天不用干预，明天照常看。", "Nothing to do today; look again tomorrow."),
    "act_segment": Text("整体不用动作；先看触发的分群和负责人。", "Nothing for the whole base; see the segment that triggered and its owner."),
    "act_one_day": Text("明天再看：连续两天越过阈值才触发干预。", "Look again tomorrow: two days in a row start an intervention."),
    "act_unhealthy": Text("打开健康度页，找到最差的分群，今天就安排干预。", "Open the health page, find the worst segment and act on it today."),
    "act_no_health": Text("先看健康度页缺什么数据，补上后再运行。", "See which data the health page lacks, and run again with it."),
    # what changed
    "moved": Text("{label}为 {value}，比 {date}（{ago} 天前）的 {before} {way} {by}，{outside}正常范围（{low} 至 {high}）。", "{label} is {value}, {way} {by} from {before} on {date} ({ago} days before), {outside} its usual range of {low} to {high}. "),
    "up": Text("高", "up"),
    "down": Text("低", "down"),
    "outside_above": Text("高于", "above"),
    "outside_below": Text("低于", "below"),
    "inside": Text("未超出", "inside"),
    "quiet": Text("{n} 个可比较的指标都在各自的正常范围内。最接近边缘的一个：", "All {n} figures that can be compared are inside their usual range. The closest to its edge: "),
    "quiet_one": Text("唯一可比较的指标在正常范围内：", "The one figure that can be compared is inside its usual range: "),
    "cause": Text("主要来自{part}：贡献 {by}{interval}{share}。", "Most of it comes from {part}: {by}{interval}{share}. "),
    "share": Text("，占这次变化的 {share}", ", {share} of the change"),
    "no_cause": Text("没有哪个分群能单独解释，是普遍的变化。", "No segment explains it alone: it moved everywhere. "),
    "cause_unknown": Text("原因还不知道：没有变化分解。", "Why is not known: there is no breakdown of the change. "),
    "more_moved": Text("另有 {figures} 个指标超出正常范围。", "{figures} left the usual range too. "),
    "special": Text("另有 {figures} 个指标处在大促或节日，不判断{are}。", "{figures} {are} in a sale or a feast and cannot be judged. "),
    "no_compare": Text("没有指标能与 7 天前比较，或历史不足三周，还说不出什么是正常的变动。", "No figure can be compared with 7 days before, or there are under three weeks of history: what is usual cannot be told yet. "),
    "act_quiet": Text("不用追查，照计划做。", "Nothing to look into; carry on as planned."),
    "act_cause": Text("和{part}的负责人核对活动、投放与库存。", "Ask who runs {part} about campaigns, spending and stock."),
    "act_moved": Text("打开来源页，看是哪天开始、哪些分群在动。", "Open the page behind it: since which day, and in which segments."),
    "act_better": Text("看清原因，值得的话继续做下去。", "Find out why, and do more of it if it pays."),
    "act_no_compare": Text("每天运行，或用 ltv backfill 补跑前三周。", "Run every day, or make up three weeks with ltv backfill."),
    # whom
    "risk": Text("{people} 位高价值用户有流失风险，预期价值共 {money}；预计其中 {lost} 人（90% 区间 {low} 至 {high} 人）在 {days} 天内不再购买{are}。", "{people} of high value {are} at risk, expected to bring {money}; about {lost} of them (90% interval {low} to {high}) will not buy in {days} days. "),
    "risk_plain": Text("{people} 位高价值用户有流失风险，预期价值共 {money}{are}。", "{people} of high value {are} at risk, expected to bring {money}. "),
    "no_risk": Text("没有高价值用户处于流失风险。", "Nobody of high value is at risk. "),
    "top_risk": Text("没有名单，但流失风险最集中的 {people} 人持有 {share} 的风险价值（{money}）。", "There is no list, but the {people} most at risk hold {share} of the value at risk ({money}). "),
    "reward": Text("可奖励的是 {n} 位高价值忠诚用户（{money}）{persons}。", "To reward: {n} loyal {persons} of high value ({money}). "),
    "plan_waits": Text("计划{plan}等待批准：触达 {people} 人，花费 {cost}。", "The plan {plan} waits for approval: {people}, {cost}. "),
    "plan_on": Text("今天的计划触达 {people} 人，花费 {cost}", "Today's plans speak to {people} at {cost}"),
    "plan_on_list": Text("，其中 {n} 人在挽回名单上{are}。", ", {n} of whom {are} on the list to win back. "),
    "plan_on_end": Text("。", ". "),
    "plan_off": Text("今天没有触达用户的剧本启动。", "No playbook speaks to people today. "),
    "no_people": Text("没有用户名单、流失概率和策略计划，说不出该找谁。", "There are no lists, no churn scores and no plans, so it cannot be told whom to turn to. "),
    "act_approve": Text("看过名单与花费后批准：ltv strategy approve {plan}", "After a look at people and cost: ltv strategy approve {plan}"),
    "act_call": Text("从名单第一位开始由客服联系：先关怀，再给权益，不先打折。", "Have service call from the top of the list: care first, then a benefit, no discount first."),
    "act_covered": Text("名单上的人今天都会触达；明天看反应。", "Everybody on the list is reached today; look at the response tomorrow."),
    "act_reward": Text("给忠诚用户权益而不是折扣。", "Give the loyal a benefit rather than a discount."),
    "act_wait": Text("今天不用挽回；按计划触达新用户。", "Nobody to win back today; carry on with the plans."),
    "act_no_people": Text("先让生命周期价值页与健康度页跑出结果。", "Get the pages of lifetime value and health to run first."),
    "on_the_list": Text("待挽回的预期价值", "expected value to win back"),
    # channel
    "each_more": Text("每多投 {one} 带回", "back for each {one} more"),
    "invest": Text("给{channel}多投 {change}，每 {one} 预计带回 {each}（90% 区间 {low} 至 {high}），超过成本。", "{change} more for {channel} should bring {each} for each {one} (90% interval {low} to {high}), more than it costs. "),
    "doubt": Text("最有希望的是{channel}：每 {one} 预计带回 {each}，但 90% 区间 {low} 至 {high} 不排除低于成本。", "{channel} is the most promising: {each} for each {one}, but its 90% interval of {low} to {high} does not rule out less than it costs. "),
    "from": Text("先从{channel}减：那里每 {one} 只带回 {each}{unsure}。", "Take it from {channel}, where {one} brings only {each}{unsure}. "),
    "unsure": Text("，但不确定", ", though that is uncertain"),
    "plan": Text("全部调整预计多带回 {gain}（{low} 至 {high}），总花费 {total} 不变{days}。", "All moves together: {gain} more ({low} to {high}) for the same {total}{days}. "),
    "days": Text("（{days} 天口径）", ", over {days} days"),
    "stay": Text("{channels} 个渠道里没有一个值得从别处挪钱：现在的分配已接近最好。", "Of {channels} none is worth moving money to: the split is about as good as it gets. "),
    "no_plan": Text("没有预算建议：缺少触点或花费，或者数据还太少。", "There is no budget plan: touches or costs are missing, or there is too little data. "),
    "act_invest": Text("先从 {current} 加到 {proposed}，并设对照组 holdout/{channel} 核对增量。", "Go from {current} to {proposed}, and keep a control group, holdout/{channel}, to check."),
    "act_invest_held": Text("从 {current} 加到 {proposed}；对照组 holdout/{channel} 已在核对增量。", "Go from {current} to {proposed}; the control group holdout/{channel} checks it."),
    "act_test": Text("先做对照实验 holdout/{channel}：一部分人不投放，看增量是否超过成本。", "Run the experiment holdout/{channel} first: leave some people out and see whether the difference pays."),
    "act_stay": Text("预算不动，下个月再看。", "Leave the budget; look again next month."),
    "act_no_plan": Text("接入 touches 与 spend 两张表。", "Connect the tables touches and spend."),
    # tables
    "a_list": Text("名单", "List"),
    "a_plan": Text("计划", "Plan"),
    "a_playbook": Text("剧本", "Playbook"),
    "a_test": Text("实验", "Experiment"),
    "uplift": Text("人均增益", "uplift a person"),
    # did it work
    "lift": Text("{name} 的提升", "lift of {name}"),
    "net": Text("{playbooks} 个剧本满了观察期：净增益 {net}（90% 区间 {low} 至 {high}），已扣除花费 {cost}。", "{playbooks} can be judged: {net} net (90% interval {low} to {high}), after {cost} of cost. "),
    "best": Text("{name}人均 {uplift}（{low} 至 {high}）。", "{name}: {uplift} a person ({low} to {high}). "),
    "no_net": Text("还没有满观察期的干预。", "No playbook can be judged yet. "),
    "ships": Text("{experiments} 个实验里 {ship} 个可以上线：{name}使“{metric}”变化 {lift}{interval}。", "Of {experiments} {ship} can ship: {name} changed {metric} by {lift}{interval}. "),
    "stops": Text("{experiments} 个实验里 {stop} 个不该上线：{name}使“{metric}”变化 {lift}{interval}。", "Of {experiments} {stop} should not ship: {name} changed {metric} by {lift}{interval}. "),
    "runs": Text("{experiments} 个实验都还没有结论。", "Not one of {experiments} has a verdict yet. "),
    "runs_one": Text("唯一的实验还没有结论。", "The one experiment has no verdict yet. "),
    "worth_up": Text("{metric}人均多 {by}{interval}。", "It added {by} of {metric} a person{interval}. "),
    "worth_down": Text("{metric}人均少 {by}{interval}。", "It took away {by} of {metric} a person{interval}. "),
    "worth_open": Text("是否赚钱还看不出：{metric}人均相差 {by}{interval}。", "Whether it pays cannot be told: {by} of {metric} a person{interval}. "),
    "broken": Text("{experiments} 个实验有误，不能用{are}。", "{experiments} {are} broken. "),
    "launches": Text("{launches} 次上线有结论：{up} 次上升，{down} 次下降。", "{launches} can be judged: {up} up, {down} down. "),
    "no_effect": Text("没有干预、实验或上线可以判断。", "There is no intervention, experiment or launch to judge. "),
    "act_ship": Text("上线{name}，留一小组对照继续看价值。", "Ship {name}, and keep a small control group to watch value."),
    "act_keep": Text("保留有效的剧本，考虑增加预算。", "Keep the playbooks that work, and consider a larger budget."),
    "act_stop": Text("停掉{name}，把钱给有效的。", "Stop {name}; give the money to what works."),
    "act_run": Text("继续运行，不提前下结论。", "Let them run; do not call them early."),
    "act_early": Text("保留对照组，满观察期后这里给出增益、花费与净额。", "Keep the control arms: uplift, cost and net stand here once the days are over."),
    "act_repair": Text("先修好有误的实验。", "Mend the broken experiments first."),
    "act_no_effect": Text("给下一次动作设对照组：剧本或 [[experiments]]。", "Give the next action a control group: a playbook, or [[experiments]]."),
}  # fmt: skip
STATE: dict[str, Text] = {
    "good": Text("● 正常", "● fine"),
    "watch": Text("▲ 关注", "▲ watch"),
    "bad": Text("■ 报警", "■ alert"),
    "none": Text("○ 不判断", "○ not judged"),
}
TITLES: dict[str, Text] = {
    "health": Text("健康：指标与阈值", "Health: indicators and thresholds"),
    "change": Text("变化：七天的变动与正常范围", "Change: moves in seven days and what is usual"),
    "people": Text("用户：名单与计划", "People: lists and plans"),
    "channel": Text("渠道：每多投一份钱带回多少", "Channels: what more money brings"),
    "effect": Text("效果：干预与实验", "Effects: interventions and experiments"),
}
NOTES: dict[str, Text] = {
    "health": Text(
        "有阈值的按阈值亮灯（第一天关注，第二天起报警），没有阈值的按正常范围。",
        "By the threshold where there is one (watch on the first day beyond, alert from the second), else by the usual range.",
    ),
    "change": Text(
        "与 7 天前比（那天若在大促，则与更早的同一星期几比）；正常范围来自同星期几的历史，没有变化分解时来自以往的七日变动（中位数 ± 3 倍稳健标准差）。",
        "Against 7 days before (earlier by weeks, where that day was in a sale); the usual range is that of the weekday, or, without a breakdown of changes, that of earlier moves in seven days (median ± 3 robust standard deviations).",
    ),
    "people": Text(
        "名单按生命周期价值页的定义；计划只列人数，名单见策略中心页。",
        "Lists as the page of lifetime value defines them; who is in a plan stands on the page of strategy.",
    ),
    "channel": Text(
        "每份 = 预计增益 ÷ 调整额，90% 区间；按区间下限排序：最有把握的在最前。负的调整额是要减的渠道。",
        "Expected gain over what is moved, 90% interval; sorted by the lower end: the surest first. Channels with a negative move are those to take from.",
    ),
    "effect": Text(
        "剧本：实验组与对照组人均净额之差，90% 区间，净增益已扣花费。实验：决定性指标的相对提升与区间。",
        "Playbooks: difference of net value a person from control, 90% interval, net of cost. Experiments: lift of the metric that decides, with its interval.",
    ),
}
COLUMNS: dict[str, Text] = {
    "figure": Text("指标", "Figure"),
    "value": Text("现在", "Now"),
    "before": Text("对比日", "Day compared"),
    "last_week": Text("7 天前", "7 days before"),
    "rule": Text("规则", "Rule"),
    "light": Text("灯", "Light"),
    "moved": Text("变动", "Move"),
    "usual": Text("正常范围", "Usual range"),
    "name": Text("名称", "Name"),
    "kind": Text("类型", "Kind"),
    "people": Text("人数", "People"),
    "expected": Text("预期价值", "Expected value"),
    "state": Text("状态", "State"),
    "channel": Text("渠道", "Channel"),
    "current_cost": Text("现有花费", "Cost now"),
    "proposed_cost": Text("建议花费", "Proposed"),
    "change": Text("调整额", "Move"),
    "each": Text("每份带回", "Back for each"),
    "each_low": Text("区间下限", "Lower end"),
    "each_high": Text("区间上限", "Upper end"),
    "metric": Text("指标", "Metric"),
    "by": Text("变化", "Change"),
    "range": Text("区间", "Interval"),
    "net": Text("净增益", "Net"),
}
_MANY: dict[str, tuple[str, str]] = {
    "people": ("person", "people"),
    "plans": ("plan", "plans"),
    "figures": ("other figure", "other figures"),
    "special": ("figure", "figures"),
    "alerts": ("alert", "alerts"),
    "channels": ("channel", "channels"),
    "playbooks": ("playbook", "playbooks"),
    "experiments": ("experiment", "experiments"),
    "launches": ("launch", "launches"),
}


def counted(n: int, of: str) -> Text:
    """So many of a thing; in Chinese the number alone: templates hold the measure word.

    >>> counted(1, "people").en, counted(2, "people").en, counted(2, "people").zh
    ('1 person', '2 people', '2')
    """
    one, many = _MANY[of]
    shown = number(n, "count")
    return Text(shown.zh, f"{shown.en} {one if n == 1 else many}")


def are(n: int) -> Text:
    """The verb of so many."""
    return Text("", "is" if n == 1 else "are")


def joined(parts: list[Text]) -> Text:
    """Sentences one after another, Chinese ones without a space between them."""
    return Text("".join(p.zh for p in parts).strip(), "".join(p.en for p in parts).strip())


def listed(parts: list[Text]) -> Text:
    """Items of a list.

    >>> listed([Text("甲", "a"), Text("乙", "b")])
    Text(zh='甲、乙', en='a; b')
    """
    return Text("、".join(p.zh for p in parts), "; ".join(p.en for p in parts))
