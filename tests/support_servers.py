"""Real servers, started from the installed programs in a folder of their own and stopped afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support import need

POSTGRES_BIN = "/usr/lib/postgresql/*/bin"
START_SECONDS = 180
MYSQL_ACCOUNT = (
    "create database ltv; create user ltv@127.0.0.1 identified by 'ltv'; grant all on ltv.* to ltv@127.0.0.1"
)
WHEN_KILLED = 'read -r _ || { kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 1; done; rm -rf "$2"; }'


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run PostgreSQL and give the URL of an empty database; skip where the Debian package is missing."""
    initdb, server, psql = (need(name, "postgresql", POSTGRES_BIN) for name in ("initdb", "postgres", "psql"))
    with _folder_of("postgres") as (folder, user):
        data, port = folder / "data", _free_port()
        _run([initdb, "-D", data, "-U", "ltv", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], user)
        command = [server, "-D", data, "-k", folder, "-h", "127.0.0.1", "-p", port, "-F"]
        url = f"postgresql://ltv@127.0.0.1:{port}/postgres"
        with _running(command, user, folder, first=[psql, url, "-c", "select 1"]):
            yield url


@contextmanager
def mysql_server() -> Iterator[str]:
    """Run MariaDB and give the URL of an empty database; skip where the Debian package is missing."""
    install, client = (need(name, "mariadb-server") for name in ("mariadb-install-db", "mariadb"))
    server = need("mariadbd", "mariadb-server", "/usr/sbin")
    with _folder_of("mysql") as (folder, user):
        port, local, data = _free_port(), f"--socket={folder / 'socket'}", f"--datadir={folder / 'data'}"
        _run([install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"], user)
        listen = [local, f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}"]
        first = [client, "--no-defaults", local, "-u", "root", "-e", MYSQL_ACCOUNT]
        with _running([server, "--no-defaults", data, *listen], user, folder, first=first):
            yield f"mysql://ltv:ltv@127.0.0.1:{port}/ltv"


@contextmanager
def prometheus_server(target: str) -> Iterator[str]:
    """Run Prometheus that scrapes `target` every second and give its URL; skip where the Debian package is missing."""
    server, tool = need("prometheus", "prometheus"), need("promtool", "prometheus")
    with _folder_of("prometheus") as (folder, user):
        address, settings = f"127.0.0.1:{_free_port()}", folder / "prometheus.yml"
        settings.write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: ltv, static_configs: [{{targets: ['{target}']}}]}}]\n"
        )
        command = [
            server,
            f"--config.file={settings}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={address}",
        ]
        first = [tool, "query", "instant", f"http://{address}", "up"]
        with _running(command, user, folder, first=first, stop=signal.SIGTERM):
            yield f"http://{address}"


@contextmanager
def _running(
    command: list[object], user: str | None, folder: Path, *, first: list[str], stop: signal.Signals = signal.SIGQUIT
) -> Iterator[None]:
    """Run a server until the block ends, or until this process is killed; `first` is tried until it succeeds."""
    words = [str(part) for part in command]
    log = folder / "log"
    with log.open("w") as lines:
        server = subprocess.Popen(words, user=user, group=user, cwd="/", stdout=lines, stderr=lines)
    # Nothing is said and its input ends: this process was killed.
    watch = ["sh", "-c", WHEN_KILLED, "sh", str(server.pid), str(folder)]
    watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True)
    try:
        _try_until_it_succeeds(first, server, log)
        yield
    finally:
        server.send_signal(stop)
        server.wait(START_SECONDS)
        watcher.communicate(b"stopped\n")


def _try_until_it_succeeds(command: list[str], server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(command, check=False, capture_output=True).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{log.read_text()}")
        time.sleep(0.1)


@contextmanager
def _folder_of(account: str) -> Iterator[tuple[Path, str | None]]:
    """Make a short folder (a socket's path has 107 bytes at most) and name who runs the server.

    Database servers refuse to run as root: there they run as the account that the package made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"ltv-{account}-"))
    user = account if os.geteuid() == 0 and account in {entry.pw_name for entry in pwd.getpwall()} else None
    if user is not None:
        shutil.chown(folder, user)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[object], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        user=user,
        group=user,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
