"""A run hears how far its notebooks are; their copies and pages hold nothing of it."""

import datetime as dt
import json
import socket

from support_notebooks import outputs
from support_runs import notebook, shop

from ltv.runs.overheard import overheard
from ltv.runs.progress import Bar, Lines, Silent
from ltv.runs.runner import Request, run
from ltv.text import Text
from ltv.workspace.watching import PROGRESS, PROGRESS_OF

WORK = Text("训练", "training")
CELL = (
    "from ltv.progress import steps\nfrom ltv.text import Text\n"
    "with steps(Text('训练', 'training'), 3) as step:\n    step()\n    step()\nprint('done')"
)


class Ear(Silent):
    def __init__(self):
        self.parts = []

    def part(self, name, what, done, total):
        self.parts.append((name, what.en, done, total))


def test_a_run_hears_the_kernels_of_its_notebooks_and_keeps_nothing_of_it(tmp_path):
    root = shop(tmp_path / "shop")
    notebook(root, "01_long", [CELL])
    ear = Ear()
    done = run(Request(root, dt.date(2026, 6, 30)), reporter=ear)
    assert (done.exit_code, done.why) == (0, "")
    assert [p for p in ear.parts if p[0] == "01_long"] == [("01_long", "training", n, 3) for n in (0, 1, 2, 3)]
    assert ("inputs", "reading input tables", 0, 17) in ear.parts
    executed = root / "data" / "runs" / done.run_id / "notebooks" / "01_long.ipynb"
    assert [text for text in outputs(executed) if text] == ["done\n"]
    assert "training" not in (executed.parent.parent / "pages" / "01_long.html").read_text(encoding="utf-8")


def test_what_is_not_ours_is_not_heard():
    heard = []
    with overheard(lambda *told: heard.append(told)) as environment:
        given = environment("09_ltv")
        assert given[PROGRESS_OF] == "09_ltv"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
            good = {"of": "09_ltv", "zh": "训练", "en": "training", "done": 1, "total": 2}
            for message in (b"\xff", b"[]", b'{"of": "x"}', json.dumps(good | {"done": "x"}).encode()):
                mouth.sendto(message, given[PROGRESS])
            mouth.sendto(json.dumps(good).encode(), given[PROGRESS])
    assert heard == [("09_ltv", WORK, 1, 2)]


def test_a_bar_says_beside_the_notebook_how_far_it_is():
    bar = Bar()
    bar.part("inputs", WORK, 0, 2)
    assert bar.progress.tasks[0].description == "training"
    bar.part("inputs", WORK, 2, 2)
    bar.begin({"a": 1.0, "b": 1.0})
    try:
        bar.started("a")
        bar.started("b")
        bar.part("b", WORK, 1, 4)
        assert bar.progress.tasks[0].description == "a, b (training 1/4)"
        bar.part("b", WORK, 4, 4)
        assert bar.progress.tasks[0].description == "a, b"
    finally:
        bar.close()


def test_a_log_says_now_and_then_what_goes_on_for_long(capsys):
    now = [0.0]
    lines = Lines(clock=lambda: now[0])
    lines.started("a")
    for second in range(1, 40):
        now[0] = float(second)
        lines.part("a", WORK, second, 40)
    assert capsys.readouterr().err.splitlines() == ["a: training 15 of 40", "a: training 30 of 40"]
