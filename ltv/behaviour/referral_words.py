"""The words of the page on referral."""

from __future__ import annotations

from ltv.text import Text

KIND: dict[str, Text] = {
    "counted": Text("有效计入的邀请", "Invitations that count"),
    "alone": Text("自己来的", "Came alone"),
    "again": Text("重复邀请", "Invited again"),
    "self": Text("自己邀请自己", "Invited themselves"),
    "cycle": Text("会形成回路的邀请", "Would close a circle"),
    "ring": Text("刷奖团伙", "Rings of reward hunters"),
    "unknown": Text("身份未知", "Nobody known"),
    "deeper": Text("更深层级", "Deeper levels"),
}
MEANING: dict[str, Text] = {
    "counted": Text("每人的第一次邀请，全部计入本页", "the first invitation of a person; all figures are of these"),
    "alone": Text("没有邀请人", "nobody invited them"),
    "again": Text("此人早已在册；只认第一次", "the person was already there; only the first row of a person counts"),
    "self": Text("邀请人与受邀人是同一个人", "inviter and invitee are one person"),
    "cycle": Text(
        "邀请人本就是受邀人的下线；最晚的一条被剪断", "the inviter descends from the invitee; the latest link is cut"
    ),
    "ring": Text(
        "至少 {least} 人、各在加入 {days} 天内互相拉入、都满 {window} 天、无一人下过单；真实用户中这样的组不到 1%",
        "at least {least} people who brought each other in within {days} days of joining, all there for {window} days, "
        "none of whom ever bought; chance makes less than 1% of such groups so",
    ),
    "no_ring": Text(
        "数据不足以判断（受邀人中没有买家，或都未满窗口期）",
        "cannot be judged: no invitee bought, or none has been there long enough",
    ),
    "unknown": Text("标识对不上任何人", "an identifier that belongs to nobody known"),
    "deeper": Text("已计入的邀请中，深于所示层级的", "of the invitations that count, those below the levels told"),
}
STATE: dict[str, Text] = {
    "converted": Text("已转化", "Converted"),
    "not_converted": Text("未转化", "Not converted"),
    "pending": Text("窗口未结束", "Window open"),
    "root": Text("发起人", "Started it"),
}
USERS: dict[str, Text] = {
    "active": Text("近 {period} 天活跃用户（{of}）", "users active in the last {period} days ({of})"),
    "registered": Text("截至当日的全部注册用户", "all members registered by that day"),
}
OF_ACTIVE: dict[bool, Text] = {
    True: Text("有行为、订单或邀请", "events, orders or invitations"),
    False: Text("有订单或邀请；没有行为数据", "orders or invitations; there are no events"),
}
WORDS: dict[str, Text] = {
    "depth": Text("层级", "Depth"),
    "channel": Text("渠道", "Channel"),
    "inviters": Text("邀请人", "Inviters"),
    "invitees": Text("受邀人", "Invitees"),
    "converted": Text("已转化", "Converted"),
    "pending": Text("窗口未结束", "Window open"),
    "conversion_rate": Text("转化率", "Conversion"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "revenue": Text("窗口内净收入", "Net revenue in the window"),
    "revenue_each": Text("人均净收入", "Net revenue each"),
    "kind": Text("类别", "Kind"),
    "rows": Text("行数", "Rows"),
    "people": Text("人数", "People"),
    "groups": Text("组数", "Groups"),
    "meaning": Text("判定规则", "Rule"),
    "date": Text("日期", "Date"),
    "effective_per_user": Text("人均有效邀请", "Effective invitations a user"),
    "invitations_per_user": Text("人均邀请", "Invitations a user"),
    "k_factor": Text("裂变系数 K", "K-factor"),
    "cycle_time_days": Text("裂变周期", "Cycle time"),
    "user_id": Text("用户", "Person"),
    "inviter": Text("邀请人", "Inviter"),
    "state": Text("状态", "State"),
    "level": Text("第 {n} 层", "Level {n}"),
    "goal": Text("目标 {goal}", "goal {goal}"),
    "goal_far": Text("目标 {goal}，远在图外 ↑", "goal {goal}, far above ↑"),
    "tile_effective": Text("近 {period} 天人均有效邀请", "Effective invitations a user, {period} days"),
    "tile_conversion": Text("受邀人 {window} 天转化率", "Invitees who buy within {window} days"),
    "tile_apart": Text("剔除的邀请", "Invitations set apart"),
    "rule_effective": Text("不低于 {goal} 为绿；除以{users}", "green from {goal} on; divided by {users}"),
    "rule_users": Text("除以{users}", "divided by {users}"),
    "rule_k": Text(
        "人均邀请 × 转化率；大于 1 才会自行增长", "invitations a user × conversion; grows by itself above 1"
    ),
    "rule_conversion": Text(
        "窗口已结束的 {n} 人；95% 区间", "of {n} {n:person|people} whose window is over; 95% interval"
    ),
    "rule_cycle": Text(
        "被邀请到首次邀请他人的中位天数，只算邀请过他人的",
        "median from being invited to inviting; of those who invited",
    ),
    "rule_apart": Text("占全部邀请的 {share}", "{share} of all invitations"),
    "earlier": Text("{period} 天前", "{period} days before"),
    "nobody": Text("截至当日没有一次计入的邀请。", "No invitation that counts by this day."),
    "below": Text(
        "裂变没有撑起增长：近 {period} 天每位用户带来 {value} 次有效邀请，目标是 {goal}。",
        "Referral does not carry growth: each user brought {value} effective invitations in {period} days; the goal is {goal}.",
    ),
    "reached": Text(
        "裂变达标：近 {period} 天每位用户带来 {value} 次有效邀请，目标 {goal}。",
        "Referral reaches its goal: each user brought {value} effective invitations in {period} days; the goal is {goal}.",
    ),
    "plain": Text(
        "近 {period} 天每位用户带来 {value} 次有效邀请。",
        "Each user brought {value} effective invitations in {period} days.",
    ),
    "lack_invitations": Text(
        "缺的是邀请而不是转化：按现在 {rate} 的转化率，人均要发出 {needed} 次邀请，现在是 {now} 次。先让更多人开口邀请。",
        "Invitations are missing, not conversion: at {rate} conversion each user would have to send {needed}; now it is {now}. Get more people to invite.",
    ),
    "lack_conversion": Text(
        "缺的是转化：人均邀请 {now} 次，只有 {rate} 转化。改进受邀人的首单。",
        "Conversion is missing: {now} invitations a user, of which only {rate} convert. Work on the first order of invitees.",
    ),
    "k": Text(
        "K = {k}：100 位用户在 {period} 天内带来约 {n} 位会下单的新人{grows}。",
        "K = {k}: 100 users bring about {n} new {n:buyer|buyers} in {period} days{grows}.",
    ),
    "grows_not": Text("，不会自行增长", ", so it does not grow by itself"),
    "grows": Text("，会自行增长", ", so it grows by itself"),
    "gap": Text(
        "{best} 渠道的受邀人 {high} 会下单，{worst} 只有 {low}，差距在 5% 水平显著。",
        "{high} of those invited by {best} buy, {low} by {worst}; the difference holds at the 5% level.",
    ),
    "act_gap": Text(
        "把邀请入口从 {worst} 挪向 {best}，用实验验证。",
        "Move the invitation from {worst} to {best}, in an experiment.",
    ),
    "no_gap": Text(
        "各渠道受邀人的转化率看不出差别（合计 {rate}，{n} 人）。",
        "Channels do not differ in conversion beyond chance ({rate} of {n} {n:person|people} in all).",
    ),
    "apart": Text(
        "{rows} 次邀请（{share}）被剔除：重复 {again}，自邀 {own}，回路 {cycle}，团伙 {ring}，未知 {unknown}。",
        "{rows} {rows:invitation is|invitations are} set apart ({share}): repeated {again}, own {own}, circles {cycle}, rings {ring}, unknown {unknown}.",
    ),
    "rings": Text(
        "发现 {groups} 个刷奖团伙，共 {people} 人，没有一人下过单。",
        "{groups} {groups:ring|rings} of reward hunters found, with {people} {people:person|people}, none of whom ever bought.",
    ),
    "act_rings": Text("暂停发放其邀请奖励，人工复核后再定。", "Hold their rewards until somebody has looked at them."),
    "pending_told": Text(
        "{n} 位受邀人的窗口还没结束，既不算成功也不算失败。",
        "{n} {n:invitee still has|invitees still have} time to buy; {n:it counts|they count} neither as converted nor as lost.",
    ),
    "channels_title": Text("各渠道转化率", "Conversion by channel"),
    "channels_note": Text(
        "受邀后 {window} 天（每天 24 小时）内有一笔已支付订单即转化；只算窗口已结束的人；层级 1–{depth}；横线为 95% 区间。",
        "Converted: a paid order within {window} days of 24 hours after the invitation. Only people whose window is over; levels 1 to {depth}; lines are 95% intervals.",
    ),
    "channels_alt": Text("每个渠道一个转化率与区间", "one conversion rate with its interval for each channel"),
    "depths_title": Text("各层级的受邀人", "Invitees by depth"),
    "depths_note": Text(
        "第 1 层由没有被邀请过的人邀请，第 2 层由第 1 层邀请，依此类推。",
        "Level 1 was invited by people whom nobody invited, level 2 by level 1, and so on.",
    ),
    "depths_alt": Text(
        "每层受邀人分为已转化、未转化、窗口未结束", "invitees of each level: converted, not converted, window open"
    ),
    "by_channel_title": Text("层级 × 渠道", "Depth by channel"),
    "by_channel_note": Text(
        "收入为受邀后 {window} 天内订单的净收入，窗口未结束的算到当日为止；同一人在多个渠道邀请过会分别计入邀请人。",
        "Net revenue of orders in the {window} days after the invitation, so far where the window is open. Who invites through several channels is an inviter of each.",
    ),
    "trend_title": Text("人均有效邀请与 K", "Effective invitations a user, and K"),
    "trend_note": Text(
        "每一天向前看 {period} 天，除以{users}。有效邀请按受邀人首次付款的时间计，K 用窗口在这段时间内结束的邀请的转化率。",
        "Each day looks back over {period} days and divides by {users}. An invitation is effective when its invitee first pays; K uses the conversion of invitations whose window ended in these days.",
    ),
    "trend_alt": Text("两条按日的曲线", "two lines over days"),
    "tree_title": Text("最大的一棵邀请树", "The largest invite tree"),
    "tree_note": Text(
        "共 {n} 人，{depth} 层；画出 {shown} 人。点旁是窗口内净收入，可下载全部所画人员。团伙不在其中。",
        "{n} {n:person|people} on {depth} {depth:level|levels}, {shown} of them drawn. Beside a point: net revenue in the window. Rings are not in it.",
    ),
    "tree_alt": Text("从左到右展开的邀请树", "a tree of invitations from left to right"),
    "set_apart_title": Text("剔除了什么", "What is set apart"),
    "set_apart_note": Text(
        "每一行邀请记录恰好属于一类，行数之和等于全部记录；“更深层级”已含在计入的邀请中。团伙按组判定，人数含发起人。",
        "Each row of the invitations belongs to exactly one kind, and together they are all rows; “deeper levels” are part of those that count. Rings count their people with the one who began.",
    ),
}
