"""A made-up date of sixteen pages, and a page of it with sorted, wide and chosen tables and sources elsewhere."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd
from support_report import SCRIPT, page_info

from ltv.report.blocks import show
from ltv.report.pages import BlockTitle, DateLink, NavItem
from ltv.result import Column, KeyFigure, Result, Source, Takeaway, View
from ltv.text import Text

TOPICS = {
    "00_the_mall": Text("模拟商城", "The simulated mall"),
    "01_data_assets": Text("数据资产", "Data assets"),
    "02_retention": Text("群组留存", "Cohort retention"),
    "03_unified_id": Text("统一用户标识", "Unified user ids"),
    "04_funnel": Text("转化漏斗", "Funnel"),
    "05_golden48": Text("黄金48小时", "Golden 48 hours"),
    "06_trial": Text("会员试用", "Trials"),
    "07_referral": Text("裂变", "Referral"),
    "08_sequences": Text("行为序列", "Behaviour sequences"),
    "09_ltv": Text("生命周期价值", "Lifetime value"),
    "10_attribution": Text("渠道归因", "Attribution"),
    "11_experiments": Text("实验", "Experiments"),
    "12_health": Text("健康度", "Health"),
    "13_strategy": Text("策略中心", "Strategy"),
    "14_hooks": Text("付费钩子", "Paid hooks"),
    "20_own": Text(f"自建{SCRIPT}", f"Own{SCRIPT}"),
}
BLOCKS = {
    "12_health": (
        BlockTitle("board", Text("全部指标", "All indicators")),
        BlockTitle("key-figures", Text("流失风险", "Churn risk"), is_title=False),
    ),
    "02_retention": (
        BlockTitle("channels", Text("哪些渠道更值钱", "Channels of value")),
        BlockTitle("cities", Text("各城市", "By city")),
    ),
}
CITIES = ["北京", "上海", "成都"]


def sixteen() -> list[NavItem]:
    failed = {"04_funnel": "failed", "06_trial": "missing"}
    return [NavItem(n, t, f"{n}.html", failed.get(n, "done"), BLOCKS.get(n, ())) for n, t in TOPICS.items()]


class Tables(Result):
    """Tables as they are listed: with blanks, with words, wide, and with a choice; figures and findings with sources."""

    name: ClassVar[str] = "tables"

    @property
    def key_figures(self):
        rate = KeyFigure(Text("流失风险", "Churn risk"), 0.104, "rate", source=Source("12_health", "board"))
        own = KeyFigure(Text("渠道数", "Channels"), 5, "count", source=Source("02_retention", "channels"))
        return (rate, own, KeyFigure(Text("别处", "Elsewhere"), 1, "count", source=Source("99_gone", "board")))

    @property
    def findings(self):
        return (Takeaway(Text("流失在上升。", "Churn rises."), "watch", source=Source("12_health")),)

    @property
    def views(self):
        return {"channels": self._channels(), "cities": self._cities(), "main": self._wide()}

    def _channels(self):
        data = pd.DataFrame(
            {
                "channel": ["抖音", "百度", None, "小红书", "微信"],
                "people": [9, 120_000, 30, None, 4],
                "value": [2.5, None, -1.0, 10.25, 2.4999],
                "since": ["2026-01-02", "2025-12-31", None, "2026-02-01", "2026-01-01"],
            }
        )
        units = {"channel": "text", "people": "count", "value": "money", "since": "date"}
        heads = {
            "channel": Text("渠道", "Channel"),
            "people": Text("人数", "People"),
            "value": Text("人均价值", "Value"),
        }
        columns = [Column(c, heads.get(c, Text("开始", "Since")), u) for c, u in units.items()]
        return View("table", Text("哪些渠道更值钱", "Channels of value"), Text("", ""), data, tuple(columns))

    def _cities(self):
        rows = [(city, n, n * 10) for n in range(120) for city in CITIES[: 3 if n < 60 else 1]]
        data = pd.DataFrame(rows, columns=["city", "rank", "value"])
        named = {
            city: Text(city, english) for city, english in zip(CITIES, ("Beijing", "Shanghai", "Chengdu"), strict=True)
        }
        columns = (
            Column("city", Text("城市", "City"), words=named),
            Column("rank", Text("名次", "Rank"), "count"),
            Column("value", Text("价值", "Value"), "money"),
        )
        return View("table", Text("各城市", "By city"), Text("", ""), data, columns, selector="city")

    def _wide(self):
        data = pd.DataFrame({f"n{i}": [123_456.0 + i, 7.0] for i in range(14)})
        columns = tuple(Column(c, Text(f"第 {c} 列", f"Column {c}"), "count") for c in data)
        return View("table", Text("很宽的表", "A wide table"), Text("", ""), data, columns)


def frame_cells() -> list:
    tables = Tables(pd.DataFrame())
    return [show(tables, "key_figures"), show(tables, "takeaways"), show(tables, "channels", "cities", "main")]


def frame_info(**changes):
    dates = [DateLink(day, f"../{day}/02_retention.html") for day in ("2025-12-31", "2025-12-30", "2025-12-24")]
    known = {"nav": sixteen(), "dates": dates, "latest": "../latest/02_retention.html"}
    return page_info(**(known | changes))
