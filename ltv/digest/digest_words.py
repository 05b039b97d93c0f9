"""The words of the digest that the pages do not have."""

from __future__ import annotations

from ltv.text import Text

WORDS: dict[str, Text] = {
    "title": Text("健康度 {date}：{headline}", "Health {date}: {headline}"),
    "triggered": Text("新触发 {n} 项", "{n} newly triggered"),
    "turned": Text("{n} 盏灯变化", "{n} {n:light|lights} turned"),
    "waits": Text("{n} 个计划等待批准", "{n} {n:plan waits|plans wait} for approval"),
    "beyond": Text("{n} 项越界", "{n} beyond their threshold"),
    "quiet": Text("没有变化，都在阈值以内", "nothing has changed, nothing is beyond its threshold"),
    "indicator": Text("{label} {value}{more}", "{label} {value}{more}"),
    "bound": Text("，阈值 {threshold}", ", threshold {threshold}"),
    "before": Text("，一周前 {before}", ", {before} a week ago"),
    "days": Text("，已越界 {n} 天", ", beyond for {n} {n:day|days}"),
    "as_of": Text("，{date} 的数", ", as of {date}"),
    "was": Text("{date} 为 {state}", "on {date} {state}"),
    "unknown": Text("{label}：{why}{more}", "{label}: {why}{more}"),
    "trigger": Text("{date} 触发 {label}·{place} {value}{bound}", "{date} triggered {label}, {place}: {value}{bound}"),
    "plan": Text(
        "{playbook}：触达 {people} 人，对照 {control} 人，花费 {cost}",
        "{playbook}: {people} {people:person|people}, {control} control, {cost}",
    ),
    "waiting": Text("等待批准 {plan}", "waits for approval {plan}"),
    "more": Text(
        "另有 {n} 行没有列出，见健康度与策略中心页。", "{n} more {n:line|lines}: see the pages of health and strategy."
    ),
    "page": Text("打开健康度页", "Open the health page"),
    "overview": Text("打开总览", "Open the overview"),
    "triggers_title": Text("新触发", "Newly triggered"),
    "indicators_title": Text("指标（全体用户）", "Indicators, everybody"),
    "plans_title": Text("今天的计划", "Today's plans"),
    "why_told": Text(
        '由 ltv.toml 的 [dispatch] digest 发出；digest_when = "{when}"。',
        'Sent because of [dispatch] digest in ltv.toml; digest_when = "{when}".',
    ),
}
