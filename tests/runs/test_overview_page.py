"""What a date opens with: the overview with the list of pages below it, or that list with the reason why there is none."""

import datetime as dt

from support_runs import KEPT, PARAMETERS, notebook, shop, two_notebooks

from ltv.runs.publish import published_run
from ltv.runs.runner import Request, run

DAY = dt.date(2026, 6, 30)
FIVE = [
    "results = ws.results('retention', 'health')",
    "told = ltv.five_answers(results, ws.orders, as_of=ws.date, timezone='Asia/Shanghai')",
    "ws.save('overview', told)",
    "ltv.show(told, 'questions', 'key_figures')",
]
QUESTION = "How healthy is the base?"
LISTED = '<section class="all-pages"'


def index(root) -> str:
    return (root / "reports" / "latest" / "index.html").read_text(encoding="utf-8")


def test_a_date_opens_with_its_overview_and_lists_its_pages_below(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "15_overview", FIVE)
    done = run(Request(root, DAY))
    assert (done.exit_code, done.why) == (0, "")
    page = index(root)
    assert page.index(QUESTION) < page.index(LISTED) < page.rindex('href="02_kept.html"')
    assert page == (root / "reports" / "latest" / "15_overview.html").read_text(encoding="utf-8")
    contents = page[page.index(LISTED) :]
    assert 'class="entry done" data-keep href="01_assets.html"' in contents
    assert 'class="entry done" data-keep href="15_overview.html"' not in contents


def test_the_overview_runs_last_and_does_without_a_page_that_failed(tmp_path):
    root = shop(tmp_path)
    notebook(root, "02_kept", ["kept = ws.nothing", *KEPT], parameters=PARAMETERS + '\ngrain = "month"')
    notebook(root, "15_overview", FIVE)
    done = run(Request(root, DAY))
    assert done.why == "02_kept failed"
    page = (root / "reports" / str(DAY) / "index.html").read_text(encoding="utf-8")
    assert QUESTION in page
    assert "entry failed" in page[page.index(LISTED) :]


def test_without_an_overview_a_date_opens_with_its_pages_and_says_so(tmp_path):
    root = two_notebooks(tmp_path)
    run(Request(root, DAY))
    page = index(root)
    assert "There is no overview of this date" in page and QUESTION not in page
    assert 'href="02_kept.html"' in page


def test_an_overview_that_failed_leaves_the_list_of_pages(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "15_overview", ["ws.results('retention')", "ws.nothing"])
    assert run(Request(root, DAY)).exit_code == 1
    page = (root / "reports" / str(DAY) / "index.html").read_text(encoding="utf-8")
    assert "The overview could not be made" in page
    assert "notice watch" in page


def test_a_run_of_one_page_keeps_the_overview_that_is_published(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "15_overview", FIVE)
    run(Request(root, DAY))
    done = run(Request(root, DAY, only=("01_assets",)))
    assert published_run(root, str(DAY)) == done.run_id
    page = index(root)
    assert QUESTION in page and done.run_id in page
