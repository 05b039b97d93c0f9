"""Which model scores today: the champion while it is young enough, else a challenger if it passes the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ltv.behaviour.given import positive
from ltv.errors import CorruptError
from ltv.lifetime import gate
from ltv.lifetime.gate import Verdict
from ltv.lifetime.ground import BEHAVIOUR
from ltv.lifetime.trained import Segments, Trained, train
from ltv.text import Text
from ltv.workspace.fingerprints import code_hash, digest

if TYPE_CHECKING:
    import pandas as pd

    from ltv.lifetime.ground import Ground
    from ltv.workspace.models import Models

HERE = "not stored"
_MAIN, _LONGEST = 90, 3_650  # days
_SAID = "gate"
_MEASURES = ("normalized_gini", "spearman", "mae", "total_ratio", "decile_mape", "coverage_80")


@dataclass(frozen=True)
class Terms:
    """What is to be learned.

    Attributes:
        as_of: the last day included.
        horizons_days: as far as is predicted.
        retrain_days: a champion is used for so many days before a challenger is trained.
        data_hash: of the inputs.
        seed: of the draws of rows and features.
        window_days: how far back behaviour is looked at.
    """

    as_of: date
    horizons_days: tuple[int, ...]
    retrain_days: int = 7
    data_hash: str = ""
    seed: int = 0
    window_days: int = 180

    def __post_init__(self) -> None:
        """Check what can be out of range.

        Raises:
            UsageError: `retrain_days` is no whole number of days above 0.
        """
        positive("retrain_days", self.retrain_days, _LONGEST)

    @property
    def main_days(self) -> int:
        """The horizon that pages are about: the one that is nearest to 90 days."""
        return nearest(self.horizons_days, _MAIN)

    @property
    def version(self) -> str:
        """Name of a model that is trained on these terms; the same inputs and code give the same name and model."""
        made = digest(self.data_hash, code_hash(), self.horizons_days, self.main_days, self.seed, self.window_days)
        return f"{self.as_of:%Y-%m-%d}-{made[:12]}"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The model that scores.

    Attributes:
        version: its name.
        trained: all of it.
        as_of: the last day it knows.
        verdict: of the gate on the challenger; None where none was trained.
        damaged: why the champion could not be read; empty where it could.
        versions: `model_versions`; None without a registry.
    """

    version: str
    trained: Trained
    as_of: date
    verdict: Verdict | None
    damaged: str
    versions: pd.DataFrame | None


def choose(ground: Ground, models: Models | None, terms: Terms, *, segments: Segments = ()) -> Chosen:
    """Find the model of the day, and train one where that is due.

    Args:
        ground: of the shop.
        models: the registry; without it a model is trained and not kept.
        terms: what is to be learned.
        segments: in which the model is tested.
    """
    if models is None:
        trained, verdict = _first(ground, terms, segments)
        return Chosen(HERE, trained, terms.as_of, verdict, "", None)
    champion, damaged = _read(models, models.champion())
    if champion is not None and _is_usable(champion, ground, terms):
        days = (terms.as_of - champion.as_of).days
        if days < terms.retrain_days or models.knows(terms.version):
            return replace(champion, damaged=damaged, versions=models.table())
    else:
        champion = None
    told = _challenged(ground, models, terms, segments, champion)
    return replace(told, damaged=damaged)


def _challenged(ground: Ground, models: Models, terms: Terms, segments: Segments, champion: Chosen | None) -> Chosen:
    before = None if champion is None else champion.trained
    version, trained = terms.version, None
    if models.has(version):
        trained = Trained.read(models.load(version))
        said = models.manifest(version).metrics.get(_SAID)  # of a first model, by a run that was not published
        verdict = (
            Verdict(True, Text(*said))
            if said and before is None
            else gate.judge(trained, champion=before, ground=ground)
        )
    elif before is None:
        trained, verdict = _first(ground, terms, segments)
    else:
        trained = _train(ground, terms, segments)
        verdict = gate.judge(trained, champion=before, ground=ground)
    metrics: dict[str, Any] = {m: told for m in _MEASURES if (told := trained.measure(m)) is not None}
    if before is None:
        metrics[_SAID] = [verdict.reason.zh, verdict.reason.en]
    names = list(trained.main.blend.names) if trained.main.blend is not None else []
    models.put(version, trained.stored(), as_of=terms.as_of, data_hash=terms.data_hash, metrics=metrics, features=names)
    wins = verdict.passed or before is None
    pending = models.row(version, champion=wins, reason=verdict.line)
    versions = models.table(pending)
    if wins or champion is None:
        return Chosen(version, trained, terms.as_of, verdict, "", versions)
    return replace(champion, verdict=verdict, versions=versions)


def _first(ground: Ground, terms: Terms, segments: Segments) -> tuple[Trained, Verdict]:
    """A model where there is none yet: one without trees, where those fail the gate."""
    trained = _train(ground, terms, segments)
    verdict = gate.judge(trained)
    if verdict.passed:
        return trained, verdict
    plain = _train(ground, terms, segments, with_trees=False)
    words = Text(
        f"树模型未通过（{verdict.reason.zh}），改用购买模型",
        f"trees failed ({verdict.reason.en}): buy till you die instead",
    )
    return plain, Verdict(True, words)


def _train(ground: Ground, terms: Terms, segments: Segments, *, with_trees: bool = True) -> Trained:
    days, seed = terms.horizons_days, terms.seed
    return train(ground, days, main_days=terms.main_days, segments=segments, seed=seed, with_trees=with_trees)


def _read(models: Models, version: str | None) -> tuple[Chosen | None, str]:
    """The champion, or why it cannot be used: a damaged one is never half read."""
    if version is None:
        return None, ""
    try:
        return Chosen(version, Trained.read(models.load(version)), models.manifest(version).as_of, None, "", None), ""
    except CorruptError as error:
        return None, str(error)


def _is_usable(champion: Chosen, ground: Ground, terms: Terms) -> bool:
    """Whether it knows all horizons, needs no table or feature that is not there, and was trained on the same kind of money."""
    trained = champion.trained
    if not set(terms.horizons_days) <= set(trained.models) or trained.main_days != terms.main_days:
        return False
    told: set[str] = set()
    for model in trained.models.values():
        told |= set(model.blend.names if model.blend is not None else ())
        told |= set(model.prospects.names if model.prospects is not None else ())
    looks_as_far = not told & set(BEHAVIOUR) or trained.window_days == ground.window_days
    return told <= ground.names and looks_as_far and trained.worth == ground.worth


def nearest(horizons_days: Sequence[int], wanted: int) -> int:
    """The horizon that is nearest to what is wanted.

    >>> nearest([30, 90, 180], 90), nearest([7, 365], 90)
    (90, 7)
    """
    return min(horizons_days, key=lambda days: (abs(days - wanted), days))
