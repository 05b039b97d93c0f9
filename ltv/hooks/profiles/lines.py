"""Profiles that are lines of text: collapsed stacks (py-spy raw, perf script folded), and what bpftrace prints with `-f json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ltv.hooks.profiles.stacks import Sample
from ltv.sources.text_lines import BadLine, Fault

_COLLAPSED = re.compile(r"(.*?)\s+(\d+(?:\.\d+)?)\s*")
_OFFSET = re.compile(r"\+(?:0x[0-9a-f]+|\d+)$")
_NO_STACK = Fault(
    "not_a_stack", "found no stack with a number after it, allowed: frames with ; between, a space, a number"
)
_NO_JSON = Fault("not_json", "found no JSON, allowed: a JSON object a line")


def read_collapsed(text: str) -> tuple[list[Sample], list[BadLine]]:
    r"""One stack a line; a last line without its number, as in a file cut short, is refused and the others are used.

    >>> samples, bad = read_collapsed("main;a b (x.py:3) 12\nmain;c")
    >>> samples[0].frames, samples[0].value, bad[0].rule
    (('main', 'a b (x.py:3)'), 12.0, 'not_a_stack')
    """
    samples, bad = [], []
    for number, line in enumerate(text.splitlines(), 1):
        found = _COLLAPSED.fullmatch(line)
        if found:
            samples.append(Sample(tuple(found[1].split(";")), float(found[2]), "samples", "samples"))
        elif line.strip() and not line.startswith("#"):
            bad.append(_NO_STACK.at(number, line))
    return samples, bad


def read_bpftrace(text: str) -> tuple[list[Sample], list[BadLine]]:
    r"""Maps whose keys are stacks; what else a script prints is no stack and is passed over.

    >>> line = '{"type": "map", "data": {"@": {"\\n    leaf+4\\n    main+12\\n,python": 3}}}'
    >>> read_bpftrace(line)[0][0].frames
    ('python', 'main', 'leaf')
    """
    samples, bad = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            bad.append(_NO_JSON.at(number, line))
            continue
        if isinstance(said, dict) and said.get("type") in ("map", "stats") and isinstance(said.get("data"), dict):
            samples += list(_maps(said["data"]))
    return samples, bad


def _maps(data: dict[str, Any]) -> Iterator[Sample]:
    for name, entries in data.items():
        for key, value in entries.items() if isinstance(entries, dict) else ():
            number = value.get("total", value.get("count")) if isinstance(value, dict) else value
            if "\n" in key and isinstance(number, int | float) and not isinstance(number, bool):
                yield Sample(_frames(key), float(number), "count", str(name))


def _frames(key: str) -> tuple[str, ...]:
    """Frames from the outermost on; what stands beside a stack in the key, such as the command, is outside of it."""
    inner: list[str] = []
    beside: list[str] = []
    for line in key.split("\n"):
        is_frame = line.startswith((" ", "\t"))
        word = line.strip().strip(",").strip()
        if word:
            (inner if is_frame else beside).append(_OFFSET.sub("", word))
    return (*beside, *reversed(inner))
