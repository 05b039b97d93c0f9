"""What a run and a task are made of, as hashes: the same hash is the same work."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ltv.runs.plan import Step
    from ltv.workspace.prepare import Prepared


def digest(*parts: object) -> str:
    """SHA-256 over parts in JSON form."""
    body = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


@lru_cache(maxsize=1)
def code_hash() -> str:
    """SHA-256 over the package: what a page's figures were computed by."""
    package = Path(__file__).parents[1]
    whole = hashlib.sha256()
    for path in sorted(p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        whole.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def input_hash(prepared: Mapping[str, Prepared]) -> str:
    """SHA-256 over the content of all inputs."""
    return digest({name: p.hash or p.refused or "" for name, p in prepared.items()})


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
