"""Every word that a page shows of its own accord, in both languages."""

from ltv import result
from ltv.text import Text

PRODUCT = Text("用户价值日报", "Customer value daily")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}

STATES = result.STATE_WORDS
PAGE_STATES = {
    "done": Text("已完成", "Done"),
    "failed": Text("未生成", "Failed"),
    "missing": Text("缺数据", "Data missing"),
    "running": Text("生成中", "Running"),
}
DATE_STATES = {
    "good": Text("全部完成", "Complete"),
    "partial": Text("部分完成", "Partly done"),
    "failed": Text("失败", "Failed"),
    "refused": Text("数据被拒", "Data refused"),
}

SKIP = Text("跳到正文", "Skip to content")
PAGES = Text("本日各页", "Pages of this date")
LANGUAGE = Text("语言", "Language")
PRINT = Text("打印", "Print")
ALL_DATES = Text("所有日期", "All dates")
DATE = Text("数据日期", "Date")
AS_OF = Text("截至", "as of")

KEY_FIGURES = Text("关键指标", "Key figures")
QUESTIONS = Text("今天的五个问题", "Today's five questions")
MARK = Text("{what} {value}", "{what} {value}")
READ_ON = Text("看{page}", "See {page}")
TAKEAWAYS = Text("结论与行动", "What it means and what to do")
ACTION = Text("建议行动", "Next step")
INTERVAL = Text("{level}% 区间 {range}", "{level}% interval {range}")
COMPARED = Text("较{what} {previous}", "vs {what} {previous}")
PREVIOUS = Text("上期", "the period before")
UNCHANGED = Text("持平", "unchanged")
UNKNOWN = Text("尚不可知", "Not known yet")

DOWNLOAD = Text("下载数据（CSV）", "Download data (CSV)")
DOWNLOAD_PICTURE = Text("下载图片（PNG）", "Download picture (PNG)")
PICTURE_SOURCE = Text("来源：{page} · {date} · 运行 {run}", "Source: {page} · {date} · run {run}")
ROWS = Text("{n} 行", "{n} {n:row|rows}")
ROWS_CUT = Text(
    "本页下载含前 {shown} 行，共 {total} 行；完整数据在当日的结果表中。",
    "The download on this page holds the first {shown} of {total} {total:row|rows}; the result table of the date has them all.",
)
ROWS_FIRST = Text(
    "表中列出前 {shown} 行，共 {total} 行。", "The table lists the first {shown} of {total} {total:row|rows}."
)
CHOICE = Text("选择", "Choose")
NO_ROWS = Text("没有可显示的数据。", "There is nothing to show yet.")
YES = Text("是", "yes")
NO = Text("否", "no")
CELLS_PERCENT = Text(" · 格内为 %", " · cells in %")
CHART_OF = Text("图表：{title}", "Chart: {title}")
FOREIGN_CHART = Text(
    '这里有一张不带数据下载与双语文字的图，页面不显示它；请用 ltv.show(结果, "图名") 输出。',
    "A chart without its data and without words in both languages is not shown here; "
    'use ltv.show(result, "name") for it.',
)
CELL_FAILED = Text(
    "这一步出错，后面的内容可能不全：{error}", "This step failed; what follows may be incomplete: {error}"
)

ABOUT = Text("数据来源与运行信息", "Where this comes from")
GLOSSARY = Text("本页用语", "Words of this page")
RUN_ID = Text("运行编号", "Run")
INPUT_ROWS = Text("输入行数", "Input rows")
DATA_HASH = Text("数据指纹", "Data hash")
CODE_VERSION = Text("代码版本", "Code version")
CURRENCY = Text("货币", "Currency")
SETTINGS = Text("设置", "Settings")
PARAMETERS = Text("参数", "Parameters")
AS_OF_LONG = Text("数据截至（不含此刻）", "Data before (exclusive)")
NONE_GIVEN = Text("无", "none")

FAILED_HEAD = Text("这一页没有生成", "This page could not be made")
FAILED_SAY = Text(
    "其他页面不受影响，照常发布。本页的数据请以上一个完成的日期为准。",
    "The other pages are published as usual. For this one, rely on the last date that was completed.",
)
FAILED_CELL = Text("哪一步", "Which step")
FAILED_WHAT = Text("发生了什么", "What happened")
FAILED_DO = Text("怎么办", "What to do")
FAILED_SOURCE = Text("这一步的代码", "Code of this step")
CELL = Text("第 {index} 个单元：{cell}", "Cell {index}: {cell}")

MISSING_HEAD = Text("缺少输入表 {table}", "The input table {table} is missing")
MISSING_RESULT_HEAD = Text("缺少结果表 {table}", "The result table {table} is missing")
MISSING_SAY = Text(
    "有了这张表，下一次运行就会自动生成“{title}”这一页。",
    "Once this table is there, the next run makes the page “{title}” by itself.",
)
MISSING_WHY = Text("原因", "Why")
MISSING_SHOWS = Text("本页将回答", "What this page would show")
MISSING_DO = Text("怎么补上", "How to add it")
MISSING_HOW = Text(
    "把文件放入 data/{table}/，或在 ltv.toml 的 [sources.{table}] 中指明来源，再运行 ltv check。",
    "Put files into data/{table}/, or name its source in ltv.toml under [sources.{table}], then run ltv check.",
)
MISSING_RESULT_HOW = Text(
    "这张表由另一页算出：请看那一页缺什么，补上后再运行 ltv run。",
    "Another page makes this table: see what that page lacks, add it and run ltv run again.",
)

REFUSED_HEAD = Text("当日数据被拒收，未生成报告", "The data of this date was refused, no report was made")
REFUSED_SAY = Text("已发布的内容没有被替换。", "Nothing that was published has been replaced.")
REFUSED_WHY = Text("拒收原因", "Why it was refused")
REFUSED_DO = Text(
    "修正数据后运行 ltv check，全部通过后再运行 ltv run。",
    "Correct the data, run ltv check until it passes, then ltv run again.",
)

INDEX_TITLE = Text("所有日期的报告", "Reports by date")
INDEX_LEAD = Text("最新的在最前；点页面名称直接打开。", "Newest first; open a page by its name.")
INDEX_EMPTY = Text("还没有报告。运行 ltv run 生成第一份。", "There is no report yet. ltv run makes the first one.")
LATEST = Text("最新完整", "Latest complete")
RUN = Text("运行", "Run")
REASON = Text("原因", "Reason")
DATE_TITLE = Text("{date} 的报告", "Report of {date}")
CONTENTS = Text("全部页面", "All pages")
OVERVIEW_ABSENT = Text(
    "这一天没有总览：没有运行 {page}。各页的结论如下。",
    "There is no overview of this date: {page} was not run. What each page found is below.",
)
OVERVIEW_FAILED = Text(
    "总览没有生成，原因见它的页面。各页的结论如下。",
    "The overview could not be made, its page says why. What each page found is below.",
)
DATE_LEAD = Text("每页一个问题，先看结论。", "One question a page, the finding first.")
OPEN_FOR = {
    "done": Text("打开看详情。", "Open for the details."),
    "failed": Text("打开看原因和处理办法。", "Open for the cause and what to do."),
    "missing": Text("打开看缺哪张表、补上后能看到什么。", "Open for the table that is missing and what it would show."),
    "running": Text("还在生成，请稍后刷新。", "Still being made, come back in a while."),
}
