"""The words of the page of people."""

from __future__ import annotations

from ltv.text import Text

RULES = {
    "account": Text("会员号本身", "an account"),
    "alone": Text("从未与其他标识同时出现", "never seen with another"),
    "linked": Text("只与这一个人同时出现", "seen with this person only"),
    "strongest": Text("有矛盾，归最强的关联", "contradictory: the strongest link decides"),
    "passed_on": Text("换过主人，按时间归属", "passed on: whoever has it at the time"),
    "last_login": Text("多人共用，归最近登录者", "shared: whoever logged in last"),
    "nobody": Text("共用期间无法归属", "shared, and nobody knows who"),
}
WORDS = {
    "people": Text("人数", "People"),
    "from_identifiers": Text("由 {n} 个标识合并而来", "from {n} identifiers"),
    "identified": Text("已识别的行占比", "Rows of known people"),
    "identified_rule": Text(
        "订单、行为与触点中，归到有会员号的人的占比", "of orders, events and touches: of a person with an account"
    ),
    "precision": Text("准确率（遮住登录）", "Precision (hidden logins)"),
    "precision_rule": Text(
        "遮住 {n} 次已知登录再猜：给出答案的里面，答对的占比",
        "{n} known logins hidden and asked for: share right of those answered",
    ),
    "merges": Text("合并与拆分", "Merges and splits"),
    "compared": Text("与 {date} 相比", "compared with {date}"),
    "first_time": Text("没有更早的日期可比", "no earlier date to compare with"),
    "largest": Text(
        "行为最多的一个人占全部行为的 {share}；这个数过大，就说明陌生人被误合并。",
        "The person with most rows has {share} of all; were that large, strangers would have been merged.",
    ),
    "one_person": Text(
        "{n} 个标识合并成 {people} 个人：同一个人在小程序、App、网页和客服只算一次。",
        "{n} identifiers are {people} people: who comes by mini-program, app, web and service counts once.",
    ),
    "shared": Text(
        "{n} 台设备由多人共用（家庭平板、门店一体机），未登录的行为归最近的登录者。",
        "{n} devices are shared (family tablets, kiosks): what happens without login goes to whoever logged in last.",
    ),
    "passed_on": Text("{n} 个手机号或邮箱换过主人。", "{n} phone numbers or e-mail addresses have changed hands."),
    "act_passed_on": Text("发短信前先核对现在的主人。", "Check who has the number now before you text it."),
    "accuracy": Text(
        "“94.7% 准确”没有意义：按全部标识对计算，一个也不合并也有 {nobody} 准确。请看准确率与召回率。",
        "“94.7 % accurate” says nothing: over all pairs of identifiers, joining nobody at all is {nobody} accurate. "
        "Look at precision and recall.",
    ),
    "coverage_title": Text("各来源识别到多少", "How much of each source is of known people"),
    "coverage_note": Text(
        "深色：归到有会员号的人；其次：只有匿名标识的人；最后：没有可用标识",
        "first: of people with an account; then: of people with an anonymous identifier only; last: without a usable identifier",
    ),
    "coverage_alt": Text("每个来源的识别占比堆叠条", "stacked bars of the share of known people by source"),
    "of_accounts": Text("有会员号的人", "People with an account"),
    "of_strangers": Text("匿名的人", "Anonymous people"),
    "of_nobody": Text("无可用标识", "No usable identifier"),
    "quality_title": Text("准不准", "How far it can be trusted"),
    "quality_note": Text(
        "随机遮住十分之一的登录，其余照常合并，再看那一刻标识归谁：这正是未登录行为的处境。区间为 95%。只出现过一次的标识猜不回来",
        "a tenth of the logins is hidden at random, the rest stitched as ever, and then asked whose the identifier was at "
        "that moment, as for an event without login; 95 % intervals. What was seen only once cannot come back",
    ),
    "kind": Text("标识类型", "Kind"),
    "all": Text("全部", "all"),
    "hidden": Text("遮住的登录", "Hidden logins"),
    "given": Text("给出答案", "Answered"),
    "low": Text("下限", "low"),
    "high": Text("上限", "high"),
    "recall": Text("召回率", "Recall"),
    "rules_title": Text("按什么规则归属", "Which rule decided"),
    "rules_note": Text(
        "每个标识在每段时间由哪条规则归属，平均置信度",
        "which rule gave each identifier and span to its person, with the mean confidence",
    ),
    "rule": Text("规则", "Rule"),
    "spans": Text("标识·时段", "Identifiers and spans"),
    "confidence": Text("置信度", "Confidence"),
    "strange_title": Text("最奇怪的二十个人", "The twenty strangest people"),
    "strange_note": Text(
        "标识最多的人；标识只显示哈希", "people with most identifiers; identifiers are shown as hashes only"
    ),
    "user_id": Text("用户", "User"),
    "identifiers": Text("标识数", "Identifiers"),
    "kinds": Text("类型数", "Kinds"),
    "since": Text("首次出现", "Since"),
    "examples": Text("例子（哈希）", "Examples (hashed)"),
    "changes_title": Text("今天谁被合并或拆分", "Merged and split since"),
    "date": Text("日期", "Date"),
    "old": Text("原用户", "Was"),
    "new": Text("现用户", "Is"),
    "change": Text("变化", "Change"),
    "merge": Text("合并", "merge"),
    "split": Text("拆分", "split"),
    "why": Text("依据", "Why"),
    "source": Text("来源系统", "System"),
    "table": Text("表", "Table"),
    "rows": Text("行数", "Rows"),
    "with_identifier": Text("带标识的行", "With an identifier"),
    "of_people": Text("归到人的行", "Of a person"),
}
