"""What changed since last week, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast, get_args

import pandas as pd

from ltv.overview.figure import short_day
from ltv.overview.figures import PEOPLE
from ltv.overview.given import WEEK, day, known, numbers
from ltv.overview.overview_words import QUESTIONS, VERDICTS, WORDS, are, counted, joined
from ltv.overview.usual import possible
from ltv.result import Answer, KeyFigure, Source, State
from ltv.text import Text, Unit, number, same

if TYPE_CHECKING:
    from ltv.overview.figure import Figure
    from ltv.overview.given import Given

_PAGE = "12_health"
_NEEDED = (
    "figure", "figure_zh", "figure_en", "unit", "before", "after", "usual_low", "usual_high", "is_beyond_band", "bad_side",
)  # fmt: skip
_CAUSES = ("explains_best", "accused", "rank", "part_zh", "part_en", "contribution")
_UNITS = get_args(Unit)
_RELATIVE = ("count", "money", "number")
_NOT_JUDGED = ("special_day", "not_enough_data", "immature")
_LEAST_SHARE = 0.05  # below that a part explains nothing


@dataclass(frozen=True)
class Move:
    """How a figure moved in seven days against what is usual.

    Attributes:
        name: of the figure.
        label: what is measured.
        unit: how it is written.
        before: seven days before.
        after: now.
        since: the day it is compared with.
        usual: range in which it usually lies.
        is_beyond: whether it lies outside.
        bad_side: on which side it is bad.
        source: where to read on.
    """

    name: str
    label: Text
    unit: Unit
    before: float
    after: float
    since: date
    usual: tuple[float, float]
    is_beyond: bool
    bad_side: str
    source: Source

    @property
    def by(self) -> float:
        """The change."""
        return self.after - self.before

    @property
    def size(self) -> float:
        """How far it lies from the middle of what is usual, in halves of its width."""
        low, high = self.usual
        half = (high - low) / 2
        return abs(self.after - (low + high) / 2) / half if half > 0 else 0.0

    @property
    def side(self) -> str:
        """On which side of its usual range it lies."""
        return "below" if self.after < self.usual[0] else "above" if self.after > self.usual[1] else "inside"

    @property
    def state(self) -> State:
        """The light."""
        if not self.is_beyond:
            return "good"
        return "watch" if self.bad_side == "none" else "bad" if self.side == self.bad_side else "good"


def change_answer(given: Given, figures: Sequence[Figure]) -> Answer:
    """The largest move beyond what is usual, and which part of the base made it.

    Args:
        given: what the overview is made of.
        figures: the key figures, for dates without a table of changes.
    """
    told = moves(given, figures)
    if not told:
        return Answer(
            "change", QUESTIONS["change"], VERDICTS["no_compare"], joined([WORDS["no_compare"]]), "none",
            WORDS["act_no_compare"], Source(_PAGE, ""),
        )  # fmt: skip
    beyond = [move for move in told if move.is_beyond]
    if not beyond:
        return _quiet(given, told)
    first = max(beyond, key=lambda move: (move.name != PEOPLE, move.state == "bad", move.size))
    why, part = _cause(given, first)
    more = WORDS["more_moved"].format(n=str(len(beyond) - 1), figures=counted(len(beyond) - 1, "figures"))
    said = joined([_said(given, first), why, *([more] if len(beyond) > 1 else []), *_special(given)])
    verdict = VERDICTS[{"bad": "worse", "good": "better"}.get(first.state, "moved")]
    action = WORDS["act_better" if first.state == "good" else "act_moved"]
    if part is not None and first.state != "good":
        action = WORDS["act_cause"].format(part=part)
    return Answer(
        "change", QUESTIONS["change"], verdict, said, first.state, action, first.source, _figure(given, first)
    )


def moves(given: Given, figures: Sequence[Figure]) -> list[Move]:
    """How each figure moved that can be judged: by the table of changes, else by the figures' own days.

    Args:
        given: what the overview is made of.
        figures: the key figures.
    """
    told = given.rows("change_parts", *_NEEDED).drop_duplicates("figure")
    if "verdict" in told:
        told = told[~told["verdict"].isin(_NOT_JUDGED)]
    found = [move for row in told.to_dict("records") if (move := _of_row(given, row)) is not None]
    return found or [move for one in figures if (move := _of_figure(one)) is not None]


def _of_row(given: Given, row: dict[Any, Any]) -> Move | None:
    values = numbers(row, "before", "after", "usual_low", "usual_high")
    if values is None:
        return None
    unit = cast(Unit, row["unit"] if row["unit"] in _UNITS else "number")
    since = day(row["compared_with"]) if pd.notna(row.get("compared_with")) else given.as_of - WEEK
    source = Source(str(row.get("page") or _PAGE), str(row.get("view") or ""))
    label = Text(str(row["figure_zh"]), str(row["figure_en"]))
    return Move(
        str(row["figure"]), label, unit, values[0], values[1], since, possible(values[2], values[3], unit),
        bool(row["is_beyond_band"]) and not values[2] <= values[1] <= values[3], str(row["bad_side"]), source,
    )  # fmt: skip


def _of_figure(one: Figure) -> Move | None:
    if one.value is None or one.previous is None or one.range is None:
        return None
    return Move(
        one.name, one.label, one.unit, one.previous, one.value, one.at - WEEK, one.range, one.side != "none", one.bad_side,
        one.source,
    )  # fmt: skip


def _quiet(given: Given, told: Sequence[Move]) -> Answer:
    largest = max(told, key=lambda move: (move.name != PEOPLE, move.size))
    n = len(told)
    head = WORDS["quiet_one"] if n == 1 else WORDS["quiet"].format(n=str(n))
    return Answer(
        "change", QUESTIONS["change"], VERDICTS["quiet"], joined([head, _said(given, largest), *_special(given)]), "good", WORDS["act_quiet"],
        largest.source, _figure(given, largest),
    )  # fmt: skip


def _special(given: Given) -> list[Text]:
    """How many figures stand in a sale or a feast, which no other week is like."""
    told = given.rows("change_parts", "figure", "verdict")
    n = int(told.loc[told["verdict"] == "special_day", "figure"].nunique())
    return [WORDS["special"].format(n=str(n), figures=counted(n, "special"), are=are(n))] if n else []


def _said(given: Given, move: Move) -> Text:
    def told(value: float) -> Text:
        return number(value, move.unit, currency=given.currency)

    low, high = (told(end) for end in move.usual)
    return WORDS["moved"].format(
        label=move.label, value=told(move.after), before=told(move.before), date=short_day(move.since),
        ago=str((given.as_of - move.since).days), way=WORDS["up" if move.by >= 0 else "down"], by=told_move(move, given.currency),
        outside=WORDS["inside" if move.side == "inside" else f"outside_{move.side}"], low=low, high=high,
    )  # fmt: skip


def told_move(move: Move, currency: str) -> Text:
    """How far a figure moved, without its sign: relative where that says more.

    Args:
        move: of the figure.
        currency: in which money is written.
    """
    if move.unit in _RELATIVE and move.before > 0:
        return number(abs(move.by) / move.before, "rate")
    return _plain(abs(move.by), move.unit, currency)


def _plain(value: float, unit: Unit, currency: str) -> Text:
    shown = number(value, "points" if unit == "rate" else unit, currency=currency)
    return Text(shown.zh.lstrip("+"), shown.en.lstrip("+"))


def _cause(given: Given, move: Move) -> tuple[Text, Text | None]:
    """The part that explains the move best, in a sentence, and its name."""
    rows = given.rows("change_parts", "figure", *_CAUSES)
    mine = rows[rows["figure"] == move.name]
    if mine.empty:
        return WORDS["cause_unknown"], None
    accused = mine[mine["explains_best"].fillna(False).astype(bool) & mine["accused"].fillna(False).astype(bool)]
    first = accused.sort_values("rank").iloc[0].to_dict() if len(accused) else {}
    by = known(first.get("contribution"))
    if by is None or by * move.by <= 0:
        return WORDS["no_cause"], None
    part = Text(str(first["part_zh"]), str(first["part_en"]))
    share = by / move.by
    told = WORDS["share"].format(share=number(share, "rate")) if _LEAST_SHARE <= share <= 1 else same("")
    return WORDS["cause"].format(
        part=part, by=_signed(by, move, given), interval=_ends(first, move, given), share=told
    ), part


def _ends(row: dict[Any, Any], move: Move, given: Given) -> Text:
    ends = numbers(row, "low", "high")
    if ends is None:
        return same("")
    low, high = (_signed(end, move, given) for end in ends)
    return WORDS["interval"].format(level=same("90"), low=low, high=high)


def _signed(value: float, move: Move, given: Given) -> Text:
    shown = _plain(abs(value), move.unit, given.currency)
    sign = "−" if value < 0 else "+"
    return Text(sign + shown.zh, sign + shown.en)


def _figure(given: Given, move: Move) -> KeyFigure:
    low, high = move.usual
    mark = WORDS["mark_before"].format(ago=str((given.as_of - move.since).days))
    return KeyFigure(
        move.label, move.after, move.unit, low=low, high=high, previous=move.before, comparison=mark, state=move.state
    )
