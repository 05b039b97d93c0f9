"""What a run says while it works: a bar with the time left in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.progress import Progress, TaskID

    from ltv.text import Text

_UNKNOWN_SECONDS = 5.0
_QUIET_SECONDS = 15.0  # between two lines of a log about the same notebook


class Reporter(Protocol):
    """Listens to a run."""

    def note(self, text: str) -> None:
        """Something worth a line."""

    def begin(self, expected: Mapping[str, float | None]) -> None:
        """The notebooks that will run, with the seconds each usually takes."""

    def started(self, name: str) -> None:
        """A notebook starts."""

    def part(self, name: str, what: Text, done: int, total: int) -> None:
        """How far a notebook is with something that takes long."""

    def ended(self, name: str, state: str, seconds: float, why: str) -> None:
        """A notebook has ended."""

    def close(self) -> None:
        """The run is over."""


def reporter(*, quiet: bool = False) -> Reporter:
    """The reporter that fits where the run is watched."""
    if quiet:
        return Silent()
    return Bar() if sys.stderr.isatty() else Lines()


def bar(what: str) -> Callable[[float], None]:
    """Show on a terminal how much is done, 0 to 1; anywhere else every tenth of it."""
    live, shown = sys.stderr.isatty(), [0]

    def told(done: float) -> None:
        percent = int(done * 100)
        if live or percent // 10 > shown[0] // 10:
            shown[0] = percent
            print(f"{what}: {percent} %", end="\r" if live and done < 1 else "\n", file=sys.stderr, flush=True)  # noqa: T201

    return told


class Silent:
    """Says nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def begin(self, expected: Mapping[str, float | None]) -> None:
        """Nothing."""

    def started(self, name: str) -> None:
        """Nothing."""

    def part(self, name: str, what: Text, done: int, total: int) -> None:
        """Nothing."""

    def ended(self, name: str, state: str, seconds: float, why: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Lines:
    """One line an event, for logs.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        """Print a line."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201  this is the terminal

    def begin(self, expected: Mapping[str, float | None]) -> None:
        """Remember how long each usually takes."""
        self._left = {k: v or _UNKNOWN_SECONDS for k, v in expected.items()}

    def started(self, name: str) -> None:
        """A notebook starts."""
        self._said[name] = self._clock()

    def part(self, name: str, what: Text, done: int, total: int) -> None:
        """Print a line of what goes on for long, now and then."""
        now = self._clock()
        with self._lock:
            due = 0 < done < total and now - self._said.setdefault(name, now) >= _QUIET_SECONDS
            if due:
                self._said[name] = now
        if due:
            self.note(f"{name}: {what.en} {done} of {total}")

    def ended(self, name: str, state: str, seconds: float, why: str) -> None:
        """Print how it ended and about how long the rest will take."""
        with self._lock:
            self._left.pop(name, None)
            left = sum(self._left.values())
        rest = f", about {left:.0f} s left" if self._left else ""
        self.note(f"{name}: {state} in {seconds:.1f} s{rest}" + (f" — {why}" if why else ""))

    def close(self) -> None:
        """Nothing is open."""


class Bar:
    """A bar whose length is time, not notebooks."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self.console = Console(stderr=True)
        self.progress: Progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(), console=self.console, transient=True,
        )  # fmt: skip
        self.task: TaskID | None = None
        self._first: TaskID | None = None
        self._left: dict[str, float] = {}
        self._running: list[str] = []
        self._parts: dict[str, str] = {}
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self.console.print(text, highlight=False, markup=False)

    def begin(self, expected: Mapping[str, float | None]) -> None:
        """Start the bar."""
        self._left = {k: v or _UNKNOWN_SECONDS for k, v in expected.items()}
        self.task = self.progress.add_task("notebooks", total=sum(self._left.values()), left="")
        self.progress.start()

    def started(self, name: str) -> None:
        """Name the notebook beside the bar."""
        with self._lock:
            self._running.append(name)
            self._show(0)

    def part(self, name: str, what: Text, done: int, total: int) -> None:
        """Say beside the name how far it is, as long as it is not done; before notebooks run, in a bar of its own."""
        with self._lock:
            if self.task is None:
                self._show_first(what, done, total)
                return
            self._parts[name] = f" ({what.en} {done}/{total})" if done < total else ""
            self._show(0)

    def ended(self, name: str, state: str, seconds: float, why: str) -> None:
        """Move the bar and print how it ended."""
        with self._lock:
            self._running = [n for n in self._running if n != name]
            self._parts.pop(name, None)
            self._show(self._left.pop(name, 0.0))
        self.note(f"{name}: {state} in {seconds:.1f} s" + (f" — {why}" if why else ""))

    def _show_first(self, what: Text, done: int, total: int) -> None:
        self.progress.start()
        if self._first is None:
            self._first = self.progress.add_task(what.en, total=total, left="")
        self.progress.update(self._first, completed=done)
        if done >= total:
            self.progress.remove_task(self._first)
            self.progress.stop()
            self._first = None

    def _show(self, advance: float) -> None:
        if self.task is None:
            return
        words = f"about {sum(self._left.values()):.0f} s left"
        running = ", ".join(f"{name}{self._parts.get(name, '')}" for name in self._running)
        self.progress.update(self.task, description=running or "notebooks", advance=advance, left=words)

    def close(self) -> None:
        """Take the bar away."""
        self.progress.stop()
