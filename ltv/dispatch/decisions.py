"""The log of decisions: which rule refused what, with the figures it saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ltv.dispatch.dispatch_words import RULES
from ltv.text import Text

if TYPE_CHECKING:
    from ltv.dispatch.database import Transaction

_WRITE = """
INSERT INTO decisions (intervention_id, at_ms, rule, figures) VALUES ($intervention_id, $at_ms, $rule, $figures)
ON CONFLICT (intervention_id, at_ms, rule) DO NOTHING
"""
_READ = "SELECT at_ms, rule, figures FROM decisions WHERE intervention_id = $intervention_id ORDER BY at_ms, rule"


@dataclass(frozen=True)
class Refusal:
    """Why something is not done.

    Attributes:
        rule: the rule's name, a key of `RULES`.
        figures: what it saw, by the names that its words use.
    """

    rule: str
    figures: Mapping[str, Any]

    @property
    def words(self) -> Text:
        """The refusal in both languages.

        >>> Refusal("registered", {"hours": 80.5, "limit": 72}).words.en
        'registered 80.5 hours ago, the offer is for less than 72'
        """
        return RULES[self.rule].format(**{name: _shown(value) for name, value in self.figures.items()})


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def write(tx: Transaction, intervention_id: str, refusal: Refusal, now_ms: int) -> None:
    """Put a refusal into the log."""
    figures = json.dumps(dict(refusal.figures), ensure_ascii=False, sort_keys=True)
    tx.change(_WRITE, intervention_id=intervention_id, at_ms=now_ms, rule=refusal.rule, figures=figures)


def read(tx: Transaction, intervention_id: str) -> list[tuple[int, Refusal]]:
    """What the log says of an intervention: when (milliseconds since 1970) and why, the oldest first."""
    rows = tx.rows(_READ, intervention_id=intervention_id)
    return [(row["at_ms"], Refusal(row["rule"], json.loads(row["figures"]))) for row in rows]
