"""What a notebook says about itself, read from its text and never executed.

Its title, its parameters, the tables it reads and writes; and whether it is clean enough to be committed:

    python -m ltv.runs.notebook notebooks/
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ltv.errors import LtvError, UsageError, found
from ltv.runs.cells import Cell, cells_of, read_notebook, tree_of
from ltv.runs.parameters import Parameter, check, parameters_of
from ltv.text import LANGS, Text


@dataclass(frozen=True)
class NotebookSpec:
    """What a notebook is and needs.

    Attributes:
        name: name of the file without its ending.
        title: title in both languages.
        parameters: what can be set, by name, in the order of the cell.
        reads: tables it cannot do without.
        optional: tables it uses where they are there.
        writes: result tables it saves.
        only_with: file without which a workspace has no use for it; None for all others.
        about: what its first words say it shows, as markdown; None where it has none.
    """

    name: str
    title: Text
    parameters: Mapping[str, Parameter]
    reads: frozenset[str]
    optional: frozenset[str]
    writes: frozenset[str]
    about: Text | None = None
    only_with: str | None = None


def inspect(path: Path, *, tables: Collection[str] | None = None) -> NotebookSpec:
    """Read what a notebook declares, without running any of it.

    The workspace is what is assigned from `ltv.open(...)`. `ws.orders` and `ws.result("ltv_scores")` are required,
    `ws.optional("events")` and `ws.results("funnel", …)` are not, `ws.save("retention", …)` writes.

    Args:
        path: the notebook.
        tables: names that count as tables where they stand behind the workspace; default: the input tables.

    Raises:
        UsageError: it is no notebook, a cell is not Python, or a table or parameter is not written as a literal.
    """
    content = read_notebook(path)
    cells = cells_of(content)
    use = _tables_used(path, cells, _input_tables() if tables is None else tables)
    parameters = parameters_of(path, cells)
    title, about = _title(path, content, cells), _about(content, cells)
    return NotebookSpec(path.stem, title, parameters, *use, about=about, only_with=_only_with(content))


def check_parameters(spec: NotebookSpec, given: Mapping[str, object]) -> dict[str, object]:
    """Return every parameter of a notebook with its value: the given one in the declared type, else the default.

    Args:
        spec: the notebook.
        given: values by name; strings, as a command line has them, are converted to the declared type.

    Raises:
        UsageError: an unknown name, or a value that is not of the declared type.
    """
    return check(spec.parameters, given, of=spec.name)


def _input_tables() -> Collection[str]:
    from ltv.contract import INPUTS

    return INPUTS


def _title(path: Path, content: Mapping[str, Any], cells: list[Cell]) -> Text:
    declared = _declared_title(content)
    if declared:
        return declared
    heading = _heading(cells) or path.stem
    zh, _, en = heading.partition(" · ")
    return Text(zh.strip(), (en or zh).strip())


def _declared_title(content: Mapping[str, Any]) -> Text | None:
    match content.get("metadata"):
        case {"ltv": {"title": {"zh": str(zh), "en": str(en)}}}:
            return Text(zh, en)
    return None


def _only_with(content: Mapping[str, Any]) -> str | None:
    match content.get("metadata"):
        case {"ltv": {"only_with": str(file)}}:
            return file
    return None


def _heading(cells: list[Cell]) -> str | None:
    lines = (line for cell in cells if cell.kind == "markdown" for line in cell.source.splitlines())
    return next((line[2:].strip() for line in lines if line.startswith("# ")), None)


def _about(content: Mapping[str, Any], cells: list[Cell]) -> Text | None:
    """The first words of each language before the first code; words without a language are in both."""
    words: dict[str, str] = {}
    for cell, raw in zip(cells, content["cells"], strict=True):
        if cell.kind == "code":
            break
        said = "\n".join(line for line in cell.source.splitlines() if not line.startswith("#")).strip()
        lang = raw.get("metadata", {}).get("lang")
        for key in (lang,) if lang in LANGS else LANGS:
            if cell.kind == "markdown" and said:
                words.setdefault(key, said)
    return Text(words.get("zh", words.get("en", "")), words.get("en", words.get("zh", ""))) if words else None


# Tables


def _tables_used(
    path: Path, cells: list[Cell], tables: Collection[str]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    trees = [(cell, tree_of(path, cell)) for cell in cells if cell.kind == "code"]
    workspace = _Workspace.find([tree for _, tree in trees])
    used: dict[str, set[str]] = {"result": set(), "optional": set(), "save": set()}
    for cell, tree in trees:
        for node in ast.walk(tree):
            where = f"{path}, {cell.place}, line {getattr(node, 'lineno', 0)}"
            match node:
                case ast.Attribute(value=base, attr=name) if name in tables and workspace.is_here(base):
                    used["result"].add(name)
                case ast.Call(func=ast.Attribute(value=base, attr=method)) if method in used and workspace.is_here(
                    base
                ):
                    used[method].add(_literal_name(node, f"{where}: table of .{method}()"))
                case ast.Call(func=ast.Attribute(value=base, attr="results")) if workspace.is_here(base):
                    used["optional"].update(_literal_names(node, f"{where}: tables of .results()"))
                case ast.Call(func=ast.Name(id="getattr"), args=[base, *_]) if workspace.is_here(base):
                    raise UsageError(found(where, ast.unparse(node), "the table behind the workspace, as in ws.orders"))
    reads = frozenset(used["result"])
    return reads, frozenset(used["optional"]) - reads, frozenset(used["save"])


def _literal_name(call: ast.Call, thing: str) -> str:
    name = next(
        (keyword.value for keyword in call.keywords if keyword.arg == "name"), call.args[0] if call.args else None
    )
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        raise UsageError(found(thing, ast.unparse(name) if name else "nothing", 'a literal name, as in "retention"'))
    return name.value


def _literal_names(call: ast.Call, thing: str) -> list[str]:
    names = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if not names or len(names) < len(call.args) + len(call.keywords):
        raise UsageError(found(thing, ast.unparse(call), 'literal names, as in "retention", "funnel"'))
    return names


@dataclass(frozen=True)
class _Workspace:
    """The names by which a notebook opens a workspace, and those it gives to one."""

    openers: set[str]
    names: set[str]

    @classmethod
    def find(cls, trees: list[ast.Module]) -> _Workspace:
        workspace = cls({"ltv.open"}, set())
        for node in (node for tree in trees for node in ast.walk(tree)):
            match node:
                case ast.Import():
                    workspace.openers.update(f"{n.asname}.open" for n in node.names if n.name == "ltv" and n.asname)
                case ast.ImportFrom(module="ltv"):
                    workspace.openers.update(n.asname or n.name for n in node.names if n.name == "open")
                case ast.Assign(targets=targets, value=value) if workspace.is_here(value):
                    workspace.names.update(target.id for target in targets if isinstance(target, ast.Name))
                case ast.AnnAssign(target=ast.Name(id=name), value=value) if workspace.is_here(value):
                    workspace.names.add(name)
                case ast.NamedExpr(target=ast.Name(id=name), value=value) if workspace.is_here(value):
                    workspace.names.add(name)
                case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)) if workspace.is_here(value):
                    workspace.names.add(name)
        return workspace

    def is_here(self, node: ast.AST | None) -> bool:
        """Tell whether an expression is a workspace."""
        if isinstance(node, ast.Call):
            return ast.unparse(node.func) in self.openers
        return isinstance(node, ast.Name) and node.id in self.names


# Cleanliness

_MAX_CODE_CELLS, _MAX_LINES = 14, 8
_SLUG = re.compile(r"[a-z][a-z0-9-]{2,40}")
_RANDOM = re.compile(r"(?=.*\d)[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")
_HTML = re.compile(r"</?[a-zA-Z][\w-]*(\s[^<>]*)?/?>")
_SQL = re.compile(
    r"\s*(select\b.+\bfrom|with\b.+\bas\s*\(|insert\s+into|update\b.+\bset|delete\s+from|(create|drop|alter)\s.*(table|view))\b",
    re.IGNORECASE | re.DOTALL,
)


def cleanliness(path: Path) -> list[str]:
    """Return what keeps a notebook from being committed, one line each; none when it is clean."""
    try:
        content = read_notebook(path)
    except UsageError as error:
        return [_without(path, error)]
    cells = cells_of(content)
    problems = [*_about_all(content, cells), *_about_ids(cells)]
    for cell, raw in zip(cells, content["cells"], strict=True):
        problems += [f"{cell.place}: {problem}" for problem in _about_cell(cell, raw)]
    try:
        parameters = inspect(path).parameters.values()
    except UsageError as error:
        return [*problems, _without(path, error)]
    return problems + [f"parameter {p.name}: has no comment that says what it means" for p in parameters if not p.doc]


def _without(path: Path, error: UsageError) -> str:
    return str(error).removeprefix(str(path)).lstrip(":, ")


def _about_all(content: Mapping[str, Any], cells: list[Cell]) -> Iterator[str]:
    if not _declared_title(content) and " · " not in (_heading(cells) or ""):
        yield found("title", _heading(cells), 'metadata ltv.title {"zh", "en"}, or a heading "# 中文 · English"')
    if not any("parameters" in cell.tags for cell in cells):
        yield "no cell is tagged parameters"
    count = sum(cell.kind == "code" for cell in cells)
    if count > _MAX_CODE_CELLS:
        yield found("code cells", count, f"at most {_MAX_CODE_CELLS}")
    if "papermill" in content.get("metadata", {}):
        yield "metadata papermill: is an executed copy"


def _about_ids(cells: list[Cell]) -> Iterator[str]:
    seen: set[str] = set()
    for cell in cells:
        if not _SLUG.fullmatch(cell.id) or _RANDOM.fullmatch(cell.id):
            yield found(
                f"id of cell {cell.position + 1}", cell.id, 'a word or two for what it does, as in "load-orders"'
            )
        elif cell.id in seen:
            yield found("cell id", cell.id, "each id once")
        seen.add(cell.id)


def _about_cell(cell: Cell, raw: Mapping[str, Any]) -> Iterator[str]:
    if cell.kind != "code":
        if _HTML.search(cell.source):
            yield "holds HTML; styling belongs to the page templates"
        return
    if raw.get("outputs"):
        yield "holds outputs"
    if raw.get("execution_count") is not None:
        yield "holds an execution count"
    lines = len(cell.source.strip().splitlines())
    if lines > _MAX_LINES:
        yield found("lines", lines, f"at most {_MAX_LINES}")
    yield from _about_code(cell.source)


def _about_code(source: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return  # inspect says it
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                yield f"line {node.lineno}: defines code; it belongs to the package"
            case ast.For() | ast.AsyncFor() | ast.While():
                yield f"line {node.lineno}: loops; it belongs to the package"
            case ast.Import(names=names) if foreign := [n.name for n in names if n.name.split(".")[0] != "ltv"]:
                yield found(f"line {node.lineno}: import", ", ".join(foreign), "ltv")
            case ast.ImportFrom(module=module) if node.level or (module or "").split(".")[0] != "ltv":
                yield found(f"line {node.lineno}: import", module or ".", "ltv")
            case ast.Constant(value=str() as text) if _SQL.match(text):
                yield f"line {node.lineno}: holds SQL; it belongs to a .sql file of the package"
            case ast.Constant(value=str() as text) if _HTML.search(text):
                yield f"line {node.lineno}: holds HTML; styling belongs to the page templates"
            case ast.Attribute(attr="style"):
                yield f"line {node.lineno}: styles a table; styling belongs to the page templates"


def main(arguments: list[str]) -> int:
    """Print the problems of every notebook in the folders or files given.

    Returns:
        0 when all are clean, 1 when one is not, 2 when there is none.
    """
    paths = [path for argument in arguments for path in _notebooks(Path(argument))]
    if not paths:
        sys.stderr.write(found("notebooks", " ".join(arguments), "folders that hold .ipynb files") + "\n")
        return UsageError.exit_code
    lines = [f"{path}: {problem}\n" for path in paths for problem in cleanliness(path)]
    sys.stdout.write("".join(lines))
    return LtvError.exit_code if lines else 0


def _notebooks(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
