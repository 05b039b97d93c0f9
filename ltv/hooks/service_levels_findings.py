"""The sentences about the service levels: number, comparison, how sure, what to do."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ltv.hooks.quantiles import ALL
from ltv.hooks.service_levels_figures import hook_name
from ltv.hooks.service_words import KINDS, WORDS
from ltv.result import Takeaway
from ltv.text import Text, interval, number, p_value, same
from ltv.warehouse.moments import local

if TYPE_CHECKING:
    from ltv.hooks.service_levels_result import ServiceLevels

_MOST = 3
Row = Mapping[Hashable, Any]


def findings(of: ServiceLevels) -> Sequence[Takeaway]:
    """All sentences, the most important first."""
    if not len(of.table):
        return (Takeaway(WORDS["nothing"], "none"),)
    return [*_incidents(of), *_objectives(of), *_breaker(of), *_degraded(of)]


def _incidents(of: ServiceLevels) -> list[Takeaway]:
    told: list[Takeaway] = []
    rows = of.incidents.sort_values("p_value", kind="stable")
    for row in rows.head(_MOST).to_dict("records"):
        times = {n: same(local(row[f"{n}_at"], of.timezone)) for n in ("started", "ended")}
        rates = {"rate": number(row["failed_rate"], "rate"), "usual": number(row["usual_rate"], "rate")}
        said = WORDS["incident"].format(
            hook=hook_name(row["hook"]),
            calls=number(row["calls"], "count"),
            p=p_value(row["p_value"]),
            **times,
            **rates,
        )
        told += [Takeaway(said, "bad", WORDS["act_incident"]), *_lost(of, row)]
    if not told and len(of.blind) < of.by_day["hook"].nunique():
        told.append(Takeaway(WORDS["no_incident"].format(days=str(of.days)), "good"))
    if of.blind:
        told.append(Takeaway(WORDS["too_few"].format(hooks=_joined([hook_name(h) for h in of.blind])), "none"))
    return told


def _joined(names: Sequence[Text]) -> Text:
    return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))


def _lost(of: ServiceLevels, row: Row) -> list[Takeaway]:
    if row["orders_paid"] != row["orders_paid"]:
        return []
    if row["orders_lost"] != row["orders_lost"] or row["orders_lost"] is None:
        return [Takeaway(WORDS["lost_unknown"], "none")]
    parts = {
        "orders": number(row["orders_lost"], "count"),
        "low": number(row["orders_low"], "count"),
        "high": number(row["orders_high"], "count"),
        "value": number(row["value_lost"], "money", currency=of.currency),
        "value_low": number(row["value_low"], "money", currency=of.currency),
        "value_high": number(row["value_high"], "money", currency=of.currency),
        "days": number(row["days_compared"], "count"),
        "level": same(f"{of.confidence:.0%}"),
    }
    sure = row["orders_low"] > 0
    said = WORDS["lost" if sure else "lost_unsure"].format(**parts)
    return [Takeaway(said, "bad" if sure else "none", WORDS["act_lost"] if sure else None)]


def _objectives(of: ServiceLevels) -> list[Takeaway]:
    known = of.objectives[of.objectives["calls"] > 0].sort_values("budget_used", ascending=False)
    told = []
    for row in known[known["state"] == "missed"].head(_MOST).to_dict("records"):
        parts = {n: number(row[n], "rate") for n in ("observed", "low", "high", "target")}
        sure = row["high"] < row["target"]
        said = WORDS["missed" if sure else "missed_unsure"].format(
            hook=hook_name(row["hook"]), kind=KINDS[str(row["objective"])], days=str(row["window_days"]),
            used=number(row["budget_used"], "rate"), n=number(row["calls"], "count"), **parts,
        )  # fmt: skip
        told.append(Takeaway(said, "bad" if sure else "watch", WORDS["act_missed" if sure else "act_unsure"]))
    mine = known[known["objective"] == "availability"]
    if len(mine) and (mine["state"] == "met").all():
        worst = mine.iloc[0]
        words = "all_met" if worst["budget_used"] > 0 else "all_met_unused"
        said = WORDS[words].format(
            n=str(len(mine)), hook=hook_name(worst["hook"]), used=number(worst["budget_used"], "rate")
        )
        told.append(Takeaway(said, "good"))
    return told


def _breaker(of: ServiceLevels) -> list[Takeaway]:
    rows = of.breakers[(of.breakers["instance"] == ALL) & (of.breakers["opened"] > 0)]
    if not len(rows):
        return [Takeaway(WORDS["never_opened"].format(days=str(of.days)), "good")]
    told, how = [], of.rule
    rule = {"slow": same(str(how.slow_calls)), "ms": same(f"{how.slow_ms:g}"), "share": number(how.error_share, "rate")}
    for row in rows.sort_values("refused_calls", ascending=False).head(_MOST).to_dict("records"):
        counts = {"opened": row["opened"], "refused": row["refused_calls"], "well": row["refused_well"]}
        said = WORDS["breaker"].format(
            hook=hook_name(row["hook"]), time=number(row["open_seconds"], "seconds"),
            spared=number(row["spared_ms"] / 1000, "seconds"), **rule,
            **{n: number(v, "count") for n, v in counts.items()},
        )  # fmt: skip
        most_well = row["refused_well"] > row["refused_calls"] / 2
        told.append(Takeaway(said, "watch", WORDS["act_breaker" if most_well else "act_opened"]))
    return told


def _degraded(of: ServiceLevels) -> list[Takeaway]:
    rows = of.breakers[(of.breakers["instance"] == ALL) & of.breakers["degraded_difference"].notna()]
    told = []
    for row in rows.sort_values("degraded_attempts", ascending=False).head(1).to_dict("records"):
        helps = row["difference_high"] < 0
        said = WORDS["degraded_helps" if helps else "degraded_same"].format(
            hook=hook_name(row["hook"]), gap=number(row["degraded_difference"], "points"),
            range=interval(row["difference_low"], row["difference_high"], "points"),
            n=number(row["degraded_attempts"], "count"),
        )  # fmt: skip
        told.append(Takeaway(said, "good" if helps else "watch", None if helps else WORDS["act_degraded"]))
    return told
