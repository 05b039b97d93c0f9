"""The hash: published vectors, and the compiled kernel equal to the definition for every text."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.experiments.batch import buckets
from ltv.experiments.hashing import bucket, fmix64, fnv1a64

# golden64a of fnv_test.go in Go's standard library
GO = {"": 0xCBF29CE484222325, "a": 0xAF63DC4C8601EC8C, "ab": 0x089C4407B545986A, "abc": 0xE71FA2190541574B}
TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=40), max_size=30)


def test_fnv_gives_what_go_gives():
    assert {text: fnv1a64(text.encode()) for text in GO} == GO


def test_fnv_gives_the_shared_vectors(ab_vectors):
    vectors = ab_vectors["fnv"]
    golden = {text: int(value, 16) for text, value in vectors["golden_hex"]["fnv1a64"].items()}
    for row in vectors["ref_utf8"]:
        golden[row["s"]] = int(row["fnv1a64_dec"])
        assert f"{fnv1a64(row['s'].encode()):016x}" == row["fnv1a64_hex"]
        assert fnv1a64(row["s"].encode()) % 10_000 == row["mod_10000_of_1a64"]
    assert len(golden) >= 12
    assert {text: fnv1a64(text.encode()) for text in golden} == golden


def test_the_hash_goes_on_from_what_stands_before():
    assert fnv1a64(b"def", fnv1a64(b"abc")) == fnv1a64(b"abcdef")


def test_the_finalizer_changes_half_of_the_bits_when_one_changes():
    for bit in range(64):
        changed = [(fmix64(x) ^ fmix64(x ^ 1 << bit)).bit_count() for x in range(1, 4001, 7)]
        assert 31 < sum(changed) / len(changed) < 33


@given(TEXTS, st.text(st.characters(codec="utf-8"), max_size=10), st.sampled_from([2, 100, 1000, 10_000]))
def test_a_column_gets_the_buckets_of_its_texts(texts, salt, of):
    expected = [-1 if text is None else bucket(salt, text, of) for text in texts]
    assert buckets(salt, pa.array(texts, pa.string()), of).tolist() == expected


def test_any_layout_of_a_column_gets_the_same_buckets():
    texts = ["M1", None, "用户42", "", "😀", "M1"]
    expected = buckets("s", pa.array(texts)).tolist()
    padded = pa.array(["x", *texts, "y"])
    layouts = [
        padded[1:-1],
        padded[1:-1].cast(pa.large_string()),
        padded.cast(pa.string_view())[1:-1],
        pa.array(texts).dictionary_encode(),
        pa.chunked_array([texts[:2], [], texts[2:]], pa.string()),
        pa.chunked_array([pa.array(texts[:2]).dictionary_encode(), pa.array(texts[2:]).dictionary_encode()]),
    ]
    layouts += [texts, pd.Series(texts), pd.Series(texts, dtype=object), np.array(texts, object)]
    assert [buckets("s", layout).tolist() for layout in layouts] == [expected] * len(layouts)
    assert buckets("s", pa.array([], pa.string())).tolist() == []
    assert buckets("s", pa.array([None, None])).tolist() == [-1, -1]


def test_whole_numbers_are_hashed_as_they_are_written():
    assert (
        buckets("s", pa.array([7, -7, None, 2**40])).tolist()
        == buckets("s", pa.array(["7", "-7", None, "1099511627776"])).tolist()
    )


def test_ids_with_more_than_one_way_to_be_written_are_refused():
    with pytest.raises(UsageError, match="ids: found 'double', allowed: texts or whole numbers"):
        buckets("s", pa.array([1.0]))


def test_an_id_that_has_no_utf8_is_refused():
    with pytest.raises(UsageError, match=r"id: found .*, allowed: a text that can be written in UTF-8"):
        bucket("s", "\udcff")
