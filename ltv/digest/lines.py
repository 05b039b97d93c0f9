"""The digest as lines: markdown for a robot, which fits 2,048 bytes in whole lines, and plain text for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ltv.digest.digest_words import WORDS
from ltv.dispatch.sinks.robot import MOST_TEXT_BYTES
from ltv.health.health_findings import newest
from ltv.health.health_views import bound_words, place_words, week_ago
from ltv.health.health_words import STATE, WHY
from ltv.health.indicators import CORE
from ltv.strategy.strategy_words import WORDS as STRATEGY
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    from ltv.digest.told import Told
    from ltv.health.health_views import Row

FIRST = 5  # triggers, and plans that wait, that come before everything else
_COLORS = {"good": "info", "watch": "warning", "bad": "warning", "none": "comment", "free": "comment"}
# A robot's markdown knows no escape: what would begin a tag, a link, bold or code in a name becomes its wide twin.
_WIDE = str.maketrans({"<": "＜", ">": "＞", "`": "ˋ", "*": "＊"})


@dataclass(frozen=True)
class Line:
    """A line of the digest.

    Attributes:
        words: in both languages.
        state: of the traffic light in front of it, as `STATE` has it; nothing for none.
        command: what to type, if anything.
    """

    words: Text
    state: str = ""
    command: str = ""


def lines(told: Told) -> list[Line]:
    """All lines, in the order in which they may be left out from the end.

    Args:
        told: the date.
    """
    core = [indicator(told, name) for name in CORE]
    others = [
        indicator(told, name) for name, light in told.lights.items() if name not in CORE and _is_told(told, name, light)
    ]
    triggers = [trigger(told, row) for row in told.triggers.to_dict("records")]
    waiting = [plan(told, row) for row in told.waiting]
    rest = [plan(told, row) for row in told.planned if row["state"] != "waits"]
    first = [*core, *triggers[:FIRST], *waiting[:FIRST], *total(told), *others]
    return [*first, *triggers[FIRST:], *waiting[FIRST:], *rest]


def _is_told(told: Told, name: str, light: str) -> bool:
    return light in ("watch", "bad") or name in told.turned


def indicator(told: Told, name: str) -> Line:
    """The latest known day of an indicator in the whole base.

    Args:
        told: the date.
        name: of the indicator.
    """
    board, row = told.board, newest(told.board, name)
    watched, light = board.by_name[name], told.lights[name]
    was = turned(told, name)
    was = Text(f"，{was.zh}", f", {was.en}") if was.en else was
    if not row["known"]:
        return Line(WORDS["unknown"].format(label=watched.label, why=WHY[row["why_unknown"]], more=was), light)
    value, bound, before = (
        number(v, watched.unit, currency=board.currency) for v in (row["value"], row["threshold"], week_ago(board, row))
    )
    parts = [WORDS["bound"].format(threshold=bound_words(watched.bad_side, bound))] if light != "free" else []
    parts += [WORDS["before"].format(before=before)] if before.en != "–" else []
    parts += [WORDS["days"].format(n=str(row["days_breached"]))] if row["days_breached"] > 1 else []
    parts += [WORDS["as_of"].format(date=str(row["date"]))] if str(row["date"]) != told.date else []
    more = Text("".join(p.zh for p in (*parts, was)), "".join(p.en for p in (*parts, was)))
    return Line(WORDS["indicator"].format(label=watched.label, value=value, more=more), light)


def turned(told: Told, name: str) -> Text:
    """What the light of an indicator was before it turned; nothing where it is the same.

    Args:
        told: the date.
        name: of the indicator.
    """
    if name not in told.turned or told.before is None:
        return same("")
    return WORDS["was"].format(date=str(told.before.as_of), state=STATE[told.turned[name]])


def trigger(told: Told, row: Row) -> Line:
    """An indicator that triggered in a segment.

    Args:
        told: the date.
        row: of the result table health.
    """
    watched = told.board.by_name[row["indicator"]]
    value, bound = (number(row[v], watched.unit, currency=told.board.currency) for v in ("value", "threshold"))
    said = WORDS["bound"].format(threshold=bound_words(watched.bad_side, bound))
    place = place_words(row)
    return Line(
        WORDS["trigger"].format(date=str(row["date"]), label=watched.label, place=place, value=value, bound=said), "bad"
    )


def plan(told: Told, row: dict[str, Any]) -> Line:
    """What a playbook plans; how to let it out, where it waits.

    Args:
        told: the date.
        row: of the result table strategy_plans.
    """
    people, control = (number(int(row[n]), "count") for n in ("people", "control"))
    cost = number(float(row["cost"]), "money", currency=told.board.currency)
    waits = row["state"] == "waits"
    name = WORDS["waiting"].format(plan=str(row["plan"])) if waits else Text(row["title_zh"], row["title_en"])
    words = WORDS["plan"].format(playbook=name, people=people, control=control, cost=cost)
    return Line(words, "", f"ltv strategy approve {row['plan']}") if waits else Line(words)


def total(told: Told) -> list[Line]:
    """What is planned in all; nothing where the strategy page is not there.

    Args:
        told: the date.
    """
    if told.plans.empty:
        return []
    rows = told.planned
    if not rows:
        return [Line(STRATEGY["told_quiet"])]
    rows = [row for row in rows if row["speaks"]]
    if not rows:
        return []
    sums = {n: sum(int(row[n]) for row in rows) for n in ("people", "control")}
    cost = number(sum(float(row["cost"]) for row in rows), "money", currency=told.board.currency)
    counts = {n: number(v, "count") for n, v in sums.items()} | {"on": number(len(rows), "count")}
    return [Line(STRATEGY["told_plan"].format(cost=cost, **counts))]


def one_line(words: str) -> str:
    r"""Words without breaks, control characters and marks that turn the direction of reading.

    Args:
        words: any.

    >>> one_line("a\nb\u202ec")
    'a b c'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def markdown(told: Told, lang: Lang, *, most: int = MOST_TEXT_BYTES) -> str:
    """The text for a robot, of at most so many bytes in UTF-8: whole lines, and how many are left out.

    Args:
        told: the date.
        lang: zh or en.
        most: bytes.
    """
    head = f"**{safe(told.title.to(lang))}**"
    tail = (
        [linked(WORDS["overview"].to(lang), told.overview), linked(WORDS["page"].to(lang), told.link)]
        if told.link
        else []
    )
    return fitted([head, *(_marked(line, lang) for line in lines(told))], tail, WORDS["more"], lang, most=most)


