"""Two identifiers share a number if and only if kind and text are the same, whatever their hashes."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.identity import kernels
from ltv.identity.coding import Coder

TEXTS = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["", "a", "a\0", "中文", "x" * 300]))
NAMES = st.lists(st.tuples(st.sampled_from(["member", "device", "", None, "设备"]), TEXTS), max_size=40)


def coded(coder, names):
    kinds, values = (pa.array([name[i] for name in names], pa.string()) for i in (0, 1))
    return coder.codes(kinds, values).tolist()


def expected(batches):
    known: dict = {}
    return [[-1 if None in name else known.setdefault(name, len(known)) for name in batch] for batch in batches], known


@given(st.lists(NAMES, max_size=5))
def test_numbers_follow_first_appearance_over_all_batches(batches):
    coder = Coder()
    wanted, known = expected(batches)
    assert [coded(coder, batch) for batch in batches] == wanted
    assert [(row["id_type"], row["id_value"]) for row in coder.texts().to_pylist()] == list(known)
    assert len(coder) == len(known)


@given(st.lists(NAMES, max_size=4))
def test_texts_of_one_hash_stay_apart(batches):
    def alike(_data, _starts, kind, asked, hashes):
        hashes[:] = 7 + kind[asked] % 2

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "hash_texts", alike)
        coder = Coder()
        found = [code for batch in batches for code in coded(coder, batch)]
    wanted = [code for batch in expected(batches)[0] for code in batch]
    assert len({*zip(found, wanted, strict=True)}) == len({*found}) == len({*wanted})


def test_a_dictionary_that_grows_keeps_all_numbers():
    coder = Coder()
    values = pa.array([f"v{n}" for n in range(200_000)])
    kinds = pa.array(["device"] * len(values))
    for _ in range(2):
        for at in range(0, len(values), 30_000):
            found = coder.codes(kinds.slice(at, 30_000), values.slice(at, 30_000))
            assert np.array_equal(found, np.arange(at, min(at + 30_000, len(values))))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_slices_of_any_text_type_are_read_as_they_are(kind):
    values = pa.array(["a", "b", None, "c", "a"], kind)
    coder = Coder()
    assert coder.codes(pa.array(["d"] * 3), values.slice(2)).tolist() == [-1, 0, 1]
    assert coder.codes(pa.array([], pa.string()), pa.array([], kind)).tolist() == []


def test_later_numbers_alone_can_be_asked_for():
    coder = Coder()
    coded(coder, [("d", "a"), ("d", "bc"), ("m", "")])
    assert coder.texts(since=1).to_pylist() == [{"id_type": "d", "id_value": "bc"}, {"id_type": "m", "id_value": ""}]


def test_hashes_of_many_alike_texts_differ():
    values = pa.array([f"{n:016x}" for n in range(100_000)] + [str(n) for n in range(100_000)], pa.large_string())
    starts = np.frombuffer(values.buffers()[1], np.int64)
    hashes = np.empty(len(values), np.uint64)
    data = np.frombuffer(values.buffers()[2], np.uint8)
    kernels.hash_texts(data, starts, np.zeros(len(values), np.uint8), np.arange(len(values)), hashes)
    assert len(np.unique(hashes)) == len(values)
    assert len(np.unique(hashes & np.uint64(0xFFFFF))) > 150_000
