"""A workspace knows people as of its date: who an identifier was at the time of a row, and nothing from later."""

import pandas as pd
import pytest
from support_people import TOML, event, link, shop
from support_workspace import at, csv, orders, put, workspace

from ltv.identity.state.store import Added, State
from ltv.workspace.unified import unified_ids


def people(root, date="2026-06-30") -> dict[str, int]:
    """Return the person of each event and of each order."""
    ws = at(root, date)
    frames = [ws.orders.frame().rename(columns={"order_id": "key"})]
    if ws.optional("events"):
        frames.append(ws.events.frame().rename(columns={"event_id": "key"}))
    rows = pd.concat(frames)
    return dict(zip(rows["key"], rows["user_id"], strict=True))


def test_without_links_every_identifier_is_a_person(tmp_path):
    found = people(shop(tmp_path, events=[event(1, "2026-06-02 10:00:00", "device", "d")]))
    assert len(set(found.values())) == 3


def test_what_somebody_did_before_the_first_login_is_theirs(tmp_path):
    root = shop(
        tmp_path,
        links=[link("2026-06-05 10:00:00", "d", "M1")],
        events=[event(1, "2026-06-02 10:00:00", "device", "d"), event(2, "2026-06-09 10:00:00", "device", "d")],
    )
    found = people(root)
    assert found["e1"] == found["e2"] == found["M1"] != found["M2"]


def test_an_earlier_day_does_not_know_the_link_yet(tmp_path):
    root = shop(
        tmp_path,
        links=[link("2026-06-05 10:00:00", "d", "M1")],
        events=[event(1, "2026-06-02 10:00:00", "device", "d")],
    )
    early, late = people(root, "2026-06-04"), people(root, "2026-06-05")
    assert early["e1"] != early["M1"]
    assert late["e1"] == late["M1"]
    assert late["M1"] == min(early["e1"], early["M1"])  # the older one survives


def test_a_shared_device_is_whose_login_was_last(tmp_path):
    root = shop(
        tmp_path,
        links=[link("2026-06-05 10:00:00", "d", "M1"), link("2026-06-07 10:00:00", "d", "M2")],
        events=[event(n, f"2026-06-0{n} 12:00:00", "device", "d") for n in (4, 5, 6, 7, 8)],
    )
    found = people(root)
    assert found["e5"] == found["e6"] == found["M1"]
    assert found["e7"] == found["e8"] == found["M2"]
    assert found["e4"] not in {found["M1"], found["M2"]}  # before anybody had logged in


def test_junk_is_nobody_and_the_settings_say_what_is_junk(tmp_path):
    events = [event(1, "2026-06-02 10:00:00", "device", "0000"), event(2, "2026-06-02 10:00:00", "device", "kaputt")]
    links = [link("2026-06-05 10:00:00", v, m) for v in ("0000", "kaputt") for m in ("M1", "M2")]
    found = people(shop(tmp_path / "a", links=links, events=events))
    assert pd.isna(found["e1"])
    assert not pd.isna(found["e2"])
    found = people(shop(tmp_path / "b", links=links, events=events, toml=TOML + '\n[identity]\njunk = ["kap*"]'))
    assert pd.isna(found["e2"])
    assert not pd.isna(found["e1"])


def test_more_accounts_a_person_can_be_allowed(tmp_path):
    links = [link("2026-06-05 10:00:00", "d", "M1"), link("2026-06-06 10:00:00", "d", "M2")]
    assert len(set(people(shop(tmp_path / "a", links=links)).values())) == 2
    two = TOML + "\n[identity]\nlimits = { member = 2 }"
    assert len(set(people(shop(tmp_path / "b", links=links, toml=two)).values())) == 1


def test_everybody_who_asks_the_same_finds_the_same_people_once(tmp_path):
    root = shop(tmp_path, links=[link("2026-06-05 10:00:00", "d", "M1")])
    first = people(root)
    made = list((root / "data/state/prepared").glob("people-*/user_ids-*.parquet"))
    before = [path.stat().st_mtime_ns for path in made]
    assert people(root) == first
    assert [path.stat().st_mtime_ns for path in made] == before
    assert len(made) == 1


