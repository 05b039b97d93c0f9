"""How far payments come: steps of the path by channel, with their errors and their times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltv.hooks.quantiles import ALL, QUANTILES
from ltv.hooks.spans import Flags, Floats, Forest, Ints

NO_CHANNEL = "?"
MOST_STEPS = 12
LEAST_SHARE = 0.01  # of payments that a step must be part of
FUNNEL = [
    "channel", "step_index", "step", "service", "payments", "rate_from_previous", "rate_from_first", "seen", "errors", "error_rate",
    "p50_ms", "p95_ms", "p99_ms", "self_p50_ms", "self_p95_ms", "self_p99_ms",
]  # fmt: skip
MS = 1_000


@dataclass(frozen=True)
class Path:
    """The spans of payments that are steps.

    Attributes:
        rows: their places in the forest.
        step: number of the step of each; the root is 0.
        payment: number of the payment of each.
        steps: operation of each step.
        channel: channel of each payment, position in `channels`.
        channels: names, the one of payments that say none last.
    """

    rows: Ints
    step: Ints
    payment: Ints
    steps: tuple[int, ...]
    channel: Ints
    channels: tuple[str, ...]


def path_of(spans: Forest) -> Path:
    """Find the steps: roots, what they call themselves, and the charge wherever it is called, in the order in which they begin.

    Of traces that have their beginning: what else is lost of the others nobody knows.
    """
    root_of = np.full(int(spans.trace.max(initial=-1)) + 1, -1, np.int64)
    root_of[spans.trace[spans.root]] = spans.root
    root = root_of[spans.trace]
    is_charge = ~np.isnan(spans.amount_fen) & spans.is_whole
    kinds = np.unique(spans.operation.codes[root[is_charge]])
    roots = spans.root[np.isin(spans.operation.codes[spans.root], kinds) & spans.is_whole[spans.root]]
    of_root = np.full(len(spans.trace), -1, np.int64)
    of_root[roots] = np.arange(len(roots))
    payment = np.where(root >= 0, of_root[root], -1)
    charges = np.unique(spans.operation.codes[is_charge])
    is_step = (payment >= 0) & ((spans.parent == root) | np.isin(spans.operation.codes, charges))
    is_step[roots] = False
    rows = np.flatnonzero(is_step)
    steps = _steps(spans, rows, payment[rows], (spans.started - spans.started[root])[rows], len(roots))
    number = np.full(len(spans.operation.values) + 1, -1, np.int64)
    number[list(steps)] = np.arange(1, len(steps) + 1)
    rows = rows[number[spans.operation.codes[rows]] > 0]
    both = np.concatenate([roots, rows])
    step = np.concatenate([np.zeros(len(roots), np.int64), number[spans.operation.codes[rows]]])
    channels = (*spans.channel.values, NO_CHANNEL)
    first = int(np.bincount(spans.operation.codes[roots]).argmax()) if len(roots) else -1
    channel = np.where(spans.channel.codes[roots] >= 0, spans.channel.codes[roots], len(channels) - 1)
    return Path(both, step, payment[both], (first, *steps) if len(roots) else (), channel, channels)


def cut_payments(spans: Forest) -> int:
    """How many traces have a charge and not their beginning."""
    return len(np.unique(spans.trace[~np.isnan(spans.amount_fen) & ~spans.is_whole]))


def _steps(spans: Forest, rows: Ints, payment: Ints, since_root: Ints, payments: int) -> list[int]:
    """Operations that are steps, by the usual moment of their beginning."""
    code = spans.operation.codes[rows]
    frame = pd.DataFrame({"code": code, "payment": payment, "at": since_root})
    told = frame.groupby("code").agg(payments=("payment", "nunique"), at=("at", "median"))
    told = told[told["payments"] >= LEAST_SHARE * payments].nlargest(MOST_STEPS - 1, "payments")
    return [int(c) for c in told.sort_values("at", kind="stable").index]


def funnel_of(spans: Forest) -> pd.DataFrame:
    """The table `payment_funnel`: each step in each channel and in all of them.

    A payment has passed a step when this and all before it went well; an error that a second attempt made good is none. A step that a payment has not is
    passed where a later one is there.
    """
    path = path_of(spans)
    if not path.steps:
        return pd.DataFrame(columns=FUNNEL)
    passed = _passed(path, spans.is_error)
    used = np.flatnonzero(np.bincount(path.channel, minlength=len(path.channels)))
    parts = [_rows(spans, path, passed, np.ones(len(path.channel), np.bool_), ALL)]
    parts += [_rows(spans, path, passed, path.channel == c, path.channels[c]) for c in used]
    return pd.concat(parts, ignore_index=True)[FUNNEL]


def _passed(path: Path, is_error: Flags) -> Ints:
    """The last step that each payment has passed."""
    n, k = len(path.channel), len(path.steps)
    there, good = np.zeros((n, k), np.bool_), np.zeros((n, k), np.bool_)
    there[path.payment, path.step] = True
    fine = ~is_error[path.rows]
    good[path.payment[fine], path.step[fine]] = True
    failed = there & ~good
    failed[:, 0] = False  # the root fails with any of its steps, and was attempted all the same
    first_failed = np.where(failed.any(axis=1), failed.argmax(axis=1), k)
    last_there = k - 1 - there[:, ::-1].argmax(axis=1)
    passed: Ints = np.minimum(first_failed - 1, last_there).astype(np.int64)
    return passed


def _rows(spans: Forest, path: Path, passed: Ints, chosen: Flags, channel: str) -> pd.DataFrame:
    counts = np.bincount(passed[chosen], minlength=len(path.steps))[::-1].cumsum()[::-1]
    mine = chosen[path.payment]
    out = []
    for k, code in enumerate(path.steps):
        rows = path.rows[mine & (path.step == k)]
        service, _, name = spans.operation.values[code].partition(" · ")
        errors = int(spans.is_error[rows].sum())
        out.append({
            "channel": channel, "step_index": k, "step": name, "service": service, "payments": int(counts[k]),
            "rate_from_previous": counts[k] / counts[k - 1] if k and counts[k - 1] else np.nan if k else 1.0,
            "rate_from_first": counts[k] / counts[0] if counts[0] else np.nan, "seen": len(rows), "errors": errors,
            "error_rate": errors / len(rows) if len(rows) else np.nan, **_quantiles(spans.lasted[rows], ""),
            **_quantiles(spans.own[rows], "self_"),
        })  # fmt: skip
    return pd.DataFrame(out)


def _quantiles(values: Ints, prefix: str) -> dict[str, float]:
    told: Floats = (
        np.quantile(values, list(QUANTILES.values())) / MS if len(values) else np.full(len(QUANTILES), np.nan)
    )
    return {f"{prefix}{name}_ms": float(x) for name, x in zip(QUANTILES, told, strict=True)}
