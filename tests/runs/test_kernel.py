"""Forked kernels are ordinary kernels: own environment, signals, exit codes, and none outlives its runner."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from support_notebooks import notebook

from ltv.runs import kernel
from ltv.runs.execute import Outcome, execute, load_papermill

pytestmark = pytest.mark.skipif(not kernel.fork_available(), reason="kernels are not forked on this system")
PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def warm_parent() -> None:
    assert kernel.warm(wait_s=120)


@pytest.fixture
def short_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def run(*cells: str, fork: bool = True, environment: dict[str, str] | None = None, cwd: Path = PROJECT, **options: Any):
    """Run cells through nbclient; return the lines they print, the kernel's process and what was raised."""
    load_papermill()
    import nbclient
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    manager = kernel.kernel_manager(environment=environment or {}, cwd=cwd, fork=fork)
    raised = None
    try:
        nbclient.NotebookClient(book, kernel_manager_class=manager, kernel_name="python3", **options).execute()
    except Exception as error:
        raised = error
    printed = [o.text for cell in book.cells for o in cell.outputs if o.output_type == "stream"]
    return "".join(printed).splitlines(), manager.started[0], raised


def gone(pid: int) -> bool:
    """Wait until a process has ended; a zombie that nobody collects has."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
            psutil.Process(pid).wait(timeout=0.1)
        except psutil.TimeoutExpired:
            continue
        except psutil.NoSuchProcess:
            return True
    return False


def appear(path: Path) -> str:
    """Wait until a file has a line in it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text().strip()
        time.sleep(0.02)
    raise AssertionError(f"{path} has not appeared")


def sleeper(folder: Path) -> Path:
    """Write a notebook that tells its process number in `pid` and then waits for ever."""
    pid = folder / "pid"
    return notebook(
        folder / "sleeper.ipynb",
        f"import os, time\nopen({str(pid)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}\\n')\ntime.sleep(1000)",
    )


