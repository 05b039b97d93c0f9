"""What a run and a task are made of, as hashes: the same hash is the same work."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.workspace.fingerprints import code_hash, digest, input_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ltv.runs.plan import Step

__all__ = ["code_hash", "digest", "input_hash", "notebook_hash", "run_hash", "task_hash"]


def notebook_hash(path: Path) -> str:
    """SHA-256 of a notebook as committed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run_hash(steps: Iterable[Step], *, inputs: str, settings: str) -> str:
    """SHA-256 of a run: inputs, code, settings, notebooks and their parameters."""
    notebooks = {s.name: (notebook_hash(s.path), dict(s.parameters)) for s in steps}
    return digest(inputs, code_hash(), settings, notebooks)


def task_hash(step: Step, *, date: str, inputs: str, settings: str, before: Mapping[str, str]) -> str:
    """SHA-256 of a task: the notebook, its parameters, its inputs and the tasks it builds on."""
    upstream = {name: before[name] for name in step.after}
    return digest(date, notebook_hash(step.path), dict(step.parameters), inputs, code_hash(), settings, upstream)
