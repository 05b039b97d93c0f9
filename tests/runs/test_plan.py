"""Order and parameters of notebooks, from what each reads and writes."""

import pytest
from support_runs import ASSETS, KEPT, PARAMETERS, notebook, shop, two_notebooks

from ltv.errors import UsageError
from ltv.runs.plan import notebooks_folder, plan, read_specs

READS_BOTH = ["a = ws.result('data_assets')", "b = ws.result('retention')"]


def test_only_brings_what_is_needed_and_nothing_else(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "00_both", READS_BOTH)
    notebook(root, "04_other", ["x = 1"])
    names = [s.name for s in plan(root / "notebooks", date="2026-06-30", only=["00_both"])]
    assert names == ["01_assets", "02_kept", "00_both"]


def test_what_is_optional_runs_first_and_is_spared_where_it_fails(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "00_both", ["a = ws.results('data_assets', 'retention')", "b = ws.result('data_assets')"])
    step = plan(root / "notebooks", date="2026-06-30")[-1]
    assert (step.name, step.after, step.spared) == ("00_both", ("01_assets", "02_kept"), ("02_kept",))


def test_the_date_is_given_to_every_notebook(tmp_path):
    root = two_notebooks(tmp_path)
    assert {s.parameters["date"] for s in plan(root / "notebooks", date="2026-06-30")} == {"2026-06-30"}


def test_an_unknown_notebook_is_named_with_those_there_are(tmp_path):
    root = two_notebooks(tmp_path)
    with pytest.raises(UsageError, match=r"^--only: found '09_none', allowed: 01_assets, 02_kept$"):
        plan(root / "notebooks", date="2026-06-30", only=["09_none"])


def test_a_circle_is_refused(tmp_path):
    root = shop(tmp_path)
    notebook(root, "01_a", ["x = ws.result('retention')", "ws.save('data_assets', x)"])
    notebook(root, "02_b", ["x = ws.result('data_assets')", "ws.save('retention', x)"])
    with pytest.raises(UsageError, match="no circle"):
        plan(root / "notebooks", date="2026-06-30")


def test_two_writers_of_one_table_are_refused(tmp_path):
    root = shop(tmp_path)
    notebook(root, "01_a", ASSETS)
    notebook(root, "02_b", ASSETS)
    with pytest.raises(
        UsageError, match="table data_assets is written by: found '01_a and 02_b', allowed: one notebook"
    ):
        read_specs(root / "notebooks")


def test_a_value_of_the_wrong_type_is_refused(tmp_path):
    root = shop(tmp_path)
    notebook(root, "02_kept", KEPT, parameters=PARAMETERS + '\ngrain = "month"  # length\nperiods = 12  # how many')
    with pytest.raises(UsageError, match=r"periods.*'many'"):
        plan(root / "notebooks", date="2026-06-30", parameters={"periods": "many"})


def test_a_workspace_without_notebooks_uses_those_of_the_suite(tmp_path):
    assert "02_retention" in read_specs(notebooks_folder(tmp_path))


@pytest.mark.parametrize("parameters", [{}, {"grain": "week", "periods": "6"}])
def test_the_notebooks_of_the_suite_can_be_planned(tmp_path, parameters):
    steps = plan(notebooks_folder(tmp_path), date="2026-06-30", parameters=parameters)
    kept = next(s for s in steps if s.name == "02_retention")
    assert kept.parameters["periods"] == (6 if parameters else 12)
