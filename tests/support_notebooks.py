"""Notebooks that tests write."""

import json
from pathlib import Path
from typing import Any


def code(source: str, name: str = "", *tags: str) -> dict[str, Any]:
    """Make a code cell."""
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return cell | ({"id": name} if name else {}) | ({"metadata": {"tags": list(tags)}} if tags else {})


def words(source: str, name: str = "") -> dict[str, Any]:
    """Make a markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source} | ({"id": name} if name else {})


def notebook(path: Path, *cells: dict[str, Any] | str, **metadata: Any) -> Path:
    """Write a notebook; a string is a code cell whose id is its place."""
    made = [code(cell, f"cell-{i}") if isinstance(cell, str) else cell for i, cell in enumerate(cells, start=1)]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def outputs(path: Path) -> list[str]:
    """Return the text of all outputs of a notebook file."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = [output for cell in cells for output in cell.get("outputs", [])]
    return ["".join(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in found]
