"""The daily run: inputs → notebooks in order → results and pages → published in one step.

The walk: lock → prepare inputs → judge them → plan → run id → each notebook (or its finished copy) → manifest →
restatements → switch → index. Everything a run makes lies in its own folder until the switch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ltv import settings as settings_module
from ltv.errors import DataRefusedError, LtvError, found
from ltv.progress import heard_by
from ltv.runs import hashes, kernel, publish
from ltv.runs.ledger import ENDED_WELL, ONLY, Ledger, Run, RunState, now
from ltv.runs.lock import workspace_lock
from ltv.runs.plan import Step, notebooks_folder, plan
from ltv.runs.progress import Reporter, Silent
from ltv.runs.record import write_nav
from ltv.runs.restate import cause, restatements
from ltv.runs.tasks import Pages, Tasks
from ltv.text import same
from ltv.warehouse.files import Manifest, write_text
from ltv.workspace import inputs
from ltv.workspace.clock import start_of_run
from ltv.workspace.models import Models
from ltv.workspace.prepare import Preparation, Prepared
from ltv.workspace.store import published_dates, read_table, store
from ltv.workspace.workspace import assemble, hmac_key

if TYPE_CHECKING:
    from ltv.settings import Settings
    from ltv.text import Lang

GOOD, FAILED, REFUSED = 0, 1, 3


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Attributes:
        workspace: the folder with `ltv.toml`.
        date: the day to report on.
        only: names of notebooks to run, with those they need; empty for all.
        parameters: values by name; a run with parameters is kept but not published.
        resume: take over what an earlier run has finished and what has not changed.
        force: run even where nothing has changed.
        jobs: notebooks at once.
        lang: language in which pages open; default the first of the settings.
        releases: interventions of the newest date go to the outbox; those of a backfill never do.
    """

    workspace: Path
    date: dt.date
    only: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    resume: bool = False
    force: bool = False
    jobs: int = 1
    lang: str | None = None
    releases: bool = True


@dataclass(frozen=True)
class Done:
    """How a run came out.

    Attributes:
        exit_code: as CONTRACT gives it.
        run_id: the run, or empty where none started.
        index: the list of all dates.
        published: whether readers see this run now.
        why: one line where it is not all good.
    """

    exit_code: int
    run_id: str
    index: Path
    published: bool
    why: str = ""


def run(request: Request, *, reporter: Reporter | None = None) -> Done:
    """Run a date.

    Raises:
        UsageError: an unknown notebook, parameter or setting.
        LockedError: another run holds the workspace.
    """
    settings = settings_module.load(request.workspace)
    with workspace_lock(request.workspace, command=f"ltv run --date {request.date}"):
        return _Runner(request, settings, reporter or Silent()).run()


