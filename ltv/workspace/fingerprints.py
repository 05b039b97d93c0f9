"""What a figure or a model was made from, as hashes: of the inputs, of the code, of anything in JSON form."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
