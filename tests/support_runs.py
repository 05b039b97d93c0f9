"""A small workspace with notebooks of its own, for tests that run dates."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

TITLE = {"zh": "一页", "en": "A page"}
OPEN = "import ltv\n\nws = ltv.open(workspace, date=date)"
PARAMETERS = 'workspace = ".."  # folder with ltv.toml\ndate = ""  # day to report on'
ASSETS = ["assets = ltv.data_assets(ws)\nws.save('data_assets', assets)", "ltv.show(assets, 'key_figures')"]
KEPT = [
    "kept = ltv.retention(ws.orders, as_of=ws.date, grain=grain)\nws.save('retention', kept)",
    "ltv.show(kept, 'takeaways')",
]


def shop(root: Path, *, orders: str | None = None) -> Path:
    """Make a workspace with forty orders of ten people."""
    (root / "data" / "orders").mkdir(parents=True)
    (root / "ltv.toml").write_text('timezone = "Asia/Shanghai"\n', encoding="utf-8")
    (root / "data" / "orders" / "orders.csv").write_text(orders or order_rows(), encoding="utf-8")
    (root / "notebooks").mkdir()
    return root


def order_rows(extra: str = "") -> str:
    lines = ["order_id,ts,source,id_type,id_value,amount,status"]
    lines += [f"{n},2026-0{1 + n % 6}-{10 + n % 10} 10:00:00,shop,member,M{n % 10},{n}.50,paid" for n in range(40)]
    return "\n".join(lines) + "\n" + extra


def notebook(
    root: Path,
    name: str,
    cells: list[str],
    *,
    parameters: str = PARAMETERS,
    opens: bool = True,
    about: tuple[str, ...] = (),
) -> Path:
    """Write a notebook into a workspace; `about` is what it says of itself in Chinese and in English."""
    made = [
        nbformat.v4.new_markdown_cell(words, metadata={"lang": lang}, id=f"about-{lang}")
        for words, lang in zip(about, TITLE, strict=False)
    ]
    made += [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="parameters")]
    sources = [OPEN, *cells] if opens else cells
    made += [nbformat.v4.new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel, "ltv": {"title": TITLE}})
    path = root / "notebooks" / f"{name}.ipynb"
    nbformat.write(book, path)
    return path


def two_notebooks(root: Path) -> Path:
    """The workspace with a page on data and a page on retention."""
    shop(root)
    notebook(root, "01_assets", ASSETS)
    notebook(root, "02_kept", KEPT, parameters=PARAMETERS + '\ngrain = "month"  # length of a period')
    return root


def ltv(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    command = [sys.executable, "-m", "ltv.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=os.environ | environment, check=False)
