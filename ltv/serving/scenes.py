"""What the scenes of the shop would gain from a recommender, checked offline: learned before a day, asked after it.

On the home page, in the search and on a page of an article a list could be shown. Was in the list what people then put
into the cart by themselves? That compares lists with each other. It does not say what showing one would bring: that is
measured by an experiment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltv import sql
from ltv.behaviour.given import positive, require
from ltv.colors import LIGHT, MAIN, MUTED
from ltv.drawing import scale_axis, whiskers
from ltv.result import Column, Result, Takeaway, View
from ltv.serving.scene_ground import SCENES, Ground, Ints
from ltv.serving.scene_words import LISTS, NAMES, VERDICTS, WORDS
from ltv.text import Lang, interval, number, same
from ltv.warehouse.local_time import day_end, micros
from ltv.warehouse.table import TableLike, together

POPULAR = "popular"  # what the others are compared with
METRICS = ("hit_rate", "recall", "ndcg")
_NEEDED = ("user_id", "ts", "event", "sku")
_OPTIONAL = {
    "session_of": "session_id",
    "sku_of": "sku",
    "category_of": "category",
    "dwell_of": "dwell_ms",
    "query_of": "query",
}
_FEWEST_SCENES, _FEWEST_PEOPLE = 100, 50
_Z = 2.64  # 95 % for six comparisons at once: two lists in three scenes
_CHUNK, _CELLS = 2_000, 4_000_000  # scenes, and scores of articles, that are in memory at once
Floats = NDArray[np.float64]


def scene_recommendation(
    events: TableLike,
    *,
    as_of: date,
    test_days: int = 28,
    history_days: int = 120,
    k: int = 10,
    within_hours: float = 24,
    home_seconds: float = 20,
    search_letters: int = 3,
    detail_categories: Collection[str] = (),
    timezone: str = "UTC",
) -> SceneRecommendation:
    """Compare lists of articles that could have been shown in each scene.

    Lists: what is put into the cart most (`popular`), the same of the category of the last article (`category`), and
    articles that the same people were busy with as those a person did something with lately (`together`: item-item cosine,
    Sarwar et al. 2001). All are learned before the last `test_days`; articles seen in the session are in no list.

    Args:
        events: user_id, ts, event, sku; session_id, category, dwell_ms, query where they are told.
        as_of: the last day included.
        test_days: last days whose scenes are asked about.
        history_days: days before them that are learned from.
        k: articles in a list.
        within_hours: what is put into the cart so long after a scene counts.
        home_seconds: a first page that is looked at longer is a scene.
        search_letters: search words of at least so many letters are a scene.
        detail_categories: pages of these categories are a scene; none: of any.
        timezone: in which days end.

    Returns:
        One row a scene, list and metric, among scenes after which something was taken: hit_rate (share with an article of
        the list), recall (share of the articles taken), ndcg (Järvelin and Kekäläinen 2002), each with a 95 % interval of
        people, and the difference to `popular` with one that holds for all comparisons at once.

    Raises:
        UsageError: a column is missing, or a number of days or articles is not from 1 to 1,000.

    >>> nothing = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-06-01")], "event": ["view"], "sku": ["S"]})
    >>> scene_recommendation(nothing, as_of=date(2026, 6, 30)).findings[0].text.en.split(":")[0]
    'Not enough data'
    """
    for name, days in (("test_days", test_days), ("history_days", history_days)):
        positive(name, days, 1000)
    positive("k", k, 1000)
    end, split, begin = (
        micros(day_end(as_of - timedelta(days=back), timezone)) for back in (0, test_days, test_days + history_days)
    )
    ground = Ground(_acts(events, begin, end), split)
    scenes = ground.scenes(home_seconds=home_seconds, search_letters=search_letters, categories=detail_categories)
    rows, counted = [], {}
    for scene in SCENES:
        of = scenes[scenes["scene"] == scene].reset_index(drop=True)
        scores, people = _judged(ground, of, k=k, hours=within_hours)
        counted[scene] = (len(of), len(people))
        rows += [_row(scene, name, metric, scores, people) for name in LISTS for metric in METRICS]
    return SceneRecommendation(pd.DataFrame(rows), as_of=as_of, k=k, within_hours=within_hours, occasions=counted)


def _acts(events: TableLike, begin: int, end: int) -> pd.DataFrame:
    engine, names = together({"events": events})
    columns = require(engine, "events", names["events"], *_NEEDED)
    named: dict[str, Any] = {
        place: sql.column(column) if column in columns else sql.expression("NULL")
        for place, column in _OPTIONAL.items()
    }
    query = sql.load("ltv.serving", "scene_acts", tables=names, columns=named)
    acts = engine.frame(query, {"from_us": begin, "until_us": end})
    untold = acts["session"].isna()
    acts.loc[untold, "session"] = (acts.loc[untold, "us"] // 86_400_000_000).astype("str")
    return acts


def _judged(
    ground: Ground, scenes: pd.DataFrame, *, k: int, hours: float
) -> tuple[dict[tuple[str, str], Floats], Ints]:
    """Each list and metric at each scene after which something was taken, and whose scene it was."""
    weights, seen, last = ground.known(scenes)
    taken = ground.taken(scenes, hours)
    taken = (taken > 0).astype(np.float64)
    taken = taken - taken.multiply(seen > 0)
    asked = np.flatnonzero(np.asarray(taken.sum(axis=1)).ravel() > 0)
    found: dict[tuple[str, str], list[Floats]] = {(name, metric): [] for name in LISTS for metric in METRICS}
    step = max(1, min(_CHUNK, _CELLS // max(len(ground.articles), 1)))
    for start in range(0, len(asked), step):
        at = asked[start : start + step]
        wanted, hidden = taken[at].toarray() > 0, seen[at].toarray() > 0
        for name, scores in _scores(ground, weights[at], last[at]).items():
            scores[hidden] = -np.inf
            for metric, values in _measures(scores, wanted, k).items():
                found[name, metric].append(values)
    together_ = {key: np.concatenate(parts) if parts else np.empty(0) for key, parts in found.items()}
    return together_, scenes["user_id"].to_numpy(np.int64)[asked]


def _scores(ground: Ground, weights: Any, last: Ints) -> dict[str, Floats]:  # noqa: ANN401  a sparse matrix
    """What each list ranks by; where it knows nothing, and between equals, by popularity."""
    popular = ground.popularity / max(ground.popularity.sum(), 1)
    of = np.where(last >= 0, ground.category[np.maximum(last, 0)], -1)
    same_category = (of[:, None] == ground.category[None, :]) & (of[:, None] >= 0)
    everybody = np.repeat(popular[None, :], len(last), axis=0)
    near = np.asarray((weights @ ground.likeness).todense(), dtype=np.float64)
    return {"popular": everybody, "category": everybody + same_category, "together": near + 1e-6 * everybody}


def _measures(scores: Floats, wanted: NDArray[np.bool_], k: int) -> dict[str, Floats]:
    shown = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(wanted, shown, axis=1)
    discount = 1 / np.log2(np.arange(2, shown.shape[1] + 2))
    many = wanted.sum(axis=1)
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(many, shown.shape[1])]
    return {
        "hit_rate": hits.any(axis=1).astype(np.float64),
        "recall": hits.sum(axis=1) / many,
        "ndcg": hits @ discount / ideal,
    }


def _row(scene: str, name: str, metric: str, scores: Mapping[tuple[str, str], Floats], people: Ints) -> dict[str, Any]:
    value, spread = _mean(scores[name, metric], people)
    difference, wide = _mean(scores[name, metric] - scores[POPULAR, metric], people)
    low, high = difference - _Z * wide, difference + _Z * wide
    few = len(people) < _FEWEST_SCENES or len(np.unique(people)) < _FEWEST_PEOPLE
    verdict = "unknown" if few else "better" if low > 0 else "worse" if high < 0 else "as_good"
    return {
        "scene": scene, "list": name, "metric": metric,
        "value": value, "low": max(value - 1.96 * spread, 0.0), "high": min(value + 1.96 * spread, 1.0),
        "difference": difference, "difference_low": low, "difference_high": high,
        "n": len(people), "people": len(np.unique(people)),
        "verdict": "base" if name == POPULAR and not few else verdict,
    }  # fmt: skip


def _mean(values: Floats, people: Ints) -> tuple[float, float]:
    """Mean and its standard error, where scenes of one person go together."""
    if not len(values):
        return float("nan"), float("nan")
    mean = float(values.mean())
    _, person = np.unique(people, return_inverse=True)
    sums = np.bincount(person, values - mean)
    many = max(len(sums), 2)
    return mean, float(np.sqrt((sums**2).sum() * many / (many - 1)) / len(values))


@dataclass(frozen=True, repr=False)
class SceneRecommendation(Result):
    """How well lists of articles would have met what people took after each scene.

    Attributes:
        as_of: the last day included.
        k: articles in a list.
        within_hours: what was taken so long after a scene counts.
        occasions: scene → how many there were, and after how many something was taken.
    """

    as_of: date
    k: int
    within_hours: float
    occasions: Mapping[str, tuple[int, int]]
    name: ClassVar[str] = "scene_recommendation"

    @property
    def hits(self) -> pd.DataFrame:
        """The hit rate of each scene and list, where there is enough data."""
        rows = self.table
        return rows[(rows["metric"] == METRICS[0]) & (rows["verdict"] != "unknown")].reset_index(drop=True)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """The best list of each scene against the most popular articles, and what that does not say."""
        told = [self._told(scene) for scene in SCENES]
        known = any(len(self.hits[self.hits["scene"] == scene]) for scene in SCENES)
        return (*told, Takeaway(WORDS["offline"], "none", WORDS["act"])) if known else tuple(told)

    def _told(self, scene: str) -> Takeaway:
        rows = self.hits[self.hits["scene"] == scene]
        times, taken = (number(n, "count") for n in self.occasions[scene])
        given = {"scene": NAMES[scene], "times": times, "taken": taken, "hours": same(f"{self.within_hours:g}")}
        if rows.empty:
            return Takeaway(WORDS["few"].format(**given), "none")
        others = rows[rows["list"] != POPULAR]
        best, base = others.sort_values("value").iloc[-1], rows[rows["list"] == POPULAR].iloc[0]
        given |= {"list": LISTS[best["list"]], "k": same(str(self.k)), "verdict": VERDICTS[best["verdict"]]}
        given |= {"value": number(best["value"], "rate"), "popular": number(base["value"], "rate")}
        given |= {"range": interval(best["difference_low"], best["difference_high"], "points")}
        given |= {"difference": number(best["difference"], "points")}
        return Takeaway(WORDS["told"].format(**given), "good" if best["verdict"] == "better" else "none")

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The hit rates as a chart, and all figures."""
        columns = (
            Column("scene", WORDS["scene"], words=NAMES),
            Column("list", WORDS["list"], words=LISTS),
            Column("metric", WORDS["metric"]),
            *(Column(name, WORDS[name], "rate") for name in ("value", "low", "high")),
            *(Column(name, WORDS[name], "points") for name in ("difference", "difference_low", "difference_high")),
            Column("n", WORDS["n"], "count"),
            Column("people", WORDS["people"], "count"),
            Column("verdict", WORDS["verdict"], words=VERDICTS),
        )
        figures = View("table", WORDS["figures_title"], WORDS["note"], self.table, columns)
        if self.hits.empty:
            return {"figures": figures}
        chart = View("chart", WORDS["hits_title"], WORDS["note"], self.hits, columns, alt=WORDS["hits_alt"])
        return {"hits": chart, "figures": figures}

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw the hit rate of each list by scene, with its interval."""
        from plotly import graph_objects as go

        del view
        figure = go.Figure()
        for (name, words), colour in zip(LISTS.items(), (MUTED, LIGHT, MAIN), strict=True):
            rows = self.hits[self.hits["list"] == name]
            figure.add_bar(
                x=[NAMES[s].to(lang) for s in rows["scene"]], y=rows["value"].tolist(), name=words.to(lang), marker={"color": colour},
                error_y=whiskers(rows["value"], rows["low"], rows["high"]), hovertemplate="%{x}: %{y:.1%}<extra></extra>",
            )  # fmt: skip
        scale_axis(figure, "y", self.hits["high"], unit="rate", lang=lang, title=WORDS["hit_rate"].to(lang))
        figure.update_layout(legend={"traceorder": "normal"})
        return figure
