"""One notebook through papermill, unmodified: a complete executed copy, or the word of what went wrong where.

Papermill works in memory here. So its path templates, its per-cell writes and its half-written files never come into
play, and a file under the target name is always a whole one.
"""

from __future__ import annotations

import ast
import asyncio
import copy
import logging
import re
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast

from jupyter_core.utils import ensure_event_loop

from ltv.errors import MissingTableError, UsageError, found
from ltv.runs.cells import cells_of, read_notebook
from ltv.runs.forkserver import left_out
from ltv.runs.kernel import NotebookKernelManager, kernel_manager
from ltv.runs.parameters import check, parameters_of
from ltv.warehouse.files import write_text

OutcomeState = Literal["done", "failed", "missing", "timeout", "killed"]
_START_S = 120
_QUEUE_S = 60  # nbclient gives a busy machine 4 s to hand over the last output, then calls the cell timed out
_MESSAGE = 500
_ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-_])")
_MARKER, _INJECTED = "papermill-error-cell-tag", "injected-parameters"  # tags that papermill sets


_loading = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """Where a notebook stopped and why.

    Attributes:
        cell: id of the cell; empty when the kernel never came up.
        cell_index: its 0-based place in the executed notebook.
        source: its code.
        error: class name of the exception.
        message: what it said, in one line.
        traceback: the traceback as plain text, empty when there is none.
    """

    cell: str
    cell_index: int
    source: str
    error: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Outcome:
    """How the execution of a notebook ended.

    Attributes:
        state: done; failed, a cell raised; missing, a table it needs is not there, which is no failure;
            timeout, it was not done in time; killed, its kernel ended.
        seconds: time it took.
        cpu_seconds: processor time of its kernel and what that started; None where kernels are not forked.
        failure: where it stopped, None when done.
        missing_table: the table that is not there.
    """

    state: OutcomeState
    seconds: float
    cpu_seconds: float | None = None
    failure: Failure | None = None
    missing_table: str | None = None


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    timeout_s: float,
    fork: bool = True,
) -> Outcome:
    """Execute a notebook and write the executed copy, the same bytes for the same work.

    Args:
        source: the notebook.
        target: where the complete copy goes; what was done before a failure goes to `….failed.ipynb` beside it.
        parameters: values by name, of JSON's types; never a secret, they are stored in the copy.
        environment: variables for the kernel on top of the runner's own.
        cwd: working directory of the kernel.
        timeout_s: longest time for all cells together, in seconds.
        fork: fork the kernel where that can be done.

    Raises:
        UsageError: the notebook cannot be read, a parameter is unknown or of a wrong type, or `cwd` is missing.
        LtvError: the copy cannot be written.
    """
    if not cwd.is_dir():
        raise UsageError(found("cwd", str(cwd), "a folder that exists"))
    run = _Run(source, parameters, timeout_s)
    outcome = run.go(kernel_manager(environment=environment, cwd=cwd, fork=fork))
    failed = target.with_suffix(".failed" + target.suffix)
    for path, wanted in ((target, outcome.state == "done"), (failed, outcome.state not in ("done", "missing"))):
        if wanted:
            write_text(path, run.text())
        else:
            path.unlink(missing_ok=True)
    return outcome


