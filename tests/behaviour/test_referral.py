"""Referral: hand-built trees, an independent implementation in plain Python, SQLite, and what is true of the mall."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_mall import Mall

import ltv
from ltv.behaviour.referral_figures import largest_tree, tree_rows
from ltv.behaviour.referral_result import Referral
from ltv.behaviour.referral_tree import KINDS
from ltv.errors import UsageError
from ltv.workspace.store import check_result

AS_OF, END = date(2026, 6, 30), pd.Timestamp("2026-07-01")
NONE = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2020-01-01")], "amount": [0.0], "status": ["failed"]})
Row = tuple[int | None, int | None, str]


def invites(rows: list[Row], channel: str = "link") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["inviter_user_id", "invitee_user_id", "ts"])
    ids = {c: frame[c].astype("Int64") for c in ("inviter_user_id", "invitee_user_id")}
    return frame.assign(**ids, ts=pd.to_datetime(frame["ts"], format="ISO8601"), channel=channel)


def orders(rows: list[tuple[int, str, float]], status: str = "paid") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["user_id", "ts", "amount"])
    return frame.assign(ts=pd.to_datetime(frame["ts"], format="ISO8601"), status=status)


def kinds(found: Referral) -> dict[str, int]:
    counted = found.set_apart.set_index("kind")["rows"]
    return {str(k): int(n) for k, n in counted.items() if n}


def pairs(found: Referral) -> set[tuple[int, int, int]]:
    return {(int(r.inviter), int(r.invitee), int(r.depth)) for r in found.edges.itertuples()}


def run(rows: list[Row], bought: pd.DataFrame = NONE, **options: object) -> Referral:
    return ltv.referral(invites(rows), bought, **{"as_of": AS_OF} | options)


# ---- what counts


def test_the_first_invitation_of_a_person_counts_and_later_ones_are_told_apart():
    found = run([(1, 2, "2026-01-02"), (3, 2, "2026-01-01"), (1, 2, "2026-01-03")])
    assert pairs(found) == {(3, 2, 1)}
    assert kinds(found) == {"counted": 1, "again": 2}


def test_who_came_alone_is_not_invited_later():
    found = run([(None, 2, "2026-01-01"), (1, 2, "2026-01-02"), (None, 2, "2026-01-03")])
    assert kinds(found) == {"alone": 2, "again": 1}
    assert found.table.empty


def test_who_invites_themselves_is_told_apart_and_can_still_be_invited():
    found = run([(2, 2, "2026-01-01"), (1, 2, "2026-01-02")])
    assert pairs(found) == {(1, 2, 1)}
    assert kinds(found) == {"counted": 1, "self": 1}


def test_of_a_circle_the_latest_invitation_is_cut():
    found = run([(1, 2, "2026-01-01"), (2, 3, "2026-01-02"), (3, 1, "2026-01-03")])
    assert pairs(found) == {(1, 2, 1), (2, 3, 2)}
    assert kinds(found) == {"counted": 2, "cycle": 1}


def test_a_later_invitation_of_somebody_above_is_a_circle_and_not_a_repeat():
    rows = [
        (None, 1, "2026-01-01"),
        (1, 2, "2026-01-02"),
        (2, 3, "2026-01-03"),
        (3, 1, "2026-01-04"),
        (2, 1, "2026-01-05"),
    ]
    assert kinds(run([*rows, (9, 1, "2026-01-06")])) == {"counted": 2, "alone": 1, "cycle": 2, "again": 1}


def test_an_inviter_nobody_knows_still_makes_the_invitation_the_first():
    sent = invites([(None, 2, "2026-01-01"), (1, 2, "2026-01-02"), (1, None, "2026-01-03"), (None, 5, "2026-01-03")])
    sent["inviter_value"] = ["lost", "M1", "M1", None]
    found = ltv.referral(sent, NONE, as_of=AS_OF)
    assert kinds(found) == {"again": 1, "unknown": 2, "alone": 1}


def test_of_two_rows_at_one_moment_the_one_with_an_inviter_counts():
    assert kinds(run([(None, 2, "2026-01-01"), (1, 2, "2026-01-01")])) == {"counted": 1, "alone": 1}


def test_a_chain_of_any_length_is_followed_and_only_the_levels_asked_for_are_told():
    chain = [(n, n + 1, f"2026-01-01 00:00:{n % 60:02}.{n:06}") for n in range(3_000)]
    found = run(chain, depth=3)
    assert found.edges["depth"].max() == 3_000
    assert found.table["depth"].tolist() == [1, 2, 3]
    deeper = found.views["set_apart"].data.set_index("kind").loc["deeper", "rows"]
    assert deeper == 2_997


# ---- rings


def burst(first: int, n: int, day: str) -> list[Row]:
    """A binary tree of people who brought each other in within hours, closed to a circle."""
    start = pd.Timestamp(day)
    joined = [str(start + pd.Timedelta(hours=3 * k)) for k in range(n)]
    rows: list[Row] = [(None, first, joined[0])]
    rows += [(first + (k - 1) // 2, first + k, joined[k]) for k in range(1, n)]
    return [*rows, (first + n - 1, first, str(start + pd.Timedelta(hours=3 * n)))]


def others(n: int = 200) -> tuple[list[Row], list[tuple[int, str, float]]]:
    """People invited one by one, of whom six in ten buy."""
    rows: list[Row] = [(None, 1, "2026-01-01")]
    rows += [(1, 100 + k, f"2026-02-{k % 28 + 1:02}") for k in range(n)]
    return rows, [(100 + k, "2026-03-01", 10.0) for k in range(n) if k % 10 < 6]


def test_a_ring_is_found_with_its_circle_and_counts_for_nothing():
    rows, bought = others()
    found = run([*rows, *burst(1_000, 9, "2026-03-01")], orders(bought))
    assert kinds(found) == {"counted": 200, "alone": 2, "ring": 9}
    assert found.set_apart.set_index("kind").loc["ring", ["people", "groups"]].tolist() == [9, 1]
    assert found.table["invitees"].sum() == 200
    assert any("团伙" in words for words in found.takeaways("zh"))


def test_one_who_bought_keeps_a_group_from_being_a_ring():
    rows, bought = others()
    found = run([*rows, *burst(1_000, 9, "2026-03-01")], orders([*bought, (1_008, "2026-06-01", 1.0)]))
    assert kinds(found)["counted"] == 208
    assert "ring" not in kinds(found)


def test_a_group_that_had_no_time_to_buy_is_pending_and_no_ring():
    rows, bought = others()
    sent = [*rows, *burst(1_000, 9, "2026-05-31")]
    young = run(sent, orders(bought), as_of=date(2026, 6, 29))
    assert "ring" not in kinds(young)
    assert young.table["pending"].sum() == 8
    assert kinds(run(sent, orders(bought), as_of=date(2026, 6, 30)))["ring"] == 9


def test_a_group_must_be_larger_where_few_of_the_invited_buy():
    rows, bought = others()
    sent = [*rows, *burst(1_000, 9, "2026-03-01")]
    rare = run(sent, orders(bought[:20]))  # one in ten buys: nine who do not are no wonder
    assert "ring" not in kinds(rare)
    assert rare.terms.least_ring > 40
    assert kinds(run([*rows, *burst(1_000, 60, "2026-03-01")], orders(bought[:20]), ring_days=9))["ring"] == 60


def test_a_group_that_took_its_time_is_no_ring():
    rows, bought = others()
    slow = [(1_000 + k, 1_001 + k, str(pd.Timestamp("2026-01-01") + pd.Timedelta(days=4 * k))) for k in range(9)]
    assert "ring" not in kinds(run([*rows, *slow], orders(bought)))
    assert kinds(run([*rows, *slow], orders(bought), ring_days=4))["ring"] == 9


def test_fewer_than_one_in_a_hundred_groups_of_honest_people_is_taken_for_a_ring():
    draw, size, groups = np.random.default_rng(1), 8, 2_000
    head = np.arange(groups) * 1_000
    inviter = np.repeat(head, size - 1)
    invitee = (head[:, None] + np.arange(1, size)).ravel()
    ts = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 48, len(invitee)), unit="h")
    sent = pd.DataFrame({"inviter_user_id": inviter, "invitee_user_id": invitee, "ts": ts, "channel": "link"})
    everybody = np.concatenate([head, invitee])
    bought = pd.DataFrame({"user_id": everybody[draw.random(len(everybody)) < 0.47], "ts": pd.Timestamp("2026-02-01")})
    found = ltv.referral(sent, bought.assign(amount=1.0, status="paid"), as_of=AS_OF)
    rings = found.set_apart.set_index("kind").loc["ring", "groups"]
    assert found.terms.least_ring == 8
    assert 0 < rings / groups < 0.01


# ---- conversion and revenue


def test_an_order_counts_from_the_invitation_to_the_end_of_the_window():
    rows = [(1, n, "2026-03-01 12:00:00") for n in range(2, 7)]
    moments = ["2026-03-01 11:59:59.999999", "2026-03-01 12:00:00", "2026-03-08 11:59:59.999999", "2026-03-08 12:00:00"]
    bought = orders([(n, at, 10.0 * n) for n, at in enumerate(moments, start=2)])
    line = run(rows, bought, window_days=7).table.iloc[0]
    assert line[["invitees", "converted", "pending", "revenue"]].tolist() == [5, 2, 0, 70.0]
    assert line["conversion_rate"] == pytest.approx(2 / 5)


def test_neither_a_failed_order_nor_a_refund_converts_but_a_refund_costs():
    rows = [(1, 2, "2026-03-01"), (1, 3, "2026-03-01")]
    bought = pd.concat([orders([(2, "2026-03-02", 10.0)], "failed"), orders([(3, "2026-03-02", -4.0)])])
    line = run(rows, bought).table.iloc[0]
    assert line[["converted", "revenue"]].tolist() == [0, -4.0]


def test_people_whose_window_is_open_are_pending_even_when_they_bought():
    rows = [(1, 2, "2026-06-01 00:00:00"), (1, 3, "2026-06-01 00:00:00.000001"), (1, 4, "2026-06-20")]
    bought = orders([(2, "2026-06-02", 1.0), (3, "2026-06-02", 2.0), (4, "2026-06-22", 4.0)])
    line = run(rows, bought, window_days=30).table.iloc[0]
    assert line[["invitees", "converted", "pending", "revenue", "conversion_rate"]].tolist() == [3, 1, 2, 7.0, 1.0]


def test_a_rate_is_blank_where_nobody_is_old_enough():
    found = run([(1, 2, "2026-06-29")])
    assert found.table["conversion_rate"].isna().all()
    check_result("referral", found.table)
    assert found.summary["k_factor"].isna().all()


# ---- the figures of a day


def test_k_is_invitations_for_each_user_times_conversion():
    rows = [
        (None, 1, "2026-06-01"),
        (1, 2, "2026-05-28"),
        (1, 3, "2026-05-29"),
        (1, 4, "2026-06-25"),
        (4, 5, "2026-06-28"),
    ]
    bought = orders(
        [(2, "2026-06-02", 10.0), (4, "2026-06-26", 10.0), (9, "2026-06-30 23:59:59", 1.0), (8, "2026-05-01", 1.0)]
    )
    last = run(rows, bought, window_days=7, period_days=30).summary.iloc[-1]
    # active in June: 1, 4, 5 by invitations, 2 and 9 by orders
    assert last[["users", "invitations", "matured", "effective"]].tolist() == [5, 2, 2, 2]
    assert last["invitations_per_user"] == pytest.approx(2 / 5)
    assert last["conversion_rate"] == pytest.approx(1 / 2)
    assert last["k_factor"] == pytest.approx(2 / 5 * 1 / 2)
    assert last["effective_per_user"] == pytest.approx(2 / 5)
    assert last["cycle_time_days"] == pytest.approx(3.0)


def test_who_is_registered_can_be_asked_instead_of_who_is_active():
    members = pd.DataFrame(
        {
            "user_id": [1, 2, 3, 4],
            "registered_at": pd.to_datetime(["2026-01-01", "2026-06-29", "2026-06-30", "2026-07-01"]),
        }
    )
    summary = run([(1, 2, "2026-06-29")], members=members, users="registered").summary
    assert summary["users"].tail(3).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("zone", "users", "sent"), [("UTC", 2, 1), ("Asia/Shanghai", 0, 0), ("America/New_York", 2, 1)]
)
def test_a_day_is_one_of_the_zone(zone, users, sent):
    late = [(1, 2, "2026-06-30 20:00:00")]  # the first of July in Shanghai
    last = run(late, timezone=zone, period_days=1).summary.iloc[-1]
    assert last[["users", "invitations"]].tolist() == [users, sent]


def test_days_hold_over_the_change_of_clocks():
    sent = [(1, 2, "2026-03-28 23:30:00"), (1, 3, "2026-03-29 22:30:00"), (1, 4, "2026-03-29 23:30:00")]
    found = run(sent, as_of=date(2026, 3, 29), timezone="Europe/London", period_days=1, history_days=2)
    assert found.summary["invitations"].tolist() == [1, 1]  # the third is of the thirtieth by summer time


# ---- an independent implementation


def by_hand(sent: pd.DataFrame) -> tuple[Counter[str], dict[int, tuple[int, int]]]:
    """Kinds and the forest, an invitation after the other: invitee → inviter and depth. Knows no rings."""
    rows = sent.sort_values("ts", kind="stable").to_dict("records")
    said: Counter[str] = Counter()
    first: dict[int, int | None] = {}
    late: list[tuple[int, int]] = []
    for row in rows:
        up, down = row["inviter_user_id"], row["invitee_user_id"]
        if pd.notna(up) and up == down:
            said["self"] += 1
        elif pd.isna(up):
            said["alone"] += 1
            first.setdefault(down, None)
        elif down in first:
            late.append((up, down))
        elif down in above(first, up):
            said["cycle"] += 1
            first[down] = None
        else:
            said["counted"] += 1
            first[down] = up
    for up, down in late:
        said["cycle" if down in above(first, up) else "again"] += 1
    forest = {v: (up, len(above(first, v)) - 1) for v, up in first.items() if up is not None}
    return said, forest


def above(first: dict[int, int | None], person: int) -> list[int]:
    found = [person]
    while (up := first.get(found[-1])) is not None:
        found.append(up)
    return found


def world(seed: int, n: int = 300, people: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    start = pd.Timestamp("2026-01-01")
    moment = start + pd.to_timedelta(draw.permutation(n) * 13 + draw.integers(0, 12, n), unit="h")
    inviter = pd.array(draw.integers(0, people, n), "Int64")
    inviter[draw.random(n) < 0.3] = pd.NA
    sent = pd.DataFrame({"inviter_user_id": inviter, "invitee_user_id": draw.integers(0, people, n), "ts": moment})
    bought = pd.DataFrame({"user_id": draw.integers(0, people, n), "amount": draw.integers(-20, 100, n) / 4})
    bought["ts"] = start + pd.to_timedelta(draw.integers(0, 200 * 24, n), unit="h")
    return sent.assign(channel=draw.choice(["link", "it's", "海报"], n)), bought.assign(
        status=draw.choice(["paid", "failed"], n)
    )


@pytest.mark.parametrize("seed", range(12))
def test_kinds_and_depths_are_those_of_a_walk_by_hand(seed):
    sent, bought = world(seed)
    found = ltv.referral(sent, bought, as_of=AS_OF)
    said, forest = by_hand(sent[sent["ts"] < END])
    assert "ring" not in kinds(found)
    assert kinds(found) == {k: n for k, n in said.items() if n}
    assert pairs(found) == {(up, v, depth) for v, (up, depth) in forest.items()}


@pytest.mark.parametrize("seed", range(6))
def test_conversion_and_revenue_are_those_counted_by_hand(seed):
    sent, bought = world(seed)
    found = ltv.referral(sent, bought, as_of=AS_OF, window_days=20, depth=2)
    inside = sent[sent["ts"] < END]
    first = (
        inside[inside["inviter_user_id"] != inside["invitee_user_id"]]
        .sort_values("ts")
        .drop_duplicates("invitee_user_id")
    )
    lines: dict[tuple[int, str], list[float]] = {}
    for v, (up, depth) in by_hand(inside)[1].items():
        row = first[first["invitee_user_id"] == v].iloc[0]
        until = row["ts"] + timedelta(days=20)
        own = bought[(bought["user_id"] == v) & (bought["ts"] >= row["ts"]) & (bought["ts"] < min(until, END))]
        paid = own[own["status"] == "paid"]
        did, is_over = (paid["amount"] >= 0).any(), until <= END
        if depth <= 2:
            line = lines.setdefault((depth, row["channel"]), [0, 0, 0, 0.0, set()])
            for k, more in enumerate((1, did and is_over, not is_over, paid["amount"].sum())):
                line[k] += more
            line[4].add(up)
    told = {
        (r.depth, r.channel): [r.invitees, r.converted, r.pending, pytest.approx(r.revenue), r.inviters]
        for r in found.table.itertuples()
    }
    assert {k: [*v[:4], len(v[4])] for k, v in lines.items()} == told


@pytest.mark.parametrize("seed", range(4))
def test_every_day_is_as_if_it_were_the_last(seed):
    sent, bought = world(seed)
    whole = ltv.referral(sent, bought, as_of=AS_OF, window_days=9, period_days=20, history_days=40).summary
    for back in (0, 7, 39):
        day = AS_OF - timedelta(days=back)
        alone = ltv.referral(sent, bought, as_of=day, window_days=9, period_days=20, history_days=1).summary
        pd.testing.assert_frame_equal(whole[whole["date"] == day].reset_index(drop=True), alone)


# ---- invariants


@settings(max_examples=20)
@given(st.data())
def test_any_order_of_rows_gives_the_same_and_every_row_has_one_kind(data):
    person = st.integers(0, 7)
    row = st.tuples(st.none() | person, person, st.integers(0, 9), st.sampled_from("ab"))
    rows = data.draw(st.lists(row, max_size=25))
    frame = pd.DataFrame(rows, columns=["inviter_user_id", "invitee_user_id", "ts", "channel"])
    frame = frame.astype({"inviter_user_id": "Int64", "invitee_user_id": "Int64", "channel": "str"})
    frame["ts"] = pd.Timestamp("2026-03-01") + pd.to_timedelta(frame["ts"], unit="D")
    other = frame.iloc[data.draw(st.permutations(range(len(frame))))]
    bought = orders([(n, "2026-03-15", 5.0) for n in range(0, 8, 2)])
    one, two = (ltv.referral(f, bought, as_of=AS_OF, depth=20, ring_people=2) for f in (frame, other))
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.summary, two.summary)
    pd.testing.assert_frame_equal(one.set_apart, two.set_apart)
    assert one.set_apart["rows"].sum() == len(frame)
    assert one.table["invitees"].sum() == len(one.edges) == kinds(one).get("counted", 0)
    assert (one.edges.groupby("invitee").size() == 1).all()
    assert (one.table["converted"] + one.table["pending"] <= one.table["invitees"]).all()


def test_what_comes_later_changes_nothing():
    sent, bought = world(3)
    before = ltv.referral(sent, bought, as_of=date(2026, 4, 30))
    later = pd.DataFrame(
        {
            "inviter_user_id": [1, 2],
            "invitee_user_id": [50, 1],
            "ts": [pd.Timestamp("2026-05-01")] * 2,
            "channel": "link",
        }
    )
    after = ltv.referral(
        pd.concat([sent[sent["ts"] < "2026-05-01"], later]),
        pd.concat([bought[bought["ts"] < "2026-05-01"], orders([(n, "2026-05-01", 1e6) for n in range(60)])]),
        as_of=date(2026, 4, 30),
    )
    for name in ("table", "summary", "set_apart", "edges"):
        pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))


def test_ids_may_be_far_apart():
    sent, bought = world(1)
    far = [f.copy() for f in (sent, bought)]
    far[0][["inviter_user_id", "invitee_user_id"]] *= 10**12
    far[1]["user_id"] *= 10**12
    one, two = ltv.referral(sent, bought, as_of=AS_OF), ltv.referral(*far, as_of=AS_OF)
    for name in ("table", "summary", "set_apart"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


def test_inputs_are_not_changed():
    sent, bought = world(1)
    copies = sent.copy(), bought.copy()
    ltv.referral(sent, bought, as_of=AS_OF)
    pd.testing.assert_frame_equal(sent, copies[0])
    pd.testing.assert_frame_equal(bought, copies[1])


# ---- SQLite


@pytest.mark.parametrize("depth", [1, 3, 5])
def test_the_recursive_query_on_a_real_sqlite_gives_the_same_table(tmp_path, depth):
    sent, bought = world(5, n=2_000, people=900)
    sent["ts"] += pd.Timedelta(milliseconds=7)
    found = ltv.referral(sent, bought, as_of=AS_OF, depth=depth)
    path = tmp_path / "invites.db"
    written = ltv.write_invite_traces(found, path)
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(ltv.invite_tree_query(), {"depth": depth}).fetchall()
        columns = [c[1] for c in db.execute("PRAGMA table_info(invite_traces)")]
        stored = db.execute(
            "SELECT COUNT(*), COUNT(inviter_id), MIN(created_at), COUNT(DISTINCT invitee_id) FROM invite_traces"
        ).fetchone()
        order = [r[0] for r in db.execute("SELECT created_at FROM invite_traces ORDER BY id")]
    assert rows == list(found.table[["depth", "channel", "inviters", "invitees"]].itertuples(index=False, name=None))
    assert columns == ["id", "invitee_id", "inviter_id", "channel", "created_at"]
    assert stored[:2] == (written, len(found.edges))
    assert stored[3] == written
    assert stored[2].endswith(".007")
    assert order == sorted(order)


def test_a_file_that_is_there_is_replaced(tmp_path):
    found = run([(1, 2, "2026-01-01")])
    path = tmp_path / "invites.db"
    path.write_text("something else")
    assert ltv.write_invite_traces(found, path) == ltv.write_invite_traces(found, path) == 1


# ---- the mall


def test_the_rings_cheats_and_depths_of_the_mall_are_found(mall: Mall):
    truth = mall.db.execute(
        "SELECT inviter AS inviter_user_id, invitee AS invitee_user_id, ts, kind, depth FROM true_referrals"
    ).df()
    truth["inviter_user_id"] = truth["inviter_user_id"].astype("Int64")
    bought = mall.db.execute(
        "SELECT person AS user_id, ts, amount, status FROM last_orders JOIN owners USING (id_type, id_value)"
    ).df()
    found = ltv.referral(truth.drop(columns=["kind", "depth"]).assign(channel="link"), bought, as_of=AS_OF, depth=20)
    told, said = kinds(found), truth["kind"].value_counts()
    assert [told[k] for k in ("self", "counted", "ring", "alone")] == [
        said[k] for k in ("self", "genuine", "ring", "alone")
    ]
    assert told["cycle"] == pytest.approx(said["cycle"], abs=2)  # who is invited again by chance from below is both
    assert told["cycle"] + told["again"] == said["cycle"] + said["again"]
    genuine = truth[truth["kind"] == "genuine"]
    assert pairs(found) == set(
        zip(genuine["inviter_user_id"], genuine["invitee_user_id"], genuine["depth"], strict=True)
    )


# ---- bad input, and the page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"depth": 0}, "depth: found 0, allowed: a whole number from 1 to 20"),
        ({"window_days": True}, "window_days: found True"),
        ({"period_days": 2.5}, "period_days: found 2.5"),
        ({"users": "all"}, "users: found 'all', allowed: active, registered"),
        ({"users": "registered"}, "users: found 'registered', allowed: registered only in a call with members"),
        ({"goal": 0}, "goal: found 0, allowed: more than 0, or None"),
        ({"timezone": "Mars"}, "timezone: found 'Mars'"),
    ],
)
def test_a_bad_argument_is_one_line(options, said):
    with pytest.raises(UsageError) as error:
        run([(1, 2, "2026-01-01")], **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_table_without_its_columns_is_one_line():
    with pytest.raises(
        UsageError, match="invites columns: found 'invitee_user_id, ts, channel', allowed: also inviter_user_id"
    ):
        ltv.referral(invites([(1, 2, "2026-01-01")]).drop(columns="inviter_user_id"), NONE, as_of=AS_OF)
    with pytest.raises(UsageError, match=r"invites\.inviter_user_id: found 'varchar'"):
        ltv.referral(invites([(1, 2, "2026-01-01")]).assign(inviter_user_id="M1"), NONE, as_of=AS_OF)
    with pytest.raises(UsageError, match=r"orders columns: .* also amount or value"):
        ltv.referral(invites([(1, 2, "2026-01-01")]), NONE.drop(columns="amount"), as_of=AS_OF)


def test_no_invitation_at_all_is_said_plainly():
    found = run([])
    assert found.table.empty
    assert found.takeaways("en") == ["No invitation that counts by this day."]
    assert check_result("referral", found.table) is not None
    assert ltv.show(found).blocks


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_can_be_drawn_and_every_table_is_the_one_of_the_contract(lang):
    sent, bought = world(2, n=3_000, people=1_500)
    found = ltv.referral(sent, bought, as_of=AS_OF, goal=0.45)
    for name, view in found.views.items():
        if view.kind == "chart":
            assert found.figure(name, lang=lang).data
    check_result("referral", found.table)
    check_result("referral_summary", found.summary)
    assert [str(k) for k in found.set_apart["kind"]] == list(KINDS)
    assert ltv.show(found).blocks


def test_the_largest_tree_is_drawn_with_its_first_levels():
    rows = [(1, n, f"2026-01-01 00:00:{n:02}") for n in range(2, 50)] + [(2, 90, "2026-01-02"), (80, 81, "2026-01-01")]
    found = run(rows)
    tree = largest_tree(found.edges)
    drawn = tree_rows(tree)
    assert (len(tree), len(drawn), drawn["user_id"].iloc[0]) == (49, 36, 1)
    assert drawn["y"].iloc[1:].is_unique
    assert "共 50 人，2 层；画出 36 人" in found.views["tree"].note.zh


@pytest.mark.parametrize(
    ("goal", "state", "words"),
    [(0.45, "bad", "does not carry"), (0.01, "good", "reaches its goal"), (None, "none", "effective invitations in")],
)
def test_effective_invitations_are_held_against_the_goal(goal, state, words):
    rows = [(1, n, f"2026-06-{n:02}") for n in range(2, 6)] + [(None, n, "2026-06-01") for n in range(100, 130)]
    found = run(rows, orders([(2, "2026-06-10", 5.0)]), goal=goal, window_days=10)
    assert found.key_figures[0].state == state
    assert words in found.takeaways("en")[0]
