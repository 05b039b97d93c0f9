"""What a notebook declares is read from its text alone, and what would hide a mistake is refused."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_notebooks import code, notebook, words

from ltv.errors import UsageError
from ltv.runs.notebook import NotebookSpec, check_parameters, cleanliness, inspect, main
from ltv.runs.parameters import Parameter
from ltv.text import Text

TABLES = {"orders", "events", "members"}


def spec_of(tmp_path: Path, *cells: str) -> NotebookSpec:
    return inspect(notebook(tmp_path / "a.ipynb", *cells), tables=TABLES)


def declare(tmp_path: Path, source: str) -> dict[str, Parameter]:
    return dict(inspect(notebook(tmp_path / "a.ipynb", code(source, "parameters", "parameters"))).parameters)


# Titles


def test_the_title_is_the_declared_one(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", words("# Other"), ltv={"title": {"zh": "留存", "en": "Retention"}})
    assert inspect(path).title == Text("留存", "Retention")


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# 留存 · Retention", Text("留存", "Retention")),
        ("intro\n\n# Retention\n", Text("Retention", "Retention")),
        ("## only a second level", Text("02_kept", "02_kept")),
    ],
)
def test_without_a_declared_title_the_first_heading_is_it(heading: str, title: Text, tmp_path: Path) -> None:
    spec = inspect(notebook(tmp_path / "02_kept.ipynb", words(heading)))
    assert (spec.name, spec.title) == ("02_kept", title)


def test_what_it_is_about_is_the_first_words_of_each_language_before_its_code(tmp_path: Path) -> None:
    zh, en = ({**words(text), "metadata": {"lang": lang}} for text, lang in (("谁会回来", "zh"), ("Who is back", "en")))
    path = notebook(tmp_path / "a.ipynb", words("# 留存 · Retention"), zh, en, words("More."), "x = 1", words("Later"))
    assert inspect(path).about == Text("谁会回来", "Who is back")
    assert inspect(notebook(tmp_path / "b.ipynb", words("# T\n\nFor all."), "x = 1")).about == Text(
        "For all.", "For all."
    )
    assert inspect(notebook(tmp_path / "c.ipynb", words("# T"), "x = 1", words("Later"))).about is None


# Parameters


def test_parameters_have_type_default_and_the_comment_behind_them(tmp_path: Path) -> None:
    found = declare(
        tmp_path,
        """
# the workspace comes first
workspace = ".."  # folder of the workspace
weeks: int = 12  # weeks shown: 1 to 52
rate: float = 1
deep = False
floor = -0.5
end: str | None = None  # as-of date
grains = ["day", "week"]
ids: list[int] | None = []
""",
    )
    assert [(p.name, p.type, p.default, p.doc) for p in found.values()] == [
        ("workspace", "str", "..", "folder of the workspace"),
        ("weeks", "int", 12, "weeks shown: 1 to 52"),
        ("rate", "float", 1.0, ""),
        ("deep", "bool", False, ""),
        ("floor", "float", -0.5, ""),
        ("end", "str | None", None, "as-of date"),
        ("grains", "list[str]", ["day", "week"], ""),
        ("ids", "list[int] | None", [], ""),
    ]
    assert type(found["rate"].default) is float


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a = 1\nimport os", 2),
        ("a = 1\n\nb = open('x')", 3),
        ("a = b = 1", 1),
        ("a, b = 1, 2", 1),
        ("a: int", 1),
        ("a += 1", 1),
        ("a = 1\nprint(a)", 2),
        ("a = None", 1),
        ("a = []", 1),
        ("a = [1, 'x']", 1),
        ("a = {'x': 1}", 1),
        ("a = (1, 2)", 1),
        ("a = b'x'", 1),
        ("a = 1e999", 1),
        ("a: date = '2026-01-01'", 1),
        ("a: int = 'x'", 1),
        ("a: int = True", 1),
        ("a = f'{1}'", 1),
        ("x.y = 1", 1),
        ("a = 1\n%magic", 2),
    ],
)
def test_a_parameter_that_is_no_literal_is_refused_with_its_line(source: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"a\.ipynb, cell 'parameters', line {line}: ") as caught:
        declare(tmp_path, source)
    assert "\n" not in str(caught.value)


def test_two_parameter_cells_are_refused(tmp_path: Path) -> None:
    cells = [code("a = 1", name, "parameters") for name in ("one", "two")]
    with pytest.raises(UsageError, match="found 2, allowed: one"):
        inspect(notebook(tmp_path / "a.ipynb", *cells))


@pytest.fixture
def spec(tmp_path: Path) -> NotebookSpec:
    source = """n = 1; x = 0.5; wide = False; name = 'a'
