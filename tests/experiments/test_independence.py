"""Experiments do not know of one another: the arms of two salts are independent, which raw FNV-1a's are not."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from ltv.experiments.batch import buckets
from ltv.experiments.hashing import fnv1a64
from ltv.settings.experiment import BUCKETS


def sequential(n):
    return pa.array(np.arange(n)).cast(pa.string())


def arms(salt, ids):
    return buckets(salt, ids) >= BUCKETS // 2


def raw_arms(salt, ids):
    """The arms of FNV-1a modulo 2, without a finalizer."""
    begun = fnv1a64(f"{salt}:".encode())
    return np.array([fnv1a64(text.encode(), begun) % 2 == 1 for text in ids.to_pylist()])


def p_value(one, other):
    """Of Pearson's chi-square of the two by two table."""
    table = np.bincount(2 * one + other, minlength=4).reshape(2, 2)
    return stats.chi2_contingency(table, correction=False).pvalue


def p_values(pairs, ids, give=arms):
    return [p_value(give(f"exp-{2 * k}", ids), give(f"exp-{2 * k + 1}", ids)) for k in range(pairs)]


def uniform(values):
    return stats.kstest(values, "uniform").pvalue


def test_the_arms_of_two_salts_are_independent():
    assert uniform(p_values(300, sequential(20_000))) > 0.001


def test_the_arms_of_a_salt_are_as_large_as_declared_over_many_salts():
    ids = sequential(20_000)
    treated = [int(arms(f"exp-{k}", ids).sum()) for k in range(300)]
    z = (np.array(treated) - len(ids) / 2) / np.sqrt(len(ids) / 4)
    assert stats.kstest(z, "norm").pvalue > 0.001


@pytest.mark.parametrize("pair", [("{}", "{}/traffic"), ("{}/traffic", "layer/{}"), ("{}", "layer/{}")])
def test_traffic_layer_and_variant_of_one_experiment_are_independent(pair):
    ids = sequential(10_000)
    salts = [[words.format(f"exp-{k}") for words in pair] for k in range(1000)]
    assert uniform([p_value(arms(one, ids), arms(other, ids)) for one, other in salts]) > 0.001


def test_raw_fnv_modulo_2_couples_every_pair_of_salts_completely():
    """The trap: without a finalizer every salt splits people into the same halves, or the same ones swapped."""
    ids = sequential(1000)
    same = [np.mean(raw_arms(f"exp-{2 * k}", ids) == raw_arms(f"exp-{2 * k + 1}", ids)) for k in range(20)]
    assert set(same) <= {0.0, 1.0}
    assert uniform(p_values(20, ids, raw_arms)) < 1e-12
    assert uniform(p_values(20, ids)) > 0.001


@pytest.mark.drill
def test_the_arms_of_a_thousand_pairs_of_salts_are_independent_over_200_000_people():
    assert uniform(p_values(1000, sequential(200_000))) > 0.001
