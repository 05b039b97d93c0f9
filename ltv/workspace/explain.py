"""Why a person is who they are: the own identifiers and what speaks for them; what was cut off, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ltv import sql
from ltv.errors import UsageError, found
from ltv.result import Column, Result, Takeaway, View
from ltv.text import Text, number, same
from ltv.workspace.evidence import all_links, evidence
from ltv.workspace.explain_words import KINDS, REASONS, WORDS
from ltv.workspace.strange import hashed, strangest
from ltv.workspace.unified_words import RULES

if TYPE_CHECKING:
    import pandas as pd

    from ltv.workspace.workspace import Workspace

_IDENTIFIER = ["id_type", "id_value"]


@dataclass(frozen=True, repr=False)
class ExplainedUser(Result):
    """Why a person is who they are.

    Attributes:
        table: one row an identifier, span and kind of identifier it was seen with: id_type, id_value, valid_from,
            valid_to, rule, confidence, seen_with, times, first_time, last_time; the last four are empty for what was
            never seen with another.
        cut: one row a pair of an identifier that was seen with one of this person's, and is not this person's or only
            some of the time: id_type, id_value, reason, seen_with, seen_with_value, times, first_time, last_time,
            neighbours (different others it was seen with), people (how many have it, in turn), other_user_id.
        user_id: the person; 0 where the workspace has nobody.
    """

    name: ClassVar[str] = "explained_user"
    cut: pd.DataFrame
    user_id: int

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What makes this one person, and what was left out."""
        if not self.user_id:
            return (Takeaway(WORDS["nobody"]),)
        return (Takeaway(self._joined()), Takeaway(self._left_out()))

    def _joined(self) -> Text:
        each = self.table.drop_duplicates(_IDENTIFIER)
        seen = int(self.table["times"].sum()) // 2  # both ends of an observation between two of the own ones are listed
        kinds = _counted(each["id_type"], KINDS)
        words = WORDS["joined"] if seen else WORDS["alone"]
        since = same(f"{each['valid_from'].min():%Y-%m-%d}")
        return words.format(user=same(str(self.user_id)), n=number(len(each), "count"), kinds=kinds, since=since,
                            times=number(seen, "count"))  # fmt: skip

    def _left_out(self) -> Text:
        each = self.cut.drop_duplicates([*_IDENTIFIER, "reason"])
        if each.empty:
            return WORDS["nothing_cut"]
        others = number(len(each.drop_duplicates(_IDENTIFIER)), "count")
        return WORDS["cut"].format(n=others, reasons=_counted(each["reason"], REASONS))

    @property
    def views(self) -> Mapping[str, View]:
        """The blocks, with identifiers as hashes only: `identifiers` and `cut`."""
        joined, left_out = (f.text for f in self.findings) if self.user_id else (WORDS["nobody"], WORDS["nobody"])
        title = WORDS["identifiers_title"].format(user=same(str(self.user_id)))
        own = self.table.assign(identifier=_hashes(self.table, *_IDENTIFIER))
        cut = self.cut.assign(
            identifier=_hashes(self.cut, *_IDENTIFIER), own=_hashes(self.cut, "seen_with", "seen_with_value")
        )
        return {
            "identifiers": View("table", title, joined, own, _OWN),
            "cut": View("table", WORDS["cut_title"], left_out, cut, _CUT),
        }

    def _repr_html_(self) -> str:
        return super()._repr_html_() + str(self.cut.head(10).to_html(index=False, border=0))


def explain_user(ws: Workspace, user_id: int = 0) -> ExplainedUser:
    """Say why a person is who they are: which identifiers, by which observations, and why others were cut off.

    Args:
        ws: an opened workspace.
        user_id: the person; 0 is the one with most identifiers.

    Raises:
        UsageError: nobody has that number as of the workspace's date.
    """
    who = user_id or _strangest(ws)
    own = ws.engine.frame(sql.load("ltv.workspace", "explain_identifiers"), {"user_id": who})
    if own.empty and user_id:
        raise UsageError(found("user_id", user_id, f"a person known at the end of {ws.date}"))
    seen = ws.engine.frame(sql.load("ltv.workspace", "explain_seen"), {"user_id": who})
    table = own.merge(seen, on=[*_IDENTIFIER, "valid_from"], how="left").fillna({"times": 0}).astype({"times": "int64"})
    tables = {"evidence": evidence(ws), "links": all_links(ws)}
    cut = ws.engine.frame(sql.load("ltv.workspace", "explain_cut", tables=tables), {"user_id": who})
    return ExplainedUser(table, currency=ws.settings.currency, cut=_telling_first(cut), user_id=who)


def _strangest(ws: Workspace) -> int:
    strange = strangest(ws.user_ids.frame())
    return int(strange["user_id"].iloc[0]) if len(strange) else 0


def _telling_first(cut: pd.DataFrame) -> pd.DataFrame:
    """Whoever was met on a shared device comes last: of a kiosk these are many, and they say little."""
    order = {reason: place for place, reason in enumerate(REASONS)}
    whole = cut.astype({"times": "int64", "people": "int64", "other_user_id": "Int64"})
    return whole.sort_values("reason", key=lambda reasons: reasons.map(order), kind="stable", ignore_index=True)


def _hashes(rows: pd.DataFrame, kind: str, value: str) -> list[str]:
    return [hashed(t, v) for t, v in zip(rows[kind], rows[value], strict=True)]


def _counted(values: pd.Series[str], words: Mapping[str, Text]) -> Text:
    """Each value with its number, the most frequent first.

    >>> import pandas as pd
    >>> _counted(pd.Series(["device", "openid", "device"]), {"device": Text("设备", "device")}).en
    'device (2); openid (1)'
    """
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    named = [(words.get(str(value), same(str(value))), int(n)) for value, n in counts.items()]
    return Text("；".join(f"{w.zh}（{n}）" for w, n in named), "; ".join(f"{w.en} ({n})" for w, n in named))


_OWN = (
    Column("identifier", WORDS["identifier"]),
    Column("rule", WORDS["rule"], words=RULES),
    Column("seen_with", WORDS["seen_with"], words=KINDS),
    Column("times", WORDS["times"], "count"),
    Column("last_time", WORDS["last"], "time"),
    Column("valid_from", WORDS["from"], "time"),
    Column("valid_to", WORDS["until"], "time"),
    Column("confidence", WORDS["confidence"], "rate"),
)
_CUT = (
    Column("identifier", WORDS["identifier"]),
    Column("reason", WORDS["reason"], words=REASONS),
    Column("own", WORDS["own"]),
    Column("times", WORDS["times"], "count"),
    Column("last_time", WORDS["last"], "time"),
    Column("neighbours", WORDS["neighbours"], "count"),
    Column("people", WORDS["people"], "count"),
    Column("other_user_id", WORDS["other"]),
)
