"""What each command does, behind the parser."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ltv import settings as settings_module
from ltv.errors import UsageError, found
from ltv.runs.ledger import Ledger
from ltv.runs.progress import bar, reporter
from ltv.settings.experiment import NOBODY

if TYPE_CHECKING:
    from ltv.dispatch.outbox import Outbox
    from ltv.runs.runner import Done, Request
    from ltv.workspace.models import Models
    from ltv.workspace.workspace import Workspace


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  this is the terminal


def _root(options: argparse.Namespace) -> Path:
    root = Path(options.workspace)
    if not (root / settings_module.FILE).is_file():
        raise UsageError(found("--workspace", options.workspace, f"a folder with an {settings_module.FILE}"))
    return root.resolve()


def demo(options: argparse.Namespace) -> int:
    """Make the simulated mall, then run its last day."""
    from ltv.runs.runner import Request
    from ltv.sources.mall import foreign_files, simulate

    root, end = _root(options), dt.date(2026, 6, 30)
    foreign = foreign_files(root)
    if foreign:
        allowed = "a workspace whose data is the simulated mall's own"
        raise UsageError(found("--workspace", str(foreign[0].relative_to(root)), allowed))
    made = simulate(
        root,
        users=options.users,
        days=options.days,
        end=end,
        seed=options.seed,
        workers=_workers(),
        progress=bar("simulated mall"),
    )
    _say(f"simulated mall: {', '.join(f'{n:,} {t}' for t, n in made.rows.items())}")
    return _run(Request(root, end, jobs=_workers()))


def simulate(options: argparse.Namespace) -> int:
    """Make the simulated mall's data only."""
    from ltv.sources.mall import simulate as make

    end = dt.date.fromisoformat(options.end)
    made = make(
        Path(options.out),
        users=options.users,
        days=options.days,
        end=end,
        seed=options.seed,
        dirty=options.dirty,
        confounding=options.confounding,
        hidden_confounding=options.hidden_confounding,
        holdout=options.holdout,
        shared=options.shared,
        workers=_workers(),
        progress=bar(options.out),
    )
    _say(f"{made.out}: {', '.join(f'{n:,} {t}' for t, n in made.rows.items())}")
    return 0


def _workers() -> int:
    """Processes for work that needs no memory to speak of."""
    return min(os.cpu_count() or 1, 8)


def run(options: argparse.Namespace) -> int:
    """Run the notebooks of a date."""
    from ltv.runs.runner import Request

    day = dt.date.fromisoformat(options.date) if options.date else _yesterday(_root(options))
    repeated = [n for n, _ in options.parameters]
    for name in repeated:
        if repeated.count(name) > 1:
            raise UsageError(found("-p", name, "each parameter once"))
    request = Request(
        _root(options),
        day,
        tuple(options.only),
        dict(options.parameters),
        options.resume,
        options.force,
        options.jobs,
        options.lang,
    )
    return _run(request)


def _run(request: Request) -> int:
    from ltv.runs.runner import run as run_date

    return _told(request, run_date(request, reporter=reporter()))


def _told(request: Request, done: Done) -> int:
    pages = request.workspace / "data" / "runs" / done.run_id / "pages" / "index.html"
    if done.why:
        _say(f"{request.date}: {done.why}")
    if not done.published and done.exit_code == 0:
        _say(f"kept, not published: {pages}")
    _say(str(done.index))
    return done.exit_code


def _yesterday(root: Path) -> dt.date:
    from ltv.warehouse.local_time import zone

    return dt.datetime.now(zone(settings_module.load(root).timezone)).date() - dt.timedelta(days=1)


def notebooks(options: argparse.Namespace) -> int:
    """List the notebooks, or say all of one."""
    from ltv.runs.listing import listing

    for line in listing(_root(options), options.name):
        _say(line)
    return 0


def new_notebook(options: argparse.Namespace) -> int:
    """Write a notebook that runs at once, to be changed into an own question."""
    from ltv.runs.scaffold import scaffold

    made = scaffold(_root(options), options.topic, after=options.after, table=options.table, title=options.title)
    _say(f"{made}\nopen it in JupyterLab, or run it: ltv run --only {made.stem}")
    return 0


def backfill(options: argparse.Namespace) -> int:
    """Run every date of a span, in order, skipping those done with the same hash."""
    from ltv.runs.runner import Request

    root, day, end = _root(options), dt.date.fromisoformat(options.start), dt.date.fromisoformat(options.end)
    if end < day:
        raise UsageError(found("TO", options.end, f"a day not before {options.start}"))
    worst = 0
    while day <= end:
        worst = max(worst, _run(Request(root, day, jobs=options.jobs, releases=False)))
        day += dt.timedelta(days=1)
    return worst


