"""The words of the tour of the mall."""

from __future__ import annotations

from ltv.contract import INPUTS
from ltv.text import Text

TABLES = {name: Text(table.meaning.zh, name) for name, table in INPUTS.items()}
TYPES = {
    "student": Text("学生", "student"),
    "silver": Text("银发族", "silver"),
    "parent": Text("家长", "parent"),
    "bargain_hunter": Text("比价党", "bargain hunter"),
    "loyal": Text("忠诚用户", "loyal"),
    "one_off": Text("一次性用户", "one-off"),
}
CHANNELS = {
    "wechat_oa": Text("公众号", "WeChat account"),
    "douyin_shop": Text("抖音小店", "Douyin shop"),
    "douyin_feed": Text("抖音信息流", "Douyin feed"),
    "sms": Text("短信", "SMS"),
    "app_push": Text("App 推送", "app push"),
    "mini_program": Text("小程序消息", "mini-program"),
    "xiaohongshu": Text("小红书", "Xiaohongshu"),
    "search_ads": Text("搜索广告", "search ads"),
    "kol_live": Text("达人直播", "KOL live"),
    "email": Text("邮件", "e-mail"),
    "offline_qr": Text("线下扫码", "offline QR"),
    "tmall": Text("天猫", "Tmall"),
    "organic": Text("自然", "organic"),
}
EXPERIMENTS = {
    "first_order_coupon": Text("首单券", "first-order coupon"),
    "member_trial": Text("72 小时会员试用", "72 h member trial"),
    "referral_bonus": Text("邀请奖励", "referral bonus"),
    "scene_recommendation": Text("场景推荐", "scene recommendation"),
    "limited_time_offer": Text("限时优惠", "limited-time offer"),
}
WORDS = {
    "people": Text("人数", "People"),
    "rows": Text("行数", "Rows"),
    "rows_rule": Text("全部输入表合计", "all input tables together"),
    "arguments": Text("{days} 天，截至 {end}，种子 {seed}", "{days} days ending {end}, seed {seed}"),
    "best": Text("最有价值的十分之一占比", "Share of the best tenth"),
    "best_rule": Text("未来 90 天真实期望价值", "of the true expected value of 90 days"),
    "incremental": Text("广告带来的价值占比", "Share added by advertising"),
    "incremental_rule": Text("按生成模型，其余为自然价值", "by the generating model; the rest is organic"),
    "never_read": Text(
        "truth/ 里是答案。除本页外，任何笔记本和分析都不读取它；测试用它来评判估计。",
        "truth/ holds the answers. No notebook but this one and no analysis reads it; tests judge estimates by it.",
    ),
    "confounded": Text(
        "渠道投放偏向大城市（强度 {observed}）和看不见的购买热情（强度 {hidden}）；每个渠道随机留出 {holdout} 的人不触达。",
        "Channels aim at big cities (strength {observed}) and at an eagerness that no table shows (strength {hidden}); "
        "each channel leaves out {holdout} of the people at random.",
    ),
    "clicks_mislead": Text(
        "按点击看，{channel}最被高估：点击它的人多半本来就会来。",
        "Clicks flatter {channel} most: those who click it would mostly have come anyway.",
    ),
    "tables_title": Text("有哪些表", "Tables"),
    "tables_note": Text("ltv simulate 写出的全部输入表", "every input table that ltv simulate writes"),
    "table": Text("表", "Table"),
    "types_title": Text("六类人", "Six types of people"),
    "types_note": Text(
        "人数占比与未来 90 天真实期望价值占比（最近一个月末）",
        "share of people and of the true expected value of 90 days",
    ),
    "types_alt": Text("每类人的人数占比和价值占比的柱状图", "bars of the share of people and of value of each type"),
    "type": Text("类型", "Type"),
    "worth": Text("期望价值", "Expected value"),
    "channels_title": Text("渠道的真实贡献与点击", "What channels truly add, and their clicks"),
    "channels_note": Text(
        "真实增量 Shapley 价值占比，与点击数占比（均不含自然价值）",
        "share of the true incremental Shapley value, and of all clicks; organic value is left out",
    ),
    "channels_alt": Text(
        "每个渠道的真实增量占比和点击占比", "bars of the true share and the share of clicks of each channel"
    ),
    "channel": Text("渠道", "Channel"),
    "true": Text("真实增量", "True increment"),
    "clicks": Text("点击", "Clicks"),
    "values_title": Text("期望价值与实际消费", "Expected value and what was spent"),
    "values_note": Text(
        "按真实期望价值十等分，每组平均；未来 90 天，元",
        "means of tenths of people by true expected value; 90 days, CNY",
    ),
    "values_alt": Text("十个点靠近对角线", "ten points close to the diagonal"),
    "tenths": Text("每十分之一的人", "tenths of people"),
    "tenth": Text("第几组", "Tenth"),
    "equal": Text("完全相等", "equal"),
    "expected": Text("期望", "Expected"),
    "realised": Text("实际", "Realised"),
    "effects_title": Text("付费钩子的真实效果", "True effects of the paid hooks"),
    "effects_note": Text(
        "所有符合条件的人都参加与都不参加相比，人均增加多少",
        "more per eligible person if all are treated instead of none",
    ),
    "experiment": Text("钩子", "Hook"),
    "orders": Text("订单", "Orders"),
    "value": Text("价值", "Value"),
    "invites": Text("邀请", "Invitations"),
    "first_order_72h": Text("72 小时内首单率", "First order in 72 h"),
}