def fitted(wanted: Sequence[str], tail: Sequence[str], more: Text, lang: Lang, *, most: int) -> str:
    r"""As many lines as fit with the tail, in order; one too long is left out, and counted.

    Args:
        wanted: lines, the most important first; the first one fits with the tail.
        tail: lines that always stay.
        more: how it is told that `{n}` are left out.
        lang: zh or en.
        most: bytes in UTF-8.

    >>> fitted(["a", "bcdefghijkl", "m"], ["z"], Text("{n}", "+{n}"), "en", most=8)
    'a\nm\n+1\nz'
    """

    def size(given: Sequence[str]) -> int:
        return len("\n".join(given).encode())

    if size([*wanted, *tail]) <= most:
        return "\n".join([*wanted, *tail])
    room = most - size([more.format(n=str(len(wanted))).to(lang), *tail])
    kept: list[str] = []
    for line in wanted:
        cost = len(line.encode()) + 1
        if cost <= room:
            kept.append(line)
            room -= cost
    return "\n".join([*kept, more.format(n=str(len(wanted) - len(kept))).to(lang), *tail])


def plain(told: Told, lang: Lang) -> str:
    """The whole digest as text.

    Args:
        told: the date.
        lang: zh or en.
    """
    said = [told.title.to(lang)]
    for line in lines(told):
        parts = (STATE[line.state].to(lang) if line.state else "", line.words.to(lang), line.command)
        said.append(" ".join(part for part in parts if part))
    return "\n".join([one_line(line) for line in said] + ([told.overview, told.link] if told.link else []))


def _marked(line: Line, lang: Lang) -> str:
    light = f'<font color="{_COLORS[line.state]}">{STATE[line.state].to(lang)}</font> ' if line.state else ""
    command = f" `{one_line(line.command).replace('`', 'ˋ')}`" if line.command else ""
    return f"> {light}{safe(line.words.to(lang))}{command}"


def safe(words: str) -> str:
    """Words in which a robot's markdown finds no tag, link, bold or code.

    Args:
        words: any.
    """
    return one_line(words).translate(_WIDE).replace("](", "] (")


def linked(words: str, link: str) -> str:
    """A link in a robot's markdown; where the group cannot follow it, words and path.

    Args:
        words: of the link.
        link: https, file: or a path.
    """
    return f"[{words}]({link})" if link.startswith("https://") else f"{words}: {link}"
