"""The CSV for the CRM is whole at every moment, holds each intervention once, and runs nothing in a spreadsheet."""

import csv
import io
import json

import pytest
from support_disk import small_disk
from support_dispatch import FILE, outbox_of, planned, send_all, states

from ltv.dispatch import Notice, id_of
from ltv.dispatch.leases import Message
from ltv.dispatch.sinks.file_drop import COLUMNS, FileSink
from ltv.settings import parse
from ltv.text import Text


def sink(root, path="data/crm"):
    (endpoint,) = parse({"endpoints": [FILE | {"path": str(path)}]}).endpoints
    return FileSink(endpoint, root=root)


def message(one):
    return Message(one.intervention_id, "list", one.body, one.playbook, 0, 10**15, 0)


def rows(path):
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_a_row_holds_what_the_crm_needs(tmp_path):
    one = planned(payload={"渠道": "短信"}, offer_id="O1", endpoint="list")
    (answer,) = sink(tmp_path).send([message(one)])
    assert (answer.kind, answer.why) == ("accepted", "list-2026-06-30.csv")
    (row,) = rows(tmp_path / "data" / "crm" / "list-2026-06-30.csv")
    assert list(row) == list(COLUMNS)
    assert (row["intervention_id"], row["user_id"], row["offer_id"]) == (one.intervention_id, "1", "O1")
    assert json.loads(row["payload"]) == {"渠道": "短信"}
    assert row["reason_zh"] == "连续两天流失风险偏高"


def test_the_same_intervention_again_adds_nothing(tmp_path):
    made = sink(tmp_path)
    first = [message(planned(n)) for n in range(3)]
    made.send(first)
    assert [a.kind for a in made.send([*first, message(planned(9))])] == ["accepted"] * 4
    made.send([message(planned(10)), message(planned(10))][:1])
    found = rows(tmp_path / "data" / "crm" / "list-2026-06-30.csv")
    assert len(found) == len({r["intervention_id"] for r in found}) == 5


def test_a_payload_larger_than_the_librarys_fields_is_read_back(tmp_path):
    made = sink(tmp_path)
    large = message(planned(1, payload={"x": "y" * 300_000}))
    made.send([large])
    assert [a.kind for a in made.send([large, message(planned(2))])] == ["accepted"] * 2
    assert (tmp_path / "data" / "crm" / "list-2026-06-30.csv").read_text().count(planned(1).intervention_id) == 1


def test_a_file_somebody_has_saved_in_another_encoding_is_left_alone(tmp_path):
    path = tmp_path / "data" / "crm" / "list-2026-06-30.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes("编号,日期\r\n".encode("gb18030"))
    (answer,) = sink(tmp_path).send([message(planned(1))])
    assert answer.kind == "unsent"
    assert path.read_bytes() == "编号,日期\r\n".encode("gb18030")


def test_no_cell_is_a_formula(tmp_path):
    evil = Text('=HYPERLINK("http://x")', "＋cmd|'/c calc'!A1")
    sink(tmp_path).send([message(planned(reason=evil, playbook="@SUM(A1)", offer_id="-1+1"))])
    (row,) = rows(tmp_path / "data" / "crm" / "list-2026-06-30.csv")
    assert all(row[name].startswith("'") for name in ("reason_zh", "reason_en", "playbook", "offer_id"))


def test_a_full_disk_leaves_the_file_as_it_was_and_the_messages_waiting(tmp_path):
    with small_disk(tmp_path / "small", kilobytes=64) as folder:
        made = sink(tmp_path, folder)
        made.send([message(planned(1))])
        before = (folder / "list-2026-06-30.csv").read_bytes()
        (answer,) = made.send([message(planned(2, payload={"x": "y" * 100_000}))])
        assert (answer.kind, "No space left on device" in answer.why) == ("unsent", True)
        assert (folder / "list-2026-06-30.csv").read_bytes() == before


def test_a_whole_outbox_goes_into_its_days(tmp_path, clock):
    import datetime as dt

    outbox = outbox_of(tmp_path, clock=clock, batch=7)
    days = [dt.date(2026, 6, 29), dt.date(2026, 6, 30)]
    outbox.enqueue([planned(n, endpoint="list", date=days[n % 2]) for n in range(30)])
    outbox.notify([Notice(id_of("note"), "list", {"text": "全部"}, clock() + dt.timedelta(hours=1))])
    send_all(outbox, {"list": sink(tmp_path)})
    assert states(outbox) == {"ACKED": 31}
    found = {p.name: len(rows(p)) for p in (tmp_path / "data" / "crm").glob("*.csv")}
    assert found == {"list-2026-06-29.csv": 15, "list-2026-06-30.csv": 15, "list-notices.csv": 1}


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_a_line(tmp_path, folder):
    (tmp_path / "file").write_text("x")
    (answer,) = sink(tmp_path, folder).send([message(planned(1))])
    assert answer.kind == "unsent"
    assert len(answer.why.splitlines()) == 1
