"""Every input table, as CONTRACT fixes it.

`?` is an optional column, `?*` one where a missing value says something, `~` a column whose values may be missing.
"""

from __future__ import annotations

from ltv.contract.schema import Table, parse_columns
from ltv.text import Text

PERSON = ("id_type", "id_value")
_WHO = """
id_type~ text : 标识类型 · kind of identifier
id_value~ text : 标识值 · value of the identifier
"""


def _table(  # noqa: PLR0917  one line a table reads best in positions
    name: str,
    zh: str,
    en: str,
    key: tuple[str, ...],
    time: str | None,
    lines: str,
    identifiers: tuple[tuple[str, str], ...] = (PERSON,),
    variety: str | None = None,
) -> Table:
    text = "\n".join(line for line in lines.replace("<who>", _WHO.strip()).splitlines() if line.strip())
    return Table(name, Text(zh, en), parse_columns(text, key=key), key, time, identifiers, variety=variety)


_ORDERS = """
order_id text : 订单号 · order number
ts timestamp : 下单时间 · time of the order
source text : 来源系统 · system it came from
<who>
amount money : 实付金额（折后） · amount charged, after discount
currency?* text : 币种 · currency
discount?* money : 优惠金额 · discount
refund?* money >=0 : 退款金额 · amount refunded
refunded_at?* timestamp : 退款时间 · time of the refund
updated_at?* timestamp : 更新时间 · time of this version of the row
status text paid|refunded|cancelled|failed|timeout : 状态 · status
payment_channel? text : 支付渠道 · payment channel
coupon_id?* text : 优惠券 · coupon used
member_benefit?* boolean : 是否使用会员权益 · whether a member benefit was used
"""
_ORDER_ITEMS = """
order_id text : 订单号 · order number
line_id text : 行号 · line number
sku text : 商品编码 · product code (SKU)
category? text : 品类 · category
quantity number : 数量 · quantity
price money : 单价 · unit price
margin? money : 毛利 · margin of the line
"""
_EVENTS = """
event_id text : 事件号 · event number
ts timestamp : 发生时间 · time of the event
source text : 来源系统 · system it came from
<who>
event text : 事件名 · name of the event
session_id? text : 会话号 · session
sku? text : 商品编码 · product code (SKU)
category? text : 品类 · category
price? money : 价格 · price shown
quantity? number : 数量 · quantity
dwell_ms? number >=0 : 停留毫秒 · dwell time in milliseconds
query? text : 搜索词 · search words
"""
_LINKS = """
ts timestamp : 观察时间 · time of the observation
source text : 来源系统 · system that saw it
id_type text : 标识类型 · kind of identifier
id_value text : 标识值 · value of the identifier
linked_type text : 另一标识类型 · kind of the other identifier
linked_value text : 另一标识值 · value of the other identifier
"""
_MEMBERS = """
id_type text : 标识类型 · kind of identifier
id_value text : 标识值 · value of the identifier
registered_at timestamp : 注册时间 · time of registration
birth_year? integer >=1880 <=2100 : 出生年份 · year of birth
gender? text : 性别 · gender
city? text : 城市 · city
level? text : 会员等级 · member level
acquisition_channel? text : 获客渠道 · channel that brought the member
updated_at?* timestamp : 更新时间 · time of this version of the row
"""
_CONSENTS = """
ts timestamp : 时间 · time
<who>
channel text : 渠道 · channel
granted boolean : 是否同意 · whether contact is allowed
"""
_TOUCHES = """
touch_id text : 触点号 · touch number
ts timestamp : 触达时间 · time of the touch
source text : 来源系统 · system it came from
<who>
channel text : 渠道 · channel
campaign?* text : 活动 · campaign
kind text impression|send|open|click : 触点类型 · kind of touch
cost? money >=0 : 成本 · cost
"""
_SPEND = """
date date : 日期 · day
channel text : 渠道 · channel
campaign?* text : 活动 · campaign
cost money >=0 : 花费 · cost
"""
_TICKETS = """
ticket_id text : 工单号 · ticket number
ts timestamp : 时间 · time
<who>
topic? text : 主题 · topic
sentiment? number >=-1 <=1 : 情绪（−1…1） · sentiment from −1 to 1
churn_intent?* boolean : 是否有流失意向 · whether the person wants to leave
"""
_INVITES = """
ts timestamp : 时间 · time
inviter_type?* text : 邀请人标识类型 · kind of the inviter's identifier
inviter_value?* text : 邀请人标识值 · value of the inviter's identifier
invitee_type text : 受邀人标识类型 · kind of the invitee's identifier
invitee_value text : 受邀人标识值 · value of the invitee's identifier
channel text : 渠道 · channel
"""
_EXPOSURES = """
ts timestamp : 曝光时间 · time of the exposure
experiment text : 实验 · experiment
variant text : 分组 · variant
<who>
"""
_LAUNCHES = """
launch_id text : 上线编号 · launch number
kind text feature|campaign|bugfix : 类型 · kind
name text : 名称 · name
started_at timestamp : 开始时间 · start
audience?* text : 受众 · audience
"""
_TRIALS = """
trial_id text : 试用编号 · trial number
<who>
started_at timestamp : 开始时间 · start
ended_at?* timestamp : 结束时间 · end
outcome?* text converted|downgraded|cancelled : 结果 · outcome
plan? text : 方案 · plan
updated_at?* timestamp : 更新时间 · time of this version of the row
"""
_OFFERS = """
offer_id text : 优惠编号 · offer number
hook text : 钩子 · paid hook
name text : 名称 · name
skus? list : 商品白名单 · products it holds for
stock? integer >=0 : 库存 · stock
starts_at timestamp : 开始时间 · start
expires_at timestamp : 失效时间 · expiry
stackable? boolean : 可否叠加 · whether it stacks
"""
_OFFER_EVENTS = """
ts timestamp : 时间 · time
offer_id text : 优惠编号 · offer number
order_id?* text : 订单号 · order number
<who>
event text reserved|released|redeemed|expired|refused : 事件 · event
instance? text : 实例 · instance
"""
_HOOK_CALLS = """
ts timestamp : 时间 · time
hook text : 钩子 · paid hook
instance text : 实例 · instance
outcome text ok|error|timeout : 结果 · outcome
latency_ms number >=0 : 延迟毫秒 · latency in milliseconds
attempt integer >=0 : 第几次尝试 · attempt
degraded boolean : 是否降级 · whether it ran degraded
id_type? text : 标识类型 · kind of identifier
id_value? text : 标识值 · value of the identifier
"""
_SPANS = """
trace_id text : 链路号 · trace
span_id text : 跨度号 · span
parent_span_id?* text : 上级跨度号 · parent span
service text : 服务 · service
name text : 名称 · name
started_at timestamp : 开始时间 · start
duration_us integer >=0 : 耗时微秒 · duration in microseconds
status text : 状态 · status
attributes json : 属性 · attributes
"""

