"""Answers as bytes, read back by protobuf itself; the file and the descriptors say the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from hypothesis import given
from hypothesis import strategies as st
from support_serving import published

import ltv.serving
from ltv import settings
from ltv.serving.export import export
from ltv.serving.messages import FILE, described, message
from ltv.serving.versions import Versions
from ltv.serving.wire import Answers, varint


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    root = tmp_path_factory.mktemp("shop")
    published(root, users=300)
    export(root, settings.load(root))
    return Answers(Versions(root).current())


def test_an_answer_is_what_protobuf_would_write(answers):
    kind, store = message("UserFeatures"), answers.store
    for user_id in map(int, store.user_ids):
        told = kind.FromString(answers.one(user_id))
        missing = store.missing_names(int(store.missing[store.place(user_id)]))
        assert told == kind(
            features=store.vector(user_id), user_id=user_id, version=store.version, missing=missing
        )  # fmt: skip
        assert len(answers.one(user_id)) == told.ByteSize()


def test_a_batch_keeps_the_order_and_lists_the_unknown(answers):
    told = message("GetUserFeaturesBatchResponse").FromString(answers.many([30, -1, 10, 7, 30]))
    assert [u.user_id for u in told.users] == [30, 10, 30]
    assert list(told.unknown_user_ids) == [-1, 7]
    assert told.version == answers.store.version
    assert message("GetUserFeaturesBatchResponse").FromString(answers.many([])).version == answers.store.version


@pytest.mark.parametrize("user_id", [0, -5, 7, 3001, 2**62])
def test_nobody_is_no_answer(answers, user_id):
    assert answers.one(user_id) is None


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_number_is_written_as_protobuf_writes_it(value):
    written = message("GetUserFeaturesBatchRequest")(user_ids=[value]).SerializeToString()
    assert written[2:] == varint(value)


def test_the_descriptors_are_those_of_the_file(tmp_path):
    pytest.importorskip("grpc_tools", reason="grpcio-tools is not installed: it brings protoc")
    folder = Path(ltv.serving.__file__).parent
    out = tmp_path / "set"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}", f"--descriptor_set_out={out}", FILE]
    subprocess.run(command, check=True)
    (file,) = FileDescriptorSet.FromString(out.read_bytes()).file
    assert file == described()


def test_a_row_is_not_mixed_with_another(answers):
    first, second = (message("UserFeatures").FromString(answers.one(i)) for i in (10, 20))
    assert np.abs(np.array(list(first.features.values())) - np.array(list(second.features.values()))).max() > 0
