"""`ltv.open`: tables as attributes, results by name, what is wrong in one line."""

import datetime as dt
from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pandas as pd
import pytest
from support_workspace import at, csv, orders, prepare, put, workspace

import ltv
from ltv.errors import CorruptError, DataRefusedError, MissingTableError, UsageError
from ltv.result import Result
from ltv.workspace import inputs
from ltv.workspace.store import store
from ltv.workspace.workspace import as_day

REFERRAL = pd.DataFrame(
    {"depth": [1, 2], "channel": ["sms", "<b>"], "inviters": [3, 1], "invitees": [5, 1], "converted": [2, 0]}
    | {"conversion_rate": [0.4, 0.0], "revenue": [10.5, 0.0]}
)


@pytest.fixture
def root(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({}, {"ts": "2026-06-20", "id_value": "M2"}, {"id_type": "", "id_value": ""})))
    return root


def test_input_tables_are_attributes_and_others_are_not(root):
    ws = ltv.open(root, date="2026-06-30")
    assert len(ws.orders) == 3
    assert ws.orders.query("select count(user_id) as n from self")["n"].tolist() == [2]
    assert {"orders", "events", "people", "user_segments"} <= set(dir(ws))
    with pytest.raises(AttributeError, match="workspace attribute: found 'order', allowed: orders, order_items"):
        _ = ws.order
    with pytest.raises(FrozenInstanceError):
        ws.date = dt.date(2026, 1, 1)
    assert repr(ws) == f"<Workspace {root} as of the end of 2026-06-30: orders>"


def test_a_table_that_is_not_there_is_told_or_none(root):
    ws = at(root, "2026-06-30")
    with pytest.raises(MissingTableError, match="table 'events' is not there: no input for it was found") as missing:
        _ = ws.events
    assert missing.value.table == "events"
    assert ws.optional("events") is None
    assert len(ws.optional("orders")) == 3
    with pytest.raises(UsageError, match="table: found 'retention', allowed: orders"):
        ws.optional("retention")


def test_a_date_may_be_text_or_a_date(root):
    for date in ("2026-06-19", dt.date(2026, 6, 19), dt.datetime(2026, 6, 19, 23), pd.Timestamp("2026-06-19")):
        ws = ltv.open(str(root), date=date)
        assert (ws.date, len(ws.orders)) == (dt.date(2026, 6, 19), 2)
        assert type(ws.date) is dt.date


def test_a_date_that_is_none_is_refused(root):
    ws = at(root, "2026-06-30")
    for date in ("30.06.2026", "2026-06-31", "yesterday", "../../x"):
        with pytest.raises(UsageError, match=r"date: found .* allowed: a day as YYYY-MM-DD"):
            ltv.open(root, date=date)
        with pytest.raises(UsageError, match="date: found"):
            ws.result("referral", date)


def test_without_a_date_it_is_the_last_day_with_orders_or_the_newest_published(root):
    assert ltv.open(root).date == dt.date(2026, 6, 20)
    (root / "data" / "results" / "2026-06-05").mkdir(parents=True)
    (root / "data" / "results" / "2026-06-03").mkdir(parents=True)
    assert ltv.open(root).date == dt.date(2026, 6, 5)


def test_a_folder_without_settings_is_no_workspace(tmp_path):
    with pytest.raises(UsageError, match=r"workspace: found .* allowed: a folder with an ltv\.toml"):
        ltv.open(tmp_path)


def test_an_order_before_the_first_day_is_not_there_yet(root):
    ws = at(root, "2026-05-31")
    assert (len(ws.orders), len(ws.people), len(ws.user_segments)) == (0, 0, 0)


def test_a_segment_that_cannot_be_evaluated_is_told_at_once_and_the_engine_is_closed(root):
    (root / "ltv.toml").write_text('[[segments]]\nkind = "k"\nname = "n"\nwhere = "city > 5"')
    with pytest.raises(UsageError, match=r"\[\[segments\]\] k/n where: condition: found 'city > 5'"):
        at(root, "2026-06-30")


def test_the_tables_cannot_reach_the_disk(root):
    secret = root / "secret.csv"
    secret.write_text("a\n1\n")
    ws = at(root, "2026-06-30")
    for text in (f"select * from read_csv('{secret}')", f"select * from '{secret}'", "select * from glob('/*')"):
        with pytest.raises(Exception, match=r"(?i)permission|disabled|not exist|refuse|allowed"):
            ws.orders.query(text)


