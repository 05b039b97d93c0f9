"""What the features of orders are called on pages; those of behaviour have their words in the catalogue."""

from __future__ import annotations

from ltv.lifetime.feature_catalogue import FEATURE
from ltv.lifetime.order_features import SHARES
from ltv.text import Text

_PARTS = {
    "purchases": Text("购买次数", "Purchases"),
    "spent": Text("消费额", "Spending"),
    "purchases_share": Text("购买次数占历史比", "Share of all purchases"),
    "spent_share": Text("消费额占历史比", "Share of all spending"),
}
_SPANS = {
    0.125: Text("最近 1/8 预测期", "in the last eighth of a horizon"),
    0.25: Text("最近 1/4 预测期", "in the last quarter of a horizon"),
    0.5: Text("最近半个预测期", "in the last half of a horizon"),
    1.0: Text("最近一个预测期", "in the last horizon"),
}
WORDS: dict[str, Text] = {
    "btyd_purchases": Text("购买模型预期的购买次数", "Purchases that their rhythm lets expect"),
    "btyd_value": Text("购买模型预期的单次金额", "Value of a purchase that their past lets expect"),
    "btyd_alive": Text("仍是活跃顾客的概率", "Chance to be still a customer"),
    "recency_share": Text("首末次购买间隔 ÷ 顾客年龄", "First to last purchase, as a share of the time as a customer"),
    "since_horizon": Text("距上次购买（以预测期计）", "Time since the last purchase"),
    "age_horizon": Text("成为顾客的时长（以预测期计）", "Time as a customer"),
    "since_gap": Text("距上次购买 ÷ 平均购买间隔", "Time since the last purchase, in usual gaps"),
    "gap_horizon": Text("平均购买间隔", "Mean time between purchases"),
    "gap_variation": Text("购买间隔的离散度", "Variation of the time between purchases"),
    "last_gap": Text("最近一次间隔 ÷ 平均间隔", "Last gap, in usual gaps"),
    "longest_gap": Text("最长间隔 ÷ 平均间隔", "Longest gap, in usual gaps"),
    "since_longest_gap": Text("距上次购买 ÷ 最长间隔", "Time since the last purchase, in longest gaps"),
    "value_mean": Text("单次购买金额（对数均值）", "Usual value of a purchase"),
    "value_spread": Text("单次金额的离散度", "Variation of the value of purchases"),
    "value_highest": Text("最高单次金额", "Highest value of a purchase"),
    "value_first": Text("首次购买金额", "Value of the first purchase"),
    "value_last": Text("最近一次购买金额", "Value of the last purchase"),
    "value_total": Text("累计消费", "Spending so far"),
    "expected_share": Text("累计消费 ÷ 预期消费", "Spending so far, next to what it lets expect"),
    "purchase_rate": Text("购买频率", "Rate of purchases"),
    "spend_rate": Text("消费速度", "Rate of spending"),
    **{
        f"{part}_{share:g}h": Text(f"{_SPANS[share].zh}的{words.zh}", f"{words.en} {_SPANS[share].en}")
        for part, words in _PARTS.items()
        for share in SHARES
    },
}


def called(feature: str) -> Text:
    """What a feature is called.

    >>> called("btyd_alive").en
    'Chance to be still a customer'
    """
    return WORDS[feature] if feature in WORDS else FEATURE[feature].label
