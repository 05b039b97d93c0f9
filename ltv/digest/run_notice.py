"""Telling the team that a scheduled run failed, recovered or lost a page: once a change, never a day without one."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltv.digest.lines import fitted, linked, one_line, safe
from ltv.digest.mail_html import rendered, short
from ltv.digest.run_words import RUN, STATES
from ltv.dispatch.outbox import Outbox
from ltv.dispatch.planned import Notice, id_of
from ltv.dispatch.sinks.email import mail
from ltv.dispatch.sinks.robot import MOST_TEXT_BYTES, robot_text
from ltv.report.theme import STATE_COLORS
from ltv.text import Lang, Text, same
from ltv.workspace.clock import start_of_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from ltv.settings import Settings
    from ltv.settings.endpoints import Endpoint

HOURS = 24
_MOST_ROWS = 40


@dataclass(frozen=True)
class Change:
    """How a scheduled date came out, beside the one before.

    Attributes:
        date: the date.
        state: of its run: good, partial, failed, refused, killed.
        before_date: the date that was told or found before; empty where there is none.
        before_state: how that one came out.
        gone: pages that are not there and were there before, with how they came out: failed or missing.
        back: names of pages that are there again.
        why: one line where it is not all good.
        shown: the newest published date; empty where there is none.
        titles: titles of pages by name.
        pages_url: where readers find the pages, or nothing.
        number: what tells this change from another between the same states.
    """

    date: str
    state: str
    before_date: str = ""
    before_state: str = "good"
    gone: Mapping[str, str] = field(default_factory=dict)
    back: tuple[str, ...] = ()
    why: str = ""
    shown: str = ""
    titles: Mapping[str, Text] = field(default_factory=dict)
    pages_url: str = ""
    number: int = 0

    @property
    def is_news(self) -> bool:
        """Whether there is something to tell; a first date that is good is none."""
        return self.state != self.before_state or bool(self.gone or self.back)

    @property
    def light(self) -> str:
        """The traffic light of the change."""
        if self.state != "good":
            return "bad"
        return "watch" if self.gone else "good"

    @property
    def title(self) -> Text:
        """What has changed, in one line.

        >>> Change("2026-06-30", "refused").title.en
        'The data of 2026-06-30 was refused, no report was made'
        >>> Change("2026-06-30", "good", before_state="failed").title.en
        'Reports are good again: 2026-06-30'
        """
        if self.state == "partial" and not self.gone:
            return RUN["failed"].format(date=self.date)
        if self.state != "good":
            return _counted(self.state, self.date, len(self.gone))
        if self.before_state != "good":
            return RUN["recovered"].format(date=self.date)
        what, n = ("lost", len(self.gone)) if self.gone else ("back", len(self.back))
        return _counted(what, self.date, n)

    @property
    def link(self) -> str:
        """Where the list of all dates is, or nothing."""
        return f"{self.pages_url}/index.html" if self.pages_url else ""

    def lines(self) -> list[Text]:
        """What is told under the title, the most important first."""
        said = [RUN["why"].format(why=self.why)] if self.why and self.state != "good" else []
        for name, state in self.gone.items():
            words = RUN["page_missing" if state == "missing" else "page_failed"]
            said.append(RUN["page_gone"].format(title=self._titled(name), state=words))
        said += [RUN["page_back"].format(title=self._titled(name)) for name in self.back]
        said.append(RUN["shown"].format(date=self.shown) if self.shown else RUN["none_shown"])
        if self.before_date:
            said.append(RUN["before"].format(date=self.before_date, state=STATES[self.before_state]))
        return said

    @property
    def command(self) -> str:
        """What says more; nothing where all is good."""
        return "" if self.light == "good" else f"ltv status --date {self.date}"

    def _titled(self, name: str) -> Text:
        return self.titles.get(name, same(name))


def _counted(what: str, date: str, n: int) -> Text:
    words = RUN[f"one_{what}"] if n == 1 and f"one_{what}" in RUN else RUN[what]
    return words.format(date=date, n=str(n))


def tell(root: Path, settings: Settings, change: Change, *, now: Callable[[], dt.datetime] = start_of_run) -> list[str]:
    """Put a change into the outbox for `[dispatch] digest`; with nobody there, it is one line on standard error.

    What goes wrong here is a line, never an error: the run has come out as it has.

    Args:
        root: the workspace.
        settings: its settings.
        change: what has changed.
        now: the clock, naive UTC.

    Returns:
        Lines to tell.
    """
    if not settings.dispatch.digest:
        print(f"ltv: {_spoken(change)}", file=sys.stderr, flush=True)  # noqa: T201  the terminal, or the scheduler's mail
        return []
    try:
        outbox = Outbox.open(root, settings, now=now)
        try:
            wanted = [outbox.endpoints[name] for name in dict.fromkeys(settings.dispatch.digest)]
            done = outbox.notify([_notice(change, e, settings, now()) for e in wanted])
        finally:
            outbox.close()
    except Exception as error:  # whatever it is, the run has come out
        print(f"ltv: {_spoken(change)}", file=sys.stderr, flush=True)  # noqa: T201
        return [f"{change.date}: nobody is told: {one_line(str(error)) or type(error).__name__}"]
    said = [f"{change.date}: {change.title.en}: {done.queued} queued for {', '.join(e.name for e in wanted)}"]
    return [*said, *([done.line.en] if done.line else [])]


def _spoken(change: Change) -> str:
    why = f" — {change.why}" if change.why and change.state != "good" else ""
    gone = f" — {', '.join(change.gone)}" if change.gone and not why else ""
    more = f"; {change.command}" if change.command else ""
    return one_line(f"{change.title.en}{why}{gone}{more}")


def _notice(change: Change, endpoint: Endpoint, settings: Settings, at: dt.datetime) -> Notice:
    lang = settings.languages[0]
    payload = robot_text(markdown(change, lang)) if endpoint.kind == "robot" else letter(change, lang)
    told = id_of("run", endpoint.name, change.number, change.date, change.state, *change.gone, *change.back)
    return Notice(told, endpoint.name, payload, at + dt.timedelta(hours=HOURS), topic="run")


def markdown(change: Change, lang: Lang, *, most: int = MOST_TEXT_BYTES) -> str:
    """The text for a robot, of at most so many bytes in UTF-8, in whole lines.

    Args:
        change: what has changed.
        lang: zh or en.
        most: bytes.
    """
    said = [f"> {safe(short(line.to(lang)))}" for line in change.lines()]
    tail = [f"> {RUN['act'].to(lang)} `{change.command}`"] if change.command else []
    tail += [linked(RUN["open"].to(lang), change.link)] if change.link else []
    head = f"**{safe(change.title.to(lang))}**"
    return fitted([head, *said], tail, RUN["more"], lang, most=most)


def letter(change: Change, lang: Lang) -> dict[str, Any]:
    """The payload of a mail: one page of HTML that needs nothing from elsewhere, and the same as text.

    Args:
        change: what has changed.
        lang: zh or en.
    """
    said = [short(line.to(lang)) for line in change.lines()]
    more = RUN["more"].format(n=str(len(said) - _MOST_ROWS)).to(lang) if len(said) > _MOST_ROWS else ""
    title, act = short(change.title.to(lang)), RUN["act"].to(lang) if change.command else ""
    html = rendered(
        "run.html.j2", lang, link=change.link, title=title, rows=said[:_MOST_ROWS], more=more, act=act, command=change.command,
        open=RUN["open"].to(lang), why=RUN["why_told"].to(lang), color=STATE_COLORS[change.light],
    )  # fmt: skip
    plain = [title, *said, f"{act} {change.command}".strip(), change.link]
    return mail(title, html, text="\n".join(line for line in plain if line))
