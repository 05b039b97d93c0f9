"""How fast things start, and what a page weighs: `import ltv`, `ltv --help`, `make report` without set-up.

python benchmarks/start.py
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]
LTV = Path(sys.executable).with_name("ltv")


def seconds(*command: str, times: int = 5) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    bare = seconds(sys.executable, "-c", "pass")
    imported, helped = seconds(sys.executable, "-c", "import ltv"), seconds(str(LTV), "--help")
    print(f"import ltv: {imported:.2f} s (goal 0.4 s; Python alone {bare:.2f} s, ratio {imported / bare:.1f})")
    print(f"ltv --help: {helped:.2f} s (goal 0.3 s; ratio {helped / bare:.1f})")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ltv.toml").write_text((PROJECT / "ltv.toml").read_text(encoding="utf-8"), encoding="utf-8")
        report = seconds(str(LTV), "demo", "--workspace", folder, times=1)
        pages = sorted((Path(folder) / "reports" / "2026-06-30").glob("*.html"))
        heaviest = max(p.stat().st_size for p in pages)
    print(f"ltv demo (what `make report` does after set-up): {report:.1f} s (goal 30 s)")
    print(f"heaviest of {len(pages)} pages: {heaviest / 1e6:.2f} MB (goal 1.7 MB)")


if __name__ == "__main__":
    main()
