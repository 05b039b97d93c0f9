"""How the code is kept: rules that a reader would otherwise have to check by eye."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "ltv"

# The rooms in the order in which data walks through them: an import goes to an earlier room only.
ROOMS = [
    "contract",
    "warehouse",
    "settings",
    "sources",
    "identity",
    "workspace",
    "behaviour",
    "lifetime",
    "experiments",
    "attribution",
    "dispatch",
    "health",
    "strategy",
    "hooks",
    "serving",
    "overview",
    "report",
    "digest",
    "runs",
    "schedule",
    "commands",
    "cli",
]
# What every room may use. They stand below all rooms, in this order.
BASE = ["errors", "text", "colors", "drawing", "progress", "sql", "seen", "result"]
# Rooms whose numbers depend on their arguments alone.
ANALYSIS = {"identity", "behaviour", "lifetime", "attribution", "experiments", "health", "hooks", "overview"}

LONGEST_FUNCTION, LONGEST_MODULE = 60, 400

STATEMENT = re.compile(
    r"^\s*(select\s.+|with\s+\S+\s+as\s*\(.+|insert\s+into\s.*|update\s.+\sset\s.*|delete\s+from\s.*|copy\s.+\s(to|from)\s.*"
    r"|(create|drop|alter)\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|macro|schema|secret|index)\s.*"
    r"|(attach|detach|pragma|describe|install|load)\s+\S*['?].*)$",
    re.IGNORECASE | re.DOTALL,
)
CLAUSE = re.compile(r"\b(FROM|WHERE|GROUP BY|ORDER BY|PARTITION BY|LEFT JOIN|INNER JOIN|UNION ALL)\b\s+\S")
TAKES_SQL = {
    "execute",
    "executemany",
    "executescript",
    "sql",
    "query",
    "statement",
    "expression",
    "scalar",
    "frame",
    "read_sql",
}


@cache
def _modules() -> dict[str, ast.Module]:
    """Return the tree of every module, by its path from the project."""
    return {
        str(f.relative_to(PROJECT)): ast.parse(f.read_text(encoding="utf-8")) for f in sorted(PACKAGE.rglob("*.py"))
    }


def _nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for file, tree in _modules().items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield f"{file}:{getattr(node, 'lineno', 0)}", node


def _room(file: str) -> str:
    return file.split("/")[1].removesuffix(".py")


def _words(node: ast.AST) -> str:
    """Return the fixed words of a string, each value that is put in as a question mark."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(v) if isinstance(v, ast.Constant) else "?" for v in node.values)
    if isinstance(node, ast.BinOp):
        return _words(node.left) + _words(node.right)
    return "?"


def _put_together(node: ast.AST) -> ast.AST | None:
    """Return the template of a string that is formatted, or None when the node formats nothing."""
    if isinstance(node, ast.JoinedStr):
        return node if any(isinstance(value, ast.FormattedValue) for value in node.values) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return node if isinstance(node.op, ast.Mod) or not _is_fixed(node) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr in ("format", "format_map", "replace", "join") else None
    return None


