"""How far the notebooks of a run are, as their kernels tell it: nothing of it is in a notebook or on a page."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ltv.runs.kernel import short_folder
from ltv.text import Text
from ltv.workspace.watching import PROGRESS, PROGRESS_OF

Told = Callable[[str, Text, int, int], None]
_LONGEST = 4096


@contextmanager
def overheard(told: Told) -> Iterator[Callable[[str], Mapping[str, str]]]:
    """Listen to kernels while notebooks run.

    Args:
        told: called with the notebook, what it does, how many parts are over and how many there are.

    Returns:
        what gives the environment of the kernel of a notebook; nothing is in it where kernels cannot be heard.
    """
    if not hasattr(socket, "AF_UNIX"):
        yield lambda _: {}
        return
    with tempfile.TemporaryDirectory(prefix="ltv-", dir=short_folder()) as folder:
        address = str(Path(folder) / "p")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind(address)
            listener = threading.Thread(target=_listen, args=(ear, told), name="ltv-progress", daemon=True)
            listener.start()
            try:
                yield lambda name: {PROGRESS: address, PROGRESS_OF: name}
            finally:
                ear.sendto(b"", address)
                listener.join()


def _listen(ear: socket.socket, told: Told) -> None:
    while message := ear.recv(_LONGEST):
        try:
            said = json.loads(message)
            told(str(said["of"]), Text(str(said["zh"]), str(said["en"])), int(said["done"]), int(said["total"]))
        except (ValueError, TypeError, KeyError):
            continue  # not one of ours
