"""A bar stands below a cell while it works and is gone afterwards, with all that the cell has said itself."""

import io
import json
import socket

import nbformat
import pytest
from nbclient import NotebookClient

from ltv.runs.kernel import base_environment
from ltv.text import Text
from ltv.workspace import watching
from ltv.workspace.watching import TerminalBar, to_run

START = """
from concurrent.futures import ThreadPoolExecutor
from ltv.progress import steps, watch
from ltv.text import Text
from ltv.workspace.watching import watcher
watch(watcher())
with steps(Text("训练", "training"), 2) as step:
    step()
"""
ALONE = "with steps(Text('训练', 'training'), 3) as step:\n    step()\n    step()"
THREADS = (
    "with steps(Text('训练', 'training'), 9) as step, ThreadPoolExecutor(3) as pool:\n"
    "    for f in [pool.submit(int) for _ in range(9)]: f.add_done_callback(lambda _: step())"
)
TALKS = f"print('before')\n{ALONE}\nprint('after')"
TWICE = f"{ALONE}\n{ALONE}\n6 * 7"
BETWEEN = f"{ALONE}\nprint('between')\n{ALONE}"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What stands below each cell after an ordinary kernel has run it, and every bar that stood there before."""
    sources = [START, ALONE, THREADS, TALKS, TWICE, BETWEEN]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    drawn = []

    class Client(NotebookClient):
        def process_message(self, message, cell, cell_index):
            html = message["content"].get("data", {}).get("text/html")
            drawn.append((cell_index, html)) if html else None
            return super().process_message(message, cell, cell_index)

    place = {"metadata": {"path": str(tmp_path_factory.mktemp("kernel"))}}
    Client(book, kernel_name="python3", resources=place).execute(env=base_environment())
    return [cell.outputs for cell in book.cells], drawn


def said(outputs):
    return [o.get("text") or o.get("data", {}).get("text/plain") for o in outputs]


def test_a_bar_is_drawn_and_leaves_nothing_below_its_cell(outputs):
    below, drawn = outputs
    for cell in (0, 1, 2):
        assert below[cell] == []
    assert [html for cell, html in drawn if cell == 1] == [
        f'<label>训练 <progress value="{n}" max="3"></progress> {n}/3</label>' for n in (0, 1, 2)
    ]
    assert len([html for cell, html in drawn if cell == 2]) == 9


def test_what_a_cell_says_itself_stays(outputs):
    below, _ = outputs
    assert [s for s in said(below[3]) if s] == ["before\n", "after\n"]
    assert said(below[4]) == ["42"]
    assert [s for s in said(below[5]) if s] == ["between\n"]
    assert not [o for cell in below for o in cell if "progress" in str(o)]


def test_a_run_that_is_gone_holds_nothing_up(tmp_path):
    tell = to_run(str(tmp_path / "gone"), "09_ltv")
    tell(Text("训练", "training"), 1, 2)


def test_a_run_is_told_which_notebook_is_how_far(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "p"))
        to_run(str(tmp_path / "p"), "09_ltv")(Text("训练", "training"), 1, 2)
        assert json.loads(ear.recv(4096)) == {"of": "09_ltv", "zh": "训练", "en": "training", "done": 1, "total": 2}


def test_a_terminal_shows_a_bar_and_anything_else_nothing(monkeypatch):
    monkeypatch.setattr(watching.sys, "stderr", io.StringIO())
    assert watching.watcher() is None
    monkeypatch.setattr(watching.sys.stderr, "isatty", lambda: True, raising=False)
    bar = watching.watcher()
    assert isinstance(bar, TerminalBar)
    bar(Text("训练", "training"), 0, 2)
    assert bar._progress.tasks[0].description == "training"
    bar(Text("训练", "training"), 2, 2)
    assert bar._progress is None


def test_the_environment_of_a_run_goes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("LTV_PROGRESS", str(tmp_path / "p"))
    monkeypatch.setattr(watching.sys.stderr, "isatty", lambda: True, raising=False)
    assert not isinstance(watching.watcher(), TerminalBar)
