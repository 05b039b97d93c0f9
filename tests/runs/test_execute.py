"""A notebook ends in one of five ways, each told in an outcome; a file under the target name is always a whole one."""

import asyncio
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support_notebooks import code, notebook, outputs, words

from ltv.errors import LtvError, UsageError
from ltv.runs import kernel
from ltv.runs.execute import Outcome, execute, missing_table

PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def warm_parent() -> None:
    assert kernel.warm(wait_s=120)


def go(source: Path, target: Path | None = None, *, timeout_s: float = 300, fork: bool = True, **given: Any) -> Outcome:
    target = target or source.with_name("out.ipynb")
    return execute(source, target, given, environment={}, cwd=source.parent, timeout_s=timeout_s, fork=fork)


def failed(tmp_path: Path) -> Path:
    return tmp_path / "out.failed.ipynb"


def test_a_notebook_is_executed_with_its_parameters_environment_and_folder(tmp_path: Path) -> None:
    source = notebook(
        tmp_path / "a.ipynb",
        words("# 甲 · A", "title"),
        code("n: int = 1\nname = 'x'", "parameters", "parameters"),
        code("import os\nprint(n, name, os.environ['LTV_RUN_DIR'], os.getcwd())", "show"),
    )
    folder = tmp_path / "in"
    folder.mkdir()
    outcome = execute(
        source, tmp_path / "out.ipynb", {"n": 7}, environment={"LTV_RUN_DIR": "r"}, cwd=folder, timeout_s=60
    )
    assert (outcome.state, outcome.failure, outcome.missing_table) == ("done", None, None)
    assert outcome.seconds > 0
    assert outputs(tmp_path / "out.ipynb") == [f"7 x r {folder}\n"]
    assert not failed(tmp_path).exists()


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "ordinary"])
def test_two_executions_give_the_same_bytes(fork: bool, tmp_path: Path) -> None:
    source = notebook(
        tmp_path / "a.ipynb",
        code("n = 1", "parameters", "parameters"),
        "import sys\nfor i in range(200): print(i, flush=True); print(i, file=sys.stderr, flush=True)",
        "from IPython.display import HTML\ndisplay(HTML('<b>x</b>'))\n{'b', 'a', 'c'}",
        "str({str(i) for i in range(20)})",
        kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"},
    )
    targets = [tmp_path / "1.ipynb", tmp_path / "sub" / "2.ipynb"]
    assert [go(source, target, fork=fork, n=2).state for target in targets] == ["done", "done"]
    assert targets[0].read_bytes() == targets[1].read_bytes()
    assert os.fsencode(str(tmp_path)) not in targets[0].read_bytes()


def test_a_notebook_without_cell_ids_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", code("print(1)"), words("text"))
    source.write_text(source.read_text().replace('"nbformat_minor": 5', '"nbformat_minor": 2'))
    assert go(source, tmp_path / "1.ipynb").state == go(source, tmp_path / "2.ipynb").state == "done"
    assert (tmp_path / "1.ipynb").read_bytes() == (tmp_path / "2.ipynb").read_bytes()


