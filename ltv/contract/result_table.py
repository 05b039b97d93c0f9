"""How a result table is written down."""

from __future__ import annotations

from ltv.contract.schema import Table, parse_columns
from ltv.text import Text

SEGMENT = """
segment_kind text : 分群维度 · kind of segment
segment text : 分群 · segment
"""


def table(name: str, zh: str, en: str, keys: str, others: str) -> Table:
    """A result table, its columns told line by line; `<segment>` stands for the two columns of a segment.

    Args:
        name: of the table.
        zh: what it holds, in Chinese.
        en: a row of it, in English.
        keys: columns that tell rows apart.
        others: the others; each may be missing in a row.
    """

    def lines(text: str) -> str:
        filled = text.replace("<segment>", SEGMENT.strip())
        return "\n".join(line for line in filled.splitlines() if line.strip())

    key_columns = parse_columns(lines(keys)) if keys.strip() else ()
    key = tuple(c.name for c in key_columns)
    return Table(
        name, Text(zh, en), key_columns + parse_columns(lines(others), key=key, result=True), key, kind="result"
    )
