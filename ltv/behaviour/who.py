"""Whom a chart shows, where its reader chooses: everybody first, then segment by segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ltv.behaviour.funnel_words import KIND as FUNNEL_KIND
from ltv.behaviour.funnel_words import STATUS
from ltv.result import Column, Worded
from ltv.text import Text, same

if TYPE_CHECKING:
    import pandas as pd

WHO = "who"
MOST = 24
_LABEL, _EVERYBODY = Text("看哪些人", "Show"), Text("全体", "Everybody")
_KIND = FUNNEL_KIND | {
    "age_group": Text("年龄段", "age group"),
    "channel": Text("渠道", "channel"),
    "city": Text("城市", "city"),
    "value_tier": Text("价值层级", "value tier"),
}
_SEGMENT = STATUS | {
    "students": Text("学生（18–24）", "students (18–24)"),
    "silver": Text("银发（60+）", "silver (60+)"),
    "others": Text("其余", "others"),
    "other channels": Text("其余渠道", "other channels"),
}


def who(kind: str, segment: str) -> Text:
    """Return what a choice is called.

    >>> who("all", "all").zh, who("channel", "sms").en, who("age_group", "students").zh
    ('全体', 'channel: sms', '年龄段：学生（18–24）')
    """
    if kind == "all":
        return _EVERYBODY
    kinds, names = _KIND.get(kind, same(kind)), _SEGMENT.get(segment, same(segment))
    return Text(f"{kinds.zh}：{names.zh}", f"{kinds.en}: {names.en}")


def people_of(table: pd.DataFrame, told: Worded) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the rows of everybody and of each segment with the value of their choice; a kind of one segment is no choice.

    Args:
        table: rows with segment_kind and segment.
        told: remembers what each choice is called.
    """
    groups = {(str(kind), str(segment)): part for (kind, segment), part in table.groupby(["segment_kind", "segment"])}
    kinds = Counter(kind for kind, _ in groups)
    known = [key for key in groups if key[0] == "all" or kinds[key[0]] > 1]
    for kind, segment in sorted(known, key=lambda key: (key[0] != "all", *key))[:MOST]:
        yield told(who(kind, segment)), groups[kind, segment]


def column(told: Worded) -> Column:
    """Return the column that a reader chooses by."""
    return Column(WHO, _LABEL, words=told.words)
