"""`ltv dispatch` and `ltv explain` as a user meets them: exits, clear lines, no traceback."""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support_disk import small_disk
from support_dispatch import offer, planned

from benchmarks._receiver import SECRET, Receiver, serving
from ltv import settings
from ltv.cli import main
from ltv.dispatch import Outbox
from ltv.errors import LtvError
from ltv.workspace.clock import start_of_run


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def shop(tmp_path, receiver):
    """A workspace with an endpoint that is there, and one that is not."""
    with serving(receiver) as url:
        yield made(tmp_path / "shop", url)


def made(root, url, more=""):
    root.mkdir(exist_ok=True)
    (root / "ltv.toml").write_text(
        f'{more}\n[strategy]\nquiet_hours = []\n[[endpoints]]\nname = "crm"\nkind = "webhook"\nurl = "{url}/in"\nsecret_env = "LTV_TEST_SECRET"\n'
    )
    return root


def filled(root, many=5, **terms):
    outbox = Outbox.open(root, settings.load(root))
    now = start_of_run()
    outbox.offers.put([offer(3, starts_at=now, expires_at=now + dt.timedelta(hours=1))])
    outbox.enqueue([planned(n, expires_at=now + dt.timedelta(hours=9), **terms) for n in range(many)])
    outbox.close()
    return outbox


def told(capsys, *arguments):
    code = main(list(arguments))
    out = capsys.readouterr()
    return code, out.out.splitlines(), out.err.splitlines()


def test_once_sends_what_is_due_and_ends(shop, receiver, capsys):
    filled(shop)
    where = ["--workspace", str(shop)]
    assert told(capsys, "dispatch", "--once", *where) == (0, ["5 sent: 5 ACKED"], [])
    assert len(receiver.effects) == 5
    assert told(capsys, "dispatch", "--once", *where) == (0, ["0 sent"], [])
    assert told(capsys, "dispatch", "--status", *where)[1] == [
        "crm: 5 ACKED; breaker closed",
        "offer O1: 0 reserved, 0 redeemed of 3",
    ]
    assert told(capsys, "status", *where)[1][0] == "dispatch: 5 ACKED"
    assert told(capsys, "dispatch", "--list", "unknown", *where)[1] == ["0 UNKNOWN"]
    listed = told(capsys, "dispatch", "--list", "acked", *where)[1]
    assert re.fullmatch(r"[0-9a-f]{32}  crm  winback  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  1 attempts  — 204", listed[0])
    assert listed[-1] == "5 ACKED"


def test_several_workers_are_processes_of_their_own(shop, receiver, capfd):
    filled(shop, 30)
    assert main(["dispatch", "--once", "--workers", "2", "--workspace", str(shop)]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len([line for line in lines if re.fullmatch(r"worker \d+: \d+ sent(: \d+ ACKED)?", line)]) == 2
    assert (receiver.deliveries, len(receiver.effects)) == (30, 30)


def test_explain_tells_interventions_from_people(shop, capsys):
    filled(shop, 1, offer_id="gone")
    code, lines, _ = told(capsys, "explain", planned(0).intervention_id, "--workspace", str(shop))
    assert code == 0
    assert lines[:2] == [
        "2026-06-30 winback → voucher，用户 0，实验组",
        "  2026-06-30 winback → voucher, user 0, treatment",
    ]
    assert lines[-1].endswith("UTC refused: there is no offer gone")
    assert told(capsys, "explain", "1234567890123456", "--workspace", str(shop))[2] == [
        "ltv: ID: found '1234567890123456', allowed: an intervention of the outbox, or a user_id"
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dispatch", "--workers", "0"], "--workers: found '0', allowed: a whole number, at least 1"),
        (["dispatch", "--list", "lost"], "--list: invalid choice: 'lost'"),
        (["dispatch", "--list", "dead", "--status"], "not allowed with argument"),
        (["dispatch", "--enable", "fax"], "--enable: found 'fax', allowed: crm"),
        (["dispatch", "--onc"], "--onc"),
        (["explain", "abc"], "ID: found 'abc', allowed: a whole number"),
        (["explain", "ABABABABABABABAB"], "ID: found 'ABABABABABABABAB', allowed: a whole number"),
    ],
)
def test_bad_usage_ends_with_2_and_one_line(shop, capsys, arguments, words):
    code, out, err = told(capsys, *arguments, "--workspace", str(shop))
    assert (code, out, len(err)) == (2, [], 1)
    assert words in err[0]


def test_a_workspace_without_endpoints_has_nothing_to_send_to(tmp_path, capsys):
    (tmp_path / "ltv.toml").write_text("")
    line = "nothing to send to: ltv.toml has no [[endpoints]]"
    assert told(capsys, "dispatch", "--once", "--workspace", str(tmp_path)) == (0, [line], [])


def test_an_endpoint_is_enabled_again(shop, capsys):
    assert told(capsys, "dispatch", "--enable", "crm", "--workspace", str(shop))[1] == ["crm is in use, as before"]


def running(shop, *arguments):
    command = [sys.executable, "-m", "ltv.cli", "dispatch", *arguments, "--workspace", str(shop)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"LTV_TEST_SECRET": SECRET}
    )


def until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_goes_on_until_it_is_told_to_stop(shop, receiver, workers):
    filled(shop, 2)
    process = running(shop, "--workers", workers)
    until(lambda: len(receiver.effects) == 2)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "2 sent: 2 ACKED" in out or "1 sent: 1 ACKED" in out


def test_a_worker_that_is_killed_is_replaced(shop, receiver):
    process = running(shop, "--workers", "2")

    def workers():
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return [int(pid) for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]

    until(lambda: len(workers()) == 2)
    os.kill(workers()[0], signal.SIGKILL)
    assert "was killed by signal 9; another goes on" in process.stdout.readline()
    filled(shop, 3)
    until(lambda: len(receiver.effects) == 3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def fill(path):
    with pytest.raises(OSError, match="No space left"), path.open("wb", buffering=0) as rest:
        while True:
            rest.write(b"x" * 4096)


def test_a_worker_without_its_parent_ends(shop, receiver):
    process = running(shop, "--workers", "2")
    until(lambda: len(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()) >= 3)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path, receiver, capsys):
    with serving(receiver) as url, small_disk(tmp_path / "small", kilobytes=3000) as folder:
        shop = made(folder, url)
        filled(shop, 20)
        fill(folder / "rest")
        with pytest.raises(LtvError, match=r"outbox\.sqlite: the disk is full; nothing of this step was kept"):
            filled(shop, 200, payload={"x": "y" * 2000})
        code, _, err = told(capsys, "dispatch", "--once", "--workspace", str(shop))
        assert (code, len(err)) == (1, 1)
        assert "the disk is full" in err[0]
        (folder / "rest").unlink()
        kept = Outbox.open(shop, settings.load(shop))
        with kept.database.writing() as tx:  # whatever was sent and not written down has had its time
            tx.change("UPDATE messages SET lease_ms = 1 WHERE state = 'PROCESSING'")
        assert main(["dispatch", "--once", "--workspace", str(shop)]) == 0
        assert sum(kept.depths().values()) == kept.depths()["crm", "ACKED"] == 20
    assert set(receiver.effects.values()) == {1}
    assert len(receiver.effects) == 20
