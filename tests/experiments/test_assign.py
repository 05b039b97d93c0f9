"""Assignment: shares hold, nobody changes variant when traffic grows, one at a time is as a column at a time."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from ltv.errors import UsageError
from ltv.experiments.assign import assign, assigned, named, variant_of
from ltv.settings import Experiment

SHARES = {"control": 0.5, "blue": 0.3, "red": 0.2}
COLOUR = Experiment("colour", "colour-1", SHARES, "control")
PEOPLE = pa.array([f"M{i}" for i in range(100_000)])


def variants(experiment, ids=PEOPLE):
    return np.array(assign(experiment, ids).column("variant").to_pylist(), object)


def share_p_value(given):
    seen = [np.count_nonzero(given == name) for name in SHARES]
    return stats.chisquare(seen, np.array(list(SHARES.values())) * sum(seen)).pvalue


@pytest.mark.parametrize(
    "experiment",
    [COLOUR, replace(COLOUR, traffic=0.25), replace(COLOUR, layer="page", layer_range=(2000, 4500), traffic=0.5)],
    ids=["everyone", "some", "some of a layer"],
)
def test_one_id_gets_what_it_gets_in_a_column(experiment):
    ids = ["M1", "用户42", "😀", "", *(f"id {i}" for i in range(500))]
    table = assign(experiment, pa.array(ids))
    one_by_one = [assigned(experiment, unit_id) for unit_id in ids]
    assert table.column_names == ["id", "variant", "bucket"]
    assert table.column("id").to_pylist() == ids
    assert table.column("variant").to_pylist() == [a.variant for a in one_by_one]
    assert table.column("bucket").to_pylist() == [a.bucket for a in one_by_one]
    assert [variant_of(experiment, unit_id) for unit_id in ids] == [a.variant for a in one_by_one]


def test_the_bucket_alone_decides_the_variant_in_the_order_of_declaration():
    table = assign(COLOUR, PEOPLE).to_pandas()
    edges = table.groupby("variant", observed=True)["bucket"].agg(["min", "max"])
    assert edges.loc["control"].tolist() == [0, 4999]
    assert edges.loc["blue"].tolist() == [5000, 7999]
    assert edges.loc["red"].tolist() == [8000, 9999]


def test_a_missing_id_has_no_variant_and_no_bucket():
    rows = assign(COLOUR, pa.array(["M1", None])).to_pylist()
    assert rows[1] == {"id": None, "variant": None, "bucket": None}
    assert rows[0]["variant"] in SHARES


def test_variants_have_their_shares_at_any_traffic():
    for traffic in (0.01, 0.1, 0.5, 1.0):
        given = variants(replace(COLOUR, traffic=traffic))
        assert share_p_value(given) > 0.001
        assert stats.binomtest(int((given != None).sum()), len(given), traffic).pvalue > 0.001  # noqa: E711  elementwise


def test_who_is_in_at_ten_percent_stays_in_with_the_same_variant_at_fifty():
    steps = [variants(replace(COLOUR, traffic=traffic)) for traffic in (0.0, 0.1, 0.5, 1.0)]
    assert not any(steps[0])
    for before, after in pairwise(steps):
        was_in = before.astype(bool)
        assert (before[was_in] == after[was_in]).all()
        assert was_in.sum() < after.astype(bool).sum()


def test_one_hash_for_traffic_and_variant_would_give_everyone_at_ten_percent_the_control():
    """The trap that the second hash is there for."""
    table = assign(COLOUR, PEOPLE).to_pandas()
    assert set(table[table["bucket"] < 1000]["variant"]) == {"control"}
    assert set(variants(replace(COLOUR, traffic=0.1))) == {None, *SHARES}


def test_experiments_of_one_layer_share_nobody_and_each_keeps_its_shares():
    one = replace(COLOUR, layer="page", layer_range=(0, 5000))
    other = replace(COLOUR, name="size", salt="size-1", layer="page", layer_range=(5000, 10_000))
    in_one, in_other = variants(one), variants(other)
    assert (in_one.astype(bool) ^ in_other.astype(bool)).all()
    assert min(share_p_value(in_one), share_p_value(in_other)) > 0.001


def test_experiments_of_two_layers_are_independent():
    one = variants(replace(COLOUR, layer="page", layer_range=(0, 5000))).astype(bool)
    other = variants(replace(COLOUR, salt="size-1", layer="cart", layer_range=(0, 5000))).astype(bool)
    met = np.histogram2d(one, other, bins=2)[0]
    assert stats.chi2_contingency(met, correction=False).pvalue > 0.001


def test_a_longer_range_of_a_layer_keeps_who_was_in():
    short, long = (variants(replace(COLOUR, layer="page", layer_range=(0, end))) for end in (2000, 6000))
    assert (short[short.astype(bool)] == long[short.astype(bool)]).all()


def test_an_experiment_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(UsageError, match="EXPERIMENT: found 'color', allowed: colour, size"):
        named([COLOUR, replace(COLOUR, name="size")], "color")
