"""The result of the rule audit: its tiles, sentences, chart and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.behaviour.averages import Share
from ltv.colors import BAD
from ltv.drawing import add_beside, scale_axis
from ltv.hooks.audit_words import ACTS, RULES, UNIT_WORDS, WORDS
from ltv.hooks.service_words import HOOKS
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, number, same
from ltv.warehouse.moments import SECOND, local

if TYPE_CHECKING:
    import pandas as pd

# rule → what its amount is, in the order in which rules are told
UNITS: Mapping[str, str] = {
    "outside_hours": "hours",
    "off_list": "count",
    "stacked": "count",
    "given_twice": "count",
    "over_stock": "count",
    "not_released": "minutes",
    "used_after_expiry": "hours",
    "fired_twice": "count",
    "trial_overdue": "hours",
    "message_stuck": "minutes",
    "unrouted": "count",
}


def at_stake(cases: pd.DataFrame) -> float:
    """Money of cases, that of an order once.

    Args:
        cases: rows of the table `hook_audit`.
    """
    known = cases[cases["money"].notna()]
    again = known["order_id"].notna() & known["order_id"].duplicated()
    return float(known.loc[~again, "money"].sum())


@dataclass(frozen=True, repr=False)
class HookAudit(Result):
    """Cases in which a rule was broken; `.table` is the result table `hook_audit`.

    Attributes:
        as_of: the last day included.
        timezone: zone of days and times.
        summary: the result table `hook_audit_summary`: one row a rule.
    """

    as_of: date
    timezone: str
    summary: pd.DataFrame
    name: ClassVar[str] = "hook_audit"

    @property
    def judged(self) -> pd.DataFrame:
        """Rules whose tables were there."""
        return self.summary[self.summary["judged"].notna()].reset_index(drop=True)

    @property
    def money(self) -> float:
        """What was taken off the orders concerned, each once."""
        return at_stake(self.table)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Cases, money, and how many rules were judged."""
        known = self.judged
        if not len(known):
            return ()
        n, broken = len(self.table), int((known["cases"] > 0).sum())
        rule = WORDS["rule_cases"].format(judged=str(len(known)), broken=str(broken))
        money = KeyFigure(WORDS["tile_money"], self.money, "money", rule=WORDS["rule_money"])
        return [
            KeyFigure(WORDS["tile_cases"], n, "count", state="bad" if n else "good", rule=rule),
            money,
            KeyFigure(
                WORDS["tile_judged"], len(known), "count", rule=WORDS["rule_judged"].format(all=str(len(self.summary))),
                state="good" if len(known) == len(self.summary) else "watch",
            ),
        ]  # fmt: skip

    @property
    def findings(self) -> Sequence[Takeaway]:
        """Rules that were broken, the dearest first; then what was not judged."""
        known = self.judged
        if not len(known):
            return (Takeaway(WORDS["nothing"], "none"),)
        told = [self._broken(row) for row in known[known["cases"] > 0].sort_values(["money", "cases"], ascending=False).to_dict("records")]  # fmt: skip
        if not told:
            counts = {"n": same(str(len(known))), "judged": number(int(known["judged"].sum()), "count")}
            told.append(Takeaway(WORDS["kept"].format(**counts), "good"))
        left = self.summary[self.summary["judged"].isna()]
        if len(left):
            rules = [RULES[r] for r in left["rule"]]
            tables = ", ".join(dict.fromkeys(t for m in left["missing"] for t in m.split(", ")))
            named = Text("、".join(r.zh for r in rules), "; ".join(r.en for r in rules))
            told.append(Takeaway(WORDS["not_judged"].format(rules=named, tables=tables), "none"))
        return told

    def _broken(self, row: Mapping[Any, Any]) -> Takeaway:
        rule, cases, judged = RULES[row["rule"]], int(row["cases"]), int(row["judged"])
        act = ACTS[row["rule"]]
        if row["first_at"] != row["first_at"] or cases > judged:
            return Takeaway(WORDS["broken_plain"].format(rule=rule, cases=number(cases, "count")), "bad", act)
        share = Share.of(cases, judged)
        parts = {n: number(getattr(share, v), "rate") for n, v in (("share", "rate"), ("low", "low"), ("high", "high"))}
        days = {n: same(self._local(row[f"{n}_at"])[:10]) for n in ("first", "last")}
        costs = row["money"] == row["money"]
        said = WORDS["broken" if costs else "broken_free"].format(
            rule=rule, cases=number(cases, "count"), judged=number(judged, "count"),
            money=number(row["money"], "money", currency=self.currency), **parts, **days,
        )  # fmt: skip
        return Takeaway(said, "bad", act)

    def _local(self, moment: object) -> str:
        return local(moment, self.timezone, SECOND)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The rules as a chart and a table, and every case."""
        known = self.judged
        if not len(known):
            return {}
        rules = self.summary.assign(**{n: self.summary[f"{n}_at"].map(self._local) for n in ("first", "last")})
        rules["share"] = (rules["cases"] / rules["judged"].where(rules["judged"] > 0)).astype("Float64").clip(upper=1)
        note = WORDS["summary_note"].format(zone=self.timezone)
        made = {
            "chart": View("chart", WORDS["chart_title"], WORDS["chart_note"], known, _CHART, alt=WORDS["chart_alt"]),
            "summary": View("table", WORDS["summary_title"], note, rules, _SUMMARY),
        }
        if len(self.table):
            shown = self.table.assign(at=self.table["at"].map(self._local))
            cases_note = WORDS["cases_note"].format(zone=self.timezone)
            made["cases"] = View("table", WORDS["cases_title"], cases_note, shown, _CASES)
        return made

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw a bar for each rule."""
        from plotly import graph_objects as go

        rows, figure = self.views[view].data, go.Figure()
        counts, names = rows["cases"].astype(int), [RULES[r].to(lang) for r in rows["rule"]]
        figure.add_bar(
            x=counts.tolist(), y=names, orientation="h", marker={"color": BAD}, hovertemplate="%{y}: %{x:,}<extra></extra>", showlegend=False
        )  # fmt: skip
        texts = [
            f"<b>{number(n, 'count').to(lang)}</b> / {number(of, 'count').to(lang)}"
            for n, of in zip(counts, rows["judged"], strict=True)
        ]
        add_beside(figure, counts, names, texts)
        scale_axis(
            figure, "x", [*counts, 1.0], unit="count", lang=lang, title=WORDS["cases"].to(lang), room=0.01, most=4
        )
        figure.update_yaxes(autorange="reversed", showgrid=False)
        figure.update_layout(height=90 + 36 * max(len(rows), 2))
        return figure


_RULE = Column("rule", WORDS["rule"], words=RULES)
_COUNTS = (Column("judged", WORDS["judged"], "count"), Column("cases", WORDS["cases"], "count"))
_MONEY = Column("money", WORDS["money"], "money")
_CHART = (_RULE, *_COUNTS, _MONEY)
_SUMMARY = (
    _RULE,
    *_COUNTS,
    Column("share", WORDS["share"], "rate"),
    _MONEY,
    Column("first", WORDS["first"]),
    Column("last", WORDS["last"]),
    Column("missing", WORDS["missing"]),
)
_CASES = (
    _RULE,
    Column("case_id", WORDS["case_id"]),
    Column("at", WORDS["at"]),
    Column("hook", WORDS["hook"], words=HOOKS),
    Column("user_id", WORDS["user_id"]),
    Column("offer_id", WORDS["offer_id"]),
    Column("order_id", WORDS["order_id"]),
    _MONEY,
    Column("amount", WORDS["amount"], "number"),
    Column("unit", WORDS["unit"], words=UNIT_WORDS),
)
