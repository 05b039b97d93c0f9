"""From a published plan to the outbox: what is planned for the newest date goes out once, what is large after somebody approved it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.dispatch.outbox import Outbox
from ltv.dispatch.planned import Planned
from ltv.errors import MissingTableError, UsageError, found
from ltv.strategy.pools import fill
from ltv.text import Text
from ltv.workspace.clock import start_of_run
from ltv.workspace.store import published_dates, published_folder, read_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from ltv.settings import Settings
    from ltv.settings.playbooks import Playbook

WAITING = "WAITING"


@dataclass(frozen=True)
class Plan:
    """A plan of a published date, as the terminal tells it.

    Attributes:
        name: what `ltv strategy approve` calls it.
        people: who would be spoken to.
        control: who is left out to compare with.
        cost: of all.
        waits: for approval.
        gain: expected, with its 90 % interval, by what was measured of the playbook; None where nothing was.
    """

    name: str
    people: int
    control: int
    cost: float
    waits: bool
    gain: tuple[float, float, float] | None = None

    def told(self, currency: str) -> str:
        """A line for the terminal."""
        gain = "expected gain not known yet: never measured"
        if self.gain is not None:
            value, low, high = self.gain
            gain = f"expected gain {value:,.2f} ({low:,.2f} to {high:,.2f})"
        waits = f"  waits: ltv strategy approve {self.name}" if self.waits else ""
        return (
            f"{self.name}  {self.people:,} people, {self.control:,} control, {currency} {self.cost:,.2f}, {gain}{waits}"
        )


@dataclass(frozen=True)
class Released:
    """What became of a release.

    Attributes:
        queued: interventions that will be sent.
        control: those kept as control.
        known: those that were taken before.
        refused: those a rule refused.
        over: those that came too late to be sent.
        held_back: those that found the queue full; another release takes them.
        lines: what to tell beside.
    """

    queued: int = 0
    control: int = 0
    known: int = 0
    refused: int = 0
    over: int = 0
    held_back: int = 0
    lines: tuple[str, ...] = ()

    def told(self, date: str) -> list[str]:
        """What happened, in lines; nothing where there was nothing to do."""
        counts = {
            "queued": self.queued,
            "kept as control": self.control,
            "taken before": self.known,
            "refused": self.refused,
        }
        counts["too late to be sent"] = self.over
        said = ", ".join(f"{n:,} {words}" for words, n in counts.items() if n)
        return [*([f"{date}: interventions: {said}"] if said else []), *self.lines]


def newest(root: Path) -> str:
    """The newest published date.

    Raises:
        UsageError: nothing is published.
    """
    dates = published_dates(root)
    if not dates:
        raise UsageError(found("plans", "no published date", "a workspace with a published date: ltv run"))
    return dates[0]


def plans(root: Path, date: str) -> tuple[pd.DataFrame, list[Plan]]:
    """The interventions of a published date, and the plans they belong to; nothing where that date has none."""
    try:
        table = read_result("interventions", [published_folder(root, date)], day=date)
    except MissingTableError:
        return pd.DataFrame(), []
    gains, told = _gains(root, date), []
    for plan, rows in table.groupby("plan", sort=True):
        treated, name = rows[rows["arm"] == "treatment"], str(plan)
        waits = bool((treated["state"] == WAITING).any())
        figures = len(treated), len(rows) - len(treated), float(rows["cost"].sum())
        told.append(Plan(name, *figures, waits, gains.get(name)))
    return table, told


def _gains(root: Path, date: str) -> dict[str, tuple[float, float, float]]:
    try:
        rows = read_result("strategy_plans", [published_folder(root, date)], day=date)
    except MissingTableError:
        return {}
    known = rows.reindex(columns=["plan", "gain", "gain_low", "gain_high"]).dropna()
    return {name: (gain, low, high) for name, gain, low, high in known.itertuples(index=False)}


def release(
    root: Path, settings: Settings, date: str, *, approved: Collection[str] = (), only: Collection[str] | None = None,
    now: Callable[[], dt.datetime] = start_of_run,
) -> Released:  # fmt: skip
    """Enqueue what a published date plans.

    Args:
        root: the workspace.
        settings: its settings.
        date: the date, the newest one.
        approved: plans that go out though they are large.
        only: these plans; None: all.
        now: the clock, naive UTC.
    """
    table, told = plans(root, date)
    held = {p.name for p in told if p.waits} - set(approved)
    rows = table[~table["plan"].isin(held)] if len(table) else table
    if only is not None and len(rows):
        rows = rows[rows["plan"].isin(only)]
    if rows.empty:
        return Released()
    late = pd.to_datetime(rows["expires_at"]) <= pd.Timestamp(now())
    unknown = ~rows["playbook"].isin([p.name for p in settings.playbooks])
    lines = [
        f"playbook {name} is no longer in ltv.toml: its plan is left"
        for name in sorted(set(rows.loc[unknown, "playbook"]))
    ]
    batch = _batch(rows[~late & ~unknown], settings, _identifiers(root, date, settings.strategy.identifiers))
    outbox = Outbox.open(root, settings, now=now)
    try:
        lines += fill(outbox, root, settings, date)
        done = outbox.enqueue(batch)
    finally:
        outbox.close()
    if done.line is not None:
        lines.append(done.line.en)
    counts = done.queued, done.control, done.known, len(done.refused), int(late.sum()), len(done.held_back)
    return Released(*counts, tuple(lines))


def _identifiers(root: Path, date: str, kinds: Sequence[str]) -> Mapping[int, dict[str, str]]:
    """The newest identifier of each kind that people have, as the receiver knows them."""
    try:
        rows = read_result("user_ids", [published_folder(root, date)], day=date)
    except MissingTableError:
        return {}
    mine = rows[rows["id_type"].isin(kinds) & rows["valid_to"].isna()].sort_values(["user_id", "id_type", "valid_from"])
    last = mine.drop_duplicates(["user_id", "id_type"], keep="last")
    out: dict[int, dict[str, str]] = {}
    for user, kind, value in zip(last["user_id"].tolist(), last["id_type"], last["id_value"], strict=True):
        out.setdefault(user, {})[str(kind)] = str(value)
    return out


def _batch(rows: pd.DataFrame, settings: Settings, known_as: Mapping[int, dict[str, str]]) -> list[Planned]:
    books = {p.name: p for p in settings.playbooks}
    batch = []
    for row in rows.to_dict("records"):
        book, user, registered = books[row["playbook"]], int(row["user_id"]), row["registered_at"]
        treated = row["arm"] == "treatment"
        batch.append(
            Planned(
                intervention_id=row["intervention_id"], date=pd.Timestamp(row["date"]).date(), user_id=user, playbook=book.name,
                action=row["action"], arm=row["arm"], reason=Text(row["reason"], row["reason_en"]), expires_at=row["expires_at"],
                endpoint=book.endpoint if treated else "", cost=float(row["cost"]),
                payload=_payload(book, row, known_as.get(user, {})) if treated else {},
                offer_id=(row["offer_id"] or "") if treated and isinstance(row["offer_id"], str) else "",
                registered_at=None if pd.isna(registered) else registered,
            )
        )  # fmt: skip
    return batch


def _payload(book: Playbook, row: Mapping[Any, Any], identifiers: Mapping[str, str]) -> dict[str, object]:
    told: dict[str, object] = {"channel": book.channel, "identifiers": dict(identifiers)}
    if not book.speaks:
        told |= {"contacts": int(row["contacts"]), "days": book.horizon_days}
    return told
