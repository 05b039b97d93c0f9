"""Every word of the frame around a page: navigation, search, themes, tables, in both languages."""

from ltv.text import Text

MENU = Text("页面目录", "All pages")
CONTENTS = Text("本日总览", "This date at a glance")
DATES = Text("切换日期", "Other dates")
THIS_DATE = Text("本页日期", "this page")
NEWEST = Text("最新一期", "Latest")
EVERY_DATE = Text("所有日期", "All dates")
KNOWN_THEN = Text(
    "列出的是本页生成时已发布的日期；之后的日期请看“所有日期”。",
    "Dates that were published when this page was made; for later ones see all dates.",
)
PREVIOUS = Text("上一页", "Previous page")
NEXT = Text("下一页", "Next page")
TURN = Text("前后页", "Previous and next page")

SEARCH = Text("搜索图表与指标", "Search charts and figures")
SEARCH_HINT = Text("搜索图表与指标，按 / 键", "Search charts and figures, press /")
FOUND = Text("搜索结果", "Search results")
NOTHING_FOUND = Text("没有找到，请换个词。", "Nothing found, try another word.")

THEME = Text("配色", "Theme")
THEMES = {
    "auto": Text("跟随系统", "as the system has it"),
    "light": Text("浅色", "light"),
    "dark": Text("深色", "dark"),
}

LINK_TO = Text("复制链接：", "Copy link:")
COPIED = Text("链接已复制", "Link copied")
IN_ADDRESS = Text("链接已放入地址栏", "The link is in the address bar")
MORE = Text("详见 {where}", "More: {where}")
WHERE = Text("{page} · {block}", "{page} · {block}")

SWIPE = Text("左右滑动可看全部列", "Scroll sideways for all columns")

DATES_OF_PAGE = Text(
    "选一个日期，打开那一天的同一页；没有这一页的日期打开当日目录。",
    "Choose a date to open the same page of that day; a date without it opens its contents.",
)

GROUPS = {
    "today": Text("今日", "Today"),
    "behaviour": Text("用户行为", "Behaviour"),
    "value": Text("价值与归因", "Value"),
    "action": Text("行动与实验", "Action"),
    "data": Text("数据", "Data"),
    "more": Text("更多", "More"),
}
OLD_BROWSER = Text(
    "这个浏览器版本太旧，画不出图；表格和数据下载照常可用。请换用 2023 年以后的浏览器。",
    "This browser is too old to draw the charts; tables and downloads are all here. Use one from 2023 or later.",
)
