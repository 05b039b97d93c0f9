"""Words of the outbox, in both languages."""

from __future__ import annotations

from ltv.text import Text

RULES = {
    "expired": Text("已在 {expires_at}（UTC）过期", "it expired at {expires_at} UTC"),
    "raw_pii": Text(
        "内容的 {field} 中有未加密的手机号或邮箱", "{field} of the payload holds a raw phone number or e-mail address"
    ),
    "offer_unknown": Text("没有优惠 {offer_id}", "there is no offer {offer_id}"),
    "offer_not_begun": Text(
        "优惠 {offer_id} 从 {starts_at}（UTC）才开始", "offer {offer_id} holds from {starts_at} UTC on"
    ),
    "offer_over": Text("优惠 {offer_id} 已在 {expires_at}（UTC）结束", "offer {offer_id} ended at {expires_at} UTC"),
    "registered": Text(
        "注册已 {hours} 小时，优惠只给注册不满 {limit} 小时的人",
        "registered {hours} {hours:hour|hours} ago, the offer is for less than {limit}",
    ),
    "registered_unknown": Text(
        "不知道何时注册，优惠只给注册不满 {limit} 小时的人",
        "when this person registered is not known, the offer is for less than {limit} hours",
    ),
    "sku": Text(
        "商品 {sku} 不在优惠 {offer_id} 的白名单里", "product {sku} is not on the white list of offer {offer_id}"
    ),
    "one_per_person": Text("此人已有优惠 {offer_id}（{state}）", "this person has offer {offer_id} already ({state})"),
    "stacking": Text("不能与此人已有的优惠 {other} 叠加", "does not stack with offer {other}, which this person has"),
    "sold_out": Text(
        "库存 {stock} 份已全部占用：预留 {reserved}，核销 {redeemed}",
        "all {stock} are gone: {reserved} reserved, {redeemed} redeemed",
    ),
    "not_reserved": Text("没有为此人预留", "nothing is reserved for this person"),
}
VERDICTS = {
    "control": Text("对照组：什么也不发，留作比较", "control arm: nothing is sent, to compare with"),
    "refused": Text("被拒绝", "refused"),
    "queued": Text("已排队", "queued"),
}
STATES = {
    "ENQUEUED": Text("等待发送", "waiting to be sent"),
    "PROCESSING": Text("正在发送", "being sent"),
    "ACKED": Text("对方已接收", "taken by the receiver"),
    "RETRYABLE": Text("等待重试", "waiting for another attempt"),
    "UNKNOWN": Text("不知是否送达，不会再发", "not known whether it arrived; it is not sent again"),
    "DEAD": Text("已放弃", "given up"),
}
RESERVATIONS = {
    "reserved": Text("已预留，到 {until}（UTC）为止", "reserved until {until} UTC"),
    "redeemed": Text("已核销", "redeemed"),
    "released": Text("已退回", "given back"),
    "expired": Text("预留已过期，已退回", "the reservation expired, and is back in the pool"),
}
FULL = Text(
    "发送队列已满：{waiting} 条等待，上限 {limit} 条；{held} 条干预未入队，稍后再次入队即可，不会丢失",
    "the queue is full: {waiting} {waiting:message waits|messages wait}, the limit is {limit}; {held} {held:intervention was|interventions were} not taken, enqueue them again later",
)
HELD = Text(
    "{endpoint}：{why}，暂存 {messages} 条，最早的排队于 {oldest}（UTC）；{topics}",
    "{endpoint}: {why}, {messages} held, the oldest queued at {oldest} UTC; {topics}",
)
HELD_TITLE = Text("暂存的消息", "Messages on hold")
NOTHING_HELD = Text("没有暂存的消息", "No message is on hold")
OPEN = Text("自 {since}（UTC）起熔断", "breaker open since {since} UTC")
DISABLED = Text("已停用（{why}）", "disabled ({why})")
EXPLAINED = {
    "what": Text(
        "{date} {playbook} → {action}，用户 {user}，{arm}", "{date} {playbook} → {action}, user {user}, {arm}"
    ),
    "notice": Text("通知：{topic} → {endpoint}", "notice: {topic} → {endpoint}"),
    "why": Text("原因：{reason}", "why: {reason}"),
    "refused": Text("{at}（UTC）拒绝：{words}", "{at} UTC refused: {words}"),
    "message": Text(
        "{endpoint}：{state}，尝试 {attempts} 次{why}",
        "{endpoint}: {state}, {attempts} {attempts:attempt|attempts}{why}",
    ),
    "crashed": Text("，进程中断 {n} 次", ", its worker died {n} {n:time|times}"),
    "offer": Text("优惠 {offer_id}：{state}", "offer {offer_id}: {state}"),
}
ARMS = {"treatment": Text("实验组", "treatment"), "control": Text("对照组", "control")}