def _is_fixed(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_fixed(node.left) and _is_fixed(node.right)
    return isinstance(node, ast.Constant)


def _looks_like_sql(text: str) -> bool:
    return bool(STATEMENT.match(text) or CLAUSE.search(text))


def _formatted_sql(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        template = _put_together(node)
        if template is not None and _looks_like_sql(_words(template)):
            yield node.lineno  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKES_SQL:
            yield from (node.lineno for argument in node.args[:1] if _put_together(argument) is not None)


@pytest.mark.parametrize(
    "source",
    [
        "f'select a from {t}'",
        "x = f'''\n  SELECT 1\n  FROM {t}'''",
        "'select %s from t' % column",
        "'select {} from t'.format(column)",
        "'SELECT a FROM ' + table",
        "'DROP TABLE t'.replace('t', name)",
        "connection.execute(start + end)",
        "engine.query(f'{anything}')",
        "f'a = 1 ORDER BY {column}'",
        "f'CREATE OR REPLACE TEMP VIEW {name} AS'",
    ],
)
def test_sql_that_is_formatted_is_found(source: str) -> None:
    assert list(_formatted_sql(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "connection.execute('select ?', [value])",
        "'select a ' + 'from t'",
        "f'column {name}: found {x}, allowed: {y}'",
        "f'{n} rows from {file}'",
        "sql.query(text)",
        "', '.join(names)",
    ],
)
def test_what_is_no_formatted_sql_is_left_alone(source: str) -> None:
    assert list(_formatted_sql(ast.parse(source))) == []


def test_sql_is_never_put_together_from_strings() -> None:
    found = [f"{file}:{line}" for file, tree in _modules().items() for line in _formatted_sql(tree)]
    assert found == []


def test_functions_fit_on_a_screen() -> None:
    functions = _nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    lengths = {place: node.end_lineno - node.lineno + 1 for place, node in functions}  # type: ignore[attr-defined]
    assert {place: n for place, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_modules_stay_short() -> None:
    lengths = {str(f.relative_to(PROJECT)): len(f.read_text().splitlines()) for f in PACKAGE.rglob("*.py")}
    assert {file: n for file, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [file for file in _modules() if set(re.split(r"[/_.]", file)) & drawers] == []


def test_a_name_of_a_module_is_bound_once() -> None:
    """A second constant of the same name takes the place of the first without a word (two branches merged, say)."""
    twice = []
    for file in [*PACKAGE.rglob("*.py"), *(PROJECT / "tests").rglob("*.py"), *(PROJECT / "benchmarks").rglob("*.py")]:
        names = [name for statement in ast.parse(file.read_text()).body for name in _bound(statement)]
        twice += [f"{file.relative_to(PROJECT)}: {name}" for name, times in Counter(names).items() if times > 1]
    assert twice == []


def _bound(statement: ast.stmt) -> Iterator[str]:
    overloaded = isinstance(statement, ast.FunctionDef) and any(
        ast.unparse(d).endswith("overload") for d in statement.decorator_list
    )
    if isinstance(statement, ast.FunctionDef | ast.ClassDef) and not overloaded:
        yield statement.name
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else []
    )
    yield from (
        name.id
        for target in targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    )


def _targets(node: ast.AST, file: str) -> Iterator[str]:
    """Return the rooms that an import statement reaches; `from ltv import sql` reaches `sql`."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        assert isinstance(node, ast.ImportFrom)
        package = file.removesuffix(".py").split("/")[: -node.level] if node.level else []
        module = ".".join([*package, *([node.module] if node.module else [])])
        names = [f"{module}.{alias.name}" for alias in node.names] if module == "ltv" else [module]
    for name in names:
        first, _, rest = name.partition(".")
        if first == "ltv":
            yield rest.partition(".")[0] or "the package itself"


def test_every_part_of_the_package_has_its_place_in_the_walk() -> None:
    assert {_room(file) for file in _modules()} - {"__init__", "__main__"} <= {*ROOMS, *BASE}


def test_imports_point_to_earlier_rooms_only() -> None:
    order = [*BASE, *ROOMS]
    wrong = []
    for place, node in _nodes(ast.Import, ast.ImportFrom):
        file, here = place.split(":")[0], _room(place.split(":")[0])
        if here in order:
            reached = [target for target in _targets(node, file) if target != here]
            wrong += [f"{place} {t}" for t in reached if t not in order or order.index(t) > order.index(here)]
    assert wrong == []


def test_analysis_reads_neither_the_clock_nor_the_environment() -> None:
    forbidden = {
        "now",
        "utcnow",
        "today",
        "time",
        "monotonic",
        "perf_counter",
        "time_ns",
        "getenv",
        "environ",
        "urandom",
    }
    owners = {"datetime", "date", "time", "os", "dt", "Timestamp"}
    found = []
    for place, node in _nodes(ast.Attribute):
        assert isinstance(node, ast.Attribute)
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if _room(place.split(":")[0]) in ANALYSIS and node.attr in forbidden and owner in owners:
            found.append(f"{place} {owner}.{node.attr}")
    assert found == []


def test_analysis_loads_no_notebook_and_draws_only_when_asked() -> None:
    heavy = {"plotly", "matplotlib", "IPython", "ipykernel", "papermill", "nbformat", "nbconvert", "nbclient"}
    found = []
    for file, tree in _modules().items():
        inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and _room(file) in ANALYSIS:
                names = {a.name.split(".")[0] for a in node.names} if isinstance(node, ast.Import) else set()
                names |= {str(node.module).split(".")[0]} if isinstance(node, ast.ImportFrom) else set()
                allowed = {"plotly"} if id(node) in inside else set()
                found += [f"{file}:{node.lineno} {name}" for name in names & heavy - allowed]
    assert found == []


def test_colours_stand_in_one_module() -> None:
    color = re.compile(r"#[0-9a-fA-F]{6}\b|\brgba?\(")
    found = [
        place
        for place, node in _nodes(ast.Constant)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and color.search(node.value)
    ]
    assert [place for place in found if not place.startswith("ltv/colors.py:")] == []


def test_no_test_polls_a_page_with_its_own_script() -> None:
    """A page's policy forbids `eval`, with which Playwright asks again what was not true at once: `expect` waits."""
    asked = "wait_for_" + "function"
    assert [p.name for p in (PROJECT / "tests").rglob("*.py") if asked in p.read_text(encoding="utf-8")] == []


def test_no_sql_file_makes_identifiers_by_hashing() -> None:
    files = [f for f in PACKAGE.rglob("*.sql") if re.search(r"\bhash\s*\(", f.read_text(), re.IGNORECASE)]
    assert files == []


def test_sql_files_hold_no_place_for_formatting() -> None:
    files = [f for f in PACKAGE.rglob("*.sql") if re.search(r"\{\w*\}|%s|%\(", f.read_text())]
    assert files == []


@pytest.mark.parametrize("module", ["ltv", "ltv.cli", "ltv.report.other_pages"])
def test_the_start_loads_nothing_heavy(module: str) -> None:
    heavy = [
        "pandas",
        "numpy",
        "pyarrow",
        "duckdb",
        "sqlglot",
        "plotly",
        "papermill",
        "nbconvert",
        "IPython",
        "xgboost",
    ]
    code = f"import sys, {module}; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_analysis_reads_the_truth() -> None:
    """The answers of the simulated mall are for tests, and for the one notebook that shows the mall."""
    for file in _modules():
        if not file.startswith("ltv/sources/mall/"):
            text = (PROJECT / file).read_text(encoding="utf-8")
            assert "truth/" not in text and "mall.truth" not in text, file
    notebooks = [p for folder in ("notebooks", "examples") for p in (PROJECT / folder).rglob("*.ipynb")]
    for path in notebooks:
        told = any(word in path.read_text(encoding="utf-8") for word in ("truth", "the_mall"))
        assert told == (path.name == "00_the_mall.ipynb"), path
