"""The cells of a notebook file, as text: nothing is run, nothing is upgraded on the way."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ltv.errors import UsageError, found


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the file.

    Attributes:
        position: 0-based place in the notebook.
        id: its id, empty where it has none.
        kind: code, markdown or raw.
        source: its text.
        tags: its tags.
    """

    position: int
    id: str
    kind: str
    source: str
    tags: tuple[str, ...]

    @property
    def place(self) -> str:
        """How a message names it."""
        return f"cell {self.id!r}" if self.id else f"cell {self.position + 1}"


def read_notebook(path: Path) -> dict[str, Any]:
    """Read the JSON of a notebook in format 4.

    Raises:
        UsageError: the file is missing or no such notebook.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON ({error})") from None
    version = content.get("nbformat") if isinstance(content, dict) else None
    if version != 4 or not isinstance(content.get("cells"), list):  # noqa: PLR2004
        raise UsageError(found(f"{path}: nbformat", version, "4, with cells"))
    if not all(
        isinstance(part, dict) and isinstance(part.get("metadata", {}), dict) for part in [content, *content["cells"]]
    ):
        raise UsageError(f"{path}: is no notebook: a cell or its metadata is not an object")
    return cast(dict[str, Any], content)


def cells_of(content: Mapping[str, Any]) -> list[Cell]:
    """Return the cells of a notebook read by `read_notebook`."""
    return [_cell(position, cell) for position, cell in enumerate(content["cells"])]


def _cell(position: int, cell: Mapping[str, Any]) -> Cell:
    source, tags = cell.get("source", ""), cell.get("metadata", {}).get("tags", ())
    text = source if isinstance(source, str) else "".join(source)
    return Cell(position, str(cell.get("id", "")), str(cell.get("cell_type", "")), text, tuple(tags))


def tree_of(path: Path, cell: Cell) -> ast.Module:
    """Parse a code cell.

    Raises:
        UsageError: it is not Python; `%` and `!` lines are none.
    """
    try:
        return ast.parse(cell.source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise UsageError(f"{path}, {cell.place}, line {line}: is not Python ({getattr(error, 'msg', error)})") from None
