"""`[[experiments]]`: what would be unfair, unclear or coupled is refused in one line; the rest is kept as declared."""

import math
from dataclasses import replace

import pytest

from ltv.errors import UsageError
from ltv.settings import Experiment, parse
from ltv.settings.experiment import BUCKETS

COUPON = {
    "name": "first_order_coupon",
    "salt": "foc-2026",
    "unit": "user",
    "variants": {"control": 0.5, "coupon": 0.5},
    "control": "control",
    "metrics": ["first_order_rate", "value_30d"],
}
WHERE = r"ltv\.toml \[\[experiments\]\] first_order_coupon"


def read(*sections):
    return parse({"experiments": list(sections)}).experiments


def but(**changed):
    return COUPON | changed


def other(**changed):
    return COUPON | {"name": "other", "salt": "other-1"} | changed


def test_the_example_of_the_contract_is_kept_as_it_stands():
    (made,) = read(COUPON)
    assert made == Experiment(
        "first_order_coupon",
        "foc-2026",
        {"control": 0.5, "coupon": 0.5},
        "control",
        metrics=("first_order_rate", "value_30d"),
    )
    assert (made.unit, made.layer, made.layer_range, made.traffic, made.version) == ("user", None, (0, BUCKETS), 1.0, 1)


def test_a_holdout_of_a_channel_is_an_experiment_with_a_slash_in_its_name():
    assert read(but(name="holdout/短信"))[0].name == "holdout/短信"


@pytest.mark.parametrize("name", ["name", "salt", "variants", "control"])
def test_what_every_experiment_needs_is_asked_for(name):
    with pytest.raises(UsageError, match=rf"ltv\.toml \[\[experiments\]\]: found .*, allowed: also {name}"):
        read({k: v for k, v in COUPON.items() if k != name})


BAD = [
    ({"salts": "x"}, r"\[\[experiments\]\]: found 'salts', allowed: salt"),
    ({"name": ""}, r"\[\[experiments\]\] name: found '', allowed: a text"),
    ({"name": "a\nb"}, r"\[\[experiments\]\] name: found 'a\\\\nb', allowed: one line without spaces around it"),
    ({"name": " a"}, r"\[\[experiments\]\] name: found ' a', allowed: one line without spaces"),
    ({"salt": ""}, WHERE + " salt: found '', allowed: a text"),
    ({"salt": 7}, WHERE + " salt: found 7, allowed: a text"),
    ({"variants": {}}, WHERE + " variants: found {}, allowed: two variants or more, each with its share"),
    ({"variants": {"control": 1.0}}, WHERE + " variants: found {'control': 1.0}, allowed: two variants or more"),
    ({"variants": ["control", "coupon"]}, WHERE + r" variants: found \['control', 'coupon'\], allowed: a section"),
    ({"variants": {"control": 0.5, "coupon": 0.4}}, "variants: found .*, allowed: shares that add up to 1, not to 0.9"),
    ({"variants": {"control": 0.9, "coupon": 0.9}}, "allowed: shares that add up to 1, not to 1.8"),
    ({"variants": {"control": 1.5, "coupon": -0.5}}, r"variants\.control: found 1.5, allowed: a fraction between 0"),
    (
        {"variants": {"control": math.nan, "coupon": 0.5}},
        r"variants\.control: found nan, allowed: a number that is not",
    ),
    (
        {"variants": {"control": math.inf, "coupon": 0.5}},
        r"variants\.control: found inf, allowed: a number that is not",
    ),
    ({"variants": {"control": True, "coupon": 0.0}}, r"variants\.control: found True, allowed: a number"),
    ({"variants": {"control": 1.0, "coupon": 0.0}}, r"variants\.coupon: found 0.0, allowed: at least 0.0001, one of"),
    ({"variants": {"control": 0.5, "-": 0.5}}, "variants: found '-', allowed: another name: - stands for who takes no"),
    ({"variants": {"control": 0.5, "a\tb": 0.5}}, r"variants: found 'a\\\\tb', allowed: one line"),
    ({"control": "Control"}, WHERE + " control: found 'Control', allowed: control, coupon"),
    ({"metrics": "value_30d"}, WHERE + " metrics: found 'value_30d', allowed: a list of texts"),
    ({"layer": ""}, WHERE + " layer: found '', allowed: a text"),
    ({"layer_range": [0, 5000]}, WHERE + r" layer_range: found \[0, 5000\], allowed: only with layer"),
    ({"layer": "x", "layer_range": [0]}, WHERE + r" layer_range: found \[0\], allowed: \[first, end\] with"),
    (
        {"layer": "x", "layer_range": [5, 5]},
        r"layer_range: found \[5, 5\], allowed: \[first, end\] with 0 <= first < end",
    ),
    ({"layer": "x", "layer_range": [0, 10001]}, r"layer_range: found \[0, 10001\], allowed: .* <= 10000"),
    ({"layer": "x", "layer_range": [0, 0.5]}, r"layer_range: found \[0, 0.5\], allowed: "),
    ({"layer": "x", "layer_range": [False, True]}, r"layer_range: found \[False, True\], allowed: "),
    ({"traffic": 1.1}, WHERE + " traffic: found 1.1, allowed: a fraction between 0 and 1"),
    ({"traffic": math.nan}, WHERE + " traffic: found nan, allowed: a number"),
    ({"traffic": "10%"}, WHERE + " traffic: found '10%', allowed: a number"),
    ({"version": 2}, WHERE + " version: found 2, allowed: 1"),
    ({"version": "1"}, WHERE + " version: found '1', allowed: a number"),
]


