"""The words of the funnel page."""

from __future__ import annotations

from ltv.text import Text, same

STEP: dict[str, Text] = {
    "visit": Text("访问", "visit"),
    "search": Text("搜索", "search"),
    "view": Text("浏览商品", "view a product"),
    "add_to_cart": Text("加入购物车", "add to cart"),
    "remove_from_cart": Text("移出购物车", "remove from cart"),
    "register": Text("注册", "register"),
    "login": Text("登录", "log in"),
    "activate_trial": Text("激活试用", "activate a trial"),
    "submit_order": Text("提交订单", "submit an order"),
    "pay_success": Text("支付成功", "pay"),
    "share": Text("分享", "share"),
    "click": Text("点击", "click"),
    "paid": Text("支付", "paid"),
    "recommend_show": Text("看到推荐", "see a recommendation"),
}
STATUS: dict[str, Text] = {
    "new": Text("未注册", "not registered"),
    "registered": Text("已注册、未付款", "registered, never paid"),
    "customer": Text("已付款", "has paid before"),
}
KIND: dict[str, Text] = {
    "source": Text("来源", "source"),
    "status": Text("进入时的身份", "status at entry"),
}


def step(name: str) -> Text:
    """What a step is called.

    >>> step("register").zh, step("my_event").en
    ('注册', 'my_event')
    """
    return STEP.get(name, same(name))