def test_the_executed_copy_holds_the_parameters_and_no_trace_of_time(tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", code("n = 1\nm = 2", "parameters", "parameters"), "print(n + m)")
    assert go(source, n=5).state == "done"
    content = json.loads((tmp_path / "out.ipynb").read_text())
    assert content["metadata"]["papermill"] == {"parameters": {"n": 5, "m": 2}}
    assert [cell["id"] for cell in content["cells"]] == ["parameters", "injected-parameters", "cell-2"]
    assert [cell["metadata"] for cell in content["cells"]] == [
        {"tags": ["parameters"]},
        {"tags": ["injected-parameters"]},
        {},
    ]


def test_a_cell_that_raises_is_named_and_what_was_done_is_kept(tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", "print('before')", "x = 1\n1 / 0", "print('after')")
    outcome = go(source)
    assert outcome.state == "failed"
    failure = outcome.failure
    assert failure is not None
    assert (failure.cell, failure.cell_index, failure.source) == ("cell-2", 1, "x = 1\n1 / 0")
    assert (failure.error, failure.message) == ("ZeroDivisionError", "division by zero")
    assert "1 / 0" in failure.traceback
    assert "\x1b" not in failure.traceback
    assert not (tmp_path / "out.ipynb").exists()
    content = json.loads(failed(tmp_path).read_text())
    assert [cell["id"] for cell in content["cells"]] == ["cell-1", "cell-2", "cell-3"]
    assert outputs(failed(tmp_path))[0] == "before\n"


def test_a_message_is_one_plain_line_however_long_it_was(tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", r"raise ValueError('\x1b[31mred\x1b[0m\nsecond ' + 'long ' * 500)")
    failure = go(source).failure
    assert failure is not None
    assert failure.message.startswith("red second long")
    assert len(failure.message) == 500


def test_a_missing_table_is_no_failure(tmp_path: Path) -> None:
    source = notebook(
        tmp_path / "a.ipynb",
        "from ltv.errors import MissingTableError\nraise MissingTableError(\"it's\", 'no file\\n  in data/')",
    )
    outcome = go(source)
    assert (outcome.state, outcome.missing_table) == ("missing", "it's")
    assert outcome.failure is not None
    assert outcome.failure.cell == "cell-1"
    assert list(tmp_path.glob("out*")) == []


def test_an_error_of_the_same_name_but_another_kind_is_a_failure(tmp_path: Path) -> None:
    source = notebook(
        tmp_path / "a.ipynb", "class MissingTableError(Exception): pass\nraise MissingTableError('events')"
    )
    outcome = go(source)
    assert (outcome.state, outcome.missing_table) == ("failed", None)


@pytest.mark.parametrize(
    "message", ["", "table x is not there: y", "table 1 is not there: y", "table '", "table (a is not there: "]
)
def test_a_message_that_is_not_the_errors_own_names_no_table(message: str) -> None:
    assert missing_table("MissingTableError", message) is None


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("os.kill(os.getpid(), 9)", "the kernel was ended by SIGKILL, as the system does when memory runs out"),
        ("os._exit(0)", "the kernel ended with exit code 0"),
        ("os._exit(3)", "the kernel ended with exit code 3"),
    ],
)
def test_a_kernel_that_dies_is_told_with_the_cell_and_the_reason(ending: str, said: str, tmp_path: Path) -> None:
    outcome = go(notebook(tmp_path / "a.ipynb", "print('before')", f"import os; {ending}"))
    assert outcome.state == "killed"
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.error) == ("cell-2", "DeadKernelError")
    assert outcome.failure.message == said
    assert outputs(failed(tmp_path)) == ["before\n"]


def test_the_time_limit_is_for_the_whole_notebook(tmp_path: Path) -> None:
    outcome = go(notebook(tmp_path / "a.ipynb", *["import time; time.sleep(0.4)"] * 9), timeout_s=2)
    assert outcome.state == "timeout"
    assert outcome.failure is not None
    assert outcome.failure.cell != "cell-9"
    assert outcome.failure.message == "not done after 2 s"
    assert failed(tmp_path).exists()


def test_a_cell_that_is_out_of_time_can_tidy_up(tmp_path: Path) -> None:
    cell = "import pathlib, time\ntry: time.sleep(1000)\nfinally: pathlib.Path('tidy').touch()"
    assert go(notebook(tmp_path / "a.ipynb", cell), timeout_s=1).state == "timeout"
    assert (tmp_path / "tidy").exists()


def test_a_cell_that_will_not_be_interrupted_ends_all_the_same(tmp_path: Path) -> None:
    cell = "import time\nwhile True:\n    try: time.sleep(1000)\n    except BaseException: pass"
    assert go(notebook(tmp_path / "a.ipynb", cell), timeout_s=1).state == "timeout"


