"""The words of the lifecycle."""

from __future__ import annotations

from ltv.text import Text

STATES: dict[str, Text] = {
    "new": Text("新增", "New"),
    "retained": Text("留存", "Retained"),
    "resurrected": Text("回流", "Resurrected"),
    "dormant": Text("沉默", "Dormant"),
}
WORDS: dict[str, Text] = {
    "date": Text("日期", "Day"),
    "people": Text("人数", "People"),
    "before": Text("{window} 天前", "{window} days earlier"),
    "title": Text("新增、留存、回流与沉默", "New, retained, resurrected, dormant"),
    "note": Text(
        "活跃 = 最近 {window} 天内有行为或订单。留存 = 前一个 {window} 天也活跃；回流 = 更早活跃过；沉默 = 前一个 {window} 天活跃而现在不活跃。没有数据的日子不画。",
        "Active: an event or order in the last {window} days. Retained: active in the {window} days before as well; resurrected: only "
        "earlier; dormant: active in the {window} days before and not now. Days without any data are left out.",
    ),
    "alt": Text("四种状态的每日人数。", "People of the four states by day."),
    "state": Text(
        "最近 {window} 天有 {active} 人活跃：新增 {new}、留存 {retained}、回流 {resurrected}；另有 {dormant} 人刚刚沉默。",
        "{active} {active:person was|people were} active in the last {window} days: {new} new, {retained} retained, {resurrected} resurrected; {dormant} {dormant:has|have} just gone dormant.",
    ),
    "act_lost": Text(
        "沉默的人比新增和回流的加起来还多：先唤醒他们，再买新流量。",
        "More fall asleep than are won or won back: wake them before paying for new traffic.",
    ),
    "too_early": Text("数据还不够：至少需要 {days} 天。", "Not enough data: it takes {days} days."),
}
