"""The scheduled call: every date that is over and not yet published, in order, and what has changed told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ltv import settings as settings_module
from ltv.digest.run_notice import Change, tell
from ltv.errors import LockedError
from ltv.runs.ledger import ONLY, Ledger, Outcome
from ltv.runs.lock import workspace_lock
from ltv.runs.publish import published_run
from ltv.runs.record import read_nav
from ltv.runs.runner import Done, Request, run
from ltv.warehouse.local_time import zone
from ltv.workspace.clock import start_of_run
from ltv.workspace.store import published_dates

if TYPE_CHECKING:
    from ltv.runs.progress import Reporter
    from ltv.settings import Settings
    from ltv.text import Text

MOST_DAYS = 7
_FAILED = 1
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """What a scheduled call has to run.

    Attributes:
        dates: in order, the newest last; none where yesterday is published.
        left_out: older ones that are too many.
        yesterday: the newest day that is over where the shop is.
    """

    dates: tuple[dt.date, ...]
    left_out: tuple[dt.date, ...]
    yesterday: dt.date


def due(root: Path, settings: Settings, *, at: dt.datetime, most: int = MOST_DAYS) -> Due:
    """The dates after the newest one that is published whole, up to yesterday; yesterday alone where none is.

    Yesterday is due again while what it shows, or what was last told, is not all good.

    Args:
        root: the workspace.
        settings: its settings.
        at: the clock, naive UTC.
        most: dates at once, the newest of them.
    """
    yesterday = at.replace(tzinfo=dt.UTC).astimezone(zone(settings.timezone)).date() - _DAY
    ledger = Ledger(root)
    shown = next((d for d in published_dates(root) if d <= str(yesterday) and _is_whole(ledger, d)), "")
    first = dt.date.fromisoformat(shown) + _DAY if shown else yesterday
    if first > yesterday and not _is_good(root, ledger, shown):
        first = yesterday
    dates = tuple(first + n * _DAY for n in range((yesterday - first).days + 1))
    return Due(dates[-most:], dates[:-most], yesterday)


def _is_whole(ledger: Ledger, date: str) -> bool:
    """Whether a date has shown a run of all its notebooks; `ltv run --only` publishes one or two of them."""
    shown = (ledger.run(run_id) for run_id in ledger.published(date))
    return any(ONLY not in run.parameters for run in shown if run is not None)


def _is_good(root: Path, ledger: Ledger, date: str) -> bool:
    run_id, last = published_run(root, date), ledger.last_outcome()
    shown = ledger.run(run_id) if run_id else None
    return shown is not None and shown.state == "good" and (last is None or last.state == "good")


def daily(
    root: str | Path,
    *,
    most: int = MOST_DAYS,
    jobs: int = 1,
    lang: str | None = None,
    now: Callable[[], dt.datetime] = start_of_run,
    reporter: Reporter | None = None,
    say: Callable[[str], None] = lambda _: None,
    told: Callable[[Request, Done], int] = lambda _, done: done.exit_code,
) -> int:
    """Run what is due, and tell the team where the state of the runs has changed.

    Only the last date may plan interventions and send a digest: what was missed is too old to be acted on.

    Args:
        root: the workspace.
        most: dates at once.
        jobs: notebooks at once.
        lang: language in which pages open.
        now: the clock, naive UTC.
        reporter: listens to the runs.
        say: told what happens, line by line.
        told: says how a date came out; returns its exit code.

    Returns:
        The worst exit code of the dates; 0 where nothing is due.

    Raises:
        UsageError: a setting or a language is not known.
        LockedError: another run holds the workspace.
    """
    root = Path(root).resolve()
    settings = settings_module.load(root)
    watch = _Watch(root, settings, now, say)
    with workspace_lock(root, command="ltv daily"):  # nobody else runs: what never ended is dead
        watch.bury()
    todo = due(root, settings, at=now(), most=most)
    if todo.left_out:
        first, last = todo.left_out[0], todo.left_out[-1]
        say(f"{len(todo.left_out)} older dates are left out (--most {most}): ltv backfill {first} {last}")
    if not todo.dates:
        say(f"nothing is due: {todo.yesterday} is published")
        watch.look(todo.yesterday)
    worst = 0
    for day in todo.dates:
        request = Request(root, day, jobs=jobs, lang=lang, releases=day == todo.yesterday)
        worst = max(worst, told(request, watch.over(request, reporter)))
    return worst


class _Watch:
    """Compares how dates come out with what is known, and tells what is new."""

    def __init__(
        self, root: Path, settings: Settings, now: Callable[[], dt.datetime], say: Callable[[str], None]
    ) -> None:
        self.root = root
        self.settings = settings
        self.now = now
        self.say = say
        self.ledger = Ledger(root)

    def bury(self) -> None:
        """What ended in the middle could not tell it itself."""
        for run_id in self.ledger.bury_the_dead():
            dead = self.ledger.run(run_id)
            newest = next(iter(published_dates(self.root)), "")
            if dead is not None and not dead.is_trial and dead.date >= newest:
                self.say(f"{run_id} ended in the middle")
                self.look(dt.date.fromisoformat(dead.date))

    def over(self, request: Request, reporter: Reporter | None) -> Done:
        """Run a date and look at it, also where it breaks."""
        try:
            done = run(request, reporter=reporter)
        except (LockedError, KeyboardInterrupt):
            raise
        except Exception as error:
            self._compare(Outcome(str(request.date), "failed", self._known_pages(), f"{type(error).__name__}: {error}"))
            raise
        self.look(request.date, done)
        return done

    def look(self, day: dt.date, done: Done | None = None) -> None:
        """Compare the newest run of a date with what is known."""
        runs = [r for r in self.ledger.runs(date=str(day)) if not r.is_trial and r.state != "running"]
        if not runs:
            return
        newest = next((r for r in runs if done is not None and r.run_id == done.run_id), runs[0])
        nav = read_nav(self.root / "data" / "runs" / newest.run_id)
        pages: dict[str, str] = {i.name: i.state for i in nav if i.state != "done"} if nav else self._known_pages()
        state, why = newest.state, newest.why
        if done is not None and done.exit_code == _FAILED and state == "good":
            state, why = "failed", done.why  # the pages are good; what follows them is not
        self._compare(Outcome(str(day), state, pages, why), {i.name: i.title for i in nav})

    def _known_pages(self) -> dict[str, str]:
        before = self.ledger.last_outcome()
        return before.pages if before is not None else {}

    def _compare(self, outcome: Outcome, titles: Mapping[str, Text] | None = None) -> None:
        before = self.ledger.last_outcome()
        was: Mapping[str, str] = before.pages if before is not None else {}
        gone = {n: s for n, s in outcome.pages.items() if was.get(n) != s}
        if before is None:  # what a shop never had is nothing that it lost
            gone = {n: s for n, s in gone.items() if s != "missing"}
        change = Change(
            outcome.date,
            outcome.state,
            before_date=before.date if before is not None else "",
            before_state=before.state if before is not None else "good",
            gone=gone,
            back=tuple(n for n in was if n not in outcome.pages),
            why=outcome.why,
            shown=next(iter(published_dates(self.root)), ""),
            titles=titles or {},
            pages_url=self.settings.dispatch.pages_url,
            number=before.number if before is not None else 0,
        )
        if change.is_news:
            for line in tell(self.root, self.settings, change, now=self.now):
                self.say(line)
        if change.is_news or before is None:
            self.ledger.keep_outcome(outcome)
