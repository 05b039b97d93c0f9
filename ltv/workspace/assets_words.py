"""The words of the data-asset page."""

from __future__ import annotations

from ltv.text import Text

LATENCY = {
    "real_time": Text("实时", "real time"),
    "T+1": Text("T+1", "T+1"),
    "T+2": Text("T+2", "T+2"),
    "T+3": Text("T+3", "T+3"),
    "older": Text("过旧", "older"),
    "no_time": Text("无时间", "no time"),
}
WORDS = {
    "source": Text("来源系统", "System"),
    "table": Text("表", "Table"),
    "rows": Text("行数", "Rows"),
    "users": Text("用户数", "People"),
    "field_coverage": Text("字段覆盖率", "Field coverage"),
    "id_coverage": Text("标识覆盖率", "Identifier coverage"),
    "latest": Text("最新时间（UTC）", "Latest (UTC)"),
    "freshness": Text("数据新鲜度", "Age"),
    "latency": Text("时效类别", "Latency"),
    "duplicates": Text("重复行", "Duplicates"),
    "quarantined": Text("隔离行", "Quarantined"),
    "used_for": Text("用途", "Used for"),
    "rule": Text("规则", "Rule"),
    "sources": Text("来自 {n} 个来源系统", "from {n} source systems"),
    "bad_share": Text("隔离占比", "Share in quarantine"),
    "bad_rule": Text("{n} 行被隔离，其余照常使用", "{n} {n:row|rows} put aside, the rest is used"),
    "id_rule": Text("能对应到用户的行的占比", "share of rows that reach a person"),
    "order_age": Text("最新订单距截止时点", "Age of the newest order"),
    "age_rule": Text("截止时点减去最新一行的时间", "as-of instant minus the latest row"),
    "missing": Text(
        "没有找到这些输入：{names}。依赖它们的页面会写明缺少什么。",
        "No input was found for: {names}. Pages that need them say so.",
    ),
    "act_missing": Text(
        "需要时在 ltv.toml 的 [sources] 里指明位置。",
        "Name their place under [sources] in ltv.toml when you need them.",
    ),
    "refused": Text("{table}无法使用：{why}", "{table} cannot be used: {why}"),
    "act_refused": Text(
        "按提示修正导出或映射，再运行 ltv check。", "Correct the export or the mapping, then run ltv check."
    ),
    "old": Text(
        "{source} 的{table}已经 {age} 没有新数据，超过 T+3（{most}）。",
        "{source}: no new row of {table} for {age}, beyond T+3 ({most}).",
    ),
    "act_old": Text("确认该系统的导出是否停了。", "Check whether the export of this system has stopped."),
    "aside": Text(
        "{n} 行被隔离，最多的原因是{table}的 {rule}（{most} 行）。",
        "{n} {n:row is|rows are} in quarantine, most often {table}: {rule} ({most} {most:row|rows}).",
    ),
    "act_aside": Text("隔离区列出了每一行的文件、行号和规则。", "The quarantine names file, line and rule of each."),
    "anonymous": Text(
        "{source} 的{table}有 {share} 的行对应不到用户：计入总量，不计入人的分析。",
        "{share} of the rows of {source} ({table}) reach no person: counted in totals, not in analyses of people.",
    ),
    "all_good": Text("找到的 {n} 张表都完整、及时。", "The {n} tables found are complete and fresh."),
    "sources_title": Text("数据资产", "Data sources"),
    "sources_note": Text(
        "每行是一个来源系统的一张表。字段覆盖率只看该类行本应有的可选字段（没有优惠券不算缺失）；新鲜度按截止时点计算。",
        "One row a table of a source system. Field coverage counts the optional fields that rows of a kind have (no coupon is no gap); age is measured at the as-of instant.",
    ),
    "coverage_title": Text("字段与标识覆盖率", "Field and identifier coverage"),
    "coverage_note": Text(
        "覆盖率低的来源会让人的分析偏向其余来源。",
        "A source with low coverage tilts analyses of people towards the others.",
    ),
    "coverage_alt": Text(
        "各来源的字段覆盖率与标识覆盖率条形图。", "Bars of field and identifier coverage of each source."
    ),
    "aside_title": Text("隔离原因", "Why rows were put aside"),
    "aside_note": Text(
        "明细在 data/quarantine，每行有文件、行号和规则。",
        "Details are in data/quarantine: file, line and rule of each row.",
    ),
}
