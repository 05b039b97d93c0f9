"""Real database servers, started from the installed programs in a folder of their own and stopped afterwards."""

import os
import pwd
import shutil
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


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run PostgreSQL and give the URL of an empty database; skip where the Debian package is missing."""
    initdb, pg_ctl = (need(program, "postgresql", POSTGRES_BIN) for program in ("initdb", "pg_ctl"))
    with _folder_of("postgres") as (folder, user):
        data, port = folder / "data", _free_port()
        _run([initdb, "-D", data, "-U", "ltv", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], user)
        options = f"-k {folder} -h 127.0.0.1 -p {port} -F"
        _run([pg_ctl, "-D", data, "-l", folder / "log", "-o", options, "-t", START_SECONDS, "-w", "start"], user)
        try:
            yield f"postgresql://ltv@127.0.0.1:{port}/postgres"
        finally:
            _run([pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"], user)


@contextmanager
def mysql_server() -> Iterator[str]:
    """Run MariaDB and give the URL of an empty database; skip where the Debian package is missing."""
    install = need("mariadb-install-db", "mariadb-server")
    server = need("mariadbd", "mariadb-server", "/usr/sbin")
    client = need("mariadb", "mariadb-server")
    with _folder_of("mysql") as (folder, user):
        where = [f"--datadir={folder / 'data'}", "--no-defaults"][::-1]
        _run([install, *where, "--auth-root-authentication-method=normal", "--skip-test-db"], user)
        port, local = _free_port(), folder / "socket"
        listen = [f"--socket={local}", f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder / 'pid'}"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen([server, *where, *listen], user=user, group=user, stdout=log, stderr=log)
        try:
            _ask_until_it_answers([client, "--no-defaults", f"--socket={local}", "-u", "root"], process, folder / "log")
            yield f"mysql://ltv:ltv@127.0.0.1:{port}/ltv"
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _ask_until_it_answers(client: list[str], server: subprocess.Popen[bytes], log: Path) -> None:
    statements = (
        "create database ltv; create user ltv@127.0.0.1 identified by 'ltv'; grant all on ltv.* to ltv@127.0.0.1"
    )
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([*client, "-e", statements], check=False, capture_output=True).returncode:
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
