"""The page of people: how identifiers became people, how far one can trust that, and what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ltv import sql
from ltv.contract import INPUTS
from ltv.identity.changes import changes
from ltv.identity.quality import EVERY_KIND, accuracy_over_all_pairs, masked_logins
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, number, same
from ltv.workspace.people import known_identifiers
from ltv.workspace.unified_words import RULES, WORDS

if TYPE_CHECKING:
    import pandas as pd

    from ltv.workspace.workspace import Workspace

_STRANGE = 20
_SHOWN = 3
_HIDDEN_SHARE = 0.1
_SEED = 20260630  # which logins are hidden must not change from day to day
_TABLES = ("orders", "events", "touches")
_LEAST_GIVEN = 30  # with fewer the precision says nothing


@dataclass(frozen=True, repr=False)
class UnifiedIds(Result):
    """Who the identifiers are; `.table` is the result table `user_ids`."""

    name: ClassVar[str] = "user_ids"
    coverage: pd.DataFrame
    quality: pd.DataFrame
    strange: pd.DataFrame
    changed: pd.DataFrame
    largest_share: float
    accuracy_of_nobody: float
    compared_with: str = ""

    @property
    def people(self) -> int:
        """How many people there are."""
        return int(self.table["user_id"].nunique())

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """People, identifiers, rows of people with an account, and how many hidden logins came back right."""
        rows = self.coverage[["n", "of_accounts"]].sum()
        total = self.quality[self.quality["kind"] == "all"].iloc[0]
        known = total["given"] >= _LEAST_GIVEN
        return [
            KeyFigure(WORDS["people"], float(self.people), "count", rule=self._identifiers()),
            KeyFigure(
                WORDS["identified"], _share(rows["of_accounts"], rows["n"]), "rate", rule=WORDS["identified_rule"]
            ),
            KeyFigure(
                WORDS["precision"],
                float(total["precision"]) if known else None,
                "rate",
                low=float(total["precision_low"]) if known else None,
                high=float(total["precision_high"]) if known else None,
                rule=WORDS["precision_rule"].format(n=number(total["hidden"], "count")),
            ),
            KeyFigure(WORDS["merges"], float(len(self.changed)), "count", rule=self._compared()),
        ]

    def _identifiers(self) -> Text:
        each = self.table[["id_type", "id_value"]].drop_duplicates()
        return WORDS["from_identifiers"].format(n=number(len(each), "count"))

    def _compared(self) -> Text:
        return WORDS["compared"].format(date=same(self.compared_with)) if self.compared_with else WORDS["first_time"]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What it means for a marketer: one person one id, how sure, and why accuracy is no measure."""
        identifiers = len(self.table[["id_type", "id_value"]].drop_duplicates())
        said = [
            Takeaway(WORDS["one_person"].format(n=number(identifiers, "count"), people=number(self.people, "count")))
        ]
        shared = int((self.table["rule"] == "last_login").sum())
        if shared:
            devices = self.table.loc[self.table["rule"] == "last_login", ["id_type", "id_value"]].drop_duplicates()
            said.append(Takeaway(WORDS["shared"].format(n=number(len(devices), "count"))))
        moved = self.table.loc[self.table["rule"] == "passed_on", ["id_type", "id_value"]].drop_duplicates()
        if len(moved):
            said.append(
                Takeaway(WORDS["passed_on"].format(n=number(len(moved), "count")), "none", WORDS["act_passed_on"])
            )
        said.append(Takeaway(WORDS["largest"].format(share=number(self.largest_share, "rate"))))
        said.append(Takeaway(WORDS["accuracy"].format(nobody=number(self.accuracy_of_nobody, "rate"))))
        return said

    @property
    def views(self) -> Mapping[str, View]:
        """The blocks: coverage by source, quality, rules, strange people, changes."""
        return {
            "coverage": View("chart", WORDS["coverage_title"], WORDS["coverage_note"], self.coverage, _COVERAGE,
                             alt=WORDS["coverage_alt"]),
            "quality": View("table", WORDS["quality_title"], WORDS["quality_note"], self.quality, _QUALITY),
            "rules": View("table", WORDS["rules_title"], WORDS["rules_note"], self._rules(), _RULES),
            "strange": View("table", WORDS["strange_title"], WORDS["strange_note"], self.strange, _STRANGE_COLUMNS),
            "changes": View("table", WORDS["changes_title"], self._compared(), self.changed, _CHANGES),
        }  # fmt: skip

    def _rules(self) -> pd.DataFrame:
        by = self.table.groupby(["id_type", "rule"], as_index=False)
        return by.agg(spans=("user_id", "size"), confidence=("confidence", "mean"))

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw which share of the rows of each source is of known people."""
        from plotly import graph_objects as go

        del view
        rows = self.coverage.iloc[::-1]
        names = [f"{s} · {_table_name(t).to(lang)}" for s, t in zip(rows["source"], rows["table"], strict=True)]
        parts = {
            "of_accounts": rows["of_accounts"],
            "of_strangers": rows["of_people"] - rows["of_accounts"],
            "of_nobody": rows["n"] - rows["of_people"],
        }
        figure = go.Figure()
        for column, values in parts.items():
            figure.add_bar(y=names, x=values / rows["n"], orientation="h", name=WORDS[column].to(lang))
        figure.update_layout(barmode="stack", height=max(260, 90 + 34 * len(rows)))
        figure.update_xaxes(range=[0, 1], tickformat=".0%")
        return figure


def unified_ids(ws: Workspace, *, before: pd.DataFrame | None = None, before_date: str = "") -> UnifiedIds:
    """Describe how identifiers became people, as of the workspace's date.

    Args:
        ws: an opened workspace.
        before: `user_ids` of an earlier date, to find merges and splits.
        before_date: that date, as it is shown.
    """
    table = ws.user_ids.frame().drop(columns="node")
    earlier = table.iloc[0:0] if before is None else before
    return UnifiedIds(
        table,
        currency=ws.settings.currency,
        coverage=_coverage(ws),
        quality=_quality(ws),
        strange=_strangest(table),
        changed=changes(table, earlier, ws.date),
        largest_share=_largest(ws),
        accuracy_of_nobody=_accuracy_of_nobody(table),
        compared_with=before_date,
    )


def _coverage(ws: Workspace) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for name in _TABLES:
        rows = ws.optional(name)
        if rows is not None:
            found = ws.engine.frame(sql.load("ltv.workspace", "identified", tables={"rows": rows.name}))
            parts.append(found.assign(table=name))
    return pd.concat(parts, ignore_index=True)[["source", "table", "n", "with_identifier", "of_people", "of_accounts"]]


def _largest(ws: Workspace) -> float:
    rows = ws.optional("events") or ws.orders
    found = ws.engine.frame(sql.load("ltv.workspace", "largest", tables={"rows": rows.name})).iloc[0]
    known = found["largest"] == found["largest"]
    return (_share(found["largest"], found["n"]) or 0.0) if known else 0.0


def _quality(ws: Workspace) -> pd.DataFrame:
    import numpy as np

    there = {n: p for n, p in ws.prepared.items() if p.unified is not None and n not in ws.blocked}
    known = known_identifiers(ws.settings, there, ws.as_of)
    identity = ws.settings.identity
    masked = masked_logins(
        known.kind,
        known.first_seen,
        known.links,
        known.kinds,
        junk=known.junk,
        share=_HIDDEN_SHARE,
        rng=np.random.default_rng(_SEED),
        hide="logins",
        public_after=identity.public_after,
        public_us=identity.public_us,
    )
    names = {EVERY_KIND: "all"} | dict(enumerate(known.names))
    return masked.assign(kind=masked["kind"].map(names))


def _strangest(table: pd.DataFrame) -> pd.DataFrame:
    """The people with most identifiers; nobody can read an identifier from its hash, but look it up again."""
    each = table.sort_values("valid_from").drop_duplicates(["user_id", "id_type", "id_value"])
    counts = each.groupby("user_id").agg(
        identifiers=("id_value", "size"), kinds=("id_type", "nunique"), since=("valid_from", "min")
    )
    worst = counts.sort_values(["identifiers", "since"], ascending=[False, True]).head(_STRANGE).reset_index()
    some = each[each["user_id"].isin(worst["user_id"])].sort_values(["user_id", "valid_from", "id_value"])
    hashed = some.groupby("user_id")[["id_type", "id_value"]].apply(
        lambda rows: ", ".join(_hashed(t, v) for t, v in rows.head(_SHOWN).itertuples(index=False))
    )
    return worst.assign(examples=worst["user_id"].map(hashed))


def _hashed(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(f'{kind}:{value}'.encode()).hexdigest()[:8]}"


def _accuracy_of_nobody(table: pd.DataFrame) -> float:
    """What "accuracy" over all pairs of identifiers would say of joining nobody at all, were our people the truth."""
    import numpy as np

    return accuracy_over_all_pairs(np.arange(len(table)), table["user_id"].to_numpy())


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _table_name(table: str) -> Text:
    return Text(INPUTS[table].meaning.zh, table)


_COVERAGE = (
    Column("source", WORDS["source"]),
    Column("table", WORDS["table"], words={name: _table_name(name) for name in _TABLES}),
    Column("n", WORDS["rows"], "count"),
    Column("with_identifier", WORDS["with_identifier"], "count"),
    Column("of_people", WORDS["of_people"], "count"),
    Column("of_accounts", WORDS["of_accounts"], "count"),
)
_QUALITY = (
    Column("kind", WORDS["kind"], words={"all": WORDS["all"]}),
    Column("hidden", WORDS["hidden"], "count"),
    Column("given", WORDS["given"], "count"),
    Column("precision", WORDS["precision"], "rate"),
    Column("precision_low", WORDS["low"], "rate"),
    Column("precision_high", WORDS["high"], "rate"),
    Column("recall", WORDS["recall"], "rate"),
    Column("recall_low", WORDS["low"], "rate"),
    Column("recall_high", WORDS["high"], "rate"),
)
_RULES = (
    Column("id_type", WORDS["kind"]),
    Column("rule", WORDS["rule"], words=RULES),
    Column("spans", WORDS["spans"], "count"),
    Column("confidence", WORDS["confidence"], "rate"),
)
_STRANGE_COLUMNS = (
    Column("user_id", WORDS["user_id"]),
    Column("identifiers", WORDS["identifiers"], "count"),
    Column("kinds", WORDS["kinds"], "count"),
    Column("since", WORDS["since"], "date"),
    Column("examples", WORDS["examples"]),
)
_CHANGES = (
    Column("date", WORDS["date"], "date"),
    Column("old_user_id", WORDS["old"]),
    Column("new_user_id", WORDS["new"]),
    Column("kind", WORDS["change"], words={"merge": WORDS["merge"], "split": WORDS["split"]}),
    Column("why", WORDS["why"]),
)
