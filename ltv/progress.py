"""How far long work is: the work tells, whoever watches shows it, and nobody who does not watch is disturbed.

Work says `with steps(Text("训练", "training"), 12) as step:` and calls `step()` after each part. What is shown where is
not its business: `watch` sets who listens, a terminal's bar, a notebook's, or the run that has started this kernel.
No number depends on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from ltv.text import Text

Listener = Callable[[Text, int, int], None]
_Part = TypeVar("_Part")

_listener: ContextVar[Listener | None] = ContextVar("who listens to progress", default=None)


def watch(listener: Listener | None) -> None:
    """Set who is told of progress from now on; None for nobody.

    Args:
        listener: called with what is done, how many parts are over and how many there are: first with none over, last
            with all of them, also where the work stopped before.
    """
    _listener.set(listener)


@contextmanager
def heard_by(listener: Listener | None) -> Iterator[None]:
    """Let somebody listen for a while.

    >>> with heard_by(lambda what, done, total: print(what.en, done, total)), steps(Text("抽样", "draws"), 2) as step:
    ...     step()
    draws 0 2
    draws 1 2
    draws 2 2
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def steps(what: Text, total: int) -> Iterator[Callable[[], None]]:
    """Tell of work in parts.

    Args:
        what: the work, in a word or two.
        total: how many parts it has.

    Returns:
        what is called after each part, from any thread.
    """
    listener, done = _listener.get(), itertools.count(1)  # `next` of it is safe from any thread
    if listener is None or total < 1:
        yield lambda: None
        return

    def step() -> None:
        over = next(done)
        if over < total:
            listener(what, over, total)

    listener(what, 0, total)
    try:
        yield step
    finally:
        listener(what, total, total)


def each(what: Text, parts: Iterable[_Part], total: int) -> Iterator[_Part]:
    """Go through parts and tell after each.

    >>> list(each(Text("文件", "files"), "ab", 2))
    ['a', 'b']
    """
    with steps(what, total) as step:
        for part in parts:
            yield part
            step()