def test_user_ids_have_no_overlap_and_no_gap(tmp_path):
    links = [link(f"2026-06-{d:02d} 10:00:00", "d", m) for d, m in ((5, "M1"), (7, "M2"), (9, "M1"), (11, "M1"))]
    table = at(shop(tmp_path, links=links), "2026-06-30").user_ids.frame()
    of_device = table[table["id_type"] == "device"].sort_values("valid_from")
    assert of_device["rule"].tolist() == ["last_login"] * 3
    assert of_device["valid_to"].tolist()[:-1] == of_device["valid_from"].tolist()[1:]
    assert pd.isna(of_device["valid_to"].iloc[-1])
    assert table["confidence"].between(0, 1).all()


def test_the_person_with_most_rows_is_somebody_and_a_customer_number_is_an_account(tmp_path):
    root = workspace(tmp_path, TOML)
    who = [("customer", "C1")] * 3 + [("customer", "C2")] + [("", "")] * 4
    rows = [
        {"order_id": f"o{n}", "id_type": t, "id_value": v, "ts": "2026-06-01 10:00:00"} for n, (t, v) in enumerate(who)
    ]
    put(root, "orders/a.csv", csv(orders(*rows)))
    page = unified_ids(at(root, "2026-06-30"))
    assert page.largest_share == 3 / 8
    assert page.key_figures[1].value == 4 / 8
    assert set(page.table["rule"]) == {"account"}


def test_an_inviter_is_a_person_too(tmp_path):
    root = shop(tmp_path, links=[link("2026-06-05 10:00:00", "d", "M1")])
    put(root, "invites/a.csv", csv([{"ts": "2026-06-10 10:00:00", "inviter_type": "device", "inviter_value": "d",
                                     "invitee_type": "member", "invitee_value": "M2", "channel": "link"}]))  # fmt: skip
    ws = at(root, "2026-06-30")
    (row,) = ws.invites.frame().to_dict("records")
    who = dict(zip(ws.orders.frame()["order_id"], ws.orders.frame()["user_id"], strict=True))
    assert (row["inviter_user_id"], row["invitee_user_id"]) == (who["M1"], who["M2"])


def advances(monkeypatch) -> list[Added]:
    """Record what each advance of the stored graph did."""
    seen: list[Added] = []
    advance = State.advance
    monkeypatch.setattr(State, "advance", lambda state, as_of: seen.append(advance(state, as_of)) or seen[-1])
    return seen


MANY = [link(f"2026-06-0{1 + n % 3} 10:00:00", f"d{n}", f"N{n}") for n in range(40)]


def test_the_next_day_changes_the_stored_graph_and_a_look_back_leaves_it(tmp_path, monkeypatch):
    seen = advances(monkeypatch)
    root = shop(tmp_path, links=[*MANY, link("2026-06-05 10:00:00", "d", "M1"), link("2026-06-07 10:00:00", "d", "M2")])
    early = people(root, "2026-06-04")
    late = people(root, "2026-06-07")
    assert [added.is_rebuilt for added in seen] == [True, False]
    assert seen[1].observations == 2
    assert people(root, "2026-06-05") is not None
    assert len(seen) == 2
    fresh = shop(tmp_path / "fresh", links=[*MANY, link("2026-06-05 10:00:00", "d", "M1"), link("2026-06-07 10:00:00", "d", "M2")])  # fmt: skip
    assert (people(fresh, "2026-06-07"), people(fresh, "2026-06-04")) == (late, early)


@pytest.mark.parametrize("damage", [b"no database" * 2000, None])
def test_a_damaged_graph_is_made_anew_from_the_inputs(tmp_path, damage):
    root = shop(tmp_path, links=[*MANY, link("2026-06-05 10:00:00", "d", "M1")])
    people(root, "2026-06-04")
    graph = root / "data/state/identity/graph.duckdb"
    whole = graph.read_bytes()
    middle = len(whole) // 2
    graph.write_bytes(damage or whole[:middle] + bytes(b ^ 0xFF for b in whole[middle:]))
    after = people(root, "2026-06-30")
    assert after == people(
        shop(tmp_path / "fresh", links=[*MANY, link("2026-06-05 10:00:00", "d", "M1")]), "2026-06-30"
    )
