"""A made-up shop's retention as a result with every kind of block, hostile names included."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import nbformat
import numpy as np
import pandas as pd

from ltv.report.blocks import Shown, notice, show
from ltv.report.pages import NavItem, PageInfo
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Text

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (SCRIPT, '=HYPERLINK("http://x")', "＋cmd", "</script><img src=x onerror=alert(2)>", "a\u2028b'\"&amp;")
MONTHS = [f"{year}-{month:02d}" for year, month in [(2025, m) for m in range(1, 13)]]


def retention_table() -> pd.DataFrame:
    """Twelve monthly cohorts; the periods that are not over yet are blank."""
    rng = np.random.default_rng(7)
    rows = []
    for i, cohort in enumerate(MONTHS):
        size = int(1500 + 260 * np.sin(i / 2) + 60 * i)
        for period in range(12):
            complete = i + period < 12
            rate = (0.13 + 0.31 * np.exp(-period / 2.2) + 0.004 * i) * (1 + rng.normal(0, 0.03))
            kept = round(size * rate) if complete else None
            rows.append((cohort, period + 1, size, kept, None if kept is None else kept / size, complete))
    columns = ["cohort", "period", "cohort_size", "retained", "rate", "is_complete"]
    return pd.DataFrame(rows, columns=columns).astype({"retained": "Int64"})


@dataclass(frozen=True)
class SampleRetention(Result):
    """Stands in for a real analysis: figures, findings, two charts, two tables."""

    name: ClassVar[str] = "retention"

    @property
    def key_figures(self):
        rates = (0.378, 0.381, 0.374, 0.386, 0.391, None, 0.394, 0.402, 0.412)
        return (
            KeyFigure(
                Text("次月留存率", "Next-month retention"),
                0.412,
                "rate",
                low=0.398,
                high=0.426,
                previous=0.394,
                comparison=Text("前三个月均值", "the mean of 3 months"),
                state="good",
                rule=Text("≥ 38% 为健康", "38% or more is on track"),
                spark=rates,
            ),
            KeyFigure(
                Text("12 个月人均收入", "Revenue per user, 12 months"),
                286.4,
                "money",
                low=271.2,
                high=301.9,
                previous=277.8,
                comparison=Text("去年同期", "a year before"),
                state="good",
                rule=Text("高于去年同期", "above a year before"),
                spark=(240, 251, 249, 262, 270, 281, 286.4),
            ),
            KeyFigure(
                Text("新增用户", "New users"),
                184230,
                "count",
                previous=201940,
                comparison=Text("上月", "last month"),
                state="watch",
                rule=Text("连降两个月", "down two months running"),
                spark=(150, 182, 190, 212, 202, 184),
            ),
            KeyFigure(
                Text("7 日复购率", "Repurchase within 7 days"),
                0.089,
                "rate",
                low=0.081,
                high=0.097,
                previous=0.121,
                comparison=Text("上月", "last month"),
                state="bad",
                rule=Text("低于 10% 报警", "below 10% is an alert"),
                spark=(0.13, 0.128, 0.125, 0.121, 0.089),
            ),
        )

    @property
    def findings(self):
        return (
            Takeaway(
                Text(
                    "新客留存在改善：最近三个月群组的次月留存比过去一年均值高 1.8 个百分点，差别超出偶然波动。",
                    "Retention of new customers improves: the last three cohorts keep 1.8 points more in the next "
                    "month than the mean of the year, more than chance explains.",
                ),
                "good",
            ),
            Takeaway(
                Text(
                    "但 7 日复购率跌到 8.9%，41% 的新客在第 5–7 天沉默。",
                    "But repurchase within 7 days fell to 8.9%: 41% of new customers fall silent between day 5 and 7.",
                ),
                "bad",
                Text("第 3 天发放限时券，先对一半人试验。", "Send a voucher on day 3, to one half first as a test."),
            ),
            Takeaway(
                Text(
                    f"渠道 {SCRIPT} 的名字不规范，已原样显示。",
                    f"The channel {SCRIPT} has an odd name, shown as it is.",
                ),
                "watch",
                Text("请数据同事核对渠道表。", "Ask the data team to check the channel list."),
            ),
        )

    @cached_property
    def views(self):
        return {
            "heatmap": self._heatmap(),
            "curves": self._curves(),
            "channels": self._channels(),
            "orders": self._orders(),
        }

    def _heatmap(self):
        columns = (
            Column("cohort", Text("群组", "Cohort")),
            Column("period", Text("首单后第几个月", "Months since first order"), "count"),
            Column("cohort_size", Text("群组人数", "Cohort size"), "count"),
            Column("retained", Text("留存人数", "Retained"), "count"),
            Column("rate", Text("留存率", "Rate"), "rate"),
        )
        return View(
            "chart",
            Text("每月新客有多少人回来再买", "How many new customers come back to buy"),
            Text(
                "按首单月份分组；每格是该月再次下单的人数占群组人数的比例。月份未走完的格子留空。",
                "Cohorts by month of first order; a cell is the share of the cohort that ordered again in that month. "
                "Months that are not over are blank.",
            ),
            self.table,
            columns,
            Text("热力图：12 个群组 × 12 个月。", "Heat map of 12 cohorts by 12 months."),
        )

    def _curves(self):
        mean = (
            self.table[self.table.is_complete]
            .groupby("period")
            .apply(lambda g: pd.Series({"rate": g.retained.sum() / g.cohort_size.sum(), "n": g.cohort_size.sum()}))
            .reset_index()
        )
        margin = 1.96 * np.sqrt(mean.rate * (1 - mean.rate) / mean.n) * 3
        data = mean.assign(low=mean.rate - margin, high=mean.rate + margin)
        columns = tuple(
            Column(c, Text(z, e), u)
            for c, z, e, u in [
                ("period", "首单后第几个月", "Months since first order", "count"),
                ("rate", "留存率", "Rate", "rate"),
                ("low", "下限", "Low", "rate"),
                ("high", "上限", "High", "rate"),
            ]
        )
        return View(
            "chart",
            Text("留存曲线在第 8 个月后走平", "Retention levels off after month 8"),
            Text(
                "只用走完的月份，按人数加权；浅色带是 95% 区间。",
                "Complete months only, weighted by people; the band is the 95% interval.",
            ),
            data,
            columns,
            Text("折线图：留存率随月份下降后走平。", "Line: retention falls, then levels off."),
        )

    def _channels(self):
        names = ["抖音", "百度搜索", "微信裂变", "小红书", "自然流量", *HOSTILE]
        data = pd.DataFrame(
            {
                "channel": names,
                "users": [18230, 9120, 6044, 4210, 15021, 12, 7, 5, 3, 1],
                "ltv": [212.4, 301.2, 356.8, 288.1, 265.0, 9.5, 3.25, None, -4.0, 0.0],
                "rate": [0.31, 0.402, 0.455, 0.38, 0.352, 0.1, 0.0, None, 0.2, 1.0],
                "since": pd.to_datetime(["2024-01-05"] * 10),
                "paid": [True, True, False, True, False, True, True, True, True, True],
            }
        )
        columns = (
            Column("channel", Text("渠道", "Channel")),
            Column("users", Text("新增用户", "New users"), "count"),
            Column("ltv", Text("12 个月人均收入", "Revenue per user, 12 months"), "money"),
            Column("rate", Text("次月留存率", "Next-month retention"), "rate"),
            Column("since", Text("开始投放", "Since"), "date"),
            Column("paid", Text("付费", "Paid")),
        )
        return View(
            "table",
            Text("哪些渠道带来的用户更值钱", "Which channels bring users of more value"),
            Text("按首次触点归渠道。", "By first touchpoint."),
            data,
            columns,
        )

    def _orders(self):
        n = 6000
        data = pd.DataFrame(
            {
                "order_id": [f"{i:08d}" for i in range(n)],
                "amount": [round(20 + (i * 37 % 900) / 7, 2) for i in range(n)],
            }
        )
        columns = (Column("order_id", Text("订单号", "Order")), Column("amount", Text("金额", "Amount"), "money"))
        return View("table", Text("最近订单", "Recent orders"), Text("", ""), data, columns)

    def draw(self, view, lang):
        import plotly.graph_objects as go

        if view == "heatmap":
            wide = self.table.pivot(index="cohort", columns="period", values="rate").astype(float)
            hover = Text(
                "群组 %{y}<br>第 %{x} 个月<br>留存 %{z:.1%}<extra></extra>",
                "cohort %{y}<br>month %{x}<br>retained %{z:.1%}<extra></extra>",
            )
            heat = go.Heatmap(
                z=wide.values,
                x=[str(c) for c in wide.columns],
                y=list(wide.index),
                texttemplate="%{z:.0%}",
                hovertemplate=hover.to(lang),
            )
            figure = go.Figure(heat)
            return figure.update_xaxes(title_text=Text("首单后第几个月", "Months since first order").to(lang))
        data = self.views["curves"].data
        band = go.Scatter(
            x=[*data.period, *data.period[::-1]],
            y=[*data.high, *data.low[::-1]],
            fill="toself",
            mode="none",
            fillcolor="rgba(28,109,189,.16)",
            hoverinfo="skip",
            showlegend=False,
        )
        name = Text("全部渠道", "all channels").to(lang)
        line = go.Scatter(x=data.period, y=data.rate, mode="lines+markers", name=name, line_color="#1c6dbd")
        odd = go.Scatter(x=data.period, y=data.rate * 0.8, mode="lines", name=SCRIPT, line_dash="dot")
        figure = go.Figure([band, line, odd])
        figure.update_xaxes(title_text=Text("首单后第几个月", "Months since first order").to(lang), dtick=1)
        return figure.update_yaxes(tickformat=".0%", rangemode="tozero")


def page_info(**changes) -> PageInfo:
    nav = [
        NavItem("01_data_assets", Text("数据资产", "Data assets"), "01_data_assets.html", "done"),
        NavItem("02_retention", Text("留存", "Retention"), "02_retention.html", "done"),
        NavItem("03_lifetime", Text("生命周期价值", "Lifetime value"), "03_lifetime.html", "failed"),
        NavItem("04_attribution", Text("渠道归因", "Attribution"), "04_attribution.html", "missing"),
        NavItem("05_experiments", Text("实验", "Experiments"), "05_experiments.html", "running"),
    ]
    facts = {
        "name": "02_retention",
        "title": Text("留存", "Retention"),
        "date": "2025-12-31",
        "as_of": "2026-01-01T00:00:00+08:00",
        "run_id": "2025-12-31-9f2c41d0",
        "currency": "CNY",
        "rows": {"orders": 542_118, "members": 88_210},
        "data_hash": "sha256:4f1d09aa",
        "code_version": "0.1.0+3b1e",
        "settings": {"timezone": "Asia/Shanghai"},
        "parameters": {"grain": "month", "periods": 12, "odd": SCRIPT},
        "nav": nav,
    }
    return PageInfo(**(facts | changes))


def output_of(shown: object):
    bundle = shown._repr_mimebundle_() if isinstance(shown, Shown) else shown
    return nbformat.v4.new_output("execute_result", data=bundle, execution_count=1)


def notebook_with(cells: list, title: Text | None = None) -> nbformat.NotebookNode:
    """Build an executed notebook: a str is a markdown cell, (lang, str) one for a language, the rest are outputs."""
    made = []
    for i, cell in enumerate(cells):
        if isinstance(cell, tuple):
            made.append(nbformat.v4.new_markdown_cell(cell[1], metadata={"lang": cell[0]}, id=f"c{i}"))
        elif isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell, id=f"c{i}"))
        else:
            output = cell if isinstance(cell, nbformat.NotebookNode) else output_of(cell)
            made.append(nbformat.v4.new_code_cell("secret_code()", outputs=[output], id=f"c{i}"))
    metadata = {"ltv": {"title": title.as_dict()}} if title else {}
    return nbformat.v4.new_notebook(cells=made, metadata=metadata)


def full_page_cells(retention: SampleRetention) -> list:
    return [
        ("zh", "# 群组留存\n\n新客来了以后，还会不会回来？这一页每天早上用截至昨日的订单回答。"),
        (
            "en",
            "# Cohort retention\n\nDo new customers come back? Answered every morning from the orders up to yesterday.",
        ),
        show(retention, "key_figures"),
        show(retention, "takeaways"),
        ("zh", "## 留存"),
        ("en", "## Retention"),
        show(retention, "heatmap"),
        show(retention, "curves"),
        ("zh", "## 渠道"),
        ("en", "## Channels"),
        show(retention, "channels"),
        show(retention, "orders"),
        notice(
            Text("退款没有时间，收入不是严格的当时值。", "Refunds have no time: revenue is not point in time."), "watch"
        ),
        {"text/html": f"<table><tr><th>a</th></tr><tr><td>{SCRIPT}1</td></tr></table><script>alert(3)</script>"},
        {"text/plain": f"plain {SCRIPT}"},
    ]
