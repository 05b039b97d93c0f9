"""The words of the retention page."""

from __future__ import annotations

from ltv.text import Text

GRAIN = {"day": Text("日", "day"), "week": Text("周", "week"), "month": Text("月", "month")}
COHORT = {
    "registered": Text("注册用户", "people who registered"),
    "first_order": Text("首单用户", "people with a first order"),
    "first_event": Text("首次到访用户", "first-time visitors"),
    "any": Text("首次到访或下单的用户", "people with a first visit or order"),
}
ACTIVITY = {
    "order": Text("再次下单", "ordered again"),
    "event": Text("再次到访", "came back"),
    "any": Text("再次到访或下单", "came back or ordered"),
}
_PERIOD = {
    "day": Text("第 {n} 天", "day {n}"),
    "week": Text("第 {n} 周", "week {n}"),
    "month": Text("第 {n} 个月", "month {n}"),
}


def period_label(grain: str, period: int, end: int | None = None) -> Text:
    """Name of a period after the cohort, or of a bracket of them.

    >>> period_label("month", 1).en, period_label("day", 4, 7).en
    ('month 1', 'day 4–7')
    """
    return _PERIOD[grain].format(n=str(period) if end in (None, period) else f"{period}–{end}")


WORDS: dict[str, Text] = {
    "cohort": Text("群组", "Cohort"),
    "people": Text("人数", "People"),
    "period": Text("第几期", "Period"),
    "rate": Text("留存率", "Retention"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "cohorts": Text("群组数", "Cohorts"),
    "revenue": Text("净收入", "Net revenue"),
    "per_user": Text("人均累计净收入", "Cumulative net revenue per person"),
    "nrr": Text("净收入留存", "Net revenue retention"),
    "segment_kind": Text("分群维度", "Kind of segment"),
    "segment": Text("分群", "Segment"),
    "average": Text("加权平均", "Weighted average"),
    "interval": Text("95% 置信区间", "95% interval"),
    "periods_after": Text("群组之后的{grain}数", "{grain}s after the cohort"),
    "came_back": Text("{when}留存率", "Retention, {when}"),
    "worth": Text("人均累计净收入（至{when}）", "Net revenue per person by {when}"),
    "earlier_cohorts": Text("更早的群组", "earlier cohorts"),
    "rule": Text(
        "近 3 个群组对更早群组；差异在 5% 水平显著才标红或绿",
        "last 3 cohorts against earlier ones; red or green only where the difference holds at the 5% level",
    ),
    "weighted": Text("{n} 个完整群组按人数加权", "{n} complete {n:cohort|cohorts}, weighted by people"),
    "too_early": Text(
        "数据还不够：没有任何群组走完第 1 个{grain}。",
        "Not enough data: no cohort has completed its first {grain} yet.",
    ),
    "level": Text(
        "{who}中有 {rate} 在{when}{what}（95% 区间 {low}–{high}，{n} 人）。",
        "{rate} of {who} {what} in {when} (95% interval {low}–{high}, {n} {n:person|people}).",
    ),
    "better": Text(
        "近 3 个群组在变好：{rate} 的{who}在{when}{what}，更早的群组是 {before}（{change}，95% 区间 {low}–{high}，{n} 人）。",
        "The last 3 cohorts do better: {rate} of {who} {what} in {when}, against {before} of earlier cohorts "
        "({change}, 95% interval {low}–{high}, {n} {n:person|people}).",
    ),
    "worse": Text(
        "近 3 个群组在变差：只有 {rate} 的{who}在{when}{what}，更早的群组是 {before}（{change}，95% 区间 {low}–{high}，{n} 人）。",
        "The last 3 cohorts do worse: only {rate} of {who} {what} in {when}, against {before} of earlier cohorts "
        "({change}, 95% interval {low}–{high}, {n} {n:person|people}).",
    ),
    "unchanged": Text(
        "近 3 个群组没有可确认的变化：{rate} 的{who}在{when}{what}，更早的群组是 {before}（95% 区间 {low}–{high}，{n} 人）。",
        "No confirmed change in the last 3 cohorts: {rate} of {who} {what} in {when}, against {before} "
        "of earlier cohorts (95% interval {low}–{high}, {n} {n:person|people}).",
    ),
    "act_worse": Text(
        "先看这些群组来自哪个渠道，再决定是否加码拉新。",
        "See which channels these cohorts came from before paying for more of them.",
    ),
    "act_better": Text(
        "找出这些群组做对了什么，并用对照实验确认。",
        "Find out what was done for these cohorts and confirm it by an experiment.",
    ),
    "loss": Text(
        "流失集中在开头：{unit}有 {first} 的人没有回来；到{late}仍有 {rest} 留下。",
        "Most are lost at the start: {first} do not come back in {unit}; {rest} are still there in {late}.",
    ),
    "flat": Text(
        "留存曲线平稳：{unit}没有回来的占 {first}，到{late}留存 {rest}。",
        "The curve is flat: {first} stay away in {unit}, {rest} are there in {late}.",
    ),
    "act_loss": Text(
        "最值得投入的是群组开始后的第一个周期：在沉默之前给出下一步。",
        "The first period after the cohort is worth most: offer the next step before people fall silent.",
    ),
    "gap": Text(
        "{best}留存最高（{when} {high}），{worst}最低（{low}），差异在 5% 水平显著。",
        "{best} come back most ({high} in {when}), {worst} least ({low}); the difference holds at the 5% level.",
    ),
    "act_gap": Text(
        "为{worst}单独设计回访理由，并保留对照组。",
        "Give {worst} a reason of their own to come back, with a control group.",
    ),
    "heatmap_title": Text("{who}的群组留存（按{grain}）", "Retention of {who}, by {grain}"),
    "heatmap_note": Text(
        "每行一个群组；格子是该{grain}内{what}的人数占比。未走完或没有任何数据的格子留空。",
        "One row a cohort; a cell is the share that {what} in that {grain}. Cells that are not over yet, or without any data, stay blank.",
    ),
    "unbounded_note": Text(
        "每行一个群组；格子是该{grain}或之后{what}的人数占比，之后的活动还可能使它上升。未走完或没有任何数据的格子留空。",
        "One row a cohort; a cell is the share that {what} in that {grain} or later; later activity may still raise it. Cells that are not over yet, or without any data, stay blank.",
    ),
    "bracket_note": Text(
        "每行一个群组；格子是在这一段内{what}的人数占比。未走完或没有任何数据的格子留空。",
        "One row a cohort; a cell is the share that {what} within the bracket. Cells that are not over yet, or without any data, stay blank.",
    ),
    "heatmap_alt": Text(
        "群组留存热力图，行是群组，列是第几个{grain}。", "Heat map of retention: cohorts as rows, {grain}s as columns."
    ),
    "curve_title": Text("平均留存曲线", "Average retention curve"),
    "curve_note": Text(
        "按人数加权，只用完整的格子；阴影是 95% 置信区间。少于 3 个群组走完的周期不画。",
        "Weighted by people, complete cells only; the band is the 95% interval. Periods that fewer than three cohorts have completed are left out.",
    ),
    "curve_alt": Text("按{grain}的平均留存曲线和置信区间。", "Average retention by {grain} with its interval."),
    "revenue_title": Text("人均累计净收入", "Cumulative net revenue per person"),
    "revenue_note": Text(
        "每条线一个群组（深色较新），粗线为加权平均；订单只计截至当日未退还的金额，单独记为负数的退款按退款时间扣除。",
        "One line a cohort (darker is newer), the bold line is the weighted average. An order counts with what is not given back by then; refunds written as rows of their own, when they were made.",
    ),
    "revenue_alt": Text(
        "各群组的人均累计净收入随{grain}增长。", "Cumulative net revenue per person of each cohort by {grain}."
    ),
    "segments_title": Text("各分群的留存", "Retention by segment"),
    "segments_note": Text(
        "按人数加权，只用完整的格子。不同维度的分群可以重叠。",
        "Weighted by people, complete cells only. Segments of different kinds may overlap.",
    ),
    "segments_alt": Text("各分群的留存率。", "Retention of each segment."),
}