def check(options: argparse.Namespace) -> int:
    """Check every input table: what is there, missing, quarantined, stale."""
    from ltv.workspace.check import check as look

    root = _root(options)
    told = look(root)
    for line in told.lines:
        _say(line)
    return 3 if told.refused else 0


def status(options: argparse.Namespace) -> int:
    """Show the run ledger, and what the outbox holds."""
    root = _root(options)
    _show_outbox(root)
    ledger = Ledger(root)
    runs = ledger.runs(date=options.date, limit=None if options.date else 30)
    if not runs:
        _say("no run yet; start with: ltv run")
    for r in runs:
        asked = f"  {r.parameters}" if r.parameters else ""
        _say(f"{r.date}  {r.state:<8}  {r.run_id}  {r.started_at[:19]}{asked}" + (f"  — {r.why}" if r.why else ""))
        if options.date:
            for t in ledger.tasks(r.run_id):
                taken = f" from {t.taken_from}" if t.taken_from else ""
                _say(
                    f"    {t.notebook:<24} {t.state:<8} attempt {t.attempt}  {t.seconds or 0:.1f} s{taken}  {t.why}".rstrip()
                )
    return 0


def _show_outbox(root: Path) -> None:
    """One line, where there is an outbox."""
    if (root / "data" / "state" / "outbox.sqlite").is_file() or settings_module.load(root).dispatch.database:
        from ltv.dispatch.summary import one_line

        line = one_line(_outbox(root))
        if line:
            _say(line)


def _outbox(root: Path) -> Outbox:
    from ltv.dispatch.outbox import Outbox

    return Outbox.open(root, settings_module.load(root))


def dispatch(options: argparse.Namespace) -> int:
    """Send what the outbox holds, or say what it holds."""
    from ltv.dispatch import held, processes, summary

    root = _root(options)
    if options.enable:
        changed = held.enable(_outbox(root), options.enable)
        _say(f"{options.enable} is in use" + (" again" if changed else ", as before"))
    elif options.list:
        for line in summary.list_lines(_outbox(root), options.list.upper()):
            _say(line)
    elif options.status:
        for line in summary.status_lines(_outbox(root)):
            _say(line)
    elif options.digest:
        from ltv.digest.sending import preview
        from ltv.strategy.release import newest

        _say(preview(root, settings_module.load(root), newest(root) if options.digest is True else options.digest))
    elif not settings_module.load(root).endpoints:
        _say(f"nothing to send to: {settings_module.FILE} has no [[endpoints]]")
    else:
        return processes.serve(root, workers=options.workers, once=options.once, say=_say)
    return 0


def strategy(options: argparse.Namespace) -> int:
    """Say what the newest date plans and hand it to the outbox, or approve a plan that waits."""
    from ltv.strategy.command import strategy as act

    return act(_root(options), options, _say)


def daily(options: argparse.Namespace) -> int:
    """Run every date that is over and not yet published, and tell what has changed."""
    from ltv.schedule.command import daily as act

    return act(_root(options), options, _say, _told)


def schedule(options: argparse.Namespace) -> int:
    """Print, install or remove the morning's call."""
    from ltv.schedule.command import schedule as act

    return act(_root(options), options, _say)


def explain(options: argparse.Namespace) -> int:
    """Say why a person is who they are, or what became of an intervention.

    Identifiers are shown as they are, to those who may open the workspace.
    """
    if isinstance(options.user_id, str):
        from ltv.dispatch.explained import explain_intervention

        for text in explain_intervention(_outbox(_root(options)), options.user_id):
            _say(f"{text.zh}\n  {text.en}")
        return 0
    from ltv.workspace import open as open_workspace
    from ltv.workspace.explain import explain_user
    from ltv.workspace.explain_words import REASONS

    ws = open_workspace(_root(options), date=options.date)
    told = explain_user(ws, options.user_id)
    for row in told.table.to_dict("records"):
        until = "now" if row["valid_to"] != row["valid_to"] else f"{row['valid_to']:%Y-%m-%d %H:%M}"
        seen = f", seen {row['times']} times with a {row['seen_with']}" if row["times"] else ""
        span = f"{row['valid_from']:%Y-%m-%d %H:%M} to {until}"
        _say(f"{row['id_type']:<11} {row['id_value']}  {span}  {row['rule']} ({row['confidence']:.2f}){seen}")
    _say(told.takeaways("en")[-1])
    for row in told.cut.to_dict("records"):
        seen = f"seen {row['times']} times with {row['seen_with']} {row['seen_with_value']}"
        _say(f"{row['id_type']:<11} {row['id_value']}  {REASONS[row['reason']].en}; {seen}")
    _explain_value(ws, options.user_id)
    ws.close()
    return 0


