"""The result table of the overview."""

from __future__ import annotations

from ltv.contract.result_table import table

OVERVIEW = (
    table(
        "overview",
        "总览关键指标",
        "a key figure of the overview",
        "date date : 日期 · day\nfigure text : 指标 · figure",
        """
    value number : 值 · value
    low number : 区间下限 · lower end of its interval
    high number : 区间上限 · upper end of its interval
    level integer : 区间水平（%） · level of the interval, percent
    previous number : 7 天前的值 · value of 7 days before
    compared_with date : 比较的日期 · day it is compared with
    usual_low number : 正常范围下限 · lower end of what is usual
    usual_high number : 正常范围上限 · upper end of what is usual
    unit text : 单位 · how it is written
    state text good|watch|bad|none : 交通灯 · traffic light
    page text : 出处页面 · page to read on
    view text : 出处图表 · block on that page
    """,
    ),
)
