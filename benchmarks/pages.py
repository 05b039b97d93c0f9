"""Pages of a published date, drawn again: seconds and bytes of each, and when Chromium first paints it.

python benchmarks/pages.py [WORKSPACE] [DATE] [OUT] [--paint]

Without a workspace a small mall is made and run first. Writes the pages to OUT/reports/DATE (default: a temporary folder); with --paint Chromium opens each of them. Goals: all pages of a date in 10 s, a page within
1.7 MB, first paint within 1.5 s.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ltv.report.other_pages import render_date_index
from ltv.report.pages import DateLink, NavItem, PageInfo
from ltv.report.render import block_titles, first_takeaway, render_notebook
from ltv.runs.record import read_nav

PAINT = """() => new Promise(done => new PerformanceObserver(list => {
    const found = list.getEntriesByName('first-contentful-paint')[0];
    if (found) done(found.startTime);
}).observe({type: 'paint', buffered: true}))"""
DRAWN = "window.ltvReady.then(() => performance.now())"


def known(run: Path) -> list[NavItem]:
    """The pages of a run with what the search finds on them."""
    return [
        replace(item, blocks=block_titles(run / "notebooks" / f"{item.name}.ipynb")) if item.state == "done" else item
        for item in read_nav(run)
    ]


def links(workspace: Path, name: str) -> list[DateLink]:
    dates = sorted((p.name for p in (workspace / "data" / "published").glob("????-??-??")), reverse=True)
    return [DateLink(day, f"../{day}/{name}.html") for day in dates]


def draw(workspace: Path, date: str, out: Path) -> dict[str, tuple[float, int]]:
    run = (workspace / "data" / "published" / date).resolve()
    began = time.perf_counter()
    nav, told = known(run), {}
    print(f"{'titles of all blocks':24} {time.perf_counter() - began:6.2f} s  {sum(len(i.blocks) for i in nav)} titles")
    out.mkdir(parents=True, exist_ok=True)
    for item in nav:
        source = run / "notebooks" / f"{item.name}.ipynb"
        if item.state != "done":
            continue
        info = PageInfo(
            item.name,
            item.title,
            date,
            f"{date}T00:00:00+08:00",
            run.name,
            nav=nav,
            latest=f"../latest/{item.name}.html",
        )
        start = time.perf_counter()
        page = render_notebook(source, replace(info, dates=links(workspace, item.name)))
        told[item.name] = time.perf_counter() - start, len(page.encode())
        (out / f"{item.name}.html").write_text(page, encoding="utf-8")
    contents = PageInfo("index", nav[0].title, date, f"{date}T00:00:00+08:00", run.name, nav=nav)
    said = {i.name: first_takeaway(run / "notebooks" / f"{i.name}.ipynb") for i in nav if i.state == "done"}
    (out / "index.html").write_text(
        render_date_index(replace(contents, dates=links(workspace, "index")), nav, said), encoding="utf-8"
    )
    print(f"{'all pages':24} {time.perf_counter() - began:6.2f} s (goal 10)")
    return told


def painted(folder: Path, names: list[str]) -> dict[str, tuple[float, float]]:
    """Milliseconds until the first paint and until all charts are drawn, each page in a fresh context."""
    from playwright.sync_api import sync_playwright

    told = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in names:
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto((folder / f"{name}.html").as_uri())
            told[name] = page.evaluate(PAINT), page.evaluate(DRAWN)
            page.context.close()
        browser.close()
    return told


def small_mall() -> str:
    """Make and run a mall of 600 people."""
    root = tempfile.mkdtemp(prefix="ltv-pages-mall-")
    ltv = [sys.executable, "-m", "ltv.cli"]
    subprocess.run(
        [*ltv, "simulate", "--users", "600", "--days", "300", "--out", root], check=True, capture_output=True
    )
    (Path(root) / "ltv.toml").write_bytes((Path(__file__).parents[1] / "ltv.toml").read_bytes())
    subprocess.run([*ltv, "run", "--workspace", root, "--date", "2026-06-30"], check=True, capture_output=True)
    return root


def main() -> None:
    paint, given = "--paint" in sys.argv, [a for a in sys.argv[1:] if a != "--paint"]
    workspace, *rest = given or [small_mall()]
    dates = sorted(p.name for p in (Path(workspace) / "data" / "published").glob("????-??-??"))
    date = rest[0] if rest else dates[-1]
    out = Path(rest[1] if len(rest) > 1 else tempfile.mkdtemp(prefix="ltv-pages-")) / "reports" / date
    drawn = draw(Path(workspace), date, out)
    seen = painted(out, list(drawn)) if paint else {}
    for name, (seconds, size) in drawn.items():
        when = "  first paint {:.2f} s  charts {:.2f} s".format(*(x / 1e3 for x in seen[name])) if paint else ""
        print(f"{name:24} {seconds:6.2f} s  {size / 1e6:5.2f} MB{when}")
    worst = (
        f"{'worst':24} {max(s for s, _ in drawn.values()):6.2f} s  {max(b for _, b in drawn.values()) / 1e6:5.2f} MB"
    )
    print(worst + (f"  first paint {max(f for f, _ in seen.values()) / 1e3:.2f} s" if paint else ""))


if __name__ == "__main__":
    main()