@pytest.mark.parametrize("leaving", ["import sys; sys.exit()", "raise SystemExit(0)", "import sys; sys.exit(1)"])
def test_a_notebook_that_leaves_early_is_not_done(leaving: str, tmp_path: Path) -> None:
    outcome = go(notebook(tmp_path / "a.ipynb", "pass", leaving, "print('never')"))
    assert outcome.state == "failed"
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.error) == ("cell-2", "SystemExit")
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    "name", ["import os; os.mkdir('pwned') #", "n=1\nopen('pwned','w')", "m", "class", "", "pm", "n "]
)
def test_a_parameter_name_that_is_not_declared_runs_nothing(name: str, tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", code("n = 1", "parameters", "parameters"), "open('ran', 'w')")
    with pytest.raises(UsageError, match="allowed: n"):
        go(source, **{name: 1})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ipynb"]


@pytest.mark.parametrize("value", ['"; open("pwned", "w"); "', "\\", '\\"', "{pm}", "\n\x00é中\u2028'''", "'\"'"])
def test_a_parameter_value_arrives_as_it_is(value: str, tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", code("s = ''", "parameters", "parameters"), "print(ascii(s))")
    assert go(source, s=value).state == "done"
    assert outputs(tmp_path / "out.ipynb") == [ascii(value) + "\n"]
    assert not (tmp_path / "pwned").exists()


def test_whatever_a_notebook_prints_can_be_written(tmp_path: Path) -> None:
    outcome = go(notebook(tmp_path / "a.ipynb", r"print('\udcff \x00 \x1b[1m\r\n 中')"))
    assert (outcome.failure, outcome.state) == (None, "done")
    assert "中" in outputs(tmp_path / "out.ipynb")[0]


def test_paths_are_paths_and_no_templates(tmp_path: Path) -> None:
    folder = tmp_path / "{pm.__class__}" / "{0}"
    folder.mkdir(parents=True)
    source = notebook(folder / "{x}.ipynb", "print(1)")
    target = folder / "{pm.run_uuid}.ipynb"
    assert go(source, target).state == "done"
    assert target.exists()


def test_the_copy_under_the_name_is_always_of_the_last_execution(tmp_path: Path) -> None:
    good, bad = notebook(tmp_path / "good.ipynb", "1"), notebook(tmp_path / "bad.ipynb", "1 / 0")
    assert go(bad).state == "failed"
    assert go(good).state == "done"
    assert not failed(tmp_path).exists()
    assert go(bad).state == "failed"
    assert not (tmp_path / "out.ipynb").exists()


def test_a_target_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "out.ipynb").mkdir()
    with pytest.raises(LtvError, match=r"out\.ipynb"):
        go(notebook(tmp_path / "a.ipynb", "1"))


def test_a_working_folder_that_is_missing_is_told_before_anything_starts(tmp_path: Path) -> None:
    source = notebook(tmp_path / "a.ipynb", "1")
    with pytest.raises(UsageError, match="cwd"):
        execute(source, tmp_path / "out.ipynb", {}, environment={}, cwd=tmp_path / "none", timeout_s=10)


def test_notebooks_run_at_once_from_two_threads_each_in_its_own_folder(tmp_path: Path) -> None:
    """Each waits for a file that the other one writes, so they do run at the same time."""
    before = Path.cwd()
    cell = (
        "import pathlib, time\npathlib.Path('here').touch()\nwhile not pathlib.Path(other).exists(): time.sleep(0.01)"
    )
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        notebook(folder / "n.ipynb", code("other = ''", "parameters", "parameters"), cell)
    with ThreadPoolExecutor(2) as threads:
        pairs = zip(folders, reversed(folders), strict=True)
        work = [threads.submit(go, mine / "n.ipynb", other=str(other / "here")) for mine, other in pairs]
        assert [done.result().state for done in work] == ["done", "done"]
    assert Path.cwd() == before


def test_a_notebook_can_be_executed_where_an_event_loop_runs_already(tmp_path: Path) -> None:
    async def as_in_jupyter() -> str:
        return go(notebook(tmp_path / "a.ipynb", "print(1)")).state

    assert asyncio.run(as_in_jupyter()) == "done"


@pytest.fixture(scope="module")
def of_its_own(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Run notebooks of all kinds in a process of its own: the parent of kernels keeps the screen it starts with."""
    folder = tmp_path_factory.mktemp("own")
    kinds = {"bad": "1 / 0", "dead": "import os; os._exit(1)", "good": "print(1)", "slow": "while True: pass"}
    for name, cell in kinds.items():
        notebook(folder / f"{name}.ipynb", cell)
    script = f"""
import sys
from pathlib import Path
from ltv.runs.execute import execute
folder = Path({str(folder)!r})
for source in sorted(folder.glob("*.ipynb")):
    limit_s = 1 if source.stem == "slow" else 300
    outcome = execute(source, folder / "out" / source.name, {{}}, environment={{}}, cwd=folder, timeout_s=limit_s)
    print(outcome.state)
print("rfc3987_syntax" in sys.modules, "papermill" in sys.modules)
import rfc3987_syntax
"""
    run = [sys.executable, "-W", "always::ResourceWarning", "-c", script]
    return subprocess.run(run, capture_output=True, text=True, check=False, cwd=PROJECT)


def test_nothing_is_said_on_the_screen_whatever_happens(of_its_own: subprocess.CompletedProcess[str]) -> None:
    assert of_its_own.stdout.split()[:4] == ["failed", "killed", "done", "timeout"]
    assert of_its_own.stderr == ""


def test_papermill_is_loaded_without_a_grammar_that_costs_seconds(of_its_own: subprocess.CompletedProcess[str]) -> None:
    assert of_its_own.stdout.split()[4:] == ["False", "True"]
    assert of_its_own.returncode == 0
