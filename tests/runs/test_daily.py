"""The scheduled call: which dates, in which order, and what is told of how they came out."""

import datetime as dt

import pytest
from support_runs import notebook, order_rows, shop

from ltv.dispatch import Outbox
from ltv.errors import LockedError, LtvError
from ltv.report.pages import NavItem
from ltv.runs import daily as daily_module
from ltv.runs.daily import daily, due
from ltv.runs.ledger import Ledger, Run
from ltv.runs.lock import workspace_lock
from ltv.runs.record import write_nav
from ltv.runs.runner import Done
from ltv.settings import load, parse
from ltv.text import same

UTC = parse({"timezone": "UTC"})
DAYS = [dt.date(2026, 6, d) for d in range(1, 31)]


def morning(day):
    """Half past six on the day after, UTC."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(6, 30))


def record(run_id, day, state="running", parameters=None):
    return Run(run_id, str(day), state, dt.datetime.now(dt.UTC).isoformat(), None, "", "", "", parameters or {}, "")


class Shop:
    """A workspace whose runs come out as they are told, without running anything."""

    def __init__(self, root, monkeypatch):
        self.root, self.ran, self.outcomes, self.pages = root, [], {}, {"02_retention": "done"}
        self.number = 0
        root.mkdir(exist_ok=True)
        self.settings()
        monkeypatch.setattr(daily_module, "run", self.run)

    def settings(self, *, told=False):
        told_by = '[[endpoints]]\nname = "team"\nkind = "robot"\nurl = "http://127.0.0.1:9/send"\n[dispatch]\ndigest = ["team"]\n'
        (self.root / "ltv.toml").write_text('timezone = "UTC"\n' + (told_by if told else ""))

    def run(self, request, *, reporter=None):
        self.ran.append((request.date, request.releases))
        self.number += 1
        state = self.outcomes.get(request.date, "good")
        if isinstance(state, Exception):
            raise state
        ledger, run_id = Ledger(self.root), f"{request.date}-{self.number}"
        ledger.start_run(record(run_id, request.date))
        if state != "refused":
            folder = self.root / "data" / "runs" / run_id
            (folder / "results").mkdir(parents=True)
            write_nav(folder, [NavItem(n, same(n), f"{n}.html", s) for n, s in self.pages.items()])
            self.publish(request.date, run_id)
            ledger.publish(str(request.date), run_id)
        why = "" if state == "good" else f"why {state}"
        ledger.end_run(run_id, state, why)
        code = {"good": 0, "partial": 1, "refused": 3}[state]
        return Done(code, run_id, self.root / "reports" / "index.html", published=state != "refused", why=why)

    def publish(self, day, run_id):
        for name, target in (("published", f"runs/{run_id}"), ("results", f"runs/{run_id}/results")):
            link = self.root / "data" / name / str(day)
            link.parent.mkdir(exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(self.root / "data" / target)

    def morning_of(self, day, **more):
        """What a call says, and how it ends."""
        said = []
        self.ran.clear()
        return daily(self.root, now=lambda: morning(day), say=said.append, **more), said

    @property
    def dates(self):
        return [day for day, _ in self.ran]


@pytest.fixture
def mall(tmp_path, monkeypatch):
    return Shop(tmp_path / "shop", monkeypatch)


def test_the_first_call_runs_yesterday_alone(mall):
    assert mall.morning_of(DAYS[9])[0] == 0
    assert mall.ran == [(DAYS[9], True)]


def test_missed_days_are_run_in_order_and_only_the_last_one_acts(mall):
    mall.morning_of(DAYS[5])
    mall.morning_of(DAYS[9])
    assert mall.ran == [(DAYS[6], False), (DAYS[7], False), (DAYS[8], False), (DAYS[9], True)]


def test_a_second_call_has_nothing_to_do(mall):
    mall.morning_of(DAYS[9])
    assert mall.morning_of(DAYS[9]) == (0, [f"nothing is due: {DAYS[9]} is published"])
    assert mall.ran == []


def test_of_too_many_days_the_newest_are_run_and_the_others_named(mall):
    mall.morning_of(DAYS[0])
    _, said = mall.morning_of(DAYS[29], most=3)
    assert mall.dates == DAYS[27:]
    assert said[0] == "26 older dates are left out (--most 3): ltv backfill 2026-06-02 2026-06-27"


def test_a_refused_day_is_asked_for_again_until_a_newer_one_is_published(mall):
    mall.morning_of(DAYS[5])
    mall.outcomes = {DAYS[6]: "refused"}
    assert mall.morning_of(DAYS[6])[0] == 3
    mall.outcomes = {}
    mall.morning_of(DAYS[7])
    assert mall.dates == DAYS[6:8]


def test_one_bad_day_does_not_keep_the_newest_from_being_run_and_is_in_the_exit_code(mall):
    mall.morning_of(DAYS[5])
    mall.outcomes = {DAYS[6]: "refused", DAYS[7]: "partial"}
    assert mall.morning_of(DAYS[8])[0] == 3
    assert mall.dates == DAYS[6:9]


def test_yesterday_is_run_again_while_it_is_not_all_good(mall):
    mall.outcomes = {DAYS[9]: "partial"}
    mall.morning_of(DAYS[9])
    mall.morning_of(DAYS[9])
    assert mall.dates == [DAYS[9]]
    mall.outcomes = {}
    mall.morning_of(DAYS[9])
    assert mall.morning_of(DAYS[9])[1][0].startswith("nothing is due")


def test_a_date_of_which_only_some_pages_were_run_by_hand_is_not_published(mall):
    mall.morning_of(DAYS[5])
    Ledger(mall.root).start_run(record("2026-06-10-only", DAYS[9], parameters={"--only": ["02_retention"]}))
    (mall.root / "data" / "runs" / "2026-06-10-only" / "results").mkdir(parents=True)
    mall.publish(DAYS[9], "2026-06-10-only")
    Ledger(mall.root).publish(str(DAYS[9]), "2026-06-10-only")
    Ledger(mall.root).end_run("2026-06-10-only", "good")
    mall.morning_of(DAYS[9])
    assert mall.dates == DAYS[6:10]


def test_a_date_published_ahead_of_the_clock_is_no_reason_to_run_anything_twice(mall):
    mall.morning_of(DAYS[9])
    mall.morning_of(DAYS[12])
    assert due(mall.root, UTC, at=morning(DAYS[9])).dates == ()


@pytest.mark.parametrize(
    ("at", "day"),
    [(dt.datetime(2026, 6, 30, 15, 59), "2026-06-29"), (dt.datetime(2026, 6, 30, 16, 1), "2026-06-30")],
)
def test_yesterday_is_that_of_the_workspace(mall, at, day):
    assert [str(d) for d in due(mall.root, parse({"timezone": "Asia/Shanghai"}), at=at).dates] == [day]


def test_a_workspace_that_another_run_holds_ends_the_call_before_anything_runs(mall):
    with workspace_lock(mall.root, command="ltv run"), pytest.raises(LockedError, match="ltv run"):
        mall.morning_of(DAYS[9])
    assert mall.ran == []
    assert Ledger(mall.root).last_outcome() is None


def spoken(capsys):
    return [line.removeprefix("ltv: ") for line in capsys.readouterr().err.splitlines()]


def test_a_change_is_told_once_and_a_day_like_the_one_before_not_at_all(mall, capsys):
    told = []
    for day, state in zip(
        DAYS, ["good", "good", "refused", "refused", "partial", "partial", "good", "good"], strict=False
    ):
        mall.outcomes[day] = state
        mall.pages = {"02_retention": "failed" if state == "partial" else "done"}
        mall.morning_of(day)
        told.append([line for line in spoken(capsys) if str(day) in line])
    assert [len(lines) for lines in told] == [0, 0, 1, 0, 1, 0, 1, 0]
    assert (
        told[2][0]
        == "The data of 2026-06-03 was refused, no report was made — why refused; ltv status --date 2026-06-03"
    )
    assert told[4][0].startswith("The run of 2026-06-05 failed on one page — why partial")
    assert told[6] == ["Reports are good again: 2026-06-07"]


def test_a_page_that_is_gone_is_told_once_and_once_more_when_it_is_back(mall, capsys):
    told = []
    for day, state in zip(DAYS, ["done", "missing", "missing", "done"], strict=False):
        mall.pages = {"02_retention": state}
        assert mall.morning_of(day)[0] == 0
        told.append(spoken(capsys))
    assert told == [
        [],
        ["The report of 2026-06-02 is one page short — 02_retention; ltv status --date 2026-06-02"],
        [],
        ["One page is back in the report of 2026-06-04"],
    ]


def test_a_page_that_a_shop_never_had_is_nothing_lost(mall, capsys):
    mall.pages = {"06_trial": "missing"}
    mall.morning_of(DAYS[0])
    mall.morning_of(DAYS[1])
    assert spoken(capsys) == []


def test_a_refused_day_in_between_loses_no_page(mall, capsys):
    for day, state in zip(DAYS, ["good", "refused", "good"], strict=False):
        mall.pages, mall.outcomes[day] = {"06_trial": "missing"}, state
        mall.morning_of(day)
    assert [line.split(" — ")[0] for line in spoken(capsys)] == [
        "The data of 2026-06-02 was refused, no report was made",
        "Reports are good again: 2026-06-03",
    ]


def test_a_run_that_breaks_is_told_and_the_error_goes_on(mall, capsys):
    mall.morning_of(DAYS[0])
    mall.outcomes = {DAYS[1]: LtvError("the disk is full")}
    with pytest.raises(LtvError, match="the disk is full"):
        mall.morning_of(DAYS[1])
    assert spoken(capsys) == ["The run of 2026-06-02 failed — LtvError: the disk is full; ltv status --date 2026-06-02"]
    mall.outcomes = {}
    mall.morning_of(DAYS[1])
    assert spoken(capsys) == ["Reports are good again: 2026-06-02"]


def test_a_run_that_was_killed_is_told_by_the_next_call(mall, capsys):
    mall.morning_of(DAYS[0])
    Ledger(mall.root).start_run(record("2026-06-02-x", DAYS[1]))
    mall.morning_of(DAYS[1])
    assert [line.split(";")[0] for line in spoken(capsys)] == [
        "The run of 2026-06-02 ended in the middle — the process ended in the middle",
        "Reports are good again: 2026-06-02",
    ]


def test_the_team_is_told_where_the_settings_name_it(mall, capsys):
    mall.settings(told=True)
    mall.morning_of(DAYS[0])
    mall.outcomes = {DAYS[1]: "refused"}
    _, said = mall.morning_of(DAYS[1])
    assert said == ["2026-06-02: The data of 2026-06-02 was refused, no report was made: 1 queued for team"]
    assert spoken(capsys) == []
    outbox = Outbox.open(mall.root, load(mall.root), now=lambda: morning(DAYS[1]))
    assert outbox.depths() == {("team", "ENQUEUED"): 1}
    outbox.close()


def test_real_runs_a_refusal_and_what_was_missed(tmp_path, capsys):
    root = shop(tmp_path)
    notebook(root, "01_assets", ["ltv.show(ltv.data_assets(ws), 'key_figures')"])

    def call(day):
        return daily(root, now=lambda: morning(day), say=print)

    assert call(DAYS[27]) == 0
    file = root / "data" / "orders" / "orders.csv"
    file.write_text("order_id\n1\n")
    assert call(DAYS[28]) == 3
    assert "The data of 2026-06-29 was refused" in capsys.readouterr().err
    file.write_text(order_rows())
    assert call(DAYS[29]) == 0
    assert "Reports are good again: 2026-06-29" in capsys.readouterr().err
    assert sorted(p.name for p in (root / "data" / "results").iterdir()) == ["2026-06-28", "2026-06-29", "2026-06-30"]
    assert (root / "reports" / "latest").readlink().name == "2026-06-30"
