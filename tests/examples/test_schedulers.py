"""The examples for other schedulers call what is there: commands, notebooks and parameters are checked, and the morning's notebook is run."""

import ast
import importlib
import json
from pathlib import Path

import nbformat
import pytest
from support_runs import ASSETS, notebook, shop

from ltv.cli import build
from ltv.runs.execute import load_papermill
from ltv.runs.notebook import check_parameters, cleanliness, inspect

PROJECT = Path(__file__).parents[2]
AIRFLOW = PROJECT / "examples" / "airflow" / "ltv_daily.py"
JUPYTER = PROJECT / "examples" / "jupyter_scheduler"
# What the examples take from packages that are not installed here, as it was found in the versions that docs/schedule.md names.
OUTSIDE = {
    ("airflow.providers.papermill.operators.papermill", "PapermillOperator"),
    ("airflow.providers.standard.operators.bash", "BashOperator"),
    ("airflow.sdk", "DAG"),
    ("jupyter_scheduler.executors", "DefaultExecutionManager"),
}


def constants(path):
    """Names that a file sets to plain values, other names of that kind filled in."""
    told: dict[str, object] = {}
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            told[statement.targets[0].id] = eval(compile(ast.Expression(statement.value), path.name, "eval"), {}, told)
    return told


def keywords(path, call):
    """The arguments by name of the one call of that name."""
    calls = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and ast.unparse(n.func) == call
    ]
    (one,) = calls
    return {k.arg: ast.unparse(k.value) for k in one.keywords}


@pytest.mark.parametrize("path", [AIRFLOW, JUPYTER / "ltv_execution.py"], ids=lambda p: p.name)
def test_what_is_imported_is_there(path):
    taken = {
        (node.module, name.name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    outside = {pair for pair in taken if pair[0].startswith(("airflow", "jupyter_scheduler"))}
    assert outside <= OUTSIDE
    for module, name in taken - outside:
        found = importlib.import_module(module)
        assert hasattr(found, name) or importlib.import_module(f"{module}.{name}"), f"{module}.{name}"


def test_airflow_calls_the_command_that_a_timer_calls():
    daily = constants(AIRFLOW)["DAILY"]
    assert daily[1:4] == ["-P", "-m", "ltv.cli"]
    options = build().parse_args(daily[4:])
    assert (options.command, options.workspace) == ("daily", constants(AIRFLOW)["WORKSPACE"])
    assert keywords(AIRFLOW, "BashOperator")["skip_on_exit_code"] == "[4]"
    assert keywords(AIRFLOW, "DAG")["catchup"] == "False"


def test_airflow_s_notebook_has_the_parameters_that_it_is_given():
    told = constants(AIRFLOW)
    spec = inspect(PROJECT / "notebooks" / f"{told['NOTEBOOK']}.ipynb")
    assert told["PARAMETERS"]
    assert check_parameters(spec, told["PARAMETERS"])
    assert keywords(AIRFLOW, "PapermillOperator")["parameters"] == "PARAMETERS"


def test_the_job_definition_names_a_notebook_and_its_parameters():
    job = json.loads((JUPYTER / "job_definition.json").read_text())
    spec = inspect(JUPYTER / job["input_uri"])
    given = {
        name: ast.literal_eval(value) for name, value in job["parameters"].items()
    }  # the scheduler takes them as code
    assert check_parameters(spec, given)
    assert cleanliness(JUPYTER / job["input_uri"]) == []


def test_the_morning_s_notebook_runs_what_is_due(tmp_path):
    root = shop(tmp_path / "shop")
    notebook(root, "01_assets", ASSETS)
    executed = tmp_path / "executed.ipynb"
    load_papermill().execute_notebook(
        JUPYTER / "ltv_daily.ipynb",
        executed,
        parameters={"workspace": str(root)},
        progress_bar=False,
        kernel_name="python3",
    )
    assert len(list((root / "data" / "results").iterdir())) == 1
    outputs = [o for c in nbformat.read(executed, 4).cells if c.cell_type == "code" for o in c.outputs]
    assert [o for o in outputs if o.output_type == "error"] == []