@pytest.mark.parametrize(("changed", "why"), BAD, ids=lambda v: repr(v)[:50])
def test_what_is_wrong_with_an_experiment_is_one_line_that_names_it(changed, why):
    with pytest.raises(UsageError, match=why.replace(r"\\\\", r"\\")) as refused:
        read(but(**changed))
    assert refused.value.exit_code == 2
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"variants": {"control": 0.5, "coupon": 0.4}},
        {"control": "x"},
        {"salt": ""},
        {"layer_range": (5, 1)},
        {"traffic": 2},
        {"version": 2},
    ],
    ids=str,
)
def test_an_experiment_made_in_a_notebook_is_checked_as_one_that_is_declared(changed):
    with pytest.raises(UsageError, match=WHERE + f" {next(iter(changed))}: found "):
        replace(read(COUPON)[0], **changed)


def test_two_experiments_of_one_name_are_refused():
    with pytest.raises(UsageError, match=r"\[\[experiments\]\] name: found 'other', allowed: each name once"):
        read(other(), other(salt="x"))


@pytest.mark.parametrize("salt", ["foc-2026", "foc-2026/traffic", "layer/page"])
def test_a_salt_that_something_else_is_hashed_with_is_refused(salt):
    allowed = "a salt that is not in use: first_order_coupon hashes with this one"
    with pytest.raises(UsageError, match=rf"other salt: found '{salt}', allowed: {allowed}"):
        read(but(layer="page"), other(salt=salt))


def test_experiments_of_a_layer_may_touch_but_not_overlap():
    one = but(layer="page", layer_range=[0, 5000])
    assert len(read(one, other(layer="page", layer_range=[5000, 10000]))) == 2
    assert len(read(one, other(layer="cart", layer_range=[0, 5000]))) == 2
    allowed = r"buckets of layer page outside \[0, 5000\] of first_order_coupon"
    with pytest.raises(UsageError, match=rf"other layer_range: found \[4999, 9000\], allowed: {allowed}"):
        read(one, other(layer="page", layer_range=[4999, 9000]))
    with pytest.raises(UsageError, match=rf"other layer_range: found \[0, 10000\], allowed: {allowed}"):
        read(one, other(layer="page"))


def test_experiments_of_a_layer_have_one_unit_or_they_would_meet_in_one_person():
    with pytest.raises(
        UsageError, match="other unit: found 'device', allowed: user, as first_order_coupon of the same"
    ):
        read(but(layer="page", layer_range=[0, 10]), other(layer="page", layer_range=[10, 20], unit="device"))


def test_shares_of_a_third_and_sums_of_tenths_end_where_they_should():
    third = read(but(variants={"control": 0.33333, "a": 0.33333, "b": 0.33334}))[0]
    assert third.ends == (3333, 6667, 10000)
    tenths = read(but(variants={"control": 0.1, **{f"v{i}": 0.1 for i in range(9)}}))[0]
    assert tenths.ends == tuple(range(1000, 10001, 1000))
    assert read(but(traffic=0.07))[0].traffic_end == 700
