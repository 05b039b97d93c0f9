"""Words that all pages of spans share, and what is said of odd spans."""

from __future__ import annotations

from collections.abc import Mapping

from ltv.result import Takeaway
from ltv.text import Text, number

ODD: dict[str, Text] = {
    "orphans": Text(
        "{n} 个跨度的上级不在数据里，按根处理。", "{n} spans name a parent that is not there; each is taken as a root."
    ),
    "cut": Text(
        "{n} 笔支付的链路缺少开头，不进漏斗。",
        "{n} payments with a cut trace, without its beginning, are not in the funnel.",
    ),
    "circles": Text(
        "{n} 处跨度互为上级，在最早的一个断开。",
        "{n} circles of spans that are each other's parents; each is cut at its earliest span.",
    ),
    "repeated": Text("{n} 个跨度重复，只计一次。", "{n} spans came more than once and count once."),
    "not_json": Text(
        "{n} 个跨度的属性不是 JSON，属性未使用。", "The attributes of {n} spans are not JSON and are not used."
    ),
    "others": Text(
        "{n} 个跨度的操作名过多（名称里可能带编号），合为“…”。",
        "{n} spans have rare names of which there are too many (numbers in names?); together they are “…”.",
    ),
    "beyond": Text(
        "{n} 个跨度超出上级的时间（时钟偏差或异步），只计重叠部分。",
        "{n} spans reach beyond their parent (clocks that differ, or work that goes on): only what overlaps counts.",
    ),
    "outside": Text(
        "其中 {n} 个完全在上级时间之外，不在关键路径上。",
        "{n} of these lie outside altogether and are not on the critical path.",
    ),
}


def odd(counts: Mapping[str, int]) -> list[Takeaway]:
    """A sentence for each oddity that occurred."""
    return [Takeaway(ODD[k].format(n=number(counts[k], "count")), "watch") for k in ODD if counts.get(k)]
