"""The words that tell how a scheduled run came out."""

from __future__ import annotations

from ltv.text import Text

RUN: dict[str, Text] = {
    "failed": Text("{date} 的日报运行失败", "The run of {date} failed"),
    "partial": Text("{date} 的日报缺 {n} 页，运行失败", "The run of {date} failed on {n} pages"),
    "one_partial": Text("{date} 的日报缺 1 页，运行失败", "The run of {date} failed on one page"),
    "refused": Text("{date} 的数据未通过检查，日报没有生成", "The data of {date} was refused, no report was made"),
    "killed": Text("{date} 的日报运行中途停止", "The run of {date} ended in the middle"),
    "recovered": Text("日报恢复正常：{date}", "Reports are good again: {date}"),
    "lost": Text("{date} 的日报少了 {n} 页", "The report of {date} is {n} pages short"),
    "one_lost": Text("{date} 的日报少了 1 页", "The report of {date} is one page short"),
    "back": Text("{date} 的日报补齐了 {n} 页", "{n} pages are back in the report of {date}"),
    "one_back": Text("{date} 的日报补齐了 1 页", "One page is back in the report of {date}"),
    "why": Text("原因：{why}", "Why: {why}"),
    "before": Text("此前：自 {date} 起{state}", "Before: {state} since {date}"),
    "shown": Text("现在能看到的最新一天：{date}", "The newest date to be seen: {date}"),
    "none_shown": Text("还没有任何一天发布", "No date is published yet"),
    "act": Text("查看原因：", "What went wrong:"),
    "page_failed": Text("出错", "failed"),
    "page_missing": Text("缺少数据", "its data is missing"),
    "page_gone": Text("{title}：{state}", "{title}: {state}"),
    "page_back": Text("{title}：已恢复", "{title}: back"),
    "open": Text("打开报告", "Open the reports"),
    "more": Text("另有 {n} 行没有列出。", "{n} more lines."),
    "why_told": Text(
        "由 ltv.toml 的 [dispatch] digest 发出；只在状态变化时发送一次。",
        "Sent because of [dispatch] digest in ltv.toml, once at each change.",
    ),
}
STATES: dict[str, Text] = {
    "good": Text("正常", "good"),
    "partial": Text("缺页", "pages failed"),
    "failed": Text("失败", "failed"),
    "refused": Text("数据被拒", "data refused"),
    "killed": Text("中途停止", "ended in the middle"),
}
