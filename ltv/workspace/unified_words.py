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
REFUSALS = {
    "with_itself": Text("与自身关联", "with itself"),
    "with_junk": Text("无效值（如 0000）", "a junk value such as 0000"),
    "too_many_neighbours": Text("关联对象过多", "too many neighbours"),
    "of_nobody": Text("标识共用，对方也不是会员", "shared, and seen without an account"),
    "by_limit": Text("会让一个人超出会员号上限", "a person would have too many accounts"),
}
LINKS = {
    "joined": Text("采信：同一个人", "joined: one person"),
    "in_turn": Text("限时采信：多人先后使用", "counted for a time: several use it in turn"),
    **{reason: Text("未采信：{why}", "refused: {why}").format(why=why) for reason, why in REFUSALS.items()},
}
QUANTILES = {
    "0.5": Text("一半的人不超过", "half of all people: at most"),
    "0.9": Text("90% 的人不超过", "90% of people: at most"),
    "0.99": Text("99% 的人不超过", "99% of people: at most"),
    "0.999": Text("99.9% 的人不超过", "99.9% of people: at most"),
    "largest": Text("最多的一个人", "the largest one"),
}
ACCURACIES = {
    "story": Text("常见的说法", "as it is often told"),
    "nobody": Text("一个也不合并", "join nobody"),
    "whoever_met": Text("凡一起出现过就合并", "join whoever ever met"),
    "ours": Text("本页（遮住登录）", "this page (hidden logins)"),
}
WORDS = {
    "people": Text("人数", "People"),
    "from_identifiers": Text("由 {n} 个标识合并而来", "from {n} {n:identifier|identifiers}"),
    "identified": Text("认得出是谁的行", "Rows of known people"),
    "identified_rule": Text(
        "订单、行为与触点中，归到有会员号的人的占比", "of orders, events and touches: of a person with an account"
    ),
    "precision": Text("精确率", "Precision"),
    "precision_rule": Text(
        "遮住 {n} 次已知登录再猜：给出的答案里答对的占比；全部遮住的登录答对 {recall}（召回率）",
        "{n} known logins hidden and asked for: share right of those answered; of all hidden ones {recall} (recall)",
    ),
    "merges": Text("合并与拆分", "Merges and splits"),
    "compared": Text("与 {date} 相比", "compared with {date}"),
    "first_time": Text("没有更早的日期可比", "no earlier date to compare with"),
    "one_person": Text(
        "{n} 个标识合并成 {people} 个人：同一个人从小程序、App、网页还是客服来，都只算一次，也只会收到一次触达。",
        "{n} {n:identifier is|identifiers are} {people} {people:person|people}: whoever comes by mini-program, app, web and service counts once and is "
        "contacted once.",
    ),
    "trust": Text(
        "遮住 {n} 次已知登录再猜是谁：给出的答案 {precision} 是对的（95% 区间 {precision_low}–{precision_high}）；"
        "全部遮住的登录答对 {recall}，没有把握的宁可不答。",
        "{n} known {n:login was|logins were} hidden and asked for: {precision} of the answers are right (95% interval "
        "{precision_low}–{precision_high}); of all hidden logins {recall} were recovered. Where it is not known, no answer "
        "is given.",
    ),
    "passed_on": Text(
        "{n} 个手机号或邮箱换过主人。",
        "{n} phone {n:number or e-mail address has|numbers or e-mail addresses have} changed hands.",
    ),
    "act_passed_on": Text("发短信前先核对现在的主人。", "Check who has the number now before you text it."),
    "shared": Text(
        "{n} 台设备由多人共用（家庭平板、门店一体机）：未登录的行为归最近的登录者。",
        "{n} {n:device is|devices are} shared (family tablets, kiosks): what happens without login goes to whoever logged in last.",
    ),
    "refused": Text(
        "{n} 条关联没有采信（占 {share}）：{reasons}。",
        "{n} {n:link was|links were} refused ({share} of all): {reasons}.",
    ),
    "nothing_refused": Text("没有一条关联被拒绝。", "No link was refused."),
    "largest": Text(
        "行为最多的一个人占全部行为的 {share}：误合并会让它突然变大，那时先查“最奇怪的二十个人”。",
        "The person with most rows has {share} of all: wrong merges would make that jump; then look at the strangest "
        "people first.",
    ),
    "accuracy": Text(
        "“{story} 准确”这类说法不能比较：按全部标识对计算，一个也不合并就有 {nobody}，凡见过就合并也有 {met}，"
        "而后者合并到一起的只有 {right} 是对的。请看精确率与召回率。",
        "“{story} accurate” cannot be compared: over all pairs of identifiers, joining nobody scores {nobody} and joining "
        "whoever ever met scores {met}, although only {right} of what that joins is right. Look at precision and recall.",
    ),
    "coverage_title": Text("各来源识别到多少", "How much of each source is of known people"),
    "coverage_note": Text(
        "每一行属于：有会员号的人、只有匿名标识的人，或没有可用标识",
        "each row is of a person with an account, of one with an anonymous identifier only, or without a usable identifier",
    ),
    "coverage_alt": Text("每个来源的识别占比堆叠条", "stacked bars of the share of known people by source"),
    "of_accounts": Text("有会员号的人", "With an account"),
    "of_strangers": Text("匿名的人", "Anonymous"),
    "of_nobody": Text("无可用标识", "No usable identifier"),
    "growth_title": Text("人数怎样增长", "How the number of people grows"),
    "growth_note": Text(
        "按首次出现的日期，以截至今天的合并结果计；上图为累计，下图为新增。第一期包含开始记录之前就有的人，最后一期可能未满",
        "by when each was first seen, as people are known today; totals above, new ones below. The first period includes "
        "whoever was there before records began, the last one may not be over",
    ),
    "growth_alt": Text(
        "标识、人和有会员号的人的累计曲线，以及新增柱形",
        "lines of identifiers, people and people with an account, and bars of new ones",
    ),
    "start": Text("开始日期", "From"),
    "days": Text("天数", "Days"),
    "by_the_end": Text("累计", "Total"),
    "new": Text("新增", "New"),
    "new_identifiers": Text("新增标识", "New identifiers"),
    "new_people": Text("新增的人", "New people"),
    "new_accounts": Text("新增有会员号的人", "New people with an account"),
    "all_identifiers": Text("标识", "Identifiers"),
    "all_people": Text("人", "People"),
    "all_accounts": Text("有会员号的人", "People with an account"),
    "quality_title": Text("准不准：按标识类型", "How far it can be trusted, by kind of identifier"),
    "quality_note": Text(
        "随机遮住十分之一的登录，其余照常合并，再看那一刻标识归谁：这正是未登录行为的处境。区间为 95%。"
        "只出现过一次的标识（如只登记一次的手机号）猜不回来；答案少于 30 个不算精确率",
        "a tenth of the logins is hidden at random, the rest stitched as ever, and then asked whose the identifier was at "
        "that moment, as for an event without login; 95% intervals. What was seen only once, such as a phone number given "
        "at registration, cannot come back. No precision of fewer than 30 answers",
    ),
    "sources_title": Text("准不准：按来源系统", "How far it can be trusted, by system"),
    "sources_note": Text(
        "订单、行为与触点的行有多少归到人；该系统上报的关联里，遮住的登录猜得怎样。没有登录的系统为空，答案少于 30 个不算精确率",
        "how many rows of orders, events and touches are of people; and how hidden logins that the system reported came "
        "back. Blank for systems without logins; no precision of fewer than 30 answers",
    ),
    "people_rate": Text("归到人", "Of people"),
    "account_rate": Text("归到会员", "Of members"),
    "links": Text("关联", "Links"),
    "kind": Text("标识类型", "Kind"),
    "all": Text("全部", "all"),
    "hidden": Text("遮住的登录", "Hidden logins"),
    "given": Text("给出答案", "Answered"),
    "interval": Text("95% 区间", "95% interval"),
    "recall": Text("召回率", "Recall"),
    "sizes_title": Text("一个人有多少标识、多少行", "How many identifiers and rows a person has"),
    "sizes_note": Text(
        "误合并先出现在尾部：最后几行突然变大就要查。行为最多的一个人占全部行为的 {share}",
        "wrong merges show in the tail first: look closer where the last lines jump. The person with most rows has "
        "{share} of all",
    ),
    "size": Text("多少人", "People"),
    "accuracy_title": Text("“{story} 准确”该怎么读", "How to read “{story} accurate”"),
    "accuracy_note": Text(
        "要能比较，得写成：合并到一起的标识对里，有多少确属同一个人（以遮住的登录为准），同时找回了应合并的多少。"
        "“准确率”数的是全部标识对，几乎全是陌生人，分开就算对：什么都不做近乎满分，把共用设备连成一片也照样高。"
        "在本店自己的数据上算，中间两行以本页的人为准",
        "To compare, it would have to say: of the pairs of identifiers that were joined, so many are one person, as hidden "
        "logins show, and so many of those that belong together were found. “Accuracy” counts all pairs of identifiers; "
        "nearly all are strangers and right when kept apart: doing nothing scores almost full marks, and so does tying "
        "strangers together by shared devices. Measured on this shop's own data; the lines in the middle take the people of "
        "this page for granted",
    ),
    "way": Text("做法", "Way"),
    "over_pairs": Text("准确率（全部标识对）", "Accuracy (all pairs)"),
    "right_of_joined": Text("精确率", "Precision"),
    "refused_title": Text("哪些关联没有采信", "Which links were refused"),
    "refused_note": Text(
        "截至当日的全部关联（两个标识一起出现一次为一条），各行相加为全部；上限与无效值在 ltv.toml 的 [identity] 中设置",
        "all links known by the day (one is two identifiers seen together once); the lines add up to all of them. Limits "
        "and junk are set under [identity] in ltv.toml",
    ),
    "reason": Text("结果", "What became of it"),
    "share": Text("占比", "Share"),
    "pairs": Text("不同的标识对", "Different pairs"),
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
    "changes_title": Text("谁被合并或拆分", "Who was merged or split"),
    "date": Text("日期", "Date"),
    "old": Text("原用户", "Was"),
    "new_user": Text("现用户", "Is"),
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
