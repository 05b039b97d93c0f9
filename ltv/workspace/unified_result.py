"""The result behind the page of people: its tiles, sentences and blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, number, same
from ltv.workspace import unified_columns as columns
from ltv.workspace import unified_figures as figures
from ltv.workspace.evidence import REFUSED
from ltv.workspace.unified_words import REFUSALS, WORDS

if TYPE_CHECKING:
    import pandas as pd

_LEAST_GIVEN = 30  # with fewer the precision says nothing


@dataclass(frozen=True, repr=False)
class UnifiedIds(Result):
    """Who the identifiers are; `.table` is the result table `user_ids`.

    Attributes:
        coverage: rows of each source and table, of people and of people with an account.
        growth: identifiers, people and people with an account by day or week.
        quality: hidden logins by kind of identifier, all together first.
        sources: one row a source: its rows, shares of known people, hidden logins.
        sizes: quantiles of identifiers and rows of a person.
        largest_share: share of all rows that the person with most of them has.
        accuracies: what several measures say of several ways to join identifiers.
        refused: links by what became of them.
        strange: people with most identifiers.
        changed: merges and splits, the result table `user_id_changes`.
        compared_with: date before which they were other people; empty where there is none.
    """

    name: ClassVar[str] = "user_ids"
    coverage: pd.DataFrame
    growth: pd.DataFrame
    quality: pd.DataFrame
    sources: pd.DataFrame
    sizes: pd.DataFrame
    largest_share: float
    accuracies: pd.DataFrame
    refused: pd.DataFrame
    strange: pd.DataFrame
    changed: pd.DataFrame
    compared_with: str = ""

    @property
    def people(self) -> int:
        """How many people there are."""
        return int(self.table["user_id"].nunique())

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """People, identifiers, rows of people with an account, and how many hidden logins came back right."""
        rows = self.coverage[["n", "of_accounts"]].sum()
        identified = float(rows["of_accounts"] / rows["n"]) if rows["n"] else None
        return [
            KeyFigure(
                WORDS["people"],
                float(self.people),
                "count",
                rule=WORDS["from_identifiers"].format(n=self._identifiers()),
                spark=tuple(float(n) for n in self.growth["people"].tail(24)),
            ),
            KeyFigure(WORDS["identified"], identified, "rate", rule=WORDS["identified_rule"]),
            self._precision(),
            KeyFigure(WORDS["merges"], float(len(self.changed)), "count", rule=self._compared()),
        ]

    def _precision(self) -> KeyFigure:
        total = self.quality.iloc[0]
        known = total["given"] >= _LEAST_GIVEN
        value, low, high = (
            float(total[name]) if known else None for name in ("precision", "precision_low", "precision_high")
        )
        rule = WORDS["precision_rule"].format(
            n=number(total["hidden"], "count"), recall=number(total["recall"], "rate")
        )
        return KeyFigure(WORDS["precision"], value, "rate", low=low, high=high, rule=rule)

    def _identifiers(self) -> Text:
        return number(len(self.table[["id_type", "id_value"]].drop_duplicates()), "count")

    def _compared(self) -> Text:
        return WORDS["compared"].format(date=same(self.compared_with)) if self.compared_with else WORDS["first_time"]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What it means for a marketer: one person one id, how sure, what was refused, why accuracy is no measure."""
        people = number(self.people, "count")
        said = [
            Takeaway(WORDS["one_person"].format(n=self._identifiers(), people=people)),
            self._trust(),
            self._passed_on(),
            self._shared(),
            self._refused(),
            Takeaway(WORDS["largest"].format(share=number(self.largest_share, "rate"))),
            Takeaway(WORDS["accuracy"].format(**self._accuracy_words())),
        ]
        return [sentence for sentence in said if sentence is not None]

    def _trust(self) -> Takeaway | None:
        total = self.quality.iloc[0]
        if total["given"] < _LEAST_GIVEN:
            return None
        rates = ("precision", "precision_low", "precision_high", "recall")
        values = {name: number(total[name], "rate") for name in rates}
        return Takeaway(WORDS["trust"].format(n=number(total["hidden"], "count"), **values))

    def _of_rule(self, rule: str) -> int:
        return len(self.table.loc[self.table["rule"] == rule, ["id_type", "id_value"]].drop_duplicates())

    def _shared(self) -> Takeaway | None:
        n = self._of_rule("last_login")
        return Takeaway(WORDS["shared"].format(n=number(n, "count"))) if n else None

    def _passed_on(self) -> Takeaway | None:
        n = self._of_rule("passed_on")
        words = WORDS["passed_on"].format(n=number(n, "count"))
        return Takeaway(words, "watch", WORDS["act_passed_on"]) if n else None

    def _refused(self) -> Takeaway | None:
        if not self.refused["links"].sum():
            return None
        rows = self.refused[self.refused["reason"].isin(REFUSED)].sort_values("links", ascending=False)
        found = [(REFUSALS[why], number(n, "count")) for why, n in zip(rows["reason"], rows["links"], strict=True) if n]
        if not found:
            return Takeaway(WORDS["nothing_refused"])
        reasons = Text("；".join(f"{w.zh} {n.zh}" for w, n in found), "; ".join(f"{n.en} {w.en}" for w, n in found))
        values = {"n": number(rows["links"].sum(), "count"), "share": number(rows["share"].sum(), "rate")}
        return Takeaway(WORDS["refused"].format(**values, reasons=reasons))

    def _accuracy_words(self) -> dict[str, Text]:
        ways = self.accuracies.set_index("way")
        return {
            "story": number(ways.loc["story", "accuracy"], "rate"),
            "nobody": number(ways.loc["nobody", "accuracy"], "rate"),
            "met": number(ways.loc["whoever_met", "accuracy"], "rate"),
            "right": number(ways.loc["whoever_met", "precision"], "rate"),
        }

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: coverage, growth, quality, sources, sizes, accuracy, refused, rules, strange, changes."""
        largest = {"share": number(self.largest_share, "rate")}
        return {
            "coverage": self._chart("coverage", self.coverage, columns.COVERAGE),
            "growth": self._chart("growth", self.growth, columns.GROWTH),
            "quality": self._table("quality", _telling(self.quality), columns.QUALITY),
            "sources": self._table("sources", _telling(self.sources), columns.SOURCES),
            "sizes": self._table("sizes", self.sizes, columns.SIZES, **largest),
            "accuracy": self._table("accuracy", self.accuracies, columns.ACCURACY, **self._accuracy_words()),
            "refused": self._table("refused", self.refused, columns.REFUSED),
            "rules": self._table("rules", self._rules(), columns.BY_RULE),
            "strange": self._table("strange", self.strange, columns.STRANGE),
            "changes": View("table", WORDS["changes_title"], self._compared(), self.changed, columns.CHANGES),
        }

    def _table(self, name: str, data: pd.DataFrame, shown: tuple[Column, ...], **values: Text) -> View:
        title, note = WORDS[f"{name}_title"].format(**values), WORDS[f"{name}_note"].format(**values)
        return View("table", title, note, data, shown)

    def _chart(self, name: str, data: pd.DataFrame, shown: tuple[Column, ...]) -> View:
        title, note, alt = (WORDS[f"{name}_{part}"] for part in ("title", "note", "alt"))
        return View("chart" if len(data) else "table", title, note, data, shown, alt=alt)

    def _rules(self) -> pd.DataFrame:
        by = self.table.groupby(["id_type", "rule"], as_index=False)
        return by.agg(spans=("user_id", "size"), confidence=("confidence", "mean"))

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        if view == "growth":
            return figures.growth(self.growth, lang)
        return figures.coverage(self.coverage, lang)


def _telling(measured: pd.DataFrame) -> pd.DataFrame:
    """Write intervals, and leave out the precision of too few answers: one wrong of two would look like a verdict."""
    few = measured["given"] < _LEAST_GIVEN
    names = ["precision", "precision_low", "precision_high"]
    told = measured.assign(**{name: measured[name].mask(few) for name in names})
    return told.assign(**{f"{name}_interval": _intervals(told, name) for name in ("precision", "recall")})


def _intervals(measured: pd.DataFrame, name: str) -> pd.Series[str]:
    import pandas as pd

    ends = zip(measured[f"{name}_low"], measured[f"{name}_high"], strict=True)
    written = [f"{low:.1%}–{high:.1%}" if low == low else None for low, high in ends]  # noqa: PLR0124  NaN
    return pd.Series(written, index=measured.index, dtype=object)