# ---- results


def published(root, frame=REFERRAL, date="2026-06-30"):
    folder = root / "data" / "runs" / f"{date}-abc" / "results"
    path = store("referral", frame, folder=folder, run_id=f"{date}-abc")
    link = root / "data" / "results" / date
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(folder)
    return path


def test_a_published_result_is_read_by_name_and_date(root):
    published(root)
    published(root, REFERRAL.head(1), "2026-06-29")
    ws = at(root, "2026-06-30")
    assert ws.result("referral")[REFERRAL.columns.tolist()].equals(REFERRAL)
    assert ws.result("referral")["run_id"].unique().tolist() == ["2026-06-30-abc"]
    assert len(ws.result("referral", "2026-06-29")) == len(ws.result("referral", dt.datetime(2026, 6, 29, 5))) == 1


def test_of_several_results_those_that_are_there_are_read(root):
    with_run = ltv.open(root, date="2026-06-30")
    assert with_run.results("data_assets", "funnel") == {}
    with pytest.raises(UsageError, match="result: found 'funel', allowed: "):
        with_run.results("funel")


def test_a_result_that_nobody_wrote_is_told_with_its_date(root):
    ws = at(root, "2026-06-30")
    with pytest.raises(MissingTableError, match="table 'funnel' is not there: no run has written it for 2026-06-28"):
        ws.result("funnel", "2026-06-28")
    with pytest.raises(UsageError, match="result: found 'orders', allowed: user_ids"):
        ws.result("orders")


def test_a_result_with_one_flipped_bit_is_not_read(root):
    path = published(root)
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    with pytest.raises(CorruptError, match=r"referral\.parquet: its SHA-256 differs"):
        at(root, "2026-06-30").result("referral")


@dataclass(frozen=True, repr=False)
class Referral(Result):
    name: ClassVar[str] = "referral"


def test_saving_by_hand_checks_and_writes_nothing(root):
    ws = at(root, "2026-06-30")
    before = set(root.rglob("*"))
    ws.save("referral", REFERRAL)
    ws.save("referral", Referral(REFERRAL))
    with pytest.raises(UsageError, match="referral columns: found"):
        ws.save("referral", REFERRAL.drop(columns="revenue"))
    assert set(root.rglob("*")) == before


def test_in_a_run_every_notebook_reads_the_same_rows_and_its_results_come_first(root, monkeypatch):
    published(root, REFERRAL.head(1))
    run = root / "data" / "runs" / "2026-06-30-new"
    run.mkdir(parents=True)
    inputs.write(run, prepare(root))
    put(root, "orders/later.csv", csv(orders({"order_id": "L"})))
    monkeypatch.setenv("LTV_RUN_DIR", str(run))
    ws = ltv.open(root, date="2026-06-30")
    assert (ws.run, len(ws.orders)) == (run, 3)
    assert len(ws.result("referral")) == 1
    ws.save("referral", Referral(REFERRAL))
    assert len(ws.result("referral")) == 2
    assert ws.result("referral")["run_id"].unique().tolist() == ["2026-06-30-new"]


def test_a_prepared_table_that_was_damaged_since_is_not_read(root, monkeypatch):
    tables = prepare(root)
    run = root / "data" / "runs" / "x"
    run.mkdir(parents=True)
    inputs.write(run, tables)
    path = tables["orders"].unified
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    monkeypatch.setenv("LTV_RUN_DIR", str(run))
    with pytest.raises(CorruptError):
        ltv.open(root, date="2026-06-30")
    monkeypatch.delenv("LTV_RUN_DIR")
    assert len(ltv.open(root, date="2026-06-30").orders) == 3  # outside of a run it is made anew


def test_a_day_is_read_in_one_form_only():
    assert as_day(dt.datetime(2026, 6, 30, 23, 59)) == dt.date(2026, 6, 30)
    with pytest.raises(UsageError):
        as_day("June 30")


def test_orders_that_are_refused_refuse_the_workspace(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", "order_id\nA1\n")
    with pytest.raises(DataRefusedError, match="orders: column 'ts' is not in"):
        ltv.open(root)
