"""The words of the strategy centre."""

from __future__ import annotations

from ltv.text import Text

ACTION: dict[str, Text] = {
    "personal_voucher": Text("专属券 + 客服回访", "Personal voucher and a call by service"),
    "study_bundle": Text("学期组合", "Study-term bundle"),
    "call": Text("安排电话", "Line up a call"),
    "invite_friend": Text("邀请好友", "Invite a friend"),
    "short_video": Text("短视频唤醒", "Short video"),
    "coupon": Text("优惠券", "Coupon"),
    "contact_frequency": Text("调整触达频次", "Frequency of contacts"),
}
LEFT_OUT: dict[str, Text] = {
    "consent": Text("没有该渠道的联系授权", "has not agreed to be contacted by this channel"),
    "cap": Text("近期触达已到上限", "has been contacted as often as is allowed"),
    "again": Text("不久前已进入过本剧本", "was in this playbook not long ago"),
    "taken": Text("今天已由排在前面的剧本安排", "is planned for by an earlier playbook today"),
    "places": Text("超过每次人数上限", "beyond the most people of a plan"),
    "budget": Text("超出预算", "beyond the budget"),
}
WHY: dict[str, Text] = {
    "every_day": Text("每天", "every day"),
    "no_health": Text(
        "没有健康度结果，不知道是否触发", "there is no health board, so nothing is known to have triggered"
    ),
    "quiet": Text(
        "{indicator}（{segment}）近 {days} 天没有触发", "{indicator} ({segment}) has not triggered in {days} days"
    ),
    "triggered": Text("{indicator}（{segment}）于 {date} 触发", "{indicator} ({segment}) triggered on {date}"),
}
REASON = Text("{why}；流失概率 {churn}，预测价值 {worth}", "{why}; churn probability {churn}, predicted value {worth}")
UNKNOWN = Text("未知", "unknown")
WORDS: dict[str, Text] = {
    "playbook": Text("剧本", "Playbook"),
    "action": Text("动作", "Action"),
    "people": Text("触达人数", "People spoken to"),
    "control": Text("对照人数", "Control"),
    "found": Text("符合条件", "Found"),
    "cost": Text("花费", "Cost"),
    "state": Text("状态", "State"),
    "why": Text("为什么", "Why"),
    "uplift": Text("人均增益", "Uplift a person"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "net": Text("净增益", "Net"),
    "n": Text("实验组", "Treated"),
    "n_control": Text("对照组", "Control"),
    "verdict": Text("结论", "Verdict"),
    "reason": Text("原因", "Reason"),
    "left_out": Text("被排除", "Left out"),
    "n_out": Text("人数", "People"),
    "user_id": Text("用户", "User"),
    "arm": Text("组别", "Arm"),
    "expected": Text("预测价值", "Predicted value"),
    "churn_probability": Text("流失概率", "Churn probability"),
    "expires_at": Text("失效时间（UTC）", "Expires (UTC)"),
    "tile_people": Text("今天触达", "Spoken to today"),
    "tile_people_rule": Text("另有 {n} 人进入对照组，不触达", "and {n} more in control arms, who get nothing"),
    "tile_cost": Text("今天花费", "Cost today"),
    "tile_cost_rule": Text("{plans} 个计划等待批准", "{plans} {plans:plan waits|plans wait} for approval"),
    "tile_gain": Text("预计增益", "Expected gain"),
    "tile_gain_rule": Text(
        "按已测得的人均增益；没有测过的剧本不计", "by what was measured so far; playbooks that never ran are left out"
    ),
    "tile_net": Text("已测得的净增益", "Net gain measured"),
    "tile_net_rule": Text(
        "实验组减对照组的增益减花费，已满观察期的干预",
        "uplift against control less cost, of interventions whose days are over",
    ),
    "plans": Text("今天的计划", "Today's plans"),
    "plans_note": Text(
        "每个剧本都随机留出对照组；超过 {people} 人或 {cost} 的计划要先批准：ltv strategy approve 计划名。预计增益 = 已测得的人均增益 × 人数，没有测过的为空。",
        "Every playbook leaves a control arm out by chance. Plans for more than {people} people or {cost} wait for: ltv strategy approve PLAN. Expected gain: uplift measured so far times people; empty where nothing was measured yet.",
    ),
    "left": Text("谁没有被安排，为什么", "Who is left out, and why"),
    "left_note": Text("第一个成立的原因。", "The first reason that holds."),
    "effects": Text("做过的有没有用", "Did what was done work"),
    "effects_note": Text(
        "实验组与对照组在观察期内人均净额之差，90% 区间；净增益 = 增益 × 人数 − 花费。",
        "Difference of net value a person between treatment and control over the days compared, 90% intervals. Net: uplift times people, less cost.",
    ),
    "effects_alt": Text(
        "点：各剧本与动作的人均增益，线：90% 区间。",
        "Points: uplift a person of each playbook and action; lines: 90% intervals.",
    ),
    "list": Text("名单", "People"),
    "list_note": Text("前 {n} 人；下载有全部。对照组不触达。", "The first {n}. The control arm gets nothing."),
    "plan": Text("计划", "Plan"),
    "told_none": Text(
        "没有设置剧本：在 ltv.toml 里加 [[playbooks]]。", "There are no playbooks: add [[playbooks]] to ltv.toml."
    ),
    "act_none": Text("从 docs/strategy.md 的例子开始。", "Start from the examples in docs/strategy.md."),
    "told_plan": Text(
        "今天 {on} 个剧本启动：触达 {people} 人，对照 {control} 人，花费 {cost}。",
        "{on} {on:playbook is|playbooks are} on today: {people} {people:person is|people are} contacted, {control} kept as control, at {cost}.",
    ),
    "told_frequency": Text(
        "{playbook}：告知 CRM 未来 {days} 天对 {n} 人的触达次数（{low} 至 {high} 次，按预测价值）。",
        "{playbook}: the CRM is told how often to contact {n} {n:person|people} in the next {days} days ({low} to {high} times, by predicted value).",
    ),
    "contacts": Text("触达次数", "Contacts"),
    "gain": Text("预计增益", "Expected gain"),
    "gain_low": Text("增益下限", "Gain, lower end"),
    "gain_high": Text("增益上限", "Gain, upper end"),
    "told_quiet": Text("今天没有剧本启动。", "No playbook is on today."),
    "told_wait": Text("{n} 个计划等待批准：{plans}。", "{n} {n:plan waits|plans wait} for approval: {plans}."),
    "act_wait": Text(
        "看过名单与花费后，运行 ltv strategy approve {plan}。",
        "After a look at people and cost, run ltv strategy approve {plan}.",
    ),
    "told_works": Text(
        "{playbook} 有效：人均 +{uplift}（90% 区间 {low} 至 {high}），扣除花费净增 {net}。",
        "{playbook} works: {uplift} more a person (90% interval {low} to {high}), {net} net of cost.",
    ),
    "act_works": Text("保留并考虑提高预算。", "Keep it, and consider a larger budget."),
    "told_harms": Text(
        "{playbook} 得不偿失：人均 {uplift}（90% 区间 {low} 至 {high}），净 {net}。",
        "{playbook} does not pay: {uplift} a person (90% interval {low} to {high}), {net} net.",
    ),
    "act_harms": Text("停用，或换动作。", "Stop it, or try another action."),
    "told_unsure": Text(
        "{playbook} 还看不出有没有用：人均 {uplift}（90% 区间 {low} 至 {high}），{n} 对 {n_control} 人。",
        "Whether {playbook} works cannot be judged yet: {uplift} a person (90% interval {low} to {high}), {n} against {n_control} people.",
    ),
    "told_early": Text("还没有满观察期的干预，效果以后才知道。", "No intervention is old enough yet to be judged."),
    "act_consent": Text(
        "在小程序和结算页请他们同意接收消息。", "Ask for their consent in the mini-program and at checkout."
    ),
    "told_consent": Text(
        "{n} 人符合条件但没有联系授权。",
        "{n} {n:person qualifies|people qualify} but {n:has|have} not agreed to be contacted.",
    ),
}
VERDICT: dict[str, Text] = {
    "works": Text("有效", "works"),
    "harms": Text("得不偿失", "does not pay"),
    "unsure": Text("还看不出", "not enough data"),
}
STATE: dict[str, Text] = {
    "on": Text("启动", "on"),
    "off": Text("未启动", "off"),
    "waits": Text("等待批准", "waits for approval"),
}
ARM: dict[str, Text] = {"treatment": Text("触达", "treatment"), "control": Text("对照", "control")}
