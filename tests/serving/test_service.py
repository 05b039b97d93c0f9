"""The service as its callers meet it: answers, NOT_FOUND, health, reflection, and another version without a failed call."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from support import give_up
from support_serving import published, serving

from ltv import settings
from ltv.serving.export import export
from ltv.serving.messages import BATCH, ONE, SERVICE, message
from ltv.serving.service import FeatureServer
from ltv.serving.versions import Versions

try:
    import grpc
    from google.protobuf import message_factory
    from google.protobuf.descriptor_pool import DescriptorPool
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
except ImportError:
    grpc = None

READS = 10_000
UP, DOWN = 1, 2  # of HealthCheckResponse


@pytest.fixture(scope="module", autouse=True)
def _installed():
    if grpc is None:
        give_up("grpcio is not installed: pip install 'ltv[serve]'")


@pytest.fixture
def shop(tmp_path):
    root = tmp_path / "shop"
    published(root)
    export(root, settings.load(root))
    return root


class Client:
    """What a service of the shop would call."""

    def __init__(self, port):
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._calls = {
            name: self.channel.unary_unary(
                f"/{SERVICE}/{name}",
                request_serializer=message(f"{name}Request").SerializeToString,
                response_deserializer=message(told).FromString,
            )
            for name, told in ((ONE, "UserFeatures"), (BATCH, "GetUserFeaturesBatchResponse"))
        }

    def one(self, **asked):
        return self._calls[ONE](message(f"{ONE}Request")(**asked), timeout=20)

    def many(self, user_ids):
        return self._calls[BATCH](message(f"{BATCH}Request")(user_ids=user_ids), timeout=20)

    def health(self, service=SERVICE):
        stub = health_pb2_grpc.HealthStub(self.channel)
        return stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=20).status

    def refused(self, call, *args, **asked):
        with pytest.raises(grpc.RpcError) as told:
            call(*args, **asked)
        return told.value.code().name, told.value.details()


@contextmanager
def server_of(root, lines=None):
    server = FeatureServer(
        root, address="127.0.0.1", port=0, shared=False, say=(lines if lines is not None else []).append
    )
    server.start()
    client = Client(server.port)
    try:
        yield server, client
    finally:
        client.channel.close()
        server.stop(1)


def test_somebody_is_answered_by_number_and_by_identifier(shop):
    store = Versions(shop).current()
    with server_of(shop) as (_, client):
        told = client.one(user_id=20)
        assert dict(told.features) == store.vector(20)
        assert (told.user_id, told.version) == (20, store.version)
        assert client.one(id_type="member", id_value="M20") == told
        assert list(told.missing) == store.missing_names(int(store.missing[1]))


def test_who_is_not_known_is_not_found(shop):
    with server_of(shop) as (_, client):
        for asked in ({"user_id": 7}, {"user_id": -1}, {"id_type": "member", "id_value": "M7"}):
            assert client.refused(client.one, **asked) == ("NOT_FOUND", "no such user")
        for asked in ({}, {"id_value": "M10"}):
            assert client.refused(client.one, **asked)[0] == "INVALID_ARGUMENT"


def test_a_batch_answers_the_known_and_lists_the_others(shop):
    with server_of(shop) as (_, client):
        told = client.many([30, 7, 10])
        assert ([u.user_id for u in told.users], list(told.unknown_user_ids)) == ([30, 10], [7])
        code, why = client.refused(client.many, [10] * 1001)
        assert (code, why) == ("INVALID_ARGUMENT", "user_ids: found 1001, allowed: at most 1000 in a call")


def test_health_is_told_of_the_service_and_goes_before_the_end(shop):
    with server_of(shop) as (server, client):
        assert (client.health(), client.health("")) == (UP, UP)
        assert client.refused(client.health, "another")[0] == "NOT_FOUND"
        server._health.enter_graceful_shutdown()
        assert client.health() == DOWN


def test_reflection_is_enough_to_call_it(shop):
    with server_of(shop) as (_, client):
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(client.channel))
        method = pool.FindServiceByName(SERVICE).methods_by_name[ONE]
        asks, tells = (message_factory.GetMessageClass(t) for t in (method.input_type, method.output_type))
        call = client.channel.unary_unary(
            f"/{SERVICE}/{ONE}", request_serializer=asks.SerializeToString, response_deserializer=tells.FromString
        )
        assert call(asks(user_id=10)).user_id == 10


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_another_version_is_taken_over_and_a_step_back_too(shop):
    lines = []
    with server_of(shop, lines) as (_, client):
        first = client.one(user_id=10)
        published(shop, run="b", seed=1)
        second = export(shop, settings.load(shop)).version
        wait_for(lambda: client.one(user_id=10).version == second)
        Versions(shop).rollback()
        wait_for(lambda: client.one(user_id=10) == first)
        assert lines == [f"serving {second}", f"serving {first.version}"]


def test_a_version_that_is_damaged_is_left_alone(shop):
    lines = []
    with server_of(shop, lines) as (_, client):
        first = client.one(user_id=10)
        versions = Versions(shop)
        folder = versions.folder / "2026-07-01-x"
        folder.mkdir()
        with versions.writing():
            versions.switch(folder.name, keep=5)
        wait_for(lambda: lines)
        assert lines[0].startswith(f"still serving {first.version}: ")
        assert "\n" not in lines[0]
        assert (client.one(user_id=10), client.health()) == (first, UP)


def test_ten_thousand_reads_over_switches_fail_never_and_mix_nothing(shop):
    """Publishing and going back under load: each answer is whole, of one version, and none is missing."""
    published(shop, run="b", seed=1)
    versions, wanted, wrong, counted = Versions(shop), {}, [], []
    stores = [versions.current()]
    export(shop, settings.load(shop))
    stores.append(versions.current())
    wanted = {s.version: {int(i): s.vector(int(i)) for i in s.user_ids} for s in stores}
    done = Event()

    def switch_on_and_on():
        while not done.is_set():
            for store in stores:
                with versions.writing():
                    versions.switch(store.version, keep=5)
                time.sleep(0.12)
            versions.rollback()
            time.sleep(0.12)

    def read(client):
        for number in range(READS // 4):
            try:
                told = client.one(user_id=10 * (number % 20 + 1))
            except grpc.RpcError as error:
                wrong.append(str(error.code()))
            else:
                counted.append(told.version)
                if dict(told.features) != wanted[told.version][told.user_id]:
                    wrong.append(told.version)

    with server_of(shop) as (server, client):
        switcher = Thread(target=switch_on_and_on)
        readers = [Thread(target=read, args=(Client(server.port),)) for _ in range(4)]
        for thread in (switcher, *readers):
            thread.start()
        for thread in readers:
            thread.join()
        done.set()
        switcher.join()
        assert client.health() == UP
    assert wrong == []
    assert len(counted) == READS
    assert set(counted) == set(wanted)


# ---- as processes


def test_two_processes_share_a_port_and_one_that_is_killed_is_replaced(shop):
    with serving(shop, "--workers", "2") as (server, port):
        client = Client(port)
        wait_for(lambda: _answers(client), 30)
        children = subprocess.run(
            ["pgrep", "-P", str(server.pid), "-f", "spawn_main"], capture_output=True, text=True, check=True
        ).stdout.split()
        assert len(children) == 2
        os.kill(int(children[0]), signal.SIGKILL)
        wait_for(lambda: "was killed by signal 9; another takes its place" in server.stdout.readline(), 30)
        wait_for(lambda: _answers(Client(port)), 30)


def _answers(client):
    try:
        return client.one(user_id=10).user_id == 10
    except grpc.RpcError:
        return False


def test_sigterm_ends_it_well(shop):
    with serving(shop) as (server, port):
        client = Client(port)
        assert client.one(user_id=10).user_id == 10
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken_is_told_in_one_line(shop, workers):
    with server_of(shop) as (server, _):
        command = [sys.executable, "-m", "ltv.cli", "features", "serve", "--workspace", str(shop)]
        done = subprocess.run(
            [*command, "--port", str(server.port), "--workers", workers], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.startswith(f"ltv: --port: found {server.port}, allowed: one that is free on 127.0.0.1")
        assert len(done.stderr.splitlines()) == 1


def test_without_the_extra_it_says_how_to_get_it(shop):
    code = (
        "import sys; sys.modules['grpc'] = None\n"
        "from ltv.cli import main\n"
        f"sys.exit(main(['features', 'serve', '--workspace', {str(shop)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "pip install 'ltv[serve]'" in done.stderr
