"""Which notebooks run, in which order, with which parameters: from what each one reads and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.contract import INPUTS
from ltv.errors import UsageError, found
from ltv.runs.cells import read_notebook
from ltv.runs.notebook import NotebookSpec, check_parameters, inspect

if TYPE_CHECKING:
    from ltv.workspace.workspace import Workspace

# set by the runner for every notebook that declares them
_GIVEN = ("workspace", "date")


@dataclass(frozen=True)
class Step:
    """A notebook that will run.

    Attributes:
        path: the notebook.
        spec: what it reads, writes and can be told.
        parameters: every parameter with its value.
        after: names of the steps that write what it reads.
        spared: those of them that it can do without, should they fail.
    """

    path: Path
    spec: NotebookSpec
    parameters: Mapping[str, object]
    after: tuple[str, ...]
    spared: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the notebook."""
        return self.spec.name


SUITE = Path(__file__).parents[2] / "notebooks"


def notebooks_folder(workspace: Path) -> Path:
    """Where a workspace's notebooks are: its own folder, else those that come with the suite."""
    own = workspace / "notebooks"
    return own if own.is_dir() else SUITE


def notebook_files(folder: Path) -> list[Path]:
    """The notebooks of a folder by name; where all of them stand beside those of the suite, these too.

    A notebook says so in its metadata, as those of `ltv new-notebook` do: then the suite's go on running, and one of the
    same name takes the place of the suite's.
    """
    own = {path.name: path for path in folder.glob("*.ipynb")}
    beside = {} if folder.resolve() == SUITE or not all(map(is_beside, own.values())) else _of_suite()
    return [path for _, path in sorted((beside | own).items())] if own else []


def _of_suite() -> dict[str, Path]:
    return {path.name: path for path in SUITE.glob("*.ipynb")}


def is_beside(path: Path) -> bool:
    """Whether a notebook says of itself that it stands beside those of the suite."""
    match read_notebook(path).get("metadata"):
        case {"ltv": {"beside": "suite"}}:
            return True
    return False


def read_specs(folder: Path, *, workspace: Path | None = None) -> dict[str, tuple[Path, NotebookSpec]]:
    """All notebooks of a folder by name; with a workspace, only those it has a use for.

    Raises:
        UsageError: a notebook cannot be read, or two of them write the same table.
    """
    found_: dict[str, tuple[Path, NotebookSpec]] = {}
    writers: dict[str, str] = {}
    for path in notebook_files(folder):
        spec = inspect(path)
        if workspace and spec.only_with and not (workspace / spec.only_with).exists():
            continue
        found_[spec.name] = (path, spec)
        for table in spec.writes:
            if table in writers:
                raise UsageError(
                    found(f"table {table} is written by", f"{writers[table]} and {spec.name}", "one notebook")
                )
            writers[table] = spec.name
    return found_


def pages_by_table(ws: Workspace) -> dict[str, list[str]]:
    """Which pages use which input table, from what the notebooks of a workspace read."""
    uses: dict[str, list[str]] = {}
    for _, spec in read_specs(notebooks_folder(ws.root), workspace=ws.root).values():
        for table in sorted((spec.reads | spec.optional) & set(INPUTS)):
            uses.setdefault(table, []).append(spec.name)
    return uses


def plan(
    folder: Path,
    *,
    date: str,
    workspace: Path | None = None,
    only: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
) -> list[Step]:
    """Order the notebooks of a folder so that what is read was written before.

    Args:
        folder: where the notebooks are.
        date: the day reported on.
        workspace: leaves out the notebooks it has no use for.
        only: names to run, with those they need; default all.
        parameters: values by name, given to every chosen notebook that declares the name.

    Raises:
        UsageError: an unknown notebook or parameter, a value of the wrong type, or a circle.
    """
    specs = read_specs(folder, workspace=workspace)
    if not specs:
        raise UsageError(found("notebooks", str(folder), "a folder with at least one notebook"))
    writers = {table: name for name, (_, spec) in specs.items() for table in spec.writes}
    needs = {name: _needs(spec, writers) for name, (_, spec) in specs.items()}
    spared = {name: _spared(spec, writers) for name, (_, spec) in specs.items()}
    chosen = _with_needs(_known(only, specs), needs)
    _check_names(parameters or {}, [specs[n][1] for n in chosen])
    steps = [_step(specs[name], needs[name], date, parameters or {}) for name in _ordered(chosen, needs)]
    return [replace(step, spared=spared[step.name]) for step in steps]


def _needs(spec: NotebookSpec, writers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({writers[t] for t in spec.reads | spec.optional if t in writers} - {spec.name}))


def _spared(spec: NotebookSpec, writers: Mapping[str, str]) -> tuple[str, ...]:
    """Writers of what is optional alone."""
    required = {writers[t] for t in spec.reads if t in writers}
    return tuple(sorted({writers[t] for t in spec.optional if t in writers} - required - {spec.name}))


def _known(only: Sequence[str], specs: Mapping[str, object]) -> list[str]:
    for name in only:
        if name.removesuffix(".ipynb") not in specs:
            raise UsageError(found("--only", name, ", ".join(specs)))
    return [n.removesuffix(".ipynb") for n in only] or list(specs)


def _with_needs(names: Sequence[str], needs: Mapping[str, tuple[str, ...]]) -> set[str]:
    chosen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in chosen:
            chosen.add(name)
            waiting += needs[name]
    return chosen


def _ordered(chosen: set[str], needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    sorter = TopologicalSorter({n: sorted(needs[n]) for n in sorted(chosen)})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise UsageError(
            found("notebooks", " → ".join(error.args[1]), "no circle in what they read and write")
        ) from None


def _check_names(parameters: Mapping[str, str], specs: Sequence[NotebookSpec]) -> None:
    known = {name for spec in specs for name in spec.parameters}
    for name in parameters:
        if name not in known or name in _GIVEN:
            allowed = sorted(known - set(_GIVEN))
            raise UsageError(found("-p", name, ", ".join(allowed) or "no parameter: these notebooks have none"))


def _step(found_: tuple[Path, NotebookSpec], after: tuple[str, ...], date: str, parameters: Mapping[str, str]) -> Step:
    path, spec = found_
    given: dict[str, object] = {"workspace": ".", "date": date, **parameters}
    values = check_parameters(spec, {k: v for k, v in given.items() if k in spec.parameters})
    return Step(path, spec, values, after)
