"""Profiles in the format of pprof: a protocol buffer, usually in gzip.

https://github.com/google/pprof/blob/main/proto/profile.proto
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from ltv.errors import DataRefusedError
from ltv.hooks.profiles.stacks import Sample, moment
from ltv.sources.protobuf import Fields, fields, packed
from ltv.sources.wire_kernels import LENGTH


def read_pprof(raw: bytes, label: str) -> list[Sample]:
    """All samples, one for each of their values.

    Args:
        raw: the message, decompressed.
        label: what messages call it.

    Raises:
        DataRefusedError: it is cut short, or no profile. Names come after the samples, so of a cut one nothing can be used.
    """
    top = fields(raw, np.array([0]), np.array([len(raw)]))
    texts = [piece.decode(errors="replace") for piece in top.of(6).pieces()]
    samples = top.of(2)
    inner = samples.inside()
    if top.broken[0] or inner.broken.any() or not texts:
        raise DataRefusedError(f"{label}: found a profile that is cut short or none, allowed: a whole one of pprof")
    try:
        kinds = [(texts[k], texts[u]) for k, u in _pairs(top.of(1))]
        names = _locations(top, texts)
        at = _times(top)
        places, values = (_numbers(inner.of(n), len(samples.message)) for n in (1, 2))
        out = []
        for where, counted in zip(places, values, strict=True):
            frames = tuple(f for place in reversed(where) for f in names[place])
            out += [Sample(frames, v, unit, kind, at) for (kind, unit), v in zip(kinds, counted, strict=True) if v]
    except (IndexError, KeyError, ValueError):
        raise DataRefusedError(
            f"{label}: found references to what is not there, allowed: a whole profile of pprof"
        ) from None
    return out


def _pairs(kinds: Fields) -> list[tuple[int, int]]:
    inner = kinds.inside()
    return list(zip(inner.of(1).values().tolist(), inner.of(2).values().tolist(), strict=True))


def _times(top: Fields) -> tuple[datetime | None, datetime | None]:
    began, lasted = (int(top.of(n).values()[0]) for n in (9, 10))
    return (moment(began), moment(began + lasted)) if began > 0 else (None, None)


def _locations(top: Fields, texts: list[str]) -> dict[int, tuple[str, ...]]:
    """Frames of each location, the outermost first; a location of inlined functions has several, one without names is its address."""
    functions = top.of(5).inside()
    ids, at = functions.of(1).values().tolist(), functions.of(2).values().tolist()
    name_of = {k: texts[t] for k, t in zip(ids, at, strict=True)}
    inner = top.of(4).inside()
    numbers, address = inner.of(1).values().tolist(), inner.of(3).values().tolist()
    lines = inner.of(4)
    called: list[list[str]] = [[] for _ in numbers]
    for m, f in zip(lines.message.tolist(), lines.inside().of(1).values().tolist(), strict=True):
        called[m].append(name_of[f])
    return {k: tuple(reversed(names)) or (f"0x{a:x}",) for k, names, a in zip(numbers, called, address, strict=True)}


def _numbers(inner: Fields, messages: int) -> list[list[int]]:
    """A repeated number of each message, packed or one by one."""
    out: list[list[int]] = [[] for _ in range(messages)]
    for k, (m, wire, value) in enumerate(
        zip(inner.message.tolist(), inner.wire.tolist(), inner.value.tolist(), strict=True)
    ):
        out[m] += packed(inner.bytes_of(k)) if wire == LENGTH else [value]
    return out