def _explain_value(ws: Workspace, user_id: int) -> None:
    """Say what the person is expected to bring, and why; where there are no scores of the day, say nothing."""
    from ltv.errors import MissingTableError
    from ltv.lifetime.explain_ltv import explain_ltv

    try:
        for line in explain_ltv(user_id, workspace=ws).takeaways("en"):
            _say(line)
    except MissingTableError:
        return
    except UsageError as error:
        _say(f"no score: {error}")


def assign(options: argparse.Namespace) -> int:
    """Print id, variant and bucket of each id; the variant of one that takes no part is a dash."""
    from ltv.experiments.assign import assigned, named

    experiment = named(settings_module.load(_root(options)).experiments, options.experiment)
    told = [(unit_id, assigned(experiment, unit_id)) for unit_id in options.ids]
    for unit_id, given in told:
        _say(f"{unit_id}\t{given.variant or NOBODY}\t{given.bucket}")
    return 0


_NEXT = "the next run uses it; a published date does after: ltv run --date DATE --force"


def models(options: argparse.Namespace) -> int:
    """List the versions of the model, or promote one."""
    registry = _models(_root(options))
    if options.action == "promote":
        before = registry.promote(options.version, options.reason)
        same = before == options.version
        _say(f"champion is {options.version} already" if same else _taken(options.version, before))
        return 0
    versions = registry.versions()
    if not versions:
        _say("no model yet; a published run that trains one adds it")
    for v in versions:
        mark = "champion" if v.champion else ""
        told = "  ".join(x for x in (v.main_metrics(), f"— {v.reason}" if v.reason else "") if x)
        _say(f"{v.as_of}  {v.trained_at:%Y-%m-%d %H:%M}  {mark:<8}  {v.model_version}  {told}".rstrip())
    return 0


def _models(root: Path) -> Models:
    from ltv.workspace.models import Models

    return Models(root, dt.date.max, timezone=settings_module.load(root).timezone)


def _taken(version: str, before: str | None) -> str:
    return f"champion is {version}, before it {before or 'none'}; {_NEXT}"


def features(options: argparse.Namespace) -> int:
    """Make a feature version, or serve the one in use."""
    from ltv.serving.command import features as act

    return act(_root(options), options, _say)


def export(options: argparse.Namespace) -> int:
    """Write the names of one list, or of all, to a file; write pages; or push to a recommender."""
    if options.what == "pages":
        from ltv.report.export import export_pages

        return export_pages(_root(options), options, _say)
    if options.what == "gorse":
        from ltv.serving.command import export_gorse

        return export_gorse(_root(options), options, _say)
    from ltv.lifetime.value_lists import write_list
    from ltv.workspace.store import published_dates, published_folder, read_result

    root, out = _root(options), Path(options.out)
    if out.suffix not in (".csv", ".parquet"):
        raise UsageError(found("--out", options.out, "a .csv or .parquet file"))
    day = options.date or next(iter(published_dates(root)), "")
    rows = read_result("value_lists", [published_folder(root, day)] if day else [], day=day or "any day")
    known = rows["list"].unique().tolist()
    if options.list and options.list not in known:
        raise UsageError(found("--list", options.list, ", ".join(known) or "nothing: the lists are empty"))
    chosen = rows[rows["list"] == options.list] if options.list else rows
    write_list(chosen, out)
    _say(f"{out}: {len(chosen):,} rows of {day}")
    return 0


def rollback(options: argparse.Namespace) -> int:
    """One step back."""
    root = _root(options)
    if options.what == "models":
        old, new = _models(root).rollback()
        _say(_taken(new, old))
        return 0
    if options.what == "features":
        from ltv.serving.command import rollback_features

        return rollback_features(root, _say)
    from ltv.runs.lock import workspace_lock
    from ltv.runs.publish import roll_back

    with workspace_lock(root, command="ltv rollback"):
        date, run_id = roll_back(root, Ledger(root), settings_module.load(root).languages)
    _say(f"{date} shows {run_id} again")
    return 0
