"""Pages to test: the sample result of `support_report` rendered as the runner would."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from support_report import SampleRetention, full_page_cells, notebook_with, page_info, retention_table

from ltv.report.pages import PageInfo
from ltv.report.render import render_notebook
from ltv.text import Text

TITLE = Text("群组留存", "Cohort retention")


@pytest.fixture(scope="session")
def retention() -> SampleRetention:
    return SampleRetention(retention_table())


@pytest.fixture
def info() -> PageInfo:
    return page_info()


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[..., str]:
    """Render a page from cells as `notebook_with` takes them."""

    def render(*cells, title: Text | None = TITLE, **changes) -> str:
        path = tmp_path / "02_retention.ipynb"
        nbformat.write(notebook_with(list(cells), title), path)
        return render_notebook(path, page_info(**changes))

    return render


@pytest.fixture(scope="session")
def full_page(retention, tmp_path_factory) -> Path:
    """Write the page with everything on it to a file."""
    folder = tmp_path_factory.mktemp("reports")
    source, page = folder / "02_retention.ipynb", folder / "02_retention.html"
    nbformat.write(notebook_with(full_page_cells(retention), TITLE), source)
    page.write_text(render_notebook(source, page_info()), encoding="utf-8", newline="\n")
    return page