def go(source: Path) -> Outcome:
    return execute(source, source.with_name("out.ipynb"), {}, environment={}, cwd=source.parent, timeout_s=300)


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "ordinary"])
def test_a_kernel_has_the_environment_and_the_folder_it_was_given(
    fork: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LTV_TEST_OUTSIDE", "from the runner")
    cell = "import os, ltv\nprint(os.environ['LTV_RUN_DIR'], os.environ['LTV_TEST_OUTSIDE'], os.getcwd(), sep='\\n')"
    printed, _, raised = run(cell, fork=fork, environment={"LTV_RUN_DIR": "/a b/é"}, cwd=tmp_path)
    assert raised is None
    assert printed == ["/a b/é", "from the runner", str(tmp_path)]


def test_a_kernel_has_nothing_of_another_kernels_environment() -> None:
    assert run("pass", environment={"LTV_TEST_FIRST": "1"})[2] is None
    assert run("import os; print('LTV_TEST_FIRST' in os.environ)")[0] == ["False"]


def test_a_kernel_finds_the_stack_imported() -> None:
    names = ("ltv", "numpy", "pandas", "pyarrow", "duckdb", "sqlglot", "plotly.graph_objects")
    assert run(f"import sys; print([n for n in {names} if n not in sys.modules])")[0] == ["[]"]


def test_kernels_draw_different_random_numbers() -> None:
    cell = "import numpy, random; print(numpy.random.random(), random.random())"
    assert run(cell)[0] != run(cell)[0]


def test_models_train_and_all_thread_pools_work_in_a_forked_kernel() -> None:
    assert kernel.warm("models", wait_s=120)
    check = "import sys; print(all(n in sys.modules for n in ('xgboost', 'sklearn.ensemble', 'shap', 'scipy.stats')))"
    train = """
import duckdb, numpy as np, pyarrow as pa, pyarrow.compute as pc, shap, xgboost
from sklearn.ensemble import HistGradientBoostingRegressor
x = np.random.default_rng(0).normal(size=(5000, 8)); y = x[:, 0] * 3
booster = xgboost.train({"nthread": 2, "max_depth": 3, "eta": 0.5}, xgboost.DMatrix(x, label=y), 20)
print(abs(booster.predict(xgboost.DMatrix(x)) - y).mean() < 0.5)
print(HistGradientBoostingRegressor(max_iter=20).fit(x, y).score(x, y) > 0.9)
print(shap.TreeExplainer(booster).shap_values(x[:50]).shape)
print(np.linalg.svd(x.T @ x)[1].shape, pc.sum(pa.array(range(100000))))
print(duckdb.connect(config={"threads": 2}).execute("select sum(i) from range(1000000) t(i)").fetchall())"""
    printed, _, raised = run(check, train, timeout=300)
    assert raised is None
    assert printed == ["True", "True", "True", "(50, 8)", "(8,) 4999950000", "[(499999500000,)]"]


@pytest.mark.parametrize(
    ("last_words", "code"),
    [("os._exit(3)", 3), ("os._exit(0)", 0), ("os.kill(os.getpid(), 9)", -9), ("os.abort()", -6)],
)
def test_a_kernel_that_ends_is_noticed_with_its_exit_code(last_words: str, code: int) -> None:
    _, process, raised = run(f"import os; {last_words}")
    assert type(raised).__name__ == "DeadKernelError"
    assert process.poll() == code


def test_a_kernel_can_be_interrupted() -> None:
    _, process, raised = run("while True: pass", timeout=1, interrupt_on_timeout=True)
    assert type(raised).__name__ == "CellExecutionError"
    assert raised.ename == "KeyboardInterrupt"
    assert process.poll() == 0


def test_exit_handlers_of_a_kernel_run(tmp_path: Path) -> None:
    cell = f"import atexit, pathlib\natexit.register(pathlib.Path({str(tmp_path / 'bye')!r}).touch)"
    assert run(cell)[2] is None
    assert (tmp_path / "bye").exists()


def test_what_a_kernel_has_started_ends_with_it() -> None:
    printed, process, _ = run("import subprocess; print(subprocess.Popen(['sleep', '1000']).pid)")
    assert process.wait() == 0
    assert gone(int(printed[0]))


def test_the_processor_time_of_a_kernel_is_known() -> None:
    busy = "import time\nwhile time.process_time() < 1: pass"
    assert run(busy)[1].cpu_seconds >= 0.9


def test_the_folder_of_a_kernel_is_removed(short_folder: Path) -> None:
    seen = f"import os; print(os.listdir({str(short_folder)!r}))"
    assert "ltv-" in run(seen)[0][0]
    assert list(short_folder.iterdir()) == []
    run("import os; os._exit(1)")
    assert list(short_folder.iterdir()) == []


def test_sockets_have_short_paths_where_the_temporary_folder_has_a_long_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    assert run("print(1)")[0] == ["1"]


def test_kernels_run_at_once_from_several_threads(tmp_path: Path) -> None:
    """Each of two kernels waits for a file that the other one writes."""
    cell = """
import os, pathlib, time
mine, other = (pathlib.Path(os.environ[name]) for name in ("MINE", "OTHER"))
mine.touch()
while not other.exists(): time.sleep(0.01)
print(mine.name)"""
    environments = [{"MINE": str(tmp_path / a), "OTHER": str(tmp_path / b)} for a, b in ("ab", "ba")]
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(lambda e: run(cell, environment=e, timeout=300), environments))
    assert [(printed, raised) for printed, _, raised in results] == [(["a"], None), (["b"], None)]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_nothing_is_left_when_the_runner_ends(signum: int, tmp_path: Path, short_folder: Path) -> None:
    script = f"""
import tempfile
from pathlib import Path
from ltv.runs.execute import execute
tempfile.tempdir = {str(short_folder)!r}
source = Path({str(sleeper(tmp_path))!r})
execute(source, source.with_name("out.ipynb"), {{}}, environment={{}}, cwd=source.parent, timeout_s=600)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stderr=subprocess.DEVNULL) as runner:
        of_kernel, of_parent = map(int, appear(tmp_path / "pid").split())
        assert list(short_folder.iterdir()) != []
        runner.send_signal(signum)
    assert runner.returncode == -signum
    assert gone(of_kernel)
    assert gone(of_parent)
    assert list(short_folder.iterdir()) == []
    assert not (tmp_path / "out.ipynb").exists()


def test_kernels_end_with_their_parent_and_the_next_one_gets_a_new_parent(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as thread:
        outcome = thread.submit(go, sleeper(tmp_path))
        of_kernel, of_parent = map(int, appear(tmp_path / "pid").split())
        os.kill(of_parent, signal.SIGKILL)
        assert outcome.result().state == "killed"
    assert gone(of_kernel)
    assert run("print(1)")[0] == ["1"]


def test_all_kernels_can_be_ended_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as thread:
        outcome = thread.submit(go, sleeper(tmp_path))
        of_kernel, of_parent = map(int, appear(tmp_path / "pid").split())
        kernel.close()
        assert outcome.result().state == "killed"
    assert gone(of_kernel)
    assert gone(of_parent)
    assert run("print(1)")[0] == ["1"]


def test_a_parent_that_still_imports_can_be_ended() -> None:
    kernel.close()
    kernel.warm()
    kernel.close()
    assert kernel.warm(wait_s=120)


def test_a_runner_that_forks_leaves_the_parent_to_the_first_process() -> None:
    pid = os.fork()
    if pid == 0:  # only this process's own parent may answer here
        os._exit(0 if run("print(1)")[0] == ["1"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert run("print(2)")[0] == ["2"]


def test_the_provisioner_serves_jupyters_own_kernel_manager() -> None:
    load_papermill()
    import nbclient
    import nbformat
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.provisioner = kernel.ForkProvisioner(kernel_spec=self.kernel_spec, parent=self)

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import sys; print('pandas' in sys.modules)")])
    nbclient.NotebookClient(book, kernel_manager_class=Manager, kernel_name="python3").execute()
    assert book.cells[0].outputs[0].text == "True\n"
