"""Putting the digest of the newest date into the outbox, once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.digest.letter import letter
from ltv.digest.lines import markdown, plain
from ltv.digest.picture import NoPictureError, top_of
from ltv.digest.told import PAGE, Told, told
from ltv.dispatch.outbox import Outbox
from ltv.dispatch.planned import Notice, id_of
from ltv.dispatch.sinks.robot import robot_picture, robot_text
from ltv.errors import MissingTableError
from ltv.workspace.clock import start_of_run
from ltv.workspace.store import published_dates

if TYPE_CHECKING:
    from collections.abc import Callable

    from ltv.dispatch.outbox import Enqueued
    from ltv.settings import Settings
    from ltv.settings.endpoints import Endpoint

HOURS = 24  # a digest that is older than a day says what the next one says better


def send(
    root: Path,
    settings: Settings,
    date: str,
    *,
    now: Callable[[], dt.datetime] = start_of_run,
) -> list[str]:
    """Put the digest of a date that was just published into the outbox, for `[dispatch] digest`.

    Nothing is sent of a date that is not the newest; the run asks once a date, so that restatements tell nobody.
    A digest that cannot be made is a line, never an error: the pages are published, and that is what counts.

    Args:
        root: the workspace.
        settings: its settings.
        date: the date.
        now: the clock, naive UTC.

    Returns:
        Lines to tell.
    """
    if not settings.dispatch.digest or published_dates(root)[:1] != [date]:
        return []
    try:
        return [f"{date}: digest: {line}" for line in _sent(root, settings, date, now)]
    except Exception as error:  # whatever it is, the run has come out
        return [f"{date}: no digest: {' '.join(str(error).split()) or type(error).__name__}"]


def preview(root: Path, settings: Settings, date: str) -> str:
    """The digest of a published date as text, in the first language of the settings.

    Args:
        root: the workspace.
        settings: its settings.
        date: the date.

    Raises:
        MissingTableError: the date has no health board.
    """
    return plain(told(root, settings, date), settings.languages[0])


def _sent(root: Path, settings: Settings, date: str, now: Callable[[], dt.datetime]) -> list[str]:
    try:
        said = told(root, settings, date)
    except MissingTableError:
        return ["this date has no health board"]
    if settings.dispatch.digest_when == "change" and not said.is_news:
        since = said.before.as_of if said.before is not None else date
        return [f"nothing has changed since {since}, nobody is told"]
    outbox = Outbox.open(root, settings, now=now)
    try:
        wanted = [outbox.endpoints[name] for name in dict.fromkeys(settings.dispatch.digest)]
        done = outbox.notify([_notice(said, e, settings, now()) for e in wanted])
        robots = [e.name for e in wanted if e.kind == "robot"] if done.queued else []
        return [*_told([e.name for e in wanted], done), *_pictures(root, said, robots, outbox, settings)]
    finally:
        outbox.close()


def _notice(said: Told, endpoint: Endpoint, settings: Settings, at: dt.datetime) -> Notice:
    lang = settings.languages[0]
    is_robot = endpoint.kind == "robot"
    payload = robot_text(markdown(said, lang)) if is_robot else letter(said, lang, when=settings.dispatch.digest_when)
    return Notice(id_of("digest", endpoint.name, said.date), endpoint.name, payload, at + dt.timedelta(hours=HOURS))


def _pictures(root: Path, said: Told, robots: list[str], outbox: Outbox, settings: Settings) -> list[str]:
    """The text is in the outbox by now: a browser that hangs holds up nothing but the picture."""
    if not robots:
        return []
    page = root / "reports" / said.date / f"{PAGE}.html"
    if not page.is_file():
        return [f"no picture: there is no page {PAGE}"]
    try:
        payload = robot_picture(top_of(page, settings.languages[0]))
    except (NoPictureError, OSError) as error:
        return [f"no picture: {error}"]
    ends = outbox.now() + dt.timedelta(hours=HOURS)
    done = outbox.notify([Notice(id_of("digest", name, said.date, "picture"), name, payload, ends) for name in robots])
    return [done.line.en] if done.line else []


def _told(names: list[str], done: Enqueued) -> list[str]:
    lines = [f"{done.queued} queued for {', '.join(names)}"] if done.queued else []
    lines += [f"{done.known} told before"] if done.known else []
    return [*lines, *([done.line.en] if done.line else [])]
