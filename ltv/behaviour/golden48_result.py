"""The result on launches: one table, the loop of one launch, sentences on the newest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ltv.behaviour.golden48_catalogue import METRIC, STAGES
from ltv.behaviour.golden48_given import Asked
from ltv.behaviour.golden48_pulse import Pulse
from ltv.behaviour.golden48_words import BASIS, METRIC_WORDS, REASON, STAGE, VERDICT, WORDS
from ltv.result import Column, KeyFigure, Result, State, Takeaway, View, Worded
from ltv.text import Lang, Text, number, same
from ltv.warehouse.moments import local

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEWEST, _MOST_TOLD = 3, 3
_TILES = ("visitors", "cart_rate", "buyer_rate", "charged_value")
_CALLED = ("up", "down")


@dataclass(frozen=True, repr=False)
class Golden48(Result):
    """Launches in their first hours.

    Attributes:
        asked: what was asked: the day, the hours that count, the zone.
        launches: launch_id, started_at, name, kind, audience, source; oldest first.
        pulse: the launch that is shown, hour by hour.
    """

    asked: Asked
    launches: pd.DataFrame
    pulse: Pulse
    name: ClassVar[str] = "golden48"

    @property
    def shown(self) -> pd.DataFrame:
        """The metrics of the launch that charts show, with `change`, `low` and `high` relative to expectation."""
        rows = self.table[self.table["launch_id"] == self.pulse.launch_id]
        return _relative(rows).reset_index(drop=True)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """How far the launch that is shown is from expectation, in the figures that matter most."""
        rows = {str(r["metric"]): r for r in self.shown.to_dict("records")}
        return [self._tile(name, rows[name]) for name in _TILES if name in rows]

    def _tile(self, name: str, row: Mapping[Hashable, Any]) -> KeyFigure:
        metric, known = METRIC[name], row["verdict"] != "immature"
        state: State = "none" if row["verdict"] not in _CALLED else "good" if row["verdict"] == metric.good else "bad"
        return KeyFigure(
            METRIC_WORDS[name],
            float(row["observed"]) if known else None,
            metric.unit,
            previous=float(row["baseline"]) if known else None,
            comparison=WORDS["tile_comparison"],
            state=state,
            rule=WORDS["tile_rule"],
        )

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What the newest launches did."""
        if not len(self.launches):
            return (Takeaway(WORDS["no_launch"]),)
        newest = self.launches["launch_id"].iloc[::-1][:_NEWEST]
        return [told for name in newest for told in self._told(str(name))]

    def _told(self, launch_id: str) -> list[Takeaway]:
        rows = _relative(self.table[self.table["launch_id"] == launch_id])
        launch = self.launches[self.launches["launch_id"] == launch_id].to_dict("records")[0]
        named = {
            "name": str(launch["name"]),
            "started": self._local(launch["started_at"]),
            "hours": str(self.asked.hours),
        }
        called, judged = rows[rows["verdict"].isin(_CALLED)], rows[rows["verdict"] != "immature"]
        if len(called):
            parts = [called[called["controlled"].astype(bool) == is_controlled] for is_controlled in (True, False)]
            return [self._changed(part, named, launch_id) for part in parts if len(part)]
        if len(judged):
            reaches = _reaches(judged)
            smallest = WORDS["smallest"].format(reaches=_joined(reaches, "、", ", ")) if reaches else same("")
            return [Takeaway(WORDS["told_flat"].format(n=str(len(judged)), smallest=smallest, **named))]
        why = REASON[str(rows["reason"].mode().iloc[0])] if len(rows) else REASON["no_table"]
        return [Takeaway(WORDS["told_immature"].format(why=why, **named))]

    def _changed(self, called: pd.DataFrame, named: Mapping[str, str], launch_id: str) -> Takeaway:
        first = called.reindex(called["change"].abs().sort_values(ascending=False).index).head(_MOST_TOLD)
        parts = [self._change(row) for row in first.to_dict("records")]
        is_controlled = bool(called["controlled"].any())
        bad = [v != METRIC[m].good for m, v in zip(called["metric"], called["verdict"], strict=True)]
        act = WORDS["act_down" if any(bad) else "act_keep" if is_controlled else "act_up"]
        basis, others = WORDS["controlled" if is_controlled else "observational"], self._beside(launch_id)
        if others and not is_controlled:
            basis = _joined([basis, WORDS["beside_told"].format(others=others)], "", "")
        told = WORDS["told_changed"].format(changes=_joined(parts, "、", ", "), basis=basis, **named)
        return Takeaway(told, "bad" if any(bad) else "good", act)

    def _change(self, row: Mapping[Hashable, Any]) -> Text:
        """A metric and how far it is from expectation; both values where that is no ratio."""
        metric = METRIC[row["metric"]]
        if np.isfinite(row["change"]) and metric.is_log:
            return WORDS["changed"].format(metric=METRIC_WORDS[metric.name], change=_signed(float(row["change"])))
        told = {k: number(row[k], metric.unit, currency=self.currency) for k in ("observed", "baseline")}
        return WORDS["from_nothing"].format(metric=METRIC_WORDS[metric.name], **told)

    def _beside(self, launch_id: str) -> str:
        """Other launches whose first hours overlap, or that began in the week before."""
        made = self.launches
        start = made["started_at"][made["launch_id"] == launch_id].iloc[0]
        since = made["started_at"] - start
        near = (since > -pd.Timedelta(days=7)) & (since < pd.Timedelta(hours=self.asked.hours))
        return ", ".join(made["name"][near & (made["launch_id"] != launch_id)].astype(str))

    def _local(self, moment: pd.Timestamp) -> str:
        return local(moment, self.asked.timezone)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """All launches; the one that is shown by metric, against expectation, and hour by hour."""
        return {
            "launches": self._launches_view(),
            "changes": self._changes_view(),
            "metrics": self._metrics_view(),
            "pulse": self._pulse_view(),
        }

    def _launches_view(self) -> View:
        words, audience, kind = Worded(), Worded(), VERDICT
        rows = []
        for launch in self.launches.iloc[::-1].to_dict("records"):
            own = self.table[self.table["launch_id"] == launch["launch_id"]]
            row: dict[str, object] = {
                "launch": launch["name"],
                "started": self._local(launch["started_at"]),
                "audience": audience(_audience(launch)),
            }
            row |= {stage: _stage_verdict(own[own["stage"] == stage]["verdict"]) for stage in STAGES}
            row["basis"] = words(BASIS[_basis(own)])
            rows.append(row | {"beside": self._beside(launch["launch_id"])})
        columns = (
            Column("launch", WORDS["launch"]),
            Column("started", WORDS["started"]),
            *(Column(stage, STAGE[stage], words=kind) for stage in STAGES),
            Column("basis", WORDS["basis"], words=words.words),
            Column("audience", WORDS["audience"], words=audience.words),
            Column("beside", WORDS["beside"]),
        )
        title = WORDS["launches_title"].format(hours=str(self.asked.hours))
        return _view("table", title, "launches", pd.DataFrame(rows, columns=[c.name for c in columns]), columns)

    def _metrics_view(self) -> View:
        told = {name: Worded() for name in ("stage", "metric", "figure", "verdict", "basis", "reason")}
        rows = []
        for r in self.shown.to_dict("records"):
            unit = METRIC[r["metric"]].unit
            figures = {
                "observed": r["observed"],
                "baseline": r["baseline"],
                "low": r["expected_low"],
                "high": r["expected_high"],
            }
            row: dict[str, object] = {
                "stage": told["stage"](STAGE[r["stage"]]),
                "metric": told["metric"](METRIC_WORDS[r["metric"]]),
                "change": r["change"] if METRIC[r["metric"]].is_log else None,
                "verdict": told["verdict"](VERDICT[r["verdict"]]),
                "basis": told["basis"](BASIS["controlled" if r["controlled"] else "observational"]),
                "reason": told["reason"](REASON[r["reason"]]),
                "hours": r["hours"],
                "weeks": r["weeks"],
                "sample": r["sample"],
            }
            rows.append(row | {k: told["figure"](number(v, unit, currency=self.currency)) for k, v in figures.items()})
        columns = (
            *(Column(c, WORDS[c], words=told[c].words) for c in ("stage", "metric", "verdict")),
            *(Column(c, WORDS[c], words=told["figure"].words) for c in ("observed", "baseline", "low", "high")),
            Column("change", WORDS["change"], "rate"),
            *(Column(c, WORDS[c], words=told[c].words) for c in ("basis", "reason")),
            Column("hours", WORDS["hours"], "count"),
            Column("weeks", WORDS["weeks"], "count"),
            Column("sample", WORDS["sample"], "count"),
        )
        frame = pd.DataFrame(rows, columns=[c.name for c in columns])
        return _view("table", WORDS["metrics_title"].format(name=self.pulse.name), "metrics", frame, columns)

    def _changes_view(self) -> View:
        rows, metric, verdict = self._comparable, Worded(), Worded()
        frame = pd.DataFrame(
            {
                "metric": [metric(METRIC_WORDS[m]) for m in rows["metric"]],
                "change": rows["change"],
                "low": rows["low"],
                "high": rows["high"],
                "verdict": [verdict(VERDICT[v]) for v in rows["verdict"]],
            }
        )
        columns = (
            Column("metric", WORDS["metric"], words=metric.words),
            *(Column(c, WORDS[c], "rate") for c in ("change", "low", "high")),
            Column("verdict", WORDS["verdict"], words=verdict.words),
        )
        title = WORDS["changes_title"].format(name=self.pulse.name)
        return _view("chart" if len(frame) else "table", title, "changes", frame, columns)

    @property
    def _comparable(self) -> pd.DataFrame:
        """Metrics that are compared as ratios and can be told."""
        rows = self.shown
        is_good = [METRIC[m].good == v for m, v in zip(rows["metric"], rows["verdict"], strict=True)]
        is_log = [METRIC[m].is_log for m in rows["metric"]]
        rows = rows.assign(is_good=is_good)[np.array(is_log, dtype=bool)]
        return rows[(rows["verdict"] != "immature") & rows["low"].notna()].reset_index(drop=True)

    def _pulse_view(self) -> View:
        names = ("hour", "observed", "low", "high")
        units = {"hour": "count", "observed": "count", "low": "number", "high": "number"}
        columns = tuple(Column(n, WORDS[n], units[n]) for n in names)  # type: ignore[arg-type]
        title = WORDS["pulse_title"].format(name=self.pulse.name, what=WORDS[self.pulse.table or "orders"])
        return _view("chart" if len(self.pulse.rows) else "table", title, "pulse", self.pulse.rows, columns)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw a chart."""
        from ltv.behaviour import golden48_figures as figures

        if view == "pulse":
            return figures.pulse(self.pulse.rows, WORDS[self.pulse.table or "orders"], lang)
        return figures.changes(self._comparable, lang)


def _relative(rows: pd.DataFrame) -> pd.DataFrame:
    """Observed value and expected range relative to expectation; a difference where differences are compared."""
    is_log = np.array([METRIC[m].is_log for m in rows["metric"]], dtype=bool)
    ends = {"change": "observed", "low": "expected_low", "high": "expected_high"}
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            k: np.where(is_log, rows[v] / rows["baseline"].where(rows["baseline"] != 0) - 1, rows[v] - rows["baseline"])
            for k, v in ends.items()
        }
    return rows.assign(**found)


def _reaches(judged: pd.DataFrame) -> list[Text]:
    """How much the figures that matter most would have to change to be seen; the others where none of them is judged."""
    rows = judged[judged["metric"].isin(_TILES)]
    rows = rows if len(rows) else judged[[METRIC[m].is_log for m in judged["metric"]]].head(1)
    return [
        WORDS["reach"].format(metric=METRIC_WORDS[m], change=number((high - low) / 2, "rate"))
        for m, low, high in zip(rows["metric"], rows["low"], rows["high"], strict=True)
    ]


def _basis(rows: pd.DataFrame) -> str:
    controlled = rows["controlled"].astype(bool)
    return "both" if controlled.any() else "observational"


def _stage_verdict(verdicts: Iterable[str]) -> str:
    """One word for the metrics of a stage."""
    found = set(verdicts)
    if set(_CALLED) <= found:
        return "mixed"
    return next((v for v in ("up", "down", "flat", "immature") if v in found), "none")


def _audience(launch: Mapping[Hashable, object]) -> Text:
    audience = launch["audience"]
    if not isinstance(audience, str):
        return WORDS["everybody"]
    return same(audience) if isinstance(launch["source"], str) else WORDS["not_understood"].format(audience=audience)


def _signed(change: float) -> Text:
    told = number(abs(change), "rate").en
    return same(f"+{told}" if change >= 0 else f"−{told}")


def _joined(parts: Sequence[Text], zh: str, en: str) -> Text:
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))


def _view(
    kind: Literal["chart", "table"], title: Text, name: str, data: pd.DataFrame, columns: tuple[Column, ...]
) -> View:
    return View(kind, title, WORDS[f"{name}_note"], data, columns, alt=WORDS.get(f"{name}_alt"))
