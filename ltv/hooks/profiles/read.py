"""Read a profile, whichever tool wrote it."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from ltv.errors import DataRefusedError, UsageError, found
from ltv.hooks.profiles.lines import read_bpftrace, read_collapsed
from ltv.hooks.profiles.perf import read_perf
from ltv.hooks.profiles.pprof import read_pprof
from ltv.hooks.profiles.stacks import Profile, Sample, gathered
from ltv.sources.text_lines import BadLine

Format = Literal["pprof", "collapsed", "bpftrace", "perf"]
FORMATS: tuple[Format, ...] = ("pprof", "collapsed", "bpftrace", "perf")
MOST_BYTES = 256 << 20  # of a profile without its compression, which is in memory at once
_GZIP, _HEAD = b"\x1f\x8b", 4096
_LINE_OF_JSON = re.compile(r'\s*\{\s*"type"\s*:')


def read_profile(
    path: Path | str,
    *,
    form: Format | None = None,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> Profile:
    r"""Read one profile: pprof, collapsed stacks (py-spy raw), `bpftrace -f json`, or `perf data convert --to-json`.

    Of a file cut short, lines that are whole are used and the others are in `.refused`; pprof and perf are one document each, and a cut one is refused.

    Args:
        path: the file, plain or in gzip.
        form: its format, where its beginning does not tell.
        started_at: when it began, naive UTC, where the file does not tell (collapsed stacks and bpftrace never do).
        ended_at: when it ended.

    Raises:
        DataRefusedError: the file cannot be opened, is cut short, or is in none of these formats.
        UsageError: there is no such format.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "spy.txt"
    >>> _ = path.write_text("main (app.py:3);pay (app.py:9) 12\n")
    >>> read_profile(path).rows[["stack", "value", "unit"]].values.tolist()
    [['main (app.py:3);pay (app.py:9)', 12.0, 'samples']]
    """
    if form is not None and form not in FORMATS:
        raise UsageError(found("form", form, ", ".join(FORMATS)))
    path = Path(path)
    raw = _bytes(path)
    kind = form or _kind(raw)
    samples, bad = _read(raw, kind, str(path))
    if not samples:
        raise DataRefusedError(f"{path}: found no stack, allowed: a profile of {', '.join(FORMATS)}")
    given = (started_at, ended_at)
    timed = [s if s.at[0] is not None else replace(s, at=given) for s in samples]
    return Profile(gathered(timed, path.name), kind, tuple(bad))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            is_packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            with gzip.open(file) if is_packed else file as content:
                raw = content.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DataRefusedError(f"{path}: found gzip data that is cut short or damaged, allowed: a whole file") from None
    except OSError as error:
        raise DataRefusedError(f"{path}: it cannot be opened ({error.strerror})") from None
    if len(raw) > MOST_BYTES:
        raise DataRefusedError(
            found(f"{path} bytes, unpacked", f"more than {MOST_BYTES:,}", f"{MOST_BYTES:,}; profile a shorter time")
        )
    return raw


def _kind(raw: bytes) -> Format:
    try:
        head = raw[:_HEAD].decode("utf-8", errors="strict" if len(raw) <= _HEAD else "ignore")
    except UnicodeDecodeError:
        return "pprof"
    if any(ord(c) < ord(" ") and c not in "\t\r\n\f" for c in head):
        return "pprof"
    if _LINE_OF_JSON.match(head):
        return "bpftrace"
    return "perf" if head.lstrip().startswith("{") else "collapsed"


def _read(raw: bytes, kind: Format, label: str) -> tuple[list[Sample], list[BadLine]]:
    if kind == "pprof":
        return read_pprof(raw, label), []
    text = raw.decode(errors="replace")
    if kind == "perf":
        return read_perf(text, label), []
    return read_bpftrace(text) if kind == "bpftrace" else read_collapsed(text)


def read_profiles(folder: Path | str) -> list[Profile]:
    """Read all profiles of a folder, in the order of their names; of a file that cannot be used the reason is in `.refused`.

    Args:
        folder: such as `data/profiles` of a workspace; one that is not there holds none.

    >>> read_profiles("/nowhere")
    []
    """
    place = Path(folder)
    files = sorted(p for p in place.iterdir() if p.is_file() and not p.name.startswith(".")) if place.is_dir() else []
    return [_read_or_refused(path) for path in files]


def _read_or_refused(path: Path) -> Profile:
    try:
        return read_profile(path)
    except DataRefusedError as error:
        return Profile(gathered([], path.name), "refused", (BadLine(1, "refused", str(error), ""),))
