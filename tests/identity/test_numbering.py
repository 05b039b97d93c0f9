"""The rows of tables get the numbers of their identifiers, by joins and by a dictionary alike."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ltv.contract import INPUTS
from ltv.errors import CorruptError
from ltv.identity import numbering
from ltv.identity.numbering import by_dictionary, by_joins
from ltv.warehouse.duck import DuckEngine

SPECS = {name: INPUTS[name] for name in ("links", "orders", "invites", "spend")}
NAME = st.one_of(
    st.just((None, None)),
    st.tuples(st.sampled_from(["member", "device", "设备"]), st.sampled_from(["a", "A", "", "é", "'"])),
)
MOMENT = st.integers(0, 3).map(lambda n: datetime(2026, 6, 1) + timedelta(days=n))
TABLES = st.fixed_dictionaries(
    {
        "links": st.lists(st.tuples(MOMENT, NAME, NAME), max_size=12),
        "orders": st.lists(st.tuples(MOMENT, NAME), max_size=12),
        "invites": st.lists(st.tuples(MOMENT, NAME, NAME), max_size=6),
    }
)


def tables(drawn):
    made = {"spend": pa.table({"date": pa.array([datetime(2026, 6, 1).date()]), "channel": ["sms"]})}
    for name, rows in drawn.items():
        columns = {
            "row": pa.array(range(len(rows)), pa.int64()),
            "ts": pa.array([r[0] for r in rows], pa.timestamp("us")),
        }
        for number, pair in enumerate(SPECS[name].identifiers, 1):
            for place, column in enumerate(pair):
                columns[column] = pa.array([r[number][place] for r in rows], pa.string())
        made[name] = pa.table(columns)
    return made


def given_numbers(number, drawn, folder):
    with DuckEngine() as engine:
        for name, table in tables(drawn).items():
            engine.register(name, table)
        numbers = number(engine, SPECS, folder=folder)
        found = {name: engine.frame(numbers.with_nodes(name, spec)) for name, spec in SPECS.items()}
        sort = {name: frame.sort_values("row", ignore_index=True) for name, frame in found.items() if "row" in frame}
        return sort | {"identifiers": engine.frame(numbers.identifiers()), "spend": found["spend"]}


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(TABLES, TABLES)
def test_a_dictionary_gives_the_numbers_that_joins_give(tmp_path_factory, first, second):
    folders = [tmp_path_factory.mktemp("ledger") for _ in range(2)]
    for drawn in (first, second):
        one, other = (given_numbers(n, drawn, f) for n, f in zip((by_joins, by_dictionary), folders, strict=True))
        for name, frame in one.items():
            pd.testing.assert_frame_equal(frame, other[name], check_dtype=False)


def test_one_goes_on_where_the_other_stopped(tmp_path):
    drawn = {"links": [(datetime(2026, 6, 1), ("device", "d"), ("member", "M"))], "orders": [], "invites": []}
    more = drawn | {"orders": [(datetime(2026, 5, 1), ("member", "earlier"))]}
    given_numbers(by_dictionary, drawn, tmp_path)
    given_numbers(by_joins, more, tmp_path)
    found = given_numbers(by_dictionary, more, tmp_path)["identifiers"]
    assert found[["node", "id_value"]].values.tolist() == [[1, "d"], [2, "M"], [3, "earlier"]]


def test_a_ledger_that_does_not_count_on_is_told(tmp_path):
    from ltv.warehouse.files import Entry, Manifest, sha256

    drawn = {"links": [(datetime(2026, 6, 1), ("device", "d"), ("member", "M"))], "orders": [], "invites": []}
    given_numbers(by_joins, drawn, tmp_path)
    (path,) = tmp_path.glob("*.parquet")
    frame = pd.read_parquet(path).assign(user_id=[1, 3])
    frame.to_parquet(path)
    Manifest(tmp_path).write({path.name: Entry(sha256(path), 2)})
    with pytest.raises(CorruptError, match="the ledger of user ids does not number identifiers one by one"):
        given_numbers(by_dictionary, drawn, tmp_path)


def test_moments_too_far_apart_for_one_number_are_still_put_in_order():
    """Where moment and position do not fit into 64 bits together, moments are cut: what looks alike then is compared."""
    rng = np.random.default_rng(3)
    n = 400
    moments = rng.choice([0, 1 << 62], n) + rng.integers(0, 200, n)
    assert int(moments.max()).bit_length() + n.bit_length() > 64
    kinds, values = rng.choice(["member", "device", "设备"], n), [f"{x:03}" for x in rng.permutation(n)]
    texts = pa.table({"id_type": pa.array(kinds).dictionary_encode(), "id_value": pa.array(values, pa.large_string())})
    wanted = sorted(range(n), key=lambda at: (moments[at], kinds[at].encode(), values[at]))
    assert numbering._oldest_first(texts, moments, 0).tolist() == wanted
