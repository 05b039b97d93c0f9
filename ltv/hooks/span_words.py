"""Words that all pages of spans share, and what is said of odd spans."""

from __future__ import annotations

from collections.abc import Mapping

from ltv.result import Takeaway
from ltv.text import Text, number

ODD: dict[str, Text] = {
    "orphans": Text(
        "{n} 个跨度的上级不在数据里，按根处理。",
        "{n} {n:span names|spans name} a parent that is not there; each is taken as a root.",
    ),
    "cut": Text(
        "{n} 笔支付的链路缺少开头，不进漏斗。",
        "{n} {n:payment|payments} with a trace cut at its beginning {n:is|are} not in the funnel.",
    ),
    "circles": Text(
        "{n} 处跨度互为上级，在最早的一个断开。",
        "{n} {n:circle|circles} of spans that are each other's parents; each is cut at its earliest span.",
    ),
    "repeated": Text("{n} 个跨度重复，只计一次。", "{n} {n:span|spans} came more than once and {n:counts|count} once."),
    "not_json": Text(
        "{n} 个跨度的属性不是 JSON，属性未使用。", "The attributes of {n} {n:span|spans} are not JSON and are not used."
    ),
    "others": Text(
        "{n} 个跨度的操作名过多（名称里可能带编号），合为“…”。",
        "{n} {n:span has a rare name|spans have rare names} of which there are too many (numbers in names?); together they are “…”.",
    ),
    "beyond": Text(
        "{n} 个跨度超出上级的时间（时钟偏差或异步），只计重叠部分。",
        "{n} {n:span reaches beyond its|spans reach beyond their} parent (clocks that differ, or work that goes on): only what overlaps counts.",
    ),
    "outside": Text(
        "其中 {n} 个完全在上级时间之外，不在关键路径上。",
        "{n} of these {n:lies|lie} outside altogether and {n:is|are} not on the critical path.",
    ),
}

ACT_ODD = Text(
    "不影响其余结论；想消除，请检查各服务的埋点与时钟。",
    "Nothing else depends on it; to be rid of it, check instrumentation and clocks of the services.",
)


def odd(counts: Mapping[str, int]) -> list[Takeaway]:
    """A sentence for each oddity that occurred."""
    return [Takeaway(ODD[k].format(n=number(counts[k], "count")), "watch", ACT_ODD) for k in ODD if counts.get(k)]
