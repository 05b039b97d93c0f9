"""`ltv new-notebook` and `ltv notebooks`: a new notebook runs at once beside the others, and each says what it can be told."""

import datetime as dt
import json
import shutil

import pytest
from support_browser import faults
from support_runs import ltv, shop

from ltv.contract import INPUTS, RESULTS
from ltv.errors import UsageError
from ltv.runs.listing import listing
from ltv.runs.notebook import cleanliness, inspect
from ltv.runs.plan import SUITE, notebook_files, plan, read_specs
from ltv.runs.runner import Request, run
from ltv.runs.scaffold import _axes, _of_people, scaffold

DAY = dt.date(2026, 6, 30)
NUMBER = len(list(SUITE.glob("*.ipynb")))


@pytest.fixture
def root(tmp_path):
    """A workspace without notebooks of its own."""
    made = shop(tmp_path / "shop")
    shutil.rmtree(made / "notebooks")
    return made


def test_a_new_notebook_stands_beside_those_of_the_suite(root):
    made = scaffold(root, "weekend_orders")
    assert made.name == f"{NUMBER:02d}_weekend_orders.ipynb"
    assert [p.stem for p in notebook_files(root / "notebooks")] == [
        *sorted(p.stem for p in SUITE.glob("*.ipynb")),
        made.stem,
    ]
    assert scaffold(root, "second").name == f"{NUMBER + 1:02d}_second.ipynb"


def test_an_own_notebook_of_the_same_name_takes_the_place_of_the_suites(root):
    made = scaffold(root, "mine")
    own = made.with_name("02_retention.ipynb")
    made.rename(own)
    paths = {path.stem: path for path in notebook_files(root / "notebooks")}
    assert paths["02_retention"] == own
    assert paths["03_unified_id"].parent == SUITE


def test_a_folder_with_a_notebook_that_does_not_say_so_is_taken_as_it_is(root):
    made = scaffold(root, "mine")
    content = json.loads(made.read_text(encoding="utf-8"))
    del content["metadata"]["ltv"]["beside"]
    made.with_name("01_own.ipynb").write_text(json.dumps(content), encoding="utf-8")
    assert [p.stem for p in notebook_files(root / "notebooks")] == ["01_own", made.stem]


@pytest.mark.parametrize("topic", ["", "a", "a-b", "../x", "1st", "名字", "a b", "x" * 41, "a.ipynb"])
def test_a_bad_topic_is_refused_in_one_line_and_nothing_is_written(root, topic):
    with pytest.raises(UsageError, match=r"TOPIC: found .*, allowed: 2 to 40 letters, digits and _, a letter first"):
        scaffold(root, topic)
    assert not (root / "notebooks").exists()


@pytest.mark.parametrize("topic", ["mine", "MINE", "retention"])
def test_a_topic_that_there_is_gets_no_second_notebook(root, topic):
    before = scaffold(root, "mine").read_bytes()
    with pytest.raises(UsageError, match=r"a name that is free: \d\d_\w+\.ipynb is there"):
        scaffold(root, topic)
    assert [p.read_bytes() for p in (root / "notebooks").iterdir()] == [before]


def test_what_it_builds_on_runs_before_it(root):
    made = scaffold(root, "steps", after="04_funnel")
    assert inspect(made).reads == {"funnel"}
    steps = [s.name for s in plan(root / "notebooks", date=str(DAY), workspace=root, only=[made.stem])]
    assert steps == ["04_funnel", made.stem]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"after": "99_x"}, "--after: found '99_x', allowed: .*04_funnel"),
        ({"after": "00_the_mall"}, "--after: found '00_the_mall', allowed: 01_data_assets"),
        ({"table": "spend"}, "--table: found 'spend', allowed: orders, events"),
        ({"table": "retention", "after": "04_funnel"}, "--table: found 'retention', allowed: funnel"),
    ],
)
def test_what_it_cannot_build_on_is_refused_in_one_line(root, asked, why):
    with pytest.raises(UsageError, match=why):
        scaffold(root, "mine", **asked)


