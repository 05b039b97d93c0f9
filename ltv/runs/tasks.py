"""The notebooks of one run: executed in order or taken over, each with its page."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltv.errors import CorruptError, MissingTableError
from ltv.report import other_pages, render
from ltv.report.clean import plain
from ltv.report.pages import OVERVIEW, BlockTitle, DateLink, Failure, NavItem, PageInfo, PageState
from ltv.runs import hashes, kernel
from ltv.runs.advice import advice
from ltv.runs.execute import Outcome, execute
from ltv.runs.ledger import ENDED_WELL, Task, TaskState
from ltv.runs.overheard import overheard
from ltv.runs.record import read_nav
from ltv.text import Text, same
from ltv.warehouse.files import Manifest, write_text
from ltv.warehouse.local_time import zone
from ltv.workspace.workspace import RUN_FOLDER

if TYPE_CHECKING:
    from ltv.runs.ledger import Ledger, Run
    from ltv.runs.plan import Step
    from ltv.runs.progress import Reporter
    from ltv.settings import Settings
    from ltv.workspace.prepare import Prepared

_LOOK_S = 0.2
_PAGE_STATES: dict[str, PageState] = {"done": "done", "missing": "missing"}


@dataclass(frozen=True)
class Pages:
    """What all pages of a run have in common."""

    record: Run
    settings: Settings
    languages: Sequence[Any]
    as_of: datetime | None
    prepared: Mapping[str, Prepared]
    steps: Sequence[Step]
    dates: Mapping[str, Collection[str]] = field(default_factory=dict)
    has_latest: bool = False

    def info(self, name: str, nav: Sequence[NavItem] = ()) -> PageInfo:
        """What one page says of its run."""
        step = next((s for s in self.steps if s.name == name), None)
        return PageInfo(
            name=name,
            title=step.spec.title if step else same(name),
            date=self.record.date,
            as_of=self._instant(),
            run_id=self.record.run_id,
            languages=self.languages,
            currency=self.settings.currency,
            rows={n: p.facts.accepted for n, p in self.prepared.items() if p.facts},
            data_hash=self.record.input_hash[:16],
            code_version=self.record.code_hash[:16],
            settings=self.settings.shown,
            parameters=dict(step.parameters) if step else {},
            nav=nav,
            dates=self._dates(name),
            latest=f"../latest/{name}.html" if self.has_latest else "",
        )

    def _dates(self, name: str) -> list[DateLink]:
        """This page on other dates, and among them its own; a date without it leads to its contents."""
        if not self.dates:
            return []
        there = {day: name if name in pages else "index" for day, pages in self.dates.items()}
        links = [DateLink(day, f"../{day}/{page}.html") for day, page in there.items()]
        return sorted([*links, DateLink(self.record.date, "#main")], key=lambda link: link.date, reverse=True)

    def _instant(self) -> str:
        if self.as_of is None:
            return ""
        return self.as_of.replace(tzinfo=UTC).astimezone(zone(self.settings.timezone)).isoformat()


class Tasks:
    """Runs the steps of one run.

    Args:
        root: the workspace.
        folder: of the run.
        record: the run as the ledger has it.
        settings: of the workspace.
        ledger: where attempts are written down.
        pages: what pages have in common.
        reporter: listens.
    """

    def __init__(  # noqa: PLR0917  the parts of a run, in the order of its walk
        self,
        root: Path,
        folder: Path,
        record: Run,
        settings: Settings,
        ledger: Ledger,
        pages: Pages,
        reporter: Reporter,
    ) -> None:
        self.root, self.folder, self.record, self.settings = root, folder, record, settings
        self.ledger, self.pages, self.reporter = ledger, pages, reporter
        self.states: dict[str, TaskState] = {}
        self.hashes: dict[str, str] = {}
        self.carried: list[NavItem] = []
        self._heard: Callable[[str], Mapping[str, str]] = lambda _: {}
        self._draws: dict[str, Callable[[PageInfo], str]] = {}
        self._blocks: dict[str, tuple[BlockTitle, ...]] = {}

    def run(self, steps: Sequence[Step], *, jobs: int, resume: bool) -> dict[str, TaskState]:
        """Run all steps, those that wait for nothing side by side; return how each ended."""
        for step in steps:
            self.hashes[step.name] = self._hash(step)
        done = {s.name: self._take_over(s) for s in steps} if resume else {}
        self.states = {n: s for n, s in done.items() if s}
        rest = [s for s in steps if s.name not in self.states]
        self.reporter.begin({s.name: self.ledger.usual_seconds(s.name) for s in rest})
        try:
            with overheard(self.reporter.part) as self._heard:
                self._all(rest, jobs)
        finally:
            self.reporter.close()
        return {s.name: self.states[s.name] for s in steps}

    def finish_pages(self, steps: Sequence[Step]) -> None:
        """Draw the pages again once every state is known, those of the pages that were carried over too: they link to all."""
        for step in steps:
            self._finish_page(step)

    def _hash(self, step: Step) -> str:
        return hashes.task_hash(
            step,
            date=self.record.date,
            inputs=self.record.input_hash,
            settings=self.record.settings_hash,
            before={n: self.hashes[n] for n in step.after},
        )

    def _all(self, steps: Sequence[Step], jobs: int) -> None:
        waiting = list(steps)
        running: dict[Future[TaskState], Step] = {}
        with ThreadPoolExecutor(max(1, jobs), "ltv-task") as pool, _ended_by_hand(running):
            while waiting or running:
                for step in [s for s in waiting if self._ready(s, waiting, running)][: jobs - len(running)]:
                    waiting.remove(step)
                    running[pool.submit(self._one, step)] = step
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    self.states[running.pop(future).name] = future.result()

    @staticmethod
    def _ready(step: Step, waiting: Sequence[Step], running: Mapping[Any, Step]) -> bool:
        busy = {s.name for s in waiting} | {s.name for s in running.values()}
        return not busy.intersection(step.after)

    def _one(self, step: Step) -> TaskState:
        needed = [n for n in step.after if n not in step.spared]
        blocked = [n for n in needed if self.states.get(n) not in ENDED_WELL]
        attempt = self.ledger.start_task(
            self.record.run_id,
            step.name,
            hashes=(self.hashes[step.name], self.record.input_hash, self.record.code_hash),
            parameters=dict(step.parameters),
        )
        self.reporter.started(step.name)
        began = time.monotonic()
        state, why = self._blocked(step, blocked) if blocked else self._execute(step)
        seconds = time.monotonic() - began
        self.ledger.end_task(self.record.run_id, step.name, attempt, state=state, seconds=seconds, why=why)
        self.reporter.ended(step.name, state, seconds, why)
        return state

    def _blocked(self, step: Step, by: Sequence[str]) -> tuple[TaskState, str]:
        why = f"needs {', '.join(by)}"
        words = Text(
            f"它依赖的页面没有完成：{', '.join(by)}。先解决那一页。",
            f"It builds on {', '.join(by)}, which did not finish. See there first.",
        )
        failure = Failure("", 0, "", "Blocked", why, words)
        self._write(step, lambda info: other_pages.render_failure(info, failure))
        return "blocked", why

    def _execute(self, step: Step) -> tuple[TaskState, str]:
        outcome = execute(
            step.path,
            self._notebook(step.name),
            step.parameters,
            environment={RUN_FOLDER: str(self.folder), **self._heard(step.name)},
            cwd=self.root,
            timeout_s=self.settings.notebook_timeout_s,
        )
        if outcome.missing_table:
            table, why = outcome.missing_table, _why_missing(outcome)
            self._write(step, lambda info: other_pages.render_missing(info, table, why, shows=_shows(step)))
            return "missing", f"table {table} is not there: {why.en}"
        if outcome.failure is not None:
            return outcome.state, self._failed(step, outcome)
        return self._rendered(step)

    def _rendered(self, step: Step) -> tuple[TaskState, str]:
        """Render once now, so that a page that cannot be drawn fails with its notebook."""
        try:
            self._write(step, lambda info: render.render_notebook(self._notebook(step.name), info))
        except Exception as error:  # blocks can hold anything, and one page must not take the others with it
            kind, words = type(error).__name__, " ".join(str(error).split())
            failure = Failure("", 0, "", kind, words, advice(kind, "failed"))
            self._write(step, lambda info: other_pages.render_failure(info, failure))
            return "failed", f"page: {kind}: {words}"
        return "done", ""

    def _failed(self, step: Step, outcome: Outcome) -> str:
        f = outcome.failure
        assert f is not None  # noqa: S101  the caller looked
        failure = Failure(f.cell, f.cell_index + 1, f.source, f.error, f.message, advice(f.error, outcome.state))
        self._write(step, lambda info: other_pages.render_failure(info, failure))
        return f"cell {f.cell or f.cell_index + 1}: {f.error}: {f.message}"

    def _notebook(self, name: str) -> Path:
        return self.folder / "notebooks" / f"{name}.ipynb"

    def page(self, name: str) -> Path:
        """Path of a page."""
        return self.folder / "pages" / f"{name}.html"

    def _write(self, step: Step, draw: Callable[[PageInfo], str]) -> None:
        self._draws[step.name] = draw
        write_text(self.page(step.name), draw(self.pages.info(step.name)))

    def nav(self) -> list[NavItem]:
        """The pages of the run, in order of their names."""
        return sorted([*map(self._item, self.pages.steps), *self.carried], key=lambda item: item.name)

    def _item(self, step: Step) -> NavItem:
        state = _PAGE_STATES.get(self.states[step.name], "failed")
        return NavItem(step.name, step.spec.title, f"{step.name}.html", state, self._titles(step.name, state))

    def _titles(self, name: str, state: PageState) -> tuple[BlockTitle, ...]:
        """What the search finds on a page, read once: every page of the run lists it."""
        if state != "done" or not self._notebook(name).exists():
            return ()
        if name not in self._blocks:
            self._blocks[name] = render.block_titles(self._notebook(name))
        return self._blocks[name]

    def _finish_page(self, step: Step) -> None:
        """Draw a page again, now with links to all others and how they came out."""
        draw = self._draws.get(step.name)
        if draw is None and self.states[step.name] == "done":  # taken over
            draw = partial(render.render_notebook, self._notebook(step.name))
        if draw is not None:
            write_text(self.page(step.name), draw(self.pages.info(step.name, self.nav())))

    def write_contents(self) -> None:
        """Write what a date opens with: the overview with the table of contents below it, or the contents alone."""
        nav = self.nav()
        done = [i.name for i in nav if i.state == "done" and self._notebook(i.name).exists()]
        sentences = {name: render.first_takeaway(self._notebook(name)) for name in done}
        index = self.folder / "pages" / "index.html"
        if OVERVIEW not in done:
            info = self.pages.info("index", nav)
            write_text(index, other_pages.render_date_index(info, nav, sentences))
            return
        others = [item for item in nav if item.name != OVERVIEW]
        info = self.pages.info(OVERVIEW, nav)
        page = render.render_notebook(self._notebook(OVERVIEW), info, pages=others, takeaways=sentences)
        write_text(index, page)
        write_text(self.page(OVERVIEW), page)

    def _take_over(self, step: Step) -> TaskState | None:
        """Take the finished work of an earlier attempt when it is exactly the same work."""
        earlier = self.ledger.finished(self.hashes[step.name])
        if earlier is None or not self._copy(earlier, step):
            return None
        attempt = self.ledger.start_task(
            self.record.run_id,
            step.name,
            hashes=(self.hashes[step.name], self.record.input_hash, self.record.code_hash),
            parameters=dict(step.parameters),
        )
        self.ledger.end_task(
            self.record.run_id, step.name, attempt, state=earlier.state, seconds=0.0, taken_from=earlier.run_id
        )
        self.reporter.note(f"{step.name}: taken over from {earlier.run_id}")
        return earlier.state

    def _copy(self, earlier: Task, step: Step) -> bool:
        source = self.root / "data" / "runs" / earlier.run_id
        try:
            return _copy_work(source, self.folder, step.name, sorted(step.spec.writes), done=earlier.state == "done")
        except (CorruptError, OSError):
            return False

    def carry_over(self, steps: Sequence[Step], published: str | None) -> None:
        """Take the pages and tables that were not asked for from the run that is published."""
        if published is None:
            return
        source = self.root / "data" / "runs" / published
        mine = {s.name for s in steps}
        tables = {t for s in steps for t in s.spec.writes}
        for item in read_nav(source):
            if item.name not in mine:
                _link(source / "pages" / item.href, self.folder / "pages" / item.href)
                _link(source / "notebooks" / f"{item.name}.ipynb", self._notebook(item.name))
                self.carried.append(item)
        for name, entry in Manifest(source / "results").read().items():
            if Path(name).stem not in tables | {"restatements"}:
                path = Manifest(source / "results").verify(source / "results" / name)
                _link(path, self.folder / "results" / name)
                Manifest(self.folder / "results").add(self.folder / "results" / name, entry.rows)


def _why_missing(outcome: Outcome) -> Text:
    """Why a table is not there, in both languages where it is simply not there."""
    why = (outcome.failure.message if outcome.failure else "").partition("is not there: ")[2]
    if why == MissingTableError("").why:
        return Text("没有找到它的输入", why)
    day = why.removeprefix("no run has written it for ")
    return same(why) if day == why else Text(f"没有运行为 {day} 写出这张表", why)


@contextmanager
def _ended_by_hand(running: Collection[Future[TaskState]]) -> Iterator[None]:
    """On ^C end the kernels, also those that are only starting: without them their threads end too."""
    try:
        yield
    except KeyboardInterrupt:
        while wait(running, timeout=_LOOK_S).not_done:
            kernel.close()
        raise


def _shows(step: Step) -> Text | None:
    """What a page would say it shows: the words that its notebook begins with."""
    about = step.spec.about
    return about and Text(plain(about.zh), plain(about.en))


def _copy_work(source: Path, target: Path, name: str, tables: Sequence[str], *, done: bool) -> bool:
    page = source / "pages" / f"{name}.html"
    notebook = source / "notebooks" / f"{name}.ipynb"
    if not page.exists() or (done and not notebook.exists()):
        return False
    results = Manifest(source / "results")
    known = results.read()
    found = [(t, results.verify(source / "results" / f"{t}.parquet")) for t in tables if f"{t}.parquet" in known]
    if source.resolve() == target.resolve():
        return True
    _link(page, target / "pages" / page.name)
    if done:
        _link(notebook, target / "notebooks" / notebook.name)
    for table, path in found:
        _link(path, target / "results" / path.name)
        Manifest(target / "results").add(target / "results" / path.name, known[f"{table}.parquet"].rows)
    return True


def _link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no hard links."""
    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
