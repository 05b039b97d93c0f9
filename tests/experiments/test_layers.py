"""Layers: what is left of one can be asked for."""

from dataclasses import replace

from ltv.experiments.hashing import bucket
from ltv.experiments.layers import free_ranges, is_in_layer
from ltv.settings import Experiment

A = Experiment("a", "a-1", {"control": 0.5, "x": 0.5}, "control", layer="page", layer_range=(1000, 5000))


def test_what_is_left_of_a_layer_is_what_no_experiment_has():
    b = Experiment("b", "b-1", A.variants, "control", layer="page", layer_range=(7000, 10_000))
    other = Experiment("c", "c-1", A.variants, "control", layer="cart")
    assert free_ranges("page", [b, A, other]) == [(0, 1000), (5000, 7000)]
    assert free_ranges("cart", [b, A, other]) == []
    assert free_ranges("new", [b, A, other]) == [(0, 10_000)]


def test_without_a_layer_everyone_may_take_part():
    free = Experiment("c", "c-1", A.variants, "control")
    assert all(is_in_layer(free, str(i)) for i in range(100))
    assert {is_in_layer(A, str(i)) for i in range(100)} == {False, True}


def test_the_first_bucket_of_a_range_is_in_and_its_end_is_out():
    place = bucket("layer/page", "M1")
    assert is_in_layer(replace(A, layer_range=(place, place + 1)), "M1")
    assert not is_in_layer(replace(A, layer_range=(place - 1, place)), "M1")
    assert not is_in_layer(replace(A, layer_range=(place + 1, place + 2)), "M1")
