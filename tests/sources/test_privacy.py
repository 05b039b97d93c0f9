"""Raw phone numbers and e-mail addresses are nowhere but in the source: not in a file, an error or a log."""

import hashlib
import hmac
import json
import logging

import pandas as pd
import pytest
from support_workspace import KEY, NOW, at, csv, orders, prepare, put, read, workspace

from ltv import settings
from ltv.errors import DataRefusedError
from ltv.sources.privacy import Hasher, keyed_hash, normal
from ltv.workspace.prepare import Preparation
from ltv.workspace.workspace import hmac_key
from ltv.workspace.workspace import open as open_workspace

PHONE, EMAIL = "13800138000", "li.lei@example.com"


def spellings(*numbers):
    return [normal("phone", number) for number in numbers]


def test_a_number_has_one_spelling_however_it_is_written():
    assert set(
        spellings(PHONE, "+86 138 0013 8000", "0086-13800138000", "(138)00138000", "１３８００１３８０００")
    ) == {PHONE}
    assert spellings("+44 20 7946 0958", "8613800138") == ["442079460958", "8613800138"]
    assert {normal("email", text) for text in (EMAIL, " Li.Lei@Example.COM ", "li.lei＠example.com")} == {EMAIL}


@pytest.mark.parametrize(
    ("kind", "text"), [("phone", "n/a"), ("phone", "0"), ("phone", "-"), ("email", "none"), ("email", " ")]
)
def test_what_is_no_number_makes_no_person(kind, text):
    assert Hasher(KEY)._one(kind, text) is None


def test_another_kind_of_identifier_is_neither_hashed_nor_in_need_of_a_key():
    hasher = Hasher(None)
    assert [hasher._one(kind, "13800138000") for kind in ("member", "phone_hmac", None)] == [None] * 3
    assert not hasher.wanted
    assert hasher._one(" Phone", "13800138000") is None
    assert hasher.wanted


def test_the_hash_is_hmac_sha256_over_kind_and_spelling():
    expected = hmac.new(KEY, f"phone:{PHONE}".encode(), hashlib.sha256).hexdigest()
    assert keyed_hash("phone", "+86 138 0013 8000", KEY) == expected
    assert len({expected, keyed_hash("email", PHONE, KEY), keyed_hash("phone", PHONE, b"another key")}) == 3


def raw_everywhere(root):
    """Fill a workspace with raw numbers in every place where they may come."""
    root = workspace(
        root,
        'timezone = "UTC"\nmax_quarantine_share = 1\n[sources.orders]\ncolumns = { Phone = "tel", email = "mail" }\n'
        '[sources.members]\nconstants = { id_type = " Phone " }\n'
        '[sources.events]\nsql = "select * from source"\npath = "data/events/*"',
    )
    raw = [
        {"id_type": "phone", "id_value": PHONE, "tel": PHONE, "mail": EMAIL},
        {"id_type": "EMAIL", "id_value": EMAIL, "tel": "+86 138-0013-8000", "mail": EMAIL.upper()},
        {"id_type": "phone", "id_value": PHONE, "tel": PHONE, "mail": EMAIL, "amount": "bad"},
        {"tel": "unknown"},
    ]
    twice = [
        {"order_id": "same", "amount": i, "id_type": "phone", "id_value": PHONE, "tel": PHONE, "mail": EMAIL}
        for i in (1, 2)
    ]
    short = f"A9,2026-06-01,shop,phone,{PHONE},{EMAIL}\n"
    put(root, "orders/a.csv", csv(orders(*raw, *twice)) + short)
    put(root, "members/a.csv", f"id_value,registered_at\n{PHONE},2026-06-01\n")
    event = {"ts": "2026-06-01", "source": "app", "event": "visit", "id_type": "phone"}
    put(root, "events/a.parquet", pd.DataFrame([event | {"event_id": 1.0, "id_value": float(PHONE)}]))
    put(
        root,
        "links/a.jsonl",
        json.dumps(
            {
                "ts": "2026-06-01",
                "source": "app",
                "id_type": "email",
                "id_value": EMAIL,
                "linked_type": "phone",
                "linked_value": int(PHONE),
            }
        )
        + f'\n{{"{PHONE}": \n',
    )
    put(
        root,
        "invites/a.csv",
        "ts,inviter_type,inviter_value,invitee_type,invitee_value,channel\n"
        f"2026-06-01,phone,{PHONE},email,{EMAIL},wechat\n",
    )
    return root


def test_raw_numbers_reach_no_file_of_the_workspace_in_whatever_table(tmp_path, caplog, capfd):
    root = raw_everywhere(tmp_path)
    caplog.set_level(logging.DEBUG)
    inputs = {p for p in (root / "data").rglob("*") if p.is_file()}
    ws = at(root, "2026-06-30")
    written = [p for p in (root / "data").rglob("*") if p.is_file() and p not in inputs]
    assert len(written) > 15
    said = "".join(capfd.readouterr()) + caplog.text
    for raw in (PHONE, "138-0013-8000", "138 0013 8000", EMAIL, EMAIL.upper()):
        assert [p for p in written if raw.encode() in p.read_bytes()] == []
        assert raw not in said
    tables = [pd.read_parquet(path) for path in written if path.suffix == ".parquet"]
    tables += [getattr(ws, name).frame() for name in ("orders", "members", "events", "links", "invites")]
    everything = "".join(table.astype(str).to_csv() for table in tables).lower()
    assert "hmac" in everything
    assert PHONE not in everything
    assert EMAIL not in everything


