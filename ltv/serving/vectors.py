"""The vector of everybody: what was published of them on a date, each feature between 0 and 1, with the catalogue of what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ltv.errors import UsageError, found
from ltv.lifetime.feature_catalogue import CATALOGUE
from ltv.serving.scaling import Floats, How, Scale
from ltv.serving.serving_words import HOW, WORDS
from ltv.text import Text, Unit, same

if TYPE_CHECKING:
    import pandas as pd

# Shares of their whole, which mean the same on every date as they are; everything else is told by rank.
_SHARES = frozenset(
    f.name for f in CATALOGUE if f.unit == "rate" and f.name not in {"removed_share", "touch_response_share"}
)
_MOST = 63  # features: one bit each says that a value is not known


@dataclass(frozen=True)
class Entry:
    """What one number of the vector is.

    Attributes:
        name: its key.
        unit: of the value before it was scaled.
        label: what it is.
        why: what it tells.
        source: result table it is from.
        scale: how it was scaled.
    """

    name: str
    unit: Unit
    label: Text
    why: Text
    source: str
    scale: Scale

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON can hold it."""
        told = {"name": self.name, "unit": self.unit, "label": self.label.as_dict(), "why": self.why.as_dict()}
        words = HOW[self.scale.how]
        return {**told, "source": self.source, "meaning": words.as_dict(), **self.scale.as_dict()}


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors of everybody.

    Attributes:
        user_ids: ascending; shape (people,).
        matrix: each feature between 0 and 1; shape (people, features).
        missing: bit i is 1 where feature i was not known; shape (people,).
        entries: what the columns are.
    """

    user_ids: NDArray[np.int64]
    matrix: NDArray[np.float32]
    missing: NDArray[np.int64]
    entries: tuple[Entry, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        return tuple(e.name for e in self.entries)

    def frame(self) -> pd.DataFrame:
        """user_id, a column a feature, and `missing`."""
        import pandas as pd

        frame = pd.DataFrame(self.matrix, columns=list(self.names))
        frame.insert(0, "user_id", self.user_ids)
        return frame.assign(missing=self.missing)


def vectors(
    features: pd.DataFrame, *, scores: pd.DataFrame | None = None, churn: pd.DataFrame | None = None
) -> Vectors:
    """Bring what was published of everybody to one vector a person.

    Args:
        features: `sequence_features`.
        scores: `ltv_scores`, or None.
        churn: `churn_scores`, or None.

    Returns:
        Everybody of `features`, each number between 0 and 1: shares and probabilities as they are, everything else as the
        share of people with less (those with as much counted half). What is not known is the median, and marked.

    Raises:
        UsageError: nobody, or somebody twice.

    >>> import pandas as pd
    >>> from ltv.lifetime.feature_catalogue import FEATURE
    >>> some = pd.DataFrame({"user_id": [2, 1], **{name: [0.5, float("nan")] for name in FEATURE}})
    >>> made = vectors(some)
    >>> made.user_ids.tolist(), made.matrix.shape, bool(made.matrix.min() >= 0), made.missing.tolist() == [2**37 - 1, 0]
    ([1, 2], (2, 37), True, True)
    """
    people = np.asarray(features["user_id"], dtype=np.int64)
    order = np.argsort(people, kind="stable")
    ids = people[order]
    if not len(ids) or (np.diff(ids) == 0).any():
        raise UsageError(found("sequence_features.user_id", f"{len(ids)} rows", "at least one, one row a person"))
    columns = [(e, np.asarray(features[e[0]], dtype=np.float64)[order]) for e in _sequence()]
    columns += _of_scores(scores, ids) + _of_churn(churn, ids)
    if len(columns) > _MOST:
        raise UsageError(found("features", len(columns), f"at most {_MOST}: with fewer horizons"))
    matrix = np.empty((len(ids), len(columns)), dtype=np.float32)
    missing = np.zeros(len(ids), dtype=np.int64)
    entries = []
    for place, ((name, unit, label, why, source, how), values) in enumerate(columns):
        scale = Scale.learn(values, how)
        matrix[:, place] = scale.apply(values)
        missing |= (~np.isfinite(values)).astype(np.int64) << place
        entries.append(Entry(name, unit, label, why, source, scale))
    return Vectors(ids, matrix, missing, tuple(entries))


_Told = tuple[str, Unit, Text, Text, str, How]


def _sequence() -> list[_Told]:
    return [
        (f.name, f.unit, f.label, f.why, "sequence_features", "share" if f.name in _SHARES else "rank")
        for f in CATALOGUE
    ]


def _of_scores(scores: pd.DataFrame | None, ids: NDArray[np.int64]) -> list[tuple[_Told, Floats]]:
    """Expected value and chance of a purchase at each horizon."""
    if scores is None:
        return []
    made: list[tuple[_Told, Floats]] = []
    for days, part in scores.groupby("horizon_days"):
        of = np.asarray(part["user_id"], dtype=np.int64)
        for name, unit, how, column in (
            ("value", "money", "rank", "expected"),
            ("p_purchase", "rate", "share", "p_purchase"),
        ):
            label, why = (WORDS[f"{name}_{word}"].format(days=same(str(days))) for word in ("label", "why"))
            told: Any = (f"{name}_{days}d", unit, label, why, "ltv_scores", how)
            made.append((told, _placed(of, np.asarray(part[column], dtype=np.float64), ids)))
    return made


def _of_churn(churn: pd.DataFrame | None, ids: NDArray[np.int64]) -> list[tuple[_Told, Floats]]:
    if churn is None:
        return []
    of = np.asarray(churn["user_id"], dtype=np.int64)
    told: _Told = (
        "churn_probability", "rate", WORDS["churn_label"], WORDS["churn_why"], "churn_scores", "share",
    )  # fmt: skip
    return [(told, _placed(of, np.asarray(churn["probability"], dtype=np.float64), ids))]


def _placed(of: NDArray[np.int64], values: Floats, ids: NDArray[np.int64]) -> Floats:
    """Values at the places of their people; NaN for everybody else, and nothing of people who are not there."""
    out = np.full(len(ids), np.nan)
    place = np.searchsorted(ids, of)
    there = (place < len(ids)) & (ids[np.minimum(place, len(ids) - 1)] == of)
    out[place[there]] = values[there]
    return out
