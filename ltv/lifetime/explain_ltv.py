"""`ltv.explain_ltv`: why one person is expected to bring what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  `date` is the argument's name
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from ltv.errors import UsageError, found
from ltv.lifetime.contributions import Contributions, of_customers, of_prospects
from ltv.lifetime.explain_words import WORDS
from ltv.lifetime.feature_catalogue import FEATURE
from ltv.lifetime.ground import Ground
from ltv.lifetime.order_words import called
from ltv.lifetime.snapshots import Snapshot
from ltv.lifetime.trained import Trained
from ltv.lifetime.value_words import WHY
from ltv.result import Column, Result, Takeaway, View
from ltv.text import Text, number, same
from ltv.workspace import open as open_workspace
from ltv.workspace.workspace import Workspace

_TOLD = 4  # features in each direction
_WINDOW_DAYS = 180  # of a model that knows orders only
_LEAST = 0.01  # of a logarithm: less is nothing to speak of
_COLUMNS = ["feature", "value", "effect", "factor"]
_SCALES = (0.2, 5.0)


@dataclass(frozen=True, repr=False)
class ExplainedValue(Result):
    """Why a person is expected to bring what they are.

    Attributes:
        table: feature, value, effect (on the log of what is expected), factor (the same as a multiple); what counts most first.
        user_id: the person.
        horizon_days: as far as is predicted.
        score: their row of `ltv_scores`.
        typical: what the typical person of their kind (customer or not) is expected to bring, money.
        why: why there are no trees; empty where there are.
    """

    name: ClassVar[str] = "explained_value"
    user_id: int
    horizon_days: int
    score: Mapping[str, object]
    typical: float
    why: str

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What is expected, and what makes it more or less than usual."""
        money = {k: number(self.score[k], "money", currency=self.currency) for k in ("expected", "low", "high")}
        named = {"user": same(str(self.user_id)), "days": same(str(self.horizon_days))}
        typical = number(self.typical, "money", currency=self.currency)
        told = [Takeaway(WORDS["expected"].format(**named, **money, typical=typical))]
        if self.why:
            return [*told, Takeaway(WORDS["no_trees"].format(why=WHY[self.why]))]
        for word, rows in (("more", self.table[self.table["effect"] > _LEAST]),
                           ("less", self.table[self.table["effect"] < -_LEAST])):  # fmt: skip
            parts = [
                _told(r["feature"], r["value"], r["factor"], self.currency) for r in rows.head(_TOLD).to_dict("records")
            ]
            if parts:
                both = Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))
                told.append(Takeaway(WORDS[word].format(parts=both)))
        return told

    @property
    def views(self) -> Mapping[str, View]:
        """All features with their effects."""
        words = {f: called(f) for f in self.table["feature"]}
        columns = (
            Column("feature", WORDS["feature"], words=words),
            Column("value", WORDS["value"], "number"),
            Column("factor", WORDS["factor"], "number"),
        )
        data = self.table[[c.name for c in columns]]
        return {"features": View("table", WORDS["title"], WORDS["note"], data, columns)}


