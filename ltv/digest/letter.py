"""The digest as a mail: one page of HTML under 100 kB that needs nothing from elsewhere, and the same as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.digest.digest_words import WORDS
from ltv.digest.lines import Line, plain, plan, total, trigger, turned
from ltv.digest.mail_html import rendered, short
from ltv.dispatch.sinks.email import MOST_BYTES, mail
from ltv.health.health_findings import newest
from ltv.health.health_views import usual, week_ago
from ltv.health.health_words import STATE, WHY
from ltv.health.health_words import WORDS as HEALTH
from ltv.report import words as page_words
from ltv.report.theme import STATE_COLORS
from ltv.text import Lang, Text, number

if TYPE_CHECKING:
    from ltv.digest.told import Told

_ROWS = (60, 30, 15, 8, 4, 2, 1)


def letter(told: Told, lang: Lang, *, when: str) -> dict[str, Any]:
    """The payload of a mail; tables lose rows, and say so, until it is small enough.

    Args:
        told: the date.
        lang: zh or en.
        when: `digest_when` of the settings, for the last line.
    """
    subject, text = short(told.title.to(lang)), plain(told, lang)
    for most in _ROWS:
        html = page(told, lang, when=when, most=most)
        if len(html.encode()) <= MOST_BYTES:
            break
    return mail(subject, html, text=text)


def page(told: Told, lang: Lang, *, when: str, most: int) -> str:
    """The page of the mail.

    Args:
        told: the date.
        lang: zh or en.
        when: `digest_when` of the settings.
        most: rows of each table.
    """
    names = list(told.lights)
    triggers = told.triggers.to_dict("records")
    parts = {
        "tiles": [_tile(told, name, lang) for name in names[:most]],
        "triggers": [_row(trigger(told, row), lang) for row in triggers[:most]],
        "plans": [_row(line, lang) for line in (*total(told), *(plan(told, row) for row in told.planned[:most]))],
        # the first sentence of the page is the headline here, which also knows what triggered late
        "takeaways": [
            {"state": t.state, "text": short(t.text.to(lang)), "action": short(t.action.to(lang)) if t.action else ""}
            for t in told.board.findings[1 : 1 + most]
        ],
    }
    left = {"tiles": len(names), "triggers": len(triggers), "plans": len(told.planned)}
    more = {name: _more(n - most, lang) for name, n in left.items()}
    words = {name: text.to(lang) for name, text in _words(told, when).items()}
    colors = STATE_COLORS | {"free": STATE_COLORS["none"]}
    links = [(told.overview, words["overview"]), (told.link, words["page"])] if told.link else []
    return rendered("letter.html.j2", lang, link=told.link, links=links, words=words, more=more, colors=colors, **parts)


def _words(told: Told, when: str) -> dict[str, Text]:
    own = ("triggers_title", "indicators_title", "plans_title", "page", "overview")
    words = {name: WORDS[name] for name in own} | {"title": told.title, "why": WORDS["why_told"].format(when=when)}
    words |= {"takeaways_title": page_words.TAKEAWAYS, "action": page_words.ACTION, "act": HEALTH["act_triggered"]}
    return words | {name: HEALTH[name] for name in ("indicator", "value", "state")}


def _tile(told: Told, name: str, lang: Lang) -> dict[str, str]:
    board, row = told.board, newest(told.board, name)
    watched, light = board.by_name[name], told.lights[name]
    value, before = (
        number(v, watched.unit, currency=board.currency).to(lang) for v in (row["value"], week_ago(board, row))
    )
    if not row["known"]:
        rule = HEALTH["tile_unknown"].format(why=WHY[row["why_unknown"]])
    elif light == "free":
        rule = HEALTH["tile_no_threshold"]
    else:
        threshold = number(row["threshold"], watched.unit, currency=board.currency)
        rule = HEALTH[f"tile_rule_{watched.bad_side}"].format(threshold=threshold, usual=usual(row))
    day = str(row["date"]) if row["known"] and str(row["date"]) != told.date else ""
    return {
        "label": short(watched.label.to(lang)), "value": value, "state": light, "light": STATE[light].to(lang), "day": day,
        "rule": short(rule.to(lang)), "before": f"{HEALTH['week_before'].to(lang)} {before}" if before != "–" else "",
        "turned": turned(told, name).to(lang),
    }  # fmt: skip


def _row(line: Line, lang: Lang) -> dict[str, str]:
    light = STATE[line.state].to(lang) if line.state else ""
    return {"state": line.state, "light": light, "text": short(line.words.to(lang)), "command": short(line.command)}


def _more(n: int, lang: Lang) -> str:
    return WORDS["more"].format(n=str(n)).to(lang) if n > 0 else ""
