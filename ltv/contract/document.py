"""`python -m ltv.contract.document`: writes docs/tables.md, every table and column as declared, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ltv.contract.inputs import INPUTS
from ltv.contract.results import RESULTS
from ltv.contract.rules import RULES
from ltv.contract.schema import ALLOWED_WORDS, SQL_TYPES, Column, Table
from ltv.text import Text

PLACE = Path(__file__).parents[2] / "docs" / "tables.md"

_HEAD = """# Tables · 数据表

Written by `python -m ltv.contract.document` from the declarations in `ltv/contract`: change them there.
由 `python -m ltv.contract.document` 根据 `ltv/contract` 中的声明生成，请修改声明。
"""
_INPUTS = """
## Input tables · 输入表

Only `orders` is required. A row that breaks a rule is put aside in quarantine with its file, line and rule; the rest is used.
只有 `orders` 是必需的。违反规则的行连同文件、行号和规则进入隔离区，其余照常使用。

There: **always** = the column, and a value in every row · **column** = the column, values may be missing · *optional*.
必需：**always** 每行必填 · **column** 列必须存在、值可缺 · *optional* 可选。
"""
_RESULTS = """
## Result tables · 结果表

Every table also carries `run_id`, the run that wrote it. The key is `run_id` and the columns named as key.
每张表还有 `run_id`（写入它的运行）；主键为 `run_id` 加所列的键。
"""
_RUN_ID = Column("run_id", "text", Text("运行编号", "run that wrote the row"))


def document() -> str:
    """Return the page as markdown.

    >>> print(document()[:16])
    # Tables · 数据表
    """
    inputs = [_table(table) for table in INPUTS.values()]
    results = [_table(table) for table in RESULTS.values()]
    return "".join([_HEAD, _types(), _INPUTS, *inputs, _RESULTS, *results, _rules()])


def _types() -> str:
    rows = [(f"`{name}`", f"`{stored}`", ALLOWED_WORDS[name]) for name, stored in SQL_TYPES.items()]
    return "\n## Types · 类型\n\n" + _grid(("type · 类型", "stored as · 存储为", "read from · 可读的写法"), rows)


def _rules() -> str:
    rows = [(f"`{name}`", words.zh, words.en) for name, words in RULES.items()]
    return "\n## Rules of the quarantine · 隔离规则\n\n" + _grid(("rule · 规则", "中文", "English"), rows)


def _table(table: Table) -> str:
    facts = [f"Key · 主键: {', '.join(f'`{name}`' for name in table.key) or 'none · 无'}."]
    facts += [f"Time · 时间: `{table.time}`."] if table.time else []
    facts += (
        [f"Person · 用户: {', '.join(f'`{k}` + `{v}`' for k, v in table.identifiers)}."] if table.identifiers else []
    )
    columns = table.columns if table.kind == "input" else (*table.columns, _RUN_ID)
    rows = [(f"`{c.name}`", f"`{c.type}`", _presence(c), c.meaning.zh, c.meaning.en, _values(c)) for c in columns]
    heads = ("column · 列", "type · 类型", "there · 必需", "中文", "English", "values · 取值")
    return f"\n### `{table.name}`\n\n{table.meaning.zh} · {table.meaning.en}. {' '.join(facts)}\n\n{_grid(heads, rows)}"


def _presence(column: Column) -> str:
    if not column.nullable:
        return "**always**"
    return "**column**" if column.required else "*optional*"


def _values(column: Column) -> str:
    said = [", ".join(f"`{value}`" for value in column.allowed)] if column.allowed else []
    said += [f"≥ {column.low:g}"] if column.low is not None else []
    said += [f"≤ {column.high:g}"] if column.high is not None else []
    return ", ".join(said)


def _grid(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PLACE.write_text(document(), encoding="utf-8", newline="\n")