class _Runner:
    def __init__(self, request: Request, settings: Settings, reporter: Reporter) -> None:
        self.request = request
        self.settings = settings
        self.reporter = reporter
        self.root = request.workspace.resolve()
        self.date = str(request.date)
        self.ledger = Ledger(self.root)
        self.languages = _languages(settings, request.lang)

    def run(self) -> Done:
        for dead in self.ledger.bury_the_dead():
            self.reporter.note(f"{dead} ended in the middle; --resume takes over what it finished")
        steps = plan(
            notebooks_folder(self.root),
            date=self.date,
            workspace=self.root,
            only=self.request.only,
            parameters=self.request.parameters,
        )
        kernel.warm()  # imports while the inputs are read
        self.reporter.note(f"reading the inputs of {self.root.name or self.root}")
        with heard_by(partial(self.reporter.part, "inputs")):
            prepared = Preparation(self.root, self.settings, start_of_run(), hmac_key(self.root)).all()
        record = self._record(steps, prepared)
        finished = self._finished(record)
        if finished:
            return finished
        self.ledger.start_run(record)
        try:
            return self._run(record, steps, prepared)
        except DataRefusedError as error:
            return self._refused(record, str(error))
        except KeyboardInterrupt:
            self.ledger.end_run(record.run_id, "killed", "stopped by hand")
            raise
        except BaseException as error:
            self.ledger.end_run(record.run_id, "failed", f"{type(error).__name__}: {error}")
            raise

    def _record(self, steps: Sequence[Step], prepared: Mapping[str, Prepared]) -> Run:
        data, settings = hashes.input_hash(prepared), hashes.digest(self.settings.hash, self.languages)
        whole = hashes.run_hash(steps, inputs=data, settings=settings)
        asked = dict(self.request.parameters) | ({ONLY: list(self.request.only)} if self.request.only else {})
        run_id = self._run_id(f"{self.date}-{hashes.digest(whole, asked)[:12]}")
        return Run(run_id, self.date, "running", now(), None, data, hashes.code_hash(), settings, asked, "")

    def _run_id(self, base: str) -> str:
        """A finished run never changes: a repeat that is asked for, or that one not all good needs, gets a number."""
        name, number = base, 1
        while Manifest(self._folder(name)).path.exists() and (self.request.force or not self._is_good(name)):
            number += 1
            name = f"{base}-{number}"
        return name

    def _is_good(self, run_id: str) -> bool:
        run = self.ledger.run(run_id)
        return run is not None and run.state == "good"

    def _finished(self, record: Run) -> Done | None:
        if self.request.force or not self._is_good(record.run_id):
            return None
        if not Manifest(self._folder(record.run_id)).path.exists():
            return None
        why = ""
        if not record.is_trial:
            self._show(record.run_id)
            why = self._act(record.run_id)
        self.reporter.note(f"{self.date}: nothing has changed since {record.run_id}; --force repeats it")
        code = FAILED if why else GOOD
        return Done(code, record.run_id, self._index(), published=not record.is_trial, why=why)

    def _show(self, run_id: str) -> None:
        """Publish a finished good run again; one that was stopped behind its switch has `latest` left to move."""
        if publish.published_run(self.root, self.date) == run_id:
            self._adopt(run_id)
            publish.move_latest(self.root, self.date)
        else:
            self._switch(run_id, "good")

    def _folder(self, run_id: str) -> Path:
        return self.root / "data" / "runs" / run_id

    def _run(self, record: Run, steps: Sequence[Step], prepared: dict[str, Prepared]) -> Done:
        folder = self._folder(record.run_id)
        inputs.write(folder, prepared)
        self._show_quarantine(record.run_id, prepared)
        ws = assemble(self.root, self.settings, prepared, date=self.request.date)
        as_of = ws.as_of
        ws.close()
        pages = Pages(record, self.settings, self.languages, as_of, prepared, steps, *self._dates(record))
        tasks = Tasks(self.root, folder, record, self.settings, self.ledger, pages, self.reporter)
        states = tasks.run(steps, jobs=self.request.jobs, resume=self.request.resume)
        tasks.carry_over(steps, publish.published_run(self.root, self.date) if self.request.only else None)
        tasks.finish_pages(steps)
        bad = {n: s for n, s in states.items() if s not in ENDED_WELL}
        kept = {i.name: i.state for i in tasks.carried if i.state not in ENDED_WELL}
        why = ", ".join(f"{n} {s}" for n, s in sorted((bad | kept).items()))
        return self._finish(record, FAILED if bad else GOOD, why, tasks)

    def _finish(self, record: Run, code: int, why: str, tasks: Tasks) -> Done:
        state: RunState = "partial" if why else "good"
        folder = self._folder(record.run_id)
        write_nav(folder, tasks.nav())
        tasks.write_contents()
        shown = publish.published_run(self.root, self.date)
        if shown and shown != record.run_id and not self.request.parameters:
            self._restate(shown, record)
        publish.seal(folder)
        self.ledger.end_run(record.run_id, state, why)
        published = self._switch(record.run_id, state)
        failed = self._act(record.run_id) if published else ""
        if failed:
            code, why = FAILED, f"{why}; {failed}" if why else failed
        return Done(code, record.run_id, self._index(), published=published, why=why)

    def _dates(self, record: Run) -> tuple[dict[str, frozenset[str]], bool]:
        """The dates that pages link to, and whether there is a newest complete one; a trial stands beside no date."""
        if record.is_trial:
            return {}, False
        others = publish.other_dates(self.root, self.date)
        return others, bool(others) and (self.root / "reports" / "latest").exists()

    def _act(self, run_id: str) -> str:
        """Tell the team, hand over what is planned and export features, for the newest date alone; why not, where it failed.

        The team is told and plans are handed over once for a date.
        A run that was stopped between its switch and here has done neither: the next one of its date does.
        """
        if not self.request.releases or published_dates(self.root)[:1] != [self.date]:
            return ""
        why = self._once("interventions", "interventions", run_id, self._release)
        self._once("digest", "health", run_id, self._tell)
        return "; ".join(x for x in (why, self._export_features()) if x)

    def _once(self, what: str, table: str, run_id: str, act: Callable[[], tuple[bool, str]]) -> str:
        there = (self._folder(run_id) / "results" / f"{table}.parquet").exists()
        if not there or self.ledger.is_done(self.date, what):
            return ""
        whole, why = act()
        if whole:
            self.ledger.done(self.date, what, run_id)
        return why

    def _release(self) -> tuple[bool, str]:
        """Put what is planned into the outbox: whether all of it is there, and why not where it failed."""
        from ltv.strategy.release import release

        try:
            done = release(self.root, self.settings, self.date)
        except LtvError as error:
            return False, f"interventions stay here: {error}"
        for line in done.told(self.date):
            self.reporter.note(line)
        return not done.held_back, ""

    def _tell(self) -> tuple[bool, str]:
        """Put the digest into the outbox, for those whom `[dispatch] digest` names; what goes wrong with it is a line."""
        from ltv.digest.sending import send

        for line in send(self.root, self.settings, self.date):
            self.reporter.note(line)
        return True, ""

    def _export_features(self) -> str:
        """Make the feature version of the date, where the settings ask for it; why not, where it failed."""
        if not self.settings.features.publish:
            return ""
        from ltv.serving.export import export

        try:
            self.reporter.note(f"features: {export(self.root, self.settings, date=self.date).told()}")
        except LtvError as error:
            return f"features stay as they were: {error}"
        return ""

    def _restate(self, shown: str, record: Run) -> None:
        reason = cause(self.ledger.run(shown), record)
        rows = restatements(self._folder(shown), self._folder(record.run_id), date=self.date, cause=reason)
        store("restatements", rows, folder=self._folder(record.run_id) / "results", run_id=record.run_id)
        if len(rows):
            self.reporter.note(f"{self.date}: {len(rows):,} published figures are restated ({reason})")

    def _switch(self, run_id: str, state: RunState) -> bool:
        """Publish, unless parameters were set, or a good run would give way to one that is not."""
        if self.request.parameters:
            return False
        shown = publish.published_run(self.root, self.date)
        before = self.ledger.run(shown) if shown else None
        if state != "good" and before is not None and before.state == "good":
            self.reporter.note(f"{self.date}: {shown} stays published, since {run_id} is not all good")
            return False
        self._adopt(run_id)
        publish.switch(self.root, self.date, run_id)
        self.ledger.publish(self.date, run_id)
        if state == "good":
            publish.move_latest(self.root, self.date)
        return True

    def _adopt(self, run_id: str) -> None:
        """Take over the models of a run that is published: before its pages, which would name an unknown champion."""
        path = self._folder(run_id) / "results" / "model_versions.parquet"
        if not path.exists():
            return
        rows = read_table(path)
        models = Models(self.root, self.request.date, timezone=self.settings.timezone)
        before = models.champion()
        for line in models.adopt(rows):
            self.reporter.note(f"{self.date}: a model is not taken over — {line}")
        if models.champion() != before:
            self.reporter.note(f"{self.date}: champion is {models.champion()}, before it {before or 'none'}")

    def _index(self) -> Path:
        return publish.write_index(self.root, self.ledger, self.languages)

    def _refused(self, record: Run, why: str) -> Done:
        from ltv.report.other_pages import render_refused

        prepared = inputs.read(self._folder(record.run_id))
        pages = Pages(record, self.settings, self.languages, None, prepared, ())
        page = self._folder(record.run_id) / "pages" / "index.html"
        write_text(page, render_refused(pages.info("refused"), [same(why)]))
        self.ledger.end_run(record.run_id, "refused", why)
        self.reporter.note(f"{self.date}: refused — {why}")
        return Done(REFUSED, record.run_id, self._index(), published=False, why=why)

    def _show_quarantine(self, run_id: str, prepared: Mapping[str, Prepared]) -> None:
        """Keep the rows put aside where CONTRACT says."""
        import shutil

        target = self.root / "data" / "quarantine" / run_id
        for name, p in prepared.items():
            if p.folder is not None and p.facts is not None and p.facts.quarantined:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(p.folder / "quarantine.parquet", target / f"{name}.parquet")


def _languages(settings: Settings, lang: str | None) -> tuple[Lang, ...]:
    from ltv.text import as_lang

    if lang is None:
        return settings.languages
    first = as_lang(lang)
    if first not in settings.languages:
        from ltv.errors import UsageError

        raise UsageError(found("--lang", lang, ", ".join(settings.languages)))
    return (first, *[x for x in settings.languages if x != first])
