"""`ltv new-notebook`: a notebook that the runner picks up and that runs at once, to be changed into an own question."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ltv.contract import INPUTS, RESULTS, Column, Table
from ltv.errors import UsageError, found
from ltv.runs.notebook import NotebookSpec
from ltv.runs.plan import SUITE, notebooks_folder, read_specs
from ltv.text import Text
from ltv.warehouse.files import write_text

_TOPIC = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,39}")
_ALLOWED = "2 to 40 letters, digits and _, a letter first"
_NUMBERED = re.compile(r"(\d+)_(.+)")
_TIMES = ("ts", "registered_at", "started_at")
# all that can be added up comes before what cannot
_SUMS = ("money", "integer", "number")

_ABOUT = {
    "zh": "这一页回答什么问题？用一两句话写清楚：给谁看，看完做什么。",
    "en": "Which question does this page answer? Say in a sentence or two who reads it and what they do next.",
}
_HINT = "# any data frame becomes a page: help(ltv.result_of) says how"
_PARAMETERS = (
    'workspace = ".."  # folder with ltv.toml\ndate = ""  # day to report on, YYYY-MM-DD; empty: the newest one'
)
_OPEN = "import ltv\n\nws = ltv.open(workspace, date=date)"


def scaffold(
    workspace: Path, topic: str, *, after: str = "", table: str = "", title: Sequence[str] | None = None
) -> Path:
    """Write `notebooks/NN_topic.ipynb` into a workspace, under the next free number.

    It stands beside the notebooks of the suite, which go on running.

    Args:
        workspace: the folder with `ltv.toml`.
        topic: letters, digits and `_`.
        after: a notebook whose result it builds on.
        table: input table of people's acts, or a result table; default `orders`, or what `after` writes.
        title: in Chinese and in English; default the topic.

    Returns:
        the path of the new notebook.

    Raises:
        UsageError: a bad or taken topic, an unknown notebook, or a table that is not there.
    """
    if not _TOPIC.fullmatch(topic):
        raise UsageError(found("TOPIC", topic, _ALLOWED))
    folder = workspace / "notebooks"
    specs = {n: spec for n, (_, spec) in read_specs(notebooks_folder(workspace), workspace=workspace).items()}
    chosen = _table(table, after, specs)
    path = folder / f"{_next(folder, topic):02d}_{topic}.ipynb"
    words = Text(*title) if title else Text(topic.replace("_", " "), topic.replace("_", " ").capitalize())
    write_text(path, json.dumps(_content(words, chosen), ensure_ascii=False, indent=1) + "\n")
    return path


def _next(folder: Path, topic: str) -> int:
    """The next free number; a topic that there is gets no second notebook."""
    names = {path.stem for path in [*SUITE.glob("*.ipynb"), *folder.glob("*.ipynb")]}
    numbered = [match for name in names if (match := _NUMBERED.fullmatch(name))]
    taken = sorted(match[0] for match in numbered if match[2].lower() == topic.lower())
    if taken:
        raise UsageError(found("TOPIC", topic, f"a name that is free: {taken[0]}.ipynb is there"))
    return max((int(match[1]) for match in numbered), default=-1) + 1


def _table(name: str, after: str, specs: Mapping[str, NotebookSpec]) -> Table:
    written = sorted({table for spec in specs.values() for table in spec.writes})
    if after:
        stem = after.removesuffix(".ipynb")
        if stem not in specs:
            raise UsageError(found("--after", after, ", ".join(specs)))
        written = sorted(specs[stem].writes, key=lambda table: (not stem.endswith(table), table))
        if not written:
            raise UsageError(found("--after", after, "a notebook that writes a result table"))
        name = name or written[0]
    allowed = [*written] if after else [*_of_people(), *written]
    if (name or "orders") not in allowed:
        raise UsageError(found("--table", name, ", ".join(allowed)))
    return RESULTS[name] if name in written else INPUTS[name or "orders"]


def _of_people() -> list[str]:
    return [name for name, table in INPUTS.items() if table.identifiers and set(_TIMES) & set(table.names)]


def _content(title: Text, table: Table) -> dict[str, Any]:
    counted = _counted(table) if table.kind == "input" else _summed(table)
    cells = [
        _markdown("title", f"# {title.zh} · {title.en}"),
        *(_markdown(f"about-{lang}", words, lang) for lang, words in _ABOUT.items()),
        *counted,
        _code("key-figures", 'ltv.show(told, "key_figures", "takeaways")'),
        _code("chart", f'ltv.show(told, "{"line" if table.kind == "input" else "bar"}")'),
        _code("rows", 'ltv.show(told, "table")'),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    own = {"beside": "suite", "title": title.as_dict()}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "ltv": own}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _counted(table: Table) -> list[dict[str, Any]]:
    """An input table: how often, how many people, and of orders how much, period by period."""
    worth = table.name == "orders"
    shown, tiles = ("revenue", '["revenue", "times", "people"]') if worth else ("times", '["times", "people"]')
    names = [
        _HINT,
        'names = {"period": ("周期开始", "Period from", "date"), "times": ("次数", "Times", "count")}',
        'names |= {"people": ("人数", "People", "count")}',
        *(['names |= {"revenue": ("净收入", "Net revenue", "money")}'] if worth else []),
        f"title = ({_quoted(table.meaning.zh + '：按时间')}, {_quoted(_sentence(table.meaning.en) + ', over time')})",
        f'asked = {{"figures": {tiles}, "line": ("period", "{shown}")}}',
        "told = ltv.result_of(counted, title=title, columns=names, currency=ws.settings.currency, **asked)",
    ]
    grain = 'grain = "week"  # length of a period: day, week or month'
    return [
        _code("parameters", f"{_PARAMETERS}\n{grain}", "parameters"),
        _code("open", _OPEN),
        _code("count", f"counted = ltv.per_period(ws.{table.name}, grain=grain, **ws.terms)"),
        _code("result", "\n".join(names)),
    ]


def _summed(table: Table) -> list[dict[str, Any]]:
    """A result table: one of its figures, added up by what tells its rows apart."""
    across, up = _axes(table)
    whole = 'rows = rows[rows["segment_kind"] == "all"]' if "segment_kind" in table.names else ""
    how = "mean" if up.type == "number" else "sum"
    names = [
        _HINT,
        f'by = rows.groupby("{across.name}", as_index=False)[["{up.name}"]].{how}()',
        f"title = ({_quoted(table.meaning.zh)}, {_quoted(_sentence(table.meaning.en))})",
        f"note = ({_quoted(f'{up.meaning.zh}，按{across.meaning.zh}')}, {_quoted(f'{up.meaning.en} by {across.meaning.en}')})",
        'said = [(f"共 {len(rows):,} 行，{len(by):,} 组。", f"{len(rows):,} rows in {len(by):,} groups.")]',
        f'asked = {{"bar": ("{across.name}", "{up.name}"), "takeaways": said}}',
        'asked |= {"figures": [("组数", "Groups", len(by), "count")], "currency": ws.settings.currency}',
        "told = ltv.result_of(by, title=title, note=note, **asked)",
    ]
    load = [f'rows = ws.result("{table.name}")', *([whole] if whole else [])]
    return [
        _code("parameters", _PARAMETERS, "parameters"),
        _code("open", _OPEN),
        _code("load", "\n".join(load)),
        _code("result", "\n".join(names)),
    ]


def _axes(table: Table) -> tuple[Column, Column]:
    """The last column that tells rows apart, and the first figure."""
    keys = [table.column(name) for name in table.key if name not in ("segment_kind", "segment", "as_of")]
    figures = [c for kind in _SUMS for c in table.columns if c.type == kind and c.name not in table.key]
    if not keys or not figures:
        raise UsageError(found("--table", table.name, "a table with a key and a column of numbers"))
    return keys[-1], figures[0]


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _markdown(name: str, source: str, lang: str = "") -> dict[str, Any]:
    metadata = {"lang": lang} if lang else {}
    return {"cell_type": "markdown", "id": name, "metadata": metadata, "source": source.splitlines(keepends=True)}


def _code(name: str, source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    lines = source.splitlines(keepends=True)
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": lines,
    }