def explain_ltv(
    user_id: int,
    *,
    workspace: str | Path | Workspace = ".",
    date: str | Date | None = None,
    horizon_days: int | None = None,
) -> ExplainedValue:
    """Say why a person is expected to bring what they are, from the scores published for a date and their model.

    Args:
        user_id: the person.
        workspace: a workspace, or its folder.
        date: of the scores; default the newest published one.
        horizon_days: of which scores; default that of the page.

    Returns:
        One row a feature: its value, and by which factor it moves the expectation from that of the typical customer (or of
        the typical person without a purchase). The factors together make up about the difference: they are scaled to it,
        by 5 at most (`ltv.lifetime.contributions`).

    Raises:
        UsageError: nobody of that number has a score, or there is none for that horizon.
        MissingTableError: no scores were published for that date.
        CorruptError: the model is not as it was written.
    """
    ws = workspace if isinstance(workspace, Workspace) else open_workspace(workspace, date=date)
    scores = ws.result("ltv_scores")
    own = scores[scores["user_id"] == user_id]
    if own.empty:
        raise UsageError(found("user_id", user_id, f"one of the {scores['user_id'].nunique():,} people with a score"))
    trained = Trained.read(ws.models.load(str(own["model_version"].iloc[0])))
    days = trained.main_days if horizon_days is None else horizon_days
    if days not in set(own["horizon_days"]):
        known = ", ".join(str(d) for d in sorted(own["horizon_days"].unique().tolist()))
        raise UsageError(found("horizon_days", days, known))
    row = own[own["horizon_days"] == days].iloc[0]
    model = trained.models[days]
    ground = _ground(ws, user_id, trained.window_days)
    now = ground.look(model.fitted, ground.as_of_day, days)
    is_customer = len(now.features.user_id) > 0
    alike = scores[(scores["horizon_days"] == days) & (scores["churn_risk"].notna() == is_customer)]["expected"]
    typical = float(np.exp(np.log(np.maximum(alike, 1e-2)).mean())) if len(alike) else 0.0
    told = _contributions(trained, now, days)
    why = "" if told is not None and told.names else str(model.why or "few_payers")
    frame = _frame(told, float(row["expected"]), typical)
    score = {str(k): v for k, v in row.to_dict().items()}
    return ExplainedValue(frame, user_id=user_id, horizon_days=days, score=score, typical=typical, why=why,
                          currency=ws.settings.currency)  # fmt: skip


def _ground(ws: Workspace, user_id: int, window_days: int) -> Ground:
    return Ground.of(
        ws.orders,
        as_of=ws.date,
        events=ws.optional("events"),
        members=ws.optional("members"),
        touches=ws.optional("touches"),
        tickets=ws.optional("tickets"),
        invites=ws.optional("invites"),
        items=ws.optional("order_items"),
        window_days=window_days or _WINDOW_DAYS,
        timezone=ws.settings.timezone,
        only=user_id,
    )


def _contributions(trained: Trained, now: Snapshot, days: int) -> Contributions | None:
    model = trained.models[days]
    if len(now.features.user_id):
        if model.blend is None:
            return None
        _check(tuple(now.features.columns), model.blend.names)
        return of_customers(model.blend, now.features)
    if model.prospects is None:
        return None
    _check(now.prospects.names, model.prospects.names)
    return of_prospects(model.prospects, now.prospects)


def _check(there: Sequence[str], wanted: Sequence[str]) -> None:
    """Say it where a table that the model knows is no more."""
    missing = [called(name).en for name in wanted if name not in there]
    if missing:
        raise UsageError(
            found("tables", f"none that tells {missing[0]}", "those that the scores of that date were made of")
        )


def _frame(told: Contributions | None, expected: float, typical: float) -> pd.DataFrame:
    """Effects that together make up the distance from the typical person, where they point the same way."""
    if told is None or not told.names or not len(told.each):
        return pd.DataFrame(columns=_COLUMNS).astype(dict.fromkeys(_COLUMNS[1:], "float64"))
    each, wanted = told.each[0], float(np.log(max(expected, 1e-2) / max(typical, 1e-2)))
    sum_of = float(each.sum())
    scale = float(np.clip(wanted / sum_of, *_SCALES)) if wanted * sum_of > 0 else 1.0
    frame = pd.DataFrame({"feature": told.names, "value": told.x[0], "effect": each * scale})
    frame["factor"] = np.exp(frame["effect"])
    order = frame["effect"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _told(feature: str, value: float, factor: float, currency: str) -> Text:
    unit = FEATURE[feature].unit if feature in FEATURE else "number"
    shown = number(value, unit, currency=currency) if feature in FEATURE and np.isfinite(value) else None
    words = WORDS["one_value"] if shown is not None else WORDS["one"]
    named: dict[str, str | Text] = {"feature": called(feature), "factor": "×" + number(factor, "number").en}
    return words.format(**named | {"value": shown}) if shown is not None else words.format(**named)