def test_the_same_number_is_the_same_person_in_every_table(tmp_path):
    ws = at(raw_everywhere(tmp_path), "2026-06-30")
    phone, email = keyed_hash("phone", PHONE, KEY), keyed_hash("email", EMAIL, KEY)
    assert ws.orders.query("select phone_hmac, email_hmac from self where order_id = 'A1'").iloc[0].tolist() == [
        phone,
        email,
    ]
    assert ws.orders.query("select id_type, id_value from self where order_id = 'A2'").iloc[0].tolist() == [
        "email_hmac",
        email,
    ]
    assert ws.orders.query("select phone_hmac is null as none from self where order_id = 'A4'")["none"].tolist() == [
        True
    ]
    (person,) = ws.orders.query("select user_id from self where order_id = 'A1'")["user_id"]
    assert ws.members.frame()["user_id"].tolist() == [person]
    assert ws.events.frame()[["id_value", "user_id"]].to_numpy().tolist() == [[phone, person]]
    assert ws.links.frame()[["id_value", "linked_value", "linked_user_id"]].to_numpy().tolist() == [
        [email, phone, person]
    ]
    assert ws.invites.frame()["inviter_user_id"].tolist() == [person]


def test_another_key_reads_the_tables_anew(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"id_type": "phone", "id_value": PHONE})))
    first, second, third = (prepare(root, key=key)["orders"].hash for key in (KEY, b"another", KEY))
    assert first == third != second


@pytest.mark.parametrize("where", ["id_type", "mapping"])
def test_raw_numbers_without_a_key_are_refused_by_the_name_of_the_variable(tmp_path, where):
    toml = 'timezone = "UTC"' + ('\n[sources.orders]\ncolumns = { email = "mail" }' if where == "mapping" else "")
    root = workspace(tmp_path, toml)
    put(
        root,
        "orders/a.csv",
        csv(orders({"mail": EMAIL} if where == "mapping" else {"id_type": "phone", "id_value": PHONE})),
    )
    with pytest.raises(DataRefusedError, match="LTV_HMAC_KEY") as refused:
        read(root, key=None)
    assert refused.value.exit_code == 3
    assert PHONE not in str(refused.value)
    assert not list((root / "read").rglob("*.parquet"))


def test_no_key_is_needed_where_no_raw_number_is(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\n[sources.orders]\ncolumns = { phone = "tel" }')
    put(root, "orders/a.csv", csv(orders({"tel": ""}, {"tel": "", "id_type": "phone_hmac", "id_value": "abc"})))
    assert read(root, key=None).facts.accepted == 2


def test_the_key_comes_from_the_environment(tmp_path, monkeypatch):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"id_type": "phone", "id_value": PHONE})))
    monkeypatch.delenv("LTV_HMAC_KEY", raising=False)
    assert hmac_key(root) is None
    with pytest.raises(DataRefusedError, match="LTV_HMAC_KEY"):
        open_workspace(root, date="2026-06-30")
    monkeypatch.setenv("LTV_HMAC_KEY", "geheim")
    ws = open_workspace(root, date="2026-06-30")
    assert ws.orders.frame()["id_value"].tolist() == [keyed_hash("phone", PHONE, b"geheim")]


@pytest.mark.parametrize(
    "sql",
    ["select *, cast(id_value as int) as n from source", "select *, error(id_value || ' ' || note) as n from source"],
)
def test_an_error_of_the_engine_shows_no_number(tmp_path, sql):
    root = workspace(tmp_path, f'timezone = "UTC"\n[sources.orders]\npath = "data/orders/*"\nsql = "{sql}"')
    put(root, "orders/a.csv", csv(orders({"id_type": "phone", "id_value": PHONE, "note": EMAIL})))
    (why,) = [p.refused for p in Preparation(root, settings.load(root), NOW, KEY).all().values() if p.refused]
    assert why.startswith("[sources.orders] sql: ")
    assert PHONE not in why
    assert EMAIL not in why


def test_a_simulated_mall_brings_its_key_along_and_the_environment_goes_first(tmp_path, monkeypatch):
    monkeypatch.delenv("LTV_HMAC_KEY", raising=False)
    mark = '{"complete": true, "files": {}, "arguments": {"hmac_key": "of the mall"}}'
    (tmp_path / "mall.json").write_text(mark, encoding="utf-8")
    assert hmac_key(tmp_path) == b"of the mall"
    put(tmp_path, "orders/real.csv", "order_id\n")  # a key that everybody knows is not for the numbers of real people
    assert hmac_key(tmp_path) is None
    monkeypatch.setenv("LTV_HMAC_KEY", "geheim")
    assert hmac_key(tmp_path) == b"geheim"
    monkeypatch.delenv("LTV_HMAC_KEY")
    (tmp_path / "mall.json").write_text("{", encoding="utf-8")
    assert hmac_key(tmp_path) is None
