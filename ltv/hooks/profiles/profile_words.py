"""The words of profiles."""

from __future__ import annotations

from ltv.text import Text

WORDS: dict[str, Text] = {
    "none": Text("没有性能剖析文件（data/profiles/）。", "There are no profiles (data/profiles/)."),
    "kind": Text("样本类型", "Kind of sample"),
    "stack": Text("调用栈", "Stack"),
    "frame": Text("函数", "Function"),
    "value": Text("数值", "Value"),
    "unit": Text("单位", "Unit"),
    "share": Text("占比", "Share"),
    "slow_share": Text("慢时段占比", "Share in slow times"),
    "rest_share": Text("其余时段占比", "Share in the rest"),
    "growth": Text("增加", "Growth"),
    "total": Text("合计", "Total"),
    "depth": Text("深度", "Depth"),
    "flame_title": Text("火焰图", "Flame graph"),
    "flame_note": Text("宽度是该函数及其下级所占的份额。", "Width is the share that a function and all below it take."),
    "flame_alt": Text("调用栈的冰柱图。", "Icicle chart of stacks."),
    "grown_title": Text("慢时段里增加的函数", "Functions that grew in slow times"),
    "grown_note": Text(
        "慢时段：其间运行的跨度属于最慢 5% 的份额至少是平常的两倍。占比按栈计，一个函数在一个栈里只计一次。",
        "A time is slow when at least twice the usual share of the spans that ran in it were among the slowest 5%. A function counts once a stack.",
    ),
    "stacks_title": Text("调用栈明细", "Stacks"),
    "most": Text("{frame} 所在的栈占 {share} 的 {kind}。", "{share} of {kind} are spent in {frame} itself."),
    "act_grew": Text("先看这个函数最近的改动。", "Look at recent changes of this function first."),
    "act_refused": Text("确认导出工具的版本与格式。", "Check version and format of the exporting tool."),
    "grew": Text(
        "慢时段里 {frame} 从 {rest} 增加到 {slow}。", "In slow times {frame} takes {slow}, in the rest {rest}."
    ),
    "no_time": Text(
        "这些样本没有时间，或当时没有跨度在跑，无法与慢跨度对应。",
        "These samples have no time, or no span ran then: they cannot be joined to slow spans.",
    ),
    "one_side": Text(
        "样本只落在慢时段或只落在其余时段，无法比较。",
        "Samples lie only in slow times, or only in others: there is nothing to compare.",
    ),
    "others": Text(
        '另有样本类型未用：{kinds}；用 profile_of(…, kind="{first}") 选择。',
        'Other kinds of sample are left out: {kinds}; profile_of(…, kind="{first}") chooses one.',
    ),
    "refused": Text("{n} 行无法读取，其余已使用。", "{n} {n:line|lines} could not be read; the others are used."),
}
