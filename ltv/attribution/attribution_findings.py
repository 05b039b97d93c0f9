"""Tiles and sentences of the page on attribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ltv.attribution.advice import experiment_worth
from ltv.attribution.attribution_words import MODEL, WORDS
from ltv.attribution.holdouts import PREFIX
from ltv.attribution.terms import ORGANIC
from ltv.result import KeyFigure, Takeaway
from ltv.text import Text, number, same

if TYPE_CHECKING:
    from ltv.attribution.attribution_result import Attribution

_COMMA = Text("、", ", ")


def tiles(told: Attribution) -> list[KeyFigure]:
    """The tiles."""
    if told.by_channel.empty:
        return []
    total, days = told.total, str(told.window_days)
    before = _before(told)
    out = [
        KeyFigure(
            WORDS["tile_incremental"], total["added"], "money", low=total["low"], high=total["high"], level=90,
            rule=WORDS["rule_incremental"].format(days=days), previous=before,
            comparison=WORDS["comparison"].format(days=days) if before is not None else None,
        )
    ]  # fmt: skip
    if total["value"] > 0:
        last = told.credit("last_touch")
        share = number(1 - last.get(ORGANIC, 0.0) / total["value"], "rate")
        low, high = (total[end] / total["value"] for end in ("low", "high"))
        rule = WORDS["rule_last"].format(share=share)
        out.append(
            KeyFigure(
                WORDS["tile_share"], total["added"] / total["value"], "rate", low=low, high=high, rule=rule, level=90
            )
        )
    paid = told.by_channel[told.by_channel["cost"] > 0]
    if len(paid):
        value = float(paid["credit"].sum() / paid["cost"].sum())
        out.append(KeyFigure(WORDS["tile_roi"], value, "money", rule=WORDS["rule_roi"]))
    if told.planned is not None and told.planned.movable.sum() > 1:
        gain = told.planned.gain
        low, high = np.percentile(gain, (5, 95))
        rule = WORDS["rule_gain"].format(step=number(told.step, "rate"))
        out.append(
            KeyFigure(
                WORDS["tile_gain"], float(gain.mean()), "money", low=float(low), high=float(high), rule=rule, level=90
            )
        )
    return out


def _before(told: Attribution) -> float | None:
    if told.earlier is None:
        return None
    rows = told.earlier[told.earlier["outcome"] == "value"]
    return float(rows.loc[rows["channel"] != ORGANIC, "credit"].sum())


def findings(told: Attribution) -> list[Takeaway]:
    """The sentences."""
    if not told.ground.channels or not len(told.touches):
        return [Takeaway(WORDS["no_touches"])]
    if told.by_channel.empty:
        return [
            Takeaway(
                WORDS["too_little"].format(n=number(told.learned.compared, "count")), "watch", WORDS["act_too_little"]
            )
        ]
    return [*_level(told), *_move(told), *_changed(told), *_trust(told)]


def _money(told: Attribution, value: float) -> Text:
    return number(value, "money", currency=told.currency)


def _level(told: Attribution) -> list[Takeaway]:
    total, best = told.total, told.by_channel.iloc[0]
    named = {"total": "value", "added": "added", "low": "low", "high": "high", "organic": "organic"}
    words = {name: _money(told, total[key]) for name, key in named.items()}
    out = [Takeaway(WORDS["told_total"].format(days=str(told.window_days), **words))]
    ends = {
        name: _money(told, float(best[key])) for name, key in (("added", "credit"), ("low", "low"), ("high", "high"))
    }
    share = number(best["credit"] / total["added"] if total["added"] > 0 else None, "rate")
    out.append(Takeaway(WORDS["told_best"].format(channel=str(best["channel"]), share=share, **ends)))
    last = told.credit("last_touch").drop(ORGANIC, errors="ignore")
    if len(last) and last.max() > 0 and total["value"] > 0:
        name = str(last.idxmax())
        true = told.by_channel.set_index("channel").reindex([name]).iloc[0]
        figures = {k: _money(told, float(true[c])) for k, c in (("added", "credit"), ("low", "low"), ("high", "high"))}
        figures["given"] = _money(told, float(last.max()))
        out.append(
            Takeaway(
                WORDS["told_last"].format(channel=name, share=number(last.sum() / total["value"], "rate"), **figures)
            )
        )
    return out


def _move(told: Attribution) -> list[Takeaway]:
    plan = told.planned
    if plan is None or plan.movable.sum() < 2:  # noqa: PLR2004  a move needs two
        return []
    table = told.plan_table.set_index("channel").drop(index="all", errors="ignore")
    paid = set(table.index[table["current_cost"] > 0])
    silent = [name for name in told.ground.channels if name not in paid]
    out = []
    if plan.moves:
        change = table["change"].fillna(0.0)
        names = {side: _names(list(change[mark * change > 0].sort_values(key=abs, ascending=False).index))
                 for side, mark in (("up", 1), ("down", -1))}  # fmt: skip
        low, high = np.percentile(plan.gain, (5, 95))
        figures = {"money": change.clip(lower=0).sum(), "gain": plan.gain.mean(), "low": low, "high": high}
        words = {name: _money(told, float(value)) for name, value in figures.items()}
        out.append(
            Takeaway(
                WORDS["told_move"].format(days=str(told.window_days), **names, **words), "watch", WORDS["act_move"]
            )
        )
    else:
        out.append(Takeaway(WORDS["told_stay"]))
    if silent:
        out.append(Takeaway(WORDS["told_no_cost"].format(channels=_names(silent))))
    worth = experiment_worth(told)
    if worth is not None:
        told_of: dict[str, str | Text] = {
            "channel": worth.channel,
            "days": str(told.window_days),
            "people": number(worth.people, "count"),
        }
        told_of["effect"] = number(worth.effect, "rate")
        buyers = len(np.unique(told.learned.user_id))
        if 2 * worth.people > buyers:
            said = WORDS["told_too_small"].format(buyers=number(buyers, "count"), **told_of)
            out.append(Takeaway(said, "none", WORDS["act_too_small"]))
        else:
            act = WORDS["act_experiment"].format(name=PREFIX + worth.channel)
            out.append(Takeaway(WORDS["told_experiment"].format(**told_of), "none", act))
    return out


def _names(names: list[str], most: int = 3) -> Text:
    shown = names[:most]
    tail = Text(" 等渠道", " and others") if len(names) > most else same("")
    return Text(_COMMA.zh.join(shown) + tail.zh, _COMMA.en.join(shown) + tail.en)


def _changed(told: Attribution) -> list[Takeaway]:
    before = _before(told)
    if before is None or told.earlier is None:
        return []
    rows = told.earlier[(told.earlier["outcome"] == "value") & (told.earlier["channel"] != ORGANIC)].set_index(
        "channel"
    )
    now = told.by_channel.set_index("channel")
    change = (now["credit"] - rows["credit"]).dropna()
    if change.empty:
        return []
    name = str(change.abs().idxmax())
    spent = now["cost"].get(name, np.nan) - rows["cost"].get(name, np.nan)
    words = {
        "change": _signed(told, told.total["added"] - before), "own": _signed(told, float(change[name])),
        "cost": _signed(told, float(spent)) if spent == spent else WORDS["unknown_cost"],  # noqa: PLR0124  NaN
    }  # fmt: skip
    return [Takeaway(WORDS["told_changed"].format(days=str(told.window_days), channel=name, **words))]


def _signed(told: Attribution, value: float) -> Text:
    money = _money(told, value)
    return Text(f"+{money.zh}", f"+{money.en}") if value > 0 else money


def _trust(told: Attribution) -> list[Takeaway]:
    learned, out = told.learned, []
    if learned.evidence is not None:
        n = number(len(learned.evidence.table), "count")
        out.append(Takeaway(WORDS["told_holdouts"].format(n=n), "good"))
    else:
        out.append(Takeaway(WORDS["told_no_holdouts"], "watch", WORDS["act_no_holdouts"]))
    if learned.clicks_only:
        words = WORDS["told_clicks"].format(channels=_names(learned.clicks_only))
        out.append(Takeaway(words, "watch", WORDS["act_clicks"]))
    assert learned.effects is not None  # noqa: S101  there are channels with credit
    visits = WORDS["and_visits"] if learned.pass_on is not None else same("")
    model = MODEL[learned.effects.model]
    out.append(Takeaway(WORDS["told_model"].format(model=model, n=number(learned.compared, "count"), visits=visits)))
    if told.sampling_error > 0:
        out.append(Takeaway(WORDS["told_sampled"].format(error=number(told.sampling_error, "number"))))
    return out
