"""The words of the rule audit."""

from __future__ import annotations

from ltv.text import Text

RULES: dict[str, Text] = {
    "outside_hours": Text("首单券发在注册时限之外", "First-order coupon outside its hours"),
    "off_list": Text("优惠用在白名单之外", "Offer off its white-list"),
    "stacked": Text("不可叠加的优惠被叠加", "Stacked though it must not be"),
    "given_twice": Text("首单券发了两次", "First-order coupon given twice"),
    "over_stock": Text("超出库存", "Over stock"),
    "not_released": Text("占用超时未释放", "Held and not released"),
    "used_after_expiry": Text("失效后（或未开始时）使用", "Used after its end, or before its start"),
    "fired_twice": Text("两个实例重复触发", "Fired by two instances"),
    "trial_overdue": Text("试用逾期未处理", "Trial past its deadline"),
    "message_stuck": Text("消息卡在 PROCESSING", "Message stuck in PROCESSING"),
    "unrouted": Text("灰度路由漏掉的桶", "Buckets of a gray release without a route"),
}
ACTS: dict[str, Text] = {
    "outside_hours": Text(
        "发券前用注册时间判断，不要用会提前过期的标记。", "Go by the time of registration, not by a flag that may lapse sooner."
    ),
    "off_list": Text("先查商品白名单，再扣首单标记。", "Check the product before the first-order flag is spent."),
    "stacked": Text("在同一事务里查订单已有的优惠。", "Look at what the order has already in the same transaction."),
    "given_twice": Text("给（优惠，用户）加唯一约束。", "Put a unique constraint on offer and person."),
    "over_stock": Text(
        "用一条带条件的 UPDATE 扣库存，不要先读后写。", "Take stock by one conditional UPDATE, never read first and write then."
    ),
    "not_released": Text("定时清扫到期的占用：以截止时间为准。", "Sweep reservations by their deadline."),
    "used_after_expiry": Text("核销时用服务端时间再查一次有效期。", "Check the end once more by the server's clock when it is redeemed."),
    "fired_twice": Text("用带令牌的锁，或按订单幂等。", "Use a lock with a fencing token, or make it idempotent by order."),
    "trial_overdue": Text("运行 ltv.sweep_trials。", "Run ltv.sweep_trials."),
    "message_stuck": Text("租约到期就应收回：检查发送进程是否还活着。", "Leases that ran out are taken back: see whether the sender still lives."),
    "unrouted": Text("补齐路由表；有漏洞的表不要上线。", "Complete the table; one with holes must not go live."),
}  # fmt: skip
UNIT_WORDS: dict[str, Text] = {
    "hours": Text("小时", "hours"),
    "minutes": Text("分钟", "minutes"),
    "count": Text("个", "count"),
}
WORDS: dict[str, Text] = {
    "rule": Text("规则", "Rule"),
    "judged": Text("审计对象", "Judged"),
    "cases": Text("个案", "Cases"),
    "share": Text("违规率", "Share"),
    "money": Text("涉及金额", "Money at stake"),
    "first": Text("最早", "First"),
    "last": Text("最近", "Last"),
    "missing": Text("缺少的表", "Missing tables"),
    "case_id": Text("个案编号", "Case"),
    "at": Text("时间", "When"),
    "hook": Text("钩子", "Hook"),
    "user_id": Text("用户", "Person"),
    "offer_id": Text("优惠", "Offer"),
    "order_id": Text("订单", "Order"),
    "amount": Text("程度", "How far"),
    "unit": Text("单位", "Unit"),
    "tile_cases": Text("违规个案", "Cases"),
    "rule_cases": Text(
        "{judged} 条规则中 {broken} 条被违反；大于 0 即告警",
        "{broken} of {judged} {judged:rule|rules} broken; more than 0 is an alert",
    ),
    "tile_money": Text("涉及金额", "Money at stake"),
    "rule_money": Text(
        "每笔订单的优惠只计一次；未付款的也计入", "what was taken off each order, once; of unpaid ones too"
    ),
    "tile_judged": Text("已审计的规则", "Rules judged"),
    "rule_judged": Text(
        "共 {all} 条；缺表的规则不算遵守", "of {all}; one whose tables are missing does not count as kept"
    ),
    "kept": Text(
        "{n} 条规则都没有违规（共审计 {judged} 个对象）。",
        "All {n} {n:rule was|rules were} kept ({judged} {judged:thing|things} judged).",
    ),
    "broken": Text(
        "{rule}：{cases} 例（{judged} 个中的 {share}，95% 区间 {low}–{high}），涉及 {money}，{first} 至 {last}。",
        "{rule}: {cases} {cases:case|cases} ({share} of {judged}, 95% interval {low}–{high}), {money} at stake, {first} to {last}.",
    ),
    "broken_free": Text(
        "{rule}：{cases} 例（{judged} 个中的 {share}，95% 区间 {low}–{high}），{first} 至 {last}。",
        "{rule}: {cases} {cases:case|cases} ({share} of {judged}, 95% interval {low}–{high}), {first} to {last}.",
    ),
    "broken_plain": Text("{rule}：{cases} 例。", "{rule}: {cases} {cases:case|cases}."),
    "not_judged": Text("没有审计：{rules}（缺少 {tables}）。", "Not judged: {rules} (missing: {tables})."),
    "nothing": Text("没有可审计的表。", "No table to audit."),
    "summary_title": Text("规则一览", "Rules"),
    "summary_note": Text(
        "每条规则审计了多少对象、多少违规。金额为订单优惠额；空的审计数表示缺表、未审计。时区 {zone}。",
        "How many things each rule had to judge, and how many broke it. Money is what was taken off the orders; where nothing stands under judged a table is missing. Times in {zone}.",
    ),
    "chart_title": Text("各规则违规数", "Cases by rule"),
    "chart_note": Text("只列已审计的规则。", "Rules that were judged."),
    "chart_alt": Text("每条规则一根横条", "a bar for each rule"),
    "cases_title": Text("个案", "Cases"),
    "cases_note": Text(
        "程度：注册后（或失效后、逾期）小时数，占用或卡住的分钟数，或个数（订单行、叠加的优惠、第几张券、超出的件数、触发次数、桶数）。时区 {zone}。",
        "How far: hours since the registration, the end or the deadline; minutes held or stuck; or a count (lines, other offers, which coupon it was, pieces too many, times fired, buckets). Times in {zone}.",
    ),
}
