"""The stored graph: whatever comes in whatever pieces, it holds the people that all of it at once gives."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_identity import SETTINGS, as_numbered, by_arrival, first_seen, links, moment, named_after_the_oldest

from ltv.errors import CorruptError
from ltv.identity import people
from ltv.identity.state.store import State
from ltv.warehouse.duck import DuckEngine

LATE = moment(10_000)


def at_once(rows, numbers, as_of=LATE):
    identifiers, linked = as_numbered(rows, numbers, first_seen(rows))
    with DuckEngine() as engine:
        engine.register("identifiers", identifiers)
        engine.register("links", linked)
        return people.user_ids(engine, as_of, SETTINGS).to_pandas()


def stored(state):
    return state.engine.frame(state.user_ids())


def same(found, wanted):
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-12)


def give(state, rows, numbers, seen=None):
    identifiers, linked = as_numbered(rows, numbers, first_seen(rows) if seen is None else seen)
    state.engine.register("identifiers", identifiers)
    state.engine.register("links", linked)


def cut(rows, sizes):
    batches, at = [], 0
    for size in sizes:
        batches.append(rows[at : at + size])
        at += size
    return [*batches, rows[at:]]


@settings(max_examples=25)
@given(links(), st.data())
def test_batches_of_any_size_in_any_order_give_the_people_of_all_at_once(rows, data):
    arrived = data.draw(st.permutations(rows))
    sizes = data.draw(st.lists(st.integers(0, 12), max_size=5))
    numbers: dict = {}
    with State(None, SETTINGS) as state:
        for batch in cut(arrived, sizes):
            numbers = by_arrival(batch, numbers)
            give(state, batch, numbers)
            state.add()
        found = stored(state)
    same(found, at_once(rows, numbers))
    same(named_after_the_oldest(found), named_after_the_oldest(at_once(rows, by_arrival(rows))))


@settings(max_examples=20)
@given(links(), st.lists(st.integers(0, 70), min_size=1, max_size=5), st.data())
def test_day_after_day_gives_what_a_look_from_the_last_day_alone_gives(rows, days, data):
    """Inputs grow: some rows of earlier days arrive late; whatever was there before stays."""
    numbers: dict = {}
    given_rows: list = []
    waiting = data.draw(st.permutations(rows))
    with State(None, SETTINGS) as state:
        for day in sorted(days):
            more = data.draw(st.integers(0, len(waiting)))
            given_rows, waiting = given_rows + waiting[:more], waiting[more:]
            numbers = by_arrival(given_rows, numbers)
            give(state, given_rows, numbers)
            state.advance(moment(day))
            same(stored(state), at_once(given_rows, numbers, as_of=moment(day)))


TABLET = ("device", "tablet")
ROWS = [
    (("openid", "o1"), ("member", "M1"), 10),
    (TABLET, ("member", "M1"), 20),
    (TABLET, ("member", "M2"), 30),
    (("phone_hmac", "p"), ("member", "M2"), 40),
    (("device", "0000"), ("member", "M2"), 41),
    (("device", "d"), ("device", "d"), 42),
]


def test_a_batch_that_is_delivered_again_changes_nothing():
    numbers = by_arrival(ROWS)
    with State(None, SETTINGS) as state:
        give(state, ROWS, numbers)
        first = state.add()
        before = stored(state)
        give(state, ROWS[::-1] * 2, numbers)
        again = state.add()
        assert (first.observations, first.identifiers) == (6, len(numbers))
        assert (again.observations, again.identifiers, again.moved) == (0, 0, 0)
        same(stored(state), before)


def test_only_those_whom_new_links_concern_are_put_together_anew():
    many = [(("device", f"d{n}"), ("member", f"M{n}"), n) for n in range(10, 40)]
    numbers = by_arrival(ROWS + many)
    with State(None, SETTINGS) as state:
        give(state, ROWS + many, numbers)
        state.advance(moment(100))
        more = [(("device", "d10"), ("openid", "new"), 200)]
        give(state, ROWS + many + more, by_arrival(ROWS + many + more, numbers))
        added = state.advance(moment(300))
    assert added == type(added)(identifiers=1, observations=1, moved=3)


def test_what_comes_too_late_is_taken_in_without_making_all_anew():
    many = [(("device", f"d{n}"), ("member", f"M{n}"), n) for n in range(50)]
    late = (TABLET, ("member", "M7"), 5)
    numbers = by_arrival(ROWS + many)
    with State(None, SETTINGS) as state:
        give(state, ROWS + many, numbers)
        assert state.advance(moment(100)).is_rebuilt
        rows = [late, *ROWS, *many]
        give(state, rows, numbers)
        added = state.advance(moment(100))
        assert not added.is_rebuilt
        assert added.observations == 1
        same(stored(state), at_once(rows, numbers, as_of=moment(100)))


def test_what_the_inputs_lack_all_at_once_is_forgotten():
    numbers = by_arrival(ROWS)
    with State(None, SETTINGS) as state:
        give(state, ROWS, numbers)
        state.advance(moment(100))
        give(state, ROWS[:2], numbers)
        assert state.advance(moment(100)).is_rebuilt
        same(stored(state), at_once(ROWS[:2], numbers))


def test_the_same_inputs_as_of_the_same_moment_cost_no_change():
    numbers = by_arrival(ROWS)
    with State(None, SETTINGS) as state:
        give(state, ROWS, numbers)
        state.advance(moment(100))
        assert state.advance(moment(100)).moved == 0


def test_a_hub_of_many_takes_its_links_away_from_all_of_them():
    shared = ("device", "shop")
    rows = [(shared, ("openid", f"o{n}"), n) for n in range(6)]
    numbers = by_arrival(rows)
    with State(None, SETTINGS) as state:
        give(state, rows, numbers)
        state.add()
        assert stored(state)["user_id"].nunique() == 1
        more = [(shared, ("openid", "one more"), 7)]
        give(state, more, by_arrival(more, numbers))
        state.add()
        found = stored(state)
    assert found["user_id"].nunique() == len(found) == 8
    assert found.loc[found["id_value"] == "shop", "rule"].item() == "nobody"


def test_what_was_refused_is_counted_once_for_each_reason():
    shop = [(("device", "shop"), ("openid", f"o{n}"), n) for n in range(7)]
    torn = [(("member", "A"), ("openid", "x"), 1), (("openid", "x"), ("cookie", "c"), 2), (("cookie", "c"), ("openid", "y"), 3),
            (("openid", "y"), ("member", "B"), 4)]  # fmt: skip
    rows = ROWS + shop + torn
    with State(None, SETTINGS) as state:
        for _ in range(2):
            give(state, rows, by_arrival(rows))
            state.add()
        found = state.refused().set_index("reason")["links"].to_dict()
    assert found == {
        "with_itself": 1,
        "with_junk": 1,
        "too_many_neighbours": 7,
        "in_turn": 2,
        "by_limit": 1,
        "joined": 5,
    }


def test_the_state_is_in_its_file_and_another_process_goes_on_with_it(tmp_path):
    path, numbers = tmp_path / "graph.duckdb", by_arrival(ROWS)
    with State(path, SETTINGS) as state:
        give(state, ROWS[:3], numbers)
        state.add()
    with State(path, SETTINGS) as state:
        give(state, ROWS[3:], numbers)
        assert state.add().observations == 3
        same(stored(state), at_once(ROWS, numbers))


def test_other_rules_make_the_state_anew(tmp_path):
    path, numbers = tmp_path / "graph.duckdb", by_arrival(ROWS)
    with State(path, SETTINGS) as state:
        give(state, ROWS, numbers)
        state.advance(moment(100))
    other = replace(SETTINGS, limits={"member": 2})
    with State(path, other) as state:
        assert not len(stored(state))
        give(state, ROWS, numbers)
        assert state.advance(moment(100)).is_rebuilt
        found = stored(state)
    assert found.loc[found["id_type"] == "member", "user_id"].nunique() == 1


def test_a_file_that_is_no_state_is_told_in_one_line(tmp_path):
    path = tmp_path / "graph.duckdb"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(CorruptError, match=r"graph\.duckdb: the graph of identifiers is damaged; remove it") as told:
        State(path, SETTINGS)
    assert len(str(told.value).splitlines()) == 1


KILLED = """
import sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from support_identity import SETTINGS, as_numbered, by_arrival, first_seen
from ltv.identity.state.store import State
from identity_rows import OLD, NEW
numbers = by_arrival(NEW, by_arrival(OLD))
state = State(Path({path!r}), SETTINGS)
identifiers, linked = as_numbered(NEW, numbers, first_seen(NEW))
state.engine.register("identifiers", identifiers)
state.engine.register("links", linked)
print("ready", flush=True)
state.add()
print("added", flush=True)
"""


def test_kill_9_at_any_moment_leaves_the_old_state_or_the_new_one(tmp_path):
    old = [(("device", f"d{n}"), ("member", f"M{n}"), n) for n in range(300)]
    new = [(("device", f"d{n}"), ("openid", f"o{n % 150}"), 400 + n) for n in range(300)]
    (tmp_path / "identity_rows.py").write_text(f"OLD = {old!r}\nNEW = {new!r}\n")
    numbers = by_arrival(new, by_arrival(old))
    path = tmp_path / "graph.duckdb"
    outcomes = set()
    for late in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, None):
        for file in tmp_path.glob("graph.duckdb*"):
            file.unlink()
        with State(path, SETTINGS) as state:
            give(state, old, numbers)
            state.add()
            before = stored(state)
        outcomes.add(_killed(tmp_path, path, late))
        with State(path, SETTINGS) as state:
            after = stored(state)
            give(state, new, numbers)
            state.add()
            same(stored(state), at_once(old + new, numbers))
        assert after.equals(before) or after.equals(at_once_as_stored(old + new, numbers))
    assert "ready" in outcomes
    assert "added" in outcomes


def at_once_as_stored(rows, numbers):
    with State(None, SETTINGS) as state:
        give(state, rows, numbers)
        state.add()
        return stored(state)


def _killed(folder, path, late):
    """Run an increment in a process of its own and kill it some time after it has begun; tell how far it got."""
    code = KILLED.format(tests=str(Path(__file__).parents[2]), path=str(path))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == "ready\n"
        try:
            said, _ = process.communicate(timeout=late)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            said, _ = process.communicate()
    return said.strip() or "ready"