WORDS: dict[str, Text] = {
    "step": Text("步骤", "Step"),
    "users": Text("人数", "People"),
    "pending": Text("窗口未结束", "Still open"),
    "users_closed": Text("窗口已结束的人数", "People, window over"),
    "rate_from_previous": Text("上一步转化率", "From the step before"),
    "rate_from_first": Text("首步转化率", "From the first step"),
    "median": Text("距上一步的中位耗时", "Median time from the step before"),
    "segment_kind": Text("维度", "Kind"),
    "segment": Text("分群", "Group"),
    "entered": Text("进入人数", "People who entered"),
    "lost": Text("流失人数", "People lost"),
    "lost_after": Text("在此之后流失", "Lost after"),
    "instead": Text("之后首先做了什么", "What they did next"),
    "people": Text("人数", "People"),
    "share": Text("占流失者", "Share of the lost"),
    "nothing": Text("窗口内没有其他行为", "nothing more within the window"),
    "date": Text("进入日", "Day of entry"),
    "entrants": Text("当日进入人数", "People who entered that day"),
    "converted": Text("其中转化", "Of them converted"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "of_everybody": Text("全体", "Everybody"),
    "label_entered": Text("{n} 人进入", "{n} people entered"),
    "label_step": Text(
        "<b>{first}</b> · {n} 人<br>上一步的 {previous}", "<b>{first}</b> · {n} people<br>{previous} of the step before"
    ),
    "rate_7d": Text("7 日滚动转化率", "Conversion, rolling 7 days"),
    "days_with_data": Text("7 天中有数据的天数", "Days with data, of 7"),
    "no_data": Text("无数据", "no data"),
    "seconds": Text("{n} 秒", "{n} s"),
    "minutes": Text("{n} 分钟", "{n} min"),
    "hours": Text("{n} 小时", "{n} h"),
    "days": Text("{n} 天", "{n} days"),
    "tile_overall": Text("从{first}到{last}的转化率", "From {first} to {last}"),
    "tile_overall_rule": Text(
        "只计窗口（{window}）已结束的 {n} 人；最近 7 个完整进入日对此前 7 日，差异在 5% 水平显著才标红或绿",
        "{n} {n:person|people} whose window ({window}) is over; last 7 complete days of entry against the 7 before, red or green only where the difference holds at the 5% level",
    ),
    "tile_entered": Text("进入漏斗的人数", "People who entered"),
    "tile_entered_rule": Text("每人只计一次", "everybody counts once"),
    "tile_pending": Text("窗口未结束的人数", "People whose window is open"),
    "tile_pending_rule": Text(
        "未完成，但仍在{window}的窗口内：不算流失", "not done and still within {window}: not lost"
    ),
    "tile_worst": Text("最大流失处：{before} → {after}", "Largest loss: {before} → {after}"),
    "tile_worst_rule": Text("上一步转化率，只计窗口已结束的人", "from the step before, windows that are over"),
    "week_before": Text("此前 7 日", "the 7 days before"),
    "nobody": Text(
        "没有人进入这个漏斗：截至这一天没有“{first}”。",
        "Nobody entered this funnel: there is no “{first}” up to this day.",
    ),
    "too_early": Text(
        "还不能判断：{n} 人进入，但没有任何人的窗口（{window}）已结束。",
        "Too early: {n} {n:person|people} entered, and nobody's window ({window}) is over yet.",
    ),
    "worst": Text(
        "流失最多的一步是“{before} → {after}”：{of} 人中有 {lost} 人（{share}）在{window}内没有走到下一步（95% 区间 {low}–{high}）。",
        "Most are lost between “{before}” and “{after}”: {lost} of {of} {of:person|people} ({share}) did not go on within {window} (95% interval {low}–{high}).",
    ),
    "worst_did": Text("他们接下来做的多是：{what}。", "What they did next: {what}."),
    "did": Text("{event}（{share}）", "{event} ({share})"),
    "act_nothing": Text(
        "多数人就此离开：先查这一步页面的加载、报错和入口，再用对照实验试一次窗口内的提醒。",
        "Most simply left: first look at loading, errors and the way in at this step, then try a reminder within the window against a control group.",
    ),
    "act_instead": Text(
        "多数人没有离开，而是去做别的：看这一步是否放错了位置，或给他们理由；用对照实验确认，漏斗本身不说明原因。",
        "Most did not leave but did something else: see whether the step stands in the wrong place, or give a reason for it; confirm by an experiment, since a funnel does not tell causes.",
    ),
    "all_through": Text(
        "窗口已结束的 {n} 人全部走完了漏斗。", "Everybody whose window is over went through ({n} {n:person|people})."
    ),
    "waiting": Text(
        "另有 {n} 人还在窗口内（占进入者 {share}），不计入转化率；过{window}再看。",
        "{n} more {n:person is|people are} still within the window ({share} of those who entered) and in no rate; look again in {window}.",
    ),
    "trend_up": Text(
        "按进入日（一人一天一次，含回访者），最近 7 个完整日的转化率是 {rate}，此前 7 日是 {before}（{change}）：在变好。",
        "By day of entry (a person once a day, those who come back too) conversion of the last 7 complete days is {rate}, of the 7 before {before} ({change}): it is getting better.",
    ),
    "trend_down": Text(
        "按进入日（一人一天一次，含回访者），最近 7 个完整日的转化率是 {rate}，此前 7 日是 {before}（{change}）：在变差。",
        "By day of entry (a person once a day, those who come back too) conversion of the last 7 complete days is {rate}, of the 7 before {before} ({change}): it is getting worse.",
    ),
    "trend_flat": Text(
        "按进入日（一人一天一次，含回访者），最近 7 个完整日的转化率是 {rate}，此前 7 日是 {before}：没有可确认的变化。",
        "By day of entry (a person once a day, those who come back too) conversion of the last 7 complete days is {rate}, of the 7 before {before}: no confirmed change.",
    ),
    "act_trend_down": Text(
        "先确认埋点和数据没有缺失，再看这几天改了什么。",
        "First see that no tracking is missing, then what was changed in these days.",
    ),
    "gap": Text(
        "按{kind}看差异最大：{best}走完的占 {high}，{worst}只有 {low}（在 5% 水平显著；人群不同，不等于原因）。",
        "By {kind} the difference is largest: {high} of “{best}” come through, {low} of “{worst}” (it holds at the 5% level; these are different people, so it is no cause).",
    ),
    "act_gap": Text("先在“{worst}”里走一遍这条路径。", "Walk through the steps as “{worst}” would."),
    "counters": Text(
        "计数器 funnel_step_total 数的是事件，不是人：同一个人来两次计两次，因此与本页人数不同。",
        "The counters funnel_step_total count events, not people: who comes twice counts twice, so they differ from the people on this page.",
    ),
    "funnel_title": Text("漏斗：每一步有多少人", "The funnel: people at every step"),
    "funnel_note": Text(
        "每人计一次，取走得最深的一次进入（同深取最晚）；步骤须按序，全部在进入后{window}内。条形是走到这一步的比例，须线是 95% 区间，只计窗口已结束的人；人数也含窗口未结束的人，他们不算流失。选了分群时，灰色竖线是全体。{ties}",
        "Everybody counts once, by the entry that comes deepest (the latest of several); steps in order, all within {window} of the entry. Bars are the share who came so far with its 95% interval, of people whose window is over; counts include people whose window is open, who are not lost. With a segment chosen, the grey mark is everybody. {ties}",
    ),
    "funnel_alt": Text("漏斗各步骤的人数与转化率。", "People and conversion at every step of the funnel."),
    "steps_title": Text("每一步的转化与耗时", "Conversion and time of every step"),
    "steps_note": Text(
        "转化率与耗时只用窗口已结束的进入；“人数”含未结束的。",
        "Rates and times are those of entries whose window is over; “people” holds open ones too.",
    ),
    "breakdown_title": Text("按来源、身份与分群", "By source, status and segment"),
    "breakdown_note": Text(
        "来源与身份取进入时的值，各自相加等于总体；分群取截至日的值，可重叠。转化率只计窗口已结束的人。",
        "Source and status are those at the entry and add up to the whole; segments are those of the as-of day and may overlap. Rates are of people whose window is over.",
    ),
    "instead_title": Text("流失的人接下来做了什么", "What the lost did next"),
    "instead_note": Text(
        "到达最后一步之后、窗口之内的第一个事件；每步列前几项。只计窗口已结束的人。这是先后，不是原因。",
        "The first event after the last step reached, within the window; the most frequent of each step. People whose window is over. This is what came after, not why.",
    ),
    "rolling_title": Text(
        "按进入日的 7 日滚动转化率（近 90 天）", "Conversion by day of entry, rolling 7 days (last 90 days)"
    ),
    "rolling_note": Text(
        "某天进入的人在{window}内走完的比例，连同此前 6 天；一人一天计一次，回访者也计入（已注册的人不能再注册），因此低于上面的转化率。只画窗口全部结束的日子；没有任何事件的日子是“无数据”，留空。阴影是 95% 区间。",
        "Share of those who entered on a day and came through within {window}, with the 6 days before; a person counts once a day, those who come back too (who has registered cannot do it again), so it is lower than the rate above. Only days whose windows are all over; a day without any event is “no data” and stays blank. The band is the 95% interval.",
    ),
    "rolling_alt": Text("按进入日的滚动转化率。", "Rolling conversion by day of entry."),
}
TIES: dict[str, Text] = {
    "steps": Text("同一时刻按步骤顺序。", "At the same moment the order of the steps decides."),
    "event_id": Text("同一时刻按 event_id 顺序。", "At the same moment the order of event_id decides."),
    "later": Text("后一步必须更晚。", "A step must be later than the one before."),
}
