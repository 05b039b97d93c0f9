"""What readers see: one link a date that is switched in one step, `latest`, and the list of all dates.

`data/published/<date>` is a link to a run; `data/results/<date>` and `reports/<date>` lead through it, so that one
rename switches both together.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.errors import CorruptError, UsageError, found
from ltv.report.pages import DateEntry, NavItem
from ltv.text import Text, same
from ltv.warehouse.files import Entry, Manifest, sha256, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltv.runs.ledger import Ledger, Run
    from ltv.text import Lang

_STATES: dict[str, str] = {
    "good": "good",
    "partial": "partial",
    "failed": "failed",
    "refused": "refused",
    "killed": "failed",
}


def published_run(workspace: Path, date: str) -> str | None:
    """The run that a date shows, or None."""
    link = workspace / "data" / "published" / date
    return link.resolve().name if link.exists() else None


def seal(folder: Path) -> None:
    """Write the manifest of a run: with it the run is finished, and never changes again."""
    results = Manifest(folder / "results").read()
    entries: dict[str, Entry] = {}
    for path in sorted(
        p for p in folder.rglob("*") if p.is_file() and p.name != Manifest.NAME and not p.name.startswith(".")
    ):
        name = path.relative_to(folder).as_posix()
        known = results.get(name.removeprefix("results/")) if name.startswith("results/") else None
        entries[name] = known or Entry(sha256(path), None)
    Manifest(folder).write(entries)


def check(run: Path) -> None:
    """Whether a run can be shown: every page and result it has written is there, as it was written.

    Raises:
        CorruptError: one is not, or the run never finished.
    """
    manifest = Manifest(run)
    shown = [name for name in manifest.read() if name.startswith(("pages/", "results/"))]
    if not shown:
        raise CorruptError(f"{manifest.path}: names no page and no result; run the date again with --force")
    for name in shown:
        manifest.verify(run / name)


def other_dates(workspace: Path, date: str, *, most: int = 14) -> dict[str, frozenset[str]]:
    """The published dates that lie nearest to one, newest first, each with the names of its pages.

    A page never changes once its run is sealed, so it lists what was published when it was made; what comes later is in
    the list of all dates, which each publication writes anew, and behind `latest`.
    """
    from ltv.runs.record import read_nav

    known = sorted(p.name for p in (workspace / "data" / "published").glob("????-??-??") if p.name != date)
    earlier, later = [d for d in known if d < date], [d for d in known if d > date]
    near = [*later[: most // 2], *earlier[-(most - len(later[: most // 2])) :]]
    folder = workspace / "data" / "published"
    return {day: frozenset(item.name for item in read_nav(folder / day)) for day in sorted(near, reverse=True)}


def switch(workspace: Path, date: str, run_id: str) -> None:
    """Let a date show a run that is whole: results and pages together, in one step.

    Raises:
        CorruptError: it is not whole; what was shown stays.
    """
    run = workspace / "data" / "runs" / run_id
    check(run)
    _link(workspace / "data" / "published" / date, run)
    _link(workspace / "data" / "results" / date, workspace / "data" / "published" / date / "results")
    _link(workspace / "reports" / date, workspace / "data" / "published" / date / "pages")


def move_latest(workspace: Path, date: str) -> bool:
    """Let `reports/latest` show a date, unless it already shows a newer one."""
    link = workspace / "reports" / "latest"
    if link.is_symlink() and link.readlink().name > date:
        return False
    _link(link, workspace / "reports" / date)
    return True


def _link(link: Path, target: Path) -> None:
    """Make or replace a relative link in one step; where links are not allowed, a copy takes its place."""
    link.parent.mkdir(parents=True, exist_ok=True)
    relative = os.path.relpath(target, link.parent)
    if link.is_symlink() and os.readlink(link) == relative:  # noqa: PTH115  compared as text
        return
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    try:
        temporary.symlink_to(relative, target_is_directory=True)
    except OSError:  # Windows without the right to make links
        _copy(target, temporary, link)
        return
    try:
        temporary.replace(link)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _copy(target: Path, temporary: Path, link: Path) -> None:
    shutil.copytree(target, temporary)
    if link.exists():
        old = link.with_name(f".{link.name}.{secrets.token_hex(4)}.old")
        link.replace(old)
        temporary.replace(link)
        shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.replace(link)


def write_index(workspace: Path, ledger: Ledger, languages: Sequence[Lang]) -> Path:
    """Write `reports/index.html`: every date with its state and its pages."""
    newest: dict[str, Run] = {}
    for run in ledger.runs():
        if not run.is_trial and run.state != "running":
            newest.setdefault(run.date, run)
    entries = [_entry(workspace, run) for run in newest.values()]
    from ltv.report.other_pages import render_index  # here, since most that asks this module writes nothing

    path = workspace / "reports" / "index.html"
    write_text(path, render_index(entries, languages))
    return path


def _entry(workspace: Path, run: Run) -> DateEntry:
    shown = published_run(workspace, run.date)
    pages = _pages(workspace, f"{run.date}", shown) if shown else ()
    href = f"{run.date}/index.html" if shown else _refused_page(workspace, run)
    state = _STATES[run.state]
    why = same(run.why)
    if shown and shown != run.run_id and state != "good":
        why = Text(f"{run.why}（仍显示 {shown}）", f"{run.why} (still showing {shown})")
    return DateEntry(run.date, state, shown or run.run_id, pages, why, href)  # type: ignore[arg-type]


def _refused_page(workspace: Path, run: Run) -> str:
    page = workspace / "data" / "runs" / run.run_id / "pages" / "index.html"
    return os.path.relpath(page, workspace / "reports").replace(os.sep, "/") if page.exists() else "#"


def _pages(workspace: Path, date: str, run_id: str) -> tuple[NavItem, ...]:
    from ltv.runs.record import read_nav

    items = read_nav(workspace / "data" / "runs" / run_id)
    return tuple(NavItem(i.name, i.title, f"{date}/{i.href}", i.state) for i in items)


def roll_back(workspace: Path, ledger: Ledger, languages: Sequence[Lang]) -> tuple[str, str]:
    """Let the newest date show the run before, one step back; return the date and that run.

    Raises:
        UsageError: there is no earlier run of that date.
        CorruptError: it is not whole any more; what is shown stays.
    """
    dates = sorted(p.name for p in (workspace / "data" / "published").glob("????-??-??"))
    if not dates:
        raise UsageError(found("rollback reports", "no published date", "a workspace with a published date"))
    date, current = dates[-1], published_run(workspace, dates[-1])
    runs = workspace / "data" / "runs"
    shown = [r for r in _one_after_another(ledger.published(date)) if (runs / r / "manifest.json").exists()]
    if len(shown) < 2 or shown[-1] != current:  # noqa: PLR2004  the one that is shown and one before it
        raise UsageError(found(f"rollback reports {date}", f"only {current}", "a date with an earlier run"))
    switch(workspace, date, shown[-2])
    ledger.publish(date, shown[-2])
    write_index(workspace, ledger, languages)
    return date, shown[-2]


def _one_after_another(published: Sequence[str]) -> list[str]:
    """Runs that a date has come to show, what was gone back from left out: another step back goes further back.

    >>> _one_after_another(["B", "C", "B", "A"]), _one_after_another(["D", "B", "C", "B", "A"])
    (['A', 'B'], ['A', 'B', 'D'])
    """
    shown: list[str] = []
    for run in reversed(published):
        if run in shown:  # shown again: back to it
            del shown[shown.index(run) + 1 :]
        else:
            shown.append(run)
    return shown
