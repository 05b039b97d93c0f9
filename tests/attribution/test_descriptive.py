"""Every method by hand, against slow definitions, and as what must hold of any of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_attribution import TERMS, ground, orders, touches
from support_credit import credit, journeys, markov, random_people, shapley

from ltv.attribution.descriptive import METHODS, RULES, descriptive, ordered_credit
from ltv.attribution.given import Ground
from ltv.errors import UsageError

HALF_LIFE = pd.Timedelta(days=TERMS["lookback_days"] / 2)


def _credit(found: Ground, method: str, outcome: str = "conversions", **options: Any) -> dict[str, float]:
    """Credit of channels, organic among them, but where there is none."""
    told = descriptive(found, methods=[method], **options)
    told = told[(told["outcome"] == outcome) & (told["campaign"] == "all") & (told["segment"] == "all")]
    return {name: value for name, value in zip(told["channel"], told["credit"], strict=True) if value}


def _all(found: Ground) -> pd.DataFrame:
    return descriptive(found).set_index(["method", "outcome", "segment_kind", "segment", "channel", "campaign"])[
        "credit"
    ]


ONE = ["1 a:impression@2 b@4 c:open@6 d:impression@9 $30@9"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("last_touch", {"b": 1}),
        ("first_touch", {"b": 1}),
        ("linear", {"a": 0.2 / 1.9, "b": 1 / 1.9, "c": 0.5 / 1.9, "d": 0.2 / 1.9}),
        ("position", {"a": 0.08 / 0.31, "b": 0.1 / 0.31, "c": 0.05 / 0.31, "d": 0.08 / 0.31}),
        ("equal_credit", {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}),
        ("markov_1", {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}),
        ("markov_2", {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}),
    ],
)
def test_a_journey_by_hand(method: str, expected: dict[str, float]) -> None:
    assert _credit(ground(ONE), method) == pytest.approx(expected)
    assert _credit(ground(ONE), method, "value") == pytest.approx({k: 30 * v for k, v in expected.items()})


def test_the_heaviest_kind_decides_who_was_first_and_last() -> None:
    people = ["1 a@2 b@4 c:impression@6 $1@9"]
    assert _credit(ground(people), "first_touch") == {"a": 1}
    assert _credit(ground(people), "last_touch") == {"b": 1}
    same = {"click": 1.0, "impression": 1.0}
    assert _credit(ground(people, weights=same), "last_touch") == {"c": 1}


def test_a_touch_fades_by_half_in_each_half_life() -> None:
    people = ["1 a@2 b@4 c:open@6 $1@9"]
    raw = {"a": 0.25, "b": 0.5, "c": 0.5}
    assert _credit(ground(people), "time_decay", half_life_days=2) == pytest.approx(
        {k: v / 1.25 for k, v in raw.items()}
    )
    # so short a half-life that the other touches are nothing
    assert _credit(ground(people), "time_decay", half_life_days=1e-9) == {"c": 1}


def test_touches_of_one_moment_share() -> None:
    found = ground(["1 a@2 b@2 c@3 $1@4"])
    assert _credit(found, "first_touch") == {"a": 0.5, "b": 0.5}
    assert _credit(found, "position") == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.5})
    assert _credit(ground(["1 a@2 b@2 $1@2"]), "position") == {"a": 0.5, "b": 0.5}


def test_conversions_without_a_touch_are_organic() -> None:
    found = ground(["1 a@2 $10@3 $5@4", "2 $7@3", "3 a@5 $1@4"])
    for method in METHODS:
        assert _credit(found, method) == pytest.approx({"a": 1, "organic": 3})
        assert _credit(found, method, "value") == pytest.approx({"a": 10, "organic": 13})


def test_campaigns_of_a_channel_share_what_it_has() -> None:
    people = ["1 a/x@2 a:open@3 b@4 $30@5"]
    for method in ("equal_credit", "markov_1", "markov_2"):
        told = descriptive(ground(people), methods=[method]).query("outcome == 'conversions'")
        rows = told.set_index(["channel", "campaign"])["credit"].to_dict()
        assert rows == pytest.approx(
            {
                ("a", "all"): 0.5,
                ("b", "all"): 0.5,
                ("a", ""): 1 / 6,
                ("a", "x"): 1 / 3,
                ("b", ""): 0.5,
                ("organic", "all"): 0,
            }
        )


def test_the_campaigns_of_a_channel_that_only_led_elsewhere_share_by_their_touches() -> None:
    told = descriptive(ground(["1 b@2 $1@3", "2 a/x@2 a/x@3 a@3.5 b@4"]), methods=["markov_1"])
    rows = told.query("outcome == 'value'").set_index(["channel", "campaign"])["credit"]
    assert rows["a", "all"] > 0
    assert rows["a", "x"] / rows["a", "all"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(4))
def test_methods_are_those_of_the_definition(seed: int) -> None:
    people = random_people(seed)
    led, lost = journeys(orders(*people), touches(*people))
    told = _all(ground(people, repeat_minutes=0)).xs(("value", "all", "all"), level=[1, 2, 3])
    for method in RULES:
        expected = credit(led, method, HALF_LIFE)
        rows = told[method].drop("all", level="campaign")
        assert {k: v for k, v in rows.to_dict().items() if v} == pytest.approx({k: v for k, v in expected.items() if v})
    channels = told["linear"].drop("organic", level="channel").xs("all", level="campaign").index.tolist()
    equal = told["equal_credit"].drop("organic", level="channel").xs("all", level="campaign").to_dict()
    assert equal == pytest.approx(shapley(led, channels))
    for order in (1, 2):
        paths = [([t[1] for t in j], amount, 1.0) for j, amount in led if j] + [
            ([t[1] for t in j], 0.0, 1.0) for j in lost
        ]
        effects = markov(paths, channels, order)
        total = sum(amount for journey, amount in led if journey) / sum(effects.values())
        rows = told[f"markov_{order}"].drop("organic", level="channel").xs("all", level="campaign").to_dict()
        assert rows == pytest.approx({k: v * total for k, v in effects.items()}, rel=1e-8)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([1, 2, 4]))
def test_every_method_sums_to_the_total(seed: int, number: int, channels: int) -> None:
    people = random_people(seed, number, tuple("abcd"[:channels]))
    scores = pd.DataFrame({"user_id": range(number), "horizon_days": 365, "expected": np.arange(number) / 7})
    segments = pd.DataFrame(
        {"user_id": range(number), "segment_kind": "odd", "segment": [str(k % 2) for k in range(number)]}
    )
    found = ground(people, scores=scores, segments=segments)
    rows = found.frame(found.conversions)
    told = descriptive(found)
    assert set(told["method"]) == set(METHODS)
    keys = ["method", "segment", "outcome"]
    sums = told[told["campaign"] == "all"].groupby(keys)["credit"].sum()
    for segment, part in (("all", rows), ("0", rows[rows["user_id"] % 2 == 0]), ("1", rows[rows["user_id"] % 2 == 1])):
        totals = {"conversions": len(part), "value": part["value"].sum(), "ltv": part["ltv"].sum()}
        for method in METHODS:
            expected = totals if segment in told["segment"].to_numpy() else dict.fromkeys(totals, 0)
            known = {o: sums.get((method, segment, o), 0.0) for o in totals}
            assert known == pytest.approx(expected, rel=1e-9, abs=1e-9)
    campaigns = told[(told["campaign"] != "all")].groupby([*keys, "channel"])["credit"].sum()
    whole = told[(told["campaign"] == "all") & (told["channel"] != "organic")].set_index([*keys, "channel"])["credit"]
    pd.testing.assert_series_equal(campaigns.sort_index(), whole.sort_index(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(2))
def test_neither_names_nor_the_order_of_rows_matter(seed: int) -> None:
    people = random_people(seed)
    one = _all(ground(people))
    other_names = dict(zip("abcd", ["z", "=1+1", "<b>", "a"], strict=True))
    seen = touches(*people).sample(frac=1, random_state=seed)
    renamed = seen.assign(channel=seen["channel"].map(other_names))
    other = _all(Ground.of(orders(*people).sample(frac=1, random_state=seed), renamed, **TERMS))
    back = {"organic": "organic"} | {v: k for k, v in other_names.items()}
    other.index = other.index.set_levels(other.index.levels[4].map(back), level=4)
    pd.testing.assert_series_equal(one.sort_index(), other.sort_index(), rtol=1e-9, atol=1e-12)


def test_rules_add_up_over_segments_that_part_the_people() -> None:
    people = random_people(5)
    segments = pd.DataFrame({"user_id": range(40), "segment_kind": "odd", "segment": [str(k % 2) for k in range(40)]})
    told = descriptive(ground(people, segments=segments), methods=[*RULES, "equal_credit"])
    wide = told.pivot_table("credit", ["method", "outcome", "channel", "campaign"], "segment")
    assert (wide["0"] + wide["1"]).to_numpy() == pytest.approx(wide["all"].to_numpy())


@pytest.mark.parametrize("places", [2, 10])
def test_ordered_credit_sums_to_equal_credit(places: int) -> None:
    found = ground(random_people(3))
    told = ordered_credit(found, places=places)
    for outcome in ("conversions", "value"):
        rows = told[told["outcome"] == outcome].groupby("channel")["credit"].sum()
        expected = _credit(found, "equal_credit", outcome)
        expected.pop("organic")
        assert rows.to_dict() == pytest.approx(expected)


def test_ordered_credit_by_hand() -> None:
    told = ordered_credit(ground(["1 a@2 b@3 a@4 $12@5"]), places=2).query("outcome == 'value'")
    assert [tuple(row) for row in told[["channel", "place", "credit"]].to_numpy()] == [
        ("a", "1", 3.0), ("a", "later", 3.0), ("b", "2", 6.0),
    ]  # fmt: skip


@pytest.mark.parametrize("people", [[], ["1 a@2", "2 b@3"], ["1 $5@2"]], ids=["nothing", "no orders", "no touches"])
def test_little_is_told_of_little(people: list[str]) -> None:
    found = ground(people, segments=pd.DataFrame({"user_id": [1], "segment_kind": "k", "segment": "s"}))
    told = descriptive(found)
    total = sum("$" in p for p in people)
    assert told.query("campaign == 'all' and outcome == 'conversions' and segment == 'all'").groupby("method")[
        "credit"
    ].sum().tolist() == [total] * len(METHODS)
    assert told["credit"].notna().all()
    assert len(ordered_credit(found)) == 0


def test_forty_channels_are_told() -> None:
    people = random_people(1, 200, tuple(f"c{k}" for k in range(40)))
    told = descriptive(ground(people))
    assert told["channel"].nunique() == 41
    assert told["credit"].notna().all()


def test_orders_worth_nothing_are_shared_like_conversions() -> None:
    found = ground(["1 a@2 b@3 $0@4", "2 a@3"])
    for method in METHODS:
        assert _credit(found, method, "value") == {}
        assert sum(_credit(found, method).values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"methods": ["shapley"]}, "methods: found 'shapley', allowed: last_touch"),
        ({"methods": []}, "methods: found"),
        ({"half_life_days": 0}, "half_life_days: found 0"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        descriptive(ground(ONE), **options)
    with pytest.raises(UsageError, match="places: found 0"):
        ordered_credit(ground(ONE), places=0)