INPUTS: dict[str, Table] = {
    t.name: t
    for t in (
        _table("orders", "订单", "an order", ("order_id",), "ts", _ORDERS, variety="status"),
        _table("order_items", "订单行", "a line of an order", ("order_id", "line_id"), None, _ORDER_ITEMS, ()),
        _table("events", "行为事件", "something a person did", ("event_id",), "ts", _EVENTS, variety="event"),
        _table(
            "links",
            "标识关联",
            "two identifiers seen together",
            (),
            "ts",
            _LINKS,
            (PERSON, ("linked_type", "linked_value")),
        ),
        _table("members", "会员", "a registered person", PERSON, "registered_at", _MEMBERS),
        _table("consents", "联系授权", "consent to be contacted", (), "ts", _CONSENTS),
        _table("touches", "营销触点", "a marketing touch", ("touch_id",), "ts", _TOUCHES, variety="kind"),
        _table("spend", "投放花费", "cost of a channel on a day", ("date", "channel", "campaign"), "date", _SPEND, ()),
        _table("tickets", "客服工单", "a service ticket", ("ticket_id",), "ts", _TICKETS),
        _table(
            "invites",
            "邀请",
            "an invitation that was accepted",
            (),
            "ts",
            _INVITES,
            (("inviter_type", "inviter_value"), ("invitee_type", "invitee_value")),
        ),
        _table("exposures", "实验曝光", "an exposure to a variant", (), "ts", _EXPOSURES),
        _table("launches", "上线", "a launch", ("launch_id",), "started_at", _LAUNCHES, ()),
        _table("trials", "会员试用", "a member trial", ("trial_id",), "started_at", _TRIALS),
        _table("offers", "优惠", "an offer", ("offer_id",), "starts_at", _OFFERS, ()),
        _table(
            "offer_events", "优惠流水", "something that happened to an offer", (), "ts", _OFFER_EVENTS, variety="event"
        ),
        _table("hook_calls", "钩子调用", "a call of a paid hook", (), "ts", _HOOK_CALLS),
        _table("spans", "链路跨度", "a span of a trace", ("span_id",), "started_at", _SPANS, ()),
    )
}
