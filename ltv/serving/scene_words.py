"""The words of the offline check of the scenes."""

from __future__ import annotations

from ltv.text import Text

NAMES: dict[str, Text] = {
    "home": Text("首页停留", "Home page"),
    "search": Text("搜索", "Search"),
    "detail": Text("商品页", "Product page"),
}
LISTS: dict[str, Text] = {
    "popular": Text("热门", "most popular"),
    "category": Text("同品类热门", "popular in the category"),
    "together": Text("相似商品", "similar products"),
}
VERDICTS: dict[str, Text] = {
    "better": Text("比热门更准", "better than the most popular"),
    "worse": Text("不如热门", "worse than the most popular"),
    "as_good": Text("与热门没有可见差别", "no visible difference to the most popular"),
    "base": Text("对照", "what is compared with"),
    "unknown": Text("数据不足", "not enough data"),
}
WORDS: dict[str, Text] = {
    "scene": Text("场景", "Scene"),
    "list": Text("列表", "List"),
    "metric": Text("指标", "Metric"),
    "hit_rate": Text("命中率", "Hit rate"),
    "value": Text("值", "Value"),
    "low": Text("区间下限", "Lower end"),
    "high": Text("区间上限", "Upper end"),
    "difference": Text("与热门之差", "Difference to the most popular"),
    "difference_low": Text("差的下限", "Lower end of the difference"),
    "difference_high": Text("差的上限", "Upper end of the difference"),
    "n": Text("有加购的场景数", "Scenes with something taken"),
    "people": Text("人数", "People"),
    "verdict": Text("结论", "Verdict"),
    "hits_title": Text(
        "离线命中率：列表里有没有后来加购的商品", "Offline hit rate: was in the list what was put into the cart"
    ),
    "hits_alt": Text("各场景三种列表的命中率和区间。", "Hit rate of three lists in each scene, with intervals."),
    "figures_title": Text("离线检验的全部数字", "All figures of the offline check"),
    "note": Text(
        "只用分割日之前学到的内容；只看之后有加购的场景；本次会话已看过的商品不进列表。值的区间 95%，差的区间对六个比较同时成立。",
        "Learned before the split alone; among scenes after which something was taken; no list holds what was seen in the session. "
        "Intervals of values 95%; those of differences hold for the six comparisons at once.",
    ),
    "told": Text(
        "{scene}：{times} 次中有 {taken} 次在 {hours} 小时内加购。“{list}”的 {k} 个商品命中 {value}，热门 {popular}，"
        "差 {difference}（{range}）：{verdict}。",
        "{scene}: {taken} of {times} occasions led to a product in the cart within {hours} hours. The {k} products of "
        "“{list}” hold what was taken in {value} of them, the most popular in {popular}; difference {difference} ({range}): {verdict}.",
    ),
    "few": Text(
        "数据不足：{scene} 共 {times} 次，{hours} 小时内有商品加购的只有 {taken} 次。",
        "Not enough data: of {times} occasions ({scene}) only {taken} led to a product in the cart within {hours} hours.",
    ),
    "offline": Text(
        "离线只比较列表：人们本来就会加购的，列表里有没有。展示之后能多卖多少，要看实验。",
        "Offline compares lists: whether they hold what people took by themselves. What showing one would bring, an experiment says.",
    ),
    "act": Text(
        "用更准的列表替换热门，并作为实验上线。",
        "Put the better list in the place of the most popular, as an experiment.",
    ),
}
