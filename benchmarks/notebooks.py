"""Ten trivial notebooks through the runner, pages included, against the papermill command run ten times.

python benchmarks/notebooks.py [NOTEBOOKS]
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import nbformat
from _measure import cpu_s

ORDERS = "order_id,ts,source,id_type,id_value,amount,status\n1,2026-06-29 10:00,shop,member,M1,10.00,paid\n"


def make(root: Path, count: int) -> None:
    (root / "data" / "orders").mkdir(parents=True)
    (root / "data" / "orders" / "orders.csv").write_text(ORDERS)
    (root / "ltv.toml").write_text('timezone = "Asia/Shanghai"\n')
    (root / "notebooks").mkdir()
    for number in range(count):
        cells = [
            nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}, id="parameters"),
            nbformat.v4.new_code_cell("import ltv\n\nx", id="work"),
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        book = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
        book.metadata["ltv"] = {"title": {"zh": f"第 {number} 页", "en": f"Page {number}"}}
        nbformat.write(book, root / "notebooks" / f"{number:02}_trivial.ipynb")


def ours(root: Path, jobs: int) -> tuple[float, float]:
    from ltv.runs import kernel
    from ltv.runs.runner import Request, run

    kernel.warm(wait_s=60)
    run(Request(root, date(2026, 6, 29), jobs=jobs))
    cpu, wall = cpu_s(), time.perf_counter()
    done = run(Request(root, date(2026, 6, 29), jobs=jobs, force=True))
    wall = time.perf_counter() - wall
    kernel.close()
    assert done.exit_code == 0, done
    return cpu_s() - cpu, wall


def papermill(root: Path) -> tuple[float, float]:
    cpu, wall = cpu_s(), time.perf_counter()
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        command = [
            str(Path(sys.executable).with_name("papermill")),
            str(path),
            str(root / path.name),
            "--no-progress-bar",
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=root)
    return cpu_s() - cpu, time.perf_counter() - wall


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        root.mkdir()
        make(root, count)
        _, wall = ours(root, 2)
        shutil.rmtree(root / "data" / "runs")
        _, peer = papermill(root)
    print(f"{count} notebooks with pages, parent warm, --jobs 2: {wall:.1f} s (goal 10 s)")
    print(f"papermill command, {count} times, no pages: {peer:.1f} s")
    print(f"ratio papermill / ltv: {peer / wall:.1f} (goal 5)")
    print(json.dumps({"wall_s": wall, "papermill_s": peer}))


if __name__ == "__main__":
    main()
