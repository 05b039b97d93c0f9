"""`ltv notebooks`: which notebooks a workspace runs, what each answers, reads, writes and can be told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ltv.errors import UsageError, found
from ltv.report.clean import plain
from ltv.runs.notebook import NotebookSpec
from ltv.runs.parameters import Parameter
from ltv.runs.plan import notebooks_folder, read_specs


def listing(workspace: Path, name: str = "") -> list[str]:
    """Return lines for the terminal: one notebook a line, or all that one notebook says of itself.

    Args:
        workspace: the folder with `ltv.toml`.
        name: of one notebook; empty for the list.

    Raises:
        UsageError: there is no notebook of that name, or one cannot be read.
    """
    specs = {n: spec for n, (_, spec) in read_specs(notebooks_folder(workspace), workspace=workspace).items()}
    chosen = name.removesuffix(".ipynb")
    if chosen and chosen not in specs:
        raise UsageError(found("NAME", name, ", ".join(specs)))
    return list(_whole(specs[chosen])) if chosen else [_line(spec) for spec in specs.values()]


def _line(spec: NotebookSpec) -> str:
    writes = f"  → {', '.join(sorted(spec.writes))}" if spec.writes else ""
    return f"{spec.name:<18} {spec.title.zh} · {spec.title.en}{writes}"


def _whole(spec: NotebookSpec) -> Iterator[str]:
    yield f"{spec.name}  {spec.title.zh} · {spec.title.en}"
    if spec.about is not None:
        yield from (f"  {plain(words)}" for words in dict.fromkeys((spec.about.zh, spec.about.en)))
    for what, tables in (("reads", spec.reads), ("uses where there", spec.optional), ("writes", spec.writes)):
        if tables:
            yield f"  {what}: {', '.join(sorted(tables))}"
    yield "  parameters:" if spec.parameters else "  no parameters"
    yield from (f"    {_told(parameter)}" for parameter in spec.parameters.values())


def _told(parameter: Parameter) -> str:
    default = json.dumps(parameter.default, ensure_ascii=False)
    return f"{parameter.name}: {parameter.type} = {default}" + (f"  # {parameter.doc}" if parameter.doc else "")
