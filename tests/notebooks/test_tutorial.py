"""The tutorial: from a messy export to a list for a campaign with a control group, run as a reader runs it."""

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from ltv.report.blocks import MIME
from ltv.runs.kernel import base_environment
from ltv.runs.plan import SUITE

TUTORIAL = SUITE.parent / "examples" / "tutorial" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """The folder in which it was run, and its cells by id."""
    folder = tmp_path_factory.mktemp("tutorial")
    book = nbformat.read(TUTORIAL, as_version=4)
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(book, kernel_name="python3", resources=place).execute(env=base_environment())
    return folder / "shop", {cell.id: cell for cell in book.cells}


def test_it_is_committed_without_outputs_and_in_both_languages():
    book = nbformat.read(TUTORIAL, as_version=4)
    assert not [cell.id for cell in book.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]
    words = [cell for cell in book.cells if cell.cell_type == "markdown" and cell.id != "title"]
    zh, en = ([c.id.rsplit("-", 1)[0] for c in words if c.metadata["lang"] == lang] for lang in ("zh", "en"))
    assert zh == en
    assert all(c.id.endswith(f"-{c.metadata['lang']}") for c in words)


def test_the_export_is_read_as_it_is(read):
    folder, cells = read
    raw = pd.read_csv(folder / "exports" / "orders.csv", encoding="gb18030", dtype=str)
    assert raw["订单编号"].duplicated().sum() == 25
    told = cells["check-data"].outputs[0].data["text/plain"]
    assert f"{len(raw):,} read = {len(raw) - 26:,} accepted + 1 quarantined + 25 duplicates" in told
    assert told.endswith("good: a run can start")


def test_it_ends_with_a_list_of_people_and_a_control_group(read):
    folder, cells = read
    chosen = pd.read_csv(folder / "winback.csv", encoding="utf-8-sig")
    arms = chosen["arm"].value_counts()
    assert set(arms.index) == {"message", "control"}
    assert chosen["id_value"].str.fullmatch(r"M\d{4}").all()
    assert chosen["id_value"].is_unique
    assert (chosen["churn_risk"] >= 0.4).all()
    blocks = [b for o in cells["decision"].outputs for b in o.data[MIME]["blocks"]]
    (said,) = [b for b in blocks if b["kind"] == "takeaways"]
    expected = f"Write to {arms['message']} people, hold back {arms['control']}."
    assert [i["text"]["en"] for i in said["items"]] == [expected]


def test_nothing_but_its_own_results_stands_below_its_cells(read):
    _, cells = read
    left = [(name, o) for name, cell in cells.items() for o in cell.get("outputs", ()) if "progress" in str(o)]
    assert left == []
    assert cells["open"].outputs[0].data[MIME]["blocks"][0]["kind"] == "key_figures"