end: str | None = None
ids = [1]; by = ['city']
most: int | None = 3"""
    return inspect(notebook(tmp_path / "kept.ipynb", code(source, "parameters", "parameters")))


def test_values_that_are_not_given_are_the_defaults(spec: NotebookSpec) -> None:
    values = check_parameters(spec, {"n": "5"})
    assert values == {
        "n": 5,
        "x": 0.5,
        "wide": False,
        "name": "a",
        "end": None,
        "ids": [1],
        "by": ["city"],
        "most": 3,
    }


@pytest.mark.parametrize(
    ("name", "given_value", "value"),
    [
        ("n", "-7", -7),
        ("n", 7, 7),
        ("x", "3", 3.0),
        ("x", 4, 4.0),
        ("x", "1e-3", 0.001),
        ("wide", "true", True),
        ("wide", "False", False),
        ("wide", True, True),
        ("name", "12", "12"),
        ("name", "none", "none"),
        ("end", "2026-11-22", "2026-11-22"),
        ("end", "none", None),
        ("end", None, None),
        ("ids", "1, 2,3", [1, 2, 3]),
        ("ids", "[4, 5]", [4, 5]),
        ("ids", "", []),
        ("by", "city,level", ["city", "level"]),
        ("by", '["a,b"]', ["a,b"]),
        ("most", "null", None),
        ("most", "9", 9),
    ],
)
def test_a_given_value_takes_the_declared_type(
    name: str, given_value: object, value: object, spec: NotebookSpec
) -> None:
    got = check_parameters(spec, {name: given_value})[name]
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", "5.0"),
        ("n", "five"),
        ("n", 6.0),
        ("n", True),
        ("n", np.int64(5)),
        ("x", "nan"),
        ("x", "inf"),
        ("x", float("-inf")),
        ("x", np.float64(1.5)),
        ("x", Decimal("1.5")),
        ("wide", "yes"),
        ("wide", 1),
        ("name", 5),
        ("name", None),
        ("name", "\udcff"),
        ("ids", "1,x"),
        ("ids", "[1, 2.5]"),
        ("ids", "[1"),
        ("ids", (1, 2)),
        ("ids", [True]),
        ("most", "many"),
    ],
)
def test_a_value_of_another_type_is_refused_in_one_line(name: str, value: object, spec: NotebookSpec) -> None:
    with pytest.raises(UsageError, match=rf"^parameter {name} of kept: found .*, allowed: ") as caught:
        check_parameters(spec, {name: value})
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_refused_with_the_one_that_was_meant(spec: NotebookSpec) -> None:
    with pytest.raises(UsageError, match=r"parameter of kept: found 'nmae', allowed: n, x, .*did you mean name"):
        check_parameters(spec, {"nmae": "x"})


@given(st.text())
def test_whatever_text_is_given_for_a_number_it_is_one_or_refused(text: str) -> None:
    spec = NotebookSpec("a", Text("", ""), {"n": Parameter("n", "int", 1)}, frozenset(), frozenset(), frozenset())
    try:
        assert type(check_parameters(spec, {"n": text})["n"]) is int
    except UsageError as error:
        assert "\n" not in str(error)


# Tables


def test_reads_and_writes_are_found(tmp_path: Path) -> None:
    spec = spec_of(
        tmp_path,
        "import ltv\nws = ltv.open('..', date)",
        "kept = ltv.retention(ws.orders, members=ws.optional('events'))",
        "scores = ws.result('ltv_scores', date)\nws.save('retention', kept)",
        "ws.save(name='lifecycle', result=kept); ws.settings.currency",
    )
    assert spec.reads == {"orders", "ltv_scores"}
    assert spec.optional == {"events"}
    assert spec.writes == {"retention", "lifecycle"}


def test_several_result_tables_are_asked_for_where_they_are_there(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "import ltv\nws = ltv.open()\nfound = ws.results('funnel', 'retention')")
    assert (spec.reads, spec.optional) == (frozenset(), {"funnel", "retention"})


def test_a_table_that_is_needed_somewhere_is_not_optional(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, "import ltv\nws = ltv.open()\nws.optional('events')\nws.events")
    assert (spec.reads, spec.optional) == ({"events"}, frozenset())


@pytest.mark.parametrize(
    "opening",
    [
        "import ltv\nw = ltv.open()",
        "import ltv as l\nw = l.open()",
        "from ltv import open as o\nw = o()",
        "import ltv\nw: object = ltv.open()",
        "import ltv\nfirst = ltv.open()\nw = first",
        "import ltv\n(w := ltv.open())",
        "import ltv\nw = v = ltv.open()",
    ],
)
def test_the_workspace_is_found_however_it_is_opened(opening: str, tmp_path: Path) -> None:
    assert spec_of(tmp_path, opening, "w.orders").reads == {"orders"}


def test_the_workspace_needs_no_name(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "import ltv\nltv.open().orders").reads == {"orders"}
    assert spec_of(tmp_path, "import ltv\nwith ltv.open() as ws:\n    ws.members").reads == {"members"}


def test_what_is_no_workspace_reads_nothing(tmp_path: Path) -> None:
    spec = spec_of(
        tmp_path, "import ltv\nws = ltv.open()", "box.orders; box.save('x'); ws.orders_page; text = 'ws.events'"
    )
    assert (spec.reads, spec.writes) == (frozenset(), frozenset())


def test_the_input_tables_of_the_contract_are_known(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", "import ltv\nws = ltv.open()\nws.order_items, ws.hook_calls")
    assert inspect(path).reads == {"order_items", "hook_calls"}


@pytest.mark.parametrize(
    "use",
    [
        "ws.result(name)",
        "ws.save(f'{x}', r)",
        "ws.optional()",
        "ws.results()",
        "ws.results('a', b)",
        "ws.result(1)",
        "getattr(ws, 'orders')",
    ],
)
def test_a_table_that_is_not_named_literally_is_refused_with_its_line(use: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.ipynb, cell 'cell-2', line 2"):
        spec_of(tmp_path, "import ltv\nws = ltv.open()", f"x = 1\n{use}")


def test_nothing_of_a_notebook_is_executed(tmp_path: Path) -> None:
    touch = f"open({str(tmp_path / 'ran')!r}, 'w')"
    with pytest.raises(UsageError):
        declare(tmp_path, f"a = {touch}")
    spec_of(tmp_path, touch, f"import ltv\nws = ltv.open({touch})\nws.orders")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("[]", "found None, allowed: 4"),
        ('{"nbformat": 3, "worksheets": []}', "found 3, allowed: 4"),
        ('{"nbformat": 4}', "found 4, allowed: 4, with cells"),
        ('{"nbformat": 4, "cells": [1]}', "a cell or its metadata is not an object"),
        ('{"nbformat": 4, "cells": [{"metadata": []}]}', "a cell or its metadata is not an object"),
        (b"\xff\xfe", "is not JSON"),
    ],
)
def test_what_is_no_notebook_is_named(content: str | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError, match=said):
        inspect(path)


def test_a_notebook_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.ipynb: cannot be read"):
        inspect(tmp_path / "none.ipynb")


# Cleanliness


def clean(path: Path, *cells: dict[str, object]) -> Path:
    front = [words("# 留存 · Retention", "title"), code("n = 1  # how many", "parameters", "parameters")]
    return notebook(path, *front, *cells)


def test_a_clean_notebook_has_no_problem(tmp_path: Path) -> None:
    path = clean(
        tmp_path / "a.ipynb", words("Who *stays*? See <https://a.b>, and 1 < 2.", "who"), code("import ltv", "load")
    )
    assert cleanliness(path) == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (code("1", "a1b2c3d4"), "id of cell 3"),
        (code("1", "12345678-aaaa-4bbb-8ccc-123456789012"), "id of cell 3"),
        (code("1"), "id of cell 3: found ''"),
        (code("1", "Load_Data"), "id of cell 3"),
        (code("1", "title"), "cell id: found 'title'"),
        (code("1", "many") | {"outputs": [{}]}, "cell 'many': holds outputs"),
        (code("1", "many") | {"execution_count": 3}, "cell 'many': holds an execution count"),
        (code("x = 1\n" * 9, "long"), "cell 'long': lines: found 9"),
        (code("def f(): pass", "code"), "line 1: defines code"),
        (code("x = 1\nf = lambda: 1", "code"), "line 2: defines code"),
        (code("for x in y: pass", "code"), "loops"),
        (code("while 1: pass", "code"), "loops"),
        (code("import ltv, pandas", "code"), "import: found 'pandas'"),
        (code("from os import path", "code"), "import: found 'os'"),
        (code("from . import x", "code"), "import: found '.'"),
        (code("q = '''\n  SELECT a\n  FROM b'''", "code"), "holds SQL"),
        (code("q = 'with a as (select 1) select 2'", "code"), "holds SQL"),
        (code("x = '<div style=\"color:red\">'", "code"), "holds HTML"),
        (code("table.style.format('x')", "code"), "styles a table"),
        (code("!ls", "code"), "is not Python"),
        (code("import ltv\nws = ltv.open()\nws.result(x)", "code"), "found 'x', allowed: a literal name"),
        (code("1", "code", "parameters"), "cells tagged parameters"),
        (words('<span style="color: red">red</span>', "red"), "cell 'red': holds HTML"),
    ],
)
def test_what_is_not_clean_is_named(cell: dict[str, object], said: str, tmp_path: Path) -> None:
    problems = cleanliness(clean(tmp_path / "a.ipynb", cell))
    assert [problem for problem in problems if said in problem], problems
    assert len(problems) == 1


def test_a_notebook_has_at_most_fourteen_code_cells(tmp_path: Path) -> None:
    cells = [code("1", f"cell-{i}") for i in range(14)]
    assert cleanliness(clean(tmp_path / "a.ipynb", *cells)) == ["code cells: found 15, allowed: at most 14"]
    assert cleanliness(clean(tmp_path / "a.ipynb", *cells[1:])) == []


def test_title_and_parameters_are_asked_for(tmp_path: Path) -> None:
    problems = cleanliness(notebook(tmp_path / "a.ipynb", words("# Retention", "title")))
    assert [problem.split(":")[0] for problem in problems] == ["title", "no cell is tagged parameters"]


def test_a_file_that_is_no_notebook_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{")
    assert cleanliness(tmp_path / "a.ipynb")[0].startswith("is not JSON")


def test_the_check_prints_a_line_a_problem_and_says_so_in_its_exit_code(tmp_path: Path) -> None:
    bad = clean(tmp_path / "b.ipynb", code("for x in y: pass", "loop"))
    clean(tmp_path / "a.ipynb")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "c.ipynb").write_text("{")
    run = [sys.executable, "-m", "ltv.runs.notebook", str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"{bad}: cell 'loop': line 1: loops; it belongs to the package\n"


def test_the_check_of_clean_notebooks_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean(tmp_path / "a.ipynb")
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_folder_without_notebooks_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "allowed: folders that hold .ipynb files" in capsys.readouterr().err


def test_an_executed_copy_is_not_clean(tmp_path: Path) -> None:
    path = clean(tmp_path / "a.ipynb")
    content = json.loads(path.read_text())
    content["metadata"]["papermill"] = {}
    path.write_text(json.dumps(content))
    assert cleanliness(path) == ["metadata papermill: is an executed copy"]