class _Run:
    """One execution: papermill's hooks tell it how far it is."""

    def __init__(self, source: Path, parameters: Mapping[str, object], timeout_s: float) -> None:
        content = read_notebook(source)
        self.parameters = check(parameters_of(source, cells_of(content)), parameters, of=source.stem)
        self.notebook = _with_ids(content)
        self.timeout_s = timeout_s
        self.cell: Any = None
        self.missing: str | None = None
        self.stopped = False
        self.began = time.monotonic()

    def go(self, manager: type[NotebookKernelManager]) -> Outcome:
        """Execute in a thread of its own: papermill's event loop starts and ends with it, also under Jupyter's."""
        with ThreadPoolExecutor(1, "ltv-notebook") as thread:
            work = thread.submit(self._in_thread, manager)
            try:
                return work.result()
            except BaseException:  # ^C is raised here: the thread ends when its kernel does
                self.stopped = True
                for process in manager.started:
                    process.kill()
                raise

    def _in_thread(self, manager: type[NotebookKernelManager]) -> Outcome:
        state, failure = self._execute(manager)
        process = manager.started[-1] if manager.started else None
        if failure and "Kernel died" in failure.message and process is not None and process.returncode is not None:
            failure = replace(failure, message=_end_in_words(process.returncode))
        seconds, cpu_seconds = time.monotonic() - self.began, getattr(process, "cpu_seconds", None)
        return Outcome(state, round(seconds, 3), cpu_seconds, failure, self.missing)

    def _execute(self, manager: type[NotebookKernelManager]) -> tuple[OutcomeState, Failure | None]:
        papermill = load_papermill()
        from nbclient.exceptions import CellTimeoutError

        try:
            papermill.execute_notebook(self.notebook, None, kernel_manager_class=manager, **self._options())
        except papermill.PapermillExecutionError as error:
            self.missing = missing_table(error.ename, error.evalue)
            failure = self._failure(error.ename, error.evalue, "\n".join(error.traceback))
            return "missing" if self.missing else "failed", failure
        except CellTimeoutError:
            return "timeout", self._failure("CellTimeoutError", f"not done after {self.timeout_s:g} s")
        except RuntimeError as error:  # nbclient's DeadKernelError, and jupyter_client where a kernel never came up
            return "killed", self._failure("DeadKernelError", str(error))
        finally:
            _close_loop()
        if any(
            output.get("ename") == "SystemExit" for cell in self.notebook.cells for output in cell.get("outputs", ())
        ):
            return "failed", self._failure("SystemExit", "the notebook ended itself before its last cell")
        return "done", None

    def _options(self) -> dict[str, Any]:
        return {
            "parameters": self.parameters,
            "kernel_name": "python3",
            "language": "python",
            "progress_bar": False,
            "start_timeout": _START_S,
            "timeout_func": lambda _: max(self.deadline - time.monotonic(), 0.001),
            "iopub_timeout": _QUEUE_S,
            "shell_timeout_interval": 1,
            "record_timing": False,
            "store_widget_state": False,
            "coalesce_streams": True,  # how a stream is cut into messages is chance
            "on_notebook_start": self._starts,
            "on_cell_start": self._at,
        }

    def _starts(self, notebook: Any) -> None:  # noqa: ANN401  nbformat is untyped
        self.notebook = notebook
        self.deadline = time.monotonic() + self.timeout_s

    def _at(self, cell: Any, cell_index: int) -> None:  # noqa: ANN401  as nbclient calls it
        if self.stopped:
            raise RuntimeError("stopped")
        self.cell = cell

    def _failure(self, error: str, message: str, traceback: str = "") -> Failure:
        words = " ".join(_plain(message).split())
        short = words if len(words) <= _MESSAGE else words[: _MESSAGE - 3] + "..."
        if self.cell is None:
            return Failure("", -1, "", error, short, _plain(traceback))
        index = next(i for i, cell in enumerate(_own_cells(self.notebook)) if cell is self.cell)
        return Failure(_id(self.cell), index, self.cell.source, error, short, _plain(traceback))

    def text(self) -> str:
        """Return the executed notebook without what differs between two runs."""
        nbformat = _nbformat()
        notebook = copy.deepcopy(self.notebook)
        notebook.cells = _own_cells(notebook)
        notebook.metadata["papermill"] = {"parameters": self.parameters}
        for cell in notebook.cells:
            cell.id = _id(cell)
            cell.metadata.pop("papermill", None)
            if not cell.metadata.get("tags"):
                cell.metadata.pop("tags", None)
        return str(nbformat.writes(notebook)) + "\n"


def load_papermill() -> ModuleType:
    """Import papermill, without the two or three seconds in which jsonschema builds a grammar for an optional check."""
    with _loading, left_out("rfc3987_syntax"):
        import papermill
    log = logging.getLogger("papermill")
    log.addHandler(logging.NullHandler())
    log.propagate = False  # what it has to say is in the outcome
    return cast(ModuleType, papermill)


def _nbformat() -> Any:  # noqa: ANN401  it is untyped
    with _loading, left_out("rfc3987_syntax"):
        import nbformat
    return nbformat


def _with_ids(content: Mapping[str, Any]) -> Any:  # noqa: ANN401  nbformat is untyped
    """Make a notebook node whose cells all have ids: nbformat would draw random ones."""
    cells = [{**cell, "id": cell.get("id") or f"cell-{i}"} for i, cell in enumerate(content["cells"], start=1)]
    return _nbformat().from_dict(
        {**content, "nbformat_minor": max(5, content.get("nbformat_minor", 0)), "cells": cells}
    )


def _own_cells(notebook: Any) -> list[Any]:  # noqa: ANN401
    return [cell for cell in notebook.cells if _MARKER not in cell.metadata.get("tags", ())]


def _id(cell: Any) -> str:  # noqa: ANN401
    return _INJECTED if _INJECTED in cell.metadata.get("tags", ()) else str(cell.id)


def _close_loop() -> None:
    """End the event loop of this thread with what papermill has left in it after a timeout."""
    loop = ensure_event_loop()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


def _plain(text: str) -> str:
    return _ANSI.sub("", text)


def _end_in_words(code: int) -> str:
    if code >= 0:
        return f"the kernel ended with exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
        return f"the kernel was ended by {name}{hint}"
    return f"the kernel was ended by signal {-code}"


def missing_table(error: str, message: str) -> str | None:
    """Read the table out of what a kernel says of a `MissingTableError`, of which only name and message come across.

    Args:
        error: class name of the exception.
        message: its message, as it was raised.

    Returns:
        the table, or None when the error is another one.

    >>> missing_table("MissingTableError", str(MissingTableError("events", "no files in data/events")))
    'events'
    """
    match = re.fullmatch(r"table (.+?) is not there: (.*)", message, re.DOTALL)
    if error != MissingTableError.__name__ or match is None:
        return None
    with suppress(ValueError, SyntaxError):
        same = MissingTableError(str(ast.literal_eval(match[1])), match[2])
        return same.table if str(same) == message else None
    return None