def test_every_table_gives_a_clean_notebook_with_both_languages(root):
    written = {t for _, spec in read_specs(SUITE).values() for t in spec.writes}
    tables = [*_of_people(), *sorted(written)]
    assert set(_of_people()) < set(INPUTS)
    for number, table in enumerate(tables):
        if table in written and not _has_axes(table):
            with pytest.raises(UsageError, match="--table"):
                scaffold(root, f"t{number}_x", table=table)
            continue
        made = scaffold(root, f"t{number}_x", table=table, title=("我的", "Mine"))
        assert cleanliness(made) == []
        spec = inspect(made)
        assert (spec.title.zh, spec.title.en, spec.about.zh[:3]) == ("我的", "Mine", "这一页")
        assert table in spec.reads


def _has_axes(table):
    try:
        return bool(_axes(RESULTS[table]))
    except UsageError:
        return False


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A workspace whose two new notebooks were run: one on orders, one on what another notebook writes."""
    made = shop(tmp_path_factory.mktemp("scaffold") / "shop")
    shutil.rmtree(made / "notebooks")
    told = ltv("new-notebook", "by_month", "--workspace", str(made), "--title", "按月", "By month")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith(f"ltv run --only {NUMBER:02d}_by_month\n")
    scaffold(made, "kept", after="02_retention", table="retention")
    names = (f"{NUMBER:02d}_by_month", f"{NUMBER + 1:02d}_kept")
    done = run(Request(made, DAY, only=names))
    assert (done.exit_code, done.why) == (0, "")
    return made / "reports" / "latest"


@pytest.mark.parametrize(("name", "chart"), [("by_month", "scatter"), ("kept", "bar")])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_its_page_has_tiles_sentences_and_the_chart(ran, visit, name, chart, lang):
    (path,) = ran.resolve().glob(f"*_{name}.html")
    opened = visit(path, lang=lang)
    assert faults(opened) == []
    assert opened.page.locator(".tile:visible").count() >= 1
    assert opened.page.locator(".takeaway:visible").count() >= 1
    kinds = "[...document.querySelectorAll('.js-plotly-plot')].map(plot => plot.data[0].type)"
    assert opened.page.evaluate(kinds) == [chart]


def test_notebooks_are_listed_with_their_titles_and_what_they_write(root):
    scaffold(root, "mine")
    lines = listing(root)
    assert [line.split()[0] for line in lines][-2:] == ["15_overview", f"{NUMBER:02d}_mine"]
    (line,) = [x for x in lines if x.startswith("02_retention")]
    assert line.split(maxsplit=1)[1] == "群组留存 · Cohort retention  → lifecycle, retention"


def test_one_notebook_says_what_it_answers_reads_writes_and_can_be_told(root):
    told = "\n".join(listing(root, "02_retention"))
    for words in (
        "People who started in the same period form a cohort",
        "同一时期开始的人为一个群组",
        "reads: orders",
        "uses where there: events, members",
        "writes: lifecycle, retention",
        'grain: str = "month"  # length of a period on the page: day, week or month',
        "periods: int = 12  # periods after the cohort, 1 to 61",
    ):
        assert words in told
    with pytest.raises(UsageError, match="NAME: found 'x', allowed: 01_data_assets"):
        listing(root, "x")


def test_every_parameter_of_the_suite_says_what_it_means():
    for path in SUITE.glob("*.ipynb"):
        assert [p.name for p in inspect(path).parameters.values() if len(p.doc) < 10] == [], path.stem


def test_a_parameter_without_a_comment_is_not_clean(root):
    made = scaffold(root, "mine")
    made.write_text(made.read_text(encoding="utf-8").replace("  # folder with ltv.toml", ""), encoding="utf-8")
    assert cleanliness(made) == ["parameter workspace: has no comment that says what it means"]


def test_the_commands_are_told_in_one_line():
    assert ltv("notebooks", "--help").stdout.count("ltv notebooks 02_retention") == 1
    bad = ltv("new-notebook", "a-b", "--workspace", ".")
    assert (bad.returncode, bad.stderr.count("\n")) == (2, 1)
