"""Vectors of everybody: everything between 0 and 1, what is missing marked, each value at its own person."""

import numpy as np
import pandas as pd
import pytest
from support_serving import HORIZONS, tables

from ltv.errors import UsageError
from ltv.lifetime.feature_catalogue import FEATURE
from ltv.serving.vectors import vectors


def made(given=None):
    given = given or tables()
    return vectors(given["sequence_features"], scores=given["ltv_scores"], churn=given["churn_scores"])


def test_everything_is_between_0_and_1_and_named():
    found = made()
    assert found.names == (
        *FEATURE, *(f"{n}_{d}d" for d in HORIZONS for n in ("value", "p_purchase")), "churn_probability",
    )  # fmt: skip
    assert found.matrix.dtype == np.float32
    assert found.matrix.shape == (20, len(found.names))
    assert (found.matrix >= 0).all()
    assert (found.matrix <= 1).all()


def test_what_is_missing_is_marked_and_stands_at_the_median_of_the_known():
    given = tables()
    found = made(given)
    for place, name in enumerate(FEATURE):
        unknown = given["sequence_features"][name].isna().to_numpy()
        assert ((found.missing >> place & 1).astype(bool) == unknown).all(), name
        assert (found.matrix[unknown, place] == np.float32(found.entries[place].scale.missing_value)).all()
    active = set(given["churn_scores"]["user_id"])
    last = len(found.names) - 1
    assert [bool(m >> last & 1) for m in found.missing] == [i not in active for i in found.user_ids]


def test_rows_may_come_in_any_order_and_people_without_a_sequence_are_left_out():
    given = tables()
    mixed = {name: frame.sample(frac=1, random_state=1) for name, frame in given.items()}
    stranger = given["ltv_scores"].head(1).assign(user_id=7)
    mixed["ltv_scores"] = pd.concat([mixed["ltv_scores"], stranger])
    one, other = made(given), made(mixed)
    assert (one.user_ids == other.user_ids).all()
    np.testing.assert_array_equal(one.matrix, other.matrix)


def test_more_is_more_and_a_share_is_itself():
    given = tables()
    found, frame = made(given), given["sequence_features"]
    known = frame["recency_days"].notna()
    order = frame.loc[known, "recency_days"].rank()
    assert pd.Series(found.matrix[known, found.names.index("recency_days")]).rank().tolist() == order.tolist()
    known = frame["cart_share"].notna()
    told = found.matrix[known, found.names.index("cart_share")]
    np.testing.assert_allclose(told, frame.loc[known, "cart_share"], rtol=1e-6)


def test_without_scores_there_are_the_37_alone():
    assert len(vectors(tables()["sequence_features"]).names) == 37


@pytest.mark.parametrize("rows", [slice(0, 0), [0, 0]])
def test_nobody_and_somebody_twice_are_refused(rows):
    with pytest.raises(UsageError, match=r"sequence_features.user_id: found '\d rows', allowed: at least one, one row"):
        vectors(tables()["sequence_features"].iloc[rows])


def test_too_many_horizons_are_refused():
    given = tables()
    many = pd.concat([given["ltv_scores"].assign(horizon_days=d) for d in range(1, 15)])
    with pytest.raises(UsageError, match="features: found 65, allowed: at most 63"):
        vectors(given["sequence_features"], scores=many)


def test_every_number_says_what_it_is_in_both_languages():
    for entry in made().entries:
        told = entry.as_dict()
        assert all(told[key][lang].strip() for key in ("label", "why", "meaning") for lang in ("zh", "en"))
        assert told["how"] in ("share", "rank")
